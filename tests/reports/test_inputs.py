"""What a run depends on: content alone, as far as the run can reach, and changes in words."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version

import polars as pl
import pytest

from research.record.record import Record, load
from research.reports import inputs
from research.reports.inputs import Inputs, digest, reached


@pytest.fixture(scope="module")
def record() -> Record:
    return load()


def with_a_new_bulletin(record: Record, indicator: str) -> Record:
    """The record with one more figure, of a source issued late."""
    source = {"source_id": ["new"], "issued": ["2026-11-01"], "quality": ["official"]}
    figure = {
        "observation_id": ["new"], "source_id": ["new"], "indicator": [indicator], "geo": ["CN"],
        "scope": ["total"], "start": ["2026-01-01"], "end": ["2026-10-31"], "printed": ["10万起"],
        "value": [100000], "qualifier": ["exact_as_printed"], "unit": ["case"],
        "window_certain": ["yes"], "cumulative": ["no"],
    }  # fmt: skip
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        pl.DataFrame(source).write_csv(Path(folder) / "sources.csv")
        pl.DataFrame(figure).write_csv(Path(folder) / "observations.csv")
        return record.overlay(folder)


@pytest.mark.parametrize(
    ("notebook", "values", "again"),
    [
        ("trend", {"indicator": "cases_solved"}, True),
        ("trend", {"indicator": "cases_filed"}, False),
        ("trend", {"indicator": "cases_solved", "as_of": "2022-05-11"}, False),
        ("scoreboard", {"end": "2022-12-31"}, True),
        ("scoreboard", {"as_of": "2022-05-11"}, False),
        ("quality", {}, True),
    ],
)
def test_a_new_bulletin_is_reached_by_the_runs_that_could_show_it(
    record: Record, notebook: str, values: dict[str, str], again: bool
) -> None:
    later = with_a_new_bulletin(record, "cases_solved")
    assert (reached(later, notebook, values) != reached(record, notebook, values)) == again


def test_rows_are_all_that_counts_of_a_record(record: Record) -> None:
    values = {"indicator": "cases_solved"}
    assert reached(load(), "trend", values) == reached(record, "trend", values)
    assert set(reached(record, "trend", values)) >= {"observations", "claims", "sources"}


NOW = Inputs(
    notebook=digest(b"a notebook"),
    parameters={"indicator": "cases_solved", "end": "2022-12-31"},
    code={"lang.py": digest(b"1"), "metrics/bounds.py": digest(b"2")},
    libraries={"polars": "2.1.0", "altair": "6.3"},
    tables={"tables/claims.csv": digest(b"3")},
    record={"claims": digest(b"4")},
)


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ({"notebook": "x"}, ["notebook changed"]),
        ({"parameters": {"indicator": "cases_filed", "lang": "zh"}}, [
            "parameter end: new", "parameter indicator: cases_filed → cases_solved",
            "parameter lang: gone",
        ]),
        ({"code": NOW.code | {"lang.py": digest(b"0")}}, ["code lang.py changed"]),
        ({"libraries": {"polars": "2.0", "altair": "6.3"}}, ["library polars: 2.0 → 2.1.0"]),
        ({"record": {"claims": digest(b"0")}}, ["rows of the record: claims changed"]),
        ({"tables": {}}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_changes_are_told_in_words(then: dict[str, object], said: list[str]) -> None:
    earlier = dict(NOW) | then
    assert NOW.changes(earlier) == said
    assert bool(NOW.differs(earlier)) == bool(then)


def test_the_same_inputs_do_not_differ() -> None:
    assert replace(NOW).differs(dict(NOW)) == []


def test_code_is_every_file_but_the_command_line_and_the_tables() -> None:
    found = inputs.code()
    assert {
        "__init__.py",
        "metrics/definitions/funds.py",
        "reports/template/report/report.css",
    } <= set(found)
    assert not [name for name in found if name.startswith(("cli/", "record/tables/"))]


def test_libraries_have_their_versions() -> None:
    found = inputs.libraries()
    for name in ("polars", "altair", "papermill", "nbconvert"):
        assert found[name] == version(name)
    assert "python" in found
