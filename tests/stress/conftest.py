"""A checkout of small notebooks, and `fanzha` called on it as a program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

FANZHA = Path(sys.executable).with_name("fanzha")
CELLS = [
    new_code_cell('lang = "zh"\nend = None\ngeo = "CN"', metadata={"tags": ["parameters"]}),
    new_markdown_cell("# Board"),
    new_code_cell('if geo == "110000":\n    raise ValueError("no board for Beijing")'),
    new_code_cell('if geo == "120000":\n    import os\n    os.kill(os.getpid(), 9)'),
    new_code_cell('if geo == "130000":\n    import time\n    time.sleep(600)'),
    new_code_cell('import time\ntime.sleep(0.2)\nprint("x" * 20_000, geo)'),
]
Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Twelve good runs of a small board, a little slow, with pages of some size."""
    root = tmp_path / "checkout"
    (root / "notebooks").mkdir(parents=True)
    metadata = {"language_info": {"name": "python"}}
    nbformat.write(
        new_notebook(cells=CELLS, metadata=metadata), root / "notebooks" / "scoreboard.ipynb"
    )
    for n in range(12):
        add(root, f"{n:02}", "CN")
    return root


def add(root: Path, name: str, geo: str) -> None:
    path = root / "params" / "scoreboard" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"end: 2022-12-31\ngeo: '{geo}'\n", encoding="utf-8")


def start(root: Path, *arguments: str) -> subprocess.Popen[str]:
    """`fanzha run` on its way, in a session of its own."""
    return subprocess.Popen(
        [str(FANZHA), "run", "-j", "2", *arguments],
        cwd=root,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run(root: Path, *arguments: str) -> tuple[int, str]:
    """`fanzha run` to its end: status and what it said."""
    process = start(root, *arguments)
    said, _ = process.communicate(timeout=240)
    return process.returncode, said


def whole(folder: Path) -> list[str]:
    """Names of the finished reports; each must be whole, and nothing half-written lie about."""
    found = []
    for card in sorted(folder.glob("*/*.json")):
        about = json.loads(card.read_text(encoding="utf-8"))
        if "error" not in about:
            page, notebook = card.with_suffix(".html"), card.with_suffix(".ipynb")
            assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
            nbformat.validate(nbformat.read(notebook, as_version=4))
            found.append(card.stem)
    left = {p.name for p in folder.rglob("tmp*")}
    assert left == set()
    return found
