"""Which window a figure stands under: its sentence's, its paragraph's, or that of those before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from research.loaders.bulletin.sentences import Sentence
from research.loaders.bulletin.windows import When

_LATEST = 12  # no sentence needs more expressions than these, and time stays linear
_STARTS = ("since", "campaign", "years", "point", "named")
_STRUCTURAL = ("since", "campaign", "years", "range", "named", "upto")


class Horizon:
    """The time expression in force as a text is read."""

    def __init__(self) -> None:
        self.paragraph: When | None = None
        self.document: When | None = None

    @property
    def now(self) -> When | None:
        """What a sentence without words of time stands under."""
        return self.paragraph or self.document

    def open(self) -> None:
        """A paragraph begins."""
        self.paragraph = None

    def at(self, s: Sentence, place: int) -> When | None:
        """The expression in force at a place of a sentence.

        截至 gives an end only; its start is that of the expression that it closes (今年以来…截至).
        """
        here = [w for w in s.whens if w.end <= place and w.counts]
        here = [w for w in here if w.window or w.kind not in ("recent", "campaign")]
        chosen = here[-1] if here else self.now
        if chosen is None or chosen.kind != "upto" or chosen.window is None:
            return chosen
        before = [w for w in (self.document, self.paragraph, *here) if w and w is not chosen]
        before = [w for w in before if w.kind in _STARTS and w.window and not w.is_day]
        if before and (opened := before[-1].window) and opened[0] <= chosen.window[1]:
            running = before[-1].kind in ("since", "campaign")
            if running or opened[0].year == chosen.window[1].year:
                words = f"{before[-1].words}…{chosen.words}"
                window = opened[0], chosen.window[1]
                return replace(chosen, window=window, words=words, certain=True)
        return chosen

    def carry(self, s: Sentence, used: Iterable[tuple[date, date] | None]) -> None:
        """After a sentence: the next one stands under what its figures stood under.

        Without figures only expressions of a period or a year carry on; one day and 其中 never do.
        """
        part = s.text.find("其中")
        here = [w for w in s.whens if w.counts and w.window and not w.of_run]
        here = [w for w in here if not 0 <= part < w.start - s.start][-_LATEST:]
        resolved = [w for w in (self.at(s, w.end) for w in here) if w]
        often = Counter(used)
        kept = sorted((w for w in resolved if w.window in often), key=lambda w: often[w.window])
        kept = kept or [w for w in resolved if w.kind in _STRUCTURAL or w.words.endswith("年")]
        if not kept and self.paragraph is None:
            kept = [w for w in resolved if w.kind == "recent"]
        if kept:
            self.paragraph = kept[-1]
            passing = s.until(kept[-1].start).endswith(("仅", "仅在", "光是"))
            if not kept[-1].is_day and kept[-1].kind != "recent" and not passing:
                self.document = kept[-1]
