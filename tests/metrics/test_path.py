"""The smoothest path: Denton's where totals are all that is known, and optimal everywhere else."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.metrics.assume import as_statement, seasonal
from research.metrics.path import smoothest
from research.metrics.polytope import Polytope, SolverError
from research.metrics.statements import Statement
from tests.metrics.test_polytope import HALF, REST, YEAR, Program, level
from tests.metrics.test_statements import (
    INF,
    Truth,
    Window,
    month,
    record_of,
    said_of,
    several,
    span,
)

FIRST = date(2020, 1, 1)


def path(statements: list[Statement], windows: list[Window]) -> np.ndarray:
    return np.array(smoothest(Polytope(statements), windows))


def denton(totals: list[int]) -> np.ndarray:
    """Months of the least sum of squared differences with these sums a year, in closed form."""
    size, years = 12 * len(totals), len(totals)
    differences = np.diff(np.eye(size), axis=0)
    sums = np.kron(np.eye(years), np.ones(12))
    system = np.block([[differences.T @ differences, sums.T], [sums, np.zeros((years, years))]])
    return np.linalg.solve(system, [0.0] * size + totals)[:size]


@settings(deadline=None)
@given(st.lists(st.integers(10_000, 20_000), min_size=1, max_size=5))
def test_with_annual_totals_alone_the_path_is_dentons(totals: list[int]) -> None:
    years = [span(FIRST, 12 * n, 12 * n + 11) for n in range(len(totals))]
    said = [level(f"{n}", years[n], total, total) for n, total in enumerate(totals)]
    found = path(said, [month(FIRST, at) for at in range(12 * len(totals))])
    expected = denton(totals)
    if expected.min() >= 0:
        assert found == pytest.approx(expected, rel=1e-4, abs=1e-3)


class Cells:
    """Months cut where a statement begins or ends, and the criterion on them, written plainly."""

    def __init__(self, truth: Truth, statements: list[Statement]) -> None:
        self.program = Program(statements, truth.months())
        cuts = self.program.cuts
        self.windows = [(a, b - timedelta(1)) for a, b in pairwise(cuts)]
        self.parts = np.array([self._part(*window) for window in self.windows])

    def _part(self, start: date, end: date) -> float:
        after = (start.replace(day=1) + timedelta(31)).replace(day=1)
        return ((end - start).days + 1) / (after - start.replace(day=1)).days

    def slope(self, cells: np.ndarray) -> np.ndarray:
        """How fast the roughness grows with each cell."""
        rates, slope = cells / self.parts, np.zeros(len(cells))
        for at in range(len(cells) - 1):
            apart = (self.parts[at] + self.parts[at + 1]) / 2
            step = 2 * (rates[at + 1] - rates[at]) / apart
            slope[at + 1] += step / self.parts[at + 1]
            slope[at] -= step / self.parts[at]
        return slope


@settings(deadline=None, max_examples=8)
@given(several(2))
def test_the_path_is_possible_and_no_possible_series_is_smoother(made: list[Truth]) -> None:
    record = record_of(made)
    for truth in made:
        statements = said_of(truth, record)
        cells = Cells(truth, statements)
        found, program = path(statements, cells.windows) / cells.program.size, cells.program
        assert found.min() >= 0
        room = 1e-5 * (abs(program.matrix) @ found + 1)
        assert (program.matrix @ found <= program.limits + room).all()
        # Roughness is convex: where it falls towards no possible series, it is the least.
        slope = cells.slope(found)
        slope[abs(slope) < 1e-5 * max(found.max(), 1)] = 0  # rounding, where nothing limits a sum
        size = max(abs(slope).max(), 1e-3)
        least = program.least(slope / size)
        assert least is not None
        room = (1e-4 + 1e-5 * len(found) / size) * max(found.max(), 1)
        assert least >= slope @ found / size - room


def test_the_path_of_one_total_is_flat_by_the_month() -> None:
    found = path([level("year", YEAR, 3600, 3600)], [month(YEAR[0], at) for at in range(12)])
    assert found == pytest.approx([300.0] * 12)


def test_before_and_after_all_that_was_said_the_path_is_flat() -> None:
    said = [level("half", HALF, 600, 600), level("rest", REST, 1200, 1200)]
    found = path(said, [month(date(2020, 1, 1), at) for at in range(60)])
    assert found[:25] == pytest.approx(found[24])
    assert found[35:] == pytest.approx(found[35])
    assert found[24] < found[35]


def test_a_window_that_cuts_a_month_gets_its_days_share() -> None:
    days = (date(2022, 4, 11), date(2022, 5, 31))
    assert path([level("year", YEAR, 3600, 3600)], [days]) == pytest.approx([300 * 20 / 30 + 300])


def test_the_path_is_as_high_as_it_must_be_and_no_higher_than_it_may_be() -> None:
    said = [level("half", HALF, 600, INF), level("year", YEAR, 0, 900)]
    found = path(said, [HALF, REST])
    assert found == pytest.approx([600, 300])
    assert path([level("year", YEAR, 0, 900)], [YEAR]) == pytest.approx([0.0])


def test_where_nothing_holds_the_path_is_nothing() -> None:
    polytope = Polytope([level("year", YEAR, 1200, 1300)])
    polytope.use([])
    assert smoothest(polytope, [HALF, REST]) == [0.0, 0.0]
    assert polytope.bounds([HALF]) == [(0.0, INF)]


def test_all_of_many_years_may_fall_on_a_day() -> None:
    day = (date(2022, 4, 12), date(2022, 4, 12))
    years = (date(2016, 1, 1), date(2024, 10, 20))
    said = [level("day", day, 5, INF), level("years", years, 5, 5), level("year", YEAR, 5, INF)]
    found = path(said, [day, years, HALF, REST])
    assert found == pytest.approx([5, 5, 5, 0], abs=1e-4)


def test_statements_that_cannot_all_be_true_have_no_path() -> None:
    with pytest.raises(SolverError, match="path"):
        path([level("year", YEAR, 1200, 1300), level("half", HALF, 1400, 1500)], [YEAR])


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
    months = [month(first, at) for at in range(24)]
    polytope = Polytope([*said, assumed])
    found, bounds = smoothest(polytope, months), polytope.bounds(months)
    for value, (low, high) in zip(found, bounds, strict=True):
        assert low * (1 - 1e-5) - 1e-2 <= value <= high * (1 + 1e-5) + 1e-2
