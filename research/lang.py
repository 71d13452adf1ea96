"""Numbers, intervals, windows and fixed words in Chinese and English, for whatever is shown.

Numbers follow the language: 万 and 亿 in Chinese, million and billion in English, never scientific
notation. Everything that formats a column is a Polars expression.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
_SCALES = {
    "zh": [(1e12, "万亿"), (1e8, "亿"), (1e4, "万")],
    "en": [(1e12, " trillion"), (1e9, " billion"), (1e6, " million")],
}
_DIGITS = 6

WORDS: dict[str, dict[str, str]] = {
    # lanes
    "enforcement": {"zh": "侦查打击", "en": "Enforcement"},
    "source_control": {"zh": "源头治理", "en": "Source control"},
    "warning": {"zh": "预警劝阻", "en": "Warning"},
    "interception": {"zh": "技术拦截", "en": "Interception"},
    "funds": {"zh": "资金止付", "en": "Funds"},
    "cards": {"zh": "“断卡”治理", "en": "Cards"},
    "fixed_line": {"zh": "固话治理", "en": "Fixed line"},
    "accountability": {"zh": "责任落实", "en": "Accountability"},
    "publicity": {"zh": "宣传防范", "en": "Publicity"},
    "judiciary": {"zh": "司法", "en": "Judiciary"},
    "context": {"zh": "背景", "en": "Context"},
    "any": {"zh": "任一指标", "en": "Any indicator"},
    # marks
    "doubtful": {"zh": "存疑", "en": "doubtful"},
    "window_inferred": {"zh": "时段推定", "en": "window inferred"},
    "single_sourced": {"zh": "单一来源", "en": "single source"},
    "running_total": {"zh": "累计", "en": "running total"},
    # kinds of claim
    "change": {"zh": "变化", "en": "change"},
    "mom_decline_run": {"zh": "连续环比下降", "en": "falling month on month"},
    "yoy_decline_run": {"zh": "连续同比下降", "en": "falling year on year"},
    "record_high": {"zh": "历史新高", "en": "record high"},
    "record_low": {"zh": "历史新低", "en": "record low"},
    "rank": {"zh": "位次", "en": "rank"},
    "share": {"zh": "占比", "en": "share"},
    "other": {"zh": "其他表述", "en": "other statement"},
    # quality of a source
    "official": {"zh": "官方", "en": "official"},
    "press": {"zh": "媒体", "en": "press"},
    "repost": {"zh": "转载", "en": "repost"},
    "secondary": {"zh": "二手", "en": "secondary"},
}
"""Fixed words of the record's vocabularies in both languages."""


def word(slug: str, lang: Lang) -> str:
    """The name of a lane, mark, kind of claim or quality.

    >>> word("funds", "zh")
    '资金止付'
    """
    return WORDS[slug][lang]


def words(slug: pl.Expr, lang: Lang) -> pl.Expr:
    """The same for a column of slugs."""
    return slug.cast(pl.String).replace({s: w[lang] for s, w in WORDS.items()})


@cache
def remarks(lang: Lang) -> dict[str, str]:
    """Remarks of the record and of notebooks that read otherwise in a language: `remarks.csv`."""
    table = pl.read_csv(Path(__file__).with_name("remarks.csv"))
    return dict(table.select("remark", lang).drop_nulls().iter_rows())


def remark(text: pl.Expr, lang: Lang) -> pl.Expr:
    """A doubt, note or reason of the record in the reader's language; a new one stays as it is.

    >>> import polars as pl
    >>> pl.select(remark(pl.lit("year inferred"), "zh")).item()
    '年份为推定'
    """
    return text.replace(remarks(lang))


# How a page stands to the outlet that it names, as the record's sources say it in English.
_COPIES = {
    "not named in excerpt (media round-up of official figures)": "摘录未具名（媒体汇总的官方数字）",
    "reworded copy of a PA report": "改写自英国新闻联合社报道",
    "own traditional-script gateway": "自有繁体网关",
    "blog repost of the ACCC release": "博客转载ACCC新闻稿",
    "citing an unnamed notice": "援引未具名通告",
    "as cited by the encyclopedia": "据百科转引",
    "machine-translated repost": "机器翻译转载",
    "repost on an agency page": "机构网页转载",
    "copy on a PTT mirror, ": "PTT镜像复制：",
    "and other departments": "等部门",
    "business blog": "商业博客",
    "privacy blog": "隐私法博客",
    "machine translation": "机器翻译",
    "translated repost": "译文转载",
    "newspaper repost": "报纸转载",
    "encyclopedia mirror ": "百科镜像：",
    "encyclopedia entry": "百科条目",
    "attribution in text": "据文中署名",
    "journal abstract on ": "期刊摘要：",
    "magazine text on ": "杂志文章：",
    "magazine archive": "杂志存档",
    "copied on a forum": "论坛转贴",
    "copied on a blog": "博客转贴",
    "and other mirrors": "等镜像",
    "user post on ": "网友发帖：",
    "digital edition": "电子版",
    "forum repost: ": "论坛转载：",
    "aggregated by ": "聚合：",
    "reprinted on ": "转载：",
    "reposted by ": "转载：",
    "repost site ": "转载：",
    "as cited by ": "转引自",
    "repost on ": "转载：",
    "mirror of ": "镜像：",
    "as cited": "转引",
    "copy on ": "复制：",
    "repost: ": "转载：",
    "repost, ": "转载：",
    "mirror ": "镜像：",
    "repost ": "转载：",
    "citing ": "援引",
    "unnamed": "未署名",
    "mirror": "镜像",
    "repost": "转载",
    " via ": "，经",
    "(via ": "（经",
    " copy)": "复制版)",
}


def copies(outlet: pl.Expr, lang: Lang) -> pl.Expr:
    """The name of an outlet, with what says that it is a copy in the reader's language.

    >>> import polars as pl
    >>> pl.select(copies(pl.lit("法制网 (mirror aura-clean.com)"), "zh")).item()
    '法制网 (镜像：aura-clean.com)'
    """
    if lang == "en":
        return outlet.str.replace_many({"（转载）": " (repost)", "（镜像）": " (mirror)"})
    return outlet.str.replace_many(_COPIES, leftmost=True)


def _texts(values: pl.Series, lang: Lang, digits: int) -> pl.Series:
    """Staged in a frame: one nested expression would grow with every use of its own parts."""
    size, scale, name = pl.col("size"), pl.lit(1.0), pl.lit("")
    for big, word_ in reversed(_SCALES[lang]):
        reached = size >= big * (1 - 1e-9)  # rounding leaves 1e12 just below itself
        scale = pl.when(reached).then(big).otherwise(scale)
        name = pl.when(reached).then(pl.lit(word_)).otherwise(name)
    plain = pl.col("scaled").cast(pl.String).str.replace(r"\.0$", "")
    # Polars writes what is below 1e-4 with an exponent.
    tiny = pl.col("scaled").cast(pl.Decimal(38, 15), strict=False).cast(pl.String)
    text = pl.when(pl.col("scaled") < 1e-3).then(tiny.str.replace(r"\.?0+$", "")).otherwise(plain)
    whole = size.floor().cast(pl.Int64, strict=False)
    rest = (whole % 1000).cast(pl.String).str.zfill(3)
    fraction = pl.col("text").str.extract(r"(\..*)").fill_null("")
    grouped = (pl.col("scale") == 1) & (size >= 1000)
    stages = (
        pl.LazyFrame({"value": values.cast(pl.Float64)})
        .with_columns(size=pl.col("value").abs().round_sig_figs(digits))
        .with_columns(size=pl.when(size >= 1).then(size.round(6)).otherwise(size))
        .with_columns(scale=scale, name=name)
        .with_columns(scaled=(size / pl.col("scale")).round_sig_figs(digits))
        .with_columns(text=text)
    )
    if lang == "en":
        commas = pl.concat_str((whole // 1000).cast(pl.String), pl.lit(","), rest, fraction)
        stages = stages.with_columns(text=pl.when(grouped).then(commas).otherwise("text"))
    minus = pl.when(pl.col("value") < 0).then(pl.lit("−")).otherwise(pl.lit(""))
    return stages.select(pl.concat_str(minus, "text", "name")).collect().to_series()


def number(value: pl.Expr, lang: Lang, digits: int = _DIGITS) -> pl.Expr:
    """A number of at most `digits` significant digits, in the words of the language.

    >>> import polars as pl
    >>> pl.select(zh=number(pl.lit(393_500.0), "zh"), en=number(pl.lit(1.95e9), "en")).row(0)
    ('39.35万', '1.95 billion')
    """
    return value.map_batches(lambda s: _texts(s, lang, digits), return_dtype=pl.String)


def percent(value: pl.Expr, digits: int = 4, *, signed: bool = True, lang: Lang = "en") -> pl.Expr:
    """Percent, with the sign of a change: +28.5%, −3.1%. Language matters from ten thousand on."""
    plus = pl.when(value > 0).then(pl.lit("+" if signed else "")).otherwise(pl.lit(""))
    return pl.concat_str(plus, number(value, lang, digits), pl.lit("%"))


def between(low: pl.Expr, high: pl.Expr, lang: Lang, digits: int = _DIGITS) -> pl.Expr:
    """An interval in words; one number where both ends are equal, "at least" where none limits it.

    >>> import polars as pl
    >>> pl.select(between(pl.lit(3e8), pl.lit(float("inf")), "en")).item()
    'at least 300 million'
    """
    ends = (outward(low, digits, up=False), outward(high, digits, up=True))
    first, last = (number(end, lang, digits) for end in ends)
    return _joined(first, last, high, lang)


def possible(low: pl.Expr, high: pl.Expr, lang: Lang, digits: int = _DIGITS) -> pl.Expr:
    """What a quantity that is never negative can have been; an end that nothing limits is said so.

    >>> import polars as pl
    >>> inf = pl.lit(float("inf"))
    >>> pl.select(possible(pl.lit(3e8), inf, "en"), zh=possible(pl.lit(0.0), inf, "zh")).row(0)
    ('at least 300 million, unbounded above', '无上限')
    """
    above, free = {"zh": ("，无上限", "无上限"), "en": (", unbounded above", "unbounded")}[lang]
    said = between(low, high, lang, digits)
    return (
        pl.when(high.is_finite())
        .then(said)
        .when(low > 0)
        .then(pl.concat_str(said, pl.lit(above)))
        .otherwise(pl.lit(free))
    )


def percent_between(
    low: pl.Expr, high: pl.Expr, lang: Lang, digits: int = 4, *, signed: bool = True
) -> pl.Expr:
    """An interval in percent, in the words of `between`."""
    ends = (outward(low, digits, up=False), outward(high, digits, up=True))
    first, last = (percent(end, digits, signed=signed, lang=lang) for end in ends)
    return _joined(first, last, high, lang)


def outward(value: pl.Expr, digits: int, *, up: bool) -> pl.Expr:
    """An end with fewer digits, moved away from the interval: showing it must not narrow it."""
    place = pl.lit(10.0).pow(value.abs().log10().floor() - (digits - 1))
    steps = (value / place).round_sig_figs(12)  # 0.3 / 0.1 is 2.9999999999999996
    moved = ((steps.ceil() if up else steps.floor()) * place).round_sig_figs(12)
    return pl.when((value == 0) | value.is_infinite()).then(value).otherwise(moved)


def _joined(first: pl.Expr, last: pl.Expr, high: pl.Expr, lang: Lang) -> pl.Expr:
    at_least = {"zh": "至少", "en": "at least "}[lang]
    between_ = {"zh": " 至 ", "en": " to "}[lang]
    return (
        pl.when(high.is_infinite())
        .then(pl.concat_str(pl.lit(at_least), first))
        .when(first == last)
        .then(first)
        .otherwise(pl.concat_str(first, last, separator=between_))
    )


def window(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """A window as short as its days allow: 2021, 2021-04 – 2022-03, 2022-01-01 – 2022-05-11.

    >>> import datetime as dt
    >>> import polars as pl
    >>> pl.select(window(pl.lit(dt.date(2021, 4, 1)), pl.lit(dt.date(2022, 3, 31)))).item()
    '2021-04 – 2022-03'
    """
    months = (start == start.dt.month_start()) & (end == end.dt.month_end())
    year = months & (start.dt.month() == 1) & (end.dt.month() == 12)
    same_year = start.dt.year() == end.dt.year()
    first, last = (
        pl.when(months).then(d.dt.strftime("%Y-%m")).otherwise(d.dt.strftime("%Y-%m-%d"))
        for d in (start, end)
    )
    return (
        pl.when(year & same_year)
        .then(start.dt.strftime("%Y"))
        .when(year)
        .then(pl.concat_str(start.dt.strftime("%Y"), end.dt.strftime("%Y"), separator=" – "))
        .when(first == last)
        .then(first)
        .otherwise(pl.concat_str(first, last, separator=" – "))
    )


def unit_name(units: pl.DataFrame, unit: str, lang: Lang) -> str:
    """A unit in words, from the record's `units`; `a per b` is read part by part.

    >>> import polars as pl
    >>> units = pl.DataFrame({"unit": ["person", "case"], "name_zh": ["人", "起"],
    ...                       "name_en": ["persons", "cases"]})
    >>> unit_name(units, "person per 1000 case", "zh"), unit_name(units, "person per case", "en")
    ('人/千起', 'persons per case')
    """
    above, *below = unit.split(" per ")
    parts = [_plural(units, above, lang), *(_divisor(units, part, lang) for part in below)]
    return {"zh": "/", "en": " per "}[lang].join(parts)


_ROUND = {"1000": "千", "10000": "万", "100000": "十万", "1000000": "百万"}


def _plural(units: pl.DataFrame, unit: str, lang: Lang) -> str:
    return str(units.filter(unit=unit).item(0, f"name_{lang}"))


def _divisor(units: pl.DataFrame, part: str, lang: Lang) -> str:
    """What stands after "per": one of it, unless a number says of how many."""
    many, _, unit = part.rpartition(" ")
    if lang == "zh":
        return _ROUND.get(many, many) + _plural(units, unit, lang)
    return f"{int(many):,} {_plural(units, unit, lang)}" if many else unit.replace("_", " ")


def in_words(low: float, high: float, lang: Lang, *, percent: bool = False) -> str:
    """One interval as text, for a computed sentence; in percent with its sign.

    >>> in_words(-23.85, -23.7, "en", percent=True)
    '−23.85% to −23.7%'
    """
    ends = pl.lit(float(low)), pl.lit(float(high))
    text = percent_between(*ends, lang) if percent else between(*ends, lang)
    return str(pl.select(text).item())


@dataclass(frozen=True)
class Prose:
    """Markdown text that shows itself in a notebook."""

    text: str

    def _repr_markdown_(self) -> str:
        return self.text

    def __str__(self) -> str:
        return self.text


def say(lang: Lang, *, zh: str, en: str) -> Prose:
    """A sentence that a notebook computes: one of two texts, by the report's language.

    >>> print(say("en", zh="共 28 项", en="28 figures"))
    28 figures
    """
    return Prose({"zh": zh, "en": en}[lang])
