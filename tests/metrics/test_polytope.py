"""The linear program: the same answers as a program written here for scipy, day by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog

from research.metrics.assume import as_statement, seasonal
from research.metrics.polytope import Polytope, SolverError
from research.metrics.statements import Row, Statement, Term
from tests.metrics.test_statements import (
    DAY,
    INF,
    Truth,
    Window,
    month,
    record_of,
    said_of,
    several,
    span,
)

YEAR = (date(2022, 1, 1), date(2022, 12, 31))
HALF, REST = (YEAR[0], date(2022, 6, 30)), (date(2022, 7, 1), YEAR[1])


class Program:
    """Statements as one matrix for scipy's linprog, on cells of its own."""

    def __init__(self, statements: Sequence[Statement], windows: Iterable[Window] = ()) -> None:
        rows = [row for s in statements for row in s.rows]
        spans = [(t.start, t.end) for row in rows for t in row.terms] + list(windows)
        self.cuts = sorted({a for a, _ in spans} | {b + DAY for _, b in spans})
        ends = [abs(e) for row in rows for e in (row.low, row.high) if 0 < abs(e) < INF]
        self.size = float(np.exp(np.mean(np.log(ends)))) if ends else 1.0
        lines, limits = [], []
        for row in rows:
            line = self.line(row.terms)
            for sign, end in ((1.0, row.high), (-1.0, row.low)):
                if abs(end) < INF:
                    room = max(abs(end) / self.size, 1e-3)
                    lines.append(sign * line / room)
                    limits.append(sign * end / self.size / room)
        self.matrix = np.array(lines).reshape(len(lines), len(self.cuts) - 1)
        self.limits = np.array(limits)

    def line(self, terms: Iterable[Term]) -> np.ndarray:
        cells = zip(self.cuts, self.cuts[1:], strict=False)
        inside = [(a, b - DAY) for a, b in cells]
        return sum(
            t.coefficient * np.array([t.start <= a and b <= t.end for a, b in inside], float)
            for t in terms
        )

    def least(self, costs: np.ndarray) -> float | None:
        """The least cost; None where nothing is feasible, -inf where there is no least."""
        limits = {"A_ub": self.matrix, "b_ub": self.limits} if len(self.limits) else {}
        found = linprog(costs, **limits, bounds=(0, None), method="highs")
        if found.status == 4 or (found.status == 2 and self.feasible_at_all()):
            return -INF  # HiGHS may not tell unbounded from infeasible in presolve
        assert found.status in (0, 2, 3), found.message
        return {0: found.fun, 2: None, 3: -INF}[found.status]

    def feasible_at_all(self) -> bool:
        limits = {"A_ub": self.matrix, "b_ub": self.limits} if len(self.limits) else {}
        costs = np.zeros(len(self.cuts) - 1)
        return linprog(costs, **limits, bounds=(0, None), method="highs").status == 0

    def bound(self, start: date, end: date) -> tuple[float, float]:
        line = self.line((Term(1.0, start, end),))
        low, high = self.least(line), self.least(-line)
        assert low is not None
        assert high is not None
        return low * self.size, -high * self.size


def level(name: str, window: Window, low: float, high: float, weight: float = 1.0) -> Statement:
    rows = (Row((Term(1.0, *window),), low, high),)
    return Statement(name, "level", name, *window, name, weight, rows)


def ratio(name: str, now: Window, then: Window, low: float, high: float) -> Statement:
    terms = [(Term(1.0, *now), Term(-end, *then)) for end in (low, high)]
    rows = Row(terms[0], 0.0, INF), Row(terms[1], -INF, 0.0)
    return Statement(name, "change", name, *now, name, 1.0, rows)


@settings(deadline=None, max_examples=12)
@given(several())
def test_bounds_are_those_of_an_independent_linear_program(made: list[Truth]) -> None:
    record = record_of(made)
    for truth in made:
        statements = said_of(truth, record)
        windows = [*truth.asked, *truth.months()[::7]]
        polytope, program = Polytope(statements, windows), Program(statements, windows)
        for window in windows:
            found, expected = polytope.bound(*window), program.bound(*window)
            room = 2e-6 * polytope.scale
            assert found == pytest.approx(expected, rel=2e-6, abs=room), window


@settings(deadline=None, max_examples=12)
@given(several())
def test_one_more_true_statement_never_widens_a_bound(made: list[Truth]) -> None:
    record = record_of(made)
    for truth in made:
        statements = said_of(truth, record)
        polytope = Polytope(statements, truth.asked)
        names = [s.id for s in statements]
        for window in truth.asked:
            low, high = 0.0, INF
            for count in range(1, len(names) + 1):
                polytope.use(names[:count])
                narrower = polytope.bound(*window)
                room = 1e-6 * max(polytope.scale, narrower[0])
                assert narrower[0] >= low - room
                assert narrower[1] <= high * (1 + 1e-6) + room
                low, high = narrower


def test_sums_over_months_are_free_within_what_was_said() -> None:
    polytope = Polytope([level("year", YEAR, 1200, 1300), level("half", HALF, 500, 500)])
    assert polytope.bound(*REST) == (700.0, 800.0)
    assert polytope.bound(*month(YEAR[0], 0)) == (0.0, 500.0)
    assert polytope.bound(*YEAR) == (1200.0, 1300.0)


def test_a_window_that_nothing_limits_has_no_upper_end() -> None:
    after = (date(2023, 1, 1), date(2023, 1, 31))
    polytope = Polytope([level("year", YEAR, 1200, INF)], [after])
    assert polytope.bound(*YEAR) == (1200.0, INF)
    assert polytope.bound(*after) == (0.0, INF)


@pytest.mark.parametrize("size", [1.0, 1e3, 1e6, 1e9, 1e12])
def test_bounds_scale_with_the_figures(size: float) -> None:
    said = [level("year", YEAR, 12 * size, 13 * size), level("half", HALF, 5 * size, 6 * size)]
    assert Polytope(said).bound(*REST) == pytest.approx((6 * size, 8 * size), rel=1e-6)


def test_small_figures_beside_large_ones_keep_their_bounds() -> None:
    large = [level(f"y{n}", (date(n, 1, 1), date(n, 12, 31)), 1e9, 1.1e9) for n in (2019, 2020)]
    small = level("small", (date(2017, 1, 1), date(2017, 1, 31)), 10, 11)
    assert Polytope([*large, small]).bound(small.start, small.end) == pytest.approx(
        (10, 11), rel=1e-6
    )


def test_statements_are_switched_off_and_on_again() -> None:
    polytope = Polytope([level("year", YEAR, 1200, 1300), level("half", HALF, 500, 500)])
    polytope.use({"year"})
    assert polytope.bound(*HALF) == (0.0, 1300.0)
    polytope.use({"year", "half"})
    assert polytope.bound(*HALF) == (500.0, 500.0)


def test_a_contradiction_is_infeasible_and_has_no_bounds() -> None:
    polytope = Polytope([level("year", YEAR, 1200, 1300), level("half", HALF, 1400, 1500)])
    assert not polytope.feasible()
    assert polytope.feasible({"year"})
    polytope.use({"year", "half"})
    with pytest.raises(SolverError, match="feasible"):
        polytope.bound(*YEAR)


def test_the_ratio_of_two_windows_is_that_of_their_ends() -> None:
    polytope = Polytope([level("half", HALF, 400, 500), level("rest", REST, 800, 900)])
    assert polytope.ratio(HALF, REST) == pytest.approx((400 / 900, 500 / 800))


def test_a_ratio_to_what_may_be_nothing_has_no_upper_end() -> None:
    polytope = Polytope([level("half", HALF, 400, 500), level("rest", REST, 0, 900)])
    assert polytope.ratio(HALF, REST)[1] == INF


def test_a_ratio_to_what_may_be_nothing_keeps_its_lower_end() -> None:
    polytope = Polytope([level("half", HALF, 400, 500), level("rest", REST, 0, 900)])
    assert polytope.ratio(HALF, REST)[0] == pytest.approx(400 / 900)


def test_a_ratio_may_be_limited_where_neither_level_is() -> None:
    now, then = month(YEAR[0], 0), month(date(2021, 1, 1), 0)
    falls = Row((Term(1.0, *now), Term(-1.0, *then)), -INF, 0.0)
    run = Statement("run", "yoy_decline_run", "run", *now, "run", 1.0, (falls,))
    assert Polytope([run]).ratio(now, then) == pytest.approx((0.0, 1.0))


def test_a_window_that_no_statement_reaches_is_unbounded_or_refused() -> None:
    polytope = Polytope([level("year", YEAR, 1200, 1300)])
    try:
        found = polytope.bound(date(2025, 1, 1), date(2025, 1, 31))
    except ValueError:
        return
    assert found == (0.0, INF)


def test_a_chain_of_changes_carries_a_level_to_another_year() -> None:
    years = [(date(n, 1, 1), date(n, 12, 31)) for n in (2020, 2021, 2022)]
    said = [
        level("first", years[0], 1000, 1100),
        ratio("up", years[1], years[0], 1.1, 1.2),
        ratio("down", years[2], years[1], 0.5, 0.6),
    ]
    polytope = Polytope(said)
    assert polytope.bound(*years[2]) == pytest.approx((550, 792), rel=1e-6)
    assert polytope.resting_on(*years[2]) == {"first", "up", "down"}


def test_a_bound_rests_only_on_what_holds_it() -> None:
    other = (date(2020, 1, 1), date(2020, 12, 31))
    said = [level("year", YEAR, 1200, 1300), level("loose", YEAR, 1000, 2000)]
    polytope = Polytope([*said, level("other", other, 5, 6)])
    assert polytope.resting_on(*YEAR) == {"year"}


def test_the_path_of_one_total_is_flat_by_the_day() -> None:
    polytope = Polytope([level("year", YEAR, 3650, 3650)])
    path = polytope.sums(polytope.path(), [month(YEAR[0], at) for at in range(12)])
    days = [(b - a).days + 1 for a, b in (month(YEAR[0], at) for at in range(12))]
    assert path == pytest.approx([10 * n for n in days], rel=1e-3)


@settings(deadline=None, max_examples=8)
@given(several(2))
def test_the_path_agrees_with_every_statement(made: list[Truth]) -> None:
    record = record_of(made)
    for truth in made:
        statements = said_of(truth, record)
        polytope = Polytope(statements)
        path = np.array(polytope.path())
        assert path.min() >= 0
        for row in (row for s in statements for row in s.rows):
            value = float(polytope.coefficients(row.terms) @ path)
            room = 1e-5 * (float(abs(polytope.coefficients(row.terms)) @ path) + polytope.scale)
            assert row.low - room <= value <= row.high + room


@pytest.mark.xfail(strict=True, raises=SolverError, reason="the quadratic solver: kSolveError")
def test_there_is_a_path_where_a_year_is_split_by_shares_of_any_size() -> None:
    year = [3008, 26385, 34533, 43263, 1, 117662, 144434, 1, 1, 1, 1, 1]
    first, both = date(2018, 1, 1), [*year, *[1] * 12]
    said = [
        level(
            name, span(first, 0, last), 0.98 * sum(both[: last + 1]), 1.02 * sum(both[: last + 1])
        )
        for name, last in (("january", 0), ("all", 23))
    ]
    shares = [(n / sum(year) + 1 / 12) / 2 for n in year]
    off = max(abs(n / sum(year) / share - 1) for n, share in zip(year, shares, strict=True))
    assumed = as_statement(seasonal(shares, off + 1e-6), first, date(2019, 12, 31))
    polytope = Polytope([*said, assumed])
    assert polytope.feasible()
    assert min(polytope.path()) >= 0
