"""Which figures cannot be set beside those of other years, and why.

Each reason is something that the record itself says: another scope, a window that was guessed, a
figure in doubt, a running total, an announcement that was later restated.
"""

from __future__ import annotations

import polars as pl

from research.metrics.revisions import revisions
from research.record.record import Day, Names, Record

REASONS = ["part", "wider", "other", "restated", "doubtful", "window_inferred", "running_total"]
"""The relation of a scope to the total, a later announcement that differs, or a mark."""


def incomparable(
    record: Record,
    *,
    indicator: Names = None,
    lane: Names = None,
    geo: str = "CN",
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
) -> pl.DataFrame:
    """Groups of figures that may not be compared with the total of their indicator across years.

    One row an indicator, scope and reason: `indicator`, `scope`, `reason` (one of `REASONS`),
    `figures` (how many), `of` (all figures of the indicator), `first`, `last` (days covered),
    `observations`. A figure can stand under several reasons. Raises `RecordError`.

    >>> from research.record.record import load
    >>> found = incomparable(load(), indicator="persons_protected")
    >>> found.filter(scope="national_and_local")["reason"].to_list()[0]
    'wider'
    """
    record = record.as_of(as_of)
    rows = record.select(indicator, lane=lane, geo=geo, start=start, end=end, overlap=True).lazy()
    relation = record.scopes.lazy().select("scope", relation=pl.col("relation").cast(pl.String))
    restated = (
        revisions(record, geo=geo)
        .lazy()
        .select(later="later_id")
        .with_columns(restated=True)
        .unique("later")
    )
    marks = pl.col("marks")
    scoped = pl.col("relation").replace({"whole": None, "own series": "other"})
    reasons = pl.concat_list(
        scoped,
        pl.when("restated").then(pl.lit("restated")),
        *(
            pl.when(marks.list.contains(mark)).then(pl.lit(mark))
            for mark in ("doubtful", "window_inferred", "running_total")
        ),
    ).list.drop_nulls()
    return (
        rows.join(relation, on="scope", maintain_order="left")
        .join(restated, left_on="observation_id", right_on="later", how="left")
        .with_columns(of=pl.len().over("indicator"), reason=reasons)
        .explode("reason")
        .drop_nulls("reason")
        .group_by("indicator", "scope", "reason")
        .agg(
            figures=pl.len(),
            of=pl.col("of").first(),
            first=pl.col("start").min(),
            last=pl.col("end").max(),
            observations=pl.col("observation_id").sort(),
        )
        .with_columns(pl.col("reason").cast(pl.Enum(REASONS)))
        .sort("indicator", "reason", "scope")
        .collect()
    )
