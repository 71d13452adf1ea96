"""Is there a monotonic trend? Mann–Kendall in its versions, with Sen's slope and its interval.

Textbook definitions: Gilbert 1987, Statistical Methods for Environmental Pollution Monitoring,
ch. 16 and 17. The variance of S, and its corrections, are of pymannkendall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import factorial, sqrt
from typing import Any, Literal

import numpy as np
import polars as pl

from research.lang import Lang
from research.metrics.trends.series import (
    Numbers,
    Refusal,
    SeriesLike,
    Told,
    between,
    figure,
    in_sequence,
    label,
    p_text,
    read,
    too_few,
    words,
    years,
)
from research.record.record import RecordError

Method = Literal["original", "hamed_rao", "yue_wang", "seasonal", "correlated_seasonal"]
Alternative = Literal["two-sided", "less", "greater"]
_NAMES = {
    "original": ("", ""),
    "hamed_rao": ("（Hamed–Rao 自相关修正）", " (Hamed and Rao's correction for autocorrelation)"),
    "yue_wang": ("（Yue–Wang 自相关修正）", " (Yue and Wang's correction for autocorrelation)"),
    "seasonal": ("（季节性）", " (seasonal)"),
    "correlated_seasonal": ("（相关季节性）", " (seasonal, seasons correlated)"),
}
_PER = {
    "year": ("每年", "a year"),
    "step": ("每期", "a step"),
    "cycle": ("每周期", "a cycle"),
}


@dataclass(frozen=True, repr=False)
class MannKendall(Told):
    """Mann–Kendall's S and what follows from it, with Sen's slope.

    `tau` is Kendall's tau-b, `tau_a` counts ties as any pair. `p` is exact or normal (`p_method`);
    `z` is always the normal one. `slope` is a step, or a year where the series has windows;
    `intercept` is the level of Sen's line at the first time (Conover 1980). `s_low` and `s_high`
    are the least and most that S can be if each figure is anywhere in its interval, `undecided` the
    number of the `pairs` whose order the intervals leave open.
    """

    method: Method
    n: int
    s: float
    var_s: float
    z: float
    p: float
    p_method: str
    tau: float
    tau_a: float
    slope: float
    slope_low: float
    slope_high: float
    intercept: float
    confidence: float
    pairs: int
    undecided: int
    s_low: float
    s_high: float
    span: tuple[str, str]
    per: str

    @property
    def direction(self) -> str:
        """`rising`, `falling`, or `none` where p is not below 1 − confidence."""
        if self.p >= 1 - self.confidence or self.s == 0:
            return "none"
        return "rising" if self.s > 0 else "falling"

    def sentences(self, lang: Lang) -> list[str]:
        zh, en = _NAMES[self.method]
        found_zh = {"rising": "呈上升趋势", "falling": "呈下降趋势", "none": "未见明确的单调趋势"}
        found_en = {"rising": "rising", "falling": "falling", "none": "no clear monotonic trend"}
        first, last = self.span
        slope = between(self.slope_low, self.slope_high, lang)
        middle = figure(self.slope, lang)
        per_zh, per_en = _PER[self.per]
        level = f"{self.confidence:.0%}"
        strength = f"τ = {self.tau:.2f}, {p_text(self.p)}"
        exact_zh, exact_en = (
            ("精确", "exact") if self.p_method == "exact" else ("正态近似", "normal approximation")
        )
        said = [
            words(
                lang,
                f"{first} 至 {last} 的 {self.n} 个数据点{found_zh[self.direction]}"
                f"（Mann–Kendall 检验{zh}，{strength}，{exact_zh}）；"
                f"Sen 斜率{per_zh} {middle}（{level} 区间 {slope}）。",
                f"{self.n} points from {first} to {last}: {found_en[self.direction]} "
                f"(Mann–Kendall{en}, {strength}, {exact_en}); Sen's slope {middle} {per_en} "
                f"({level} interval {slope}).",
            )
        ]
        return said + [words(lang, z, e) for z, e in self._caveats()]

    def _caveats(self) -> list[tuple[str, str]]:
        found = []
        if self.undecided:
            of, s = f"{self.undecided} / {self.pairs}", f"{self.s_low:g} – {self.s_high:g}"
            zh, en = "方向不变", "but not the direction"
            if self.s_low <= 0 <= self.s_high:
                zh, en = "方向也不确定", "and with it the direction"
            zh = f"区间重叠使 {of} 对数据的大小不定（S：{s}），{zh}。"
            found.append((zh, f"The intervals leave {of} pairs open (S: {s}), {en}."))
        if self.method in ("original", "seasonal"):
            en = "The test takes points to be independent; with autocorrelation p is too small."
            found.append(("检验假定各期相互独立；若存在自相关，p 值偏小。", en))
        if self.p_method == "normal" and self.n < 10:
            en = "On fewer than ten points the normal approximation is rough."
            found.append(("不足 10 个数据点，正态近似较粗。", en))
        return found


def _needed(method: Method, confidence: float, sides: int, period: int) -> tuple[int, str, str]:
    """The fewest points a method can bear, and why."""
    if method == "original":
        n = next(n for n in range(3, 20) if sides / factorial(n) < 1 - confidence)
        zh = f"更少时，即使每期都下降，p 也达不到 {1 - confidence:.2g}"
        return n, zh, f"on fewer even an unbroken fall has a p above {1 - confidence:.2g}"
    if method == "seasonal":
        zh, en = "正态近似要三个完整周期", "its normal approximation needs three cycles"
        return 3 * period, f"{zh}（Hirsch 等 1982）", f"{en} (Hirsch et al. 1982)"
    if method == "correlated_seasonal":
        zh, en = "季节间协方差要十个周期", "the covariance of seasons needs ten cycles"
        return 10 * period, f"{zh}（Hirsch & Slack 1984）", f"{en} (Hirsch and Slack 1984)"
    return 10, "更少时无从估计自相关", "fewer tell nothing of autocorrelation"


def _times(frame: pl.DataFrame, times: Sequence[float] | None) -> tuple[Numbers, str]:
    if times is not None:
        if len(times) != frame.height or any(b <= a for a, b in pairwise(times)):
            raise RecordError(f"times: give {frame.height} of them, each above the one before")
        return np.asarray(times, dtype=float), "step"
    if "start" not in frame.columns:
        return frame["position"].cast(pl.Float64).to_numpy(), "step"
    return frame.select(years()).to_series().to_numpy(), "year"


def _score(
    method: Method, x: Numbers, period: int, lags: int | None, alpha: float
) -> tuple[float, float]:
    import pymannkendall as mk

    match method:
        case "hamed_rao":
            found = mk.hamed_rao_modification_test(x, alpha=alpha, lag=lags)
        case "yue_wang":
            found = mk.yue_wang_modification_test(x, alpha=alpha, lag=lags)
        case "seasonal":
            found = mk.seasonal_test(x, period=period)
        case "correlated_seasonal":
            found = mk.correlated_seasonal_test(x, period=period)
        case _:
            found = mk.original_test(x)
    return float(found.s), float(found.var_s)


def _slope_interval(
    slopes: Numbers, var_s: float, confidence: float, ranks: str
) -> tuple[float, float]:
    """Gilbert 1987, p. 218: the slopes ranked (N − C) / 2 and (N + C) / 2 + 1."""
    from scipy.stats import norm

    ordered, n = np.sort(slopes), slopes.size
    c = norm.ppf((1 + confidence) / 2) * sqrt(max(var_s, 0.0))
    at = np.array([(n - c) / 2, (n + c) / 2 + 1])
    if ranks == "rounded":
        at = np.round(at)
    if at[0] < 1 or at[1] > n:  # so few slopes that none bounds it
        return float("-inf"), float("inf")
    low, high = np.interp(at, np.arange(1, n + 1), ordered)
    return float(low), float(high)


def _regular(frame: pl.DataFrame, period: int) -> tuple[Numbers, Numbers]:
    """Values on the full grid of positions, NaN where one is missing, and the cycle of each."""
    at = frame["position"].cast(pl.Float64).to_numpy()
    whole = np.round(at).astype(int) - 1
    if not np.allclose(whole + 1, at):
        raise RecordError("a seasonal test needs windows at even steps, such as whole months")
    x = np.full(whole[-1] + 1, np.nan)
    x[whole] = frame["value"].to_numpy()
    return x, (np.arange(x.size) // period).astype(float)


def _undecided(frame: pl.DataFrame, first: Any, second: Any) -> tuple[int, float, float]:
    """How many pairs the intervals leave open, and the least and most that S can be."""
    low, high = (frame[end].to_numpy() for end in ("low", "high"))
    can_rise = (high[second] > low[first]).astype(int)
    can_fall = (low[second] < high[first]).astype(int)
    must_rise = (low[second] > high[first]).astype(int)
    must_fall = (high[second] < low[first]).astype(int)
    undecided = int((can_rise & can_fall).sum())
    return undecided, float((must_rise - can_fall).sum()), float((can_rise - must_fall).sum())


def _p(z: float, alternative: Alternative) -> float:
    from scipy.stats import norm

    tails = {"two-sided": 2 * norm.sf(abs(z)), "greater": norm.sf(z), "less": norm.cdf(z)}
    return float(min(1.0, tails[alternative]))


def mann_kendall(
    series: SeriesLike,
    *,
    times: Sequence[float] | None = None,
    method: Method = "original",
    period: int = 12,
    lags: int | None = None,
    alternative: Alternative = "two-sided",
    continuity: bool | None = None,
    exact: bool | None = None,
    ranks: Literal["rounded", "interpolated"] = "rounded",
    confidence: float = 0.95,
) -> MannKendall | Refusal:
    """Mann–Kendall's test for a monotonic trend, with Sen's slope.

    `method`: `original`, `hamed_rao` (1998; `lags` of autocorrelation, by default all significant
    ones), `yue_wang` (2004; by default all `lags`), `seasonal` (Hirsch et al. 1982) or
    `correlated_seasonal` (Hirsch and Slack 1984, of whole cycles), with `period` seasons that begin
    at the first point. `exact`: the permutation distribution, for a series without ties; by default
    up to ten points, as Gilbert advises. `continuity`: |S| − 1 in z; by default for all but
    `correlated_seasonal`. `ranks` of the slope's interval are rounded (as in R's trend) or
    interpolated (Gilbert). `times`: where the points stand, if unevenly. Raises `RecordError`; a
    `Refusal` where the points are too few or all equal.

    >>> found = mann_kendall([5, 4, 3, 2, 1])
    >>> found.s, found.slope, round(found.p, 4)
    (-10.0, -1.0, 0.0167)
    """
    from scipy.stats import kendalltau

    frame = in_sequence(read(series))
    seasonal = "seasonal" in method
    sides = 2 if alternative == "two-sided" else 1
    needed, *why = _needed(method, confidence, sides, period)
    if frame.height < needed:
        what = ("Mann–Kendall 检验", "Mann–Kendall")
        return too_few(what, frame.height, needed, (why[0], why[1]))
    x, (when, per) = frame["value"].to_numpy(), _times(frame, times)
    if seasonal:
        x, when, per = *_regular(frame, period), "cycle"
    s, var_s = _score(method, x, period, lags, 1 - confidence)
    if not var_s > 0:
        return Refusal(
            "所有数值相等，或自相关修正后的方差不为正，检验没有意义。",
            "All values are equal, or the correction leaves a variance of 0 or less: no test.",
        )
    corrected = method != "correlated_seasonal" if continuity is None else continuity
    z = (s - (np.sign(s) if corrected else 0)) / sqrt(var_s)
    first, second = np.triu_indices(x.size, 1)
    same = np.ones(first.size, bool)
    if seasonal:
        same = (second - first) % period == 0
    same &= ~np.isnan(x[first]) & ~np.isnan(x[second])
    first, second = first[same], second[same]
    slopes = (x[second] - x[first]) / (when[second] - when[first])
    slope = float(np.median(slopes))
    ties = int((slopes == 0).sum())
    plain = method == "original" and ties == 0
    if exact and not plain:
        raise RecordError("exact: only the original test of a series without ties has an exact p")
    p, p_method = _p(z, alternative), "normal"
    if plain and (exact or (exact is None and x.size <= 10)):
        p_method = "exact"
        p = float(kendalltau(when, x, method="exact", alternative=alternative).pvalue)
    row = np.cumsum(~np.isnan(x)) - 1
    known = ~np.isnan(x)
    low, high = _slope_interval(slopes, var_s, confidence, ranks)
    middle = float(np.median(x[known]) - slope * (np.median(when[known]) - when[0]))
    pairs = int(first.size)
    tau_b = s / sqrt((pairs - ties) * pairs)
    span = (label(frame, 0), label(frame, frame.height - 1))
    return MannKendall(
        method, frame.height, s, var_s, z, p, p_method, tau_b, s / pairs, slope, low, high, middle,
        confidence, pairs, *_undecided(frame, row[first], row[second]), span, per,
    )  # fmt: skip
