"""What the record adds to a printed figure: its interval, and the marks that a reader needs.

Marks travel with every figure wherever it is shown (`MARKS`). Formulas over figures are metrics.
"""

from __future__ import annotations

import polars as pl

from research.record.printed import Rounding, change, interval, reading

MARKS = ("doubtful", "window_inferred", "single_sourced", "running_total")
"""`doubt` is not blank; the window was guessed; no other page or source gives the figure; a total
since an earlier start, which must never be added to another."""

_FIGURE = ["indicator", "geo", "scope", "start", "end"]


def with_intervals(observations: pl.DataFrame, rounding: Rounding = "either") -> pl.DataFrame:
    """Add `low`, `high`, `limit` of the figure and `yoy_low`, `yoy_high` (percent) of its change.

    Columns `low` and `high` that are already there are kept where they are filled.
    """
    figure, move = pl.col("_figure").struct.field, pl.col("_change").struct.field
    percent = pl.col("yoy_pct").cast(pl.String).str.replace(r"\.0$", "") + "%"
    said = pl.coalesce("yoy_printed", percent)
    frame = observations.lazy().with_columns(
        _figure=reading(pl.col("printed")), _change=change(said)
    )
    ends = interval(figure("value"), figure("step"), figure("limit"), rounding).struct.field
    moves = interval(move("value"), move("step"), move("limit"), rounding).struct.field
    known = pl.col("yoy_pct").is_not_null()
    given = [c for c in ("low", "high") if c in observations.columns]
    return (
        frame.with_columns(
            *(
                pl.coalesce(c, ends(c)).alias(c) if c in given else ends(c).alias(c)
                for c in ("low", "high")
            ),
            limit=figure("limit"),
            yoy_low=pl.when(known).then(moves("low").clip(lower_bound=-100)),
            yoy_high=pl.when(known).then(moves("high")),
        )
        .drop("_figure", "_change")
        .collect()
    )


def with_ratios(comparisons: pl.DataFrame, rounding: Rounding = "either") -> pl.DataFrame:
    """Add `low` and `high`: how many times its base a window is."""
    read = pl.col("_change").struct.field
    ends = interval(read("value"), read("step"), read("limit"), rounding).struct.field
    frame = comparisons.with_columns(_change=change(pl.col("printed")))
    return frame.with_columns(low=1 + ends("low") / 100, high=1 + ends("high") / 100).drop(
        "_change"
    )


def with_marks(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Add `marks`, the list of `MARKS` that hold for each row."""
    says = pl.coalesce(pl.col("value").cast(pl.String), pl.col("yoy_pct").cast(pl.String))
    alone = pl.col("source_id").n_unique().over([*_FIGURE, says]) == 1
    holds = {
        "doubtful": pl.col("doubt").is_not_null(),
        "window_inferred": ~pl.col("window_certain"),
        "single_sourced": alone & pl.col("corroborated_by").is_null(),
        "running_total": pl.col("cumulative"),
    }
    found = [pl.when(holds[mark]).then(pl.lit(mark)) for mark in MARKS]
    return observations.with_columns(marks=pl.concat_list(found).list.drop_nulls())
