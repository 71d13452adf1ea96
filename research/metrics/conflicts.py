"""Which statements cannot all be true, and the fewest to set aside so that the rest can.

Conflicts are irreducible: leave out any one statement and the others can be true. The sets to set
aside are the least-weight hitting sets of all conflicts (Reiter 1987, A theory of diagnosis from
first principles). A statement is set aside whole: relaxing it by the least amount would pin the
series to its edge and make bounds falsely tight.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from research.metrics.polytope import Polytope
from research.metrics.statements import Statement

MOST_SETS = 24
"""With more equally light sets than this, their union is set aside: wider than the hull, never
narrower."""


@dataclass(frozen=True)
class Resolution:
    """The conflicts of a series and every least-weight set that resolves them."""

    conflicts: tuple[frozenset[str], ...]
    set_aside: tuple[frozenset[str], ...]

    @property
    def ever_set_aside(self) -> frozenset[str]:
        """Every statement that some smallest set leaves out."""
        return frozenset().union(*self.set_aside)


def disjoint_pairs(statements: Iterable[Statement]) -> list[frozenset[str]]:
    """Pairs that speak of one and the same sum, or ratio of sums, and whose intervals do not meet.

    The program would need levels to tell two rates apart: of nothing, every multiple is nothing.
    """
    same: dict[object, list[tuple[str, float, float]]] = defaultdict(list)
    for statement in statements:
        windows = {tuple((t.start, t.end) for t in row.terms) for row in statement.rows}
        ratio = statement.kind in ("change", "comparison")
        if len(windows) == 1 and (
            ratio or len(statement.rows) == 1 == len(statement.rows[0].terms)
        ):
            same[windows.pop()].append((statement.id, *statement.stated))
    return [
        frozenset((a, b))
        for said in same.values()
        for (a, low_a, high_a), (b, low_b, high_b) in combinations(said, 2)
        if low_a > high_b or low_b > high_a
    ]


def irreducible(
    polytope: Polytope, names: Sequence[str], fixed: Collection[str] = ()
) -> frozenset[str]:
    """A conflict within names, which cannot all be true: drop what the conflict does not need.

    The first names are dropped first, so that what is left is the firmest. `fixed` always hold.
    """
    kept = list(names)
    for name in names:
        fewer = [other for other in kept if other != name]
        if not polytope.feasible({*fewer, *fixed}):
            kept = fewer
    return frozenset(kept)


def _lightest(
    conflicts: Sequence[frozenset[str]], weight: dict[str, float]
) -> list[frozenset[str]]:
    """All least-weight sets that share a statement with every conflict (branch and bound)."""
    best, found = float("inf"), set[frozenset[str]]()
    stack = [(0, frozenset[str](), 0.0)]
    while stack:
        at, chosen, cost = stack.pop()
        if cost > best + 1e-9:
            continue
        while at < len(conflicts) and conflicts[at] & chosen:
            at += 1
        if at == len(conflicts):
            if cost < best - 1e-9:
                best, found = cost, set()
            found.add(chosen)
            continue
        stack += [(at + 1, chosen | {name}, cost + weight[name]) for name in conflicts[at]]
    return sorted(found, key=sorted)


def _directness(kind: str) -> int:
    indirect = ("provinces", "part", "whole", "record_high", "record_low")
    return indirect.index(kind) if kind in indirect else len(indirect)


def resolve(polytope: Polytope, statements: Iterable[Statement]) -> Resolution:
    """Find conflicts until the lightest sets resolve all of them. Leaves all statements in use."""
    statements = list(statements)
    weight = {s.id: s.weight for s in statements}
    everything, conflicts = frozenset(weight), disjoint_pairs(statements)
    kind = {s.id: s.kind for s in statements}
    # A conflict reads best between firm figures of the series itself: drop indirect limits first.
    order = sorted(weight, key=lambda name: (_directness(kind[name]), weight[name], name))
    while True:
        sets = _lightest(conflicts, weight)
        unresolved = next((s for s in sets if not polytope.feasible(everything - s)), None)
        if unresolved is None:
            break
        left = [name for name in order if name not in unresolved]
        conflicts.append(irreducible(polytope, left))
    polytope.use(everything)
    if len(sets) > MOST_SETS:
        sets = [frozenset().union(*sets)]
    return Resolution(tuple(conflicts), tuple(sets))
