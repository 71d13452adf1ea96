"""From bytes to the main text: encodings, HTML, furniture, scripts."""

from datetime import date
from pathlib import Path

import pytest

from research.loaders.bulletin import read_bulletin
from research.loaders.bulletin.text import decoded, page, plain

BODY = "记者从公安部获悉，2022年，全国共破获电信网络诈骗案件46.4万起，抓获犯罪嫌疑人35万余名。"
MORE = "各地区各部门坚持打防结合、防范为先，持续推进源头治理，人民群众的安全感进一步提升。"
HTML = f"""<!DOCTYPE html><html><head><meta charset="{{charset}}">
<title>去年破案46.4万起_反诈网</title>
<meta property="article:published_time" content="2023-01-17"></head><body>
<nav><ul><li><a href="/">首页</a></li><li><a href="/a">破获案件99万起</a></li></ul></nav>
<article><h1>去年破案46.4万起</h1><p>来源：反诈观察报</p><p>{BODY}</p><p>{MORE}{MORE}{MORE}</p></article>
<aside><h3>推荐阅读</h3><ul><li>2019年抓获犯罪嫌疑人88万名</li></ul></aside>
<section class="comments" id="comments"><p>网友：我今年被骗了77万元，全国破案66万起。</p></section>
</body></html>"""


@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "big5"])
@pytest.mark.parametrize("written", ["utf-8", "gb18030", "utf-8-sig", "utf-16"])
def test_any_encoding_declared_rightly_or_wrongly(declared: str, written: str) -> None:
    found = read_bulletin(HTML.format(charset=declared).encode(written))
    assert found.observations["value"].to_list() == [464_000, 350_000]
    assert found.source["title"] == "去年破案46.4万起"
    assert found.source["issued"] == date(2023, 1, 17)
    assert found.source["outlet"] == "反诈观察报"


def test_big5_of_a_traditional_page() -> None:
    text = "記者從公安部獲悉，2022年，全國共破獲電信網絡詐騙案件46.4萬起。" * 3
    assert decoded(text.encode("big5")) == text


@pytest.mark.parametrize("leak", ["99万", "88万", "77万", "66万", "推荐", "网友"])
def test_no_furniture_of_a_page_leaks(leak: str) -> None:
    found = read_bulletin(HTML.format(charset="utf-8"))
    assert leak not in found.text
    assert found.unread.is_empty()


def test_a_page_keeps_its_length_in_one_script() -> None:
    text = "破獲案件３９．４萬起,抓獲1,200人(餘下)――"
    assert len(plain(text)) == len(text)


def test_spans_hold_where_idle_spaces_stand() -> None:
    text = "2022 年，全国共破获电信网络诈骗案件 46.4 万起。"
    row = read_bulletin(text).observations.row(0, named=True)
    assert text[row["span_start"] : row["span_end"]] == "46.4 万起"
    assert row["printed"] == "46.4万起"


def test_pinyin_that_a_broken_copy_carries_is_left_out() -> None:
    found = page("2022年，全国共破獲電信網(wǎng)絡詐騙案件4萬(wàn)起，抓獲嫌疑人3萬名，成效明顯。")
    assert found.text == "2022年，全国共破獲電信網絡詐騙案件4萬起，抓獲嫌疑人3萬名，成效明顯。"


def test_a_path_may_be_given_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(HTML.format(charset="utf-8"), encoding="utf-8")
    assert read_bulletin(str(path)).text == read_bulletin(path).text


def test_forms_of_hong_kong_and_small_forms_are_read_as_their_like() -> None:
    assert plain("3﹒5億元，4000馀名，帳號和帐户") == "3.5亿元，4000余名，账号和账户"
    found = read_bulletin(
        "2022年，全国公安机关返还资金3﹒5亿元，封停帐号4000馀个。", issued="2023-02-01"
    ).observations
    assert found.select("value", "qualifier").rows() == [
        (3.5e8, "exact_as_printed"),
        (4000, "over"),
    ]
