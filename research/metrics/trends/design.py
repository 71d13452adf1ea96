"""The columns of an interrupted time series: time, level, slope, harmonics, control, exposure.

Each column is a function of where a window stands, so that a line can be drawn for any time, with
the interruption or without it. Fitting is in `interrupted.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import polars as pl

from research.metrics.trends.series import Numbers, SeriesLike, days_long, in_sequence, read
from research.record.record import RecordError

Moment = date | int
Population = str | float | Sequence[float] | None


@dataclass(frozen=True)
class Design:
    """How positions become columns; each option is described at `interrupted`."""

    starts: tuple[float, ...]
    phase_in: int
    trend: bool
    level: bool
    slope: bool
    since: Literal[0, 1, "start"]
    time_from: int
    harmonics: int
    period: float
    season: float
    control: bool
    covariates: tuple[str, ...]

    def names(self) -> list[str]:
        """Terms, in the order of the columns."""
        many = len(self.starts) > 1
        core = ["constant"] + ["time"] * self.trend
        for n in range(1, len(self.starts) + 1):
            number = f"_{n}" if many else ""
            core += [f"level{number}"] * self.level + [f"slope{number}"] * self.slope
        waves = [f"{wave}{j}" for wave, j in self._waves()]
        grouped = ["group", *(f"group_{name}" for name in core[1:])] if self.control else []
        return [*core, *grouped, *waves, *self.covariates]

    def columns(
        self,
        position: Numbers,
        covariates: Numbers,
        *,
        interrupted: bool = True,
        control: bool = False,
    ) -> Numbers:
        """One row a position; `interrupted=False` is the line as it stood before."""
        time = position - 1 + self.time_from
        core = [np.ones_like(position)] + [time] * self.trend
        for start in self.starts:
            on = (position >= start) & interrupted
            clock = position - start - self.phase_in
            since = time if self.since == "start" else clock + self.since
            core += [on * 1.0] * self.level + [on * since] * self.slope
        angle = 2 * np.pi * (position - 1 + self.season) / self.period
        waves = [getattr(np, wave)(j * angle) for wave, j in self._waves()]
        grouped = [column * (not control) for column in core] if self.control else []
        return np.column_stack([*core, *grouped, *waves, *covariates.T])

    def _waves(self) -> list[tuple[str, int]]:
        """Sines, then cosines; at two windows a wave the sine is 0 in each, and left out."""
        orders = range(1, self.harmonics + 1)
        sines = [("sin", j) for j in orders if 2 * j != self.period]
        return [*sines, *(("cos", j) for j in orders)]

    def phased_in(self, position: Numbers) -> Numbers:
        """Which positions lie in the phase-in after an interruption."""
        since = position[:, None] - np.array(self.starts)
        inside: Numbers = np.any((since >= 0) & (since < self.phase_in), axis=1)
        return inside


@dataclass(frozen=True)
class Rows:
    """A series ready for its design: windows, which of them are fitted, exposure, covariates."""

    frame: pl.DataFrame
    used: Numbers
    exposure: Numbers
    covariates: Numbers

    @property
    def position(self) -> Numbers:
        """Where the windows stand, from 1."""
        return self.frame["position"].cast(pl.Float64).to_numpy()

    def without(self, out: Numbers) -> Rows:
        """The same with more windows left out of the fit."""
        return replace(self, used=self.used & ~out)


def rows(
    series: SeriesLike,
    population: Population,
    *,
    days: bool,
    covariates: pl.DataFrame | None,
    exclude: Sequence[tuple[Moment, Moment]],
) -> tuple[Rows, tuple[str, ...]]:
    """A series with its exposure and covariates, and the names of these. Raises `RecordError`."""
    frame = in_sequence(read(series))
    names, extra = _covariates(frame, covariates)
    out = pl.repeat(value=False, n=pl.len())
    for first, last in exclude:
        inside = pl.col("position").is_between(first, last)
        if isinstance(first, date):
            inside = (pl.col("end") >= first) & (pl.col("start") <= last)
        out |= inside
    used = frame.select(~out).to_series().to_numpy()
    return Rows(frame, used, _exposure(frame, population, days=days), extra), names


def where(frame: pl.DataFrame, moment: Moment) -> float:
    """The position of the first window that begins at or after a moment. Raises `RecordError`."""
    column = "start" if isinstance(moment, date) else "position"
    if column not in frame.columns:
        raise RecordError(f"at: {moment} is a day, but the series has no windows")
    later = frame.filter(pl.col(column) >= moment)
    if later.is_empty():
        raise RecordError(f"at: no window begins at or after {moment}")
    return float(later["position"][0])


def season(frame: pl.DataFrame, period: float) -> float:
    """The season of the first window: its month if there are twelve of them, otherwise 1."""
    return float(frame["start"][0].month) if "start" in frame.columns and period == 12 else 1.0


def _exposure(frame: pl.DataFrame, population: Population, *, days: bool) -> Numbers:
    """What a count is proportional to: persons, days, both, or nothing (1)."""
    exposure = np.ones(frame.height)
    if isinstance(population, str):
        if population not in frame.columns:
            raise RecordError(f"population: there is no column {population!r} in the series")
        exposure = frame[population].cast(pl.Float64).to_numpy()
    elif population is not None:
        exposure = exposure * np.asarray(population, dtype=float)
    if days:
        if "start" not in frame.columns:
            raise RecordError("days: only windows have days; plain numbers have none")
        exposure = exposure * frame.select(days_long()).to_series().to_numpy()
    if not (np.isfinite(exposure).all() and (exposure > 0).all()):
        raise RecordError("population: every exposure must be a number above 0")
    return exposure


def _covariates(
    frame: pl.DataFrame, covariates: pl.DataFrame | None
) -> tuple[tuple[str, ...], Numbers]:
    if covariates is None:
        return (), np.empty((frame.height, 0))
    if "start" in covariates.columns and "start" in frame.columns:
        kept = covariates.drop("end", "position", strict=False)
        covariates = frame.select("start").join(kept, "start", "left", maintain_order="left")
    names = tuple(c for c in covariates.columns if c not in ("start", "end", "position"))
    values = covariates.select(pl.col(names).cast(pl.Float64)).to_numpy()
    if len(values) != frame.height or not np.isfinite(values).all():
        raise RecordError(f"covariates: give a number for each of the {frame.height} windows")
    return names, values
