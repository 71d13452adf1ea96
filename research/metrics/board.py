"""The board: what the campaign reported about a period, as it was known on a day.

One figure an indicator and scope, chosen by stated rules; showing it is `research.charts.tables`.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from research.metrics.compute import QUALITY_ORDER, evaluated
from research.metrics.statements import year_before
from research.record.record import Day, Names, Record, RecordError, as_day
from research.record.schema import LANES


def _cover(start: date, end: date) -> dict[str, pl.Expr]:
    """Days of the period that a window covers, and days that it has outside of it."""
    first, last = pl.max_horizontal("start", pl.lit(start)), pl.min_horizontal("end", pl.lit(end))
    inside = (last - first).dt.total_days() + 1
    return {
        "inside": inside,
        "outside": (pl.col("end") - pl.col("start")).dt.total_days() + 1 - inside,
    }


def _implied() -> list[pl.Expr]:
    """The level of the year before that the printed change implies, as an interval."""
    return [
        expression.alias(f"implied_{end}")
        for end, expression in evaluated("implied_prior_level").items()
    ]


def _with_inputs(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Columns under the names that `implied_prior_level` takes its inputs by."""
    change = {"low": "yoy_low", "value": "yoy_pct", "high": "yoy_high"}
    return rows.with_columns(
        *(pl.col(end).alias(f"level_{end}") for end in change),
        *((pl.col(column) / 100).alias(f"change_{end}") for end, column in change.items()),
    )


def period(start: Day, end: Day, as_of: Day) -> tuple[date, date]:
    """The two days as dates; without a start, the year up to the end; without an end, `as_of`."""
    last = as_day(end, "end") or as_day(as_of, "as_of")
    if last is None:
        raise RecordError("a board needs an end, or an as_of to end on")
    first = as_day(start, "start") or year_before(last)
    if first > last:
        raise RecordError(f"start {first} is after end {last}: swap or correct them")
    return first, last


def board(
    record: Record,
    *,
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    geo: str = "CN",
    source: Names = None,
    only: bool = False,
) -> pl.DataFrame:
    """One figure for each indicator of a place about a period, as known on a day.

    Of the figures of scope `total` whose window meets the period, the one that covers most of it
    stands on the board; then the one with fewest days outside, undoubted before doubtful, then the
    latest issue. Every figure of `source` (one id or several) stands on it besides, whatever its
    place and scope; with `only`, nothing else does. Columns: those of `Record.select`, and `others`
    (how many more figures were known), `implied_low`, `implied_value`, `implied_high` (the year
    before), `featured`. Sorted by lane, figures of other places and of parts last. Raises
    `RecordError`.

    >>> from research.record.record import load
    >>> seen = board(load(), start="2021-04-01", end="2022-03-31", as_of="2022-05-11")
    >>> seen.filter(indicator="cases_solved").select("printed", "yoy_printed").row(0)
    ('39.4万起', '同比上升28.5%')
    """
    first, last = period(start, end, as_of)
    known = record.as_of(as_of)
    meeting = known.select(geo=geo, start=first, end=last, overlap=True).lazy()
    featured = known.select(source=known.names(source, "source") or []).lazy()
    chosen = (
        meeting.filter(scope="total")
        .with_columns(**_cover(first, last))
        .sort(
            -pl.col("inside"),
            "outside",
            pl.col("doubt").is_not_null(),
            -pl.col("issued").cast(pl.Int64),
            pl.col("quality").cast(pl.String).replace_strict(QUALITY_ORDER, range(4)),
            "observation_id",
            nulls_last=True,
        )
        .unique("indicator", keep="first", maintain_order=True)
    )
    replaced = chosen.join(featured, on=["indicator", "geo", "scope"], how="anti")
    if only:
        replaced = replaced.clear()
    rows = pl.concat(
        [
            replaced.with_columns(featured=pl.lit(value=False)).drop("inside", "outside"),
            featured.with_columns(featured=pl.lit(value=True)),
        ]
    )
    series = ["indicator", "geo", "scope"]
    counts = known.select(start=first, end=last, overlap=True).lazy().group_by(series).len("others")
    return (
        _with_inputs(rows)
        .with_columns(*_implied(), lane=pl.col("lane").cast(pl.Enum(LANES)))
        .join(counts, on=series, how="left", maintain_order="left")
        .with_columns(pl.col("others").fill_null(1) - 1)
        .drop("^(level|change)_.*$")
        .sort(
            "lane", pl.col("geo") != geo, pl.col("scope") != "total", "indicator", "scope", "start"
        )
        .collect()
    )


# A share is claimed with a number; the word that limits it stands in the note.
_LIMITS = {
    "at_least": r"(?i)more than (this|\d)|\bover \d+ percent|percent or more|qualifier over",
    "nearly": r"(?i)\bnearly\b",
    "at_most": r"(?i)\bup to \d",
    "about": r"(?i)\b(about|around)\b",
}


def _limit() -> pl.Expr:
    """How a share is limited, in the words of `printed.reading`; null for another claim."""
    found = pl.lit("exact")
    for limit, words in reversed(_LIMITS.items()):
        found = pl.when(pl.col("note").str.contains(words)).then(pl.lit(limit)).otherwise(found)
    return pl.when(pl.col("kind") == "share").then(found)


def latest(rows: pl.DataFrame) -> pl.DataFrame:
    """The newest figure of each series among rows of `Record.select`, undoubted before doubtful.

    >>> from research.record.record import load
    >>> latest(load().select("cases_solved", geo="CN", scope="total")).select("end").item()
    datetime.date(2025, 12, 31)
    """
    order = [pl.col("doubt").is_null(), "end", pl.col("start"), "issued", "observation_id"]
    newest = rows.sort(order, nulls_last=False).unique(
        ["indicator", "geo", "scope"], keep="last", maintain_order=True
    )
    return newest.sort("lane", "indicator", "geo", "scope")


def claims_about(
    record: Record,
    *,
    indicator: Names = None,
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    geo: str = "CN",
    source: Names = None,
    only: bool = False,
) -> pl.DataFrame:
    """Claims about a place whose window meets a period, and all claims of `source`.

    With `only`, no others. Columns: those of `record.claims`, with `lane`, `issued`, `quality`,
    `featured`, `limit` (of a share: whether more, less or about as much). Raises `RecordError`.

    >>> from research.record.record import load
    >>> runs = claims_about(load(), indicator="cases_filed").filter(kind="yoy_decline_run")
    >>> runs.filter(source_id="legal-daily-2022-05-11")["value"].to_list()
    [10.0]
    """
    known = record.as_of(as_of)
    indicators, sources = known.names(indicator, "indicator"), known.names(source, "source")
    featured = pl.col("source_id").is_in(sources or [])
    meets = pl.col("geo") == geo
    if first := as_day(start, "start"):
        meets &= pl.col("end") >= first
    if last := as_day(end, "end"):
        meets &= pl.col("start") <= last
    if indicators is not None:
        meets &= pl.col("indicator").is_in(indicators)
    return (
        known.claims.lazy()
        .filter(featured if only else meets | featured)
        .join(known.indicators.lazy().select("indicator", "lane"), on="indicator")
        .join(known.sources.lazy().select("source_id", "issued", "quality"), on="source_id")
        .with_columns(featured=featured, limit=_limit())
        .sort(~pl.col("featured"), "lane", "indicator", "start", "claim_id")
        .collect()
    )
