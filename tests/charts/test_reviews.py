"""Tables about the quality of the record: single sources and repeated figures."""

from __future__ import annotations

import re

import pytest

from research.charts.reviews import repeats, singles
from research.lang import LANGS, Lang
from research.record.record import Record
from tests.charts.conftest import Cells, Made


def test_singles_count_what_no_second_source_gives_and_the_weak_of_them(
    made: Made, cells: Cells
) -> None:
    sources = [
        {"source_id": name, "quality": quality}
        for name, quality in (("a", "official"), ("b", "press"), ("c", "repost"))
    ]
    rows = [
        {"source_id": "a", "printed": "1201起"},
        {"source_id": "b", "printed": "1201起"},
        {"source_id": "b", "printed": "5起", "end": "2024-06-30"},
        {"source_id": "c", "printed": "7起", "end": "2024-07-31"},
    ]
    table = singles(made(rows, sources), lang="en")
    assert table.data.rows() == [("enforcement", "cases_solved", 4, 2, 1)]
    (shown,) = cells(table)
    assert [shown[c].get_text() for c in ("name", "figures", "single", "weak")] == [
        "Cases solved",
        "4",
        "2",
        "1",
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_repeats_show_both_windows_and_no_slug(record: Record, cells: Cells, lang: Lang) -> None:
    shown = cells(repeats(record, lang=lang))
    texts = [" ".join(cell.get_text(" ") for cell in row.values()) for row in shown]
    (text,) = (text for text in texts if "3291亿元" in text)
    assert re.search(r"2021 .*2021-04 –\s+2022-03", text)
    assert not any(re.search(r"[a-z]_[a-z]|None", text) for text in texts)
