"""The chart that this project is known for: every announced figure over its window, per day.

Also printed changes and metrics in the same grammar. Drawing itself is `bars.py`.
"""

from __future__ import annotations

import altair as alt
import polars as pl

from research.charts.bars import Look, bars, sourcing, status
from research.charts.tables import linked
from research.lang import (
    LANGS,
    Lang,
    between,
    number,
    percent,
    percent_between,
    unit_name,
    window,
    words,
)
from research.metrics.compute import compute, one_series
from research.record.measures import MARKS
from research.record.record import Day, Record, RecordError

_SUBTITLE: dict[str, dict[Lang, str]] = {
    "flow": {
        "zh": "每条横杠是一个公布数：左右为所涵盖的日期，高低为日均，粗细为取整留下的区间",
        "en": "One bar a figure: wide as its days, high as its mean per day, thick as its interval",
    },
    "level": {
        "zh": "每条横杠是一个公布数：左右为所涵盖的日期，高低为数值，粗细为取整留下的区间",
        "en": "One bar a figure: wide as its days, high as its value, thick as its interval",
    },
    "change": {
        "zh": "每条横杠是一个公布的同比变化：左右为所涵盖的日期，粗细为取整留下的区间",
        "en": "One bar a change on the year before: wide as its days, thick as its interval",
    },
    "metric": {
        "zh": "每条横杠由同一时段的公布数算出：左右为所涵盖的日期，粗细为区间",
        "en": "One bar a window with all figures: wide as its days, thick as its interval",
    },
}
_PER_DAY: dict[Lang, str] = {"zh": "日均（{unit}）", "en": "{unit} per day"}
_CHANGE: dict[Lang, str] = {"zh": "同比变化", "en": "Change on the year before"}


def series_name(record: Record, indicator: str, geo: str, scope: str, lang: Lang) -> str:
    """The name of a series: indicator, place, and scope where it is not the total.

    >>> from research.record.record import load
    >>> series_name(load(), "cases_solved", "CN", "total", "en")
    'Cases solved, China'
    """
    if lang not in LANGS:
        raise RecordError(f"lang: {lang!r} is not allowed; allowed: {', '.join(LANGS)}")
    for value, what in ((indicator, "indicator"), (geo, "geo"), (scope, "scope")):
        record.names(value, what)
    parts = [
        record.indicators.filter(indicator=indicator).item(0, f"name_{lang}"),
        record.regions.filter(code=geo).item(0, f"name_{lang}"),
    ]
    if scope != "total":
        parts.append(record.scopes.filter(scope=scope).item(0, f"name_{lang}"))
    return {"zh": "，", "en": ", "}[lang].join(parts)


def _source_lines(record: Record) -> pl.LazyFrame:
    """Each source as one line of text, and its address where readers may be sent there."""
    day = pl.col("issued").cast(pl.String).fill_null("?")
    title = pl.coalesce("title", "issuer", "source_id")
    return record.sources.lazy().select(
        "source_id",
        line=pl.concat_str(title, day, separator=" · "),
        href=pl.when(linked()).then("url"),
    )


def _merged(figures: pl.LazyFrame, record: Record, ends: tuple[str, str, str]) -> pl.LazyFrame:
    """One row a window and interval: a figure that is announced again is a count, not a bar.

    A mark stays only where every announcement carries it.
    """
    shared = {f"_{mark}": pl.col("marks").list.contains(mark).all() for mark in MARKS}
    marks = [pl.when(f"_{mark}").then(pl.lit(mark)) for mark in MARKS]
    return (
        figures.join(_source_lines(record), on="source_id", maintain_order="left")
        .sort("issued", "observation_id", nulls_last=True)
        .group_by("start", "end", *ends, maintain_order=True)
        .agg(
            pl.col("printed", "yoy_printed", "unit", "limit").first(),
            pl.col("href").drop_nulls().first(),
            sources=pl.col("line").unique(maintain_order=True).head(4).str.join("; "),
            announced=pl.len(),
            **shared,
        )
        .with_columns(marks=pl.concat_list(marks).list.drop_nulls())
        .drop(shared)
    )


def _drawn(
    rows: pl.LazyFrame, low: pl.Expr, high: pl.Expr, label: pl.Expr, lang: Lang
) -> pl.DataFrame:
    """What `bars` draws, from rows with `start`, `end`, `marks`, `announced` and tooltip texts."""
    times = pl.format(" ×{}", "announced")
    again = pl.when(pl.col("announced") > 1).then(times).otherwise(pl.lit(""))
    return rows.with_columns(
        stop=pl.col("end").dt.offset_by("1d"),
        y=low,
        y2=pl.when(high.is_finite()).then(high).otherwise(low),
        unlimited=high.is_infinite(),
        status=status(),
        sourcing=sourcing(),
        label=pl.concat_str(label, again),
        window=window(pl.col("start"), pl.col("end")),
        marks=pl.col("marks").list.eval(words(pl.element(), lang)).list.join("; "),
    ).collect()


def _short(lang: Lang) -> pl.Expr:
    """A figure with its limiting word as a sign, the same in both languages: 44.1万+, ≥ 3亿."""
    limit = pl.col("limit")
    before = limit.replace_strict({"at_least": "≥ ", "at_most": "≤ ", "about": "≈ "}, default="")
    after = limit.replace_strict({"more": "+", "nearly": "−"}, default="")
    return pl.concat_str(before, number(pl.col("value"), lang), after)


def _figures(
    record: Record, indicator: str, geo: str, scope: str, start: Day, end: Day, as_of: Day
) -> pl.LazyFrame:
    found = record.select(
        indicator, geo=geo, scope=scope, start=start, end=end, as_of=as_of, overlap=True
    )
    return found.lazy()


def _drawable(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    if frame.is_empty():
        raise RecordError(f"nothing to draw: the record has no such figure of {name}")
    return frame


def announced(
    record: Record,
    indicator: str,
    geo: str,
    scope: str,
    start: Day,
    end: Day,
    as_of: Day,
    lang: Lang,
) -> tuple[pl.DataFrame, str, str]:
    """The bars of a series, its name, and what its axis is in. Raises `RecordError` if empty."""
    name = series_name(record, indicator, geo, scope, lang)
    rows = _figures(record, indicator, geo, scope, start, end, as_of)
    merged = _merged(rows.filter(pl.col("value").is_not_null()), record, ("low", "value", "high"))
    flow = record.indicators.filter(indicator=indicator).item(0, "kind") == "flow"
    days = (pl.col("end") - pl.col("start")).dt.total_days() + 1 if flow else pl.lit(1)
    low, high = pl.col("low") / days, pl.col("high") / days
    first = _drawable(merged.select("unit").limit(1).collect(), name).item(0, "unit")
    unit = unit_name(record.units, first, lang)
    axis = _PER_DAY[lang].format(unit=unit) if flow else unit
    texts = merged.with_columns(
        interval=pl.format("{} {}", between(pl.col("low"), pl.col("high"), lang), pl.lit(unit)),
        rate=pl.format("{} · {}", between(low, high, lang, 4), pl.lit(axis))
        if flow
        else pl.lit(""),
    )
    return _drawn(texts, low, high, _short(lang), lang), name, axis


def windows(
    record: Record,
    indicator: str,
    *,
    geo: str = "CN",
    scope: str = "total",
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    lang: Lang = "zh",
    width: int = 760,
    height: int = 380,
) -> alt.LayerChart:
    """Every announced figure of one series as a bar over its window, at its height per day.

    A stock or a ratio is drawn at its value instead. Colour tells windows that were inferred and
    figures in doubt; a triangle means that nothing limits the figure upwards; hovering shows what
    was printed, where and when. Raises `RecordError` where there is nothing to draw.

    >>> from research.record.record import load
    >>> chart = windows(load(), "cases_solved", lang="en")
    >>> chart.title.text
    'Cases solved, China'
    """
    frame, name, unit = announced(record, indicator, geo, scope, start, end, as_of, lang)
    flow = record.indicators.filter(indicator=indicator).item(0, "kind") == "flow"
    subtitle = _SUBTITLE["flow" if flow else "level"][lang]
    return bars(frame, Look(name, subtitle, unit, lang, width, height))


def changes(
    record: Record,
    indicator: str,
    *,
    geo: str = "CN",
    scope: str = "total",
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    lang: Lang = "zh",
    width: int = 760,
    height: int = 300,
) -> alt.LayerChart:
    """Every printed year-on-year change of one series as a bar over its window, in percent.

    Raises `RecordError` where there is nothing to draw.

    >>> from research.record.record import load
    >>> changes(load(), "cases_filed", lang="en").title.text
    'Cases filed, China: printed changes'
    """
    name = series_name(record, indicator, geo, scope, lang)
    name += {"zh": "：公布的同比", "en": ": printed changes"}[lang]
    rows = _figures(record, indicator, geo, scope, start, end, as_of)
    ends = ("yoy_low", "yoy_pct", "yoy_high")
    merged = _merged(rows.filter(pl.col("yoy_pct").is_not_null()), record, ends)
    interval = percent_between(pl.col("yoy_low"), pl.col("yoy_high"), lang)
    said = pl.coalesce("yoy_printed", percent(pl.col("yoy_pct")))
    texts = merged.with_columns(interval=interval, rate=pl.lit(None), printed=said)
    label = percent(pl.col("yoy_pct"))
    frame = _drawn(texts, pl.col("yoy_low"), pl.col("yoy_high"), label, lang)
    look = Look(name, _SUBTITLE["change"][lang], _CHANGE[lang], lang, width, height, percent=True)
    return bars(_drawable(frame, name), look)


def metric(
    record: Record,
    name: str,
    *,
    indicator: str | None = None,
    geo: str = "CN",
    scope: str = "total",
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    lang: Lang = "zh",
    width: int = 760,
    height: int = 300,
) -> alt.LayerChart:
    """One metric over every window for which it can be computed, with its interval.

    Raises `RecordError` where there is nothing to draw.

    >>> from research.record.record import load
    >>> metric(load(), "arrests_per_case", lang="en").title.text
    'Arrests per case solved, China'
    """
    about = one_series(name, indicator)
    found = compute(
        name, record, indicator=indicator, geo=geo, scope=scope, start=start, end=end, as_of=as_of
    ).lazy()
    if indicator:
        title = f"{series_name(record, indicator, geo, scope, lang)} · {about.title(lang)}"
    else:
        place = record.regions.filter(code=geo).item(0, f"name_{lang}")
        title = {"zh": "，", "en": ", "}[lang].join([about.title(lang), place])
    lines = dict(_source_lines(record).select("source_id", "line").collect().iter_rows())
    value = number(pl.col("value"), lang, 3)
    texts = found.filter(pl.col("reason").is_null()).with_columns(
        printed=value,
        interval=between(pl.col("low"), pl.col("high"), lang, 4),
        rate=pl.lit(None),
        announced=pl.lit(1),
        sources=pl.col("observations")
        .list.eval(pl.element().str.split(":").list.first().replace(lines))
        .list.unique(maintain_order=True)
        .list.join("; "),
        href=pl.lit(None, dtype=pl.String),
    )
    frame = _drawable(_drawn(texts, pl.col("low"), pl.col("high"), value, lang), title)
    unit = unit_name(record.units, frame.item(0, "unit"), lang)
    return bars(frame, Look(title, _SUBTITLE["metric"][lang], unit, lang, width, height))
