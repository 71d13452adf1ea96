"""What changed after a known day: interrupted time series (segmented regression).

Wagner et al. 2002, J Clin Pharm Ther 27; Linden 2015, Stata J 15; Bernal, Cummins and Gasparrini
2017, Int J Epidemiol 46. It says what changed *after*, never *because of*. Columns are in
`design.py`, estimation in `regression.py`, residuals in `diagnostics.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from math import floor
from typing import Any, Literal

import numpy as np
import polars as pl

from research.lang import Lang
from research.metrics.trends.design import Design, Moment, Population, Rows, rows, season, where
from research.metrics.trends.diagnostics import Diagnostics
from research.metrics.trends.regression import Family, Fit, Statistic, data_of, regression
from research.metrics.trends.series import SeriesLike, label
from research.metrics.trends.telling import (
    Refusal,
    Told,
    between,
    figure,
    p_text,
    taken_as,
    too_few,
    words,
)
from research.record.record import RecordError

_FAMILIES: dict[str, tuple[str, str]] = {
    "poisson": ("泊松", "Poisson"),
    "quasipoisson": ("拟泊松", "quasi-Poisson"),
    "negative_binomial": ("负二项", "negative binomial"),
    "least_squares": ("最小二乘", "least squares"),
}
_WHAT = ("中断时间序列", "An interrupted time series")
_EITHER_SIDE = 3
_SHORT = 8


@dataclass(frozen=True, repr=False)
class Interrupted(Told):
    """A fitted segmented regression.

    `frame`: the series with `used`, `fitted` and `counterfactual` (the line from before, carried
    on), each with `_low` and `_high` (of the mean), and `effect`: fitted to counterfactual as a
    ratio, for least squares fitted less counterfactual. `fit` has the estimates: `covariance`,
    `alpha`, `log_likelihood`, `aic`, `n`, `df`, `lags`. `before`, `after`: the points fitted.
    """

    fit: Fit
    design: Design
    frame: pl.DataFrame
    before: int
    after: int
    straddles: str | None

    def table(self) -> pl.DataFrame:
        return self.coefficients

    @property
    def coefficients(self) -> pl.DataFrame:
        """`term`, `estimate`, `se`, `statistic`, `p`, `low`, `high`; of counts also `ratio`,
        `ratio_low`, `ratio_high`: rate ratios."""
        return self.fit.coefficients

    @property
    def dispersion(self) -> float:
        """Pearson's χ² over its degrees of freedom; the residual variance of least squares."""
        return self.fit.diagnostics.dispersion

    @property
    def diagnostics(self) -> Diagnostics:
        """Dispersion and autocorrelation of the residuals."""
        return self.fit.diagnostics

    def term(self, name: str) -> dict[str, Any]:
        """One row of `coefficients`. Raises `RecordError` for a term that is not in the model."""
        found = self.coefficients.filter(term=name)
        if found.is_empty():
            terms = ", ".join(self.coefficients["term"])
            raise RecordError(f"no term {name!r} in this model; there are {terms}")
        return found.row(0, named=True)

    def predict(
        self,
        positions: Sequence[float],
        *,
        interrupted: bool = True,
        exposure: float | Sequence[float] = 1.0,
        covariates: Sequence[Sequence[float]] | None = None,
    ) -> pl.DataFrame:
        """The line at positions (fractions too): `position`, `low`, `value`, `high` of the mean.

        `interrupted=False` is the counterfactual; an `exposure` of 1 gives rates. `covariates`: a
        row a position, in the order of the model.
        """
        at, width = np.asarray(positions, dtype=float), len(self.design.covariates)
        extra = np.asarray(covariates if width else np.empty((at.size, 0)), dtype=float)
        if extra.shape != (at.size, width):
            raise RecordError(f"covariates: give {width} numbers for each of {at.size} positions")
        ends = self.fit.line(self.design.columns(at, extra, interrupted=interrupted))
        size = np.asarray(exposure, dtype=float)
        return pl.DataFrame({"position": at} | {name: end * size for name, end in ends.items()})

    def effect(self, position: float) -> dict[str, float]:
        """Fitted against counterfactual at a position: a rate ratio, or a difference."""
        at, none = np.array([float(position)]), np.zeros((1, len(self.design.covariates)))
        row = self.design.columns(at, none) - self.design.columns(at, none, interrupted=False)
        return {name: float(end[0]) for name, end in self.fit.line(row).items()}

    def sentences(self, lang: Lang) -> list[str]:
        first, (zh, en) = self._from(0), _FAMILIES[self.fit.family]
        zh = f"{first} 之前 {self.before} 个、自该期起 {self.after} 个数据点，{zh}模型。"
        en = f"{self.before} points before and {self.after} from {first} on, {en} model."
        head = words(lang, zh, en)
        kinds = ("group_level", "group_slope") if self.design.control else ("level", "slope")
        terms = [t for t in self.coefficients["term"] if t.startswith(kinds)]
        each = len(terms) // len(self.design.starts) or 1
        changes = [self._change(t, self._from(i // each), lang) for i, t in enumerate(terms)]
        return [head, *changes, *self.diagnostics.sentences(lang), *self._caveats(lang)]

    def _from(self, interruption: int) -> str:
        """The first window after an interruption, in words."""
        start = self.design.starts[interruption]
        return label(self.frame, int((self.frame["position"] < start).sum()))

    def _change(self, term: str, first: str, lang: Lang) -> str:
        row, names = self.term(term), ("estimate", "low", "high")
        zh, en = "较此前趋势线相差 {}", "differs by {} from the line before"
        if self.fit.family != "least_squares":
            names = ("ratio", "ratio_low", "ratio_high")
            zh, en = "为此前趋势线的 {} 倍", "is {} times that of the line before"
        value, low, high = (row[name] for name in names)
        what = ("水平", "level") if "level" in term else ("每期增减", "growth a step")
        if "level" in term and self.design.since == "start":
            what = ("时间起点处的水平", "level at the start of time")
        more = ("（扣除对照后）", " beyond the control's") if self.design.control else ("", "")
        zh, en = (text.format(figure(value, lang)) for text in (zh, en))
        interval = between(low, high, lang)
        level, test = f"{self.fit.confidence:.0%}", f"{self.fit.statistic}: {p_text(row['p'])}"
        return words(
            lang,
            f"{first} 起{what[0]}{more[0]}{zh}（{level} 区间 {interval}；{test}）。",
            f"From {first} on the {what[1]}{more[1]} {en} ({level} interval {interval}; {test}).",
        )

    def _caveats(self, lang: Lang) -> list[str]:
        found = []
        if min(self.before, self.after) < _SHORT:
            zh = f"一侧不足 {_SHORT} 个数据点，检验力低（Penfold 与 Zhang 2013）。"
            en = f"Fewer than {_SHORT} points on one side: little power (Penfold and Zhang 2013)."
            found.append((zh, en))
        if self.straddles:
            en = f"{self.straddles} holds the day itself and counts as before; exclude= omits it."
            found.append((f"{self.straddles} 包含中断日，计为此前；可用 exclude 排除。", en))
        found += taken_as(self.frame)
        en = "It says what changed after, and cannot tell it from anything else of that time."
        found.append(("模型只说明此后有何变化，不能与同期其他变化相区分。", en))
        return [words(lang, *told) for told in found]


def _refused(parts: list[int], design: Design) -> Refusal | None:
    """Three points on either side; more points than terms; two cycles of whatever is seasonal."""
    points = sum(parts)
    if min(parts) < _EITHER_SIDE:
        zh = f"{_WHAT[0]}的每一段各需 {_EITHER_SIDE} 个数据点（Cochrane EPOC）"
        en = f"{_WHAT[1]} needs {_EITHER_SIDE} points on each side (Cochrane EPOC)"
        before, *after = map(str, parts)
        zh = f"{zh}，现有之前 {before} 个、之后 {'、'.join(after)} 个。"
        return Refusal(zh, f"{en}; there are {before} before and {' and '.join(after)} after.")
    terms = sum(not name.startswith("group") for name in design.names())
    needed = max(terms + 2, floor(2 * design.period) if design.harmonics else 0)
    if points >= needed:
        return None
    zh, en = f"模型有 {terms} 项", f"the model has {terms} terms"
    if design.harmonics:
        zh, en = f"{zh}，季节项要两个周期", f"{en}, and seasons need two cycles"
    return too_few(_WHAT, points, needed, (zh, en))


def _lag(lags: int | None, family: Family, n: int) -> int | None:
    """Newey and West's (1994) rule of thumb, where least squares is not told otherwise."""
    if lags is None and family == "least_squares":
        return int(4 * (n / 100) ** (2 / 9))
    return None if lags is None or lags < 0 else lags


def interrupted(
    series: SeriesLike,
    at: Moment | Sequence[Moment],
    *,
    family: Family = "quasipoisson",
    level: bool = True,
    slope: bool = True,
    trend: bool = True,
    since: Literal[0, 1, "start"] = 0,
    time_from: int = 1,
    harmonics: int = 0,
    period: float = 12,
    population: Population = None,
    days: bool = False,
    covariates: pl.DataFrame | None = None,
    control: SeriesLike | Sequence[pl.DataFrame] | None = None,
    phase_in: int = 0,
    exclude: Sequence[tuple[Moment, Moment]] = (),
    lags: int | None = None,
    small_sample: bool = True,
    statistic: Statistic | None = None,
    confidence: float = 0.95,
) -> Interrupted | Refusal:
    """Change of level and slope after `at`: a day, a position (from 1), or several of them.

    Columns: `time` counts windows from `time_from`; `level` is 0 before and 1 from the first window
    that begins at or after `at`; `slope` counts on from `since` there (0: the level change is the
    gap at that window, as in Stata's itsa; 1: as Wagner; "start": level × time). `harmonics` pairs
    of sin and cos of a `period` of windows. `population` (a column, or numbers) and the `days` of
    each window are the exposure: the log offset of a count, the divisor for least squares. The
    first `phase_in` windows after `at` and those that touch `exclude` (spans of days or positions)
    are not fitted; the slope counts from after the phase-in. `covariates`: a row a window.
    `control`: another series of the same windows, or several, with a full set of terms; `group_*`
    are then what the series has beyond it (Linden 2015).

    Errors: the model's own for counts (`quasipoisson`: times Pearson's dispersion); Newey–West
    (Bartlett) for least squares, by default with ⌊4 (n / 100)^(2/9)⌋ `lags` (−1: ordinary errors),
    and for counts if `lags` are given. `small_sample` multiplies by n / (n − k), as Stata's newey.
    `statistic`: intervals from `t` (default of least squares) or `z` (of counts, as R's
    confint.default; R's summary of a quasi family takes t). Raises `RecordError`; a `Refusal` where
    the points are too few.

    >>> found = interrupted([9, 12, 11, 14, 24, 26, 25, 27], 5, family="least_squares")
    >>> [round(found.term(t)["estimate"], 1) for t in ("constant", "time", "level", "slope")]
    [8.0, 1.4, 9.3, -0.6]
    """
    if family not in _FAMILIES:
        raise RecordError(f"family: {family!r} is none of {', '.join(_FAMILIES)}")
    take = partial(rows, population=population, days=days, covariates=covariates, exclude=exclude)
    (given, names), others = take(series), [take(other)[0] for other in _several(control)]
    moments = [at] if isinstance(at, int | date) else list(at)
    starts = tuple(sorted(where(given.frame, moment) for moment in moments))
    design = Design(
        starts, phase_in, trend, level, slope, since, time_from, harmonics, period,
        season(given.frame, period), bool(others), names,
    )  # fmt: skip
    given = given.without(design.phased_in(given.position))
    edges = [-np.inf, *starts, np.inf]
    parts = np.histogram(given.position[given.used], edges)[0].tolist()
    refused = _refused(parts, design)
    if refused is not None:
        return refused
    if any(other.position.tolist() != given.position.tolist() for other in others):
        raise RecordError("control: it must have the same windows as the series")
    data = data_of([*(replace(other, used=given.used) for other in others), given], design)
    fit = regression(
        family, data, design.names(), lags=_lag(lags, family, sum(parts)),
        small_sample=small_sample, confidence=confidence,
        statistic=statistic or ("t" if family == "least_squares" else "z"),
    )  # fmt: skip
    if fit is None:
        en = "The line meets every point: nothing is left from which to tell an error."
        return Refusal("模型与每个数据点完全吻合，没有残差可估计误差。", en)
    lines, straddled = _lines(fit, given, design), _straddling(given.frame, moments)
    return Interrupted(fit, design, lines, parts[0], sum(parts[1:]), straddled)


def _several(control: SeriesLike | Sequence[pl.DataFrame] | None) -> Sequence[SeriesLike]:
    if control is None:
        return []
    many = isinstance(control, list | tuple) and isinstance(control[0], pl.DataFrame)
    return control if many else [control]  # type: ignore[list-item,return-value]


def _lines(fit: Fit, given: Rows, design: Design) -> pl.DataFrame:
    """The fitted and the counterfactual line at every window, at its own exposure."""
    on, off = (
        design.columns(given.position, given.covariates, interrupted=i) for i in (True, False)
    )
    ends = ("low", "value", "high")
    lines = {"fitted": fit.line(on), "counterfactual": fit.line(off)}
    columns: dict[str, Any] = {"used": given.used}
    for name, line in lines.items():
        for end in ends:
            columns[name if end == "value" else f"{name}_{end}"] = line[end] * given.exposure
    effect = fit.line(on - off)
    columns |= {"effect" if e == "value" else f"effect_{e}": effect[e] for e in ends}
    after = pl.col("position") >= design.starts[0]
    return given.frame.with_columns(**{k: pl.Series(v) for k, v in columns.items()}).with_columns(
        pl.when(after).then(pl.col("^effect.*$"))
    )


def _straddling(frame: pl.DataFrame, moments: Sequence[Moment]) -> str | None:
    """The first window that begins before a moment and ends on it or later."""
    for moment in moments:
        if isinstance(moment, date):
            held = frame.filter(pl.col("start") < moment, pl.col("end") >= moment)
            if held.height:
                return label(held, 0)
    return None
