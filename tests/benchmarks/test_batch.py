"""A batch against the loop that people write: papermill, then nbconvert, one report after another.

Run by name: `.venv/bin/pytest tests/benchmarks/test_batch.py -s`. The loop is timed on a sample of
the parameter files, which is scaled up to all of them; all of `fanzha run` counts, its start too.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from research.reports.run import Project, Run
from tests.benchmarks.test_kernels import CELLS

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SAMPLE, TIMES_AS_FAST, UNCHANGED = 6, 12, 1.5
SMALL, SMALL_TIMES_AS_FAST = 100, 30
PARAMETERS = 'lang = "zh"\nend = None\ngeo = "CN"'


def seconds(*command: str | Path, cwd: Path = ROOT) -> float:
    began = perf_counter()
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr.decode()
    return perf_counter() - began


def looped(run: Run, folder: Path, root: Path = ROOT) -> float:
    """One turn of the loop."""
    executed = folder / f"{run.name}.ipynb"
    source = root / "notebooks" / f"{run.notebook}.ipynb"
    took = seconds(
        BIN / "papermill", source, executed, "-f", str(root / (run.file or "")), "--no-progress-bar"
    )
    return took + seconds(BIN / "jupyter-nbconvert", "--to", "html", executed)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("batch")


def test_all_reports_against_the_loop(reports: Path) -> None:
    runs = Project(ROOT).runs()
    ours = seconds(BIN / "fanzha", "run", "--reports", reports)
    sample = runs[:: len(runs) // SAMPLE][:SAMPLE]
    theirs = sum(looped(run, reports) for run in sample) / len(sample) * len(runs)
    print(
        f"\n{len(runs)} reports: {ours:.1f} s; the loop, by a sample of {len(sample)}: "
        f"{theirs:.0f} s; ratio {theirs / ours:.1f} (asked: {TIMES_AS_FAST})"
    )
    assert theirs >= TIMES_AS_FAST * ours


def test_nothing_to_do_is_done_at_once(reports: Path) -> None:
    took = min(seconds(BIN / "fanzha", "run", "--reports", reports) for _ in range(3))
    print(f"\nnothing changed: {took:.2f} s (asked: under {UNCHANGED} s)")
    assert took < UNCHANGED


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A checkout with a hundred runs of a notebook of eight small cells, four of them charts."""
    cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
    cells += [new_code_cell(source) for source in CELLS]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": spec, "language_info": {"name": "python"}}
    (tmp_path / "notebooks").mkdir()
    notebook = new_notebook(cells=cells, metadata=metadata)
    nbformat.write(notebook, tmp_path / "notebooks" / "scoreboard.ipynb")
    (tmp_path / "params" / "scoreboard").mkdir(parents=True)
    for n in range(SMALL):
        file = tmp_path / "params" / "scoreboard" / f"{n:03}.yaml"
        file.write_text("end: 2022-12-31\n", encoding="utf-8")
    return tmp_path


def test_a_hundred_small_runs_with_their_pages_against_the_loop(small: Path) -> None:
    runs = Project(small).runs()
    assert len(runs) == SMALL
    theirs = sum(looped(run, small, small) for run in runs[:3]) / 3
    ours = seconds(BIN / "fanzha", "run", cwd=small) / SMALL
    assert len(list((small / "reports").glob("scoreboard/*.html"))) == SMALL
    print(
        f"\n{SMALL} small runs with pages: {ours:.3f} s each, the start shared among them; the "
        f"loop, of 3: {theirs:.1f} s; ratio {theirs / ours:.0f} (asked: {SMALL_TIMES_AS_FAST})"
    )
    assert theirs >= SMALL_TIMES_AS_FAST * ours
