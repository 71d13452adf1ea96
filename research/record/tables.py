"""Reading and writing the record's tables: text → typed, validated frame, or one clear error.

The file's row 1 is its header, so the first figure stands in row 2. What the columns mean and the
rules are in `schema.py`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

import dataframely as dy
import polars as pl

from research.files import replace_with
from research.record.schema import CURRENCIES, SCHEMAS, categories, references, rule_help

TABLES = Path(__file__).parent / "tables"
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class TableError(ValueError):
    """A table breaks its contract; the message names file, row, column, value and the fix."""


def _blank_as_null(frame: pl.DataFrame) -> pl.DataFrame:
    text = pl.col(pl.String)
    return frame.with_columns(pl.when(text.str.strip_chars() != "").then(text))


def _parsed(name: str, column: dy.Column) -> tuple[pl.Expr, str]:
    """From text to the column's type, null where it cannot be; and what would be right."""
    text = pl.col(name).str.strip_chars()
    match column:
        case dy.Date():
            return text.str.to_date("%Y-%m-%d", strict=False), "a day written YYYY-MM-DD"
        case dy.Bool():
            words = text.str.to_lowercase()
            return words.replace_strict(
                _BOOLEANS, default=None, return_dtype=pl.Boolean
            ), "yes or no"
        case dy.Enum():
            allowed = categories(column)
            found = pl.when(text.is_in(allowed)).then(text).cast(column.dtype)
            return found, f"one of {', '.join(allowed)}"
        case _ if column.dtype.is_numeric():
            return text.cast(column.dtype, strict=False), "a number in plain digits"
        case _:
            return pl.col(name), "text"


def _columns(frame: pl.DataFrame, schema: type[dy.Schema], name: str) -> pl.DataFrame:
    wanted = schema.column_names()
    for extra in [c for c in frame.columns if c not in wanted]:
        close = difflib.get_close_matches(extra, wanted, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else f"; allowed: {', '.join(wanted)}"
        raise TableError(f"{name}, row 1: unknown column {extra!r}{hint}")
    required = [c for c, column in schema.columns().items() if not column.nullable]
    for missing in [c for c in required if c not in frame.columns]:
        raise TableError(f"{name}, row 1: column {missing!r} is missing; add it")
    absent = [pl.lit(None, dtype=pl.String).alias(c) for c in wanted if c not in frame.columns]
    return frame.with_columns(absent).select(wanted)


def _typed(frame: pl.DataFrame, schema: type[dy.Schema], name: str) -> pl.DataFrame:
    """Each column in its type; a column that comes typed (from a frame) is taken as it is."""
    texts = {c: t for c, t in schema.columns().items() if frame.schema[c] == pl.String}
    parsed = {c: _parsed(c, t) for c, t in texts.items()}
    typed = frame.with_columns(expression.alias(c) for c, (expression, _) in parsed.items())
    for column, (_, right) in parsed.items():
        lost = frame[column].is_not_null() & typed[column].is_null()
        if lost.any():
            row = int(lost.arg_true()[0])
            more = f" ({lost.sum()} rows)" if lost.sum() > 1 else ""
            raise TableError(
                f"{name}, row {row + 2}, column {column!r}: {frame[column][row]!r} is not "
                f"{right}{more}"
            )
    dtypes = {c: t.dtype for c, t in schema.columns().items()}
    for column in [
        c for c in typed.columns if dtypes[c] == pl.Date and typed.schema[c].is_numeric()
    ]:
        value = typed[column].drop_nulls().first()
        raise TableError(f"{name}, column {column!r}: {value!r} is not a day written YYYY-MM-DD")
    return typed.cast({c: t for c, t in dtypes.items() if typed.schema[c] != t})


def _first_broken_rule(frame: pl.DataFrame, schema: type[dy.Schema], name: str) -> None:
    _, failure = schema.filter(frame)
    if not failure.counts():
        return
    details = failure.details()
    rule, count = next(iter(failure.counts().items()))
    bad = details.filter(pl.col(rule) == "invalid").select(frame.columns)
    rows = frame.with_row_index("row").join(
        bad.head(1), on=frame.columns, how="semi", nulls_equal=True
    )
    row, more = rows["row"][0] + 2, f" ({count} rows)" if count > 1 else ""
    column, _, check = rule.partition("|")
    if check:
        value = rows[column][0]
        blank = check == "nullability"
        problem = "is blank; fill it" if blank else f"{value!r} breaks {check!r}"
        raise TableError(f"{name}, row {row}, column {column!r}: {problem}{more}")
    key = "|".join(str(rows[c][0]) for c in schema.primary_key())
    cells = ", ".join(
        f"{c}={rows[c][0]!s}"
        for c in ("start", "end", "printed", "value", "qualifier", "yoy_printed", "yoy_pct")
        if c in rows.columns and rows[c][0] is not None
    )
    fix = "two rows share this key: give each its own" if rule == "primary_key" else ""
    raise TableError(
        f"{name}, row {row} ({key}): {fix or rule_help(schema, rule)} [{rule}; {cells}]{more}"
    )


def validated(frame: pl.DataFrame, table: str, name: str | None = None) -> pl.DataFrame:
    """The frame in the table's schema, types cast and every rule of the schema kept.

    `name` is what errors call it (a file's name). Raises `TableError` for the first row that fails.
    """
    name, schema = name or f"{table} (frame)", SCHEMAS[table]
    frame = _typed(_columns(_blank_as_null(frame), schema, name), schema, name)
    _first_broken_rule(frame, schema, name)
    return frame


def read(path: Path, table: str) -> pl.DataFrame:
    """One validated table from a CSV or Parquet file. Raises `TableError`."""
    try:
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path)
        else:
            frame = pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as problem:
        what = str(problem).splitlines()[0]
        raise TableError(
            f"{path.name}: not a readable UTF-8 {path.suffix[1:]} ({what})"
        ) from problem
    return validated(frame, table, path.name)


def read_folder(folder: Path) -> dict[str, pl.DataFrame]:
    """Every table of the record that stands in a folder, by name. Raises `TableError`."""
    if not folder.is_dir():
        raise TableError(f"{folder}: no such folder; give one that holds {', '.join(SCHEMAS)} .csv")
    files = sorted(p for p in folder.iterdir() if p.suffix in (".csv", ".parquet"))
    for path in [p for p in files if p.stem not in SCHEMAS]:
        close = difflib.get_close_matches(path.stem, SCHEMAS, n=1)
        hint = (
            f"did you mean {close[0]}{path.suffix}?" if close else f"tables: {', '.join(SCHEMAS)}"
        )
        raise TableError(f"{path.name}: not a table of the record; {hint}")
    if not files:
        raise TableError(
            f"{folder}: holds no table; tables: {', '.join(SCHEMAS)} (.csv or .parquet)"
        )
    return {path.stem: read(path, path.stem) for path in files}


def check_references(
    tables: Mapping[str, pl.DataFrame], rows: Mapping[str, pl.DataFrame] | None = None
) -> None:
    """Every id resolves, and every observation has its indicator's unit. Raises `TableError`.

    With `rows`, only these rows are checked against the tables, and errors number them as they are.
    """
    checked = tables if rows is None else rows
    for table, frame in checked.items():
        for column, (target, key) in references(table).items():
            known = tables[target][key]
            lost = frame[column].is_not_null() & ~frame[column].is_in(known.implode())
            if lost.any():
                row = int(lost.arg_true()[0])
                close = difflib.get_close_matches(str(frame[column][row]), known.to_list(), n=1)
                hint = f"; did you mean {close[0]!r}?" if close else f"; add it to {target}"
                raise TableError(
                    f"{table}, row {row + 2}, column {column!r}: {frame[column][row]!r} is not in "
                    f"{target}{hint}"
                )
    if "observations" in checked:
        check_units(checked["observations"], tables["indicators"])


def check_units(observations: pl.DataFrame, indicators: pl.DataFrame) -> None:
    """`unit` equals the indicator's unit; `money` stands for any of `CURRENCIES`."""
    wanted = observations.join(
        indicators.select("indicator", wanted="unit"),
        on="indicator",
        how="left",
        maintain_order="left",
    )["wanted"]
    unit = observations["unit"]
    right = (unit == wanted) | ((wanted == "money") & unit.is_in(CURRENCIES))
    if not right.all():
        row = int((~right).arg_true()[0])
        raise TableError(
            f"observations, row {row + 2}, column 'unit': {unit[row]!r} is not the unit of "
            f"{observations['indicator'][row]!r}, which is {wanted[row]!r}"
        )


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write a table as Parquet or CSV, by the file's ending, whole or not at all."""
    replace_with(path, frame.write_parquet if path.suffix == ".parquet" else frame.write_csv)
