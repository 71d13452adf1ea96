"""Which statements cannot all be true, and the lightest sets to set aside: against brute force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import research as rs
from research.metrics.conflicts import MOST_SETS, Resolution, irreducible, resolve
from research.metrics.polytope import Polytope
from research.metrics.statements import Statement
from tests.metrics.test_polytope import HALF, REST, YEAR, Program, level, ratio
from tests.metrics.test_statements import INF, span

FIRST = date(2021, 1, 1)
WEIGHTS = st.sampled_from([1.0, 4.0, 10.0, 20.0, 100.0])


@dataclass
class Planted:
    """A truth of 24 months, true statements, and false ones planted among them."""

    monthly: list[int]
    statements: list[Statement]
    false: frozenset[str]

    @property
    def without(self) -> dict[str, Statement]:
        return {s.id: s for s in self.statements}


@st.composite
def planted(draw: st.DrawFn) -> Planted:
    size = draw(st.sampled_from([1, 1000, 10**8]))
    months = st.lists(st.integers(1, 900), min_size=24, max_size=24)
    monthly = [n * size for n in draw(months)]
    ends = st.tuples(st.integers(0, 23), st.integers(0, 12)).map(
        lambda pair: (pair[0], min(sum(pair), 23))
    )
    windows = draw(st.lists(ends, min_size=3, max_size=6))
    said, false = [], set()
    for n, (at, last) in enumerate(windows):
        total = sum(monthly[at : last + 1])
        name, weight = f"true{n}", draw(WEIGHTS)
        said.append(level(name, span(FIRST, at, last), 0.99 * total, 1.01 * total, weight))
        if at >= 12 and draw(st.booleans()):
            base = sum(monthly[at - 12 : last - 11])
            windows_of = span(FIRST, at, last), span(FIRST, at - 12, last - 12)
            change = total / base
            said.append(ratio(f"change{n}", *windows_of, 0.99 * change, 1.01 * change))
    for n in range(draw(st.integers(1, 2))):
        at, last = draw(st.sampled_from(windows) | ends)
        wrong = sum(monthly[at : last + 1]) * draw(st.sampled_from([1e4, 1.5, 0.5]))
        window = span(FIRST, at, last)
        said.append(level(f"false{n}", window, 0.99 * wrong, 1.01 * wrong, draw(WEIGHTS)))
        false.add(f"false{n}")
    return Planted(monthly, said, frozenset(false))


def resolved(statements: Sequence[Statement]) -> Resolution:
    return resolve(Polytope(statements), statements)


def can_all_be_true(statements: Sequence[Statement]) -> bool:
    return not statements or Program(statements).feasible_at_all()


def lightest_by_trial(statements: Sequence[Statement]) -> set[frozenset[str]]:
    """All least-weight sets whose absence lets the rest be true, by trying every set."""
    sets = [s for n in range(len(statements) + 1) for s in combinations(statements, n)]
    best, found = INF, set()
    for left_out in sorted(sets, key=lambda kept: sum(s.weight for s in kept)):
        weight = sum(s.weight for s in left_out)
        if weight > best:
            break
        if can_all_be_true([s for s in statements if s not in left_out]):
            best = weight
            found.add(frozenset(s.id for s in left_out))
    return found


@settings(deadline=None, max_examples=40)
@given(planted())
def test_every_conflict_is_irreducible(made: Planted) -> None:
    known = made.without
    conflicts = resolved(made.statements).conflicts
    assert bool(conflicts) == (not can_all_be_true(made.statements))
    for conflict in conflicts:
        assert not can_all_be_true([known[name] for name in conflict])
        for name in conflict:
            assert can_all_be_true([known[other] for other in conflict - {name}])


@settings(deadline=None, max_examples=40)
@given(planted())
def test_the_sets_set_aside_are_all_the_lightest(made: Planted) -> None:
    found = resolved(made.statements)
    assert set(found.set_aside) == lightest_by_trial(made.statements)


@settings(deadline=None, max_examples=40)
@given(planted())
def test_every_conflict_holds_something_false(made: Planted) -> None:
    assert all(conflict & made.false for conflict in resolved(made.statements).conflicts)


@settings(deadline=None, max_examples=30)
@given(planted())
def test_the_hull_contains_the_truth_when_the_false_are_a_lightest_set(made: Planted) -> None:
    months = [span(FIRST, at, at) for at in range(24)]
    polytope = Polytope(made.statements, months)
    found = resolve(polytope, made.statements)
    # A false figure that contradicts nothing misleads: no arithmetic can find it.
    if not any(made.false <= aside for aside in found.set_aside):
        return
    ends = []
    for aside in found.set_aside:
        polytope.use(frozenset(made.without) - aside)
        ends.append([polytope.bound(*window) for window in months])
    lows, highs = np.array(ends)[..., 0].min(axis=0), np.array(ends)[..., 1].max(axis=0)
    truth = np.array(made.monthly)
    assert (lows <= truth * (1 + 1e-6)).all()
    assert (truth <= highs * (1 + 1e-6)).all()


def test_what_can_be_true_has_no_conflict_and_nothing_to_set_aside() -> None:
    found = resolved([level("year", YEAR, 1200, 1300), level("half", HALF, 500, 600)])
    assert found == Resolution((), (frozenset(),))


def test_two_equal_weights_that_disagree_give_two_sets() -> None:
    said = [level("a", YEAR, 1200, 1300), level("b", YEAR, 2400, 2500), level("c", HALF, 900, 900)]
    found = resolved(said)
    assert found.conflicts == (frozenset("ab"),)
    assert found.set_aside == (frozenset("a"), frozenset("b"))
    assert found.ever_set_aside == frozenset("ab")


def test_the_lighter_of_two_that_disagree_yields() -> None:
    said = [level("a", YEAR, 1200, 1300, weight=100.0), level("b", YEAR, 2400, 2500, weight=4.0)]
    assert resolved(said).set_aside == (frozenset("b"),)


def test_one_false_figure_against_three_is_set_aside_alone() -> None:
    said = [
        level("half", HALF, 500, 510),
        level("rest", REST, 700, 710),
        level("year", YEAR, 1200, 1220),
        level("false", YEAR, 12_000_000, 12_200_000),
    ]
    found = resolved(said)
    assert found.set_aside == (frozenset({"false"}),)
    assert frozenset({"year", "false"}) in found.conflicts


def test_two_light_ones_yield_before_one_heavy() -> None:
    said = [
        level("heavy", YEAR, 1200, 1300, weight=100.0),
        level("light1", HALF, 1400, 1500, weight=10.0),
        level("light2", REST, 1600, 1700, weight=20.0),
    ]
    assert resolved(said).set_aside == (frozenset({"light1", "light2"}),)


def test_too_many_equal_sets_are_joined_into_one() -> None:
    pairs = [
        level(f"{name}{n}", span(FIRST, n, n), size, size)
        for n in range(5)
        for name, size in (("a", 10), ("b", 20))
    ]
    assert MOST_SETS < 2**5
    found = resolved(pairs)
    assert found.set_aside == (frozenset(s.id for s in pairs),)


def test_what_is_fixed_stays_out_of_the_conflict_but_holds() -> None:
    said = [level("year", YEAR, 1200, 1300), level("half", HALF, 1400, 1500)]
    polytope = Polytope([*said, level("other", REST, 5, 6)])
    assert irreducible(polytope, ["other", "half"], ["year"]) == {"half"}


# Through a record


def record(*figures: tuple[str, str, str]) -> rs.Record:
    rows = [
        {
            "source_id": f"s{n}",
            "indicator": "cases_solved",
            "start": date.fromisoformat(start),
            "end": date.fromisoformat(end),
            "printed": printed,
        }
        for n, (start, end, printed) in enumerate(figures)
    ]
    return rs.Record(observations=pl.DataFrame(rows))


@pytest.mark.parametrize(
    "figures",
    [
        [("2021-01-01", "2021-12-31", "39.4万起"), ("2022-01-01", "2022-12-31", "39.4万起")],
        [("2022-01-01", "2022-12-31", "39.4万起"), ("2022-01-01", "2022-12-31", "39.3万余起")],
        [("2022-01-01", "2022-12-31", "39.4万起"), ("2022-01-01", "2022-12-31", "39万起")],
        [("2022-01-01", "2022-12-31", "39.4万起"), ("2022-01-01", "2022-12-31", "超38万起")],
        [("2022-01-01", "2022-12-31", "39.4万起"), ("2022-01-01", "2022-12-31", "近40万起")],
        [("2022-01-01", "2022-06-30", "20万起"), ("2022-01-01", "2022-12-31", "20万起")],
    ],
)
def test_figures_that_agree_within_rounding_are_no_conflict(
    figures: list[tuple[str, str, str]],
) -> None:
    found = rs.bounds(record(*figures), "cases_solved")
    assert found.conflicts.is_empty()
    assert found.set_aside.is_empty()


def test_bounds_are_the_hull_over_both_ways_out_of_a_tie() -> None:
    said = record(
        ("2022-01-01", "2022-12-31", "1201起"),
        ("2022-01-01", "2022-12-31", "2402起"),
        ("2022-01-01", "2022-06-30", "901起"),
    )
    windows = [HALF, REST, YEAR]
    found = rs.bounds(said, "cases_solved", windows=windows)
    assert found.frame.select("low", "high").rows() == [(901, 901), (300, 1501), (1201, 2402)]
    assert found.set_aside["said"].to_list() == ["1201起", "2402起"]
    assert found.conflicts["factor"].to_list() == pytest.approx([2.0, 2.0], rel=1e-6)


def test_the_press_release_that_prints_the_wrong_unit_is_set_aside() -> None:
    name = "mps-2026-01-08-annual-2025:funds_stopped:2025-01-01..2025-12-31"
    other = "chinadaily-2026-02-10:funds_stopped:2025-01-01..2025-12-31"
    found = rs.bounds(rs.load(), "funds_stopped", windows=[("2025-01-01", "2025-12-31")])
    (conflict,) = (c for c in found.resolution.conflicts if name in c)
    assert conflict == {name, other}
    assert name in found.set_aside["id"].to_list()
    assert other not in found.set_aside["id"].to_list()
    row = found.conflicts.filter(id=name).row(0, named=True)
    assert row["factor"] == pytest.approx(217.065e9 / 21.708e6, rel=1e-3)
    assert row["cause"] == "unit"
    assert found.frame.select("low", "high").row(0) == (217.065e9, 217.08e9)
