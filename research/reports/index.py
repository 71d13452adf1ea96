"""The list of reports as a page. A page of a report itself is `html.py`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

TEMPLATES = Path(__file__).parent / "template"
ORDER = (
    "scoreboard",
    "lane",
    "trend",
    "check",
    "regions",
    "operations",
    "comparators",
    "register",
    "quality",
)
"""Notebooks from the whole to its parts; any other comes after them."""


@dataclass(frozen=True)
class Entry:
    """One line of the index: a run of `notebook` under `name`, in one language."""

    notebook: str
    name: str
    title: str
    lang: str
    href: str | None
    status: str = "ok"
    error: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    question: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def render_index(entries: Iterable[Entry | Mapping[str, Any]]) -> str:
    """The page that lists the reports, grouped by notebook in the order given, in both languages.

    An entry is an `Entry`, or a mapping with its fields.

    >>> page = render_index([Entry("trend", "solved", "Is it falling?", "en", "trend/solved.html")])
    >>> 'href="trend/solved.html"' in page
    True
    """
    groups: dict[str, list[Entry]] = {}
    for item in entries:
        entry = item if isinstance(item, Entry) else Entry(**item)
        groups.setdefault(entry.notebook, []).append(entry)
    page = Environment(loader=FileSystemLoader(TEMPLATES / "report"), autoescape=False)
    page.filters["short_paths"] = short_paths
    css, _, _ = page.loader.get_source(page, "report.css")  # type: ignore[union-attr]
    return page.get_template("reports.html.j2").render(groups=groups, css=css)


def short_paths(text: str) -> str:
    """Only the file's name of each absolute path: where it lay is nobody's business."""
    return re.sub(r"(?<![\w:/.~])(?:~|[A-Za-z]:)?[/\\](?:[^\s:'\"]*[/\\])(?=[^\s/\\])", "", text)
