"""A document of any make → its main text, title, outlet and day of issue; furniture left out.

Encodings, HTML, menus, recommended reading and comments end here. `Page.plain` is the text in one
script and one width, character for character, so that a span into it is a span into the text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path


class BulletinError(ValueError):
    """A document that cannot be read as a bulletin; the message says why and what would be."""


@dataclass(frozen=True)
class Page:
    """The main text of a document and what its head says of it."""

    text: str
    title: str | None = None
    outlet: str | None = None
    issued: date | None = None
    body: int = 0
    """Where the prose begins; before it stand headlines."""

    @cached_property
    def plain(self) -> str:
        """The text in simplified characters and half-width digits, without idle spaces."""
        return "".join(self._kept[0])

    @cached_property
    def _kept(self) -> tuple[list[str], list[int]]:
        """Characters that are not idle spaces (今年 5 月), and where each stands in the text."""
        whole = plain(self.text)
        idle = {m.start() for m in _IDLE.finditer(whole)}
        places = [n for n in range(len(whole)) if n not in idle]
        return [whole[n] for n in places], [*places, len(whole)]

    @cached_property
    def plain_body(self) -> int:
        """Where the prose begins in `plain`."""
        return bisect_left(self._kept[1], self.body)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span of `plain` as a span of the text."""
        places = self._kept[1]
        return places[start], places[end - 1] + 1 if end > start else places[start]


# Frequent characters: what a decoding with the wrong table never yields.
_FREQUENT = frozenset("的一在和公安人月日年电信网络诈骗案件全国了有為的電絡詐騙國為與")
_TABLES = ("utf-8", "gb18030", "big5")


def decoded(content: bytes, name: str = "the document") -> str:
    """Bytes as text, whatever they are declared to be. Raises `BulletinError`.

    A text of any length is valid UTF-8 only if it is UTF-8, so that is tried first; of the other
    tables the one that yields the most frequent characters wins.
    """
    if not content.strip():
        raise BulletinError(f"{name} is empty; nothing can be read from it")
    if content[:1024].lstrip().startswith(b"%PDF"):
        raise BulletinError(f"{name} is a PDF; save its text or its web page and read that")
    for mark, table in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(table, errors="replace").lstrip("\ufeff")
    control = len(content.translate(None, delete=bytes([*range(9, 14), *range(32, 256)])))
    if control > len(content) / 1000:
        raise BulletinError(f"{name} is a binary file, not text; give HTML or plain text")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        guesses = [content.decode(table, errors="replace") for table in _TABLES]
    return max(guesses, key=lambda text: _likeness(text[:20_000]))


def _likeness(text: str) -> float:
    frequent = sum(c in _FREQUENT for c in text)
    return (frequent - 5 * text.count("\ufffd")) / (len(text) or 1)


_IDLE = re.compile(r" (?![A-Za-z0-9])|(?<![A-Za-z0-9]) ")
_WIDE = {0x3000: " ", **{ord(c): "-" for c in "—–－―─~～‐‑"}, ord("馀"): "余", ord("，"): "，"}
_WIDE |= {ord(c): "账" for c in "帐帳"}
_MARKS = dict(zip(",;:()!?", "，；：（）！？", strict=True))
_WIDE |= {ord(c): w for c, w in _MARKS.items()}
_WIDE |= {ord(c): w for c, w in zip('「」『』"﹒．', "“”“””..", strict=True)}
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")


def plain(text: str) -> str:
    """One script and one width; every character keeps its place.

    >>> plain("破獲案件３９．４萬起,抓獲1,200人")
    '破获案件39.4万起，抓获1,200人'
    """
    import opencc

    seen = sorted({c for c in set(text) if ord(c) > 127 and not c.isspace()})
    simple = opencc.OpenCC("t2s").convert("\n".join(seen)).split("\n") if seen else []
    table = dict(_WIDE)
    for old, new in zip(seen, simple, strict=True):
        narrow = unicodedata.normalize("NFKC", new)
        if ord(old) not in _WIDE and len(narrow) == 1:
            table[ord(old)] = _MARKS.get(narrow, narrow)
    table |= {ord(c): " " for c in set(text) if c.isspace() and c != "\n"}
    marked = _THOUSANDS.sub("\0", text.translate({0xFF10 + n: str(n) for n in range(10)}))
    return marked.translate(table).replace("\0", ",")


_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|div|p|meta|table|article|br|span)\b", re.IGNORECASE
)
_PINYIN = re.compile(r"(?<=[㐀-鿿])[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùüǘǚǜ]{1,6}[)）]")
_CHINESE = re.compile(r"[㐀-鿿]")
_LATIN = re.compile(r"[A-Za-z]")


def page(document: str, name: str = "the document") -> Page:
    """The main text of HTML or plain text. Raises `BulletinError` where there is none."""
    html = bool(_HTML.search(document[:20_000]))
    found = _of_html(document, name) if html else _of_lines(document.splitlines())
    if not _CHINESE.search(found.text):
        if _LATIN.search(found.text):
            raise BulletinError(
                f"{name} has no Chinese text; bulletins are read in Chinese, not in English"
            )
        raise BulletinError(f"{name} is a page without text; save the page that shows the article")
    if len(_LATIN.findall(found.text)) > 4 * len(_CHINESE.findall(found.text)):
        raise BulletinError(
            f"{name} is mainly in English or another language; bulletins are read in Chinese"
        )
    return found


def _of_html(document: str, name: str) -> Page:
    import trafilatura

    try:
        found = trafilatura.bare_extraction(
            document, include_comments=False, with_metadata=True, favor_precision=True
        ) or trafilatura.bare_extraction(document, include_comments=False, with_metadata=True)
    except ValueError as problem:
        raise BulletinError(f"{name} is HTML that cannot be parsed: {problem}") from problem
    body = getattr(found, "text", None) or ""
    if not body.strip():
        raise BulletinError(f"{name} is a page without text; save the page that shows the article")
    head = _of_lines(body.splitlines())
    title = getattr(found, "title", None) or head.title
    return Page(
        head.text,
        re.split(r"\s*[_|]\s*|\s+-+\s+", title)[0].strip() if title else None,
        head.outlet or _outlet(_stripped(document)) or getattr(found, "sitename", None),
        head.issued or _day(getattr(found, "date", None) or ""),
        head.body,
    )


def _stripped(document: str) -> str:
    return re.sub(r"<[^<>]{0,400}>", " ", document[:60_000])


_DAY = re.compile(r"((?:19|20)\d\d)\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})")
_OUTLET = re.compile(r"(?:来源|來源|稿源|信息来源)\s*[:：]\s*([^\s\d|/,，。;；:：)）\]】]{2,24})")
_HEAD = re.compile(
    r"(?:来源|來源|发布时间|發布時間|发布日期|日期|时间)\s*[:：]|^\s*(?:19|20)\d\d[-/.年]"
)
_PROSE = re.compile(r"[，,].*[。；！]|.{60}|^[^。]{12,}。$")
_TAIL = re.compile(
    r"^[\s\[【(（]*(?:相关(?:阅读|新闻|链接|报道|推荐|文章|稿件|内容|专题)|推荐(?:阅读|新闻|内容|文章)|延伸阅读"
    r"|相關(?:閱讀|新聞|鏈接|報道|推薦|文章)|推薦(?:閱讀|內容|新聞)|热门|熱門|热点|猜你喜欢|更多|最新(?:文章|新闻|评论)"
    r"|网友|網友|(?:热门|精彩|最新|全部|发表)?(?:评论|評論)|上一篇|下一篇|上一条|下一条|分享到|扫一扫|版权|版權|声明|聲明"
    r"|免责|免責|友情链接|关键词|關鍵詞|标签|責任編輯|责任编辑|责编|編輯|编辑|阅读剩余|加载更多|您此时的心情"
    r"|视觉焦点|独家策划|排行|附件|打印|我要纠错|特别声明|举报|舉報|原标题|作者[:：])"
)
_INLINE_TAIL = re.compile(
    r"[\[【(（\s]*(?:原标题|责任编辑|責任編輯|责编|编辑|編輯|校审|关键词|標籤)\s*[:：].*"
)
_LINES_OF_TITLE = 3


def _of_lines(lines: list[str]) -> Page:
    """The body of a page of lines: from the headline above its first prose to its first tail."""
    rows = [_PINYIN.sub("", line).strip() for line in lines]
    first = next((n for n, row in enumerate(rows) if _is_prose(row)), None)
    if first is None:
        kept = [row for row in rows if row and not _TAIL.match(row)]
        return Page("\n".join(kept), kept[0][:120] if kept else None, None, _day_of(rows[:20]))
    marks = [n for n in range(first) if _HEAD.search(rows[n])]
    above = [row for row in rows[(marks[-1] + 1) if marks else 0 : first] if row]
    titles = [row for row in above if not _MENU.search(row)][-_LINES_OF_TITLE:]
    last = next((n for n in range(first + 1, len(rows)) if _TAIL.match(rows[n])), len(rows))
    body = [_INLINE_TAIL.sub("", row) for row in rows[first:last] if row]
    over = [row for row in rows[: marks[-1]] if len(row) > 7] if marks else []
    heads = [row for row in over if not _MENU.search(row) and not _HEAD.search(row)]
    title = heads[-1] if heads else (titles[0] if titles else None)
    top = rows[: first + 2]
    return Page(
        "\n".join([*titles, *body]),
        title,
        _outlet("\n".join(top)),
        _day_of(rows[:first]) or _day_of([re.split("[，。]", row)[0] for row in top[first:]]),
        sum(len(row) + 1 for row in titles),
    )


_MENU = re.compile(
    r"首页|首頁|[>›»|]|正文|分享|朋友圈|微信|浏览器|瀏覽器|点击|字号|打印|导航|登录|注册$|搜索|EN$|https?:"
)


def _is_prose(row: str) -> bool:
    return bool(_CHINESE.search(row)) and bool(_PROSE.search(row)) and not _MENU.search(row[:24])


def _outlet(text: str) -> str | None:
    found = _OUTLET.search(text)
    return found[1].strip("-—· ") or None if found else None


def _day_of(rows: list[str]) -> date | None:
    return next((day for row in rows if len(row) < 200 and (day := _day(row))), None)


def _day(text: str) -> date | None:
    for year, month, day in _DAY.findall(text):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def document(source: str | bytes | Path) -> tuple[str, str]:
    """The text of a path, a text or bytes, and its name for messages. Raises `BulletinError`."""
    if isinstance(source, bytes):
        return decoded(source), "the document"
    if isinstance(source, Path) or _looks_like_path(source):
        path = Path(source)
        try:
            return decoded(path.read_bytes(), str(path)), str(path)
        except OSError as problem:
            raise BulletinError(f"{path}: {problem.strerror or problem}") from problem
    if not source.strip():
        raise BulletinError("the text is empty; nothing can be read from it")
    return source, "the text"


def _looks_like_path(source: str) -> bool:
    """A short line that ends like a file's name, or is one."""
    if len(source) > 1024 or "\n" in source or "\0" in source:
        return False
    # Names longer than a file system takes are no files, and asking it is an error.
    return bool(_FILE.search(source)) or (
        len(source.encode(errors="replace")) < 250 and Path(source).is_file()
    )


_FILE = re.compile(r"\.(?:html?|txt|md|pdf|xhtml|shtml|docx?)$", re.IGNORECASE)
