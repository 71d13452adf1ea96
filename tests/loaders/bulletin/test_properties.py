"""Whatever a document holds: it is read or refused, spans are true, no quantity vanishes."""

import re
from datetime import date

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from research.loaders.bulletin import BulletinError, Reading, read_bulletin
from research.record.printed import reading
from research.record.schema import Claims, Observations

# Words of the genre, in any order: most sentences mean nothing, some do.
WORDS = st.sampled_from(
    [
        *(
            "今年以来，",
            "去年6月至今年3月，",
            "截至目前，",
            "2021年，",
            "一年来，",
            "7月24日，",
            "五年来",
        ),
        *("全国", "公安部", "江西省公安厅", "莆田警方", "最高检", "工信部", "全省", "国家反诈中心"),
        *("破获", "抓获", "拦截", "止付", "打掉", "起诉", "避免", "劝阻", "约谈", "累计", "推送"),
        *("电信网络诈骗案件", "犯罪嫌疑人", "诈骗电话", "短信", "资金", "涉“两卡”团伙", "预警指令"),
        *(
            "39.4万起",
            "63.4万名",
            "3千余",
            "近20万",
            "一个",
            "十二万余人",
            "3291亿元",
            "百余名",
            "数十万条",
        ),
        *(
            "同比分别上升28.5%和76.6%",
            "下降三成",
            "增长2.2倍",
            "翻番",
            "连续10个月同比下降",
            "分别",
        ),
        *(
            "、",
            "，",
            "；",
            "。",
            "\n",
            "和",
            "其中",
            "“",
            "”",
            " ",
            "（",
            "）",
            "0",
            "9",
            "96110",
            "5·10",
        ),
        *(
            "抓獲犯罪嫌疑人１２名",
            "被騙",
            "群众受骗",
            "环比",
            "创历史新高",
            "某某",
            "日均",
            "等15个省区市",
        ),
    ]
)
TEXTS = st.lists(WORDS | st.text(max_size=3), min_size=1, max_size=40).map("".join)
DAYS = st.dates(min_value=date(1950, 1, 1)).map(str) | st.none()


def read(document: str | bytes, issued: str | None) -> Reading | None:
    try:
        return read_bulletin(document, issued=issued)
    except BulletinError:
        return None


def check_spans(found: Reading) -> None:
    squeezed = [
        (row, "".join(found.text[row["span_start"] : row["span_end"]].split()))
        for frame in (found.observations, found.unread)
        for row in frame.iter_rows(named=True)
    ]
    for row, words in squeezed:
        assert words
        if row["printed"] is not None:
            assert words == "".join(row["printed"].split())
    for row in found.claims.iter_rows(named=True):
        assert 0 <= row["span_start"] < row["span_end"] <= len(found.text)


def check_shape(found: Reading) -> None:
    """Rows are the record's, and what they print says their value."""
    tables = found.tables()
    Observations.validate(tables["observations"])
    Claims.validate(tables["claims"])
    said = found.observations.select(reading(pl.col("printed")).struct.field("value"))
    assert said["value"].to_list() == found.observations["value"].to_list()


def check_nothing_vanishes(found: Reading) -> None:
    """Every number with a measure word of people, cases or money stands in some span."""
    spans = [
        (row[start], row[end])
        for frame in (found.observations, found.unread)
        for row in frame.iter_rows(named=True)
        for start, end in (("span_start", "span_end"), ("yoy_start", "yoy_end"))
        if row.get(start) is not None
    ]
    for number in re.finditer(r"(?<![\d.·第#/])\d+(?:\.\d+)?(?:万|亿)?(?:起|名|元)", found.text):
        assert all(any(a <= n < b for a, b in spans) for n in range(*number.span())), number[0]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, DAYS)
def test_a_text_is_read_with_true_spans_and_nothing_vanishes(text: str, issued: str | None) -> None:
    if (found := read(text, issued)) is not None:
        check_spans(found)
        check_shape(found)
        check_nothing_vanishes(found)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300) | TEXTS.map(lambda text: text.encode("gb18030", "replace")))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    found = read(content, None)
    assert found is None or isinstance(found.text, str)


@settings(max_examples=15, deadline=None)
@given(TEXTS)
def test_furniture_never_leaks(text: str) -> None:
    body = (
        "来源：反诈观察报 2023-08-02\n记者从公安部获悉，2022年，全国共破获电信网络诈骗案件4万起。\n"
    )
    found = read_bulletin(f"{body}相关阅读\n{text}\n2022年，全国抓获犯罪嫌疑人7万名。")
    assert found.observations["printed"].to_list() == ["4万起"]
    assert found.unread.is_empty()


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(2, 9999), min_size=1, max_size=6, unique=True))
def test_paragraphs_that_stand_alone_read_alike_together(counts: list[int]) -> None:
    lines = [f"{2010 + n}年，全国共抓获诈骗犯罪嫌疑人{c}名。" for n, c in enumerate(counts)]
    columns = ["indicator", "start", "end", "value"]
    apart = [read_bulletin(line).observations.select(columns).row(0) for line in lines]
    together = read_bulletin("\n".join(lines)).observations.select(columns).rows()
    assert together == apart
