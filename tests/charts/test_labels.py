"""Labels never cover each other and never leave the plot, whatever bars there are."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from research.charts.labels import LINE, Bar, Box, place, text_width

WIDTH, HEIGHT = 300.0, 120.0
NOISE = 1e-6  # pixels: a centre halved and doubled again

calm = settings(deadline=None)  # how long it takes is for tests/benchmarks
texts = st.text("0123456789.≥≈−+×万亿 million", max_size=14)


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    """A bar anywhere, also of no width, of no height, or partly outside of the plot."""
    left, top = draw(st.floats(-50, WIDTH)), draw(st.floats(-20, HEIGHT))
    right, bottom = left + draw(st.floats(0, WIDTH)), top + draw(st.floats(0, 40))
    return Bar(draw(texts), left, right, top, bottom)


def boxes(bars: list[Bar]) -> list[Box]:
    """The rectangles of the labels that were placed, a hair smaller than they are."""
    found = []
    for bar, centre in zip(bars, place(bars, WIDTH, HEIGHT), strict=True):
        if centre:
            half, (x, y) = text_width(bar.text) / 2 - NOISE, centre
            found.append(Box(x - half, y - LINE / 2 + NOISE, x + half, y + LINE / 2 - NOISE))
    return found


@calm
@given(st.lists(bars(), max_size=25))
@example([Bar("39.4万", 0, 100, 50, 52)] * 8)
def test_no_two_labels_overlap(bars: list[Bar]) -> None:
    assert not any(a.meets(b) for a, b in combinations(boxes(bars), 2))


@calm
@given(st.lists(bars(), max_size=25))
def test_every_label_is_inside_the_plot(bars: list[Bar]) -> None:
    assert all(Box(0, 0, WIDTH, HEIGHT).holds(box) for box in boxes(bars))


@calm
@given(st.lists(bars(), max_size=25))
def test_the_same_bars_give_the_same_places(bars: list[Bar]) -> None:
    assert place(bars, WIDTH, HEIGHT) == place(list(bars), WIDTH, HEIGHT)


@calm
@given(bars())
def test_a_label_stands_at_its_own_bar(bar: Bar) -> None:
    """Above or below it, and not beside it."""
    (centre,) = place([bar], WIDTH, HEIGHT)
    if centre:
        x, y = centre
        half = text_width(bar.text) / 2
        assert bar.left - half - NOISE <= x <= bar.right + half + NOISE
        assert y < bar.top or y > bar.bottom


def test_nothing_is_placed_for_nothing() -> None:
    assert place([], WIDTH, HEIGHT) == []


def test_a_text_wider_than_the_plot_has_no_place() -> None:
    assert place([Bar("39.4万起" * 20, 0, WIDTH, 50, 52)], WIDTH, HEIGHT) == [None]


def test_the_first_bar_comes_first() -> None:
    """Bars are given most important first; there is one line of room, above both bars."""
    bars = [Bar("194.5万", 0, 100, 20, 22), Bar("8.3万", 40, 60, 20, 22)]
    first, second = place(bars, 100, 24)
    assert first is not None
    assert second is None


@pytest.mark.parametrize(("narrow", "wide"), [("1", "万"), ("39.4k", "39.4万"), ("a b", "起 次")])
def test_chinese_is_wider_than_latin(narrow: str, wide: str) -> None:
    assert text_width(narrow) < text_width(wide)


def test_a_label_stands_clear_of_other_bars_where_it_can() -> None:
    named, other = Bar("8.3万", 100, 200, 60, 62), Bar("", 100, 200, 45, 55)
    below, _ = place([named, other], WIDTH, HEIGHT)
    assert below is not None
    assert below[1] > named.bottom
