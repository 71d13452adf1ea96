"""The linear program: the same answers as a program written here for scipy, day by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog

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
        cut = [(start + 9 * DAY, end) for start, end in truth.asked]
        windows = [*truth.asked, *truth.months()[::7], *cut]
        polytope, program = Polytope(statements), Program(statements, windows)
        for window, found in zip(windows, polytope.bounds(windows), strict=True):
            expected = program.bound(*window)
            room = 2e-6 * polytope.scale
            assert found == pytest.approx(expected, rel=2e-6, abs=room), window


@settings(deadline=None, max_examples=12)
@given(several())
def test_one_more_true_statement_never_widens_a_bound(made: list[Truth]) -> None:
    record = record_of(made)
    for truth in made:
        statements = said_of(truth, record)
        polytope = Polytope(statements)
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
    polytope = Polytope([level("year", YEAR, 1200, INF)])
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


def test_a_window_that_no_statement_covers_is_unbounded() -> None:
    polytope = Polytope([level("year", YEAR, 1200, 1300)])
    assert polytope.bound(date(2025, 1, 1), date(2025, 1, 31)) == (0.0, INF)
    assert polytope.bound(date(2022, 12, 31), date(2023, 1, 1)) == (0.0, INF)
    assert polytope.bound(date(2021, 12, 31), date(2023, 1, 1)) == (1200.0, INF)


def test_no_program_is_larger_than_what_was_said() -> None:
    polytope = Polytope([level("year", YEAR, 1200, 1300), level("half", HALF, 500, 600)])
    assert polytope.size == 3  # the half, the rest, all other time
    days = [(YEAR[0] + n * DAY,) * 2 for n in (0, 180, 181, 364)]
    assert polytope.bounds(days) == [(0.0, 600.0)] * 2 + [(0.0, 800.0)] * 2


def test_a_sum_of_terms_that_cut_a_cell_counts_it_as_it_may_lie() -> None:
    polytope = Polytope([level("year", YEAR, 1200, 1300)])
    january, march = month(YEAR[0], 0), month(YEAR[0], 2)
    both = [Term(1.0, *january), Term(-2.0, *march)]
    assert polytope.extremes(both) == pytest.approx((-2600.0, 1300.0))
    assert polytope.extremes([Term(1.0, *YEAR), Term(1.0, *march)]) == pytest.approx((1200, 2600))


def test_a_ratio_of_windows_that_no_statement_names_is_that_of_their_sums() -> None:
    polytope = Polytope([level("half", HALF, 400, 500), level("rest", REST, 800, 900)])
    spring, year = (date(2022, 3, 1), date(2022, 5, 31)), YEAR
    assert polytope.ratio(spring, year) == pytest.approx((0.0, 500 / 1300))
    assert polytope.ratio(HALF, (date(2022, 5, 1), YEAR[1])) == pytest.approx(
        (400 / 1300, 500 / 800)
    )


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
