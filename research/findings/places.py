"""What can be said of places side by side, and of whom a card rule would warn.

Each sentence is a function of its own that gives None where its condition does not hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from research.charts.tiles import per_inhabitants, short_place
from research.findings.sentence import Finding, Findings, Known, finding
from research.lang import Lang, unit_name
from research.metrics.places import by_place, warned
from research.record.record import Day, Record

_PROVINCES = 31
JOINED: dict[Lang, str] = {"zh": "、", "en": ", "}


def place_names(record: Record, codes: Sequence[str], lang: Lang) -> str:
    """Places by the names that people use."""
    names = dict(short_place(record, lang).iter_rows())
    return JOINED[lang].join(names[code] for code in codes)


def seen(rows: pl.DataFrame, year: int, cell: str, lang: Lang) -> Finding:
    """For how many provinces there is any figure of the year."""
    figures = rows.filter(level="province")
    levels, changes = (figures.filter(what=what)["geo"].n_unique() for what in ("level", "change"))
    provinces = figures.unique("geo", keep="first", maintain_order=True)
    return finding(
        lang,
        cell,
        zh="{year} 年，{all} 个省级地区中有 {known} 个有数字：{levels} 个公布了数量，{changes} "
        "个公布了同比；其中全年的 {whole} 个。",
        en="For {year} {known} of {all} provinces have a figure: {levels} a level, {changes} a "
        "change on the year before; of {whole} it covers the whole year.",
        caveat=(
            "各地公布与否由各地决定，这不是抽样，更不是全国的分布。",
            "Which forces publish is up to them: this is neither a sample nor the nation's spread.",
        ),
        year=str(year),
        all=_PROVINCES,
        known=provinces.height,
        levels=levels,
        changes=changes,
        whole=int(provinces["whole_year"].sum()),
    )


def highest(rows: pl.DataFrame, record: Record, cell: str, lang: Lang) -> Finding | None:
    """The highest and the lowest rate per head among whole years that are not in doubt."""
    if "rate_low" not in rows.columns:
        return None
    sure = rows.filter(
        "whole_year", pl.col("rate_low").is_not_null(), ~pl.col("marks").list.contains("doubtful")
    ).sort("rate_value")
    if sure.height < 2:
        return None
    least, most = sure.row(0, named=True), sure.row(-1, named=True)
    second = sure.item(-2, "rate_high")
    unit = unit_name(record.units, most["unit"], lang)
    return finding(
        lang,
        cell,
        zh="全年数中，按人口折算最高的是{top}：{persons} {high}"
        + ("，必然高于其余各地" if most["rate_low"] > second else "（与次高者的区间有重叠）")
        + "；最低的是{bottom}：{low}。",
        en="Per head the highest whole year is that of {top}: {high} {persons}"
        + (
            ", certainly above the rest"
            if most["rate_low"] > second
            else " (its interval meets the next)"
        )
        + "; the lowest is that of {bottom}: {low}.",
        caveat=("存疑的数不在其内。", "Figures in doubt are left out."),
        top=place_names(record, [most["geo"]], lang),
        bottom=place_names(record, [least["geo"]], lang),
        persons=per_inhabitants(record, most["indicator"], lang),
        high=Known(most["rate_low"], most["rate_high"], unit, digits=4),
        low=Known(least["rate_low"], least["rate_high"], unit, digits=4),
    )


def moved(rows: pl.DataFrame, record: Record, cell: str, lang: Lang) -> Finding | None:
    """How many places print a fall, how many a rise, and the deepest fall of a whole year."""
    if rows.is_empty():
        return None
    falls, rises = rows.filter(pl.col("high") < 0), rows.filter(pl.col("low") > 0)
    whole = rows.filter("whole_year").sort("value")
    last: dict[str, Any] = {}
    zh, en = (
        "{n} 地公布了同比：{falls} 地下降，{rises} 地上升",
        ("{n} places print a change on the year before: {falls} fall, {rises} rise"),
    )
    if whole.height:
        row = whole.row(0, named=True)
        last = {
            "place": place_names(record, [row["geo"]], lang),
            "change": Known(row["low"], row["high"], percent=True),
        }
        fell = row["high"] < 0
        zh += f"；全年数中{'降幅最大' if fell else '升幅最小'}的是{{place}}：{{change}}"
        en += f"; of whole years the {'largest fall' if fell else 'smallest rise'} is that of "
        en += "{place}: {change}"
    return finding(
        lang,
        cell,
        zh=zh + "。",
        en=en + ".",
        caveat=(
            "时段不同的没有互相排名；数字好看的地方可能更愿意公布。",
            "Different windows are not ranked; forces may prefer to publish favourable figures.",
        ),
        n=rows["geo"].n_unique(),
        falls=falls["geo"].n_unique(),
        rises=rises["geo"].n_unique(),
        **last,
    )


def ruled(cards: pl.DataFrame, record: Record, cell: str, lang: Lang) -> Finding | None:
    """Whom the rule would warn, certainly and possibly."""
    if cards.is_empty():
        return None
    least, most = (pl.col(c).cast(pl.String) for c in ("least", "most"))
    red, any_ = cards.filter(least == "red"), cards.filter(least != "none")
    possible = cards.filter(most != least)
    names = place_names(record, any_["geo"].to_list()[:6], lang)
    return finding(
        lang,
        cell,
        zh="按所设规则，{judged} 地中必得红牌 {red} 地、必得黄牌 {yellow} 地"
        + ("（{names}" + (" 等" if any_.height > 6 else "") + "）" if any_.height else "")
        + "，另有 {possible} 地视取整而定。",
        en="Under the rule asked for, of {judged} places {red} certainly have a red card, "
        "{yellow} a "
        "yellow one"
        + (" ({names}" + (" and others" if any_.height > 6 else "") + ")" if any_.height else "")
        + "; for {possible} it depends on rounding.",
        caveat=(
            "这是演算，不是官方的警示；没有公布数字的地方无从判断。",
            "A calculation, and no official warning; places without figures cannot be judged.",
        ),
        judged=cards.height,
        red=red.height,
        yellow=any_.height - red.height,
        possible=possible.height,
        names=names,
    )


def weighed(rows: pl.DataFrame, cell: str, lang: Lang) -> Finding | None:
    """How far the figures of the year can be relied on."""
    if rows.is_empty():
        return None
    has = rows["marks"].list.contains
    return finding(
        lang,
        cell,
        zh="这一年所用的 {all} 个数中，{single} 个只有单一来源，{inferred} 个时段为推定，"
        "{doubtful} 个存疑，{part} 个不足全年。",
        en="Of the {all} figures used for the year {single} have a single source, {inferred} an "
        "inferred window, {doubtful} are in doubt and {part} cover less than the year.",
        all=rows.height,
        single=int(has("single_sourced").sum()),
        inferred=int(has("window_inferred").sum()),
        doubtful=int(has("doubtful").sum()),
        part=int((~rows["whole_year"]).sum()),
    )


def regions(
    record: Record,
    indicator: str,
    *,
    year: int,
    scope: str = "total",
    threshold: float | None = None,
    growth: float | None = None,
    strikes: int = 2,
    years: int = 3,
    as_of: Day = None,
    lang: Lang = "zh",
) -> Findings:
    """What notebook `regions` opens with.

    >>> from research.record.record import load
    >>> found = regions(load(), "cases_filed", year=2022, growth=0, lang="en")
    >>> "of 31 provinces" in found[0].text
    True
    """
    asked: dict[str, Any] = {"scope": scope, "as_of": as_of}
    levels, changes = (
        by_place(record, indicator, what, years=(year, year), **asked)
        for what in ("level", "change")
    )
    shown = ("geo", "level", "whole_year", "marks")
    both = pl.concat(
        rows.select(*shown, what=pl.lit(what))
        for rows, what in ((levels, "level"), (changes, "change"))
    )
    both = both.sort("whole_year", descending=True)
    cards = warned(
        record,
        indicator,
        years=(year - years + 1, year),
        threshold=threshold,
        growth=growth,
        strikes=strikes,
        **asked,
    )
    return Findings(
        [
            seen(both, year, "regions-map" if levels.height else "regions-changes", lang),
            highest(levels, record, "regions-ranked", lang),
            moved(changes, record, "regions-changes", lang),
            ruled(cards, record, "regions-warned", lang),
            weighed(both, "regions-map" if levels.height else "regions-changes", lang),
        ],
        lang,
    )
