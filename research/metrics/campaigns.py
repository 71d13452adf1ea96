"""The named operations of the campaign: when each ran, and a series of years around its start.

An order in time is all that this can show: operations run side by side, and others began as well.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from research.metrics.trends import Interrupted, Refusal
from research.metrics.trends import interrupted as fitted
from research.record.record import Day, Record


def dated(record: Record, last: date | None = None) -> pl.DataFrame:
    """Operations with the days between which they began and ended, as well as these are known.

    Adds to `record.operations` the columns `began_first`, `began_last`, `ended_first`, `ended_last`
    (dates): a month or a year is all of its days, and an operation without an end may have run
    until `last`, by default the newest day of the record. Those without a start are left out.

    >>> from research.record.record import load
    >>> found = dated(load()).filter(operation_id="campaign-2015")
    >>> found.select(pl.col("began_first", "ended_first", "ended_last").cast(pl.String)).row(0)
    ('2015-11-01', '2016-12-01', '2016-12-31')
    """
    newest = last or record.observations["end"].max()
    spans: dict[str, pl.Expr] = {}
    for name, column in (("began", "started"), ("ended", "ended")):
        text = pl.col(column)
        first = text + pl.lit("-01-01").str.slice(text.str.len_chars() - 4)
        first = pl.when(text.str.len_chars() == 7).then(text + "-01").otherwise(first)
        day = first.str.to_date("%Y-%m-%d")
        length = text.str.len_chars().replace_strict({4: "1y", 7: "1mo", 10: "1d"})
        spans |= {
            f"{name}_first": day,
            f"{name}_last": day.dt.offset_by(length).dt.offset_by("-1d"),
        }
    return (
        record.operations.filter(pl.col("started").is_not_null())
        .with_columns(**spans)
        .with_columns(
            pl.col("ended_first").fill_null(pl.col("began_last")),
            pl.col("ended_last").fill_null(pl.max_horizontal("began_last", pl.lit(newest))),
        )
        .sort("began_first", "ended_last", "operation_id")
    )


def interrupted(
    record: Record,
    operation: str,
    indicator: str,
    *,
    geo: str = "CN",
    scope: str = "total",
    as_of: Day = None,
) -> Interrupted | Refusal:
    """An interrupted time series of announced calendar years, broken where the operation began.

    Least squares with a change of level and of slope (`rs.trend.interrupted`). A `Refusal` says why
    there is none: a series that is no flow, or too few whole years on one side.

    >>> from research.record.record import load
    >>> bool(interrupted(load(), "northern-myanmar-2023", "cases_solved"))
    False
    """
    if record.indicators.filter(indicator=indicator).item(0, "kind") != "flow":
        return Refusal("存量和比率不作此分析。", "This is no flow: it is not looked at by years.")
    first_day = pl.col("start").dt.ordinal_day() == 1
    whole = first_day & (pl.col("end") == pl.col("start").dt.offset_by("1y").dt.offset_by("-1d"))
    known = record.select(indicator, geo=geo, scope=scope, as_of=as_of)
    years = known.filter(whole, pl.col("value").is_not_null())
    began: date = dated(record).filter(operation_id=operation).item(0, "began_first")
    if years.filter(pl.col("start") >= began).is_empty():
        zh = "开始之后没有公布过全年数，无从作中断时间序列。"
        return Refusal(zh, "After the start no whole year was announced: there is no such series.")
    return fitted(years, began, family="least_squares")
