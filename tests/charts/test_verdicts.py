"""Verdicts and conflicts as a reader sees them: the arithmetic in words, in two languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

import research as rs
from research.charts.disputes import conflicts
from research.charts.verdicts import verdicts
from research.lang import LANGS, Lang
from research.record.record import Record
from tests.charts.conftest import Cells, Made

YEAR, HALF = ("2024-01-01", "2024-12-31"), ("2024-01-01", "2024-06-30")
SLUG = re.compile(r"\b[a-z]+_[a-z]+|\binf\b|\bnan\b|\bNone\b|\be\+")


def row(window: tuple[str, str], printed: str | None, **more: Any) -> dict[str, Any]:
    about = {"indicator": "cases_solved", "start": window[0], "end": window[1]}
    return {**about, "printed": printed, **more}


def why(record: Record, statement: dict[str, Any], cells: Cells, lang: Lang = "en") -> str:
    (cell,) = cells(verdicts(record, rs.check(statement, record), lang=lang))
    return cell["why"].get_text(" ", strip=True)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (row(YEAR, "1201起"), "It says: 1,201 in 2024; each of these implies it by itself"),
        (
            row(HALF, "901起"),
            "901 in 2024-01 – 2024-06; the others together imply 0 to 1,201, which overlaps",
        ),
        (row(HALF, "901起"), "With it, 2024-01 – 2024-06 comes to 901."),
        (row(HALF, "1301起"), "which does not meet it"),
        (row(HALF, "1301起"), "It cannot be true together with: 1201起"),
        (row(("2031-01-01", "2031-12-31"), "5起"), "No other statement limits this window."),
        (
            row(YEAR, "1201起", window_certain=False),
            "It says: at least 1,201 in the outer window 2023-12 – 2025-01; each of these",
        ),
        (
            row(HALF, None, kind="record_high"),
            "is at least the same days of 1 earlier years; the others together imply 0 of these 1",
        ),
        (
            row(YEAR, "上升20%", base_start="2023-01-01", base_end="2023-12-31"),
            "+21% in 2024 on 2023; the others together imply +19.98% to +19.99%, which lies inside",
        ),
        (row(YEAR, "1201起", scope="single_action"), "A single action: other figures are of other"),
    ],
)
def test_the_arithmetic_stands_in_words(
    made: Made, cells: Cells, statement: dict[str, Any], said: str
) -> None:
    before = row(("2023-01-01", "2023-12-31"), "1001起")
    record = made([row(YEAR, "1201起") | {"source_id": "a"}, before | {"source_id": "b"}])
    assert said in why(record, statement, cells)


@pytest.mark.parametrize("lang", LANGS)
def test_the_seed_article_is_followed_without_a_slug(
    record: Record, cells: Cells, lang: Lang
) -> None:
    table = verdicts(record, rs.check("legal-daily-2022-05-11", record), lang=lang)
    shown = cells(table)
    own = record.observations.filter(source_id="legal-daily-2022-05-11")["observation_id"]
    assert set(own) <= set(table.data["id"])
    for cell in shown:
        for address in cell["why"].find_all(["a", "small"]):
            address.decompose()
        text = cell["statement"].get_text(" ") + cell["why"].get_text(" ")
        assert text.strip()
        assert not SLUG.search(text), text


def test_a_source_of_no_verdict_gives_an_empty_table(record: Record) -> None:
    assert "no such row" in verdicts(record, [], lang="en")._repr_html_()


@pytest.mark.parametrize("lang", LANGS)
def test_a_conflict_says_who_how_far_and_why(made: Made, cells: Cells, lang: Lang) -> None:
    sources = [{"source_id": name, "title": name, "quality": "press"} for name in "abc"]
    figures = [("a", "1201起"), ("b", "1201起"), ("c", "2402起")]
    record = made([{"source_id": s, "printed": p} for s, p in figures], sources)
    table = conflicts(record, rs.survey(record), lang=lang)
    html = table._repr_html_()
    assert {
        "zh": "至少相差 2 倍；可能原因：口径或统计时点不同",
        "en": "at least 2 times apart; perhaps another",
    }[lang] in html
    shown = cells(table)
    assert len(shown) == 2
    first, second = (cell["statement"].get_text(" ") for cell in shown)
    assert "2402起" in first
    assert re.findall(r"\b[ab]\b", second)[:1] == ["a"]
    assert {"zh": "搁置", "en": "set aside"}[lang] in shown[0]["held"].get_text()


def test_without_a_conflict_the_table_is_empty(made: Made) -> None:
    record = made([{"source_id": "a", "printed": "1201起"}])
    assert conflicts(record, rs.survey(record), lang="en").data.is_empty()
