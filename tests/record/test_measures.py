"""What the record adds to a figure: the interval of the figure and its change, and the marks."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from research.record.measures import MARKS, with_intervals, with_marks, with_ratios
from research.record.record import Record

FIGURE = {
    "source_id": "a", "indicator": "cases_solved", "geo": "CN", "scope": "total", "start": 1,
    "end": 2, "printed": "5起", "value": 5.0, "yoy_printed": None, "yoy_pct": None,
    "window_certain": True, "cumulative": False, "corroborated_by": None, "doubt": None,
}  # fmt: skip
TEXT = ("printed", "yoy_printed", "corroborated_by", "doubt")


def frame(*changes: dict[str, Any]) -> pl.DataFrame:
    made = pl.DataFrame([FIGURE | change for change in changes], infer_schema_length=None)
    return made.cast({**dict.fromkeys(TEXT, pl.String), "yoy_pct": pl.Float64, "value": pl.Float64})


def marks(*changes: dict[str, Any]) -> list[list[str]]:
    return with_marks(frame(*changes).lazy()).collect()["marks"].to_list()


def test_figure_and_change_get_their_intervals() -> None:
    made = with_intervals(
        frame({"printed": "39.4万起", "yoy_printed": "同比下降28.5%", "yoy_pct": -28.5})
    )
    row = made.select("low", "high", "limit", "yoy_low", "yoy_high").row(0)
    assert row == (393_500, 395_000, "rounded", -28.6, -28.45)


def test_nothing_printed_has_no_interval() -> None:
    made = with_intervals(frame({"printed": None, "value": None}))
    assert made.select("low", "high", "limit", "yoy_low", "yoy_high").row(0) == (None,) * 5


def test_a_change_given_as_a_number_alone_counts_as_printed() -> None:
    made = with_intervals(frame({"yoy_pct": -28.5}))
    assert made.select("yoy_low", "yoy_high").row(0) == (-28.6, -28.45)


def test_no_fall_is_of_more_than_all() -> None:
    made = with_intervals(frame({"yoy_printed": "下降100%", "yoy_pct": -100.0}))
    assert made.select("yoy_low", "yoy_high").row(0) == (-100.0, -99.5)


def test_own_ends_are_kept_where_they_are_filled() -> None:
    own = frame({}, {}).with_columns(low=pl.Series([4.5, None]), high=pl.Series([None, 9.0]))
    assert with_intervals(own).select("low", "high").rows() == [(4.5, 5.0), (5.0, 9.0)]


def test_rounding_reaches_figure_and_change() -> None:
    rows = frame({"printed": "39.4万起", "yoy_printed": "上升28.5%", "yoy_pct": 28.5})
    made = with_intervals(rows, "floor").select("low", "high", "yoy_low", "yoy_high")
    assert made.row(0) == (394_000, 395_000, 28.5, 28.6)


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [
        ("上升5.4%", 1.0535, 1.055),
        ("下降14.3%", 0.856, 0.8575),
        ("增长2倍", 2.5, 4),
        ("是去年同期的2.2倍", 2.15, 2.3),
    ],
)
def test_a_comparison_says_how_many_times_its_base_a_window_is(
    printed: str, low: float, high: float
) -> None:
    made = with_ratios(pl.DataFrame({"printed": [printed]}))
    assert made.select("low", "high").row(0) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("change", "mark"),
    [
        ({"doubt": "digits from a machine translation"}, "doubtful"),
        ({"window_certain": False}, "window_inferred"),
        ({"cumulative": True}, "running_total"),
    ],
)
def test_a_mark_holds_where_its_column_says_so(change: dict[str, Any], mark: str) -> None:
    plain = {"corroborated_by": "https://example.org"}
    assert marks(plain, plain | change) == [[], [mark]]


def test_a_figure_is_single_sourced_until_another_page_or_source_gives_it() -> None:
    assert marks({}) == [["single_sourced"]]
    assert marks({"corroborated_by": "https://example.org"}) == [[]]
    assert marks({}, {"source_id": "b"}) == [[], []]


@pytest.mark.parametrize(
    "other",
    [
        {"value": 6.0, "printed": "6起"},
        {"geo": "SG"},
        {"scope": "single_action"},
        {"start": 0},
        {"end": 3},
        {"indicator": "cases_filed"},
        {"source_id": "a"},
    ],
)
def test_another_figure_or_the_same_source_does_not_corroborate(other: dict[str, Any]) -> None:
    assert marks({}, {"source_id": "b"} | other) == [["single_sourced"]] * 2


def test_the_same_value_in_other_words_corroborates() -> None:
    said = [{"printed": "40万起", "value": 4e5}, {"printed": "400,000", "value": 4e5}]
    assert marks(*({"source_id": s} | row for s, row in zip("ab", said, strict=True))) == [[], []]


def test_a_change_alone_is_corroborated_by_the_same_change() -> None:
    change = {"printed": None, "value": None, "yoy_pct": -28.5}
    assert marks(change, change | {"source_id": "b"}) == [[], []]
    assert marks(change, change | {"source_id": "b", "yoy_pct": -28.0}) == [["single_sourced"]] * 2


def test_marks_stand_in_their_order() -> None:
    worst = {"doubt": "?", "window_certain": False, "cumulative": True}
    assert marks(worst) == [list(MARKS)]


def test_every_figure_of_the_record_has_an_interval_around_it(record: Record) -> None:
    levels = record.observations.filter(pl.col("value").is_not_null())
    assert ((levels["low"] <= levels["value"]) & (levels["value"] <= levels["high"])).all()
    assert (levels["low"] >= 0).all()
    moves = record.observations.filter(pl.col("yoy_pct").is_not_null())
    assert ((moves["yoy_low"] <= moves["yoy_pct"]) & (moves["yoy_pct"] <= moves["yoy_high"])).all()
    assert (moves["yoy_low"] >= -100).all()
    assert levels["limit"].null_count() == 0


def test_the_marks_of_the_record_are_those_of_its_columns(record: Record) -> None:
    shown = record.figures().collect()
    for mark, wanted in (
        ("doubtful", pl.col("doubt").is_not_null()),
        ("window_inferred", ~pl.col("window_certain")),
        ("running_total", pl.col("cumulative")),
    ):
        assert shown.select((pl.col("marks").list.contains(mark) == wanted).all()).item()


# Bugs found by these tests


def test_a_whole_percentage_given_as_a_number_is_no_more_precise_than_printed() -> None:
    made = with_intervals(frame({"yoy_pct": 28.0}))
    assert made.select("yoy_low", "yoy_high").row(0) == (27.5, 29)
