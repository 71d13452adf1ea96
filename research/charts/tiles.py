"""A tile-grid map of China: one square a province, all of equal size, so that none hides another.

Each tile stands about where its province lies, and says its interval; one without a figure is grey.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from research.charts.theme import INK, MUTED, STATUS_COLOURS
from research.lang import Lang, number, percent, window
from research.record.record import Record, RecordError

GRID = {
    "230000": (0, 7),
    "150000": (1, 5), "220000": (1, 7),
    "650000": (2, 0), "620000": (2, 2), "640000": (2, 3), "140000": (2, 4), "110000": (2, 5),
    "120000": (2, 6), "210000": (2, 7),
    "630000": (3, 1), "610000": (3, 3), "410000": (3, 4), "130000": (3, 5), "370000": (3, 6),
    "540000": (4, 0), "510000": (4, 2), "500000": (4, 3), "420000": (4, 4), "340000": (4, 5),
    "320000": (4, 6), "310000": (4, 7),
    "530000": (5, 2), "520000": (5, 3), "430000": (5, 4), "360000": (5, 5), "330000": (5, 6),
    "450000": (6, 3), "440000": (6, 4), "350000": (6, 5), "TW": (6, 7),
    "460000": (7, 3), "MO": (7, 4), "HK": (7, 5),
}  # fmt: skip
"""Row and column of each tile."""
_MACAO: dict[Lang, str] = {"zh": "澳门", "en": "Macao"}  # not a place of the record
_LONG = "(维吾尔|壮族|回族)?自治区$|省$|市$"
_WIDTH, _STEP = 92, 58
_OWN: dict[Lang, str] = {"zh": "自有口径", "en": "own series"}
_NONE: dict[Lang, str] = {"zh": "无数据", "en": "no figure"}
_SUBTITLE: dict[Lang, str] = {
    "zh": "格中为区间；虚线框：时段不是全年；红框：数字存疑；灰色：没有数字，不等于零",
    "en": "Intervals; dashed: not a whole year; red: in doubt; grey: no figure, which is not zero",
}
_TOOLTIPS: dict[str, dict[Lang, str]] = {
    "place": {"zh": "地区", "en": "place"},
    "said": {"zh": "区间", "en": "interval"},
    "printed": {"zh": "公布", "en": "printed"},
    "window": {"zh": "时段", "en": "window"},
}


def per_inhabitants(record: Record, indicator: str, lang: Lang) -> str:
    """What a rate of an indicator is per: 100,000 inhabitants, or for money each of them.

    >>> from research.record.record import load
    >>> per_inhabitants(load(), "losses_reported", "en")
    'per inhabitant'
    """
    money = record.indicators.filter(indicator=indicator).item(0, "unit") == "money"
    if lang == "zh":
        return "人均" if money else "每 10 万人"
    return "per inhabitant" if money else "per 100,000 inhabitants"


def short_place(record: Record, lang: Lang) -> pl.DataFrame:
    """`geo` and `place`, the name that people use: 内蒙古, not 内蒙古自治区."""
    name = pl.col(f"name_{lang}").str.replace(_LONG, "").str.replace(r"（.*|\(stand.*", "")
    special = {"zh": "新疆生产建设兵团", "en": "Xinjiang Production and Construction Corps"}
    name = pl.when(pl.col("level") == "special").then(pl.lit(special[lang])).otherwise(name)
    return record.regions.select(geo="code", place=name)


def _grid(record: Record, lang: Lang) -> pl.DataFrame:
    rows = [(geo, row, column) for geo, (row, column) in GRID.items()]
    grid = pl.DataFrame(rows, schema=["geo", "row", "column"], orient="row")
    return grid.join(
        short_place(record, lang), on="geo", how="left", maintain_order="left"
    ).with_columns(pl.col("place").fill_null(_MACAO[lang]))


def _short(low: pl.Expr, high: pl.Expr, lang: Lang, change: bool) -> pl.Expr:
    """An interval that fits a tile, its ends moved outward: 44–45, −24…−23%, ≥ 40%."""
    digits = pl.when(low.abs() < 10).then(10.0).otherwise(1.0)
    ends = (low * digits).floor() / digits, (high * digits).ceil() / digits
    if change:
        first, last = (percent(e, 3).str.strip_chars_end("%") for e in ends)
        joined = pl.concat_str(first, last, separator=" … ")
        closed = pl.concat_str(pl.when(first == last).then(first).otherwise(joined), pl.lit("%"))
    else:
        first, last = (number(e, lang, 3) for e in ends)
        joined = pl.concat_str(first, last, separator=" – ")
        closed = pl.when(first == last).then(first).otherwise(joined)
    unit = "%" if change else ""
    return (
        pl.when(high.is_infinite()).then(pl.format("≥ {}{}", first, pl.lit(unit))).otherwise(closed)
    )


def tiles(
    rows: pl.DataFrame,
    record: Record,
    *,
    title: str,
    low: str = "low",
    high: str = "high",
    change: bool = False,
    lang: Lang = "zh",
) -> alt.LayerChart:
    """Provinces on a grid, coloured by the middle of their intervals.

    `rows` are those of one year of `research.metrics.places.by_place`; `low` and `high` name the
    columns drawn, `change` says that they are percent. Raises `RecordError` where no province has a
    figure.
    """
    known = rows.filter(pl.col("geo").is_in(list(GRID)), pl.col(low).is_not_null())
    if known.is_empty():
        raise RecordError("nothing to draw: no province has such a figure")
    ends = pl.col(low), pl.when(pl.col(high).is_finite()).then(high).otherwise(low)
    own = pl.when(pl.col("geo").is_in(["HK", "TW"])).then(pl.lit(_OWN[lang]))
    frame = (
        _grid(record, lang)
        .join(known, on="geo", how="left", maintain_order="left")
        .with_columns(
            middle=(ends[0] + ends[1]) / 2,
            said=pl.coalesce(
                _short(pl.col(low), pl.col(high), lang, change), own, pl.lit(_NONE[lang])
            ),
            window=window(pl.col("start"), pl.col("end")),
            part=~pl.col("whole_year").fill_null(value=True),
            doubtful=pl.col("marks").list.contains("doubtful").fill_null(value=False),
        )
    )
    shown = ["geo", "row", "column", "middle", "part", "doubtful", *_TOOLTIPS]
    size = float(frame["middle"].abs().max() or 1)  # type: ignore[arg-type]
    if change:
        scale = alt.Scale(
            domain=[-size, 0, size], range=["#5f97c2", "#f7f7f5", "#d99a4e"], interpolate="rgb"
        )
    else:
        scale = alt.Scale(domain=[0, size], range=["#eef3f8", "#5f97c2"], interpolate="rgb")
    base = alt.Chart(alt.Data(values=frame.select(shown).to_dicts())).encode(
        x=alt.X("column:O", axis=None),
        y=alt.Y("row:O", axis=None),
        tooltip=[alt.Tooltip(f"{c}:N", title=text[lang]) for c, text in _TOOLTIPS.items()],
    )
    square: dict[str, Any] = {
        "strokeWidth": 1.5,
        "width": alt.RelativeBandSize(0.94),
        "height": alt.RelativeBandSize(0.94),
    }
    filled = base.transform_filter("datum.middle != null")
    stroke = alt.when("datum.doubtful").then(alt.value(STATUS_COLOURS["doubtful"]))
    coloured = {
        "fill": alt.Fill("middle:Q", scale=scale, legend=None),
        "stroke": stroke.otherwise(alt.value(MUTED)),
    }
    layers = [
        base.mark_rect(fill="#f0f1f3", stroke="#d5d9de", **square),
        filled.transform_filter("!datum.part").mark_rect(**square).encode(**coloured),
        filled.transform_filter("datum.part")
        .mark_rect(strokeDash=[4, 3], **square)
        .encode(**coloured),
        base.mark_text(dy=-10, fontSize=12).encode(
            text="place:N",
            color=alt.condition("datum.middle == null", alt.value(MUTED), alt.value(INK)),
        ),
        base.mark_text(dy=9, fontSize=11).encode(
            text="said:N",
            color=alt.condition("datum.middle == null", alt.value("#98a2b3"), alt.value(INK)),
        ),
    ]
    return alt.LayerChart(layer=layers).properties(
        width=8 * _WIDTH,
        height=8 * _STEP,
        title=alt.TitleParams(title, subtitle=[_SUBTITLE[lang]]),
        description=f"{title}. {_SUBTITLE[lang]}",
    )
