"""The record as files for others: CSV, Parquet, SDMX-CSV, and the Frictionless data package.

SDMX-CSV follows version 2.0 of that format: one file, the observations, dimensions first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl

from research.files import replace_with
from research.record import tables
from research.record.schema import SCHEMAS, categories, references

_TYPES = {"Date": "date", "Boolean": "boolean", "Float64": "number"}
_TYPES |= {"Int32": "integer", "Int64": "integer"}
_LICENCES = [
    {
        "name": "CC-BY-4.0",
        "title": "Creative Commons Attribution 4.0",
        "path": "https://creativecommons.org/licenses/by/4.0/",
    }
]


def _field(name: str, column: dy.Column) -> dict[str, Any]:
    kind = _TYPES.get(str(column.dtype.base_type()), "string")
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    if isinstance(column, dy.Enum):
        constraints["enum"] = categories(column)
    for option, word in (("min", "minimum"), ("max", "maximum"), ("regex", "pattern")):
        if (limit := getattr(column, option, None)) is not None:
            constraints[word] = limit
    field = {"name": name, "type": kind, "description": column.description}
    return {**field, "constraints": constraints} if constraints else field


def _resource(name: str, schema: type[dy.Schema]) -> dict[str, Any]:
    keys = [
        {"fields": [column], "reference": {"resource": "" if to == name else to, "fields": [key]}}
        for column, (to, key) in references(name).items()
    ]
    own = {name: v for base in schema.__mro__ for name, v in vars(base).items()}
    rules = sorted(name for name, v in own.items() if type(v).__name__ == "RuleFactory")
    return {
        "name": name,
        "type": "table",
        "path": f"{name}.csv",
        "description": (schema.__doc__ or "").strip(),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(n, c) for n, c in schema.columns().items()],
            "primaryKey": schema.primary_key(),
            "foreignKeys": keys,
        },
    } | ({"rules": rules} if rules else {})


def data_package() -> dict[str, Any]:
    """The Frictionless descriptor of the tables, made from their schemas."""
    return {
        "name": "fanzha-record",
        "title": "Official figures of China's campaign against telecom and online fraud",
        "licenses": _LICENCES,
        "resources": [_resource(name, schema) for name, schema in SCHEMAS.items()],
    }


def write_data_package(folder: Path) -> Path:
    """Write `datapackage.json` into a folder of CSV tables; returns its path."""
    path = folder / "datapackage.json"
    text = json.dumps(data_package(), ensure_ascii=False, indent=1) + "\n"
    replace_with(path, lambda p: p.write_text(text, encoding="utf-8"))
    return path


def sdmx(observations: pl.DataFrame) -> pl.DataFrame:
    """Observations as SDMX-CSV 2.0: a window is `start/PnD`, an unlimited end is blank.

    Codes may hold no slash in SDMX, so `operation/duanka` is written `operation__duanka`.
    """
    days = (pl.col("end") - pl.col("start")).dt.total_days() + 1
    return observations.select(
        STRUCTURE=pl.lit("dataflow"),
        STRUCTURE_ID=pl.lit("FANZHA:RECORD(1.0)"),
        ACTION=pl.lit("I"),
        INDICATOR=pl.col("indicator"),
        REF_AREA=pl.col("geo"),
        SCOPE=pl.col("scope").str.replace_all("/", "__", literal=True),
        OBS_ID=pl.col("observation_id"),
        TIME_PERIOD=pl.concat_str(pl.col("start").cast(pl.String), pl.lit("/P"), days, pl.lit("D")),
        OBS_VALUE=pl.col("value"),
        LOW=pl.col("low"),
        HIGH=pl.when(pl.col("high").is_finite()).then("high"),
        UNIT_MEASURE=pl.col("unit"),
        PRINTED=pl.col("printed"),
        YOY_PCT=pl.col("yoy_pct"),
        WINDOW_CERTAIN=pl.col("window_certain"),
        CUMULATIVE=pl.col("cumulative"),
        DOUBT=pl.col("doubt"),
    )


def export(frames: Mapping[str, pl.DataFrame], path: Path, format: str) -> Path:
    """See `Record.export`."""
    if format == "sdmx-csv":
        if path.is_dir():
            raise ValueError(
                f"{path} is a folder; SDMX-CSV is one file: name it, as in {path}/record.csv"
            )
        replace_with(path, sdmx(frames["observations"]).write_csv)
        return path
    if format not in ("csv", "parquet"):
        raise ValueError(f"unknown format {format!r}; allowed: csv, parquet, sdmx-csv")
    for name, frame in frames.items():
        tables.write(frame.select(SCHEMAS[name].column_names()), path / f"{name}.{format}")
    if format == "csv":
        write_data_package(path)
    return path
