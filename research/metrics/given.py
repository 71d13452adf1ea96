"""The statements that are to be judged: those of sources of the record, or rows of your own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from research.metrics.points import is_series, of_points
from research.metrics.statements import (
    RECORDS,
    RUNS,
    WEIGHTS,
    Statement,
    of_series,
    ratio_rows,
    record_rows,
    run_rows,
)
from research.record.measures import with_ratios
from research.record.record import Record, RecordError, as_day

Series = tuple[str, str, str]
_SERIES = ["indicator", "geo", "scope"]
_OTHERS = ("part", "whole", "provinces")  # limits that other series set


def of_sources(
    record: Record, sources: Sequence[str], slack_days: int
) -> dict[Series, list[Statement]]:
    """All statements of sources that limit anything, by series."""
    picked = pl.col("source_id").is_in(sources)
    rows = pl.concat(
        [f.filter(picked).select(_SERIES) for f in (record.observations, record.claims)]
    )
    found = {}
    for indicator, geo, scope in rows.unique(maintain_order=True).rows():
        series = (indicator, geo, scope)
        if is_series(record, indicator, scope):
            said = of_series(record, *series, slack_days)
        else:
            said = of_points(record, *series)
        own = [s for s in said if s.source_id in sources and s.kind not in _OTHERS]
        if own:
            found[series] = own
    return found


def of_rows(rows: pl.DataFrame, known: Record, slack_days: int) -> dict[Series, list[Statement]]:
    """Rows that are not in the record: figures, claims with a `kind`, ratios with a `base_start`.

    A frame may hold all three; a column that a row does not need is null. Raises `RecordError`.
    """
    for column in ("kind", "base_start"):
        if column not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.String).alias(column))
    claim, ratio = pl.col("kind").is_not_null(), pl.col("base_start").is_not_null()
    figures = rows.filter(~claim & ~ratio).drop("kind", "base_start", "base_end", strict=False)
    found: dict[Series, list[Statement]] = defaultdict(list)
    if not figures.is_empty():
        given = Record(observations=figures)
        names = given.sources["source_id"].to_list()
        found.update(of_sources(given, names, slack_days))
    for series, statement in _claims(rows.filter(claim), known, slack_days):
        found.setdefault(series, []).append(statement)
    for series, statement in _ratios(rows.filter(ratio & ~claim)):
        found.setdefault(series, []).append(statement)
    return {series: [replace(s, id=f"given:{s.id}") for s in own] for series, own in found.items()}


def _series(row: dict[str, object]) -> Series:
    return str(row["indicator"]), str(row.get("geo") or "CN"), str(row.get("scope") or "total")


def _day(row: dict[str, object], column: str) -> date:
    value = row.get(column)
    day = as_day(value if isinstance(value, date) else str(value), column)
    assert day is not None
    return day


def _claims(
    rows: pl.DataFrame, known: Record, slack_days: int
) -> Iterable[tuple[Series, Statement]]:
    for n, row in enumerate(rows.to_dicts(), start=1):
        kind, series, start, end = row["kind"], _series(row), _day(row, "start"), _day(row, "end")
        if kind in RUNS:
            limits = run_rows(kind, start, end)
        elif kind in RECORDS:
            said = of_series(known, *series, slack_days)
            limits = record_rows(kind, start, end, min((s.start for s in said), default=start))
        else:
            raise RecordError(
                f"kind: {kind!r} limits no series; allowed: {', '.join(RUNS + RECORDS)}"
            )
        if limits:
            about = f"claim{n}", kind, "frame", start, end, str(row.get("window_words") or "")
            yield series, Statement(*about, WEIGHTS["secondary"], limits)


def _ratios(rows: pl.DataFrame) -> Iterable[tuple[Series, Statement]]:
    if rows.is_empty():
        return
    for n, row in enumerate(with_ratios(rows).to_dicts(), start=1):
        if row["low"] is None:
            raise RecordError(
                f"printed: {row['printed']!r} is no change; write 上升5.4%, 增长2倍, up 5 percent"
            )
        now = _day(row, "start"), _day(row, "end")
        limits = ratio_rows(
            now, (_day(row, "base_start"), _day(row, "base_end")), row["low"], row["high"]
        )
        about = f"ratio{n}", "comparison", "frame", *now, row["printed"]
        yield _series(row), Statement(*about, WEIGHTS["secondary"], limits)
