"""A reading in a notebook: the text with every span marked, and what each became."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from research.lang import Lang
from research.record import tables

if TYPE_CHECKING:
    from research.loaders.bulletin import Reading

_WORDS: dict[str, dict[Lang, str]] = {
    "counts": {
        "zh": "{} 条数据，{} 条表述，{} 处未读懂",
        "en": "{} figures, {} claims, {} not understood",
    },
    "unread": {"zh": "未读懂：{}", "en": "not understood: {}"},
    "no_window": {"zh": "时段不明", "en": "window unknown"},
}
REASONS: dict[str, dict[Lang, str]] = {
    "no_indicator": {"zh": "没有对应指标", "en": "counts no indicator"},
    "not_a_total": {"zh": "不是总数", "en": "not a total"},
    "foreign_currency": {"zh": "外币", "en": "foreign currency"},
    "another_crime": {"zh": "属其他犯罪", "en": "counts another crime"},
    "part": {"zh": "其中的一部分", "en": "part of the figure before"},
    "base_of_a_change": {"zh": "变化的基数", "en": "base of a change"},
    "place_unknown": {"zh": "地名不在地区表中", "en": "place not in the table of regions"},
    "single_case_without_day": {"zh": "个案，未注明日期", "en": "single case without a day"},
    "ratio": {"zh": "比例，非同比变化", "en": "a ratio, not a change"},
    "change_without_base": {"zh": "未注明与何时相比", "en": "change without a base"},
    "change_on_another_base": {"zh": "非同比", "en": "change on another base"},
    "change_of_what": {"zh": "不知何者的变化", "en": "change of what is not clear"},
    "no_window": {"zh": "时段不明", "en": "window unknown"},
    "no_number": {"zh": "没有确数", "en": "no definite number"},
    "repeats": {"zh": "重复前文", "en": "repeats another figure"},
}
"""Why a quantity was not read."""

_STYLE = (
    "white-space:pre-wrap;line-height:1.9;max-width:46em;"
    "font-family:'Noto Serif CJK SC','Source Han Serif SC','Songti SC',SimSun,serif"
)
_COLOURS = {
    "observations": "#cfe3f5",
    "changes": "#e1eefb",
    "claims": "#e4efd0",
    "unread": "#f6dfc4",
}


def _marks(found: Reading, lang: Lang) -> list[tuple[int, int, str, str]]:
    """Spans with their colour and what they became, in order; those of claims hold others."""
    indicators = tables.read(tables.TABLES / "indicators.csv", "indicators")
    names = dict(indicators.select("indicator", f"name_{lang}").iter_rows())
    marks: list[tuple[int, int, str, str]] = []

    def told(row: dict[str, Any], *more: object) -> str:
        window = f"{row['start']}…{row['end']}" if row["start"] else _WORDS["no_window"][lang]
        parts = [names[row["indicator"]], row["geo"], row["scope"], window, *more]
        return " · ".join(str(part) for part in parts if part not in (None, "total", "CN"))

    for row in found.observations.iter_rows(named=True):
        words = told(row, row["yoy_printed"])
        marks.append((row["span_start"], row["span_end"], "observations", words))
        if row["yoy_start"] not in (None, row["span_start"]):
            marks.append((row["yoy_start"], row["yoy_end"], "changes", words))
    marks += [
        (row["span_start"], row["span_end"], "claims", told(row, row["kind"]))
        for row in found.claims.iter_rows(named=True)
    ]
    refused = _WORDS["unread"][lang]
    marks += [
        (row["span_start"], row["span_end"], "unread", refused.format(REASONS[row["reason"]][lang]))
        for row in found.unread.iter_rows(named=True)
    ]
    return sorted(marks, key=lambda mark: (mark[0], -mark[1]))


def as_html(found: Reading, lang: Lang = "zh") -> str:
    """The text with its spans marked; pointing at one says what it became.

    >>> from research.loaders.bulletin import read_bulletin
    >>> "破获案件数" in as_html(read_bulletin("2021年全国共破获电信网络诈骗案件44.1万起。"))
    True
    """
    heights = (frame.height for frame in (found.observations, found.claims, found.unread))
    counts = _WORDS["counts"][lang].format(*heights)
    head = " · ".join(escape(str(v)) for k, v in found.source.items() if v and k != "source_id")
    return (
        f"<p><b>{head}</b><br><small>{counts}</small></p>"
        f'<div style="{_STYLE}">{_marked(found.text, _marks(found, lang))}</div>'
        + _legend(found, lang)
    )


def _marked(text: str, marks: list[tuple[int, int, str, str]]) -> str:
    """The text cut at every edge of a span, each piece in the colour of the innermost."""
    edges = sorted({0, len(text), *(m[0] for m in marks), *(m[1] for m in marks)})
    body: list[str] = []
    inside: list[tuple[int, int, str, str]] = []
    upcoming = 0
    for start, end in pairwise(edges):
        while upcoming < len(marks) and marks[upcoming][0] <= start:
            inside.append(marks[upcoming])
            upcoming += 1
        inside = [mark for mark in inside if mark[1] > start]
        words = escape(text[start:end])
        if inside:
            title = escape("\n".join(mark[3] for mark in inside))
            style = f"background:{_COLOURS[inside[-1][2]]};color:inherit"
            words = f'<mark style="{style}" title="{title}">{words}</mark>'
        body.append(words)
    return "".join(body)


def _legend(found: Reading, lang: Lang) -> str:
    """What was read, as a table for those who cannot point: on paper, on a phone."""
    indicators = tables.read(tables.TABLES / "indicators.csv", "indicators")
    rows = found.observations.join(
        indicators.select("indicator", name=f"name_{lang}"), on="indicator", maintain_order="left"
    ).select("name", "geo", "scope", "start", "end", "printed", "yoy_printed")
    lines = [[escape(str(c)) if c is not None else "" for c in row] for row in rows.iter_rows()]
    cells = "".join(f"<tr><td>{'</td><td>'.join(line)}</td></tr>" for line in lines)
    table = f'<table style="margin-top:1em">{cells}</table>'
    return f'<div style="max-width:100%;overflow-x:auto">{table}</div>' if cells else ""
