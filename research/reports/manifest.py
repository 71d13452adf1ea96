"""The manifest of a folder of reports: an RO-Crate that says what was made, from what, with what.

The profile is Process Run Crate: each run is a `CreateAction` whose instrument is a notebook. How
long runs took stands apart, in `timings.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from research.files import replace_with
from research.reports.batch import MANIFEST
from research.reports.inputs import digest
from research.reports.shelf import Card, Shelf

PROFILE = {
    "@id": "https://w3id.org/ro/wfrun/process/0.5",
    "@type": "CreativeWork",
    "name": "Process Run Crate",
    "version": "0.5",
}
LICENCE = {
    "@id": "https://creativecommons.org/licenses/by/4.0/",
    "@type": "CreativeWork",
    "name": "Creative Commons Attribution 4.0 International",
}
_MIME = {".html": "text/html", ".ipynb": "application/x-ipynb+json"}
_Entity = dict[str, Any]


def write_manifest(shelf: Shelf) -> Path:
    """Write `ro-crate-metadata.json` over all reports on the shelf. Returns its path."""
    crate, about = ROCrate(), metadata("fanzha")
    root = crate.root_dataset
    root["name"] = f"Reports of fanzha {about['Version']}"
    root["description"] = str(about["Summary"])
    root["license"], root["conformsTo"] = _reference(LICENCE), _reference(PROFILE)
    root["datePublished"] = datetime.now(UTC).date().isoformat()
    entities, actions = {e["@id"]: e for e in (PROFILE, LICENCE)}, list[_Entity]()
    for title, card in shelf.cards():
        if "inputs" in card:
            *about_run, action = _run(title, card)
            entities |= {entity["@id"]: entity for entity in about_run}
            actions.append(action)
            for file in action["result"]:
                crate.add_file(dest_path=file["@id"], properties=entities.pop(file["@id"]))
    root["mentions"] = [_reference(action) for action in actions]
    for entity in [*entities.values(), *actions]:
        rest = {key: value for key, value in entity.items() if key != "@id"}
        crate.add(ContextEntity(crate, entity["@id"], rest))
    text = json.dumps(crate.metadata.generate(), ensure_ascii=False, indent=1) + "\n"
    path = shelf.folder / MANIFEST
    replace_with(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
    return path


def _reference(entity: Mapping[str, Any]) -> dict[str, str]:
    return {"@id": entity["@id"]}


def _run(title: str, card: Card) -> Iterator[_Entity]:
    """One run: software, notebook, record, parameters, results, and last the action itself."""
    made = card["inputs"]
    software, name = list(_software(made)), title.partition("/")[0]
    notebook = {
        "@id": f"#notebook/{name}/{made['notebook']}",
        "@type": ["SoftwareSourceCode", "SoftwareApplication"],
        "name": f"{name}.ipynb",
        "identifier": f"sha256:{made['notebook']}",
        "encodingFormat": _MIME[".ipynb"],
        "softwareRequirements": [_reference(entity) for entity in software],
    }
    record = {
        "@id": f"#record/{_whole(made['record'])}",
        "@type": "Dataset",
        "name": "rows of the record that the run can reach",
        "identifier": [f"{table} sha256:{known}" for table, known in made["record"].items()],
    }
    parameters = [
        {
            "@id": f"#parameter/{title}/{name}",
            "@type": "PropertyValue",
            "name": name,
            "value": json.dumps(value, ensure_ascii=False),
        }
        for name, value in made["parameters"].items()
    ]
    results = [
        {
            "@id": f"{title}{ending}",
            "name": card["title"],
            "encodingFormat": _MIME[ending],
            "identifier": f"sha256:{known}",
        }
        for ending, known in card["outputs"].items()
    ]
    yield from [*software, notebook, record, *parameters, *results]
    yield {
        "@id": f"#run/{title}",
        "@type": "CreateAction",
        "name": title,
        "instrument": _reference(notebook),
        "object": [_reference(entity) for entity in (record, *parameters)],
        "result": [_reference(entity) for entity in results],
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
    }


def _software(made: Mapping[str, Any]) -> Iterator[_Entity]:
    """This package by its code, and every library by its version."""
    code = _whole(made["code"])
    yield {
        "@id": f"#software/fanzha/{code}",
        "@type": "SoftwareApplication",
        "name": "fanzha",
        "version": metadata("fanzha")["Version"],
        "identifier": f"sha256:{code}",
    }
    for name, version in made["libraries"].items():
        yield {
            "@id": f"#software/{name}/{version}",
            "@type": "SoftwareApplication",
            "name": name,
            "version": version,
        }


def _whole(parts: Mapping[str, str] | Sequence[str]) -> str:
    """One digest of many."""
    return digest(json.dumps(parts, sort_keys=True).encode())


def write_timings(shelf: Shelf, seconds: Mapping[str, Mapping[str, Any]]) -> Path:
    """Lay the timings of runs over those of earlier ones in `timings.json`. Returns its path."""
    path = shelf.folder / "timings.json"
    earlier = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    text = json.dumps({**earlier, **seconds}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    replace_with(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
    return path
