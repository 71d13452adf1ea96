"""One run with a real kernel: whole or named, and the same bytes each time."""

from __future__ import annotations

import json
import re

import nbformat
import pytest

from research.reports import inputs
from research.reports.run import Project
from research.reports.task import Outcome, Task, perform


def task(project: Project, **given: str) -> Task:
    notebook = project.notebook("scoreboard", "")
    values = {"end": "2022-12-31", "lang": "en"} | given
    return Task("scoreboard/year", notebook, values, inputs.code(), timeout=4)


@pytest.fixture(scope="module")
def done(project: Project) -> Outcome:
    return perform(task(project))


def test_a_run_gives_a_whole_page_and_a_whole_notebook(done: Outcome) -> None:
    assert (done.error, done.lost) == ("", False)
    assert "<title>A small board</title>" in done.page
    assert done.page.rstrip().endswith("</html>")
    assert "小板" not in done.page
    assert 'href="year.ipynb"' in done.page
    notebook = nbformat.reads(done.notebook, as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[4].outputs[0].text == "end 2022-12-31 geo CN\n"
    assert len(done.cells) == 6  # five of the notebook, one of parameters
    assert 0 < sum(done.cells) < done.seconds


def test_a_notebook_tells_no_clock_no_path_and_no_random_id(done: Outcome) -> None:
    notebook = json.loads(done.notebook)
    given = {"lang": "en", "end": "2022-12-31"}
    assert notebook["metadata"]["papermill"] == {"parameters": given}
    assert not re.search(r"\d{2}:\d{2}:\d{2}|/tmp/", done.notebook)
    assert all({"papermill", "execution"}.isdisjoint(c["metadata"]) for c in notebook["cells"])
    metadata = [cell["metadata"] for cell in notebook["cells"]]
    tagged = [n for n, m in enumerate(metadata) if "injected-parameters" in m.get("tags", [])]
    assert [notebook["cells"][n]["id"] for n in tagged] == [f"injected-{n}" for n in tagged] != []


def test_the_same_task_gives_the_same_bytes(project: Project, done: Outcome) -> None:
    again = perform(task(project))
    assert (again.notebook, again.page) == (done.notebook, done.page)


def test_a_failing_cell_is_named_as_a_person_counts_it(project: Project) -> None:
    failed = perform(task(project, geo="110000"))
    assert failed.error == "cell 5: ValueError: no board for Beijing"
    assert (failed.page, failed.lost) == ("", False)
    notebook = nbformat.reads(failed.notebook, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert "geo 110000" in str(outputs)
    assert outputs[-1].ename == "ValueError"


def test_a_kernel_that_is_killed_is_lost_and_worth_another_try(project: Project) -> None:
    lost = perform(task(project, geo="120000"))
    assert lost.lost
    assert "died" in lost.error
    assert "geo 120000" in lost.notebook


def test_a_cell_that_takes_too_long_is_stopped(project: Project) -> None:
    slow = perform(task(project, geo="130000"))
    assert (slow.error, slow.lost) == ("a cell ran longer than 4 s and was stopped", False)


def test_a_worker_with_other_code_refuses(project: Project) -> None:
    other = Task("scoreboard/year", project.notebook("scoreboard", ""), {}, {"lang.py": "other"})
    assert "another version of the package" in perform(other).error
