"""Words of time in a plain text → windows of days, resolved against the day of issue.

Finding the figure that a window belongs to is `reading.py`. A window is certain where the text
gives both its ends; 以来, 截至 and bare months take what is missing from the day of issue.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_COUNTING = ("range", "since", "campaign", "upto", "years", "named", "recent", "point")


@dataclass(frozen=True, slots=True)
class When:
    """A time expression: its span and words, its window (None without a day of issue), its kind.

    Kinds: `range`, `since` and `campaign` (running totals), `upto` (an end; its start stands
    elsewhere), `years`, `named`, `recent` (近日), `point`; `base` (what a change is measured
    against), `press` (the day of the announcement) and `span` (a length) are no windows.
    """

    start: int
    end: int
    words: str
    kind: str
    window: tuple[date, date] | None = None
    certain: bool = True
    of_run: bool = False
    """Said of a run of months (自去年6月以来连续9个月下降) or an old average: not carried on."""

    @property
    def counts(self) -> bool:
        """Whether figures can stand under it."""
        return self.kind in _COUNTING

    @property
    def is_day(self) -> bool:
        """One day: of an event, hardly of a campaign's figures."""
        return self.window is not None and self.window[0] == self.window[1]


Campaigns = tuple[tuple[re.Pattern[str], date], ...]
"""What names an operation or a system, and its first day; the latest first."""

_Y = r"(?:(?:19|20)\d\d年|今年|本年度?|去年|前年|上年|当年|本月|上月)"
_NUM = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_EDGE = r"(?:年?(?:底|末|初)|上旬|中旬|下旬)"
_MONTH = r"\d{1,2}月份?"
_DATE = rf"{_MONTH}(?:\d{{1,2}}日)?"
_POINT = rf"(?:{_Y}度?(?:{_DATE})?|{_DATE}|\d{{1,2}}日){_EDGE}?"
_WORK = r"行动|工作|会战|战役|斗争|法律?|上线|启用|启动|成立|开通|疫情|专项"
_DOING = r"部署|开展|启动|实施|施行|上线|发生|运行"
_PATTERNS = {
    "base": (
        rf"是{_Y}(?:同期)?的|(?:与|比|较|同|和)(?:{_Y}(?:{_MONTH}|同期|全年|上半年)?|上一?年度?)(?:同期|相比)?"
        rf"|(?:{_Y}|上年|历史|往年)?同期|(?:比|较|与)(?:上月|上一?季度|上期|前[一两三]年)"
    ),
    "range": (
        rf"(?:自|从)?(?:{_Y}(?:\d{{1,2}}(?:月份?(?:\d{{1,2}}日)?)?)?|(?:19|20)\d\d"
        rf"|\d{{1,2}}(?:月份?(?:\d{{1,2}}日)?|日)?){_EDGE}?"
        rf"(?:开始|起)?(?:至|到|-)(?:(?:19|20)\d\d年(?:{_DATE})?|(?:今年|去年|当年|次年){_MONTH}|{_DATE}"
        rf"|\d{{1,2}}日){_EDGE}?"
    ),
    "since": (
        rf"(?:自|从)?{_POINT}(?:[^，。；：、！？\n\d]{{0,48}}(?:以来|至今|[到至]目前|到现在|截至目前)"
        r"|来(?![源自电信])|起(?![诉草来])(?:至今)?|开始)"
        r"|(?:今)?年初以?来|(?:自|从)去?年?初以来"
    ),
    "campaign": rf"(?:{_WORK})(?:正式)?(?:{_DOING})?以来|(?:行动|会战|战役)(?:”?期间|”(?=共|累计))",
    "upto": (
        rf"截[至止]到?(?:目前|现在|今日|今天|发稿|{_POINT}(?:\d{{1,2}}时许?)?)"
        r"|目前(?=，|已|全国已|全国共|为止|累计|共)|迄今(?:为止)?|至今(?!年)"
    ),
    "years": (
        rf"“?十[三四五]五”?(?:规划)?(?:以来|期间|时期)"
        rf"|(?:过去|近|最近|这)?的?{_NUM}个?多?年多?(?:以来|来|间|里|内|时间)(?!的?最|首|新|同期)"
        rf"|(?:过去|最近|近)的?{_NUM}年"
    ),
    "named": (
        rf"(?:{_Y}|同年)?的?(?:上半年|下半年|第?[一二三四]季度|前[一两二三]个?季度"
        rf"|前{_NUM}个?月(?:份)?|全年|年内)"
    ),
    "recent": "近日|日前|近期|最近|近年来|近来|近几年来?|连日来|今天|今日|昨日|昨天|当日|当天",
    "span": (
        rf"连续{_NUM}个?(?:月|年|季度)|{_NUM}个多?月|历时\d{{1,3}}[天月]"
        r"|\d{1,2}时(?:许|\d{1,2}分)?"
    ),
    "point": _POINT,
}
_FIRST = (
    "[0-9今本去前上当自从与比较同和是历往年截目迄至“十过近最这的一二两三四五六七八九下第全日昨连"
    "行工会战斗法启成开疫专]"
)
_EACH = "|".join(f"(?P<{kind}>{words})" for kind, words in _PATTERNS.items())
_TIME = re.compile(rf"(?={_FIRST})(?:{_EACH})")
_PRESS = re.compile(
    r"^(?:上午|下午|晚)?(?:[^，。；\n]{0,24}?(?:获悉|了解到|召开|举行|发布|通报|介绍|表示|印发|公布|消息"
    r"|出台|签发|揭牌)|[电讯](?=[（ 记])|[，（][^，。\n]{0,20}(?:召开|举行|发布))"
)
_FOUNDED = re.compile("(?:首创|始建|创建|创立|成立|诞生|创办|起源)于$")
_LAUNCHED = re.compile("[^。；]{0,24}(?:推出|上线|启用|启动|开通|建成|部署|开展)[^。；]{0,60}")
_RUN = re.compile("^[^。；]{0,30}连续")
_OLD = re.compile("[从由][^，。；]{1,12}[月日年]均")  # 从2016年月均…降至: the level before a change
_CHINESE = {c: n for n, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
_FIVE_YEARS = {"三": 2016, "四": 2021, "五": 2026}


def times(plain: str, issued: date | None, campaigns: Campaigns) -> list[When]:
    """All time expressions in order. `campaigns`: first days of operations and systems.

    >>> found = times("去年6月至今年3月，前11个月", date(2022, 5, 11), ())
    >>> [(w.words, str(w.window[0]), str(w.window[1])) for w in found]
    [('去年6月至今年3月', '2021-06-01', '2022-03-31'), ('前11个月', '2021-01-01', '2021-11-30')]
    """
    found: list[When] = []
    said, line_end = None, -1  # a year named on this line dates the bare months after it
    for match in _TIME.finditer(plain):
        kind, words = match.lastgroup or "point", match[0]
        if match.start() > line_end:
            line_end = plain.find("\n", match.start())
            line_end = len(plain) if line_end < 0 else line_end
            said = None
        clock = _Clock(issued, said)
        if kind == "point" and _opens(words, plain[match.end() : match.end() + 90]):
            kind = "since"
        if kind == "point" and _FOUNDED.search(plain, max(0, match.start() - 3), match.start()):
            kind = "base"
        dated = kind == "recent" or (kind == "point" and "日" in words)
        if dated and _PRESS.match(plain[match.end() : match.end() + 40]):
            kind = "press"
        beside = plain[match.start() - 300 if match.start() > 300 else 0 : match.end()]
        if kind == "since":  # what an operation's beginning is told of, else its own words
            told = match.end() + (0 if re.search("(?:来|起|今|始|目前|现在)$", words) else 90)
            beside = plain[match.start() : told].split("。", maxsplit=1)[0]
        window, certain = clock.resolve(kind, words, campaigns, beside)
        opened = found[-1] if found and kind == "campaign" else None
        if opened and opened.window and opened.kind == "point" and issued:
            first, last = opened.window
            known = window is not None and first <= window[0] <= last  # a day says more
            if not known and _LAUNCHED.fullmatch(plain[opened.end : match.start()]):
                window = first, issued
        of_run = bool(_RUN.search(plain[match.end() : match.end() + 40]))
        of_run |= bool(_OLD.match(plain, max(0, match.start() - 1), match.end() + 2))
        found.append(When(match.start(), match.end(), words, kind, window, certain, of_run))
        if kind not in ("base", "press") and (year := re.findall(r"(?:19|20)\d\d", words)):
            said = int(year[-1])
    return found


def _opens(words: str, after: str) -> bool:
    """Whether an operation is said to begin then: 今年4月，公安部部署开展“云剑”行动."""
    if "日" in words:
        return bool(_DECIDED.match(after))
    return "月" in words and bool(_DEPLOYED.match(after))


_DEPLOYED = re.compile(
    r"，?[^。；]{0,40}(?:部署|启动|发起|组织开展“)[^。；]{0,40}(?:行动|专项|会战|斗争)"
)
_DECIDED = re.compile(r"，?[^。；]{0,40}(?:决定|部署|启动)[^。；，]{0,30}(?:行动|专项|会战|斗争)")


@dataclass(frozen=True)
class _Clock:
    """Resolves words against the day of issue and a year named before on the same line."""

    issued: date | None
    said: int | None

    def resolve(
        self, kind: str, words: str, campaigns: Campaigns, before: str
    ) -> tuple[tuple[date, date] | None, bool]:
        """A window, None where it cannot be known, and whether the text itself gives both ends."""
        if kind in ("base", "press", "span"):
            return None, True
        if kind == "range":
            return self._range(words), True
        if kind == "upto":
            last = self._last(words)
            return (date(last.year, 1, 1), last) if last else None, False
        if kind == "campaign":
            return self._until_issued(self._named_before(campaigns, before)), True
        if kind == "since":
            point = self._point(re.split("以来|至今|来|起|开始|到目前|截至", words)[0])
            named = self._started(campaigns, before)
            if point and named and point[0] <= named <= point[1]:
                point = named, named
            return self._until_issued(point[0] if point else None), True
        found = getattr(self, f"_{kind}")(words)
        return found, kind == "named" or (kind == "point" and found is not None)

    def _started(self, campaigns: Campaigns, words: str) -> date | None:
        by = self.issued or date.max
        return next((d for name, d in campaigns if d <= by and name.search(words)), None)

    def _named_before(self, campaigns: Campaigns, words: str) -> date | None:
        """The operation named last, one in quotation marks before any other."""
        for name in reversed(re.findall("“[^”]{1,12}”", words)):
            if first := self._started(campaigns, name):
                return first
        return self._started(campaigns, words)

    def _until_issued(self, first: date | None) -> tuple[date, date] | None:
        ordered = first and self.issued and first <= self.issued
        return (first, self.issued) if ordered and first and self.issued else None

    def _year(self, words: str) -> int | None:
        if found := re.search(r"(?:19|20)\d\d", words):
            return int(found[0])
        if self.issued is None:
            return self.said
        if "去年" in words or "上年" in words:
            return self.issued.year - 1
        if "前年" in words:
            return self.issued.year - 2
        if "今年" in words or "本年" in words or "年初" in words:
            return self.issued.year
        if "当年" in words or "同年" in words:
            return self.said or self.issued.year
        return None

    def _year_of(self, month: int, day: int = 1) -> int | None:
        """The year of a bare month: that named before on the line, else the last that has it."""
        if self.said or self.issued is None:
            return self.said
        return self.issued.year - ((month, day) > (self.issued.month, self.issued.day))

    def _point(self, words: str, year: int | None = None) -> tuple[date, date] | None:
        """A year, month or day, or the beginning or end of one, as a window."""
        month = re.search(r"(\d{1,2})月", words)
        day = re.search(r"(\d{1,2})日", words)
        if "月" in words and month is None and self.issued:  # 本月, 上月
            month_of = self.issued.replace(day=1) - timedelta(days=1 if "上月" in words else 0)
            return self._days(month_of.year, month_of.month, int(day[1]) if day else None)
        year = year or self._year(words)
        if month:
            m, d = int(month[1]), int(day[1]) if day else None
            return self._edge(words, self._days(year or self._year_of(m, d or 1), m, d))
        if day and self.issued and year is None:
            back = self.issued
            if int(day[1]) > back.day:
                back = back.replace(day=1) - timedelta(days=1)
            return self._days(back.year, back.month, int(day[1]))
        if year is None:
            return None
        if re.search("[底末]", words):
            return self._days(year, 12, None)
        if "初" in words:
            return self._days(year, 1, None)
        first, last = date(year, 1, 1), date(year, 12, 31)
        return first, min(last, self.issued) if self.issued and self.issued > first else last

    def _days(self, year: int | None, month: int, day: int | None) -> tuple[date, date] | None:
        try:
            if year is None:
                return None
            if day is not None:
                return date(year, month, day), date(year, month, day)
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        except ValueError:
            return None

    @staticmethod
    def _edge(words: str, month: tuple[date, date] | None) -> tuple[date, date] | None:
        if month is None:
            return None
        first, last = month
        ends = {"初": (1, 5), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, last.day)}
        for word, (start, stop) in ends.items():
            if word in words:
                return first.replace(day=start), last.replace(day=min(stop, last.day))
        return month

    def _range(self, words: str) -> tuple[date, date] | None:
        left, right = re.split("至|到|-", words.lstrip("自从"), maxsplit=1)
        if "月" in right and re.search(r"(?:^|年)\d{1,2}$", left):
            left += "月"
        elif "年" in right and re.fullmatch(r"(?:19|20)\d\d", left):
            left += "年"
        elif "日" in right and "月" not in right and (month := re.search(r"\d{1,2}月", left)):
            right = month[0] + right
        year = self._year(left)
        right_year = self._year(right)
        if right_year is None and (month := re.search(r"(\d{1,2})月", right)):
            right_year = year or self._year_of(int(month[1]))
        if year is None and (month := re.search(r"(\d{1,2})月", left)):
            later = re.search(r"(\d{1,2})月", right)
            crosses = bool(later) and later is not None and int(month[1]) > int(later[1])
            year = right_year - crosses if right_year else None
        first, last = self._point(left, year), self._point(right, right_year)
        if first is None or last is None or first[0] > last[1]:
            return None
        return first[0], last[1]

    def _last(self, words: str) -> date | None:
        """The day that 截至 names; 目前 is the day of issue."""
        point = self._point(words)
        return point[1] if point else self.issued

    def _years(self, words: str) -> tuple[date, date] | None:
        """N年来: whole years if the year is young, else up to the day of issue. A guess."""
        if plan := re.search("十([三四五])五", words):
            first = date(_FIVE_YEARS[plan[1]], 1, 1)
            last = date(first.year + 4, 12, 31)
            return first, min(last, self.issued) if self.issued else last
        number = re.search(_NUM, words)
        if self.issued is None or number is None:
            return None
        years = _CHINESE.get(number[0]) or (int(number[0]) if number[0].isdigit() else 0)
        if not 0 < years < 30:
            return None
        if years == 1 and date(2022, 4, 14) <= self.issued <= date(2022, 5, 31):
            return date(2021, 4, 1), date(2022, 3, 31)  # the year since the instruction of 2021-04
        if self.issued.month <= 3 or (years > 1 and self.issued < date(self.issued.year, 5, 21)):
            last = date(self.issued.year - 1, 12, 31)
            return date(last.year - years + 1, 1, 1), last
        month = self.issued.replace(day=1)
        return month.replace(year=month.year - years), self.issued

    def _named(self, words: str) -> tuple[date, date] | None:
        year = self._year(words) or self.said or (self.issued.year if self.issued else None)
        if year is None:
            return None
        first, last = 1, 12
        if "上半年" in words:
            last = 6
        elif "下半年" in words:
            first = 7
        elif found := re.search(r"前([一两二三])个?季度", words):
            last = 3 * _CHINESE[found[1]]
        elif found := re.search("([一二三四])季度", words):
            first, last = 3 * _CHINESE[found[1]] - 2, 3 * _CHINESE[found[1]]
        elif found := re.search(rf"前({_NUM})个?月", words):
            last = min(12, int(found[1]) if found[1].isdigit() else _spoken(found[1]))
        bare = self.said is None and re.match("上半年|下半年|第?[一二三四]季度|前|全年", words)
        if self.issued and bare:  # the last one that is over
            over = date(self.issued.year, last, monthrange(self.issued.year, last)[1])
            year -= over > self.issued
        return date(year, first, 1), date(year, last, monthrange(year, last)[1])

    def _recent(self, words: str) -> tuple[date, date] | None:
        """近日 is read as the month of the text so far; it never says more."""
        if self.issued is None or "年" in words or words in ("近来", "最近"):
            return None
        if words in ("今天", "今日", "当日", "当天"):
            return self.issued, self.issued
        if words in ("昨日", "昨天"):
            return self.issued - timedelta(days=1), self.issued - timedelta(days=1)
        return self.issued.replace(day=1), self.issued


def _spoken(number: str) -> int:
    """一 to 十二."""
    head, ten, tail = number.rpartition("十")
    if not ten:
        return _CHINESE.get(number, 12)
    return 10 * _CHINESE.get(head, 1) + _CHINESE.get(tail, 0)
