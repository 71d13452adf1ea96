"""What a table shows is safe, sourced and marked, and can be taken away whole."""

from __future__ import annotations

import base64
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from bs4 import BeautifulSoup, Tag
from polars.testing import assert_frame_equal

from research.charts.boards import series
from research.charts.tables import Table, escaped, marked, small, unbroken
from research.record.measures import MARKS
from research.record.record import Record

Made = Callable[..., Record]
Cells = Callable[[Table], list[dict[str, Tag]]]

NASTY = "<script>alert(1)</script> & \"quoted\" 'single' <b>"
PAGE = "https://example.org/a?b=1&c=2"


@pytest.fixture(scope="module")
def by_quality(made: Made) -> Table:
    sources = [
        {"source_id": q, "quality": q, "url": f"{PAGE}&q={q}", "title": f"通报 {q}"}
        for q in ("official", "press", "repost", "secondary")
    ]
    rows = [{"source_id": source["source_id"], "printed": "1万起"} for source in sources]
    return series(made(rows, sources), "cases_solved")


def shown_of(table: Table, cells: Cells) -> dict[str, Tag]:
    return dict(zip(table.data["source_id"], (row["source"] for row in cells(table)), strict=True))


@pytest.mark.parametrize("quality", ["official", "press"])
def test_official_pages_and_the_press_are_linked(
    by_quality: Table, cells: Cells, quality: str
) -> None:
    source, page = shown_of(by_quality, cells)[quality], f"{PAGE}&q={quality}"
    assert [(a["href"], a.text) for a in source.find_all("a")] == [(page, f"通报 {quality}")]
    assert page not in source.text


@pytest.mark.parametrize("quality", ["repost", "secondary"])
def test_other_addresses_are_plain_text(by_quality: Table, cells: Cells, quality: str) -> None:
    source = shown_of(by_quality, cells)[quality]
    assert source.find_all("a") == []
    assert f"通报 {quality}" in source.text
    assert f"{PAGE}&q={quality}" in source.text


def test_a_source_is_named_by_the_best_that_is_known(made: Made, cells: Cells) -> None:
    sources = [
        {"source_id": "a", "title": "通报", "issuer": "最高检", "issued": dt.date(2025, 1, 6)},
        {"source_id": "b", "title": None, "issuer": "最高检", "outlet": "法治日报"},
        {"source_id": "c", "title": None, "issuer": None},
    ]
    rows = [{"source_id": s["source_id"], "printed": "1万起"} for s in sources]
    table = series(made(rows, [{"quality": "official"} | s for s in sources]), "cases_solved")
    shown = shown_of(table, cells)
    lines = {key: list(cell.stripped_strings) for key, cell in shown.items()}
    assert {key: said[0] for key, said in lines.items()} == {"a": "通报", "b": "最高检", "c": "c"}
    assert lines["a"][-1].endswith("2025-01-06")
    assert "法治日报" in lines["b"][-1]
    assert lines["c"][-1].endswith("—"), "a source without a day says so"
    assert not any(cell.find_all("a") for cell in shown.values()), "none has an address"


def test_a_source_cannot_write_html(made: Made, cells: Cells) -> None:
    """Its text stands as it was written, and makes no element and no attribute."""
    sources = [
        {"source_id": f"{field} {quality}", "quality": quality, "title": None, field: NASTY}
        for field in ("title", "issuer", "outlet", "url")
        for quality in ("official", "repost")
    ]
    rows = [{"source_id": source["source_id"], "printed": "1万起"} for source in sources]
    table = series(made(rows, sources), "cases_solved")
    for source, cell in shown_of(table, cells).items():
        assert {tag.name for tag in cell.find_all(True)} <= {"div", "a", "br", "small"}, source
        assert all(set(a.attrs) == {"href"} for a in cell.find_all("a")), source
        said = [*cell.strings, *(a["href"] for a in cell.find_all("a"))]
        assert any(NASTY in text for text in said), source


def test_a_printed_figure_cannot_write_html(made: Made, cells: Cells) -> None:
    printed = ["<script>alert(1)</script>29.4万起", "<b>29.5万起", "29.6万&amp;起"]
    record = made([{"source_id": text, "printed": text} for text in printed])
    table = series(record, "cases_solved")
    for text, row in zip(table.data["printed"], cells(table), strict=True):
        assert text in row["figure"].text


def test_only_an_address_on_the_web_is_a_link(made: Made, cells: Cells) -> None:
    urls = ["javascript:alert(1)", "data:text/html,x", "见附件"]
    sources = [{"source_id": url, "quality": "official", "url": url} for url in urls]
    record = made([{"source_id": url, "printed": "1万起"} for url in urls], sources)
    shown = shown_of(series(record, "cases_solved"), cells)
    assert {url: cell.find_all("a") for url, cell in shown.items()} == {url: [] for url in urls}


def download(table: Table) -> bytes:
    page = BeautifulSoup(table._repr_html_(), "html.parser")
    (link,) = page.select("p.download a")
    assert link["download"] == f"{table.name}.csv"
    kind, _, data = str(link["href"]).partition(",")
    assert kind == "data:text/csv;charset=utf-8;base64"
    return base64.b64decode(data)


def test_the_download_is_the_data_with_a_byte_order_mark(record: Record) -> None:
    table = series(record, "cases_solved")
    text = download(table)
    assert text.startswith(b"\xef\xbb\xbf")
    assert not text.removeprefix(b"\xef\xbb\xbf").startswith(b"\xef\xbb\xbf")
    plain = table.data.with_columns(pl.col("marks").list.join("; "))
    assert_frame_equal(pl.read_csv(io.BytesIO(text), schema=plain.schema), plain)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", "下载表格（CSV，1 行）"), ("en", "Download table (CSV, 1 rows)")],
)
def test_the_download_says_how_many_rows(made: Made, lang: Any, words: str) -> None:
    page = series(made([{"printed": "1万起"}]), "cases_solved", lang=lang)._repr_html_()
    assert words in page


def test_what_a_cell_holds_cannot_break_out_of_the_download(made: Made) -> None:
    note = '说明,"引号"\n换行</a><script>'
    table = series(made([{"printed": "1万起", "note": note}]), "cases_solved")
    assert pl.read_csv(io.BytesIO(download(table))).item(0, "note") == note
    assert "<script" not in table._repr_html_()


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "记录中没有这样的行。"), ("en", "The record has no such row.")]
)
def test_an_empty_table_says_so(record: Record, lang: Any, words: str) -> None:
    page = series(record, "cases_solved", geo="SG", lang=lang)._repr_html_()
    assert page == f'<p class="note">{words}</p>'


def test_a_table_is_html_alone(record: Record) -> None:
    """A report runs no script of a table and asks nobody for anything."""
    page = BeautifulSoup(series(record, "cases_solved")._repr_html_(), "html.parser")
    assert page.find_all(["script", "img", "link", "iframe"]) == []
    assert "@import" not in str(page)


def test_a_table_shows_its_data_in_a_terminal(record: Record) -> None:
    table = series(record, "cases_solved")
    assert repr(table) == repr(table.data)


def test_escaping_leaves_nothing_that_html_would_read() -> None:
    text = pl.select(escaped(pl.lit(NASTY + "&lt;"))).item()
    assert not set(text) & set('<>"')
    assert BeautifulSoup(text, "html.parser").text == NASTY + "&lt;"


def test_a_second_line_of_nothing_is_nothing() -> None:
    assert pl.select(small(pl.lit(None, dtype=pl.String))).item() is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("39.35万 至 39.5万", ["39.35万 至", "39.5万"]),
        ("393,500 to 395,000", ["393,500 to", "395,000"]),
        ("2021-04 – 2022-03", ["2021-04 –", "2022-03"]),
        ("at least 300 million", ["at least 300 million"]),
        ("2024", ["2024"]),
    ],
)
def test_a_range_may_break_between_its_ends_alone(text: str, parts: list[str]) -> None:
    html = pl.select(unbroken(pl.lit(text))).item()
    page = BeautifulSoup(html, "html.parser")
    assert [span.text for span in page.find_all("span")] == parts
    assert page.text == text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_mark_has_a_label_of_its_own(lang: Any) -> None:
    frame = pl.DataFrame({"marks": [[mark] for mark in MARKS] + [list(MARKS), []]})
    shown = frame.select(marked(lang)).to_series().to_list()
    labels = [
        [m.text for m in BeautifulSoup(html, "html.parser").select(".mark")] for html in shown
    ]
    single = [label for (label,) in labels[:4]]
    assert len(set(single)) == len(MARKS)
    assert labels[4:] == [single, []]
