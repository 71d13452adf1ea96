"""Conflicts as a person reads them: who disagrees with whom, by how much, and a likely cause.

A cause is suggested only where a known pattern fits; it is a place to look, never a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from research.metrics.conflicts import Resolution
from research.metrics.polytope import Polytope
from research.metrics.statements import INF, Statement

CAUSES = {
    "rounding": {"zh": "进位或约数", "en": "nothing but rounding"},
    "unit": {
        "zh": "单位误写（万与亿）",
        "en": "wan (ten thousand) printed for yi (a hundred million)",
    },
    "digit": {"zh": "多印或少印一位数", "en": "a digit too many or too few"},
    "stale": {"zh": "旧数用于新时段", "en": "an old figure announced for another window"},
    "province": {
        "zh": "地方与全国的统计口径不同",
        "en": "a province counts otherwise than the nation",
    },
    "part": {
        "zh": "总体未含该部分，或部分的口径更宽",
        "en": "a whole that leaves out a part of it",
    },
    "running_total": {"zh": "累计数当作当期数", "en": "a running total announced as a period"},
    "rate": {"zh": "变幅另有对象或基期", "en": "the change of another count, or on another base"},
    "base": {
        "zh": "变幅所用的数经过修正，或另有口径",
        "en": "a change counted on a restated or a different figure",
    },
    "definition": {"zh": "口径或统计时点不同", "en": "another definition or another day of count"},
    "unknown": {"zh": "原因不明", "en": "no known pattern"},
}
"""Known patterns, in the order in which they are tried."""

SCHEMA = {
    "conflict": pl.Int64,
    "member": pl.Int64,
    "id": pl.String,
    "kind": pl.String,
    "source_id": pl.String,
    "said": pl.String,
    "start": pl.Date,
    "end": pl.Date,
    "inferred": pl.Boolean,
    "set_aside": pl.Boolean,
    "always": pl.Boolean,
    "ground": pl.String,
    "stated_low": pl.Float64,
    "stated_high": pl.Float64,
    "implied_low": pl.Float64,
    "implied_high": pl.Float64,
    "factor": pl.Float64,
    "cause": pl.String,
}
_RATES = ("change", "prior", "comparison")
_SUMS = ("level", "part", "whole", "provinces")
_UNITS = (1e4, 1e8)
HARDLY = 1.0025
"""Up to here apart, a quarter of a percent, officials who cut, round and restate still agree."""


@dataclass(frozen=True)
class Disputed:
    """A series in which not all statements can be true, and its conflicts (see `explained`)."""

    indicator: str
    geo: str
    scope: str
    conflicts: pl.DataFrame


def factor_between(stated: tuple[float, float], implied: tuple[float, float]) -> float:
    """How many times apart the nearest ends of two intervals are; 1 where they meet."""
    above, below = sorted([stated, implied], reverse=True)
    if above[0] <= below[1]:
        return 1.0
    return above[0] / below[1] if below[1] > 0 else INF


def _stale(suspect: Statement, others: Iterable[Statement]) -> bool:
    """Whether another window that overlaps its own was given the very same figure earlier."""
    return suspect.kind in ("level", "part") and any(
        other.kind == "level"
        and (other.start, other.end) != (suspect.start, suspect.end)
        and other.stated == suspect.stated
        and suspect.stated[0] >= 10
        and suspect.start <= other.end < suspect.end
        for other in others
    )


def _cause(
    members: Sequence[Statement], implied: tuple[float, float], polytope: Polytope, totals: set[str]
) -> str:
    """The first pattern that fits; `members` begin with the one that yields."""
    suspect, kinds = members[0], {s.kind for s in members}
    sums = [s for s in members if s.kind in _SUMS]
    factor = factor_between(suspect.stated, implied)
    if any(0.8 < factor / power < 1.25 for power in _UNITS):
        return "unit"
    # Half an order of magnitude is more than any definition of one count ever moved another.
    if 10**0.5 < factor < INF and suspect.stated[0] >= 10 and suspect.kind in ("level", "part"):
        return "digit"
    if any(_stale(s, polytope.statements.values()) for s in sums):
        return "stale"
    if "provinces" in kinds:
        return "province"
    if kinds & {"part", "whole"}:
        return "part"
    if kinds <= set(_RATES):
        return "rate"
    if kinds & set(_RATES):
        return "base"
    pairs = list(combinations(sums, 2))
    if any((a.start, a.end) == (b.start, b.end) for a, b in pairs):
        return "definition"
    return "running_total" if any(s.id in totals for s in sums) else "unknown"


def _merged(polytope: Polytope, conflicts: Iterable[frozenset[str]]) -> list[list[frozenset[str]]]:
    """Conflicts as groups of statements that say the same: of one figure, all announcements."""
    alike: dict[object, frozenset[str]] = {}
    for name, statement in polytope.statements.items():
        alike[statement.rows] = alike.get(statement.rows, frozenset()) | {name}
    found = {}
    for conflict in conflicts:
        said = dict.fromkeys(polytope.statements[name].rows for name in sorted(conflict))
        found[frozenset(said)] = [alike[rows] for rows in said]
    return list(found.values())


def explained(polytope: Polytope, resolution: Resolution, running_totals: set[str]) -> pl.DataFrame:
    """One row a statement in a conflict: what it states, what the others of the conflict imply.

    `member`: its place in the conflict; all announcements of one figure are one member.
    `set_aside`: some lightest set leaves it out; `always`: each does. `ground`: why it weighs what
    it weighs. `factor`: how many times apart the two are at least. The conflict furthest apart
    comes first. Uses the polytope and leaves it changed.
    """
    always = frozenset.intersection(*resolution.set_aside)
    aside = resolution.ever_set_aside
    found = []
    for groups in _merged(polytope, resolution.conflicts):
        gaps = []
        for group in groups:
            members = sorted((polytope.statements[n] for n in group), key=lambda s: s.id)
            polytope.use(frozenset().union(*groups) - group)
            gaps.append((members, polytope.implied(members[0])))
        gaps.sort(key=lambda gap: (gap[0][0].id not in aside, gap[0][0].weight, gap[0][0].id))
        far = min(factor_between(members[0].stated, implied) for members, implied in gaps)
        cause = _cause([s for said, _ in gaps for s in said], gaps[0][1], polytope, running_totals)
        found.append((far, gaps, "rounding" if far < HARDLY else cause))
    found.sort(key=lambda conflict: -conflict[0])
    rows = []
    for number, (_, gaps, cause) in enumerate(found, start=1):
        for at, (members, implied) in enumerate(gaps, start=1):
            for s in members:
                about = (s.id, s.kind, s.source_id, s.said, s.start, s.end, s.inferred)
                treated = (s.id in aside, s.id in always, s.ground)
                factor = factor_between(s.stated, implied)
                rows.append((number, at, *about, *treated, *s.stated, *implied, factor, cause))
    return pl.DataFrame(rows, SCHEMA, orient="row")


def not_seen(conflicts: pl.DataFrame, seen: set[frozenset[str]]) -> pl.DataFrame:
    """Conflicts between statements that no earlier series has shown; remembers them in `seen`.

    A part above its whole is a conflict of both series, and one to a person.
    """
    kept = []
    for number, names in conflicts.group_by("conflict", maintain_order=True).agg("id").iter_rows():
        if (members := frozenset(names)) not in seen:
            seen.add(members)
            kept.append(number)
    return conflicts.filter(pl.col("conflict").is_in(kept))
