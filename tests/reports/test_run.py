"""Parameter files are read strictly, and runs are found by name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.record.record import load
from research.reports.parameters import parameters
from research.reports.run import (
    ParameterError,
    Project,
    Run,
    defaults_of,
    parameters_of,
    read_file,
)

ROOT = Path(__file__).parents[2]


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
        notebook = tmp_path / "notebooks" / f"{path.parent.name}.ipynb"
        notebook.parent.mkdir(exist_ok=True)
        notebook.write_text("{}", encoding="utf-8")
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


@pytest.mark.parametrize(
    ("notebook", "overrides"),
    [("trend", {"as_of": "2022-05-11"}), ("scoreboard", {"geo": "330000"})],
)
def test_a_notebook_with_overrides_is_a_run_of_its_defaults(
    notebook: str, overrides: dict[str, Any]
) -> None:
    project = Project(ROOT)
    (run,) = project.runs([notebook], overrides)
    defaults = defaults_of(project.notebook(notebook, run.origin))
    asked = parameters(notebook, load(), {**defaults, **parameters_of(run)})
    assert overrides.items() <= {**defaults, **asked.model_dump(mode="json")}.items()
