"""Adding rows to a person's own folder of tables, which lies over the record.

The folder stays one that `Record.overlay` takes at every moment: sources first, then what refers to
them, each file whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from research.record import tables
from research.record.record import Record
from research.record.schema import SCHEMAS


def add(folder: Path, given: Mapping[str, pl.DataFrame], record: Record) -> dict[str, int]:
    """Add rows to the tables of a folder, in place of those of the same sources.

    `record` is the one that the folder lies over. Returns the rows added by table. Raises
    `TableError`, and then nothing is written.
    """
    empty = not folder.is_dir() or not any(folder.iterdir())
    there = {} if empty else tables.read_folder(folder)
    wanted = [name for name in SCHEMAS if name in given and given[name].height]
    added = {name: tables.validated(given[name], name) for name in wanted}
    merged = {}
    for name, rows in added.items():
        kept = there.get(name, SCHEMAS[name].create_empty())
        old = kept["source_id"].is_in(rows["source_id"].unique().implode())
        merged[name] = pl.concat([kept.filter(~old), rows])
    record.overlay({**there, **merged})  # whether it all fits together
    for name, rows in merged.items():
        parquet = folder / f"{name}.parquet"
        tables.write(rows, parquet if parquet.exists() else folder / f"{name}.csv")
    return {name: rows.height for name, rows in added.items()}
