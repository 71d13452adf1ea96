"""A real browser without a network, for looking at reports as their readers do.

Also a small site of its own, made with `render` alone, so that a page can be tested before any
notebook has been run.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import altair as alt
import great_tables as gt
import nbformat
import polars as pl
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

from research.reports.html import render
from research.reports.index import render_index

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class Visit:
    """An opened page, what it asked for beside itself, and what it complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("no chromium on the path; install Debian's package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """visit(path, javascript=True): the page, loaded, its charts drawn or given up."""
    contexts = []

    def open_(path: Path, *, javascript: bool = True) -> Visit:
        context = browser.new_context(
            java_script_enabled=javascript, offline=True, viewport={"width": 1440, "height": 900}
        )
        contexts.append(context)
        seen = Visit(context.new_page())

        def only_the_page(route: Route) -> None:
            if route.request.url == path.as_uri():
                route.continue_()
            else:
                seen.requests.append(route.request.url)
                route.abort()

        context.route("**/*", only_the_page)
        seen.page.on("console", seen.hear)
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.goto(path.as_uri())
        if javascript:
            seen.page.wait_for_function(
                "[...document.querySelectorAll('figure.chart')].every(f => f.dataset.drawn)"
            )
        return seen

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like reports/: an index and two reports, one in each language."""
    folder = tmp_path_factory.mktemp("reports")
    entries = []
    for lang, title in {"zh": "诈骗案件在减少吗？", "en": "Is fraud falling?"}.items():
        page = folder / "sample" / f"{lang}.html"
        page.parent.mkdir(exist_ok=True)
        page.write_text(render(sample(lang, title), lang=lang), encoding="utf-8")
        entry = {"notebook": "sample", "name": lang, "title": title, "lang": lang}
        entries.append({**entry, "href": f"sample/{lang}.html"})
    (folder / "index.html").write_text(render_index(entries), encoding="utf-8")
    return folder


def sample(lang: str, title: str) -> nbformat.NotebookNode:
    """Two charts, a table too wide for any screen, a note, an error; nothing is executed."""
    months = pl.DataFrame(
        {"month": [dt.date(2021, m, 1) for m in range(1, 13)], "solved": range(12)}
    )
    base = alt.Chart(months, title=f"{title} 破案").encode(
        x=alt.X("month:T", axis=alt.Axis(labelExpr="'‘' + timeFormat(datum.value, '%b')")),
        y="solved:Q",
        tooltip=["solved:Q"],
    )
    fade = alt.Gradient(
        gradient="linear",
        stops=[alt.GradientStop(color="#fff", offset=0), alt.GradientStop(color="#148", offset=1)],
    )
    bars = base.mark_bar(clip=True).properties(width=720)
    area = base.mark_area(clip=True, color=fade).properties(width=300).interactive()
    wide = pl.DataFrame({f"止付金额（亿元）{n}": [1234567, 7654321] for n in range(24)})
    cells = [
        new_markdown_cell(f"# {title}\n\n## 逐月\n\n见<https://example.org/a>。"),
        _cell({"application/vnd.vegalite.v6+json": bars.to_dict()}),
        _cell({"text/markdown": "### 逐月\n\n<p class='note'>一条说明</p>"}),
        _cell({"application/vnd.vegalite.v6+json": area.to_dict()}),
        _cell({"text/html": gt.GT(wide, id="wide").as_raw_html()}),
    ]
    error = new_output("error", ename="KeyError", evalue="'没有'", traceback=["KeyError: '没有'"])
    cells.append(new_code_cell("record['没有']", outputs=[error]))
    return new_notebook(cells=cells)


def _cell(data: dict[str, Any]) -> nbformat.NotebookNode:
    return new_code_cell("show()", outputs=[new_output("display_data", data=data)])
