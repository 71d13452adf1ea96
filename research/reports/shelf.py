"""The folder of finished reports: what stands there, whether it is whole, and its index.

Beside each report lies a card, `<name>.json`, written last: a report without its card, or with
other bytes than the card says, does not count as done.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from research.files import replace_with
from research.reports.index import ORDER, Entry, render_index
from research.reports.inputs import Inputs, digest
from research.reports.run import Project, Run

Card = dict[str, Any]


@dataclass(frozen=True)
class Shelf:
    """A folder of reports: `<notebook>/<name>.html`, `.ipynb`, `.json`, and the index."""

    folder: Path

    def path(self, title: str, ending: str) -> Path:
        """A file of one report."""
        return self.folder / f"{title}{ending}"

    def card(self, title: str) -> Card | None:
        """What was noted when the report was made; None where it must be made (again)."""
        card = _read(self.path(title, ".json"))
        if card is None or any(
            not (path := self.path(title, ending)).is_file() or digest(path.read_bytes()) != known
            for ending, known in card["outputs"].items()
        ):
            return None
        return card

    def put(self, run: Run, notebook: str, page: str, inputs: Inputs) -> Path:
        """Keep a finished report; a failure noted before is gone. Returns the page's path."""
        outputs = {".ipynb": notebook, ".html": page}
        for ending, text in outputs.items():
            _write(self.path(run.title, ending), text)
        head = page[:4096].partition("<title>")[2].partition("</title>")[0]
        about = {
            "title": html.unescape(head),
            "question": json.loads(notebook)["metadata"].get("fanzha", {}).get("question", {}),
            "outputs": {ending: digest(text.encode()) for ending, text in outputs.items()},
        }
        self.note(run, inputs, about)
        for ending in (".failed.ipynb", ".failed.json"):
            self.path(run.title, ending).unlink(missing_ok=True)
        return self.path(run.title, ".html")

    def note(self, run: Run, inputs: Inputs, about: Mapping[str, Any]) -> None:
        """Write the card of a report: from which inputs it was made."""
        noted = {key: about[key] for key in ("title", "question", "outputs")}
        file = run.file.as_posix() if run.file else None
        card = {**noted, "file": file, "overrides": dict(run.parameters), "inputs": dict(inputs)}
        _write(self.path(run.title, ".json"), _json(card))

    def put_failure(
        self, run: Run, error: str, parameters: Mapping[str, Any], notebook: str = ""
    ) -> None:
        """Keep why a run failed, and its notebook as far as it got; an earlier report stays."""
        if notebook:
            _write(self.path(run.title, ".failed.ipynb"), notebook)
        file = run.file.as_posix() if run.file else None
        failure = {"error": error, "file": file, "parameters": dict(parameters)}
        _write(self.path(run.title, ".failed.json"), _json(failure))

    def cards(self) -> Iterator[tuple[str, Card]]:
        """Title and card of every report and failure in the folder, notebook by notebook."""
        place = {notebook: n for n, notebook in enumerate(ORDER)}
        for path in sorted(
            self.folder.glob("*/*.json"),
            key=lambda p: (place.get(p.parent.name, len(place)), p.parent.name, p.stem),
        ):
            if (card := _read(path)) is not None:
                yield f"{path.parent.name}/{path.name.removesuffix('.json')}", card

    def runs(self, project: Project) -> Iterator[Run]:
        """The runs that made the reports of the folder, those of overrides among them."""
        for title, card in self.cards():
            if "inputs" in card and not _orphan(card, project):
                notebook, name = title.split("/", 1)
                file = Path(card["file"]) if card["file"] else None
                yield Run(notebook, name, card["overrides"], file)

    def write_index(self, project: Project) -> Path:
        """`index.html` over all that stands in the folder and whose parameter file is still there.

        Left alone where it would not change.
        """
        cards = [(title, card) for title, card in self.cards() if not _orphan(card, project)]
        text = render_index(self._entry(title, card) for title, card in cards)
        index = self.folder / "index.html"
        if not index.is_file() or index.read_text(encoding="utf-8") != text:
            _write(index, text)
        return index

    def _entry(self, title: str, card: Card) -> Entry:
        failed = "error" in card
        notebook, name = title.removesuffix(".failed").split("/", 1)
        given = card["parameters"] if failed else card["inputs"]["parameters"]
        kept = [end for end in (".ipynb",) if self.path(title, end).is_file()]
        return Entry(
            notebook=notebook,
            name=name,
            title=name if failed else card["title"],
            lang=str(given.get("lang", "zh")),
            href=None if failed else f"{title}.html",
            status="failed" if failed else "ok",
            error=card.get("error", ""),
            parameters={key: value for key, value in given.items() if value is not None},
            question=card.get("question", {}),
            files={end[1:]: f"{title}{end}" for end in kept},
        )


def _orphan(card: Card, project: Project) -> bool:
    """Whether its parameter file is gone: the report stays in the folder but not on the index."""
    return card["file"] is not None and not (project.root / card["file"]).is_file()


def _read(path: Path) -> Card | None:
    """A card; None where there is none or it is not whole."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "file" in found else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _write(path: Path, text: str) -> None:
    replace_with(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
