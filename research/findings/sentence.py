"""One sentence of a report, in either language, that cannot hold a number without its interval.

A template has words and holes only; a hole is filled by an interval (`Known`), a window (`Span`), a
count of the record's own rows (an int) or a name. What a report says is `series.py`, `compared.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from research.lang import Lang, between, percent_between, window

_SEE: dict[Lang, str] = {"zh": "看图表", "en": "see"}
_MOST = 6
_NOTHING: dict[Lang, str] = {
    "zh": "所问的范围内，记录里没有足以成句的数字。",
    "en": "The record holds too little of what was asked for to say anything.",
}


@dataclass(frozen=True)
class Known:
    """A number as it is known: between `low` and `high`, in a unit in words or in percent."""

    low: float
    high: float
    unit: str = ""
    percent: bool = False
    signed: bool = True
    digits: int = 6

    def text(self, lang: Lang) -> str:
        """The interval in words, its ends moved outward where digits are left out.

        >>> Known(393_500, 395_000, "cases").text("en")
        '393,500 to 395,000 cases'
        """
        ends = pl.lit(float(self.low)), pl.lit(float(self.high))
        if self.percent:
            said = percent_between(*ends, lang, min(self.digits, 4), signed=self.signed)
        else:
            said = between(*ends, lang, self.digits)
        words = str(pl.select(said).item())
        gap = "" if lang == "zh" else " "
        return f"{words}{gap}{self.unit}" if self.unit else words


@dataclass(frozen=True)
class Span:
    """A window."""

    start: date
    end: date

    def text(self, lang: Lang) -> str:
        """The window as short as its days allow; in Chinese a year is called one.

        >>> Span(date(2022, 1, 1), date(2022, 12, 31)).text("zh")
        '2022年'
        """
        said = str(pl.select(window(pl.lit(self.start), pl.lit(self.end))).item())
        return f"{said}年" if lang == "zh" and said.isdecimal() else said


Part = Known | Span | str | int


@dataclass(frozen=True)
class Finding:
    """A sentence, what a careful reader must add, and the notebook cell that shows it."""

    text: str
    caveat: str
    cell: str


def _filled(template: str, parts: dict[str, Part], lang: Lang) -> str:
    if re.search(r"\d", template):
        raise ValueError(f"a number stands in {template!r}: give it as a Known, a Span or a count")
    said = {}
    for name, part in parts.items():
        if isinstance(part, float) or not isinstance(part, Known | Span | str | int):
            raise TypeError(f"{name}: {part!r} is a number without its interval; give a Known")
        said[name] = part.text(lang) if isinstance(part, Known | Span) else str(part)
    return template.format(**said)


def finding(
    lang: Lang, cell: str, *, zh: str, en: str, caveat: tuple[str, str] = ("", ""), **parts: Part
) -> Finding:
    """A finding shown by `cell`; `caveat` is (zh, en), with the same holes as the sentence.

    Raises `TypeError` for a number that comes without its interval, `ValueError` for one that is
    written into the template.

    >>> finding("en", "trend-announced", zh="{n}", en="It is {n}.", n=Known(1.6, 1.61)).text
    'It is 1.6 to 1.61.'
    """
    templates = {"zh": (zh, caveat[0]), "en": (en, caveat[1])}[lang]
    text, more = (_filled(template, parts, lang) for template in templates)
    return Finding(text, more, cell)


class Findings(tuple[Finding, ...]):
    """Findings as a list that shows itself, each with a link to what shows it."""

    lang: Lang

    def __new__(cls, found: Iterable[Finding | None], lang: Lang) -> Findings:
        """The first six that have something to say, in the order given."""
        said = [item for item in found if item is not None]
        made = super().__new__(cls, tuple(said[:_MOST]))
        made.lang = lang
        return made

    def _repr_markdown_(self) -> str:
        if not self:
            return _NOTHING[self.lang]
        see = _SEE[self.lang]
        lines = []
        for item in self:
            caveat = f" <small>{item.caveat}</small>" if item.caveat else ""
            lines.append(f"- {item.text}{caveat} [{see}](#cell-id={item.cell})")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return "\n".join(f"- {item.text} {item.caveat}".rstrip() for item in self)
