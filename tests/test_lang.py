"""Numbers, intervals, windows and words in two languages: readable, never narrower than true."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import nbformat
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from research import lang
from research.lang import LANGS, WORDS, Lang
from research.record import measures, schema
from research.record.printed import reading
from research.record.record import load
from research.reports.run import assignments

INF = float("inf")
NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
FEW = settings(deadline=None, max_examples=60)
# From thousandths to thousands of trillions, plain and with every digit that a float has.
VALUES = st.one_of(
    st.tuples(st.integers(1, 999_999_999), st.integers(-3, 6)).map(lambda d: d[0] * 10.0 ** d[1]),
    st.integers(1, 10**15).map(float),
    st.floats(1e-3, 1e15, allow_nan=False),
    st.tuples(st.integers(-3, 15), st.sampled_from([1.0, 1 - 1e-7, 1 - 1e-9, 1 + 1e-9])).map(
        lambda d: 10.0 ** d[0] * d[1]
    ),
).filter(lambda value: 1e-3 <= value <= 1e15)
BATCH = {"min_size": 1, "max_size": 60}
SCALES = {
    "zh": {"万": 1e4, "亿": 1e8, "万亿": 1e12, "": 1.0},
    "en": {" million": 1e6, " billion": 1e9, " trillion": 1e12, "": 1.0},
}


def written(values: Sequence[float | None], language: Lang, digits: int = 6) -> list[str]:
    frame = pl.DataFrame({"v": values}, schema={"v": pl.Float64})
    return frame.select(lang.number(pl.col("v"), language, digits)).to_series().to_list()


def ends(pairs: Sequence[tuple[float, float]]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema={"low": pl.Float64, "high": pl.Float64}, orient="row")


def between(pairs: Sequence[tuple[float, float]], language: Lang, digits: int = 6) -> list[str]:
    text = lang.between(pl.col("low"), pl.col("high"), language, digits)
    return ends(pairs).select(text).to_series().to_list()


def read_back(text: str, language: Lang) -> float:
    digits, unit = re.fullmatch(r"(−?[\d.,]+)(.*)", text).groups()
    return float(digits.replace("−", "-").replace(",", "")) * SCALES[language][unit]


# Numbers


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (0.001, "0.001", "0.001"),
        (2.6e-7, "0.00000026", "0.00000026"),
        (1.5, "1.5", "1.5"),
        (999, "999", "999"),
        (4_276, "4276", "4,276"),
        (81_644.1, "8.16441万", "81,644.1"),
        (10_000, "1万", "10,000"),
        (394_000, "39.4万", "394,000"),
        (999_999, "99.9999万", "999,999"),
        (1_000_000, "100万", "1 million"),
        (1_739_000, "173.9万", "1.739 million"),
        (99_999_999, "1亿", "100 million"),
        (217_070_000_000, "2170.7亿", "217.07 billion"),
        (1.2e12, "1.2万亿", "1.2 trillion"),
        (-394_000, "−39.4万", "−394,000"),
        (None, None, None),
    ],
)
def test_a_number_is_written_in_the_words_of_the_language(
    value: float | None, zh: str | None, en: str | None
) -> None:
    assert written([value], "zh") == [zh]
    assert written([value], "en") == [en]


@FEW
@given(st.lists(VALUES, **BATCH), st.sampled_from(LANGS), st.integers(3, 6))
@example([1e-3, 1e3, 1e4, 1e6, 1e8, 1e9, 1e12, 1e15, 9_999.9999, 999_999.9999], "en", 6)
def test_a_number_is_never_in_scientific_notation(
    values: list[float], language: Lang, digits: int
) -> None:
    words = "|".join(map(re.escape, SCALES[language]))
    for sign, text in zip(
        [1] * len(values) + [-1] * len(values),
        written([*values, *(-v for v in values)], language, digits),
        strict=True,
    ):
        assert re.fullmatch(rf"\d[\d,]*(\.\d+)?({words})", text if sign > 0 else text[1:]), text
        assert sign > 0 or text[0] == "−"


@FEW
@given(st.lists(VALUES, **BATCH), st.sampled_from(LANGS), st.integers(3, 6))
def test_a_number_keeps_its_significant_digits_and_no_more(
    values: list[float], language: Lang, digits: int
) -> None:
    for value, text in zip(values, written(values, language, digits), strict=True):
        assert read_back(text, language) == pytest.approx(value, rel=0.51 * 10 ** (1 - digits))
        shown = re.sub(r"\D", "", text).lstrip("0")
        assert len(shown.rstrip("0")) <= digits


@FEW
@given(st.lists(VALUES, **BATCH))
def test_chinese_number_words_are_read_again_as_printed_figures(values: list[float]) -> None:
    frame = pl.DataFrame({"v": values}).with_columns(text=lang.number(pl.col("v"), "zh"))
    found = frame.select(reading(pl.col("text")).struct.field("value")).to_series().to_list()
    assert found == pytest.approx(values, rel=5.1e-6)


@FEW
@given(st.lists(VALUES, min_size=2, max_size=40), st.sampled_from(LANGS))
def test_a_larger_number_is_never_written_smaller(values: list[float], language: Lang) -> None:
    shown = [read_back(text, language) for text in written(sorted(values), language)]
    assert all(a <= b * (1 + 1e-12) for a, b in pairwise(shown))


# Percent


@pytest.mark.parametrize(
    ("value", "signed", "plain"),
    [
        (28.5, "+28.5%", "28.5%"),
        (-3.1, "−3.1%", "−3.1%"),
        (0, "0%", "0%"),
        (0.05, "+0.05%", "0.05%"),
        (1_234, "+1,234%", "1,234%"),
    ],
)
def test_percent_has_the_sign_of_a_change(value: float, signed: str, plain: str) -> None:
    column = pl.lit(float(value))
    assert pl.select(lang.percent(column)).item() == signed
    assert pl.select(lang.percent(column, signed=False)).item() == plain


# Intervals


@pytest.mark.parametrize(
    ("low", "high", "zh", "en"),
    [
        (393_500, 395_000, "39.35万 至 39.5万", "393,500 to 395,000"),
        (4_276, 4_276, "4276", "4,276"),
        (3e8, INF, "至少3亿", "at least 300 million"),
        (0, 5, "0 至 5", "0 to 5"),
        (1.6037975, 1.6137230, "1.60379 至 1.61373", "1.60379 to 1.61373"),
        (123_456.5, 123_456.5, "12.3456万 至 12.3457万", "123,456 to 123,457"),
    ],
)
def test_an_interval_is_written_in_words(low: float, high: float, zh: str, en: str) -> None:
    assert between([(low, high)], "zh") == [zh]
    assert between([(low, high)], "en") == [en]
    assert lang.in_words(low, high, "zh") == zh


PAIRS = st.lists(st.tuples(VALUES, VALUES).map(lambda p: (min(p), max(p))), **BATCH)


@FEW
@given(PAIRS, st.sampled_from(LANGS), st.integers(2, 6))
def test_a_written_interval_holds_the_interval(
    pairs: list[tuple[float, float]], language: Lang, digits: int
) -> None:
    """Rounded outward, and by less than one unit of the last digit shown."""
    separator = {"zh": " 至 ", "en": " to "}[language]
    for (low, high), text in zip(pairs, between(pairs, language, digits), strict=True):
        first, _, last = text.partition(separator)
        shown = read_back(first, language), read_back(last or first, language)
        assert shown[0] <= low * (1 + 1e-11)
        assert high * (1 - 1e-11) <= shown[1]
        step = 10.0 ** (1 - digits)
        assert shown[0] >= low * (1 - 1.01 * step)
        assert shown[1] <= high * (1 + 1.01 * step)


@FEW
@given(PAIRS)
def test_a_written_fall_holds_the_fall(pairs: list[tuple[float, float]]) -> None:
    falls = ends([(-high, -low) for low, high in pairs])
    text = lang.between(pl.col("low"), pl.col("high"), "en")
    for (low, high), shown in zip(falls.rows(), falls.select(text).to_series(), strict=True):
        first, _, last = shown.partition(" to ")
        assert read_back(first, "en") <= low * (1 - 1e-11)
        assert high * (1 + 1e-11) <= read_back(last or first, "en")


@FEW
@given(st.lists(VALUES, **BATCH), st.sampled_from(LANGS))
def test_an_interval_without_an_upper_end_is_at_least(values: list[float], language: Lang) -> None:
    word = {"zh": "至少", "en": "at least "}[language]
    for value, text in zip(values, between([(v, INF) for v in values], language), strict=True):
        assert text.startswith(word)
        assert read_back(text.removeprefix(word), language) <= value * (1 + 1e-11)


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (28.45, 28.6, "+28.45% to +28.6%"),
        (-28.6, -28.45, "−28.6% to −28.45%"),
        (-23.8523, -23.7012, "−23.86% to −23.7%"),
        (-5, 5, "−5% to +5%"),
        (20, INF, "at least +20%"),
    ],
)
def test_a_change_is_written_in_percent(low: float, high: float, shown: str) -> None:
    assert lang.in_words(low, high, "en", percent=True) == shown
    assert lang.in_words(low, high, "zh", percent=True) == shown.replace(" to ", " 至 ").replace(
        "at least ", "至少"
    )


def test_a_share_is_written_in_percent_without_a_sign() -> None:
    text = lang.percent_between(pl.lit(2.5), pl.lit(2.75), "en", signed=False)
    assert pl.select(text).item() == "2.5% to 2.75%"


def test_what_is_unknown_stays_null() -> None:
    frame = pl.DataFrame(
        {"low": [None], "high": [None]}, schema=dict.fromkeys(["low", "high"], pl.Float64)
    )
    for text in (lang.between, lang.percent_between):
        assert frame.select(text(pl.col("low"), pl.col("high"), "zh")).item() is None
    assert frame.select(lang.percent(pl.col("low"))).item() is None


# Windows


def window(start: str | dt.date, end: str | dt.date) -> str:
    days = (d if isinstance(d, dt.date) else dt.date.fromisoformat(d) for d in (start, end))
    return pl.select(lang.window(*(pl.lit(day) for day in days))).item()


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        ("2021-01-01", "2021-12-31", "2021"),
        ("2019-01-01", "2021-12-31", "2019 – 2021"),
        ("2021-04-01", "2022-03-31", "2021-04 – 2022-03"),
        ("2021-02-01", "2021-02-28", "2021-02"),
        ("2020-02-01", "2020-02-29", "2020-02"),
        ("2020-02-01", "2020-02-28", "2020-02-01 – 2020-02-28"),
        ("2021-01-01", "2021-11-30", "2021-01 – 2021-11"),
        ("2022-01-01", "2022-05-11", "2022-01-01 – 2022-05-11"),
        ("2022-05-11", "2022-05-11", "2022-05-11"),
        ("2020-12-01", "2021-12-31", "2020-12 – 2021-12"),
    ],
)
def test_a_window_is_as_short_as_its_days_allow(start: str, end: str, shown: str) -> None:
    assert window(start, end) == shown


DAYS = st.dates(dt.date(2009, 1, 1), dt.date(2026, 12, 31))


def days_of(text: str) -> tuple[dt.date, dt.date]:
    """The first and last day of what a window is written as."""

    def edge(part: str, last: bool) -> dt.date:
        numbers = [int(n) for n in part.split("-")]
        year, month, day = numbers + [None] * (3 - len(numbers))
        if day:
            return dt.date(year, month, day)
        month = month or (12 if last else 1)
        after = dt.date(year + month // 12, month % 12 + 1, 1)
        return after - dt.timedelta(days=1) if last else dt.date(year, month, 1)

    first, _, last = text.partition(" – ")
    return edge(first, last=False), edge(last or first, last=True)


@FEW
@given(st.lists(st.tuples(DAYS, DAYS).map(sorted), **BATCH))
@example(
    [[dt.date(2020, 1, 1), dt.date(2020, 12, 31)], [dt.date(2020, 2, 1), dt.date(2020, 2, 29)]]
)
def test_a_written_window_says_its_days(windows: list[list[dt.date]]) -> None:
    frame = pl.DataFrame(windows, schema={"start": pl.Date, "end": pl.Date}, orient="row")
    texts = frame.select(lang.window(pl.col("start"), pl.col("end"))).to_series()
    assert [days_of(text) for text in texts] == [tuple(pair) for pair in windows]


# Words


def test_every_word_of_the_vocabularies_has_both_languages() -> None:
    vocabularies = (*schema.LANES, *schema.QUALITIES, *schema.KINDS_OF_CLAIM, *measures.MARKS)
    for slug in vocabularies:
        for language in LANGS:
            assert lang.word(slug, language)
    for names in WORDS.values():
        assert re.search("[\u4e00-\u9fff]", names["zh"])
        assert names["en"].isascii()


def test_every_remark_of_the_record_is_said_in_chinese() -> None:
    """A new doubt, note or comment of a parameter needs its line in `research/remarks.csv`."""
    record = load()
    notebooks = [nbformat.read(path, as_version=4) for path in NOTEBOOKS]
    comments = {
        comment
        for notebook in notebooks
        for cell in notebook.cells
        if "parameters" in cell.metadata.get("tags", [])
        for _, _, comment in assignments(cell.source)
        if comment
    }
    assert comments
    remarks = pl.concat(
        [
            record.observations["doubt"],
            record.claims["note"],
            record.quarantine["doubt"],
            record.quarantine["reason"],
            pl.Series(sorted(comments)),
        ]
    )
    said = pl.DataFrame({"remark": remarks.drop_nulls().unique()}).with_columns(
        zh=lang.remark(pl.col("remark"), "zh"), en=lang.remark(pl.col("remark"), "en")
    )
    chinese = r"[\u3400-\u9fff]"
    assert said.filter(~pl.col("zh").str.contains(chinese))["remark"].to_list() == []
    spaced = pl.col("zh").str.contains(r"[a-z]{2,} [a-z]{2,}")
    assert said.filter(spaced)["zh"].to_list() == []
    assert said.filter(pl.col("en").str.contains(chinese))["en"].to_list() == []
    assert pl.select(lang.remark(pl.lit("quite new"), "zh")).item() == "quite new"


@pytest.mark.parametrize(
    ("outlet", "zh", "en"),
    [
        ("南方周末 (repost bodu365.co)", "南方周末 (转载：bodu365.co)", None),
        ("公安部 (as cited by 南方周末)", "公安部 (转引自南方周末)", None),
        ("repost on an agency page", "机构网页转载", None),
        ("scxsls.com（转载）", "scxsls.com（转载）", "scxsls.com (repost)"),
        ("China Daily", "China Daily", None),
    ],
)
def test_what_a_copy_is_is_said_in_the_language_of_the_reader(
    outlet: str, zh: str, en: str | None
) -> None:
    said = [pl.select(lang.copies(pl.lit(outlet), which)).item() for which in LANGS]
    assert said == [zh, en or outlet]


@pytest.mark.parametrize(("language", "text"), [("zh", "+1.591亿%"), ("en", "+159.1 million%")])
def test_a_great_percentage_is_in_the_words_of_the_language(language: Lang, text: str) -> None:
    assert pl.select(lang.percent(pl.lit(159.1e6), lang=language)).item() == text
    assert text in pl.select(lang.percent_between(pl.lit(1.0), pl.lit(159.1e6), language)).item()


def test_a_column_of_slugs_becomes_words_and_others_stay() -> None:
    frame = pl.DataFrame({"s": ["funds", "press", "something else", None]})
    assert frame.select(lang.words(pl.col("s"), "zh")).to_series().to_list() == [
        "资金止付", "媒体", "something else", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "zh", "en"),
    [
        ("person", "人", "persons"),
        ("person per case", "人/起", "persons per case"),
        ("case per person per case", "起/人/起", "cases per person per case"),
        ("person per 1000 case", "人/千起", "persons per 1,000 cases"),
        ("case per 100000 person", "起/十万人", "cases per 100,000 persons"),
        ("case per 365 person", "起/365人", "cases per 365 persons"),
    ],
)
def test_a_unit_is_named_part_by_part(unit: str, zh: str, en: str) -> None:
    units = pl.DataFrame(
        {"unit": ["person", "case"], "name_zh": ["人", "起"], "name_en": ["persons", "cases"]}
    )
    assert lang.unit_name(units, unit, "zh") == zh
    assert lang.unit_name(units, unit, "en") == en


def test_a_sentence_is_said_in_the_language_of_the_report() -> None:
    for language, text in (("zh", "共 28 项"), ("en", "28 figures")):
        said = lang.say(language, zh="共 28 项", en="28 figures")
        assert str(said) == said._repr_markdown_() == text


# Bugs found by these tests


@pytest.mark.parametrize(
    ("value", "language", "digits", "text"),
    [
        (1e8, "zh", 4, "1亿"),
        (1e12, "zh", 4, "1万亿"),
        (1e9, "en", 5, "1 billion"),
        (1e12, "en", 4, "1 trillion"),
        (1e6, "en", 2, "1 million"),  # is 999999.9999999999
    ],
)
def test_a_round_number_has_its_own_scale_whatever_the_digits(
    value: float, language: Lang, digits: int, text: str
) -> None:
    assert written([value], language, digits) == [text]
