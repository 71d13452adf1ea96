"""What a series can have been, month by month: the band of bounds, a path inside it, the figures.

The band is the answer; the path is one of many series inside it, and is never drawn without it.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from research.charts.bars import Look, bars, domain, time_axis, value_axis
from research.charts.theme import INK
from research.charts.windows import announced
from research.lang import Lang, number, possible, window
from research.metrics.bounds import Bounds
from research.record.record import Day, Record

_TITLE: dict[Lang, str] = {"zh": "{name}：可能的范围", "en": "{name}: what it can have been"}
_SUBTITLE: dict[Lang, str] = {
    "zh": "浅色：公布数与表述共同允许的范围，超出图框处更高或无上限；细线：最平滑的一条",
    "en": "Pale: what all announcements allow, cut at the frame; line: the smoothest path inside",
}
_NAMES: dict[str, dict[Lang, str]] = {
    "month": {"zh": "月份", "en": "month"},
    "allowed": {"zh": "可能的范围", "en": "can have been"},
    "smooth": {"zh": "最平滑路径（仅为其一）", "en": "smoothest path (one of many)"},
}


# How far above the announced figures the frame may reach for the path, as a share of their height.
_MOST_HEADROOM = 1.5
_MONTH = 365.25 / 12


def _months() -> pl.Expr:
    """How many calendar months a window of whole months has; null for any other."""
    start, end = pl.col("start"), pl.col("end")
    whole = (start == start.dt.month_start()) & (end == end.dt.month_end())
    years = end.dt.year() - start.dt.year()
    return pl.when(whole).then(12 * years + end.dt.month().cast(int) - start.dt.month() + 1)


def _cells(found: Bounds, lang: Lang, first: Any, last: Any) -> pl.DataFrame:
    """One row a window of the bounds, per day, as Vega needs it.

    The path is smooth in months, so it is drawn as if they were equally long, but never outside of
    the band: else it would fall every February.
    """
    days = (pl.col("end") - pl.col("start")).dt.total_days() + 1
    low, high = pl.col("low") / days, pl.col("high") / days
    path = pl.col("path") / pl.coalesce(_months() * _MONTH, days)
    milliseconds = pl.col("start", "stop").cast(pl.Datetime("ms")).dt.epoch("ms")
    return (
        found.frame.filter(pl.col("start") >= first, pl.col("end") < last)
        .with_columns(
            month=window(pl.col("start"), pl.col("end")),
            allowed=possible(pl.col("low"), pl.col("high"), lang),
            smooth=number(pl.col("path").round(), lang, 3),
            stop=pl.col("end").dt.offset_by("1d"),
        )
        .select(
            "month",
            "allowed",
            "smooth",
            milliseconds,
            low=low,
            high=high,
            path=path.clip(low, high),
        )
    )


def bounds(
    record: Record,
    found: Bounds,
    *,
    start: Day = None,
    end: Day = None,
    lang: Lang = "zh",
    width: int = 760,
    height: int = 420,
) -> alt.LayerChart:
    """Band, path and announced windows of one series, per day.

    `found` is an answer of `rs.bounds`, by months or any windows that do not overlap. Raises
    `RecordError` where no level was announced.

    >>> from research.metrics.bounds import bounds as compute_bounds
    >>> from research.record.record import load
    >>> record = load()
    >>> chart = bounds(record, compute_bounds(record, "cases_solved"), lang="en")
    >>> chart.title.text
    'Cases solved, China: what it can have been'
    """
    frame, name, unit = announced(
        record, found.indicator, found.geo, found.scope, start, end, found.vintage, lang
    )
    title = _TITLE[lang].format(name=name)
    cells = _cells(found, lang, frame["start"].min(), frame["stop"].max())
    above = float(cells["path"].max() or 0) / float(frame["y2"].max() or 1) - 0.95  # type: ignore[arg-type]
    headroom = min(max(0.25, above), _MOST_HEADROOM)
    look = Look(title, _SUBTITLE[lang], unit, lang, width, height, headroom=headroom)
    _, top = domain(frame, look)
    # Vega draws what is finite, and the frame cuts it; the last step of the path needs its end.
    ended = pl.concat([cells, cells.tail(1).with_columns(start="stop")])
    cut = ended.with_columns(pl.col("low", "high").clip(0, top))
    base = alt.Chart(alt.Data(values=cut.to_dicts())).encode(
        x=time_axis(frame),
        tooltip=[alt.Tooltip(f"{field}:N", title=text[lang]) for field, text in _NAMES.items()],
    )
    band = base.mark_rect(color="#9db7cc", opacity=0.35).encode(
        x2="stop:T", y=value_axis(look, frame, "low"), y2="high:Q"
    )
    path = base.mark_line(color=INK, strokeWidth=1.4, interpolate="step-after", clip=True).encode(
        y=value_axis(look, frame, "path")
    )
    return bars(frame, look, under=[band, path])
