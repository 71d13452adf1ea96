"""Statements without a level: runs of decline, records, ranks, trends that are only asserted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from research.loaders.bulletin import changes
from research.loaders.bulletin.windows import When


@dataclass(frozen=True)
class Said:
    """One claim: its span, kind, indicator, value, window and the words of it."""

    start: int
    end: int
    kind: str
    indicator: str
    scope: str = "total"
    geo: str = "CN"
    value: float | None = None
    window: tuple[date, date] | None = None
    words: str | None = None
    note: str | None = None


MAY_CLAIM = re.compile("连续|历史|新高|新低|最高|最低|遏制|减少|首个|首家")
"""A sentence without any of these claims nothing; most have none."""
_NUMBER = r"(\d{1,2}|[一二两三四五六七八九十]{1,3})"
_RUN = re.compile(rf"连续{_NUMBER}个?月")
_FALL = re.compile("下降|减少|降低|回落|双降|两降|下跌")
_RECORD = re.compile(
    r"(?:创|创下|再创)[^，。；]{0,6}(新高|新低)|历史(?:同期)?(?:的)?(最高|最低|新高|新低)|(?:本世纪|近年)来?以?来(?:的)?(最高|最低)"
)
_OTHER = (
    (
        "other",
        "cases_filed",
        "total",
        None,
        re.compile(
            r"遏制[^，。；]{0,16}(?:上升|高发|蔓延)[^，。；]{0,4}(?:势头|态势)|(?:上升|高发)[^，。；]{0,4}(?:势头|态势)[^，。；]{0,6}遏制"
        ),
    ),
    (
        "other",
        "smuggling_suspects",
        "role/illegal_leavers",
        None,
        re.compile(r"出境[^。；]{0,30}(?:大幅|明显)减少"),
    ),
    (
        "rank",
        "anti_fraud_centres",
        "level/township",
        1.0,
        re.compile(
            r"全国首(?:个|家)[^。；，]{0,12}(?:街乡|乡镇|街道)[^。；，]{0,6}反诈[^。；，]{0,6}中心"
        ),
    ),
)
_RESULTS = (
    (re.compile("打击(?:战果|成果|成效|力度)"), ("cases_solved", "suspects_arrested")),
    (re.compile("劝阻"), ("persons_dissuaded",)),
    (re.compile("(?:避免|挽回)[^，。；]{0,6}损失"), ("losses_averted",)),
    (re.compile("止付"), ("funds_stopped",)),
    (re.compile("返还|追赃|追缴"), ("funds_recovered",)),
)


def _months(number: str) -> int:
    digits = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
    if number.isdigit():
        return int(number)
    head, ten, tail = number.rpartition("十")
    return digits.get(head, 1) * 10 + digits.get(tail, 0) if ten else digits.get(number, 0)


def claims(
    sentence: str, start: int, whens: list[When], carried: When | None, issued: date | None
) -> Iterator[Said]:
    """All claims of one sentence, which begins at `start` of the text."""
    for match in _RUN.finditer(sentence):
        yield from _run(sentence, start, match, whens, issued)
    for match in _RECORD.finditer(sentence):
        kind = "record_low" if "低" in match[0] else "record_high"
        clauses = re.split("[，；]", sentence[: match.start()])
        clause = clauses[-1]
        when = _before(whens, start + match.start()) or carried
        names = [name for _, _, name in changes.subjects(clause)]
        results = [n for pattern, found in _RESULTS if pattern.search(clause) for n in found]
        if "losses_averted" in results:
            names = [name for name in names if name != "losses_reported"]
        for name in dict.fromkeys(results + [n for n in names if n not in results]):
            at = start + match.start() - len(clause)
            yield Said(
                at,
                start + match.end(),
                kind,
                name,
                window=when.window if when else None,
                words=when.words if when else None,
            )
    for kind, name, scope, value, pattern in _OTHER:
        for match in pattern.finditer(sentence):
            when = _before(whens, start + match.start()) or carried
            yield Said(
                start + match.start(),
                start + match.end(),
                kind,
                name,
                scope,
                value=value,
                window=when.window if when else None,
                words=when.words if when else None,
                note="said without a figure" if kind == "other" else None,
            )


def _before(whens: list[When], at: int) -> When | None:
    before = [w for w in whens if w.start < at and w.counts and w.window]
    return before[-1] if before else None


def _run(
    sentence: str, start: int, match: re.Match[str], whens: list[When], issued: date | None
) -> Iterator[Said]:
    clause_from = (
        max(
            sentence.rfind("；", 0, match.start()),
            sentence.rfind("，", 0, max(0, match.start() - 24)),
        )
        + 1
    )
    stop = re.search("[；。]|，(?!同比|环比)", sentence[match.end() :])
    clause = sentence[clause_from : match.end() + (stop.start() if stop else len(sentence))]
    if not _FALL.search(clause):
        return
    months = _months(match[1])
    yearly, monthly = "同比" in clause or "同期" in clause, "环比" in clause
    kind = "yoy_decline_run" if yearly else "mom_decline_run" if monthly else "other"
    names = dict.fromkeys(name for _, _, name in changes.subjects(clause))
    if not names and "两降" in clause + sentence[match.end() :]:
        names = dict.fromkeys(["cases_filed", "losses_reported"])
    when = _before(whens, start + match.start())
    window = when.window if when and when.window and _length(when.window) == months else None
    words = when.words if window and when else match[0]
    note = None
    if window is None and issued and months:
        window = _ending_before(issued, months)
        note = "window inferred: the last full months before the day of issue"
    for name in names:
        yield Said(
            start + clause_from,
            start + clause_from + len(clause),
            kind,
            name,
            value=float(months),
            window=window,
            words=words,
            note=note,
        )


def _length(window: tuple[date, date]) -> int:
    first, last = window
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _ending_before(issued: date, months: int) -> tuple[date, date]:
    last = issued.replace(day=1) - timedelta(days=1)
    count = last.year * 12 + last.month - 1 - (months - 1)
    return date(count // 12, count % 12 + 1, 1), last
