"""The tightest interval that all observations and claims together imply for any window (DESIGN §5).

Partial identification (Manski 2003, Partial Identification of Probability Distributions): nothing
is assumed beyond what was said, unless it is asked for. What a statement limits is `statements.py`,
the linear program `polytope.py`, what yields in a conflict `conflicts.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import numpy as np
import polars as pl

from research.lang import number, possible
from research.metrics.assume import Assumption, as_statement
from research.metrics.causes import Disputed, explained, not_seen
from research.metrics.conflicts import Resolution, irreducible, resolve
from research.metrics.path import smoothest
from research.metrics.points import disputed, is_series
from research.metrics.polytope import Polytope
from research.metrics.statements import SLACK_DAYS, Statement, of_series, windows_of
from research.record.record import Day, Record, RecordError, as_day

_SCHEMA = {
    "start": pl.Date,
    "end": pl.Date,
    "low": pl.Float64,
    "high": pl.Float64,
    "path": pl.Float64,
}
_STATEMENT = {
    "id": pl.String,
    "kind": pl.String,
    "source_id": pl.String,
    "start": pl.Date,
    "end": pl.Date,
    "said": pl.String,
    "weight": pl.Float64,
}


@dataclass(frozen=True)
class Bounds:
    """What a series can have been, window by window, and all that this rests on.

    `frame`: `start`, `end`, `low`, `high` (infinite: unbounded), `path` (the smoothest series
    inside everything, in the unit of the indicator). `statements`: what was used and what was set
    aside (`set_aside`). `conflicts`: one row a statement in a conflict (`causes.explained`).
    `assumptions`: their names; none by default.
    """

    indicator: str
    geo: str
    scope: str
    frame: pl.DataFrame
    statements: pl.DataFrame
    assumptions: tuple[str, ...]
    resolution: Resolution
    conflicts: pl.DataFrame
    vintage: date | None

    @property
    def set_aside(self) -> pl.DataFrame:
        """Statements left out because not all can be true; each with the conflicts it stands in."""
        return self.statements.filter("set_aside")

    def __repr__(self) -> str:
        with pl.Config(fmt_str_lengths=60, tbl_width_chars=100):
            return "\n".join([*self._head(), repr(self._in_words()), self._NEXT])

    def _repr_html_(self) -> str:
        lines = "<br>".join(self._head())
        with pl.Config(fmt_str_lengths=60):
            shown = self._in_words()._repr_html_()
        return f"<p>{lines}</p>{shown}<p><code>{self._NEXT}</code></p>"

    _NEXT: ClassVar[str] = "next: .frame, .statements, .set_aside, rs.chart.bounds(record, this)"

    def _head(self) -> tuple[str, str]:
        aside, used = self.set_aside.height, self.statements.height
        assumed = "; ".join(self.assumptions) or "none"
        series = f"{self.indicator} ({self.geo}, {self.scope})"
        conflicts = f"{aside} set aside in {len(self.resolution.conflicts)} conflicts"
        return (
            f"bounds of {series}, as of {self.vintage or 'now'}",
            f"{used - aside} statements, {conflicts}; assumptions: {assumed}",
        )

    def _in_words(self) -> pl.DataFrame:
        """The frame as it is shown."""
        return self.frame.select(
            "start",
            "end",
            possible(pl.col("low").floor(), pl.col("high").ceil(), "en").alias("can have been"),
            number(pl.col("path").round(), "en").alias("smoothest path"),
        )


def statement_frame(statements: Iterable[Statement], aside: Iterable[str] = ()) -> pl.DataFrame:
    """Statements as a table, with whether each was set aside."""
    rows = [[getattr(s, column) for column in _STATEMENT] for s in statements]
    frame = pl.DataFrame(rows, schema=_STATEMENT, orient="row")
    return frame.with_columns(set_aside=pl.col("id").is_in(list(aside)))


def _no_series(record: Record, indicator: str, geo: str, scope: str) -> str:
    """Why this is no sum of its months; blank if it is. Raises `RecordError` for unknown names."""
    record.names(indicator, "indicator"), record.names(geo, "geo"), record.names(scope, "scope")
    kind = record.indicators.filter(indicator=indicator).item(0, "kind")
    if kind != "flow":
        return f"{indicator} is a {kind}: only a flow can be cut into months and bounded"
    if not is_series(record, indicator, scope):
        return f"{scope} is no series: each figure is of another action or batch"
    return ""


def require_series(record: Record, indicator: str, geo: str, scope: str) -> None:
    """Only a flow is a sum of its months; single actions are no series. Raises `RecordError`."""
    if why := _no_series(record, indicator, geo, scope):
        raise RecordError(why)


def has_bounds(
    record: Record, indicator: str, geo: str = "CN", scope: str = "total", *, as_of: Day = None
) -> bool:
    """Whether `bounds` has an answer: the series is a flow, and something that was said limits it.

    Raises `RecordError` for a name that the record does not know.

    >>> from research.record.record import load
    >>> has_bounds(load(), "cases_solved"), has_bounds(load(), "cases_solved", as_of="2001-01-01")
    (True, False)
    """
    known = record.as_of(as_of)
    return not _no_series(known, indicator, geo, scope) and bool(
        of_series(known, indicator, geo, scope)
    )


def _periods(every: str, statements: Sequence[Statement]) -> list[tuple[date, date]]:
    levels = [s for s in statements if s.kind == "level"] or statements
    first, last = min(s.start for s in levels), max(s.end for s in levels)
    try:
        starts = pl.date_range(
            pl.select(pl.lit(first).dt.truncate(every)).item(), last, every, eager=True
        )
    except pl.exceptions.PolarsError as problem:
        raise RecordError(f"every: {every!r} is not an interval such as 1mo, 1q, 1y") from problem
    ends = starts.dt.offset_by(every) - timedelta(days=1)
    return list(zip(starts.to_list(), ends.to_list(), strict=True))


def _windows(windows: Iterable[tuple[Day, Day]]) -> list[tuple[date, date]]:
    found = []
    for start, end in windows:
        first, last = as_day(start, "start"), as_day(end, "end")
        if first is None or last is None or first > last:
            raise RecordError(
                f"windows: {start} to {end} is no window; give start and end, in order"
            )
        found.append((first, last))
    return found


def _assume(polytope: Polytope, resolution: Resolution, names: Sequence[str]) -> None:
    """Raise where an assumption cannot hold with what was said."""
    everything = frozenset(polytope.statements) - frozenset(names)
    for aside in resolution.set_aside:
        if names and not polytope.feasible({*(everything - aside), *names}):
            against = irreducible(polytope, sorted(everything - aside), names)
            raise RecordError(
                f"the assumption {'; '.join(names)} contradicts {', '.join(sorted(against))}"
            )


def bounds(
    record: Record,
    indicator: str,
    geo: str = "CN",
    scope: str = "total",
    *,
    every: str = "1mo",
    windows: Iterable[tuple[Day, Day]] | None = None,
    as_of: Day = None,
    assume: Sequence[Assumption] = (),
    slack_days: int = SLACK_DAYS,
) -> Bounds:
    """The least and the most that a flow can have been, in every month or in the windows asked for.

    All statements about the series hold together: announced levels, printed changes, runs, records,
    parts and wholes. Where they cannot, the lightest sets of statements are set aside, and the
    bounds are the hull over all such sets. An inferred window is an inner and an outer one, each
    `slack_days` off. Raises `RecordError`.

    >>> from research.record.record import load
    >>> found = bounds(load(), "cases_solved", windows=[("2022-01-01", "2022-12-31")])
    >>> found.frame.select("low", "high").row(0)
    (463500.0, 465000.0)
    """
    record = record.as_of(as_of)
    require_series(record, indicator, geo, scope)
    said = of_series(record, indicator, geo, scope, slack_days)
    if not said:
        raise RecordError(f"nothing was said about {indicator} ({geo}, {scope}) that limits it")
    asked = _windows(windows) if windows is not None else _periods(every, said)
    polytope = Polytope(said)
    resolution = resolve(polytope, said)
    if assume:
        spans = [*asked, *windows_of(said)]
        first, last = min(start for start, _ in spans), max(end for _, end in spans)
        assumed = [as_statement(a, first.replace(day=1), last) for a in assume]
        polytope = Polytope([*said, *assumed])
        _assume(polytope, resolution, [a.id for a in assumed])
    everything, found = frozenset(polytope.statements), []
    for aside in reversed(resolution.set_aside):
        polytope.use(everything - aside)
        found.append(polytope.bounds(asked))
    ends = np.array(found).reshape(len(found), len(asked), 2)
    low, high = ends[..., 0].min(axis=0), ends[..., 1].max(axis=0)
    path = np.clip(smoothest(polytope, asked), low, high)
    totals = record.observations.filter("cumulative")["observation_id"]
    conflicts = explained(polytope, resolution, set(totals))
    start, end = zip(*asked, strict=True) if asked else ((), ())
    frame = {"start": start, "end": end, "low": low, "high": high, "path": path}
    return Bounds(
        indicator,
        geo,
        scope,
        pl.DataFrame(frame, schema=_SCHEMA),
        statement_frame(said, resolution.ever_set_aside),
        tuple(a.name for a in assume),
        resolution,
        conflicts,
        record.vintage,
    )


def survey(
    record: Record, *, geo: str = "CN", as_of: Day = None, slack_days: int = SLACK_DAYS
) -> list[Disputed]:
    """Every series of a place in which not all statements can be true, with its conflicts.

    A conflict of several series (a part above its whole) is told once. Scopes that are no series
    are passed over; stocks and ratios are compared with others of the same day or window.
    """
    record = record.as_of(as_of)
    flows = record.figures().filter(pl.col("kind").cast(pl.String) == "flow", geo=geo)
    series = flows.select("indicator", "scope").unique().collect()
    totals = set(record.observations.filter("cumulative")["observation_id"])
    found, seen = list(disputed(record, geo)), set[frozenset[str]]()
    for indicator, scope in series.sort("indicator", pl.col("scope") != "total", "scope").rows():
        sums = is_series(record, indicator, scope)
        if not sums or not (said := of_series(record, indicator, geo, scope, slack_days)):
            continue
        polytope = Polytope(said)
        conflicts = explained(polytope, resolve(polytope, said), totals)
        if not (fresh := not_seen(conflicts, seen)).is_empty():
            found.append(Disputed(indicator, geo, scope, fresh))
    return found
