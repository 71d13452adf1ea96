"""China beside other economies: each by its own series, as rates per head and as indices.

Classes of fraud differ between statistics, so that levels are set side by side and never added or
ranked; money stays in its own currency. Places within China are `places.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from research.metrics.compute import preferred
from research.metrics.intervals import Interval
from research.metrics.places import per_head, per_unit
from research.record.record import Day, Record

_MAIN = r"\(main .*series\)|\(main series\)"  # how scopes.csv marks what stands for an economy


def main_series(record: Record, geos: Sequence[str]) -> pl.DataFrame:
    """The series that stand for each economy: `geo`, `scope`, `definition`, in the order asked for.

    For China the total; for the others what the record calls their main series: two where the
    statistic was replaced, and these are never chained. Raises `RecordError` for an unknown place.

    >>> from research.record.record import load
    >>> main_series(load(), ["CN", "SG"])["scope"].to_list()
    ['total', 'series/sg-spf-scams']
    """
    asked = record.names(list(geos), "geo") or []
    own = pl.col("scope").str.extract(r"^series/(\w+?)-").str.to_uppercase()
    scopes = record.scopes.filter(
        (pl.col("scope") == "total") | pl.col("definition").str.contains(_MAIN)
    ).with_columns(geo=pl.when(pl.col("scope") == "total").then(pl.lit("CN")).otherwise(own))
    order = pl.DataFrame({"geo": asked})
    return order.join(scopes, on="geo", maintain_order="left_right").select(
        "geo", "scope", "definition"
    )


def by_economy(
    record: Record, indicator: str, geos: Sequence[str], *, base: int, as_of: Day = None
) -> pl.DataFrame:
    """Calendar years of an indicator in each economy's main series, as rates and indices.

    One row a series and year with a figure for the whole year: the columns of `Record.select`
    (money in its own currency), `year`, `rate_*` (per 100,000 inhabitants, money per inhabitant)
    and `index_*` (base year = 100; null for a series without a figure of that year, or with one
    that nothing limits upwards). Raises `RecordError`.

    >>> from research.record.record import load
    >>> found = by_economy(load(), "cases_filed", ["CN", "SG"], base=2019)
    >>> found.filter(geo="SG", year=2019).select("index_low", "index_high").row(0)
    (100.0, 100.0)
    """
    record = record.as_of(as_of)
    series = main_series(record, geos).with_row_index("order")
    whole = (pl.col("start").dt.ordinal_day() == 1) & (
        pl.col("end") == pl.col("start").dt.offset_by("1y").dt.offset_by("-1d")
    )
    rows = preferred(record.figures(indicator).filter(whole, pl.col("value").is_not_null()))
    rates = [
        (pl.col(e) / pl.col("persons") * per_unit(pl.col("unit"))).alias(f"rate_{e}")
        for e in ("low", "value", "high")
    ]
    of_base = ("low", "value", "high")
    bases = [pl.col(e).filter(pl.col("year") == base).first().over("geo", "scope") for e in of_base]
    index = Interval(pl.col("low"), pl.col("high")) / Interval(bases[0], bases[2])
    at_base = pl.col("year") == base  # divided by itself, and not by its interval
    known = bases[2].is_finite()
    return (
        per_head(
            rows.join(series.lazy().drop("definition"), on=["geo", "scope"]).with_columns(
                year=pl.col("start").dt.year()
            ),
            record.population,
        )
        .with_columns(
            *rates,
            index_value=pl.col("value") / bases[1] * 100,
            index_low=pl.when(known).then(pl.when(at_base).then(100.0).otherwise(index.low * 100)),
            index_high=pl.when(known).then(
                pl.when(at_base).then(100.0).otherwise(index.high * 100)
            ),
        )
        .sort("order", "year")
        .drop("order", "persons")
        .collect()
    )
