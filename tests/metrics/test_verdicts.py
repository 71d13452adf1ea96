"""Verdicts: a true statement is never contradicted; by hand; and on the record itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings

import research as rs
from research.metrics.verdicts import VERDICTS, Verdict
from tests.metrics.test_statements import INF, Truth, Window, record_of, several

YEAR, BEFORE = (date(2022, 1, 1), date(2022, 12, 31)), (date(2021, 1, 1), date(2021, 12, 31))
HALF, REST = (YEAR[0], date(2022, 6, 30)), (date(2022, 7, 1), YEAR[1])


@settings(deadline=None, max_examples=5)
@given(several(2))
def test_a_true_statement_is_never_contradicted_by_the_others(made: list[Truth]) -> None:
    record = record_of(made)
    found = rs.check(record.sources["source_id"].to_list(), record)
    assert len(found) >= sum(len(truth.figures) for truth in made)
    for verdict in found:
        assert verdict.verdict in ("confirmed", "compatible", "new"), verdict
        assert verdict.after is not None
        room = 1e-5 * (1 + verdict.before[0])
        assert verdict.after[0] >= verdict.before[0] - room
        assert verdict.after[1] <= verdict.before[1] * (1 + 1e-5) + room


@settings(deadline=None, max_examples=5)
@given(several(2))
def test_a_level_equal_to_one_of_the_record_is_confirmed(made: list[Truth]) -> None:
    levels = [row for truth in made for row in truth.figures if "printed" in row]
    copies = [
        {k: v for k, v in row.items() if not k.startswith("yoy")} | {"source_id": f"copy{n}"}
        for n, row in enumerate(levels)
    ]
    if not copies:
        return
    found = rs.check(pl.DataFrame(copies, infer_schema_length=None), record_of(made))
    assert len(found) == len(copies)
    assert {verdict.verdict for verdict in found} == {"confirmed"}


@settings(deadline=None, max_examples=3)
@given(several(1))
def test_a_statement_far_from_all_others_is_new(made: list[Truth]) -> None:
    (truth,) = made
    for row in truth.figures:
        row.pop("yoy_printed", None), row.pop("yoy_pct", None)
    figures = [row for row in truth.figures if "printed" in row]
    truth.figures, truth.claims = figures, []
    if not figures:
        return
    row = {"indicator": "cases_solved", "geo": truth.geo, "value": 1201.0}
    after = {"start": date(2031, 1, 1), "end": date(2031, 6, 30)}
    (verdict,) = rs.check(row | after, record_of(made))
    assert verdict.verdict == "new"
    assert (verdict.implied, verdict.rests_on, verdict.narrows) == ((0.0, INF), (), None)


# By hand


def figure(window: Window, said: str, **more: Any) -> dict[str, Any]:
    about = {"indicator": "cases_solved", "start": window[0], "end": window[1]}
    return {**about, "printed": said, **more}


def record(*figures: dict[str, Any], claims: pl.DataFrame | None = None) -> rs.Record:
    rows = [{"source_id": f"s{n}"} | row for n, row in enumerate(figures)]
    return rs.Record(observations=pl.DataFrame(rows, infer_schema_length=None), claims=claims)


def judged(window: Window, said: str, *others: dict[str, Any]) -> Verdict:
    return rs.verdict(figure(window, said), record(*others))


def test_a_rest_that_follows_from_year_and_half_is_confirmed() -> None:
    found = judged(REST, "300起", figure(YEAR, "1201起"), figure(HALF, "901起"))
    assert (found.verdict, found.implied, found.stated) == ("confirmed", (300, 300), (250, 400))
    assert found.rests_on == (
        "s0:cases_solved:2022-01-01..2022-12-31",
        "s1:cases_solved:2022-01-01..2022-06-30",
    )


def test_a_compatible_statement_says_how_much_it_would_narrow() -> None:
    found = judged(HALF, "901起", figure(YEAR, "1201起"))
    assert (found.verdict, found.before, found.after) == ("compatible", (0, 1201), (901, 901))
    assert found.narrows == 1.0
    wider = judged(HALF, "40万起", figure(YEAR, "100万起"))
    assert (wider.before, wider.after) == ((0, 1_010_000), (395_000, 410_000))
    assert wider.narrows == pytest.approx(1 - 15_000 / 1_010_000)


def test_a_half_above_its_year_is_contradicted_by_the_year() -> None:
    others = figure(YEAR, "1201起"), figure(BEFORE, "801起")
    found = judged(HALF, "1301起", *others)
    assert (found.verdict, found.implied, found.after) == ("contradicted", (0, 1201), None)
    assert found.rests_on == ("s0:cases_solved:2022-01-01..2022-12-31",)


def test_a_contradiction_is_laid_to_the_firmest_statement() -> None:
    firm, weak = figure(YEAR, "1201起", doubt=None), figure(YEAR, "1201起", doubt="unclear")
    for others in ((firm, weak), (weak, firm)):
        (name,) = judged(HALF, "1301起", *others).rests_on
        assert name.startswith(f"s{others.index(firm)}:")


def test_figures_that_differ_within_rounding_are_not_contradicted() -> None:
    assert judged(YEAR, "39万起", figure(YEAR, "39.4万起")).verdict == "confirmed"
    assert judged(YEAR, "39.4万起", figure(YEAR, "39万起")).verdict == "compatible"
    assert judged(HALF, "39.4万起", figure(YEAR, "39.4万起")).verdict == "compatible"


def test_a_change_is_judged_by_the_ratio_of_two_levels() -> None:
    levels = record(figure(BEFORE, "1001起"), figure(YEAR, "1201起"))

    def change(percent: float) -> Verdict:
        word = "上升" if percent > 0 else "下降"
        row = figure(YEAR, "") | {"yoy_printed": f"{word}{abs(percent)}%", "yoy_pct": percent}
        (found,) = rs.check(pl.DataFrame([row | {"printed": None, "value": None}]), levels)
        return found

    true = change(19.9)
    assert true.verdict == "confirmed"
    assert true.implied == pytest.approx((1201 / 1001,) * 2)
    assert change(-19.9).verdict == "contradicted"
    assert len(change(-19.9).rests_on) == 2


def test_a_change_equal_to_one_of_the_record_is_confirmed() -> None:
    change = {"yoy_printed": "下降20.0%", "yoy_pct": -20.0}
    window = date(2019, 12, 1), date(2021, 1, 31)
    others = [
        figure((date(2020, 8, 1), date(2021, 1, 31)), "3440万余起"),
        figure((date(2019, 1, 24), date(2020, 5, 31)), "超15000万起"),
        figure(window, "超9200万起", **change),
    ]
    rows = pl.DataFrame([figure(window, "超9200万起", **change)])
    verdicts = {v.statement.kind: v.verdict for v in rs.check(rows, record(*others))}
    assert verdicts == {"level": "confirmed", "change": "confirmed"}


def claims(kind: str, window: Window) -> pl.DataFrame:
    row = {"indicator": "cases_solved", "source_id": "c", "kind": kind}
    return pl.DataFrame([row | {"start": window[0], "end": window[1]}])


@pytest.mark.parametrize(
    ("now", "then", "verdict"), [(901, 1001, "confirmed"), (1101, 1001, "contradicted")]
)
def test_a_decline_run_of_one_month_is_judged_by_its_two_months(
    now: int, then: int, verdict: str
) -> None:
    months = (date(2022, 1, 1), date(2022, 1, 31)), (date(2021, 1, 1), date(2021, 1, 31))
    figures = figure(months[0], f"{now}起"), figure(months[1], f"{then}起")
    known = record(*figures, claims=claims("yoy_decline_run", months[0]))
    (found,) = rs.check("c", known)
    assert found.verdict == verdict
    assert found.implied == pytest.approx((now / then,) * 2)


@pytest.mark.parametrize(
    ("kind", "verdict"), [("record_high", "confirmed"), ("record_low", "contradicted")]
)
def test_a_record_is_judged_by_the_same_window_of_other_years(kind: str, verdict: str) -> None:
    known = record(figure(BEFORE, "1001起"), figure(YEAR, "1201起"), claims=claims(kind, YEAR))
    (found,) = rs.check("c", known)
    assert found.verdict == verdict


def test_a_verdict_as_of_a_day_rests_on_what_was_issued_by_then() -> None:
    known = record(
        figure(YEAR, "1201起", issued=date(2023, 1, 5)),
        figure(HALF, "901起", issued=date(2023, 6, 5)),
    )
    row = figure(REST, "700起")
    assert rs.verdict(row, known).verdict == "contradicted"
    assert rs.verdict(row, known, as_of="2023-02-01").verdict == "compatible"


def test_a_verdict_stands_only_where_every_way_out_of_a_conflict_gives_it() -> None:
    torn = figure(YEAR, "1201起"), figure(YEAR, "2402起")
    assert judged(YEAR, "1201起", *torn).verdict != "contradicted"
    assert judged(YEAR, "2402起", *torn).verdict != "contradicted"
    assert judged(YEAR, "9901起", *torn).verdict == "contradicted"


def test_two_rates_of_one_window_contradict_without_any_level() -> None:
    def rate(percent: float) -> dict[str, Any]:
        said = {"yoy_printed": f"上升{percent}%", "yoy_pct": percent, "value": None}
        return figure(YEAR, "") | said | {"printed": None}

    known = record(rate(29.4))
    assert rs.verdict(rate(29.4), known).verdict == "confirmed"
    found = rs.verdict(rate(26.7), known)
    assert (found.verdict, len(found.rests_on)) == ("contradicted", 1)


STOCK = {"indicator": "fugitives_wanted"}


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        (figure(YEAR, "101名") | STOCK, "confirmed"),
        (figure(HALF, "101名") | STOCK, "new"),
        (figure((REST[0], YEAR[1]), "100余名") | STOCK, "compatible"),
        (figure((REST[0], YEAR[1]), "121名") | STOCK, "contradicted"),
        (figure(YEAR, "121名") | STOCK | {"window_certain": False}, "new"),
    ],
)
def test_a_stock_is_held_against_stocks_of_the_same_day_alone(
    other: dict[str, Any], verdict: str
) -> None:
    known = record(figure(HALF, "1名") | STOCK, other)
    assert rs.verdict(figure(YEAR, "101名") | STOCK, known).verdict == verdict


def test_a_single_action_is_new_unless_the_very_same_figure_is_known() -> None:
    action = {"scope": "single_action"}
    row = figure(YEAR, "1201起") | action
    assert rs.verdict(row, record(figure(YEAR, "1202起") | action)).verdict == "new"
    assert rs.verdict(row, record(figure(YEAR, "1201起") | action)).verdict == "confirmed"
    assert rs.verdict(row, record(figure(YEAR, "1201起"))).statement.kind == "action"


def test_a_ratio_between_two_levels_is_judged_by_them() -> None:
    known = record(figure((date(2017, 1, 1), date(2017, 12, 31)), "1001起"), figure(YEAR, "2502起"))
    base = {"base_start": "2017-01-01", "base_end": "2017-12-31"}
    found = rs.verdict(figure(YEAR, "增长1.5倍") | base, known)
    assert (found.verdict, found.statement.kind) == ("confirmed", "comparison")
    assert found.implied == pytest.approx((2502 / 1001,) * 2)
    assert rs.verdict(figure(YEAR, "是2017年的3.5倍") | base, known).verdict == "contradicted"
    with pytest.raises(rs.RecordError, match="is no change"):
        rs.check(figure(YEAR, "1201起") | base, known)


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        ("record_high", "confirmed"),
        ("record_low", "contradicted"),
        ("yoy_decline_run", "contradicted"),
    ],
)
def test_a_claim_of_your_own_is_judged(kind: str, verdict: str) -> None:
    known = record(figure(BEFORE, "1001起"), figure(YEAR, "1201起"))
    found = rs.verdict(
        {"indicator": "cases_solved", "kind": kind, "start": YEAR[0], "end": YEAR[1]}, known
    )
    assert found.verdict == verdict
    with pytest.raises(rs.RecordError, match="limits no series; allowed"):
        rs.verdict(
            {"indicator": "cases_solved", "kind": "rank", "start": YEAR[0], "end": YEAR[1]}, known
        )


def test_an_unknown_statement_or_source_is_refused() -> None:
    known = record(figure(YEAR, "1201起"))
    with pytest.raises(rs.RecordError, match="no statement"):
        rs.verdict("s0:cases_solved:2019-01-01..2019-12-31", known)
    with pytest.raises(rs.RecordError, match="unknown source"):
        rs.check("s9", known)


def test_a_single_statement_that_limits_nothing_is_refused_and_not_an_index_error() -> None:
    row = {"indicator": "cases_solved", "kind": "record_high", "start": YEAR[0], "end": YEAR[1]}
    with pytest.raises(rs.RecordError, match="a verdict needs"):
        rs.verdict(row, record(figure(YEAR, "1201起")))


# The record itself


def test_every_statement_of_the_seed_article_gets_a_verdict_with_what_it_rests_on() -> None:
    found = rs.check("legal-daily-2022-05-11", rs.load())
    assert len(found) >= 10
    for verdict in found:
        assert verdict.verdict in VERDICTS
        if verdict.verdict in ("confirmed", "contradicted"):
            assert verdict.rests_on


def test_the_figure_that_prints_the_wrong_unit_is_contradicted_by_another_press() -> None:
    name = "mps-2026-01-08-annual-2025:funds_stopped:2025-01-01..2025-12-31"
    found = rs.verdict(name, rs.load())
    assert found.verdict == "contradicted"
    assert found.implied == (217.065e9, 217.08e9)
