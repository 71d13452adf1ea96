"""Verdicts as a table that a reader can follow by hand: what is said, what others say, the sum.

How a statement is judged is `research.metrics.verdicts`; a conflict of the record is `disputes.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import polars as pl

from research.charts.judgements import quantity, statement_cell
from research.charts.tables import Table, escaped, laid_out, source_cell
from research.charts.windows import series_name
from research.lang import Lang, in_words, window
from research.metrics.grounds import Ground, keeping_all
from research.metrics.statements import INF, RECORDS, RUNS, Statement
from research.metrics.verdicts import VERDICTS, Verdict
from research.record.record import Record

_HEADS: dict[str, dict[Lang, str]] = {
    "statement": {"zh": "表述", "en": "Statement"},
    "why": {"zh": "对照", "en": "Held against the others"},
}
_VERDICTS: dict[str, dict[Lang, str]] = {
    "confirmed": {"zh": "印证", "en": "confirmed"},
    "compatible": {"zh": "相容", "en": "compatible"},
    "contradicted": {"zh": "矛盾", "en": "contradicted"},
    "new": {"zh": "新增", "en": "new"},
}
_NEW: dict[str, dict[Lang, str]] = {
    "action": {
        "zh": "单次行动：别的数字说的是别的行动，无从对照。",
        "en": "A single action: other figures are of other actions and say nothing of it.",
    },
    "stock": {
        "zh": "存量只能与同一天的数字对照，没有这样的数字。",
        "en": "A stock is held against figures of the same day only; there is none.",
    },
    "ratio": {
        "zh": "比率只能与同一时段的数字对照，没有这样的数字。",
        "en": "A ratio is held against figures of the same window only; there is none.",
    },
    "undated": {
        "zh": "存量或比率，其日期或时段是推定的，无从与同一天的数字对照。",
        "en": "A stock or ratio whose day or window was inferred: no figure is surely of the same.",
    },
    "sum": {
        "zh": "没有别的表述限定这个时段。",
        "en": "No other statement limits this window.",
    },
}
_WORDS: dict[str, dict[Lang, str]] = {
    "says": {"zh": "它说：{}", "en": "It says: {}"},
    "exact": {"zh": "{w} 合计 {q}", "en": "{q} in {w}"},
    "outer": {"zh": "外窗 {w} 合计{q}", "en": "{q} in the outer window {w}"},
    "inner": {"zh": "内窗 {w} 合计至多 {q}", "en": "at most {q} in the inner window {w}"},
    "prior": {
        "zh": "本期公布数除以（1 + 同比），推出上年同期 {w} 为 {q}。",
        "en": "This year's figure over (1 + the change) makes {q} for {w}, the year before.",
    },
    "ratio": {"zh": "{w} 比 {b} {q}", "en": "{q} in {w} on {b}"},
    "months": {
        "zh": "{n} 个月，每月不高于{b}",
        "en": "{n} months, each at most the month {b}",
    },
    "years": {
        "zh": "{w} {o}以往 {n} 年同期",
        "en": "{w} is {o} the same days of {n} earlier years",
    },
    "alone": {
        "zh": "下列表述单独即可推出",
        "en": "each of these implies it by itself",
    },
    "imply": {"zh": "其余表述合起来推出 {}", "en": "the others together imply {}"},
    "follow": {
        "zh": "其余表述合起来推出其中 {k} 项（共 {n} 项）",
        "en": "the others together imply {k} of these {n}",
    },
    "open": {"zh": "其余表述不限定它", "en": "the others do not limit it"},
    "inside": {"zh": "，在其之内", "en": ", which lies inside"},
    "meet": {"zh": "，与之相交", "en": ", which overlaps"},
    "apart": {"zh": "，与之不相交", "en": ", which does not meet it"},
    "after": {"zh": "采信它之后，{w} 合计 {q}。", "en": "With it, {w} comes to {q}."},
    "against": {"zh": "与下列表述不能同时为真：", "en": "It cannot be true together with:"},
    "more": {"zh": "另有 {} 条", "en": "and {} more"},
}
_BEFORE: dict[str, dict[Lang, str]] = {
    "yoy_decline_run": {"zh": "上年同月", "en": "a year before"},
    "mom_decline_run": {"zh": "上月", "en": "before"},
    "record_high": {"zh": "不低于", "en": "at least"},
    "record_low": {"zh": "不高于", "en": "at most"},
}
_SHOWN = 5


def _window(start: date, end: date) -> str:
    return str(pl.select(window(pl.lit(start), pl.lit(end))).item())


def _limit(statement: Statement, ground: Ground, lang: Lang) -> str:
    """What one limit of a statement says, in words."""
    row = ground.row
    now = _window(row.terms[0].start, row.terms[0].end)
    if len(row.terms) > 1:
        low, high = ((end - 1) * 100 for end in statement.stated)
        base = _window(row.terms[1].start, row.terms[1].end)
        return _WORDS["ratio"][lang].format(
            w=now, b=base, q=in_words(low, high, lang, percent=True)
        )
    if not statement.inferred:
        return _WORDS["exact"][lang].format(w=now, q=in_words(row.low, row.high, lang))
    if row.high == INF:
        return _WORDS["outer"][lang].format(w=now, q=in_words(row.low, INF, lang))
    most = in_words(0.0, row.high, lang).removeprefix({"zh": "0 至 ", "en": "0 to "}[lang])
    return _WORDS["inner"][lang].format(w=now, q=most)


def _implied(found: Verdict, ground: Ground, lang: Lang) -> str:
    """What the others say of the same, and how the two stand."""
    low, high = ground.low, ground.high
    if ground.alone:
        return _WORDS["alone"][lang]
    if len(ground.row.terms) > 1:
        low, high = found.implied
        if low <= 0 and high == INF:
            return _WORDS["open"][lang]
        text = in_words((low - 1) * 100, (high - 1) * 100, lang, percent=True)
        stated = found.stated
    else:
        low, stated = max(low, 0.0), (ground.row.low, ground.row.high)
        if low == 0 and high == INF:
            return _WORDS["open"][lang]
        text = in_words(low, high, lang)
    room = 1e-6 * max(abs(low), 1.0)
    inside = stated[0] - room <= low and high <= stated[1] * (1 + 1e-6) + room
    apart = low > stated[1] or high < stated[0]
    how = "inside" if inside else "apart" if apart else "meet"
    return _WORDS["imply"][lang].format(text) + _WORDS[how][lang]


def _orders(found: Verdict, lang: Lang) -> str:
    """A run of months or a record, whose limits are one a month or year."""
    s = found.statement
    text = _WORDS["months" if s.kind in RUNS else "years"][lang].format(
        w=_window(s.start, s.end), n=len(s.rows), b=_BEFORE[s.kind][lang], o=_BEFORE[s.kind][lang]
    )
    text = _WORDS["says"][lang].format(text)
    if keeping_all(found.grounds):
        return f"{text}{_stop(lang)}{_WORDS['alone'][lang]}"
    follow = sum(ground.follows for ground in found.grounds)
    return f"{text}{_stop(lang)}{_WORDS['follow'][lang].format(k=follow, n=len(s.rows))}"


def _stop(lang: Lang) -> str:
    return {"zh": "；", "en": "; "}[lang]


def _sentences(found: Verdict, lang: Lang) -> Iterator[str]:
    """The arithmetic in words, a line a limit."""
    s = found.statement
    if found.verdict == "new":
        yield _NEW.get(s.kind, _NEW["sum"])[lang]
        return
    if s.kind == "prior":
        window_, level = _window(s.start, s.end), in_words(*s.stated, lang)
        yield _WORDS["prior"][lang].format(w=window_, q=level)
    if s.kind in RUNS + RECORDS:
        yield _orders(found, lang)
    else:
        for ground in found.grounds[: 1 if s.kind in ("change", "comparison") else None]:
            said = _WORDS["says"][lang].format(_limit(s, ground, lang))
            yield f"{said}{_stop(lang)}{_implied(found, ground, lang)}"
    if found.verdict == "contradicted":
        yield _WORDS["against"][lang]
    elif found.verdict == "compatible" and found.after and found.after[1] < INF:
        window_ = _window(s.start, s.end)
        yield _WORDS["after"][lang].format(w=window_, q=in_words(*found.after, lang))


def _said(statements: Sequence[Statement], lang: Lang) -> pl.Series:
    """Each statement as a line: what was printed, its kind and window, what it says."""
    frame = pl.DataFrame(
        [
            {
                "said": s.said,
                "kind": s.kind,
                "start": s.start,
                "end": s.end,
                "inferred": s.inferred,
                "stated_low": s.stated[0],
                "stated_high": s.stated[1],
            }
            for s in statements
        ]
    )
    says = pl.format(" {}", quantity("stated_low", "stated_high", lang))
    return frame.select(pl.concat_str(statement_cell(lang), says)).to_series()


def _why(found: Verdict, links: Mapping[str, str], lang: Lang) -> str:
    lines = "".join(f"<div>{text}</div>" for text in _sentences(found, lang))
    if not found.rests:
        return lines
    shown = sorted(found.rests, key=lambda s: (-s.weight, s.start, s.id))[:_SHOWN]
    items = "".join(
        f"<li>{said}{links.get(s.source_id, '')}</li>"
        for s, said in zip(shown, _said(shown, lang), strict=True)
    )
    more = len(found.rests) - len(shown)
    rest = f"<div><small>{_WORDS['more'][lang].format(more)}</small></div>" if more else ""
    return f'{lines}<ul style="margin:.2em 0; padding-left:1.1em">{items}</ul>{rest}'


def _rows(found: Iterable[Verdict], record: Record, lang: Lang) -> pl.DataFrame:
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "id": pl.String,
        "series": pl.String,
        "kind": pl.String,
        "said": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "inferred": pl.Boolean,
        "verdict": pl.String,
        **{
            f"{q}_{end}": pl.Float64
            for q in ("stated", "implied", "after")
            for end in ("low", "high")
        },
        "rests_on": pl.List(pl.String),
    }
    rows = []
    for v in found:
        s = v.statement
        about = (
            s.id,
            series_name(record, *v.series, lang),
            s.kind,
            s.said,
            s.start,
            s.end,
            s.inferred,
        )
        rows.append(
            (*about, v.verdict, *v.stated, *v.implied, *(v.after or (None, None)), list(v.rests_on))
        )
    return pl.DataFrame(rows, schema, orient="row")


def verdicts(record: Record, found: Sequence[Verdict], *, lang: Lang = "zh") -> Table:
    """Verdicts on statements, each with the arithmetic in words and the figures it rests on.

    >>> from research.metrics.verdicts import check
    >>> from research.record.record import load
    >>> record = load()
    >>> row = {"indicator": "cases_solved", "start": "2022-01-01", "end": "2022-12-31",
    ...        "printed": "46万起"}
    >>> table = verdicts(record, check(row, record), lang="en")
    >>> "which lies inside" in table._repr_html_() or "implies it by itself" in table._repr_html_()
    True
    """
    order = ("contradicted", "compatible", "confirmed", "new")
    ranked = sorted(found, key=lambda v: (order.index(v.verdict), v.series, v.statement.id))
    links = dict(source_cell(record.sources, lang).collect().iter_rows())
    rows = _rows(ranked, record, lang)
    count = {name: sum(v.verdict == name for v in found) for name in VERDICTS}
    title = {name: f"{text[lang]} ({count[name]})" for name, text in _VERDICTS.items()}
    heads = {column: text[lang] for column, text in _HEADS.items()}
    cells = rows.select(
        group=pl.col("verdict").replace(title),
        statement=pl.concat_str(
            pl.format(
                '<div style="min-width:7em"><strong>{}</strong><br>', escaped(pl.col("series"))
            ),
            statement_cell(lang),
            pl.lit("</div>"),
        ),
        why=pl.Series([_why(v, links, lang) for v in ranked], dtype=pl.String),
    )
    return laid_out(cells, heads, name="verdicts", lang=lang, data=rows, group="group")
