"""Economies side by side: one main series each, an index of intervals, and no chain of two."""

from __future__ import annotations

import polars as pl
import pytest

from research.metrics.economies import by_economy, main_series
from research.record.record import Record, RecordError

ALL = ["CN", "SG", "HK", "TW", "JP", "KR", "GB", "US", "AU"]


def test_each_economy_has_its_main_series_in_the_order_asked_for(record: Record) -> None:
    found = main_series(record, ALL)
    assert found["geo"].unique(maintain_order=True).to_list() == ALL
    assert found.filter(geo="TW").height == 2  # replaced in 2024, and never chained
    assert found.filter(pl.col("geo") != "TW")["geo"].is_unique().all()


def test_an_unknown_economy_is_refused(record: Record) -> None:
    with pytest.raises(RecordError, match="unknown geo 'ZZ'"):
        main_series(record, ["CN", "ZZ"])


def test_an_index_is_an_interval_over_an_interval_and_a_hundred_at_its_base(
    record: Record,
) -> None:
    """China filed 781,500 to 783,000 in 2019 (782,000 printed) and 295,000 to 310,000 in 2013."""
    found = by_economy(record, "cases_filed", ["CN"], base=2019)
    base, early = (found.filter(year=year).row(0, named=True) for year in (2019, 2013))
    assert (base["index_low"], base["index_high"]) == (100, 100)
    assert early["index_low"] == pytest.approx(295_000 / 783_000 * 100)
    assert early["index_high"] == pytest.approx(310_000 / 781_500 * 100)


def test_without_a_base_year_or_over_an_open_one_there_is_no_index(record: Record) -> None:
    found = by_economy(record, "cases_filed", ["TW", "AU"], base=2019)
    assert found.height > 5
    assert found["index_low"].count() == found["index_high"].count() == 0


def test_money_keeps_its_currency_and_is_per_inhabitant(record: Record) -> None:
    found = by_economy(record, "losses_reported", ALL, base=2019)
    assert found.select("geo", "unit").n_unique() == found["geo"].n_unique()
    china = found.filter(geo="CN", year=2020).row(0, named=True)
    assert china["rate_low"] == pytest.approx(35_365_000_000 / 1_411_100_000, rel=1e-3)


def test_only_whole_calendar_years_count(record: Record) -> None:
    found = by_economy(record, "cases_filed", ALL, base=2019)
    assert (found["start"].dt.ordinal_day() == 1).all()
    assert (found["end"].dt.year() == found["year"]).all()
    assert (found["end"].dt.month() == 12).all()
    assert found.select("geo", "scope", "year").is_unique().all()
