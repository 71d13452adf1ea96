"""The command line as a person calls it: `fanzha run` really executes, in processes of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import nbformat
import polars as pl
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from typer.testing import CliRunner

from research.cli import app
from research.record.record import load
from research.reports.inputs import Inputs, digest
from research.reports.run import Run
from research.reports.shelf import Shelf

ROOT = Path(__file__).parents[1]
FANZHA = Path(sys.executable).with_name("fanzha")
# A board that imports nothing of ours: a kernel is then up in a second.
SMALL = [
    new_code_cell('lang = "zh"\nend = None\ngeo = "CN"', metadata={"tags": ["parameters"]}),
    new_markdown_cell("# 小板", metadata={"tags": ["zh"]}),
    new_markdown_cell("# A small board", metadata={"tags": ["en"]}),
    new_code_cell('print("end", end, "geo", geo)'),
    new_code_cell('if geo == "110000":\n    raise ValueError("no board\\nfor Beijing")'),
]
PARAMS = {
    "scoreboard/fine": "end: 2022-12-31\n",
    "scoreboard/raises": "end: 2022-12-31\ngeo: '110000'\n",
    "trend/garbled": "indicator: [\n",
    "trend/real": "lang: en\nindicator: warnings_pushed_national\n",
    "trend/wrong": "indicator: cases_sovled\n",
}


@dataclass
class Call:
    """What came of one call."""

    status: int
    out: str
    err: str
    folder: Path

    @property
    def lines(self) -> list[str]:
        """What a person read while it ran; a kernel on its way out may say so in between."""
        said = (line for line in self.err.splitlines() if line.strip())
        return [line for line in said if not line.startswith("[IPKernelApp]")]


def call(folder: Path, *arguments: str) -> Call:
    """Call fanzha as a program."""
    done = subprocess.run(
        [str(FANZHA), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1", "COLUMNS": "60"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Call(done.returncode, done.stdout, done.stderr, folder)


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with a small board, the real trend, and parameter files good and bad."""
    root = tmp_path_factory.mktemp("checkout")
    (root / "notebooks").mkdir()
    small = new_notebook(cells=SMALL, metadata={"language_info": {"name": "python"}})
    nbformat.write(small, root / "notebooks" / "scoreboard.ipynb")
    shutil.copy(ROOT / "notebooks" / "trend.ipynb", root / "notebooks")
    for name, text in PARAMS.items():
        path = root / "params" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def everything(checkout: Path) -> Call:
    """`fanzha run` over all of it, where one of the runs had a report already."""
    made = nbformat.writes(new_notebook(metadata={"papermill": {"parameters": {"lang": "en"}}}))
    page = "<title>An earlier board</title></html>"
    earlier = Run("scoreboard", "raises", {}, Path("params/scoreboard/raises.yaml"))
    Shelf(checkout / "reports").put(earlier, made, page, Inputs("", {}, {}, {}))
    return call(checkout, "run", "-j", "2")


@pytest.fixture(scope="module")
def overridden(checkout: Path, everything: Call) -> Call:
    return call(checkout, "run", "scoreboard/fine", "-p", "geo=330000", "--lang", "en")


# Everything at once


def test_failing_runs_do_not_stop_the_others_and_the_status_says_so(everything: Call) -> None:
    assert everything.status == 1
    assert {
        "reports/index.html",
        "reports/scoreboard/fine.html",
        "reports/scoreboard/fine.ipynb",
        "reports/trend/real.html",
        "reports/trend/real.ipynb",
    } <= files(everything.folder)


def test_each_run_is_one_line_with_its_cause(everything: Call) -> None:
    text = "\n".join(everything.lines)
    for done in ("scoreboard/fine", "trend/real"):
        assert re.search(rf"^done +{done} +\d+\.\d s$", text, re.MULTILINE)
    for failed, cause in {
        "scoreboard/raises": r"cell \d+: ValueError: no board for Beijing",
        "trend/garbled": r"params/trend/garbled\.yaml: not readable as UTF-8 YAML: .*",
        "trend/wrong": r"params/trend/wrong\.yaml: .*'cases_sovled'; did you mean 'cases_solved'.*",
    }.items():
        assert re.search(rf"^failed +{failed} +{cause}$", text, re.MULTILINE), failed
    assert everything.lines[-1] == "2 of 5 reports → reports/index.html"
    others = [line for line in everything.lines[:-1] if not line.startswith(("done ", "failed "))]
    (summed,) = others
    assert re.fullmatch(r"\d+\.\d s for \d+\.\d s of runs; the slowest: trend/real, .* s", summed)
    assert (len(everything.lines), everything.out) == (7, "")


def test_a_failed_run_leaves_its_notebook_and_the_earlier_report(everything: Call) -> None:
    board = everything.folder / "reports" / "scoreboard"
    assert {path.name for path in board.glob("raises*")} == {
        "raises.failed.ipynb",
        "raises.failed.json",
        "raises.html",
        "raises.ipynb",
        "raises.json",
    }
    assert board.joinpath("raises.html").read_text(encoding="utf-8").startswith("<title>An earlier")


def test_a_run_that_never_started_leaves_its_cause_alone(everything: Call) -> None:
    trend = everything.folder / "reports" / "trend"
    assert {path.name for path in trend.iterdir() if "real" not in path.name} == {
        "garbled.failed.json",
        "wrong.failed.json",
    }


def test_the_index_leads_to_every_report_and_lists_every_failure(everything: Call) -> None:
    reports = everything.folder / "reports"
    page = BeautifulSoup((reports / "index.html").read_text(encoding="utf-8"), "html.parser")
    links = {unquote(str(a["href"])) for a in page.select("a.title")}
    assert links == {"scoreboard/fine.html", "scoreboard/raises.html", "trend/real.html"}
    assert all((reports / link).is_file() for link in links)
    why = {
        li.code.text: li.select_one(".why").text for li in page.select("li") if li.select(".why")
    }
    assert set(why) == {"raises", "garbled", "wrong"}
    assert "ValueError: no board for Beijing" in why["raises"]
    assert "cases_sovled" in why["wrong"]
    assert "3 failed" in page.select_one(".tally").text


def test_every_file_is_whole(everything: Call) -> None:
    reports = everything.folder / "reports"
    for page in reports.rglob("*.html"):
        assert page.read_text(encoding="utf-8").rstrip().endswith("</html>"), page
    for path in reports.rglob("*.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))
    for path in reports.glob("*/*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["file"].startswith("params/")
    assert {p.suffix for p in reports.rglob("*") if p.is_file()} == {".html", ".ipynb", ".json"}


def test_the_real_report_has_its_title_its_charts_and_its_tables(everything: Call) -> None:
    text = (everything.folder / "reports" / "trend" / "real.html").read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    assert "what was announced" in page.title.text
    assert page.select("figure.chart svg text")
    assert page.select("p.download a")
    assert page.select("section.error") == []


def test_nothing_is_written_beside_the_reports(everything: Call) -> None:
    others = {name for name in files(everything.folder) if not name.startswith("reports/")}
    assert others == {
        "notebooks/scoreboard.ipynb",
        "notebooks/trend.ipynb",
        *(f"params/{name}.yaml" for name in PARAMS),
    }


# Overrides


def test_overrides_make_a_report_of_their_own(overridden: Call) -> None:
    assert overridden.status == 0
    board = overridden.folder / "reports" / "scoreboard"
    name = "fine~geo=330000~lang=en"
    assert (board / "fine.html").is_file()
    page = (board / f"{name}.html").read_text(encoding="utf-8")
    assert "<title>A small board</title>" in page
    notebook = nbformat.read(board / f"{name}.ipynb", as_version=4)
    assert "geo 330000" in notebook.cells[-2].outputs[0].text
    given = notebook.metadata.papermill.parameters
    assert {key: str(value) for key, value in given.items()} == {
        "end": "2022-12-31",
        "geo": "330000",
        "lang": "en",
    }


def test_a_smaller_run_keeps_the_others_on_the_index(overridden: Call) -> None:
    text = (overridden.folder / "reports" / "index.html").read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    links = {unquote(str(a["href"])) for a in page.select("a.title")}
    assert {"scoreboard/fine.html", "trend/real.html"} < links
    assert "scoreboard/fine~geo=330000~lang=en.html" in links
    assert all((overridden.folder / "reports" / link).is_file() for link in links)


def test_a_broken_file_does_not_stop_the_others_in_another_language(overridden: Call) -> None:
    found = call(overridden.folder, "run", "scoreboard/fine", "trend/wrong", "--lang", "en")
    assert found.status == 1
    assert any(line.startswith("done") for line in found.lines)


# Again, and compared


def test_verify_tells_reports_that_come_out_the_same_from_others(overridden: Call) -> None:
    folder, names = overridden.folder, ["scoreboard/fine", "trend/real"]
    same = call(folder, "verify", *names)
    assert (same.status, same.lines[-1]) == (0, "2 of 2 reports came out the same")

    shelf = Shelf(folder / "reports")
    board, page, card = (
        shelf.path(*file)
        for file in ((names[0], ".html"), (names[1], ".html"), (names[1], ".json"))
    )
    before = {path: path.read_text(encoding="utf-8") for path in (board, page, card)}
    changed = before[page].replace("</html>", "<!-- changed --></html>")
    noted = before[card].replace(digest(before[page].encode()), digest(changed.encode()))
    try:
        for path, text in {board: "", page: changed, card: noted}.items():
            path.write_text(text, encoding="utf-8")
        found = call(folder, "verify", *names, "scoreboard/raises")
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")
    assert found.status == 1
    assert found.lines[-4:] == [
        "differs   scoreboard/fine  there is no whole report of it to compare with",
        "differs   scoreboard/raises  it failed",
        "differs   trend/real  .html",
        "0 of 3 reports came out the same",
    ]


# Wrong calls


@pytest.fixture
def inside(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(checkout)
    return checkout


def refused(*arguments: str) -> str:
    """The one line that a wrong call gets, with status 2."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trend/rael"], "trend/rael: no such run; did you mean 'trend/real'? `fanzha list` shows"),
        (["params/trend/real.yaml"], "params/trend/real.yaml: no such run;"),
        (["trend", "-p", "indicator"], "-p indicator: write it as key=value"),
        (["trend", "-p", "=cases_solved"], "-p =cases_solved: write it as key=value"),
        (["trend", "-p", "indicator=cases_sovled"], "trend -p: unknown indicator 'cases_sovled'"),
        (["trend/real", "-p", "indicater=x"], "params/trend/real.yaml: indicater: unknown key;"),
        (["trend/real", "-p", "as_of=11.5.2022"], "params/trend/real.yaml: as_of: '11.5.2022' is"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_a_wrong_call_is_one_line_and_does_nothing(
    inside: Path, arguments: list[str], said: str
) -> None:
    before = files(inside)
    assert refused("run", *arguments).startswith(said)
    assert files(inside) == before


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param("indicator=[x", id="half a list"),
        pytest.param("indicator=@x", id="no YAML"),
        pytest.param("[/red]", id="rich's own marks"),
    ],
)
def test_a_value_that_cannot_be_read_is_one_line_too(inside: Path, pair: str) -> None:
    assert pair in refused("run", "trend", "-p", pair)


@pytest.mark.parametrize(
    "arguments",
    [["run", "--lang", "fr"], ["run", "-j", "0"], ["run", "--typo"], ["export"], ["rnu"]],
    ids=" ".join,
)
def test_what_the_command_does_not_know_is_refused(inside: Path, arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


@pytest.mark.parametrize("command", ["run", "list"])
def test_outside_of_a_checkout_it_says_where_to_call_it(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = refused(command)
    assert said == "no notebooks/ here; call fanzha in a checkout of the project"
    assert files(tmp_path) == set()


# The other commands


def test_list_names_every_run(inside: Path) -> None:
    result = CliRunner().invoke(app, ["list"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == sorted(PARAMS)


def test_the_real_checkout_lists_its_parameter_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    listed = CliRunner().invoke(app, ["list"]).stdout.splitlines()
    there = (path.relative_to(ROOT / "params") for path in (ROOT / "params").glob("*/*.yaml"))
    assert sorted(listed) == sorted(path.with_suffix("").as_posix() for path in there)


def test_a_call_without_a_command_shows_the_commands() -> None:
    result = CliRunner().invoke(app, [])
    assert all(command in result.output for command in ("run", "list", "export"))


def test_export_writes_the_record_and_says_where(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["export", str(tmp_path / "record")])
    assert (result.exit_code, result.stdout.strip()) == (0, str(tmp_path / "record"))
    written = files(tmp_path / "record")
    assert {"observations.csv", "claims.csv", "sources.csv", "datapackage.json"} <= written
    again = load(tmp_path / "record")
    assert again.observations.equals(load().observations)


def test_export_writes_parquet_and_sdmx(tmp_path: Path) -> None:
    height = load().observations.height
    for path, format_ in {"parquet": "parquet", "sdmx.csv": "sdmx-csv"}.items():
        asked = ["export", str(tmp_path / path), "--format", format_]
        assert CliRunner().invoke(app, asked).exit_code == 0
    assert pl.read_parquet(tmp_path / "parquet" / "observations.parquet").height == height
    sdmx = pl.read_csv(tmp_path / "sdmx.csv", infer_schema=False)
    assert (sdmx.height, sdmx.columns[0]) == (height, "STRUCTURE")


def test_export_lays_a_folder_of_ones_own_over_the_record(tmp_path: Path) -> None:
    mine, out = tmp_path / "mine", tmp_path / "out"
    mine.mkdir()
    source = "source_id,title,quality\nmine,我的笔记,secondary\n"
    (mine / "sources.csv").write_text(source, encoding="utf-8")
    asked = ["export", str(out), "--overlay", str(mine)]
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert "mine" in pl.read_csv(out / "sources.csv", infer_schema=False)["source_id"]


def test_an_overlay_that_breaks_the_contract_is_one_line(tmp_path: Path) -> None:
    assert "no such folder" in refused("export", str(tmp_path / "x"), "--overlay", "nowhere")
    (tmp_path / "sources.csv").write_text("source_id,quality\nmine,[good]\n", encoding="utf-8")
    said = refused("export", str(tmp_path / "x"), "--overlay", str(tmp_path))
    assert said.startswith("sources.csv, row 2, column 'quality': '[good]' is not one of official")
    assert not (tmp_path / "x").exists()


def test_an_export_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "file" in refused("export", str(tmp_path / "file"))
    assert refused("export", str(tmp_path), "--format", "sdmx-csv")
    assert files(tmp_path) == {"file"}


def test_sdmx_csv_is_csv_whatever_the_file_is_called(tmp_path: Path) -> None:
    path = tmp_path / "record.parquet"
    CliRunner().invoke(app, ["export", str(path), "--format", "sdmx-csv"])
    assert path.read_bytes().startswith(b"STRUCTURE")
