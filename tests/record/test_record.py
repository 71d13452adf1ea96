"""The record answers: load, select, search, vintages, overlays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.record import tables
from research.record.record import Record, RecordError, as_day, load
from research.record.schema import LANES, SCHEMAS
from research.record.tables import TableError

Folder = Callable[..., Path]
LEGAL = "legal-daily-2022-05-11"
DATED = ("observations", "claims", "operations", "quarantine")
DAYS = st.dates(dt.date(2010, 1, 1), dt.date(2026, 12, 31))


def ids(frame: pl.DataFrame) -> set[str]:
    return set(frame["observation_id"])


# Loading


def test_the_official_record_is_whole(record: Record) -> None:
    assert record.observations.height >= 2_800
    assert record.observations.height + record.quarantine.height == 2_896
    for name in SCHEMAS:
        frame = getattr(record, name)
        assert frame.height > 0
        assert frame.columns[: len(SCHEMAS[name].columns())] == SCHEMAS[name].column_names()
    assert record.vintage is None
    assert record.rounding == "either"


def test_every_quarantined_row_says_which_rule_and_why(record: Record) -> None:
    named = record.quarantine["broken_rule"]
    assert set(named) <= {"value_as_printed", "qualifier_as_printed"}
    assert (record.quarantine["reason"].str.len_chars() > 10).all()
    assert ids(record.quarantine).isdisjoint(ids(record.observations))


def test_rounding_narrows_the_record(record: Record) -> None:
    for rounding in ("nearest", "floor"):
        inner = load(rounding=rounding).observations
        assert inner["observation_id"].equals(record.observations["observation_id"])
        assert (inner["low"] >= record.observations["low"]).all()
        assert (inner["high"] <= record.observations["high"]).all()


def test_rounding_is_one_of_three() -> None:
    with pytest.raises(RecordError, match="rounding: 'down' is not allowed; allowed: either, near"):
        load(rounding="down")  # type: ignore[arg-type]


def test_a_folder_with_some_of_the_tables_is_a_record(tmp_path: Path) -> None:
    for name in ("units", "indicators", "scopes", "regions"):
        (tmp_path / f"{name}.csv").write_bytes((tables.TABLES / f"{name}.csv").read_bytes())
    record = load(tmp_path)
    assert record.observations.height == 0
    assert record.indicators.height == 152
    with pytest.raises(TableError, match="no such folder"):
        load(tmp_path / "none")


@pytest.mark.parametrize("day", ["2022-05", "11.5.2022", "2022-02-30", ""])
def test_what_is_no_day_is_an_error(record: Record, day: str) -> None:
    with pytest.raises(RecordError, match=f"as_of: '{day}' is not a day written YYYY-MM-DD"):
        record.as_of(day)
    with pytest.raises(RecordError, match="start: "):
        record.select(start=day)
    with pytest.raises(RecordError, match="end: "):
        record.select(end=day)


def test_a_day_is_a_date_or_text_or_none() -> None:
    assert as_day("2022-05-11") == as_day(dt.date(2022, 5, 11)) == dt.date(2022, 5, 11)
    assert as_day(None) is None


# Select


@pytest.mark.parametrize(
    ("argument", "column", "name", "names"),
    [
        ("indicator", "indicator", "cases_solved", ["cases_solved", "suspects_arrested"]),
        ("geo", "geo", "CN", ["SG", "440000"]),
        ("scope", "scope", "total", ["operation/duanka", "single_action"]),
        ("source", "source_id", LEGAL, [LEGAL, "mps-2024-01-09"]),
        ("lane", "lane", "funds", ["funds", "cards"]),
    ],
)
def test_select_by_one_name_or_several(
    record: Record, argument: str, column: str, name: str, names: list[str]
) -> None:
    everything = record.select()
    one = record.select(**{argument: name})
    assert one.height > 0
    assert one.equals(everything.filter(pl.col(column) == name))
    several = everything.filter(pl.col(column).is_in(names))
    assert set(several[column]) == set(names)
    for many in (names, tuple(names), iter(names)):
        assert record.select(**{argument: many}).equals(several)


def test_select_without_names_is_all_and_with_an_empty_list_is_nothing(record: Record) -> None:
    assert ids(record.select()) == ids(record.observations)
    assert record.select([]).height == 0


def test_select_adds_what_a_reader_needs_and_sorts(record: Record) -> None:
    found = record.select("cases_solved")
    assert {"lane", "kind", "issued", "quality", "marks"} <= set(found.columns)
    assert set(record.observations.columns) <= set(found.columns)
    assert set(found["lane"]) == {"enforcement"}
    keys = ["indicator", "geo", "scope", "start", "end", "observation_id"]
    assert found.equals(found.sort(keys))


def test_arguments_hold_together(record: Record) -> None:
    found = record.select("cases_solved", geo="CN", scope="total", source=LEGAL, lane="enforcement")
    row = found.row(0, named=True)
    assert found.height == 1
    assert (row["low"], row["value"], row["high"]) == (393_500, 394_000, 395_000)
    assert (row["yoy_low"], row["yoy_pct"], row["yoy_high"]) == (28.45, 28.5, 28.6)
    assert (row["start"], row["end"]) == (dt.date(2021, 4, 1), dt.date(2022, 3, 31))
    assert record.select("cases_solved", lane="funds").height == 0


@settings(deadline=None, max_examples=15)
@given(st.tuples(DAYS, DAYS).map(sorted))
def test_within_is_the_whole_window_and_overlap_is_any_day_of_it(
    record: Record, days: list[dt.date]
) -> None:
    first, last = days
    rows = record.observations.select("observation_id", "start", "end").rows()
    within = {name for name, start, end in rows if first <= start and end <= last}
    overlap = {name for name, start, end in rows if start <= last and end >= first}
    assert ids(record.select(start=first, end=last)) == within
    assert ids(record.select(start=first, end=last, overlap=True)) == overlap
    assert ids(record.select(start=first)) == {name for name, start, _ in rows if start >= first}
    assert ids(record.select(end=last, overlap=True)) == {
        n for n, start, _ in rows if start <= last
    }
    assert ids(record.select(start=str(first), end=str(last))) == within


def test_a_start_after_the_end_is_an_error(record: Record) -> None:
    with pytest.raises(RecordError, match="start 2022-01-01 is after end 2021-01-01"):
        record.select(start="2022-01-01", end="2021-01-01")


@pytest.mark.parametrize(
    ("argument", "name", "said"),
    [
        (
            "indicator",
            "case_solved",
            "unknown indicator 'case_solved'; did you mean 'cases_solved'",
        ),
        ("geo", "Guangdong", "unknown geo 'Guangdong'; allowed: 110000"),
        ("scope", "operation/duankaa", "did you mean 'operation/duanka'"),
        ("source", "legal-daily-2022-05-12", f"did you mean '{LEGAL}'"),
        ("lane", "fund", "did you mean 'funds'"),
        ("lane", "xyz", f"allowed: {', '.join(LANES)}$"),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest(
    record: Record, argument: str, name: str, said: str
) -> None:
    known = {"indicator": "cases_solved", "geo": "CN", "scope": "total", "lane": "funds"}
    for names in (name, [known.get(argument, LEGAL), name]):
        with pytest.raises(RecordError, match=said):
            record.select(**{argument: names})


def test_a_source_of_a_later_day_is_unknown_to_a_vintage(record: Record) -> None:
    with pytest.raises(RecordError, match="unknown source"):
        record.select(source=LEGAL, as_of="2022-05-10")
    assert record.select(source=LEGAL, as_of="2022-05-11").height > 0


# Vintages


@settings(deadline=None, max_examples=12)
@given(st.lists(DAYS, min_size=2, max_size=3).map(sorted))
def test_a_vintage_knows_only_what_was_issued_by_then(record: Record, days: list[dt.date]) -> None:
    vintages = [record.as_of(day) for day in days]
    for day, vintage in zip(days, vintages, strict=True):
        issued = record.sources.filter(pl.col("issued") <= day)
        assert vintage.vintage == day
        assert vintage.sources.equals(issued)
        for name in DATED:
            frame = getattr(vintage, name)
            assert frame["source_id"].is_in(issued["source_id"].implode()).all()
            known = getattr(record, name)
            assert frame.height == known.join(issued, on="source_id", how="semi").height
        claims = vintage.claims["claim_id"].implode()
        assert vintage.comparisons["claim_id"].is_in(claims).all()
    for earlier, later in pairwise(vintages):
        for name in (*DATED, "sources"):
            frame = getattr(earlier, name)
            assert (
                frame.join(
                    getattr(later, name), on=frame.columns, nulls_equal=True, how="anti"
                ).height
                == 0
            )


def test_a_vintage_leaves_out_undated_sources_and_leaves_the_record_alone(record: Record) -> None:
    height = record.observations.height
    latest = record.as_of("2100-01-01")
    assert latest.sources["issued"].null_count() == 0
    undated = record.sources.filter(pl.col("issued").is_null())
    assert latest.sources.height == record.sources.height - undated.height
    assert undated.height > 0
    assert (record.observations.height, record.vintage) == (height, None)


def test_no_day_is_the_record_itself(record: Record) -> None:
    assert record.as_of(None) is record


def test_a_vintage_of_a_vintage_is_the_earlier_one(record: Record) -> None:
    early = record.as_of("2020-01-01")
    assert early.as_of("2022-01-01").observations.equals(early.observations)
    later = record.as_of("2022-01-01")
    assert later.as_of("2020-01-01").observations.equals(early.observations)


def test_selecting_as_of_a_day_is_selecting_from_the_vintage(record: Record) -> None:
    day = "2021-12-31"
    assert record.select("cases_solved", as_of=day).equals(record.as_of(day).select("cases_solved"))


# Search


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("止付", "funds_stopped"),
        ("Cases solved", "cases_solved"),
        ("cases SOLVED", "cases_solved"),
        ("solved cases", "cases_solved"),
        ("cases_solved", "cases_solved"),
        ("破获", "cases_solved"),
        ("见面劝阻", "dissuasion_visits"),
    ],
)
def test_search_finds_by_slug_name_or_definition(record: Record, words: str, first: str) -> None:
    assert record.search(words)["indicator"].item(0) == first


def test_search_finds_only_what_holds_all_the_words(record: Record) -> None:
    found = record.search("suspects returned")
    names = found.join(record.indicators, on="indicator", how="left").select(
        pl.concat_str(
            "indicator", "name_zh", "name_en", "definition_zh", "definition_en", separator=" "
        ).str.to_lowercase()
    )
    for term in ("suspects", "returned"):
        assert names.to_series().str.contains(term).all()
    assert 0 < found.height < record.search("suspects").height


def test_search_tells_how_many_figures_there_are_and_from_when(record: Record) -> None:
    row = record.search("cases_solved").row(0, named=True)
    figures = record.select("cases_solved")
    assert row["figures"] == figures.height
    assert (row["first"], row["last"]) == (figures["start"].min(), figures["end"].max())


def test_search_without_a_hit_is_an_empty_frame(record: Record) -> None:
    found = record.search("量子 quantum")
    assert found.height == 0
    assert found.columns[:2] == ["indicator", "lane"]
    assert record.search(".*").height == 0, "words, no patterns"


@pytest.mark.parametrize("words", ["", "  "])
def test_a_blank_search_finds_every_indicator(record: Record, words: str) -> None:
    assert record.search(words).height == record.indicators.height


# Overlays

HEAD = (
    "observation_id,source_id,indicator,geo,scope,start,end,printed,value,qualifier,unit,"
    "window_certain,cumulative\n"
)
NEW = f"mine,{LEGAL},cases_solved,CN,total,2021-01-01,2021-06-30,20万余起,200000,over,case,yes,no\n"
KNOWN = f"{LEGAL}:cases_solved:2021-04-01..2022-03-31"
CHANGED = f"{KNOWN},{LEGAL},cases_solved,CN,total,2021-04-01,2022-03-31,40万起,400000,"
CHANGED += "exact_as_printed,case,yes,no\n"


def test_an_overlay_adds_rows_and_replaces_those_whose_key_is_known(
    record: Record, folder: Folder
) -> None:
    before = {name: getattr(record, name) for name in SCHEMAS}
    over = record.overlay(folder(observations=HEAD + NEW + CHANGED))
    rows = over.observations
    assert rows.height == record.observations.height + 1
    added = rows.filter(observation_id="mine").row(0, named=True)
    assert (added["low"], added["value"], added["high"]) == (200_000, 200_000, 300_000)
    replaced = rows.filter(observation_id=KNOWN).row(0, named=True)
    assert (replaced["printed"], replaced["low"], replaced["high"]) == ("40万起", 395_000, 410_000)
    old = record.observations.filter(~pl.col("observation_id").is_in(["mine", KNOWN]))
    assert rows.filter(~pl.col("observation_id").is_in(["mine", KNOWN])).equals(old)
    assert all(getattr(record, name) is frame for name, frame in before.items())
    assert record.observations.filter(observation_id=KNOWN)["printed"].item() == "39.4万起"


def test_tables_of_an_overlay_may_need_each_other(record: Record, folder: Folder) -> None:
    place = folder(
        sources="source_id,issued,quality\nmy-source,2026-03-01,official\n",
        scopes="scope,family,relation,name_zh,name_en,definition\nmy_part,part,part,甲,A,A\n",
        observations=HEAD + NEW.replace(LEGAL, "my-source").replace("total", "my_part"),
    )
    over = record.overlay(place)
    found = over.select(source="my-source", scope="my_part")
    assert found.select("issued", "quality").row(0) == (dt.date(2026, 3, 1), "official")
    assert over.as_of("2026-02-28").select(scope="my_part").height == 0


def test_an_overlay_may_be_parquet_and_path_text(record: Record, tmp_path: Path) -> None:
    added = record.sources.head(1).with_columns(source_id=pl.lit("my-source"))
    added.write_parquet(tmp_path / "sources.parquet")
    over = record.overlay(str(tmp_path))
    assert over.sources.height == record.sources.height + 1


def test_an_overlay_of_a_vintage_stays_that_vintage(record: Record, folder: Folder) -> None:
    over = record.as_of("2022-05-11").overlay(folder(observations=HEAD + NEW))
    assert over.vintage == dt.date(2022, 5, 11)
    assert "mine" in ids(over.observations)


def test_an_overlay_is_read_with_the_rounding_of_the_record(folder: Folder) -> None:
    over = load(rounding="floor").overlay(folder(observations=HEAD + CHANGED))
    row = over.observations.filter(observation_id=KNOWN).row(0, named=True)
    assert (row["low"], row["high"]) == (400_000, 410_000)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"observations": HEAD + NEW.replace("200000", "20000")}, "value_as_printed"),
        ({"observations": HEAD + NEW + NEW}, "no_duplicate_figure"),
        ({"observations": HEAD + NEW.replace(LEGAL, "no-source")}, "'no-source' is not in sources"),
        ({"observations": HEAD + NEW.replace(",case,", ",person,")}, "is not the unit of"),
        ({"observation": HEAD + NEW}, "did you mean observations.csv"),
        ({"sources": "source_id,qality\ns,press\n"}, "did you mean 'quality'"),
        ({}, "holds no table"),
    ],
)
def test_an_overlay_that_breaks_the_contract_leaves_nothing(
    record: Record, folder: Folder, files: dict[str, str], said: str
) -> None:
    before = {name: getattr(record, name) for name in SCHEMAS}
    with pytest.raises(TableError, match=said):
        record.overlay(folder(**files))
    assert all(getattr(record, name) is frame for name, frame in before.items())


def test_a_figure_that_the_record_has_under_another_id_is_a_duplicate(
    record: Record, folder: Folder
) -> None:
    row = record.observations.filter(observation_id=KNOWN).select(
        SCHEMAS["observations"].column_names()
    )
    copy = row.with_columns(observation_id=pl.lit("copy"))
    place = folder()
    copy.write_csv(place / "observations.csv")
    with pytest.raises(
        TableError, match=r"observations of the record under tables.*no_duplicate_figure"
    ):
        record.overlay(place)


@pytest.mark.parametrize("table", SCHEMAS)
def test_an_overlay_of_known_rows_changes_no_row(
    record: Record, tmp_path: Path, table: str
) -> None:
    rows = getattr(record, table).select(SCHEMAS[table].column_names())
    tables.write(rows.head(2), tmp_path / f"{table}.csv")
    over = record.overlay(tmp_path)
    for name in SCHEMAS:
        key = SCHEMAS[name].primary_key()
        assert getattr(over, name).sort(key).equals(getattr(record, name).sort(key))


@pytest.mark.parametrize(
    "row", [NEW.replace(LEGAL, "no-source"), NEW.replace(",case,", ",person,")]
)
def test_an_overlay_error_names_its_own_row(record: Record, folder: Folder, row: str) -> None:
    with pytest.raises(TableError, match="observations, row 2, column"):
        record.overlay(folder(observations=HEAD + row))
