"""Speed of bounds: all national flows against scipy's linprog, and cost against windows.

Run by name: `.venv/bin/pytest tests/benchmarks/test_bounds.py -s`.
"""

from __future__ import annotations

import random
from datetime import date
from time import perf_counter

import numpy as np
from scipy.optimize import linprog

import research as rs
from research.metrics.bounds import Bounds
from research.metrics.polytope import Polytope, SolverError
from research.metrics.statements import INF, Term, of_series
from tests.metrics.test_statements import Window, month

MONTHS = [month(date(2015, 1, 1), at) for at in range(144)]
SAMPLE = 150
BUDGET_SECONDS = 5.0
TIMES_AS_FAST = 20.0


class Matrix:
    """What one series' statements in use say, as scipy takes it, scaled as the model is."""

    def __init__(self, record: rs.Record, found: Bounds) -> None:
        said = of_series(record, found.indicator)
        self.polytope = Polytope(said, MONTHS)
        used = [s for s in said if s.id not in found.resolution.set_aside[0]]
        lines, limits = [], []
        for row in (row for s in used for row in s.rows):
            line = self.polytope.coefficients(row.terms)
            size = max([abs(e) for e in (row.low, row.high) if 0 < abs(e) < INF] or [0])
            size = size / self.polytope.scale or 1.0
            for sign, end in ((1.0, row.high), (-1.0, row.low)):
                if abs(end) < INF:
                    lines.append(sign * line / size)
                    limits.append(sign * end / self.polytope.scale / size)
        self.matrix, self.limits = np.array(lines), np.array(limits)

    def seconds(self, window: Window, *, largest: bool) -> tuple[float, float]:
        """How long one call takes, and the bound that it finds."""
        costs = self.polytope.coefficients((Term(1.0, *window),)) * (-1 if largest else 1)
        began = perf_counter()
        found = linprog(costs, A_ub=self.matrix, b_ub=self.limits, bounds=(0, None), method="highs")
        took = perf_counter() - began
        no_end = INF if largest else 0.0
        return took, abs(found.fun) * self.polytope.scale if found.status == 0 else no_end


def test_all_national_flows_take_seconds_and_a_fraction_of_linprog() -> None:
    record = rs.load()
    flows = record.indicators.filter(kind="flow")["indicator"].to_list()
    rs.bounds(record, "cases_solved", windows=MONTHS[:2])  # first use loads what it needs
    answers, failed, slowest = [], [], []
    began = perf_counter()
    for indicator in flows:
        started = perf_counter()
        try:
            answers.append(rs.bounds(record, indicator, windows=MONTHS))
        except rs.RecordError:
            continue  # nothing was said about it
        except SolverError as reason:
            failed.append(f"{indicator}: {reason}")
        slowest.append((perf_counter() - started, indicator))
    ours = perf_counter() - began
    bounds = 2 * len(MONTHS) * len(answers)

    pick, times, apart = random.Random(1), [], []
    cache: dict[str, Matrix] = {}
    for answer in pick.choices(answers, k=SAMPLE):
        found = cache.setdefault(answer.indicator, Matrix(record, answer))
        at, largest = pick.randrange(len(MONTHS)), pick.random() < 0.5
        took, value = found.seconds(MONTHS[at], largest=largest)
        times.append(took)
        if len(answer.resolution.set_aside) == 1:
            own = answer.frame["high" if largest else "low"][at]
            same = own == value or abs(own - value) <= 1e-5 * max(found.polytope.scale, abs(value))
            apart += [] if same else [(answer.indicator, MONTHS[at], own, value)]
    theirs = float(np.mean(times)) * bounds
    print(
        f"\n{len(answers)} national flows × {len(MONTHS)} months × 2 ends = {bounds} bounds\n"
        f"rs.bounds: {ours:.2f} s ({'under' if ours < BUDGET_SECONDS else 'NOT under'} "
        f"{BUDGET_SECONDS:g} s)\n"
        f"scipy.optimize.linprog: {1e3 * np.mean(times):.2f} ms a bound over a random sample of "
        f"{SAMPLE}, scaled up to all bounds: {theirs:.1f} s\n"
        f"ratio: {theirs / ours:.1f} (asked: {TIMES_AS_FAST:g})\n"
        "slowest: " + ", ".join(f"{name} {t:.2f} s" for t, name in sorted(slowest)[:-6:-1])
    )
    assert not failed, failed
    assert not apart, apart
    assert theirs >= TIMES_AS_FAST * ours


def test_cost_grows_about_linearly_with_the_windows_asked() -> None:
    record = rs.load()
    costs = {}
    for count in (12, 48, 144, 432):
        places = [divmod(at, 144) for at in range(count)]
        windows = [(MONTHS[at][0], MONTHS[min(143, at + more)][1]) for more, at in places]
        took = []
        for _ in range(3):
            began = perf_counter()
            rs.bounds(record, "cases_solved", windows=windows)
            took.append(perf_counter() - began)
        costs[count] = min(took)
        print(f"{count:4} windows: {costs[count]:.3f} s, {1e3 * costs[count] / count:.2f} ms each")
    # What an answer costs before its first window is the same for all.
    fixed = costs[12] - 12 * (costs[48] - costs[12]) / 36
    each = [(costs[b] - costs[a]) / (b - a) for a, b in ((12, 48), (48, 144), (144, 432))]
    further = ", ".join(f"{1e3 * cost:.2f} ms" for cost in each)
    print(f"fixed: {fixed:.3f} s; each further window: {further}")
    assert max(each[1:]) <= 3 * min(each[1:])
    assert costs[432] <= 3 * 432 / 12 * costs[12]
