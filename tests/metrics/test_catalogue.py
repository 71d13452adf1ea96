"""What a metric is: units prove the formula, names and caveat stand beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from operator import add, mul, sub, truediv
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import research as rs
from research.metrics.catalogue import CATALOGUE, OF_ANY, OF_WINDOW, Input, Inputs, Metric, metric
from research.metrics.compute import find
from research.metrics.units import DimensionError
from research.record.record import Record, RecordError
from research.record.schema import LANES

UNITS = {"cases": "case", "cases_filed": "case", "persons": "person", "loss": "money"}
SLUGS = ["case", "person", "yuan", "day"]


def made(formula: Any, unit: str = "share", **options: Any) -> Metric:
    return Metric("made", formula, "funds", unit, "造", "made", **options)


@pytest.fixture
def catalogue() -> Iterator[dict[str, Metric]]:
    """The catalogue, as it was again afterwards."""
    before = dict(CATALOGUE)
    yield CATALOGUE
    CATALOGUE.clear()
    CATALOGUE.update(before)


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


# A formula as a tree: an input, a number, or two trees under a sign.
Tree = str | float | tuple[Any, str, Any]
INPUTS = st.sampled_from(SLUGS)
LEAVES = st.one_of(INPUTS, st.tuples(st.just(2.0), st.sampled_from("+-*/"), INPUTS))
TREES = st.recursive(
    LEAVES, lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner), max_leaves=6
)


def run(tree: Tree, x: Any) -> Any:
    """The tree as a formula."""
    if not isinstance(tree, tuple):
        return getattr(x, tree) if isinstance(tree, str) else tree
    left, right = run(tree[0], x), run(tree[2], x)
    return {"+": add, "-": sub, "*": mul, "/": truediv}[tree[1]](left, right)


def dimension(tree: Tree) -> dict[str, int] | None:
    """Powers of the units by schoolbook rules; None where unlike ones are added."""
    if not isinstance(tree, tuple):
        return {tree: 1} if isinstance(tree, str) else {}
    left, right = dimension(tree[0]), dimension(tree[2])
    if left is None or right is None:
        return None
    if tree[1] in "+-":
        return left if left == right else None
    sign = 1 if tree[1] == "*" else -1
    powers = {unit: left.get(unit, 0) + sign * right.get(unit, 0) for unit in left | right}
    return {unit: power for unit, power in powers.items() if power}


def text_of(powers: dict[str, int] | None) -> str | None:
    """`a per b per c`, where a unit can be written so."""
    above = [unit for unit, power in (powers or {}).items() for _ in range(power)]
    below = [unit for unit, power in (powers or {}).items() for _ in range(-power)]
    if powers is None or len(above) > 1:
        return None
    return " per ".join([*(above or ["share"]), *below])


@settings(deadline=None, max_examples=300)
@given(TREES, st.sampled_from([*SLUGS, "share"]))
def test_a_formula_passes_for_its_own_unit_and_for_no_other(tree: Tree, other: str) -> None:
    units = {slug: slug for slug in SLUGS}
    right = text_of(dimension(tree))

    def formula(x: Any) -> Any:
        return run(tree, x)

    if right is not None:
        made(formula, right).check_units(units)
    if right != other:
        with pytest.raises(DimensionError):
            made(formula, other).check_units(units)


def test_an_indicator_that_does_not_exist_is_named() -> None:
    with pytest.raises(RecordError, match="made: unknown indicator 'case'; did you mean 'cases'"):
        made(lambda x: x.case / x.cases).check_units(UNITS)


@pytest.mark.parametrize("unit", ["person", "person per case", "yuan per person", "share"])
def test_persons_over_yuan_are_no_persons_when_they_are_registered(
    catalogue: dict[str, Metric], unit: str
) -> None:
    def persons_per_yuan(x: Any) -> Any:
        """Upside down."""
        return x.suspects_arrested / x.funds_stopped

    register = metric(lane="funds", unit=unit, zh="甲", en="A")
    with pytest.raises(DimensionError, match="persons_per_yuan: declared"):
        register(persons_per_yuan)
    assert "persons_per_yuan" not in catalogue


def test_an_indicator_of_another_record_is_proved_when_it_is_computed(
    record: Record, catalogue: dict[str, Metric]
) -> None:
    @metric(lane="funds", unit="share", zh="甲", en="A")
    def own_share(x: Any) -> Any:
        """Of a table that is not packaged."""
        return x.my_cases / x.cases_solved

    with pytest.raises(RecordError, match="own_share: unknown indicator 'my_cases'"):
        rs.compute("own_share", record)


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


@pytest.mark.parametrize("name", OF_ANY)
def test_a_figure_of_no_name_makes_a_metric_of_any_indicator(name: str) -> None:
    assert made(lambda x: getattr(x, name)).of_any_indicator
    for other in ("cases", *OF_WINDOW):
        assert not made(lambda x, other=other: getattr(x, other)).of_any_indicator


# Words


def test_a_formula_is_written_with_the_brackets_that_it_needs() -> None:
    formulas = {
        "a / (a + b)": lambda x: x.a / (x.a + x.b),
        "(a + b) / c": lambda x: (x.a + x.b) / x.c,
        "a / b / c": lambda x: x.a / x.b / x.c,
        "a / (b / c)": lambda x: x.a / (x.b / x.c),
        "a / (b * c)": lambda x: x.a / (x.b * x.c),
        "a - (b - c)": lambda x: x.a - (x.b - x.c),
        "a - b + c": lambda x: x.a - x.b + x.c,
        "a / (1 + b)": lambda x: x.a / (1 + x.b),
        "1 - a / b": lambda x: 1 - x.a / x.b,
        "100 * a@part / 333": lambda x: 100 * x["a", "part"] / 333,
    }
    for text, formula in formulas.items():
        assert made(formula).text == text


@settings(deadline=None, max_examples=200)
@given(TREES)
def test_a_formula_as_written_means_what_it_computes(tree: Tree) -> None:
    values = {"case": 3.0, "person": 5.0, "yuan": 7.0, "day": 11.0}
    formula = made(lambda x: run(tree, x))
    try:
        wanted = formula.formula(Inputs(lambda item: values[item.name]))
    except ZeroDivisionError:
        return
    assert eval(formula.text, {}, values) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_the_caveat_is_told_in_the_language_of_the_reader() -> None:
    def both(x: Any) -> Any:
        """Counted apart,
        and twice.
        分别计算，
        且重复。"""
        return x.cases

    assert (made(both).caveat("en"), made(both).caveat("zh")) == (
        "Counted apart, and twice.",
        "分别计算，且重复。",
    )
    both.__doc__ = "Counted apart."
    assert made(both).caveat("zh") == made(both).caveat("en") == "Counted apart."


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
    assert persons_a_gang.caveat("en") == "Counted apart."
    assert persons_a_gang.text == "card_suspects / card_gangs"
    for text in (repr(persons_a_gang), persons_a_gang._repr_html_()):
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


def test_there_are_at_least_forty_five_metrics_over_the_ten_lanes() -> None:
    lanes = Counter(m.lane for m in CATALOGUE.values())
    assert lanes.keys() == {*LANES, "any"} - {"context"}
    assert lanes.total() >= 45
    assert min(lanes.values()) >= 3
