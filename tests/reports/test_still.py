"""Drawings without a browser: vl-convert's where there is no text, and laid out by known widths."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
import vl_convert

from research.reports.still import _engine, still

BARE = {"axis": None, "scale": {"zero": False}}


def bars(names: list[str], **more: Any) -> dict[str, Any]:
    return {
        "data": {"values": [{"name": name, "n": n} for n, name in enumerate(names, 1)]},
        "mark": "bar",
        "encoding": {
            "x": {"field": "n", "type": "quantitative", "axis": None},
            "y": {"field": "name", "type": "nominal", "title": None, **more},
        },
    }


def width(names: list[str], weight: str = "normal") -> float:
    axis = {"labelFontSize": 10, "labelFontWeight": weight, "labelLimit": 5000}
    found = re.search(r'width="([\d.]+)"', still(bars(names, axis=axis), {}, {}))
    assert found
    return float(found[1])


@pytest.mark.parametrize("mark", ["bar", "line", "point", "area", "tick"])
def test_without_text_a_drawing_is_that_of_vl_convert(mark: str) -> None:
    values = [{"a": n, "b": (n * 7919) % 97} for n in range(20)]
    encoding = {
        "x": {"field": "a", "type": "quantitative", **BARE},
        "y": {"field": "b", "type": "quantitative", **BARE},
    }
    chart = {"data": {"values": values}, "mark": mark, "encoding": encoding}
    assert still(chart, {}, {}) == vl_convert.vegalite_to_svg(chart)


def test_a_chinese_letter_is_as_wide_as_it_is_high() -> None:
    assert width(["电信网络诈骗"]) - width(["电信"]) == pytest.approx(40, abs=1)


@pytest.mark.parametrize(
    ("letter", "thousandths"),  # of Noto Sans CJK SC, by the font's own table
    [("n", 610), ("1", 555), ("W", 878), ("—", 894), ("·", 1000)],
)
def test_other_letters_have_widths_of_their_own(letter: str, thousandths: int) -> None:
    assert width([letter * 100]) - width([letter * 50]) == pytest.approx(thousandths / 2, abs=1)
    assert width([letter * 100], "bold") >= width([letter * 100])


def test_a_label_too_long_for_its_room_is_cut() -> None:
    svg = still(bars(["电信网络诈骗犯罪"], axis={"labelLimit": 50}), {}, {})
    assert "…" in svg
    assert "…" not in still(bars(["电信"], axis={"labelLimit": 50}), {}, {})


def test_months_are_named_in_the_language() -> None:
    chart = bars(["2024-03-01"], type="temporal", axis={"format": "%b"}, timeUnit="utcyearmonth")
    months = [f"{month}月" for month in range(1, 13)]
    locale = vl_convert.get_time_format_locale("zh-CN") | {"shortMonths": months}
    assert ">3月<" in still(chart, {}, {"time": locale})


@pytest.mark.parametrize("address", ["https://example.org/a.csv", "file:///etc/passwd", "a.json"])
def test_data_outside_of_a_chart_is_refused_by_name(address: str) -> None:
    chart = bars(["电信"]) | {"data": {"url": address}}
    with pytest.raises(ValueError, match=f"not allowed: {re.escape(address)}"):
        still(chart, {}, {})


def test_a_notebook_with_a_loop_of_its_own_can_draw() -> None:
    async def drawn() -> str:
        return still(bars(["电信"]), {}, {})

    _engine.cache_clear()
    assert len({asyncio.run(drawn()), asyncio.run(drawn()), still(bars(["电信"]), {}, {})}) == 1


def linked(address: str) -> str:
    values = [{"n": 1, "link": address}]
    encoding = {"href": {"field": "link"}, "x": {"field": "n", "type": "quantitative"}}
    return still({"data": {"values": values}, "mark": "bar", "encoding": encoding}, {}, {})


def test_a_mark_links_to_its_source_and_to_nothing_harmful() -> None:
    assert 'href="https://example.org/a?b=1"' in linked("https://example.org/a?b=1")
    assert "href=" not in linked("javascript:alert(1)")


def test_an_image_from_elsewhere_is_refused() -> None:
    encoding = {"url": {"value": "https://example.org/a.png"}}
    chart = {"data": {"values": [{}]}, "mark": "image", "encoding": encoding}
    with pytest.raises(ValueError, match=r"not allowed: https://example.org/a.png"):
        still(chart, {}, {})


def test_what_vega_does_not_understand_is_an_error() -> None:
    chart = bars(["电信"]) | {"transform": [{"calculate": "datum.(", "as": "b"}]}
    with pytest.raises(ValueError, match="Unexpected token"):
        still(chart, {}, {})
