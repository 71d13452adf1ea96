"""What can be said of one series: how it was announced, what it was said to do, what is implied.

Each sentence is a function of its own that gives None where its condition does not hold.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from research.findings.sentence import Finding, Findings, Known, Span, finding
from research.lang import LANGS, Lang, unit_name, word
from research.metrics.board import claims_about
from research.metrics.bounds import Bounds
from research.metrics.comparable import incomparable
from research.record.measures import MARKS
from research.record.record import Day, Record

Row = dict[str, Any]
_APART = 366  # days without any printed change after which an older one says nothing of the newer
_WHY: dict[str, dict[Lang, str]] = {
    "definition": {
        "zh": "{definition} 个另有口径（只是部分、范围更宽或另一套统计）",
        "en": "{definition} with another definition (a part, something wider, another statistic)",
    },
    "window_inferred": {
        "zh": "{window_inferred} 个时段为推定",
        "en": "{window_inferred} with an inferred window",
    },
    "running_total": {"zh": "{running_total} 个是累计", "en": "{running_total} running totals"},
    "restated": {
        "zh": "{restated} 个与先前公布的不一致",
        "en": "{restated} that differ from an earlier announcement",
    },
    "doubtful": {"zh": "{doubtful} 个存疑", "en": "{doubtful} in doubt"},
}
_JOINED: dict[Lang, str] = {"zh": "、", "en": ", "}


def named(record: Record, row: Row, lang: Lang) -> str:
    """The indicator, with scope and place where they are not the whole of China."""
    name = str(record.indicators.filter(indicator=row["indicator"]).item(0, f"name_{lang}"))
    if row["scope"] != "total":
        name += f" · {record.scopes.filter(scope=row['scope']).item(0, f'name_{lang}')}"
    place = record.regions.filter(code=row["geo"]).item(0, f"name_{lang}")
    return name if row["geo"] == "CN" else f"{name} · {place}"


def _level(record: Record, row: Row, lang: Lang) -> Known:
    return Known(row["low"], row["high"], unit_name(record.units, row["unit"], lang))


def caveat_of(row: Row) -> tuple[str, str]:
    """The marks of a figure as a caveat, running totals left out: they are no weakness."""
    marks = [mark for mark in MARKS if mark in row["marks"] and mark != "running_total"]
    if not marks:
        return "", ""
    zh, en = (_JOINED[lang].join(word(mark, lang) for mark in marks) for lang in ("zh", "en"))
    return f"（{zh}）", f"({en})"


def latest(record: Record, rows: pl.DataFrame, cell: str, lang: Lang) -> Finding | None:
    """The newest level that is not in doubt, with the change printed beside it."""
    days = pl.col("end") - pl.col("start")
    levels = rows.filter(pl.col("value").is_not_null())
    if levels.is_empty():
        return None
    row = levels.sort(pl.col("doubt").is_null(), "end", days, "issued", nulls_last=True).row(
        -1, named=True
    )
    parts: dict[str, Any] = {
        "name": named(record, row, lang),
        "window": Span(row["start"], row["end"]),
        "level": _level(record, row, lang),
    }
    zh, en = (
        "最近公布的数：{name}，{window} 为 {level}",
        "Latest announced figure: {name}, {level} in {window}",
    )
    if row["yoy_pct"] is not None:
        parts["change"] = Known(row["yoy_low"], row["yoy_high"], percent=True)
        zh, en = zh + "，同比 {change}", en + ", {change} on the year before"
    return finding(lang, cell, zh=zh + "。", en=en + ".", caveat=caveat_of(row), **parts)


def runs(claims: pl.DataFrame, record: Record, cell: str, lang: Lang) -> list[Finding]:
    """Runs of months below the year before, one sentence a first month, the longest run each."""
    said = claims.filter(pl.col("kind").cast(pl.String) == "yoy_decline_run")
    longest = (
        said.sort("value", "claim_id", descending=[True, False])
        .group_by("indicator", "geo", "scope", "start", maintain_order=True)
        .agg(
            pl.col("value", "end").first(),
            sources=pl.col("source_id").n_unique(),
        )
        .sort("sources", "start", "indicator", descending=True)
        .head(2)
        .sort("start")
    )
    return [
        finding(
            lang,
            cell,
            zh="自 {first} 起，{name}被表述为连续 {months} 个月低于上年同月（至 {last}）；"
            "{sources} 个来源给出了从这个月算起的连降。",
            en="From {first} on, “{name}” was said to be below the same month of the year before "
            "{months} months in a row, until {last}; {sources} sources state a run that begins in "
            "that month.",
            caveat=(
                "这是发布者的原话：没有逐月数量，降幅不得而知；来源发布得越晚，数到的月份越多。",
                "The issuers' words: by how much nobody can tell; later sources count more months.",
            )
            if n == 0
            else ("", ""),
            first=row["start"].strftime("%Y-%m"),
            last=row["end"].strftime("%Y-%m"),
            name=named(record, row, lang),
            months=int(row["value"]),
            sources=row["sources"],
        )
        for n, row in enumerate(longest.iter_rows(named=True))
    ]


def changes(rows: pl.DataFrame, record: Record, cell: str, lang: Lang) -> Finding | None:
    """The printed changes since their sign last turned, or since a year or more without any."""
    order = rows.filter(pl.col("yoy_pct").is_not_null()).sort("end", "start")
    if order.is_empty():
        return None
    sign = pl.when(pl.col("yoy_high") < 0).then(-1).when(pl.col("yoy_low") > 0).then(1).otherwise(0)
    apart = (pl.col("start") - pl.col("end").cum_max().shift(1)).dt.total_days() > _APART
    order = order.with_columns(sign=sign, apart=apart.shift(-1).fill_null(value=False))
    last = order.item(-1, "sign")
    unbroken = pl.col("sign").eq(last) & ~pl.col("apart")
    since = order.filter(unbroken.reverse().cum_min().reverse())
    windows = since.unique(["start", "end"]).height
    if last == 0 or windows < 2:
        return None
    row = since.row(0, named=True)
    levels = rows.filter(pl.col("value").is_not_null(), pl.col("end") > since["end"].max())
    silent = ("此后只公布了数量。", " Since then levels alone were announced.")
    silent = silent if levels.height else ("", "")
    doubtful = since["doubt"].count()
    return finding(
        lang,
        cell,
        zh="从 {first} 到 {final}，{windows} 个公布了同比的时段全都是{direction}，幅度在 {range} "
        "之间。",
        en="In all {windows} windows with a printed change from {first} to {final}, “{name}” "
        "{direction}, by {range}.",
        caveat=(
            "各时段长短不一且有重叠，其间没有公布同比的月份不在其内；其中 {doubtful} 条存疑。"
            + silent[0],
            "Windows overlap, and leave months uncovered; {doubtful} figures are in doubt."
            + silent[1],
        ),
        first=Span(row["start"], row["end"]),
        final=Span(*since.select("start", "end").row(-1)),
        windows=windows,
        name=named(record, row, lang),
        direction={"zh": {-1: "下降", 1: "上升"}, "en": {-1: "fell", 1: "rose"}}[lang][last],
        range=Known(since["yoy_low"].min(), since["yoy_high"].max(), percent=True),  # type: ignore[arg-type]
        doubtful=doubtful,
    )


def bounded(yearly: Bounds | None, record: Record, cell: str, lang: Lang) -> Finding | None:
    """The last two years that all statements together bound on both sides, and their order."""
    if yearly is None:
        return None
    frame = yearly.frame.with_columns(
        before_low=pl.col("low").shift(1),
        before_high=pl.col("high").shift(1),
        before=pl.col("start").shift(1),
        until=pl.col("end").shift(1),
    ).filter(pl.col("high").is_finite(), pl.col("before_high").is_finite(), pl.col("low") > 0)
    if frame.is_empty():
        return None
    row = frame.row(-1, named=True)
    order = "fell" if row["high"] < row["before_low"] else "rose"
    order = order if row["high"] < row["before_low"] or row["low"] > row["before_high"] else "open"
    verdict = {
        "fell": ("必然低于前者", "certainly lower"),
        "rose": ("必然高于前者", "certainly higher"),
        "open": ("与前者孰高无从断定", "which of the two is higher cannot be told"),
    }[order]
    kind = record.indicators.filter(indicator=yearly.indicator).item(0, "unit")
    unit = unit_name(record.units, "yuan" if kind == "money" else kind, lang)
    return finding(
        lang,
        cell,
        zh="全部表述合起来，{before} 年在 {earlier} 之间，{year} 年在 {later} 之间："
        + verdict[0]
        + "。",
        en="All statements together put {before} at {earlier} and {year} at {later}: "
        + verdict[1]
        + ".",
        caveat=(
            "这是上下限都有的最近两个相邻年份。",
            "These are the latest two years in a row that have bounds on both sides.",
        ),
        before=str(row["before"].year),
        year=str(row["start"].year),
        earlier=Known(row["before_low"], row["before_high"], unit),
        later=Known(row["low"], row["high"], unit),
    )


def conflicting(found: Bounds | None, cell: str, lang: Lang) -> Finding | None:
    """How many sets of statements cannot all be true."""
    if found is None or not found.resolution.conflicts:
        return None
    sets = len(found.resolution.conflicts)
    return finding(
        lang,
        cell,
        zh="{sets} 组表述不能同时为真，涉及 {statements} 条；推算时搁置了其中最不可靠的。",
        en=("{sets} sets" if sets > 1 else "{sets} set") + " of statements, {statements} in all, "
        "cannot be true together; the least reliable of them are set aside.",
        sets=sets,
        statements=found.conflicts["id"].n_unique(),
    )


def uncomparable(found: pl.DataFrame, cell: str, lang: Lang) -> Finding | None:
    """How many figures may not be set beside the totals of other years, and why."""
    if found.is_empty():
        return None
    why = found.explode("observations").group_by("reason").agg(pl.col("observations").n_unique())
    counts = dict(why.with_columns(pl.col("reason").cast(pl.String)).iter_rows())
    scoped = found.filter(pl.col("reason").is_in(["part", "wider", "other"]))
    counts["definition"] = scoped["observations"].explode().n_unique() if scoped.height else 0
    known = {name: n for name in _WHY if (n := counts.get(name, 0))}
    zh, en = (_JOINED[tongue].join(_WHY[name][tongue] for name in known) for tongue in LANGS)
    return finding(
        lang,
        cell,
        zh="不能跨年直接比较的：{figures} 个数中，" + zh + "。",
        en="Not to be compared across years: of {figures} figures, " + en + ".",
        caveat=("一个数可能有几条原因。", "One figure can have several reasons."),
        figures=int(found.unique("indicator")["of"].sum()),
        **known,
    )


def reach(rows: pl.DataFrame, cell: str, lang: Lang) -> Finding | None:
    """For how many windows a level was announced, and from when to when."""
    levels = rows.filter(pl.col("value").is_not_null())
    if levels.is_empty():
        return None
    windows = levels.unique(["start", "end"])
    whole = windows.filter((pl.col("end") - pl.col("start")).dt.total_days().is_between(364, 365))
    return finding(
        lang,
        cell,
        zh="公布过数量的时段有 {windows} 个（其中恰为一年的 {whole} 个），在 {span} 之内，"
        "出自 {sources} 个来源。",
        en="Levels were announced for {windows} windows ({whole} of exactly a year) within {span}, "
        "by {sources} sources.",
        windows=windows.height,
        whole=whole.height,
        span=Span(levels["start"].min(), levels["end"].max()),  # type: ignore[arg-type]
        sources=levels["source_id"].n_unique(),
    )


def trend(
    record: Record,
    indicator: str,
    yearly: Bounds | None = None,
    *,
    geo: str = "CN",
    scope: str = "total",
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    lang: Lang = "zh",
) -> Findings:
    """What notebook `trend` opens with; `yearly` are the bounds by years, where there are any.

    >>> from research.metrics.bounds import bounds
    >>> from research.record.record import load
    >>> record = load()
    >>> found = trend(record, "cases_filed", bounds(record, "cases_filed", every="1y"), lang="en")
    >>> 3 <= len(found) <= 6
    True
    """
    record = record.as_of(as_of)
    rows = record.select(indicator, geo=geo, scope=scope, start=start, end=end, overlap=True)
    claims = claims_about(record, indicator=indicator, geo=geo, start=start, end=end)
    claims = claims.filter(scope=scope)
    odd = incomparable(record, indicator=indicator, geo=geo, start=start, end=end)
    return Findings(
        [
            *runs(claims, record, "trend-claims", lang),
            changes(rows, record, "trend-changes", lang),
            latest(record, rows, "trend-announced", lang),
            bounded(yearly, record, "trend-years", lang),
            uncomparable(odd, "trend-comparable", lang),
            conflicting(yearly, "trend-conflicts", lang),
            reach(rows, "trend-announced", lang),
        ],
        lang,
    )
