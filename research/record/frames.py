"""A user's own frame → the record's shape: defaults for what it leaves out. No rules live here."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import polars as pl

from research.record.printed import reading
from research.record.schema import QUALIFIER_OF, Claims, Observations
from research.record.tables import TableError

_DEFAULTS = {"source_id": "frame", "geo": "CN", "scope": "total"}
_NUMBERS = ("value", "low", "high", "yoy_pct", "yoy_low", "yoy_high")


def _as_frame(frame: Any, required: tuple[str, ...], name: str) -> pl.DataFrame:
    """A Polars frame, or what makes one; with the columns that have no default."""
    if not isinstance(frame, pl.DataFrame | dict | list):
        kind = type(frame).__name__
        raise TableError(
            f"{name}: a {kind} is no Polars frame; pl.from_pandas(…) makes one of pandas"
        )
    made = pl.DataFrame(frame)
    for column in [c for c in required if c not in made.columns]:
        raise TableError(f"{name} (frame): column {column!r} is missing; add it")
    return made


def _with_defaults(frame: pl.DataFrame, defaults: dict[str, str]) -> pl.DataFrame:
    return frame.with_columns(
        (pl.col(c).fill_null(d) if c in frame.columns else pl.lit(d)).alias(c)
        for c, d in defaults.items()
    )


def with_ids(frame: pl.DataFrame, key: str, kind: list[pl.Expr]) -> pl.DataFrame:
    """Ids as the record writes them: source:…:indicator[:geo][:scope]:start..end[#n]."""
    if key in frame.columns:
        return frame
    where = [
        pl.when(pl.col(c) != _DEFAULTS[c]).then(pl.concat_str(pl.lit(":"), c)).otherwise(pl.lit(""))
        for c in ("geo", "scope")
    ]
    window = pl.concat_str(pl.col("start", "end").cast(pl.String), separator="..")
    named = pl.concat_str("source_id", *kind, pl.lit(":"), "indicator", *where, pl.lit(":"), window)
    n = pl.int_range(1, pl.len() + 1).over(key)
    return frame.with_columns(named.alias(key)).with_columns(
        pl.when(n == 1).then(key).otherwise(pl.concat_str(key, pl.lit("#"), n))
    )


def _check_numbers(frame: pl.DataFrame) -> None:
    """Raise `TableError` for words where a number belongs."""
    for column in [c for c in _NUMBERS if c in frame.columns]:
        words = pl.col(column).cast(pl.String)
        wrong = frame.filter(words.is_not_null() & words.cast(pl.Float64, strict=False).is_null())
        for word in wrong[column].head(1):
            raise TableError(
                f"observations (frame), column {column!r}: {word!r} is no number; "
                "what was printed belongs in 'printed'"
            )


def completed_observations(frame: pl.DataFrame | None, indicators: pl.DataFrame) -> pl.DataFrame:
    """Fill id, source, place, scope, unit, qualifier, and the missing one of printed and value.

    A value without a printed form counts as printed in plain digits, so that §4 applies to it.
    """
    if frame is None:
        return Observations.create_empty()
    frame = _as_frame(frame, ("indicator", "start", "end"), "observations")
    _check_numbers(frame)
    frame = _with_defaults(frame, _DEFAULTS)
    frame = frame.with_columns(
        pl.lit(None, dtype=dtype).alias(c)
        for c, dtype in {"printed": pl.String, "value": pl.Float64}.items()
        if c not in frame.columns
    ).with_columns(
        (pl.lit(default) if c not in frame.columns else pl.col(c).fill_null(default)).alias(c)
        for c, default in {"window_certain": True, "cumulative": False}.items()
    )
    number = pl.col("value").cast(pl.Float64, strict=False)
    whole = number == number.round()
    plain = pl.when(whole).then(number.cast(pl.Int64, strict=False).cast(pl.String))
    frame = frame.with_columns(
        printed=pl.coalesce("printed", plain.otherwise(number.cast(pl.String)))
    )
    read = reading(pl.col("printed")).struct
    unit = pl.col("_unit").replace("money", "yuan")
    filled = {
        "value": read.field("value"),
        "qualifier": read.field("limit").replace_strict(QUALIFIER_OF, default=None),
        "unit": unit,
    }
    unknown = frame.filter(~pl.col("indicator").is_in(indicators["indicator"].implode()))
    for name in unknown["indicator"].head(1):
        close = get_close_matches(str(name), indicators["indicator"].to_list(), n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise TableError(
            f"observations (frame), column 'indicator': {name!r} is not in indicators{hint}"
        )
    units = indicators.select("indicator", _unit="unit")
    frame = frame.join(units, on="indicator", how="left", maintain_order="left").with_columns(
        (pl.coalesce(pl.col(c).cast(e_type), e) if c in frame.columns else e).alias(c)
        for c, e, e_type in (
            ("value", filled["value"], pl.Float64),
            ("qualifier", filled["qualifier"], pl.String),
            ("unit", filled["unit"], pl.String),
        )
    )
    return with_ids(frame.drop("_unit"), "observation_id", [])


def completed_claims(frame: pl.DataFrame | None) -> pl.DataFrame:
    """Fill id, source, place and scope."""
    if frame is None:
        return Claims.create_empty()
    frame = _as_frame(frame, ("kind", "indicator", "start", "end"), "claims")
    frame = _with_defaults(frame, _DEFAULTS)
    return with_ids(frame, "claim_id", [pl.lit(":"), pl.col("kind").cast(pl.String)])


def sources_of(observations: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """A source for every id that the frames name, dated by their `issued` column if any."""
    parts = [
        f.select("source_id", *(pl.col(c) for c in ("issued",) if c in f.columns))
        for f in (observations, claims)
    ]
    merged = pl.concat(parts, how="diagonal_relaxed").unique("source_id", maintain_order=True)
    return merged.with_columns(quality=pl.lit("secondary"), note=pl.lit("given as a frame"))
