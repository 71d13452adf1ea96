"""Importing is light, works from anywhere, and runs one way through the library."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

import research as rs

LIBRARY = Path(rs.__file__).parent
NOTEBOOKS = sorted((LIBRARY.parent / "notebooks").glob("*.ipynb"))
# What each part may not import: record → loaders, metrics → charts → findings → reports → cli.
FORBIDDEN = {
    "record": {"loaders", "metrics", "charts", "findings", "reports", "cli"},
    "loaders": {"charts", "findings", "reports", "cli"},
    "metrics": {"charts", "findings", "reports", "cli"},
    "charts": {"findings", "reports", "cli"},
    "findings": {"reports", "cli"},
    "reports": {"cli"},
    "lang": {"record", "loaders", "metrics", "charts", "findings", "reports", "cli"},
    "files": {"lang", "record", "loaders", "metrics", "charts", "findings", "reports", "cli"},
}
# dataframely imports the bare package of pydantic by itself; its models are what takes time.
HEAVY = {
    "py_mini_racer",
    "altair",
    "papermill",
    "pydantic.main",
    "great_tables",
    "nbconvert",
    "vl_convert",
}


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module or name that code imports, in full, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(name: str) -> str:
    """The part of the library that an import reaches: `research.record.printed` is in record."""
    return name.split(".")[1] if name.startswith("research.") else ""


def python(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
        env=os.environ | {"PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_loading_and_showing_the_record_imports_nothing_heavy(tmp_path: Path) -> None:
    code = "import research as rs, sys; print(rs.load()); print(sorted(sys.modules))"
    shown, _, modules = python("-c", code, cwd=tmp_path).rstrip().rpartition("\n")
    assert "fanzha record" in shown
    loaded = set(ast.literal_eval(modules))
    assert {"polars", "research.record.record"} <= loaded
    assert not loaded & HEAVY


def test_what_is_loaded_later_is_loaded_when_asked_for(tmp_path: Path) -> None:
    code = (
        "import research as rs, sys\n"
        "assert 'altair' not in sys.modules\n"
        "print(callable(rs.chart.windows))\n"
        "assert 'altair' in sys.modules\n"
    )
    assert python("-c", code, cwd=tmp_path).strip() == "True"


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'research' has no attribute 'nothing'"):
        _ = rs.nothing


def test_the_public_names_of_the_design_are_there() -> None:
    for name in ("load", "Record", "compute", "board", "metrics", "Interval", "printed_interval"):
        assert hasattr(rs, name)


@pytest.mark.parametrize("room", FORBIDDEN)
def test_imports_run_one_way(room: str) -> None:
    place = LIBRARY / room
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    for path in [p for p in files if p.exists()]:
        reached = {part(name) for name in imported(ast.parse(path.read_text(encoding="utf-8")))}
        assert reached.isdisjoint(FORBIDDEN[room]), path


def test_every_part_of_the_library_has_its_place_in_the_order() -> None:
    rooms = {p.stem for p in LIBRARY.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert rooms - {"__init__", "cli", "__main__"} <= FORBIDDEN.keys()


def test_nothing_reaches_another_part_by_its_name_as_text() -> None:
    """`import_module` would go round the order; only the package itself loads parts later."""
    for path in sorted(LIBRARY.rglob("*.py")):
        if path != LIBRARY / "__init__.py":
            assert "import_module" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_imports_the_public_names_only(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    for cell in [cell for cell in cells if cell.cell_type == "code"]:
        tree = ast.parse(cell.source)
        assert set(imported(tree)) <= {"research", "polars"}
        names = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        assert names <= {"rs", "pl"}


def test_there_are_notebooks() -> None:
    assert {path.stem for path in NOTEBOOKS} >= {"scoreboard", "trend"}
