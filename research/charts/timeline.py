"""Named operations on a time axis, and one of them behind the windows of an indicator.

Dates are as well known as the sources say: a bar is full where the operation surely ran and pale
where it may have. Nothing here says that one thing led to another.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from research.charts.bars import Look, bars, time_axis
from research.charts.theme import INK
from research.charts.windows import announced
from research.lang import Lang
from research.metrics.campaigns import dated
from research.record.record import Day, Record, RecordError

_STEP, _WIDTH = 24, 760
_LONG = 45  # days: raids and notices of a day are no bars
_COLOUR = "#b3731b"
_ENDS = ("began_first", "began_last", "ended_first", "ended_last")
_TEXTS: dict[str, dict[Lang, str]] = {
    "title": {"zh": "有名称的行动", "en": "Named operations"},
    "subtitle": {
        "zh": "深色：确在进行；浅色：起止日期不详时可能在进行；只列持续一个半月以上或未见结束的",
        "en": "Full: surely running; pale: may have been; only those of six weeks or more, or open",
    },
    "around": {
        "zh": "竖带：{name}；起止日期不详处颜色更浅。横杠的读法同其他各图",
        "en": "Band: {name}; paler where its dates are not known. Bars read as everywhere",
    },
    "name": {"zh": "行动", "en": "operation"},
    "dates": {"zh": "起止", "en": "dates"},
}


def _milliseconds(*columns: str) -> list[pl.Expr]:
    return [pl.col(c).cast(pl.Datetime("ms")).dt.epoch("ms") for c in columns]


def timeline(
    record: Record,
    operation: str | None = None,
    *,
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    lang: Lang = "zh",
) -> alt.LayerChart:
    """Operations that meet a period, one row each, `operation` picked out.

    Raises `RecordError` for an unknown operation, or where none meets the period.

    >>> from research.record.record import load
    >>> timeline(load(), "duanka", start="2019-01-01", lang="en").title.text
    'Named operations'
    """
    record = record.as_of(as_of)
    record.names(operation, "operation")
    first, last = (pl.lit(day).cast(pl.String).str.to_date() for day in (start, end))
    ran = (pl.col("ended_last") - pl.col("began_first")).dt.total_days() + 1
    meets = (pl.col("ended_last") >= first).fill_null(value=True)
    meets &= (pl.col("began_first") <= last).fill_null(value=True)
    picked = pl.col("operation_id") == (operation or "")
    frame = dated(record).filter(meets, (ran >= _LONG) | picked)
    if frame.is_empty():
        raise RecordError("nothing to draw: no operation is known to have run in this period")
    left, right = frame.select(
        left=pl.coalesce(first, pl.col("began_first").min()),
        right=pl.coalesce(last, pl.col("ended_last").max()),
    ).row(0)
    cut = [
        pl.col(c).clip(left, right)
        for c in ("began_first", "began_last", "ended_first", "ended_last")
    ]
    centre = left + (right - left) / 2
    drawn = (
        frame.with_columns(
            picked=picked, dates=pl.format("{} – {}", "started", pl.col("ended").fill_null("?"))
        )
        .with_columns(cut)
        .with_row_index("row")
        .select(
            "row",
            "picked",
            "dates",
            "lead",
            name=f"name_{lang}",
            late=pl.col("began_first") > centre,
            sure=pl.col("ended_first") > pl.col("began_last"),
            **dict(zip("abcd", _milliseconds(*_ENDS), strict=True)),
        )
    )
    data = alt.Data(values=drawn.to_dicts())
    axis = alt.Axis(format="%Y", tickCount="year", orient="top")
    scale = alt.Scale(type="utc", nice=False)
    colour = alt.when("datum.picked").then(alt.value(_COLOUR)).otherwise(alt.value("#7d8fa3"))
    base = alt.Chart(data).encode(
        y=alt.Y("row:O", axis=None),
        tooltip=[alt.Tooltip(f"{c}:N", title=_TEXTS[c][lang]) for c in ("name", "dates")],
    )
    x = alt.X("a:T", title=None, axis=axis, scale=scale)
    line: dict[str, Any] = {"height": 5, "yOffset": 7}  # below its name
    pale = base.mark_bar(opacity=0.35, **line).encode(x=x, x2="d:T", color=colour)
    sure = (
        base.transform_filter("datum.sure")
        .mark_bar(**line)
        .encode(x=alt.X("b:T", scale=scale), x2="c:T", color=colour)
    )
    tint = alt.when("datum.picked").then(alt.value(_COLOUR)).otherwise(alt.value(INK))
    early, late = (base.transform_filter(which) for which in ("!datum.late", "datum.late"))
    names = [
        early.mark_text(align="left", dy=-4, fontSize=11).encode(x=alt.X("a:T", scale=scale)),
        late.mark_text(align="right", dy=-4, fontSize=11).encode(x=alt.X("d:T", scale=scale)),
    ]
    names = [chart.encode(text="name:N", color=tint) for chart in names]
    title, subtitle = _TEXTS["title"][lang], _TEXTS["subtitle"][lang]
    return alt.LayerChart(layer=[pale, sure, *names]).properties(
        width=_WIDTH,
        height=_STEP * drawn.height,
        title=alt.TitleParams(title, subtitle=[subtitle]),
        description=f"{title}. {subtitle}",
    )


def around(
    record: Record,
    operation: str,
    indicator: str,
    *,
    geo: str = "CN",
    scope: str = "total",
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    lang: Lang = "zh",
) -> alt.LayerChart:
    """The announced windows of one series, with the days of an operation as a band behind them.

    Raises `RecordError` where there is nothing to draw.
    """
    frame, name, unit = announced(record, indicator, geo, scope, start, end, as_of, lang)
    known = dated(record.as_of(as_of)).filter(operation_id=operation)
    title = record.operations.filter(operation_id=operation).item(0, f"name_{lang}")
    look = Look(
        name, _TEXTS["around"][lang].format(name=title), unit, lang, _WIDTH, 380, headroom=0.2
    )
    left, right = (pl.lit(day) for day in (frame["start"].min(), frame["stop"].max()))
    spans = [("began_first", "ended_last", 0.12), ("began_last", "ended_first", 0.16)]
    bands = []
    for first, last, opacity in spans:
        cut = known.select(
            begin=pl.col(first).clip(left, right), finish=pl.col(last).clip(left, right)
        ).filter(pl.col("begin") < pl.col("finish"))
        if cut.height:
            values = cut.select(_milliseconds("begin", "finish")).to_dicts()
            band = alt.Chart(alt.Data(values=values)).mark_rect(color=_COLOUR, opacity=opacity)
            bands.append(band.encode(x=time_axis(frame, "begin"), x2="finish:T"))
    return bars(frame, look, under=bands)
