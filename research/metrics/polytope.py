"""What a set of statements allows, as one linear program a series, solved by HiGHS.

Time is cut into cells of days in which no window begins or ends; every row limits a sum of cells,
and cells are ≥ 0. Bounds come from changing the objective and restarting warm; statements are
switched off by freeing their rows. The model is scaled so that rows and cells are about 1: figures
span 10 to 10¹², and unscaled the solver's tolerance would mean nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from statistics import median

import highspy
import numpy as np

from research.metrics.statements import DAY, INF, Row, Statement, Term, months, windows_of

_Status = highspy.HighsModelStatus
_ANSWERS = {
    _Status.kOptimal,
    _Status.kInfeasible,
    _Status.kUnbounded,
    _Status.kUnboundedOrInfeasible,
}
_NO_END = {_Status.kUnbounded, _Status.kUnboundedOrInfeasible}


class SolverError(RuntimeError):
    """The solver gave neither an optimum nor a proof that there is none."""


def _sizes(statements: Iterable[Statement]) -> Iterable[float]:
    """The monthly size of every level, for the scale of the model."""
    for row in (row for s in statements for row in s.rows if len(row.terms) == 1):
        ends = [end for end in (row.low, row.high) if 0 < end < INF]
        if ends:
            yield max(ends) / ((row.terms[0].end - row.terms[0].start).days + 1) * 30


class Polytope:
    """All series that agree with the statements in use."""

    def __init__(
        self, statements: Sequence[Statement], windows: Iterable[tuple[date, date]] = ()
    ) -> None:
        spans = [*windows_of(statements), *windows]
        first = min(start for start, _ in spans).replace(day=1)
        last = max(end for _, end in spans)
        edges = {first, last + DAY, *(a for a, _ in spans), *(b + DAY for _, b in spans)}
        self.edges = sorted(edges | {month for month, _ in months(first, last)})
        self.size = len(self.edges) - 1
        self.scale = median(_sizes(statements) or [1.0]) if any(_sizes(statements)) else 1.0
        self.statements = {s.id: s for s in statements}
        self.used = set(self.statements)
        self._rows: dict[str, list[int]] = {name: [] for name in self.statements}
        self._limits: list[tuple[float, float]] = []
        self._values: list[tuple[np.ndarray, np.ndarray]] = []
        self._columns = np.arange(self.size, dtype=np.int32)
        self._highs = _new(self.size)
        for statement in statements:
            for row in statement.rows:
                self._add(statement.id, row)

    def _add(self, name: str, row: Row) -> None:
        coefficients = self.coefficients(row.terms)
        size = max((abs(e) for e in (row.low, row.high) if 0 < abs(e) < INF), default=self.scale)
        low, high = row.low / size, row.high / size
        at = np.flatnonzero(coefficients).astype(np.int32)
        values = coefficients[at] * (self.scale / size)
        self._highs.addRow(low, high, len(at), at, values)
        self._rows[name].append(len(self._limits))
        self._limits.append((low, high))
        self._values.append((at, values))

    def coefficients(self, terms: Iterable[Term]) -> np.ndarray:
        """One number a cell: how often a sum of terms counts it."""
        found = np.zeros(self.size)
        for term in terms:
            first, after = (
                bisect_left(self.edges, term.start),
                bisect_left(self.edges, term.end + DAY),
            )
            found[first:after] += term.coefficient
        return found

    def use(self, names: Collection[str]) -> None:
        """Let exactly these statements hold."""
        wanted = set(names)
        for name in self.used ^ wanted:
            for row in self._rows[name]:
                low, high = self._limits[row] if name in wanted else (-INF, INF)
                self._highs.changeRowBounds(row, low, high)
        self.used = wanted

    def _solve(self, costs: np.ndarray, *, largest: bool = False) -> highspy.HighsModelStatus:
        sense = highspy.ObjSense.kMaximize if largest else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(sense)
        self._highs.changeColsCost(self.size, self._columns, costs)
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
        status = self._solve(np.zeros(self.size))
        if status in (_Status.kOptimal, _Status.kInfeasible):
            return bool(status == _Status.kOptimal)
        raise SolverError(f"feasibility: {status}")

    def _extreme(self, terms: Iterable[Term], *, largest: bool) -> float:
        status = self._solve(self.coefficients(terms), largest=largest)
        if status == _Status.kOptimal:
            return float(self._highs.getInfo().objective_function_value) * self.scale
        if status in _NO_END:
            return INF if largest else -INF
        raise SolverError(f"bounds: {status}; are the statements in use feasible?")

    def bound(self, start: date, end: date) -> tuple[float, float]:
        """The least and the most that the sum over a window can be; inf where nothing limits it."""
        term = (Term(1.0, start, end),)
        low, high = (self._extreme(term, largest=largest) for largest in (False, True))
        if start < self.edges[0] or end >= self.edges[-1]:
            high = INF  # days that no statement speaks of
        return max(0.0, self._snapped(low, -1)), self._snapped(high, 1)

    def _snapped(self, value: float, outward: int) -> float:
        """A round number if one is within the solver's tolerance, else moved out by as much."""
        if abs(value) == INF:
            return value
        noise = 1e-7 * max(self.scale, abs(value))
        near = float(f"{value:.6g}")
        return near if abs(near - value) <= noise else value + outward * noise

    def extremes(self, terms: Iterable[Term]) -> tuple[float, float]:
        """The least and the most of any sum of terms; infinite where nothing limits it."""
        kept = tuple(terms)
        return self._extreme(kept, largest=False), self._extreme(kept, largest=True)

    def ratio(self, now: tuple[date, date], then: tuple[date, date]) -> tuple[float, float]:
        """How many times the sum of one window another can be.

        One linear program more, in cells over the sum of `then` and its inverse (Charnes and Cooper
        1962, Programming with linear fractional functionals).
        """
        above, below = (self.coefficients((Term(1.0, *window),)) for window in (now, then))
        solver = _new(self.size + 1)
        cells = np.arange(self.size, dtype=np.int32)
        last = np.array([self.size], dtype=np.int32)
        for row in (row for name in self.used for row in self._rows[name]):
            at, values = self._values[row]
            for end, limits in zip(self._limits[row], ((0.0, INF), (-INF, 0.0)), strict=True):
                if abs(end) < INF:
                    columns = np.append(at, last)
                    solver.addRow(*limits, len(columns), columns, np.append(values, -end))
        solver.addRow(1.0, 1.0, self.size, cells, below)
        solver.changeColsCost(self.size, cells, above)
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

    def resting_on(self, start: date, end: date) -> set[str]:
        """The statements that hold the two bounds of a window: those with a price in the dual."""
        found = set()
        for largest in (False, True):
            self._extreme((Term(1.0, start, end),), largest=largest)
            prices = self._highs.getSolution().row_dual
            found |= {n for n in self.used if any(abs(prices[r]) > 1e-9 for r in self._rows[n])}
        return found

    def path(self) -> list[float]:
        """The smoothest series inside everything, one sum a cell.

        Denton's criterion for daily rates (the least sum of squared differences of one cell to the
        next) as a convex quadratic program over the same limits.
        """
        days = np.array([(b - a).days for a, b in zip(self.edges, self.edges[1:], strict=False)])
        differences = (np.eye(self.size) - np.eye(self.size, k=-1))[1:] / days
        weights = 2 * differences.T @ differences * 900  # rates per 30 days: entries about 1
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        model = self._highs.getLp()
        model.col_cost_ = np.zeros(self.size)
        model.sense_ = highspy.ObjSense.kMinimize
        solver.passModel(model)
        lower = np.tril(weights + 1e-9 * np.eye(self.size))
        at = [np.flatnonzero(lower[:, column]) for column in range(self.size)]
        starts = np.cumsum([0, *(len(rows) for rows in at)])[:-1].astype(np.int32)
        values = np.concatenate([lower[rows, column] for column, rows in enumerate(at)])
        solver.passHessian(
            self.size,
            len(values),
            int(highspy.HessianFormat.kTriangular),
            starts,
            np.concatenate(at).astype(np.int32),
            values,
        )
        solver.run()
        if solver.getModelStatus() != _Status.kOptimal:
            raise SolverError(f"path: {solver.getModelStatus()}")
        return [max(0.0, value) * self.scale for value in solver.getSolution().col_value]

    def sums(self, cells: Sequence[float], windows: Iterable[tuple[date, date]]) -> list[float]:
        """The sums of a path over windows."""
        return [float(self.coefficients((Term(1.0, *w),)) @ np.array(cells)) for w in windows]


def _new(size: int) -> highspy.Highs:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    # Presolve would undo what a warm start saves, and hide which rows hold a bound.
    solver.setOptionValue("presolve", "off")
    solver.addVars(size, np.zeros(size), np.full(size, highspy.kHighsInf))
    return solver
