"""How good the record is: coverage, marks by lane, and figures that were announced anew."""

from __future__ import annotations

import altair as alt
import polars as pl

from research.charts.tables import Table, escaped, laid_out, small, unbroken
from research.lang import Lang, number, percent, remark, window, word, words
from research.metrics.revisions import repeats as repeats_of
from research.metrics.revisions import revisions as revisions_of
from research.record.measures import MARKS
from research.record.record import Record
from research.record.schema import LANES

_HEADS: dict[str, dict[Lang, str]] = {
    "lane": {"zh": "条线", "en": "Lane"},
    "figures": {"zh": "数字", "en": "Figures"},
    "name": {"zh": "指标", "en": "Indicator"},
    "window": {"zh": "时段", "en": "Window"},
    "earlier": {"zh": "先公布", "en": "First announced"},
    "later": {"zh": "后公布", "en": "Announced later"},
    "ratio": {"zh": "变化", "en": "Change"},
    "first": {"zh": "结束较早的时段", "en": "Window that ends first"},
    "last": {"zh": "结束较晚的时段", "en": "Window that ends later"},
    "single": {"zh": "单一来源", "en": "Of one source"},
    "weak": {"zh": "其中较弱", "en": "Weak among them"},
    "printed": {"zh": "公布", "en": "Printed"},
    "reason": {"zh": "原因", "en": "Reason"},
}
_HEAT: dict[str, dict[Lang, str]] = {
    "title": {"zh": "各条线逐年的公布数", "en": "Figures by lane and year"},
    "subtitle": {
        "zh": "按时段结束的年份；格中为记录里的数字个数",
        "en": "By the year in which the window ends; each cell says how many figures there are",
    },
    "year": {"zh": "年份", "en": "year"},
    "lane": {"zh": "条线", "en": "lane"},
    "figures": {"zh": "数字", "en": "figures"},
}


def density(record: Record, *, geo: str | None = None, lang: Lang = "zh") -> alt.LayerChart:
    """A heat map: how many figures the record holds by lane and year.

    >>> from research.record.record import load
    >>> density(load(), lang="en").title.text
    'Figures by lane and year'
    """
    rows = record.figures() if geo is None else record.figures().filter(geo=geo)
    year = pl.col("end").dt.year().clip(2014, None)
    label = pl.when(year == 2014).then(pl.lit("≤ 2014")).otherwise(year.cast(pl.String))
    counts = (
        rows.group_by("lane", year=label)
        .agg(figures=pl.len())
        .with_columns(lane=words(pl.col("lane"), lang))
        .sort(pl.col("year") != "≤ 2014", "year", "lane")
        .collect()
    )
    order = [word(lane, lang) for lane in LANES]
    base = alt.Chart(alt.Data(values=counts.to_dicts())).encode(
        x=alt.X("year:N", title=None, sort=counts["year"].unique(maintain_order=True).to_list()),
        y=alt.Y("lane:N", title=None, sort=order),
        tooltip=[alt.Tooltip(f"{f}:N", title=_HEAT[f][lang]) for f in ("lane", "year", "figures")],
    )
    scale = alt.Scale(range=["#eef3f8", "#1f5f8b"], type="sqrt")
    cells = base.mark_rect(stroke="white").encode(
        color=alt.Color("figures:Q", scale=scale, legend=None)
    )
    dark = alt.condition("datum.figures > 60", alt.value("white"), alt.value("#1f2430"))
    counts_ = base.mark_text(fontSize=11).encode(text="figures:N", color=dark)
    title, subtitle = _HEAT["title"][lang], _HEAT["subtitle"][lang]
    return alt.LayerChart(layer=[cells, counts_]).properties(
        width=640,
        height=26 * len(order),
        title=alt.TitleParams(title, subtitle=[subtitle]),
        description=f"{title}. {subtitle}",
    )


def marks(record: Record, *, geo: str | None = None, lang: Lang = "zh") -> Table:
    """By lane: how many figures there are, and what share carries each mark.

    >>> from research.record.record import load
    >>> marks(load(), lang="en").data.columns[:3]
    ['lane', 'figures', 'doubtful']
    """
    rows = record.figures() if geo is None else record.figures().filter(geo=geo)
    shares = {mark: pl.col("marks").list.contains(mark).mean() for mark in MARKS}
    found = (
        rows.group_by("lane")
        .agg(figures=pl.len(), **shares)
        .with_columns(pl.col("lane").cast(pl.Enum(LANES)))
        .sort("lane")
        .collect()
    )
    heads = {"lane": _HEADS["lane"][lang], "figures": _HEADS["figures"][lang]}
    heads |= {mark: word(mark, lang) for mark in MARKS}
    cells = found.select(
        lane=words(pl.col("lane"), lang),
        figures=number(pl.col("figures").cast(pl.Float64), lang),
        **{mark: percent(pl.col(mark) * 100, 2, signed=False) for mark in MARKS},
    )
    return laid_out(cells, heads, name="marks", lang=lang, data=found)


def _names(record: Record, lang: Lang) -> tuple[pl.DataFrame, pl.DataFrame]:
    return (
        record.indicators.select("indicator", indicator_name=f"name_{lang}"),
        record.scopes.select("scope", scope_name=f"name_{lang}"),
    )


def _name() -> pl.Expr:
    """An indicator in words, and its scope below where it is not the total."""
    part = pl.when(pl.col("scope") != "total").then(small(pl.col("scope_name")))
    return pl.concat_str(escaped(pl.col("indicator_name")), part.fill_null(""))


def singles(record: Record, *, geo: str = "CN", lang: Lang = "zh") -> Table:
    """By indicator: figures that no second page or source gives, and how many of them are weak.

    Weak: from a repost or a secondary source, or in doubt. Most first, of at most 25 indicators;
    the download has all.

    >>> from research.record.record import load
    >>> singles(load(), lang="en").data.columns
    ['lane', 'indicator', 'figures', 'single', 'weak']
    """
    alone = pl.col("marks").list.contains("single_sourced")
    weak = pl.col("quality").is_in(["repost", "secondary"]) | pl.col("doubt").is_not_null()
    found = (
        record.figures()
        .filter(geo=geo)
        .group_by("lane", "indicator")
        .agg(figures=pl.len(), single=alone.sum(), weak=(alone & weak).sum())
        .filter(pl.col("single") > 0)
        .sort("single", "indicator", descending=[True, False])
        .collect()
    )
    heads = {c: _HEADS[c][lang] for c in ("name", "lane", "figures", "single", "weak")}
    counts = {c: number(pl.col(c).cast(pl.Float64), lang) for c in ("figures", "single", "weak")}
    cells = found.head(25).join(_names(record, lang)[0], on="indicator", maintain_order="left")
    shown = cells.select(
        name=escaped(pl.col("indicator_name")), lane=words(pl.col("lane"), lang), **counts
    )
    return laid_out(shown, heads, name="singles", lang=lang, data=found)


def _announced(side: str, *, windows: bool) -> pl.Expr:
    """A figure as printed with its day of issue, after its window where that is not the row's."""
    day = small(pl.col(f"{side}_issued").cast(pl.String).fill_null("—"))
    said = pl.concat_str(escaped(pl.col(f"{side}_printed")), day)
    when = unbroken(window(pl.col(f"{side}_start"), pl.col(f"{side}_end"))) if windows else None
    return said if when is None else pl.concat_str(when, pl.lit("<br>"), said)


def repeats(record: Record, *, geo: str = "CN", lang: Lang = "zh") -> Table:
    """One figure announced for two windows that overlap: no contradiction, but one may be wrong."""
    found = repeats_of(record, geo=geo)
    heads = {c: _HEADS[c][lang] for c in ("name", "first", "last")}
    indicators, scopes = _names(record, lang)
    cells = (
        found.join(indicators, on="indicator", maintain_order="left")
        .join(scopes, on="scope", maintain_order="left")
        .select(
            name=_name(),
            first=_announced("earlier", windows=True),
            last=_announced("later", windows=True),
        )
    )
    return laid_out(cells, heads, name="repeats", lang=lang, data=found)


def revisions(record: Record, *, geo: str | None = "CN", lang: Lang = "zh") -> Table:
    """Figures of one window that were announced anew and differ by more than rounding."""
    found = revisions_of(record, geo=geo)
    heads = {c: _HEADS[c][lang] for c in ("name", "window", "earlier", "later", "ratio")}
    indicators, scopes = _names(record, lang)
    cells = (
        found.join(indicators, on="indicator", maintain_order="left")
        .join(scopes, on="scope", maintain_order="left")
        .select(
            name=_name(),
            window=unbroken(window(pl.col("start"), pl.col("end"))),
            earlier=_announced("earlier", windows=False),
            later=_announced("later", windows=False),
            ratio=percent((pl.col("ratio") - 1) * 100, 3),
        )
    )
    return laid_out(cells, heads, name="revisions", lang=lang, data=found)


def quarantine(record: Record, *, lang: Lang = "zh") -> Table:
    """Rows kept out of the record, with the rule that each breaks and the reason."""
    found = record.quarantine
    heads = {c: _HEADS[c][lang] for c in ("name", "window", "printed", "reason")}
    names = record.indicators.select("indicator", indicator_name=f"name_{lang}")
    cells = found.join(names, on="indicator", maintain_order="left").select(
        name=escaped(pl.col("indicator_name")),
        window=unbroken(window(pl.col("start"), pl.col("end"))),
        printed=escaped(pl.col("printed")),
        reason=escaped(remark(pl.col("reason"), lang)),
    )
    return laid_out(cells, heads, name="quarantine", lang=lang, data=found)
