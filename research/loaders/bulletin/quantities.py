"""Every quantity of a plain text: where it stands, how it is limited, its measure word.

What a printed figure is worth is `research.record.printed`; what it counts is `reading.py`. Not
quantities: days and times, numbers without a measure word, scale or limit (96110, 5·10),
ordinals, and 一 before a measure word where no indicator claims it: it is an article there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MEASURES = frozenset(
    [
        *"元人名位起件宗次条个部台套家笔处批轮场户辆枚吨岁天年国省幢栋所份篇例股支艘通款期座",
        *"伙只副项封块类种级片对日周间组张",
        *(
            [
                "人次",
                "人民币",
                "个月",
                "个小时",
                "场次",
                "家次",
                "批次",
                "波次",
                "台套",
                "小时",
                "分钟",
                "公里",
                "公斤",
                "平方米",
            ]
        ),
        *(["美元", "港元", "欧元", "日元", "泰铢", "新台币", "余次"]),
    ]
)
NOT_COUNTS = frozenset([*"年天日周岁级类种期项", "个月", "个小时", "小时", "分钟"])
"""Measures of time, age, order and kind: a number of them is no figure of a campaign."""

_SCALE = r"(?:[十百千]?万亿|[十百千]?[万亿]|[百千])"
_ARABIC = (
    rf"(?:\d{{1,3}}(?:,\d{{3}}){{1,5}}|\d+)(?:\.\d{{1,6}})?(?: ?{_SCALE})?"
    rf"(?:\d{{1,4}}(?:\.\d{{1,3}})?{_SCALE}){{0,3}}(?:(?<=[万千百亿])\d{{1,4}})?"
)
_DIGIT = "一二三四五六七八九〇零"
_CHINESE = (
    rf"(?:[{_DIGIT}两廿](?:[十百千万亿]|[{_DIGIT}]){{0,14}}(?:点[{_DIGIT}]{{1,4}})?"
    r"|十[一二三四五六七八九]?|[上数几近超][十百千万]{1,2})[十百千]?[万亿]{0,2}"
)
_BEFORE = r"(?:超过|超出|突破|大约|将近|接近|不足|不到|不少于|不低于|不超过|至少|超|逾|近(?!年)|约)"
_AFTER = r"(?:以上|左右|以下|以内|上下)"
_MEASURE = "|".join(sorted(set(MEASURES) - {"人"}, key=len, reverse=True))
_MEASURE += "|人(?![民员士们大工才口均类身])"
_RATE = (
    rf"百分之[{_DIGIT}十百点\d.]{{1,10}}"
    rf"|(?:{_ARABIC})[余多]?(?:%|倍|个百分点|成半?)|[一二两三四五六七八九十]{{1,2}}(?:成[半多]?|倍)(?:[余多])?"
    r"|翻了?[一两二三]?番|[一二三四五六七八九十]{1,2}分之[一二三四五六七八九]|(?:过|近|超)?半数"
)
_QUANTITY = re.compile(
    rf"(?=[0-9一二两三四五六七八九十廿〇零百翻过半上数几近超突大将接不至逾约])"
    rf"(?P<before>{_BEFORE})?(?:(?P<rate>{_RATE})"
    rf"|(?P<number>(?:{_ARABIC})|(?:{_CHINESE}))(?P<more>[余多]?{_SCALE}?[余多]?)"
    rf"(?P<spell> ?)(?P<measure>{_MEASURE})?)(?P<after>{_AFTER})?"
)
_MONEY = re.compile("(?:冻结|止付|返还|追回|追缴|挽损|资金|赃款|金额|损失)[超逾近约达共了过]*$")
_STOPS = re.compile(r"[\W抓破止返拦冻打捣避挽缴追]|$")
_CODE_BEFORE = re.compile(r"[A-Za-z0-9.·/#第]")
_CODE_AFTER = re.compile(r"(?:[A-Za-z·]|-\d|号|\.\d|时|点|分|:|：\d)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity: its span, its measure word (or %), and whether 一 makes it an article."""

    start: int
    end: int
    printed: str
    measure: str
    ratio: bool = False
    article: bool = False


def quantities(plain: str, masked: Iterable[tuple[int, int]] = ()) -> list[Quantity]:
    """All quantities in order; `masked` spans (dates, windows) hold none.

    >>> [(q.start, q.end, q.measure) for q in quantities("破获案件37万余起，同比上升28.5%。")]
    [(4, 9, '起'), (14, 19, '%')]
    """
    hidden = bytearray(len(plain))
    for start, end in masked:
        hidden[start:end] = b"\1" * (end - start)
    found = []
    for match in _QUANTITY.finditer(plain):
        start, end = match.span()
        if hidden[match.start("number") if match["number"] else start]:
            continue
        if match["rate"]:
            found.append(Quantity(start, end, match[0], "%", ratio=True))
            continue
        measure, number = match["measure"] or "", match["number"]
        scaled = bool(re.search("[万亿]", number + match["more"]))
        limited = bool(match["before"] or match["more"] or match["after"])
        arabic = number[0].isdigit()
        if not measure and not (arabic and (scaled or limited)):
            continue
        if not measure and scaled and _MONEY.search(plain[max(0, start - 8) : start]):
            measure = "元" if _STOPS.match(plain, end) else ""  # 冻结120亿, of headlines
        if measure in NOT_COUNTS or _is_code(plain, match):
            continue
        found.append(
            Quantity(
                start, end, match[0], measure, article=number in ("一", "二") and not match["more"]
            )
        )
    return found


def _is_code(plain: str, match: re.Match[str]) -> bool:
    """Part of a name or an ordinal: 5·10, GOIP16, 第3批, 统一."""
    start = match.start("number")
    before = plain[max(0, start - 1) : start]
    if not match["number"][0].isdigit():
        return before in _WORDS_IN_FRONT
    if match["measure"]:
        return before in ("·", "#", "第") and not re.search("[万亿]", match[0])
    return bool(_CODE_BEFORE.search(before) or _CODE_AFTER.match(plain, match.end()))


_WORDS_IN_FRONT = frozenset("第“统唯每某同另这那哪")
