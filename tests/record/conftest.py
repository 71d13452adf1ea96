"""What the tests of the record share: the official record, and tables written by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from research.record.record import Record, load


@pytest.fixture(scope="session")
def record() -> Record:
    return load()


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """A folder of tables from their text or bytes: `folder(sources="…")` or `{"x.csv": b"…"}`."""

    def write(files: dict[str, bytes] | None = None, **tables: str) -> Path:
        place = tmp_path / "tables"
        place.mkdir(exist_ok=True)
        for name, text in tables.items():
            (place / f"{name}.csv").write_text(text, encoding="utf-8")
        for name, data in (files or {}).items():
            (place / name).write_bytes(data)
        return place

    return write
