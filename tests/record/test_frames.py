"""A user's own frame becomes rows of the record: what is left out is filled, the rest is kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from research.record.record import Record
from research.record.tables import TableError

FIGURE = {"indicator": "cases_solved", "start": "2021-01-01", "end": "2021-12-31"}


def of(*rows: dict[str, Any], **tables: pl.DataFrame) -> Record:
    """A record of figures of one window, each row with its own columns."""
    return Record(pl.DataFrame([FIGURE | row for row in rows], infer_schema_length=None), **tables)


def only(record: Record) -> dict[str, Any]:
    assert record.observations.height == 1
    return record.observations.row(0, named=True)


def test_four_columns_are_enough() -> None:
    made = only(of({"printed": "39.4万余起"}))
    assert made == {
        "observation_id": "frame:cases_solved:2021-01-01..2021-12-31",
        "source_id": "frame",
        "indicator": "cases_solved",
        "geo": "CN",
        "scope": "total",
        "start": dt.date(2021, 1, 1),
        "end": dt.date(2021, 12, 31),
        "printed": "39.4万余起",
        "value": 394_000.0,
        "qualifier": "over",
        "unit": "case",
        "window_certain": True,
        "cumulative": False,
        "low": 394_000.0,
        "high": 395_000.0,
        "limit": "more",
    } | dict.fromkeys(
        ["yoy_printed", "yoy_pct", "window_words", "corroborated_by", "doubt", "note"]
    ) | {"yoy_low": None, "yoy_high": None}


@pytest.mark.parametrize(
    ("value", "printed", "low", "high"),
    [
        (394_000, "394000", 393_500, 395_000),
        (394_000.0, "394000", 393_500, 395_000),
        (4_276, "4276", 4_276, 4_276),
        (1.5, "1.5", 1.45, 1.6),
        (0, "0", 0, 0),
    ],
)
def test_a_value_alone_counts_as_printed_in_plain_digits(
    value: float, printed: str, low: float, high: float
) -> None:
    made = only(of({"value": value}))
    assert (made["printed"], made["value"], made["low"], made["high"]) == (
        printed,
        value,
        low,
        high,
    )


def test_rows_may_fill_either_printed_or_value() -> None:
    record = of({"printed": "5起", "value": None}, {"printed": None, "value": 7.0, "geo": "SG"})
    assert record.observations.sort("value")["printed"].to_list() == ["5起", "7"]


def test_days_may_be_dates_or_text_and_yes_may_be_true() -> None:
    text = only(of({"printed": "5起", "window_certain": "no", "cumulative": "yes"}))
    typed = only(
        of(
            {
                "printed": "5起",
                "start": dt.date(2021, 1, 1),
                "end": dt.date(2021, 12, 31),
                "window_certain": False,
                "cumulative": True,
            }
        )
    )
    assert text == typed


def test_ids_name_place_scope_and_window_and_are_told_apart() -> None:
    record = of(
        {"printed": "5起"},
        {"printed": "6起"},
        {"printed": "7起", "geo": "SG", "scope": "series/sg-spf-scams"},
    )
    window = "2021-01-01..2021-12-31"
    assert record.observations["observation_id"].to_list() == [
        f"frame:cases_solved:{window}",
        f"frame:cases_solved:{window}#2",
        f"frame:cases_solved:SG:series/sg-spf-scams:{window}",
    ]


def test_own_ids_and_own_ends_are_kept_and_the_rest_filled() -> None:
    record = of(
        {"observation_id": "mine", "printed": "39.4万起", "low": 393_900, "high": 394_100},
        {"observation_id": "other", "printed": "39.5万起", "low": None, "high": 400_000},
    )
    assert record.observations.select("observation_id", "low", "high").rows() == [
        ("mine", 393_900.0, 394_100.0),
        ("other", 394_500.0, 400_000.0),
    ]


def test_the_unit_is_that_of_the_indicator_and_money_is_yuan() -> None:
    assert only(of({"indicator": "losses_reported", "printed": "5亿元"}))["unit"] == "yuan"
    abroad = {"indicator": "losses_reported", "printed": "5m", "geo": "SG", "unit": "SGD"}
    assert only(of(abroad))["unit"] == "SGD"


def test_rounding_is_that_of_the_record() -> None:
    frame = pl.DataFrame([FIGURE | {"printed": "39.4万起"}])
    ends = {r: Record(frame, rounding=r).observations for r in ("nearest", "floor")}
    assert ends["nearest"].select("low", "high").row(0) == (393_500, 394_500)
    assert ends["floor"].select("low", "high").row(0) == (394_000, 395_000)


def test_a_source_is_made_for_each_one_named_with_its_day_of_issue() -> None:
    record = of(
        {"printed": "5起", "source_id": "a", "issued": "2022-01-01"},
        {"printed": "6起", "source_id": "b", "issued": None},
    )
    assert record.sources.select("source_id", "issued", "quality").rows() == [
        ("a", dt.date(2022, 1, 1), "secondary"),
        ("b", None, "secondary"),
    ]
    assert record.as_of("2022-01-01").observations["source_id"].to_list() == ["a"]


def test_own_sources_are_taken_and_every_figure_needs_one() -> None:
    sources = pl.DataFrame({"source_id": ["a"], "issued": ["2022-01-01"], "quality": ["official"]})
    record = of({"printed": "5起", "source_id": "a"}, sources=sources)
    assert record.sources["quality"].to_list() == ["official"]
    with pytest.raises(TableError, match="'b' is not in sources"):
        of({"printed": "5起", "source_id": "b"}, sources=sources)


def test_claims_are_completed_too() -> None:
    claim = FIGURE | {"kind": "yoy_decline_run", "value": 10}
    made = Record(claims=pl.DataFrame([claim])).claims.row(0, named=True)
    assert made["claim_id"] == "frame:yoy_decline_run:cases_solved:2021-01-01..2021-12-31"
    assert (made["source_id"], made["geo"], made["scope"]) == ("frame", "CN", "total")
    assert made["value"] == 10.0


def test_an_empty_record_holds_the_vocabulary_and_no_figure() -> None:
    record = Record()
    assert (record.observations.height, record.claims.height, record.sources.height) == (0, 0, 0)
    assert record.select("cases_solved").height == 0
    assert record.search("止付").height > 0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"printed": None}, "fill one, or drop the row"),
        ({"printed": "许多"}, "fill one, or drop the row"),
        ({"printed": "5起", "value": 6.0}, "value_as_printed"),
        ({"printed": "5起", "start": "2022-01-01"}, "dates_ordered"),
        ({"printed": "5起", "start": "1.1.2021"}, "is not a day written YYYY-MM-DD"),
        ({"printed": "5起", "unit": "person"}, "is not the unit of 'cases_solved'"),
        ({"printed": "5起", "geo": "Beijing"}, "'Beijing' is not in regions"),
        ({"printed": "5起", "scope": "all"}, "'all' is not in scopes"),
        ({"printed": "5起", "startt": "2021-01-01"}, "unknown column 'startt'; did you mean"),
    ],
)
def test_a_row_that_breaks_the_contract_is_one_error(row: dict[str, Any], said: str) -> None:
    with pytest.raises(TableError, match=said):
        of(row)


@pytest.mark.parametrize("column", ["indicator", "start", "end"])
def test_a_column_without_a_default_must_be_there(column: str) -> None:
    with pytest.raises(TableError, match=f"column '{column}' is missing; add it"):
        Record(pl.DataFrame([FIGURE | {"printed": "5起"}]).drop(column))


@pytest.mark.parametrize("year", [2021, 2021.0])
def test_a_year_is_not_a_day(year: float) -> None:
    with pytest.raises(TableError, match=r"column 'start': .* is not a day written YYYY-MM-DD"):
        of({"printed": "5起", "start": year, "end": year})


# Bugs found by these tests


def test_an_unknown_indicator_is_named() -> None:
    with pytest.raises(TableError, match="'case_solved' is not in indicators; did you mean"):
        of({"indicator": "case_solved", "printed": "5起"})


@pytest.mark.parametrize("words", [{"value": "39.4万"}, {"printed": "5起", "low": "four"}])
def test_words_for_a_number_are_a_table_error(words: dict[str, str]) -> None:
    with pytest.raises(TableError, match="is no number; what was printed belongs in 'printed'"):
        of(words)


@pytest.mark.xfail(strict=True, reason="own ends are not checked")
@pytest.mark.parametrize("ends", [(10, 3), (6, 9), (1, 4)])
def test_own_ends_must_hold_the_value(ends: tuple[float, float]) -> None:
    with pytest.raises(TableError):
        of({"printed": "5起", "low": ends[0], "high": ends[1]})
