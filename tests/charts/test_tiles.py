"""The tile-grid map: every province once, what is not known is grey, marks are seen."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from research.charts.tiles import GRID, per_inhabitants, short_place, tiles
from research.lang import Lang
from research.metrics.places import by_place
from research.record.record import Record, RecordError


def drawn(record: Record, lang: Lang) -> dict[str, dict[str, Any]]:
    rows = by_place(record, "cases_solved", years=(2021, 2021))
    chart = tiles(rows, record, title="t", low="rate_low", high="rate_high", lang=lang)
    return {row["geo"]: row for row in chart.to_dict()["data"]["values"]}


def test_every_province_and_the_three_others_have_a_tile_of_their_own(record: Record) -> None:
    provinces = set(record.regions.filter(level="province")["code"])
    assert set(GRID) == provinces | {"HK", "MO", "TW"}
    assert len(set(GRID.values())) == len(GRID)


def test_north_is_up_and_east_is_right() -> None:
    assert GRID["230000"][0] < GRID["110000"][0] < GRID["440000"][0] < GRID["460000"][0]
    assert GRID["650000"][1] < GRID["610000"][1] < GRID["310000"][1]


def test_a_tile_says_its_interval_and_a_place_without_a_figure_says_so(record: Record) -> None:
    found = drawn(record, "zh")
    assert found["110000"]["place"] == "北京"
    assert found["110000"]["said"] == "54 – 60"
    assert found["350000"]["middle"] is None
    assert (found["350000"]["said"], found["TW"]["said"]) == ("无数据", "自有口径")


def test_a_window_shorter_than_the_year_and_a_doubt_are_told_apart(record: Record) -> None:
    found = drawn(record, "en")
    assert [geo for geo in ("110000", "150000") if found[geo]["part"]] == ["150000"]
    assert [geo for geo in ("110000", "620000") if found[geo]["doubtful"]] == ["620000"]


def test_a_change_is_in_percent_and_an_open_end_is_said(record: Record) -> None:
    rows = by_place(record, "cases_solved", "change", years=(2021, 2021))
    chart = tiles(rows, record, title="t", change=True, lang="en").to_dict()
    said = {row["geo"]: row["said"] for row in chart["data"]["values"]}
    assert (said["110000"], said["130000"]) == ("≥ +40%", "+37 … +39%")


def test_nothing_to_draw_is_an_error(record: Record) -> None:
    rows = by_place(record, "cases_solved", years=(1999, 1999))
    with pytest.raises(RecordError, match="no province"):
        tiles(rows, record, title="t")


def test_names_are_those_that_people_use(record: Record) -> None:
    names = dict(short_place(record, "zh").iter_rows())
    assert [names[c] for c in ("150000", "450000", "650000", "310000")] == [
        "内蒙古", "广西", "新疆", "上海",
    ]  # fmt: skip
    assert not short_place(record, "en").filter(pl.col("place").str.contains("stand-in")).height


def test_money_is_per_inhabitant(record: Record) -> None:
    assert per_inhabitants(record, "cases_solved", "zh") == "每 10 万人"
    assert per_inhabitants(record, "losses_reported", "zh") == "人均"
