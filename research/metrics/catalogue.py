"""What a metric is: one short formula with its names, unit, lane and caveats, held in a catalogue.

A formula is ordinary Python arithmetic on `x.<indicator>`. It is run on units to prove its
dimension, on words to write it and to learn its inputs, and on Polars expressions to compute.
Definitions are in `definitions/`, computing in `compute.py`, how it all shows in `display.py`.
"""

from __future__ import annotations

import csv
import difflib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple

from research.lang import Lang
from research.metrics.units import DimensionError, Unit, scale_of
from research.record.record import RecordError
from research.record.tables import TABLES

Quantity = Any
"""What a formula is run on: a unit, words, or a Polars expression."""
Formula = Callable[[Any], Any]
INF = float("inf")
SHARE = (0.0, 1.0)
GROWTH = (-1.0, INF)
ANY_NUMBER = (-INF, INF)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Input(NamedTuple):
    """One input of a formula: an indicator, its scope if the formula names one, or a special."""

    name: str
    scope: str | None = None

    @property
    def column(self) -> str:
        """Its stem in a wide frame."""
        return self.name if self.scope is None else f"{self.name}@{self.scope}"


OF_WINDOW = {"days": "day", "population": "person"}
"""Inputs that the window and the place give, with their units: no indicator is needed."""
OF_ANY = ("level", "year_before", "change")
"""Inputs of a metric of any indicator: its figure, its figure for the same window a year before,
and its printed year-on-year change as a fraction."""


class Inputs:
    """The `x` of a formula: `x.cases_solved`, or `x["persons_protected", "national_and_local"]`."""

    def __init__(self, take: Callable[[Input], Any]) -> None:
        self._take = take

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._take(Input(name))

    def __getitem__(self, named: tuple[str, str]) -> Any:
        return self._take(Input(*named))


@dataclass(frozen=True)
class _Words:
    """A formula as text: `rank` is 0 for a sum, 1 for a product, 2 for a name."""

    text: str
    rank: int = 2

    def _joined(self, sign: str, other: _Words | float, *, turned: bool = False) -> _Words:
        rank = 0 if sign in "+−-" else 1
        said = other if isinstance(other, _Words) else _Words(f"{other:g}")
        left, right = (said, self) if turned else (self, said)
        # What stands behind − or / needs brackets at its own rank too: a − (b − c).
        strict = rank + (sign != "+")
        return _Words(f"{left._within(rank)} {sign} {right._within(strict)}", rank)

    def _within(self, rank: int) -> str:
        return self.text if self.rank >= rank else f"({self.text})"

    def __add__(self, other: _Words | float) -> _Words:
        return self._joined("+", other)

    def __radd__(self, other: float) -> _Words:
        return self._joined("+", other, turned=True)

    def __sub__(self, other: _Words | float) -> _Words:
        return self._joined("-", other)

    def __rsub__(self, other: float) -> _Words:
        return self._joined("-", other, turned=True)

    def __mul__(self, other: _Words | float) -> _Words:
        return self._joined("*", other)

    def __rmul__(self, other: float) -> _Words:
        return self._joined("*", other, turned=True)

    def __truediv__(self, other: _Words | float) -> _Words:
        return self._joined("/", other)

    def __rtruediv__(self, other: float) -> _Words:
        return self._joined("/", other, turned=True)


@dataclass(frozen=True, eq=False, repr=False)
class Metric:
    """A named formula over indicators."""

    name: str
    formula: Formula = field(repr=False)
    lane: str
    unit: str
    zh: str
    en: str
    within: tuple[float, float] = (0.0, INF)
    kinds: tuple[str, ...] = ("flow",)
    geo: str | None = None

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """What the formula takes, in the order of first use."""
        taken: dict[Input, None] = {}
        self.written(lambda item: taken.setdefault(item) or item.column)
        return tuple(taken)

    @property
    def of_any_indicator(self) -> bool:
        """Whether it is a formula over whatever indicator is asked for."""
        return any(item.name in OF_ANY for item in self.inputs)

    @property
    def in_percent(self) -> bool:
        """Whether readers expect percent: a share of a whole, or growth."""
        return self.within[1] == 1 or self.is_growth

    @property
    def is_growth(self) -> bool:
        """Whether it is a change on a base, and so can be negative."""
        return self.within[0] == -1

    @property
    def scale(self) -> float:
        """By how much the formula is multiplied to be in the unit: 1000 for `a per 1000 b`."""
        return scale_of(self.unit)

    def title(self, lang: Lang) -> str:
        """Its name in a language."""
        return {"zh": self.zh, "en": self.en}[lang]

    def caveat(self, lang: Lang) -> str:
        """What a careful reader must know: the lines of the docstring that are in the language.

        Where it has no Chinese line, the English ones stand in.
        """
        lines = inspect.cleandoc(self.formula.__doc__ or "").split("\n")
        chinese = [line for line in lines if _CHINESE.search(line)]
        if lang == "zh" and chinese:
            return "".join(chinese)
        return " ".join(line for line in lines if line and line not in chinese)

    def written(self, name: Callable[[Input], str]) -> str:
        """The formula as text, its inputs under the names that `name` gives them."""
        said: _Words = self.formula(Inputs(lambda item: _Words(name(item))))
        return said.text

    @property
    def text(self) -> str:
        """The formula in the record's own names.

        >>> CATALOGUE["arrests_per_case"].text
        'suspects_arrested / cases_solved'
        """
        return self.written(lambda item: item.column)

    def check_units(self, units: Mapping[str, str]) -> None:
        """Prove the dimension of the formula; `units` maps an indicator to its unit.

        Raises `DimensionError`, or `RecordError` for an indicator that does not exist.
        """
        level = units.get("level", "level")
        known = {**units, **OF_WINDOW, "level": level, "year_before": level, "change": "share"}

        def take(item: Input) -> Unit:
            if item.name not in known:
                close = difflib.get_close_matches(item.name, units, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else ""
                raise RecordError(f"{self.name}: unknown indicator {item.name!r}{hint}")
            unit = known[item.name]
            return Unit.parse("yuan" if unit == "money" else unit)

        declared = Unit.parse(self.unit.replace("{unit}", level))
        found = self.formula(Inputs(take))
        if found != declared:
            raise DimensionError(f"{self.name}: declared {declared}, but the formula is {found}")

    def __repr__(self) -> str:
        from research.metrics.display import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from research.metrics.display import as_html

        return as_html(self)


CATALOGUE: dict[str, Metric] = {}


@cache
def _official_units() -> dict[str, str]:
    """The packaged indicators and their units.

    Read without Polars: this runs at import, and a process that ran Polars must not be forked.
    """
    with (TABLES / "indicators.csv").open(encoding="utf-8", newline="") as file:
        return {row["indicator"]: row["unit"] for row in csv.DictReader(file)}


def metric(
    *,
    lane: str,
    unit: str,
    zh: str,
    en: str,
    within: tuple[float, float] = (0.0, INF),
    kinds: tuple[str, ...] = ("flow",),
    geo: str | None = None,
) -> Callable[[Formula], Metric]:
    """Put a formula into the catalogue. Its docstring is the caveat shown beside every value.

    `unit` is `a`, `a per b`, `a per 1000 b`, or `share`; `within` are the ends that the result
    cannot leave; `geo` is the one place for which it holds, if its numbers are of that place. A
    Chinese line of the docstring is the caveat in Chinese. Raises `DimensionError` where the
    formula has another unit; an indicator of your own record is proved when computed.

    >>> @metric(lane="cards", unit="person per outlet", zh="每网点惩戒人数", en="Per outlet")
    ... def disciplined_per_outlet(x):
    ...     "Counted apart."
    ...     return x.persons_disciplined / x.outlets_punished
    >>> [item.name for item in disciplined_per_outlet.inputs]
    ['persons_disciplined', 'outlets_punished']
    >>> del CATALOGUE["disciplined_per_outlet"]
    """

    def register(formula: Formula) -> Metric:
        made = Metric(formula.__name__, formula, lane, unit, zh, en, within, kinds, geo)
        units = _official_units()
        if all(i.name in units or i.name in OF_WINDOW or i.name in OF_ANY for i in made.inputs):
            made.check_units(units)
        CATALOGUE[made.name] = made
        return made

    return register
