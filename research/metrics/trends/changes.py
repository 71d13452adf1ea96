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
from research.metrics.statements import months
from research.metrics.trends.series import SeriesLike, days_long, label, read, years
from research.metrics.trends.telling import Refusal, Told, too_few, words
from research.record.record import RecordError

Against = Literal["year", "previous"]
_ENDS = ("low", "value", "high")
_BASE = {"year": ("上年同期", "the year before"), "previous": ("上期", "the window before")}
_RUNS = {"year": "yoy_decline_run", "previous": "mom_decline_run"}
_NO_PAIR = Refusal(
    "没有两个相隔一期、可以比较的时段，也没有公布的涨跌幅。",
    "No two windows can be compared, and no change was printed.",
)


@dataclass(frozen=True)
class Run:
    """Windows in a row: how many, and the first and last of them in words."""

    length: int
    first: str = ""
    last: str = ""


@dataclass(frozen=True, repr=False)
class Changes(Told):
    """Changes as fractions, and the longest runs of windows that certainly, or possibly, fell.

    `frame`: the windows, `low`, `value`, `high`; `basis`: `levels`, `printed`, `both` (what both
    allow), `claimed` (an announced run, without a size) or `conflict` (they exclude each other; the
    interval holds all); `fell`: `certain`, `possible` or `no`.
    """

    frame: pl.DataFrame
    against: Against
    certain: Run
    possible: Run

    def table(self) -> pl.DataFrame:
        return self.frame

    def sentences(self, lang: Lang) -> list[str]:
        fell = dict(self.frame["fell"].value_counts().iter_rows())
        basis = dict(self.frame["basis"].value_counts().iter_rows())
        sure, open_, no = (fell.get(name, 0) for name in ("certain", "possible", "no"))
        claimed, conflicts = basis.get("claimed", 0), basis.get("conflict", 0)
        zh, en = _BASE[self.against]
        n = self.frame.height
        zh = f"{n} 个时段可与{zh}比较：{sure} 个必然下降，{open_} 个可能下降，{no} 个没有下降。"
        en = f"Of {n} windows compared with {en}, {sure} certainly fell, {open_} possibly,"
        told = [(zh, f"{en} {no} did not.")]
        if claimed:
            zh, en = f"{claimed} 个时段只公布了连续下降", f"Of {claimed} only the run was announced"
            told.append((f"其中 {zh}，没有幅度。", f"{en}, without a size."))
        if conflicts:
            zh = f"其中 {conflicts} 个时段的公布涨跌与两期数值不符，基数可能已调整。"
            en = f"In {conflicts} what was announced and the two levels exclude each other: the"
            told.append((zh, f"{en} base may have been restated."))
        told += [_run("必然", "certain", self.certain), _run("可能", "possible", self.possible)]
        return [words(lang, *one) for one in told]


def _run(zh: str, en: str, run: Run) -> tuple[str, str]:
    if not run.length:
        return f"没有{zh}的下降。", f"There is no {en} decline."
    return (
        f"最长{zh}连续下降 {run.length} 期（{run.first} 至 {run.last}）。",
        f"The longest {en} run of declines is {run.length} in a row ({run.first} to {run.last}).",
    )


def _with_base(frame: pl.DataFrame, against: Against) -> pl.DataFrame:
    """Columns `base_*`: the level of the window before, or of the same window a year before."""
    levels = {f"base_{end}": pl.col(end) for end in _ENDS}
    if against == "previous":
        known = frame.filter(pl.col("value").is_not_null())
        return known.with_columns(
            pl.when(_follows(known)).then(e.shift(1)).alias(c) for c, e in levels.items()
        )
    if "start" not in frame.columns:
        raise RecordError("a change on the year before needs windows: columns start and end")
    base = (
        frame.filter(pl.col("value").is_not_null())
        .select(year_later(pl.col("start", "end")), **levels)
        .unique(["start", "end"], keep="last", maintain_order=True)  # 28 and 29 February
    )
    return frame.join(base, ["start", "end"], "left", maintain_order="left")


def _changes(frame: pl.DataFrame, against: Against) -> pl.DataFrame:
    """The change of each window: from levels, from what was printed, or met of both."""
    frame = _with_base(frame, against)
    printed = against == "year" and "yoy_pct" in frame.columns
    names = ("yoy_low", "yoy_pct", "yoy_high")
    frame = frame.with_columns(
        (pl.col(c) / 100 if printed else pl.lit(None, pl.Float64)).alias(f"printed_{end}")
        for c, end in zip(names, _ENDS, strict=True)
    )
    known = pl.col("value").is_not_null() & pl.col("base_value").is_not_null()
    told = pl.col("printed_value").is_not_null()
    ratio = Interval(pl.col("low"), pl.col("high")) / Interval.of("base")
    levels = Interval(*(pl.when(known).then(end - 1) for end in (ratio.low, ratio.high)))
    both, either = levels.meet(Interval.of("printed")), levels.join(Interval.of("printed"))
    conflict = known & told & (both.low > both.high)
    basis = pl.when(conflict).then(pl.lit("conflict")).when(known & told).then(pl.lit("both"))
    basis = basis.when(known).then(pl.lit("levels")).when(told).then(pl.lit("printed"))
    value = pl.coalesce("printed_value", pl.col("value") / pl.col("base_value") - 1)
    return frame.select(
        *_where(frame),
        low=pl.when(conflict).then(either.low).otherwise(both.low),
        value=value,
        high=pl.when(conflict).then(either.high).otherwise(both.high),
        basis=basis,
    ).filter(pl.col("basis").is_not_null())


def _claimed(changes: pl.DataFrame, claims: pl.DataFrame, against: Against) -> pl.DataFrame:
    """With the months of announced runs: each fell, by how much is not said."""
    runs = claims.filter(pl.col("kind").cast(pl.String) == _RUNS[against])
    series = [c for c in ("indicator", "geo", "scope") if c in runs.columns]
    if series and runs.select(series).n_unique() > 1:
        raise RecordError("claims: they are of several series; filter to one indicator and scope")
    spans = {m for row in runs.to_dicts() for m in months(row["start"], row["end"])}
    fell = pl.DataFrame(sorted(spans), {"start": pl.Date, "end": pl.Date}, orient="row")
    fell = fell.with_columns(claimed=pl.lit(value=True))
    joined = changes.join(fell, ["start", "end"], "full", coalesce=True).sort("start", "end")
    claimed, risen = pl.col("claimed").is_not_null(), pl.col("low") > 0
    sure = pl.col("high").lt(0).fill_null(value=False)
    only = claimed & ~sure & ~risen.fill_null(value=False)
    low = pl.when(claimed & (risen | pl.col("low").is_null())).then(-1.0).otherwise("low")
    basis = pl.when(claimed & risen).then(pl.lit("conflict")).when(only).then(pl.lit("claimed"))
    high = pl.when(only).then(0.0).otherwise("high")
    return joined.with_columns(low=low, high=high, basis=basis.otherwise("basis")).drop("claimed")


def _where(frame: pl.DataFrame) -> list[str]:
    return ["start", "end"] if "start" in frame.columns else ["position"]


def _follows(frame: pl.DataFrame) -> pl.Expr:
    """Whether a row takes up where the one before it ended."""
    if "start" in frame.columns:
        return pl.col("start") == pl.col("end").shift(1).dt.offset_by("1d")
    return pl.col("position").diff() == 1


def _longest(frame: pl.DataFrame, names: list[str]) -> Run:
    """A run is of windows of one length: months, or years, with others in between."""
    frame, fell = frame.with_row_index("row"), pl.col("fell").is_in(names)
    goes_on = fell & fell.shift(1) & _follows(frame)
    if "start" in frame.columns:
        length = (days_long() / 30.44).round()
        goes_on &= length == length.shift(1)
        frame = frame.sort(length, "start")
    runs = (
        frame.with_columns(run=(~goes_on.fill_null(value=False)).cum_sum())
        .filter(fell)
        .group_by("run", maintain_order=True)
        .agg(pl.len(), first=pl.col("row").first(), last=pl.col("row").last())
        .sort("len", descending=True, maintain_order=True)
    )
    if runs.is_empty():
        return Run(0)
    size, first, last = runs.select("len", "first", "last").row(0)
    ordered = frame.sort("row")
    return Run(size, label(ordered, first), label(ordered, last))


def declines(
    series: SeriesLike, against: Against = "year", *, claims: pl.DataFrame | None = None
) -> Changes | Refusal:
    """Changes on the year before (or the window before), and the longest runs of decline.

    A window certainly fell if its highest level is below the lowest of its base, and possibly if
    its lowest is below the highest. Where `yoy_low`, `yoy_pct`, `yoy_high` stand in the frame
    (`record.select`), what was printed narrows the change or stands alone. `claims` of announced
    runs (`rs.claims_about`, of one series) make their months certain. Windows in a row follow one
    another without a gap. Raises `RecordError`; a `Refusal` where nothing can be compared.

    >>> declines([9, 8, 7, 8, 6], "previous").certain.length
    2
    """
    found = _changes(read(series), against)
    if claims is not None and "start" in found.columns:
        found = _claimed(found, claims, against)
    if found.is_empty():
        return _NO_PAIR
    sure = (pl.col("high") < 0) | (pl.col("basis") == "claimed")
    fell = pl.when(sure).then(pl.lit("certain")).when(pl.col("low") < 0).then(pl.lit("possible"))
    value = pl.col("value").clip("low", "high")
    found = found.with_columns(value=value, fell=fell.otherwise(pl.lit("no")))
    runs = [_longest(found, names) for names in (["certain"], ["certain", "possible"])]
    return Changes(found, against, *runs)


def year_on_year(series: SeriesLike) -> Changes | Refusal:
    """The change of each window on the same window a year before: `declines` against the year.

    >>> from datetime import date
    >>> import polars as pl
    >>> years = pl.DataFrame({"start": [date(2020, 1, 1), date(2021, 1, 1)],
    ...                       "end": [date(2020, 12, 31), date(2021, 12, 31)],
    ...                       "low": [90.0, 70.0], "value": [100.0, 75.0], "high": [100.0, 80.0]})
    >>> year_on_year(years).frame.select(pl.col("low", "high").round(2), "fell").row(0)
    (-0.3, -0.11, 'certain')
    """
    return declines(series)


def index(series: SeriesLike, base: date | int | None = None, at: float = 100.0) -> pl.DataFrame:
    """A series as an index: `low`, `value`, `high` where the base window is `at`.

    `base`: the start of the base window, or a row from 1; by default the first. The base itself is
    exactly `at`, a figure divided by itself; the others carry its interval. Raises `RecordError`.

    >>> index([50, 60])["value"].to_list()
    [100.0, 120.0]
    """
    frame = read(series).filter(pl.col("value").is_not_null()).with_row_index("row", 1)
    itself = pl.col("start" if isinstance(base, date) else "row") == (base or 1)
    if isinstance(base, date) and "start" not in frame.columns:
        raise RecordError(f"base: {base} is a day, but the series has no windows")
    found = frame.filter(itself)
    if found.height != 1:
        raise RecordError(f"base: {found.height} windows begin at {base}; name exactly one")
    low, value, high = found.select(_ENDS).row(0)
    if not value:
        raise RecordError("base: an index to a base of 0 has no value; choose another window")
    scaled = Interval(pl.col("low"), pl.col("high")) / Interval(pl.lit(low), pl.lit(high)) * at
    ends = {"low": scaled.low, "value": pl.col("value") / value * at, "high": scaled.high}
    exact = {end: pl.when(itself).then(at).otherwise(e) for end, e in ends.items()}
    return frame.select(*_where(frame), **exact)


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
        zh = f"{self.first} 至 {self.last}，平均每{zh}复合变化 {rate}；只取首尾两期。"
        en = f"From {self.first} to {self.last} the compound change is {rate} {en}; it rests on"
        return [words(lang, zh, f"{en} the two ends alone.")]


def growth(series: SeriesLike) -> Growth | Refusal:
    """Compound growth from the first to the last window: (last / first) ^ (1 / years) − 1.

    Years are counted from start to start; plain numbers count steps. The interval sets the lowest
    last against the highest first, and the other way round. Raises `RecordError` for windows of
    unlike length.

    >>> round(growth([100, 110, 121]).value, 10)
    0.1
    """
    frame = read(series).filter(pl.col("value").is_not_null())
    if frame.height < 2:
        why = ("复合增长率要有首尾两期", "growth has a first and a last")
        return too_few(("复合增长率", "Compound growth"), frame.height, 2, why)
    per, ends = "step", frame[[0, -1]]
    if "start" in frame.columns:
        per, days = "year", ends.select(days_long()).to_series().to_list()
        if max(days) > 1.15 * min(days):
            raise RecordError(f"windows of {days[0]} and {days[1]} days: unlike lengths don't grow")
    clock = years() if per == "year" else pl.col("position").cast(pl.Float64)
    span = ends.select(clock.diff().last()).item()
    (low0, value0, high0), (low1, value1, high1) = ends.select(_ENDS).rows()
    if low0 <= 0 or low1 < 0:
        zh = "首期的数值可能为零或为负，复合增长率没有意义。"
        return Refusal(zh, "The first level may be 0 or less: compound growth means nothing.")
    ratios = (low1 / high0, value1 / value0, high1 / low0)
    low, value, high = (ratio ** (1 / span) - 1 for ratio in ratios)
    return Growth(low, value, high, span, label(frame, 0), label(frame, -1), per)
