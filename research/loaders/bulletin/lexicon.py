"""What a figure counts: the words around it against `lexicon.csv`, one readable file.

A row there says: this indicator, if `verb` and `noun` stand in the figure's clause (or a list
shares them with the figure before), the measure word fits, `theme` is what the sentence is about,
and `unless` is absent. Nearer words win, then longer ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

_CONTEXT = 80  # characters before a figure that can say what it counts
_FAR = 3  # clauses


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the lexicon, compiled."""

    indicator: str
    verb: re.Pattern[str] | None
    noun: re.Pattern[str] | None
    theme: str | None
    unless: re.Pattern[str] | None
    scope: str | None
    since: date | None
    needs: tuple[frozenset[str], ...]
    """Sets of characters of which a text must hold one each: a quick look before the patterns."""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that fits a figure, the words that it found, and how near they stand."""

    rule: Rule
    verb: str
    noun: str
    at: int
    rank: tuple[int, int]


def pattern(words: str) -> re.Pattern[str]:
    """Words of the data files: a regular expression in which … skips up to ten characters."""
    return re.compile(words.replace("…", "[^，。；、█]{0,10}"))


def _optional(words: str | None) -> re.Pattern[str] | None:
    return pattern(words) if words else None


def _needed(words: str) -> frozenset[str]:
    """One character that each alternative cannot do without; all of its own if none is sure."""
    needed: set[str] = set()
    for part in re.split(r"\|(?![^()]*\))", words):
        sure = re.sub(r"\((?:[^()]|\([^()]*\))*\)\??|\[[^\]]*\]\??|.\?|…|\\.", "", part)
        needed |= set(sure[:1] or re.sub(r"[^\w%]|…", "", part))
    return frozenset(needed)


@cache
def rules() -> dict[str, tuple[Rule, ...]]:
    """The rules by measure word."""
    table = pl.read_csv(Path(__file__).with_name("lexicon.csv"), infer_schema=False)
    found: dict[str, list[Rule]] = {}
    for row in table.with_columns(pl.col("since").str.to_date()).iter_rows(named=True):
        rule = Rule(
            row["indicator"],
            _optional(row["verb"]),
            _optional(row["noun"]),
            row["theme"],
            _optional(row["unless"]),
            row["scope"],
            row["since"],
            tuple(_needed(row[c]) for c in ("verb", "noun") if row[c]),
        )
        for measure in row["measure"].split("|"):
            found.setdefault(measure, []).append(rule)
    return {measure: tuple(those) for measure, those in found.items()}


@cache
def _nouns() -> tuple[Rule, ...]:
    """Rules that name what is counted, for figures without a measure word."""
    return tuple(
        dict.fromkeys(r for m, those in rules().items() if m not in "元%" for r in those if r.noun)
    )


def _nearest(pattern: re.Pattern[str] | None, own: str, tail: str) -> tuple[str, int, int] | None:
    """The last match before the figure, else the first after it: words, clauses away, place."""
    if pattern is None:
        return "", 0, -1
    last = None
    for last in pattern.finditer(own):  # noqa: B007  (the last one is wanted)
        pass
    clauses = _FAR
    if last is not None:
        clauses = own.count("，", last.end()) + own.count("：", last.end())
    after = pattern.search(tail) if clauses else None
    if after:
        return after[0], 0, len(own) + after.start()
    return (last[0], clauses, last.start()) if last and clauses < _FAR else None


def _ends(found: tuple[str, int, int], own: str) -> int:
    """Where words end that stand before the figure; -1 for none, or those after it."""
    return found[2] + len(found[0]) if found[0] and found[2] < len(own) else -1


_ACTS = re.compile("拦截|处置|排查|清理|封堵|关停|治理|核查|止付|冻结|抓获|破获|打掉|劝阻")
_TOOLS = re.compile(
    "(?:推出|建成|建设|建立|上线|搭建|开通|研发|打造|完善|启用)[^，。；]{0,60}"
    "(?:系统|服务|平台|专线|机制|功能|名片|体系|App)[^，。；]{0,4}(?:，|(?=拦截|处置|封堵|关停))"
)
"""Services named before what was done with them: they do not say what a number counts."""


def matches(own: str, tail: str, measure: str, themes: frozenset[str]) -> list[Match]:
    """All rules that fit, the best first."""
    if _ACTS.search(own.rpartition("，")[2]):
        own = _TOOLS.sub("", own)
    own = own[-_CONTEXT:]
    near = "，".join(re.split("[，：]", own)[-2:])
    seen = frozenset(own + tail)
    found = []
    for rule in rules().get(measure, ()) if measure else _nouns():
        if rule.theme and rule.theme not in themes:
            continue
        if any(need.isdisjoint(seen) for need in rule.needs):
            continue
        verb = _nearest(rule.verb, own, tail)
        noun = _nearest(rule.noun, own, tail) if verb else None
        if verb is None or noun is None:
            continue
        if not measure and max(_ends(noun, own), _ends(verb, own)) < len(own) - 3:
            continue  # without a measure word the words themselves must stand before the figure
        if rule.unless and rule.unless.search(near + "█" + tail):
            continue
        words = len(verb[0]) + len(noun[0]) + (8 if rule.theme else 0)
        words += 2 if noun[0] and noun[2] == len(own) else 0  # 22次集中收网
        at = max(verb[2], noun[2])
        between = own.count("、", _ends(noun, own)) if 0 <= noun[2] < len(own) else 0
        found.append(Match(rule, verb[0], noun[0], at, (-(verb[1] + noun[1]), words - 3 * between)))
    return sorted(found, key=lambda match: match.rank, reverse=True)


_THEMES = {
    "cards": re.compile("断卡|两卡"),
    "exit": re.compile("断流|偷渡|非法出境|结伙出境"),
    "border": re.compile("国（?边）?境管理|国边境|獴猎"),
    "nia": re.compile("移民管理(?:机构|局|机关)"),
    "landline": re.compile("固话|固定电话"),
    "overseas": re.compile(
        "警务(?:执法)?合作|赴[^，。]{0,30}(?:国家|地区|柬|菲|缅|老挝|泰|阿联酋)|与[^，。]{1,10}警方|当地警方|国际执法"
    ),
    "grey": re.compile("黑灰产[^，。]{0,6}(?:团伙|人员|分子|链条|窝点)"),
    "fake": re.compile("仿冒|假冒"),
    "miit": re.compile("信息通信行业|工信部|工业和信息化部|12381"),
    "app": re.compile("反诈中心”?(?:App|APP|app)"),
    "bading": re.compile("拔钉"),
    "检察": re.compile("检察"),
}
_ANY = re.compile("|".join(p.pattern for p in _THEMES.values()))
_SEVERAL = re.compile("”、?“|”等专项|”和“")


def themes(words: str) -> frozenset[str]:
    """What a stretch of text is about; a list of several operations is about none of them."""
    if not _ANY.search(words):
        return frozenset()
    if _SEVERAL.search(words):
        words = re.sub(r"“[^”]{0,16}”", "", words)
    found = {name for name, pattern in _THEMES.items() if pattern.search(words)}
    if "cards" in found:
        found -= {"grey"}
    if "border" in found:
        found -= {"exit"}
    elif "nia" in found and "exit" not in found:
        found |= {"border"}
    return frozenset(found)
