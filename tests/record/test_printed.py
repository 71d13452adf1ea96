"""Printed figures and changes: DESIGN §4's table, and what must hold for every figure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from research.metrics.intervals import printed_interval
from research.record.printed import LIMITS, Rounding, change, interval, normal, reading

INF = float("inf")
FEW = settings(deadline=None, max_examples=25)


def read(forms: Sequence[str], rounding: Rounding = "either", **options: bool) -> pl.DataFrame:
    """`value`, `step`, `limit`, `low`, `high` of printed figures."""
    return _read(reading, forms, rounding, **options)


def read_change(forms: Sequence[str], rounding: Rounding = "either") -> pl.DataFrame:
    """The same of printed changes."""
    return _read(change, forms, rounding)


def _read(reader: Any, forms: Sequence[str], rounding: Rounding, **options: bool) -> pl.DataFrame:
    field = pl.col("read").struct.field
    frame = pl.DataFrame({"printed": forms}, schema={"printed": pl.String})
    return (
        frame.with_columns(read=reader(pl.col("printed")))
        .with_columns(
            ends=interval(field("value"), field("step"), field("limit"), rounding, **options)
        )
        .unnest("read", "ends")
    )


def ends(printed: str, rounding: Rounding = "either", **options: bool) -> tuple[float, float]:
    low, high = read([printed], rounding, **options).select("low", "high").row(0)
    return low, high


def change_of(printed: str) -> tuple[float, float, float]:
    low, value, high = read_change([printed]).select("low", "value", "high").row(0)
    return low, value, high


# DESIGN §4, row by row


@pytest.mark.parametrize(
    ("printed", "value", "low", "high"),
    [
        ("39.4万起", 394_000, 393_500, 395_000),
        ("37万余起", 370_000, 370_000, 380_000),
        ("5200余起", 5_200, 5_200, 5_300),
        ("4300多条", 4_300, 4_300, 4_400),
        ("近20万", 200_000, 190_000, 200_000),
        ("不足20万", 200_000, 190_000, 200_000),
        ("约20万", 200_000, 190_000, 210_000),
        ("20万左右", 200_000, 190_000, 210_000),
        ("超20万", 200_000, 200_000, INF),
        ("逾20万", 200_000, 200_000, INF),
        ("20万以上", 200_000, 200_000, INF),
        ("突破20万", 200_000, 200_000, INF),
        ("150次", 150, 150, 150),
        ("4276名", 4_276, 4_276, 4_276),
        ("49,000", 49_000, 48_500, 50_000),
        ("5200起", 5_200, 5_150, 5_300),
        ("1.739 million", 1_739_000, 1_738_500, 1_740_000),
        ("217.07 billion yuan", 217_070_000_000, 217_065_000_000, 217_080_000_000),
    ],
)
def test_a_figure_means_what_the_design_says(
    printed: str, value: float, low: float, high: float
) -> None:
    assert read([printed]).select("value", "low", "high").row(0) == (value, low, high)


def test_a_change_means_what_the_design_says() -> None:
    assert change_of("同比上升28.5%") == (28.45, 28.5, 28.6)
    assert change_of("同比下降28.5%") == (-28.6, -28.5, -28.45)


@pytest.mark.parametrize(
    ("printed", "nearest", "floor"),
    [
        ("39.4万起", (393_500, 394_500), (394_000, 395_000)),
        ("49,000", (48_500, 49_500), (49_000, 50_000)),
        ("5200起", (5_150, 5_250), (5_200, 5_300)),
        ("1.739 million", (1_738_500, 1_739_500), (1_739_000, 1_740_000)),
        # What is no rounding does not hang on it.
        ("37万余起", (370_000, 380_000), (370_000, 380_000)),
        ("近20万", (190_000, 200_000), (190_000, 200_000)),
        ("约20万", (190_000, 210_000), (190_000, 210_000)),
        ("4276名", (4_276, 4_276), (4_276, 4_276)),
    ],
)
def test_rounding_can_be_nearest_or_floor(
    printed: str, nearest: tuple[float, float], floor: tuple[float, float]
) -> None:
    assert ends(printed, "nearest") == nearest
    assert ends(printed, "floor") == floor


@pytest.mark.parametrize(
    ("printed", "high"),
    [("超20万", 210_000), ("逾39.4万起", 395_000), ("20万以上", 210_000), ("突破3亿", 4e8)],
)
def test_a_printed_step_closes_what_has_no_upper_end(printed: str, high: float) -> None:
    assert ends(printed)[1] == INF
    assert ends(printed, printed_step=True)[1] == high
    assert ends(printed, printed_step=True)[0] == ends(printed)[0]


def test_a_printed_step_changes_nothing_else() -> None:
    forms = ["39.4万起", "37万余起", "近20万", "约20万", "4276名", "49,000", "不超过5万"]
    assert read(forms, printed_step=True).equals(read(forms))


def test_not_more_than_has_no_lower_end_but_nothing() -> None:
    assert ends("不超过20万") == (0, 200_000)
    assert ends("至多300人") == (0, 300)


def test_printed_interval_is_the_reading_with_its_interval() -> None:
    forms = ["39.4万起", "超20万", "许多"]
    frame = pl.DataFrame({"printed": forms})
    for options in ({}, {"rounding": "floor"}, {"printed_step": True}):
        found = frame.select(i=printed_interval(pl.col("printed"), **options)).unnest("i")
        wanted = read(forms, **options).select("low", "value", "high")
        assert found.equals(wanted)


# Every figure that an office can print of a number contains the number

UNITS = {"": 1, "万": 10**4, "亿": 10**8, " million": 10**6, " billion": 10**9}
WIDE = str.maketrans("0123456789.,%", "０１２３４５６７８９．，％")
TRADITIONAL = str.maketrans("万亿余两点个约减", "萬億餘兩點個約減")
COUNTERS = ["", "起", "名", "人次", "元"]


class Printing(NamedTuple):
    """How an office prints a number: unit, digits after the point (or zeros before it), commas."""

    unit: str
    digits: int
    commas: bool

    @property
    def step(self) -> Decimal:
        return Decimal(UNITS[self.unit]).scaleb(-self.digits)

    @property
    def chinese(self) -> bool:
        return not self.unit.startswith(" ")

    def last_digit(self, number: int, how: str) -> Decimal:
        """The number as a multiple of the last printed digit."""
        return (Decimal(number) / self.step).quantize(Decimal(1), how) * self.step

    def text(self, number: Decimal) -> str:
        shown = number / UNITS[self.unit]
        digits = max(self.digits, 0)
        return (f"{shown:,.{digits}f}" if self.commas else f"{shown:.{digits}f}") + self.unit


class Announced(NamedTuple):
    """A number and what an office prints of it; nothing is printed of one that comes to 0."""

    number: int
    text: str
    printing: Printing


def announced(drawn: Sequence[tuple[int, Printing]], how: str) -> list[Announced]:
    shown = [(n, p.last_digit(n, how), p) for n, p in drawn]
    return [Announced(n, p.text(figure), p) for n, figure, p in shown if figure > 0]


NUMBERS = st.integers(0, 6).flatmap(lambda size: st.integers(10**size, 10 ** (2 * size)))
# A bare integer is exact unless it ends in two zeros or more: an office that rounds one to tens
# cannot be told from one that counts, so 0 or at least 2 zeros are kept.
PRINTINGS = st.one_of(
    st.builds(Printing, st.sampled_from([u for u in UNITS if u]), st.integers(0, 4), st.booleans()),
    st.builds(Printing, st.just(""), st.sampled_from([0, -2, -3, -4]), st.booleans()),
)
ROUNDED = st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN])
BATCH = {"min_size": 1, "max_size": 40}


def outside(frame: pl.DataFrame, numbers: Sequence[float]) -> list[dict[str, Any]]:
    """Rows whose interval does not hold the number, but for the noise of binary fractions."""
    within = (pl.col("low") * (1 - 1e-12) <= pl.col("n")) & (
        pl.col("n") <= pl.col("high") * (1 + 1e-12)
    )
    numbered = frame.with_columns(pl.Series("n", numbers, dtype=pl.Float64))
    return numbered.filter(~within.fill_null(value=False)).to_dicts()


def with_word(cases: Sequence[Announced], *words: str) -> tuple[list[str], list[int]]:
    """Every printed text with every limiting word, `…` standing for the text; and the numbers."""
    texts = [word.replace("…", case.text) for word in words for case in cases]
    return texts, [case.number for case in cases] * len(words)


FIGURES = st.lists(st.tuples(NUMBERS, PRINTINGS), min_size=1, max_size=40)


@FEW
@given(FIGURES, ROUNDED, st.sampled_from(COUNTERS))
def test_a_rounded_or_cut_figure_contains_its_number(
    drawn: list[Any], how: str, counter: str
) -> None:
    cases = announced(drawn, how)
    forms = [case.text + (counter if case.printing.chinese else " cases") for case in cases]
    forms += [form.translate(TRADITIONAL) for form in forms]
    assert outside(read(forms), [case.number for case in cases] * 2) == []


@FEW
@given(FIGURES)
def test_a_figure_that_is_only_cut_or_only_rounded_contains_its_number(drawn: list[Any]) -> None:
    for rounding, how in (("nearest", ROUND_HALF_UP), ("floor", ROUND_DOWN)):
        cases = announced(drawn, how)
        found = read([case.text for case in cases], rounding)
        assert outside(found, [case.number for case in cases]) == []


@FEW
@given(FIGURES, st.sampled_from("余多"))
def test_more_contains_every_number_up_to_the_next_step(drawn: list[Any], more: str) -> None:
    cases = [case for case in announced(drawn, ROUND_DOWN) if case.printing.chinese]
    forms, numbers = with_word(cases, f"…{more}起")
    inside = [case for case in cases if case.printing.unit and case.printing.digits == 0]
    forms += [case.text[:-1] + more + case.text[-1] + "起" for case in inside]  # 37余万起
    numbers += [case.number for case in inside]
    assert outside(read(forms), numbers) == []
    assert outside(read([form.translate(TRADITIONAL) for form in forms]), numbers) == []


@FEW
@given(FIGURES)
def test_nearly_contains_every_number_down_to_the_previous_step(drawn: list[Any]) -> None:
    words = ("近…", "不足…", "不到…", "接近…", "nearly …", "不超过…", "up to …")
    forms, numbers = with_word(announced(drawn, ROUND_CEILING), *words)
    assert outside(read(forms), numbers) == []


@FEW
@given(FIGURES)
def test_over_contains_every_number_above(drawn: list[Any]) -> None:
    words = ["超…", "超过…", "逾…", "突破…", "至少…", "over …", "at least …"]
    cases = announced(drawn, ROUND_DOWN)
    forms, numbers = with_word(cases, *words)
    after, more = with_word([case for case in cases if case.printing.chinese], "…以上")
    assert outside(read([*forms, *after]), [*numbers, *more]) == []


@FEW
@given(FIGURES, ROUNDED)
def test_about_contains_every_number_a_step_either_side(drawn: list[Any], how: str) -> None:
    cases = announced(drawn, how)
    forms, numbers = with_word(cases, "约…", "about …")
    after, more = with_word([case for case in cases if case.printing.chinese], "…左右")
    assert outside(read([*forms, *after]), [*numbers, *more]) == []


@FEW
@given(FIGURES)
def test_an_interval_is_no_wider_than_the_last_printed_digit_allows(drawn: list[Any]) -> None:
    cases = [case for case in announced(drawn, ROUND_DOWN) if case.printing.unit]
    steps = [case.printing.step for case in cases]
    figures = [c.printing.last_digit(c.number, ROUND_DOWN) for c in cases]
    found = read([case.text for case in cases])
    for column, places in (("low", Decimal("-0.5")), ("value", 0), ("high", 1)):
        wanted = [float(f + places * s) for f, s in zip(figures, steps, strict=True)]
        assert found[column].to_list() == pytest.approx(wanted, rel=1e-12)


FORMS = st.one_of(
    st.builds(
        lambda n, p, before, after: before + p.text(p.last_digit(n, ROUND_DOWN) or p.step) + after,
        NUMBERS,
        PRINTINGS,
        st.sampled_from(["", "近", "约", "超", "逾", "不足", "不超过", "over ", "nearly "]),
        st.sampled_from(["", "左右", "以上", "多", " cases"]),
    ),
    st.sampled_from(["二十三万余起", "五千二百名", "1亿2000万元", "十余万", "百余起", "5万7千1百"]),
)


@FEW
@given(st.lists(FORMS, **BATCH))
def test_nearest_and_floor_lie_inside_either(forms: list[str]) -> None:
    either = read(forms)
    for rounding in ("nearest", "floor"):
        inner = read(forms, rounding)
        assert (either["low"] <= inner["low"]).all()
        assert (inner["high"] <= either["high"]).all()
        assert (inner["low"] <= inner["value"]).all()
        assert (inner["value"] <= inner["high"]).all()
        assert inner.select("value", "step", "limit").equals(
            either.select("value", "step", "limit")
        )


@FEW
@given(st.lists(FORMS, **BATCH))
def test_simplified_traditional_and_full_width_read_alike(forms: list[str]) -> None:
    plain = read(forms).drop("printed")
    for table in (TRADITIONAL, WIDE, TRADITIONAL | WIDE):
        assert read([form.translate(table) for form in forms]).drop("printed").equals(plain)


@FEW
@given(st.lists(FORMS, **BATCH))
def test_each_form_is_read_by_itself(forms: list[str]) -> None:
    together = read(forms)
    assert together["printed"].to_list() == forms
    assert read(forms[:1]).equals(together.head(1))
    assert read([*forms, *forms]).equals(pl.concat([together, together]))


def in_chinese(number: int) -> str:
    """A number written out, 十 short for 一十 at its head: 105000 is 十万五千."""
    if number == 0:
        return ""
    for size, unit in ((10**8, "亿"), (10**4, "万"), (10**3, "千"), (10**2, "百"), (10, "十")):
        if number >= size:
            count, rest = divmod(number, size)
            gap = "零" if rest and rest * 10 < size else ""
            return in_chinese(count) + unit + gap + in_chinese(rest)
    return "零一二三四五六七八九"[number]


@FEW
@given(st.lists(st.integers(1, 10**8 - 1), **BATCH), st.booleans())
@example([10, 12, 105, 110, 1_005, 10_500, 100_005, 305_000, 2_000, 20_002, 99_999_999], True)
def test_numbers_written_out_are_read(numbers: list[int], two: bool) -> None:
    forms = [in_chinese(n) for n in numbers]
    if two:
        forms = [f.replace("二千", "两千").replace("二万", "两万") for f in forms]
    found = read(forms)
    assert found["value"].to_list() == numbers
    assert outside(found, numbers) == []


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("1亿2000万元", 120_000_000),
        ("5万7千1百人", 57_100),
        ("3千余名", 3_000),
        ("十余万", 100_000),
        ("上百起", 100),
        ("2批8起", 8),
        ("4+7个", 11),
        ("44+10+5+3个", 62),
        ("12 000 yuan", 12_000),
        ("1.2万亿元", 1.2e12),
        ("1.2兆", 1.2e12),
        ("twenty cases", 20),
        ("two million", 2_000_000),
        ("£213.7m", 213_700_000),
        ("3bn", 3e9),
        ("12,5", 12.5),
        ("百分之二十八点五", 28.5),
    ],
)
def test_other_ways_of_writing_are_read(printed: str, value: float) -> None:
    assert read([printed])["value"].item() == value


def test_zeros_before_more_are_no_precision_and_zeros_after_a_point_are() -> None:
    assert ends("1300余万张") == (13_000_000, 14_000_000)
    assert ends("1305余万张") == (13_050_000, 13_060_000)
    assert ends("10.50万") == (104_950, 105_100)
    assert ends("5.0亿元") == (495_000_000, 510_000_000)


def test_a_word_that_says_both_ways_is_about() -> None:
    found = read(["近4亿余元"])
    assert found.select("limit", "low", "high").row(0) == ("about", 3e8, 5e8)


def test_the_normal_form_has_one_script_one_width_and_two_large_units() -> None:
    forms = ["３９．４萬起", "两億", "1,234,567,890", "12%", "3 million", "一十二"]
    wanted = ["39.4万起", "2亿", "1234567890", "12%", "3百万", "1十2"]
    assert pl.Series("p", forms).to_frame().select(normal(pl.col("p")))["p"].to_list() == wanted


# Changes

RISES = ["同比上升", "增长", "增加", "提高", "升", "up ", "rose ", "+"]
FALLS = ["同比下降", "减少", "減少", "降低", "下跌", "降幅达", "down ", "fell by ", "-", "▲"]
PERCENT = {"%": "{}%", "％": "{}％", "percent": "{} percent", "百分之": "百分之{}"}


@FEW
@given(
    st.lists(
        st.tuples(
            st.decimals("0.01", "99.99", places=3),
            st.integers(0, 2),
            ROUNDED,
            st.sampled_from(list(PERCENT.values())),
        ),
        **BATCH,
    )
)
def test_a_rounded_or_cut_change_contains_the_change(drawn: list[Any]) -> None:
    cases = [(x, x.quantize(Decimal(1).scaleb(-d), how), form) for x, d, how, form in drawn]
    cases = [case for case in cases if case[1] > 0]
    for sign, words in ((1, RISES), (-1, FALLS)):
        texts = [
            words[i % len(words)] + form.format(shown) for i, (_, shown, form) in enumerate(cases)
        ]
        found = read_change(texts)
        assert found["value"].to_list() == [sign * float(shown) for _, shown, _ in cases]
        true = pl.Series([sign * float(x) for x, *_ in cases], dtype=pl.Float64)
        assert (found["low"] <= true + 1e-9).all()
        assert (true <= found["high"] + 1e-9).all()


@FEW
@given(st.lists(st.decimals("0.1", "500", places=1), **BATCH))
def test_a_fall_is_the_mirror_of_a_rise(sizes: list[Decimal]) -> None:
    rise = read_change([f"同比上升{x}%" for x in sizes])
    fall = read_change([f"同比下降{x}%" for x in sizes])
    assert (fall["value"] == -rise["value"]).all()
    assert (fall["low"] == -rise["high"]).all()
    assert (fall["high"] == -rise["low"]).all()


@pytest.mark.parametrize(
    ("printed", "low", "value", "high"),
    [
        ("上升1倍", 50, 100, 200),  # one digit of 100 %, rounded or cut
        ("增长一倍", 50, 100, 200),
        ("增长1.5倍", 145, 150, 160),
        ("是去年同期的2.2倍", 115, 120, 130),  # 2.2 times the base is 120 % more
        ("为去年同期的3倍", 150, 200, 300),
        ("下降一成", -20, -10, -5),
        ("减少两成", -30, -20, -15),
        ("上升三成", 25, 30, 40),
        ("增长近三成", 20, 30, 30),
        ("增长三成多", 30, 30, 40),
        ("下降三成半", -40, -35, -32.5),
        ("翻番", 50, 100, 200),
        ("超20%", 20, 20, INF),
        ("同比下降超20%", -INF, -20, -20),
        ("下降约20%", -21, -20, -19),
        ("同比下降近20%", -20, -20, -19),
        ("同比上升1,234.5%", 1_234.45, 1_234.5, 1_234.6),
        ("百分之二十八点五", 28.45, 28.5, 28.6),
        ("dropped by 11%", -12, -11, -10.5),
        ("28.50%", 28.495, 28.5, 28.51),
    ],
)
def test_a_change_is_read_in_percent(printed: str, low: float, value: float, high: float) -> None:
    assert change_of(printed) == pytest.approx((low, value, high), rel=1e-12)


@given(st.integers(1, 9), st.sampled_from(["上升", "下降"]))
@settings(deadline=None, max_examples=20)
def test_tenths_are_tens_of_percent(tenths: int, word: str) -> None:
    digit = "一二三四五六七八九"[tenths - 1]
    sign = -1 if word == "下降" else 1
    assert (
        change_of(f"{word}{digit}成")[1] == change_of(f"{word}{tenths}成")[1] == 10 * tenths * sign
    )


def test_a_change_can_be_read_as_nearest_or_floor() -> None:
    for rounding, rise in (("nearest", (28.45, 28.55)), ("floor", (28.5, 28.6))):
        found = read_change(["同比上升28.5%", "同比下降28.5%"], rounding)
        assert found.select("low", "high").rows() == [rise, (-rise[1], -rise[0])]


# Text that holds no figure


@pytest.mark.parametrize(
    "printed", ["", " ", "许多", "持平", "无", "—", "n/a", "约", "同比上升", "%", "..", ",", "若干"]
)
def test_text_without_a_number_is_null(printed: str) -> None:
    for found in (read([printed]), read_change([printed])):
        assert found.select("value", "step", "limit", "low", "high").row(0) == (None,) * 5


def test_null_is_null_and_an_empty_column_stays_empty() -> None:
    frame = pl.DataFrame({"printed": [None]}, schema={"printed": pl.String})
    for reader in (reading, change):
        assert frame.select(r=reader(pl.col("printed")).struct.field("value")).item() is None
        assert frame.clear().select(reader(pl.col("printed"))).height == 0
    assert read([]).height == 0


# Digits of other scripts have a test of their own below.
OTHER_DIGITS = st.characters(categories=["Nd"], exclude_characters="0123456789０１２３４５６７８９")
SCRAPS = [
    *"0123456789.,%-+ 万亿兆千百十余多近约超成倍番半的降升零两",
    "million",
    "billion",
    "百分之",
]
SCRAPS += ["不足", "左右", "以上", "one", "fold", "percent", "\n", "萬", "３", "，"]
TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Nd", "Cs"]) | st.sampled_from("0123456789")),
    st.lists(st.sampled_from(SCRAPS), max_size=12).map("".join),
)


@settings(deadline=None, max_examples=80)
@given(st.lists(TEXT, **BATCH))
def test_no_text_raises_and_what_is_read_is_an_interval_around_its_value(texts: list[str]) -> None:
    for found in (read(texts), read_change(texts)):
        assert found["printed"].to_list() == texts
        seen = found.filter(pl.col("value").is_not_null())
        assert seen["limit"].is_in(LIMITS).all()
        assert (seen["step"] > 0).all()
        noise = 1e-9 * seen["value"].abs()
        assert (seen["low"] <= seen["value"] + noise).all()
        assert (seen["value"] <= seen["high"] + noise).all()
        unread = found.filter(pl.col("value").is_null())
        assert unread.select(
            "step", "limit", "low", "high"
        ).null_count().sum_horizontal().sum() == (4 * unread.height)


# Bugs found by these tests; each is to be mended in research/record/printed.py


@pytest.mark.parametrize("digit", ["٣", "३", "𝟑"])
def test_digits_of_other_scripts_do_not_raise(digit: str) -> None:
    assert len(read([f"{digit}起", f"3{digit}"])) == 2
    assert len(read_change([f"{digit}%"])) == 1


def test_an_exact_figure_of_thirteen_digits_contains_itself() -> None:
    assert ends("1,234,567,890,123") == (1_234_567_890_123, 1_234_567_890_123)


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [
        ("不低于20万", 200_000, INF),
        ("no less than 300", 300, INF),
        ("no more than 300", 0, 300),
        ("not exceeding 300", 0, 300),
    ],
)
def test_a_negated_limiting_word_means_its_opposite(printed: str, low: float, high: float) -> None:
    assert ends(printed) == (low, high)


def test_about_does_not_narrow_more() -> None:
    low, high = ends("约1300余万")
    assert low <= 13_000_000
    assert high >= 13_999_999  # 1300余万 alone allows it


@pytest.mark.parametrize(
    ("printed", "number"),
    [("1.2 trillion", 1.2e12), ("three hundred", 300), ("数万起", 30_000), ("几十起", 30)],
)
def test_a_figure_that_is_read_contains_what_it_says(printed: str, number: float) -> None:
    low, high = ends(printed)
    assert low is None or low <= number <= high


@pytest.mark.parametrize(
    "printed", ["同比下滑5%", "回落5%", "缩水5%", "同比-5%", "－5%", "−5%", "降至去年的0.95倍"]
)
def test_every_fall_is_negative(printed: str) -> None:
    assert change_of(printed)[1] == -5


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("翻一番", 100),  # the normal form turns 一 into 1 before 翻一番 is looked for
        ("翻了一番", 100),
        ("增长百分之一百二十", 120),
        ("增长百分之百", 100),
        ("为去年同期2.2倍", 120),  # as 是去年同期的2.2倍
    ],
)
def test_a_change_in_words_is_read_whole(printed: str, value: float) -> None:
    assert change_of(printed)[1] == value


def test_ten_and_more_times_has_the_step_of_ten_and_more() -> None:
    assert change_of("增长10余倍") == (1_000, 1_000, 2_000)  # as 10余万 is [10万, 20万)


def test_a_fall_of_nothing_is_a_fall() -> None:
    low, _, high = change_of("下降0.0%")  # of −0.04 %, say
    assert low <= -0.04
    assert high == 0
