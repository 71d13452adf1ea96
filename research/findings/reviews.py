"""What can be said of the record as a whole, and of one source held against it.

Sentences on figures themselves are `series.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from research.findings.sentence import Finding, Findings, Known, Span, finding
from research.findings.series import named, uncomparable
from research.lang import Lang, unit_name
from research.metrics.bounds import Bounds
from research.metrics.comparable import incomparable
from research.metrics.verdicts import Verdict
from research.record.record import Record


def sourced(record: Record, cell: str, lang: Lang) -> Finding:
    """How many national figures rest on one source, and how many windows were inferred."""
    national = record.figures().filter(geo="CN").collect()
    marks = national["marks"]
    return finding(
        lang,
        cell,
        zh="全国的 {all} 个数中，{single} 个只有单一来源，{inferred} 个时段为推定，"
        "{doubtful} 个存疑。",
        en="Of {all} national figures {single} rest on a single source, {inferred} have an "
        "inferred window and {doubtful} are in doubt.",
        all=national.height,
        single=int(marks.list.contains("single_sourced").sum()),
        inferred=int(marks.list.contains("window_inferred").sum()),
        doubtful=int(marks.list.contains("doubtful").sum()),
    )


def contradictions(found: Sequence[Bounds], record: Record, cell: str, lang: Lang) -> list[Finding]:
    """How many sets of statements cannot all be true, and the series in which they lie furthest."""
    if not found:
        return []
    sets = sum(series.conflicts["conflict"].n_unique() for series in found)
    slight = sum(s.conflicts.filter(cause="rounding")["conflict"].n_unique() for s in found)
    factors = [(s.conflicts["factor"].replace(float("inf"), None).max() or 0.0, s) for s in found]
    factor, worst = max(factors, key=lambda pair: pair[0])
    row = {"indicator": worst.indicator, "geo": worst.geo, "scope": worst.scope}
    return [
        finding(
            lang,
            cell,
            zh="{sets} 组表述不能同时为真，涉及 {series} 个序列；其中 {slight} 组只差在取整上。",
            en="{sets} sets of statements cannot all be true, in {series} series; {slight} of them "
            "differ by little more than rounding.",
            sets=sets,
            series=len(found),
            slight=slight,
        ),
        finding(
            lang,
            cell,
            zh="相差最多的在“{name}”：{factor} 倍。",
            en="They lie furthest apart in “{name}”: by a factor of {factor}.",
            caveat=(
                "多半是单位或时段写错，不是真有这么大的出入。",
                "Mostly a slip of unit or window, and no true difference.",
            ),
            name=named(record, row, lang),
            factor=Known(factor, float("inf"), digits=3),  # type: ignore[arg-type]
        ),
    ]


def quality(record: Record, found: Sequence[Bounds], *, lang: Lang = "zh") -> Findings:
    """What notebook `quality` opens with; `found` are the series of `rs.survey`."""
    return Findings(
        [
            sourced(record, "quality-marks", lang),
            *contradictions(found, record, "quality-conflicts", lang),
            uncomparable(incomparable(record), "quality-comparable", lang),
        ],
        lang,
    )


def _said(verdict: Verdict, record: Record, lang: Lang) -> dict[str, Any]:
    """A statement with what it says and what the others imply, as a template takes them."""
    indicator, geo, scope = verdict.series
    row = {"indicator": indicator, "geo": geo, "scope": scope}
    level = verdict.statement.kind == "level"
    unit = record.indicators.filter(indicator=indicator).item(0, "unit")
    words = unit_name(record.units, "yuan" if unit == "money" else unit, lang) if level else ""
    shift = 0 if level else 1  # a change is held as the ratio to its base
    ends = {
        name: [(end - shift) * (1 if level else 100) for end in pair]
        for name, pair in (("stated", verdict.stated), ("implied", verdict.implied))
    }
    return {
        "name": named(record, row, lang),
        "window": Span(verdict.statement.start, verdict.statement.end),
        **{name: Known(low, high, words, percent=not level) for name, (low, high) in ends.items()},
    }


def tallied(verdicts: Sequence[Verdict], cell: str, lang: Lang) -> Finding:
    """How the verdicts fall."""
    count: dict[str, Any] = {
        name: sum(v.verdict == name for v in verdicts)
        for name in ("confirmed", "compatible", "contradicted", "new")
    }
    return finding(
        lang,
        cell,
        zh="{all} 条可核对的表述中，{confirmed} 条得到印证，{compatible} 条相容，"
        "{contradicted} 条矛盾，{new} 条无从对照。",
        en="Of {all} statements that limit a quantity {confirmed} are confirmed, {compatible} "
        "compatible, {contradicted} contradicted, and {new} have nothing to be held against.",
        all=len(verdicts),
        **count,
    )


def disputed(verdicts: Sequence[Verdict], record: Record, cell: str, lang: Lang) -> list[Finding]:
    """The first contradictions, each with what is said and what the others imply."""
    against = [v for v in verdicts if v.verdict == "contradicted"]
    told = [v for v in against if v.statement.kind in ("level", "change")][:3]
    return [
        finding(
            lang,
            cell,
            zh="矛盾：{name}，{window}，它说 {stated}，其余表述推出 {implied}。",
            en="Contradicted: {name}, {window}: it says {stated}, the others imply {implied}.",
            **_said(verdict, record, lang),
        )
        for verdict in told
    ]


def narrowing(verdicts: Sequence[Verdict], record: Record, cell: str, lang: Lang) -> Finding | None:
    """The compatible level that adds most to what was known of its window."""
    share = {
        v: 1.0 if v.narrows is None else v.narrows
        for v in verdicts
        if v.verdict == "compatible" and v.statement.kind == "level" and v.implied[1] > 0
    }
    if not share:
        return None
    most = max(share, key=lambda v: share[v])
    return finding(
        lang,
        cell,
        zh="增加信息最多的一条相容表述：{name}，{window}，它说 {stated}，此前只知 {implied}。",
        en="The compatible statement that adds most: {name}, {window}: it says {stated}; without "
        "it no more is known than {implied}.",
        **_said(most, record, lang),
    )


def check(
    record: Record, verdicts: Sequence[Verdict], source: str, *, lang: Lang = "zh"
) -> Findings:
    """What notebook `check` opens with; `verdicts` are those of `rs.check` on `source`."""
    marks = record.select(source=source)["marks"]
    return Findings(
        [
            tallied(verdicts, "check-verdicts", lang),
            *disputed(verdicts, record, "check-verdicts", lang),
            narrowing(verdicts, record, "check-verdicts", lang),
            finding(
                lang,
                "check-figures",
                zh="这份来源的 {all} 个数中，{single} 个别处没有，{inferred} 个时段为推定，"
                "{doubtful} 个存疑。",
                en="Of its {all} figures {single} stand nowhere else, {inferred} have an inferred "
                "window, {doubtful} are in doubt.",
                all=marks.len(),
                single=int(marks.list.contains("single_sourced").sum()),
                inferred=int(marks.list.contains("window_inferred").sum()),
                doubtful=int(marks.list.contains("doubtful").sum()),
            ),
        ],
        lang,
    )
