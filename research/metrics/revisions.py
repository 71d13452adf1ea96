"""How the record changed: one figure of one window, announced differently at different times."""

from __future__ import annotations

import polars as pl

from research.record.record import Record

_KEY = ["indicator", "geo", "scope", "start", "end"]


def revisions(record: Record, *, geo: str | None = "CN") -> pl.DataFrame:
    """Pairs of announcements of one window whose intervals do not meet, earlier and later.

    Consecutive by day of issue; undated sources are left out, and so are guessed windows, which
    need not be the same days. Columns: the key, `lane`, and for `earlier` and `later` each
    `_id`, `_printed`, `_issued`, `_low`, `_value`, `_high`; `ratio` of later to earlier. `geo=None`
    is every place.

    >>> from research.record.record import load
    >>> found = revisions(load())
    >>> bool((found["later_issued"] > found["earlier_issued"]).all())
    True
    """
    dated = record.figures().filter(
        pl.col("issued").is_not_null(), pl.col("value").is_not_null(), "window_certain"
    )
    if geo is not None:
        dated = dated.filter(geo=geo)
    columns = {"id": "observation_id", "printed": "printed", "issued": "issued"}
    columns |= {end: end for end in ("low", "value", "high")}
    earlier = {f"earlier_{name}": pl.col(c).shift(1).over(_KEY) for name, c in columns.items()}
    later = {f"later_{name}": pl.col(c) for name, c in columns.items()}
    apart = (pl.col("later_low") > pl.col("earlier_high")) | (
        pl.col("later_high") < pl.col("earlier_low")
    )
    return (
        dated.sort(*_KEY, "issued", "observation_id")
        .select("lane", *_KEY, **earlier, **later)
        .filter(apart, pl.col("later_issued") > pl.col("earlier_issued"))
        .with_columns(ratio=pl.col("later_value") / pl.col("earlier_value"))
        .collect()
    )
