"""What a metric is: units prove the formula, names and caveat stand beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import research as rs
from research.metrics.catalogue import (
    CATALOGUE,
    SPECIALS,
    DimensionError,
    Input,
    Inputs,
    Metric,
    Unit,
    counted_as,
    listing,
    metric,
)
from research.metrics.compute import find
from research.record.record import Record, RecordError
from research.record.schema import LANES

UNITS = {"cases": "case", "cases_filed": "case", "persons": "person", "loss": "money"}
SLUGS = ["case", "person", "call", "yuan", "day", "share"]
UNIT_TEXT = st.one_of(
    st.sampled_from(SLUGS),
    st.tuples(st.sampled_from(SLUGS), st.sampled_from(SLUGS[:-1])).map(" per ".join),
)
SETTINGS = settings(deadline=None, max_examples=40)


def made(formula: Any, unit: str = "share", **options: Any) -> Metric:
    return Metric("made", formula, "funds", unit, "造", "made", **options)


@pytest.fixture
def catalogue() -> Iterator[dict[str, Metric]]:
    """The catalogue, as it was again afterwards."""
    before = dict(CATALOGUE)
    yield CATALOGUE
    CATALOGUE.clear()
    CATALOGUE.update(before)


# Units


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


# Checking a formula


RIGHT = {
    "intensity": (lambda x: x.persons / x.cases, "person per case"),
    "share": (lambda x: x.cases / x.cases_filed, "share"),
    "money is yuan": (lambda x: x.loss / x.cases, "yuan per case"),
    "change": (lambda x: x.cases / x.cases_filed - 1, "share"),
    "level before": (lambda x: x.level / (1 + x.change), "{unit}"),
    "level a day": (lambda x: x.level / x.days, "{unit} per day"),
    "growth": (lambda x: x.level / x.year_before - 1, "share"),
    "scopes of one": (lambda x: x["cases", "domestic"] + x.cases, "case"),
}
WRONG = {
    "upside down": (lambda x: x.persons / x.cases, "case per person", "but the formula is"),
    "no share": (lambda x: x.persons / x.cases, "share", r"made: declared Unit\(share\), but"),
    "product": (lambda x: x.persons * x.cases, "person per case", "declared"),
    "currency": (lambda x: x.loss, "USD", "declared"),
    "not a day": (lambda x: x.level, "{unit} per day", "declared"),
    "sum": (lambda x: x.persons + x.cases, "person", "cannot add or subtract"),
    "sum below": (lambda x: x.persons / (x.persons + x.cases), "share", "cannot add or subtract"),
    "number": (lambda x: x.cases - 1, "case", "cannot add or subtract"),
    "level and days": (lambda x: x.level + x.days, "{unit}", "cannot add or subtract"),
    "level and change": (lambda x: x.level + x.change, "{unit}", "cannot add or subtract"),
}


@pytest.mark.parametrize(("formula", "unit"), RIGHT.values(), ids=RIGHT)
def test_a_formula_of_the_declared_unit_passes(formula: Any, unit: str) -> None:
    made(formula, unit).check_units(UNITS)


@pytest.mark.parametrize(("formula", "unit", "said"), WRONG.values(), ids=WRONG)
def test_a_formula_of_another_unit_does_not(formula: Any, unit: str, said: str) -> None:
    with pytest.raises(DimensionError, match=said):
        made(formula, unit).check_units(UNITS)


def test_an_indicator_that_does_not_exist_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        made(lambda x: x.nothing / x.cases).check_units(UNITS)


def test_a_wrong_unit_is_found_before_anything_is_computed(record: Record) -> None:
    wrong = made(lambda x: x.suspects_arrested / x.cases_solved, "case per person")
    with pytest.raises(DimensionError):
        rs.compute(wrong, record)


# Inputs


def test_inputs_are_learnt_in_the_order_of_first_use() -> None:
    formula = made(lambda x: (x.b + x["c", "domestic"] + x.b * 2) / (1 + x.a) - x.d)
    assert formula.inputs == (Input("b"), Input("c", "domestic"), Input("a"), Input("d"))
    assert [item.column for item in formula.inputs] == ["b", "c@domestic", "a", "d"]


def test_private_names_are_no_indicators() -> None:
    with pytest.raises(AttributeError):
        _ = Inputs(lambda item: item)._repr_html_


@pytest.mark.parametrize("name", sorted(SPECIALS))
def test_a_special_input_makes_a_metric_of_any_indicator(name: str) -> None:
    assert made(lambda x: getattr(x, name)).of_any_indicator
    assert not made(lambda x: x.cases).of_any_indicator


def test_what_a_reader_expects_in_percent() -> None:
    assert made(lambda x: x.a, within=(0.0, 1.0)).in_percent
    growth = made(lambda x: x.a, within=(-1.0, float("inf")))
    assert growth.in_percent
    assert growth.is_growth
    ratio = made(lambda x: x.a)
    assert not ratio.in_percent
    assert not ratio.is_growth


# The catalogue


def test_a_metric_is_registered_under_its_name(catalogue: dict[str, Metric]) -> None:
    @metric(lane="cards", unit="person per gang", zh="甲", en="A")
    def persons_a_gang(x: Any) -> Any:
        """Counted apart."""
        return x.card_suspects / x.card_gangs

    assert catalogue["persons_a_gang"] is persons_a_gang
    assert persons_a_gang.caveat == "Counted apart."
    assert persons_a_gang.text == "x.card_suspects / x.card_gangs"
    for text in (str(persons_a_gang), persons_a_gang._repr_html_()):
        for part in ("persons_a_gang", "甲", "A", "person per gang", "Counted apart."):
            assert part in text


def test_a_metric_is_found_by_name_or_as_itself() -> None:
    found = find("arrests_per_case")
    assert find(found) is found
    assert rs.metrics["arrests_per_case"] is found


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("arrest_per_case", "unknown metric 'arrest_per_case'; did you mean arrests_per_case"),
        ("qqqq", "unknown metric 'qqqq'; rs.metrics shows the catalogue"),
    ],
)
def test_an_unknown_metric_is_an_error_with_the_nearest(name: str, said: str) -> None:
    for look in (find, rs.metrics.__getitem__):
        with pytest.raises(RecordError, match=said):
            look(name)


def test_the_listing_names_every_metric_lane_by_lane() -> None:
    lines = list(listing())
    assert [line.split()[0] for line in lines] == sorted(m.lane for m in CATALOGUE.values())
    assert {line.split()[1] for line in lines} == set(CATALOGUE)
    assert repr(rs.metrics).splitlines() == lines


def test_there_are_at_least_twenty_metrics_over_six_lanes() -> None:
    assert len(CATALOGUE) >= 20
    lanes = Counter(m.lane for m in CATALOGUE.values())
    assert len(lanes.keys() & set(LANES)) >= 6
    assert lanes.keys() <= {*LANES, "any"}
