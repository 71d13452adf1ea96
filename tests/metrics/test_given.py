"""Rows of your own as statements: figures, claims and ratios, in one frame."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from research.metrics.given import of_rows, of_sources
from research.metrics.statements import SLACK_DAYS
from research.record.record import Record, RecordError

SERIES = ("cases_solved", "CN", "total")
YEAR = {"start": "2022-01-01", "end": "2022-12-31"}


def test_a_frame_holds_figures_claims_and_ratios(record: Record) -> None:
    about = {"indicator": "cases_solved"} | YEAR
    rows = [
        about | {"printed": "46.4万起"},
        about | {"kind": "yoy_decline_run", "end": "2022-03-31"},
        about | {"printed": "上升5%", "base_start": "2021-01-01", "base_end": "2021-12-31"},
    ]
    found = of_rows(pl.DataFrame(rows, infer_schema_length=None), record, SLACK_DAYS)
    assert [s.kind for s in found[SERIES]] == ["level", "yoy_decline_run", "comparison"]
    assert [len(s.rows) for s in found[SERIES]] == [1, 3, 2]
    assert all(s.id.startswith("given:") for s in found[SERIES])


def test_a_record_of_your_own_stands_over_every_year_that_the_record_knows(record: Record) -> None:
    row = {"indicator": "cases_solved", "kind": "record_high"} | YEAR
    ((statement,),) = of_rows(pl.DataFrame([row]), record, SLACK_DAYS).values()
    years = [r.terms[1].start.year for r in statement.rows]
    assert years == list(range(2021, 2021 - len(years), -1))
    assert years[-1] <= 2016  # the first year with a level


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"kind": "share"}, "limits no series; allowed: yoy_decline_run"),
        (
            {"printed": "46.4万起", "base_start": "2021-01-01", "base_end": "2021-12-31"},
            "is no change",
        ),
        (
            {"printed": "上升5%", "base_start": "2021", "base_end": "2021-12-31"},
            "base_start: '2021'",
        ),
    ],
)
def test_a_row_that_says_nothing_is_refused_in_words(
    record: Record, row: dict[str, str], message: str
) -> None:
    frame = pl.DataFrame([{"indicator": "cases_solved"} | YEAR | row])
    with pytest.raises(RecordError, match=message):
        of_rows(frame, record, SLACK_DAYS)


def test_a_source_gives_its_own_statements_and_no_limits_of_others(record: Record) -> None:
    found = of_sources(record, ["legal-daily-2022-05-11"], SLACK_DAYS)
    said = [s for own in found.values() for s in own]
    assert {s.source_id for s in said} == {"legal-daily-2022-05-11"}
    assert {s.kind for s in said} == {
        "level",
        "prior",
        "record_high",
        "yoy_decline_run",
        "action",
        "undated",
    }
    assert min(s.start for s in said) >= date(2020, 4, 1)
