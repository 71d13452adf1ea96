"""What was read → frames in the record's columns, with spans into the text; each figure once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import polars as pl

from research.loaders.bulletin.claims import Said
from research.loaders.bulletin.reading import Figure, Unread
from research.loaders.bulletin.text import Page
from research.record import tables
from research.record.frames import completed_claims, completed_observations, with_ids
from research.record.printed import change, reading
from research.record.schema import QUALIFIER_OF, SCHEMAS, Claims, Observations

_NO_WINDOW = "no window: the text gives none, or it needs the day of issue"
_SPAN = {"span_start": pl.Int64, "span_end": pl.Int64}
_YOY_SPAN = {"yoy_start": pl.Int64, "yoy_end": pl.Int64}
_OBSERVATIONS = {c: t.dtype for c, t in Observations.columns().items()} | _SPAN | _YOY_SPAN
_CLAIMS = {c: t.dtype for c, t in Claims.columns().items()} | _SPAN
_UNREAD = {"printed": pl.String(), "reason": pl.String()} | _SPAN


def _row(figure: Figure, page: Page) -> dict[str, object]:
    start, end = page.span(figure.start, figure.end)
    moved = page.span(*figure.change_span) if figure.change_span else (None, None)
    first, last = figure.window or (None, None)
    return {
        "indicator": figure.indicator,
        "geo": figure.geo,
        "scope": figure.scope,
        "start": first,
        "end": last,
        "printed": "".join(page.text[start:end].split()) if figure.printed else None,
        "yoy_printed": figure.change,
        "window_words": figure.words,
        "window_certain": figure.certain and figure.window is not None,
        "cumulative": figure.cumulative,
        "span_start": start,
        "span_end": end,
        "yoy_start": moved[0],
        "yoy_end": moved[1],
        "title": figure.title,
    }


def _worse() -> pl.Expr:
    """Of figures alike: a headline's stands behind; then count a certain window and a change."""
    merits = 2 * pl.col("window_certain") + pl.col("yoy_pct").is_not_null()
    return 4 * pl.col("title").cast(pl.Int8) - merits.cast(pl.Int8)


@cache
def _units() -> pl.DataFrame:
    indicators = tables.read(tables.TABLES / "indicators.csv", "indicators")
    return indicators.select("indicator", pl.col("unit").replace("money", "yuan"))


def observations(
    figures: Iterable[Figure], page: Page, source_id: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of the record, and the spans set aside with the reason: repeats, and no number.

    A headline's figure repeats any of its series in the text; of two alike the one whose window is
    certain stays.
    """
    typed = {c: t for c, t in _OBSERVATIONS.items() if c not in _FILLED} | {"title": pl.Boolean()}
    frame = pl.DataFrame([_row(f, page) for f in figures], schema=typed)
    read, move = reading(pl.col("printed")).struct, change(pl.col("yoy_printed")).struct
    limit = read.field("limit").replace_strict(QUALIFIER_OF, default=None, return_dtype=pl.String)
    series = ["indicator", "geo"]
    same = [*series, "value", pl.when(pl.col("value").is_null()).then("yoy_pct")]
    filled = (
        frame.join(_units(), on="indicator", maintain_order="left")
        .with_columns(
            source_id=pl.lit(source_id),
            value=read.field("value"),
            qualifier=limit.cast(_OBSERVATIONS["qualifier"]),
            yoy_pct=move.field("value"),
            corroborated_by=pl.lit(None, dtype=pl.String),
            doubt=pl.lit(None, dtype=pl.String),
            note=pl.when(pl.col("start").is_null()).then(pl.lit(_NO_WINDOW)),
        )
        .with_columns(
            nothing=pl.all_horizontal(pl.col("value", "yoy_pct").is_null()),
            rank=_worse().rank("ordinal").over(same),
            told=(~pl.col("title")).any().over(series),
        )
        .with_columns(
            reason=pl.when("nothing")
            .then(pl.lit("no_number"))
            .when((pl.col("rank") > 1) | pl.col("title") & pl.col("told"))
            .then(pl.lit("repeats"))
        )
    )
    kept = filled.filter(pl.col("reason").is_null()).sort("span_start", maintain_order=True)
    aside = filled.filter(pl.col("reason").is_not_null()).select("reason", *_SPAN)
    return with_ids(kept, "observation_id", []).select(_OBSERVATIONS.keys()), aside


_FILLED = {"observation_id", "source_id", "value", "qualifier", "unit", "yoy_pct"}
_FILLED |= {"corroborated_by", "doubt", "note"}


def claims(said: Iterable[Said], page: Page, source_id: str) -> pl.DataFrame:
    """Rows of the record; of claims alike the one with a window of its own stays."""
    rows = []
    for claim in said:
        start, end = page.span(claim.start, claim.end)
        first, last = claim.window or (None, None)
        rows.append(
            {
                "source_id": source_id,
                "kind": claim.kind,
                "indicator": claim.indicator,
                "geo": claim.geo,
                "scope": claim.scope,
                "start": first,
                "end": last,
                "value": claim.value,
                "window_words": claim.words,
                "note": claim.note,
                "span_start": start,
                "span_end": end,
            }
        )
    frame = pl.DataFrame(rows, schema={c: t for c, t in _CLAIMS.items() if c != "claim_id"})
    best = frame.sort(
        pl.col("start").is_null(), pl.col("note").is_not_null(), "span_start", maintain_order=True
    ).unique(["kind", "indicator", "geo", "scope", "value"], keep="first", maintain_order=True)
    kind = [pl.lit(":"), pl.col("kind").cast(pl.String)]
    ordered = best.sort("span_start", maintain_order=True)
    return with_ids(ordered, "claim_id", kind).select(_CLAIMS.keys())


def unread(refused: Iterable[Unread], aside: pl.DataFrame, page: Page) -> pl.DataFrame:
    """Every quantity that became nothing, in order, with the reason."""
    rows = [(u.reason, *page.span(u.start, u.end)) for u in refused] + aside.rows()
    printed = [(page.text[start:end], reason, start, end) for reason, start, end in rows]
    return pl.DataFrame(printed, schema=_UNREAD, orient="row").sort("span_start", "span_end")


def retaken(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Rows of `observations` or `claims` that a person has looked through, as the table has them.

    What follows from the printed words (id, value, qualifier, unit, percent) is filled anew. Raises
    `TableError` for a row that breaks the table's contract.
    """
    if not rows:
        return SCHEMAS[table].create_empty()
    indicators = tables.read(tables.TABLES / "indicators.csv", "indicators")
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if table == "claims":
        completed = completed_claims(frame.select(c for c in _GIVEN_CLAIM if c in frame.columns))
    else:
        given = frame.select(c for c in _GIVEN if c in frame.columns)
        moved = change(pl.col("yoy_printed").cast(pl.String)).struct.field("value")
        completed = completed_observations(given, indicators).with_columns(yoy_pct=moved)
    return tables.validated(completed, table, f"{table} of the bulletin")


_GIVEN = [c for c in Observations.column_names() if c not in _FILLED - {"source_id", "note"}]
_GIVEN_CLAIM = [c for c in Claims.column_names() if c != "claim_id"]
