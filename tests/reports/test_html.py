"""The HTML of a report and of the index, without a browser; tests/browser looks at it drawn."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import altair as alt
import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from research.reports.html import render
from research.reports.index import render_index

NASTY = '破案 </script><!-- <script>alert("1")</script> \u2028 & 39.4万'


def markdown(source: str, *tags: str) -> nbformat.NotebookNode:
    return new_markdown_cell(source, metadata={"tags": list(tags)})


def code(source: str, *outputs: nbformat.NotebookNode, tags: tuple[str, ...] = ()) -> Any:
    cell = new_code_cell(source, execution_count=1, metadata={"tags": list(tags)})
    cell.outputs = list(outputs)
    return cell


def shown(**data: Any) -> nbformat.NotebookNode:
    """An output of one mime type, written with __ for / and no further ado."""
    mime = {name.replace("__", "/"): value for name, value in data.items()}
    return new_output("display_data", data=mime)


def chart(title: Any = "图", mime: str = "application/vnd.vegalite.v6+json", **mark: Any) -> Any:
    values = [{"x": "甲", "y": 1}, {"x": "乙", "y": 2}]
    spec = alt.Chart(alt.Data(values=values), title=title).mark_bar(clip=True, **mark)
    spec = spec.encode(x="x:N", y="y:Q").to_dict()
    return nbformat.from_dict(
        {"output_type": "display_data", "metadata": {}, "data": {mime: spec, "text/plain": "x"}}
    )


def soup(*cells: nbformat.NotebookNode, lang: str = "zh", **options: Any) -> BeautifulSoup:
    notebook = new_notebook()
    notebook.cells = list(cells)  # not handed over above: it would be validated
    return BeautifulSoup(render(notebook, lang=lang, **options), "html.parser")


def test_only_the_cells_of_the_language_are_kept() -> None:
    cells = [markdown("# 标题", "zh"), markdown("# Title", "en"), markdown("both")]
    zh, en = soup(*cells, lang="zh"), soup(*cells, lang="en")
    assert (zh.html["lang"], zh.title.text, zh.h1.text) == ("zh-Hans", "标题", "标题")
    assert (en.html["lang"], en.title.text, en.h1.text) == ("en", "Title", "Title")
    assert "both" in zh.main.text
    assert "both" in en.main.text
    assert "Title" not in zh.text
    assert "标题" not in en.text


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="one of zh, en"):
        soup(lang="fr")


def test_code_is_folded_or_hidden() -> None:
    page = soup(code("seen = 1"), code("unseen = 2", tags=("hide",)), code(""))
    folded = page.find_all("details", class_="code")
    assert [fold.pre.text.strip() for fold in folded] == ["seen = 1"]
    assert not folded[0].has_attr("open")
    assert folded[0].summary.text == "代码"
    assert "unseen" not in page.text


def test_the_parameters_are_a_table_and_no_code() -> None:
    defaults = 'lang = "zh"  # 语言 · language\nas_of: str | None = None\nfloor = 1 + n'
    notebook = new_notebook(
        cells=[
            code(defaults, tags=("parameters",)),
            code("as_of = '2022-05-11'", tags=("injected-parameters",)),
        ],
        metadata={"papermill": {"parameters": {"as_of": "2022-05-11", "geos": ["CN", "SG"]}}},
    )
    page = BeautifulSoup(render(notebook, lang="en"), "html.parser")
    rows = [[cell.text for cell in row.find_all(["th", "td"])] for row in page.find_all("tr")]
    assert rows == [
        ["Name", "Value", "Meaning"],
        ["lang", "zh", "语言 · language"],
        ["as_of", "2022-05-11", ""],
        ["floor", "1 + n", ""],
        ["geos", "CN, SG", ""],
    ]
    assert not page.find_all("details", class_="code")


def test_every_anchor_is_there_once_and_listed_in_order() -> None:
    page = soup(
        markdown("# 题\n\n## 逐月\n\n### 逐月"),
        code("", shown(text__markdown="## 逐月\n\n## _main\n\n## ？！\n\n#### too deep")),
        code("", chart(), chart()),
    )
    listed = page.find("nav", class_="contents").find_all("a")
    assert [a.text for a in listed] == ["逐月", "逐月", "逐月", "_main", "？！"]
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.find_all("a", href=re.compile("^#"))} <= set(ids)


def test_a_spec_cannot_leave_its_script() -> None:
    page = soup(code("", chart(NASTY)))
    scripts = page.find_all("script")
    assert [script.get("type") for script in scripts] == [
        "application/json",
        "application/json",
        "module",
    ]
    text = page.figure.script.string
    assert json.loads(text)["title"] == NASTY
    assert not set("<>&\u2028") & set(text)
    assert page.figure["aria-label"] == NASTY


def test_the_policy_names_the_one_script() -> None:
    page = soup(code("", chart()))
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    script = page.find("script", type="module").string
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy
    assert "eval" not in policy
    assert "http" not in policy


def test_without_a_chart_no_script_travels() -> None:
    page = render(new_notebook(cells=[markdown("# 题")]), lang="zh")
    assert "<script" not in page
    assert "script-src 'none'" in page
    assert len(page) < 30_000


def test_the_vega_libraries_travel_once() -> None:
    one, three = (render(new_notebook(cells=[code("", *[chart()] * n)]), lang="zh") for n in (1, 3))
    assert len(three) - len(one) < 30_000 < len(one)


def test_charts_in_one_page_share_no_id() -> None:
    gradient = alt.Gradient(
        gradient="linear",
        stops=[alt.GradientStop(color="white", offset=0), alt.GradientStop(color="red", offset=1)],
    )
    page = soup(code("", chart(color=gradient), chart(color=gradient)))
    drawings = page.select(".static > svg")
    ids = [{tag["id"] for tag in drawing.find_all(id=True)} for drawing in drawings]
    assert ids[0]
    assert ids[1]
    assert not ids[0] & ids[1]
    for drawing, own in zip(drawings, ids, strict=True):
        assert set(re.findall(r"url\(#(.+?)\)", str(drawing))) == own


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("破案", "破案"),
        (["破案", "逐月"], "破案 逐月"),
        ({"text": "破案", "subtitle": ["日均"]}, "破案 日均"),
        (alt.Undefined, "图表 1"),
    ],
)
def test_a_chart_has_a_name_and_live_text(title: Any, name: str) -> None:
    page = soup(code("", chart(title)))
    assert page.figure["aria-label"] == page.figure.svg["aria-label"] == name
    assert {"甲", "乙"} <= {text.text for text in page.figure.svg.find_all("text")}
    assert "Noto Sans CJK SC" in page.figure.svg.find("text")["font-family"]


def test_a_layered_chart_is_named_after_the_title_within() -> None:
    layer = alt.Chart(alt.Data(values=[]), title="层").mark_bar()
    page = soup(code("", shown(**{"application__vnd.vegalite.v5+json": (layer + layer).to_dict()})))
    assert page.figure["aria-label"] == "层"


def test_the_mime_type_that_altair_itself_writes() -> None:
    """Altair's own is no valid mime type for an object in a notebook; it must do all the same."""
    page = soup(code("", chart(mime="application/vnd.vegalite.v6.json")))
    assert page.figure.svg


def test_a_chart_must_carry_its_data() -> None:
    spec = alt.Chart("https://example.org/data.csv", title="远").mark_bar().to_dict()
    with pytest.raises(ValueError, match=r"chart 1 \(远\) cannot be drawn: (?s:.*)not allowed"):
        soup(code("", shown(**{"application__vnd.vegalite.v6+json": spec})))


def test_html_that_needs_a_script_is_refused() -> None:
    output = shown(text__html="<div></div><SCRIPT src='https://cdn.example/x.js'></SCRIPT>")
    with pytest.raises(ValueError, match=r"cell \[1\] shows HTML with a script"):
        soup(code("", output))


def test_same_input_same_bytes() -> None:
    notebook = new_notebook(cells=[markdown("# 题\n\n## 一"), code("x", chart(), chart())])
    first = render(notebook, lang="zh", files={"笔记本": "a.ipynb"})
    render(new_notebook(cells=[code("", chart(), chart())]), lang="en")
    assert render(notebook, lang="zh", files={"笔记本": "a.ipynb"}) == first


def test_nothing_is_fetched() -> None:
    cells = [
        markdown("# 题\n\n[源](https://example.org/a)"),
        code("", shown(image__png="AAAA"), chart()),
    ]
    for page in (soup(*cells), BeautifulSoup(render_index(ENTRIES), "html.parser")):
        for tag in page.find_all(["link", "script", "img", "iframe", "source"]):
            assert not re.match("(?!data:)", tag.get("src") or tag.get("href") or "data:")
        for style in page.find_all("style"):
            assert not re.search(r"@import|url\(|https?:", style.string)


def test_an_error_is_clear_and_says_no_machine_path() -> None:
    traceback = ["\x1b[31mKeyError\x1b[0m", "File /opt/env/research/record.py:12, in f"]
    page = soup(
        code(
            "", new_output("stream", name="stderr", text="/tmp/ipykernel_7/1.py:3: Warning: <b>\n")
        ),
        code("", new_output("error", ename="KeyError", evalue="no 'x'", traceback=traceback)),
    )
    box = page.find("section", class_="error")
    assert [p.text for p in box.find_all("p")] == ["出错 KeyError", "no 'x'"]
    assert page.find("p", class_="stopped").a["href"] == f"#{box['id']}"
    assert box.pre.text == "KeyError\nFile record.py:12, in f"
    assert page.find("pre", class_="log").text == "1.py:3: Warning: <b>\n"
    assert "/opt" not in str(page)
    assert "/tmp" not in str(page)


def test_papermills_own_notices_are_left_out() -> None:
    page = soup(markdown("<span>An Exception was encountered</span>", "papermill-error-cell-tag"))
    assert "Exception" not in page.text


def test_other_outputs() -> None:
    page = soup(
        code("", new_output("stream", name="stdout", text="a < b\n")),
        code("", shown(text__html="<table><tr><td>1</td></tr></table>", text__plain="no")),
        code("", shown(text__plain="<Record>")),
        markdown("US$5 and *US$6*\n\n|a|b|\n|-|-|\n|1|2|"),
    )
    assert [pre.text for pre in page.find_all("pre", class_="text")] == ["a < b\n", "<Record>"]
    assert len(page.select(".scroll table")) == 2
    assert page.em.text == "US$6"


def test_links_home_and_to_files() -> None:
    page = soup(files={"笔记本 <1>": "a b.ipynb"}, home="../../index.html")
    assert page.find("nav", class_="home").a["href"] == "../../index.html"
    assert [(a.text, a["href"]) for a in page.footer.find_all("a")] == [("笔记本 <1>", "a b.ipynb")]
    assert not soup(home=None).find("nav", class_="home")


ENTRIES: list[dict[str, Any]] = [
    {
        "notebook": "trend",
        "name": "solved",
        "title": "破案数 <在下降>吗？",
        "lang": "zh",
        "href": "trend/solved.zh.html",
        "parameters": {"lang": "zh", "indicator": "cases_solved", "as_of": None},
        "question": {"zh": "一个指标？", "en": "One indicator?"},
        "files": {"ipynb": "trend/solved.zh.ipynb"},
    },
    {
        "notebook": "check",
        "name": "bulletin",
        "title": "",
        "lang": "en",
        "href": None,
        "status": "failed",
        "error": "KeyError: 'x' in /opt/env/lib/record.py:3",
    },
    {"notebook": "trend", "name": "b", "title": "B", "lang": "en", "href": "trend/b.html"},
]


def test_the_index_groups_by_notebook() -> None:
    page = BeautifulSoup(render_index(ENTRIES), "html.parser")
    assert page.title.text == "报告 · Reports"
    groups = {s.h2.text: [t.text for t in s.select(".title")] for s in page.find_all("section")}
    assert groups == {"trend": ["破案数 <在下降>吗？", "B"], "check": ["bulletin"]}
    assert [a["href"] for a in page.select("a.title")] == ["trend/solved.zh.html", "trend/b.html"]
    assert [m.text for m in page.select("li > .mark")] == ["中文", "English", "English"]
    assert page.find("p", class_="with").text.split() == ["solved", "indicator", "cases_solved"]
    assert page.find("p", class_="why").text == "KeyError: 'x' in record.py:3"
    assert "1 份出错 · 1 failed" in page.find("p", class_="tally").text


def test_an_unknown_field_of_an_entry_is_refused() -> None:
    with pytest.raises(TypeError, match="nam"):
        render_index([{**ENTRIES[0], "nam": 1}])


def test_a_finding_finds_its_cell_where_jupyterlab_finds_it_too() -> None:
    cell = code("1", shown(text__plain="1"))
    cell["id"] = "trend-claims"
    page = soup(markdown("[see](#cell-id=trend-claims)"), cell, code("2"))
    target = page.select_one("main a")["href"].removeprefix("#")
    assert page.find(id=target).pre.text.strip() == "1"
    assert len(page.select("[id^='cell-id=']")) == 1  # nothing to find where nothing is shown
