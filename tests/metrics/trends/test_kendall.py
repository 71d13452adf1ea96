"""Mann–Kendall and Sen: textbook and published values, and what must hold for any series."""

from __future__ import annotations

from datetime import date
from math import sqrt

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from scipy.stats import kendalltau
from statsmodels.datasets import nile

import research as rs
from research.record.record import RecordError

series = st.lists(st.integers(-20, 20).map(float), min_size=11, max_size=30, unique=False).filter(
    lambda values: len(set(values)) > 1
)
# Mean air temperature at Nottingham Castle, a row a year from 1920 (Anderson 1976).
NOTTINGHAM = """
    40.6 40.8 44.4 46.7 54.1 58.5 57.7 56.4 54.3 50.5 42.9 39.8
    44.2 39.8 45.1 47.0 54.1 58.7 66.3 59.9 57.0 54.2 39.7 42.8
    37.5 38.7 39.5 42.1 55.7 57.8 56.8 54.3 54.3 47.1 41.8 41.7
    41.8 40.1 42.9 45.8 49.2 52.7 64.2 59.6 54.4 49.2 36.3 37.6
    39.3 37.5 38.3 45.5 53.2 57.7 60.8 58.2 56.4 49.8 44.4 43.6
    40.0 40.5 40.8 45.1 53.8 59.4 63.5 61.0 53.0 50.0 38.1 36.3
    39.2 43.4 43.4 48.9 50.6 56.8 62.5 62.0 57.5 46.7 41.6 39.8
    39.4 38.5 45.3 47.1 51.7 55.0 60.4 60.5 54.7 50.3 42.3 35.2
    40.8 41.1 42.8 47.3 50.9 56.4 62.2 60.5 55.4 50.2 43.0 37.3
    34.8 31.3 41.0 43.9 53.1 56.9 62.5 60.3 59.8 49.2 42.9 41.9
    41.6 37.1 41.2 46.9 51.2 60.4 60.1 61.6 57.0 50.9 43.0 38.8
    37.1 38.4 38.4 46.5 53.5 58.4 60.6 58.2 53.8 46.6 45.5 40.6
    42.4 38.4 40.3 44.6 50.9 57.0 62.1 63.5 56.3 47.3 43.6 41.8
    36.2 39.3 44.5 48.7 54.2 60.8 65.5 64.9 60.1 50.2 42.1 35.8
    39.4 38.2 40.4 46.9 53.4 59.6 66.5 60.4 59.2 51.2 42.8 45.8
    40.0 42.6 43.5 47.1 50.0 60.5 64.6 64.0 56.8 48.6 44.2 36.4
    37.3 35.0 44.0 43.9 52.7 58.6 60.0 61.1 58.1 49.6 41.6 41.3
    40.8 41.0 38.4 47.4 54.1 58.6 61.4 61.8 56.3 50.9 41.4 37.1
    42.1 41.2 47.3 46.6 52.4 59.0 59.6 60.4 57.0 50.7 47.8 39.2
    39.4 40.9 42.4 47.8 52.4 58.0 60.7 61.8 58.2 46.7 46.6 37.8
"""
# Suspended sediment in the Rhine at Maxau, 1965 to 2009, mg/l (R's trend, from Belz et al. 2010).
SEDIMENT = [
    37.3836, 31.2822, 26.4192, 28.8279, 32.8822, 37.5726, 27.3425, 29.8579, 35.4932,
    28.9041, 25.6932, 16.9699, 28.9014, 20.2521, 19.2685, 19.1913, 24.337, 28.811,
    17.6959, 19.6366, 20.9562, 29.1041, 27.3452, 27.6038, 20.989, 26.9699, 27.4438,
    32.7923, 27.5616, 30.7288, 33.1452, 25.7787, 25.2877, 24.4082, 28.3836, 17.9727,
    16.0959, 17.2685, 11.8904, 13.7705, 21.469, 23.0986, 16.4441, 15.7732, 13.8736,
]  # fmt: skip
NILE = nile.load_pandas().data["volume"].tolist()
# Hollander and Wolfe 1973, p. 187: assay of canned tuna against a consumer panel, without ties.
TUNA = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8]
HUNTER_L = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1]


def test_the_nile_agrees_with_kendalls_tau_b_of_scipy() -> None:
    found, known = rs.trend.mann_kendall(NILE), kendalltau(range(100), NILE)
    assert found.tau == pytest.approx(known.statistic)
    # Its normal p is of z without the continuity correction.
    assert rs.trend.mann_kendall(NILE, continuity=False).p == pytest.approx(known.pvalue)
    assert found.p > known.pvalue
    assert found.direction == "falling"


def test_sens_slope_as_rs_trend_prints_it() -> None:
    """Pohlert, vignette of R's trend: sens.slope(maxau[, "s"])."""
    found = rs.trend.mann_kendall(SEDIMENT)
    assert (round(found.z, 4), f"{found.p:.4g}") == (-3.8445, "0.0001208")
    ends = (found.slope, found.slope_low, found.slope_high)
    assert ends == pytest.approx((-0.2876139, -0.4196477, -0.1519026), abs=1e-5)


def test_seasonal_tests_as_rs_trend_prints_them() -> None:
    """Pohlert, vignette of R's trend: smk.test, csmk.test and sea.sens.slope of nottem."""
    values = [float(value) for value in NOTTINGHAM.split()]
    found = rs.trend.mann_kendall(values, method="seasonal")
    assert (found.s, found.var_s, f"{found.p:.4g}") == (224, 11364, "0.03645")
    assert (round(found.z, 4), round(found.slope, 4)) == (2.0919, 0.05)
    found = rs.trend.mann_kendall(values, method="correlated_seasonal")
    assert (round(found.var_s, 2), round(found.z, 4)) == (19663.33, 1.5974)
    assert f"{found.p:.4g}" == "0.1102"


def test_ties_and_the_continuity_correction_by_hand() -> None:
    # 23 24 29 6 29 24 24 29 23: Gilbert's formula with groups of 2, 3 and 3 tied values.
    x = [23.0, 24, 29, 6, 29, 24, 24, 29, 23]
    s = sum(np.sign(b - a) for i, a in enumerate(x) for b in x[i + 1 :])
    variance = (9 * 8 * 23 - (2 * 1 * 9 + 3 * 2 * 11 + 3 * 2 * 11)) / 18
    found = rs.trend.mann_kendall(x)
    assert (found.s, found.var_s) == (s, variance)
    assert found.z == pytest.approx((abs(s) - 1) / sqrt(variance) * np.sign(s))
    assert rs.trend.mann_kendall(x, continuity=False).z == pytest.approx(s / sqrt(variance))
    assert found.p_method == "normal"
    assert "rough" in str(found.say("en"))


def test_an_exact_p_is_that_of_the_table() -> None:
    """R's cor.test for Hollander and Wolfe's example: T = 26, p = 0.1194, τ = 0.4444."""
    order = np.argsort(HUNTER_L)
    found = rs.trend.mann_kendall(np.array(TUNA)[order].tolist())
    assert (found.p_method, round(found.p, 4), round(found.tau, 4)) == ("exact", 0.1194, 0.4444)
    one_sided = rs.trend.mann_kendall(np.array(TUNA)[order].tolist(), alternative="greater")
    assert round(one_sided.p, 5) == 0.05972
    with pytest.raises(RecordError, match="without ties"):
        rs.trend.mann_kendall([1, 1, 2, 3, 4], exact=True)


def test_sens_slope_with_its_interval_by_hand() -> None:
    # Fifteen slopes of six points; C = 1.645 · sqrt(6 · 5 · 17 / 18) = 8.756 at 90 %.
    x = [1.0, 2.5, 2.0, 4.0, 4.5, 6.5]
    slopes = sorted((x[j] - x[i]) / (j - i) for i in range(6) for j in range(i + 1, 6))
    found = rs.trend.mann_kendall(x, confidence=0.9)
    assert found.slope == slopes[7]
    # (15 ∓ 8.756) / 2 are 3.12 and 11.88: the third and, one further, the 12.88th: 13th.
    assert (found.slope_low, found.slope_high) == (slopes[2], slopes[12])
    between = rs.trend.mann_kendall(x, confidence=0.9, ranks="interpolated")
    assert between.slope_low == pytest.approx(np.interp(3.1220, range(1, 16), slopes), abs=1e-3)


def test_sens_slope_on_true_times() -> None:
    frame = pl.DataFrame({
        "start": [date(y, 1, 1) for y in (2010, 2011, 2014, 2015, 2019)],
        "end": [date(y, 12, 31) for y in (2010, 2011, 2014, 2015, 2019)],
        "value": [20.0, 18.0, 12.0, 10.0, 2.0],
    })  # fmt: skip
    found = rs.trend.mann_kendall(frame)
    assert (found.slope, found.per, found.intercept) == (-2.0, "year", 20.0)
    assert "每年 −2" in str(found.say("zh"))


@pytest.mark.parametrize("method", ["hamed_rao", "yue_wang"])
def test_corrections_for_autocorrelation_keep_s_and_move_the_variance(method: str) -> None:
    plain, found = rs.trend.mann_kendall(NILE), rs.trend.mann_kendall(NILE, method=method, lags=1)
    assert (found.s, found.slope) == (plain.s, plain.slope)
    assert found.var_s > plain.var_s


def test_hamed_and_raos_variance_by_its_formula() -> None:
    """1 + 2 / (n (n−1) (n−2)) Σ (n−i) (n−i−1) (n−i−2) ρᵢ over significant ρᵢ of the ranks."""
    x = np.array(NILE)
    n = x.size
    plain = rs.trend.mann_kendall(NILE)
    ranks = pl.Series(x - plain.slope * np.arange(n)).rank().to_numpy()
    centred = ranks - ranks.mean()
    rho = [float((centred[i:] * centred[: n - i]).sum() / (centred**2).sum()) for i in range(4)]
    assert max(abs(r) for r in rho[1:]) > 1.96 / sqrt(n)
    terms = [
        (n - i) * (n - i - 1) * (n - i - 2) * rho[i]
        for i in (1, 2, 3)
        if abs(rho[i]) > 1.959964 / sqrt(n)
    ]
    factor = 1 + 2 * sum(terms) / (n * (n - 1) * (n - 2))
    found = rs.trend.mann_kendall(NILE, method="hamed_rao", lags=3)
    assert found.var_s == pytest.approx(factor * plain.var_s, rel=1e-9)


def test_seasons_are_compared_with_themselves_only() -> None:
    # Four quarters, each rising by one a year: every pair within a season rises.
    x = [10.0 * q + y for y in range(5) for q in range(4)]
    found = rs.trend.mann_kendall(x, method="seasonal", period=4)
    assert (found.s, found.pairs, found.slope, found.per) == (40, 40, 1.0, "cycle")
    assert found.var_s == pytest.approx(4 * 5 * 4 * 15 / 18)
    missing = [None if i == 7 else v for i, v in enumerate(x)]
    assert rs.trend.mann_kendall(pl.Series(missing), method="seasonal", period=4).s == 36


def test_too_few_points_are_refused_in_words() -> None:
    found = rs.trend.mann_kendall([4, 3, 2, 1])
    assert not found
    assert "needs at least 5 points and there are 4" in str(found.say("en"))
    assert "至少需要 5 个数据点，现有 4 个" in str(found.say("zh"))
    assert not rs.trend.mann_kendall([9, 8, 7, 6, 5], confidence=0.99)
    assert not rs.trend.mann_kendall(list(range(30)), method="seasonal")
    assert not rs.trend.mann_kendall(list(range(9)), method="hamed_rao")
    assert "equal" in str(rs.trend.mann_kendall([1.0] * 9).say("en"))


def test_a_value_without_an_end_is_an_error() -> None:
    with pytest.raises(RecordError, match="has no end"):
        rs.trend.mann_kendall([1, 2, float("inf"), 3, 4, 5])


def test_intervals_that_overlap_leave_the_direction_open() -> None:
    value = [10.0, 9, 8, 7, 6]
    frame = pl.DataFrame({
        "start": [date(y, 1, 1) for y in range(2015, 2020)],
        "end": [date(y, 12, 31) for y in range(2015, 2020)],
        "low": [v - 3 for v in value], "value": value, "high": [v + 3 for v in value],
    })  # fmt: skip
    found = rs.trend.mann_kendall(frame)
    assert (found.undecided, found.s_low, found.s_high) == (10, -10, 10)
    assert "(S: -10 – 10), and the direction" in str(found.say("en"))
    tight = rs.trend.mann_kendall(frame.with_columns(low="value", high="value"))
    assert (tight.undecided, tight.s_low, tight.s_high) == (0, -10, -10)


@settings(deadline=None, max_examples=30)
@given(series, st.floats(-1000, 1000), st.sampled_from([0.25, 1.0, 8.0]))
def test_shifting_and_scaling_change_nothing_but_the_slope(
    values: list[float], shift: float, scale: float
) -> None:
    one = rs.trend.mann_kendall(values)
    other = rs.trend.mann_kendall([scale * (v + round(shift)) for v in values])
    assert (one.s, one.var_s, one.p, one.tau) == (other.s, other.var_s, other.p, other.tau)
    assert other.slope == pytest.approx(scale * one.slope)


@settings(deadline=None, max_examples=30)
@given(series)
def test_reversed_it_is_the_opposite(values: list[float]) -> None:
    one, other = rs.trend.mann_kendall(values), rs.trend.mann_kendall(values[::-1])
    assert (one.s, one.z, one.slope) == (-other.s, -other.z, -other.slope)
    assert one.slope_low <= one.slope <= one.slope_high
    assert one.p == other.p
