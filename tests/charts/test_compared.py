"""Tables of things side by side, as a reader sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from research.charts.compared import economies, incomparable, listed, places, sides, warned
from research.metrics.comparable import incomparable as incomparable_rows
from research.metrics.economies import by_economy
from research.metrics.places import by_place
from research.metrics.places import warned as warned_rows
from research.record.record import Record

Cells = Callable[..., list[dict[str, Any]]]


def texts(cells: Cells, table: Any, column: str) -> list[str]:
    return [row[column].get_text(" ") for row in cells(table)]


def test_places_say_rate_and_window(record: Record, cells: Cells) -> None:
    rows = by_place(record, "cases_solved", years=(2021, 2021)).filter(geo="150000")
    (row,) = cells(places(rows, record, lang="en"))
    assert row["place"].text == "Inner Mongolia"
    assert row["window"].get_text() == "2021-01 – 2021-07"
    assert row["rate"].get_text().startswith("18.5")


def test_a_card_that_is_open_says_both(record: Record, cells: Cells) -> None:
    found = warned_rows(record, "cases_filed", years=(2022, 2022), growth=-10.0, strikes=2)
    table = warned(found, record, lang="zh")
    said = dict(zip(texts(cells, table, "place"), texts(cells, table, "card"), strict=True))
    assert (said["北京"], said["湖南"]) == ("不警示至黄牌", "黄牌")
    assert "上海" not in said


def test_real_warnings_are_those_of_the_record(record: Record, cells: Cells) -> None:
    assert "17个" in " ".join(texts(cells, listed(record), "figure"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_economy_without_figures_stays_and_every_definition_is_in_the_language(
    record: Record, cells: Cells, lang: Any
) -> None:
    geos = ["CN", "SG", "HK", "TW", "JP", "KR", "GB", "US", "AU"]
    rows = by_economy(record, "suspects_arrested", geos, base=2019)
    table = economies(rows, record, "suspects_arrested", geos, lang=lang)
    assert len(cells(table)) == 10  # two series of Taiwan
    chinese = [any("\u4e00" <= c <= "\u9fff" for c in t) for t in texts(cells, table, "definition")]
    assert all(chinese) if lang == "zh" else not any(chinese)


def test_windows_stand_on_the_side_of_the_start(record: Record) -> None:
    rows = sides(record, "yunjian-2019", "cases_solved").data
    assert rows.filter(side="before")["end"].max() < rows.filter(side="after")["start"].min()
    assert rows["side"].to_list() == sorted(rows["side"], key=["before", "after", "across"].index)


def test_reasons_are_in_words(record: Record, cells: Cells) -> None:
    table = incomparable(incomparable_rows(record, lane="funds"), record, lang="en")
    assert "only a part of the total" in texts(cells, table, "reason")
    assert not any("_" in text for text in texts(cells, table, "part"))
