"""How announcements relate over time: one window with two figures, one figure with two windows."""

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


def repeats(record: Record, *, geo: str = "CN") -> pl.DataFrame:
    """Pairs of windows that overlap, end at least a month apart, and were given the same figure.

    A flow that stood still for so long, or an old figure announced again: no contradiction, but a
    window to look at. Of at least three digits, or two in doubt, as small or round numbers meet by
    chance. Columns: `lane`, `indicator`, `geo`, `scope`, `value`, and for `earlier` and
    `later` (by the end of the window) each `_id`, `_printed`, `_issued`, `_start`, `_end`.

    >>> from research.record.record import load
    >>> found = repeats(load())
    >>> bool((found["later_end"] > found["earlier_end"]).all())
    True
    """
    digits = pl.col("value").cast(pl.Int64).cast(pl.String).str.strip_chars_end("0").str.len_chars()
    rows = (
        record.figures()
        .filter(pl.col("value").is_not_null(), pl.col("kind").cast(pl.String) == "flow", geo=geo)
        .filter(digits >= 2)
        .with_columns(telling=(digits >= 3) | pl.col("doubt").is_not_null())
        .sort("issued", "observation_id")
        .unique(["indicator", "scope", "value", "start", "end"], keep="first", maintain_order=True)
    )
    columns = {"id": "observation_id", "printed": "printed", "issued": "issued"}
    columns |= {name: name for name in ("start", "end", "telling")}
    key = ["lane", "indicator", "geo", "scope", "value"]
    sides = [
        rows.select(*key, **{f"{side}_{name}": pl.col(c) for name, c in columns.items()})
        for side in ("earlier", "later")
    ]
    apart = pl.col("later_end") - pl.col("earlier_end") >= pl.duration(days=28)
    return (
        sides[0]
        .join(sides[1], on=key)
        .filter(apart, pl.col("later_start") <= pl.col("earlier_end"))
        .filter(pl.col("earlier_telling") | pl.col("later_telling"))
        .sort("indicator", "scope", "earlier_end", "later_end")
        .drop("earlier_telling", "later_telling")
        .collect()
    )
