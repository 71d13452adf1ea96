"""A plain text in sentences, each with its quantities, times and subjects; and what 分别 deals out.

What a quantity counts is `reading.py`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from research.loaders.bulletin import places
from research.loaders.bulletin.lexicon import Match, matches, themes
from research.loaders.bulletin.quantities import Quantity
from research.loaders.bulletin.windows import When

_SENTENCE = re.compile(r"[^。！？]{0,1000}(?:[。！？]”?)?")
"""What runs on for a thousand characters is no prose: it is cut, so that time stays linear."""
_TAIL = re.compile(r"[，。；！？\n]|、(?!市）)|同比")
_CLAUSE = re.compile(r"[，。；！？\n]")
_JOINED = re.compile(r"[、，]?(?:和|及|以及|与)?")
_JOINED_RATES = re.compile(rf"{_JOINED.pattern}(?:分别)?(?:上升|增长|下降|减少|提升|增加)?")
_ABOUT = 200  # characters before a sentence that can say what it is about
_REACH = 30  # characters after a figure that can say what it counts


@dataclass(frozen=True)
class Sentence:
    """One sentence; spans are into the whole plain text."""

    start: int
    text: str
    quantities: list[Quantity]
    whens: list[When]
    subjects: list[tuple[int, str | None]]
    about: str
    """The end of what its paragraph said before it."""
    opens: bool
    """Whether a paragraph begins here."""

    def place(self, at: int, otherwise: str | None) -> str | None:
        """Whose figures stand at a place of the text."""
        code = otherwise
        for where, named in self.subjects:
            if where < at - self.start and (named != places.HERE or code == "CN"):
                code = named or None
        return code

    def until(self, at: int) -> str:
        """The sentence up to a place of the text."""
        return self.text[: at - self.start]

    def own(self, n: int) -> str:
        """What stands before the n-th quantity and belongs to no other; articles own nothing, nor
        does what the next quantity follows at once: 督办两批8起."""
        pairs = ((self.quantities[k], self.quantities[k + 1]) for k in range(n - 1, -1, -1))
        before = (q.end for q, after in pairs if not q.article and q.end < after.start)
        start = next(before, self.start)
        return self.text[start - self.start : self.quantities[n].start - self.start].rsplit("；")[
            -1
        ]

    def tail(self, n: int) -> str:
        """What stands after the n-th quantity in its clause."""
        end, reach, stops = self.quantities[n].end - self.start, _REACH, _TAIL
        if self.quantities[n].measure == "次":
            if self.text[:end].endswith("先后" + self.quantities[n].printed):
                reach, stops = 2 * _REACH, _CLAUSE  # 先后6次组织甲、乙等地民警赴丙国
        elif n + 1 < len(self.quantities):
            reach = min(reach, self.quantities[n + 1].start - self.start - end)
        return stops.split(self.text[end : end + reach])[0]

    def row(self, n: int) -> list[int]:
        """The quantities that stand in one row with the n-th: 3.9万人、5万人和4万人."""
        first = last = n
        while first > 0 and self._linked(first - 1):
            first -= 1
        while last + 1 < len(self.quantities) and self._linked(last):
            last += 1
        return list(range(first, last + 1))

    def _linked(self, n: int) -> bool:
        a, b = self.quantities[n : n + 2]
        gap = self.text[a.end - self.start : b.start - self.start]
        joined = _JOINED_RATES if a.ratio else _JOINED
        return a.measure == b.measure and bool(joined.fullmatch(gap))


def sentences(
    plain: str, quantities: list[Quantity], whens: list[When], home: str | None
) -> Iterator[Sentence]:
    """The sentences of a text in order."""
    q_starts, w_starts = [q.start for q in quantities], [w.start for w in whens]
    line = 0
    for words in plain.split("\n"):
        for match in _SENTENCE.finditer(words):
            start, stop = line + match.start(), line + match.end()
            if start < stop:
                yield Sentence(
                    start,
                    match[0],
                    quantities[bisect_left(q_starts, start) : bisect_left(q_starts, stop)],
                    whens[bisect_left(w_starts, start) : bisect_left(w_starts, stop)],
                    places.subjects(match[0], home),
                    plain[max(line, start - _ABOUT) : start],
                    start == line,
                )
        line += len(words) + 1


Dealt = dict[int, tuple[When | None, Match | None]]


def dealt(s: Sentence) -> Dealt:
    """分别: the window or indicator of each level in a row, by the number of the quantity."""
    found: Dealt = {}
    n = 0
    while "分别" in s.text and n < len(s.quantities):
        row = s.row(n)
        if len(row) > 1 and not s.quantities[n].ratio and "分别" in s.own(n):
            found |= _deal(s, row, s.own(n))
        n = row[-1] + 1
    return found


def _each_named(own: str, measure: str, count: int) -> list[Match]:
    """起诉甲罪、乙罪、丙罪分别为: what each item of the list counts, with the verb of them all."""
    listed = re.sub("掩饰[、和]?隐瞒", "掩饰隐瞒", own.rpartition("分别")[0])
    items = re.split("[、和及与]+", listed)[-count:]
    verb = re.findall("起诉|提起公诉|批准逮捕|批捕|审结|判处", listed)
    if len(items) < count or not verb:
        return []
    found = [matches(f"{verb[-1]}{item}", "", measure, frozenset()) for item in items]
    best = [each[0] for each in found if each]
    alike = len({match.rule.indicator for match in best}) < count
    return [] if alike else best


def _deal(s: Sentence, row: list[int], own: str) -> Dealt:
    first = s.quantities[row[0]]
    whens = [w for w in s.whens if w.end <= first.start and w.counts and w.window]
    if len(whens) >= len(row):
        return {n: (w, None) for n, w in zip(row, whens[-len(row) :], strict=True)}
    if whens and (window := whens[-1].window):
        years = range(window[0].year, window[1].year + 1)
        if len(years) == len(row):
            each = [replace(whens[-1], window=(date(y, 1, 1), date(y, 12, 31))) for y in years]
            return {n: (w, None) for n, w in zip(row, each, strict=True)}
    if named := _each_named(own, first.measure, len(row)):
        return {n: (None, m) for n, m in zip(row, named, strict=True)}
    best: dict[str, Match] = {}
    for match in matches(own, "", first.measure, themes(s.text)):
        best.setdefault(match.rule.indicator, match)
    if len(best) == len(row):
        ordered = sorted(best.values(), key=lambda match: match.at)
        return {n: (None, m) for n, m in zip(row, ordered, strict=True)}
    return {}
