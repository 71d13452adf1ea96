"""Small multiples: many series at once, one panel each, on one time axis and each its own scale.

Each panel is in the grammar of `windows.py`: a bar over its days, as thick as its interval.
"""

from __future__ import annotations

from typing import Literal

import altair as alt
import polars as pl

from research.charts.bars import TOOLTIPS, in_words, sourcing, status, status_channels
from research.charts.theme import INK, number_axis
from research.charts.tiles import per_inhabitants
from research.charts.windows import announced
from research.lang import Lang, between, unit_name, window, word, words
from research.record.record import Day, Record, RecordError

_WIDTH, _HEIGHT, _HEADROOM = 300, 104, 1.15
_TEXTS: dict[str, dict[Lang, str]] = {
    "lane": {"zh": "{lane}：全国各指标", "en": "{lane}: its indicators, nationwide"},
    "lane_sub": {
        "zh": "每格一个指标，各用各的纵轴；横杠左右为所涵盖的日期，粗细为区间；流量为日均",
        "en": "One panel an indicator, each its own scale; flows are means per day of the window",
    },
    "index": {"zh": "指数（{base} 年＝100）", "en": "Index, {base} = 100"},
    "economies_sub": {
        "zh": "各经济体的口径不同，只能看各自的走势，高低不可互比；粗细为区间",
        "en": "Definitions differ: read each panel along time, never one against another",
    },
}


def _panels(frame: pl.DataFrame, lang: Lang, title: str, subtitle: str) -> alt.FacetChart:
    """Draw rows with `panel`, `start`, `stop`, `y`, `y2`, `unlimited`, `status`, `sourcing`."""
    said = [field for field in TOOLTIPS if field in frame.columns and frame[field].count()]
    days = [pl.col(c).cast(pl.Datetime("ms")).dt.epoch("ms").alias(c) for c in ("start", "stop")]
    shown = in_words(frame, lang).with_columns(*days, middle=(days[0] + days[1]) // 2)
    shown = shown.with_columns(top=pl.col("y2").max().over("panel") * _HEADROOM)
    kept = ["panel", "start", "stop", "middle", "y", "y2", "top", "unlimited", "status", "sourcing"]
    scale = alt.Scale(type="utc", nice=False)
    axis = alt.Axis(format="%Y", tickCount="year", labelOverlap="greedy", labelSeparation=8)
    x = alt.X("start:T", title=None, scale=scale, axis=axis)
    # One width for all labels, or the panels of a column would not stand below one another.
    labels = alt.Axis(labelExpr=number_axis(lang), tickCount=3, minExtent=56, maxExtent=56)
    y = {field: alt.Y(f"{field}:Q", title=None, axis=labels) for field in ("y", "top")}
    base = alt.Chart().encode(
        y=y["y"],
        tooltip=[alt.Tooltip(f"{field}:N", title=TOOLTIPS[field][lang]) for field in said],
        **status_channels(lang),
    )
    bars = base.mark_bar(fillOpacity=0.35, strokeOpacity=0.9, strokeWidth=2).encode(
        x=x, x2="stop:T", y2="y2:Q"
    )
    # Unseen rather than filtered: a panel without any would be a scale without an extent.
    seen = alt.condition("datum.unlimited", alt.value(0.9), alt.value(0.0))
    arrows = base.mark_point(shape="triangle-up", filled=True, size=36, yOffset=-6)
    arrows = arrows.encode(opacity=seen)
    room = alt.Chart().mark_point(opacity=0).encode(x="start:T", y=y["top"])
    header = alt.Header(
        title=None, labelAnchor="start", labelFontSize=12, labelColor=INK, labelLimit=_WIDTH + 40
    )
    order = frame["panel"].unique(maintain_order=True).to_list()
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[bars, arrows.encode(x=alt.X("middle:T", scale=scale)), room])
        .properties(width=_WIDTH, height=_HEIGHT)
        .facet(
            facet=alt.Facet("panel:N", sort=order, header=header),
            columns=2,
            data=alt.Data(values=shown.select(*kept, *said).to_dicts()),
        )
        .resolve_scale(y="independent")
        .properties(
            title=alt.TitleParams(title, subtitle=[subtitle]), description=f"{title}. {subtitle}"
        )
    )
    return chart


def lane(
    record: Record,
    lane: str,
    *,
    geo: str = "CN",
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    lang: Lang = "zh",
) -> alt.FacetChart:
    """Every indicator of a lane that was announced for two windows or more, one panel each.

    Scope `total` only. Raises `RecordError` for an unknown lane, or where nothing can be drawn.

    >>> from research.record.record import load
    >>> lane(load(), "funds", lang="en").title.text
    'Funds: its indicators, nationwide'
    """
    found = record.select(
        lane=lane, geo=geo, scope="total", start=start, end=end, as_of=as_of, overlap=True
    ).filter(pl.col("value").is_not_null())
    counts = (
        found.group_by("indicator")
        .agg(windows=pl.struct("start", "end").n_unique())
        .filter(pl.col("windows") > 1)
        .sort("windows", "indicator", descending=[True, False])
    )
    if counts.is_empty():
        raise RecordError(f"nothing to draw: no indicator of {lane} was announced for two windows")
    frames = []
    for indicator in counts["indicator"]:
        frame, _, unit = announced(record, indicator, geo, "total", start, end, as_of, lang)
        name = record.indicators.filter(indicator=indicator).item(0, f"name_{lang}")
        frames.append(frame.with_columns(panel=pl.lit(f"{name} · {unit}")))
    title = _TEXTS["lane"][lang].format(lane=word(lane, lang))
    return _panels(pl.concat(frames, how="diagonal"), lang, title, _TEXTS["lane_sub"][lang])


def economies(
    rows: pl.DataFrame,
    record: Record,
    what: Literal["index", "rate"] = "rate",
    *,
    base: int | None = None,
    lang: Lang = "zh",
) -> alt.FacetChart:
    """Rates per head or indices of several economies, one panel a series.

    `rows` are those of `research.metrics.economies.by_economy`. Raises `RecordError` where there is
    nothing to draw.
    """
    low, high = (pl.col(f"{what}_{e}") for e in ("low", "high"))
    frame = (
        rows.filter(low.is_not_null())
        .join(
            record.regions.select(geo="code", place=f"name_{lang}"), on="geo", maintain_order="left"
        )
        .join(record.scopes.select("scope", part=f"name_{lang}"), on="scope", maintain_order="left")
        .with_columns(
            unit=pl.col("unit").map_elements(
                lambda unit: unit_name(record.units, unit, lang), return_dtype=pl.String
            )
        )
        .with_columns(
            panel=pl.concat_str(
                "place",
                pl.when(pl.col("scope") != "total").then("part"),
                *([pl.lit("") if what == "index" else "unit"]),
                separator=" · ",
                ignore_nulls=True,
            ).str.strip_chars(" ·"),
            stop=pl.col("end").dt.offset_by("1d"),
            y=low,
            y2=pl.when(high.is_finite()).then(high).otherwise(low),
            unlimited=high.is_infinite(),
            status=status(),
            sourcing=sourcing(),
            window=window(pl.col("start"), pl.col("end")),
            rate=between(low, high, lang, 3),
            marks=pl.col("marks").list.eval(words(pl.element(), lang)).list.join("; "),
        )
    )
    if frame.is_empty():
        raise RecordError(f"nothing to draw: no {what} can be computed for these economies")
    per = per_inhabitants(record, frame.item(0, "indicator"), lang)
    title = (
        _TEXTS["index"][lang].format(base=base) if what == "index" else per[:1].upper() + per[1:]
    )
    return _panels(frame, lang, title, _TEXTS["economies_sub"][lang])
