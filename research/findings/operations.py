"""What can be said around one named operation: an order in time, and never a cause.

Each sentence is a function of its own that gives None where its condition does not hold.
"""

from __future__ import annotations

import polars as pl

from research.findings.sentence import Finding, Findings, Known, Span, finding
from research.findings.series import named
from research.lang import Lang, unit_name
from research.metrics.campaigns import dated, interrupted
from research.metrics.trends import Interrupted, Refusal
from research.record.record import Day, Record


def ran(known: pl.DataFrame, record: Record, cell: str, lang: Lang) -> Finding | None:
    """When the operation ran, and how many others ran in the meantime."""
    if known.is_empty():
        return None
    row = known.row(0, named=True)
    others = dated(record).filter(
        pl.col("operation_id") != row["operation_id"],
        pl.col("began_first") <= row["ended_last"],
        pl.col("ended_last") >= row["began_first"],
    )
    ended = row["ended"] or {"zh": "未公布", "en": "not published"}[lang]
    return finding(
        lang,
        cell,
        zh="{name}：开始 {started}，结束 {ended}；其间可能在进行的有名称的行动另有 {others} 项，"
        "前后的变动无法归于其中任何一项。",
        en="{name}: start {started}, end {ended}; {others} other named operations may have "
        "run meanwhile, and a change around one belongs to none of them.",
        name=row[f"name_{lang}"],
        started=row["started"],
        ended=ended,
        others=others.height,
    )


def before_after(
    figures: pl.DataFrame, known: pl.DataFrame, record: Record, cell: str, lang: Lang
) -> Finding | None:
    """The last whole year before the operation began and the first after, per day."""
    if known.is_empty():
        return None
    began, sure = known.row(0, named=True)["began_first"], known.row(0, named=True)["began_last"]
    days = (pl.col("end") - pl.col("start")).dt.total_days() + 1
    rows = figures.filter(pl.col("value").is_not_null(), pl.col("doubt").is_null()).with_columns(
        days=days
    )
    whole = rows.filter(pl.col("days") >= 365, pl.col("days") <= 366)
    first = whole.filter(pl.col("end") < began).sort("end", "issued", nulls_last=True).tail(1)
    then = whole.filter(pl.col("start") > sure).sort("start", "issued", nulls_last=True).head(1)
    if first.is_empty() or then.is_empty():
        return finding(
            lang,
            cell,
            zh="开始前后并未都公布过全年数，无从比较。",
            en="Whole years were not announced both before the start and after it: nothing can be "
            "set side by side.",
        )
    a, b = first.row(0, named=True), then.row(0, named=True)
    order = "lower" if b["high"] < a["low"] else "higher" if b["low"] > a["high"] else "open"
    verdict = {
        "lower": ("后者更低", "the later is lower"),
        "higher": ("后者更高", "the later is higher"),
        "open": ("孰高无从断定", "which is higher cannot be told"),
    }[order]
    ratio = b["low"] / a["high"] - 1, b["high"] / a["low"] - 1
    unit = unit_name(record.units, a["unit"], lang)
    return finding(
        lang,
        cell,
        zh="{name}：开始前的最后一个全年（{before}）为 {earlier}，开始后的第一个全年（{after}）为"
        " {later}，相差 {change}：" + verdict[0] + "。",
        en="{name}: {earlier} in {before}, the last whole year before the start, and {later} in "
        "{after}, the first one after it, {change}: " + verdict[1] + ".",
        caveat=(
            "只有先后，没有因果；两年之间还有别的变化。",
            "An order in time and nothing more; other things changed between the two years.",
        ),
        name=named(record, a, lang),
        before=Span(a["start"], a["end"]),
        after=Span(b["start"], b["end"]),
        earlier=Known(a["low"], a["high"], unit),
        later=Known(b["low"], b["high"], unit),
        change=Known(ratio[0] * 100, ratio[1] * 100, percent=True),
    )


def broken(found: Interrupted | Refusal, lang: Lang) -> Finding:
    """What the interrupted series of years says of its level and growth, or why there is none."""
    cell = "operations-interrupted"
    if isinstance(found, Refusal):
        why = {"zh": found.zh, "en": found.en}[lang]
        return finding(lang, cell, zh="{why}", en="{why}", why=why)
    level, slope = (found.term(name) for name in ("level", "slope"))
    return finding(
        lang,
        cell,
        zh="以全年数作中断时间序列：此后水平相差 {level}，每年的增减相差 {slope}"
        "（均为 {confidence} 区间）。",
        en="In an interrupted series of whole years the level differs by {level} afterwards and "
        "annual growth by {slope} (intervals of {confidence}).",
        caveat=(
            "前 {before} 年、后 {after} 年，检验力低；各数按公布的数值计，误差未计入其区间。",
            "{before} years before, {after} after: little power; figures count as exact.",
        ),
        level=Known(level["low"], level["high"], digits=4),
        slope=Known(slope["low"], slope["high"], digits=4),
        confidence=f"{found.fit.confidence:.0%}",
        before=found.before,
        after=found.after,
    )


def operations(
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
) -> Findings:
    """What notebook `operations` opens with."""
    record = record.as_of(as_of)
    known = dated(record).filter(operation_id=operation)
    figures = record.select(indicator, geo=geo, scope=scope, start=start, end=end, overlap=True)
    inside = figures.filter(pl.col("value").is_not_null())
    return Findings(
        [
            ran(known, record, "operations-timeline", lang),
            before_after(figures, known, record, "operations-around", lang),
            _sides(inside, known, "operations-sides", lang),
            broken(interrupted(record, operation, indicator, geo=geo, scope=scope), lang),
        ],
        lang,
    )


def _sides(rows: pl.DataFrame, known: pl.DataFrame, cell: str, lang: Lang) -> Finding | None:
    """How many windows lie before the start, after it, and across it."""
    if known.is_empty() or rows.is_empty():
        return None
    row = known.row(0, named=True)
    before = rows.filter(pl.col("end") < row["began_first"]).height
    after = rows.filter(pl.col("start") > row["began_last"]).height
    return finding(
        lang,
        cell,
        zh="{n} 个公布数中，{before} 个的时段完全在开始之前，{after} 个完全在开始之后，{across} "
        "个跨过开始那天，前后混在一起。",
        en="Of {n} announced figures the windows of {before} lie before the start, of {after} "
        "after "
        "it; {across} run across it and mix the two.",
        n=rows.height,
        before=before,
        after=after,
        across=rows.height - before - after,
    )
