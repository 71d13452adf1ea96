"""One failing run never stops the others, what is unchanged is skipped, and nothing is half done.

Nothing is executed here: the executor answers at once. Real kernels are for test_execute and
test_cli.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from research.record.record import Record, load
from research.reports.batch import WINDOW, Batch, Result, Workers, performed
from research.reports.inputs import TABLES
from research.reports.run import ParameterError, Project, Run
from research.reports.shelf import Shelf
from research.reports.task import Outcome, Task

SOURCE = {
    "cells": [{"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": 'geo = "CN"'}],
    "metadata": {"fanzha": {"question": {"zh": "在下降吗？", "en": "Is it falling?"}}},
}
GOOD = Run("trend", "good", {"indicator": "cases_solved"})
OTHER = Run("scoreboard", "other", {"end": "2022-12-31", "lang": "en"})
WRONG = Run("trend", "wrong", {"indicator": "cases_sovled"})


@pytest.fixture(scope="module")
def record() -> Record:
    return load()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "notebooks").mkdir()
    for name in ("trend", "scoreboard"):
        path = tmp_path / "notebooks" / f"{name}.ipynb"
        path.write_text(json.dumps(SOURCE), encoding="utf-8")
    return tmp_path


def answered(task: Task) -> Outcome:
    page = f"<!DOCTYPE html><title>A &amp; {task.title}</title>"
    return Outcome(task.title, json.dumps(SOURCE), page, seconds=1.0)


class Now(Executor):
    """Does nothing but answer; what is said of a title is raised, or given once and then not."""

    def __init__(self, says: dict[str, list[Outcome | Exception]] | None = None) -> None:
        self.says = says or {}
        self.asked: list[str] = []

    def submit(self, _: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        assert not named
        (task,) = given
        self.asked.append(task.title)
        future: Future[Any] = Future()
        said = self.says.get(task.title, [])
        answer = said.pop(0) if said else answered(task)
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
        return future


def batch(root: Path, record: Record) -> Batch:
    return Batch(Project(root), Shelf(root / "reports"), lambda: record)


def outcome(
    runs: Iterable[Run], root: Path, record: Record, executor: Executor | None = None, **how: Any
) -> dict[str, tuple[str, str]]:
    """What became of each run: its status, and its error or nothing."""
    used = executor or Now()
    results = batch(root, record).run(runs, lambda: used, **how)
    return {result.run.title: (result.status, result.error) for result in results}


def index(root: Path) -> BeautifulSoup:
    text = (root / "reports" / "index.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


def listed(root: Path) -> list[tuple[str, str]]:
    """Each line of the index: name of the run, and why it failed if it did."""
    lines = index(root).select("ul.runs > li")
    return [(li.code.text, li.select_one(".why").text if li.select(".why") else "") for li in lines]


def files(root: Path) -> set[str]:
    folder = root / "reports"
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


# One failing run


def test_a_wrong_parameter_ends_its_own_run_before_anything_is_executed(
    record: Record, root: Path
) -> None:
    executor = Now()
    found = outcome([WRONG, GOOD, OTHER], root, record, executor)
    status, error = found["trend/wrong"]
    assert (status, error[:44]) == ("failed", "trend -p: unknown indicator 'cases_sovled'; ")
    assert found["trend/good"] == found["scoreboard/other"] == ("done", "")
    assert executor.asked == ["trend/good", "scoreboard/other"]


def test_a_file_that_cannot_be_read_ends_its_own_run(record: Record, root: Path) -> None:
    path = root / "list.yaml"
    path.write_text("- a\n", encoding="utf-8")
    found = outcome([Run("trend", "list", {}, path), GOOD], root, record)
    assert found["trend/list"][1].startswith(f"{path.as_posix()}: must be one flat mapping")
    assert found["trend/good"] == ("done", "")


def test_a_folder_of_no_notebook_ends_its_own_run(record: Record, root: Path) -> None:
    found = outcome([Run("trned", "a", {}), GOOD], root, record)
    assert "unknown notebook 'trned'; did you mean 'trend'?" in found["trned/a"][1]
    assert found["trend/good"] == ("done", "")


def test_a_run_that_breaks_down_is_named_with_its_cause_in_one_line(
    record: Record, root: Path
) -> None:
    broken = Now({"trend/good": [OSError(28, "No space left on\ndevice " + "x" * 1000)]})
    found = outcome([GOOD, OTHER], root, record, broken)
    assert found["scoreboard/other"] == ("done", "")
    status, error = found["trend/good"]
    assert status == "failed"
    assert error.startswith("OSError: [Errno 28] No space left on device")
    assert (len(error) < 400, "\n" in error) == (True, False)
    assert listed(root) == [("other", ""), ("good", error)]


def test_a_report_that_cannot_be_written_ends_its_own_run(record: Record, root: Path) -> None:
    (root / "reports").mkdir()
    (root / "reports" / "trend").write_text("in the way", encoding="utf-8")
    found = outcome([GOOD, OTHER], root, record)
    assert found["scoreboard/other"] == ("done", "")
    assert found["trend/good"][0] == "failed"
    assert found["trend/good"][1].startswith("cannot be written: ")


def test_after_a_failure_a_fast_batch_does_no_more(record: Record, root: Path) -> None:
    many = [Run("scoreboard", f"{n:02}", {"end": "2022-12-31"}) for n in range(WINDOW + 9)]
    executor = Now({"scoreboard/00": [ValueError("no")]})
    found = outcome(many, root, record, executor, fail_fast=True)
    assert Counter(status for status, _ in found.values())["skipped"] == 9
    assert len(executor.asked) == WINDOW


# Lost kernels and dead workers


def test_a_lost_run_is_tried_again_as_often_as_asked(record: Record, root: Path) -> None:
    lost = Outcome("", error="the kernel died", lost=True)
    executor = Now({"trend/good": [lost], "scoreboard/other": [lost, lost, lost]})
    found = outcome([GOOD, OTHER], root, record, executor, retries=2)
    assert found == {
        "trend/good": ("done", ""),
        "scoreboard/other": ("failed", "the kernel died"),
    }
    assert Counter(executor.asked) == {"trend/good": 2, "scoreboard/other": 3}


def test_only_the_run_that_kills_its_worker_fails(record: Record, root: Path) -> None:
    """All that is in flight breaks with the pool; one by one, only the culprit breaks it again."""
    ready = batch(root, record)
    runs = [Run("scoreboard", str(n), {"end": "2022-12-31"}) for n in range(4)]
    jobs = [ready.job(run) for run in runs]
    dead = BrokenProcessPool("a process died")
    says = {f"scoreboard/{n}": [dead] for n in range(4)}
    says["scoreboard/2"] = [dead, dead, dead]
    executor = Now({title: list(said) for title, said in says.items()})
    found = {
        job.run.name: o.error for job, o in performed(deque(jobs), lambda: executor, retries=1)
    }
    assert found.pop("2").startswith("BrokenProcessPool")
    assert found == {"0": "", "1": "", "3": ""}


def test_workers_are_processes_of_their_own_and_can_be_ended() -> None:
    with Workers(1) as executor:
        assert executor.submit(os.getpid).result() != os.getpid()
        future = executor.submit(signal.pause)
        while not future.running():
            pass
        executor.kill()
        with pytest.raises(BrokenProcessPool):
            future.result(timeout=30)


# What is unchanged


def test_what_is_unchanged_is_skipped_and_why_says_nothing(record: Record, root: Path) -> None:
    outcome([GOOD, OTHER], root, record)
    executor = Now()
    assert set(outcome([GOOD, OTHER], root, record, executor).values()) == {("unchanged", "")}
    assert executor.asked == []
    assert batch(root, record).why(GOOD) == []
    assert outcome([GOOD], root, record, executor, force=True)["trend/good"] == ("done", "")


def test_a_skipped_run_needs_no_record(record: Record, root: Path) -> None:
    outcome([GOOD], root, record)

    def refuse() -> Record:
        raise AssertionError("the record was loaded")

    again = Batch(Project(root), Shelf(root / "reports"), refuse)
    assert [r.status for r in again.run([GOOD], Now)] == ["unchanged"]


@pytest.mark.parametrize("ending", [".html", ".ipynb", ".json"])
@pytest.mark.parametrize("how", ["gone", "cut"])
def test_a_report_that_is_not_whole_is_made_again(
    record: Record, root: Path, ending: str, how: str
) -> None:
    outcome([GOOD], root, record)
    path = root / "reports" / f"trend/good{ending}"
    whole = path.read_bytes()
    path.unlink() if how == "gone" else path.write_bytes(whole[:-9])
    assert batch(root, record).why(GOOD) == ["there is no report of it, or not a whole one"]
    assert outcome([GOOD], root, record) == {"trend/good": ("done", "")}
    assert path.read_bytes() == whole


def test_each_kind_of_change_makes_a_run_anew_and_is_named(record: Record, root: Path) -> None:
    outcome([GOOD, OTHER], root, record)
    changed = Run("trend", "good", {"indicator": "cases_filed"})
    ready = batch(root, record)
    assert ready.why(changed) == ["parameter indicator: cases_solved → cases_filed"]
    ready.code = ready.code | {"lang.py": "x" * 64}
    assert ready.why(GOOD) == ["code lang.py changed"]
    assert not ready.unchanged(GOOD)
    notebook = root / "notebooks" / "trend.ipynb"
    notebook.write_text(json.dumps(SOURCE | {"more": 1}), encoding="utf-8")
    again = batch(root, record)
    assert again.why(GOOD) == ["notebook changed"]
    assert (again.unchanged(GOOD), again.unchanged(OTHER)) == (False, True)


def test_rows_that_a_run_cannot_reach_do_not_make_it_anew(record: Record, root: Path) -> None:
    outcome([GOOD, OTHER], root, record)
    fewer = batch(root, record.about(["cases_solved", "cases_filed"]))
    fewer.tables = {"tables/observations.csv": "x" * 64}
    assert fewer.unchanged(GOOD)
    assert not fewer.unchanged(OTHER)
    # Noted on the card: the next call sees it at a glance.
    assert fewer.shelf.card("trend/good")["inputs"]["tables"] == fewer.tables  # type: ignore[index]


# The index


def test_the_index_lists_reports_and_failures_in_their_languages(
    record: Record, root: Path
) -> None:
    path = root / "wrong.yaml"
    path.write_text("lang: en\nindicator: cases_sovled\n", encoding="utf-8")
    outcome([GOOD, OTHER, Run("trend", "wrong", {}, path)], root, record)
    page = index(root)
    links = [(a["href"], a.text) for a in page.select("a.title")]
    assert links == [
        ("scoreboard/other.html", "A & scoreboard/other"),
        ("trend/good.html", "A & trend/good"),
    ]
    assert [m.text for m in page.select("li > .mark")] == ["English", "中文", "English"]
    assert page.find("p", class_="question").text == "在下降吗？"
    assert "unknown indicator 'cases_sovled'" in listed(root)[-1][1]
    assert "1 failed" in page.select_one(".tally").text


def test_a_failure_stands_beside_the_earlier_report_until_the_next_success(
    record: Record, root: Path
) -> None:
    outcome([GOOD], root, record)
    before = {name: (root / "reports" / name).read_bytes() for name in files(root)}
    failing = Now({"trend/good": [Outcome("", "{}", error="cell 3: KeyError: 'x'")]})
    outcome([GOOD], root, record, failing, force=True)
    assert listed(root) == [("good", ""), ("good", "cell 3: KeyError: 'x'")]
    assert files(root) - set(before) == {"trend/good.failed.ipynb", "trend/good.failed.json"}
    outcome([GOOD], root, record, force=True)
    assert {name: (root / "reports" / name).read_bytes() for name in files(root)} == before


def test_a_report_whose_parameter_file_is_gone_leaves_the_index_but_not_the_folder(
    record: Record, root: Path
) -> None:
    path = root / "params" / "trend" / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("indicator: cases_solved\n", encoding="utf-8")
    outcome([Run("trend", "mine", {}, path), GOOD], root, record)
    path.unlink()
    outcome([GOOD], root, record)
    assert listed(root) == [("good", "")]
    assert "trend/mine.html" in files(root)
    assert [run.title for run in Shelf(root / "reports").runs(Project(root))] == ["trend/good"]


def test_no_run_at_all_leaves_an_index(record: Record, root: Path) -> None:
    assert outcome([], root, record) == {}
    assert listed(root) == []


def test_what_is_no_report_is_not_listed(record: Record, root: Path) -> None:
    outcome([GOOD], root, record)
    (root / "reports" / "trend" / "notes.json").write_text("[1]", encoding="utf-8")
    (root / "reports" / "trend" / "half.json").write_text('{"file": nu', encoding="utf-8")
    assert Shelf(root / "reports").write_index(Project(root)).exists()
    assert listed(root) == [("good", "")]


def test_the_memory_of_a_batch_does_not_grow_with_its_runs(record: Record, root: Path) -> None:
    """Never more outcomes in hand than the window, however many runs there are."""
    in_hand, most = set[str](), 0

    class Watched(Now):
        def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
            nonlocal most
            in_hand.add(given[0].title)
            most = max(most, len(in_hand))
            return super().submit(work, *given, **named)

    runs = [Run("scoreboard", str(n), {"end": "2022-12-31"}) for n in range(3 * WINDOW)]
    used, results = Watched(), list[Result]()
    for result in batch(root, record).run(runs, lambda: used):
        in_hand.discard(result.run.title)
        results.append(result)
    assert (len(results), most) == (3 * WINDOW, WINDOW)


def test_what_lies_over_the_record_goes_along_with_a_run(tmp_path: Path) -> None:
    over = tmp_path / "mine"
    over.mkdir()
    (over / "observations.csv").write_text("observation_id\n", encoding="utf-8")
    project = Project(Path(__file__).parents[2])
    batch = Batch(project, Shelf(tmp_path / "reports"), load, (TABLES, over))
    plain = Batch(project, Shelf(tmp_path / "reports"), load)
    run = Run("quality", "record", {"lang": "en"})
    assert batch.job(run).task.files == {"overlay/observations.csv": b"observation_id\n"}
    assert plain.job(run).task.files == {}
    assert batch.tables != plain.tables


def test_a_bulletin_is_an_input_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("2022年，全国破案3万起。", encoding="utf-8")
    source = Path(__file__).parents[2] / "notebooks"
    shutil.copytree(source, tmp_path / "notebooks")
    batch = Batch(Project(tmp_path), Shelf(tmp_path / "reports"), load)
    run = Run("check", "a", {"bulletin": "a.txt"})
    first = batch.inputs(run, rows=False).files
    assert batch.job(run).task.files == {"a.txt": (tmp_path / "a.txt").read_bytes()}
    (tmp_path / "a.txt").write_text("2022年，全国破案4万起。", encoding="utf-8")
    assert batch.inputs(run, rows=False).files != first
    with pytest.raises(ParameterError, match=r"bulletin: b\.txt cannot be read"):
        batch.inputs(Run("check", "b", {"bulletin": "b.txt"}))
