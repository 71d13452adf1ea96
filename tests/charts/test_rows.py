"""Charts with a row an indicator hold every figure of their board, at its own ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import altair as alt
import polars as pl
import pytest
import vl_convert

from research.charts.rows import coverage, moves
from research.metrics.board import board
from research.record.record import Record, RecordError

Made = Callable[..., Record]

PERIOD = {"start": "2021-04-01", "end": "2022-05-11", "as_of": "2022-05-11"}
BOTH = {"moves": moves, "coverage": coverage}
both = pytest.mark.parametrize("lang", ["zh", "en"])
either = pytest.mark.parametrize("draw", BOTH.values(), ids=BOTH)
SLUG = re.compile(r"[A-Za-z]+_[A-Za-z]+")


@pytest.fixture(scope="module")
def rows(record: Record) -> pl.DataFrame:
    """The board of the seed's year, with all that the seed says."""
    return board(record, **PERIOD, source="legal-daily-2022-05-11")


def drawn(chart: alt.LayerChart) -> list[dict[str, Any]]:
    spec = chart.to_dict()
    layer = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "bar")
    found: list[dict[str, Any]] = layer.get("data", spec.get("data"))["values"]
    return found


def svg(chart: alt.LayerChart) -> str:
    return vl_convert.vegalite_to_svg(chart.to_dict(), allowed_base_urls=[])


@both
def test_every_change_of_a_board_is_a_bar_over_its_interval(
    record: Record, rows: pl.DataFrame, lang: str
) -> None:
    shown = [(r["yoy_low"], r["yoy_high"]) for r in drawn(moves(rows, record, lang=lang))]
    changed = rows.filter(pl.col("yoy_pct").is_not_null())
    unlimited = pl.col("yoy_high").is_infinite()
    high = pl.when(unlimited).then("yoy_pct").otherwise("yoy_high")
    assert sorted(shown) == sorted(changed.select("yoy_low", high).rows())


@both
def test_every_figure_of_a_board_covers_its_days(
    record: Record, rows: pl.DataFrame, lang: str
) -> None:
    day = 86_400_000
    shown = [
        (r["start"] // day, r["stop"] // day) for r in drawn(coverage(rows, record, lang=lang))
    ]
    days = rows.select(pl.col("start").to_physical(), stop=pl.col("end").to_physical() + 1)
    assert sorted(shown) == sorted(days.rows())


@both
@either
def test_status_and_sourcing_follow_the_marks(
    record: Record, rows: pl.DataFrame, draw: Any, lang: str
) -> None:
    doubtful, inferred, alone = {
        "zh": ("存疑", "时段推定", "单一来源"),
        "en": ("doubtful", "window inferred", "single source"),
    }[lang]
    status = {"zh": ("数字存疑", "时段推定", "时段明确")}.get(
        lang, ("figure in doubt", "window inferred", "window stated")
    )
    several = {"zh": "多个来源", "en": "several sources"}[lang]
    for row in drawn(draw(rows, record, lang=lang)):
        marks = row["marks"].split("; ")
        gravest = 0 if doubtful in marks else 1 if inferred in marks else 2
        assert row["status"] == status[gravest]
        assert row["sourcing"] == (alone if alone in marks else several)


@both
@either
def test_rows_are_named_in_words(record: Record, rows: pl.DataFrame, draw: Any, lang: str) -> None:
    chart = draw(rows, record, lang=lang)
    shown = [text for row in drawn(chart) for text in row.values() if isinstance(text, str)]
    shown += re.findall(r"<text[^>]*>([^<]+)", svg(chart))
    assert len(shown) > 20
    assert [text for text in shown if SLUG.search(text)] == []


@either
def test_the_drawing_has_live_text_and_every_bar(
    record: Record, rows: pl.DataFrame, draw: Any
) -> None:
    chart = draw(rows, record)
    text = svg(chart)
    assert text.count('aria-roledescription="bar"') == len(drawn(chart))
    assert "CJK" in text
    assert re.search(r"<text[^>]*>电信网络诈骗|<text[^>]*>[^<]*[一-龥]{3,}", text)


@either
def test_places_and_parts_are_told_apart(made: Made, draw: Any) -> None:
    figure = {"printed": "1万起", "yoy_printed": "上升5%", "yoy_pct": 5.0}
    places = [{}, {"geo": "330000"}, {"scope": "northern_myanmar"}]
    record = made([{**figure, **place} for place in places])
    names = {row["name"] for row in drawn(draw(record.select(), record, lang="en"))}
    assert len(names) == 3
    assert all(name.startswith("Cases solved") for name in names)


def test_an_unlimited_change_is_drawn_at_its_lower_end(made: Made) -> None:
    record = made([{"printed": "1万起", "yoy_printed": "增长超1倍", "yoy_pct": 100.0}])
    chart = moves(record.select(), record, lang="en")
    (row,) = drawn(chart)
    assert (row["yoy_low"], row["yoy_high"]) == (100, 100)
    assert row["change"] == "at least +100%"
    assert svg(chart)


def test_a_board_without_changes_has_none_to_draw(made: Made) -> None:
    record = made([{"printed": "1万起"}])
    with pytest.raises(RecordError, match=r"^nothing to draw: .* printed change"):
        moves(record.select(), record)


@either
def test_an_empty_board_is_not_drawn(record: Record, rows: pl.DataFrame, draw: Any) -> None:
    with pytest.raises(RecordError, match=r"^nothing to draw: "):
        draw(rows.clear(), record)


def test_two_figures_of_one_row_do_not_make_the_chart_taller(made: Made) -> None:
    change = {"yoy_printed": "上升5%", "yoy_pct": 5.0}
    twice = made(
        [{"source_id": s, "printed": p, **change} for s, p in [("a", "1万起"), ("b", "2万起")]]
    )
    once = made([{"printed": "1万起", **change}])
    heights = {
        draw(r.select(), r).to_dict()["height"] for r in (once, twice) for draw in BOTH.values()
    }
    assert len(heights) == 1


DRAW_ALL = """
import vl_convert, research as rs
record = rs.load()
board = rs.board(record, start="2022-03-01", end="2022-03-31", as_of="2022-05-11")
for chart in (rs.chart.windows(record, "cases_filed"), rs.chart.coverage(board, record)):
    print(vl_convert.vegalite_to_svg(chart.to_dict(), allowed_base_urls=[]))
"""


@pytest.fixture(scope="module")
def drawings() -> list[str]:
    """The same two charts, as machines half a world apart draw them."""
    machines = [
        subprocess.Popen(
            [sys.executable, "-c", DRAW_ALL],
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        for zone, seed in [("America/Los_Angeles", "1"), ("Asia/Shanghai", "2")]
    ]
    found = [machine.communicate()[0] for machine in machines]
    assert [machine.returncode for machine in machines] == [0, 0]
    return found


def test_every_time_zone_draws_the_same_shapes(drawings: list[str]) -> None:
    here, there = (re.sub(r' aria-label="[^"]*"', "", drawing) for drawing in drawings)
    assert here.count("<svg") == 2
    assert here == there


def test_every_time_zone_draws_the_same_bytes(drawings: list[str]) -> None:
    assert drawings[0] == drawings[1]


def test_a_bar_is_named_to_a_screen_reader_in_words(drawings: list[str]) -> None:
    said = re.findall(r'aria-label="([^"]*)"[^>]*aria-roledescription', drawings[0])
    assert said
    assert [text for text in said if "null" in text or SLUG.search(text)] == []
