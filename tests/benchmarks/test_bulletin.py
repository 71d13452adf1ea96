"""Reading a bulletin beside two peers that extract numbers from the same text: what they find, and
how long they take. Bulletins are made here, so that every value is known.

The peers find amounts and say nothing of what is counted, where or when; reading all of that may
take longer, but must grow with the length of the text and no faster.
"""

from __future__ import annotations

import random
import re
import warnings
from collections.abc import Callable
from time import process_time

import polars as pl
import pytest

from research.loaders.bulletin import read_bulletin
from research.record.printed import reading

DIGITS = "零一二三四五六七八九"


def forms(rng: random.Random) -> tuple[str, float]:
    """An amount as officials print one, and its value."""
    n = rng.randint(12, 98)
    tens, ones = divmod(n, 10)
    return rng.choice(
        [
            (f"{n}.{ones}亿元", (n + ones / 10) * 1e8),
            (f"{n}{ones}0余万元", (n * 100 + ones * 10) * 1e4),
            (f"近{n}亿元", n * 1e8),
            (
                f"{DIGITS[tens]}千{DIGITS[max(ones, 1)]}百余万元",
                (tens * 1000 + max(ones, 1) * 100) * 1e4,
            ),
            (f"{tens}万{max(ones, 1)}千元", tens * 1e4 + max(ones, 1) * 1e3),
            (f"{n},{n}{ones}元", n * 1000 + n * 10 + ones),
            (f"超{n}.5亿元", (n + 0.5) * 1e8),
        ]
    )


def bulletin(paragraphs: int) -> tuple[str, list[float]]:
    """A text of the genre with one amount a paragraph, and the amounts."""
    rng = random.Random(2022)
    lines, values = [], []
    for n in range(paragraphs):
        printed, value = forms(rng)
        values.append(value)
        lines.append(
            "公安部聚焦人民群众深恶痛绝的电信网络诈骗犯罪出重拳、下狠手，始终保持严打高压态势。"
            f"{2010 + n % 12}年，全国公安机关紧急止付涉案资金{printed}，有力维护了群众财产安全。"
        )
    return "\n".join(lines), values


def right(found: list[float], values: list[float]) -> float:
    """Share of the known amounts that were found, in order."""
    hits = upcoming = 0
    for value in values:
        for n in range(upcoming, min(upcoming + 12, len(found))):
            if abs(found[n] - value) <= 1e-9 * value:
                hits, upcoming = hits + 1, n + 1
                break
    return hits / len(values)


def timed(work: Callable[[], list[float]]) -> tuple[list[float], float]:
    began = process_time()
    found = work()
    return found, process_time() - began


def ours(text: str) -> list[float]:
    found = read_bulletin(text, issued="2022-05-11")
    spans = pl.concat([found.observations, found.unread], how="diagonal").sort("span_start")
    return spans.select(reading(pl.col("printed")).struct.field("value")).to_series().to_list()


def jionlp(text: str) -> list[float]:
    import jionlp

    amounts = jionlp.ner.extract_money(text, with_parsing=True)
    numbers = [a["detail"]["num"] for a in amounts]
    return [float(n[0] if isinstance(n, list) else n) for n in numbers]


def cn2an(text: str) -> list[float]:
    import cn2an

    scale = {"": 1, "千": 1e3, "万": 1e4, "亿": 1e8}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = cn2an.transform(text, "cn2an")
    found = re.findall(r"([0-9]+(?:\.[0-9]+)?)余?([万亿千]?)元", plain)
    return [float(number) * scale[unit] for number, unit in found]


def test_amounts_beside_peers_that_extract_numbers() -> None:
    pytest.importorskip("jionlp", reason="make bench installs the peers")
    text, values = bulletin(1500)
    megabytes = len(text.encode()) / 1e6
    shares = {}
    ours("2022年，全国破获电信网络诈骗案件3万起。")  # imports
    for name, reader in (("fanzha", ours), ("jionlp", jionlp), ("cn2an", cn2an)):
        found, seconds = timed(lambda reader=reader: reader(text))  # type: ignore[misc]
        shares[name] = right(found, values)
        print(f"{name:8} {shares[name]:6.1%} of amounts right, {seconds / megabytes:6.2f} s a MB")
    assert shares["fanzha"] == 1
    assert shares["fanzha"] >= max(shares["jionlp"], shares["cn2an"])


def test_time_grows_with_the_length_of_the_text() -> None:
    texts = {n: bulletin(n)[0] for n in (2000, 4000)}
    ours(texts[2000][:2000])
    took = {n: min(timed(lambda t=t: ours(t))[1] for _ in range(3)) for n, t in texts.items()}  # type: ignore[misc]
    for n, seconds in took.items():
        print(f"{len(texts[n].encode()) / 1e6:.2f} MB: {seconds:.2f} s")
    assert took[4000] < 3 * took[2000]
    assert took[4000] < 5 * len(texts[4000].encode()) / 1e6


@pytest.mark.parametrize(
    "word", ["9", "一", "今年", "去年6月至", "抓获", "，", "“", "年", "1,000", "江西省"]
)
def test_no_repeated_word_makes_it_slow(word: str) -> None:
    text = "2022年，全国破获电信网络诈骗案件3万起。" + word * (200_000 // len(word))
    assert timed(lambda: ours(text))[1] < 4
