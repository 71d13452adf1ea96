"""Sentence by sentence: which quantity is a figure of which indicator, place, scope and window.

A figure is read only where the lexicon and the words around it agree; every other quantity is kept
as unread with the reason. Statements without a level are `claims.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from research.loaders.bulletin import changes
from research.loaders.bulletin import claims as statements
from research.loaders.bulletin.horizon import Horizon
from research.loaders.bulletin.lexicon import Match, matches, pattern, themes
from research.loaders.bulletin.quantities import Quantity
from research.loaders.bulletin.sentences import Sentence, dealt, sentences
from research.loaders.bulletin.windows import When

_LIST = re.compile(r"(?:[、，和及与]|以及|、和|并|，?(?:并|共|计|约|其中|累计)?)")
_ANECDOTE = re.compile(
    r"某(?:某|[一-龥]?[，、（等]|[一-龥]{1,2}(?:等|以|因|在|的))|化名|被告人[一-龥]某|主犯|该团伙|该案"
    r"|报警[称后]|典型案例|被害人[^数损]|一举(?:打掉|抓获|捣毁)"
)
_BARE = re.compile(
    "[了共约达]{0,2}|(?:被告人|犯罪嫌疑人|嫌疑人|人员|案件|线索|资金|涉案资金)?(?:共计?|约|达)?"
)
_KIND = re.compile("(?<=[立生])[此该这]类(?=案件)")
_ACCEPTED = re.compile("，?受理审查(?:起诉|逮捕)")
_EACH_PLACE = re.compile("(?<![向对给])各地")
_AVERAGE = re.compile(r"(?:日均|平均每[天日]|每[天日])[^，。；]{0,20}$")
_NO_TOTAL = re.compile(
    r"(?:最高(?![人检法院])|单笔|单起|单案|每人|人均|户均|平均|奖励|奖金|罚款|罚金|目标[是为]|力争|计划|预计|还将|将有|应当|可以|不得)"
    r"[^，。；]{0,12}$"
)
_BASE = re.compile(r"(?:同期|去年|上年)(?:为|的)?[^，。；]{0,4}$")
_ASIDE = re.compile(
    "毒品|涉毒|毒案|[贩吸制]毒|走私|枪支|枪爆|赌博|涉赌(?!诈)|涉黄|黄赌|假币|命案|盗抢|文物|三非|外国人|外籍|涉黑|黑恶|拐卖"
    "|未成年|监督立案|监督撤案|立案监督|职务犯罪|危险驾驶|性侵|酒驾|非法改装|盗窃|抢劫|传销|非法集资|知识产权|涉税|虚开|食药|环境资源|假药"
    "|(?:破获|侦破|打掉|抓获|查处)[^，]{0,12}(?:侵犯公民个人信息|黑客)"
)
"""Other crimes; what follows in a sentence is theirs until it names one of the lanes."""
_LANES = re.compile("诈|境管理|国边境|偷渡|偷越|出境|两卡|断卡|银行卡|电话卡|帮信|蛇头|劝返")
_ROUND = re.compile(
    "统一收网|同步收网|收网行动中|本次|此次|此轮|这次|当晚|一夜|包机|航班|再有|又有"
)
_ONE = re.compile(
    "(?:批[^。；]{0,20}挂牌督办|挂牌督办的?[^。；]{0,4}[第首前][^。；]{0,3}批|协助[^，。；]{0,12}(?<![\\d十百千万])[1一][起宗个](?!月|.*。.))"
    "(?!.*(?:全国|各地|累计|今年))"
)
"""One batch of cases, or one case that a firm helped with: its progress is no total."""
_ANNUAL = re.compile("(?:最高检|最高法|检察院|法院|两高)[^。；\\n]{0,8}工作报告")
"""A report to the congress without a printed period: of the year before."""
_REGION = re.compile(r"等\d+个?省[^，。；]{0,12}(?:联合|统一|同步|协同|集中收网)")
_COUNTED = ("cases_solved", "suspects_arrested", "gangs_dismantled")
_FOREIGN = ("美元", "港元", "欧元", "日元", "泰铢", "新台币")
_TO_CHINA = frozenset(
    {
        "suspects_repatriated",
        "repatriation_batches",
        "suspects_captured_overseas",
        "dens_destroyed_overseas",
    }
)
"""Counted for China wherever they happen, unless one raid is told."""


@dataclass
class Figure:
    """One observation in the making; spans are into the text."""

    start: int
    end: int
    indicator: str
    geo: str
    scope: str = "total"
    window: tuple[date, date] | None = None
    words: str | None = None
    certain: bool = True
    cumulative: bool = False
    change: str | None = None
    change_span: tuple[int, int] | None = None
    printed: str | None = None
    title: bool = False


@dataclass(frozen=True)
class Unread:
    """A quantity that was seen and not understood, and why."""

    start: int
    end: int
    reason: str


class Reader:
    """Reads the sentences of one text; the place, the window and the last figure run on."""

    def __init__(self, home: str | None, issued: date | None) -> None:
        self.home, self.issued = home, issued
        self.place = home
        self.horizon = Horizon()
        self.last: tuple[Match, Figure] | None = None
        self.verb = ""  # the last one said: a list of several nouns shares it
        self.part = self.aside = self.lost = False
        self.figures: list[Figure] = []
        self.unread: list[Unread] = []
        self.claims: list[statements.Said] = []

    def read(self, s: Sentence, *, title: bool, anecdote: bool) -> None:
        """Read one sentence."""
        if s.opens:
            self.place = self.home
            self.horizon.open()
        given = dealt(s)
        rates = changes.Rates(s, self.horizon)
        first, self.verb, self.aside, self.lost = len(self.figures), "", False, False
        for n, q in enumerate(s.quantities):
            if q.ratio and (named := rates.read(n, self.place)) is not None:
                self.figures += [Figure(**each) for each in named.figures]
                self._refuse(q, named.refused)
                continue
            when, match = given.get(n, (None, None))
            match = match or self._match(s, n)
            self.lost = match is None and bool(s.own(n) or self.lost)
            figure = self._level(s, n, match, when or self.horizon.at(s, q.start), anecdote)
            if isinstance(figure, Figure):
                figure.title = title
                self.figures.append(figure)
                rates.follow(figure)
            else:
                self._refuse(q, figure)
                rates.follow(None)
        self.horizon.carry(s, [f.window for f in self.figures[first:]])
        for claim in statements.claims(s.text, s.start, s.whens, self.horizon.now, self.issued):
            if place := s.place(claim.start + 1, self.place):
                self.claims.append(replace(claim, geo=place))
        self.place = s.place(s.start + len(s.text), self.place)

    def _refuse(self, q: Quantity, reason: str | None) -> None:
        if reason and not q.article:
            self.unread.append(Unread(q.start, q.end, reason))

    def _match(self, s: Sentence, n: int) -> Match | None:
        """By the figure's own words, else with the verb or noun that a list shares."""
        q, own, tail = s.quantities[n], s.own(n), s.tail(n)
        if kind := _KIND.search(own):  # the kind that was spoken of last
            said = re.findall(f"诈骗|{_ASIDE.pattern}", s.about + s.until(q.start))
            own = own.replace(kind[0], said[-1] if said else "")
        if self.verb and self.last and _ACCEPTED.fullmatch(own):
            own = self.last[0].noun + own
        about = themes(s.until(q.start) + tail) or themes(s.about) - {"overseas"}
        if s.place(q.start, self.place) != "CN" or _EACH_PLACE.search(own):
            about |= {"local"}
        found = matches(own, tail, q.measure, about)
        if not own and self.lost:  # 4件8人: no verb or noun is known for either
            return None
        if q.article:  # 打掉一个团伙 counts, 一个缩影 does not
            best = found[0] if found else None
            return best if best and best.verb and best.noun and best.rank[0] == 0 else None
        if found and (self.last is None or found[0].rank[0] == 0 or len(own) >= 12):
            return found[0]
        if self.last is not None:
            noun, clause = self.last[0].noun, re.split("[，：]", own)[-1]
            if shared := matches(self.verb + clause, tail, q.measure, about):
                return shared[0]
            # A noun is shared only with a bare verb: 止付资金9亿元，冻结7亿元.
            for again in matches(noun + clause, tail, q.measure, about):
                if again.verb and _BARE.fullmatch(clause.rpartition(again.verb)[2]):
                    return again
            if _LIST.fullmatch(own):
                found = matches(self.verb + noun, tail, q.measure, about) or found
        return found[0] if found else None

    def _level(
        self, s: Sentence, n: int, match: Match | None, when: When | None, anecdote: bool
    ) -> Figure | str:
        """A figure, or the reason why there is none."""
        q, own = s.quantities[n], s.own(n)
        if q.measure in _FOREIGN:
            return "foreign_currency"
        if _NO_TOTAL.search(own[-30:]):
            return "not_a_total"
        if self._is_aside(own, s.tail(n)):
            return "another_crime"
        if match is None:
            return "no_indicator"
        place = s.place(q.start, self.place)
        self.part = "其中" in own or (self.part and n > 0)
        if self.part and self.last:
            alike = match.rule.indicator == self.last[1].indicator and not match.rule.scope
            dated = when is not None and when.start >= q.start - len(own)  # 其中2021年…、2022年…
            if (alike and not dated) or (not match.noun and q.measure in ("名", "人")):
                return "part"
            place = self.last[1].geo if "其中" in own else place
        if _BASE.search(own[-30:]):
            return "base_of_a_change"
        if match.rule.indicator in _TO_CHINA and (self.home == "CN" or "中方" in s.text):
            place = "CN"
        if place is None:
            return "place_unknown"
        scope = match.rule.scope or self._scope(s, n, match, place, when, anecdote)
        if scope == "single_action" and when is None:
            return "single_case_without_day"
        sums = match.rule.indicator == "funds_involved" and scope == "total" and place == "CN"
        if sums and not self._sum_of(s, own):
            return "not_a_total"
        figure = Figure(q.start, q.end, match.rule.indicator, place, scope, printed=q.printed)
        self._dated(figure, s, own, match, when)
        self.last, self.verb = (match, figure), match.verb or self.verb
        return "no_window" if figure.window is None and self.issued else figure

    def _before(self, s: Sentence) -> Figure | None:
        """The figure before in the same sentence."""
        return self.last[1] if self.last and self.last[1].start >= s.start else None

    def _sum_of(self, s: Sentence, own: str) -> bool:
        """Whether money involved is that of the cases just counted, not of one of them."""
        before = self._before(s)
        return bool(before and before.indicator in _COUNTED and len(own) < 12)

    def _is_aside(self, own: str, tail: str) -> bool:
        """Whether a figure counts a crime that is none of the lanes."""
        clause = own.rpartition("，")[2] + tail
        if _LANES.search(clause):
            self.aside = False
        elif _ASIDE.search(clause):
            self.aside = True
        return self.aside

    def _dated(
        self, figure: Figure, s: Sentence, own: str, match: Match, when: When | None
    ) -> None:
        """Give a figure its window; a running total of a known beginning takes that."""
        figure.cumulative = "累计" in own[-20:] or (when is not None and when.kind == "campaign")
        since, last = match.rule.since, self.issued
        closed = when is not None and when.kind == "upto"
        if closed and when and when.window:
            last = when.window[1]
        if since and last and since <= last and (closed or when is None or when.start < s.start):
            figure.window, figure.words, figure.cumulative = (since, last), "累计", True
        elif when is not None:
            figure.window, figure.words = when.window, when.words
            figure.certain = when.certain and when.start >= s.start - 400
        else:
            figure.certain = False

    def _scope(
        self, s: Sentence, n: int, match: Match, place: str, when: When | None, anecdote: bool
    ) -> str:
        q, own = s.quantities[n], s.own(n)
        said = s.until(q.end + 8)
        if _AVERAGE.search(own):
            return "daily_average"
        brief = when is not None and (when.is_day or when.kind == "recent")
        once = not re.search("先后|多次", own)  # of several rounds or flights a total is told
        brief |= "督办" not in match.verb and bool(_ONE.search((s.about + said)[-400:]))
        brief |= once and bool(_ROUND.search(re.split("累计|截至|以来|目前", said)[-1]))
        if q.article or brief or (anecdote and "全国" not in said):
            return "single_action"
        before = self._before(s)
        if before and before.scope.startswith("fraud_type/") and len(own) < 12 and "；" not in own:
            return before.scope
        if place == "CN" and _REGION.search(said):
            return "regional_campaign"
        for scope, words, indicators in _scopes():
            if match.rule.indicator in indicators and words.search(said[-120:]):
                return scope
        return "total"


@cache
def _scopes() -> tuple[tuple[str, re.Pattern[str], frozenset[str]], ...]:
    """Words of a sentence that narrow what a figure covers: scope, words, indicators."""
    table = pl.read_csv(Path(__file__).with_name("scopes.csv"), infer_schema=False)
    return tuple(
        (scope, pattern(words), frozenset(indicators.split("|")))
        for scope, words, indicators in table.iter_rows()
    )


def read(
    plain: str,
    quantities: list[Quantity],
    whens: list[When],
    home: str | None,
    issued: date | None,
    body: int,
) -> Reader:
    """Read a plain text; what stands before `body` is headlines."""
    reader, anecdote = Reader(home, issued), False
    if issued and issued.month < 5 and _ANNUAL.search(plain, 0, 400):
        year = date(issued.year - 1, 1, 1), date(issued.year - 1, 12, 31)
        reader.horizon.document = When(0, 0, "工作报告", "named", year, certain=False)
    late = []
    for s in sentences(plain, quantities, whens, home):
        if s.start < body and s.quantities and not s.whens:
            late.append(s)
            continue
        if s.opens:
            line_end = plain.find("\n", s.start)
            stop = line_end if line_end >= 0 else len(plain)
            anecdote = bool(_ANECDOTE.search(plain, s.start, stop))
        if s.quantities or s.whens or s.subjects or statements.MAY_CLAIM.search(s.text):
            reader.read(s, title=s.start < body, anecdote=anecdote)
        elif s.opens:
            reader.place = home
            reader.horizon.open()
    first = reader.figures[0] if reader.figures else None
    if first and first.scope == "total":  # headlines without a time of their own stand under it
        reader.horizon.document = When(0, 0, first.words or "", "named", first.window, False)
    reader.last = None
    for s in late:
        reader.read(s, title=True, anecdote=False)
    return reader
