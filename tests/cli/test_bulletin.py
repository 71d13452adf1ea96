"""A bulletin on the command line: read, checked, added; in process, without kernels."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from research.cli import app
from research.record.record import OVERLAY, load

TEXT = """上半年全国反诈成效明显
来源：反诈观察报 2023-08-02
记者从公安部获悉，今年上半年，全国共破获电信网络诈骗案件21.4万起，抓获犯罪嫌疑人12.6万余名。
全国立案数连续3个月同比下降，奖励举报人员20万元。
"""
RUN = CliRunner()


@pytest.fixture
def bulletin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # no checkout here: no report is written
    monkeypatch.delenv(OVERLAY, raising=False)
    path = tmp_path / "bulletin.txt"
    path.write_text(TEXT, encoding="gb18030")
    return path


def test_read_prints_one_json_object(bulletin: Path) -> None:
    done = RUN.invoke(app, ["read", str(bulletin), "--json"])
    found = json.loads(done.stdout)
    assert list(found) == ["source", "text", "observations", "claims", "unread"]
    assert found["source"]["issued"] == "2023-08-02"
    for row in [*found["observations"], *found["unread"]]:
        start, end = row["span"]
        assert found["text"][start:end] == row["printed"]
    first = found["observations"][0]
    assert (first["indicator"], first["value"], first["start"]) == (
        "cases_solved",
        214_000,
        "2023-01-01",
    )
    assert [row["printed"] for row in found["unread"]] == ["20万元"]


def test_read_prints_a_table(bulletin: Path) -> None:
    done = RUN.invoke(app, ["read", str(bulletin), "--issued", "2023-08-03"])
    assert "cases_solved" in done.stdout
    assert "not understood: 20万元 (not_a_total)" in done.stdout


def test_a_document_that_is_no_bulletin_ends_with_status_2(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    for command in (["read"], ["check"], ["add", "--record", str(tmp_path / "mine"), "--yes"]):
        done = RUN.invoke(app, [command[0], str(empty), *command[1:]])
        assert done.exit_code == 2
        assert "empty" in done.output
    assert not (tmp_path / "mine").exists()
    assert RUN.invoke(app, ["read", str(tmp_path / "none.txt")]).exit_code == 2


def test_check_judges_every_statement(bulletin: Path) -> None:
    done = RUN.invoke(app, ["check", str(bulletin)], env={"COLUMNS": "200"})
    assert done.exit_code == 0
    assert "21.4万起" in done.stdout
    assert any(word in done.stdout for word in ("confirmed", "compatible", "contradicted", "new"))
    assert "of 3 rows judged" in done.stdout


def test_added_rows_lie_over_the_record(
    bulletin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine"
    given = ["add", str(bulletin), "--record", str(mine), "--source-id", "mine-1"]
    for _ in range(2):  # adding again replaces
        done = RUN.invoke(app, [*given, "--yes"])
        assert done.exit_code == 0, done.output
    monkeypatch.setenv(OVERLAY, str(mine))
    seen = load().select("cases_solved", source="mine-1")
    assert seen.select("printed", "value").rows() == [("21.4万起", 214_000.0)]
    assert load().claims.filter(source_id="mine-1").height == 1


def test_each_row_is_taken_edited_or_dropped(bulletin: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    edits = ["", "", "", "", "", "22万余起", ""]
    answers = ["e", *edits, "d", "a"]
    given = ["add", str(bulletin), "--record", str(mine)]
    done = RUN.invoke(app, given, input="\n".join(answers) + "\n")
    assert done.exit_code == 0, done.output
    rows = pl.read_csv(mine / "observations.csv")
    assert rows.select("printed", "value", "qualifier").rows() == [("22万余起", 220_000.0, "over")]
    assert pl.read_csv(mine / "claims.csv").height == 1


def test_a_wrong_edit_is_asked_again_and_nothing_is_written_on_the_way(
    bulletin: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    wrong = ["e", "cases_sovled", "", "", "", "", "", ""]
    given = ["add", str(bulletin), "--record", str(mine)]
    done = RUN.invoke(app, given, input="\n".join([*wrong, "d", "d", "d"]) + "\n")
    assert "did you mean 'cases_solved'" in done.output
    assert done.exit_code == 2
    assert not mine.exists()
