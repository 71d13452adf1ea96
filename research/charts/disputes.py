"""Conflicts as a table: which announcements disagree, by how much, when, and why perhaps."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from research.charts.judgements import quantity, statement_cell
from research.charts.tables import Table, laid_out, source_cell
from research.charts.windows import series_name
from research.lang import Lang, number, outward, percent
from research.metrics.causes import CAUSES, SCHEMA, Disputed
from research.record.record import Record

_HEADS: dict[str, dict[Lang, str]] = {
    "statement": {"zh": "谁说的", "en": "Who says so"},
    "held": {"zh": "与本组其余相比", "en": "Held against the rest of the set"},
}
_HELD: dict[Lang, str] = {
    "zh": "它说 {}<br>其余推出 {}<br><strong>{}</strong>",
    "en": "It says {}<br>The rest imply {}<br><strong>{}</strong>",
}
_GROUNDS: dict[str, dict[Lang, str]] = {
    "doubtful": {"zh": "存疑", "en": "doubtful"},
    "secondary": {"zh": "二手来源", "en": "second-hand"},
    "repost": {"zh": "转载", "en": "a repost"},
    "window_inferred": {"zh": "时段推定", "en": "window inferred"},
    "superseded": {"zh": "同一机构后来另有公布", "en": "the same body announced another since"},
    "sound": {"zh": "与其余同样可靠", "en": "as firm as the rest"},
}
_ASIDE: dict[str, dict[Lang, str]] = {
    "always": {"zh": "搁置（{}）", "en": "set aside ({})"},
    "one": {"zh": "择一搁置（{}）", "en": "one of these is set aside ({})"},
    "kept": {"zh": "采信", "en": "kept"},
}
_TITLE: dict[Lang, str] = {
    "zh": "{}. {}：{}；可能原因：{}",
    "en": "{}. {}: {}; perhaps {}",
}
_APART: dict[str, dict[Lang, str]] = {
    "share": {"zh": "至少相差 {}", "en": "at least {} apart"},
    "times": {"zh": "至少相差 {} 倍", "en": "at least {} times apart"},
    "wholly": {"zh": "一方为零", "en": "one side is nothing"},
}


def _apart(lang: Lang) -> pl.Expr:
    """How far apart two intervals are: in percent up to twofold, then in times."""
    factor = pl.col("far")
    share = pl.format(_APART["share"][lang], percent((factor - 1) * 100, 2, signed=False))
    times = pl.format(_APART["times"][lang], number(outward(factor, 2, up=False), lang, 2))
    return (
        pl.when(factor.is_infinite())
        .then(pl.lit(_APART["wholly"][lang]))
        .when(factor < 2)
        .then(share)
        .otherwise(times)
    )


def _treated(lang: Lang) -> pl.Expr:
    ground = pl.col("ground").replace({word: text[lang] for word, text in _GROUNDS.items()})
    return (
        pl.when("always")
        .then(pl.format(_ASIDE["always"][lang], ground))
        .when("set_aside")
        .then(pl.format(_ASIDE["one"][lang], ground))
        .otherwise(pl.lit(_ASIDE["kept"][lang]))
    )


def _rows(record: Record, found: Sequence[Disputed], lang: Lang) -> pl.DataFrame:
    """All conflicts, the furthest apart first, numbered through."""
    about = dict.fromkeys(("indicator", "geo", "scope", "series"), pl.String)
    empty = pl.DataFrame(schema={**SCHEMA, **about})
    named = [
        series.conflicts.with_columns(
            indicator=pl.lit(series.indicator),
            geo=pl.lit(series.geo),
            scope=pl.lit(series.scope),
            series=pl.lit(series_name(record, series.indicator, series.geo, series.scope, lang)),
        )
        for series in found
    ]
    rows = pl.concat([empty, *named], how="diagonal").with_columns(
        far=pl.col("factor").min().over("series", "conflict")
    )
    rows = rows.sort(
        "far", "series", "conflict", descending=[True, False, False], maintain_order=True
    )
    return rows.with_columns(conflict=pl.struct("series", "conflict").rle_id() + 1)


def conflicts(record: Record, found: Sequence[Disputed], *, lang: Lang = "zh") -> Table:
    """Which statements of one or more series cannot all be true: who, by how much, and why perhaps.

    One group of rows a conflict, the furthest apart first; in each, what is set aside comes first,
    and all announcements of one figure share a row.

    >>> from research.metrics.bounds import survey
    >>> from research.record.record import load
    >>> record = load()
    >>> small = record.as_of("2017-01-01")
    >>> table = conflicts(small, survey(small), lang="en")
    >>> "almost 50 percent" in table._repr_html_()
    True
    """
    rows = _rows(record, found, lang)
    causes = {slug: text[lang] for slug, text in CAUSES.items()}
    cause = pl.col("cause").replace(causes)
    heads = {column: text[lang] for column, text in _HEADS.items()}
    cells = (
        rows.lazy()
        .with_columns(
            group=pl.format(_TITLE[lang], "conflict", "series", _apart(lang), cause),
            said=statement_cell(lang),
            stated=quantity("stated_low", "stated_high", lang),
            implied=quantity("implied_low", "implied_high", lang),
            treated=_treated(lang),
        )
        .join(source_cell(record.sources, lang), on="source_id", how="left", maintain_order="left")
        .group_by("group", "member", maintain_order=True)
        .agg(pl.col("said", "stated", "implied", "treated").first(), pl.col("source"))
        .with_columns(
            statement=pl.concat_str("said", pl.col("source").list.join("")),
            held=pl.format(_HELD[lang], "stated", "implied", "treated"),
        )
        .select("group", *heads)
        .collect()
    )
    return laid_out(cells, heads, name="conflicts", lang=lang, data=rows, group="group")
