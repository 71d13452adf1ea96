"""Metrics over a record: like with like only, with lineage, marks, units and reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.metrics.catalogue import CATALOGUE
from research.metrics.compute import compute, preferred
from research.record.record import Record, RecordError

Tiny = Callable[..., Record]
INF = float("inf")
SOLVED, ARRESTED = ("cases_solved", "4276起"), ("suspects_arrested", "8552名")
APRIL_2021_TO_MARCH_2022 = {"start": dt.date(2021, 4, 1), "end": dt.date(2022, 3, 31)}


def the_row(found: pl.DataFrame, **where: Any) -> dict[str, Any]:
    rows = found.filter(**where)
    assert rows.height == 1
    return rows.row(0, named=True)


def ends(row: dict[str, Any]) -> tuple[float, float, float]:
    return row["low"], row["value"], row["high"]


def national(metric: str, record: Record, **options: Any) -> pl.DataFrame:
    return compute(metric, record, geo="CN", scope="total", **options)


def test_arrests_per_case_from_one_source_alone(record: Record) -> None:
    source = "legal-daily-2022-05-11"
    columns = ["source_id", "indicator", "start", "end", "printed", "window_certain"]
    own = Record(record.select(source=source, geo="CN", scope="total").select(columns))
    row = the_row(compute("arrests_per_case", own), **APRIL_2021_TO_MARCH_2022)
    assert ends(row) == pytest.approx((633_500 / 395_000, 634_000 / 394_000, 635_000 / 393_500))
    window = "2021-04-01..2022-03-31"
    assert row["observations"] == [
        f"{source}:suspects_arrested:{window}",
        f"{source}:cases_solved:{window}",
    ]


def test_money_is_in_the_currency_of_the_place(record: Record) -> None:
    found = compute("loss_per_case_filed", record)
    seen = found.filter(pl.col("value").is_not_null()).select("geo", "unit").unique()
    units = {geo: {u for g, u in seen.rows() if g == geo} for geo in seen["geo"]}
    assert units["SG"] == {"SGD per case"}
    assert units["HK"] == {"HKD per case"}
    assert units["CN"] == {"yuan per case"}
    a_day = compute("per_day", record, indicator="losses_reported", geo="SG")
    assert set(a_day["unit"]) == {"SGD per day"}


# Of every metric over the official record


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_answer_has_an_interval_or_a_reason_and_its_lineage(
    record: Record, name: str
) -> None:
    found = compute(name, record)
    keys = ["geo", "scope", "start", "end"]
    if CATALOGUE[name].of_any_indicator:
        keys = ["indicator", *keys]
    assert found.height == found.unique(keys).height
    known = found["value"].is_not_null()
    assert known.any()
    assert (known == found["reason"].is_null()).all()
    answers = found.filter(known)
    noise = 1e-12 * answers["value"].abs()
    assert (answers["low"] <= answers["value"] + noise).all()
    assert (answers["value"] <= answers["high"] + noise).all()
    assert (
        found.filter(~known).select("low", "high").null_count().row(0)
        == (found.height - answers.height,) * 2
    )
    assert found["reason"].is_not_null().is_sorted(), "rows with a value come first"
    used = found.explode("observations").join(
        record.figures().collect(), left_on="observations", right_on="observation_id", how="left",
        suffix="_used",
    )  # fmt: skip
    assert used["printed"].is_not_null().any()
    assert used["source_id"].null_count() == 0, "every id is an observation of the record"
    united = used.group_by("metric", *keys).agg(
        pl.col("marks_used").explode().unique().drop_nulls()
    )
    both = found.join(united, on=keys)
    assert both.select(
        (pl.col("marks").list.sort() == pl.col("marks_used").list.sort()).all()
    ).item()
    assert answers["unit"].null_count() == 0


# Like with like only

APART = {
    "geo": {"geo": "SG"},
    "scope": {"scope": "single_action"},
    "start": {"start": "2021-02-01"},
    "end": {"end": "2021-11-30"},
}


@pytest.mark.parametrize("what", APART)
def test_unlike_figures_are_never_put_together(tiny: Tiny, what: str) -> None:
    record = tiny(SOLVED, (*ARRESTED, APART[what]))
    found = compute("arrests_per_case", record)
    assert found["value"].to_list() == [None, None]
    assert set(found["reason"]) == {
        "the record has no cases_solved",
        "the record has no suspects_arrested",
    }
    assert sorted(ids for row in found["observations"] for ids in row) == sorted(
        record.observations["observation_id"]
    )


def test_like_figures_are(tiny: Tiny) -> None:
    row = the_row(compute("arrests_per_case", tiny(SOLVED, ARRESTED)))
    assert ends(row) == (2, 2, 2)
    assert row["reason"] is None


def test_a_scope_that_the_formula_names_is_taken_from_there_alone(tiny: Tiny) -> None:
    warnings = [("warnings_pushed_national", "600条"), ("warnings_generated_local", "410条")]
    named = {"scope": "national_and_local"}
    made = compute(
        "warnings_per_person_protected", tiny(*warnings, ("persons_protected", "101人", named))
    )
    # 600 may be rounded or cut at hundreds: [550, 700]; 410 and 101 are exact.
    assert ends(the_row(made)) == pytest.approx((960 / 101, 1_010 / 101, 1_110 / 101))
    assert made["scope"].to_list() == ["total"]
    missing = compute(
        "warnings_per_person_protected", tiny(*warnings, ("persons_protected", "101人"))
    )
    assert the_row(missing)["reason"] == "the record has no persons_protected@national_and_local"


def test_stocks_and_ratios_are_no_flows(tiny: Tiny) -> None:
    record = tiny(("app_installs", "5亿"), ("clearance_rate", "20%"), SOLVED)
    assert compute("per_day", record)["indicator"].to_list() == ["cases_solved"]


# A year before


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (("2020-01-01", "2020-12-31"), ("2021-01-01", "2021-12-31")),
        (("2019-01-01", "2019-02-28"), ("2020-01-01", "2020-02-29")),
        (("2020-01-01", "2020-02-29"), ("2021-01-01", "2021-02-28")),
        (("2020-02-01", "2020-02-29"), ("2021-02-01", "2021-02-28")),
        (("2019-04-01", "2020-03-31"), ("2020-04-01", "2021-03-31")),
        (("2021-01-01", "2021-05-11"), ("2022-01-01", "2022-05-11")),
    ],
)
def test_the_same_window_a_year_before_is_found(
    tiny: Tiny, before: tuple[str, str], now: tuple[str, str]
) -> None:
    record = tiny(
        ("cases_solved", "1111起", {"start": before[0], "end": before[1]}),
        ("cases_solved", "2222起", {"start": now[0], "end": now[1]}),
    )
    found = compute("year_on_year", record)
    assert found.height == 2
    row = the_row(found, start=dt.date.fromisoformat(now[0]))
    assert ends(row) == (1, 1, 1)
    assert row["observations"] == [
        f"frame:cases_solved:{now[0]}..{now[1]}",
        f"frame:cases_solved:{before[0]}..{before[1]}",
    ]
    assert "a year before" in the_row(found, start=dt.date.fromisoformat(before[0]))["reason"]


@pytest.mark.parametrize(
    "change",
    [{"geo": "SG"}, {"scope": "single_action"}, {"start": "2020-02-01"}, {"end": "2020-11-30"}],
)
def test_another_place_scope_or_window_is_no_year_before(
    tiny: Tiny, change: dict[str, str]
) -> None:
    before = {"start": "2020-01-01", "end": "2020-12-31"} | change
    found = compute(
        "year_on_year", tiny(("cases_solved", "1111起", before), ("cases_solved", "2222起"))
    )
    assert found["value"].null_count() == 2


def test_a_year_before_of_another_indicator_is_none(tiny: Tiny) -> None:
    before = {"start": "2020-01-01", "end": "2020-12-31"}
    found = compute("year_on_year", tiny(("cases_filed", "1111起", before), SOLVED))
    assert found["value"].null_count() == 2


def test_a_level_is_implied_by_last_year_and_the_printed_rate(tiny: Tiny) -> None:
    before = {"start": "2020-01-01", "end": "2020-12-31"}
    rise = {"yoy_printed": "同比上升50%", "yoy_pct": 50.0}
    found = compute(
        "implied_level", tiny(("cases_solved", "1111起", before), ("cases_solved", None, rise))
    )
    # 50 % is [49.5 %, 51 %].
    row = the_row(found, start=dt.date(2021, 1, 1))
    assert ends(row) == pytest.approx((1_111 * 1.495, 1_111 * 1.5, 1_111 * 1.51))


# Reasons


@pytest.mark.parametrize("arrests", ["0名", "5名"])
def test_a_divisor_of_nothing_is_a_reason(tiny: Tiny, arrests: str) -> None:
    row = the_row(
        compute("arrests_per_case", tiny(("cases_solved", "0起"), ("suspects_arrested", arrests)))
    )
    assert ends(row) == (None, None, None)
    assert row["reason"] == "divides by a figure of 0"


def test_a_fall_of_all_has_no_prior_level(tiny: Tiny) -> None:
    fall = {"yoy_printed": "同比下降100%", "yoy_pct": -100.0}
    row = the_row(compute("implied_prior_level", tiny(("cases_solved", "5起", fall))))
    assert row["reason"] == "divides by a figure of 0"


def test_a_figure_with_no_upper_end_leaves_the_ratio_open(tiny: Tiny) -> None:
    row = the_row(compute("arrests_per_case", tiny(SOLVED, ("suspects_arrested", "超8552名"))))
    assert ends(row) == (2, 2, INF)
    row = the_row(compute("arrests_per_case", tiny(("cases_solved", "超4276起"), ARRESTED)))
    assert ends(row) == (0, 2, 2)


def test_a_reason_names_what_is_missing(tiny: Tiny) -> None:
    for metric, missing in (
        ("year_on_year", "level a year before"),
        ("implied_prior_level", "printed change"),
    ):
        row = the_row(compute(metric, tiny(SOLVED)))
        assert row["reason"] == f"the record has no {missing}"


def test_nothing_announced_gives_no_row() -> None:
    empty = Record()
    for name in CATALOGUE:
        assert compute(name, empty).height == 0


# Which of several figures is used

SOURCES = pl.DataFrame(
    {
        "source_id": ["police", "paper", "paper2", "copy", "undated"],
        "quality": ["official", "press", "press", "repost", "press"],
        "issued": ["2022-01-01", "2022-02-01", "2022-03-01", "2022-04-01", None],
    }
)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"source_id": "copy"}, {"source_id": "police", "doubt": "?"}),
        ({"source_id": "police"}, {"source_id": "paper2"}),
        ({"source_id": "paper"}, {"source_id": "copy"}),
        ({"source_id": "paper", "printed": "39.41万起"}, {"source_id": "paper2"}),
        ({"source_id": "paper2"}, {"source_id": "paper"}),
        ({"source_id": "paper"}, {"source_id": "undated"}),
    ],
    ids=["undoubted", "official", "press", "narrower", "later", "dated"],
)
def test_the_better_of_two_announcements_is_used(
    tiny: Tiny, better: dict[str, Any], worse: dict[str, Any]
) -> None:
    figures = [("cases_solved", "39.4万起", change) for change in (worse, better)]
    for order in (figures, figures[::-1]):
        row = the_row(compute("per_day", tiny(*order, sources=SOURCES)))
        assert row["observations"][0].startswith(f"{better['source_id']}:")


def test_one_figure_is_preferred_for_each_window(record: Record) -> None:
    keys = ["indicator", "geo", "scope", "start", "end"]
    kept = preferred(record.figures()).collect()
    assert kept.height == record.observations.unique(keys).height == kept.unique(keys).height


def test_marks_are_those_of_any_figure_used(tiny: Tiny) -> None:
    record = tiny(
        (*SOLVED, {"doubt": "?", "corroborated_by": "x"}),
        (*ARRESTED, {"cumulative": True, "corroborated_by": "x"}),
    )
    row = the_row(compute("arrests_per_case", record))
    assert set(row["marks"]) == {"doubtful", "running_total"}


# Arguments


def test_answers_are_filtered_by_place_scope_window_and_indicator(record: Record) -> None:
    everything = compute("per_day", record)
    part = compute(
        "per_day", record, indicator=["cases_solved", "cases_filed"], geo="CN", scope="total",
        start="2021-01-01", end="2022-12-31",
    )  # fmt: skip
    wanted = everything.filter(
        pl.col("indicator").is_in(["cases_solved", "cases_filed"]),
        pl.col("start") >= dt.date(2021, 1, 1),
        pl.col("end") <= dt.date(2022, 12, 31),
        geo="CN",
        scope="total",
    )
    assert part.height > 0
    assert part.equals(wanted)


@settings(deadline=None, max_examples=6)
@given(day=st.dates(dt.date(2016, 1, 1), dt.date(2026, 12, 31)))
def test_an_answer_as_of_a_day_rests_on_what_was_issued_by_then(
    record: Record, day: dt.date
) -> None:
    found = compute("arrests_per_case", record, as_of=day)
    assert found.equals(compute("arrests_per_case", record.as_of(day)))
    used = (
        found.select("observations")
        .explode("observations")
        .rename({"observations": "observation_id"})
    )
    issued = used.join(record.figures().collect(), on="observation_id")["issued"]
    assert issued.null_count() == 0
    assert (issued <= day).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"metric": "arrest_per_case"}, "unknown metric 'arrest_per_case'; did you mean"),
        ({"indicator": "case_solved"}, "unknown indicator 'case_solved'; did you mean"),
        ({"geo": "CHN"}, "unknown geo 'CHN'"),
        ({"scope": "totals"}, "unknown scope 'totals'; did you mean 'total'"),
        ({"start": "2021"}, "start: '2021' is not a day"),
        ({"end": "31.12.2021"}, "end: '31.12.2021' is not a day"),
        ({"as_of": "today"}, "as_of: 'today' is not a day"),
    ],
)
def test_what_the_record_does_not_know_is_an_error(
    record: Record, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(RecordError, match=said):
        compute(**{"metric": "per_day", "record": record} | options)


# Bugs found by these tests


def test_a_leap_day_does_not_give_two_answers_for_one_window(tiny: Tiny) -> None:
    windows = {"2020-02-28": "1000起", "2020-02-29": "1111起", "2021-02-28": "2222起"}
    record = tiny(
        *(
            ("cases_solved", p, {"start": f"{end[:4]}-01-01", "end": end})
            for end, p in windows.items()
        )
    )
    now = compute("year_on_year", record).filter(end=dt.date(2021, 2, 28))
    assert now["observations"].to_list() == [
        ["frame:cases_solved:2021-01-01..2021-02-28", "frame:cases_solved:2020-01-01..2020-02-29"]
    ]


def test_an_unknown_indicator_is_an_error_for_every_metric(record: Record) -> None:
    with pytest.raises(RecordError, match="unknown indicator 'nonsense'"):
        compute("arrests_per_case", record, indicator="nonsense")
