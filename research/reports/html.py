"""An executed notebook → one self-contained HTML page.

Everything here goes through nbconvert's own seams: a template folder, preprocessors, filters.
Running notebooks, choosing parameters and writing files do not belong here; nor does what a
chart or a table looks like inside: that is settled where it is made.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

import vl_convert
from jinja2 import pass_context
from jinja2.runtime import Context
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from mistune import BlockParser, InlineParser
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets.config import Config

from research.lang import Lang, remarks
from research.reports.index import TEMPLATES, short_paths
from research.reports.run import assignments
from research.reports.still import still

LABELS: dict[str, dict[str, str]] = json.loads(
    (TEMPLATES / "report" / "labels.json").read_text(encoding="utf-8")
)
PARAMETER_TAGS = {"parameters", "injected-parameters"}
# For charts that say nothing of their own; the page itself has its fonts in report.css.
CJK = "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
CHART_CONFIG = {"font": CJK, "timeFormat": "%Y-%m-%d"}
for _prefix, _space in {"": "2000/svg", "xlink": "1999/xlink"}.items():
    ET.register_namespace(_prefix, f"http://www.w3.org/{_space}")

# Altair 6 writes v6.json where the convention, and Altair 5, say v5+json.
VEGA_LITE = re.compile(r"application/vnd\.vegalite\.v\d+[+.]json")
CHART = "application/vnd.fanzha.chart+json"  # a drawn chart on its way to the template
SHOWN = (CHART, "text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg")


def render(
    notebook: NotebookNode,
    *,
    lang: str,
    home: str | None = "../index.html",
    files: Mapping[str, str] = {},
) -> str:
    """One executed notebook (nbformat 4) as one HTML page that needs no other file.

    `lang` is "zh" or "en": cells tagged with the other one are left out. `home` is the link back to
    the index, `files` maps a label to a relative link shown in the footer. Same input, same text.

    Raises ValueError for another language, a chart that Vega-Lite cannot draw or whose data is not
    in it, and an HTML output that brings a script.

    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> page = render(new_notebook(cells=[new_markdown_cell("# Is it falling?")]), lang="en")
    >>> "<title>Is it falling?</title>" in page, "<script" in page
    (True, False)
    """
    if lang not in LABELS:
        raise ValueError(f"lang is {lang!r}; a report is written in one of {', '.join(LABELS)}")
    resources = {
        "lang": lang,
        "labels": LABELS[lang],
        "home": home,
        "files": dict(files),
        "parameters": list(_parameters(notebook, remarks(cast("Lang", lang)))),
        "vega_options": _embedded(_vega_options(lang)),
        "page": {"title": "", "headings": [], "ids": set(), "charts": 0, "errors": []},
    }
    page, _ = _exporter(lang).from_notebook_node(notebook, resources)
    return str(page)


class ReportExporter(HTMLExporter):
    """nbconvert's HTML exporter with the report's own way of reading Markdown."""

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Without nbconvert's last step: parsing the page to add English words to its images."""
        lexer = nb.metadata.get("language_info", {}).get("pygments_lexer")
        code = Highlight2HTML(pygments_lexer=lexer, parent=self)
        self.register_filter("highlight_code", code)
        return TemplateExporter.from_notebook_node(self, nb, self._init_resources(resources), **kw)

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        renderer = Prose(context["resources"], context.get("cell", {}))
        # The plain parsers: nothing here sets formulas, and a lone $ in prose means dollars.
        inline = InlineParser(hard_wrap=False)
        return MarkdownWithMath(renderer, block=BlockParser(), inline=inline).render(source)


class Prose(IPythonRenderer):
    """Markdown → HTML that notes its headings on the page being made."""

    def __init__(self, resources: Mapping[str, Any], cell: Mapping[str, Any]) -> None:
        super().__init__(escape=False, attachments=cell.get("attachments"))
        self.page = resources["page"]
        self.labels = resources["labels"]

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        if level == 1 and not self.page["title"]:
            self.page["title"] = text
            return ""  # the template sets it, above the contents list
        words = Markup(text).striptags()
        anchor = _anchor(words, self.page["ids"])
        if level in (2, 3):
            self.page["headings"].append({"level": level, "id": anchor, "words": words})
        return f'<h{level} id="{anchor}">{text}</h{level}>\n'

    def table(self, text: str) -> str:
        box = f'class="scroll" tabindex="0" role="region" aria-label="{self.labels["table"]}"'
        return f"<div {box}><table>\n{text}</table></div>\n"


class Charts(Preprocessor):
    """Draws each Vega-Lite output, and refuses HTML that would need a script to make sense."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        nb, resources = super().preprocess(nb, resources)
        if resources["page"]["charts"]:
            resources["script"] = _script()
            digest = hashlib.sha256(resources["script"].encode()).digest()
            resources["script_digest"] = base64.b64encode(digest).decode()
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        page = resources["page"]
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if mime := next(filter(VEGA_LITE.fullmatch, data), None):
                page["charts"] += 1
                data[CHART] = _chart(data.pop(mime), page["charts"], resources["lang"])
            elif "<script" in data.get("text/html", "").lower():
                raise ValueError(
                    f"cell [{cell.execution_count}] shows HTML with a script, which a report never"
                    ' runs; for an Altair chart call alt.renderers.enable("mimetype") first'
                )
        return cell, resources


@cache  # its templates are compiled once a process
def _exporter(lang: str) -> ReportExporter:
    config = Config()
    # Papermill's own red notices go too: the page says it itself, in its language.
    others = {"papermill-error-cell-tag", *(other for other in LABELS if other != lang)}
    config.TagRemovePreprocessor.remove_cell_tags = others
    config.TagRemovePreprocessor.remove_input_tags = {"hide", *PARAMETER_TAGS}
    config.NbConvertBase.display_data_priority = [*SHOWN, "text/plain"]
    return ReportExporter(
        config=config,
        extra_template_basedirs=[str(TEMPLATES)],
        template_name="report",
        filters={"short_paths": short_paths},
        preprocessors=[Charts],
        optimistic_validation=True,  # v6.json is no valid mime type for an object until Charts ran
    )


def _chart(spec: Mapping[str, Any], number: int, lang: str) -> dict[str, Any]:
    """What the template needs of one chart: its name, the static drawing, the spec to embed."""
    name = " ".join(dict.fromkeys(_titles(spec))) or f"{LABELS[lang]['chart']} {number}"
    spec = {**spec, "description": spec.get("description") or name}
    spec.pop("usermeta", None)  # vega-embed would take options from it
    spec.pop("$schema", None)  # names a version for JupyterLab; the one that travels here draws it
    options = _vega_options(lang)
    locale = {"time": options["timeFormatLocale"]} if "timeFormatLocale" in options else {}
    try:
        text = still(spec, options["config"], locale)
    except ValueError as reason:
        raise ValueError(f"chart {number} ({name}) cannot be drawn: {reason}") from reason
    svg = ET.fromstring(text)
    svg.attrib |= {"role": "graphics-document", "aria-label": spec["description"]}
    _number_ids(svg, f"_chart-{number}")
    return {
        "id": f"_chart-{number}",
        "name": name,
        "width": round(float(svg.attrib["width"])),
        "svg": ET.tostring(svg, encoding="unicode"),
        "spec": _embedded(spec),
    }


def _number_ids(svg: ET.Element, prefix: str) -> None:
    """Vega counts clips and gradients on from drawing to drawing: count anew, apart by chart."""
    named = [element for element in svg.iter() if "id" in element.attrib]
    new = {element.attrib["id"]: f"{prefix}-{n}" for n, element in enumerate(named, 1)}
    for element in svg.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, new[value])
            elif found := re.fullmatch(r"url\(#(.+)\)", value):
                element.set(key, f"url(#{new[found[1]]})")


def _titles(part: Any) -> list[str]:
    """The words of the outermost title: a string, lines, {text, subtitle}, or one further in."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, list):
        return [word for line in part for word in _titles(line)]
    if not isinstance(part, Mapping):
        return []
    if "text" in part:
        return _titles([part["text"], part.get("subtitle")])
    inner = ("title", "spec", "layer", "concat", "hconcat", "vconcat")
    found = (_titles(part[key]) for key in inner if key in part)
    return next(filter(None, found), [])


def _vega_options(lang: str) -> dict[str, Any]:
    """What the static and the interactive drawing have in common (vega-embed's names)."""
    options: dict[str, Any] = {"config": CHART_CONFIG}
    if lang == "zh":
        months = [f"{month}月" for month in range(1, 13)]
        chinese = vl_convert.get_time_format_locale("zh-CN")
        options["timeFormatLocale"] = chinese | {"months": months, "shortMonths": months}
    return options


@cache
def _script() -> str:
    """charts.js with the Vega libraries that it calls, as one module."""
    return vl_convert.javascript_bundle(
        (TEMPLATES / "report" / "charts.js").read_text(encoding="utf-8")
    )


def _embedded(value: Any) -> str:
    """JSON that can stand inside a script element: no <, no line separator of JavaScript's own."""
    text = htmlsafe_json_dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(text).replace("\u2028", r"\u2028").replace("\u2029", r"\u2029")


def _anchor(words: str, taken: set[str]) -> str:
    """An id for a heading; none begins with _, which the template keeps for its own."""
    base = re.sub(r"\W+", "-", words.lower()).strip("-_") or "section"
    anchor, n = base, 1
    while anchor in taken:
        n += 1
        anchor = f"{base}-{n}"
    taken.add(anchor)
    return anchor


def _parameters(notebook: NotebookNode, said: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Rows of the parameter table: papermill's values over the defaults, with their comments.

    `said` maps a comment to what it is in the language of the page.
    """
    values: dict[str, Any] = {}
    meanings: dict[str, str] = {}
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            for name, value, comment in assignments(cell.source):
                values[name], meanings[name] = value, comment
    values |= notebook.metadata.get("papermill", {}).get("parameters", {})
    for name, value in values.items():
        meaning = meanings.get(name, "")
        yield {"name": name, "value": _shown(value), "meaning": said.get(meaning, meaning)}


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    return ", ".join(map(_shown, value)) if isinstance(value, list | tuple) else str(value)
