"""The board: one figure an indicator about a period, chosen by the stated rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from research.metrics.board import board, claims_about, period
from research.record.record import Record, RecordError
from research.record.schema import LANES

Tiny = Callable[..., Record]
LEGAL = "legal-daily-2022-05-11"
OF_2021 = {"start": "2021-01-01", "end": "2021-12-31"}
SOURCES = pl.DataFrame(
    {
        "source_id": ["police", "paper", "paper2"],
        "quality": ["official", "press", "press"],
        "issued": ["2022-01-01", "2022-01-01", "2022-03-01"],
    }
)


def solved(printed: str, **columns: Any) -> tuple[str, str, dict[str, Any]]:
    return "cases_solved", printed, columns


def printed_on(record: Record, **options: Any) -> list[str]:
    return board(record, **OF_2021 | options)["printed"].to_list()


# The period


def test_a_period_is_two_days_as_dates() -> None:
    year = (dt.date(2021, 1, 1), dt.date(2021, 12, 31))
    assert period("2021-01-01", "2021-12-31", None) == year
    assert period(year[0], None, year[1]) == year
    assert period(*year, "2025-01-01") == year


@pytest.mark.parametrize("end", ["2021-05-11", "2022-02-28", "2024-02-29", "2021-12-31"])
def test_without_a_start_a_period_is_about_a_year(end: str) -> None:
    first, last = period(None, end, None)
    assert last == dt.date.fromisoformat(end)
    assert 365 <= (last - first).days <= 369


def test_a_period_needs_an_end_and_a_start_before_it() -> None:
    with pytest.raises(RecordError, match="a board needs an end, or an as_of to end on"):
        period("2021-01-01", None, None)
    with pytest.raises(RecordError, match="start 2022-01-01 is after end 2021-01-01"):
        period("2022-01-01", "2021-01-01", None)
    with pytest.raises(RecordError, match="end: 'x' is not a day"):
        period(None, "x", None)


# The choice


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (
            {"start": "2021-01-01", "end": "2021-11-30"},
            {"start": "2021-01-01", "end": "2021-06-30"},
        ),
        (
            {"start": "2021-01-01", "end": "2021-12-31"},
            {"start": "2020-12-01", "end": "2022-01-31"},
        ),
        (
            {"start": "2020-12-01", "end": "2021-12-31"},
            {"start": "2021-01-01", "end": "2021-11-30"},
        ),
        ({}, {"doubt": "?", "source_id": "police"}),
        ({"source_id": "paper2"}, {"source_id": "police"}),
        ({"source_id": "police"}, {"source_id": "paper"}),
    ],
    ids=["covers more", "less outside", "cover before outside", "undoubted", "later", "official"],
)
def test_the_better_of_two_figures_stands_on_the_board(
    tiny: Tiny, better: dict[str, Any], worse: dict[str, Any]
) -> None:
    figures = [solved("1111起", **{"source_id": "paper"} | better)]
    figures += [solved("2222起", **{"source_id": "paper"} | worse)]
    for order in (figures, figures[::-1]):
        found = board(tiny(*order, sources=SOURCES), **OF_2021)
        assert found.select("printed", "others").rows() == [("1111起", 1)]


def test_only_totals_of_the_place_that_meet_the_period_stand_on_it(tiny: Tiny) -> None:
    record = tiny(
        solved("1111起", start="2020-01-01", end="2021-01-01"),
        ("cases_filed", "1112起", {"start": "2020-01-01", "end": "2020-12-31"}),
        ("suspects_arrested", "1113名", {"scope": "single_action"}),
        ("gangs_dismantled", "1114个", {"geo": "440000"}),
    )
    assert printed_on(record) == ["1111起"]
    assert printed_on(record, geo="440000") == ["1114个"]
    assert printed_on(record, start="2022-01-01", end="2022-12-31") == []


def test_every_figure_of_the_source_stands_on_it_besides(tiny: Tiny) -> None:
    record = tiny(
        solved("1111起", source_id="police"),
        solved("2222起", source_id="paper"),
        ("suspects_arrested", "3333名", {"source_id": "police"}),
        ("suspects_arrested", "44名", {"source_id": "paper", "scope": "single_action"}),
        ("gangs_dismantled", "5个", {"source_id": "paper", "geo": "440000"}),
        (
            "calls_blocked",
            "6次",
            {"source_id": "paper", "start": "2019-01-01", "end": "2019-12-31"},
        ),
        sources=SOURCES,
    )
    found = board(record, **OF_2021, source="paper")
    assert found.select("printed", "featured").rows() == [
        ("2222起", True),  # in place of the figure that would have been chosen
        ("3333名", False),
        ("44名", True),
        ("5个", True),
        ("6次", True),
    ]


def test_what_the_year_before_must_have_been_is_implied(tiny: Tiny) -> None:
    rise = {"yoy_printed": "同比上升28.5%", "yoy_pct": 28.5}
    record = tiny(solved("39.4万起", **rise), ("suspects_arrested", "63.4万名"))
    found = board(record, **OF_2021).select("implied_low", "implied_value", "implied_high")
    assert found.row(0) == pytest.approx((393_500 / 1.286, 394_000 / 1.285, 395_000 / 1.2845))
    assert found.row(1) == (None, None, None)


# The official record


def test_the_board_of_a_day_knows_only_what_was_issued_by_then(record: Record) -> None:
    day = dt.date(2022, 5, 11)
    found = board(record, as_of=day, start="2021-04-01", end="2022-03-31")
    assert (found["issued"] <= day).all()
    assert found["indicator"].is_unique().all()
    assert set(found["geo"]) == {"CN"}
    assert set(found["scope"]) == {"total"}
    assert not found["featured"].any()
    lanes = [LANES.index(lane) for lane in found["lane"]]
    assert lanes == sorted(lanes)
    row = found.row(by_predicate=pl.col("indicator") == "cases_solved", named=True)
    assert (row["low"], row["value"], row["high"]) == (393_500, 394_000, 395_000)


def test_the_board_of_a_bulletin_holds_all_its_figures(record: Record) -> None:
    own = record.select(source=LEGAL)
    found = board(record, as_of="2022-05-11", source=LEGAL).filter("featured")
    assert set(found["observation_id"]) == set(own["observation_id"])


def test_a_board_of_a_bulletin_only_holds_no_other_figure(record: Record) -> None:
    options = {"as_of": "2022-05-11", "source": LEGAL}
    only = board(record, **options, only=True)
    assert only["featured"].all()
    assert only.equals(board(record, **options).filter("featured"))
    claims = claims_about(record, **options, only=True)
    assert set(claims["source_id"]) == {LEGAL}
    assert claims.height == record.claims.filter(source_id=LEGAL).height


def test_the_board_counts_the_figures_that_it_does_not_show(record: Record) -> None:
    span = {"start": "2021-04-01", "end": "2022-03-31", "as_of": "2022-05-11"}
    meeting = record.select(geo="CN", scope="total", overlap=True, **span)
    counts = dict(meeting.group_by("indicator").len().rows())
    for name, others in board(record, **span).select("indicator", "others").rows():
        assert others == counts[name] - 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"geo": "CHN"}, "unknown geo 'CHN'"),
        ({"source": "nobody"}, "unknown source 'nobody'"),
        ({"end": None}, "a board needs an end"),
        ({"as_of": "soon"}, "as_of: 'soon' is not a day"),
    ],
)
def test_a_board_of_what_is_not_known_is_an_error(
    record: Record, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(RecordError, match=said):
        board(record, **OF_2021 | options)


def test_an_empty_record_has_an_empty_board() -> None:
    assert board(Record(), **OF_2021).height == 0


# Claims


def test_claims_are_those_of_the_place_that_meet_the_period(record: Record) -> None:
    first, last = dt.date(2021, 1, 1), dt.date(2021, 12, 31)
    found = claims_about(record, start=first, end=last)
    wanted = record.claims.filter(
        pl.col("start") <= last, pl.col("end") >= first, pl.col("geo") == "CN"
    )
    assert set(found["claim_id"]) == set(wanted["claim_id"])
    assert found.height == wanted.height > 0


def test_claims_of_the_source_come_first_and_besides(record: Record) -> None:
    own = record.claims.filter(source_id=LEGAL)
    found = claims_about(record, indicator="cases_solved", source=LEGAL, as_of="2022-05-11")
    assert found.head(own.height)["featured"].all()
    assert set(found.filter("featured")["claim_id"]) == set(own["claim_id"])
    others = found.filter(~pl.col("featured"))
    assert set(others["indicator"]) <= {"cases_solved"}
    assert (found["issued"] <= dt.date(2022, 5, 11)).all()


def test_claims_of_what_is_not_known_are_an_error(record: Record) -> None:
    with pytest.raises(RecordError, match="unknown indicator 'case_solved'"):
        claims_about(record, indicator="case_solved")
    with pytest.raises(RecordError, match="unknown source"):
        claims_about(record, source="nobody")


# Bugs found by these tests


def test_a_dated_figure_stands_before_an_undated_one(tiny: Tiny) -> None:
    sources = pl.DataFrame(
        {
            "source_id": ["dated", "undated"],
            "quality": ["press"] * 2,
            "issued": ["2022-01-01", None],
        }
    )
    record = tiny(
        solved("1111起", source_id="dated"), solved("2222起", source_id="undated"), sources=sources
    )
    assert printed_on(record) == ["1111起"]


def test_without_a_start_a_period_is_the_year_up_to_its_end() -> None:
    assert period(None, "2021-12-31", None)[0] in (dt.date(2020, 12, 31), dt.date(2021, 1, 1))


@pytest.mark.parametrize(
    ("note", "limit"),
    [
        ("Defendants aged under 35, more than this percent; window vague", "at_least"),
        ("More than 60% of all telecom fraud cases used fake apps", "at_least"),
        ("Accuracy of 12381 warnings, 60 percent or more", "at_least"),
        ("online (not phone or SMS) fraud is over 85 percent of cases", "at_least"),
        ("Ten common types make up nearly 88.4% of cases.", "nearly"),
        ("In some large cities telecom fraud reaches up to 50% of cases", "at_most"),
        ("Defendants given five years or more, about one sixth", "about"),
        ("Percent unemployed; much lower than the 94% printed for 2021", "exact"),
        (None, "exact"),
    ],
)
def test_a_claimed_share_keeps_the_word_that_limits_it(note: str | None, limit: str) -> None:
    window = {"start": "2021-01-01", "end": "2021-12-31"}
    claims = [
        {"kind": kind, "indicator": "cases_filed", "value": 60.0, "note": note, **window}
        for kind in ("share", "rank")
    ]
    frame = pl.DataFrame(claims, schema_overrides={"note": pl.String})
    found = claims_about(Record(claims=frame))
    assert dict(found.select("kind", "limit").iter_rows()) == {"share": limit, "rank": None}
