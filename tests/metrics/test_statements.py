"""What figures and claims limit; and records made from a known truth, for all tests of bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import research as rs
from research.metrics.statements import (
    WEIGHTS,
    Row,
    Statement,
    Term,
    months,
    of_series,
    year_before,
)

INF = float("inf")
DAY = timedelta(days=1)
TOWNS = ("440300", "350200", "350500")
"""Cities: no whole limits them, so each is a series of its own, and one record holds three."""

Window = tuple[date, date]


# A truth, day by day, and what may be said of it


def month(first: date, later: int) -> Window:
    """The calendar month so many months later than the first."""
    year, number = divmod(first.year * 12 + first.month - 1 + later, 12)
    after = divmod(first.year * 12 + first.month + later, 12)
    return date(year, number + 1, 1), date(after[0], after[1] + 1, 1) - DAY


def span(first: date, at: int, last: int) -> Window:
    return month(first, at)[0], month(first, last)[1]


@dataclass
class Truth:
    """Whole numbers a month, spread over its days; what was said of them; windows to ask for."""

    geo: str
    first: date
    monthly: list[int]
    figures: list[dict[str, Any]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Window] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.daily: list[int] = []
        for at, total in enumerate(self.monthly):
            start, end = month(self.first, at)
            each, rest = divmod(total, (end - start).days + 1)
            self.daily += [each + (n < rest) for n in range((end - start).days + 1)]

    @property
    def last(self) -> date:
        return month(self.first, len(self.monthly) - 1)[1]

    def sum(self, start: date, end: date) -> int:
        return sum(self.daily[(start - self.first).days : (end - self.first).days + 1])

    def months(self) -> list[Window]:
        return [month(self.first, at) for at in range(len(self.monthly))]

    def row(self, window: Window, **said: Any) -> dict[str, Any]:
        n = len(self.figures) + len(self.claims)
        about = {"source_id": f"s{n}", "indicator": "cases_solved", "geo": self.geo}
        return about | {"start": window[0], "end": window[1]} | said


def record_of(truths: list[Truth]) -> rs.Record:
    """One record of all that was said of several truths."""
    figures = [row for truth in truths for row in truth.figures]
    claims = [row for truth in truths for row in truth.claims]
    return rs.Record(
        observations=pl.DataFrame(figures, infer_schema_length=None),
        claims=pl.DataFrame(claims, infer_schema_length=None) if claims else None,
    )


def said_of(truth: Truth, record: rs.Record) -> list[Statement]:
    return of_series(record, "cases_solved", truth.geo)


def _cut(value: Decimal, step: Decimal, how: str) -> Decimal:
    return (value / step).quantize(Decimal(1), ROUND_DOWN if how == "cut" else ROUND_HALF_UP) * step


def printed(value: int, form: str, how: str, digits: int) -> str:
    """A true way to print a number; where the form does not fit it, the number to the unit."""
    step = Decimal(10) ** max(0, len(str(value)) - digits)
    if form == "unit" or value < 1000 or step < 100:
        return f"{value}起"
    if form == "plain":
        return f"{_cut(Decimal(value), step, how):.0f}起"
    if value < 10_000:
        return f"{value}起"
    down, wan = _cut(Decimal(value), step, "cut"), Decimal(10_000)
    if form in ("余", "超"):
        figure = f"{(down / wan).normalize():f}"
        return f"{figure}万余起" if form == "余" else f"超{figure}万起"
    step = min(step, wan)  # a whole number of 万 is taken to be good to one 万
    places = 5 - len(str(step))
    return f"{_cut(Decimal(value), step, how) / wan:.{places}f}万起"


def printed_change(now: int, then: int, how: str) -> dict[str, Any]:
    """A change with one decimal; nothing where it has no base or no size."""
    if then == 0:
        return {}
    change = (Decimal(now) / then - 1) * 100
    size = _cut(abs(change), Decimal("0.1"), how)
    if not Decimal("0.1") <= size <= 900:
        return {}
    word, sign = ("上升", 1) if change > 0 else ("下降", -1)
    return {"yoy_printed": f"{word}{size:.1f}%", "yoy_pct": sign * float(size)}


def _runs(truth: Truth, back: int) -> Iterator[tuple[int, int]]:
    """Stretches of months that each stand at most as high as the month so far back."""
    low = [at >= back and now <= truth.monthly[at - back] for at, now in enumerate(truth.monthly)]
    start = None
    for at, falls in enumerate([*low, False]):
        if falls and start is None:
            start = at
        elif not falls and start is not None:
            yield start, at - 1
            start = None


def _is_record(truth: Truth, at: int, last: int) -> bool:
    now = sum(truth.monthly[at : last + 1])
    earlier = [(at - back, last - back + 1) for back in range(12, at + 1, 12)]
    return bool(earlier) and all(now >= sum(truth.monthly[a:b]) for a, b in earlier)


FORMS = st.sampled_from(["unit", "plain", "万", "万", "余", "超"])


@st.composite
def truths(draw: st.DrawFn, geo: str, fewest: int = 3) -> Truth:
    """A random truth of two to four years and true statements about it."""
    first = date(draw(st.integers(2018, 2020)), draw(st.integers(1, 12)), 1)
    size = draw(st.sampled_from([1, 97, 10_007, 10**7]))
    length = draw(st.integers(24, 48))
    levels = st.integers(0, 2000).map(lambda n: n * size)
    truth = Truth(geo, first, draw(st.lists(levels, min_size=length, max_size=length)))
    how = st.sampled_from(["round", "cut"])
    ends = st.tuples(st.integers(0, length - 1), st.integers(0, 18))
    for at, more in draw(st.lists(ends, min_size=fewest, max_size=7)):
        last = min(at + more, length - 1)
        window = span(first, at, last)
        inner = draw(st.integers(0, 27)) if draw(st.integers(0, 3)) == 0 else 0
        window = window[0] + inner * DAY, window[1]
        value = truth.sum(*window)
        said = {"printed": printed(value, draw(FORMS), draw(how), draw(st.integers(2, 3)))}
        if not inner and at >= 12 and draw(st.booleans()):
            base = sum(truth.monthly[at - 12 : last - 11])
            said |= printed_change(value, base, draw(how))
            if "yoy_pct" in said and draw(st.booleans()):
                del said["printed"]
        truth.figures.append(truth.row(window, **said))
    for kind, back in (("yoy_decline_run", 12), ("mom_decline_run", 1)):
        runs = list(_runs(truth, back))
        if runs and draw(st.booleans()):
            at, last = draw(st.sampled_from(runs))
            truth.claims.append(truth.row(span(first, at, last), kind=kind))
    at, more = draw(ends)
    last = min(at + more % 12, length - 1)
    if _is_record(truth, at, last):
        truth.claims.append(truth.row(span(first, at, last), kind="record_high"))
    for at, more in draw(st.lists(ends, min_size=2, max_size=3)):
        truth.asked.append(span(first, at, min(at + more, length - 1)))
    return truth


def several(count: int = 3, fewest: int = 3) -> st.SearchStrategy[list[Truth]]:
    return st.tuples(*(truths(geo, fewest) for geo in TOWNS[:count])).map(list)


# Properties


def holds(row: Row, truth: Truth) -> bool:
    """Whether a row is true of a truth; days outside it count as unknown, so the row is skipped."""
    if any(term.start < truth.first or term.end > truth.last for term in row.terms):
        return True
    value = sum(term.coefficient * truth.sum(term.start, term.end) for term in row.terms)
    room = 1e-9 * sum(abs(t.coefficient) * truth.sum(t.start, t.end) for t in row.terms)
    return row.low - room <= value <= row.high + room


@settings(deadline=None, max_examples=12)
@given(several())
def test_every_row_of_a_true_statement_is_true(made: list[Truth]) -> None:
    record = record_of(made)
    for truth in made:
        statements = said_of(truth, record)
        assert len(statements) >= len(truth.claims)
        for statement in statements:
            assert all(holds(row, truth) for row in statement.rows), statement


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)))
def test_the_day_a_year_before_is_the_same_day_of_the_month_or_the_last(day: date) -> None:
    before = year_before(day)
    assert (before.year, before.month) == (day.year - 1, day.month)
    last = (day + DAY).month != day.month
    assert (before + DAY).month != before.month if last else before.day == day.day


@given(st.dates(date(2015, 1, 1), date(2020, 1, 1)), st.integers(0, 500))
def test_months_within_two_days_are_whole_and_follow_each_other(start: date, days: int) -> None:
    end = start + days * DAY
    found = list(months(start, end))
    every = [month(start.replace(day=1), later) for later in range(20)]
    assert found == [(a, b) for a, b in every if start <= a and b <= end]


# By hand


def one(**said: Any) -> list[Statement]:
    row = {"indicator": "cases_solved", "start": date(2022, 1, 1), "end": date(2022, 12, 31)}
    return of_series(rs.Record(observations=pl.DataFrame([row | said])), "cases_solved")


YEAR, BEFORE = (date(2022, 1, 1), date(2022, 12, 31)), (date(2021, 1, 1), date(2021, 12, 31))


def test_a_level_limits_the_sum_over_its_window() -> None:
    (level,) = one(printed="39.4万起")
    assert level.rows == (Row((Term(1.0, *YEAR),), 393_500.0, 395_000.0),)
    assert (level.kind, level.said, level.stated) == ("level", "39.4万起", (393_500.0, 395_000.0))


def test_a_figure_without_an_upper_end_limits_from_below_only() -> None:
    (level,) = one(printed="超39万起")
    assert level.stated == (390_000.0, INF)


def test_a_change_limits_a_window_by_the_year_before() -> None:
    (change,) = one(yoy_printed="上升28.5%", yoy_pct=28.5)
    low, high = change.rows
    assert change.stated == pytest.approx((1.2845, 1.286))
    assert [t[1:] for t in low.terms] == [YEAR, BEFORE]
    assert (low.low, low.high, high.low, high.high) == (0.0, INF, -INF, 0.0)


def test_an_interval_given_with_the_frame_stands_before_the_printed_one() -> None:
    (level,) = one(printed="39.4万起", low=394_000.0, high=394_100.0)
    assert level.stated == (394_000.0, 394_100.0)


def test_an_inferred_window_is_an_inner_one_and_an_outer_one() -> None:
    (level,) = one(value=1201.0, window_certain=False)
    outer, inner = level.rows
    assert outer == Row((Term(1.0, date(2021, 12, 1), date(2023, 1, 31)),), 1201.0, INF)
    assert inner == Row((Term(1.0, date(2022, 2, 1), date(2022, 11, 30)),), 0.0, 1201.0)


def test_no_window_passes_the_day_on_which_its_text_was_issued() -> None:
    (level,) = one(value=1201.0, window_certain=False, issued=date(2023, 1, 5))
    outer, inner = level.rows
    assert (outer.terms[0].end, inner.terms[0].end) == (date(2023, 1, 5), date(2022, 11, 30))


def test_an_inferred_running_total_may_have_begun_a_year_before() -> None:
    (level,) = one(value=1201.0, window_certain=False, cumulative=True)
    (outer,) = level.rows
    assert outer.terms == (Term(1.0, date(2022, 1, 1) - 12 * 31 * DAY, date(2023, 1, 31)),)
    assert (level.inferred, one(value=1201.0, cumulative=True)[0].inferred) == (True, False)


def test_a_claim_of_a_source_whose_figures_are_all_in_doubt_is_in_doubt() -> None:
    about = {"indicator": "cases_solved", "start": YEAR[0], "end": YEAR[1], "source_id": "s"}
    claim = pl.DataFrame([about | {"kind": "yoy_decline_run"}])
    for doubt, ground in ((None, "secondary"), ("encyclopedia entry", "doubtful")):
        rows = pl.DataFrame([about | {"value": 1201.0, "doubt": doubt}])
        said = of_series(rs.Record(observations=rows, claims=claim), "cases_solved")
        assert [s.ground for s in said if s.kind == "yoy_decline_run"] == [ground]


def test_a_short_inferred_window_has_no_inner_one() -> None:
    (level,) = one(value=1201.0, window_certain=False, end=date(2022, 2, 15))
    assert [row.high for row in level.rows] == [INF]


def test_a_change_over_an_inferred_window_leaves_only_the_level_of_the_year_before() -> None:
    _, change = one(value=1201.0, window_certain=False, yoy_printed="上升20%", yoy_pct=20.0)
    outer, inner = change.rows
    assert (change.kind, change.start, change.end) == ("prior", *BEFORE)
    assert outer.terms == (Term(1.0, date(2020, 12, 1), date(2022, 1, 31)),)
    assert inner.terms == (Term(1.0, date(2021, 2, 1), date(2021, 11, 30)),)
    assert outer.low == pytest.approx(1201 / 1.21)
    assert inner.high == pytest.approx(1201 / 1.195)
    assert one(window_certain=False, yoy_printed="上升20%", yoy_pct=20.0) == []


def claimed(kind: str, start: str, end: str, known: list[Window]) -> Statement:
    about = {"indicator": "cases_solved"}
    claim = pl.DataFrame(
        [about | {"kind": kind, "start": date.fromisoformat(start), "end": date.fromisoformat(end)}]
    )
    figures = pl.DataFrame([about | {"start": a, "end": b, "value": 1201.0} for a, b in known])
    said = of_series(rs.Record(observations=figures, claims=claim), "cases_solved")
    (found,) = (s for s in said if s.kind == kind)
    return found


def test_a_decline_run_compares_each_whole_month_with_the_month_a_year_before() -> None:
    run = claimed("yoy_decline_run", "2022-01-01", "2022-03-31", [YEAR])
    assert [row.terms for row in run.rows] == [
        (Term(1.0, *month(YEAR[0], at)), Term(-1.0, *month(BEFORE[0], at))) for at in range(3)
    ]
    assert {(row.low, row.high) for row in run.rows} == {(-INF, 0.0)}
    assert run.stated == (0.0, 1.0)


def test_a_monthly_run_compares_each_month_with_the_month_before() -> None:
    run = claimed("mom_decline_run", "2022-01-01", "2022-02-28", [YEAR])
    assert [row.terms[1][1:] for row in run.rows] == [month(BEFORE[0], 11), month(YEAR[0], 0)]


def test_a_record_high_stands_above_the_same_window_of_every_known_year() -> None:
    known = [(date(2019, 1, 1), date(2019, 12, 31)), YEAR]
    high = claimed("record_high", "2022-01-01", "2022-06-30", known)
    assert [row.terms[1].start.year for row in high.rows] == [2021, 2020, 2019]
    assert {(row.low, row.high) for row in high.rows} == {(0.0, INF)}
    assert high.stated == (1.0, INF)
    low = claimed("record_low", "2022-01-01", "2022-06-30", known)
    assert [t.coefficient for t in low.rows[0].terms] == [-1.0, 1.0]


def test_a_record_low_states_that_it_is_at_most_once_any_earlier_year() -> None:
    low = claimed("record_low", "2022-01-01", "2022-06-30", [BEFORE, YEAR])
    assert low.stated == (0.0, 1.0)


def test_a_statement_weighs_as_its_weakest_ground() -> None:
    assert one(printed="39.4万起")[0].weight == WEIGHTS["secondary"]
    assert one(printed="39.4万起", doubt="unit clash")[0].weight == WEIGHTS["doubtful"]


def test_a_later_figure_of_the_same_issuer_supersedes_the_earlier() -> None:
    about = {"indicator": "cases_solved", "start": YEAR[0], "end": YEAR[1]}
    figures = [
        about | {"source_id": "old", "value": 1201.0},
        about | {"source_id": "new", "value": 1301.0},
    ]
    sources = pl.DataFrame(
        {
            "source_id": ["old", "new"],
            "issuer": ["公安部"] * 2,
            "issued": [date(2023, 1, 5), date(2023, 6, 5)],
            "quality": ["official"] * 2,
        }
    )
    record = rs.Record(observations=pl.DataFrame(figures), sources=sources)
    weights = {s.source_id: s.weight for s in of_series(record, "cases_solved")}
    assert weights == {"old": WEIGHTS["superseded"], "new": WEIGHTS["sound"]}
    early = of_series(record.as_of("2023-02-01"), "cases_solved")
    assert [(s.source_id, s.weight) for s in early] == [("old", WEIGHTS["sound"])]


def test_each_month_of_the_seed_articles_run_is_at_most_the_month_a_year_before() -> None:
    name = "legal-daily-2022-05-11:yoy_decline_run:cases_filed:2021-06-01..2022-03-31"
    (run,) = (s for s in of_series(rs.load(), "cases_filed") if s.id == name)
    now = [month(date(2021, 6, 1), at) for at in range(10)]
    then = [month(date(2020, 6, 1), at) for at in range(10)]
    assert [tuple(t[1:] for t in row.terms) for row in run.rows] == list(
        zip(now, then, strict=True)
    )
