"""Every metric of the catalogue: its dimension, its names, and that its interval holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.lang import unit_name
from research.metrics.catalogue import CATALOGUE, INF, OF_ANY, OF_WINDOW, Inputs, Metric
from research.metrics.compute import evaluated
from research.record.record import Record

METRICS = sorted(CATALOGUE)
CJK = re.compile(r"[\u4e00-\u9fff]")
SHARE = st.integers(0, 16).map(lambda n: n / 16)
# Counts, from one case to hundreds of billions of yuan; a change is a fraction above −1.
COUNTS = st.tuples(st.integers(0, 11), st.integers(10, 99), SHARE).map(
    lambda d: (d[1] * 10.0 ** (d[0] - 1), d[1] * 10.0 ** (d[0] - 1) * (1 + d[2]))
)
# No place has more areas than there are.
AREAS = st.integers(1, 333).map(lambda n: (float(n), float(n)))
CHANGES = st.tuples(st.integers(-90, 400), st.integers(0, 50)).map(
    lambda d: (d[0] / 100, (d[0] + d[1]) / 100)
)


def boxes(metric: Metric) -> st.SearchStrategy[list[list[tuple[float, float, float]]]]:
    """Rows of an interval and a share for a point inside of it, for each input."""
    counts = COUNTS if metric.geo is None else AREAS
    ends = [CHANGES if item.name == "change" else counts for item in metric.inputs]
    row = st.tuples(*(st.tuples(e, SHARE).map(lambda d: (*d[0], d[1])) for e in ends)).map(list)
    return st.lists(row, min_size=1, max_size=30)


def columns(metric: Metric, rows: Sequence[Sequence[tuple[float, float, float]]]) -> pl.DataFrame:
    """The rows as `evaluated` takes them, the value a point inside of the interval."""
    found = {}
    for i, item in enumerate(metric.inputs):
        low, high, share = (pl.Series([row[i][k] for row in rows]) for k in range(3))
        point = (low + share * (high - low)).clip(low, high)
        found |= {
            f"{item.column}_{n}": s
            for n, s in zip(("low", "value", "high"), (low, point, high), strict=True)
        }
    return pl.DataFrame(found)


@pytest.mark.parametrize("name", METRICS)
def test_the_dimension_is_proved_against_the_record(record: Record, name: str) -> None:
    metric = CATALOGUE[name]
    units = dict(record.indicators.select("indicator", "unit").iter_rows())
    metric.check_units(units)
    scopes = set(record.scopes["scope"])
    for item in metric.inputs:
        assert item.name in {*units, *OF_ANY, *OF_WINDOW}
        assert item.scope is None or item.scope in scopes


@pytest.mark.parametrize("name", METRICS)
def test_it_has_names_in_both_languages_and_a_caveat(name: str) -> None:
    metric = CATALOGUE[name]
    assert CJK.search(metric.zh)
    assert re.fullmatch(r"[A-Z][ -~]+", metric.en)
    assert re.fullmatch(r"[A-Z“][ -~]{20,}\.", metric.caveat("en"))
    assert re.fullmatch(r"[^A-Za-z.,;:?!()]{10,}。", metric.caveat("zh").replace("APP", ""))
    assert metric.name == name
    assert metric.text
    assert metric.within[0] < metric.within[1]


def test_names_are_told_apart() -> None:
    for names in ([m.zh for m in CATALOGUE.values()], [m.en for m in CATALOGUE.values()]):
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", METRICS)
@settings(deadline=None, max_examples=4)
@given(data=st.data())
def test_any_points_inside_give_a_value_inside_as_plain_arithmetic_does(
    name: str, data: st.DataObject
) -> None:
    metric = CATALOGUE[name]
    table = columns(metric, data.draw(boxes(metric)))
    found = table.select(**evaluated(metric))
    noise = 1e-9 * found["value"].abs() + 1e-12
    assert (found["low"] <= found["value"] + noise).all()
    assert (found["value"] <= found["high"] + noise).all()
    assert found["low"].is_between(*metric.within).all()
    assert found["high"].is_between(*metric.within).all()
    wanted = [
        metric.formula(Inputs(lambda item, row=row: row[f"{item.column}_value"])) * metric.scale
        for row in table.iter_rows(named=True)
    ]
    assert found["value"].to_list() == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_inputs_of_no_width_give_a_result_of_no_width(name: str) -> None:
    metric = CATALOGUE[name]
    rows = [[(x, x, 0.0) for x in (0.25, 3.0, 7.0)[: len(metric.inputs)]]]
    low, value, high = columns(metric, rows).select(**evaluated(metric)).row(0)
    assert low == value == high


@pytest.mark.parametrize("name", METRICS)
def test_an_unlimited_input_never_gives_nan_nor_loses_the_value(name: str) -> None:
    metric = CATALOGUE[name]
    for open_ended in range(len(metric.inputs)):
        row = [(2.0, 3.0, 0.5)] * len(metric.inputs)
        table = columns(metric, [row])
        column = f"{metric.inputs[open_ended].column}_high"
        opened = table.with_columns(pl.lit(INF).alias(column)).select(**evaluated(metric))
        low, value, high = opened.row(0)
        assert low <= value <= high
        closed = table.select(**evaluated(metric)).row(0)
        assert low <= closed[0] <= closed[2] <= high


@pytest.mark.parametrize("name", METRICS)
def test_an_unknown_input_gives_nothing(name: str) -> None:
    metric = CATALOGUE[name]
    table = columns(metric, [[(2.0, 3.0, 0.5)] * len(metric.inputs)])
    for item in metric.inputs:
        blank = [
            pl.lit(None, pl.Float64).alias(f"{item.column}_{e}") for e in ("low", "value", "high")
        ]
        found = table.with_columns(blank).select(**evaluated(metric)).row(0)
        assert found == (None, None, None)


@settings(deadline=None, max_examples=20)
@given(rows=boxes(CATALOGUE["visit_share"]))
def test_shares_of_one_whole_add_up_to_one(rows: list[list[tuple[float, float, float]]]) -> None:
    names = ("visit_share", "call_share", "sms_share")
    table = columns(CATALOGUE["visit_share"], rows)
    shares = [table.select(**evaluated(name)) for name in names]
    assert sum(s["value"] for s in shares).to_list() == pytest.approx([1.0] * len(rows))
    assert (sum(s["low"] for s in shares) <= 1 + 1e-9).all()
    assert (sum(s["high"] for s in shares) >= 1 - 1e-9).all()


@pytest.mark.parametrize("name", METRICS)
def test_its_unit_is_said_in_both_languages(record: Record, name: str) -> None:
    unit = CATALOGUE[name].unit.replace("{unit}", "case")
    assert not re.search(r"[A-Za-z_]", unit_name(record.units, unit, "zh").replace("APP", ""))
    assert not CJK.search(unit_name(record.units, unit, "en"))
