"""How a record shows itself: rows by lane and year, sources, and what to call next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from research.record.schema import LANES

if TYPE_CHECKING:
    from research.record.record import Record

_EARLY = "≤ 2014"
_NEXT = (
    'record.search("止付")',
    'record.select("cases_solved", geo="CN", scope="total")',
    'rs.compute("arrests_per_case", record)',
    'rs.chart.windows(record, "cases_solved")',
)


def _by_lane_and_year(record: Record) -> pl.DataFrame:
    year = pl.col("end").dt.year()
    label = pl.when(year < 2015).then(pl.lit(_EARLY)).otherwise(year.cast(pl.String))
    counts = (
        record.figures()
        .group_by("lane", year=label)
        .len()
        .sort("year")
        .collect()
        .pivot("year", index="lane", values="len")
    )
    years = sorted((c for c in counts.columns if c != "lane"), key=lambda c: (c != _EARLY, c))
    order = pl.DataFrame({"lane": LANES})
    return (
        order.join(counts, on="lane", maintain_order="left")
        .select("lane", *years)
        .with_columns(all=pl.sum_horizontal(years))
    )


def _facts(record: Record) -> list[str]:
    observations, sources = record.observations, record.sources
    counted = f"{observations.height:,} observations and {record.claims.height:,} claims"
    lines = [f"{counted} from {sources.height:,} sources, {record.indicators.height} indicators"]
    if observations.height:
        first, last = observations["start"].min(), observations["end"].max()
        lines.append(f"windows {first!s} to {last!s}; rounding: {record.rounding}")
    undated = sources["issued"].null_count()
    if record.vintage:
        lines.append(f"vintage {record.vintage}: only sources known to be issued by then")
    elif undated:
        lines.append(f"{undated} sources show no day of issue; as_of leaves them out")
    if record.quarantine.height:
        lines.append(f"{record.quarantine.height} rows in quarantine: record.quarantine")
    return lines


def as_text(record: Record) -> str:
    """The record in a terminal."""
    if record.observations.is_empty():
        return f"fanzha record without figures\n  {'; '.join(_facts(record))}"
    counts = _by_lane_and_year(record)
    rows = [list(counts.columns), *([str(v or "") for v in row] for row in counts.rows())]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    table = [
        "  ".join(
            c.ljust(w) if i == 0 else c.rjust(w)
            for i, (c, w) in enumerate(zip(r, widths, strict=True))
        )
        for r in rows
    ]
    facts = "\n".join(f"  {line}" for line in _facts(record))
    body = "\n".join(f"  {line}" for line in table)
    following = "\n".join(f"  {call}" for call in _NEXT)
    return f"fanzha record\n{facts}\n\n{body}\n\nnext:\n{following}"


def as_html(record: Record) -> str:
    """The record in a notebook."""
    if record.observations.is_empty():
        return f"<p>{as_text(record)}</p>"
    counts = _by_lane_and_year(record)
    head = "".join(f"<th>{c}</th>" for c in counts.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{v or ''}</td>" for v in row) + "</tr>" for row in counts.rows()
    )
    facts = "".join(f"<li>{line}</li>" for line in _facts(record))
    following = " · ".join(f"<code>{call}</code>" for call in _NEXT)
    return (
        f"<div><strong>fanzha record</strong><ul>{facts}</ul>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"<p>next: {following}</p></div>"
    )
