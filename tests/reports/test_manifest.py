"""The manifest is read back by the standard's own library, and every digest is of the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rocrate.rocrate import ROCrate

from research.reports.inputs import Inputs, digest
from research.reports.manifest import write_manifest, write_timings
from research.reports.run import Run
from research.reports.shelf import Shelf

MADE = Inputs(
    notebook=digest(b"notebook"),
    parameters={"indicator": "cases_solved", "lang": "zh", "source": ["a", "b"]},
    code={"lang.py": digest(b"code")},
    libraries={"polars": "2.1.0", "python": "3.11.7"},
    record={"observations": digest(b"rows")},
)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    found = Shelf(tmp_path)
    for name in ("solved", "filed"):
        page = f"<title>{name} 在下降吗</title>"
        found.put(Run("trend", name, {}), '{"metadata": {}}', page, MADE)
    found.put_failure(Run("trend", "wrong", {}), "unknown indicator", {})
    return found


def test_every_run_states_its_inputs_its_software_and_its_results(shelf: Shelf) -> None:
    write_manifest(shelf)
    crate = ROCrate(shelf.folder)
    assert crate.root_dataset["conformsTo"].id == "https://w3id.org/ro/wfrun/process/0.5"
    actions = crate.root_dataset["mentions"]
    assert [action["name"] for action in actions] == ["trend/filed", "trend/solved"]
    (solved,) = [action for action in actions if action["name"] == "trend/solved"]
    assert solved.type == "CreateAction"
    assert solved["instrument"]["identifier"] == f"sha256:{MADE.notebook}"
    software = {e["name"]: e["version"] for e in solved["instrument"]["softwareRequirements"]}
    assert software["polars"] == "2.1.0"
    assert software["python"] == "3.11.7"
    assert "fanzha" in software
    given = {e["name"]: json.loads(e["value"]) for e in solved["object"] if "value" in e}
    assert given == dict(MADE.parameters)
    (record,) = [entity for entity in solved["object"] if entity.type == "Dataset"]
    assert record["identifier"] == [f"observations sha256:{digest(b'rows')}"]


def test_results_are_files_of_the_crate_with_their_digests(shelf: Shelf) -> None:
    write_manifest(shelf)
    crate = ROCrate(shelf.folder)
    files = {entity.id: entity for entity in crate.root_dataset["hasPart"]}
    assert set(files) == {
        f"trend/{n}.{end}" for n in ("solved", "filed") for end in ("html", "ipynb")
    }
    for name, entity in files.items():
        assert entity["identifier"] == f"sha256:{digest((shelf.folder / name).read_bytes())}"
    results = {e.id for action in crate.root_dataset["mentions"] for e in action["result"]}
    assert results == set(files)


def test_the_same_reports_have_the_same_manifest_and_timings_stand_apart(shelf: Shelf) -> None:
    first = write_manifest(shelf).read_bytes()
    write_timings(shelf, {"trend/solved": {"seconds": 1.5, "cells": [0.5]}})
    write_timings(shelf, {"trend/filed": {"seconds": 2.5, "cells": [1.5]}})
    assert write_manifest(shelf).read_bytes() == first
    assert b"seconds" not in first
    noted = json.loads((shelf.folder / "timings.json").read_text(encoding="utf-8"))
    assert {title: about["seconds"] for title, about in noted.items()} == {
        "trend/filed": 2.5,
        "trend/solved": 1.5,
    }
