"""How a result says itself: sentences in two languages, and a refusal where there is no number."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from html import escape

import polars as pl

from research import lang as language
from research.lang import Lang, Prose


class Told(ABC):
    """A result that says itself: `.say(lang)`; in a notebook in both languages."""

    @abstractmethod
    def sentences(self, lang: Lang) -> list[str]:
        """What was found, how strong, on how many points, and what to be careful about."""

    def say(self, lang: Lang) -> Prose:
        """The sentences as one text in a language."""
        return Prose({"zh": "", "en": " "}[lang].join(self.sentences(lang)))

    def table(self) -> pl.DataFrame | None:
        """The numbers, if they are a table."""
        return None

    def __repr__(self) -> str:
        table = self.table()
        return str(self.say("en")) + ("" if table is None else f"\n{table}")

    def _repr_html_(self) -> str:
        table = self.table()
        said = (f'<p lang="{one}">{escape(str(self.say(one)))}</p>' for one in ("zh", "en"))
        return "".join(said) + ("" if table is None else table._repr_html_())


@dataclass(frozen=True, repr=False)
class Refusal(Told):
    """Why a method gives no number. It is false, so that `if found:` reads as it should."""

    zh: str
    en: str

    def __bool__(self) -> bool:
        return False

    def sentences(self, lang: Lang) -> list[str]:
        return [words(lang, self.zh, self.en)]


def words(lang: Lang, zh: str, en: str) -> str:
    """One of two texts, by the language."""
    return {"zh": zh, "en": en}[lang]


def too_few(what: tuple[str, str], points: int, needed: int, why: tuple[str, str]) -> Refusal:
    """A refusal for want of points; `what` and `why` in Chinese and English."""
    return Refusal(
        f"{what[0]}至少需要 {needed} 个数据点，现有 {points} 个：{why[0]}。",
        f"{what[1]} needs at least {needed} points and there are {points}: {why[1]}.",
    )


def figure(value: float, lang: Lang) -> str:
    """An estimate, to four digits: its interval stands beside it."""
    return str(pl.select(language.number(pl.lit(float(value)), lang, 4)).item())


def between(low: float, high: float, lang: Lang) -> str:
    """The interval beside it, rounded outward to as many."""
    if low == float("-inf"):
        return words(lang, "没有界限", "without bounds")
    ends = pl.lit(float(low)), pl.lit(float(high))
    return str(pl.select(language.between(*ends, lang, 4)).item())


def p_text(p: float) -> str:
    """A p-value as it is read: never 0."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def taken_as(frame: pl.DataFrame) -> list[tuple[str, str]]:
    """What a reader must know of the values that a method took for exact."""
    if "path" in frame.columns and "value" in frame.columns:
        zh = "所用数值是界内最平滑的路径，不是公布的数字：p 值和区间只就这条路径而言。"
        en = "The values are the smoothest path inside the bounds, not announced figures: p and "
        return [(zh, f"{en}intervals are of that path only.")]
    if (frame["high"] > frame["low"]).any():
        en = "Figures are taken at their values: the errors do not know their intervals."
        return [("各期取公布的数值，误差未计入其区间。", en)]
    return []
