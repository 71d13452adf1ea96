"""What can be said of many series at once: of a board and of a lane.

Sentences on one series are `series.py`.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from research.findings.sentence import Finding, Findings, Known, Span, finding
from research.findings.series import caveat_of, latest, named, runs, uncomparable
from research.lang import Lang, unit_name
from research.metrics.board import claims_about
from research.metrics.catalogue import CATALOGUE
from research.metrics.comparable import incomparable
from research.metrics.compute import compute, find
from research.record.record import Day, Record


def _metric(record: Record, name: str, cell: str, lang: Lang, **where: Any) -> Finding | None:
    """The newest window of one metric of the catalogue."""
    about = find(name)
    found = compute(name, record, geo=where.pop("geo"), scope="total", **where)
    found = found.filter(pl.col("reason").is_null()).sort("end", "start")
    if found.is_empty():
        return None
    row = found.row(-1, named=True)
    scale = 100 if about.in_percent else 1
    unit = (
        ""
        if about.in_percent or about.unit == "share"
        else unit_name(record.units, row["unit"], lang)
    )
    ends = row["low"] * scale, row["high"] * scale
    known = Known(*ends, unit, about.in_percent, about.is_growth, 4)
    return finding(
        lang,
        cell,
        zh="{name}：{window} 为 {value}。",
        en="{name}: {value} in {window}.",
        caveat=caveat_of(row),
        name={"zh": about.zh, "en": about.en}[lang],
        window=Span(row["start"], row["end"]),
        value=known,
    )


def _graded(record: Record, cell: str, lang: Lang, geo: str) -> Finding:
    """How dissuasion splits into visits, calls and messages, in the newest window with all three"
    "."""
    shares = {}
    for kind in ("visit", "call", "sms"):
        found = compute(f"{kind}_share", record, scope="total", geo=geo)
        found = found.filter(pl.col("reason").is_null()).sort("end", "start")
        if found.is_empty():
            return finding(
                lang,
                cell,
                zh="见面、电话、短信三种劝阻各占多少，没有同一时段的数字可算。",
                en="How dissuasion divides into visits, calls and messages cannot be told: no "
                "window has all three.",
            )
        shares[kind] = found.row(-1, named=True)
    row, windows = shares["visit"], found.height
    return finding(
        lang,
        cell,
        zh="{window}，劝阻中见面占 {visit}，电话占 {call}，短信占 {sms}。",
        en="In {window}, {visit} of dissuasion was by visit, {call} by call and {sms} by message.",
        caveat=(
            "分母是劝阻次数，不是人数；记录中三项齐全的时段只有 {windows} 个。" + caveat_of(row)[0],
            "Of contacts, not of persons; windows with all three in the record: {windows}. "
            + caveat_of(row)[1],
        ),
        window=Span(row["start"], row["end"]),
        windows=windows,
        **{
            kind: Known(share["low"] * 100, share["high"] * 100, percent=True, signed=False)
            for kind, share in shares.items()
        },
    )


def _extreme(
    rows: pl.DataFrame, record: Record, cell: str, lang: Lang, *, up: bool
) -> Finding | None:
    """The largest printed rise, or fall, that is not in doubt."""
    sure = rows.filter(pl.col("yoy_pct").is_not_null(), pl.col("doubt").is_null(), scope="total")
    sure = sure.filter(pl.col("yoy_low") > 0 if up else pl.col("yoy_high") < 0)
    if sure.is_empty():
        return None
    row = sure.sort("yoy_pct", "indicator").row(-1 if up else 0, named=True)
    return finding(
        lang,
        cell,
        zh="公布的同比里{most}的是 {name}：{window} 为 {change}。",
        en="Of the printed changes the largest {most} is that of {name}: {change} in {window}.",
        caveat=caveat_of(row),
        most={"zh": ("升幅最大" if up else "降幅最大"), "en": ("rise" if up else "fall")}[lang],
        name=named(record, row, lang),
        window=Span(row["start"], row["end"]),
        change=Known(row["yoy_low"], row["yoy_high"], percent=True),
    )


def scoreboard(
    record: Record,
    board: pl.DataFrame,
    *,
    start: Day,
    end: Day,
    as_of: Day = None,
    geo: str = "CN",
    lang: Lang = "zh",
) -> Findings:
    """What notebook `scoreboard` opens with; `board` are the rows of `rs.board`."""
    record = record.as_of(as_of)
    period = {"start": start, "end": end, "geo": geo}
    meets = claims_about(record, **period).filter(scope="total")  # type: ignore[arg-type]
    odd = incomparable(record, **period)  # type: ignore[arg-type]
    return Findings(
        [
            _extreme(board, record, "scoreboard-changes", lang, up=True),
            _extreme(board, record, "scoreboard-changes", lang, up=False),
            *runs(meets, record, "scoreboard-claims", lang)[:1],
            _graded(record, "scoreboard-graded", lang, geo),
            _metric(record, "arrests_per_case", "scoreboard-ratios", lang, **period),
            uncomparable(odd, "scoreboard-comparable", lang),
        ],
        lang,
    )


def lane(
    record: Record,
    lane_: str,
    *,
    start: Day = None,
    end: Day = None,
    as_of: Day = None,
    geo: str = "CN",
    lang: Lang = "zh",
) -> Findings:
    """What notebook `lane` opens with: its most announced figures, its ratios, what not to compare.

    >>> from research.record.record import load
    >>> 3 <= len(lane(load(), "warning", lang="en")) <= 6
    True
    """
    record = record.as_of(as_of)
    where = {"start": start, "end": end, "geo": geo}
    rows = record.select(lane=lane_, scope="total", overlap=True, **where)  # type: ignore[arg-type]
    most = rows.filter(pl.col("value").is_not_null()).group_by("indicator").len()
    first = most.sort("len", "indicator", descending=[True, False])["indicator"].head(2)
    own = record.indicators.filter(lane=lane_)["indicator"].to_list()
    claims = claims_about(record, indicator=own, **where).filter(scope="total")  # type: ignore[arg-type]
    ratios = [name for name, about in CATALOGUE.items() if about.lane == lane_]
    graded = _graded(record, "lane-ratios", lang, geo) if lane_ == "warning" else None
    split = {"visit_share", "call_share", "sms_share"}
    shares = [
        share
        for name in ratios
        if name not in split and (share := _metric(record, name, "lane-ratios", lang, **where))
    ]
    odd = incomparable(record, lane=lane_, **where)  # type: ignore[arg-type]
    return Findings(
        [
            graded,
            *(latest(record, rows.filter(indicator=name), "lane-panels", lang) for name in first),
            *runs(claims, record, "lane-claims", lang)[:1],
            *shares[: 1 if graded else 2],
            uncomparable(odd, "lane-comparable", lang),
        ],
        lang,
    )
