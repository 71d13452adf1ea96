"""Each table of the project holds every row that it should, marked, in words, with its source."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from papermill.iorw import NoDatesSafeLoader
from polars.testing import assert_frame_equal

from research.charts.boards import claims, metric, metrics, scoreboard, series
from research.charts.tables import Table
from research.lang import remark
from research.record.record import Record, RecordError

Made = Callable[..., Record]
Cells = Callable[[Table], list[dict[str, Tag]]]

ROOT = Path(__file__).parents[2]
SEED = "legal-daily-2022-05-11"
LANGS = ("zh", "en")
MARK_WORDS = {
    "doubtful": {"zh": "存疑", "en": "doubtful"},
    "window_inferred": {"zh": "时段推定", "en": "window inferred"},
    "single_sourced": {"zh": "单一来源", "en": "single source"},
    "running_total": {"zh": "累计", "en": "running total"},
}
SCALES = {
    "万亿": 1e12,
    "亿": 1e8,
    "万": 1e4,
    " trillion": 1e12,
    " billion": 1e9,
    " million": 1e6,
    "": 1.0,
}
NUMBER = re.compile(rf"([−+]?)([\d,]+(?:\.\d+)?)({'|'.join(SCALES)})%?")
SLUG = re.compile(r"[a-z]+_[a-z]+")
ADDRESS = re.compile(r"https?://\S+|\(?\b[\w.-]+\.[a-z]{2,}\b\S*")


@pytest.fixture(scope="module")
def period() -> dict[str, Any]:
    """The parameters of the seed scoreboard, as its file states them."""
    path = ROOT / "params" / "scoreboard" / "seed-first-year.yaml"
    values = yaml.load(path.read_text(encoding="utf-8"), Loader=NoDatesSafeLoader)
    return {key: values[key] for key in ("start", "end", "as_of", "geo")}


@pytest.fixture(scope="module")
def tables(record: Record, period: dict[str, Any]) -> dict[tuple[str, str], Table]:
    """Every kind of table in both languages."""
    made: dict[tuple[str, str], Table] = {}
    for lang in LANGS:
        made["scoreboard", lang] = scoreboard(record, **period, source=SEED, lang=lang)
        made["claims", lang] = claims(record, **period, source=SEED, lang=lang)
        made["metrics", lang] = metrics(record, **period, lang=lang)
        made["series", lang] = series(record, "funds_stopped", lang=lang)
        made["metric", lang] = metric(
            record, "implied_prior_level", indicator="cases_solved", lang=lang
        )
    return made


KINDS = ("scoreboard", "claims", "metrics", "series", "metric")
every_table = pytest.mark.parametrize("kind", KINDS)
both = pytest.mark.parametrize("lang", LANGS)


def read(text: str) -> tuple[float, float]:
    """The interval that a cell says, in plain numbers."""
    found = [
        float(f"{'-' if sign == '−' else ''}{digits.replace(',', '')}") * SCALES[scale]
        for sign, digits, scale in NUMBER.findall(text)
    ]
    assert 1 <= len(found) <= 2, text
    return found[0], float("inf") if text.startswith(("至少", "at least")) else found[-1]


def says(text: str, low: float, high: float) -> bool:
    """Whether a cell holds the whole interval, and no more than its fourth digit makes it wider."""
    first, last = read(text)
    noise = 1e-9 * max(abs(first), abs(low))
    if high == float("inf"):
        return first <= low + noise and last == high and low - first <= 1e-3 * low
    room = 2e-3 * max(abs(low), abs(high))
    return first <= low + noise and last >= high - noise and last - first <= high - low + room


# The seed


@both
def test_the_seed_board_holds_every_figure_of_the_article(
    record: Record, tables: dict[tuple[str, str], Table], cells: Cells, lang: str
) -> None:
    """Each with its interval, its window and its source; the board's own order is kept."""
    table = tables["scoreboard", lang]
    article = record.select(source=SEED)
    assert article.height >= 28
    assert set(article["observation_id"]) <= set(table.data["observation_id"])
    shown = cells(table)
    assert len(shown) == table.data.height
    for row, figure in zip(shown, table.data.iter_rows(named=True), strict=True):
        if figure["source_id"] != SEED:
            continue
        assert figure["printed"] in row["figure"].text
        assert says(row["interval"].text, figure["low"], figure["high"])
        assert str(figure["start"])[:7] in row["window"].text
        assert "各地区各部门合力筑牢反诈“长城”" in row["source"].text
        assert "2022-05-11" in row["source"].text


@both
def test_the_seed_board_shows_each_change_with_the_year_before(
    tables: dict[tuple[str, str], Table], cells: Cells, lang: str
) -> None:
    table = tables["scoreboard", lang]
    changed = {"39.4万起": (28.45, 28.6), "63.4万名": (76.55, 76.7)}
    seen = set()
    for row, figure in zip(cells(table), table.data.iter_rows(named=True), strict=True):
        if figure["source_id"] == SEED and figure["printed"] in changed:
            low, high = changed[figure["printed"]]
            assert row["change"].get_text("|").startswith(f"+{figure['yoy_pct']}%|")
            assert says(row["change"].small.text, low, high)
            implied = figure["low"] / (1 + high / 100), figure["high"] / (1 + low / 100)
            assert says(row["implied"].text, *implied)
            seen.add(figure["printed"])
    assert seen == set(changed)


@both
def test_the_seed_board_holds_every_claim_of_the_article(
    record: Record, tables: dict[tuple[str, str], Table], cells: Cells, lang: str
) -> None:
    table = tables["claims", lang]
    article = record.claims.filter(source_id=SEED)
    assert article.height >= 8
    assert set(article["claim_id"]) <= set(table.data["claim_id"])
    shown = cells(table)
    assert len(shown) == table.data.height
    for row, claim in zip(shown, table.data.iter_rows(named=True), strict=True):
        assert row["kind"].text
        said = pl.select(remark(pl.lit(claim["note"], pl.String), lang)).item()
        assert (said or "") == row["said"].text
        assert row["window"].text
        assert row["source"].text


def test_the_ten_months_of_decline_are_told_as_months(
    tables: dict[tuple[str, str], Table], cells: Cells
) -> None:
    for lang, months in {"zh": "10 个月", "en": "10 months"}.items():
        rows = cells(tables["claims", lang])
        runs = [row for row in rows if row["kind"].small and row["kind"].small.text == months]
        assert "2021-06 – 2022-03" in {row["window"].text for row in runs}


# Every table


@every_table
@both
def test_every_row_of_the_data_is_shown(
    tables: dict[tuple[str, str], Table], cells: Cells, kind: str, lang: str
) -> None:
    table = tables[kind, lang]
    assert len(cells(table)) == table.data.height > 0


@pytest.mark.parametrize("kind", ["scoreboard", "series", "metric"])
@both
def test_every_doubtful_inferred_or_single_sourced_row_is_marked(
    tables: dict[tuple[str, str], Table], cells: Cells, kind: str, lang: str
) -> None:
    table = tables[kind, lang]
    column = "value" if kind == "metric" else "figure"
    seen = set()
    for row, marks in zip(cells(table), table.data["marks"], strict=True):
        labels = [mark.text for mark in row[column].select(".mark")]
        assert labels == [MARK_WORDS[mark][lang] for mark in marks]
        seen |= set(marks)
    assert {"doubtful", "window_inferred"} <= seen


@both
def test_every_metric_of_doubtful_figures_is_marked(
    tables: dict[tuple[str, str], Table], cells: Cells, lang: str
) -> None:
    """Rows stand by lane there, so that only the number of each mark can be compared."""
    table = tables["metrics", lang]
    labels = [m.text for row in cells(table) for m in row["value"].select(".mark")]
    counts = table.data.explode("marks").drop_nulls("marks")["marks"].value_counts()
    assert {w: labels.count(w) for w in set(labels)} == {
        MARK_WORDS[mark][lang]: count for mark, count in counts.iter_rows()
    }


@pytest.mark.parametrize("kind", ["scoreboard", "series", "metric"])
@both
def test_an_interval_is_shown_whole(
    tables: dict[tuple[str, str], Table], cells: Cells, kind: str, lang: str
) -> None:
    """Rounded outward: what is shown never says more than what is known."""
    table = tables[kind, lang]
    for row, (low, high) in zip(
        cells(table), table.data.select("low", "high").iter_rows(), strict=True
    ):
        shown = row["interval"].text
        assert says(shown, low, high) if low is not None else shown == ""


@pytest.mark.parametrize("kind", ["scoreboard", "series", "claims"])
@both
def test_a_row_is_linked_as_the_quality_of_its_source_allows(
    record: Record, tables: dict[tuple[str, str], Table], cells: Cells, kind: str, lang: str
) -> None:
    table = tables[kind, lang]
    urls = dict(record.sources.select("source_id", "url").iter_rows())
    for row, (source, quality) in zip(
        cells(table), table.data.select("source_id", "quality").iter_rows(), strict=True
    ):
        linked = [a["href"] for a in row["source"].find_all("a")]
        assert linked == ([urls[source]] if quality in ("official", "press") else [])
        assert (urls[source] or "") in row["source"].decode(formatter=None)


@pytest.mark.parametrize("kind", ["metric", "metrics"])
def test_a_computed_row_names_the_sources_of_all_its_figures(
    record: Record, tables: dict[tuple[str, str], Table], cells: Cells, kind: str
) -> None:
    table = tables[kind, "zh"]
    of = dict(record.observations.select("observation_id", "source_id").iter_rows())
    wanted = [len({of[o] for o in used}) for used in table.data["observations"]]
    shown = [len(row["source"].find_all("div")) for row in cells(table)]
    assert sorted(shown) == sorted(wanted)
    assert min(wanted) >= 1


@every_table
@both
def test_the_download_is_the_data(
    tables: dict[tuple[str, str], Table], kind: str, lang: str
) -> None:
    table = tables[kind, lang]
    page = BeautifulSoup(table._repr_html_(), "html.parser")
    data = base64.b64decode(str(page.select_one("p.download a")["href"]).partition(",")[2])
    assert data.startswith(b"\xef\xbb\xbf")
    plain = table.data.with_columns(pl.selectors.list().list.join("; "))
    assert_frame_equal(pl.read_csv(io.BytesIO(data), schema=plain.schema), plain)


@every_table
@both
def test_no_slug_is_shown(tables: dict[tuple[str, str], Table], kind: str, lang: str) -> None:
    """But for addresses, which are said as they are."""
    page = BeautifulSoup(tables[kind, lang]._repr_html_(), "html.parser")
    for style in page.find_all("style"):
        style.decompose()
    said = ADDRESS.sub("", page.get_text("\n"))
    assert SLUG.findall(said) == []
    assert not re.search(r"\b(nan|inf|None|null|True|False)\b|\d[eE][+-]?\d", said)


@every_table
def test_english_heads_hold_no_chinese(tables: dict[tuple[str, str], Table], kind: str) -> None:
    def heads(lang: str) -> list[str]:
        page = BeautifulSoup(tables[kind, lang]._repr_html_(), "html.parser")
        return [th.text.strip() for th in page.select("thead th, th.gt_group_heading")]

    zh, en = heads("zh"), heads("en")
    assert len(zh) == len(en) > 3
    assert not re.search(r"[\u4e00-\u9fff]", "".join(en))
    assert all(re.search(r"[\u4e00-\u9fff]", head) for head in zh)


def test_the_board_stands_in_the_order_of_the_lanes(
    tables: dict[tuple[str, str], Table],
) -> None:
    page = BeautifulSoup(tables["scoreboard", "en"]._repr_html_(), "html.parser")
    groups = [th.text.strip() for th in page.select("th.gt_group_heading")]
    order = ["Enforcement", "Source control", "Warning", "Interception", "Funds", "Cards"]
    order += ["Fixed line", "Accountability", "Publicity", "Judiciary", "Context"]
    assert groups == [lane for lane in order if lane in groups]
    assert len(groups) >= 9


def test_a_series_stands_in_the_order_of_its_windows(
    tables: dict[tuple[str, str], Table],
) -> None:
    windows = tables["series", "zh"].data.select("start", "end").rows()
    assert windows == sorted(windows)


EMPTY: dict[str, Callable[[Record, Any], Table]] = {
    "scoreboard": lambda r, lang: scoreboard(r, as_of="1999-12-31", lang=lang),
    "claims": lambda r, lang: claims(r, indicator="app_installs", geo="SG", lang=lang),
    "metrics": lambda r, lang: metrics(r, start="1999-01-01", end="1999-12-31", lang=lang),
    "series": lambda r, lang: series(r, "cases_solved", geo="SG", lang=lang),
    "metric": lambda r, lang: metric(r, "arrests_per_case", geo="SG", lang=lang),
}


@pytest.mark.parametrize("kind", EMPTY)
@both
def test_an_empty_table_says_so_and_offers_no_download(
    record: Record, kind: str, lang: str
) -> None:
    words = {"zh": "记录中没有这样的行。", "en": "The record has no such row."}[lang]
    assert EMPTY[kind](record, lang)._repr_html_() == f'<p class="note">{words}</p>'


def test_a_change_without_a_level_is_on_the_board_with_its_marks(made: Made, cells: Cells) -> None:
    record = made([{"yoy_printed": "同比下降5%", "yoy_pct": -5.0, "doubt": "unnamed origin"}])
    (row,) = cells(series(record, "cases_solved", lang="en"))
    said = list(row["figure"].stripped_strings)
    assert said == ["—", "doubtful", "single source", "unnamed origin"]
    assert row["interval"].text == ""
    assert row["change"].get_text("|") == "−5%|−6% to −4.5%"


def test_a_claim_cannot_write_html(record: Record, made: Made, cells: Cells) -> None:
    nasty = "<script>alert(1)</script> & more"
    claim = {"kind": "other", "indicator": "cases_solved", "note": nasty}
    days = {"start": ["2024-01-01"], "end": ["2024-12-31"]}
    mine = Record(claims=pl.DataFrame({**{k: [v] for k, v in claim.items()}, **days}))
    (row,) = cells(claims(mine))
    assert row["said"].text == nasty
    assert row["said"].find_all(True) == []


def test_shares_and_growth_are_in_percent(record: Record, cells: Cells) -> None:
    growth = metric(record, "year_on_year", indicator="cases_solved", lang="en")
    row = next(
        row
        for row, window in zip(cells(growth), growth.data["start"].dt.year(), strict=True)
        if window == 2024
    )
    assert re.fullmatch(r"−32\.7\d?%", next(row["value"].strings))
    assert says(row["interval"].text, -33.0, -32.41)


@pytest.mark.parametrize(
    "ask",
    [
        lambda r: series(r, "cases_sovled"),
        lambda r: claims(r, indicator="cases_sovled"),
        lambda r: metric(r, "arrest_per_case"),
        lambda r: scoreboard(r, as_of="2022-05-11", source="legal-daily"),
        scoreboard,
    ],
    ids=["series", "claims", "metric", "source", "no end"],
)
def test_a_question_that_cannot_be_answered_is_answered_in_words(
    record: Record, ask: Callable[[Record], Table]
) -> None:
    with pytest.raises(RecordError, match=r"did you mean|needs an end"):
        ask(record)


def test_the_same_question_gives_the_same_table(record: Record) -> None:
    asked = {"indicator": "cases_solved", "lang": "en"}
    pages = {metric(record, "year_on_year", **asked)._repr_html_() for _ in range(25)}
    assert len(pages) == 1


def test_unlike_indicators_never_share_a_column(record: Record) -> None:
    with pytest.raises(RecordError, match="indicator"):
        metric(record, "per_day")


@both
def test_a_claimed_share_says_more_than(record: Record, cells: Cells, lang: str) -> None:
    table = claims(record, indicator="cases_filed", start="2020-01-01", lang=lang)
    shown = {row["said"].text: row["kind"].text for row in cells(table)}
    note = (
        "Five types (loans, brushing, fake customer service, fake shopping, fake police/prosecutor)"
    )
    whole = next(n for n in record.claims["note"].drop_nulls() if n.startswith(note))
    said = shown[pl.select(remark(pl.lit(whole), lang)).item()]
    assert said.endswith({"zh": "70%以上", "en": "more than 70%"}[lang])
