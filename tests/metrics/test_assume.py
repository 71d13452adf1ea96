"""Assumptions narrow bounds, keep a truth that obeys them, and are refused where they cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import research as rs
from research.metrics.assume import Assumption, as_statement, max_ratio, seasonal
from research.metrics.polytope import Polytope
from research.metrics.statements import Row, Term
from tests.metrics.test_statements import INF, Truth, month, record_of, said_of, several, span

YEAR = (date(2022, 1, 1), date(2022, 12, 31))
HALF = (date(2022, 1, 1), date(2022, 6, 30))


def record(**totals: str) -> rs.Record:
    windows = {"year": YEAR, "half": HALF, "january": month(YEAR[0], 0)}
    rows = [
        {"indicator": "cases_solved", "start": start, "end": end, "printed": totals[name]}
        for name, (start, end) in windows.items()
        if name in totals
    ]
    return rs.Record(observations=pl.DataFrame(rows))


def calendar_years(truth: Truth) -> list[list[int]]:
    skipped = (1 - truth.first.month) % 12
    rest = truth.monthly[skipped:]
    return [rest[at : at + 12] for at in range(0, len(rest) - 11, 12)]


def obeyed(truth: Truth) -> list[Assumption]:
    """The tightest assumptions of each kind that a truth obeys, if it obeys any."""
    years = [year for year in calendar_years(truth) if min(year) > 0]
    if not years or len(years) < len(calendar_years(truth)):
        return []
    k = max(max(n * 12 / sum(y), sum(y) / n / 12) for y in years for n in y)
    shares = [sum(y[at] / sum(y) for y in years) / len(years) for at in range(12)]
    off = max(abs(y[at] / sum(y) / shares[at] - 1) for y in years for at in range(12))
    return [max_ratio(k * 1.000001), seasonal(shares, off + 1e-6)]


@settings(deadline=None, max_examples=8)
@given(several(2), st.integers(1, 50))
def test_an_assumption_narrows_and_keeps_a_truth_that_obeys_it(
    made: list[Truth], least: int
) -> None:
    lifted = [Truth(t.geo, t.first, [n + least for n in t.monthly], asked=t.asked) for t in made]
    for truth in lifted:
        for window in [*truth.asked, span(truth.first, 0, len(truth.monthly) - 1)]:
            value = float(truth.sum(*window))
            said = {"printed": f"{value:.0f}起", "low": value * 0.98, "high": value * 1.02}
            truth.figures.append(truth.row(window, **said))
    known = record_of(lifted)
    for truth in lifted:
        said, windows = said_of(truth, known), truth.months()
        for assumption in obeyed(truth):
            assumed = as_statement(assumption, truth.first, truth.last)
            free, held = Polytope(said, windows), Polytope([*said, assumed], windows)
            for window in windows[::5]:
                (low, high), (lo, hi) = free.bound(*window), held.bound(*window)
                value, room = truth.sum(*window), 1e-5 * max(truth.monthly)
                assert low - room <= lo <= value + room
                assert value - room <= hi <= high + room


def test_no_month_is_above_k_times_its_years_mean() -> None:
    free = rs.bounds(record(year="1201起"), "cases_solved").frame
    held = rs.bounds(record(year="1201起"), "cases_solved", assume=[rs.assume.max_ratio(2)]).frame
    assert free.select("low", "high").unique().rows() == [(0.0, 1201.0)]
    mean = 1201 / 12
    for low, high in held.select("low", "high").iter_rows():
        assert (low, high) == pytest.approx((mean / 2, mean * 2), rel=1e-5)


def test_a_seasonal_year_divides_into_its_shares() -> None:
    shares = [1 / 24] * 6 + [1 / 8] * 6
    held = rs.bounds(
        record(year="2401起"), "cases_solved", assume=[rs.assume.seasonal(shares, 0.1)]
    ).frame
    first, last = held.select("low", "high").rows()[:: held.height - 1]
    assert first == pytest.approx((2401 / 24 * 0.9, 2401 / 24 * 1.1), rel=1e-5)
    assert last == pytest.approx((2401 / 8 * 0.9, 2401 / 8 * 1.1), rel=1e-5)


def test_an_assumption_that_contradicts_the_figures_is_refused_by_name() -> None:
    figures = record(year="1201起", january="901起")
    with pytest.raises(rs.RecordError, match=r"max_ratio\(2\).*contradicts.*2022-01-31"):
        rs.bounds(figures, "cases_solved", assume=[rs.assume.max_ratio(2)])
    kept = rs.bounds(figures, "cases_solved", assume=[rs.assume.max_ratio(12)])
    assert kept.frame["high"][0] == 901


def test_an_assumption_of_ones_own_holds_like_any_other() -> None:
    @dataclass
    class AtLeast:
        name: str = "at least 50 a month"

        def rows(self, first: date, last: date) -> tuple[Row, ...]:
            every = [month(first, at) for at in range(12)]
            return tuple(Row((Term(1.0, *window),), 50.0, INF) for window in every)

    held = rs.bounds(record(year="1201起"), "cases_solved", assume=[AtLeast()])
    assert held.frame.select("low", "high").unique().rows() == [(50.0, 1201.0 - 11 * 50)]
    assert "at least 50 a month" in repr(held)


def test_no_assumption_is_made_unless_asked_for() -> None:
    assert rs.bounds(record(year="1201起"), "cases_solved").assumptions == ()


def test_only_whole_calendar_years_are_assumed_about() -> None:
    assert max_ratio(2).rows(date(2022, 2, 1), date(2023, 11, 30)) == ()
    assert len(max_ratio(2).rows(date(2022, 2, 1), date(2023, 12, 31))) == 24
    assert as_statement(max_ratio(2), *YEAR).weight == INF


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: max_ratio(0.5), "k ≥ 1"),
        (lambda: seasonal([0.1] * 10), "twelve shares"),
        (lambda: seasonal([0.1] * 12), "sum to 1"),
    ],
)
def test_an_assumption_that_no_year_can_obey_is_refused(make, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()
