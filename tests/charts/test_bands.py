"""Band, path and announced windows in one chart: the path inside, no end where there is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

import research as rs
from research.lang import LANGS, Lang
from tests.charts.conftest import Made

YEARS = [
    {"source_id": "a", "start": "2022-01-01", "end": "2022-12-31", "printed": "3652起"},
    {"source_id": "b", "start": "2023-01-01", "end": "2023-12-31", "printed": "超5000起"},
]


def spec(record: rs.Record, lang: Lang = "en", **options: Any) -> dict[str, Any]:
    found = rs.bounds(record, "cases_solved", **options)
    text = rs.chart.bounds(record, found, lang=lang).to_json()
    assert "Infinity" not in text
    assert "NaN" not in text
    return json.loads(text)


def rows(drawn: dict[str, Any]) -> list[dict[str, Any]]:
    """The windows of the band, and the end of the path's last step."""
    return drawn["layer"][0]["data"]["values"]


def test_an_end_that_nothing_limits_is_called_so_and_never_a_number(made: Made) -> None:
    record = made(YEARS)
    months = {row["allowed"] for row in rows(spec(record))}
    assert months == {"0 to 3,652", "unbounded"}
    years = [row["allowed"] for row in rows(spec(record, every="1y"))]
    assert years[:2] == ["3,652", "at least 5,000, unbounded above"]
    assert {row["allowed"] for row in rows(spec(record, "zh"))} == {"0 至 3652", "无上限"}


@pytest.mark.parametrize("lang", LANGS)
def test_the_path_is_drawn_inside_band_and_frame(made: Made, lang: Lang) -> None:
    steep = {"source_id": "c", "start": "2022-12-01", "end": "2022-12-31", "printed": "2000起"}
    drawn = spec(made([*YEARS, steep]), lang)
    top = drawn["layer"][0]["encoding"]["y"]["scale"]["domain"][1]
    for row in rows(drawn):
        assert 0 <= row["low"] <= row["path"] <= row["high"] <= top


def test_a_path_that_is_flat_by_the_month_is_drawn_flat(made: Made) -> None:
    drawn = {round(row["path"], 6) for row in rows(spec(made(YEARS[:1])))}
    assert drawn == {round(3652 / 365.25, 6)}


def test_the_last_step_of_the_path_is_as_wide_as_its_window(made: Made) -> None:
    *_, last, end = rows(spec(made(YEARS)))
    assert (end["start"], end["path"]) == (last["stop"], last["path"])


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_calls_it_unbounded_too_and_leaves_the_download_blank(
    made: Made, lang: Lang
) -> None:
    found = rs.bounds(made(YEARS), "cases_solved", every="1y")
    table = rs.table.bounds(found, lang=lang)
    word = {"zh": "无上限", "en": "unbounded"}[lang]
    assert word in table._repr_html_()
    assert table.data.select("high", "bounded").rows() == [(3652.0, True), (None, False)]
    assert "inf" not in table.data.write_csv()
