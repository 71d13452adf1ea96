"""The grammar of the project's charts: a figure is a bar over its window, as thick as its interval.

Left and right are the days that the figure covers, height is its value (or its mean per day), and
thickness is what rounding leaves open. What is drawn is prepared in `windows.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from research.charts.labels import place
from research.charts.theme import MUTED, STATUS_COLOURS, number_axis
from research.lang import Lang

STATUS = {
    "plain": {"zh": "时段明确", "en": "window stated"},
    "window_inferred": {"zh": "时段推定", "en": "window inferred"},
    "doubtful": {"zh": "数字存疑", "en": "figure in doubt"},
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


def _domain(frame: pl.DataFrame) -> tuple[float, float]:
    """The y axis: from 0 (or the lowest fall) to a little above the highest end."""
    ends = frame.select(pl.col("y"), pl.col("y2")).unpivot()["value"]
    low, high = min(0.0, float(ends.min() or 0)), max(0.0, float(ends.max() or 1))  # type: ignore[arg-type]
    room = 0.08 * (high - low or 1)
    return low - (room if low < 0 else 0), high + room


def _pixels(frame: pl.DataFrame, look: Look) -> tuple[pl.DataFrame, date, float]:
    """The bars in pixels of the plot, with the first day and the pixels that a day takes."""
    first, last = frame.select(pl.col("start").min(), pl.col("stop").max()).row(0)
    per_day = look.width / max((last - first).days, 1)
    low, high = _domain(frame)
    left, right = ((pl.col(c) - first).dt.total_days() * per_day for c in ("start", "stop"))
    top = look.height * (high - pl.max_horizontal("y", "y2")) / (high - low)
    return frame.select("label", left=left, right=right, top=top), first, per_day


def with_labels(frame: pl.DataFrame, look: Look) -> pl.DataFrame:
    """Add `label_x` (a time) and `label_y` where a label has room; longer windows come first."""
    frame = frame.sort("stop", "start").sort(pl.col("stop") - pl.col("start"), descending=True)
    boxes, first, per_day = _pixels(frame, look)
    centres = place(boxes.iter_rows(), look.width, look.height)
    schema = {"px": pl.Float64, "py": pl.Float64}
    spots = pl.DataFrame([c or (None, None) for c in centres], schema, orient="row")
    low, high = _domain(frame)
    milliseconds = (pl.col("px") / per_day * 86_400_000).cast(pl.Int64)
    return frame.hstack(spots).with_columns(
        label_x=pl.lit(first).cast(pl.Datetime("ms")) + pl.duration(milliseconds=milliseconds),
        label_y=high - pl.col("py") / look.height * (high - low),
    )


def _encodings(look: Look, domain: list[str]) -> dict[str, Any]:
    expression = "format(datum.value, '+.0f') + '%'" if look.percent else number_axis(look.lang)
    names = {key: text[look.lang] for key, text in STATUS.items()}
    return {
        "x": alt.X("start:T", title=None, scale=alt.Scale(domain=domain, nice=False)),
        "y": alt.Y("y:Q", title=look.y_title, axis=alt.Axis(labelExpr=expression, tickCount=6)),
        "color": alt.Color(
            "status:N",
            scale=alt.Scale(domain=list(names.values()), range=list(STATUS_COLOURS.values())),
        ),
        "tooltip": [
            alt.Tooltip(f"{field}:N", title=title[look.lang]) for field, title in TOOLTIPS.items()
        ],
    }


def bars(frame: pl.DataFrame, look: Look) -> alt.LayerChart:
    """Draw bars.

    `frame`: `start`, `stop` (the day after the last), `y` and `y2` (the interval's ends; equal,
    with `unlimited` true, where nothing limits it upwards), `status`, `label`, `href`, and the
    tooltip texts named in `TOOLTIPS`.
    """
    names = {key: text[look.lang] for key, text in STATUS.items()}
    frame = with_labels(frame.with_columns(pl.col("status").replace_strict(names)), look)
    low, high = _domain(frame)
    data = alt.Data(values=_json_rows(frame))
    domain = [str(frame["start"].min()), str(frame["stop"].max())]
    encodings = _encodings(look, domain)
    encodings["y"].scale = alt.Scale(domain=[low, high], nice=False)
    base = alt.Chart(data).encode(**encodings)
    linked = {"href": alt.Href("href:N")} if frame["href"].is_not_null().any() else {}
    rectangle = base.mark_rect(opacity=0.75, stroke=None, strokeWidth=2.5, cursor="default").encode(
        x2="stop:T", y2="y2:Q", stroke=alt.Stroke("status:N", legend=None), **linked
    )
    rectangle.encoding.stroke.scale = encodings["color"].scale
    arrows = (
        base.transform_filter("datum.unlimited")
        .mark_point(shape="triangle-up", filled=True, size=60, opacity=0.9, yOffset=-7)
        .encode(x="middle:T")
    )
    text: dict[str, Any] = {"fontSize": 11, "baseline": "middle", "align": "center"}
    labels = alt.Chart(data).transform_filter("datum.label_x != null")
    where = {"x": "label_x:T", "y": "label_y:Q", "text": "label:N"}
    halo = labels.mark_text(**text, stroke="white", strokeWidth=3.5, opacity=0.9).encode(**where)
    names_ = labels.mark_text(**text, color=MUTED).encode(**where)
    zero = alt.Chart().mark_rule(color=MUTED).encode(y=alt.datum(0))
    layers = [rectangle, arrows, halo, names_, *([zero] if look.percent else [])]
    return alt.LayerChart(layer=layers).properties(
        width=look.width,
        height=look.height,
        title=alt.TitleParams(look.title, subtitle=[look.subtitle]),
        description=f"{look.title}. {look.subtitle}",
    )


def _json_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows for Vega: days as local wall-clock text, so that every time zone draws the same."""
    middle = pl.col("start") + (pl.col("stop") - pl.col("start")) / 2
    texts = [pl.col(c).dt.strftime("%Y-%m-%dT00:00:00") for c in ("start", "stop")]
    return (
        frame.with_columns(
            *texts,
            middle=middle.dt.strftime("%Y-%m-%dT00:00:00"),
            label_x=pl.col("label_x").dt.strftime("%Y-%m-%dT%H:%M:%S"),
        )
        .drop("px", "py", "marks", strict=False)
        .to_dicts()
    )
