"""Every report speaks one language: no untranslated label, no raw slug, no scientific notation.

What is quoted as it was printed stays as it is: figures, the words of a window, titles and outlets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from bs4 import BeautifulSoup, NavigableString

from research.lang import LANGS, Lang, copies
from research.record.record import Record, load

REPORTS = Path(__file__).parents[2] / "reports"
PAGES = sorted(REPORTS.glob("**/*.html"))
CHINESE = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]+")
# A term of the campaign that stands in brackets behind its translation: cases filed (立案).
TERM = re.compile(r"\([\u3400-\u9fff/、]+\)")
# An address, whole or as text: its words are of no language.
ADDRESS = re.compile(r"(https?://|www\.)\S+|\b[\w-]+(\.[\w-]+)*\.[a-z]{2,}\b(/\S*)?")
SLUG = re.compile(
    r"\b[a-z]+(_[a-z0-9]+)+\b|\b(operation|fraud_type|offence|group)/\w|\w:\w+:\d{4}-"
)
SCIENTIFIC = re.compile(r"\d\.?\d*e[+−-]?\d+", re.IGNORECASE)
# Two small words one after another, or one alone in a cell or label: names begin with a capital.
ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,}|^[A-Z]?[a-z]{3,}( [A-Za-z]+)*$|\b(m|b|tr)illion\b")
FILES = {"ipynb", "csv", "html"}


@pytest.fixture(scope="module")
def quotes() -> dict[str, list[str]]:
    """Everything that a report in a language may quote as it was printed, longest first."""
    return {lang: quotable(load(), lang) for lang in LANGS}


def quotable(record: Record, lang: Lang) -> list[str]:
    columns = {
        "observations": ["printed", "yoy_printed", "window_words"],
        "claims": ["window_words"],
        "comparisons": ["printed"],
        "quarantine": ["printed", "yoy_printed", "window_words"],
        "sources": ["title"],
    }
    found: set[str] = set()
    for table, names in columns.items():
        for name in names:
            found.update(getattr(record, table)[name].drop_nulls().to_list())
    named = record.sources.select(pl.col("issuer", "outlet")).unpivot()["value"].drop_nulls()
    found.update(pl.select(copies(pl.lit(named), lang)).to_series().to_list())
    kept = (text for text in found if re.search(r"[A-Za-z]{2}|[\u3400-\u9fff]", text))
    return sorted(kept, key=len, reverse=True)


def visible(page: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """The language and text of all that a reader sees, but for code and values of parameters."""
    for hidden in page.select("head, script, style, code, pre, .parameters th + td, .with"):
        hidden.decompose()
    for element in page.select("[lang]"):
        for text in element.find_all(string=True):
            if type(text) is NavigableString and text.find_parent(lang=True) is element:
                yield str(element["lang"])[:2], " ".join(text.split())


def unquoted(text: str, quotes: list[str]) -> str:
    for quote in quotes:
        if quote in text:
            text = text.replace(quote, "“”")
    return TERM.sub("", ADDRESS.sub("“”", text))


def faults(html: str, quotes: dict[str, list[str]]) -> list[str]:
    """What a page says in another language, in slugs or in scientific notation."""
    foreign = {"zh": ENGLISH, "en": CHINESE}
    texts = visible(BeautifulSoup(html, "html.parser"))
    found = [
        f"{match.group()!r} in {text[:90]!r}"
        for lang, text, rest in ((lang, text, unquoted(text, quotes[lang])) for lang, text in texts)
        for fault in (SLUG, SCIENTIFIC, foreign[lang])
        if (match := fault.search(rest)) and rest not in FILES
    ]
    return list(dict.fromkeys(found))


def test_there_are_reports() -> None:
    assert PAGES, "there is no report to look at: run `make report` first"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(REPORTS).as_posix())
def test_a_report_speaks_one_language_in_words(path: Path, quotes: dict[str, list[str]]) -> None:
    assert faults(path.read_text(encoding="utf-8"), quotes) == []


@pytest.mark.parametrize(
    ("lang", "said", "fault"),
    [
        ("zh", "<p>The record has nothing.</p>", "record has"),
        ("zh", "<td>level</td>", "level"),
        ("zh", "<td>Share</td>", "Share"),
        ("zh", "<small>公安部 (as cited by 南方周末) · repost on pttnews.cc</small>", "cited"),
        ("zh", "<p>区间 1.2 million 至 3 million</p>", "million"),
        ("zh", "<svg><text>cases_solved</text></svg>", "cases_solved"),
        ("en", "<td>破案</td>", "破案"),
        ("en", "<td>3.9万</td>", "万"),
        ("en", "<p>scope operation/duanka</p>", "operation/duanka"),
        ("en", "<p>legal-daily:cases_filed:2021-04-01..2022-03-31</p>", "d"),
        ("en", "<svg><text>1e+06</text></svg>", "1e+06"),
        ("zh", "<svg><text>3.2E−5</text></svg>", "3.2E−5"),
    ],
)
def test_a_fault_is_found(lang: str, said: str, fault: str, quotes: dict[str, list[str]]) -> None:
    found = faults(f"<html lang='{lang}'><body>{said}</body></html>", quotes)
    assert [text for text in found if fault in text]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "<td>about 83,000</td><p>China solves 83,000 telecom fraud cases in 2016</p>"),
        ("zh", "<small>公安部 · Xinhua / People's Daily Online · 2025-07-23</small>"),
        ("zh", "<small>http://aura-clean.com/fazhi/jingjie/a_b.html</small>"),
        ("zh", "<details class='code'><code>rs.compute('per_day')</code></details><a>ipynb</a>"),
        ("en", "<td>39.4万起</td><td>同比上升28.5%</td><small>公安部</small>"),
        ("en", "<p>Cases filed (立案/发案) by police</p>"),
        ("en", "<p>Cases solved, 1.95 million; 2021-04 – 2022-03</p>"),
    ],
)
def test_a_quotation_is_no_fault(lang: str, said: str, quotes: dict[str, list[str]]) -> None:
    assert faults(f"<html lang='{lang}'><body>{said}</body></html>", quotes) == []
