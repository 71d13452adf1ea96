"""Metrics over a record: same window, same place, same scope only, with lineage and reasons.

A row that cannot be computed stays in the answer and says why.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from datetime import date

import polars as pl

import research.metrics.definitions  # noqa: F401  (fills the catalogue)
from research.metrics.catalogue import CATALOGUE, OF_WINDOW, Input, Inputs, Metric
from research.metrics.intervals import hull
from research.metrics.population import populations
from research.record.record import Day, Names, Record, RecordError, as_day
from research.record.schema import CURRENCIES

QUALITY_ORDER = ["official", "press", "secondary", "repost"]
_WINDOW = ["geo", "scope", "start", "end"]
_KEY = ["indicator", *_WINDOW]


def find(name: str | Metric) -> Metric:
    """A metric of the catalogue by its name. Raises `RecordError` with the nearest names.

    >>> find("arrests_per_case").unit
    'person per case'
    """
    if isinstance(name, Metric):
        return name
    if name not in CATALOGUE:
        close = difflib.get_close_matches(name, CATALOGUE, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else "rs.metrics shows the catalogue"
        raise RecordError(f"unknown metric {name!r}; {hint}")
    return CATALOGUE[name]


def one_series(name: str | Metric, indicator: str | None) -> Metric:
    """The metric, if what it is asked for has one unit. Raises `RecordError`.

    >>> one_series("per_day", "cases_solved").zh
    '日均'
    """
    metric = find(name)
    if metric.of_any_indicator and indicator is None:
        raise RecordError(f"{metric.name} is of any indicator: name one, as in cases_solved")
    return metric


def preferred(figures: pl.LazyFrame) -> pl.LazyFrame:
    """One figure for each indicator, place, scope and window, where several sources announce it.

    Undoubted before doubtful, official before press before the rest, the narrower interval, then
    the later issue, which supersedes.
    """
    width = (pl.col("high") - pl.col("low")) / pl.col("value")
    best_first = figures.sort(
        pl.col("doubt").is_not_null(),
        pl.col("quality").cast(pl.String).replace_strict(QUALITY_ORDER, range(4)),
        width,
        pl.col("issued").fill_null(date.min),
        "observation_id",
        descending=[False, False, False, True, False],
        nulls_last=True,
    )
    return best_first.unique(_KEY, keep="first", maintain_order=True)


def year_later(day: pl.Expr) -> pl.Expr:
    """The same day a year on; the last of a month stays the last, so leap years match."""
    moved = day.dt.offset_by("1y")
    return pl.when(day == day.dt.month_end()).then(moved.dt.month_end()).otherwise(moved)


def _ends(item: Input, *, change: bool = False) -> list[pl.Expr]:
    prefix, scale = ("yoy_", 100.0) if change else ("", 1.0)
    value = pl.col("yoy_pct") if change else pl.col("value")
    named = {"low": pl.col(f"{prefix}low"), "value": value, "high": pl.col(f"{prefix}high")}
    return [(e / scale).alias(f"{item.column}_{end}") for end, e in named.items()]


def _lineage(item: Input) -> list[pl.Expr]:
    names = ("observation_id", "marks", "unit")
    return [pl.col(c).alias(f"{item.column}_{c}") for c in names]


def _input_frame(figures: pl.LazyFrame, item: Input, general: bool) -> pl.LazyFrame:
    """The figures that serve as one input, one row a window, columns named after the input."""
    keys = _KEY if general else _WINDOW
    match item.name:
        case "change":
            rows = preferred(figures.filter(pl.col("yoy_pct").is_not_null()))
            return rows.select(*keys, *_ends(item, change=True), *_lineage(item))
        case "year_before":
            # Both 28 and 29 February are a year before 28 February: the month's end stands.
            rows = (
                preferred(figures.filter(pl.col("value").is_not_null()))
                .sort("end")
                .with_columns(year_later(pl.col("start", "end")))
                .unique(_KEY, keep="last", maintain_order=True)
            )
        case "level":
            rows = preferred(figures.filter(pl.col("value").is_not_null()))
        case _:
            levels = figures.filter(pl.col("value").is_not_null(), indicator=item.name)
            if item.scope is not None:
                levels = levels.filter(scope=item.scope).with_columns(scope=pl.lit("total"))
            rows = preferred(levels)
    return rows.select(*keys, *_ends(item), *_lineage(item))


def _wide(
    figures: pl.LazyFrame, metric: Metric, inputs: list[Input], population: pl.DataFrame
) -> pl.LazyFrame:
    """All inputs side by side, one row a window."""
    keys = _KEY if metric.of_any_indicator else _WINDOW
    # A window a year later is of interest only where something was announced for it.
    ordered = sorted(inputs, key=lambda item: item.name == "year_before")
    wide = _input_frame(figures, ordered[0], metric.of_any_indicator)
    for item in ordered[1:]:
        other = _input_frame(figures, item, metric.of_any_indicator)
        if item.name == "year_before":
            wide = wide.join(other, on=keys, how="left")
        else:
            wide = wide.join(other, on=keys, how="full", coalesce=True)
    if Input("population") in metric.inputs:
        window = ["geo", "start", "end"]
        heads = populations(wide.select(window), population)
        wide = wide.join(heads, on=window, how="left")
    days = ((pl.col("end") - pl.col("start")).dt.total_days() + 1).cast(pl.Float64)
    return wide.with_columns(days.alias(f"days_{end}") for end in ("low", "value", "high"))


def _reason(inputs: Iterable[Input]) -> pl.Expr:
    """Why a row could not be computed: which inputs the record lacks for this window."""
    said = {
        "level": "level",
        "year_before": "level a year before",
        "change": "printed change",
        "population": "population of the place in every year of the window",
    }
    missing = [
        pl.when(pl.col(f"{item.column}_value").is_null()).then(
            pl.lit(said.get(item.name, item.column))
        )
        for item in inputs
    ]
    names = pl.concat_list(missing).list.drop_nulls()
    return pl.when(names.list.len() > 0).then(pl.lit("the record has no ") + names.list.join(", "))


def _unit(metric: Metric, inputs: list[Input]) -> pl.Expr:
    """The unit in words; money is in the currency of the place."""
    units = pl.concat_list(pl.col(f"{item.column}_unit") for item in inputs).list.drop_nulls()
    currency = units.list.filter(pl.element().is_in(CURRENCIES)).list.first().fill_null("yuan")
    general = metric.of_any_indicator
    hole, filling = ("{unit}", units.list.first()) if general else ("yuan", currency)
    before, found, after = metric.unit.partition(hole)
    return pl.concat_str(pl.lit(before), filling, pl.lit(after)) if found else pl.lit(metric.unit)


def _lineage_of(inputs: list[Input]) -> dict[str, pl.Expr]:
    """The ids of all observations used and the marks of any of them."""
    ids = pl.concat_list(pl.col(f"{item.column}_observation_id") for item in inputs)
    marks = pl.concat_list(pl.col(f"{i.column}_marks").fill_null([]) for i in inputs)
    return {
        "observations": ids.list.drop_nulls().list.unique(maintain_order=True),
        "marks": marks.list.unique(maintain_order=True),
    }


def evaluated(metric: str | Metric) -> dict[str, pl.Expr]:
    """`low`, `value`, `high` of a metric over columns `{input}_low`, `_value`, `_high`.

    Null where an input is null; not finite where the divisor is 0.
    """
    metric = find(metric)

    def at(ends: Callable[[Input], pl.Expr]) -> pl.Expr:
        formula: pl.Expr = metric.formula(Inputs(ends))
        return formula

    columns = [item.column for item in metric.inputs]
    ends = hull(lambda x: at(lambda item: x[item.column]), columns, metric.within)
    value = at(lambda item: pl.col(f"{item.column}_value"))
    found = {"low": ends.low, "value": value, "high": ends.high}
    return {end: expression * metric.scale for end, expression in found.items()}


def _answer(metric: Metric, inputs: list[Input]) -> dict[str, pl.Expr]:
    """Value and interval where all inputs are known and the divisor is not 0, else the reason."""
    found = evaluated(metric)
    missing = _reason(metric.inputs)
    good = missing.is_null() & found["value"].is_finite()
    zero = pl.when(~found["value"].is_finite()).then(pl.lit("divides by a figure of 0"))
    return {
        **{end: pl.when(good).then(expression) for end, expression in found.items()},
        "unit": _unit(metric, inputs),
        **_lineage_of(inputs),
        "reason": pl.coalesce(missing, zero),
    }


def compute(
    metric: str | Metric,
    record: Record,
    *,
    indicator: Names = None,
    geo: Names = None,
    scope: Names = None,
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
) -> pl.DataFrame:
    """One metric for every window for which the record has any of its inputs.

    Returns `start`, `end`, `low`, `value`, `high`, `unit`, `metric`, `indicator` (for a metric of
    any indicator), `geo`, `scope`, `observations` (ids used), `marks` (of any of them), `reason`
    (null where there is a value, otherwise why there is none). Rows with a value come first.
    Windows, places and scopes must be equal, but for a scope that the formula itself names; a
    window counts where it lies within `start`..`end`. Raises `RecordError` for unknown names,
    `DimensionError` for a formula of another unit than it declares.

    >>> from research.record.record import load
    >>> found = compute("arrests_per_case", load(), geo="CN", scope="total", as_of="2022-05-11")
    >>> row = found.filter(pl.col("start").dt.to_string() == "2021-04-01").row(0, named=True)
    >>> [round(row[end], 3) for end in ("low", "value", "high")]
    [1.604, 1.609, 1.614]
    """
    metric = find(metric)
    metric.check_units(dict(record.indicators.select("indicator", "unit").iter_rows()))
    record = record.as_of(as_of)
    indicators = record.names(indicator, "indicator")
    if indicators is not None and not metric.of_any_indicator:
        raise RecordError(f"{metric.name} names its own indicators; leave indicator out")
    allowed = {
        "indicator": indicators,
        "geo": record.names(geo, "geo"),
        "scope": record.names(scope, "scope"),
    }
    inputs = [item for item in metric.inputs if item.name not in OF_WINDOW]
    keys = _KEY if metric.of_any_indicator else _WINDOW
    figures = record.figures().filter(pl.col("kind").cast(pl.String).is_in(metric.kinds))
    if metric.geo is not None:
        figures = figures.filter(geo=metric.geo)
    answer = _answer(metric, inputs)
    leading = ["start", "end", "low", "value", "high", "unit"]
    rows = (
        _wide(figures, metric, inputs, record.population)
        .with_columns(pl.lit(metric.name).alias("metric"), **answer)
        .select(*leading, "metric", *[k for k in keys if k not in leading], *list(answer)[4:])
    )
    for column, names in allowed.items():
        if names is not None:
            rows = rows.filter(pl.col(column).is_in(names))
    if first := as_day(start, "start"):
        rows = rows.filter(pl.col("start") >= first)
    if last := as_day(end, "end"):
        rows = rows.filter(pl.col("end") <= last)
    return rows.sort(pl.col("reason").is_not_null(), *keys).collect()
