"""Changes on the year before: which rates of a sentence, of what, up or down.

A rate that names its own subject (立案数同比下降18.7%) stands alone; one that follows a figure
belongs to it; 分别 deals several out in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from research.loaders.bulletin.horizon import Horizon
from research.loaders.bulletin.lexicon import matches, pattern
from research.loaders.bulletin.quantities import Quantity
from research.loaders.bulletin.sentences import Sentence
from research.loaders.bulletin.windows import When

_UP = "上升|增长|增加|提升|上涨|攀升|提高|飙升|上扬|多了|升"
_DOWN = "下降|减少|降低|下跌|下滑|回落|减|降|少"
_MOVE = re.compile(
    rf"({_UP}|{_DOWN})(?:了|幅度?|超|近|约|逾|达到?|为|到|幅达|分别为?|均?超过?|至)*$"
)
_YEARLY = re.compile(
    r"同比|(?:比|较|与|和)(?:去年|上年|上一年|前一年|往年)?度?(?:的)?同期(?:相比)?|(?:比|较)(?:上年|去年|上一年|前一年)"
    r"|(?:去年|上年)同期|年同比|同期相比"
)
_MONTHLY = re.compile(r"环比|(?:与|比|较)\d{1,2}月份?|(?:比|较)(?:上月|上一?季度|上期)")
_AGAINST = re.compile(r"(?:比|较|与|是)((?:19|20)\d\d)年")
_SUBJECTS = (
    ("criminal_cases_filed", r"刑事(?:案件|犯罪|警情)…(?:立案|发案)数?|立刑事案件数?"),
    ("cases_concluded_first_instance", r"审结…案件数"),
    ("persons_sentenced", r"判处…人数"),
    ("cases_filed", r"立(?:电信)?网络诈骗…案件|立电信…诈骗…案件|立案(?:数|总数)?"),
    ("cases_filed", r"发案(?:数|率|总量|量)?|案发数|案件数(?!…损失)|案件总[量数]|既遂案件数?"),
    ("fraud_police_calls", r"警情(?:数|量)?|接报(?:警|案件)数?"),
    ("losses_averted", r"(?:避免|挽回)…损失(?:金额)?"),
    (
        "losses_reported",
        r"损失(?:数|金额|总额|额)?|被骗(?:金额|资金|总额)|财损(?:数|金额)?|涉案金额",
    ),
    ("cases_solved", r"破案(?:数|总数|量)?|破获…(?:案件)?数|侦破…数"),
    ("suspects_arrested", r"抓获…数?|打击处理…数"),
    ("suspects_detained", r"刑拘…数"),
    ("clearance_rate", r"破案率"),
)
_NAMED = [(name, pattern(words)) for name, words in _SUBJECTS]
_AVERAGE = re.compile("日均|月均|户均|人均")
_BARE = re.compile(r"[、，]?(?:和|及|与|以及)?(?:分别)?")


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of change: its words of direction, and against what: yoy, mom, a year or nothing."""

    base: str
    words: str


@dataclass(frozen=True)
class Named:
    """What a ratio turned out to be: figures of series that it names, or why it is none."""

    figures: tuple[dict[str, Any], ...] = ()
    refused: str | None = None


class Changed(Protocol):
    """A figure that can take a change."""

    change: str | None
    change_span: tuple[int, int] | None


class Rates:
    """The rates of one sentence, in order, and the figures that they may belong to."""

    def __init__(self, s: Sentence, horizon: Horizon) -> None:
        self.s, self.horizon = s, horizon
        self.rate: Rate | None = None
        self.before: list[Changed] = []

    def follow(self, figure: Changed | None) -> None:
        """A level stands here; one that was not understood cuts off those before it."""
        self.before = [*self.before, figure] if figure else []

    def read(self, n: int, place: str | None) -> Named | None:
        """Read the n-th quantity as a change; None if it is a ratio of another kind."""
        s, q = self.s, self.s.quantities[n]
        own = s.own(n)
        rate = _rate(own, s.until(q.start), q.printed, self.rate)
        if rate is None:
            return None if matches(own, "", "%", frozenset()) else Named(refused="ratio")
        self.rate = rate
        if _AVERAGE.search(own):
            return Named(refused="not_a_total")
        when = self.horizon.at(s, q.start)
        year = when.window[0].year - 1 if when and when.window else None
        if rate.base not in ("yoy", str(year)):
            return Named(refused="change_on_another_base" if rate.base else "change_without_base")
        row = s.row(n)
        first = row[0]
        at, count = row.index(n), len(row)
        printed = q.printed if rate.words.startswith("是") else f"同比{rate.words}{q.printed}"
        if rate.words.startswith("是"):
            printed = rate.words + q.printed
        names = [name for _, _, name in subjects(s.own(first))]
        if names:
            return self._of_series(_picked(names, at, count, s.own(first)), printed, q, when, place)
        target = self.before[at - count] if len(self.before) >= count else None
        if target is None or target.change:
            return Named(refused="change_of_what")
        target.change, target.change_span = printed, (q.start, q.end)
        if at == count - 1:
            self.before = []
        return Named()

    def _of_series(
        self, names: list[str], printed: str, q: Quantity, when: When | None, place: str | None
    ) -> Named:
        where = self.s.place(q.start, place)
        if not names or where is None:
            return Named(refused="change_of_what")
        span = q.start, q.end
        said = {
            "start": q.start,
            "end": q.end,
            "geo": where,
            "change": printed,
            "change_span": span,
        }
        if when:
            said |= {"window": when.window, "words": when.words, "certain": when.certain}
        return Named(tuple(said | {"indicator": name} for name in dict.fromkeys(names)))


def _picked(names: list[str], at: int, count: int, own: str) -> list[str]:
    """Of the series named before a row of rates, those that the one at `at` is of."""
    if count > 1:
        return names[at : at + 1] if count == len(names) else []
    return names if re.search("均|都|双", own) else names[-1:]


def _rate(own: str, clause: str, figure: str, last: Rate | None) -> Rate | None:
    """The change that a ratio is, from the words before it; None if it is none.

    `own`: since the quantity before it; `clause`: since the start of the sentence.
    """
    move = _MOVE.search(own)
    bare = _BARE.fullmatch(own) is not None
    if bare and last:
        return last
    base = _base(own) or (_base(clause) if move else "")
    if "番" in figure and not move:
        return Rate(base or _base(clause), "")
    if figure.rstrip("余多").endswith("倍") and re.search(r"(?:同期|的|年)$", own):
        return Rate(base, "是去年同期的")
    return Rate(base, move[1]) if move else None


def _base(words: str) -> str:
    """What a change is measured against: the last such words."""
    found = {
        "yoy": max((m.end() for m in _YEARLY.finditer(words)), default=-1),
        "mom": max((m.end() for m in _MONTHLY.finditer(words)), default=-1),
        **{m[1]: m.end() for m in _AGAINST.finditer(words)},
    }
    name = max(found, key=lambda key: found[key])
    return name if found[name] >= 0 else ""


def subjects(words: str) -> list[tuple[int, int, str]]:
    """Series that a stretch of text names as the subject of a change: (start, end, indicator)."""
    found: list[tuple[int, int, str]] = []
    for name, named in _NAMED:
        for match in named.finditer(words):
            if not any(a < match.end() and match.start() < b for a, b, _ in found):
                found.append((match.start(), match.end(), name))
    return sorted(found)
