"""The record shows itself: rows by lane and year, facts, and what to call next."""

from __future__ import annotations

import re

import polars as pl
import pytest
from bs4 import BeautifulSoup

from research.record.record import Record
from research.record.schema import LANES

FIGURE = {"indicator": "cases_solved", "printed": "5起"}


def rows(record: Record) -> dict[str, list[str]]:
    """The table of the text, line by line under its first word."""
    body = repr(record).split("\n\n")[1]
    return {cells[0]: cells[1:] for cells in (line.split() for line in body.splitlines())}


def html_rows(record: Record) -> dict[str, list[str]]:
    table = BeautifulSoup(record._repr_html_(), "html.parser").table
    cells = [[c.text for c in row.find_all(["th", "td"])] for row in table.find_all("tr")]
    return {row[0]: row[1:] for row in cells}


def test_the_counts_add_up_to_the_record(record: Record) -> None:
    table = html_rows(record)
    assert list(table) == ["lane", *LANES]
    counts = {lane: [int(c or 0) for c in table[lane]] for lane in LANES}
    for *years, total in counts.values():
        assert sum(years) == total
    assert sum(row[-1] for row in counts.values()) == record.observations.height
    by_lane = dict(record.select().group_by("lane").len().rows())
    assert {lane: row[-1] for lane, row in counts.items()} == by_lane


def test_years_stand_in_order_and_early_ones_together(record: Record) -> None:
    head = html_rows(record)["lane"]
    assert head[0] == "≤ 2014"
    assert head[1:-1] == sorted(head[1:-1])
    assert head[1] == "2015"
    assert head[-1] == "all"


def test_text_and_html_say_the_same(record: Record) -> None:
    text, html = rows(record), html_rows(record)
    for lane in LANES:
        assert text[lane] == [cell for cell in html[lane] if cell]
    plain = BeautifulSoup(record._repr_html_(), "html.parser").text
    for line in repr(record).split("\n\n")[0].splitlines()[1:]:
        assert line.strip() in plain
    for call in repr(record).split("next:\n")[1].splitlines():
        assert call.strip() in plain


def test_the_facts_are_counted(record: Record) -> None:
    text = repr(record)
    assert f"{record.observations.height:,} observations" in text
    assert f"{record.claims.height:,} claims from {record.sources.height:,} sources" in text
    assert f"{record.sources['issued'].null_count()} sources show no day of issue" in text
    assert f"{record.quarantine.height} rows in quarantine" in text
    assert "rounding: either" in text


def test_a_vintage_says_its_day(record: Record) -> None:
    text = repr(record.as_of("2022-05-11"))
    assert "vintage 2022-05-11: only sources known to be issued by then" in text
    assert "show no day of issue" not in text


def test_a_small_record_shows_the_lanes_and_years_that_it_has() -> None:
    days = [
        ("2012-01-01", "2012-12-31"),
        ("2021-01-01", "2021-12-31"),
        ("2021-01-01", "2021-06-30"),
    ]
    frame = pl.DataFrame([FIGURE | {"start": start, "end": end} for start, end in days])
    table = html_rows(Record(frame))
    assert table == {"lane": ["≤ 2014", "2021", "all"], "enforcement": ["1", "2", "3"]}


def test_what_to_call_next_can_be_called(record: Record) -> None:
    import research as rs

    calls = [line.strip() for line in repr(record).split("next:\n")[1].splitlines()]
    assert len(calls) >= 3
    for call in calls:
        if "chart" not in call:  # drawn by the tests of the charts
            assert eval(call, {"rs": rs, "record": record}).height > 0


def test_the_text_is_aligned(record: Record) -> None:
    body = repr(record).split("\n\n")[1].splitlines()
    assert len({len(line) for line in body}) == 1
    assert all(re.search(r"\d$", line) for line in body[1:])


# Bugs found by these tests


@pytest.mark.parametrize("show", [repr, Record._repr_html_], ids=["text", "html"])
def test_a_record_without_figures_shows_itself(record: Record, show: object) -> None:
    assert callable(show)
    assert "0 observations" in show(Record())
    assert "vintage 1990-01-01" in show(record.as_of("1990-01-01"))
