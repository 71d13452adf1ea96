"""What can be said of economies side by side: each against its own past.

Each sentence is a function of its own that gives None where its condition does not hold.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from research.charts.tiles import per_inhabitants
from research.findings.places import JOINED, place_names
from research.findings.sentence import Finding, Findings, Known, finding
from research.lang import Lang, unit_name
from research.record.record import Record


def comparators(
    rows: pl.DataFrame, record: Record, geos: Sequence[str], *, base: int, lang: Lang = "zh"
) -> Findings:
    """What notebook `comparators` opens with; `rows` are those of `rs.by_economy`."""
    return Findings(
        [
            _china(rows, record, base, lang),
            _others(rows, record, base, lang),
            _definitions(rows, record, geos, lang),
            _per_head(rows, record, lang),
        ],
        lang,
    )


def _china(rows: pl.DataFrame, record: Record, base: int, lang: Lang) -> Finding | None:
    own = rows.filter(pl.col("index_low").is_not_null(), geo="CN").sort("year")
    if own.is_empty():
        return None
    row = own.row(-1, named=True)
    if row["year"] == base:
        return finding(
            lang,
            "comparators-index",
            zh="中国公布过全年数的最后一年就是基年 {base} 年，此后无从比较。",
            en="The last year for which China announced a whole-year level is the base year "
            "{base}: nothing after it can be compared.",
            base=str(base),
        )
    return finding(
        lang,
        "comparators-index",
        zh="以 {base} 年为一百，中国 {year} 年为 {index}。",
        en="With {base} as a hundred, China stands at {index} in {year}.",
        caveat=(
            "这是中国公布过全年数的最后一年。",
            "It is the last year for which China announced a whole-year level.",
        ),
        base=str(base),
        year=str(row["year"]),
        index=Known(row["index_low"], row["index_high"], digits=4),
    )


def _others(rows: pl.DataFrame, record: Record, base: int, lang: Lang) -> Finding | None:
    later = rows.filter(
        pl.col("index_low").is_not_null(), pl.col("year") > base, pl.col("geo") != "CN"
    )
    latest = later.group_by("geo", "scope", maintain_order=True).agg(
        pl.all().sort_by("year").last()
    )
    if latest.is_empty():
        return None
    up, down = latest.filter(pl.col("index_low") > 100), latest.filter(pl.col("index_high") < 100)
    top = latest.sort("index_low").row(-1, named=True)
    rose = top["index_low"] > 100
    return finding(
        lang,
        "comparators-index",
        zh="其余 {n} 个序列的最近一年与 {base} 年相比：{up} 个更高，{down} 个更低；"
        + ("升得最多" if rose else "降得最少")
        + "的是{place}：{year} 年指数为 {index}。",
        en="Of {n} other series {up} stand above {base} in their latest year and {down} below; "
        + ("the furthest up" if rose else "the least down")
        + " is {place}, at {index} in {year}.",
        caveat=(
            "各自只与自己比；最近一年不一定是同一年。",
            "Each against itself alone, and not all in the same year.",
        ),
        n=latest.height,
        base=str(base),
        up=up.height,
        down=down.height,
        place=place_names(record, [top["geo"]], lang),
        year=str(top["year"]),
        index=Known(top["index_low"], top["index_high"], digits=4),
    )


def _definitions(rows: pl.DataFrame, record: Record, geos: Sequence[str], lang: Lang) -> Finding:
    missing = [geo for geo in geos if geo not in rows["geo"]]
    currencies = rows["unit"].unique().sort()
    money = len(currencies) > 1
    names = JOINED[lang].join(unit_name(record.units, unit, lang) for unit in currencies)
    return finding(
        lang,
        "comparators-definitions",
        zh="这里有 {series} 个统计，各按各的口径，数的不是同一件事"
        + ("；{places} 没有全年数" if missing else "")
        + ("；金额各用本币（{names}），从不相加" if money else "")
        + "。",
        en="The {series} series here count different things, each by its own definition"
        + ("; no whole year was announced for {places}" if missing else "")
        + ("; money stays in its own currency ({names}) and is never added" if money else "")
        + ".",
        series=rows.select("geo", "scope").n_unique(),
        places=place_names(record, missing, lang),
        names=names,
    )


def _per_head(rows: pl.DataFrame, record: Record, lang: Lang) -> Finding | None:
    own = rows.filter(pl.col("rate_low").is_not_null(), geo="CN").sort("year")
    if own.is_empty():
        return None
    row = own.row(-1, named=True)
    return finding(
        lang,
        "comparators-rates",
        zh="中国 {year} 年{persons} {rate}。",
        en="In China it came to {rate} {persons} in {year}.",
        caveat=(
            "不可与别处的高低相比：有的数立案，有的数报案或银行赔付。",
            "Not to be ranked: some count cases filed, others complaints or claims.",
        ),
        year=str(row["year"]),
        persons=per_inhabitants(record, row["indicator"], lang),
        rate=Known(
            row["rate_low"], row["rate_high"], unit_name(record.units, row["unit"], lang), digits=4
        ),
    )
