"""Tables of what the record implies: bounds, conflicts, and verdicts on statements."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from research.charts.tables import Table, escaped, laid_out, small, source_cell, unbroken
from research.charts.windows import series_name
from research.lang import Lang, between, number, percent_between, window
from research.metrics.bounds import Bounds
from research.metrics.causes import CAUSES
from research.metrics.verdicts import Verdict
from research.record.record import Record

_HEADS: dict[str, dict[Lang, str]] = {
    "window": {"zh": "时段", "en": "Window"},
    "allowed": {"zh": "可能的范围", "en": "Can have been"},
    "smooth": {"zh": "最平滑路径", "en": "Smoothest path"},
    "series": {"zh": "序列", "en": "Series"},
    "statement": {"zh": "表述", "en": "Statement"},
    "stated": {"zh": "它说", "en": "It says"},
    "implied": {"zh": "其余表述推出", "en": "The others imply"},
    "apart": {"zh": "至少相差", "en": "At least apart"},
    "yields": {"zh": "处理", "en": "Treatment"},
    "source": {"zh": "来源", "en": "Source"},
    "verdict": {"zh": "结论", "en": "Verdict"},
    "after": {"zh": "采信后该时段", "en": "Window, with it"},
    "rests": {"zh": "依据", "en": "Rests on"},
}
_KINDS: dict[str, dict[Lang, str]] = {
    "level": {"zh": "公布数", "en": "level"},
    "change": {"zh": "同比", "en": "year-on-year change"},
    "comparison": {"zh": "与基期相比", "en": "change on a base"},
    "part": {"zh": "部分不超过总体", "en": "a part of it"},
    "whole": {"zh": "不超过总体", "en": "its whole"},
    "provinces": {"zh": "各省之和不超过全国", "en": "sum of provinces"},
    "yoy_decline_run": {"zh": "连续同比下降", "en": "run of falls on the year before"},
    "mom_decline_run": {"zh": "连续环比下降", "en": "run of falls on the month before"},
    "record_high": {"zh": "历史新高", "en": "record high"},
    "record_low": {"zh": "历史新低", "en": "record low"},
}
_ORDERS: dict[str, dict[Lang, str]] = {
    "yoy_decline_run": {"zh": "逐月不高于上年同月", "en": "each month at most the year before"},
    "mom_decline_run": {"zh": "逐月不高于上月", "en": "each month at most the month before"},
    "record_high": {"zh": "不低于以往同期", "en": "at least every earlier year's"},
    "record_low": {"zh": "不高于以往同期", "en": "at most every earlier year's"},
}
_VERDICTS: dict[str, dict[Lang, str]] = {
    "confirmed": {"zh": "印证", "en": "confirmed"},
    "compatible": {"zh": "相容", "en": "compatible"},
    "contradicted": {"zh": "矛盾", "en": "contradicted"},
    "new": {"zh": "新增", "en": "new"},
}
_ASIDE: dict[Lang, str] = {"zh": "搁置", "en": "set aside"}
_RATIOS = ("change", "comparison")


def _heads(lang: Lang, *columns: str) -> dict[str, str]:
    return {column: _HEADS[column][lang] for column in columns}


def _named(column: str, words: dict[str, dict[Lang, str]], lang: Lang) -> pl.Expr:
    return pl.col(column).replace({key: text[lang] for key, text in words.items()})


def _quantity(low: str, high: str, lang: Lang) -> pl.Expr:
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


def _statement(lang: Lang) -> pl.Expr:
    when = window(pl.col("start"), pl.col("end"))
    said = escaped(pl.col("said").fill_null(""))
    return pl.concat_str(
        said, small(pl.concat_str(_named("kind", _KINDS, lang), when, separator=" · "))
    )


def bounds(found: Bounds, *, lang: Lang = "zh") -> Table:
    """What each window can have been; `not limited` where nothing was said that limits it.

    >>> from research.metrics.bounds import bounds as compute_bounds
    >>> from research.record.record import load
    >>> table = bounds(compute_bounds(load(), "cases_filed", every="1y"), lang="en")
    >>> "2014" in table._repr_html_()
    True
    """
    heads = _heads(lang, "window", "allowed", "smooth")
    cells = found.frame.with_columns(kind=pl.lit("level")).select(
        window=unbroken(window(pl.col("start"), pl.col("end"))),
        allowed=_quantity("low", "high", lang),
        smooth=number(pl.col("path"), lang),
    )
    return laid_out(cells, heads, name="bounds", lang=lang, data=found.frame)


def conflicts(record: Record, found: Sequence[Bounds], *, lang: Lang = "zh") -> Table:
    """Which statements of one or more series cannot all be true: who, by how much, and why perhaps.

    One group of rows a conflict; the statement set aside comes first.

    >>> from research.metrics.bounds import bounds as compute_bounds
    >>> from research.record.record import load
    >>> record = load()
    >>> table = conflicts(record, [compute_bounds(record, "funds_stopped", every="1y")], lang="en")
    >>> "2170.7万元" in table._repr_html_()
    True
    """
    frames = [
        b.conflicts.with_columns(
            series=pl.lit(series_name(record, b.indicator, b.geo, b.scope, lang)),
            indicator=pl.lit(b.indicator),
            scope=pl.lit(b.scope),
        )
        for b in found
    ]
    rows = pl.concat(frames).sort("series", "conflict", ~pl.col("set_aside"), maintain_order=True)
    causes = {slug: text[lang] for slug, text in CAUSES.items()}
    title = pl.format(
        {"zh": "{}：冲突 {}（可能原因：{}）", "en": "{}: conflict {} (perhaps {})"}[lang],
        "series",
        "conflict",
        pl.col("cause").replace(causes),
    )
    apart = pl.format({"zh": "{} 倍", "en": "{} times"}[lang], number(pl.col("factor"), lang, 4))
    heads = _heads(lang, "statement", "stated", "implied", "apart", "yields", "source")
    cells = (
        rows.lazy()
        .with_columns(
            group=title,
            statement=_statement(lang),
            stated=_quantity("stated_low", "stated_high", lang),
            implied=_quantity("implied_low", "implied_high", lang),
            apart=pl.when("set_aside", pl.col("factor").is_finite()).then(apart),
            yields=pl.when("set_aside").then(pl.lit(_ASIDE[lang])),
        )
        .join(source_cell(record.sources), on="source_id", how="left", maintain_order="left")
        .select("group", *heads)
        .collect()
    )
    return laid_out(cells, heads, name="conflicts", lang=lang, data=rows, group="group")


def _verdict_rows(found: Sequence[Verdict], record: Record, lang: Lang) -> pl.DataFrame:
    sources = dict(record.sources.select("source_id", "title").iter_rows())
    return pl.DataFrame(
        [
            {
                "id": v.statement.id,
                "series": series_name(record, *v.series, lang),
                "kind": v.statement.kind,
                "said": v.statement.said,
                "start": v.statement.start,
                "end": v.statement.end,
                "verdict": v.verdict,
                "stated_low": v.stated[0],
                "stated_high": v.stated[1],
                "implied_low": v.implied[0],
                "implied_high": v.implied[1],
                "after_low": v.after[0] if v.after else None,
                "after_high": v.after[1] if v.after else None,
                "rests_on": list(v.rests_on),
                "rests": [sources.get(name.split(":")[0]) or name for name in v.rests_on],
            }
            for v in found
        ],
        schema_overrides={"rests_on": pl.List(pl.String), "rests": pl.List(pl.String)},
    )


def verdicts(record: Record, found: Sequence[Verdict], *, lang: Lang = "zh") -> Table:
    """Verdicts on statements, each with what it rests on, or contradicts."""
    rows = _verdict_rows(found, record, lang)
    order = {"contradicted": 0, "compatible": 1, "new": 2, "confirmed": 3}
    heads = _heads(lang, "verdict", "series", "statement", "stated", "implied", "after", "rests")
    cells = (
        rows.sort(pl.col("verdict").replace_strict(order), "series", maintain_order=True)
        .with_columns(
            statement=_statement(lang),
            stated=_quantity("stated_low", "stated_high", lang),
            implied=_quantity("implied_low", "implied_high", lang),
            after=unbroken(between(pl.col("after_low"), pl.col("after_high"), lang)),
            verdict=_named("verdict", _VERDICTS, lang),
            rests=small_list("rests"),
        )
        .select(*heads)
    )
    return laid_out(cells, heads, name="verdicts", lang=lang, data=rows.drop("rests"))


def small_list(column: str) -> pl.Expr:
    """A list as quiet lines of a cell, each once."""
    lines = pl.col(column).list.unique(maintain_order=True).list.head(6)
    text = lines.list.eval(escaped(pl.element())).list.join("<br>")
    return pl.format('<div style="min-width:12em"><small>{}</small></div>', text)
