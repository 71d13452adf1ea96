"""Figures that are no sum of months: the stock of a day, the ratio of a window, a single action.

They are held only against figures of the very same day or window, so each such day or window is a
program of its own, of one cell. What a flow allows is `statements.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from research.metrics.causes import Disputed, explained
from research.metrics.conflicts import resolve
from research.metrics.polytope import Polytope
from research.metrics.statements import Row, Statement, Term, statement_of, with_vintages
from research.record.record import Record

# Scopes, and families of them, under which each figure counts something else.
SINGLE = ("single_action", "single_batch", "class_a_notices", "rate", "sample", "share")


def is_series(record: Record, indicator: str, scope: str) -> bool:
    """Whether figures of it are sums of its months, so that windows can be held together."""
    family = record.scopes.filter(scope=scope).item(0, "family")
    kind = record.indicators.filter(indicator=indicator).item(0, "kind")
    return kind == "flow" and scope not in SINGLE and family not in SINGLE


def of_points(record: Record, indicator: str, geo: str, scope: str) -> list[Statement]:
    """What is said of a series that is no sum: `stock`, `ratio`, `action`, or `undated`.

    A stock is that of the last day of its window; where the day, or the window of a ratio, was
    inferred, it is undated.
    """
    family = record.scopes.filter(scope=scope).item(0, "family")
    action = scope in SINGLE or family in SINGLE
    rows = with_vintages(record, indicator).filter(
        pl.col("low").is_not_null(), geo=geo, scope=scope
    )
    found = []
    for row in rows.sort("start", "end", "observation_id").collect().to_dicts():
        sure = str(row["kind"]) if row["window_certain"] else "undated"
        if row["kind"] == "stock":
            row["start"] = row["end"]
        limits = (Row((Term(1.0, row["start"], row["end"]),), row["low"], row["high"]),)
        found.append(statement_of(row, "action" if action else sure, row["printed"], limits))
    return found


def beside(candidate: Statement, known: Iterable[Statement]) -> list[Statement]:
    """The statements that a stock or ratio can be held against: of the very same day or window.

    A single action is held against equal figures alone: one that differs may be of another action.
    """
    if candidate.kind == "undated":
        return []
    return [
        s
        for s in known
        if s.id != candidate.id
        and (s.kind, s.start, s.end) == (candidate.kind, candidate.start, candidate.end)
        and (candidate.kind != "action" or s.rows == candidate.rows)
    ]


def disputed(record: Record, geo: str = "CN") -> Iterator[Disputed]:
    """Stocks of one day, and ratios of one window, that cannot all be true."""
    figures = record.figures().filter(pl.col("kind").cast(pl.String) != "flow", geo=geo)
    series = figures.select("indicator", "scope").unique().sort("indicator", "scope").collect()
    for indicator, scope in series.iter_rows():
        known = of_points(record, indicator, geo, scope)
        frames = []
        for same in {(s.start, s.end): [s, *beside(s, known)] for s in known}.values():
            polytope = Polytope(same)
            if (resolution := resolve(polytope, same)).conflicts:
                frames.append(explained(polytope, resolution, set()))
        if frames:
            yield Disputed(indicator, geo, scope, pl.concat(frames))
