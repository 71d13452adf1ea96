"""The contract of the record: each column and rule can fail, and the packaged tables keep all."""

from __future__ import annotations

from typing import Any

import dataframely as dy
import polars as pl
import pytest

from research.record import schema
from research.record.schema import LANES, QUALIFIER_OF, QUALIFIERS, SCHEMAS, references, rule_help
from research.record.tables import TABLES, TableError, check_references, read, validated

GOOD: dict[str, dict[str, Any]] = {
    "sources": {"source_id": "s1", "issued": "2022-05-11", "quality": "press"},
    "units": {"unit": "case", "name_zh": "起", "name_en": "cases"},
    "indicators": {
        "indicator": "cases_solved",
        "lane": "enforcement",
        "name_zh": "破案数",
        "name_en": "Cases solved",
        "unit": "case",
        "kind": "flow",
        "definition_en": "Cases solved",
        "definition_zh": "破案数",
    },
    "scopes": {
        "scope": "total",
        "family": "whole",
        "relation": "whole",
        "name_zh": "全部",
        "name_en": "All",
        "definition": "All of it",
    },
    "regions": {"code": "CN", "name_zh": "中国", "name_en": "China", "level": "country"},
    "population": {
        "geo": "CN",
        "year": "2020",
        "population": "1412000000",
        "source_url_or_note": "census",
    },
    "operations": {
        "operation_id": "o1",
        "name_zh": "断卡",
        "name_en": "Card break",
        "started": "2020-10",
        "source_id": "s1",
    },
    "observations": {
        "observation_id": "s1:cases_solved:2021-01-01..2021-12-31",
        "source_id": "s1",
        "indicator": "cases_solved",
        "geo": "CN",
        "scope": "total",
        "start": "2021-01-01",
        "end": "2021-12-31",
        "printed": "39.4万起",
        "value": "394000",
        "qualifier": "exact_as_printed",
        "unit": "case",
        "yoy_printed": "同比上升28.5%",
        "yoy_pct": "28.5",
        "window_certain": "yes",
        "cumulative": "no",
    },
    "claims": {
        "claim_id": "c1",
        "source_id": "s1",
        "kind": "yoy_decline_run",
        "indicator": "cases_solved",
        "geo": "CN",
        "scope": "total",
        "start": "2021-01-01",
        "end": "2021-12-31",
        "value": "10",
    },
}
GOOD["comparisons"] = {
    "claim_id": "c1",
    "start": "2021-01-01",
    "end": "2021-03-31",
    "base_start": "2020-01-01",
    "base_end": "2020-03-31",
    "printed": "上升5.4%",
}
GOOD["quarantine"] = GOOD["observations"] | {"broken_rule": "value_as_printed", "reason": "decoded"}


def rows(table: str, *changes: dict[str, Any]) -> pl.DataFrame:
    """Good rows of a table, each with its own changes, as text."""
    made = [GOOD[table] | change for change in changes]
    return pl.DataFrame(
        made, schema=dict.fromkeys([*GOOD[table], *_new(table, changes)], pl.String)
    )


def _new(table: str, changes: tuple[dict[str, Any], ...]) -> list[str]:
    return sorted({column for change in changes for column in change} - set(GOOD[table]))


def problem(table: str, *changes: dict[str, Any]) -> str:
    with pytest.raises(TableError) as caught:
        validated(rows(table, *changes), table, f"{table}.csv")
    return str(caught.value)


def apart(table: str) -> dict[str, str]:
    """A change that keeps two rows of a table from saying the same thing twice."""
    in_key = "scope" in SCHEMAS[table].primary_key()
    return {} if in_key or "scope" not in SCHEMAS[table].columns() else {"scope": "single_action"}


@pytest.mark.parametrize("table", SCHEMAS)
def test_a_good_row_is_taken_and_typed(table: str) -> None:
    frame = validated(rows(table, {}), table)
    assert frame.height == 1
    assert dict(frame.schema) == {n: c.dtype for n, c in SCHEMAS[table].columns().items()}


# Rules: one bad row for each

BROKEN = [
    ("observations", "dates_ordered", {"start": "2022-01-01"}, "start=2022-01-01"),
    ("claims", "dates_ordered", {"start": "2022-01-01"}, "start=2022-01-01"),
    (
        "observations",
        "says_something",
        dict.fromkeys(["printed", "value", "qualifier", "yoy_printed", "yoy_pct"]),
        "fill one",
    ),
    ("observations", "printed_with_value", {"value": None}, "printed=39.4万起"),
    ("observations", "printed_with_value", {"printed": None, "qualifier": None}, "value=394000.0"),
    ("observations", "value_as_printed", {"value": "39400"}, "printed=39.4万起, value=39400.0"),
    ("observations", "value_as_printed", {"value": "394001"}, "correct the one that is wrong"),
    ("observations", "qualifier_as_printed", {"qualifier": "over"}, "qualifier=over"),
    ("observations", "qualifier_as_printed", {"printed": "超39.4万起"}, "printed=超39.4万起"),
    ("observations", "change_as_printed", {"yoy_pct": "-28.5"}, "yoy_pct=-28.5"),
    ("observations", "change_as_printed", {"yoy_printed": "同比下降28.5%"}, "yoy_printed=同比下降"),
    ("comparisons", "dates_ordered", {"start": "2022-01-01"}, "start=2022-01-01"),
    ("comparisons", "dates_ordered", {"base_end": "2019-01-01"}, "base_end"),
    ("comparisons", "change_is_readable", {"printed": "略有上升"}, "printed=略有上升"),
    ("quarantine", "dates_ordered", {"end": "2020-01-01"}, "end=2020-01-01"),
    ("quarantine", "change_as_printed", {"yoy_pct": "2.85"}, "yoy_pct=2.85"),
    ("quarantine", "printed_with_value", {"value": None}, "fill the missing one"),
    (
        "quarantine",
        "says_something",
        dict.fromkeys(["printed", "value", "qualifier", "yoy_printed", "yoy_pct"]),
        "fill one",
    ),
]


@pytest.mark.parametrize(("table", "rule", "change", "shown"), BROKEN)
def test_a_broken_rule_names_file_row_key_rule_cells_and_fix(
    table: str, rule: str, change: dict[str, Any], shown: str
) -> None:
    key = SCHEMAS[table].primary_key()[0]
    said = problem(table, {}, {key: "bad one"} | apart(table) | change)
    assert said.startswith(f"{table}.csv, row 3 (bad one): ")
    assert f"[{rule}; " in said
    assert rule_help(SCHEMAS[table], rule) in said
    assert shown in said


@pytest.mark.parametrize("table", ["observations", "quarantine"])
def test_a_figure_printed_twice_by_one_source_is_a_duplicate(table: str) -> None:
    said = problem(table, {}, {"observation_id": "copy"})
    assert f"{table}.csv, row 2 (" in said
    assert "[no_duplicate_figure; " in said
    assert "drop the copy" in said
    assert "(2 rows)" in said


def rules_of(contract: type[dy.Schema]) -> set[str]:
    members = {name: v for base in contract.__mro__ for name, v in vars(base).items()}
    return {name for name, member in members.items() if hasattr(member, "validation_fn")}


def test_every_rule_has_a_row_that_breaks_it_and_help_for_a_person() -> None:
    allowed_to_break = {("quarantine", "value_as_printed"), ("quarantine", "qualifier_as_printed")}
    proven = {(table, rule) for table, rule, *_ in BROKEN} | allowed_to_break
    proven |= {(table, "no_duplicate_figure") for table in ("observations", "quarantine")}
    stated = {(table, rule) for table, contract in SCHEMAS.items() for rule in rules_of(contract)}
    assert stated == proven
    for table, rule in stated:
        assert rule_help(SCHEMAS[table], rule) != f"must keep the rule {rule}"


def test_a_quarantined_row_may_break_what_it_is_kept_out_for() -> None:
    change = {"value": "39400", "qualifier": "over"}
    assert validated(rows("quarantine", change), "quarantine")["value"].item() == 39_400


def test_only_a_change_may_be_printed() -> None:
    change = dict.fromkeys(["printed", "value", "qualifier"])
    assert validated(rows("observations", change), "observations").height == 1


def test_binary_noise_does_not_break_what_is_printed() -> None:
    change = {"printed": "16.55万", "value": str(16.55 * 10_000), "yoy_pct": "28.500000000001"}
    assert validated(rows("observations", change), "observations").height == 1


# Columns

REQUIRED = [
    (table, name)
    for table, contract in SCHEMAS.items()
    for name, column in contract.columns().items()
    if not column.nullable
]


@pytest.mark.parametrize(("table", "column"), REQUIRED)
def test_a_required_cell_must_not_be_blank(table: str, column: str) -> None:
    assert column in GOOD[table], "the good row fills what is required"
    said = problem(table, {column: "  "})
    assert said.startswith(f"{table}.csv, row 2")
    # A rule about the column may speak first.
    assert f", column '{column}': is blank; fill it" in said or f"`{column}` must" in said


@pytest.mark.parametrize("blank", ["", "  ", "\t", None])
def test_blank_is_blank_however_it_is_written(blank: str | None) -> None:
    assert "column 'quality': is blank; fill it" in problem("sources", {"quality": blank})


@pytest.mark.parametrize(("table", "column"), REQUIRED)
def test_a_required_column_must_be_there(table: str, column: str) -> None:
    with pytest.raises(TableError, match=f"row 1: column '{column}' is missing; add it"):
        validated(rows(table, {}).drop(column), table, f"{table}.csv")


@pytest.mark.parametrize("table", SCHEMAS)
def test_a_key_stands_once(table: str) -> None:
    said = problem(table, {}, apart(table))
    assert "two rows share this key: give each its own" in said
    assert "[primary_key; " in said


@pytest.mark.parametrize(
    ("table", "column", "value", "right"),
    [
        ("sources", "issued", "11.5.2022", "a day written YYYY-MM-DD"),
        ("sources", "issued", "2022-02-30", "a day written YYYY-MM-DD"),
        ("observations", "start", "2021", "a day written YYYY-MM-DD"),
        ("sources", "quality", "pres", "one of official, press, repost, secondary"),
        ("indicators", "lane", "arrests", "one of enforcement, source_control"),
        ("indicators", "kind", "Flow", "one of flow, stock, ratio"),
        ("scopes", "relation", "none", "one of whole, part, wider, other, own series"),
        ("regions", "level", "town", "one of country, province"),
        ("observations", "qualifier", "more", "one of exact_as_printed, over, nearly, about"),
        ("observations", "window_certain", "maybe", "yes or no"),
        ("observations", "cumulative", "2", "yes or no"),
        ("observations", "value", "39.4万", "a number in plain digits"),
        ("observations", "value", "394,000", "a number in plain digits"),
        ("observations", "yoy_pct", "28.5%", "a number in plain digits"),
        ("population", "year", "2020.5", "a number in plain digits"),
        ("population", "population", "1.4 billion", "a number in plain digits"),
        ("claims", "kind", "decline", "one of change, mom_decline_run"),
    ],
)
def test_a_cell_of_the_wrong_type_says_what_would_be_right(
    table: str, column: str, value: str, right: str
) -> None:
    said = problem(table, {}, {column: value})
    assert said.startswith(f"{table}.csv, row 3, column '{column}': '{value}' is not {right}")


def test_the_number_of_bad_cells_is_told() -> None:
    assert problem("sources", *[{"issued": "soon"}] * 3).endswith("(3 rows)")


@pytest.mark.parametrize(
    ("table", "column", "value", "check"),
    [
        ("observations", "value", "inf", "inf"),
        ("claims", "value", "inf", "inf"),
        ("population", "year", "1800", "min"),
        ("population", "year", "2101", "max"),
        ("population", "population", "0", "min"),
        ("operations", "started", "autumn 2020", "regex"),
        ("operations", "ended", "2020-1", "regex"),
    ],
)
def test_a_cell_out_of_its_limits_is_named(table: str, column: str, value: str, check: str) -> None:
    said = problem(table, {column: value})
    assert said.startswith(f"{table}.csv, row 2, column '{column}': ")
    assert said.endswith(f"breaks '{check}'")


def test_no_count_is_negative_and_no_fall_is_of_more_than_all() -> None:
    assert "value=-5.0" in problem("observations", {"printed": "5起", "value": "-5"})
    change = {"yoy_printed": None, "yoy_pct": "-101"}
    assert "column 'yoy_pct': -101.0 breaks 'min'" in problem("observations", change)


@pytest.mark.parametrize(
    ("text", "value"), [("yes", True), ("No", False), ("TRUE", True), ("0", False), (" 1 ", True)]
)
def test_yes_and_no_are_read_in_their_usual_spellings(text: str, value: bool) -> None:
    assert (
        validated(rows("observations", {"cumulative": text}), "observations")["cumulative"].item()
        is value
    )


# Vocabularies


def test_every_reference_points_at_the_key_of_a_table() -> None:
    for table in SCHEMAS:
        for column, (target, key) in references(table).items():
            assert column in SCHEMAS[table].columns()
            assert key in SCHEMAS[target].primary_key()
            assert list(SCHEMAS).index(target) <= list(SCHEMAS).index(table)


def test_every_limit_has_its_qualifier() -> None:
    assert set(QUALIFIER_OF) == set(schema.p.LIMITS)
    assert set(QUALIFIER_OF.values()) == set(QUALIFIERS)


def test_every_column_and_table_is_described() -> None:
    for contract in SCHEMAS.values():
        assert contract.__doc__
        assert all(column.description for column in contract.columns().values())


# The packaged tables


@pytest.mark.parametrize("table", SCHEMAS)
def test_the_packaged_table_keeps_its_contract(table: str) -> None:
    assert read(TABLES / f"{table}.csv", table).height > 0


def test_the_packaged_tables_fit_together() -> None:
    frames = {table: read(TABLES / f"{table}.csv", table) for table in SCHEMAS}
    check_references(frames)
    assert set(frames["indicators"]["lane"].cast(pl.String)) == set(LANES)
    assert frames["indicators"]["unit"].is_in(frames["units"]["unit"].implode()).all()
    assert frames["observations"]["unit"].is_in(frames["units"]["unit"].implode()).all()


def test_quarantine_is_what_the_curated_rows_have_more_than_the_record() -> None:
    kept = read(TABLES / "observations.csv", "observations")
    out = read(TABLES / "quarantine.csv", "quarantine")
    assert kept.height + out.height == 2_896  # curated rows
    assert kept.join(out, on="observation_id", how="semi").height == 0
    assert (
        out.select(pl.col("broken_rule", "reason").str.strip_chars().str.len_chars() > 0)
        .to_series()
        .all()
    )


def test_a_quarantined_row_breaks_the_rule_that_it_names() -> None:
    out = read(TABLES / "quarantine.csv", "quarantine")
    for row in out.iter_slices(1):
        rule = row["broken_rule"].item()
        with pytest.raises(TableError, match=rf"\[{rule}; "):
            validated(row.drop("broken_rule", "reason"), "observations")


# Bugs found by these tests


def test_a_value_beside_a_printed_text_without_a_number_is_not_as_printed() -> None:
    assert "[value_as_printed; " in problem("observations", {"printed": "许多", "value": "5"})
