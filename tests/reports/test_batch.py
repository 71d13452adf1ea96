"""One failing run never stops the others, and the index says what became of each.

Nothing is executed here: the executor answers at once. Real kernels are for test_run and test_cli.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook, new_output

from research.record.record import Record, load
from research.reports.batch import pool, run_all, write_index
from research.reports.run import Project, Result, Run

GOOD = Run("trend", "good", {"indicator": "cases_solved"})
OTHER = Run("scoreboard", "other", {"end": "2022-12-31", "lang": "en"})
WRONG = Run("trend", "wrong", {"indicator": "cases_sovled"})
QUESTION = {"zh": "在下降吗？", "en": "Is it falling?"}


@pytest.fixture(scope="module")
def record() -> Record:
    return load()


class Now(Executor):
    """Does nothing but answer: a `Result` or an exception, by the title of the run."""

    def __init__(self, answers: dict[str, Exception | None] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[tuple[Any, ...]] = []

    def submit(self, _: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        assert not named
        self.asked.append(given)
        future: Future[Any] = Future()
        answer = self.answers.get(given[0].title)
        if answer is None:
            future.set_result(Result(given[0], 1.0))
        else:
            future.set_exception(answer)
        return future


def outcome(
    runs: Iterable[Run], folder: Path, record: Record, executor: Executor | None = None
) -> dict[str, str]:
    """What became of each run: its error, or nothing."""
    results = run_all(runs, Project(folder), folder / "reports", record, executor or Now())
    return {result.run.title: result.error for result in results}


def index(folder: Path) -> BeautifulSoup:
    text = (folder / "reports" / "index.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


def listed(folder: Path) -> list[tuple[str, str]]:
    """Each line of the index: name of the run, and why it failed if it did."""
    lines = index(folder).select("ul.runs > li")
    return [(li.code.text, li.select_one(".why").text if li.select(".why") else "") for li in lines]


def report(
    folder: Path, notebook: str, name: str, *outputs: Any, title: str = "", **given: Any
) -> None:
    """An executed notebook as a run leaves it; with a title, its page too."""
    metadata = {"papermill": {"parameters": given}, "fanzha": {"question": QUESTION}}
    made = new_notebook(cells=[new_code_cell("", outputs=list(outputs))], metadata=metadata)
    path = folder / "reports" / notebook / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, path)
    if title:
        page = f"<!DOCTYPE html><html><head><title>{html.escape(title)}</title></head></html>"
        path.with_suffix(".html").write_text(page, encoding="utf-8")


ERROR = new_output("error", ename="ValueError", evalue="no board\nfor Beijing", traceback=[])


def test_a_wrong_parameter_ends_its_own_run_before_anything_is_executed(
    record: Record, tmp_path: Path
) -> None:
    executor = Now()
    found = outcome([WRONG, GOOD, OTHER], tmp_path, record, executor)
    assert found["trend/wrong"].startswith("trend -p: unknown indicator 'cases_sovled'")
    assert (found["trend/good"], found["scoreboard/other"]) == ("", "")
    assert [given[0] for given in executor.asked] == [GOOD, OTHER]


def test_a_run_is_given_its_values_its_project_and_its_folder(
    record: Record, tmp_path: Path
) -> None:
    executor = Now()
    outcome([OTHER], tmp_path, record, executor)
    assert executor.asked == [
        (OTHER, {"end": "2022-12-31", "lang": "en"}, Project(tmp_path), tmp_path / "reports")
    ]


def test_a_file_that_cannot_be_read_ends_its_own_run(record: Record, tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("- a\n", encoding="utf-8")
    found = outcome([Run("trend", "list", {}, path), GOOD], tmp_path, record)
    assert found["trend/list"].startswith(f"{path.as_posix()}: must be one flat mapping")
    assert found["trend/good"] == ""


def test_a_folder_of_no_notebook_ends_its_own_run(record: Record, tmp_path: Path) -> None:
    found = outcome([Run("trned", "a", {}), GOOD], tmp_path, record)
    assert "unknown notebook 'trned'; did you mean 'trend'?" in found["trned/a"]
    assert found["trend/good"] == ""


def test_a_run_that_breaks_down_is_named_with_its_cause_in_one_line(
    record: Record, tmp_path: Path
) -> None:
    broken = Now({"trend/good": OSError(28, "No space left on\ndevice " + "x" * 1000)})
    found = outcome([GOOD, OTHER], tmp_path, record, broken)
    assert found["scoreboard/other"] == ""
    assert found["trend/good"].startswith("OSError: [Errno 28] No space left on device")
    assert len(found["trend/good"]) < 400
    assert "\n" not in found["trend/good"]


def test_a_refused_run_stands_on_the_index_with_its_cause(record: Record, tmp_path: Path) -> None:
    outcome([WRONG], tmp_path, record)
    ((name, why),) = listed(tmp_path)
    assert name == "wrong"
    assert "unknown indicator 'cases_sovled'" in why
    assert "1 failed" in index(tmp_path).select_one(".tally").text


@pytest.mark.xfail(strict=True, reason="only a failed notebook or a refused run is on the index")
def test_a_run_that_breaks_down_stands_on_the_index_too(record: Record, tmp_path: Path) -> None:
    """As where a chart cannot be drawn or a kernel dies: there is no failed notebook then."""
    broken = Now({"trend/good": ValueError("chart 1 cannot be drawn")})
    outcome([GOOD], tmp_path, record, broken)
    ((name, why),) = listed(tmp_path)
    assert name == "good"
    assert "chart 1 cannot be drawn" in why


@pytest.mark.xfail(strict=True, reason="_refused looks at the overrides alone, not at the file")
def test_a_refused_run_is_listed_in_its_language(record: Record, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("lang: en\nindicator: cases_sovled\n", encoding="utf-8")
    outcome([Run("trend", "wrong", {}, path)], tmp_path, record)
    assert index(tmp_path).select_one("ul.runs .mark").text == "English"


def test_an_earlier_report_stays_beside_a_refused_run(record: Record, tmp_path: Path) -> None:
    report(tmp_path, "trend", "wrong", title="破案在下降吗", lang="zh")
    outcome([WRONG], tmp_path, record)
    assert [bool(why) for _, why in listed(tmp_path)] == [False, True]
    assert index(tmp_path).select_one("a.title")["href"] == "trend/wrong.html"


def test_no_run_at_all_leaves_an_index(record: Record, tmp_path: Path) -> None:
    assert outcome([], tmp_path, record) == {}
    assert listed(tmp_path) == []


def test_the_index_lists_every_report_that_stands_in_the_folder(tmp_path: Path) -> None:
    report(tmp_path, "trend", "b", title="B", lang="en", indicator="cases_solved", as_of=None)
    report(tmp_path, "trend", "a", title="A & <乙>", lang="zh")
    report(tmp_path, "scoreboard", "year", title="Year", lang="en")
    write_index(tmp_path / "reports")
    page = index(tmp_path)
    links = [(a["href"], a.text) for a in page.select("a.title")]
    assert links == [
        ("scoreboard/year.html", "Year"),
        ("trend/a.html", "A & <乙>"),
        ("trend/b.html", "B"),
    ]
    assert [mark.text for mark in page.select("li > .mark")] == ["English", "中文", "English"]
    assert page.find("p", class_="question").text == QUESTION["zh"]
    last = page.select("p.with")[-1].text
    assert "indicator cases_solved" in " ".join(last.split())
    assert "as_of" not in last


def test_a_failed_notebook_is_listed_with_its_error_in_one_line(tmp_path: Path) -> None:
    report(tmp_path, "trend", "a.failed", ERROR, lang="en")
    write_index(tmp_path / "reports")
    assert listed(tmp_path) == [("a", "ValueError: no board for Beijing")]
    page = index(tmp_path)
    assert page.select("a.title") == []
    assert [a["href"] for a in page.select("p.files a")] == ["trend/a.failed.ipynb"]


def test_a_failed_run_is_listed_beside_its_earlier_report(tmp_path: Path) -> None:
    report(tmp_path, "trend", "a", title="A", lang="en")
    report(tmp_path, "trend", "a.failed", ERROR, lang="en")
    write_index(tmp_path / "reports")
    assert sorted(listed(tmp_path)) == [("a", ""), ("a", "ValueError: no board for Beijing")]


def test_what_is_no_report_is_not_listed(tmp_path: Path) -> None:
    report(tmp_path, "trend", "a", title="A", lang="en")
    report(tmp_path, "drafts", "b", title="B", lang="en")
    report(tmp_path, "trend/.ipynb_checkpoints", "a-checkpoint", title="A", lang="en")
    write_index(tmp_path / "reports")
    assert listed(tmp_path) == [("a", "")]


def test_the_same_folder_gives_the_same_index(tmp_path: Path) -> None:
    for name in ("b", "a", "c.failed"):
        report(tmp_path, "trend", name, title=name, lang="en")
    first = write_index(tmp_path / "reports").read_bytes()
    assert write_index(tmp_path / "reports").read_bytes() == first
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == ["index.html", "trend"]


def test_workers_are_processes_of_their_own() -> None:
    with pool(1) as executor:
        assert executor.submit(os.getpid).result() != os.getpid()
