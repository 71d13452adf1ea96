"""What a set of statements allows, as one linear program a series, solved by HiGHS.

Days that every row counts alike are one cell, however many and wherever they are: no row can tell
them apart, so all of the cell's sum may fall on any one of them. A window that cuts a cell holds
from none to all of it, and windows that hold the same cells have the same bounds. So the program
is as small as what was said, and is solved once for many months.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from statistics import median

import highspy
import numpy as np
from numpy.typing import NDArray

from research.metrics.statements import INF, Row, Statement, Term

Window = tuple[date, date]
Sum = Sequence[Term]
Array = NDArray[np.float64]
_Status = highspy.HighsModelStatus
_ANSWERS = {
    _Status.kOptimal,
    _Status.kInfeasible,
    _Status.kUnbounded,
    _Status.kUnboundedOrInfeasible,
}
# New costs leave the last vertex feasible, new limits leave it optimal: each has its own method.
_SIMPLEX = {"dual": 1, "primal": 4}
_BATCH = 200  # sums looked at together: each may cut all the others' days
_NO_END = {_Status.kUnbounded, _Status.kUnboundedOrInfeasible}


class SolverError(RuntimeError):
    """The solver gave neither an optimum nor a proof that there is none."""


def sums(windows: Iterable[Window]) -> list[Sum]:
    """The sum over each window."""
    return [(Term(1.0, *window),) for window in windows]


class Pieces:
    """All time, cut where a term of any of some sums begins or ends."""

    def __init__(self, over: Iterable[Sum]) -> None:
        days = {
            day for s in over for t in s for day in (t.start.toordinal(), t.end.toordinal() + 1)
        }
        self.firsts = np.array([0, *sorted(days)])

    def counts(self, over: Sequence[Sum]) -> Array:
        """How often each sum (a row) counts the days of each piece (a column); none may be cut."""
        terms = [term for s in over for term in s]
        starts = np.array([[t.start.toordinal()] for t in terms])
        ends = np.array([[t.end.toordinal()] for t in terms])
        inside = (starts <= self.firsts) & (self.firsts <= ends)
        counted = inside * np.array([[t.coefficient] for t in terms])
        return np.add.reduceat(counted, np.cumsum([0, *(len(s) for s in over)])[:-1])


def scaled(rows: Iterable[Row], scale: float) -> tuple[Array, Array, Array]:
    """What to multiply each row by, and its limits, so that both are about 1 in units of `scale`.

    Figures span 10 to 10¹²: unscaled, the solver's tolerance would mean nothing.
    """
    rows = list(rows)
    limits = np.array([(row.low, row.high) for row in rows])
    size = np.array([max(_ends(row), default=scale) for row in rows])
    return scale / size, limits[:, 0] / size, limits[:, 1] / size


def _ends(row: Row) -> list[float]:
    return [abs(end) for end in (row.low, row.high) if 0 < abs(end) < INF]


def _sizes(statements: Iterable[Statement]) -> Iterator[float]:
    """The monthly size of every level, for the scale of the model."""
    for row in (row for s in statements for row in s.rows if len(row.terms) == 1):
        if ends := _ends(row):
            yield max(ends) / ((row.terms[0].end - row.terms[0].start).days + 1) * 30


class Polytope:
    """All series that agree with the statements in use.

    `windows`, if given, are kept whole as well: no cell lies across an end of one.
    """

    def __init__(self, statements: Sequence[Statement], windows: Iterable[Window] = ()) -> None:
        self.statements = {s.id: s for s in statements}
        self.used = set(self.statements)
        self.scale = median([*_sizes(statements)] or [1.0])
        names = [s.id for s in statements for _ in s.rows]
        self._rows: dict[str, list[int]] = {s.id: [] for s in statements}
        for at, name in enumerate(names):
            self._rows[name].append(at)
        rows = [row for s in statements for row in s.rows]
        over = [*(row.terms for row in rows), *sums(windows)]
        self._pieces = Pieces(over)
        columns, self._cell = np.unique(self._pieces.counts(over), axis=1, return_inverse=True)
        self.size = columns.shape[1]
        factor, low, high = scaled(rows, self.scale)
        self._matrix, self._limits = columns[: len(rows)] * factor[:, None], np.stack([low, high])
        self._highs = _new(self.size)
        _add_rows(self._highs, self._matrix, low, high)

    def in_use(self) -> list[Row]:
        """The rows of the statements in use."""
        return [row for name in sorted(self.used) for row in self.statements[name].rows]

    def use(self, names: Collection[str]) -> None:
        """Let exactly these statements hold."""
        wanted = set(names)
        for name in sorted(self.used ^ wanted):
            for row in self._rows[name]:
                low, high = self._limits[:, row] if name in wanted else (-INF, INF)
                self._highs.changeRowBounds(row, low, high)
        self.used = wanted

    def _held(self, over: Sequence[Sum]) -> tuple[Array, Array]:
        """How often each sum counts each cell, at least and at most: where a cell is cut, its days
        count differently, and all of it may lie where they count least, or most."""
        pieces = Pieces(over)
        pieces.firsts = np.union1d(pieces.firsts, self._pieces.firsts)
        cell = self._cell[np.searchsorted(self._pieces.firsts, pieces.firsts, side="right") - 1]
        order = np.argsort(cell, kind="stable")
        first = np.searchsorted(cell[order], np.arange(self.size))
        counts = pieces.counts(over)[:, order]
        least, most = (f.reduceat(counts, first, axis=1) for f in (np.minimum, np.maximum))
        return least, most

    def _solve(
        self, costs: Array, simplex: str, *, largest: bool = False
    ) -> highspy.HighsModelStatus:
        self._highs.setOptionValue("simplex_strategy", _SIMPLEX[simplex])
        sense = highspy.ObjSense.kMaximize if largest else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(sense)
        self._highs.changeColsCost(self.size, np.arange(self.size, dtype=np.int32), costs)
        self._highs.run()
        if self._highs.getModelStatus() not in _ANSWERS:
            # A warm start can lose its way; from nothing, the same program has an answer.
            self._highs.clearSolver()
            self._highs.run()
        return self._highs.getModelStatus()

    def feasible(self, names: Collection[str] | None = None) -> bool:
        """Whether the statements (those in use, or these) can all be true."""
        if names is not None:
            self.use(names)
        status = self._solve(np.zeros(self.size), "dual")
        if status in (_Status.kOptimal, _Status.kInfeasible):
            return bool(status == _Status.kOptimal)
        raise SolverError(f"feasibility: {status}")

    def _extreme(self, costs: Array, *, largest: bool) -> float:
        status = self._solve(costs, "primal", largest=largest)
        if status == _Status.kOptimal:
            return float(self._highs.getInfo().objective_function_value) * self.scale
        if status in _NO_END:
            return INF if largest else -INF
        raise SolverError(f"bounds: {status}; are the statements in use feasible?")

    def _extremes(self, over: Sequence[Sum]) -> Iterator[tuple[float, float]]:
        """The least and the most of each sum; what is asked twice is solved once."""
        batches = (over[at : at + _BATCH] for at in range(0, len(over), _BATCH))
        held = [np.concatenate(counts) for counts in zip(*map(self._held, batches), strict=True)]
        ends = []
        for counts, largest in zip(held, (False, True), strict=True):
            asked, which = np.unique(counts, axis=0, return_inverse=True)
            found = [self._extreme(costs, largest=largest) for costs in asked]
            ends.append([found[at] for at in which])
        return zip(*ends, strict=True)

    def extremes(self, terms: Iterable[Term]) -> tuple[float, float]:
        """The least and the most of any sum of terms; infinite where nothing limits it."""
        return next(self._extremes([tuple(terms)]))

    def bounds(self, windows: Iterable[Window]) -> list[tuple[float, float]]:
        """The least and the most that the sum over each window can be; inf where nothing limits it.

        Raises `SolverError` where the statements in use cannot all be true.
        """
        found = self._extremes(sums(windows)) if (windows := list(windows)) else []
        return [(max(0.0, self._snapped(low, -1)), self._snapped(high, 1)) for low, high in found]

    def bound(self, start: date, end: date) -> tuple[float, float]:
        """`bounds` of one window."""
        return self.bounds([(start, end)])[0]

    def _snapped(self, value: float, outward: int) -> float:
        """A round number if one is within the solver's tolerance, else moved out by as much."""
        if abs(value) == INF:
            return value
        noise = 1e-7 * max(self.scale, abs(value))
        near = float(f"{value:.6g}")
        return near if abs(near - value) <= noise else value + outward * noise

    def ratio(self, now: Window, then: Window) -> tuple[float, float]:
        """How many times the sum of one window another can be.

        One linear program more, in cells over the sum of `then` and its inverse (Charnes and Cooper
        1962, Programming with linear fractional functionals).
        """
        held, most = self._held(sums((now, then)))
        if (held != most).any():
            used = [self.statements[name] for name in sorted(self.used)]
            return Polytope(used, (now, then)).ratio(now, then)
        (above, below), solver = np.pad(held, ((0, 0), (0, 1))), _new(self.size + 1)
        rows = [row for name in sorted(self.used) for row in self._rows[name]]
        for ends, limits in zip(self._limits, ((0.0, INF), (-INF, 0.0)), strict=True):
            kept = [row for row in rows if abs(ends[row]) < INF]
            less = np.column_stack([self._matrix[kept], -ends[kept]])
            _add_rows(solver, less, *(np.full(len(kept), limit) for limit in limits))
        _add_rows(solver, below[None], np.ones(1), np.ones(1))
        solver.changeColsCost(len(above), np.arange(len(above), dtype=np.int32), above)
        found = []
        for sense, free in ((highspy.ObjSense.kMinimize, 0.0), (highspy.ObjSense.kMaximize, INF)):
            solver.changeObjectiveSense(sense)
            solver.run()
            optimal = solver.getModelStatus() == _Status.kOptimal
            found.append(solver.getInfo().objective_function_value if optimal else free)
        return found[0], found[1]

    def implied(self, statement: Statement) -> tuple[float, float]:
        """What the statements in use say of another's quantity (see `Statement.stated`)."""
        terms = statement.rows[0].terms
        if len(terms) == 1:
            return self.bound(statement.start, statement.end)
        now, then = terms
        return self.ratio((now.start, now.end), (then.start, then.end))

    def extremes_held(
        self, terms: Iterable[Term], sides: tuple[bool, bool] = (True, True)
    ) -> tuple[float, float, set[str]]:
        """The least and the most of a sum of terms, and the statements that hold them.

        Those are the ones with a price in the dual. `sides`: whether to ask for the least, the
        most; an end not asked for is infinite.
        """
        held, found, ends = self._held([tuple(terms)]), set[str](), [-INF, INF]
        for largest in (False, True):
            if sides[largest]:
                ends[largest] = self._extreme(held[largest][0], largest=largest)
                if abs(ends[largest]) < INF:  # without an end, nothing holds it
                    prices = self._highs.getSolution().row_dual
                    rows = self._rows
                    found |= {n for n in self.used if any(abs(prices[r]) > 1e-9 for r in rows[n])}
        return ends[0], ends[1], found

    def resting_on(self, start: date, end: date) -> set[str]:
        """The statements that hold the two bounds of a window."""
        return self.extremes_held((Term(1.0, start, end),))[2]


def _new(size: int) -> highspy.Highs:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    # Presolve would undo what a warm start saves, and hide which rows hold a bound.
    solver.setOptionValue("presolve", "off")
    solver.addVars(size, np.zeros(size), np.full(size, highspy.kHighsInf))
    return solver


def _add_rows(solver: highspy.Highs, matrix: Array, low: Array, high: Array) -> None:
    at, columns = np.nonzero(matrix)
    starts = np.searchsorted(at, np.arange(len(matrix))).astype(np.int32)
    values = matrix[at, columns]
    solver.addRows(len(matrix), low, high, len(at), starts, columns.astype(np.int32), values)
