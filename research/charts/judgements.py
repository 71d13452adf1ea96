"""What the record implies, in words and as a table: statements, quantities, bounds."""

from __future__ import annotations

from functools import cache

import polars as pl

from research.charts.tables import Table, escaped, laid_out, small, unbroken
from research.lang import Lang, between, number, percent_between, possible, window
from research.metrics.bounds import Bounds
from research.record.tables import TABLES

_HEADS: dict[str, dict[Lang, str]] = {
    "window": {"zh": "时段", "en": "Window"},
    "allowed": {"zh": "可能的范围", "en": "Can have been"},
    "smooth": {"zh": "最平滑路径", "en": "Smoothest path"},
}
_KINDS: dict[str, dict[Lang, str]] = {
    "level": {"zh": "公布数", "en": "level"},
    "change": {"zh": "同比", "en": "year-on-year change"},
    "prior": {"zh": "同比推出的上年同期数", "en": "level of the year before, by the change"},
    "comparison": {"zh": "与基期相比", "en": "change on a base"},
    "part": {"zh": "部分不超过总体", "en": "a part of it"},
    "whole": {"zh": "不超过总体", "en": "its whole"},
    "provinces": {"zh": "各省之和不超过全国", "en": "sum of provinces"},
    "yoy_decline_run": {"zh": "连续同比下降", "en": "run of falls on the year before"},
    "mom_decline_run": {"zh": "连续环比下降", "en": "run of falls on the month before"},
    "record_high": {"zh": "历史新高", "en": "record high"},
    "record_low": {"zh": "历史新低", "en": "record low"},
    "stock": {"zh": "存量", "en": "stock"},
    "ratio": {"zh": "比率", "en": "ratio"},
    "action": {"zh": "单次行动", "en": "single action"},
    "undated": {"zh": "日期推定的存量或比率", "en": "stock or ratio of an inferred day"},
}
_ORDERS: dict[str, dict[Lang, str]] = {
    "yoy_decline_run": {"zh": "逐月不高于上年同月", "en": "each month at most the year before"},
    "mom_decline_run": {"zh": "逐月不高于上月", "en": "each month at most the month before"},
    "record_high": {"zh": "不低于以往同期", "en": "at least every earlier year's"},
    "record_low": {"zh": "不高于以往同期", "en": "at most every earlier year's"},
}
_RATIOS = ("change", "comparison")


def _heads(lang: Lang, *columns: str) -> dict[str, str]:
    return {column: _HEADS[column][lang] for column in columns}


def _named(column: str, words: dict[str, dict[Lang, str]], lang: Lang) -> pl.Expr:
    return pl.col(column).replace({key: text[lang] for key, text in words.items()})


def quantity(low: str, high: str, lang: Lang) -> pl.Expr:
    """A sum in words, or for a ratio the change in percent that it is."""
    ratio = pl.col("kind").is_in(_RATIOS)
    ends = [pl.col(c) for c in (low, high)]
    nothing = {"zh": "无从限定", "en": "not limited"}[lang]
    change = percent_between((ends[0] - 1) * 100, (ends[1] - 1) * 100, lang)
    free = (ends[0] <= 0) & ends[1].is_infinite() & ~pl.col("kind").is_in(list(_ORDERS))
    text = pl.when(ratio).then(change).otherwise(between(ends[0], ends[1], lang))
    ordered = {kind: words[lang] for kind, words in _ORDERS.items()}
    text = (
        pl.when(pl.col("kind").is_in(list(ordered)))
        .then(pl.col("kind").replace(ordered) if low.startswith("stated") else pl.lit(""))
        .otherwise(text)
    )
    return unbroken(pl.when(free).then(pl.lit(nothing)).otherwise(text))


@cache
def _english_places() -> dict[str, str]:
    """Provinces stand beside their figures where these are summed, in Chinese."""
    names = pl.read_csv(TABLES / "regions.csv", infer_schema=False).filter(level="province")
    return dict(names.select("name_zh", "name_en").iter_rows())


def statement_cell(lang: Lang) -> pl.Expr:
    """What was said, as printed, its kind and its window, marked where that was inferred."""
    mark = pl.when("inferred").then(pl.lit({"zh": "（推定）", "en": " (inferred)"}[lang]))
    when = pl.concat_str(window(pl.col("start"), pl.col("end")), mark.otherwise(pl.lit("")))
    said = pl.col("said").fill_null("")
    if lang == "en":
        said = said.str.replace_many(_english_places())
    return pl.concat_str(
        escaped(said), small(pl.concat_str(_named("kind", _KINDS, lang), when, separator=" · "))
    )


def bounds(found: Bounds, *, lang: Lang = "zh") -> Table:
    """What each window can have been; `unbounded` where nothing that was said limits it.

    In the download `high` is blank where there is no upper end, and `bounded` is false.

    >>> from research.metrics.bounds import bounds as compute_bounds
    >>> from research.record.record import load
    >>> table = bounds(compute_bounds(load(), "cases_filed", every="1y"), lang="en")
    >>> "2014" in table._repr_html_()
    True
    """
    heads = _heads(lang, "window", "allowed", "smooth")
    ends = pl.col("low"), pl.col("high")
    cells = found.frame.select(
        window=unbroken(window(pl.col("start"), pl.col("end"))),
        allowed=unbroken(possible(*ends, lang)),
        smooth=number(pl.col("path").round(), lang),
    )
    bounded = pl.col("high").is_finite()
    data = found.frame.with_columns(pl.when(bounded).then("high"), bounded=bounded)
    return laid_out(cells, heads, name="bounds", lang=lang, data=data)
