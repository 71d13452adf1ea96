"""Places ranked by their intervals: whole years together, other windows apart and never ranked in.

Rows are those of `research.metrics.places.by_place`; the map is `tiles.py`.
"""

from __future__ import annotations

import altair as alt
import polars as pl

from research.charts.bars import in_words, sourcing, status, status_channels
from research.charts.theme import MUTED, number_axis
from research.charts.tiles import short_place
from research.lang import Lang, between, percent_between, window, words
from research.record.record import Record, RecordError

_STEP, _WIDTH = 22, 440
_GROUPS: dict[str, dict[Lang, str]] = {
    "whole": {"zh": "全年", "en": "Whole year"},
    "part": {
        "zh": "其他时段（折合全年，不与上面排名）",
        "en": "Other windows (scaled, not ranked above)",
    },
    "part_change": {
        "zh": "其他时段（不与上面排名）",
        "en": "Other windows (not ranked with those above)",
    },
}
_TOOLTIPS: dict[str, dict[Lang, str]] = {
    "said": {"zh": "区间", "en": "interval"},
    "printed": {"zh": "公布", "en": "printed"},
    "window": {"zh": "时段", "en": "window"},
    "marks": {"zh": "标记", "en": "marks"},
}


def ranked(
    rows: pl.DataFrame,
    record: Record,
    *,
    title: str,
    low: str = "low",
    high: str = "high",
    change: bool = False,
    lang: Lang = "zh",
) -> alt.VConcatChart:
    """One row a place, its interval as a bar, highest first; other windows than the year below.

    `low` and `high` name the columns drawn, `change` says that they are percent. Intervals that
    overlap leave the order of two places open. Raises `RecordError` where there is nothing to draw.
    """
    said = percent_between if change else between
    known = rows.filter(pl.col(low).is_not_null())
    if known.is_empty():
        raise RecordError("nothing to draw: no place has such a figure")
    days = window(pl.col("start"), pl.col("end"))
    frame = in_words(
        known.join(short_place(record, lang), on="geo").with_columns(
            low=pl.col(low),
            high=pl.when(pl.col(high).is_finite()).then(high).otherwise(low),
            said=said(pl.col(low), pl.col(high), lang, 3),
            window=days,
            place=pl.when("whole_year")
            .then("place")
            .otherwise(pl.format("{} · {}", "place", days)),
            status=status(),
            sourcing=sourcing(),
            marks=pl.col("marks").list.eval(words(pl.element(), lang)).list.join("; "),
        ),
        lang,
    ).sort("high", "low", descending=True)
    ends = frame.select(
        pl.min_horizontal(pl.col("low").min(), 0), pl.max_horizontal(pl.col("high").max(), 0)
    )
    parts = {
        "whole": frame.filter("whole_year"),
        "part_change" if change else "part": frame.filter(~pl.col("whole_year")),
    }
    charts = [
        _rows(part, _GROUPS[key][lang], list(ends.row(0)), change, lang)
        for key, part in parts.items()
        if part.height
    ]
    return alt.VConcatChart(vconcat=charts, spacing=18).properties(
        title=alt.TitleParams(title), description=title
    )


def _rows(
    frame: pl.DataFrame, group: str, ends: list[float], change: bool, lang: Lang
) -> alt.LayerChart:
    shown = ["place", "low", "high", "status", "sourcing", *_TOOLTIPS]
    data = alt.Data(values=frame.select(shown).to_dicts())
    signed = "(datum.value > 0 ? '+' : '') + datum.label + '%'"
    edge, room = (share * (ends[1] - ends[0]) for share in (0.03, 0.3))
    axis = alt.Axis(labelExpr=signed if change else number_axis(lang), tickCount=5)
    x = alt.X(
        "low:Q",
        title=None,
        axis=axis,
        scale=alt.Scale(domain=[ends[0] - edge, ends[1] + room], nice=False),
    )
    order = frame["place"].to_list()
    base = alt.Chart(data).encode(
        y=alt.Y(
            "place:N",
            title=None,
            sort=order,
            axis=alt.Axis(ticks=False, minExtent=230, maxExtent=230, labelLimit=230),
        ),
        tooltip=[alt.Tooltip(f"{c}:N", title=text[lang]) for c, text in _TOOLTIPS.items()],
    )
    bars = base.mark_bar(height=9, fillOpacity=0.35, strokeWidth=2).encode(
        x=x, x2="high:Q", **status_channels(lang)
    )
    texts = base.mark_text(align="right", fontSize=11, color=MUTED).encode(
        x=alt.datum(ends[1] + room), text="said:N"
    )
    zero = alt.Chart(data).mark_rule(color=MUTED).encode(x=alt.datum(0))
    return alt.LayerChart(layer=[zero, bars, texts]).properties(
        width=_WIDTH,
        height=_STEP * frame.height,
        title=alt.TitleParams(group, fontSize=12, fontWeight="normal", offset=6),
    )
