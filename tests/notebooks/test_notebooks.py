"""Notebooks are essays in two languages that plain papermill can execute, and nothing more."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup

import research as rs
from research.record.record import Record
from research.reports.parameters import MODELS, parameters

ROOT = Path(__file__).parents[2]
PATHS = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
SEED = "legal-daily-2022-05-11"
every_notebook = pytest.mark.parametrize("name", PATHS)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SLUG = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def notebook(name: str) -> nbformat.NotebookNode:
    return nbformat.read(PATHS[name], as_version=4)


def tags(cell: nbformat.NotebookNode) -> list[str]:
    found: list[str] = cell.metadata.get("tags", [])
    return found


def code(name: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook(name).cells if cell.cell_type == "code"]


def defaults(name: str) -> dict[str, Any]:
    """What the cell of parameters assigns."""
    (cell,) = [cell for cell in code(name) if "parameters" in tags(cell)]
    found = {}
    for line in ast.parse(cell.source).body:
        assert isinstance(line, ast.Assign), ast.unparse(line)
        (target,) = line.targets
        found[ast.unparse(target)] = ast.literal_eval(line.value)
    return found


@pytest.fixture(scope="module")
def record() -> Record:
    return rs.load()


# As they are committed


def test_there_is_a_notebook_for_every_model_and_the_reverse() -> None:
    assert set(PATHS) == set(MODELS)


@every_notebook
def test_it_is_valid_and_for_python_3(name: str) -> None:
    made = notebook(name)
    nbformat.validate(made)
    assert made.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in made.cells]
    assert len(set(ids)) == len(ids)


@every_notebook
def test_it_has_no_outputs_and_no_execution_counts(name: str) -> None:
    assert [cell.id for cell in code(name) if cell.outputs or cell.execution_count] == []


@every_notebook
def test_it_states_its_question_in_both_languages(name: str) -> None:
    question = notebook(name).metadata.fanzha.question
    assert CHINESE.search(question.zh)
    assert not CHINESE.search(question.en)
    assert question.en.endswith("?")


@every_notebook
def test_one_cell_is_tagged_parameters_and_comes_first(name: str) -> None:
    made = code(name)
    assert [n for n, cell in enumerate(made) if "parameters" in tags(cell)] == [0]


@every_notebook
def test_its_parameters_are_the_keys_of_its_model(name: str) -> None:
    assert set(defaults(name)) == set(MODELS[name].model_fields)


@every_notebook
def test_its_defaults_are_valid(record: Record, name: str) -> None:
    assert parameters(name, record, defaults(name))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            marks=pytest.mark.xfail(
                name == "scoreboard",
                strict=True,
                reason="as_of alone: the year up to it, but 2021-04 – 2022-03 to the notebook",
            ),
        )
        for name in PATHS
    ],
)
def test_a_key_left_out_means_the_same_to_the_model_and_to_the_notebook(name: str) -> None:
    own = defaults(name)
    fields = MODELS[name].model_fields
    stated = {key: field.default for key, field in fields.items() if not field.is_required()}
    assert {key: own[key] for key in stated} == stated


@every_notebook
def test_every_text_stands_in_both_languages_side_by_side(name: str) -> None:
    texts = [cell for cell in notebook(name).cells if cell.cell_type == "markdown"]
    assert all(len({"zh", "en"} & set(tags(cell))) == 1 for cell in texts)
    zh, en = texts[::2], texts[1::2]
    assert len(zh) == len(en) > 0
    for first, second in zip(zh, en, strict=True):
        assert ("zh" in tags(first), "en" in tags(second)) == (True, True), first.id
        assert CHINESE.search(first.source)
        assert not CHINESE.search(second.source), second.id
        headings = [re.findall(r"^#+", cell.source, re.MULTILINE) for cell in (first, second)]
        assert headings[0] == headings[1], first.id


@every_notebook
def test_the_two_languages_stand_next_to_each_other(name: str) -> None:
    cells = notebook(name).cells
    for here, following in pairwise(cells):
        if here.cell_type == "markdown" and "zh" in tags(here):
            assert "en" in tags(following), here.id


@every_notebook
def test_code_imports_polars_and_research_alone(name: str) -> None:
    imported = set()
    for cell in code(name):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            assert not isinstance(node, ast.ImportFrom), ast.unparse(node)
    assert "research" in imported
    assert imported <= {"research", "polars"}


@every_notebook
def test_code_uses_public_names_alone(name: str) -> None:
    for cell in code(name):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_"), ast.unparse(node)
                owner = ast.unparse(node.value)
                if owner in ("rs", "rs.chart", "rs.table"):
                    assert hasattr(eval(owner, {"rs": rs}), node.attr), ast.unparse(node)


def test_every_finding_is_shown_by_a_cell_of_its_notebook() -> None:
    """Links of `rs.findings` lead to cells by their ids."""
    opened = {name for name in PATHS if any("rs.findings." in cell.source for cell in code(name))}
    assert opened >= {"scoreboard", "trend", "lane", "regions", "operations", "comparators"}
    for name in opened:
        (cell,) = [cell for cell in code(name) if "rs.findings." in cell.source]
        assert f"rs.findings.{name}(" in cell.source


# As they answer, without a kernel: the code cells one after another, as a kernel would


def answers(name: str, **values: Any) -> list[Any]:
    """What each code cell shows."""
    space: dict[str, Any] = {}
    shown = []
    for cell in code(name):
        body = ast.parse(cell.source).body
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), cell.id, "exec"), space)
        if "parameters" in tags(cell):
            space |= values
        if isinstance(last, ast.Expr):
            shown.append(eval(compile(ast.Expression(last.value), cell.id, "eval"), space))
    return shown


def prose(answer: Any) -> str:
    """The text of an answer, addresses, styles and data left out; a chart has none here."""
    if hasattr(answer, "_repr_markdown_"):
        return str(answer._repr_markdown_())
    if not hasattr(answer, "_repr_html_"):
        return ""
    page = BeautifulSoup(answer._repr_html_(), "html.parser")
    for element in page.find_all(["style", "a", "small"]):
        element.decompose()
    return page.get_text("\n")


ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "trend of many": ("trend", {"indicator": "suspects_arrested", "lang": "en"}),
    "trend of a stock": ("trend", {"indicator": "app_installs", "lang": "en"}),
    "trend of changes alone": ("trend", {"indicator": "cases_solved", "geo": "659000"}),
    "trend of a province": ("trend", {"indicator": "cases_solved", "geo": 330000, "lang": "en"}),
    "trend of a part": (
        "trend",
        {"indicator": "suspects_repatriated", "scope": "northern_myanmar", "lang": "en"},
    ),
    "trend of another economy": (
        "trend",
        {"indicator": "losses_reported", "geo": "SG", "scope": "series/sg-spf-scams"},
    ),
    "trend between": (
        "trend",
        {"indicator": "cases_solved", "start": "2019-02-01", "end": "2019-02-28"},
    ),
    "board of a vintage": ("scoreboard", {"as_of": "2022-05-11", "start": None, "end": None}),
    "board of a province": ("scoreboard", {"geo": 330000, "lang": "en"}),
    "board before all": ("scoreboard", {"as_of": "2001-01-01", "start": None, "end": None}),
    "board of two sources": ("scoreboard", {"source": [SEED, "mps-2022-05-20"], "lang": "en"}),
    "lane of many": ("lane", {"lane": "warning", "lang": "en"}),
    "lane of little": ("lane", {"lane": "accountability"}),
    "lane before all": ("lane", {"lane": "funds", "as_of": "2001-01-01", "lang": "en"}),
    "regions of levels": ("regions", {"indicator": "cases_solved", "year": 2021, "lang": "en"}),
    "regions of changes": ("regions", {"indicator": "cases_filed", "year": 2022, "growth": -10}),
    "regions of a year without figures": ("regions", {"year": 1999, "lang": "en"}),
    "operation that ended": ("operations", {"operation": "yunjian-2019", "lang": "en"}),
    "operation that goes on": ("operations", {"operation": "duanka"}),
    "operation and changes alone": (
        "operations",
        {"operation": "duanka", "indicator": "cases_solved", "geo": "659000", "lang": "en"},
    ),
    "comparators of money": ("comparators", {"indicator": "losses_reported", "lang": "en"}),
    "comparators of nothing": ("comparators", {"indicator": "areas_listed", "base": 2010}),
    "check": ("check", {"source": SEED, "lang": "en"}),
    "check on its day": ("check", {"source": SEED, "as_of": "2022-05-11"}),
    "check of what was not known": ("check", {"source": "mps-2022-05-20", "as_of": "2022-05-11"}),
    "check of a change on an open base": ("check", {"source": "au-icpen-2025-08", "lang": "en"}),
    "check of a source without a flow": ("check", {"source": "joint-2015-01-04"}),
    "check of a source of claims alone": ("check", {"source": "xinhua-en-2021-12-31"}),
    "check of a source that nothing limits": ("check", {"source": "sg-malaymail-2021-02-10"}),
    "quality before all": ("quality", {"as_of": "2001-01-01", "lang": "en"}),
}


@pytest.mark.parametrize("case", ASKED)
def test_whatever_is_asked_is_answered_in_words(case: str) -> None:
    name, values = ASKED[case]
    shown = answers(name, **values)
    assert shown
    assert not any(answer is None for answer in shown)
    said = [text for answer in shown for text in prose(answer).splitlines()]
    assert [
        text for text in said if re.search(r"\b(None(?! contradict)|nan|inf|NaT)\b|\{\w*\}", text)
    ] == []
    assert [text for text in said if SLUG.search(text)] == []


@every_notebook
def test_every_notebook_is_asked_in_both_languages(name: str) -> None:
    """By the cases above, or by the file of parameters that `make report` executes."""
    files = (ROOT / "params" / name).glob("*.yaml")
    stated = {
        re.findall(r"^lang: (\w+)$", p.read_text(encoding="utf-8"), re.MULTILINE)[0] for p in files
    }
    asked = {values.get("lang", "zh") for asked, values in ASKED.values() if asked == name}
    assert stated | asked == {"zh", "en"}


# Accepted by `parameters`, though there is nothing to bound
UNBOUNDED: dict[str, dict[str, Any]] = {
    "a day before all figures": {"indicator": "cases_solved", "as_of": "2001-01-01"},
    "a series without limits": {
        "indicator": "cases_filed",
        "geo": "330000",
        "scope": "accepted_cases",
    },
    "single actions": {"indicator": "suspects_repatriated", "scope": "single_action/MM"},
}


@pytest.mark.parametrize("values", UNBOUNDED.values(), ids=UNBOUNDED)
def test_a_trend_without_bounds_says_so(record: Record, values: dict[str, Any]) -> None:
    assert parameters("trend", record, values)
    said = [prose(answer) for answer in answers("trend", lang="en", **values)]
    assert [text for text in said if "nothing that was said limits it" in text]
    assert [text for text in said if "no bounds by years to test" in text]


@pytest.mark.xfail(strict=True, reason="RecordError: unknown source …; did you mean (others)?")
def test_a_board_of_a_source_that_was_not_yet_issued_is_refused_as_a_parameter() -> None:
    """It passes `parameters`, and then the notebook says that there is no such source."""
    with pytest.raises(ValueError, match=r"^scoreboard: .*as_of"):
        answers("scoreboard", source=SEED, as_of="2022-01-01")


# As plain papermill executes them


def papermill(*arguments: str) -> subprocess.Popen[str]:
    """Papermill's own command, in the root of the project."""
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("papermill")), "--no-progress-bar", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


@dataclass(frozen=True)
class Done:
    """What came of one call of papermill."""

    status: int
    said: str
    made: nbformat.NotebookNode

    @property
    def outputs(self) -> list[nbformat.NotebookNode]:
        return [output for cell in self.made.cells for output in cell.get("outputs", [])]

    def data(self, mime: str) -> list[Any]:
        """All that was shown under a type."""
        return [o.data[mime] for o in self.outputs if mime in o.get("data", {})]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    """The promise of the README, and a misspelt indicator, side by side."""
    calls = {
        "good": ("-f", "params/trend/cases_solved.yaml"),
        "wrong": ("-p", "indicator", "cases_sovled"),
    }
    folder = tmp_path_factory.mktemp("papermill")
    started = {
        key: papermill("notebooks/trend.ipynb", str(folder / f"{key}.ipynb"), *rest)
        for key, rest in calls.items()
    }
    found = {}
    for key, process in started.items():
        said, _ = process.communicate()
        made = nbformat.read(folder / f"{key}.ipynb", as_version=4)
        found[key] = Done(process.returncode, said, made)
    return found


def test_plain_papermill_executes_a_parameter_file(executed: dict[str, Done]) -> None:
    good = executed["good"]
    assert good.status == 0, good.said[-2000:]
    assert len(good.data("application/vnd.vegalite.v5+json")) >= 2
    assert len(good.data("text/html")) >= 4
    assert good.data("text/markdown")[0].startswith("# 破获案件数，中国")


def test_a_notebook_prints_nothing_and_warns_of_nothing(executed: dict[str, Done]) -> None:
    """Warnings would stand in the report."""
    assert [o.text for o in executed["good"].outputs if o.output_type == "stream"] == []


def test_plain_papermill_shows_what_is_wrong_in_one_line(executed: dict[str, Done]) -> None:
    wrong = executed["wrong"]
    assert wrong.status != 0
    line = wrong.said.strip().splitlines()[-1]
    assert line.startswith("ParameterError: trend: unknown indicator 'cases_sovled'; did you mean")
    (error,) = [output for output in wrong.outputs if output.output_type == "error"]
    assert (error.ename, len(error.evalue.splitlines())) == ("ParameterError", 1)
