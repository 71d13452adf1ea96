"""Every report in reports/, and a small one of our own, as a reader's browser shows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

REPORTS = Path(__file__).parents[2] / "reports"
PAGES = sorted(REPORTS.glob("**/*.html"))

DRAWN = """figures => figures.filter(figure =>
    figure.dataset.drawn === "live" && figure.querySelector(".static").hidden
    && figure.querySelector(".live > svg [class*='mark-'] > *")
).length"""

# One glyph's pixels, in the first font of a list that has it.
PIXELS = """([letter, font]) => {
    const canvas = Object.assign(document.createElement("canvas"), {width: 40, height: 40});
    const pen = canvas.getContext("2d");
    pen.font = `30px ${font}`;
    pen.fillText(letter, 4, 32);
    return pen.getImageData(0, 0, 40, 40).data.join();
}"""
FONTS = """() => [document.body, ...document.querySelectorAll("figure.chart svg text")].map(
    element => getComputedStyle(element).fontFamily)"""


def check_page(visit: Callable[..., Any], path: Path) -> None:
    """Nothing asked for, nothing complained of, every chart drawn, no sideways scrolling."""
    seen = visit(path)
    page = seen.page
    assert seen.complaints == []
    assert seen.requests == []
    figures = page.locator("figure.chart")
    assert figures.evaluate_all(DRAWN) == figures.count()
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    for font in set(page.evaluate(FONTS)):
        # A private letter that no font has: a box, and what any other missing glyph looks like.
        kinds = len({page.evaluate(PIXELS, [letter, font]) for letter in ("诈", "骗", "\ue83f")})
        assert kinds == 3, f"Chinese comes out as boxes in {font}"


def check_page_without_javascript(visit: Callable[..., Any], path: Path) -> None:
    page = visit(path, javascript=False).page
    for figure in page.locator("figure.chart").all():
        assert figure.locator(".static > svg").is_visible()
        assert any(text.strip() for text in figure.locator("svg text").all_text_contents())


def check_links(folder: Path, visit: Callable[..., Any]) -> None:
    """The index leads to every page, and no link between files leads nowhere."""
    listed = set()
    for path in sorted(folder.glob("**/*.html")):
        page = visit(path, javascript=False).page
        ids = set(page.locator("[id]").evaluate_all("all => all.map(e => e.id)"))
        for href in page.locator("a[href]").evaluate_all(
            "all => all.map(a => a.getAttribute('href'))"
        ):
            if href.startswith("#"):
                assert unquote(href[1:]) in ids, f"{path.name}: {href}"
            elif not href.startswith(("http:", "https:", "data:", "mailto:")):
                target = (path.parent / unquote(href.partition("#")[0])).resolve()
                assert target.is_file(), f"{path.name}: {href}"
                if path == folder / "index.html":
                    listed.add(target)
    pages = {path.resolve() for path in folder.glob("**/*.html")} - {
        (folder / "index.html").resolve()
    }
    assert pages <= listed


def test_there_are_reports_and_the_index_leads_to_each(visit: Callable[..., Any]) -> None:
    if not PAGES:
        pytest.fail("there is no report to look at: run `make report` first")
    check_links(REPORTS, visit)


@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(REPORTS)) for path in PAGES])
def test_report(visit: Callable[..., Any], path: Path) -> None:
    check_page(visit, path)
    check_page_without_javascript(visit, path)


def test_index_of_the_sample(visit: Callable[..., Any], site: Path) -> None:
    check_page(visit, site / "index.html")
    check_links(site, visit)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sample(visit: Callable[..., Any], site: Path, lang: str) -> None:
    path = site / "sample" / f"{lang}.html"
    check_page(visit, path)
    check_page_without_javascript(visit, path)


def test_the_interactive_chart_answers(visit: Callable[..., Any], site: Path) -> None:
    """Under the page's policy: expressions are interpreted, not evaluated."""
    page = visit(site / "sample" / "zh.html").page
    first = page.locator("figure.chart").first
    first.locator(".live .mark-rect path").nth(7).hover()
    assert page.locator("#vg-tooltip-element.visible").inner_text().split() == ["solved", "7"]
    assert "‘7月" in first.locator("svg text").all_text_contents()


def test_a_chart_that_fails_leaves_the_static_one_and_says_so(
    visit: Callable[..., Any], site: Path
) -> None:
    """As with an older Vega: the specification is one that the browser's library cannot read."""
    whole = (site / "sample" / "en.html").read_text(encoding="utf-8")
    broken = site.parent / "broken.html"
    broken.write_text(whole.replace('"mark":{"', '"mark":{"typo":{},"no":"', 1), encoding="utf-8")
    seen = visit(broken)
    first, second = seen.page.locator("figure.chart").all()
    assert first.locator(".static > svg").is_visible()
    assert first.locator(".live").count() == 0
    assert second.locator(".live > svg").is_visible()
    assert any("_chart-1: the static chart stays" in line for line in seen.complaints)


def test_a_smuggled_script_does_not_run(visit: Callable[..., Any], site: Path) -> None:
    whole = (site / "sample" / "en.html").read_text(encoding="utf-8")
    attack = (
        "<script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">"
    )
    smuggled = site.parent / "smuggled.html"
    smuggled.write_text(whole.replace("<footer>", f"{attack}<footer>"), encoding="utf-8")
    seen = visit(smuggled)
    assert seen.page.title() == "Is fraud falling?"
    assert seen.requests == []


def test_a_wide_table_scrolls_in_its_own_box(visit: Callable[..., Any], site: Path) -> None:
    page = visit(site / "sample" / "zh.html").page
    page.set_viewport_size({"width": 390, "height": 900})
    scrolls = page.locator(".output .scroll").evaluate_all(
        "boxes => boxes.map(box => box.scrollWidth > box.clientWidth)"
    )
    assert scrolls == [True]


def test_on_paper_nothing_is_cut_or_folded(visit: Callable[..., Any], site: Path) -> None:
    page = visit(site / "sample" / "zh.html").page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 665, "height": 900})  # A4 without its margins
    assert not page.locator("details.code").first.is_visible()
    assert page.locator("section.error pre").is_visible()
    for svg in page.locator("figure.chart .live > svg").all():
        box = svg.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 665
