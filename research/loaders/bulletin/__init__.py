"""A bulletin (HTML or text, any encoding, either script) → observations and claims with spans.

The steps, one module each: `text`, `windows` and `quantities`, `lexicon`, `places`, `reading`,
`changes`, `claims`; here they meet in the record's own shape.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from research.lang import Lang
from research.loaders.bulletin import frames, places
from research.loaders.bulletin.quantities import quantities
from research.loaders.bulletin.reading import read as reader
from research.loaders.bulletin.text import BulletinError as BulletinError
from research.loaders.bulletin.text import document, page
from research.loaders.bulletin.windows import Campaigns, times
from research.record.record import Day, as_day
from research.record.schema import Claims, Observations


@dataclass(frozen=True)
class Reading:
    """What one bulletin says: frames in the record's columns, each row with its span into `text`.

    `observations` and `claims` add `span_start`, `span_end`; observations also the span of the
    printed change, `yoy_start`, `yoy_end`. Windows are null where the text or the day of issue is
    wanting; `note` says which. `unread` holds every other quantity (`printed`, `reason`, its span).
    """

    text: str
    source: dict[str, Any]
    observations: pl.DataFrame
    claims: pl.DataFrame
    unread: pl.DataFrame
    lang: Lang = "zh"

    def as_json(self) -> dict[str, Any]:
        """One object: `source`, `text`, `observations`, `claims`, `unread`; rows have `span`."""
        return {
            "source": {k: str(v) if isinstance(v, date) else v for k, v in self.source.items()},
            "text": self.text,
            **{name: _rows(getattr(self, name)) for name in ("observations", "claims", "unread")},
        }

    def tables(self) -> dict[str, pl.DataFrame]:
        """What the record can take, by table: rows whose window is known, and their source.

        `record.overlay(reading.tables())` is the record with this bulletin in it.
        """
        known = pl.col("start").is_not_null() & pl.col("end").is_not_null()
        shape = {"observations": Observations, "claims": Claims}
        return {
            "sources": pl.DataFrame([self.source | {"quality": "press", "note": _NOTE}]),
            **{
                name: getattr(self, name).filter(known).select(schema.column_names())
                for name, schema in shape.items()
            },
        }

    def __repr__(self) -> str:
        counts = f"{self.observations.height} observations, {self.claims.height} claims"
        return f"Reading({self.source['title']!r}: {counts}, {self.unread.height} unread)"

    def shown(self, lang: Lang) -> Reading:
        """The same, to be shown in another language."""
        return replace(self, lang=lang)

    def _repr_html_(self) -> str:
        from research.loaders.bulletin.shown import as_html

        return as_html(self, self.lang)


def read_bulletin(
    source: str | bytes | Path,
    issued: Day = None,
    title: str | None = None,
    *,
    source_id: str | None = None,
) -> Reading:
    """Read a bulletin: a path, its text or its bytes.

    `issued` and `title` are taken from the page where they are not given; without a day of issue
    今年以来 and its like stay without a window. Raises `BulletinError` for what is no bulletin: an
    empty file, a binary, a PDF, a page without text, a page in English.

    >>> found = read_bulletin("今年1至9月，全国共破获电信网络诈骗案件26.2万起，同比上升41.1%。",
    ...                       issued="2021-10-14")
    >>> found.observations.select("indicator", "start", "end", "value", "yoy_pct").row(0)
    ('cases_solved', datetime.date(2021, 1, 1), datetime.date(2021, 9, 30), 262000.0, 41.1)
    """
    words, name = document(source)
    read = page(words, name)
    day = as_day(issued, "issued") or read.issued
    if day is not None and day < _FIRST_DAY:
        raise BulletinError(f"issued: {day} is before {_FIRST_DAY}; correct the day")
    headline = title or read.title
    digest = hashlib.sha256(read.text.encode()).hexdigest()[:8]
    identity = source_id or f"bulletin-{day or 'undated'}-{digest}"
    about = {
        "source_id": identity,
        "title": headline,
        "issuer": places.issuer(read.plain),
        "outlet": read.outlet,
        "issued": day,
    }
    whens = times(read.plain, day, _campaigns())
    amounts = quantities(read.plain, [(w.start, w.end) for w in whens])
    home = places.home(headline, read.plain)
    found = reader(read.plain, amounts, whens, home, day, read.plain_body)
    observations, repeated = frames.observations(found.figures, read, identity)
    claims = frames.claims(found.claims, read, identity)
    return Reading(
        read.text, about, observations, claims, frames.unread(found.unread, repeated, read)
    )


_FIRST_DAY = date(1949, 10, 1)
_NOTE = "read by program from the text of the bulletin"


@cache
def _campaigns() -> Campaigns:
    """First days of operations and systems by the words that name them, the latest first."""
    table = pl.read_csv(Path(__file__).with_name("campaigns.csv"), try_parse_dates=True)
    rows = table.sort("started", descending=True).iter_rows()
    return tuple((re.compile(words), started) for words, started in rows)


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON takes them: days as text, spans as pairs."""
    shown = frame.with_columns(pl.col(pl.Date).cast(pl.String), pl.col(pl.Enum).cast(pl.String))
    rows = []
    for row in shown.iter_rows(named=True):
        span = [row.pop("span_start"), row.pop("span_end")]
        yoy = [row.pop("yoy_start", None), row.pop("yoy_end", None)]
        rows.append(row | {"span": span} | ({"yoy_span": yoy} if yoy[0] is not None else {}))
    return rows
