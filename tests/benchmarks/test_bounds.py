"""Speed of bounds: all national flows against scipy's linprog, and cost against windows.

Run by name: `.venv/bin/pytest tests/benchmarks/test_bounds.py -s`.
"""

from __future__ import annotations

import random
from datetime import date
from time import perf_counter, process_time

import numpy as np
from scipy.optimize import linprog

import research as rs
from research.metrics.bounds import Bounds
from research.metrics.statements import INF, Term, of_series
from tests.metrics.test_polytope import Program
from tests.metrics.test_statements import DAY, Window, month

MONTHS = [month(date(2015, 1, 1), at) for at in range(144)]
SAMPLE = 150
REPEATS = 3
BUDGET_SECONDS = 5.0
TIMES_AS_FAST = 20.0


class Peer:
    """One call of scipy's linprog a bound, over the same rows on cells of a month."""

    def __init__(self, record: rs.Record, found: Bounds) -> None:
        (self.aside, *others) = found.resolution.set_aside
        self.alone = not others
        said = of_series(record, found.indicator)
        self.program = Program([s for s in said if s.id not in self.aside], MONTHS)

    def seconds(self, window: Window, *, largest: bool) -> tuple[float, float]:
        """How long a call takes, the quickest of some, and the bound that it finds."""
        costs = self.program.line((Term(1.0, *window),)) * (-1 if largest else 1)
        matrix, limits = self.program.matrix, self.program.limits
        times = []
        for _ in range(REPEATS):
            began = perf_counter()
            found = linprog(costs, A_ub=matrix, b_ub=limits, bounds=(0, None), method="highs")
            times.append(perf_counter() - began)
        no_end = INF if largest else 0.0
        return min(times), abs(found.fun) * self.program.size if found.status == 0 else no_end


def answered(record: rs.Record, flows: list[str]) -> tuple[list[Bounds], dict[str, float]]:
    """The bounds of all months of every flow about which anything was said, and their seconds."""
    answers, seconds = [], {}
    for indicator in flows:
        began = perf_counter()
        try:
            answers.append(rs.bounds(record, indicator, windows=MONTHS))
        except rs.RecordError:
            continue  # nothing was said about it
        finally:
            seconds[indicator] = perf_counter() - began
    return answers, seconds


def test_all_national_flows_take_seconds_and_a_fraction_of_linprog() -> None:
    record = rs.load()
    flows = record.indicators.filter(kind="flow")["indicator"].to_list()
    rs.bounds(record, "cases_solved", windows=MONTHS[:2])  # first use loads what it needs
    runs = [answered(record, flows) for _ in range(REPEATS)]
    answers, seconds = runs[0][0], {i: min(run[1][i] for run in runs) for i in flows}
    ours, bounds = sum(seconds.values()), 2 * len(MONTHS) * len(answers)

    pick, times, apart = random.Random(1), [], []
    peers: dict[str, Peer] = {}
    for answer in pick.choices(answers, k=SAMPLE):
        if (peer := peers.get(answer.indicator)) is None:
            peer = peers[answer.indicator] = Peer(record, answer)
        at, largest = pick.randrange(len(MONTHS)), pick.random() < 0.5
        took, value = peer.seconds(MONTHS[at], largest=largest)
        times.append(took)
        if peer.alone:
            own = answer.frame["high" if largest else "low"][at]
            same = own == value or abs(own - value) <= 1e-5 * max(peer.program.size, abs(value))
            apart += [] if same else [(answer.indicator, MONTHS[at], own, value)]
    theirs = float(np.mean(times)) * bounds
    slowest = sorted(seconds, key=lambda name: -seconds[name])[:5]
    print(
        f"\n{len(answers)} national flows × {len(MONTHS)} months × 2 ends = {bounds} bounds\n"
        f"rs.bounds: {ours:.2f} s, the quickest of {REPEATS} answers each "
        f"({'under' if ours < BUDGET_SECONDS else 'NOT under'} {BUDGET_SECONDS:g} s)\n"
        f"scipy.optimize.linprog: {1e3 * np.mean(times):.2f} ms a bound over a random sample of "
        f"{SAMPLE}, the quickest of {REPEATS} calls each; for all bounds {theirs:.1f} s\n"
        f"ratio: {theirs / ours:.1f} (asked: {TIMES_AS_FAST:g})\n"
        "slowest: " + ", ".join(f"{name} {seconds[name]:.3f} s" for name in slowest)
    )
    assert not apart, apart
    assert len(peers) > len(answers) / 2
    assert theirs >= TIMES_AS_FAST * ours
    assert ours < BUDGET_SECONDS


def test_cost_grows_about_linearly_with_the_windows_asked() -> None:
    record, pick, costs = rs.load(), random.Random(2), {}
    first, days = date(2015, 1, 1), 12 * 365
    ends = [sorted(pick.sample(range(days), 2)) for _ in range(4000)]
    windows = [(first + a * DAY, first + b * DAY) for a, b in ends]
    for count in (500, 1000, 2000, 4000):
        took = []
        for _ in range(REPEATS):
            began = process_time()
            rs.bounds(record, "cases_solved", windows=windows[:count])
            took.append(process_time() - began)
        costs[count] = min(took)
        print(f"{count:4} windows: {costs[count]:.3f} s of CPU")
    each = [(costs[2 * n] - costs[n]) / n for n in (500, 1000, 2000)]
    print("each further window: " + ", ".join(f"{1e3 * cost:.2f} ms" for cost in each))
    assert each[-1] <= 1.5 * each[0]
    assert costs[4000] <= 8 * costs[500]
