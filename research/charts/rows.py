"""Charts with one row an indicator: what moved, and which days each figure covers.

Rows are those of `research.metrics.board.board`.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from research.charts.bars import in_words, sourcing, status, status_channels
from research.charts.theme import MUTED
from research.lang import Lang, percent, percent_between, window, words
from research.record.record import Record, RecordError

_TITLES: dict[str, dict[Lang, str]] = {
    "moves": {"zh": "公布的同比变化", "en": "Printed changes on the year before"},
    "moves_sub": {
        "zh": "每行一个指标；横条为取整留下的区间",
        "en": "One row an indicator; the bar is the interval that rounding leaves",
    },
    "coverage": {"zh": "各数字所涵盖的日期", "en": "The days that each figure covers"},
    "coverage_sub": {
        "zh": "时段不同的数字不可相加或直接比较",
        "en": "Figures over different days cannot be added or compared as they stand",
    },
    "change": {"zh": "同比", "en": "change"},
    "window": {"zh": "时段", "en": "window"},
    "printed": {"zh": "公布", "en": "printed"},
    "marks": {"zh": "标记", "en": "marks"},
}
_STEP = 24


def _labelled(rows: pl.DataFrame, record: Record, lang: Lang) -> pl.DataFrame:
    """The rows with a name that is theirs alone, and what colours and hovering say."""
    scope = pl.when(pl.col("scope") != "total").then(pl.format(" · {}", "scope_name"))
    place = pl.when(pl.col("geo") != "CN").then(pl.format(" · {}", "geo_name"))
    name = f"name_{lang}"
    when, said = window(pl.col("start"), pl.col("end")), pl.coalesce("printed", "yoy_printed")
    return in_words(
        rows.join(record.indicators.select("indicator", indicator_name=name), on="indicator")
        .join(record.scopes.select("scope", scope_name=name), on="scope")
        .join(record.regions.select(geo="code", geo_name=name), on="geo")
        .sort("lane", "indicator", "scope", "geo")
        .select(
            "start",
            "yoy_low",
            "yoy_high",
            "yoy_pct",
            name=pl.concat_str("indicator_name", place.fill_null(""), scope.fill_null("")),
            stop=pl.col("end").dt.offset_by("1d"),
            printed=said,
            said=pl.concat_str("indicator_name", when, said, separator=" · ", ignore_nulls=True),
            label=pl.concat_str(
                pl.when(pl.col("yoy_high").is_infinite()).then(pl.lit("≥ ")).otherwise(pl.lit("")),
                percent(pl.col("yoy_pct")),
            ),
            change=percent_between(pl.col("yoy_low"), pl.col("yoy_high"), lang),
            window=when,
            status=status(),
            sourcing=sourcing(),
            marks=pl.col("marks").list.eval(words(pl.element(), lang)).list.join("; "),
        ),
        lang,
    )


def _finished(chart: alt.LayerChart, key: str, rows: int, width: int, lang: Lang) -> alt.LayerChart:
    title, subtitle = _TITLES[key][lang], _TITLES[f"{key}_sub"][lang]
    return chart.properties(
        width=width,
        height=_STEP * rows,
        title=alt.TitleParams(title, subtitle=[subtitle]),
        description=f"{title}. {subtitle}",
    )


def _rows_axis(frame: pl.DataFrame) -> alt.Y:
    order = frame["name"].unique(maintain_order=True).to_list()
    return alt.Y("name:N", title=None, sort=order, axis=alt.Axis(ticks=False, labelLimit=280))


def _tooltip(lang: Lang, *fields: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{field}:N", title=_TITLES[field][lang]) for field in fields]


def moves(
    rows: pl.DataFrame, record: Record, *, lang: Lang = "zh", width: int = 480
) -> alt.LayerChart:
    """Printed year-on-year changes of a board, one row an indicator, as intervals in percent.

    Raises `RecordError` where no row has one.
    """
    frame = _labelled(rows.filter(pl.col("yoy_pct").is_not_null()), record, lang)
    if frame.is_empty():
        raise RecordError("nothing to draw: no figure of this board has a printed change")
    shown = frame.with_columns(
        pl.col("yoy_high").replace(float("inf"), None).fill_null(pl.col("yoy_pct"))
    ).sort("yoy_pct", descending=True)
    data = alt.Data(values=shown.drop("start", "stop").to_dicts())
    axis = alt.Axis(labelExpr="(datum.value > 0 ? '+' : '') + datum.label + '%'", tickCount=6)
    base = alt.Chart(data).encode(
        y=_rows_axis(shown),
        tooltip=_tooltip(lang, "change", "printed", "window", "marks"),
        description="said:N",
    )
    x = alt.X("yoy_low:Q", title=None, axis=axis)
    bars = base.mark_bar(height=8, fillOpacity=0.35, strokeWidth=2).encode(
        x=x, x2="yoy_high:Q", **status_channels(lang)
    )
    dots = base.mark_text(align="left", dx=10, fontSize=11, color=MUTED, aria=False).encode(
        x="yoy_high:Q", text="label:N"
    )
    zero = alt.Chart(data).mark_rule(color=MUTED, aria=False).encode(x=alt.datum(0))
    names = shown["name"].n_unique()
    return _finished(alt.LayerChart(layer=[zero, bars, dots]), "moves", names, width, lang)


def coverage(
    rows: pl.DataFrame, record: Record, *, lang: Lang = "zh", width: int = 480
) -> alt.LayerChart:
    """Which days each figure of a board covers, one row an indicator."""
    frame = _labelled(rows, record, lang)
    if frame.is_empty():
        raise RecordError("nothing to draw: the board is empty")
    # Times in UTC milliseconds, so that every time zone draws the same.
    dated = frame.with_columns(pl.col("start", "stop").cast(pl.Datetime("ms")).dt.epoch("ms"))
    data = alt.Data(values=dated.drop("yoy_low", "yoy_pct", "yoy_high").to_dicts())
    axis = alt.Axis(format="%Y-%m", orient="top", tickCount=6)
    encodings: dict[str, Any] = {
        "y": _rows_axis(frame),
        "x": alt.X("start:T", title=None, axis=axis, scale=alt.Scale(type="utc")),
        "x2": "stop:T",
        "tooltip": _tooltip(lang, "printed", "window", "marks"),
        "description": "said:N",
    }
    bars = alt.Chart(data).mark_bar(height=8, fillOpacity=0.35, strokeWidth=2)
    layer = bars.encode(**encodings, **status_channels(lang))
    names = frame["name"].n_unique()
    return _finished(alt.LayerChart(layer=[layer]), "coverage", names, width, lang)
