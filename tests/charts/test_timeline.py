"""Operations on a time axis: dates as well as they are known, and no more."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from research.charts.timeline import around, dated, timeline
from research.record.record import Record, RecordError


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


def test_the_operation_asked_for_is_picked_out_however_short(record: Record) -> None:
    chart = timeline(record, "duanka-round-1", start="2020-01-01", end="2020-12-31").to_dict()
    rows = chart["data"]["values"]
    assert [r["name"] for r in rows if r["picked"]] == ["“断卡”行动首轮集中收网"]
    assert len({r["row"] for r in rows}) == len(rows) > 5


def test_bars_are_cut_at_the_period(record: Record) -> None:
    rows = timeline(record, start="2020-01-01", end="2020-12-31").to_dict()["data"]
    starts = [r["a"] for r in rows["values"]]
    assert min(starts) >= 1_577_836_800_000  # 2020-01-01 in UTC


def test_the_band_lies_behind_the_figures(record: Record) -> None:
    chart = around(record, "yunjian-2019", "cases_solved", lang="en").to_dict()
    assert chart["layer"][0]["mark"]["type"] == "rect"
    assert "Operation Cloud Sword" in chart["title"]["subtitle"][0]


def test_a_period_without_operations_is_an_error(record: Record) -> None:
    with pytest.raises(RecordError, match="no operation"):
        timeline(record, start="1990-01-01", end="1990-12-31")
