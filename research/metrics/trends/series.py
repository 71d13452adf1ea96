"""What every trend method reads: a small series. No statistics here.

A frame of windows (`start, end, low, value, high`, as `rs.compute`, `record.select` and
`rs.bounds(…).frame` give it), or plain numbers at even steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from research import lang as language
from research.metrics.compute import preferred
from research.record.record import RecordError

Numbers = np.ndarray[Any, Any]
SeriesLike = pl.DataFrame | pl.Series | Sequence[float]
_BEST = {"doubt", "quality", "issued", "observation_id", "indicator", "geo", "scope", "yoy_pct"}


def read(series: SeriesLike) -> pl.DataFrame:
    """A series in order of time: `position` from 1, `low`, `value`, `high`, and its windows if any.

    Rows without a value are left out; a frame of `record.select` keeps the best figure a window.
    Raises `RecordError` where two rows remain for one window.

    >>> read([3, 1, 2])["position"].to_list()
    [1, 2, 3]
    """
    frame = series
    if not isinstance(frame, pl.DataFrame):
        frame = pl.DataFrame({"value": series}, schema={"value": pl.Float64}, strict=False)
    windows = {"start", "end"} <= set(frame.columns)
    if set(frame.columns) >= _BEST:
        frame = _best(frame)
    if "value" not in frame.columns and {"low", "high"} <= set(frame.columns):
        inside = pl.col("path") if "path" in frame.columns else (pl.col("low") + pl.col("high")) / 2
        frame = frame.with_columns(value=inside)
    if "value" not in frame.columns:
        raise RecordError(f"a series needs a column 'value'; there are {', '.join(frame.columns)}")
    number = pl.col("value").cast(pl.Float64)
    ends = [pl.col(e) if e in frame.columns else number.alias(e) for e in ("low", "high")]
    frame = frame.with_columns(number, *(e.cast(pl.Float64).fill_null(number) for e in ends))
    empty = pl.col("value").is_null() | pl.col("value").is_nan()
    if not windows:
        return frame.with_row_index("position", 1).filter(~empty)
    if not frame.schema["start"] == frame.schema["end"] == pl.Date:
        raise RecordError("start and end must be dates; cast them with .cast(pl.Date)")
    keep = ~empty | pl.col("yoy_pct").is_not_null() if "yoy_pct" in frame.columns else ~empty
    frame = frame.filter(keep).sort("start", "end")
    for window in frame.filter(pl.struct("start", "end").is_duplicated()).head(1).to_dicts():
        raise RecordError(
            f"{window['start']} to {window['end']} stands twice: a series has one row a window; "
            "filter to one indicator, place and scope, and to one figure a window"
        )
    return frame.with_columns(position=_positions())


def _best(frame: pl.DataFrame) -> pl.DataFrame:
    """The best level and the best printed change of each window; they may be of two sources."""
    key, change = ["indicator", "geo", "scope", "start", "end"], ["yoy_low", "yoy_pct", "yoy_high"]
    rows = frame.lazy()
    levels = preferred(rows.filter(pl.col("value").is_not_null())).drop(change)
    changes = preferred(rows.filter(pl.col("yoy_pct").is_not_null())).select(*key, *change)
    return levels.join(changes, key, "full", coalesce=True).collect()


def days_long() -> pl.Expr:
    """How many days a window has."""
    return (pl.col("end") - pl.col("start")).dt.total_days() + 1


def years() -> pl.Expr:
    """The start of a window as a year and its fraction: whole months are twelfths."""
    start = pl.col("start").dt
    return start.year() + (start.month() - 1) / 12 + (start.day() - 1) / 365.25


def _positions() -> pl.Expr:
    """Where windows stand on a clock of their own length, so that a missing one leaves a gap."""
    start, after = pl.col("start"), pl.col("end").dt.offset_by("1d")
    month, end = (day.dt.year() * 12 + day.dt.month().cast(pl.Int32) for day in (start, after))
    months = (month - month.min()) / (end - month).max()
    days = (start - start.min()).dt.total_days() / days_long().median()
    whole = (start.dt.day() == 1) & (after.dt.day() == 1)
    return 1 + pl.when(whole.all()).then(months).otherwise(days)


def in_sequence(frame: pl.DataFrame) -> pl.DataFrame:
    """A series whose windows do not overlap and have one length. Raises `RecordError`."""
    frame = frame.filter(pl.col("value").is_not_null() & pl.col("value").is_not_nan())
    if frame["value"].is_infinite().any():
        raise RecordError("a value has no end: bound it first, or leave its window out")
    if "start" not in frame.columns or frame.is_empty():
        return frame
    for row in frame.filter(pl.col("start") <= pl.col("end").shift(1)).head(1).to_dicts():
        raise RecordError(
            f"the window from {row['start']} to {row['end']} overlaps the one before it; a trend "
            "needs windows that follow one another, such as whole years or months"
        )
    shortest, *_, longest = frame.select(days_long()).to_series().sort().to_list() * 2
    if longest > 1.15 * shortest:
        raise RecordError(
            f"windows of {shortest} and of {longest} days are no one series; "
            'keep one length, or compare rs.compute("per_day", …) in windows of one length'
        )
    return frame


def label(frame: pl.DataFrame, row: int) -> str:
    """The name of a row for a reader: its window, or its position."""
    if "start" not in frame.columns:
        return f"{frame['position'][row]:g}"
    window = language.window(pl.col("start"), pl.col("end"))
    return str(frame[row].select(window).item())
