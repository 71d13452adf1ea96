"""Assumptions that narrow bounds. None is made by default; each is named in every result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from research.metrics.statements import INF, Row, Statement, Term, months


class Assumption(Protocol):
    """Anything with a name that turns a span of days into limits."""

    @property
    def name(self) -> str:
        """What results call it."""

    def rows(self, first: date, last: date) -> tuple[Row, ...]:
        """Limits on the series between two days."""


def _years(first: date, last: date) -> list[int]:
    return [
        y
        for y in range(first.year, last.year + 1)
        if first <= date(y, 1, 1) and date(y, 12, 31) <= last
    ]


@dataclass(frozen=True)
class _MaxRatio:
    k: float

    @property
    def name(self) -> str:
        k = f"{self.k:g}"
        return f"max_ratio({k}): no month above {k} times or under 1/{k} of its year's mean"

    def rows(self, first: date, last: date) -> tuple[Row, ...]:
        found = []
        for year in _years(first, last):
            whole = date(year, 1, 1), date(year, 12, 31)
            for month in months(*whole):
                found.append(Row((Term(1.0, *month), Term(-self.k / 12, *whole)), -INF, 0.0))
                found.append(Row((Term(1.0, *month), Term(-1 / self.k / 12, *whole)), 0.0, INF))
        return tuple(found)


@dataclass(frozen=True)
class _Seasonal:
    shares: tuple[float, ...]
    tolerance: float

    @property
    def name(self) -> str:
        shares = ", ".join(f"{share:g}" for share in self.shares)
        return (
            f"seasonal: each month within {self.tolerance:.0%} of its share of the year ({shares})"
        )

    def rows(self, first: date, last: date) -> tuple[Row, ...]:
        found = []
        for year in _years(first, last):
            whole = date(year, 1, 1), date(year, 12, 31)
            for share, month in zip(self.shares, months(*whole), strict=True):
                for side, low, high in (
                    (1 + self.tolerance, -INF, 0.0),
                    (1 - self.tolerance, 0.0, INF),
                ):
                    found.append(Row((Term(1.0, *month), Term(-share * side, *whole)), low, high))
        return tuple(found)


def max_ratio(k: float) -> Assumption:
    """No month is above k times, or under 1/k of, the mean month of its calendar year.

    >>> max_ratio(2).name[:12]
    'max_ratio(2)'
    """
    if k < 1:
        raise ValueError(
            f"max_ratio: k is {k}; a month cannot always be under its year's mean: k ≥ 1"
        )
    return _MaxRatio(k)


def seasonal(shares: Sequence[float], tolerance: float = 0.25) -> Assumption:
    """Each month within `tolerance` (a fraction) of its share of the year; the shares sum to 1."""
    if len(shares) != 12 or abs(sum(shares) - 1) > 1e-6:
        said = f"{len(shares)} that sum to {sum(shares):g}"
        raise ValueError(f"seasonal: give twelve shares that sum to 1, not {said}")
    return _Seasonal(tuple(shares), tolerance)


def as_statement(assumption: Assumption, first: date, last: date) -> Statement:
    """An assumption as a statement that nothing outweighs."""
    rows = assumption.rows(first, last)
    return Statement(assumption.name, "assumption", "", first, last, assumption.name, INF, rows)
