"""Which figures a chart can name without one label covering another.

Placing labels is one-by-one by nature: whether there is room depends on those already placed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

CHAR, WIDE_CHAR, LINE, GAP = 6.4, 11.5, 15.0, 9.5


class Box(NamedTuple):
    """A rectangle in pixels, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two share any point."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether the other lies inside."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


def text_width(text: str) -> float:
    """Rough width in pixels at 11 px: CJK characters are twice as wide as Latin ones.

    >>> text_width("39.4万") > text_width("39.4k")
    True
    """
    return sum(WIDE_CHAR if ord(c) > 0x2E7F else CHAR for c in text)


class Bar(NamedTuple):
    """A bar in pixels, with the text that should name it."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


def _spots(bar: Bar) -> Iterator[Box]:
    """Where a label may stand: above its bar, then below, at the middle and at both ends."""
    half = text_width(bar.text) / 2
    for y in (bar.top - GAP, bar.bottom + GAP):
        for x in ((bar.left + bar.right) / 2, bar.left + half, bar.right - half):
            yield Box(x - half, y - LINE / 2, x + half, y + LINE / 2)


def place(
    bars: Sequence[Bar], width: float, height: float, lines: Sequence[float] = ()
) -> list[tuple[float, float] | None]:
    """For each bar, most important first: the centre of its label, or None where there is no room.

    A label stays inside the plot and never covers one placed before it; it stands clear of other
    bars, and of horizontal `lines`, where it can. All in pixels.

    >>> place([Bar("39.4万", 0, 100, 50, 52)] * 2 + [Bar("39.4万", 0, 40, 50, 52)], 100, 100)
    [(50.0, 40.5), (50.0, 61.5), None]
    """
    plot = Box(0, 0, width, height)
    obstacles = [Box(bar.left, bar.top - 1, bar.right, bar.bottom + 1) for bar in bars]
    obstacles += [Box(0, line - 1, width, line + 1) for line in lines]
    placed: list[Box] = []
    centres: list[tuple[float, float] | None] = []
    for bar in bars:
        free = [
            spot
            for spot in _spots(bar)
            if plot.holds(spot) and not any(spot.meets(other) for other in placed)
        ]
        clear = [spot for spot in free if not any(spot.meets(other) for other in obstacles)]
        best = next(iter(clear or free), None)
        if best:
            placed.append(best)
        centres.append(best and ((best.left + best.right) / 2, (best.top + best.bottom) / 2))
    return centres
