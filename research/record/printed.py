"""What a printed figure says: `39.4万起` → value, step of its last digit, limiting word → interval.

Everything is a Polars expression over a column of printed text, in Chinese (both scripts), English,
Japanese or Korean units. Reading a *sentence* (which figure, of what, when) does not belong here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import polars as pl

Rounding = Literal["either", "nearest", "floor"]

LIMITS = ("exact", "rounded", "more", "at_least", "at_most", "nearly", "about")
"""How a figure limits its value: a count to the unit; its last digit rounded or cut; 余/多;
超/以上; 不超过; 近/不足; 约/左右."""

# Characters that only differ in script, width or language.
_SCRIPT = dict(
    zip(
        "０１２３４５６７８９．﹒，﹐％萬億餘馀兩點個만억조〇零一二三四五六七八九两廿",
        [*"0123456789..,,%万亿余余2点个万亿兆00123456789", "2", "2十"],
        strict=True,
    )
)
_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
_WORDS += ["twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"]
_WORDS += ["nineteen", "twenty"]
_ENGLISH = [
    *((rf"\b{word}(?:\b|fold)", str(n)) for n, word in enumerate(_WORDS, start=1)),
    (r"-?thousand-?", "千"),
    (r"\s*(?:million|millions|mln)\b", "百万"),
    (r"\s*(?:billion|billions|bn)\b", "十亿"),
    (r"\s*trillions?\b", "万亿"),
    (r"\s*hundred\b", "百"),
    (r"([0-9])m\b", "${1}百万"),
    (r"([0-9])-?(?:point-?|点|・)([0-9])", "${1}.${2}"),
]
_SPACING = [
    (r"([0-9]),([0-9]{3})", "${1}${2}"),  # thousands; twice, since matches cannot overlap
    (r"([0-9]),([0-9]{3})", "${1}${2}"),
    (r"([0-9]),([0-9])", "${1}.${2}"),  # what is left is a decimal comma
    (r"([0-9万亿兆千百十])\s+([0-9万亿兆千百十])", "${1}${2}"),
    (r"([0-9])\s+([0-9])", "${1}${2}"),
]
# A limiting word, most specific first: 近4亿余 says both "nearly" and "more", so it is "about".
_LIMIT_WORDS = {
    "about": r"约|約|左右|上下|近.*[余多]|\b(?:about|around|some|approximately|roughly|quelque)\b",
    "at_most": (
        r"不超|不多于|不高于|至多|最多|以内|以下"
        r"|\b(?:at most|up to|no more than|not more than|not exceeding)\b"
    ),
    "at_least": (
        r"超|逾|以上|突破|至少|不少于|不低于|不下|不止|上[十百千万亿]"
        r"|\b(?:over|more than|exceed\w*|at least|above|no less than|not less than)\b"
    ),
    "more": r"[0-9十百千万亿兆成倍][余多]",
    "nearly": r"近|不足|不到|少于|低于|接近|\b(?:nearly|almost|under|less than)\b",
}
_BIG = {"万": 1e4, "亿": 1e8, "万亿": 1e12, "兆": 1e12}
_SMALL = {"十": 1e1, "百": 1e2, "千": 1e3}

_NUMBER = r"[0-9十百千万亿兆](?:[0-9.十百千万亿兆]*[0-9十百千万亿兆])?"
_GROUP = r"[0-9.十百千]+(?:万亿|兆|亿|万)?|万亿|兆|亿|万"
_PART = r"[0-9]+(?:\.[0-9]+)?[十百千]?|[十百千]"


def normal(printed: pl.Expr) -> pl.Expr:
    """One script, one width, Arabic digits, 万 and 亿 as the only large units."""
    text = printed.str.to_lowercase().str.replace_many(_SCRIPT)
    for pattern, replacement in [*_ENGLISH, *_SPACING]:
        text = text.str.replace_all(pattern, replacement)
    return text


def _limit_word(text: pl.Expr) -> pl.Expr:
    return pl.coalesce(
        pl.when(text.str.contains(pattern)).then(pl.lit(limit))
        for limit, pattern in _LIMIT_WORDS.items()
    )


def _part_value(part: pl.Expr) -> pl.Expr:
    number = part.str.extract(r"^([0-9]+(?:\.[0-9]+)?)").cast(pl.Float64).fill_null(1.0)
    unit = part.str.extract(r"([十百千])$").replace_strict(_SMALL, default=1.0)
    return number * unit


def _group_value(group: pl.Expr) -> pl.Expr:
    parts = group.str.extract_all(_PART).list.eval(_part_value(pl.element())).list.sum()
    bare = group.str.contains(r"[0-9]|十|百|千")
    return pl.when(bare).then(parts).otherwise(1.0) * _group_scale(group)


def _group_scale(group: pl.Expr) -> pl.Expr:
    return group.str.extract(r"(万亿|兆|亿|万)$").replace_strict(_BIG, default=1.0)


def _number(token: pl.Expr) -> pl.Expr:
    """The value of one number, unit by unit: 5万7千1百 → 57100."""
    return token.str.extract_all(_GROUP).list.eval(_group_value(pl.element())).list.sum()


def _steps(token: pl.Expr) -> list[pl.Expr]:
    """On the last digit: its place, the place of the last that is not 0, and if it is bare."""
    group = token.str.extract_all(_GROUP).list.last()
    part = group.str.extract_all(_PART).list.last().fill_null("1")
    decimals = part.str.extract(r"\.([0-9]+)").str.len_chars().fill_null(0).cast(pl.Int32)
    unit = part.str.extract(r"([十百千])$").replace_strict(_SMALL, default=1.0)
    zeros = part.str.extract(r"^[1-9][0-9]*?(0*)[十百千]?$").str.len_chars().fill_null(0)
    place = _group_scale(group) * unit
    return [
        (place * pl.lit(10.0).pow(-decimals)).alias("last"),
        (place * pl.lit(10.0).pow(zeros.cast(pl.Int32) - decimals)).alias("nonzero"),
        ((_group_scale(group) == 1) & (decimals == 0)).alias("bare"),
        (zeros + unit.log10().round().cast(pl.UInt32)).alias("zeros"),
    ]


_FIELDS = ["value", "step", "limit"]
_READING = pl.Struct({"value": pl.Float64, "step": pl.Float64, "limit": pl.String})


def _over_forms(steps: Callable[[pl.LazyFrame], pl.LazyFrame]) -> Callable[[pl.Series], pl.Series]:
    """Run a staged reader over the distinct forms of a column, and spread the answer again.

    A form is read once a process: rules and intervals ask for the same ones again and again.
    Stages in a frame keep the query small: as one nested expression it would grow with every use
    of the normal form, and planning it would take longer than reading the whole record.
    """

    seen = pl.DataFrame(schema={"printed": pl.String, "read": _READING})

    def read(printed: pl.Series) -> pl.Series:
        nonlocal seen
        column = printed.cast(pl.String).alias("printed").to_frame()
        known = seen  # Polars may call from several threads: each keeps to what it has seen itself
        new = column.unique().join(known, on="printed", how="anti", nulls_equal=True)
        if not new.is_empty():
            forms = steps(new.lazy()).select("printed", read=pl.struct(_FIELDS))
            seen = known = pl.concat([known, forms.collect()])
        return column.join(
            known, on="printed", how="left", nulls_equal=True, maintain_order="left"
        )["read"]

    return read


def _read_figures(forms: pl.LazyFrame) -> pl.LazyFrame:
    text, word, tokens = pl.col("text"), pl.col("word"), pl.col("tokens")
    joined = text.str.contains(r"[0-9]\+[0-9]|和另外")
    percent = text.str.contains("%|per ?cent")
    several = text.str.contains("[几数][十百千万亿]")  # no number: 几十起, 数万起
    # Zeros that end a bare integer are no precision; nor are those before 余 (1300余万).
    coarse = (pl.col("bare") & ~percent) | text.str.contains(_LIMIT_WORDS["more"])
    whole = pl.col("bare") & (pl.col("zeros") < 2) & ~percent
    return (
        forms.with_columns(text=normal(pl.col("printed")))
        .with_columns(
            word=_limit_word(text),
            tokens=text.str.replace_all(r"([0-9十百千万亿兆])[余多]", "${1}").str.extract_all(
                _NUMBER
            ),
        )
        .with_columns(numbers=tokens.list.eval(_number(pl.element())))
        .with_columns(*_steps(tokens.list.last()))
        .with_columns(
            value=pl.when(joined)
            .then(pl.col("numbers").list.sum())
            .otherwise(pl.col("numbers").list.last())
            .round_sig_figs(15),
            limit=pl.coalesce(
                word, pl.when(whole).then(pl.lit("exact")).otherwise(pl.lit("rounded"))
            ),
        )
        .with_columns(
            step=pl.when(pl.col("limit") == "exact")
            .then(1.0)
            .when(coarse)
            .then("nonzero")
            .otherwise("last")
        )
        .with_columns(pl.when(pl.col("value").is_not_null() & ~several).then(pl.col(_FIELDS)))
    )


_figures = _over_forms(_read_figures)


def reading(printed: pl.Expr) -> pl.Expr:
    """Read a printed figure: a struct `value`, `step` (of its last digit), `limit` (see `LIMITS`).

    Null where no number is found. Where several numbers stand side by side the last one counts
    (`2批8起` is 8 cases) unless they are joined by a plus sign (`4+7个` is 11).

    >>> import polars as pl
    >>> pl.select(reading(pl.lit("1300余万张"))).item()
    {'value': 13000000.0, 'step': 1000000.0, 'limit': 'more'}
    """
    return printed.map_batches(_figures, return_dtype=_READING)


_FALL = (
    r"降|减|減|跌|滑|回落|缩|감소|▲|(?:^|[^0-9a-z])[-ー−－](?:百分之)?[0-9]|\b(?:down|fell|fall\w*|drop\w*|decreas\w*|declin\w*|lower|"
    r"reduc\w*|baisse)\b"
)
_RATE = r"([0-9]+(?:\.[0-9]+)?)(?:-?\s*(?:per ?cent|pct|%))|百分之([0-9十百.]+)"
_TIMES = r"([0-9]+(?:\.[0-9]+)?)(?:余|多)?(?:倍|\s*times|-fold)"
_TENTHS = r"([0-9])成"


def _read_changes(forms: pl.LazyFrame) -> pl.LazyFrame:
    text, rate, times = pl.col("text"), pl.col("rate"), pl.col("times")
    half = text.str.contains("成半").cast(pl.Float64)
    multiple_of_base = text.str.contains("(?:的|同期)[0-9.]+倍").cast(pl.Float64)
    unit = (
        pl.when(rate.is_not_null()).then(1.0).when(times.is_not_null()).then(100.0).otherwise(10.0)
    )
    size = (
        pl.when(rate.is_not_null())
        .then("number")
        .when(times.is_not_null())
        .then(pl.col("number") - multiple_of_base)
        .otherwise(pl.col("number") + half / 2)
    )
    falls = text.str.contains(_FALL) & (multiple_of_base == 0)
    sign = pl.when(falls).then(-1.0).otherwise(1.0)
    return (
        forms.with_columns(text=normal(pl.col("printed")).str.replace_all("翻了?1?番", "增长1倍"))
        .with_columns(
            rate=pl.coalesce(text.str.extract(_RATE, 1), text.str.extract(_RATE, 2)),
            times=text.str.extract(_TIMES),
            tenths=text.str.extract(_TENTHS),
        )
        .with_columns(token=pl.coalesce("rate", "times", "tenths"))
        .with_columns(*_steps(pl.col("token")), number=_number(pl.col("token")))
        .with_columns(
            value=(sign * size * unit).round_sig_figs(12),
            limit=_limit_word(text).fill_null("rounded"),
        )
        .with_columns(
            step=pl.when(pl.col("limit") == "more").then("nonzero").otherwise("last")
            * unit
            * (1 - half / 2)
        )
        .with_columns(pl.when(pl.col("token").is_not_null()).then(pl.col(_FIELDS)))
    )


_changes = _over_forms(_read_changes)


def change(printed: pl.Expr) -> pl.Expr:
    """Read a printed change on the year before, in percent: a struct as in `reading`.

    A fall is negative; `上升1倍` is +100, `是去年同期的2.2倍` is +120, `下降一成` is −10. Steps are
    in percent too. `翻番` is +100.

    >>> import polars as pl
    >>> pl.select(change(pl.lit("同比下降45.33%"))).item()
    {'value': -45.33, 'step': 0.01, 'limit': 'rounded'}
    """
    return printed.map_batches(_changes, return_dtype=_READING)


def interval(
    value: pl.Expr,
    step: pl.Expr,
    limit: pl.Expr,
    rounding: Rounding = "either",
    *,
    printed_step: bool = False,
) -> pl.Expr:
    """The closed interval that a reading allows: a struct `low`, `high`, in the unit of `value`.

    Officials cut as often as they round, so `either` covers both; `nearest` and `floor` assume one.
    No upper end is `inf`; with `printed_step` 超 and 以上 end one step above instead. Where a limit
    excludes an end (37万余 is below 38万) the interval is its closure. A negative value (a fall)
    mirrors: 下降28.5% is [−28.6, −28.45]. Source: DESIGN §4.

    >>> import polars as pl
    >>> figure = reading(pl.lit("39.4万起"))
    >>> field = figure.struct.field
    >>> pl.select(interval(field("value"), field("step"), field("limit"))).item()
    {'low': 393500.0, 'high': 395000.0}
    """
    below = {"either": 0.5, "nearest": 0.5, "floor": 0.0}[rounding]
    above = {"either": 1.0, "nearest": 0.5, "floor": 1.0}[rounding]
    open_end = pl.lit(1.0 if printed_step else float("inf"))
    down = limit.replace_strict(
        {"rounded": below, "nearly": 1.0, "about": 1.0, "at_most": float("inf")}, default=0.0
    )
    up = (
        pl.when(limit == "at_least")
        .then(open_end)
        .otherwise(limit.replace_strict({"rounded": above, "more": 1.0, "about": 1.0}, default=0.0))
    )
    size = value.abs()
    # Sums such as 16.6 - 0.05 must not leak binary noise into reports.
    low = (size - down * step).clip(lower_bound=0).round_sig_figs(15)
    high = (size + up * step).round_sig_figs(15)
    falls = (value < 0) | (1 / value == float("-inf"))  # a fall of 0.0 % is −0.0
    return pl.struct(
        pl.when(falls).then(-high).otherwise(low).alias("low"),
        pl.when(falls).then(-low).otherwise(high).alias("high"),
    )
