"""What a verdict rests on, limit by limit, so that a reader can follow it by hand.

Where one other statement alone keeps a limit, that one is named; else those that hold the bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from research.metrics.polytope import Polytope
from research.metrics.statements import INF, Row, Statement


@dataclass(frozen=True)
class Ground:
    """One limit of a statement: what the others say of the same sum (or sum of multiples of sums).

    `low`, `high`: the least and most that the others allow; infinite at an end that is not limited.
    `alone`: statements each of which keeps
    the limit by itself. `holding`: those that together hold `low` and `high`.
    """

    row: Row
    low: float
    high: float
    alone: tuple[Statement, ...]
    holding: tuple[Statement, ...]

    @property
    def follows(self) -> bool:
        """Whether the others imply the limit."""
        room = 1e-6 * max([1.0, *(abs(end) for end in (self.low, self.high) if abs(end) < INF)])
        below = self.row.low == -INF or self.low >= self.row.low - room
        above = self.row.high == INF or self.high <= self.row.high + room
        return bool(self.alone) or (below and above)


def _keeps(known: Row, row: Row) -> bool:
    """Whether one limit, read by itself, implies another.

    What lies inside of a window sums to no more than the window, as nothing is negative.
    """
    if len(row.terms) > 1 or len(known.terms) > 1:
        return known.terms == row.terms and known.low >= row.low and known.high <= row.high
    inner, outer = known.terms[0], row.terms[0]
    within = outer.start <= inner.start and inner.end <= outer.end
    around = inner.start <= outer.start and outer.end <= inner.end
    return (row.low <= 0 or (within and known.low >= row.low)) and (
        row.high == INF or (around and known.high <= row.high)
    )


def grounds(polytope: Polytope, statement: Statement, others: Sequence[Statement]) -> list[Ground]:
    """A ground for every limit of a statement, from the others; the polytope must hold them."""
    found = []
    for row in statement.rows:
        alone = [s for s in others if any(_keeps(known, row) for known in s.rows)]
        below = row.low > (0 if len(row.terms) == 1 else -INF)
        low, high, names = polytope.extremes_held(row.terms, (below, row.high < INF))
        holding = [s for s in others if s.id in names]
        found.append(Ground(row, low, high, tuple(alone), tuple(holding)))
    return found


def keeping_all(found: Sequence[Ground]) -> tuple[Statement, ...]:
    """Statements each of which by itself keeps every limit."""
    if not found:
        return ()
    every = set.intersection(*({s.id for s in ground.alone} for ground in found))
    return tuple(s for s in found[0].alone if s.id in every)
