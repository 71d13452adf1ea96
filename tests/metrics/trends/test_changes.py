"""Changes by interval arithmetic: worked by hand, and properties that hold for any series."""

from __future__ import annotations

from datetime import date

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

import research as rs
from research.record.record import RecordError

widths = st.floats(0, 50)
levels = st.floats(1, 1e6)
intervals = st.lists(st.tuples(levels, widths, widths), min_size=13, max_size=40)


def months(rows: list[tuple[float, float, float]], first: date = date(2020, 1, 1)) -> pl.DataFrame:
    """Months in a row of a value and how far it may be below and above."""
    start = pl.Series([first]).dt.offset_by("0mo").item()
    starts = pl.date_range(
        start, pl.Series([start]).dt.offset_by(f"{len(rows) - 1}mo").item(), "1mo", eager=True
    )
    value, below, above = zip(*rows, strict=True)
    frame = pl.DataFrame({"start": starts, "end": starts.dt.month_end(), "value": value})
    return frame.with_columns(
        low=pl.col("value") - pl.Series(below), high=pl.col("value") + pl.Series(above)
    )


def years(
    *rows: tuple[float, float, float], first: int = 2020, **more: list[float | None]
) -> pl.DataFrame:
    low, value, high = zip(*rows, strict=True)
    start = [date(first + i, 1, 1) for i in range(len(rows))]
    end = [date(first + i, 12, 31) for i in range(len(rows))]
    return pl.DataFrame(
        {"start": start, "end": end, "low": low, "value": value, "high": high, **more}
    )


def test_a_change_on_the_year_before_is_the_quotient_of_the_ends() -> None:
    found = rs.trend.year_on_year(years((90, 100, 110), (70, 75, 80))).frame.row(0, named=True)
    # 70 / 110 − 1 to 80 / 90 − 1, by hand.
    assert found["low"] == pytest.approx(-0.363636, abs=1e-6)
    assert found["high"] == pytest.approx(-0.111111, abs=1e-6)
    assert (found["value"], found["fell"], found["basis"]) == (-0.25, "certain", "levels")


def test_a_leap_year_is_compared_with_the_whole_year_before() -> None:
    frame = pl.DataFrame({
        "start": [date(2019, 2, 1), date(2020, 2, 1), date(2021, 2, 1)],
        "end": [date(2019, 2, 28), date(2020, 2, 29), date(2021, 2, 28)],
        "value": [100.0, 110.0, 99.0],
    })  # fmt: skip
    found = rs.trend.year_on_year(frame).frame
    assert found["value"].to_list() == pytest.approx([0.1, -0.1])


def test_what_was_printed_narrows_a_change_and_a_contradiction_is_told() -> None:
    printed = {
        "yoy_low": [None, -30.0, 5.0],
        "yoy_pct": [None, -28.0, 5.5],
        "yoy_high": [None, -26.0, 6.0],
    }
    frame = years((90, 100, 110), (70, 75, 80), (50, 50, 50), **printed)
    found = rs.trend.year_on_year(frame)
    assert found.frame["basis"].to_list() == ["both", "conflict"]
    assert found.frame.row(0)[2:5] == pytest.approx((-0.30, -0.28, -0.26))
    assert found.frame["high"][1] == pytest.approx(0.06)
    assert "restated" in str(found.say("en"))
    assert "基数" in str(found.say("zh"))


def test_a_printed_change_stands_where_there_are_no_levels() -> None:
    printed = {"yoy_low": [-5.05], "yoy_pct": [-5.0], "yoy_high": [-4.9]}
    found = rs.trend.year_on_year(years((1, 1, 1), **printed)).frame
    assert found["basis"].to_list() == ["printed"]
    assert found["high"][0] == pytest.approx(-0.049)


def test_runs_of_decline_certain_and_possible() -> None:
    before = [(100.0, 5.0, 5.0)] * 12
    # Below 95 for certain, 94 to 104 perhaps, 108 not: against 95 to 105 the year before.
    after = [(90.0, 1, 1), (90, 1, 1), (99, 5, 5), (90, 1, 1), (108, 1, 1), (90, 1, 1)]
    found = rs.trend.declines(months(before + after))
    assert (found.certain.length, found.certain.first, found.certain.last) == (
        2,
        "2021-01",
        "2021-02",
    )
    assert (found.possible.length, found.possible.last) == (4, "2021-04")
    assert "2 in a row (2021-01 to 2021-02)" in str(found.say("en"))
    assert "最长必然连续下降 2 期" in str(found.say("zh"))


def test_an_announced_run_is_certain_though_its_size_is_not_said() -> None:
    claim = pl.DataFrame(
        {"kind": ["yoy_decline_run"], "start": [date(2021, 2, 1)], "end": [date(2021, 5, 31)]}
    )
    levels = months([(100.0, 5.0, 5.0)] * 12 + [(100.0, 9.0, 9.0)] * 2 + [(200.0, 9.0, 9.0)])
    found = rs.trend.declines(levels, claims=claim)
    assert found.frame["basis"].to_list() == ["levels", "claimed", "conflict", "claimed", "claimed"]
    assert found.frame["fell"].to_list() == [
        "possible",
        "certain",
        "possible",
        "certain",
        "certain",
    ]
    assert (found.certain.length, found.certain.first) == (2, "2021-04")
    assert "without a size" in str(found.say("en"))
    two = pl.concat([claim.with_columns(scope=pl.lit(s)) for s in ("total", "partial")])
    with pytest.raises(RecordError, match="several series"):
        rs.trend.declines(levels, claims=two)


def test_years_between_months_do_not_break_a_run() -> None:
    monthly = months([(100.0, 0, 0)] * 12 + [(90.0, 0, 0)] * 5)
    yearly = years((1200.0, 1200, 1200), (1000, 1000, 1000))
    found = rs.trend.declines(pl.concat([monthly, yearly], how="diagonal_relaxed"))
    assert found.certain.length == 5


def test_the_record_says_how_long_filings_fell(record: rs.Record) -> None:
    """June 2021 to October 2022, month by month, as announced in May, June, September and so on."""
    claims = rs.claims_about(record, indicator="cases_filed").filter(scope="total")
    filed = record.select("cases_filed", geo="CN", scope="total")
    found = rs.trend.declines(filed, claims=claims)
    assert (found.certain.length, found.certain.first, found.certain.last) == (
        17,
        "2021-06",
        "2022-10",
    )


def test_a_gap_ends_a_run() -> None:
    frame = months([(100.0, 0, 0)] * 12 + [(90.0, 0, 0)] * 5)
    broken = frame.filter(pl.col("start") != date(2021, 3, 1))
    assert rs.trend.declines(frame).certain.length == 5
    assert rs.trend.declines(broken).certain.length == 2


@settings(deadline=None, max_examples=30)
@given(intervals)
def test_a_certain_run_is_a_possible_one(rows: list[tuple[float, float, float]]) -> None:
    found = rs.trend.declines(months(rows))
    assert found.certain.length <= found.possible.length
    fell = found.frame.filter(fell="certain")
    assert (fell["high"] < 0).all()
    assert (fell["low"] <= fell["value"]).all()


@settings(deadline=None, max_examples=30)
@given(intervals, st.integers(1, 13))
def test_an_index_is_exact_at_its_base_and_holds_its_value(
    rows: list[tuple[float, float, float]], base: int
) -> None:
    found = rs.trend.index(months([(v + 100, b, a) for v, b, a in rows]), base)
    assert found.row(base - 1)[2:] == (100.0, 100.0, 100.0)
    assert (found["low"] <= found["value"] + 1e-9).all()
    assert (found["value"] <= found["high"] + 1e-9).all()


def test_an_index_names_a_base_that_is_not_there() -> None:
    with pytest.raises(RecordError, match="0 windows begin at 2019-01-01"):
        rs.trend.index(years((1, 1, 1)), date(2019, 1, 1))


def test_compound_growth_by_hand() -> None:
    found = rs.trend.growth(years((95, 100, 105), (1, 1, 1), (118, 121, 124)))
    assert found.value == pytest.approx(0.1)
    assert found.low == pytest.approx((118 / 105) ** 0.5 - 1)
    assert found.high == pytest.approx((124 / 95) ** 0.5 - 1)
    assert (found.years, found.per) == (2.0, "year")
    assert "2020" in str(found.say("zh"))
    assert "+6.009" in str(found.say("en"))


def test_growth_from_nothing_is_refused() -> None:
    found = rs.trend.growth(years((0, 1, 2), (1, 1, 1)))
    assert not found
    assert "means nothing" in str(found.say("en"))
    assert not rs.trend.growth([1])


def test_growth_of_windows_of_unlike_length_is_an_error() -> None:
    frame = pl.concat(
        [months([(1.0, 0, 0)]), years((1.0, 1, 1), first=2021)], how="diagonal_relaxed"
    )
    with pytest.raises(RecordError, match="31 and 365 days"):
        rs.trend.growth(frame)


def test_two_figures_of_one_window_are_an_error() -> None:
    frame = pl.concat([years((1, 1, 1)), years((2, 2, 2))])
    with pytest.raises(RecordError, match="2020-01-01 to 2020-12-31 stands twice"):
        rs.trend.year_on_year(frame)


def test_the_official_record_is_a_series(record: rs.Record) -> None:
    solved = record.select("cases_solved", geo="CN", scope="total")
    found = rs.trend.year_on_year(solved).frame.filter(
        start=date(2021, 1, 1), end=date(2021, 12, 31)
    )
    assert found.height == 1
    with pytest.raises(RecordError, match="overlaps the one before it"):
        rs.trend.mann_kendall(solved)
