"""Whose figures: 全省 and its like mean a place that the text names, or none."""

import pytest

from research.loaders.bulletin import read_bulletin

POLICE = "今年上半年，{}公安机关破获电信网络诈骗案件620起，抓获犯罪嫌疑人810名。"
NATION = "同期全国公安机关破获电信网络诈骗案件21万起。"


def places(text: str) -> list[tuple[object, ...]]:
    found = read_bulletin(text, issued="2023-08-02")
    return found.observations.select("geo", "value").rows()


@pytest.mark.parametrize("whose", ["我省", "全省", "本市", "我市", "全区"])
def test_a_place_that_is_never_named_is_unknown(whose: str) -> None:
    text = f"打击成果公布\n按照公安部部署，{POLICE.format(whose)}{NATION}"
    assert places(text) == [("CN", 210_000)]
    reasons = read_bulletin(text, issued="2023-08-02").unread["reason"].to_list()
    assert reasons == ["place_unknown", "place_unknown"]


def test_the_provincial_office_alone_is_of_an_unknown_place() -> None:
    assert places("记者从省公安厅获悉，" + POLICE.format("")) == []


def test_a_province_that_is_named_is_meant() -> None:
    assert places("浙江打击成果公布\n" + POLICE.format("全省")) == [
        ("330000", 620),
        ("330000", 810),
    ]
    nation = f"{POLICE.format('全国')}\n浙江公安机关返还资金3亿元。全省公安机关止付资金5亿元。"
    geos = [geo for geo, _ in places("公安部公布打击成果\n" + nation)]
    assert geos == ["CN", "CN", "330000", "330000"]


def test_the_whole_province_of_a_national_text_is_not_the_nation() -> None:
    nation = f"{POLICE.format('全国')}\n某地介绍经验：全省公安机关止付资金5亿元。"
    assert places("公安部公布打击成果\n" + nation) == [("CN", 620), ("CN", 810)]


def test_a_word_in_passing_makes_no_national_text_local() -> None:
    text = "打击成果公布\n今年上半年，全国破获电诈案件21万起。以全市联动为抓手，全国止付资金3亿元。"
    assert places(text) == [("CN", 210_000), ("CN", 3e8)]
