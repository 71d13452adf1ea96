"""The population of a window: between the figures of its years and of the years beside them."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.metrics.population import populations

# Exact figures: none ends in two zeros.
KNOWN = pl.DataFrame(
    {"geo": ["SG"] * 4, "year": [2019, 2020, 2021, 2022], "population": [101, 103, 97, 109]},
    schema_overrides={"year": pl.Int32, "population": pl.Int64},
)


def of(*windows: tuple[str, dt.date, dt.date]) -> pl.DataFrame:
    frame = pl.LazyFrame(list(windows), schema=["geo", "start", "end"], orient="row")
    return populations(frame, KNOWN).sort("geo", "start", "end").collect()


def test_a_year_has_its_own_figure_and_lies_between_those_beside_it() -> None:
    assert of(("SG", dt.date(2021, 1, 1), dt.date(2021, 12, 31))).row(0)[3:] == (97, 97, 109)


def test_a_window_over_two_years_has_their_mean_by_days() -> None:
    # 275 days of 2020 (April to December), 90 of 2021.
    found = of(("SG", dt.date(2020, 4, 1), dt.date(2021, 3, 31))).row(0)[3:]
    assert found == pytest.approx((97, (275 * 103 + 90 * 97) / 365, 109))


def test_a_round_figure_is_rounded_or_cut() -> None:
    known = pl.DataFrame({"geo": "CN", "year": 2022, "population": 1_412_175_000})
    known = known.cast({"year": pl.Int32})
    window = {"geo": ["CN"], "start": [dt.date(2022, 1, 1)], "end": [dt.date(2022, 1, 1)]}
    found = populations(pl.LazyFrame(window), known).collect()
    assert found.row(0)[3:] == (1_412_174_500, 1_412_175_000, 1_412_176_000)


@pytest.mark.parametrize(
    "window",
    [
        ("TW", dt.date(2021, 1, 1), dt.date(2021, 12, 31)),
        ("SG", dt.date(2018, 12, 31), dt.date(2019, 12, 31)),
        ("SG", dt.date(2022, 1, 1), dt.date(2023, 1, 1)),
    ],
    ids=["unknown place", "a year too early", "a year too late"],
)
def test_a_window_that_meets_an_unknown_year_has_none(window: tuple[str, dt.date, dt.date]) -> None:
    assert of(window).row(0)[3:] == (None, None, None)


DAYS = st.dates(dt.date(2019, 1, 1), dt.date(2022, 12, 31))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(DAYS, DAYS).map(sorted), min_size=1, max_size=20, unique_by=tuple))
def test_every_window_is_answered_once_with_its_mean_inside(windows: list[list[dt.date]]) -> None:
    found = of(*(("SG", *window) for window in windows), ("SG", *windows[0]))
    assert found.select("start", "end").rows() == sorted(map(tuple, windows))
    yearly = dict(KNOWN.select("year", "population").iter_rows())
    for start, end, low, value, high in found.drop("geo").iter_rows():
        days = [start + dt.timedelta(n) for n in range((end - start).days + 1)]
        assert value == pytest.approx(sum(yearly[day.year] for day in days) / len(days))
        assert low <= value <= high
