"""The tables of the project: a board of figures, claims about a period, one series, one metric.

Rows come from `research.metrics`; how a table looks is `tables.py`.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from research.charts.tables import Table, escaped, laid_out, marked, small, source_cell, unbroken
from research.lang import (
    WORDS,
    Lang,
    between,
    number,
    percent,
    percent_between,
    remark,
    unit_name,
    window,
    words,
)
from research.metrics.board import board as board_rows
from research.metrics.board import claims_about
from research.metrics.catalogue import CATALOGUE, Metric
from research.metrics.compute import compute, one_series
from research.record.record import Day, Names, Record

_HEADS: dict[str, dict[Lang, str]] = {
    "name": {"zh": "指标", "en": "Indicator"},
    "figure": {"zh": "公布", "en": "Printed"},
    "interval": {"zh": "区间", "en": "Interval"},
    "change": {"zh": "同比", "en": "On the year before"},
    "implied": {"zh": "上年同期（推算）", "en": "Year before, implied"},
    "window": {"zh": "时段", "en": "Window"},
    "source": {"zh": "来源", "en": "Source"},
    "others": {"zh": "另有公布", "en": "Other figures"},
    "value": {"zh": "数值", "en": "Value"},
    "kind": {"zh": "表述", "en": "Claim"},
    "said": {"zh": "内容", "en": "What it says"},
}


def _heads(lang: Lang, *columns: str) -> dict[str, str]:
    return {column: _HEADS[column][lang] for column in columns}


def _named(rows: pl.LazyFrame, record: Record, lang: Lang, usual_geo: str) -> pl.LazyFrame:
    """Add `name`: the indicator, and below it place and scope where they are not the usual ones."""
    name = f"name_{lang}"
    tables = {
        "indicator": record.indicators.lazy().select("indicator", indicator_name=name),
        "scope": record.scopes.lazy().select("scope", scope_name=name),
        "geo": record.regions.lazy().select(geo="code", geo_name=name),
    }
    if "unit" in rows.collect_schema():
        tables["unit"] = record.units.lazy().select("unit", unit_name=name)
    else:
        rows = rows.with_columns(unit_name=pl.lit(None, dtype=pl.String))
    for key, table in tables.items():
        rows = rows.join(table, on=key, how="left", maintain_order="left")
    elsewhere = pl.when(pl.col("geo") != usual_geo).then("geo_name")
    part = pl.when(pl.col("scope") != "total").then("scope_name")
    where = pl.concat_list("unit_name", elsewhere, part).list.drop_nulls().list.join(" · ")
    note = pl.when(where != "").then(small(where)).otherwise(pl.lit(""))
    return rows.with_columns(name=pl.concat_str(escaped(pl.col("indicator_name")), note))


def _figure_cells(lang: Lang) -> dict[str, pl.Expr]:
    """Cells that every table of figures has: as printed with marks, interval, change, window."""
    said = escaped(pl.coalesce("printed", pl.lit("—")))
    marks = marked(lang)
    range_ = percent_between(pl.col("yoy_low"), pl.col("yoy_high"), lang)
    marked_ = pl.when(marks == "").then(said).otherwise(pl.format("{}<br>{}", said, marks))
    words_ = pl.when(~pl.col("window_certain")).then(small(pl.col("window_words")))
    return {
        "figure": pl.concat_str(marked_, small(remark(pl.col("doubt"), lang)).fill_null("")),
        "interval": unbroken(between(pl.col("low"), pl.col("high"), lang)),
        "change": pl.concat_str(percent(pl.col("yoy_pct")), small(range_)),
        # Why a window was inferred: the words that it was inferred from.
        "window": pl.concat_str(
            unbroken(window(pl.col("start"), pl.col("end"))), words_.fill_null("")
        ),
    }


def _implied(lang: Lang) -> pl.Expr:
    return unbroken(between(pl.col("implied_low"), pl.col("implied_high"), lang, 4))


def scoreboard(
    record: Record,
    *,
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    geo: str = "CN",
    source: Names = None,
    only: bool = False,
    lang: Lang = "zh",
) -> Table:
    """The board of a period, lane by lane (see `research.metrics.board.board`).

    >>> from research.record.record import load
    >>> table = scoreboard(load(), start="2021-04-01", end="2022-03-31", as_of="2022-05-11")
    >>> "39.4万起" in table._repr_html_()
    True
    """
    rows = board_rows(record, start=start, end=end, as_of=as_of, geo=geo, source=source, only=only)
    named = _named(rows.lazy(), record, lang, geo).with_columns(
        **_figure_cells(lang), implied=_implied(lang), lane=words(pl.col("lane"), lang)
    )
    heads = _heads(lang, "name", "figure", "interval", "change", "implied", "window", "source")
    sourced = named.join(source_cell(record.sources, lang), on="source_id", maintain_order="left")
    cells = sourced.select("lane", *heads).collect()
    return laid_out(cells, heads, name="scoreboard", lang=lang, data=rows, group="lane")


_LIMITED: dict[str, dict[Lang, str]] = {
    "at_least": {"zh": "{}以上", "en": "more than {}"},
    "at_most": {"zh": "最高{}", "en": "up to {}"},
    "nearly": {"zh": "近{}", "en": "nearly {}"},
    "about": {"zh": "约{}", "en": "about {}"},
}


def _share(lang: Lang) -> pl.Expr:
    """A claimed share with the word that limits it: more than 60%."""
    plain = said = percent(pl.col("value"), signed=False)
    for limit, form in _LIMITED.items():
        limited = pl.format(form[lang], plain)
        said = pl.when(pl.col("limit") == limit).then(limited).otherwise(said)
    return said


def claims(
    record: Record,
    *,
    indicator: Names = None,
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    geo: str = "CN",
    source: Names = None,
    only: bool = False,
    lang: Lang = "zh",
) -> Table:
    """Claims about a period: statements that limit a series without giving a level."""
    rows = claims_about(
        record,
        indicator=indicator,
        start=start,
        end=end,
        as_of=as_of,
        geo=geo,
        source=source,
        only=only,
    )
    kind, value = pl.col("kind").cast(pl.String), pl.col("value")
    months = pl.format({"zh": "{} 个月", "en": "{} months"}[lang], number(value, lang))
    how_much = (
        pl.when(kind.str.ends_with("_run"))
        .then(months)
        .when(kind == "share")
        .then(_share(lang))
        .otherwise("printed")  # of a change against a base that is known
    )
    said = pl.concat_str(words(kind, lang), small(how_much).fill_null(""))
    bases = record.comparisons.lazy().select("claim_id", "printed")
    based = rows.lazy().join(bases, on="claim_id", how="left", maintain_order="left")
    named = _named(based, record, lang, geo).with_columns(
        kind=said,
        window=unbroken(window(pl.col("start"), pl.col("end"))),
        said=escaped(remark(pl.col("note"), lang).fill_null("")),
    )
    heads = _heads(lang, "name", "kind", "window", "said", "source")
    sourced = named.join(source_cell(record.sources, lang), on="source_id", maintain_order="left")
    cells = sourced.select(*heads).collect()
    return laid_out(cells, heads, name="claims", lang=lang, data=rows)


def figures(rows: pl.DataFrame, record: Record, *, geo: str = "CN", lang: Lang = "zh") -> Table:
    """Any rows of `Record.select`: named, as printed, with interval, change, window and source.

    `geo` is the place that goes without saying.
    """
    heads = _heads(lang, "name", "figure", "interval", "change", "window", "source")
    cells = (
        _named(rows.lazy(), record, lang, geo)
        .with_columns(**_figure_cells(lang))
        .join(source_cell(record.sources, lang), on="source_id", how="left", maintain_order="left")
        .select(*heads)
        .collect()
    )
    return laid_out(cells, heads, name="figures", lang=lang, data=rows)


def series(
    record: Record,
    indicator: str,
    *,
    geo: str = "CN",
    scope: str = "total",
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    lang: Lang = "zh",
) -> Table:
    """Every figure of one series, oldest window first, as it was printed and what it means."""
    rows = record.select(
        indicator, geo=geo, scope=scope, start=start, end=end, as_of=as_of, overlap=True
    ).sort("start", "end", "issued", nulls_last=True)
    heads = _heads(lang, "window", "figure", "interval", "change", "source")
    cells = (
        rows.lazy()
        .with_columns(**_figure_cells(lang))
        .join(source_cell(record.sources, lang), on="source_id", maintain_order="left")
        .select(*heads)
        .collect()
    )
    return laid_out(cells, heads, name=f"series-{indicator}-{geo}", lang=lang, data=rows)


def metric(
    record: Record,
    name: str,
    *,
    indicator: str | None = None,
    geo: str = "CN",
    scope: str = "total",
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    lang: Lang = "zh",
) -> Table:
    """One metric for every window for which it can be computed, with its interval and sources."""
    about = one_series(name, indicator)
    found = compute(
        name, record, indicator=indicator, geo=geo, scope=scope, start=start, end=end, as_of=as_of
    ).filter(pl.col("reason").is_null())
    plain = found.is_empty() or about.in_percent
    unit = "" if plain else unit_name(record.units, found.item(0, "unit"), lang)
    title = about.title(lang)
    heads = {
        **_heads(lang, "window"),
        "value": f"{title}{_IN_UNIT[lang].format(unit=unit)}" if unit else title,
        **_heads(lang, "interval", "source"),
    }
    cells = (
        found.lazy()
        .with_row_index("row")
        .with_columns(
            **metric_cells(about, lang), window=unbroken(window(pl.col("start"), pl.col("end")))
        )
        .join(_sources_used(found, record, lang), on="row", how="left", maintain_order="left")
        .select(*heads)
        .collect()
    )
    return laid_out(cells, heads, name=f"{name}-{indicator or geo}", lang=lang, data=found)


def metrics(
    record: Record,
    *,
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    geo: str = "CN",
    lane: str | None = None,
    lang: Lang = "zh",
) -> Table:
    """Every metric with a formula of its own, of one lane or of all, for windows in a period."""
    place: dict[str, Any] = {"geo": geo, "scope": "total", "start": start, "end": end}
    rows = [
        (about, compute(about, record, as_of=as_of, **place).filter(pl.col("reason").is_null()))
        for about in CATALOGUE.values()
        if not about.of_any_indicator and lane in (None, about.lane)
    ]
    if not rows:
        heads = _heads(lang, "name", "value", "interval", "window", "source")
        none = pl.DataFrame(schema=dict.fromkeys(heads, pl.String))
        return laid_out(none, heads, name="metrics", lang=lang, data=none)
    name = {about.name: about.title(lang) for about, _ in rows}
    found = pl.concat([frame for _, frame in rows]).with_row_index("row")
    shown = [
        frame.select(
            "metric",
            lane=pl.lit(WORDS[about.lane][lang]),
            name=pl.concat_str(pl.lit(name[about.name]), _unit_note(about, record, lang)),
            caveat=small(pl.lit(about.caveat(lang))),
            **metric_cells(about, lang),
            window=unbroken(window(pl.col("start"), pl.col("end"))),
        )
        for about, frame in rows
    ]
    heads = _heads(lang, "name", "value", "interval", "window", "source")
    cells = (
        pl.concat(shown)
        .with_row_index("row")
        .lazy()
        .join(
            _sources_used(found.drop("row"), record, lang),
            on="row",
            how="left",
            maintain_order="left",
        )
        .sort(pl.col("metric").replace_strict(list(name), range(len(name))), "window")
        # What a careful reader must know is said once, where a metric first stands.
        .with_columns(pl.when(pl.col("metric").is_first_distinct()).then("caveat"))
        .with_columns(name=pl.concat_str("name", pl.col("caveat").fill_null("")))
        .select("lane", *heads)
        .collect()
    )
    return laid_out(cells, heads, name="metrics", lang=lang, data=found.drop("row"), group="lane")


_IN_UNIT: dict[Lang, str] = {"zh": "（{unit}）", "en": " ({unit})"}


def _unit_note(about: Metric, record: Record, lang: Lang) -> pl.Expr:
    """The unit of a metric below its name; a share of a whole needs none."""
    if about.unit == "share":
        return pl.lit("")
    return small(pl.lit(unit_name(record.units, about.unit, lang)))


def metric_cells(about: Metric, lang: Lang) -> dict[str, pl.Expr]:
    """`value` with its marks, and `interval`; shares and growth are in percent."""
    low, value, high = pl.col("low"), pl.col("value"), pl.col("high")
    if about.in_percent:
        text = percent(value * 100, 4, signed=about.is_growth)
        interval = percent_between(low * 100, high * 100, lang, signed=about.is_growth)
    else:
        text, interval = number(value, lang, 4), between(low, high, lang, 4)
    marks = marked(lang)
    both = pl.when(marks == "").then(text).otherwise(pl.format("{}<br>{}", text, marks))
    return {"value": both, "interval": unbroken(interval)}


def _sources_used(found: pl.DataFrame, record: Record, lang: Lang) -> pl.LazyFrame:
    """`row` and `source`: the sources of all observations that a metric's row rests on."""
    given = record.observations.lazy().select("observation_id", "source_id")
    return (
        found.lazy()
        .with_row_index("row")
        .select("row", observation_id="observations")
        .explode("observation_id")
        .join(given, on="observation_id", how="inner", maintain_order="left")
        .join(source_cell(record.sources, lang), on="source_id", maintain_order="left")
        .group_by("row", maintain_order=True)
        .agg(pl.col("source").unique(maintain_order=True).str.join("<br>"))
    )
