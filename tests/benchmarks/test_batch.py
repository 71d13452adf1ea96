"""A batch against the loop that people write: papermill, then nbconvert, one report after another.

Run by name: `.venv/bin/pytest tests/benchmarks/test_batch.py -s`. The loop is timed on a sample of
the parameter files, which is scaled up to all of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import pytest

from research.reports.run import Project, Run

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SAMPLE, TIMES_AS_FAST, UNCHANGED = 6, 12, 1.5


def seconds(*command: str | Path) -> float:
    began = perf_counter()
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr.decode()
    return perf_counter() - began


def looped(run: Run, folder: Path) -> float:
    """One turn of the loop."""
    executed = folder / f"{run.name}.ipynb"
    source = ROOT / "notebooks" / f"{run.notebook}.ipynb"
    took = seconds(
        BIN / "papermill", source, executed, "-f", str(ROOT / (run.file or "")), "--no-progress-bar"
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
