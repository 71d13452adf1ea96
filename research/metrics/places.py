"""Places side by side: one figure a place and year, per head, and whom a card rule would warn.

Figures of provinces, cities and counties are what their police published, not a panel: a place
without a figure is unknown, never zero. Economies beside each other are `economies.py`.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from research.metrics.compute import preferred
from research.record.record import Day, Record
from research.record.schema import CURRENCIES

CARDS = ["none", "yellow", "red"]
"""What a rule can give, mildest first."""
_LEVELS = ["province", "city", "county", "special"]
_SHORTEST = 90  # days: less than a quarter says little of its year
_ENDS = ["low", "value", "high"]


def per_head(rows: pl.LazyFrame, population: pl.DataFrame) -> pl.LazyFrame:
    """Add `persons`: the place's population of the year nearest to `year`, null where unknown."""
    persons = pl.col("population").cast(pl.Float64)
    known = population.lazy().select("geo", pl.col("year").cast(pl.Int32), persons=persons)
    return (
        rows.with_columns(pl.col("year").cast(pl.Int32))
        .sort("year")
        .join_asof(
            known.sort("year"), on="year", by="geo", strategy="nearest", check_sortedness=False
        )
    )


def per_unit(unit: pl.Expr) -> pl.Expr:
    """How many inhabitants a rate is per: one for money, 100,000 for what is counted."""
    return pl.when(unit.is_in(list(CURRENCIES))).then(1).otherwise(100_000)


def by_place(
    record: Record,
    indicator: str,
    what: Literal["level", "change"] = "level",
    *,
    years: tuple[int, int],
    scope: str = "total",
    as_of: Day = None,
) -> pl.DataFrame:
    """One figure for each Chinese place and year: the longest window inside that year.

    `what` is the announced level, or the printed change on the year before, in percent. Windows of
    a flow shorter than 90 days are left out. Columns: `indicator`, `geo`, `level` (of the place),
    `year`, `start`, `end`, `whole_year`, `low`, `value`, `high`, `unit`, `printed`, `marks`,
    `observation_id`, `source_id`; for the level of a flow also `rate_low`, `rate_value`,
    `rate_high`: per full year and 100,000 inhabitants (money: per inhabitant), null where no
    population is known.
    Sorted by place and year. Raises `RecordError` for unknown names.

    >>> from research.record.record import load
    >>> found = by_place(load(), "cases_solved", years=(2021, 2021))
    >>> found.filter(geo="110000").select("printed", "whole_year").row(0)
    ('1.2万余起', True)
    """
    record = record.as_of(as_of)
    record.names(indicator, "indicator"), record.names(scope, "scope")
    flow = record.indicators.filter(indicator=indicator).item(0, "kind") == "flow"
    days = (pl.col("end") - pl.col("start")).dt.total_days() + 1
    inside = pl.col("start").dt.year() == pl.col("end").dt.year()
    printed = pl.col("printed" if what == "level" else "yoy_printed")
    columns = _ENDS if what == "level" else ["yoy_low", "yoy_pct", "yoy_high"]
    ends = dict(zip(_ENDS, columns, strict=True))
    rows = (
        record.figures(indicator)
        .filter(pl.col(ends["value"]).is_not_null(), scope=scope)
        .filter(inside & (days >= _SHORTEST) if flow else pl.lit(value=True))
        .join(record.regions.lazy().select("level", geo="code"), on="geo")
        .with_columns(pl.col("level").cast(pl.String), year=pl.col("end").dt.year(), days=days)
        .filter(pl.col("level").is_in(_LEVELS), pl.col("year").is_between(*years))
    )
    chosen = (
        preferred(rows)
        .sort("days", "end", descending=True)
        .unique(["geo", "year"], keep="first", maintain_order=True)
        .with_columns(
            printed=printed,
            whole_year=(pl.col("days") >= 365) if flow else pl.lit(value=True),
            **{name: pl.col(column) for name, column in ends.items()},
        )
    )
    shown = [
        "indicator",
        "geo",
        "level",
        "year",
        "start",
        "end",
        "whole_year",
        *_ENDS,
        "unit",
        "printed",
    ]
    shown += ["marks", "observation_id", "source_id"]
    if what == "level" and flow:
        full = pl.when(pl.col("year") % 4 == 0).then(366).otherwise(365)
        rate = full / pl.col("days") / pl.col("persons") * per_unit(pl.col("unit"))
        chosen = per_head(chosen, record.population).with_columns(
            (pl.col(e) * rate).alias(f"rate_{e}") for e in _ENDS
        )
        shown += [f"rate_{e}" for e in _ENDS]
    return chosen.select(shown).sort("geo", "year").collect()


def _exceeds(limit: float | None, low: str, high: str) -> tuple[pl.Expr, pl.Expr]:
    """Whether an interval is certainly, and whether it is possibly, above a limit."""
    if limit is None:
        return pl.lit(value=False), pl.lit(value=False)
    certain, possible = (pl.col(end) > limit for end in (low, high))
    return certain.fill_null(value=False), possible.fill_null(value=False)


def _card(strikes: pl.Expr, enough: int) -> pl.Expr:
    some = pl.when(strikes >= 1).then(pl.lit("yellow")).otherwise(pl.lit("none"))
    return pl.when(strikes >= enough).then(pl.lit("red")).otherwise(some).cast(pl.Enum(CARDS))


def warned(
    record: Record,
    indicator: str,
    *,
    years: tuple[int, int],
    threshold: float | None = None,
    growth: float | None = None,
    strikes: int = 2,
    scope: str = "total",
    as_of: Day = None,
) -> pl.DataFrame:
    """Which places a red and yellow card rule would warn, on what they published.

    A year is a strike where the rate per 100,000 inhabitants passes `threshold` or the printed
    change passes `growth` (percent). One strike in `years` is a yellow card, `strikes` are a red
    one. Intervals make a strike certain or only possible, so that each place has the mildest card
    that its figures allow (`least`) and the gravest (`most`). One row a place with any figure:
    `geo`, `level`, `seen` (years with a figure that the rule can judge), `certain`, `possible`
    (strikes), `least`, `most`, `years` (of possible strikes) and `observations`. Gravest first.

    >>> from research.record.record import load
    >>> found = warned(load(), "cases_filed", years=(2017, 2019), growth=20.0, strikes=1)
    >>> set(found["least"]) <= {"none", "yellow", "red"}
    True
    """
    years_of = {"years": years, "scope": scope, "as_of": as_of}
    keys = ["geo", "level", "year"]
    changes = by_place(record, indicator, "change", **years_of).select(  # type: ignore[arg-type]
        *keys, change_low="low", change_high="high", change_id="observation_id"
    )
    levels = by_place(record, indicator, "level", **years_of)  # type: ignore[arg-type]
    if "rate_low" not in levels.columns:
        levels = levels.with_columns(rate_low=None, rate_high=None)
    levels = levels.select(*keys, "rate_low", "rate_high", level_id="observation_id")
    rate, change = (
        _exceeds(threshold, "rate_low", "rate_high"),
        _exceeds(growth, "change_low", "change_high"),
    )
    judged = (threshold is not None) & pl.col("rate_low").is_not_null()
    judged |= (growth is not None) & pl.col("change_low").is_not_null()
    used = [
        pl.when(rate[1]).then("level_id"),
        pl.when(change[1]).then("change_id"),
    ]
    return (
        levels.lazy()
        .join(changes.lazy(), on=keys, how="full", coalesce=True)
        .filter(judged)
        .group_by("geo", "level")
        .agg(
            seen=pl.len(),
            certain=(rate[0] | change[0]).sum(),
            possible=(rate[1] | change[1]).sum(),
            years=pl.col("year").filter(rate[1] | change[1]).sort(),
            observations=pl.concat_list(used).list.drop_nulls().explode().drop_nulls().sort(),
        )
        .with_columns(
            least=_card(pl.col("certain"), strikes), most=_card(pl.col("possible"), strikes)
        )
        .sort("least", "most", "certain", "possible", "geo", descending=[True] * 4 + [False])
        .collect()
    )
