"""Is there a monotonic trend? Mann–Kendall in its versions, with Sen's slope and its interval.

Textbook definitions: Gilbert 1987, Statistical Methods for Environmental Pollution Monitoring,
ch. 16 and 17. The variance of S, and its corrections, are of pymannkendall.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial, sqrt
from typing import Any, Literal

import numpy as np
import polars as pl

from research.lang import Lang
from research.metrics.trends.series import Numbers, SeriesLike, in_sequence, label, read, years
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

Method = Literal["original", "hamed_rao", "yue_wang", "seasonal", "correlated_seasonal"]
Alternative = Literal["two-sided", "less", "greater"]
_NAMES = {
    "original": ("", ""),
    "hamed_rao": ("（Hamed–Rao 自相关修正）", " (Hamed and Rao's correction for autocorrelation)"),
    "yue_wang": ("（Yue–Wang 自相关修正）", " (Yue and Wang's correction for autocorrelation)"),
    "seasonal": ("（季节性）", " (seasonal)"),
    "correlated_seasonal": ("（相关季节性）", " (seasonal, seasons correlated)"),
}
_DIRECTIONS = {
    "rising": ("呈上升趋势", "rising"),
    "falling": ("呈下降趋势", "falling"),
    "none": ("未见明确的单调趋势", "no clear monotonic trend"),
}
_ROUGH = 10
_PER = {
    "year": ("每年", "a year"),
    "step": ("每期", "a step"),
    "cycle": ("每周期", "a cycle"),
}


@dataclass(frozen=True, repr=False)
class MannKendall(Told):
    """Mann–Kendall's S and what follows from it, with Sen's slope.

    `tau` is Kendall's tau-b. `p` is exact or normal (`p_method`);
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
    slope: float
    intercept: float
    confidence: float
    pairs: int
    undecided: int
    slope_low: float
    slope_high: float
    s_low: float
    s_high: float
    span: tuple[str, str]
    per: str
    taken: list[tuple[str, str]]

    @property
    def direction(self) -> str:
        """`rising`, `falling`, or `none` where p is not below 1 − confidence."""
        if self.p >= 1 - self.confidence or self.s == 0:
            return "none"
        return "rising" if self.s > 0 else "falling"

    @property
    def tau_a(self) -> float:
        """Kendall's tau-a: S by the number of pairs."""
        return self.s / self.pairs

    def sentences(self, lang: Lang) -> list[str]:
        (zh, en), (first, last), (per_zh, per_en) = _NAMES[self.method], self.span, _PER[self.per]
        found_zh, found_en = _DIRECTIONS[self.direction]
        exact = ("精确", "exact") if self.p_method == "exact" else ("正态近似", "normal")
        tau, slope = figure(self.tau, lang), figure(self.slope, lang)
        p, ends = p_text(self.p), between(self.slope_low, self.slope_high, lang)
        level, n = f"{self.confidence:.0%}", self.n
        zh = f"{first} 至 {last} 的 {n} 个数据点{found_zh}（Mann–Kendall 检验{zh}，τ = {tau}，{p}，"
        en = f"{n} points from {first} to {last}: {found_en} (Mann–Kendall{en}, τ = {tau}, {p}, "
        zh += f"{exact[0]}）；Sen 斜率{per_zh} {slope}（{level} 区间 {ends}）。"
        en += f"{exact[1]}); Sen's slope {slope} {per_en} ({level} interval {ends})."
        return [words(lang, *told) for told in [(zh, en), *self._caveats()]]

    def _caveats(self) -> list[tuple[str, str]]:
        found = []
        if self.undecided:
            of, s = f"{self.undecided} / {self.pairs}", f"{self.s_low:g} – {self.s_high:g}"
            open_ = self.s_low <= 0 <= self.s_high
            zh, en = ("方向也不确定", "and") if open_ else ("方向不变", "but not")
            zh = f"区间重叠使 {of} 对数据的大小不定（S：{s}），{zh}。"
            found.append((zh, f"The intervals leave {of} pairs open (S: {s}), {en} the direction."))
        found += self.taken
        if self.method in ("original", "seasonal"):
            en = "The test takes points to be independent; with autocorrelation p is too small."
            found.append(("检验假定各期相互独立；若存在自相关，p 值偏小。", en))
        if self.p_method == "normal" and self.n < _ROUGH:
            en = f"On fewer than {_ROUGH} points the normal approximation is rough."
            found.append((f"不足 {_ROUGH} 个数据点，正态近似较粗。", en))
        return found


def _too_few(points: int, method: Method, confidence: float, sides: int, period: int) -> Any:
    """A refusal where a method has fewer points than it can bear; None where it has enough."""
    needed, why = _ROUGH, ("更少时无从估计自相关", "fewer tell nothing of autocorrelation")
    if method == "original":
        needed = next(n for n in range(3, 20) if sides / factorial(n) < 1 - confidence)
        zh = f"更少时，即使每期都下降，p 也达不到 {1 - confidence:.2g}"
        why = zh, f"on fewer even an unbroken fall has a p above {1 - confidence:.2g}"
    elif method == "seasonal":
        needed, zh = 3 * period, "正态近似要三个完整周期（Hirsch 等 1982）"
        why = zh, "its normal approximation needs three cycles (Hirsch et al. 1982)"
    elif method == "correlated_seasonal":
        needed, zh = 10 * period, "季节间协方差要十个周期（Hirsch 与 Slack 1984）"
        why = zh, "the covariance of seasons needs ten cycles (Hirsch and Slack 1984)"
    if points < needed:
        return too_few(("Mann–Kendall 检验", "Mann–Kendall"), points, needed, why)
    return None


def _score(
    method: Method, frame: pl.DataFrame, period: int, lags: int | None, alpha: float
) -> tuple[float, float]:
    """S and its variance; a seasonal series is laid on its full grid, NaN where a point lacks."""
    import pymannkendall as mk

    x = frame["value"].to_numpy()
    match method:
        case "hamed_rao":
            found = mk.hamed_rao_modification_test(x, alpha=alpha, lag=lags)
        case "yue_wang":
            found = mk.yue_wang_modification_test(x, alpha=alpha, lag=lags or 1)
        case "original":
            found = mk.original_test(x)
        case _:
            at = frame["position"].cast(pl.Float64).to_numpy()
            if (at != at.round()).any():
                raise RecordError("a seasonal test needs even steps, such as whole months")
            grid = np.full(int(at[-1]), np.nan)
            grid[at.astype(int) - 1] = x
            test = mk.seasonal_test if method == "seasonal" else mk.correlated_seasonal_test
            found = test(grid, period=period)
    return float(found.s), float(found.var_s)


def _slope_interval(
    slopes: Numbers, var_s: float, confidence: float, ranks: str
) -> tuple[float, float]:
    """Gilbert 1987, p. 218: the slopes ranked (N − C) / 2 and (N + C) / 2 + 1."""
    from scipy.stats import norm

    ordered, n = np.sort(slopes), slopes.size
    c = norm.ppf((1 + confidence) / 2) * sqrt(var_s)
    at = np.array([(n - c) / 2, (n + c) / 2 + 1])
    if ranks == "rounded":
        at = np.round(at)
    if at[0] < 1 or at[1] > n:  # so few slopes that none bounds it
        return float("-inf"), float("inf")
    low, high = np.interp(at, np.arange(1, n + 1), ordered)
    return float(low), float(high)


def _undecided(frame: pl.DataFrame, first: Numbers, second: Numbers) -> tuple[int, int, int]:
    """How many pairs the intervals leave open, and the least and most that S can be."""
    low, high = (frame[end].to_numpy() for end in ("low", "high"))
    can_rise, can_fall = high[second] > low[first], low[second] < high[first]
    must_rise, must_fall = low[second] > high[first], high[second] < low[first]
    least = int(must_rise.sum()) - int(can_fall.sum())
    most = int(can_rise.sum()) - int(must_fall.sum())
    return int((can_rise & can_fall).sum()), least, most


def _p(z: float, alternative: Alternative, exact: tuple[Numbers, Numbers] | None) -> float:
    from scipy.stats import kendalltau, norm

    if exact is not None:
        return float(kendalltau(*exact, method="exact", alternative=alternative).pvalue)
    tails = {"two-sided": 2 * norm.sf(abs(z)), "greater": norm.sf(z), "less": norm.cdf(z)}
    return float(min(1.0, tails[alternative]))


def mann_kendall(
    series: SeriesLike,
    *,
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

    `method`: `original`; `hamed_rao` (1998; `lags` of autocorrelation, by default all significant
    ones); `yue_wang` (2004; by default one lag, as they propose; R's mmky takes n − 1); `seasonal`
    (Hirsch et al. 1982) or `correlated_seasonal` (Hirsch and Slack 1984, of whole cycles), with
    `period` seasons from the first point on. `exact`: the permutation distribution, for a series
    without ties; by default up to ten points, as Gilbert advises. `continuity`: |S| − 1 in z; by
    default for all but `correlated_seasonal`. `ranks` of the slope's interval are rounded (as in
    R's trend) or interpolated (Gilbert). Raises `RecordError`; a `Refusal` where the points are too
    few or all equal.

    >>> found = mann_kendall([5, 4, 3, 2, 1])
    >>> found.s, found.slope, round(found.p, 4)
    (-10.0, -1.0, 0.0167)
    """
    frame, cyclic = in_sequence(read(series)), "seasonal" in method
    sides = 2 if alternative == "two-sided" else 1
    refused = _too_few(frame.height, method, confidence, sides, period)
    if isinstance(refused, Refusal):
        return refused
    s, var_s = _score(method, frame, period, lags, 1 - confidence)
    if not var_s > 0:
        return Refusal(
            "所有数值相等，或自相关修正后的方差不为正，检验没有意义。",
            "All values are equal, or the correction leaves a variance of 0 or less: no test.",
        )
    corrected = method != "correlated_seasonal" if continuity is None else continuity
    z = float(s - (np.sign(s) if corrected else 0)) / sqrt(var_s)
    x, (when, season, per) = frame["value"].to_numpy(), _clock(frame, period if cyclic else None)
    first, second = np.triu_indices(x.size, 1)
    same = season[first] == season[second]
    first, second = first[same], second[same]
    slopes = (x[second] - x[first]) / (when[second] - when[first])
    slope, tied = float(np.median(slopes)), slopes == 0
    pairs, ties = np.bincount(season[first]), np.bincount(season[first], tied)
    tau = s / float(np.sqrt((pairs - ties) * pairs).sum())
    plain = method == "original" and not tied.any()
    if exact and not plain:
        raise RecordError("exact: only the original test of a series without ties has an exact p")
    if exact is None:
        exact = plain and x.size <= _ROUGH
    open_, least, most = _undecided(frame, first, second)
    return MannKendall(
        method, frame.height, s, var_s, z, _p(z, alternative, (when, x) if exact else None),
        "exact" if exact else "normal", tau, slope,
        float(np.median(x) - slope * (np.median(when) - when[0])), confidence, first.size, open_,
        *_slope_interval(slopes, var_s, confidence, ranks), least, most,
        (label(frame, 0), label(frame, -1)), per, taken_as(frame),
    )  # fmt: skip


def _clock(frame: pl.DataFrame, period: int | None) -> tuple[Numbers, Numbers, str]:
    """The time and the season of each row, and what one of time is."""
    position = frame["position"].cast(pl.Float64).to_numpy()
    if period is not None:
        return (position - 1) // period, ((position - 1) % period).astype(int), "cycle"
    one = np.zeros(frame.height, int)
    if "start" in frame.columns:
        return frame.select(years()).to_series().to_numpy(), one, "year"
    return position, one, "step"
