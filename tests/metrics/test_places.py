"""Places side by side: windows inside the year, rates by hand, cards that rounding leaves open."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.metrics.places import CARDS, by_place, warned
from research.record.record import Record


def record_of(*rows: dict[str, Any]) -> Record:
    usual = {"indicator": "cases_filed", "start": "2021-01-01", "end": "2021-12-31"}
    return Record(observations=pl.from_dicts([usual | row for row in rows]))


def change(geo: str, year: int, text: str) -> dict[str, Any]:
    """A printed change of a whole year."""
    digits = float("".join(c for c in text if c.isdigit() or c == "."))
    pct = -digits if "下降" in text else digits
    days = {"start": f"{year}-01-01", "end": f"{year}-12-31"}
    return {"geo": geo, **days, "yoy_printed": text, "yoy_pct": pct, "printed": None}


def test_a_rate_is_per_hundred_thousand_of_the_census_and_per_full_year() -> None:
    """Tibet had 3,648,100 inhabitants in 2020: 383 cases in half of 2021 are 21.17 a year."""
    record = record_of({"geo": "540000", "printed": "383起", "end": "2021-06-30"})
    row = by_place(record, "cases_filed", years=(2021, 2021)).row(0, named=True)
    assert row["rate_value"] == pytest.approx(383 / 3_648_100 * 100_000 * 365 / 181)
    assert row["whole_year"] is False


def test_money_is_per_inhabitant() -> None:
    record = record_of({"indicator": "losses_reported", "geo": "540000", "printed": "36481000元"})
    found = by_place(record, "losses_reported", years=(2021, 2021))
    assert found.item(0, "rate_low") <= 10 <= found.item(0, "rate_high")


def test_the_longest_window_inside_the_year_stands_for_the_place() -> None:
    record = record_of(
        {"geo": "110000", "printed": "300起", "end": "2021-09-30"},
        {"geo": "110000", "printed": "100起", "end": "2021-04-30"},
        {"geo": "110000", "printed": "900起", "start": "2020-07-01", "end": "2021-12-31"},
    )
    found = by_place(record, "cases_filed", years=(2020, 2022))
    assert found["printed"].to_list() == ["300起"]


def test_less_than_a_quarter_and_other_countries_are_left_out() -> None:
    record = record_of(
        {"geo": "110000", "printed": "30起", "end": "2021-03-30"},
        {"geo": "SG", "printed": "40起"},
        {"geo": "CN", "printed": "50起"},
    )
    assert by_place(record, "cases_filed", years=(2021, 2021)).is_empty()


def test_every_province_has_a_population(record: Record) -> None:
    """The 31 provinces of the census of 2020 sum to the nation without its 2 million servicemen."""
    provinces = record.regions.filter(level="province")["code"].implode()
    census = record.population.filter(pl.col("geo").is_in(provinces))
    assert (census.height, census["population"].sum()) == (31, 1_409_778_724)


def test_strikes_make_cards() -> None:
    """Three places over two years: one over the limit twice, one once, one never."""
    rise, fall = "同比上升12.5%", "同比下降12.5%"
    record = record_of(
        *(change("110000", year, rise) for year in (2020, 2021)),
        change("120000", 2020, fall),
        change("120000", 2021, rise),
        change("130000", 2021, fall),
    )
    found = warned(record, "cases_filed", years=(2020, 2021), growth=0.0, strikes=2)
    cards = dict(found.select("geo", pl.col("least").cast(pl.String)).iter_rows())
    assert cards == {"110000": "red", "120000": "yellow", "130000": "none"}
    assert found["geo"].to_list() == ["110000", "120000", "130000"]
    assert found["years"].to_list() == [[2020, 2021], [2021], []]


def test_rounding_can_leave_a_card_open() -> None:
    """Down 10% is anything from 9.5 to 11: above a limit of -10 perhaps, and perhaps not."""
    record = record_of(change("110000", 2021, "同比下降10%"))
    row = warned(record, "cases_filed", years=(2021, 2021), growth=-10.0, strikes=1).row(
        0, named=True
    )
    assert (row["least"], row["most"], row["certain"], row["possible"]) == ("none", "red", 0, 1)


def test_a_rule_without_limits_judges_nobody() -> None:
    assert warned(
        record_of(change("110000", 2021, "同比上升10%")), "cases_filed", years=(2021, 2021)
    ).is_empty()


@settings(max_examples=20, deadline=None)
@given(growth=st.floats(-60, 300), threshold=st.floats(0, 200), strikes=st.integers(1, 4))
def test_a_card_is_never_milder_than_certain_nor_graver_than_possible(
    record: Record, growth: float, threshold: float, strikes: int
) -> None:
    limits: dict[str, Any] = {"growth": growth, "threshold": threshold, "strikes": strikes}
    found = warned(record, "cases_solved", years=(2019, 2021), **limits)
    order = [pl.col(c).cast(pl.String).replace_strict(CARDS, range(3)) for c in ("least", "most")]
    assert found.filter(order[0] > order[1]).is_empty()
    assert found.filter(pl.col("certain") > pl.col("possible")).is_empty()
    assert found.filter(pl.col("possible") > pl.col("seen")).is_empty()
    assert found.filter(pl.col("years").list.len() != pl.col("possible")).is_empty()
