"""Tables of things side by side: places of one year, whom a rule would warn, economies.

Rows come from `research.metrics.places` and `economies`; how a table looks is `tables.py`.
"""

from __future__ import annotations

import re

import polars as pl

from research.charts.boards import figures
from research.charts.tables import Table, escaped, laid_out, marked, small, source_cell, unbroken
from research.charts.tiles import short_place
from research.lang import Lang, between, percent_between, unit_name, window
from research.metrics.campaigns import dated
from research.metrics.economies import main_series
from research.record.record import Day, Record

_HEADS: dict[str, dict[Lang, str]] = {
    "place": {"zh": "地区", "en": "Place"},
    "figure": {"zh": "公布", "en": "Printed"},
    "interval": {"zh": "区间", "en": "Interval"},
    "rate": {
        "zh": "每 10 万人口（金额为人均），折合全年",
        "en": "A year, per 100,000 inhabitants (money: per head)",
    },
    "window": {"zh": "时段", "en": "Window"},
    "source": {"zh": "来源", "en": "Source"},
    "card": {"zh": "按此规则", "en": "Under this rule"},
    "strikes": {"zh": "超限年数", "en": "Years over a limit"},
    "seen": {"zh": "有数字的年数", "en": "Years with a figure"},
    "which": {"zh": "哪些年", "en": "Which years"},
    "series": {"zh": "统计", "en": "Series"},
    "definition": {"zh": "口径", "en": "Definition"},
    "years": {"zh": "有全年数的年份", "en": "Whole years on record"},
    "latest": {
        "zh": "最近一年，每 10 万人口（金额为人均）",
        "en": "Latest year, per 100,000 (money: per head)",
    },
    "reason": {"zh": "为何不能跨年比较", "en": "Why not across years"},
    "figures": {"zh": "几个数", "en": "Figures"},
    "per_day": {"zh": "日均", "en": "Per day"},
    "name": {"zh": "指标", "en": "Indicator"},
    "part": {"zh": "口径", "en": "Scope"},
}
_CARDS: dict[str, dict[Lang, str]] = {
    "none": {"zh": "不警示", "en": "no card"},
    "yellow": {"zh": "黄牌", "en": "yellow card"},
    "red": {"zh": "红牌", "en": "red card"},
}
# The record defines its scopes in English; these are the ones that stand for an economy.
_DEFINITIONS: dict[str, dict[Lang, str]] = {
    "series/sg-spf-scams": {
        "zh": "报案的全部诈骗及损失；2023 年起含恶意软件诈骗；发布后常有修订",
        "en": "All scams reported and their losses; malware-enabled scams from 2023; often revised",
    },
    "series/hk-hkpf-deception": {
        "zh": "全部诈骗案（线上线下）及涉款；拘捕人数有时含洗钱",
        "en": "All deception, online and offline, and the sums involved; arrests sometimes "
        "include money laundering",
    },
    "series/tw-npa-recorded": {
        "zh": "警方记录的诈骗犯罪（旧计法，至 2023 年）",
        "en": "Fraud as recorded by police (the old count, until 2023)",
    },
    "series/tw-165-dashboard": {
        "zh": "165 受理的全部诈骗案件与损失，2024 年 8 月起按月公布",
        "en": "All fraud received by the 165 line and its losses, published monthly from "
        "August 2024",
    },
    "series/jp-npa-special": {
        "zh": "“特殊诈骗”；2019 年起含骗换银行卡；不含社交媒体投资、恋爱诈骗",
        "en": "“Special fraud”; swapped bank cards from 2019; without social-media "
        "investment and romance fraud",
    },
    "series/kr-knpa-vp": {
        "zh": "语音钓鱼（冒充机关与贷款诈骗）；不含聊天软件钓鱼等",
        "en": "Voice phishing (posing as authorities, and loans); without messenger phishing "
        "and the like",
    },
    "series/gb-ukf-app": {
        "zh": "会员银行的授权转账诈骗；不是警方立案；2025、2026 年有重述",
        "en": "Authorised push payment fraud of member banks; no police record; restated in "
        "2025 and 2026",
    },
    "series/us-ic3": {
        "zh": "向 FBI IC3 提交的全部网络犯罪投诉，不限诈骗，也不是立案",
        "en": "All complaints of cybercrime made to the FBI's IC3, not of fraud alone; none "
        "is a case filed",
    },
    "series/au-combined": {
        "zh": "ACCC 汇总多家机构的诈骗举报，参与机构逐年变化（2019 年起含银行）",
        "en": "Reports of scams to several bodies, put together by the ACCC; the bodies "
        "change from year to year (banks from 2019)",
    },
}


def _heads(lang: Lang, *columns: str) -> dict[str, str]:
    return {column: _HEADS[column][lang] for column in columns}


def _figure(lang: Lang) -> pl.Expr:
    marks = marked(lang)
    said = escaped(pl.col("printed").fill_null("—"))
    return pl.when(marks == "").then(said).otherwise(pl.format("{}<br>{}", said, marks))


def places(rows: pl.DataFrame, record: Record, *, change: bool = False, lang: Lang = "zh") -> Table:
    """One year of `by_place`: as printed, with interval, per head where it can be, and source.

    Whole years first; `change` says that the intervals are percent.
    """
    said = percent_between if change else between
    rates = "rate_low" in rows.columns
    rate = between(pl.col("rate_low"), pl.col("rate_high"), lang, 4) if rates else pl.lit("")
    heads = _heads(
        lang, "place", "figure", "interval", *(["rate"] if rates else []), "window", "source"
    )
    ordered = rows.sort("whole_year", "geo", descending=[True, False])
    cells = (
        ordered.lazy()
        .join(short_place(record, lang).lazy(), on="geo", maintain_order="left")
        .join(source_cell(record.sources, lang), on="source_id", how="left", maintain_order="left")
        .with_columns(
            place=escaped(pl.col("place")),
            figure=_figure(lang),
            interval=unbroken(said(pl.col("low"), pl.col("high"), lang)),
            rate=unbroken(rate),
            window=unbroken(window(pl.col("start"), pl.col("end"))),
        )
        .select(*heads)
        .collect()
    )
    return laid_out(cells, heads, name="places", lang=lang, data=ordered)


def warned(rows: pl.DataFrame, record: Record, *, lang: Lang = "zh") -> Table:
    """Places with a card that is certain or possible, from `research.metrics.places.warned`."""
    cards = {card: text[lang] for card, text in _CARDS.items()}
    least, most = (pl.col(c).cast(pl.String).replace(cards) for c in ("least", "most"))
    range_ = pl.format({"zh": "{}至{}", "en": "{} to {}"}[lang], least, most)
    shown = rows.filter(pl.col("most").cast(pl.String) != "none")
    heads = _heads(lang, "place", "card", "strikes", "seen", "which")
    certain, possible = (pl.col(c).cast(pl.Float64) for c in ("certain", "possible"))
    cells = (
        shown.lazy()
        .join(short_place(record, lang).lazy(), on="geo", maintain_order="left")
        .with_columns(
            place=escaped(pl.col("place")),
            card=pl.when(least == most).then(least).otherwise(range_),
            strikes=between(certain, possible, lang),
            seen=pl.col("seen").cast(pl.String),
            which=pl.col("years").cast(pl.List(pl.String)).list.join(", "),
        )
        .select(*heads)
        .collect()
    )
    return laid_out(cells, heads, name="warned", lang=lang, data=shown)


def listed(record: Record, *, lang: Lang = "zh") -> Table:
    """Warnings and listings that really happened, as far as the record knows them, newest first.

    Figures of areas listed and delisted, cities warned and counties interviewed.
    """
    kinds = ["areas_listed", "areas_delisted", "cities_warned", "counties_interviewed"]
    rows = record.select(kinds).sort("end", "start", "geo", descending=[True, True, False])
    return figures(rows, record, lang=lang)


_REASONS: dict[str, dict[Lang, str]] = {
    "part": {"zh": "只是总体的一部分", "en": "only a part of the total"},
    "wider": {"zh": "范围比总体更宽", "en": "wider than the total"},
    "other": {"zh": "另一套统计或口径", "en": "another statistic or definition"},
    "restated": {
        "zh": "与先前公布的不一致，可能已重述",
        "en": "differs from an earlier announcement: perhaps restated",
    },
    "doubtful": {"zh": "数字本身存疑", "en": "the figure itself is in doubt"},
    "window_inferred": {
        "zh": "时段为推定，起止可能有出入",
        "en": "its window was inferred and may be off",
    },
    "running_total": {
        "zh": "自更早时起的累计，不是一年的数",
        "en": "a total since an earlier start, not of one year",
    },
}


def incomparable(rows: pl.DataFrame, record: Record, *, lang: Lang = "zh") -> Table:
    """Which figures cannot be compared across years, from `metrics.comparable.incomparable`."""
    names = record.indicators.lazy().select("indicator", name=f"name_{lang}")
    parts = record.scopes.lazy().select("scope", part=f"name_{lang}")
    why = pl.col("reason").cast(pl.String).replace({k: text[lang] for k, text in _REASONS.items()})
    part = pl.when(pl.col("scope") != "total").then("part")
    of = {"zh": "{}（共 {}）", "en": "{} of {}"}[lang]
    heads = _heads(lang, "name", "reason", "part", "figures", "window")
    grouped = (
        rows.lazy()
        .join(names, on="indicator", maintain_order="left")
        .join(parts, on="scope", maintain_order="left")
        .group_by("indicator", "name", "reason", maintain_order=True)
        .agg(
            pl.format(of, pl.col("figures").sum(), pl.col("of").first()).alias("figures"),
            part=part.drop_nulls().unique(maintain_order=True),
            first=pl.col("first").min(),
            last=pl.col("last").max(),
        )
        .select(
            name=escaped(pl.col("name")),
            reason=why,
            part=escaped(pl.col("part").list.join({"zh": "；", "en": "; "}[lang])),
            figures="figures",
            window=unbroken(window(pl.col("first"), pl.col("last"))),
        )
        .collect()
    )
    return laid_out(grouped, heads, name="incomparable", lang=lang, data=rows)


_SIDES: dict[str, dict[Lang, str]] = {
    "before": {"zh": "完全在开始之前", "en": "Wholly before the start"},
    "after": {"zh": "完全在开始之后", "en": "Wholly after the start"},
    "across": {"zh": "跨过开始那天：前后混在一起", "en": "Across the start: both mixed"},
}


def sides(
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
) -> Table:
    """Levels of one series by the side of an operation's start that their windows lie on."""
    record = record.as_of(as_of)
    rows = record.select(indicator, geo=geo, scope=scope, start=start, end=end, overlap=True)
    known = dated(record).filter(operation_id=operation)
    first, last = (known[c].to_list() or [None] for c in ("began_first", "began_last"))
    side = (
        pl.when(pl.col("end") < first[0])
        .then(pl.lit("before"))
        .when(pl.col("start") > last[0])
        .then(pl.lit("after"))
        .otherwise(pl.lit("across"))
    )
    days = (pl.col("end") - pl.col("start")).dt.total_days() + 1
    flow = pl.col("kind").cast(pl.String) == "flow"
    scaled = between(pl.col("low") / days, pl.col("high") / days, lang, 4)
    levels = rows.filter(pl.col("value").is_not_null()).with_columns(side=side)
    ordered = levels.sort(pl.col("side").cast(pl.Enum(list(_SIDES))), "start", "end")
    heads = _heads(lang, "window", "figure", "interval", "per_day", "source")
    cells = (
        ordered.lazy()
        .join(source_cell(record.sources, lang), on="source_id", how="left", maintain_order="left")
        .with_columns(
            side=pl.col("side").replace({key: text[lang] for key, text in _SIDES.items()}),
            window=unbroken(window(pl.col("start"), pl.col("end"))),
            figure=_figure(lang),
            interval=unbroken(between(pl.col("low"), pl.col("high"), lang)),
            per_day=pl.when(flow).then(unbroken(scaled)),
        )
        .select("side", *heads)
        .collect()
    )
    return laid_out(cells, heads, name="sides", lang=lang, data=ordered, group="side")


def economies(
    rows: pl.DataFrame, record: Record, indicator: str, geos: list[str], *, lang: Lang = "zh"
) -> Table:
    """Definitions side by side: each economy's series, its years, and its latest rate per head.

    `rows` are those of `research.metrics.economies.by_economy`; an economy without a figure stays.
    """
    series = main_series(record, geos)
    latest = rows.group_by("geo", "scope", maintain_order=True).agg(
        pl.all().sort_by("year").last(), seen=pl.col("year").sort()
    )
    names = record.scopes.select("scope", part=f"name_{lang}")
    told = {scope: text[lang] for scope, text in _DEFINITIONS.items()}
    plain = pl.col("definition").str.replace(r" ?\((main|secondary)[^)]*\)$", "")
    plain = plain.str.replace_all(r"\b([a-z]+)_([a-z]+)\b", "${1} ${2}")  # names of indicators
    own = record.indicators.filter(indicator=indicator).item(0, f"definition_{lang}")
    own = re.sub(r"[；;] ?(for )?(other economies|其他经济体).*", "", own)
    own = own if lang == "zh" else re.sub(r" \([^)]*[\u4e00-\u9fff][^)]*\)", "", own)
    defined = pl.coalesce(pl.col("scope").replace_strict(told, default=None), plain)
    defined = pl.when(pl.col("scope") == "total").then(pl.lit(own)).otherwise(defined)
    unit = pl.col("unit").map_elements(
        lambda unit: unit_name(record.units, unit, lang), return_dtype=pl.String
    )
    rate = between(pl.col("rate_low"), pl.col("rate_high"), lang, 3)
    years = pl.col("seen").cast(pl.List(pl.String)).list.join(", ")
    heads = _heads(lang, "place", "series", "definition", "years", "latest")
    joined = series.join(latest, on=["geo", "scope"], how="left", maintain_order="left")
    cells = (
        joined.join(short_place(record, lang), on="geo", maintain_order="left")
        .join(names, on="scope", maintain_order="left")
        .select(
            place=escaped(pl.col("place")),
            series=escaped(pl.col("part")),
            definition=escaped(defined),
            years=years.fill_null("—"),
            latest=pl.concat_str(
                unbroken(rate),
                small(pl.concat_str(unit, pl.col("year").cast(pl.String), separator=" · ")),
            ).fill_null("—"),
        )
    )
    return laid_out(cells, heads, name="economies", lang=lang, data=joined)
