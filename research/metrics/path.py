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

_PRICES = (1e-3, 1e-2, 1e-4, 1e-5)  # the higher, the more rounds; the lower, the fewer digits
_ROUNDS, _STILL, _ROOM, _NOTHING = 12, 1e-6, 1e-5, 1e-12


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
    if not (rows := polytope.in_use()) or not windows:
        return [0.0] * len(windows)
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
    program = part[kept], counts[:, kept] * factor[:, None], low, high
    found = (_rates(*program, price) for price in _PRICES)
    rates = next((tried for tried in found if tried is not None), None)
    if rates is None:
        raise SolverError("path: none found; can the statements in use all be true?")
    cells = np.pad(rates, (said[0], len(part) - said[-1] - 1), mode="edge") * part * polytope.scale

    asked = np.array([(a.toordinal(), b.toordinal() + 1) for a, b in windows]).reshape(-1, 2)
    within = np.minimum(asked[:, 1:], firsts[1:]) - np.maximum(asked[:, :1], firsts[:-1])
    return list((np.clip(within, 0, None) / np.diff(firsts)) @ cells)


def _calendar(windows: Sequence[Window]) -> list[Window]:
    """The whole months that windows lie in."""
    first, last = min(start for start, _ in windows), max(end for _, end in windows)
    after = (last.replace(day=1) + 31 * DAY).replace(day=1)
    return list(months(first.replace(day=1), after - DAY))


def _rates(part: Array, matrix: Array, low: Array, high: Array, price: float) -> Array | None:
    """Monthly rates ≥ 0 of the least roughness with `low ≤ matrix @ (rates · part) ≤ high`.

    In the steps from rate to rate, roughness is a sum of squares, and this a least-distance program
    that non-negative least squares solve exactly (Lawson and Hanson 1974, Solving Least Squares
    Problems, ch. 23). It needs the first rate to have a price as well: that of moving from where
    the round before left it, so that in the end it has none. None where rounding hides the answer,
    or there is none.
    """
    from scipy.optimize import nnls

    apart = np.sqrt([1 / price, *((part[1:] + part[:-1]) / 2)])  # months from middle to middle
    limits = np.vstack([np.eye(len(part)), matrix[low > -INF] * part, -matrix[high < INF] * part])
    ends = np.concatenate([np.zeros(len(part)), low[low > -INF], -high[high < INF]])
    slopes = np.cumsum(limits[:, ::-1], axis=1)[:, ::-1] * apart
    size = np.linalg.norm(slopes, axis=1)
    slopes, last = slopes / size[:, None], np.eye(len(part) + 1)[-1]
    rates = first = np.zeros(len(part))
    unit = abs(ends / size).max() or 1.0
    for _ in range(_ROUNDS):
        short = (ends / size - slopes @ first) / unit
        try:
            prices, _ = nnls(np.vstack([slopes.T, short]), last, maxiter=9 * len(ends))
        except RuntimeError:  # no end within the iterations
            return None
        left = np.append(prices @ slopes, prices @ short) - last
        if left[-1] > -_NOTHING:  # farther away than can be seen, or nowhere
            unit *= 1000
            continue
        moved = -left[:-1] / left[-1] * unit
        before, rates = rates, np.cumsum(apart * (first + moved))
        room = _ROOM * np.maximum(abs(limits) @ abs(rates), 1)
        room[: len(part)] = _ROOM * abs(rates).max()
        within = (limits @ rates >= ends - room).all()
        if within and abs(rates - before).max() <= _STILL * abs(rates).max():
            return _exact(rates)
        # With a distance of about 1 the answer has the most digits.
        first, unit = (first + moved) * last[::-1][:-1], np.linalg.norm(moved) or 1.0
    return None


def _exact(rates: Array) -> Array:
    """Rates without noise: machines add up in different orders, and differ in their last digits."""
    return rates.clip(0).round(9 - int(np.floor(np.log10(rates.max() or 1.0))))
