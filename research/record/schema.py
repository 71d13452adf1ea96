"""The contract of the record: one schema a table, readable as documentation.

A column says what it holds and, with `references`, which table it points into; a rule is a named
method that returns one Polars expression, true where the row keeps it, and its docstring tells the
person how to mend a row that does not. Reading files is `tables.py`; what figures mean is
`printed.py`.
"""

from __future__ import annotations

from typing import Any

import dataframely as dy
import polars as pl

from research.record import printed as p

LANES = (
    "enforcement",
    "source_control",
    "warning",
    "interception",
    "funds",
    "cards",
    "fixed_line",
    "accountability",
    "publicity",
    "judiciary",
    "context",
)
CURRENCIES = ("yuan", "GBP", "JPY", "SGD", "TWD", "HKD", "USD", "KRW", "AUD")
QUALITIES = ("official", "press", "repost", "secondary")
QUALIFIERS = ("exact_as_printed", "over", "nearly", "about")
KINDS_OF_CLAIM = (
    "change",
    "mom_decline_run",
    "other",
    "rank",
    "record_high",
    "record_low",
    "share",
    "yoy_decline_run",
)
_DAY = r"^\d{4}(-\d\d(-\d\d)?)?$"
QUALIFIER_OF = {
    "exact": "exact_as_printed",
    "rounded": "exact_as_printed",
    "more": "over",
    "at_least": "over",
    "at_most": "nearly",
    "nearly": "nearly",
    "about": "about",
}
"""What a limiting word (`printed.LIMITS`) is called in the `qualifier` column."""


def _key(description: str) -> dy.String:
    return dy.String(primary_key=True, min_length=1, description=description)


def _text(description: str, *, nullable: bool = True, **options: Any) -> dy.String:
    return dy.String(nullable=nullable, description=description, **options)


def _ref(target: str, description: str) -> dy.String:
    return dy.String(nullable=False, metadata={"references": target}, description=description)


def _same(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Equal up to the noise of decimal fractions in binary."""
    return (a - b).abs() <= 1e-9 * pl.max_horizontal(a.abs(), b.abs(), pl.lit(1.0))


class Sources(dy.Schema):
    """One published document."""

    source_id = _key("short name, used by the other tables")
    title = _text("headline as printed; blank where none was seen")
    issuer = _text("the body whose figures these are")
    outlet = _text("who published the text")
    issued = dy.Date(nullable=True, description="day of publication; blank where unknown")
    url = _text("address of the best page seen; a link only where quality is official or press")
    quality = dy.Enum(
        QUALITIES, nullable=False, description="official, press, repost (a copy), or secondary"
    )
    note = _text("what a careful reader must know")


class Indicators(dy.Schema):
    """One thing that is counted."""

    indicator = _key("the slug")
    lane = dy.Enum(LANES, nullable=False, description="the line of effort it belongs to")
    name_zh = _text("the campaign's own term", nullable=False)
    name_en = _text("the term in English", nullable=False)
    unit = _text("unit of every row; money: yuan, or the currency of the place", nullable=False)
    kind = dy.Enum(
        ["flow", "stock", "ratio"],
        nullable=False,
        description="counted over a window, state at its end, or ratio",
    )
    definition_en = _text("what is counted, in English", nullable=False)
    definition_zh = _text("what is counted, in Chinese", nullable=False)


class Units(dy.Schema):
    """One unit, as it is written after a number."""

    unit = _key("the slug")
    name_zh = _text("measure word or unit in Chinese", nullable=False)
    name_en = _text("unit in English, plural", nullable=False)


class Scopes(dy.Schema):
    """One word of the scope vocabulary."""

    scope = _key("the word")
    family = _text("group of like scopes", nullable=False)
    relation = dy.Enum(
        ["whole", "part", "wider", "other", "own series"],
        nullable=False,
        description="how it stands to the total of the indicator",
    )
    name_zh = _text("short name in Chinese", nullable=False)
    name_en = _text("short name in English", nullable=False)
    definition = _text("what the scope covers", nullable=False)


class Regions(dy.Schema):
    """One place: a GB/T 2260 code, an ISO 3166-1 code, or XX for several economies together."""

    code = _key("the code")
    name_zh = _text("name in Chinese", nullable=False)
    name_en = _text("name in English", nullable=False)
    level = dy.Enum(
        ["country", "province", "city", "county", "special", "economy", "group"],
        nullable=False,
        description="administrative level",
    )
    parent = dy.String(
        nullable=True, metadata={"references": "regions.code"}, description="the place above it"
    )


class Population(dy.Schema):
    """Population of one place in one year."""

    geo = dy.String(
        primary_key=True, metadata={"references": "regions.code"}, description="the place"
    )
    year = dy.Int32(primary_key=True, min=1900, max=2100, description="the year")
    population = dy.Int64(nullable=False, min=1, description="persons")
    source_url_or_note = _text("where the figure comes from", nullable=False)


class Operations(dy.Schema):
    """One operation, campaign or standing mechanism."""

    operation_id = _key("short name")
    name_zh = _text("name in Chinese", nullable=False)
    name_en = _text("name in English", nullable=False)
    lead = _text("who leads it")
    started = _text("day, month or year, as well as it is known", regex=_DAY)
    ended = _text("day, month or year, as well as it is known", regex=_DAY)
    scope = _text("what it covers, in free text")
    source_id = _ref("sources.source_id", "the document that names it")
    note = _text("what a careful reader must know")


class Observations(dy.Schema):
    """One figure of one source: indicator, place, scope, window, and what was printed."""

    observation_id = _key("source:indicator[:geo][:scope]:start..end[#n]")
    source_id = _ref("sources.source_id", "the document that prints it")
    indicator = _ref("indicators.indicator", "what is counted")
    geo = _ref("regions.code", "the place")
    scope = _ref("scopes.scope", "which part of the campaign; unlike scopes are never added")
    start = dy.Date(nullable=False, description="first day of the window")
    end = dy.Date(nullable=False, description="last day of the window")
    printed = _text("the figure as the page prints it; blank where only a change was printed")
    value = dy.Float64(nullable=True, min=0, description="the same in base units")
    qualifier = dy.Enum(QUALIFIERS, nullable=True, description="the limiting word, classed")
    unit = _text("that of the indicator", nullable=False)
    yoy_printed = _text("change on the same window a year before, as printed")
    yoy_pct = dy.Float64(nullable=True, min=-100, description="the same in percent")
    window_words = _text("the words that state the window")
    window_certain = dy.Bool(nullable=False, description="false where the window was inferred")
    cumulative = dy.Bool(nullable=False, description="true for a running total; never add those")
    corroborated_by = _text("other pages with the same figure, separated by spaces")
    doubt = _text("blank, or why the figure itself is in question")
    note = _text("what a careful reader must know")

    @dy.rule()
    def dates_ordered(cls) -> pl.Expr:
        """`start` must not be after `end`: swap or correct them."""
        return pl.col("start") <= pl.col("end")

    @dy.rule()
    def says_something(cls) -> pl.Expr:
        """A row needs a `value` or a printed change: fill one, or drop the row."""
        return pl.any_horizontal(
            pl.col("value", "yoy_pct").is_not_null(), pl.col("yoy_printed").is_not_null()
        )

    @dy.rule()
    def printed_with_value(cls) -> pl.Expr:
        """`printed` and `value` are given together: fill the missing one."""
        return pl.col("printed").is_null() == pl.col("value").is_null()

    @dy.rule()
    def value_as_printed(cls) -> pl.Expr:
        """`value` must equal what `printed` says: correct the one that is wrong."""
        said = p.reading(pl.col("printed")).struct.field("value")
        return _same(said, pl.col("value")).fill_null(value=False) | pl.col("printed").is_null()

    @dy.rule()
    def qualifier_as_printed(cls) -> pl.Expr:
        """`qualifier` must class the limiting word in `printed`: correct the one that is wrong."""
        limit = p.reading(pl.col("printed")).struct.field("limit")
        said = limit.replace_strict(QUALIFIER_OF, default=None)
        return (said == pl.col("qualifier").cast(pl.String)) | pl.col("printed").is_null()

    @dy.rule()
    def change_as_printed(cls) -> pl.Expr:
        """`yoy_pct` must equal what `yoy_printed` says: correct the one that is wrong."""
        said = p.change(pl.col("yoy_printed")).struct.field("value")
        unsaid = pl.any_horizontal(pl.col("yoy_printed", "yoy_pct").is_null())
        return _same(said, pl.col("yoy_pct")) | unsaid

    @dy.rule()
    def no_duplicate_figure(cls) -> pl.Expr:
        """One source prints a figure once: drop the copy, or tell the rows apart by scope."""
        same = ["source_id", "indicator", "geo", "scope", "start", "end", "printed", "yoy_printed"]
        return ~pl.struct(same).is_duplicated()


class Claims(dy.Schema):
    """A statement that limits a series without giving a level."""

    claim_id = _key("source:kind:indicator[:geo][:scope]:start..end[#n]")
    source_id = _ref("sources.source_id", "the document that makes it")
    kind = dy.Enum(KINDS_OF_CLAIM, nullable=False, description="what is claimed")
    indicator = _ref("indicators.indicator", "what it is about")
    geo = _ref("regions.code", "the place")
    scope = _ref("scopes.scope", "which part; for a share, the part whose share it is")
    start = dy.Date(nullable=False, description="first day of the window")
    end = dy.Date(nullable=False, description="last day of the window")
    value = dy.Float64(nullable=True, description="months of a run, percent of a share, rank")
    window_words = _text("the words that state the window")
    note = _text("what a careful reader must know; names the base of a change")

    @dy.rule()
    def dates_ordered(cls) -> pl.Expr:
        """`start` must not be after `end`: swap or correct them."""
        return pl.col("start") <= pl.col("end")


class Comparisons(dy.Schema):
    """A claim of change whose base its note names, made readable: a window against another."""

    claim_id = dy.String(
        primary_key=True, metadata={"references": "claims.claim_id"}, description="the claim"
    )
    start = dy.Date(nullable=False, description="first day of the window that changed")
    end = dy.Date(nullable=False, description="its last day")
    base_start = dy.Date(nullable=False, description="first day of the base")
    base_end = dy.Date(nullable=False, description="its last day")
    printed = _text("the change, as a rise or fall or a multiple of the base", nullable=False)

    @dy.rule()
    def dates_ordered(cls) -> pl.Expr:
        """`start` must not be after `end`, nor `base_start` after `base_end`: correct them."""
        return (pl.col("start") <= pl.col("end")) & (pl.col("base_start") <= pl.col("base_end"))

    @dy.rule()
    def change_is_readable(cls) -> pl.Expr:
        """`printed` must hold a percentage or a multiple: write 上升5.4%, 下降14.3%, 增长2倍."""
        return p.change(pl.col("printed")).struct.field("value").is_not_null()


class Quarantine(Observations):
    """Rows kept out of the record because they break a rule and nothing proves the right value."""

    broken_rule = _text("the rule it breaks", nullable=False)
    reason = _text("why it could not be mended from its own columns", nullable=False)

    @dy.rule()
    def value_as_printed(cls) -> pl.Expr:
        """A quarantined row may break this rule."""
        return pl.lit(value=True)

    @dy.rule()
    def qualifier_as_printed(cls) -> pl.Expr:
        """A quarantined row may break this rule."""
        return pl.lit(value=True)


SCHEMAS: dict[str, type[dy.Schema]] = {
    "sources": Sources,
    "units": Units,
    "indicators": Indicators,
    "scopes": Scopes,
    "regions": Regions,
    "population": Population,
    "operations": Operations,
    "observations": Observations,
    "claims": Claims,
    "comparisons": Comparisons,
    "quarantine": Quarantine,
}
"""Every table of the record, in the order in which one refers to another."""


def references(table: str) -> dict[str, tuple[str, str]]:
    """Columns of a table that point into another: column → (table, column).

    >>> references("operations")
    {'source_id': ('sources', 'source_id')}
    """
    found = {}
    for name, column in SCHEMAS[table].columns().items():
        if column.metadata:
            target, _, key = column.metadata["references"].partition(".")
            found[name] = (target, key)
    return found


def categories(column: dy.Enum) -> list[str]:
    """The words that an enumerated column allows, in their order."""
    dtype = column.dtype
    assert isinstance(dtype, pl.Enum)
    return dtype.categories.to_list()


def rule_help(schema: type[dy.Schema], rule: str) -> str:
    """What a person should do about a broken rule: the rule's own docstring."""
    factory = next((vars(base)[rule] for base in schema.__mro__ if rule in vars(base)), None)
    text = getattr(getattr(factory, "validation_fn", None), "__doc__", None)
    return text or f"must keep the rule {rule}"
