"""What reports say, worked by hand from the record, in both languages and without a cause."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

from research import findings
from research.findings.sentence import Findings
from research.lang import LANGS, Lang
from research.metrics.board import board
from research.metrics.bounds import bounds, survey
from research.metrics.economies import by_economy
from research.metrics.verdicts import check
from research.record.record import load

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SEED = "legal-daily-2022-05-11"
YEAR: dict[str, Any] = {"start": "2021-04-01", "end": "2022-03-31", "as_of": "2022-05-11"}
CAUSAL = re.compile(
    r"because|thanks to|due to|led to|caused|result of|effect of|因此|导致|使得|由于|得益于"
)


@cache
def said(name: str, lang: Lang) -> Findings:
    record = load()
    match name:
        case "trend":
            yearly = bounds(record, "cases_filed", every="1y")
            return findings.trend(record, "cases_filed", yearly, lang=lang)
        case "scoreboard":
            return findings.scoreboard(record, board(record, **YEAR), **YEAR, lang=lang)
        case "lane":
            return findings.lane(record, "warning", lang=lang)
        case "regions":
            return findings.regions(record, "cases_filed", year=2022, growth=-10, lang=lang)
        case "operations":
            return findings.operations(record, "northern-myanmar-2023", "cases_solved", lang=lang)
        case "quality":
            return findings.quality(record, survey(record), lang=lang)
        case "check":
            return findings.check(record, check(SEED, record), SEED, lang=lang)
        case _:
            geos = ["CN", "SG", "JP", "KR"]
            rows = by_economy(record, "cases_filed", geos, base=2019)
            return findings.comparators(rows, record, geos, base=2019, lang=lang)


NAMES = ["trend", "scoreboard", "lane", "regions", "operations", "comparators", "quality", "check"]
every = pytest.mark.parametrize("name", NAMES)
in_each = pytest.mark.parametrize("lang", LANGS)


@every
@in_each
def test_there_are_three_to_six_and_none_names_a_cause(name: str, lang: Lang) -> None:
    found = said(name, lang)
    assert 3 <= len(found) <= 6
    assert [f.text for f in found if CAUSAL.search(f.text + f.caveat)] == []


@every
def test_the_two_languages_say_the_same_cells(name: str) -> None:
    assert [f.cell for f in said(name, "zh")] == [f.cell for f in said(name, "en")]
    assert not re.search(r"[\u4e00-\u9fff]", "".join(f.text + f.caveat for f in said(name, "en")))


@every
def test_every_link_leads_to_a_cell_that_shows_something(name: str) -> None:
    cells = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
    shown = {cell.id for cell in cells if cell.cell_type == "code"}
    assert {f.cell for f in said(name, "zh")} <= shown


@every
@in_each
def test_no_slug_and_no_scientific_notation(name: str, lang: Lang) -> None:
    text = repr(said(name, lang))
    assert not re.search(r"[a-z]_[a-z]|\de[+-]?\d|\bnan\b|\binf\b|None", text)


def test_a_run_is_said_from_its_first_month_with_its_sources() -> None:
    """Seventeen months from June 2021 is the longest that any source counts."""
    assert "From 2021-06 on, “Cases filed” was said to be below" in said("trend", "en")[0].text
    assert "17 months in a row, until 2022-10; 19 sources" in said("trend", "en")[0].text


def test_what_was_known_in_may_2022_is_ten_months() -> None:
    (run,) = [f for f in said("scoreboard", "zh") if f.cell == "scoreboard-claims"]
    assert "连续 10 个月" in run.text


def test_changes_are_said_where_all_have_one_sign() -> None:
    """Falls of 2017 and 2019 say nothing of 2020 and 2021, of which no change was printed."""
    (moved,) = [f for f in said("trend", "en") if f.cell == "trend-changes"]
    assert "In all 4 windows with a printed change from 2022-01 – 2022-11" in moved.text
    assert "fell, by −31% to −17.25%" in moved.text


def test_bounded_years_are_ordered_only_where_they_do_not_meet() -> None:
    """2019 is at most 783,000; 2018 at least 781,500 / 0.9695 = 806,086."""
    (years,) = [f for f in said("trend", "en") if f.cell == "trend-years"]
    assert years.text.endswith("certainly lower.")


def test_visits_are_a_share_of_contacts() -> None:
    (first, *_) = said("lane", "en")
    assert "2.568% to 2.714% of dissuasion was by visit" in first.text


def test_a_rule_tells_certain_from_possible() -> None:
    (cards,) = [f for f in said("regions", "en") if f.cell == "regions-warned"]
    assert "for 1 it depends on rounding" in cards.text


def test_before_and_after_an_operation_are_whole_years() -> None:
    """463,500–465,000 in 2022 and 293,500–295,000 in 2024: from −36.9 to −36.4 percent."""
    (years,) = [f for f in said("operations", "en") if f.cell == "operations-around"]
    assert "−36.89% to −36.35%: the later is lower" in years.text


def test_the_last_year_of_china_is_said() -> None:
    (text, *_) = (f.text for f in said("comparators", "en"))
    assert "is the base year 2019: nothing after it can be compared" in text
