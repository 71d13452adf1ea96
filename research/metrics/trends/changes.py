"""Changes by interval arithmetic: year on year, runs of decline, an index, compound growth.

Nothing is estimated: each answer is what the intervals themselves imply. Statistics of a whole
series are in `kendall.py` and `change_points.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from research.lang import Lang, in_words
from research.metrics.compute import year_later
from research.metrics.intervals import Interval
from research.metrics.trends.series import (
    Refusal,
    SeriesLike,
    Told,
    days_long,
    label,
    read,
    too_few,
    words,
)
from research.record.record import RecordError

_ENDS = ("low", "value", "high")


@dataclass(frozen=True, repr=False)
class Changes(Told):
    """Changes as fractions: `start`, `end`, `low`, `value`, `high`, `basis`, `fell`.

    `basis`: `levels`, `printed`, `both` (what both allow), `conflict` (they exclude each other; the
    interval holds both). `fell`: `certain`, `possible` or `no`. `against` is `year` or `previous`.
    """

    frame: pl.DataFrame
    against: str

    def table(self) -> pl.DataFrame:
        return self.frame

    def sentences(self, lang: Lang) -> list[str]:
        count = dict(self.frame["fell"].value_counts().iter_rows())
        fell, open_, no = (count.get(name, 0) for name in ("certain", "possible", "no"))
        base = {"year": ("上年同期", "the year before"), "previous": ("上期", "the window before")}
        zh, en = base[self.against]
        n = self.frame.height
        said = words(
            lang,
            f"{n} 个时段可与{zh}比较：{fell} 个必然下降，{open_} 个可能下降，{no} 个没有下降。",
            f"{n} windows can be compared with {en}: {fell} certainly fell, {open_} possibly "
            f"fell, {no} did not fall.",
        )
        conflicts = self.frame.filter(pl.col("basis") == "conflict").height
        if not conflicts:
            return [said]
        warned = words(
            lang,
            f"其中 {conflicts} 个时段的公布涨跌幅与两期数值不符，基数可能已调整。",
            f"In {conflicts} the printed change and the two levels exclude each other: the "
            "base may have been restated.",
        )
        return [said, warned]


@dataclass(frozen=True)
class Run:
    """Windows in a row: how many, and the first and last of them in words."""

    length: int
    first: str = ""
    last: str = ""


@dataclass(frozen=True, repr=False)
class Declines(Changes):
    """Changes, and the longest runs of windows that certainly, or possibly, fell."""

    certain: Run
    possible: Run

    def sentences(self, lang: Lang) -> list[str]:
        runs = {"certain": ("必然", "certain"), "possible": ("可能", "possible")}
        said = super().sentences(lang)
        for name, (zh, en) in runs.items():
            run: Run = getattr(self, name)
            said.append(
                words(
                    lang,
                    f"最长{zh}连续下降 {run.length} 期（{run.first} 至 {run.last}）。",
                    f"The longest {en} run of declines is {run.length} in a row "
                    f"({run.first} to {run.last}).",
                )
                if run.length
                else words(lang, f"没有{zh}的下降。", f"There is no {en} decline.")
            )
        return said


def _require_windows(frame: pl.DataFrame, what: str) -> None:
    if "start" not in frame.columns:
        raise RecordError(f"{what} needs windows: a frame with the columns start and end")


def _relative(frame: pl.DataFrame) -> pl.DataFrame:
    """Change to `base_*` and what was printed, met into one interval, with what it rests on."""
    ratio = Interval.of("level") / Interval.of("base")
    levels = Interval(ratio.low - 1, ratio.high - 1)
    printed = Interval.of("printed")
    both, ends = levels.meet(printed), levels.join(printed)
    have = pl.col("base_value").is_not_null() & pl.col("level_value").is_not_null()
    have_printed = pl.col("printed_low").is_not_null()
    conflict = have & have_printed & (both.low > both.high)
    basis = (
        pl.when(conflict)
        .then(pl.lit("conflict"))
        .when(have & have_printed)
        .then(pl.lit("both"))
        .when(have)
        .then(pl.lit("levels"))
        .when(have_printed)
        .then(pl.lit("printed"))
    )
    value = pl.col("level_value") / pl.col("base_value") - 1
    low, high = (
        pl.when(conflict).then(getattr(ends, e)).otherwise(getattr(both, e))
        for e in ("low", "high")
    )
    fell = (
        pl.when(pl.col("high") < 0)
        .then(pl.lit("certain"))
        .when(pl.col("low") < 0)
        .then(pl.lit("possible"))
        .otherwise(pl.lit("no"))
    )
    return (
        frame.with_columns(basis=basis, low=low, high=high)
        .with_columns(value=pl.coalesce("printed_value", value).clip("low", "high"))
        .filter(pl.col("basis").is_not_null())
        .with_columns(fell=fell)
    )


def _with_printed(frame: pl.DataFrame) -> pl.DataFrame:
    """Levels renamed, and the printed change as fractions; null columns where none is there."""
    columns = {"printed_low": "yoy_low", "printed_value": "yoy_pct", "printed_high": "yoy_high"}
    printed = {
        name: pl.col(c) / 100 if c in frame.columns else pl.lit(None, dtype=pl.Float64)
        for name, c in columns.items()
    }
    levels = {f"level_{end}": pl.col(end) for end in _ENDS}
    return frame.select("start", "end", "position", **levels, **printed)


def _yearly(frame: pl.DataFrame) -> pl.DataFrame:
    _require_windows(frame, "a change on the year before")
    base = (
        frame.select(year_later(pl.col("start", "end")), **{f"base_{e}": pl.col(e) for e in _ENDS})
        .filter(pl.col("base_value").is_not_null())
        .unique(["start", "end"], keep="last", maintain_order=True)  # 28 and 29 February
    )
    joined = _with_printed(frame).join(base, ["start", "end"], "left", maintain_order="left")
    return _relative(joined)


def _stepwise(frame: pl.DataFrame) -> pl.DataFrame:
    frame = frame.filter(pl.col("value").is_not_null())
    follows = pl.col("position").diff().round(6) == 1
    if "start" in frame.columns:
        follows = pl.col("start") == pl.col("end").shift(1).dt.offset_by("1d")
    base = {f"base_{e}": pl.when(follows).then(pl.col(e).shift(1)) for e in _ENDS}
    levels = {f"level_{end}": pl.col(end) for end in _ENDS}
    none = {f"printed_{e}": pl.lit(None, dtype=pl.Float64) for e in _ENDS}
    kept = [c for c in ("start", "end", "position") if c in frame.columns]
    return _relative(frame.select(*kept, **levels, **base, **none))


def _where(frame: pl.DataFrame) -> list[str]:
    return ["start", "end"] if "start" in frame.columns else ["position"]


def _shown(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(*_where(frame), *_ENDS, "basis", "fell")


def year_on_year(series: SeriesLike) -> Changes | Refusal:
    """The change of every window on the same window a year before, as an interval of fractions.

    From levels by interval arithmetic; where `yoy_low`, `yoy_pct`, `yoy_high` stand in the frame
    (`record.select`), what was printed narrows it or stands alone. Leap years match.

    >>> from datetime import date
    >>> import polars as pl
    >>> years = pl.DataFrame({"start": [date(2020, 1, 1), date(2021, 1, 1)],
    ...                       "end": [date(2020, 12, 31), date(2021, 12, 31)],
    ...                       "low": [90.0, 70.0], "value": [100.0, 75.0], "high": [100.0, 80.0]})
    >>> year_on_year(years).frame.select(pl.col("low", "high").round(2), "fell").row(0)
    (-0.3, -0.11, 'certain')
    """
    frame = _yearly(read(series))
    if frame.is_empty():
        return _no_pair()
    return Changes(_shown(frame), "year")


def _no_pair() -> Refusal:
    return Refusal(
        "没有两个相隔一期、可以比较的时段，也没有公布的涨跌幅。",
        "No two windows can be compared, and no change was printed.",
    )


def declines(
    series: SeriesLike, against: Literal["year", "previous"] = "year"
) -> Declines | Refusal:
    """Runs of windows in a row that fell: certainly (above no level of the base), or possibly.

    A window certainly fell if its highest level is below the lowest of its base, and possibly if
    its lowest is below the highest. Windows in a row follow one another without a gap and have one
    length; a window that nothing is known of ends a run.

    >>> declines([9, 8, 7, 8, 6], "previous").certain.length
    2
    """
    frame = read(series)
    frame = _yearly(frame) if against == "year" else _stepwise(frame)
    if frame.is_empty():
        return _no_pair()
    follows = (pl.col("position").diff().round(6) == 1).fill_null(value=False)
    if "start" in frame.columns:
        follows = (pl.col("start") == pl.col("end").shift(1).dt.offset_by("1d")).fill_null(False)
    certain, possible = (
        _longest(frame, pl.col("fell").is_in(names), follows)
        for names in (["certain"], ["certain", "possible"])
    )
    return Declines(_shown(frame), against, certain, possible)


def _longest(frame: pl.DataFrame, fell: pl.Expr, follows: pl.Expr) -> Run:
    runs = (
        frame.with_row_index("row")
        .with_columns(run=(~(fell & follows & fell.shift(1, fill_value=False))).cum_sum())
        .filter(fell)
        .group_by("run", maintain_order=True)
        .agg(first=pl.col("row").first(), last=pl.col("row").last(), length=pl.len())
        .sort("length", descending=True, maintain_order=True)
    )
    if runs.is_empty():
        return Run(0)
    first, last, length = runs.select("first", "last", "length").row(0)
    return Run(length, label(frame, first), label(frame, last))


def index(series: SeriesLike, base: date | int | None = None, at: float = 100.0) -> pl.DataFrame:
    """A series as an index: `low`, `value`, `high` where the base window is `at`.

    `base`: the start of the base window, or a position; by default the first. The base itself is
    exactly `at`, as a figure divided by itself; others carry the base's interval. Raises
    `RecordError`.

    >>> index([50, 60])["value"].to_list()
    [100.0, 120.0]
    """
    frame = read(series).filter(pl.col("value").is_not_null())
    frame = frame.with_columns(position=pl.int_range(1, pl.len() + 1))
    column = "start" if isinstance(base, date) else "position"
    if column == "start":
        _require_windows(frame, "a base given as a day")
    found = frame.filter(pl.col(column) == (1 if base is None else base))
    if found.height != 1:
        raise RecordError(f"base: {found.height} windows begin at {base}; name exactly one")
    low, value, high = found.select(_ENDS).row(0)
    if not value:
        raise RecordError("base: an index to a base of 0 has no value; choose another window")
    scaled = Interval(pl.col("low"), pl.col("high")) / Interval(pl.lit(low), pl.lit(high)) * at
    itself = pl.col("position") == found.item(0, "position")
    return frame.with_columns(
        low=pl.when(itself).then(at).otherwise(scaled.low),
        value=pl.when(itself).then(at).otherwise(pl.col("value") / value * at),
        high=pl.when(itself).then(at).otherwise(scaled.high),
    ).select(*_where(frame), *_ENDS)


@dataclass(frozen=True, repr=False)
class Growth(Told):
    """Compound growth a year (a step, for plain numbers), as fractions, between two windows."""

    low: float
    value: float
    high: float
    years: float
    first: str
    last: str
    per: str

    def sentences(self, lang: Lang) -> list[str]:
        rate = in_words(100 * self.low, 100 * self.high, lang, percent=True)
        zh, en = {"year": ("年", "a year"), "step": ("期", "a step")}[self.per]
        return [
            words(
                lang,
                f"{self.first} 至 {self.last}，平均每{zh}复合变化 {rate}；只取首尾两期，"
                "不说明其间的起伏。",
                f"From {self.first} to {self.last} the compound change is {rate} {en}; it "
                "rests on the two ends alone and says nothing of what lies between.",
            )
        ]


def growth(series: SeriesLike) -> Growth | Refusal:
    """Compound growth from the first to the last window: (last / first) ^ (1 / years) − 1.

    Years are counted from start to start; plain numbers count steps. The interval sets the lowest
    last against the highest first and the other way round. Raises `RecordError` for windows of
    unlike length.

    >>> round(growth([100, 110, 121]).value, 10)
    0.1
    """
    frame = read(series).filter(pl.col("value").is_not_null())
    if frame.height < 2:
        why = ("复合增长率要有首尾两期", "growth has a first and a last")
        return too_few(("复合增长率", "Compound growth"), frame.height, 2, why)
    years, per = frame["position"][-1] - frame["position"][0], "step"
    if "start" in frame.columns:
        ends = frame[[0, -1]].with_columns(days=days_long())
        shortest, longest = sorted(ends["days"])
        if longest > 1.15 * shortest:
            said = f"{ends['days'][0]} and {ends['days'][1]} days"
            raise RecordError(f"the first and last windows have {said}: unlike lengths don't grow")
        start = pl.col("start")
        time = start.dt.year() + (start.dt.month() - 1) / 12 + (start.dt.day() - 1) / 365.25
        years, per = ends.select(time.diff().last()).item(), "year"
    (low0, value0, high0), (low1, value1, high1) = (frame.select(_ENDS).row(i) for i in (0, -1))
    if low0 <= 0 or low1 < 0:
        return Refusal(
            "首期的数值可能为零或为负，复合增长率没有意义。",
            "The first level may be 0 or less, so that compound growth means nothing.",
        )
    ratios = (low1 / high0, value1 / value0, high1 / low0)
    low, value, high = (ratio ** (1 / years) - 1 for ratio in ratios)
    return Growth(low, value, high, years, label(frame, 0), label(frame, -1), per)
