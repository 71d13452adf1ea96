"""The smoothest series that statements allow: for drawing, and always with its bounds.

Smooth in Denton's sense (1971, Adjustment of Monthly or Quarterly Series to Annual Totals): the
least sum of squared differences from month to month. How far other series can lie from it is
`polytope.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from research.metrics.polytope import (
    Array,
    Pieces,
    Polytope,
    SolverError,
    Window,
    scaled,
    sums,
)
from research.metrics.statements import DAY, INF, months

_PRICE, _ROUNDS, _TOLERANCE, _NOTHING = 1e-3, 12, 1e-6, 1e-9


def smoothest(polytope: Polytope, windows: Sequence[Window]) -> list[float]:
    """The sum over each window of the smoothest series inside everything.

    Its cells are months, cut where the window of a statement begins or ends; a part of a month
    counts as its rate a month, and half as near as a month to the next. Windows that cut a cell get
    their days' share of it; months before and after all that was said are like the nearest. Raises
    `SolverError` where the statements in use cannot all be true.

    Mean error of a month, in percent of the mean month, of Denton's series and of the path given
    annual totals, and of the path given overlapping rounded windows; every true month lies inside
    its bounds (tests/benchmarks/test_denton.py, with the sources of the series):

        monthly series of known truth                     Denton    path  windows
        accidental deaths, United States 1973-78            8.18    8.18     7.13
        deaths of lung disease, United Kingdom 1974-79     23.94   23.94    10.92
        car drivers killed or hurt, Great Britain 1979-84  11.26   11.26     5.87
        international air passengers 1949-60               11.44   11.44     8.44
        armed robberies, Boston 1966-74                    14.82   14.82     9.40
        turnover of electrical equipment, 1995-2015         7.85    7.85     6.66
    """
    rows = polytope.in_use()
    over = [row.terms for row in rows]
    calendar = _calendar([*windows, *((t.start, t.end) for terms in over for t in terms)])
    pieces = Pieces([*over, *sums(calendar)])
    counts, firsts = pieces.counts(over)[:, 1:-1], pieces.firsts[1:]
    starts = np.array([start.toordinal() for start, _ in calendar])
    lengths = np.diff(starts, append=firsts[-1])
    part = np.diff(firsts) / lengths[np.searchsorted(starts, firsts[:-1], side="right") - 1]

    said = np.flatnonzero(counts.any(axis=0))
    kept = slice(said[0], said[-1] + 1)
    factor, low, high = scaled(rows, polytope.scale)
    rates = _rates(part[kept], counts[:, kept] * factor[:, None], low, high)
    cells = np.pad(rates, (said[0], len(part) - said[-1] - 1), mode="edge") * part * polytope.scale

    asked = np.array([(a.toordinal(), b.toordinal() + 1) for a, b in windows]).reshape(-1, 2)
    within = np.minimum(asked[:, 1:], firsts[1:]) - np.maximum(asked[:, :1], firsts[:-1])
    return list((np.clip(within, 0, None) / np.diff(firsts)) @ cells)


def _calendar(windows: Sequence[Window]) -> list[Window]:
    """The whole months that windows lie in."""
    first, last = min(start for start, _ in windows), max(end for _, end in windows)
    after = (last.replace(day=1) + 31 * DAY).replace(day=1)
    return list(months(first.replace(day=1), after - DAY))


def _rates(part: Array, matrix: Array, low: Array, high: Array) -> Array:
    """Monthly rates ≥ 0 of the least roughness with `low ≤ matrix @ (rates · part) ≤ high`.

    In the steps from rate to rate, roughness is a sum of squares, and this a least-distance program
    that non-negative least squares solve exactly (Lawson and Hanson 1974, Solving Least Squares
    Problems, ch. 23). It needs the first rate to have a price as well: that of moving from where
    the round before left it, so that in the end it has none.
    """
    from scipy.optimize import nnls

    apart = np.sqrt([1 / _PRICE, *((part[1:] + part[:-1]) / 2)])  # months from middle to middle
    limits = np.vstack([np.eye(len(part)), matrix[low > -INF] * part, -matrix[high < INF] * part])
    ends = np.concatenate([np.zeros(len(part)), low[low > -INF], -high[high < INF]])
    slopes = np.cumsum(limits[:, ::-1], axis=1)[:, ::-1] * apart
    size = np.linalg.norm(slopes, axis=1)
    slopes, last = slopes / size[:, None], np.eye(len(part) + 1)[-1]
    rates = first = np.zeros(len(part))
    for _ in range(_ROUNDS):
        short = ends / size - slopes @ first
        unit = abs(short).max() or 1.0
        try:
            prices, _ = nnls(np.vstack([slopes.T, short / unit]), last, maxiter=9 * len(ends))
        except RuntimeError as problem:
            raise SolverError(f"path: {problem}") from problem
        left = np.append(prices @ slopes, prices @ short / unit) - last
        if left[-1] > -1e-14:
            raise SolverError("path: infeasible; can the statements in use all be true?")
        steps = first - left[:-1] / left[-1] * unit
        before, rates = rates, np.cumsum(apart * steps)
        first = steps * last[::-1][:-1]
        if abs(rates - before).max() <= _TOLERANCE * abs(rates).max():
            break
    if (limits @ rates < ends - _TOLERANCE).any():
        raise SolverError("path: not within its limits; can the statements in use all be true?")
    return np.where(rates > _NOTHING * rates.max(), rates, 0.0)
