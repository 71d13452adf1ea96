"""Charts look alike, speak the reader's language on their axes, and ask no network for anything."""

from __future__ import annotations

import json
import re

import altair as alt
import pytest
import vl_convert

from research.charts.theme import FONT, number_axis

V5 = "application/vnd.vegalite.v5+json"


def axis(lang: str, values: list[float]) -> set[str]:
    """What an axis writes beside these values."""
    ticks = alt.Axis(values=values, labelExpr=number_axis(lang), labelOverlap=False)
    chart = alt.Chart(alt.Data(values=[{"y": value} for value in values])).mark_point()
    spec = chart.encode(y=alt.Y("y:Q", axis=ticks)).properties(height=2000).to_dict()
    svg = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return set(re.findall(r"<text[^>]*>([^<]+)</text>", svg)) - {"y"}


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("zh", {"0", "5000", "1万", "2.5万", "1500万", "1亿", "19.5亿", "−3万"}),
        ("en", {"0", "5,000", "10,000", "25,000", "15 million", "100 million", "1.95 billion"}),
    ],
)
def test_an_axis_counts_as_its_language_does(lang: str, shown: set[str]) -> None:
    values = [0.0, 5e3, 1e4, 2.5e4, 1.5e7, 1e8, 1.95e9, -3e4]
    assert shown <= axis(lang, values)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_axis_never_writes_an_exponent(lang: str) -> None:
    shown = axis(lang, [1e-3, 0.25, 1e6, 1e10, 5e11])
    assert len(shown) == 5
    assert not any(re.search(r"\de|[µkMG]", text.replace("million", "")) for text in shown)


def test_a_chart_shows_itself_as_data_and_not_as_a_page_with_scripts() -> None:
    """Under the newest type that JupyterLab draws, so that a notebook opens without a network."""
    chart = alt.Chart(alt.Data(values=[{"x": 1}]), description="one").mark_point().encode(x="x:Q")
    bundle = chart._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert set(data) == {V5, "text/plain"}
    assert data[V5]["$schema"].endswith("/v5.json")
    assert data["text/plain"] == "one"


def test_every_text_has_a_chinese_font_first() -> None:
    spec = alt.Chart(alt.Data(values=[{"x": 1}])).mark_point().encode(x="x:Q").to_dict()
    config = spec["config"]
    assert "CJK" in FONT.split(",")[0]
    assert config["font"] == FONT
    fonts = re.findall(r'"(\w*[Ff]ont)": ("[^"]*")', json.dumps(config))
    assert {font for name, font in fonts} == {json.dumps(FONT)}
