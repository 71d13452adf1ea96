"""What the tests of charts share: the official record, and small records of their own making."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from bs4 import BeautifulSoup, Tag

from research.charts.tables import Table
from research.record.record import Record, load

Made = Callable[..., Record]
Cells = Callable[[Table], list[dict[str, Tag]]]


@pytest.fixture(scope="session")
def record() -> Record:
    return load()


@pytest.fixture(scope="session")
def made() -> Made:
    """made(rows, sources): a record of a few figures; what a row leaves out is a plain year."""

    def make(rows: list[dict[str, Any]], sources: list[dict[str, Any]] | None = None) -> Record:
        usual = {"indicator": "cases_solved", "start": "2024-01-01", "end": "2024-12-31"}
        observations = pl.from_dicts([usual | row for row in rows], infer_schema_length=None)
        known = pl.from_dicts(sources, infer_schema_length=None) if sources else None
        return Record(observations=observations, sources=known)

    return make


@pytest.fixture(scope="session")
def values() -> Callable[[Any], list[dict[str, Any]]]:
    """values(part): the rows that a chart, or one part of its specification, draws."""

    def read(part: Any) -> list[dict[str, Any]]:
        spec = part if isinstance(part, dict) else part.to_dict()
        found = spec.get("data") or spec["layer"][0]["data"]
        return list(found["values"])

    return read


@pytest.fixture(scope="session")
def cells() -> Cells:
    """cells(table): what each row of it shows, by column, as a browser would read it."""

    def read(table: Table) -> list[dict[str, Tag]]:
        page = BeautifulSoup(table._repr_html_(), "html.parser")
        rows = (row.find_all("td") for row in page.select("tbody tr"))
        return [{_column(cell, table): cell for cell in row} for row in rows if row]

    return read


def _column(cell: Tag, table: Table) -> str:
    """The last of a cell's headers names its column; row groups come before it."""
    prefix = f"{table.name.replace('_', '-')}-"
    return str(cell["headers"][-1]).removeprefix(prefix)
