"""Dimensions: units as powers of base units, with the arithmetic that proves a formula.

A formula is run on `Unit`s instead of numbers; adding unlike ones is an error. Names of units in
words are `research.lang`'s.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class DimensionError(TypeError):
    """A formula adds unlike units, or its result has not the unit that the metric declares."""


class Constant(float):
    """A number of a formula with a unit of its own; its source is written beside it.

    >>> Unit.parse("area") / Constant(333, "area")
    Unit(share)
    """

    unit: str

    def __new__(cls, value: float, unit: str) -> Constant:
        made = super().__new__(cls, value)
        made.unit = unit
        return made


@dataclass(frozen=True)
class Unit:
    """A unit as powers of base units, with the arithmetic of dimensions.

    >>> Unit.parse("person per case") * Unit.parse("case")
    Unit(person)
    """

    powers: tuple[tuple[str, int], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Unit:
        """From `a`, `a per b`, `a per 1000 b per c`, or `share`: a number is no dimension."""
        above, *below = (re.sub(r"^\d+ ", "", part) for part in text.split(" per "))
        powers = Counter({above: 1})
        powers.subtract(below)
        powers.pop("share", None)
        return cls._of(powers)

    @classmethod
    def _of(cls, powers: Mapping[str, int]) -> Unit:
        return cls(tuple(sorted((u, p) for u, p in powers.items() if p)))

    def _times(self, other: Unit | float, sign: int) -> Unit:
        powers = Counter(dict(self.powers))
        for unit, power in _unit_of(other).powers:
            powers[unit] += sign * power
        return Unit._of(powers)

    def __mul__(self, other: Unit | float) -> Unit:
        return self._times(other, 1)

    __rmul__ = __mul__

    def __truediv__(self, other: Unit | float) -> Unit:
        return self._times(other, -1)

    def __rtruediv__(self, other: float) -> Unit:
        return _unit_of(other) / self

    def __add__(self, other: Unit | float) -> Unit:
        like = _unit_of(other)
        if like != self:
            raise DimensionError(f"cannot add or subtract {self} and {like}")
        return self

    __radd__ = __sub__ = __rsub__ = __add__

    def __repr__(self) -> str:
        return f"Unit({' '.join(u if p == 1 else f'{u}^{p}' for u, p in self.powers) or 'share'})"


def _unit_of(value: Unit | float) -> Unit:
    if isinstance(value, Constant):
        return Unit.parse(value.unit)
    return value if isinstance(value, Unit) else Unit()


def scale_of(unit: str) -> float:
    """By how much a result is multiplied to be in a unit: 1000 for `den per 1000 case`.

    >>> scale_of("den per 1000 case"), scale_of("person per case")
    (1000.0, 1.0)
    """
    found = 1.0
    for part in unit.split(" per ")[1:]:
        if number := re.match(r"\d+ ", part):
            found *= float(number.group())
    return found


def counted_as(unit: str, quantity: Any) -> Any:
    """Count a quantity in another unit: a call, a message and a visit are all contacts."""
    return Unit.parse(unit) if isinstance(quantity, Unit) else quantity
