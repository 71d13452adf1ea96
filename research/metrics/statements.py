"""Every figure and claim about one series as linear limits on sums over days (DESIGN §5).

A statement is one observation, one claim or one assumption; its rows are limits
`low ≤ Σ coefficient · sum over a window ≤ high`. Solving them is `polytope.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import polars as pl

from research.metrics.compute import preferred
from research.record.record import Record

INF = float("inf")
DAY = timedelta(days=1)
SLACK_DAYS = 31
"""How far an end of an inferred window may lie from where it was put. Inferred windows come from
words like 一年来 and 截至目前, whose ends are a month's statistics away from the day of the text at
most; a month each way covers those that the record could check against a stated window."""
START_SLACKS = 12
"""How many times that the start of an inferred running total may be off: 累计 leaves it out, and it
is then read as that of a year or a campaign, which may be the year's or campaign's before."""

WEIGHTS = {
    "doubtful": 1.0,
    "secondary": 4.0,
    "repost": 10.0,
    "window_inferred": 20.0,
    "superseded": 40.0,
    "sound": 100.0,
}
"""What yields first where not all can be true: a statement weighs as its weakest ground."""


class Term(NamedTuple):
    """A coefficient times the sum over a window of whole days."""

    coefficient: float
    start: date
    end: date


class Row(NamedTuple):
    """`low ≤ Σ terms ≤ high`."""

    terms: tuple[Term, ...]
    low: float
    high: float


@dataclass(frozen=True)
class Statement:
    """One limit on a series, where it comes from, and how firmly it stands.

    `kind` is `level`, `change`, `prior` (the level of the year before that a change over an
    inferred window implies), `comparison`, `part`, `whole`, `provinces`, a kind of claim, or
    `assumption`.
    """

    id: str
    kind: str
    source_id: str
    start: date
    end: date
    said: str
    weight: float
    rows: tuple[Row, ...]

    @property
    def ground(self) -> str:
        """Why it weighs what it weighs: one of `WEIGHTS`."""
        return next((name for name, weight in WEIGHTS.items() if weight == self.weight), "sound")

    @property
    def inferred(self) -> bool:
        """Whether its window is: then it limits an inner and an outer one instead."""
        return self.kind in ("level", "part", "prior") and (self.start, self.end) not in {
            (term.start, term.end) for row in self.rows for term in row.terms
        }

    @property
    def stated(self) -> tuple[float, float]:
        """What it says of its quantity: of a sum its interval, of a change the ratio to its base;
        of a run or a record, that each ratio is at most, or at least, 1."""
        if all(len(row.terms) == 1 for row in self.rows):
            return max(row.low for row in self.rows), min(row.high for row in self.rows)
        if self.kind in ("change", "comparison"):
            high = -self.rows[1].terms[1].coefficient if len(self.rows) > 1 else INF
            return -self.rows[0].terms[1].coefficient, high
        return (1.0, INF) if self.kind == "record_high" else (0.0, 1.0)


def year_before(day: date) -> date:
    """The same day a year earlier; the last day of February stays the last.

    >>> year_before(date(2021, 2, 28)), year_before(date(2020, 2, 29))
    (datetime.date(2020, 2, 29), datetime.date(2019, 2, 28))
    """
    if day.month == 2 and (day + DAY).month == 3:
        return date(day.year - 1, 3, 1) - DAY
    return day.replace(year=day.year - 1)


def months(start: date, end: date) -> Iterator[tuple[date, date]]:
    """The whole calendar months that lie within two days.

    >>> [first.month for first, _ in months(date(2021, 1, 15), date(2021, 4, 30))]
    [2, 3, 4]
    """
    first = start if start.day == 1 else _next_month(start)
    while (following := _next_month(first)) - DAY <= end:
        yield first, following - DAY
        first = following


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _weight(row: dict[str, Any]) -> float:
    grounds = [str(row["quality"]), *row["marks"], *(["superseded"] if row["superseded"] else [])]
    return min(WEIGHTS.get(ground, WEIGHTS["sound"]) for ground in grounds)


class Slack(NamedTuple):
    """How far the two ends of a window may be off, and a day that the window cannot pass."""

    start: timedelta = timedelta()
    end: timedelta = timedelta()
    last: date = date.max


def _slack(row: dict[str, Any], slack: timedelta) -> Slack:
    """That of a figure: no text counts what happens after the day on which it was issued."""
    if row["window_certain"]:
        return Slack()
    last = max(row["end"], row["issued"]) if row["issued"] else date.max
    return Slack(slack * START_SLACKS if row["cumulative"] else slack, slack, last)


def _within(start: date, end: date, low: float, high: float, off: Slack) -> tuple[Row, ...]:
    """A sum over a window. One whose ends are unsure is two: an inner window, surely covered, holds
    at most `high`, and an outer one, surely covering, at least `low`."""
    if not off.end:
        return (Row((Term(1.0, start, end),), low, high),)
    rows = [Row((Term(1.0, start - off.start, min(end + off.end, off.last)),), low, INF)]
    if start + off.start <= end - off.end and high < INF:
        rows.append(Row((Term(1.0, start + off.start, end - off.end),), 0.0, high))
    return tuple(rows)


def ratio_rows(
    now: tuple[date, date], then: tuple[date, date], low: float, high: float
) -> tuple[Row, ...]:
    """sum(now) between `low` and `high` times sum(then)."""
    rows = [Row((Term(1.0, *now), Term(-low, *then)), 0.0, INF)]
    if high < INF:
        rows.append(Row((Term(1.0, *now), Term(-high, *then)), -INF, 0.0))
    return tuple(rows)


def level_rows(row: dict[str, Any], slack: timedelta) -> tuple[Row, ...]:
    """What an announced level limits."""
    return _within(row["start"], row["end"], row["low"], row["high"], _slack(row, slack))


def change_rows(row: dict[str, Any], slack: timedelta) -> tuple[Row, ...]:
    """What a printed year-on-year change limits. Over an inferred window the two sums are not known
    to be of the same days, so only the implied level of the year before remains."""
    low, high = 1 + row["yoy_low"] / 100, 1 + row["yoy_high"] / 100
    then = year_before(row["start"]), year_before(row["end"])
    if row["window_certain"]:
        return ratio_rows((row["start"], row["end"]), then, low, high)
    if row["low"] is None or low <= 0:
        return ()
    return _within(*then, row["low"] / high, row["high"] / low, Slack(slack, slack))


def run_rows(kind: str, start: date, end: date) -> tuple[Row, ...]:
    """Each month of a run at most the month a year, or a month, before."""
    found = []
    for first, last in months(start, end):
        if kind == "yoy_decline_run":
            then = year_before(first), year_before(last)
        else:
            then = (first - DAY).replace(day=1), first - DAY
        found.append(Row((Term(1.0, first, last), Term(-1.0, *then)), -INF, 0.0))
    return tuple(found)


def record_rows(kind: str, start: date, end: date, first: date) -> tuple[Row, ...]:
    """A record high (or low) against the same window of every earlier year from `first` on."""
    sign, found = (1.0 if kind == "record_high" else -1.0), []
    then = year_before(start), year_before(end)
    while then[0] >= first:
        found.append(Row((Term(sign, start, end), Term(-sign, *then)), 0.0, INF))
        then = year_before(then[0]), year_before(then[1])
    return tuple(found)


def statement_of(
    row: dict[str, Any], kind: str, said: str | None, rows: tuple[Row, ...]
) -> Statement:
    change = kind in ("change", "prior")
    name = row["observation_id"] + (" (change)" if change else "")
    window = row["start"], row["end"]
    if kind == "prior":
        window = year_before(window[0]), year_before(window[1])
    return Statement(name, kind, row["source_id"], *window, said or "", _weight(row), rows)


def with_vintages(record: Record, indicator: str) -> pl.LazyFrame:
    """Figures of an indicator, with whether a later sound one of the same issuer supersedes each.

    The issuer is the body named first: 公安部 of `公安部 / 中央宣传部` and of `公安部 (via …)`."""
    body = pl.col("issuer").str.extract(r"^([^(（/;、]+)").str.strip_chars().alias("body")
    issuers = record.sources.lazy().select("source_id", body)
    sound = pl.col("doubt").is_null() & pl.col("quality").is_in(["official", "press"])
    key = ["geo", "scope", "start", "end", "body"]
    latest = pl.col("issued").filter(sound).max().over(key)
    return (
        record.figures(indicator)
        .join(issuers, on="source_id", maintain_order="left")
        .with_columns(superseded=(pl.col("issued") < latest).fill_null(value=False))
    )


def _own(
    rows: Iterable[dict[str, Any]], geo: str, scope: str, slack: timedelta
) -> Iterator[Statement]:
    """Levels and changes of the series itself."""
    own = [row for row in rows if (row["geo"], row["scope"]) == (geo, scope)]
    for row in sorted(own, key=lambda row: (row["start"], row["end"], row["observation_id"])):
        if row["low"] is not None:
            yield statement_of(row, "level", row["printed"], level_rows(row, slack))
        if row["yoy_low"] is not None:
            said = row["yoy_printed"] or f"{row['yoy_pct']}%"
            kind = "change" if row["window_certain"] else "prior"
            yield statement_of(row, kind, said, change_rows(row, slack))


def _bounding(
    figures: pl.DataFrame, record: Record, geo: str, scope: str, slack: timedelta
) -> Iterator[Statement]:
    """A part is never above its total, and a province never above the nation."""
    relation = dict(record.scopes.select("scope", "relation").iter_rows())
    level = dict(record.regions.select("code", "level").iter_rows())
    known = [row for row in figures.iter_rows(named=True) if row["low"] is not None]
    if scope == "total":
        for row in (r for r in known if r["geo"] == geo and relation[r["scope"]] == "part"):
            part = row | {"high": INF}
            yield statement_of(part, "part", row["printed"], level_rows(part, slack))
    wholes = {(geo, "total")} if relation[scope] == "part" else set()
    wholes |= {("CN", scope)} if level[geo] == "province" else set()
    for whole in sorted(wholes):
        for row in (r for r in known if (r["geo"], r["scope"]) == whole and r["window_certain"]):
            yield statement_of(row, "whole", row["printed"], level_rows(row | {"low": 0.0}, slack))
    codes = {place for place, how in level.items() if how == "province"}
    if geo == "CN" and any(row["geo"] in codes and row["scope"] == scope for row in known):
        sure = figures.lazy().filter(pl.col("low").is_not_null(), scope=scope, window_certain=True)
        names = record.regions.lazy().select("code", "name_zh")
        yield from _provinces(sure.filter(pl.col("geo").is_in(codes)), names, scope)


def _provinces(known: pl.LazyFrame, names: pl.LazyFrame, scope: str) -> Iterator[Statement]:
    """The provinces of one window sum to at most the nation; figures in doubt are left out.

    Light, as it holds only where a province counts as the nation does.
    """
    printed = pl.concat_str("name_zh", "printed", separator=" ").sort()
    sums = (
        preferred(known)
        .filter(pl.col("doubt").is_null())
        .join(names, left_on="geo", right_on="code", maintain_order="left")
        .group_by("start", "end")
        .agg(pl.col("low").sum(), said=printed.str.join(" + "), source=pl.col("source_id").first())
        .sort("start", "end")
    )
    for row in sums.collect().to_dicts():
        start, end = row["start"], row["end"]
        rows = (Row((Term(1.0, start, end),), row["low"], INF),)
        about = f"provinces:{scope}:{start}..{end}", "provinces", row["source"], start, end
        yield Statement(*about, row["said"], WEIGHTS["secondary"], rows)


RUNS, RECORDS = ("yoy_decline_run", "mom_decline_run"), ("record_high", "record_low")


def _claims(
    record: Record, indicator: str, geo: str, scope: str, first: date
) -> Iterator[Statement]:
    """Runs, records and changes against a stated base."""
    own = record.claims.filter(indicator=indicator, geo=geo, scope=scope)
    if own.is_empty():
        return
    quality = record.sources.lazy().select("source_id", "quality")
    # Where every figure of a source is in doubt, the source is, and so are its claims.
    doubt = record.observations.lazy().group_by("source_id")
    doubted = doubt.agg(doubted=pl.col("doubt").is_not_null().all())
    marks = pl.when("doubted").then(["doubtful"]).otherwise([])
    claims = (
        own.lazy()
        .join(quality, on="source_id", maintain_order="left")
        .join(doubted, on="source_id", how="left", maintain_order="left")
        .with_columns(observation_id="claim_id", superseded=False, marks=marks)
    )
    for row in claims.filter(pl.col("kind").is_in([*RUNS, *RECORDS])).collect().to_dicts():
        window = row["start"], row["end"]
        run = row["kind"] in RUNS
        rows = run_rows(row["kind"], *window) if run else record_rows(row["kind"], *window, first)
        yield statement_of(row, row["kind"], row["window_words"], rows)
    bases = record.comparisons.lazy()
    for row in claims.drop("start", "end").join(bases, on="claim_id").collect().to_dicts():
        now, then = (row["start"], row["end"]), (row["base_start"], row["base_end"])
        rows = ratio_rows(now, then, row["low"], row["high"])
        yield statement_of(row, "comparison", row["printed"], rows)


def of_series(
    record: Record,
    indicator: str,
    geo: str = "CN",
    scope: str = "total",
    slack_days: int = SLACK_DAYS,
) -> list[Statement]:
    """All statements that limit one series of a flow: its own, its parts', its whole's.

    >>> from research.record.record import load
    >>> sorted({s.kind for s in of_series(load(), "cases_solved")})
    ['change', 'comparison', 'level', 'part', 'prior', 'provinces', 'record_high']
    """
    figures, slack = with_vintages(record, indicator).collect(), timedelta(days=slack_days)
    own = figures.iter_rows(named=True)
    found = [*_own(own, geo, scope, slack), *_bounding(figures, record, geo, scope, slack)]
    first = min((s.start for s in found), default=date.max)
    found += _claims(record, indicator, geo, scope, first)
    return [statement for statement in found if statement.rows]


def windows_of(statements: Iterable[Statement]) -> list[tuple[date, date]]:
    """Every window that any row sums over."""
    return [(t.start, t.end) for s in statements for row in s.rows for t in row.terms]
