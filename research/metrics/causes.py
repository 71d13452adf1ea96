"""Conflicts as a person reads them: who disagrees with whom, by how much, and a likely cause.

A cause is suggested only where a known pattern fits; it is a place to look, never a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import polars as pl

from research.metrics.conflicts import Resolution
from research.metrics.polytope import Polytope
from research.metrics.statements import Statement

CAUSES = {
    "unit": {"zh": "单位误写（万与亿）", "en": "万 printed for 亿, or the reverse"},
    "stale": {"zh": "旧数用于新时段", "en": "an old figure announced for another window"},
    "part": {"zh": "部分当作总体，或总体不含该部分", "en": "a part above its whole"},
    "running_total": {"zh": "累计数当作当期数", "en": "a running total announced as a period"},
    "base": {
        "zh": "基数经修正，或同比另有口径",
        "en": "a restated or different base of the change",
    },
    "definition": {"zh": "口径或统计时点不同", "en": "another definition or another count"},
    "unknown": {"zh": "原因不明", "en": "no known pattern"},
}
"""Known patterns, in the order in which they are tried."""

SCHEMA = {
    "conflict": pl.Int64,
    "id": pl.String,
    "kind": pl.String,
    "source_id": pl.String,
    "said": pl.String,
    "start": pl.Date,
    "end": pl.Date,
    "set_aside": pl.Boolean,
    "stated_low": pl.Float64,
    "stated_high": pl.Float64,
    "implied_low": pl.Float64,
    "implied_high": pl.Float64,
    "factor": pl.Float64,
    "cause": pl.String,
}


def _factor(stated: tuple[float, float], implied: tuple[float, float]) -> float:
    """How many times apart the nearest ends of two intervals are; 1 where they meet."""
    above, below = sorted([stated, implied], reverse=True)
    return above[0] / below[1] if below[1] > 0 else float("inf")


def _cause(members: Sequence[Statement], factor: float, totals: set[str]) -> str:
    levels = [s for s in members if s.kind in ("level", "part", "whole")]
    pairs = list(combinations(levels, 2))
    if any(0.8 < factor / power < 1.25 for power in (1e4, 1e8)):
        return "unit"
    if any(a.said == b.said and (a.start, a.end) != (b.start, b.end) for a, b in pairs):
        return "stale"
    if any(s.kind in ("part", "whole", "provinces") for s in members):
        return "part"
    if any(s.id in totals for s in levels) and len(levels) == len(members):
        return "running_total"
    if any(s.kind in ("change", "comparison") for s in members):
        return "base"
    if any((a.start, a.end) == (b.start, b.end) for a, b in pairs):
        return "definition"
    return "unknown"


def explained(polytope: Polytope, resolution: Resolution, running_totals: set[str]) -> pl.DataFrame:
    """One row a statement in a conflict: what it states, what the others of the conflict imply.

    `factor`: how many times apart the two are at least. Uses the polytope and leaves it changed.
    """
    rows = []
    aside = resolution.ever_set_aside
    for number, conflict in enumerate(resolution.conflicts, start=1):
        members = sorted(
            (polytope.statements[name] for name in conflict), key=lambda s: (s.weight, s.id)
        )
        gaps = []
        for member in members:
            polytope.use(conflict - {member.id})
            gaps.append(polytope.implied(member))
        cause = _cause(members, _factor(members[0].stated, gaps[0]), running_totals)
        for member, implied in zip(members, gaps, strict=True):
            about = (
                member.id,
                member.kind,
                member.source_id,
                member.said,
                member.start,
                member.end,
            )
            factor = _factor(member.stated, implied)
            rows.append(
                (number, *about, member.id in aside, *member.stated, *implied, factor, cause)
            )
    return pl.DataFrame(rows, SCHEMA, orient="row")
