"""Bounds hold the truth: through records made of it, by hand, and on the record itself."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import research as rs
from research.metrics.conflicts import resolve
from research.metrics.polytope import Polytope
from research.metrics.statements import Statement, Term, of_series
from research.record.printed import interval, reading
from tests.metrics.test_polytope import Program, level
from tests.metrics.test_statements import (
    DAY,
    INF,
    Truth,
    Window,
    month,
    printed,
    printed_change,
    record_of,
    said_of,
    several,
    span,
    truths,
)

YEAR = (date(2022, 1, 1), date(2022, 12, 31))
HALF, REST = (YEAR[0], date(2022, 6, 30)), (date(2022, 7, 1), YEAR[1])


def inside(found: pl.DataFrame, truth: Truth) -> None:
    """Every window's truth lies within its bounds, to one part in a million."""
    for start, end, low, high, *_ in found.iter_rows():
        value = truth.sum(start, end)
        assert low <= value * (1 + 1e-6), (start, end, low, value)
        assert value <= high * (1 + 1e-6), (start, end, high, value)


@settings(deadline=None, max_examples=9)
@given(several())
def test_the_truth_lies_inside_the_bounds_of_every_window(made: list[Truth]) -> None:
    record = record_of(made)
    for truth in made:
        windows = [*truth.months(), *truth.asked]
        found = rs.bounds(record, "cases_solved", truth.geo, windows=windows)
        assert found.conflicts.is_empty()
        assert found.frame.select("start", "end").rows() == windows
        inside(found.frame, truth)


@settings(deadline=None, max_examples=5)
@given(several(2))
def test_the_path_lies_inside_its_band_and_meets_every_announced_interval(
    made: list[Truth],
) -> None:
    record = record_of(made)
    for truth in made:
        levels = [s for s in said_of(truth, record) if s.kind == "level"]
        windows = [*truth.months(), *((s.start, s.end) for s in levels)]
        found = rs.bounds(record, "cases_solved", truth.geo, windows=windows).frame
        room = 1e-5 * max(*truth.monthly, 1)
        for low, high, path in found.select("low", "high", "path").iter_rows():
            assert low - room <= path <= high + room
        for said, path in zip(levels, found["path"][len(truth.months()) :], strict=True):
            low, high = said.stated
            assert low * (1 - 1e-5) - room <= path <= high * (1 + 1e-5) + room


def a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


@st.composite
def unsure(draw: st.DrawFn) -> tuple[Truth, int]:
    """A truth announced for windows whose ends are stated only to within so many days."""
    truth = draw(truths("440300", fewest=1))
    slack = draw(st.sampled_from([0, 7, 31]))
    off = st.integers(-slack, slack)
    days = (truth.last - truth.first).days
    for _ in range(draw(st.integers(2, 5))):
        start = truth.first + draw(st.integers(slack, days - slack)) * DAY
        end = min(start + draw(st.integers(0, 500)) * DAY, truth.last - slack * DAY)
        true = start + draw(off) * DAY, end + draw(off) * DAY
        if true[0] > true[1] or start > end:
            continue
        value = truth.sum(*true)
        said = {"printed": printed(value, "万", "cut", 3), "window_certain": False}
        before = a_year_before(true[0]), a_year_before(true[1])
        if before[0] >= truth.first and draw(st.booleans()):
            said |= printed_change(value, truth.sum(*before), "round")
        truth.figures.append(truth.row((start, end), **said))
    return truth, slack


@settings(deadline=None, max_examples=12)
@given(unsure())
def test_the_truth_lies_inside_where_windows_are_only_known_to_within_a_slack(
    made: tuple[Truth, int],
) -> None:
    truth, slack = made
    found = rs.bounds(
        record_of([truth]),
        "cases_solved",
        truth.geo,
        windows=[*truth.months(), *truth.asked],
        slack_days=slack,
    )
    assert found.conflicts.is_empty()
    inside(found.frame, truth)


# Through parts, wholes and provinces

PART, PLACES = "fraud_type/investment", ("440000", "350000")


@st.composite
def nested(draw: st.DrawFn) -> dict[tuple[str, str], Truth]:
    """A nation, a part of it and two provinces, day by day; true figures of all of them."""
    whole = draw(truths("CN", fewest=0))
    whole.figures, whole.claims = [], []
    made = {("CN", "total"): whole}
    for key, share in zip([("CN", PART), *((p, "total") for p in PLACES)], (3, 4, 5), strict=True):
        taken = draw(st.lists(st.integers(0, 10), min_size=1, max_size=5))
        part = Truth(key[0], whole.first, list(whole.monthly))
        part.daily = [
            day * taken[at % len(taken)] // (10 * share) for at, day in enumerate(whole.daily)
        ]
        made[key] = part
    length = len(whole.monthly)
    ends = st.tuples(st.integers(0, length - 1), st.integers(0, 12))
    windows = draw(st.lists(ends, min_size=2, max_size=4, unique=True))
    for key, truth in made.items():
        for at, more in windows:
            if draw(st.booleans()):
                window = span(whole.first, at, min(at + more, length - 1))
                said = printed(truth.sum(*window), "万", draw(st.sampled_from(["cut", "round"])), 3)
                truth.figures.append(truth.row(window, printed=said, scope=key[1]))
    return made


def plainly(made: dict[tuple[str, str], Truth], about: tuple[str, str]) -> list[Statement]:
    """What limits a series, from the printed figures alone: its own, parts below, wholes above."""
    found, provinces = [], dict[Window, float]()
    for key, truth in made.items():
        for n, row in enumerate(truth.figures):
            read = pl.select(reading(pl.lit(row["printed"]))).unnest("literal").row(0)
            ends = pl.select(interval(*map(pl.lit, read))).item()
            window, name = (row["start"], row["end"]), f"{key}{n}"
            if key == about:
                found.append(level(name, window, ends["low"], ends["high"]))
            elif about == ("CN", "total") and key == ("CN", PART):
                found.append(level(name, window, ends["low"], INF))
            elif about == ("CN", "total"):
                provinces.setdefault(window, {})[key[0]] = ends["low"]
            elif key == ("CN", "total"):
                found.append(level(name, window, 0.0, ends["high"]))
    sums = {window: sum(lows.values()) for window, lows in provinces.items()}
    return found + [level(f"sum{window}", window, low, INF) for window, low in sums.items()]


@settings(deadline=None, max_examples=15)
@given(nested())
def test_parts_wholes_and_provinces_bound_as_an_independent_program_says(
    made: dict[tuple[str, str], Truth],
) -> None:
    figures = [row for truth in made.values() for row in truth.figures]
    assume(figures)
    record = rs.Record(observations=pl.DataFrame(figures, infer_schema_length=None))
    for about, truth in made.items():
        said = plainly(made, about)
        if not said:
            continue
        windows = [*truth.months()[::5], *((s.start, s.end) for s in said)]
        found = rs.bounds(record, "cases_solved", *about, windows=windows)
        assert found.conflicts.is_empty()
        inside(found.frame, truth)
        program = Program(said, windows)
        for start, end, low, high in found.frame.select("start", "end", "low", "high").rows():
            expected = program.bound(start, end)
            assert (low, high) == pytest.approx(expected, rel=2e-6, abs=2e-6 * program.size)


# With false figures among them


@settings(deadline=None, max_examples=15)
@given(several(1), st.lists(st.sampled_from([10_000, 3, 0.25]), min_size=1, max_size=3))
def test_planted_figures_are_named_and_the_hull_holds_the_truth(
    made: list[Truth], factors: list[float]
) -> None:
    """Each stands against three of the same window, so that no set is lighter than theirs."""
    (truth,) = made
    months = [at for at, total in enumerate(truth.monthly) if total >= 10]
    assume(len(months) >= len(factors))
    false = set()
    for at, factor in zip(months, factors, strict=False):
        window, total = month(truth.first, at), truth.monthly[at]
        for _ in range(3):
            truth.figures.append(truth.row(window, printed=f"{total}起"))
        truth.figures.append(truth.row(window, printed=f"{round(total * factor)}起"))
        false.add(truth.figures[-1]["source_id"])
    windows = [*truth.months(), *truth.asked]
    found = rs.bounds(record_of(made), "cases_solved", truth.geo, windows=windows)
    assert set(found.set_aside["source_id"]) == false
    assert false <= set(found.conflicts["source_id"])
    inside(found.frame, truth)


# By hand


def record(
    *figures: tuple[Window, str], scope: str = "total", geo: str = "CN", **more: object
) -> pl.DataFrame:
    rows = [
        {"source_id": f"{geo}{n}", "indicator": "cases_solved", "start": start, "end": end}
        | {"printed": said, "scope": scope, "geo": geo}
        | more
        for n, ((start, end), said) in enumerate(figures)
    ]
    return pl.DataFrame(rows)


def bounds(frame: pl.DataFrame, window: Window, **options: object) -> tuple[float, float]:
    found = rs.bounds(rs.Record(observations=frame), "cases_solved", windows=[window], **options)
    assert found.conflicts.is_empty()
    return found.frame.select("low", "high").row(0)


def test_what_is_left_of_a_year_is_the_year_less_the_half() -> None:
    assert bounds(record((YEAR, "39.4万起"), (HALF, "20.1万起")), REST) == (191_500, 194_500)


def test_a_window_within_months_gets_its_part_of_nothing_more_than_the_month() -> None:
    days = (date(2022, 3, 10), date(2022, 3, 20))
    assert bounds(record((YEAR, "1201起"), ((YEAR[0], date(2022, 3, 15)), "101起")), days) == (
        0,
        1201,
    )


def test_a_figure_without_an_upper_end_is_unbounded_and_said_so() -> None:
    low, high = bounds(record((YEAR, "超1000万起")), YEAR)
    assert (low, high) == (10_000_000, INF)


def test_no_end_is_shown_as_infinite() -> None:
    said = rs.Record(observations=record((YEAR, "超1000万起")))
    for every, words in (("1y", "at least 10 million, unbounded above"), ("1mo", "unbounded")):
        found = rs.bounds(said, "cases_solved", every=every)
        for shown in (repr(found), found._repr_html_()):
            assert words in shown
            assert "inf" not in shown.replace("info", "")


def test_a_part_is_never_above_its_total() -> None:
    part = "fraud_type/investment"
    both = pl.concat([record((YEAR, "1201起")), record((HALF, "901起"), scope=part)])
    assert bounds(both, HALF) == (901, 1201)
    assert bounds(both, REST) == (0, 300)
    assert bounds(both, YEAR, scope=part) == (901, 1201)


def test_provinces_together_are_never_above_the_nation() -> None:
    guangdong, fujian = (record((HALF, f"{n}01起"), geo=f"{n}40000") for n in (4, 1))
    fujian = fujian.with_columns(geo=pl.lit("350000"))
    nation = pl.concat([record((YEAR, "1201起")), guangdong, fujian])
    assert bounds(nation, HALF) == (502, 1201)
    assert bounds(nation, REST) == (0, 699)
    assert bounds(nation, YEAR, geo="440000") == (401, 1201)


def test_unlike_scopes_and_other_places_do_not_bound_each_other() -> None:
    both = pl.concat([record((YEAR, "1201起")), record((HALF, "9901起"), scope="all_cybercrime")])
    assert bounds(both, HALF) == (0, 1201)


def test_a_change_without_a_level_carries_last_years_level_on() -> None:
    before = (date(2021, 1, 1), date(2021, 12, 31))
    change = record((YEAR, "")).with_columns(
        printed=pl.lit(None, pl.String), yoy_printed=pl.lit("下降20%"), yoy_pct=-20.0
    )
    frame = pl.concat([record((before, "1001起")), change], how="diagonal")
    low, high = bounds(frame, YEAR)
    assert (low, high) == pytest.approx((1001 * 0.79, 1001 * 0.805), rel=1e-5)


def test_only_what_was_known_on_a_day_counts() -> None:
    frame = record((YEAR, "39.4万起"), (HALF, "20.1万起")).with_columns(
        issued=pl.Series([date(2023, 1, 5), date(2023, 6, 5)])
    )
    assert bounds(frame, HALF, as_of="2023-03-01") == (0, 395_000)
    assert bounds(frame, HALF) == (200_500, 202_000)


def test_every_month_of_the_record_is_asked_for_unless_windows_are() -> None:
    known = rs.Record(observations=record((HALF, "1201起"), (REST, "901起")))
    months = rs.bounds(known, "cases_solved").frame
    assert months.select("start", "end").rows() == [month(YEAR[0], at) for at in range(12)]
    quarters = rs.bounds(known, "cases_solved", every="1q").frame
    assert quarters["end"].to_list()[::3] == [date(2022, 3, 31), date(2022, 12, 31)]


def test_bounds_show_what_they_rest_on() -> None:
    found = rs.bounds(rs.Record(observations=record((YEAR, "1201起"))), "cases_solved")
    assert "1 statements, 0 set aside in 0 conflicts; assumptions: none" in repr(found)
    assert "1 statements" in found._repr_html_()
    assert found.statements.select("kind", "said", "set_aside").rows() == [
        ("level", "1201起", False)
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"indicator": "clearance_rate"}, "only a flow"),
        ({"indicator": "fugitives_wanted"}, "only a flow"),
        ({"scope": "single_action"}, "no series"),
        ({"scope": "age/mean"}, "no series"),
        ({"scope": "fraud_type/investment", "geo": "440000"}, "nothing was said"),
        ({"indicator": "cases_slved"}, "did you mean"),
        ({"every": "month"}, "1mo"),
        ({"windows": [("2022-02-01", "2022-01-01")]}, "in order"),
        ({"windows": [("2022-02-30", "2022-03-01")]}, "not a day"),
    ],
)
def test_a_question_that_has_no_answer_is_refused_with_the_reason(
    asked: dict[str, object], said: str
) -> None:
    known = rs.Record(observations=record((YEAR, "1201起")))
    with pytest.raises(rs.RecordError, match=said):
        rs.bounds(known, **({"indicator": "cases_solved"} | asked))


# The record itself


def test_filings_fall_year_on_year_in_every_month_of_the_announced_run() -> None:
    statements = of_series(rs.load(), "cases_filed")
    polytope = Polytope(statements)
    for aside in resolve(polytope, statements).set_aside:
        polytope.use({s.id for s in statements} - aside)
        for at in range(10):  # June 2021 to March 2022, Legal Daily of 2022-05-11
            now, then = month(date(2021, 6, 1), at), month(date(2020, 6, 1), at)
            _, most = polytope.extremes([Term(1.0, *now), Term(-1.0, *then)])
            assert most <= 1e-6 * polytope.scale


def test_bounds_do_not_depend_on_the_order_of_questions() -> None:
    windows = [month(date(2021, 1, 1), at) for at in range(24)]
    known = rs.load()
    forth = rs.bounds(known, "cases_solved", windows=windows).frame
    back = rs.bounds(known, "cases_solved", windows=windows[::-1]).frame.reverse()
    for column in ("low", "high"):
        assert forth[column].to_list() == pytest.approx(back[column].to_list(), rel=1e-6)


def test_an_unsure_years_slack_is_a_parameter() -> None:
    frame = record((YEAR, "1201起"), window_certain=False)
    outer = YEAR[0] - timedelta(days=7), YEAR[1] + timedelta(days=7)
    assert bounds(frame, outer, slack_days=7)[0] == 1201
    assert bounds(frame, outer) == (0, INF)
    assert bounds(frame, YEAR, slack_days=0) == (1201, 1201)
