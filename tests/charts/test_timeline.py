"""Operations on a time axis: dates as well as they are known, and no more."""

from __future__ import annotations

import pytest

from research.charts.timeline import around, timeline
from research.record.record import Record, RecordError


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
