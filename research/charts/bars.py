"""The grammar of the project's charts: a figure is a bar over its window, as thick as its interval.

Left and right are the days that the figure covers, height is its value (or its mean per day), and
thickness is what rounding leaves open. What is drawn is prepared in `windows.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from research.charts.labels import Bar, place
from research.charts.theme import MUTED, STATUS_COLOURS, number_axis
from research.lang import Lang

STATUS = {
    "plain": {"zh": "时段明确", "en": "window stated"},
    "window_inferred": {"zh": "时段推定", "en": "window inferred"},
    "doubtful": {"zh": "数字存疑", "en": "figure in doubt"},
}
SOURCING = {
    "several": {"zh": "多个来源", "en": "several sources"},
    "single": {"zh": "单一来源", "en": "single source"},
}
TOOLTIPS = {
    "printed": {"zh": "公布", "en": "printed"},
    "interval": {"zh": "区间", "en": "interval"},
    "window": {"zh": "时段", "en": "window"},
    "rate": {"zh": "折合", "en": "comes to"},
    "announced": {"zh": "公布次数", "en": "times announced"},
    "sources": {"zh": "来源", "en": "sources"},
    "marks": {"zh": "标记", "en": "marks"},
}


@dataclass(frozen=True)
class Look:
    """Texts and size of one chart."""

    title: str
    subtitle: str
    y_title: str
    lang: Lang
    width: int = 760
    height: int = 380
    percent: bool = False
    headroom: float = 0.08


def status() -> pl.Expr:
    """What a bar's colour says, from `marks`: the gravest of them."""
    marks = pl.col("marks").list
    return (
        pl.when(marks.contains("doubtful"))
        .then(pl.lit("doubtful"))
        .when(marks.contains("window_inferred"))
        .then(pl.lit("window_inferred"))
        .otherwise(pl.lit("plain"))
    )


def sourcing() -> pl.Expr:
    """What a bar's outline says, from `marks`: dashed where one source stands alone."""
    single = pl.col("marks").list.contains("single_sourced")
    return pl.when(single).then(pl.lit("single")).otherwise(pl.lit("several"))


def status_channels(lang: Lang) -> dict[str, Any]:
    """Colour by window and doubt, outline by sourcing, each with its legend."""
    names, sources = ([text[lang] for text in words.values()] for words in (STATUS, SOURCING))
    colours = alt.Scale(domain=names, range=list(STATUS_COLOURS.values()))
    dashes = alt.Scale(domain=sources, range=[[1, 0], [4, 2]])
    legend = alt.Legend(title=None)
    line = alt.Legend(
        title=None, symbolFillColor="transparent", symbolStrokeColor=MUTED, symbolStrokeWidth=1.5
    )
    return {
        "fill": alt.Fill("status:N", scale=colours, legend=legend),
        "stroke": alt.Stroke("status:N", scale=colours, legend=legend),
        "strokeDash": alt.StrokeDash("sourcing:N", scale=dashes, legend=line),
    }


def in_words(frame: pl.DataFrame, lang: Lang) -> pl.DataFrame:
    """`status` and `sourcing` as their legends say them."""
    return frame.with_columns(
        pl.col(column).replace_strict({key: text[lang] for key, text in words.items()})
        for column, words in (("status", STATUS), ("sourcing", SOURCING))
    )


def domain(frame: pl.DataFrame, look: Look) -> tuple[float, float]:
    """The y axis: from 0 (or the lowest fall) to a little above the highest end."""
    ends = frame.select(pl.col("y"), pl.col("y2")).unpivot()["value"]
    low, high = min(0.0, float(ends.min() or 0)), max(0.0, float(ends.max() or 1))  # type: ignore[arg-type]
    room = look.headroom * (high - low or 1)
    return low - (room if low < 0 else 0), high + room


def _pixels(frame: pl.DataFrame, look: Look) -> tuple[pl.DataFrame, date, float]:
    """The bars in pixels of the plot, with the first day and the pixels that a day takes."""
    first, last = frame.select(pl.col("start").min(), pl.col("stop").max()).row(0)
    per_day = look.width / max((last - first).days, 1)
    low, high = domain(frame, look)
    left, right = ((pl.col(c) - first).dt.total_days() * per_day for c in ("start", "stop"))
    top, bottom = (look.height * (high - pl.col(c)) / (high - low) for c in ("y2", "y"))
    return frame.select("label", left=left, right=right, top=top, bottom=bottom), first, per_day


def with_labels(frame: pl.DataFrame, look: Look) -> pl.DataFrame:
    """Add `label_x` (a time) and `label_y` where a label has room; longer windows come first."""
    frame = frame.sort("stop", "start").sort(pl.col("stop") - pl.col("start"), descending=True)
    boxes, first, per_day = _pixels(frame, look)
    low, high = domain(frame, look)
    zero = [look.height * high / (high - low)] if look.percent else []
    centres = place([Bar(*row) for row in boxes.iter_rows()], look.width, look.height, zero)
    schema = {"px": pl.Float64, "py": pl.Float64}
    spots = pl.DataFrame([c or (None, None) for c in centres], schema, orient="row")
    milliseconds = (pl.col("px") / per_day * 86_400_000).cast(pl.Int64)
    return frame.hstack(spots).with_columns(
        label_x=pl.lit(first).cast(pl.Datetime("ms")) + pl.duration(milliseconds=milliseconds),
        label_y=high - pl.col("py") / look.height * (high - low),
    )


def _time_axis(frame: pl.DataFrame) -> alt.Axis:
    """Years, or months where there are few: digits alone, which read the same in both languages."""
    days = (frame["stop"].max() - frame["start"].min()).days  # type: ignore[operator, union-attr]
    if days > 1200:
        return alt.Axis(format="%Y", tickCount="year")
    return alt.Axis(format="%Y-%m", tickCount={"interval": "month", "step": 3 if days > 400 else 1})


def time_axis(frame: pl.DataFrame, field: str = "start") -> alt.X:
    """The time axis, from the first day to the last; UTC, so that every time zone draws the same.

    The days of the data are its domain: Vega-Lite warns of one that is given beside an `x2`.
    """
    scale = alt.Scale(type="utc", nice=False)
    return alt.X(f"{field}:T", title=None, scale=scale, axis=_time_axis(frame))


def value_axis(look: Look, frame: pl.DataFrame, field: str = "y") -> alt.Y:
    signed = "(datum.value > 0 ? '+' : '') + format(datum.value, '.0f') + '%'"
    labels = signed if look.percent else number_axis(look.lang)
    scale = alt.Scale(domain=list(domain(frame, look)), nice=False)
    axis = alt.Axis(labelExpr=labels, tickCount=6)
    return alt.Y(f"{field}:Q", title=look.y_title, axis=axis, scale=scale)


def _tooltip(frame: pl.DataFrame, lang: Lang) -> list[alt.Tooltip]:
    said = {field: title for field, title in TOOLTIPS.items() if frame[field].count()}
    return [alt.Tooltip(f"{field}:N", title=title[lang]) for field, title in said.items()]


def _label_layers(data: alt.Data, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Names of the figures that have room, on a white halo."""
    text: dict[str, Any] = {"fontSize": 11, "baseline": "middle", "align": "center", "aria": False}
    labels = alt.Chart(data).transform_filter("datum.label_x != null")
    labels = labels.encode(x=x, y=y, text="label:N")
    halo = labels.mark_text(**text, stroke="white", strokeWidth=3.5, opacity=0.9)
    return [halo, labels.mark_text(**text, color=MUTED)]


def bars(frame: pl.DataFrame, look: Look, under: Sequence[alt.Chart] = ()) -> alt.LayerChart:
    """Draw bars, over other layers on the same axes (`time_axis`, `value_axis`) if there are any.

    `frame`: `start`, `stop` (the day after the last), `y` and `y2` (the interval's ends; equal,
    with `unlimited` true, where nothing limits it upwards), `status`, `sourcing`, `label`, `href`,
    and the tooltip texts named in `TOOLTIPS`.
    """
    frame = with_labels(in_words(frame, look.lang), look)
    data = alt.Data(values=_json_rows(frame))
    base = alt.Chart(data).encode(
        y=value_axis(look, frame),
        tooltip=_tooltip(frame, look.lang),
        description="said:N",
        **status_channels(look.lang),
    )
    # A stroke keeps an exact figure visible, whose interval has no thickness.
    rectangles = base.mark_bar(fillOpacity=0.35, strokeOpacity=0.9, strokeWidth=2).encode(
        x=time_axis(frame), x2="stop:T", y2="y2:Q"
    )
    if frame["href"].is_not_null().any():
        # A null address would be drawn as a link to "null".
        rectangles = rectangles.encode(href=alt.when("datum.href != null").then("href:N"))
    arrows = (
        base.transform_filter("datum.unlimited")
        .mark_point(shape="triangle-up", filled=True, size=60, opacity=0.9, yOffset=-7)
        .encode(x=time_axis(frame, "middle"))
    )
    labels = _label_layers(data, time_axis(frame, "label_x"), value_axis(look, frame, "label_y"))
    zero = alt.Chart(data).mark_rule(color=MUTED, aria=False).encode(y=alt.datum(0))
    layers = [
        *under,
        *([zero] if look.percent else []),
        rectangles,
        *([arrows] if frame["unlimited"].any() else []),
        *labels,
    ]
    return alt.LayerChart(layer=layers).properties(
        width=look.width,
        height=look.height,
        title=alt.TitleParams(look.title, subtitle=[look.subtitle]),
        description=f"{look.title}. {look.subtitle}",
    )


def _milliseconds(day: str) -> pl.Expr:
    return pl.col(day).cast(pl.Datetime("ms")).dt.epoch("ms")


def _json_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """What Vega needs of each row, times in milliseconds."""
    texts = ["y", "y2", "unlimited", "status", "sourcing", "label", "label_y", "href", *TOOLTIPS]
    return frame.select(
        *texts,
        # What a screen reader says of a bar; Vega's own words would be names of columns.
        said=pl.concat_str("window", "printed", separator=" · ", ignore_nulls=True),
        start=_milliseconds("start"),
        stop=_milliseconds("stop"),
        middle=(_milliseconds("start") + _milliseconds("stop")) // 2,
        label_x=_milliseconds("label_x"),
    ).to_dicts()
