"""One statement against the rest of the record (DESIGN §6).

Take the statement out, let all the others hold, and see what they say of its quantity: `confirmed`,
`compatible`, `contradicted` or `new`. Where the others contradict each other, a verdict stands only
if every lightest way to reconcile them gives it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from research.metrics.conflicts import disjoint_pairs, irreducible, resolve
from research.metrics.given import Series, of_rows, of_sources
from research.metrics.grounds import Ground, grounds, keeping_all
from research.metrics.points import beside, is_series, of_points
from research.metrics.polytope import Polytope
from research.metrics.statements import INF, SLACK_DAYS, Row, Statement, of_series
from research.record.record import Day, Record, RecordError

VERDICTS = ("confirmed", "compatible", "contradicted", "new")
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Verdict:
    """How one statement stands.

    `implied` is what the others say of its quantity (a sum over its window, or for a change the
    ratio to its base), `stated` what it says itself; both (low, high). `before` and `after` bound
    the sum over its window without and with it. `grounds` say it limit by limit. `rests` are the
    statements that hold what is implied, or for `contradicted` those that it cannot be true with.
    """

    statement: Statement
    series: Series
    verdict: str
    stated: tuple[float, float]
    implied: tuple[float, float]
    before: tuple[float, float]
    after: tuple[float, float] | None
    rests: tuple[Statement, ...] = field(repr=False)
    grounds: tuple[Ground, ...] = field(repr=False, default=())

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The ids of `rests`."""
        return tuple(sorted(s.id for s in self.rests))

    @property
    def narrows(self) -> float | None:
        """By which share of its width the window's interval shrinks; None where it had no end."""
        width = self.before[1] - self.before[0]
        if self.after is None or width in (0.0, INF):
            return None
        return 1 - (self.after[1] - self.after[0]) / width


def _follows(polytope: Polytope, row: Row) -> bool:
    """Whether the others alone keep a row."""
    low, high = polytope.extremes(row.terms)
    size = max((abs(e) for e in (row.low, row.high, low, high) if 0 < abs(e) < INF), default=1.0)
    slack = _TOLERANCE * max(size, 1e-3 * polytope.scale)
    return (row.low == -INF or low >= row.low - slack) and (
        row.high == INF or high <= row.high + slack
    )


def _unlimited(polytope: Polytope, statement: Statement) -> bool:
    """Whether the others say nothing at all of its quantity."""
    for row in statement.rows:
        low, high = polytope.extremes(row.terms)
        trivial = 0.0 if len(row.terms) == 1 else -INF
        if low > trivial + _TOLERANCE * polytope.scale or high < INF:
            return False
    return True


def _judge(
    polytope: Polytope, statement: Statement, series: Series, others: list[Statement]
) -> Verdict:
    names = frozenset(s.id for s in others)
    sets = [names - aside for aside in resolve(polytope, others).set_aside]
    against = _other_ratios(statement, others)
    fits = [s for s in sets if not s & against and polytope.feasible({*s, statement.id})]
    held = fits[0] if fits else sets[0]
    polytope.use(held)
    implied, before = polytope.implied(statement), polytope.bound(statement.start, statement.end)
    about = (statement, series)
    reasons = tuple(grounds(polytope, statement, [s for s in others if s.id in held]))
    if not fits:
        order = sorted(sets[0], key=lambda name: (polytope.statements[name].weight, name))
        against = against & held or irreducible(polytope, order, [statement.id])
        rests = tuple(s for s in others if s.id in against)
        return Verdict(
            *about, "contradicted", statement.stated, implied, before, None, rests, reasons
        )
    if _unlimited(polytope, statement):
        verdict, rests = "new", ()
    else:
        every = len(fits) == len(sets) and all(_confirms(polytope, s, statement) for s in sets)
        verdict, rests = "confirmed" if every else "compatible", _resting(reasons)
    polytope.use({*held, statement.id})
    after = polytope.bound(statement.start, statement.end)
    return Verdict(*about, verdict, statement.stated, implied, before, after, rests, reasons)


def _other_ratios(statement: Statement, others: Sequence[Statement]) -> frozenset[str]:
    """Those that give another ratio between the same two sums (see `disjoint_pairs`)."""
    if statement.kind not in ("change", "comparison"):
        return frozenset()
    pairs = [pair for pair in disjoint_pairs([*others, statement]) if statement.id in pair]
    return frozenset().union(*pairs) - {statement.id}


def _resting(reasons: Sequence[Ground]) -> tuple[Statement, ...]:
    """Statements that keep all limits by themselves, else each limit, else hold the bounds."""
    found = {s.id: s for reason in reasons for s in reason.alone or reason.holding}
    return keeping_all(reasons) or tuple(found.values())


def _confirms(polytope: Polytope, held: frozenset[str], statement: Statement) -> bool:
    polytope.use(held)
    return all(_follows(polytope, row) for row in statement.rows)


def _judged(
    record: Record, series: Series, candidates: Sequence[Statement], slack_days: int
) -> Iterator[Verdict]:
    """Verdicts on statements of one series against all that the record says of it."""
    sums = is_series(record, series[0], series[2])
    known = of_series(record, *series, slack_days) if sums else of_points(record, *series)
    everything = {s.id: s for s in [*known, *candidates]}
    polytope = Polytope(list(everything.values()))
    for candidate in candidates:
        others = [s for s in known if s.id != candidate.id] if sums else beside(candidate, known)
        yield _judge(polytope, candidate, series, others)


def check(
    statements: str | Sequence[str] | pl.DataFrame | Mapping[str, Any],
    record: Record,
    *,
    as_of: Day = None,
    slack_days: int = SLACK_DAYS,
) -> list[Verdict]:
    """A verdict on every statement of a source (or several), or on rows that are not in the record.

    `statements`: source ids, or a frame or mapping of rows: figures (`indicator`, `start`, `end`,
    `printed` or `value`, and what else `Record` takes), claims (with `kind`), or ratios between two
    levels (`printed` with `base_start` and `base_end`). With `as_of` the others are those issued by
    then. Stocks, ratios and single actions are held against figures of the same day or window.
    Raises `RecordError`.

    >>> from research.record.record import load
    >>> row = {"indicator": "cases_solved", "start": "2022-01-01", "end": "2022-12-31",
    ...        "printed": "46.4万起"}
    >>> [verdict.verdict for verdict in check(row, load())]
    ['confirmed']
    >>> ratio = row | {"printed": "上升5%", "base_start": "2021-01-01", "base_end": "2021-12-31"}
    >>> [verdict.verdict for verdict in check(ratio, load())]
    ['confirmed']
    """
    known = record.as_of(as_of)
    if isinstance(statements, Mapping):
        statements = pl.DataFrame([dict(statements)])
    if isinstance(statements, pl.DataFrame):
        found = of_rows(statements, known, slack_days)
    else:
        found = of_sources(record, record.names(statements, "source") or [], slack_days)
    return [
        v for series, own in sorted(found.items()) for v in _judged(known, series, own, slack_days)
    ]


def verdict(statement: str | Mapping[str, Any], record: Record, *, as_of: Day = None) -> Verdict:
    """The verdict on one statement: an observation's or claim's id, or a row of your own.

    For an observation with a level and a change, the id alone is the level, `<id> (change)` the
    change. Raises `RecordError`.

    >>> from research.record.record import load
    >>> found = verdict("legal-daily-2022-05-11:cases_solved:2021-04-01..2022-03-31", load())
    >>> found.verdict in VERDICTS, found.stated
    (True, (393500.0, 395000.0))
    """
    if isinstance(statement, Mapping):
        judged = check(statement, record, as_of=as_of)
        if not judged:
            raise RecordError("a verdict needs a level, a change or a claim that limits a series")
        return judged[0]
    source = statement.partition(":")[0]
    found = [v for v in check(source, record, as_of=as_of) if v.statement.id == statement]
    if not found:
        raise RecordError(f"no statement {statement!r}; rs.check({source!r}, record) lists them")
    return found[0]
