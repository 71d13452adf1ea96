"""What the tests of the metrics share: the official record, and tiny records written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from research.record.record import Record, load

YEAR = {"start": "2021-01-01", "end": "2021-12-31"}


@pytest.fixture(scope="session")
def record() -> Record:
    return load()


@pytest.fixture(scope="session")
def tiny() -> Callable[..., Record]:
    """A record of a few figures: `tiny(("cases_solved", "5起"), ("…", "…", {"geo": "SG"}))`.

    Each is an indicator, what is printed, and its other columns; the window is the year 2021.
    """

    def make(*figures: tuple[Any, ...], sources: pl.DataFrame | None = None) -> Record:
        rows = [
            {"indicator": name, "printed": printed} | YEAR | (rest[0] if rest else {})
            for name, printed, *rest in figures
        ]
        return Record(pl.DataFrame(rows, infer_schema_length=None), sources=sources)

    return make
