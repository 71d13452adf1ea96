"""When did the level change? Segments of a series, by exact search, PELT, halving or a window.

The search is of ruptures; how many changes there are is decided here. Trends are in `kendall.py`; a
change at a day that is known beforehand is in `interrupted.py`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, exp, floor, log, pi, sqrt
from typing import Any, Literal

import numpy as np
import polars as pl

from research.lang import Lang
from research.metrics.trends.series import Numbers, SeriesLike, in_sequence, label, read
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

Search = Literal["exact", "pelt", "binseg", "window"]
_SEARCHES: dict[str, tuple[str, str]] = {
    "exact": ("精确搜索", "exact search"),
    "pelt": ("PELT 搜索", "PELT search"),
    "binseg": ("二分搜索", "binary segmentation"),
    "window": ("滑动窗口搜索", "sliding window"),
}
_MODELS = {
    "l2": ("均值", "of the mean"),
    "l1": ("中位数", "of the median"),
    "normal": ("均值与方差", "of mean and variance"),
}
_CRITERIA = {"changes": pl.Int64, "rss": pl.Float64, "bic": pl.Float64}
_CHANGES = {
    **dict.fromkeys(["at"], pl.Int64),
    **dict.fromkeys(["last", "earliest", "latest"], pl.String),
    **dict.fromkeys(["low", "value", "high"], pl.Float64),
}
_LEAST = 10  # two segments of five: a mean of fewer has no interval worth the name
_WHY = ("每段至少要有足够的数据点来估计其均值", "each side needs points enough to have a mean")


@dataclass(frozen=True, repr=False)
class ChangePoints(Told):
    """Segments of one level each: `start`, `end` or positions, `n`, and the mean's interval.

    `changes`: the last point `at` of each old level, where the change can lie at the confidence
    asked for (`earliest`, `latest`: Bai 1997, for `l2`), and `low`, `value`, `high` of the
    difference of means (Welch). `criteria`: for every number of changes that an exact search tried,
    its residual sum of squares and BIC. `why` says in words what set their number.
    """

    segments: pl.DataFrame
    changes: pl.DataFrame
    criteria: pl.DataFrame
    n: int
    search: Search
    model: str
    why: tuple[str, str]
    confidence: float
    taken: list[tuple[str, str]]

    def table(self) -> pl.DataFrame:
        return self.segments

    @property
    def at(self) -> list[int]:
        """How many points stand before each change."""
        return self.changes["at"].to_list()

    def sentences(self, lang: Lang) -> list[str]:
        count, (zh, en), (model_zh, model_en) = self.changes.height, *self._how()
        zh, en = f"{zh}；{model_zh}", f"{en}; {model_en}"
        if not count:
            zh = f"{self.n} 个数据点中未见水平变化（{zh}）。"
            return [words(lang, zh, f"No change of level in {self.n} points ({en}).")]
        zh = f"{self.n} 个数据点中有 {count} 处水平变化（{zh}）。"
        en = f"{count} change{'s' if count > 1 else ''} of level in {self.n} points ({en})."
        caveat = (
            "各区间假定数据点相互独立；存在趋势或自相关时，变点可能是假象。",
            "Intervals take points to be independent; a trend can look like a change of level.",
        )
        changes = [self._change(row, lang) for row in self.changes.iter_rows(named=True)]
        caveats = [words(lang, *told) for told in (caveat, *self.taken)]
        return [words(lang, zh, en), *changes, *caveats]

    def _how(self) -> tuple[tuple[str, str], tuple[str, str]]:
        model = _MODELS.get(self.model, (f"代价 {self.model}", f"cost {self.model}"))
        return _SEARCHES[self.search], (f"{model[0]}，{self.why[0]}", f"{model[1]}, {self.why[1]}")

    def _change(self, row: dict[str, Any], lang: Lang) -> str:
        value, size = figure(row["value"], lang), between(row["low"], row["high"], lang)
        level, early, late = f"{self.confidence:.0%}", row["earliest"], row["latest"]
        zh, en = f"位置 {level} 区间为 {early} 至 {late}", f"{level} sure from {early} to {late}"
        if early is None:
            zh, en = "位置没有区间", "its place has no interval"
        zh = f"{row['last']} 之后（{zh}）均值变化 {value}（{level} 区间 {size}）。"
        en = f"After {row['last']} ({en}) the mean differs by {value} ({level} interval {size})."
        return words(lang, zh, en)


def _noise(x: Numbers) -> float:
    """Standard deviation from first differences, which changes of level hardly touch."""
    steps = np.diff(x)
    sigma = 1.4826 * float(np.median(np.abs(steps - np.median(steps)))) / sqrt(2)
    return sigma or float(np.std(steps)) / sqrt(2)


def _penalty(x: Numbers, model: str, penalty: float | Literal["bic"]) -> float:
    if not isinstance(penalty, str):
        return float(penalty)
    if penalty != "bic" or model not in ("l2", "normal"):
        raise RecordError(f"penalty: cost {model!r} has no BIC; give the penalty as a number")
    return (2 * _noise(x) ** 2 if model == "l2" else 3.0) * log(x.size)


def _searched(search: Search, model: str, size: int, x: Numbers, width: int | None) -> Any:
    import ruptures

    kinds = {"pelt": "Pelt", "binseg": "Binseg", "window": "Window", "exact": "Dynp"}
    given = {"model": model, "min_size": size, "jump": 1}
    if search == "window":
        given["width"] = width or 2 * size
    with warnings.catch_warnings():  # every use of `normal` announces what changed in 1.1.5
        warnings.filterwarnings("ignore", "New behaviour in v1.1.5")
        return getattr(ruptures, kinds[search])(**given).fit(x.reshape(-1, 1))


def _tried(fitted: Any, x: Numbers, size: int, most: int) -> tuple[list[list[int]], pl.DataFrame]:
    """Best ends of segments for each number of changes, with their sums of squares and BIC.

    BIC of normal errors, with a mean and a place a segment (Bai and Perron 2003).
    """
    n, most = x.size, min(most, max(1, ceil(x.size / size) - 2), x.size // size - 1)
    ends = [[n], *(fitted.predict(n_bkps=m) for m in range(1, most + 1))]
    rss = [sum(part.var() * part.size for part in np.split(x, e[:-1])) for e in ends]
    frame = pl.DataFrame({"changes": range(most + 1), "rss": rss}, strict=False)
    likelihood = n * ((pl.col("rss") / n).clip(1e-300).log() + 1 + log(2 * pi))
    return ends, frame.with_columns(bic=likelihood + 2 * (pl.col("changes") + 1) * log(n))


def _argmax_below(x: float, phi: float) -> float:
    """P(argmax of the two-sided Brownian motion with drift ≤ x): Bai 1997, Appendix B."""
    from scipy.stats import norm

    # One formula serves both sides: to the right, time runs 1 / phi times as fast.
    v, k = (-x, 1 / phi) if x < 0 else (x / phi, phi)
    r = sqrt(v)
    tail = (
        -r * exp(-v / 8) / sqrt(2 * pi)
        - (1 + 2 * k) / (k * (1 + k)) * exp(k * (1 + k) * v / 2 + norm.logcdf(-(0.5 + k) * r))
        + ((1 + 2 * k) ** 2 / (k * (1 + k)) - 2 + v / 2) * norm.cdf(-r / 2)
    )
    return float(tail if x < 0 else 1 - tail)


def _place(x: Numbers, before: slice, after: slice, confidence: float) -> tuple[int, int] | None:
    """How far before and after its estimate a change can lie; None where nothing bounds it."""
    from scipy.optimize import brentq

    tail, old, new = (1 - confidence) / 2, x[before], x[after]
    delta, variance = new.mean() - old.mean(), float(old.var())
    if not (variance > 0 and new.var() > 0 and delta):
        return (0, 0) if delta else None
    phi = float(new.var()) / variance
    if not tail < _argmax_below(0.0, phi) < 1 - tail:
        return None
    far = 1.0
    while _argmax_below(-far, phi) > tail or _argmax_below(far, phi) < 1 - tail:
        far *= 2
    low = brentq(lambda v: _argmax_below(v, phi) - tail, -far, 0)
    high = brentq(lambda v: _argmax_below(v, phi) - 1 + tail, 0, far)
    scale = variance / delta**2
    return ceil(high * scale), -floor(low * scale)


def change_points(
    series: SeriesLike,
    *,
    search: Search = "exact",
    model: str = "l2",
    penalty: float | Literal["bic"] = "bic",
    breaks: int | None = None,
    most: int = 5,
    min_size: int | None = None,
    width: int | None = None,
    confidence: float = 0.95,
) -> ChangePoints | Refusal:
    """Where the level of a series changes, and how many times.

    `search`: `exact` (least squares over all partitions, Bai and Perron 2003), `pelt`, `binseg` or
    `window` (of `width`); `model` is the cost of a segment (`l2` mean, `l1` median, `normal` mean
    and variance, `rbf`, …). `penalty` is what one more change must save. `bic` is, for an exact
    search of `l2`, the smallest BIC of normal errors among at most `most` changes; for the others
    2 σ² log n, with σ from the median of first differences, and 3 log n for `normal`. `breaks` asks
    for a number of changes. `min_size`: by default 15 % of the points and at least five. Raises
    `RecordError`; a `Refusal` for too few points.

    >>> found = change_points([5, 6, 5, 6, 5, 6, 1, 2, 1, 2, 1, 2])
    >>> found.at
    [6]
    """
    frame = in_sequence(read(series))
    x, n = frame["value"].to_numpy(), frame.height
    size = max(5, floor(0.15 * n)) if min_size is None else min_size
    if size < 2:
        raise RecordError(f"min_size: {size}; a segment needs at least two points")
    if n < max(_LEAST, 2 * size):
        return too_few(("变点检测", "Finding changes of level"), n, max(_LEAST, 2 * size), _WHY)
    if np.ptp(x) == 0:
        return Refusal("所有数值相等，没有变化可言。", "All values are equal: there is no change.")
    if breaks is not None and search == "pelt":
        raise RecordError("breaks: PELT finds the number itself; use another search")
    fitted = _searched(search, model, size, x, width)
    criteria, why = pl.DataFrame(schema=_CRITERIA), ("BIC", "by BIC")
    if not isinstance(penalty, str):
        why = f"惩罚 {figure(penalty, 'zh')}", f"penalty {figure(penalty, 'en')}"
    if breaks is not None:
        ends, why = fitted.predict(n_bkps=breaks), (f"指定 {breaks} 处", f"{breaks} asked for")
    elif search != "exact":
        ends = fitted.predict(pen=_penalty(x, model, penalty))
    else:
        tried, criteria = _tried(fitted, x, size, most)
        costs = criteria["bic"].to_list()
        if penalty != "bic" or model != "l2":
            price = _penalty(x, model, penalty)
            costs = [fitted.cost.sum_of_costs(e) + price * m for m, e in enumerate(tried)]
        ends = tried[int(np.argmin(costs))]
    segments, changes = _described(frame, x, [int(end) for end in ends], model, confidence)
    return ChangePoints(
        segments, changes, criteria, n, search, model, why, confidence, taken_as(frame)
    )


def _described(
    frame: pl.DataFrame, x: Numbers, ends: Sequence[int], model: str, confidence: float
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Means of segments by Student's t, and changes by Welch's."""
    from scipy import stats

    slices = [slice(a, b) for a, b in zip([0, *ends[:-1]], ends, strict=True)]
    start, end = ("start", "end") if "start" in frame.columns else ("position", "position")
    segments, changes = [], []
    for part in slices:
        n, mean, error = part.stop - part.start, x[part].mean(), stats.sem(x[part])
        low, high = stats.t.interval(confidence, n - 1, mean, error or 1e-300)
        first, last = frame[start][part.start], frame[end][part.stop - 1]
        segments.append((first, last, n, low, mean, high))
    for before, after in pairwise(slices):
        welch = stats.ttest_ind(x[after], x[before], equal_var=False)
        low, high = welch.confidence_interval(confidence)
        value, at, early, late = x[after].mean() - x[before].mean(), before.stop, None, None
        place = _place(x, before, after, confidence) if model == "l2" else None
        if place is not None:
            early = label(frame, max(0, at - 1 - place[0]))
            late = label(frame, min(x.size - 1, at - 1 + place[1]))
        changes.append((at, label(frame, at - 1), early, late, low, value, high))
    names = ["start", "end", "n", "low", "value", "high"]
    return (
        pl.DataFrame(segments, schema=names, orient="row"),
        pl.DataFrame(changes, schema=_CHANGES, orient="row"),
    )


@dataclass(frozen=True, repr=False)
class Pettitt(Told):
    """Pettitt's test: the largest |U| (`k`), how many points stand before it, approximate p."""

    n: int
    k: float
    at: int
    last: str
    p: float

    def sentences(self, lang: Lang) -> list[str]:
        k = f"K = {self.k:g}, {p_text(self.p)}"
        zh = f"{self.n} 个数据点中，变化最可能在 {self.last} 之后（Pettitt 检验，{k}；只找一处）。"
        en = f"Of {self.n} points, a change is likeliest after {self.last} (Pettitt, {k};"
        return [words(lang, zh, f"{en} it looks for one change only).")]


def pettitt(series: SeriesLike) -> Pettitt | Refusal:
    """Pettitt's (1979) rank test for one change: K = max |U|, p ≈ 2 exp(−6 K² / (n³ + n²)).

    >>> pettitt([5, 6, 5, 6, 5, 6, 1, 2, 1, 2, 1, 2]).at
    6
    """
    from scipy.stats import rankdata

    frame = in_sequence(read(series))
    x, n = frame["value"].to_numpy(), frame.height
    if n < _LEAST:
        return too_few(("Pettitt 检验", "Pettitt's test"), n, _LEAST, _WHY)
    u = np.abs(2 * np.cumsum(rankdata(x)) - np.arange(1, n + 1) * (n + 1))
    at = int(u.argmax()) + 1
    k = float(u.max())
    return Pettitt(n, k, at, label(frame, at - 1), min(1.0, 2 * exp(-6 * k**2 / (n**3 + n**2))))
