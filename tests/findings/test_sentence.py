"""A finding cannot hold a number without its interval."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.findings.sentence import Findings, Known, Span, finding
from research.lang import Lang


def said(**parts: Any) -> str:
    return finding("en", "cell", zh="{x}", en="{x}", **parts).text


@pytest.mark.parametrize("number", [1.5, 394_000.0, None, (1, 2)])
def test_a_bare_number_is_refused(number: Any) -> None:
    with pytest.raises(TypeError, match="without its interval; give a Known"):
        said(x=number)


@pytest.mark.parametrize("where", ["zh", "en", "caveat"])
def test_a_number_in_the_template_is_refused(where: str) -> None:
    texts: dict[str, Any] = {"zh": "{x}", "en": "{x}", "caveat": ("", "")}
    texts[where] = ("39.4", "39.4") if where == "caveat" else "39.4"
    lang: Lang = "zh" if where == "zh" else "en"
    with pytest.raises(ValueError, match="give it as a Known"):
        finding(lang, "cell", x=1, **texts)


def test_intervals_windows_counts_and_names_fill_the_holes() -> None:
    year = Span(dt.date(2021, 1, 1), dt.date(2021, 12, 31))
    assert said(x=year) == "2021"
    assert said(x=3) == "3"
    assert said(x=Known(1.6, 1.61)) == "1.6 to 1.61"
    assert said(x=Known(-23.85, -23.7, percent=True)) == "−23.85% to −23.7%"
    assert said(x=Known(2.5, 2.7, percent=True, signed=False)) == "2.5% to 2.7%"
    assert said(x=Known(3e8, float("inf"), "yuan")) == "at least 300 million yuan"


@settings(deadline=None)
@given(st.floats(1, 1e12), st.floats(1, 1e12), st.integers(2, 6))
def test_fewer_digits_never_narrow_an_interval(a: float, b: float, digits: int) -> None:
    low, high = sorted((a, b))
    first, _, last = Known(low, high, digits=digits).text("en").partition(" to ")
    scales = {"million": 1e6, "billion": 1e9, "trillion": 1e12}

    def number(text: str) -> float:
        value, _, scale = text.replace(",", "").partition(" ")
        return float(value) * scales.get(scale, 1)

    assert number(first) <= low * (1 + 1e-9)
    assert number(last or first) >= high * (1 - 1e-9)


def test_each_is_a_line_with_its_caveat_and_a_link() -> None:
    one = finding("zh", "trend-years", zh="是", en="yes", caveat=("但", "but"))
    found = Findings([one, None], "zh")
    assert found._repr_markdown_() == "- 是 <small>但</small> [看图表](#cell-id=trend-years)"


def test_there_are_six_at_the_most_and_none_says_so() -> None:
    one = finding("en", "cell", zh="", en="yes")
    assert len(Findings([one] * 9, "en")) == 6
    assert "too little" in Findings([], "en")._repr_markdown_()
