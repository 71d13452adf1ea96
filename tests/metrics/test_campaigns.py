"""When operations ran, as well as it is known, and years before and after one of them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from research.metrics.campaigns import dated, interrupted
from research.metrics.trends import Interrupted, Refusal
from research.record.record import Record


def row(record: Record, name: str) -> dict[str, Any]:
    return dated(record).filter(operation_id=name).row(0, named=True)


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("yunjian-2019", ["2019-06-13", "2019-06-13", "2020-01-31", "2020-01-31"]),
        ("pseudo-base-station-2014", ["2014-02-01", "2014-02-28", "2014-06-01", "2014-06-30"]),
        ("elder-fraud-2022", ["2022-01-01", "2022-12-31", "2022-01-01", "2022-12-31"]),
    ],
)
def test_a_month_or_a_year_is_all_of_its_days(record: Record, name: str, days: list[str]) -> None:
    found = row(record, name)
    columns = ("began_first", "began_last", "ended_first", "ended_last")
    assert [str(found[c]) for c in columns] == days


def test_without_an_end_it_surely_ran_on_no_day_after_its_start(record: Record) -> None:
    found = row(record, "duanka")
    assert found["ended_first"] == found["began_last"]
    assert found["ended_last"] == record.observations["end"].max()


def test_ends_are_in_order_and_those_without_a_start_are_left_out(record: Record) -> None:
    found = dated(record)
    assert found.height == record.operations["started"].count()
    assert found.filter(pl.col("began_first") > pl.col("began_last")).is_empty()
    assert found.filter(pl.col("began_first") > pl.col("ended_last")).is_empty()


def test_years_on_both_sides_bear_an_interrupted_series(record: Record) -> None:
    """2016, 2017 and 2019 before Yunjian; 2020 to 2025 after it."""
    found = interrupted(record, "yunjian-2019", "cases_solved")
    assert isinstance(found, Interrupted)
    assert (found.before, found.after) == (3, 6)


@pytest.mark.parametrize(
    ("operation", "indicator", "said"),
    [
        ("northern-myanmar-2023", "cases_solved", "7 before and 2 after"),
        ("duanliu", "smuggling_suspects", "no whole year"),
        ("duanka", "app_installs", "no flow"),
    ],
)
def test_too_little_is_said_and_not_computed(
    record: Record, operation: str, indicator: str, said: str
) -> None:
    found = interrupted(record, operation, indicator)
    assert isinstance(found, Refusal)
    assert said in found.en
