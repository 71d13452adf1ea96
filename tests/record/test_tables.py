"""Reading and writing tables: what cannot be read is one error that names the place and the fix."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from research.files import replace_with
from research.record import tables
from research.record.record import load
from research.record.tables import TableError, read, read_folder, validated, write

SOURCES = "source_id,issued,quality\ns1,2022-05-11,press\n"
Folder = Callable[..., Path]


def problem(path: Path, table: str) -> str:
    with pytest.raises(TableError) as caught:
        read(path, table)
    return str(caught.value)


# Files


def test_a_misspelt_column_is_named_with_the_right_one(folder: Folder) -> None:
    path = folder(sources="source_id,isued,quality\ns1,2022-05-11,press\n") / "sources.csv"
    assert problem(path, "sources") == (
        "sources.csv, row 1: unknown column 'isued'; did you mean 'issued'?"
    )


def test_an_unknown_column_is_named_with_all_that_are_allowed(folder: Folder) -> None:
    path = folder(sources="source_id,xyzzy,quality\ns1,,press\n") / "sources.csv"
    said = problem(path, "sources")
    assert said.startswith("sources.csv, row 1: unknown column 'xyzzy'; allowed: source_id, title")


def test_a_missing_column_is_named(folder: Folder) -> None:
    path = folder(sources="source_id,issued\ns1,2022-05-11\n") / "sources.csv"
    assert problem(path, "sources") == "sources.csv, row 1: column 'quality' is missing; add it"


def test_a_column_that_may_be_blank_may_be_left_out(folder: Folder) -> None:
    path = folder(sources="quality,source_id\npress,s1\n") / "sources.csv"
    found = read(path, "sources")
    assert found.columns[:2] == ["source_id", "title"]
    assert found.row(0, named=True) == {
        "source_id": "s1", "title": None, "issuer": None, "outlet": None, "issued": None,
        "url": None, "quality": "press", "note": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("sources.csv", SOURCES.replace("press", "公安").encode("gb18030"), "UTF-8 csv"),
        ("sources.csv", b"", "UTF-8 csv"),
        ("sources.csv", SOURCES.encode() + b"s2,2022-05-11,press,too,many\n", "UTF-8 csv"),
        ("sources.csv", SOURCES.encode("utf-16"), "sources.csv"),
        ("sources.parquet", b"not parquet", "parquet"),
        ("sources.parquet", b"", "parquet"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    folder: Folder, name: str, data: bytes, said: str
) -> None:
    message = problem(folder({name: data}) / name, "sources")
    assert message.startswith(name)
    assert said in message


def test_what_a_spreadsheet_writes_is_read(folder: Folder) -> None:
    plain = read(folder(sources=SOURCES) / "sources.csv", "sources")
    for data in (
        SOURCES.encode("utf-8-sig"),
        SOURCES.replace("\n", "\r\n").encode(),
        SOURCES.rstrip("\n").encode(),
        b'"source_id","issued","quality"\n"s1"," 2022-05-11 ","press"\n',
    ):
        path = folder({"sources.csv": data}) / "sources.csv"
        assert read(path, "sources").equals(plain)


def test_blank_cells_are_null_whatever_blank_means(folder: Folder) -> None:
    text = 'source_id,title,issued,quality\ns1,,"",press\ns2,"  ",\t,press\n'
    found = read(folder(sources=text) / "sources.csv", "sources")
    assert found.select("title", "issued").null_count().row(0) == (2, 2)


def test_a_header_alone_is_an_empty_table(folder: Folder) -> None:
    found = read(folder(sources="source_id,quality\n") / "sources.csv", "sources")
    assert found.height == 0
    assert found.schema["issued"] == pl.Date


def test_parquet_is_held_to_the_same_contract(tmp_path: Path) -> None:
    path = tmp_path / "sources.parquet"
    pl.DataFrame({"source_id": ["s1"], "quality": ["pres"]}).write_parquet(path)
    assert problem(path, "sources").startswith(
        "sources.parquet, row 2, column 'quality': 'pres' is not one of official, press"
    )
    pl.DataFrame({"source_id": ["s1"], "quality": ["press"]}).write_parquet(path)
    assert read(path, "sources")["source_id"].to_list() == ["s1"]


def test_a_typed_column_is_taken_as_it_is() -> None:
    frame = read(tables.TABLES / "sources.csv", "sources")
    assert validated(frame, "sources").equals(frame)


# Folders


def test_a_folder_is_read_table_by_table(folder: Folder) -> None:
    place = folder({"notes.txt": b"not a table"}, sources=SOURCES)
    assert list(read_folder(place)) == ["sources"]


def test_a_folder_that_is_not_there_or_empty_says_what_would_be_right(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no such folder; give one that holds sources, units"):
        read_folder(tmp_path / "none")
    with pytest.raises(TableError, match="holds no table; tables: sources, units"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("observation.csv", "did you mean observations.csv"), ("qwx.parquet", "tables: sources")],
)
def test_a_file_that_is_no_table_of_the_record_is_named(
    folder: Folder, name: str, hint: str
) -> None:
    with pytest.raises(TableError, match=f"{name}: not a table of the record; {hint}"):
        read_folder(folder({name: b"a\n1\n"}))


# References and units

OBSERVATION = (
    "observation_id,source_id,indicator,geo,scope,start,end,printed,value,qualifier,unit,"
    "window_certain,cumulative\n"
    "s1:cases_solved:2021,s1,{indicator},{geo},{scope},2021-01-01,2021-12-31,5起,5,"
    "exact_as_printed,{unit},yes,no\n"
)
USUAL = {"indicator": "cases_solved", "geo": "CN", "scope": "total", "unit": "case"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"indicator": "case_solved"}, "'case_solved' is not in indicators; did you mean 'cases_"),
        ({"geo": "ZZ9"}, "'ZZ9' is not in regions; add it to regions"),
        ({"scope": "totel"}, "'totel' is not in scopes; did you mean 'total'"),
        ({"unit": "person"}, "'person' is not the unit of 'cases_solved', which is 'case'"),
        ({"indicator": "losses_reported", "unit": "EUR"}, "'EUR' is not the unit of 'losses_"),
    ],
)
def test_an_unknown_word_or_unit_is_named_with_its_place(
    folder: Folder, change: dict[str, str], said: str
) -> None:
    place = folder(observations=OBSERVATION.format(**USUAL | change), sources=SOURCES)
    for name in ("units", "indicators", "scopes", "regions"):
        (place / f"{name}.csv").write_bytes((tables.TABLES / f"{name}.csv").read_bytes())
    with pytest.raises(TableError) as caught:
        load(place)
    column = "unit" if "unit" in change else next(iter(change))
    assert f"observations, row 2, column '{column}': {said}" in str(caught.value)


@pytest.mark.parametrize("unit", ["yuan", "SGD", "JPY"])
def test_money_is_in_any_currency(folder: Folder, unit: str) -> None:
    money = USUAL | {"indicator": "losses_reported", "unit": unit}
    place = folder(observations=OBSERVATION.format(**money), sources=SOURCES)
    for name in ("units", "indicators", "scopes", "regions"):
        (place / f"{name}.csv").write_bytes((tables.TABLES / f"{name}.csv").read_bytes())
    assert load(place).observations["unit"].item() == unit


# Writing


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_written_table_is_read_again(tmp_path: Path, suffix: str) -> None:
    frame = read(tables.TABLES / "scopes.csv", "scopes")
    path = tmp_path / "new" / f"scopes.{suffix}"
    write(frame, path)
    assert read(path, "scopes").equals(frame)
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_table_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sources.csv"
    path.write_text(SOURCES, encoding="utf-8")

    def breaks(self: pl.DataFrame, file: Path | io.IOBase) -> None:
        Path(str(file)).write_text("source_id,iss", encoding="utf-8")
        raise OSError("disk full")

    monkeypatch.setattr(pl.DataFrame, "write_csv", breaks)
    with pytest.raises(OSError, match="disk full"):
        write(pl.DataFrame({"a": [1]}), path)
    assert path.read_text(encoding="utf-8") == SOURCES
    assert [p.name for p in tmp_path.iterdir()] == ["sources.csv"]


def test_a_new_file_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fill(path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        replace_with(tmp_path / "new.csv", fill)
    assert list(tmp_path.iterdir()) == []


def test_until_a_file_is_whole_the_old_one_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old", encoding="utf-8")
    seen: list[str] = []

    def fill(temporary: Path) -> None:
        temporary.write_text("new", encoding="utf-8")
        seen.append(path.read_text(encoding="utf-8"))

    replace_with(path, fill)
    assert seen == ["old"]
    assert path.read_text(encoding="utf-8") == "new"


def test_a_csv_keeps_text_as_it_is(tmp_path: Path) -> None:
    titles = ['he said "39.4万"', "a,b", "line\nbreak", "é — 打击", "=1+1", "'quoted'", "007"]
    ids = [f"s{n}" for n in range(len(titles))]
    frame = validated(
        pl.DataFrame({"source_id": ids, "title": titles, "quality": ["press"] * len(ids)}),
        "sources",
    )
    write(frame, tmp_path / "sources.csv")
    assert read(tmp_path / "sources.csv", "sources").equals(frame)
