"""Which figures a chart can name without one label covering another.

Placing labels is one-by-one by nature: whether there is room depends on those already placed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

CHAR, WIDE_CHAR, LINE = 6.4, 11.5, 15.0


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


def text_width(text: str) -> float:
    """Rough width in pixels at 11 px: CJK characters are twice as wide as Latin ones.

    >>> text_width("39.4万") > text_width("39.4k")
    True
    """
    return sum(WIDE_CHAR if ord(c) > 0x2E7F else CHAR for c in text)


def place(
    candidates: Iterable[tuple[str, float, float, float]], width: float, height: float
) -> list[tuple[float, float] | None]:
    """For each (text, left, right, y) bar, most important first: the label's centre, or None.

    A label is tried above its bar, then below, at the middle and at both ends; it stays inside the
    plot and covers no label placed before it. All in pixels.

    >>> place([("39.4万", 0, 100, 50), ("39.4万", 0, 100, 50), ("39.4万", 0, 40, 50)], 100, 100)
    [(50.0, 40.5), (50.0, 59.5), None]
    """
    placed: list[Box] = []
    centres: list[tuple[float, float] | None] = []
    for text, left, right, y in candidates:
        half = text_width(text) / 2
        middle = (left + right) / 2
        spots = [(x, y + dy) for dy in (-9.5, 9.5) for x in (middle, left + half, right - half)]
        found = None
        for x, centre in spots:
            box = Box(x - half - 2, centre - LINE / 2, x + half + 2, centre + LINE / 2)
            inside = (
                box.left >= -4 and box.right <= width + 4 and box.top >= 0 and box.bottom <= height
            )
            if inside and not any(box.meets(other) for other in placed):
                placed.append(box)
                found = (x, centre)
                break
        centres.append(found)
    return centres
