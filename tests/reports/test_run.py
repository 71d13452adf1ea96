"""Parameter files are read strictly, runs are found by name, and a run is written whole or not."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from research.record.record import load
from research.reports.parameters import ParameterError, parameters
from research.reports.run import Project, Result, Run, execute, parameters_of, read_file

ROOT = Path(__file__).parents[2]
# A board that needs nothing of ours: a kernel that imports nothing starts in a second.
SMALL = [
    new_code_cell('lang = "zh"\nend = None\ngeo = "CN"', metadata={"tags": ["parameters"]}),
    new_markdown_cell("# 小板", metadata={"tags": ["zh"]}),
    new_markdown_cell("# A small board", metadata={"tags": ["en"]}),
    new_code_cell('print("end", end, "geo", geo)'),
    new_code_cell('if geo == "110000":\n    raise ValueError("no board\\nfor Beijing")'),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A checkout with a small board and the real trend."""
    root = tmp_path_factory.mktemp("checkout")
    (root / "notebooks").mkdir()
    small = new_notebook(cells=SMALL, metadata={"language_info": {"name": "python"}})
    nbformat.write(small, root / "notebooks" / "scoreboard.ipynb")
    shutil.copy(ROOT / "notebooks" / "trend.ipynb", root / "notebooks")
    return Project(root)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# Parameter files


def written(folder: Path, content: bytes) -> Path:
    path = folder / "mine.yaml"
    path.write_bytes(content)
    return path


def test_days_stay_text_as_papermill_reads_them(tmp_path: Path) -> None:
    path = written(tmp_path, "# 说明\nas_of: 2022-05-11\nn: 3\nsource: [a, b]\n".encode())
    assert read_file(path) == {"as_of": "2022-05-11", "n": 3, "source": ["a", "b"]}


@pytest.mark.parametrize(
    "content",
    ["\ufefflang: zh\nindicator: 破案\n", "lang: zh\r\nindicator: 破案\r\n"],
    ids=["byte-order mark", "CR LF"],
)
def test_a_file_of_windows_is_read_too(tmp_path: Path, content: str) -> None:
    path = written(tmp_path, content.encode())
    assert read_file(path) == {"lang": "zh", "indicator": "破案"}


BROKEN: dict[str, tuple[bytes, str]] = {
    "not YAML": (b"lang: [zh\n", "not readable as UTF-8 YAML"),
    "a tab": (b"lang:\tzh\n\tend: x\n", "not readable as UTF-8 YAML"),
    "two documents": (b"lang: zh\n---\nlang: en\n", "not readable as UTF-8 YAML"),
    "a Python object": (b"lang: !!python/name:os.system\n", "not readable as UTF-8 YAML"),
    "GBK": ("# 说明\nlang: zh\n".encode("gbk"), "not readable as UTF-8 YAML"),
    "UTF-16": ("lang: zh\n".encode("utf-16"), "not readable as UTF-8 YAML"),
    "a list": (b"- lang: zh\n", "must be one flat mapping"),
    "a word": (b"zh\n", "must be one flat mapping"),
    "a number for a key": (b"2022: zh\n", "must be one flat mapping"),
    "empty": (b"", "must be one flat mapping"),
    "comments alone": (b"# lang: zh\n", "must be one flat mapping"),
    "nested": (b"lang: zh\nperiod:\n  end: 2022-01-01\n", "period: must be flat"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_be_read_is_one_line_that_names_it(tmp_path: Path, case: str) -> None:
    content, said = BROKEN[case]
    path = written(tmp_path, content)
    with pytest.raises(ParameterError) as caught:
        read_file(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: {said}")
    assert text.splitlines() == [text]


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="lang"):
        read_file(written(tmp_path, b"lang: zh\nend: 2022-01-01\nlang: en\n"))


# Which runs there are


def test_yml_is_a_parameter_file_too_and_no_run_has_two(tmp_path: Path) -> None:
    folder = tmp_path / "params" / "trend"
    folder.mkdir(parents=True)
    for name in ("a.yaml", "b.yml"):
        (folder / name).write_text("indicator: cases_solved\n", encoding="utf-8")
    assert [run.title for run in Project(tmp_path).runs()] == ["trend/a", "trend/b"]
    (folder / "a.yml").write_text("indicator: cases_filed\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"a\.yml: a\.yaml is that run too"):
        Project(tmp_path).runs()


@pytest.fixture
def shelf(tmp_path: Path) -> Project:
    """Parameter files of two notebooks, one of which cannot be read."""
    for name, text in {
        "trend/solved": "indicator: cases_solved\nlang: zh\n",
        "trend/filed": "indicator: cases_filed\n",
        "trend/broken": "[",
        "scoreboard/year": "end: 2022-12-31\n",
    }.items():
        path = tmp_path / "params" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Project(tmp_path)


def titles(runs: list[Run]) -> list[str]:
    return [run.title for run in runs]


@pytest.mark.parametrize(
    ("selected", "found"),
    [
        ([], ["scoreboard/year", "trend/broken", "trend/filed", "trend/solved"]),
        (["trend"], ["trend/broken", "trend/filed", "trend/solved"]),
        (["trend/solved"], ["trend/solved"]),
        (["trend/solved", "scoreboard"], ["trend/solved", "scoreboard/year"]),
        (
            ["trend/solved", "trend", "trend/solved"],
            ["trend/solved", "trend/broken", "trend/filed"],
        ),
    ],
)
def test_runs_are_found_by_notebook_or_by_name_and_once(
    shelf: Project, selected: list[str], found: list[str]
) -> None:
    assert titles(shelf.runs(selected)) == found


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("trend/solvd", "did you mean 'trend/solved'?"),
        ("trned", "did you mean 'trend'?"),
        ("x", ""),
    ],
)
def test_an_unknown_run_is_one_line_with_the_nearest(shelf: Project, name: str, hint: str) -> None:
    with pytest.raises(ParameterError) as caught:
        shelf.runs([name])
    text = str(caught.value)
    assert text.startswith(f"{name}: no such run; {hint}")
    assert text.endswith("`fanzha list` shows all")


def test_overrides_make_a_run_of_its_own_name(shelf: Project) -> None:
    (run,) = shelf.runs(["trend/solved"], {"indicator": "funds_stopped", "lang": "en"})
    assert run.title == "trend/solved~indicator=funds_stopped~lang=en"
    assert parameters_of(run) == {"indicator": "funds_stopped", "lang": "en"}
    assert run.origin == (shelf.params / "trend" / "solved.yaml").as_posix()


def test_a_notebook_with_overrides_is_one_run(shelf: Project) -> None:
    (run,) = shelf.runs(["trend"], {"indicator": "funds_stopped", "lang": "en"})
    assert run.title == "trend/indicator=funds_stopped~lang=en"
    assert run.origin == "trend -p"


def test_a_language_alone_is_for_every_file_of_the_notebook(shelf: Project) -> None:
    found = titles(shelf.runs(["trend"], {"lang": "en"}))
    assert found == ["trend/broken~lang=en", "trend/filed~lang=en", "trend/solved~lang=en"]


def test_a_file_that_cannot_be_read_fails_when_it_is_its_turn(shelf: Project) -> None:
    (run,) = shelf.runs(["trend/broken"])
    with pytest.raises(ParameterError, match=r"broken\.yaml: not readable"):
        parameters_of(run)


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=20))
def test_whatever_the_value_the_name_is_a_plain_file_name(value: str) -> None:
    (run,) = Project(ROOT).runs(["trend"], {"indicator": value})
    assert Path(f"{run.name}.html").name == f"{run.name}.html"
    assert not re.search(r'[\\/:*?"<>|#%\s]', run.name)


@pytest.mark.xfail(
    strict=True, reason="parameters() knows no defaults of the notebook: indicator is missing"
)
@pytest.mark.parametrize(
    ("notebook", "overrides"),
    [("trend", {"as_of": "2022-05-11"}), ("scoreboard", {"geo": "330000"})],
)
def test_a_notebook_with_overrides_is_a_run_of_its_defaults(
    notebook: str, overrides: dict[str, Any]
) -> None:
    (run,) = Project(ROOT).runs([notebook], overrides)
    parameters(notebook, load(), parameters_of(run))


# Doing one of them


@pytest.fixture(scope="module")
def done(project: Project, reports: Path) -> Result:
    run = Run("scoreboard", "year", {"lang": "en", "end": "2022-12-31"})
    return execute(run, run.parameters, project, reports)


@pytest.fixture(scope="module")
def wrong(project: Project, reports: Path, done: Result) -> tuple[Result, dict[str, bytes]]:
    """The same run failing after it once went well, and the files as they were before."""
    before = {name: (reports / name).read_bytes() for name in names(reports)}
    run = Run("scoreboard", "year", {"lang": "en", "geo": "110000"})
    return execute(run, run.parameters, project, reports), before


def test_a_run_leaves_its_page_and_its_notebook_and_nothing_else(
    done: Result, reports: Path
) -> None:
    assert (done.error, done.report) == ("", reports / "scoreboard" / "year.html")
    assert done.seconds > 0
    assert {"scoreboard/year.html", "scoreboard/year.ipynb"} <= names(reports)
    assert all(name.endswith((".html", ".ipynb")) for name in names(reports))


def test_both_files_are_whole(done: Result) -> None:
    assert done.report is not None
    page = done.report.read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")
    assert "<title>A small board</title>" in page
    assert "小板" not in page
    notebook = nbformat.read(done.report.with_suffix(".ipynb"), as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[-2].outputs[0].text == "end 2022-12-31 geo CN\n"


def test_a_notebook_tells_no_clock_no_path_and_no_random_id(done: Result) -> None:
    assert done.report is not None
    text = done.report.with_suffix(".ipynb").read_text(encoding="utf-8")
    notebook = json.loads(text)
    given_ = {"lang": "en", "end": "2022-12-31"}
    assert notebook["metadata"]["papermill"] == {"parameters": given_}
    assert not re.search(r"\d{2}:\d{2}:\d{2}|/tmp/", text)
    assert all({"papermill", "execution"}.isdisjoint(c["metadata"]) for c in notebook["cells"])
    (injected,) = [
        c for c in notebook["cells"] if "injected-parameters" in c["metadata"].get("tags", [])
    ]
    assert injected["id"].startswith("injected-")


def test_a_failing_run_says_which_cell_and_why_in_one_line(
    wrong: tuple[Result, dict[str, bytes]],
) -> None:
    result, _ = wrong
    assert re.fullmatch(r"cell \d+: ValueError: no board for Beijing", result.error)
    assert result.report is None


def test_a_failing_run_keeps_its_outputs_and_leaves_the_earlier_report(
    wrong: tuple[Result, dict[str, bytes]], reports: Path
) -> None:
    _, before = wrong
    assert {name: (reports / name).read_bytes() for name in before} == before
    assert names(reports) - set(before) == {"scoreboard/year.failed.ipynb"}
    failed = nbformat.read(reports / "scoreboard" / "year.failed.ipynb", as_version=4)
    outputs = [output for cell in failed.cells for output in cell.get("outputs", [])]
    assert "geo 110000" in str(outputs)
    assert outputs[-1].ename == "ValueError"


@pytest.mark.xfail(
    strict=True, reason="counts papermill's own cell of parameters, but not its notices of errors"
)
def test_the_cell_that_is_blamed_is_the_one_that_failed(
    wrong: tuple[Result, dict[str, bytes]], project: Project, reports: Path
) -> None:
    """As a reader may count: in the notebook, in the one that was kept, or by In [n]."""
    result, _ = wrong
    number = int(re.findall(r"\d+", result.error)[0])
    counts = set()
    for path in (
        project.notebooks / "scoreboard.ipynb",
        reports / "scoreboard" / "year.failed.ipynb",
    ):
        cells = nbformat.read(path, as_version=4).cells
        (at,) = [n for n, cell in enumerate(cells, 1) if "raise ValueError" in cell.source]
        counts |= {at, cells[at - 1].execution_count}
    assert number in counts


def test_the_next_success_takes_the_failure_away_and_gives_the_same_bytes(
    project: Project, reports: Path, wrong: tuple[Result, dict[str, bytes]]
) -> None:
    _, before = wrong
    run = Run("scoreboard", "year", {"lang": "en", "end": "2022-12-31"})
    assert execute(run, run.parameters, project, reports).error == ""
    assert {name: (reports / name).read_bytes() for name in names(reports)} == before


def test_the_real_notebook_executed_twice_gives_the_same_bytes(
    project: Project, tmp_path: Path
) -> None:
    run = Run("trend", "calls", {"lang": "en", "indicator": "warnings_pushed_national"})
    results = [execute(run, run.parameters, project, tmp_path / str(n)) for n in range(2)]
    assert [result.error for result in results] == ["", ""]
    first, second = (
        {name: (tmp_path / n / name).read_bytes() for name in names(tmp_path / n)} for n in "01"
    )
    assert set(first) == {"trend/calls.html", "trend/calls.ipynb"}
    assert first == second
