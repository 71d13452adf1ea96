"""The record: all that was published, as typed tables that show themselves and can be asked.

Formulas over figures are `research.metrics`; drawing them is `research.charts`.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Literal, get_args

import polars as pl

from research.record import display, export, tables
from research.record.frames import completed_claims, completed_observations, sources_of
from research.record.measures import with_intervals, with_marks, with_ratios
from research.record.printed import Rounding
from research.record.schema import LANES, SCHEMAS

Names = str | Iterable[str] | None
Day = date | str | None


class RecordError(ValueError):
    """A question that the record cannot answer as it was put; the message says what is allowed."""


def as_day(day: Day, name: str = "day") -> date | None:
    """A day from a date or from YYYY-MM-DD. Raises `RecordError`.

    >>> as_day("2022-05-11")
    datetime.date(2022, 5, 11)
    """
    if day is None or isinstance(day, date):
        return day
    try:
        return datetime.strptime(str(day), "%Y-%m-%d").date()  # noqa: DTZ007  (a day has no zone)
    except ValueError as problem:
        raise RecordError(f"{name}: {day!r} is not a day written YYYY-MM-DD") from problem


class Record:
    """Observations and claims with the tables that explain them.

    Built by `load()` from the official record, or from your own frames: `observations` needs
    `indicator`, `start`, `end` and `printed` or `value`; every other column has a default (China,
    scope `total`, certain window). Each of the tables is a Polars frame: `observations` (with its
    interval `low`, `high`, in base units, `high` infinite where nothing limits it), `claims`,
    `comparisons`, `sources`, `indicators`, `units`, `scopes`, `operations`, `regions`,
    `population`, `quarantine`.

    Raises `TableError` where a row breaks the contract of its table.

    >>> import polars as pl
    >>> mine = pl.DataFrame({"indicator": ["cases_solved"], "start": ["2024-01-01"],
    ...                      "end": ["2024-12-31"], "printed": ["29.4万起"]})
    >>> Record(observations=mine).observations.select("value", "low", "high").row(0)
    (294000.0, 293500.0, 295000.0)
    """

    def __init__(
        self,
        observations: pl.DataFrame | None = None,
        claims: pl.DataFrame | None = None,
        *,
        sources: pl.DataFrame | None = None,
        rounding: Rounding = "either",
    ) -> None:
        known = {name: _packaged(name) for name in _VOCABULARY}
        observations = completed_observations(observations, known["indicators"])
        claims = completed_claims(claims)
        if sources is None:
            sources = sources_of(observations, claims)
        own = [c for c in ("low", "high") if c in observations.columns]
        stated = observations.select("observation_id", pl.col(own).cast(pl.Float64))
        rest = observations.drop("issued", *own, strict=False)
        self._fill(
            {
                **known,
                "sources": tables.validated(sources, "sources"),
                "observations": tables.validated(rest, "observations").join(
                    stated, on="observation_id", how="left", maintain_order="left"
                ),
                "claims": tables.validated(claims.drop("issued", strict=False), "claims"),
                **{name: SCHEMAS[name].create_empty() for name in _WITHOUT_FRAMES},
            },
            rounding,
        )

    def _fill(
        self, frames: Mapping[str, pl.DataFrame], rounding: Rounding, vintage: date | None = None
    ) -> None:
        tables.check_references(frames)
        observations = frames["observations"]
        if "limit" not in observations.columns:
            observations = with_intervals(observations, rounding)
        comparisons = frames["comparisons"]
        if "low" not in comparisons.columns:
            comparisons = with_ratios(comparisons, rounding)
        self.rounding, self.vintage = rounding, vintage
        self._frames = {**frames, "observations": observations, "comparisons": comparisons}

    @classmethod
    def _of(
        cls, frames: Mapping[str, pl.DataFrame], rounding: Rounding, vintage: date | None = None
    ) -> Record:
        record = cls.__new__(cls)
        record._fill(frames, rounding, vintage)
        return record

    @property
    def observations(self) -> pl.DataFrame:
        """One row a figure, with `low`, `high`, `limit`, `yoy_low`, `yoy_high`."""
        return self._frames["observations"]

    @property
    def claims(self) -> pl.DataFrame:
        """One row a statement without a level."""
        return self._frames["claims"]

    @property
    def comparisons(self) -> pl.DataFrame:
        """One row a claim of change whose base is known."""
        return self._frames["comparisons"]

    @property
    def sources(self) -> pl.DataFrame:
        """One row a document."""
        return self._frames["sources"]

    @property
    def indicators(self) -> pl.DataFrame:
        """One row a thing that is counted."""
        return self._frames["indicators"]

    @property
    def units(self) -> pl.DataFrame:
        """One row a unit, with its name in both languages."""
        return self._frames["units"]

    @property
    def scopes(self) -> pl.DataFrame:
        """One row a word of the scope vocabulary."""
        return self._frames["scopes"]

    @property
    def operations(self) -> pl.DataFrame:
        """One row an operation, campaign or standing mechanism."""
        return self._frames["operations"]

    @property
    def regions(self) -> pl.DataFrame:
        """One row a place."""
        return self._frames["regions"]

    @property
    def population(self) -> pl.DataFrame:
        """One row a place and year, in persons."""
        return self._frames["population"]

    @property
    def quarantine(self) -> pl.DataFrame:
        """Rows kept out, each with the rule it breaks and why it could not be mended."""
        return self._frames["quarantine"]

    def as_of(self, day: Day) -> Record:
        """The vintage of a day: only sources issued by then.

        A source without a day of issue cannot be placed in time and is left out; `sources` of the
        whole record tells how many there are.

        >>> load().as_of("2022-05-11").sources["issued"].max()
        datetime.date(2022, 5, 11)
        """
        day = as_day(day, "as_of")
        if day is None:
            return self
        sources = self.sources.filter(pl.col("issued") <= day)
        kept = pl.col("source_id").is_in(sources["source_id"].implode())
        frames = {**self._frames, "sources": sources}
        for name in ("observations", "claims", "operations", "quarantine"):
            frames[name] = self._frames[name].filter(kept)
        frames["comparisons"] = self.comparisons.join(frames["claims"], on="claim_id", how="semi")
        return Record._of(frames, self.rounding, day)

    def about(self, indicator: Names) -> Record:
        """All that was said about one indicator or several, with the sources that said it.

        >>> load().about("cases_solved").observations["indicator"].unique().to_list()
        ['cases_solved']
        """
        if (names := self.names(indicator, "indicator")) is None:
            return self
        frames = dict(self._frames)
        for name in ("observations", "claims", "quarantine"):
            frames[name] = frames[name].filter(pl.col("indicator").is_in(names))
        frames["comparisons"] = self.comparisons.join(frames["claims"], on="claim_id", how="semi")
        tellers = ("observations", "claims", "quarantine", "operations")
        told = pl.concat([frames[name].select("source_id") for name in tellers])
        frames["sources"] = self.sources.join(told, on="source_id", how="semi")
        return Record._of(frames, self.rounding, self.vintage)

    def select(
        self,
        indicator: Names = None,
        *,
        geo: Names = None,
        scope: Names = None,
        lane: Names = None,
        source: Names = None,
        start: Day = None,
        end: Day = None,
        as_of: Day = None,
        overlap: bool = False,
    ) -> pl.DataFrame:
        """Figures by any of indicator, geo, scope, lane, source, window and vintage.

        Each of the first five takes one name or several. A figure is within `start`..`end` when its
        whole window is; with `overlap`, when any day of it is. Adds `lane`, `kind`, `issued`,
        `quality` and `marks`; sorted by indicator and window. Raises `RecordError` for a name that
        the record does not know.

        >>> seen = load().select("cases_solved", geo="CN", scope="total", as_of="2022-05-11")
        >>> seen.filter(source_id="legal-daily-2022-05-11").select("low", "value", "high").row(0)
        (393500.0, 394000.0, 395000.0)
        """
        record = self.as_of(as_of)
        wanted = {
            "indicator": record.names(indicator, "indicator"),
            "geo": record.names(geo, "geo"),
            "scope": record.names(scope, "scope"),
            "source_id": record.names(source, "source"),
            "lane": record.names(lane, "lane"),
        }
        first, last = as_day(start, "start"), as_day(end, "end")
        if first and last and first > last:
            raise RecordError(f"start {first} is after end {last}: swap or correct them")
        low, high = ("end", "start") if overlap else ("start", "end")
        frame = record.figures()
        for column, names in wanted.items():
            if names is not None:
                frame = frame.filter(pl.col(column).is_in(names))
        if first:
            frame = frame.filter(pl.col(low) >= first)
        if last:
            frame = frame.filter(pl.col(high) <= last)
        ordered = frame.sort("indicator", "geo", "scope", "start", "end", "observation_id")
        return ordered.select(*_FIRST, pl.exclude(_FIRST)).collect()

    def figures(self, indicator: str | None = None) -> pl.LazyFrame:
        """Observations, lazily, with `lane`, `kind`, `issued`, `quality` and `marks`."""
        rows = self.observations.lazy()
        return (
            with_marks(rows if indicator is None else rows.filter(indicator=indicator))
            .join(
                self.indicators.lazy().select("indicator", pl.col("lane").cast(pl.String), "kind"),
                on="indicator",
                maintain_order="left",
            )
            .join(
                self.sources.lazy().select("source_id", "issued", "quality"),
                on="source_id",
                maintain_order="left",
            )
        )

    def names(self, names: Names, what: str) -> list[str] | None:
        """The names as a list, all known to the record; None stays None. Raises `RecordError`.

        `what` is `indicator`, `geo`, `scope`, `source`, `operation` or `lane`.
        """
        if what == "lane":
            return _known(names, LANES, what)
        table, column = _NAMED[what]
        return _known(names, self._frames[table][column], what)

    def search(self, words: str) -> pl.DataFrame:
        """Indicators whose slug, name or definition holds all the words, Chinese or English.

        Those that match by slug or name come first. Adds how many figures each has, and from when.

        >>> load().search("止付")["indicator"].to_list()[:2]
        ['funds_stopped', 'accounts_frozen']
        """
        named = pl.concat_str("indicator", "name_zh", "name_en", separator=" ").str.to_lowercase()
        defined = pl.concat_str(
            named, pl.col("definition_zh", "definition_en").str.to_lowercase(), separator=" "
        )
        figures = self.observations.group_by("indicator").agg(
            figures=pl.len(), first=pl.col("start").min(), last=pl.col("end").max()
        )
        terms = words.lower().split() or [""]
        return (
            self.indicators.lazy()
            .with_columns(
                by_name=pl.all_horizontal(named.str.contains(t, literal=True) for t in terms),
                found=pl.all_horizontal(defined.str.contains(t, literal=True) for t in terms),
            )
            .filter("found")
            .join(figures.lazy(), on="indicator", how="left")
            .with_columns(pl.col("figures").fill_null(0))
            .sort("by_name", "figures", "indicator", descending=[True, True, False])
            .select(*_FOUND)
            .collect()
        )

    def overlay(self, path: str | Path | Mapping[str, pl.DataFrame]) -> Record:
        """This record with your own tables of the same shape laid over it: a folder, or frames.

        The folder holds any of `observations.csv`, `claims.csv`, `sources.csv`, … (or `.parquet`).
        A row whose key is known replaces the old one; others are added. Raises `TableError`.
        """
        frames = dict(self._frames)
        if isinstance(path, Mapping):
            given_tables = {name: tables.validated(frame, name) for name, frame in path.items()}
            origin = "the frames"
        else:
            given_tables, origin = tables.read_folder(Path(path)), Path(path).name
        for name, given in given_tables.items():
            measure = {"observations": with_intervals, "comparisons": with_ratios}.get(name)
            over = measure(given, self.rounding) if measure else given
            key = SCHEMAS[name].primary_key()
            kept = frames[name].join(over, on=key, how="anti", maintain_order="left")
            frames[name] = pl.concat([kept, over])
            shape = frames[name].select(SCHEMAS[name].column_names())
            tables.validated(shape, name, f"{name} of the record under {origin}")
        for name in given_tables:
            tables.check_references(frames, {name: given_tables[name]})
        return Record._of(frames, self.rounding, self.vintage)

    def export(
        self, path: str | Path, format: Literal["csv", "parquet", "sdmx-csv"] = "csv"
    ) -> Path:
        """Write a folder of CSV (with its data package) or Parquet tables, or one SDMX-CSV file.

        Files are written whole or not at all. Returns the path. Raises `ValueError` for a format
        that is none of the three.
        """
        return export.export(self._frames, Path(path), format)

    def __repr__(self) -> str:
        return display.as_text(self)

    def _repr_html_(self) -> str:
        return display.as_html(self)


OVERLAY = "FANZHA_OVERLAY"  # names a folder of tables to lay over the official record
_VOCABULARY = ("units", "indicators", "scopes", "regions", "population")
_WITHOUT_FRAMES = ("operations", "comparisons", "quarantine")
# What a person looks for first: a printed frame shows its first columns.
_FIRST = ["indicator", "geo", "scope", "start", "end", "printed", "low", "value", "high"]
_NAMED = {
    "indicator": ("indicators", "indicator"),
    "geo": ("regions", "code"),
    "scope": ("scopes", "scope"),
    "source": ("sources", "source_id"),
    "operation": ("operations", "operation_id"),
}
_FOUND = ["indicator", "lane", "name_zh", "name_en", "unit", "kind", "figures", "first", "last"]


def _packaged(name: str) -> pl.DataFrame:
    return tables.read(tables.TABLES / f"{name}.csv", name)


def _known(names: Names, known: Iterable[str], what: str) -> list[str] | None:
    if names is None:
        return None
    wanted = [str(names)] if isinstance(names, str | int) else [str(name) for name in names]
    allowed = list(known)
    for name in wanted:
        if name not in allowed:
            close = difflib.get_close_matches(str(name), allowed, n=3)
            some = f"allowed: {', '.join(allowed[:12])}{', …' if len(allowed) > 12 else ''}"
            if close:
                some = f"did you mean {' or '.join(map(repr, close))}?"
            raise RecordError(f"unknown {what} {name!r}; {some}")
    return wanted


def load(
    path: str | Path | None = None,
    *,
    overlay: str | Path | None = None,
    rounding: Rounding = "either",
) -> Record:
    """The official record that travels in the package, or the one exported to a folder at `path`.

    Over the official one lies `overlay`, a folder of your own tables, or the one that the variable
    `FANZHA_OVERLAY` names: so notebooks see it, whoever runs them. `rounding` says what a printed
    digit may hide: `either` (rounded or cut), `nearest`, `floor`. Raises `TableError`.

    >>> load().observations.height >= 2800
    True
    """
    if rounding not in (allowed := get_args(Rounding)):
        raise RecordError(f"rounding: {rounding!r} is not allowed; allowed: {', '.join(allowed)}")
    folder = tables.TABLES if path is None else Path(path)
    found = tables.read_folder(folder)
    frames = {n: found[n] if n in found else schema.create_empty() for n, schema in SCHEMAS.items()}
    record = Record._of(frames, rounding)
    laid = overlay or (os.environ.get(OVERLAY) if path is None else None)
    return record.overlay(laid) if laid else record
