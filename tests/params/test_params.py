"""Every parameter file of the project is one that its notebook takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from research.record.record import Record, load
from research.record.schema import LANES
from research.reports.parameters import MODELS, parameters
from research.reports.run import Project, read_file

ROOT = Path(__file__).parents[2]
FILES = sorted(path for path in (ROOT / "params").rglob("*") if path.is_file())
SEED = "legal-daily-2022-05-11"


def title(path: Path) -> str:
    return path.relative_to(ROOT / "params").with_suffix("").as_posix()


every_file = pytest.mark.parametrize("path", FILES, ids=[title(path) for path in FILES])


@pytest.fixture(scope="module")
def record() -> Record:
    return load()


def meaning(record: Record, path: Path) -> dict[str, Any]:
    """What a file asks for, defaults filled in."""
    name = path.parent.name
    return parameters(name, record, read_file(path), path.as_posix()).model_dump()


def test_there_are_at_least_forty() -> None:
    assert len(FILES) >= 40


def test_every_lane_eight_trends_and_enough_of_the_rest(record: Record) -> None:
    asked: dict[str, list[dict[str, Any]]] = {}
    for path in FILES:
        asked.setdefault(path.parent.name, []).append(meaning(record, path))
    assert {values["lane"] for values in asked["lane"]} == {*LANES} - {"context"}
    assert len({values["indicator"] for values in asked["trend"]}) >= 8
    assert len({(v["indicator"], v["year"]) for v in asked["regions"]}) >= 4
    assert len({values["operation"] for values in asked["operations"]}) >= 4
    assert len({values["indicator"] for values in asked["comparators"]}) >= 3


@every_file
def test_a_file_validates(record: Record, path: Path) -> None:
    assert meaning(record, path)


@every_file
def test_a_file_belongs_to_a_notebook_and_is_found_as_a_run(path: Path) -> None:
    """One that ends in .yml would never be run."""
    assert path.parent.name in MODELS
    assert (ROOT / "notebooks" / f"{path.parent.name}.ipynb").is_file()
    assert title(path) in {run.title for run in Project(ROOT).runs()}


@every_file
def test_a_file_says_first_what_it_is_for(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert first.endswith(".")


@every_file
def test_an_english_report_is_named_so(record: Record, path: Path) -> None:
    assert "lang" in read_file(path)
    assert path.stem.endswith("-en") == (meaning(record, path)["lang"] == "en")


def test_the_two_languages_of_one_name_ask_the_same(record: Record) -> None:
    twins = [p for p in FILES if p.with_stem(f"{p.stem}-en").is_file()]
    assert twins
    for path in twins:
        zh, en = meaning(record, path), meaning(record, path.with_stem(f"{path.stem}-en"))
        assert zh | {"lang": "en"} == en, title(path)


def test_no_two_files_ask_the_same(record: Record) -> None:
    asked = [(path.parent.name, str(meaning(record, path))) for path in FILES]
    assert len(set(asked)) == len(asked)


def test_every_notebook_has_a_report_in_each_language(record: Record) -> None:
    found = {(path.parent.name, meaning(record, path)["lang"]) for path in FILES}
    assert found == {(notebook, lang) for notebook in MODELS for lang in ("zh", "en")}


def test_the_seed_board_asks_for_what_was_known_on_the_day_of_the_article(record: Record) -> None:
    asked = meaning(record, ROOT / "params" / "scoreboard" / "seed-first-year.yaml")
    assert {key: str(asked[key]) for key in ("as_of", "start", "geo", "source")} == {
        "as_of": "2022-05-11",
        "start": "2021-04-01",
        "geo": "CN",
        "source": SEED,
    }
