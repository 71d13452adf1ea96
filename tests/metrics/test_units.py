"""Units multiply as numbers do, and only like ones are added."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.metrics.units import Constant, DimensionError, Unit, counted_as, scale_of

SLUGS = ["case", "person", "call", "yuan", "day", "share"]
UNIT_TEXT = st.one_of(
    st.sampled_from(SLUGS),
    st.tuples(st.sampled_from(SLUGS), st.sampled_from(SLUGS[:-1])).map(" per ".join),
)
SETTINGS = settings(deadline=None, max_examples=40)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("case", "Unit(case)"),
        ("person per case", "Unit(case^-1 person)"),
        ("share", "Unit(share)"),
        ("person per person", "Unit(share)"),
        ("share per day", "Unit(day^-1)"),
    ],
)
def test_a_unit_is_parsed_and_shown(text: str, shown: str) -> None:
    assert repr(Unit.parse(text)) == shown


@SETTINGS
@given(UNIT_TEXT, UNIT_TEXT, UNIT_TEXT)
def test_units_multiply_as_numbers_do(a_text: str, b_text: str, c_text: str) -> None:
    a, b, c = (Unit.parse(text) for text in (a_text, b_text, c_text))
    assert a * b == b * a
    assert (a * b) * c == a * (b * c)
    assert (a * b) / b == a
    assert a / a == Unit()
    assert a + a == a - a == a
    assert a * 2 == 2 * a == a / 100 == a


@SETTINGS
@given(UNIT_TEXT, UNIT_TEXT)
def test_only_like_units_are_added(a_text: str, b_text: str) -> None:
    a, b = Unit.parse(a_text), Unit.parse(b_text)
    if a == b:
        assert a + b == a
    else:
        for add in (lambda: a + b, lambda: a - b):
            with pytest.raises(DimensionError, match="cannot add or subtract"):
                add()


def test_a_number_is_added_to_a_share_only() -> None:
    share = Unit.parse("share")
    assert 1 + share == share - 1 == 1 - share == share
    for add in (lambda: Unit.parse("case") + 1, lambda: 1 - Unit.parse("case")):
        with pytest.raises(DimensionError):
            add()


def test_counting_as_another_unit_changes_units_and_nothing_else() -> None:
    assert counted_as("contact", Unit.parse("call")) == Unit.parse("contact")
    assert counted_as("contact", 5.0) == 5.0


def test_a_constant_has_a_unit_of_its_own_and_is_a_number() -> None:
    areas = Constant(333, "area")
    assert Unit.parse("area") / areas == areas / Unit.parse("area") == Unit()
    assert Unit.parse("area") + areas == Unit.parse("area")
    assert 17 / areas == 17 / 333
    with pytest.raises(DimensionError):
        Unit.parse("person") - areas


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        ("den per 1000 case", 1e3),
        ("{unit} per 100000 person per day", 1e5),
        ("call per 10 person per 10 day", 100.0),
        ("person per case", 1.0),
        ("share", 1.0),
    ],
)
def test_a_number_in_a_unit_scales_and_is_no_dimension(unit: str, scale: float) -> None:
    assert scale_of(unit) == scale
    assert Unit.parse(unit) == Unit.parse(re.sub(r"\d+ ", "", unit))
