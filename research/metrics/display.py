"""How a metric and the catalogue show themselves: formula, caveats, and the windows they reach.

Windows are those of the official record, computed when something is shown, not when it is imported.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from html import escape

import polars as pl

from research.lang import WORDS, Lang, window
from research.metrics.catalogue import CATALOGUE, Input, Metric
from research.metrics.compute import compute
from research.metrics.units import DimensionError
from research.record.record import Record, RecordError, load
from research.record.schema import LANES

_SPECIAL: dict[str, dict[Lang, str]] = {
    "level": {"zh": "本期数", "en": "Figure"},
    "year_before": {"zh": "上年同期数", "en": "Figure a year before"},
    "change": {"zh": "同比变化", "en": "Printed change"},
    "days": {"zh": "时段天数", "en": "Days of the window"},
    "population": {"zh": "人口", "en": "Inhabitants"},
}
_official = cache(load)


def in_words(metric: Metric, record: Record, lang: Lang) -> str:
    """The formula in the names of its indicators.

    >>> in_words(CATALOGUE["arrests_per_case"], load(), "zh")
    '抓获犯罪嫌疑人数 ÷ 破获案件数'
    """
    names = dict(record.indicators.select("indicator", f"name_{lang}").iter_rows())
    scopes = dict(record.scopes.select("scope", f"name_{lang}").iter_rows())
    bracket = {"zh": "（{}）", "en": " ({})"}[lang]

    def name(item: Input) -> str:
        said = _SPECIAL[item.name][lang] if item.name in _SPECIAL else str(names[item.name])
        return said + (bracket.format(scopes[item.scope]) if item.scope else "")

    return metric.written(name).replace(" / ", " ÷ ").replace(" * ", " × ").replace(" - ", " − ")


@cache
def windows(metric: Metric) -> pl.DataFrame:
    """Every window of the official record for which a metric has a value."""
    return compute(metric, _official()).filter(pl.col("reason").is_null())


def _reach(metric: Metric) -> list[str]:
    """Which windows a metric can be computed for, in a line or two."""
    try:
        found = windows(metric)
    except (RecordError, DimensionError) as problem:
        return [f"cannot be computed over the official record: {problem}"]
    national = found.filter(geo="CN", scope="total")
    other = found.height - national.height
    if metric.of_any_indicator:
        kinds = found["indicator"].n_unique()
        return [f"{found.height} windows of {kinds} indicators, {national.height} of China"]
    said = window(pl.col("start"), pl.col("end"))
    listed = national.sort("start", "end").select(said).to_series()
    lines = [f"windows of China as a whole: {', '.join(listed) or 'none'}"]
    return [*lines, f"and {other} of parts or of other places"] if other else lines


def _following(metric: Metric) -> str:
    indicator = ', indicator="cases_solved"' if metric.of_any_indicator else ""
    return f'next: rs.compute("{metric.name}", record{indicator})'


def as_text(metric: Metric) -> str:
    """A metric in a terminal."""
    lines = [
        f"{metric.name}  {metric.zh} · {metric.en} [{metric.unit}]",
        f"= {metric.text}",
        metric.caveat("en"),
        metric.caveat("zh"),
        *_reach(metric),
        _following(metric),
    ]
    return "\n    ".join(lines)


def as_html(metric: Metric) -> str:
    """A metric in a notebook."""
    body = [metric.caveat("zh"), metric.caveat("en"), *_reach(metric)]
    return (
        f"<p><strong>{escape(f'{metric.zh} · {metric.en}')}</strong> <code>{metric.name}</code> "
        f"[{metric.unit}]<br><code>{escape(metric.text)}</code><br>"
        f"{'<br>'.join(map(escape, body))}<br><code>{escape(_following(metric))}</code></p>"
    )


def _by_lane() -> Iterable[tuple[str, list[Metric]]]:
    for lane in ("any", *LANES):
        if of_lane := [made for made in CATALOGUE.values() if made.lane == lane]:
            yield lane, of_lane


def _heading(lane: str) -> str:
    return f"{lane}  {WORDS[lane]['zh']} · {WORDS[lane]['en']}"


def catalogue_text() -> str:
    """The catalogue in a terminal, lane by lane, with how many windows each metric reaches."""
    blocks = []
    for lane, of_lane in _by_lane():
        rows = [
            f"  {made.name:36} {made.zh} · {made.en} [{made.unit}] = {made.text}"
            f"  ({windows(made).height} windows)"
            for made in of_lane
        ]
        blocks.append("\n".join([_heading(lane), *rows]))
    head = f"{len(CATALOGUE)} metrics; rs.metrics[name] shows one with its caveats and windows"
    return "\n\n".join([head, *blocks])


def catalogue_html() -> str:
    """The catalogue in a notebook."""
    rows = []
    for lane, of_lane in _by_lane():
        rows.append(f'<tr><th colspan="5">{_heading(lane)}</th></tr>')
        for made in of_lane:
            cells = (
                f"<code>{made.name}</code>", escape(f"{made.zh} · {made.en}"), made.unit,
                f"<code>{escape(made.text)}</code>", str(windows(made).height),
            )  # fmt: skip
            rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    head = "".join(f"<th>{c}</th>" for c in ("metric", "name", "unit", "formula", "windows"))
    return (
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        "<p>next: <code>rs.metrics[name]</code></p>"
    )
