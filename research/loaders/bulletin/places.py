"""Whose figures these are: the nation's or a place's, from the head of a text and its subjects.

Places are those of the record's `regions`; a place that is not among them is None, never its
province.
"""

from __future__ import annotations

import re
from functools import cache

import polars as pl

from research.record import tables

_NATION = (
    r"全国|公安部|国家反诈中心|最高(?:人民)?检察院|最高检|最高(?:人民)?法院|最高法|工信部|工业和信息化部|中国人民银行"
    r"|人民银行|央行|国家?网信办|中央网信办|国家移民管理局|国务院|各地区?各|中国警方|中央政法委"
)
_STRICT = (
    r"全国(?:公安|检察|法院|共|范围内|电信|各地公安)|公安部(?:数据|公布|通报|发布)"
    r"|(?<![赴在从往向])全国(?!各地)[^，。；\d]{0,6}(?:破获|抓获|止付|冻结|返还|打掉|起诉|审结|拦截)"
)
_ORGAN = (
    r"(?:公安(?:厅|局|机关|部门|民警|机关)?|警方|警察|民警|检察(?:院|机关)?|法院|反诈(?:骗)?中心|反诈|刑侦|网安|通信管理局|打击治理"
    r"|联席办|破获|抓获|共(?:破|抓|拦|止|打)|已(?:破|抓|关|拦)|累计|电信网络|电诈|市场|全[省市区县州])"
)
_NATIONS = re.compile(
    r"(?<![过托靠助同与和向由对])(?:国际刑警组织|欧洲刑警组织|澜湄[^，。；]{0,8}中心|[两三四五六七八九]国(?:警方|执法)"
    r"|\d+个国家(?:和地区)?(?:的)?(?:警方|执法))[^，。；]{0,8}(?:协调|联合|共同|牵头|开展|发起|抓获|破获)"
)
"""Bodies of several countries: their figures are of no one place."""
_CONGRESS = re.compile("国际刑警|澜湄|[两三四五六七八九]国|个国家")
_UNKNOWN = re.compile(r"[一-龥]{1,3}(?:市|县|区|州|旗)(?:公安|警方|检察|法院|反诈)")
_MINE = "[我本][省市区县](?!场|域)"
_OURS = rf"{_MINE}|(?<!安)全[省市区县州](?!场|域)|全自治区|(?<![各外跨地])省(?:公安厅|反诈)"
_WITHIN = re.compile(rf"{_OURS}|兵团")
HERE = ""
"""The code of 全省 and its like in a text of the nation: the place named before, else unknown."""


@cache
def _places() -> tuple[dict[str, str], re.Pattern[str]]:
    """Names of places → codes, full and short, and a pattern of a chain of them."""
    regions = tables.read(tables.TABLES / "regions.csv", "regions")
    names: dict[str, str] = {}
    home = regions.filter(pl.col("code").str.contains(r"^\d"), pl.col("code") != "659000")
    for code, name in home.sort("level", descending=True).select("code", "name_zh").iter_rows():
        short = re.sub(
            r"(?:壮族|回族|维吾尔|藏族|彝族|布依族苗族)?(?:自治[区州县]|省|市|县|区)$", "", name
        )
        names[name] = code
        if len(short) > 1:
            names.setdefault(short, code)
    names["兵团"] = "659000"
    one = "|".join(sorted(names, key=len, reverse=True))
    chain = rf"(?:{one})(?:[省市县区州]?(?:{one})){{0,3}}"
    return names, re.compile(
        rf"(?P<chain>{chain})(?P<rest>[省市县区州]?[^，。；：、！？\n“”]{{0,8}}?){_ORGAN}"
    )


def _code(chain: str) -> str:
    names, _ = _places()
    last, rest = "", chain
    while rest:
        name = next((n for n in sorted(names, key=len, reverse=True) if rest.startswith(n)), None)
        last, rest = (names[name], rest[len(name) :]) if name else (last, rest[1:])
    return last


def subjects(sentence: str, home: str | None) -> list[tuple[int, str | None]]:
    """Where in a sentence whose figures begin: (place in the sentence, code or None)."""
    nation = _STRICT if home != "CN" else _NATION
    found: list[tuple[int, str | None]] = [(m.start(), "CN") for m in re.finditer(nation, sentence)]
    for match in _places()[1].finditer(sentence):
        listed = sentence[: match.start()].endswith(("、", "和", "在", "赴"))
        if listed or re.search("等|[0-9]|新闻网|日报|和", match["rest"]):
            continue
        place = None if re.search("[市县区州旗].", match["rest"][1:]) else _code(match["chain"])
        found.append((match.start(), place))
    found += [(match.start(), None) for match in _NATIONS.finditer(sentence)]
    for match in _UNKNOWN.finditer(sentence):
        if not any(at <= match.end() and at >= match.start() - 12 for at, _ in found):
            found.append((match.start(), None))
    within, ours = (re.compile(_OURS), HERE) if home == "CN" else (_WITHIN, home)
    found += [(match.start(), ours) for match in within.finditer(sentence)]
    return sorted(found, key=lambda pair: pair[0])


_LOCAL = re.compile(rf"{_OURS}|该市|(?<![城地各])市(?:公安局|反诈)")
_SAID = re.compile(
    r"(?:从|据)([^，。\n]{2,24}?)(?:获悉|了解到|了解|召开|获知|介绍|通报)|([^，。\n]{2,24}?)(?:\d+日)?(?:召开|举行)"
)


def home(title: str | None, text: str) -> str | None:
    """Whose bulletin it is: the place in the title, else who announces it, else the first named.

    None where 我省 and its like are spoken of and no place is named that they could mean.
    """
    names, pattern = _places()
    one = "|".join(sorted(names, key=len, reverse=True))
    if title and not re.search(_NATION, title):
        chain = re.search(one, title)
        if chain and not re.search("网|日报|电$", title[chain.end() : chain.end() + 2]):
            longer = pattern.search(title[chain.start() :] + "公安")
            return _code(longer["chain"]) if longer else _code(chain[0])
    lead = text[:600]
    for found in _SAID.finditer(lead):
        who = found[1] or found[2]
        if re.search(_NATION, who):
            return "CN"
        if (place := re.search(one, who)) and not _CONGRESS.search(who):
            return _code(place[0])
    first = subjects(lead, "CN")
    if local := _LOCAL.search(lead):
        nation = re.search(_STRICT, lead[: local.start()]) and not re.search(_MINE, text)
        if place := re.search(one, lead if nation else text):
            return _code(place[0])
        return "CN" if nation else None
    return first[0][1] or None if first else "CN"


def issuer(text: str) -> str | None:
    """The body first named in the lead."""
    found = re.search(
        r"公安部|最高人民检察院|最高检|最高人民法院|最高法|工业和信息化部|工信部|中国人民银行|国家移民管理局|中央网信办"
        r"|[一-龥]{2,8}(?:省|市|自治区|县|区|州)(?:公安[厅局]|人民检察院|高级人民法院)",
        text[:800],
    )
    return re.sub("^.*?(?:从|据|在|日)", "", found[0]) if found else None
