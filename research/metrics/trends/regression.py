"""The regressions under an interrupted time series: Poisson, negative binomial, least squares.

The estimates are of statsmodels; conventions of R and Stata are said where they differ. What the
terms mean is in `design.py` and `interrupted.py`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, Literal

import numpy as np
import polars as pl

from research.metrics.trends.design import Design, Rows
from research.metrics.trends.diagnostics import Diagnostics, diagnosed
from research.metrics.trends.series import Numbers
from research.record.record import RecordError

Family = Literal["poisson", "quasipoisson", "negative_binomial", "least_squares"]
Statistic = Literal["t", "z"]


def quantile(statistic: str, df: int, confidence: float) -> float:
    from scipy import stats

    law = stats.t(df) if statistic == "t" else stats.norm
    return float(law.ppf((1 + confidence) / 2))


@dataclass(frozen=True)
class Data:
    """What is fitted: the control's rows first, then the series'; `groups` are their ranges."""

    y: Numbers
    x: Numbers
    exposure: Numbers
    groups: list[tuple[int, int]]


def data_of(given: Sequence[Rows], design: Design) -> Data:
    y = [r.frame["value"].to_numpy()[r.used] for r in given]
    exposure = [r.exposure[r.used] for r in given]
    last = len(given) - 1
    x = [
        design.columns(r.position[r.used], r.covariates[r.used], control=i < last)
        for i, r in enumerate(given)
    ]
    ends = np.cumsum([part.size for part in y]).tolist()
    data = Data(
        np.concatenate(y), np.concatenate(x), np.concatenate(exposure),
        list(zip([0, *ends[:-1]], ends, strict=True)),
    )  # fmt: skip
    size = np.abs(data.x).max(axis=0)  # a population in millions beside a 0 or 1 is no fault
    if not size.all() or np.linalg.matrix_rank(data.x / size) < data.x.shape[1]:
        names = ", ".join(design.names())
        raise RecordError(f"the terms {names} cannot be told apart on these windows; leave one out")
    return data


def _alpha(data: Data) -> float:
    """The negative binomial's dispersion by maximum likelihood, profiled over the coefficients."""
    import statsmodels.api as sm
    from scipy.optimize import minimize_scalar

    def unlikely(log_alpha: float) -> float:
        family = sm.families.NegativeBinomial(alpha=exp(log_alpha))
        return -float(sm.GLM(data.y, data.x, family, exposure=data.exposure).fit().llf)

    best = minimize_scalar(unlikely, bounds=(-18, 4), method="bounded", options={"xatol": 1e-9})
    return exp(best.x)


def _results(
    family: Family, data: Data, lags: int | None, *, correct: bool
) -> tuple[Any, float | None]:
    """The results of statsmodels, with the model's errors or Newey–West's; and alpha."""
    import statsmodels.api as sm

    errors: dict[str, Any] = {"cov_type": "nonrobust"}
    if lags is not None:
        of_group = [i for i, (a, b) in enumerate(data.groups) for _ in range(a, b)]
        panel = {"groups": of_group, "maxlags": lags, "df_correction": False}
        panel["use_correction"] = "hac" if correct else False
        errors = {"cov_type": "hac-panel", "cov_kwds": panel}
    if family == "least_squares":
        return sm.OLS(data.y / data.exposure, data.x).fit(**errors), None
    if (data.y < 0).any():
        raise RecordError(f"{family}: a count is never below 0; use least_squares")
    alpha = _alpha(data) if family == "negative_binomial" else None
    kind = sm.families.Poisson() if alpha is None else sm.families.NegativeBinomial(alpha=alpha)
    model = sm.GLM(data.y, data.x, kind, exposure=data.exposure)
    scale = "X2" if family == "quasipoisson" else None
    with warnings.catch_warnings():  # an exact fit of counts is no separation
        warnings.filterwarnings("ignore", "Perfect separation or prediction")
        return model.fit(scale=scale, tol=1e-12, maxiter=200, **errors), alpha


def _coefficients(
    fit: Any, names: list[str], statistic: Statistic, df: int, confidence: float, *, ratio: bool
) -> pl.DataFrame:
    from scipy import stats

    law = stats.t(df) if statistic == "t" else stats.norm
    value, variance = np.asarray(fit.params), np.diag(fit.cov_params())
    se = np.sqrt(variance.clip(np.finfo(float).tiny))  # an exact fit has none, or −1e-30
    half = quantile(statistic, df, confidence) * se
    frame = pl.DataFrame({
        "term": names, "estimate": value, "se": se, "statistic": value / se,
        "p": 2 * law.sf(np.abs(value / se)), "low": value - half, "high": value + half,
    })  # fmt: skip
    of = {"ratio": "estimate", "ratio_low": "low", "ratio_high": "high"} if ratio else {}
    return frame.with_columns(pl.col(column).exp().alias(name) for name, column in of.items())


def _diagnosed(fit: Any, data: Data, alpha: float | None, df: int, *, counts: bool) -> Diagnostics:
    """Autocorrelation is of the series itself, not of its control."""
    own, x = slice(*data.groups[-1]), data.x
    residuals = np.asarray(fit.resid_pearson if counts else fit.resid)
    if counts:
        mu = np.asarray(fit.fittedvalues)
        x = x * np.sqrt(mu / (1 + (alpha or 0.0) * mu))[:, None]
    lags = max(1, min(10, (own.stop - own.start) // 5))
    dispersion = float((residuals**2).sum()) / df
    return diagnosed(residuals[own], x[own], dispersion, lags, counts=counts)


@dataclass(frozen=True)
class Fit:
    """Estimates with their covariance, likelihood and diagnostics.

    `alpha` is the negative binomial's (variance μ + α μ²; MASS calls 1 / α theta). `aic` counts
    every estimated parameter, as R does; a quasi-likelihood has neither it nor `log_likelihood`.
    `lags` are Newey–West's, None for the model's own errors.
    """

    coefficients: pl.DataFrame
    covariance: Numbers
    alpha: float | None
    log_likelihood: float | None
    aic: float | None
    n: int
    df: int
    diagnostics: Diagnostics
    family: Family
    lags: int | None
    statistic: Statistic
    confidence: float

    def line(self, rows: Numbers) -> dict[str, Numbers]:
        """`low`, `value`, `high` of combinations of the coefficients; of a log line, exp of it."""
        value = rows @ self.coefficients["estimate"].to_numpy()
        variance = np.einsum("ij,jk,ik->i", rows, self.covariance, rows).clip(0)
        half = quantile(self.statistic, self.df, self.confidence) * np.sqrt(variance)
        ends = {"low": value - half, "value": value, "high": value + half}
        return ends if self.family == "least_squares" else {k: np.exp(v) for k, v in ends.items()}


def regression(
    family: Family,
    data: Data,
    names: list[str],
    *,
    lags: int | None,
    small_sample: bool,
    statistic: Statistic,
    confidence: float,
) -> Fit | None:
    """One fit; None if it is exact, so that nothing is left to tell an error from.

    `lags=None` takes the model's own errors, a number Newey–West's.
    """
    found, alpha = _results(family, data, lags, correct=small_sample)
    if np.allclose(found.fittedvalues, found.model.endog, rtol=1e-9):
        return None
    n, terms = data.x.shape
    df, counts = n - terms, family != "least_squares"
    likelihood = None if family == "quasipoisson" else float(found.llf)
    parameters = terms + (family != "poisson")  # alpha, or the variance of least squares
    return Fit(
        _coefficients(found, names, statistic, df, confidence, ratio=counts),
        np.asarray(found.cov_params()), alpha, likelihood,
        None if likelihood is None else 2 * parameters - 2 * likelihood,
        n, df, _diagnosed(found, data, alpha, df, counts=counts),
        family, lags, statistic, confidence,
    )  # fmt: skip
