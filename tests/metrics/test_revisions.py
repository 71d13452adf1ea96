"""One window with two figures, and one figure with two windows: by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from research.metrics.revisions import repeats, revisions
from research.record.record import Record


def record(*rows: dict[str, Any]) -> Record:
    about = {"indicator": "funds_stopped", "start": "2021-01-01", "end": "2021-12-31"}
    given = [about | {"source_id": f"s{n}"} | row for n, row in enumerate(rows)]
    return Record(observations=pl.DataFrame(given, infer_schema_length=None))


EARLY, LATE = {"issued": date(2022, 1, 5)}, {"issued": date(2022, 5, 20)}


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [("3265亿元", "3291亿元", 1), ("3265亿元", "3300亿元", 1), ("3291亿元", "3290亿元", 0)],
)
def test_a_revision_is_two_figures_of_one_window_that_do_not_meet(
    first: str, second: str, found: int
) -> None:
    pair = revisions(record({"printed": first} | EARLY, {"printed": second} | LATE))
    assert pair.height == found
    assert pair["ratio"].to_list() == [pytest.approx(float(second[:4]) / 3265)] * found


@pytest.mark.parametrize(
    ("printed", "end", "more", "found"),
    [
        ("3265亿元", "2021-11-30", {}, 1),
        ("3265亿元", "2021-12-20", {}, 0),
        ("3266亿元", "2021-11-30", {}, 0),
        ("3265亿元", "2021-11-30", {"start": "2020-01-01", "end": "2020-12-31"}, 0),
    ],
)
def test_a_repeat_is_one_figure_of_two_windows_that_overlap(
    printed: str, end: str, more: dict[str, Any], found: int
) -> None:
    rows = {"printed": "3265亿元"}, {"printed": printed, "end": end} | more
    assert repeats(record(*rows)).height == found


def test_two_digits_are_telling_only_in_doubt() -> None:
    early = {"printed": "21亿元", "end": "2021-06-30"}
    assert repeats(record({"printed": "21亿元"}, early)).is_empty()
    assert repeats(record({"printed": "21亿元", "doubt": "stale"}, early)).height == 1
