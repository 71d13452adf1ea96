"""What a run is said to reach is all that it shows: on that part of the record, the same page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from research.record.record import Record, load
from research.reports import inputs
from research.reports.run import Project, Run, parameters_of
from research.reports.task import Outcome, Task, perform

ROOT = Path(__file__).parents[2]
RUNS = {
    (run.notebook, bool(parameters_of(run).get("as_of"))): run
    for run in Project(ROOT).runs()
    if run.notebook in inputs.REACH
    or (run.notebook not in inputs.FREE and parameters_of(run).get("as_of"))
}.values()
NUMBER = re.compile(r"\d+\.\d+")


@pytest.fixture(scope="module")
def record() -> Record:
    return load()


def executed(task: Task) -> Outcome:
    found = perform(task)
    assert found.error == "", found.error
    return found


@pytest.mark.parametrize("run", RUNS, ids=[run.title for run in RUNS])
def test_a_run_shows_nothing_that_it_is_not_said_to_reach(
    record: Record, tmp_path: Path, run: Run
) -> None:
    source, values = Project(ROOT).notebook(run.notebook, ""), parameters_of(run)
    seen = inputs.narrowed(record, run.notebook, values)
    assert seen.observations.height < record.observations.height
    folder = seen.export(tmp_path / "part")
    whole = Task(run.title, source, values, inputs.code())
    assert "rs.load()" in source
    part = replace(whole, notebook=source.replace("rs.load()", f"rs.load('{folder}')"))
    first, second = executed(whole), executed(part)
    again = second.notebook.replace(f"rs.load('{folder}')", "rs.load()")
    assert plain(again) == plain(first.notebook)


def plain(notebook: str) -> str:
    """Without the last digits, which depend on the order in which a solver meets its rows."""
    return NUMBER.sub(lambda found: f"{float(found[0]):.8g}", notebook)
