"""What a metric is: one short formula with its names, unit, lane and caveats, held in a catalogue.

A formula is ordinary Python arithmetic on `x.<indicator>`. It is run on units to prove its
dimension, on a tracer to learn its inputs, and on Polars expressions to compute. Definitions are in
`definitions.py`, computing in `compute.py`.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

Formula = Callable[[Any], Any]
INF = float("inf")


class DimensionError(TypeError):
    """A formula adds unlike units, or its result has not the unit that the metric declares."""


class Input(NamedTuple):
    """One input of a formula: an indicator, its scope if the formula names one, or a special."""

    name: str
    scope: str | None = None

    @property
    def column(self) -> str:
        """Its stem in a wide frame."""
        return self.name if self.scope is None else f"{self.name}@{self.scope}"


SPECIALS = {"level", "year_before", "change", "days"}
"""Inputs of a metric of any indicator: its figure, its figure for the same window a year before,
its printed year-on-year change as a fraction, and the days of the window."""


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
class Unit:
    """A unit as powers of base units, with the arithmetic of dimensions.

    >>> Unit.parse("person per case") * Unit.parse("case")
    Unit(person)
    """

    powers: tuple[tuple[str, int], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Unit:
        """From `a`, `a per b`, or `share` (no dimension)."""
        above, _, below = text.partition(" per ")
        powers = Counter({above: 1})
        if below:
            powers[below] -= 1
        powers.pop("share", None)
        return cls._of(powers)

    @classmethod
    def _of(cls, powers: Mapping[str, int]) -> Unit:
        return cls(tuple(sorted((u, p) for u, p in powers.items() if p)))

    def _times(self, other: Unit | float, sign: int) -> Unit:
        if not isinstance(other, Unit):
            return self
        powers = Counter(dict(self.powers))
        for unit, power in other.powers:
            powers[unit] += sign * power
        return Unit._of(powers)

    def __mul__(self, other: Unit | float) -> Unit:
        return self._times(other, 1)

    __rmul__ = __mul__

    def __truediv__(self, other: Unit | float) -> Unit:
        return self._times(other, -1)

    def __add__(self, other: Unit | float) -> Unit:
        like = other if isinstance(other, Unit) else Unit()
        if like != self:
            raise DimensionError(f"cannot add or subtract {self} and {like}")
        return self

    __radd__ = __sub__ = __rsub__ = __add__

    def __repr__(self) -> str:
        return f"Unit({' '.join(u if p == 1 else f'{u}^{p}' for u, p in self.powers) or 'share'})"


def counted_as(unit: str, quantity: Any) -> Any:
    """Count a quantity in another unit: a call, a message and a visit are all contacts."""
    return Unit.parse(unit) if isinstance(quantity, Unit) else quantity


@dataclass(frozen=True, eq=False)
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

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """What the formula takes, in the order of first use."""
        taken: dict[Input, None] = {}

        def take(item: Input) -> Unit:
            taken[item] = None
            return _Anything()

        self.formula(Inputs(take))
        return tuple(taken)

    @property
    def of_any_indicator(self) -> bool:
        """Whether it is a formula over whatever indicator is asked for."""
        return any(item.name in SPECIALS for item in self.inputs)

    @property
    def in_percent(self) -> bool:
        """Whether readers expect percent: a share of a whole, or growth."""
        return self.within[1] == 1 or self.is_growth

    @property
    def is_growth(self) -> bool:
        """Whether it is a change on a base, and so can be negative."""
        return self.within[0] == -1

    @property
    def caveat(self) -> str:
        """What a careful reader must know: the docstring of the formula."""
        return inspect.cleandoc(self.formula.__doc__ or "")

    @property
    def text(self) -> str:
        """The formula as it is written."""
        return inspect.getsource(self.formula).rpartition("return ")[2].strip()

    def check_units(self, units: Mapping[str, str]) -> None:
        """Prove the dimension of the formula; `units` maps an indicator to its unit.

        Raises `DimensionError`, or `KeyError` for an indicator that does not exist.
        """
        level = units.get("level", "level")
        special = {"level": level, "year_before": level, "change": "share", "days": "day"}

        def take(item: Input) -> Unit:
            unit = special[item.name] if item.name in SPECIALS else units[item.name]
            return Unit.parse("yuan" if unit == "money" else unit)

        declared = Unit.parse(self.unit.replace("{unit}", level))
        found = self.formula(Inputs(take))
        if found != declared:
            raise DimensionError(f"{self.name}: declared {declared}, but the formula is {found}")

    def __str__(self) -> str:
        return f"{self.name}  {self.zh} · {self.en} [{self.unit}] = {self.text}\n    {self.caveat}"

    def _repr_html_(self) -> str:
        return (
            f"<p><strong>{self.zh} · {self.en}</strong> <code>{self.name}</code> [{self.unit}]<br>"
            f"<code>{self.text}</code><br>{self.caveat}</p>"
        )


class _Anything(Unit):
    """A unit that goes with every other: for learning which inputs a formula takes."""

    def __add__(self, other: Unit | float) -> Unit:
        return self

    __radd__ = __sub__ = __rsub__ = __add__

    def _times(self, other: Unit | float, sign: int) -> Unit:
        return self

    def __rtruediv__(self, other: float) -> Unit:
        return self


CATALOGUE: dict[str, Metric] = {}


def metric(
    *,
    lane: str,
    unit: str,
    zh: str,
    en: str,
    within: tuple[float, float] = (0.0, INF),
    kinds: tuple[str, ...] = ("flow",),
) -> Callable[[Formula], Metric]:
    """Put a formula into the catalogue. Its docstring is the caveat shown beside every value.

    `unit` is `a`, `a per b` or `share`; `within` are the ends that the result cannot leave.

    >>> @metric(lane="cards", unit="person per gang", zh="每团伙人数", en="Suspects per card gang")
    ... def suspects_per_gang(x):
    ...     "Gangs and suspects are counted in one window, not gang by gang."
    ...     return x.card_suspects / x.card_gangs
    >>> [item.name for item in suspects_per_gang.inputs]
    ['card_suspects', 'card_gangs']
    >>> del CATALOGUE["suspects_per_gang"]
    """

    def register(formula: Formula) -> Metric:
        made = Metric(formula.__name__, formula, lane, unit, zh, en, within, kinds)
        CATALOGUE[made.name] = made
        return made

    return register


def listing() -> Iterator[str]:
    """The catalogue as lines, lane by lane."""
    for made in sorted(CATALOGUE.values(), key=lambda m: (m.lane, m.name)):
        yield f"{made.lane:15} {made.name:32} {made.zh} · {made.en} [{made.unit}]"
