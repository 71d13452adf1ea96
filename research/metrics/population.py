"""The population of a place in a window: the divisor of every figure per head.

The figures are those of the record's `population`, one a place and year.
"""

from __future__ import annotations

import polars as pl

from research.metrics.intervals import printed_interval


def _yearly(population: pl.DataFrame) -> pl.LazyFrame:
    """Each year's figure, and the ends of it and of the years beside it."""
    printed = pl.col("population").cast(pl.String)
    figures = population.lazy().select(
        "geo",
        "year",
        value=pl.col("population").cast(pl.Float64),
        ends=printed_interval(printed).struct.rename_fields(["low", "figure", "high"]),
    )
    figures = figures.unnest("ends").drop("figure")
    around = pl.concat(figures.with_columns(year=pl.col("year") + by) for by in (-1, 0, 1))
    spans = around.group_by("geo", "year").agg(pl.col("low").min(), pl.col("high").max())
    return figures.drop("low", "high").join(spans, on=["geo", "year"])


def populations(windows: pl.LazyFrame, population: pl.DataFrame) -> pl.LazyFrame:
    """`population_low`, `_value`, `_high` for windows (`geo`, `start`, `end`); null where unknown.

    The value is the mean over the days of the window of their year's figure. The interval runs over
    those figures and the ones of the year before and after, where the record knows them: whichever
    day of its year a figure is for, the population on each day of the window lies between the one
    before and the one after. A window that meets a year without a figure has none.

    >>> import datetime as dt
    >>> known = pl.DataFrame({"geo": "SG", "year": [2020, 2021], "population": [5685807, 5453566]})
    >>> year = {"geo": ["SG"], "start": [dt.date(2021, 1, 1)], "end": [dt.date(2021, 12, 31)]}
    >>> populations(pl.LazyFrame(year), known).collect().row(0)[3:]
    (5453566.0, 5453566.0, 5685807.0)
    """
    window = ["geo", "start", "end"]
    first, last = pl.col("start").dt.year(), pl.col("end").dt.year()
    new_year = pl.date(pl.col("year"), 1, 1), pl.date(pl.col("year"), 12, 31)
    inside = pl.min_horizontal("end", new_year[1]) - pl.max_horizontal("start", new_year[0])
    days = inside.dt.total_days() + 1
    known = pl.col("value").is_not_null().all()
    ends = {
        "low": pl.col("low").min(),
        "value": (pl.col("value") * days).sum() / days.sum(),
        "high": pl.col("high").max(),
    }
    return (
        windows.unique(window)
        .with_columns(year=pl.int_ranges(first, last + 1, dtype=pl.Int32))
        .explode("year")
        .join(_yearly(population), on=["geo", "year"], how="left")
        .group_by(window)
        .agg(pl.when(known).then(end).alias(f"population_{name}") for name, end in ends.items())
    )
