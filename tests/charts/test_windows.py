"""Every announced figure is on the chart, at its place, with its marks, and nothing else is."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import altair as alt
import polars as pl
import pytest
import vl_convert

from research.charts.windows import changes, metric, series_name, windows
from research.metrics.compute import compute
from research.record.record import Record, RecordError

Made = Callable[..., Record]
Rows = list[dict[str, Any]]

# Flow and stock, counts and money, few and many, all marks, another economy, a part of the whole.
SERIES: dict[str, dict[str, Any]] = {
    "cases_solved": {},
    "suspects_arrested": {"as_of": "2022-05-11"},
    "funds_stopped": {"start": "2021-06-01", "end": "2022-05-31"},
    "suspects_repatriated": {"scope": "northern_myanmar"},
    "losses_reported": {"geo": "SG", "scope": "series/sg-spf-scams"},
    "provinces_covered": {"scope": "single_action"},
    "survey_online_fraud_share": {},
}
every_series = pytest.mark.parametrize(("indicator", "where"), SERIES.items(), ids=list(SERIES))
both = pytest.mark.parametrize("lang", ["zh", "en"])
SLUG = re.compile(r"[A-Za-z]+_[A-Za-z]+")
STATUS = {
    "doubtful": {"zh": "数字存疑", "en": "figure in doubt"},
    "window_inferred": {"zh": "时段推定", "en": "window inferred"},
    "": {"zh": "时段明确", "en": "window stated"},
}
SOURCING = {
    True: {"zh": "单一来源", "en": "single source"},
    False: {"zh": "多个来源", "en": "several sources"},
}
LINKED = {"official", "press"}
ONE_SOURCE = [{"source_id": "s", "quality": "official", "url": "https://example.org/s"}]


def drawn(chart: alt.LayerChart) -> Rows:
    """The rows behind the bars."""
    spec = chart.to_dict()
    layer = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "bar")
    rows: Rows = layer.get("data", spec.get("data"))["values"]
    return rows


def layers(chart: alt.LayerChart, mark: str) -> Rows:
    return [layer for layer in chart.to_dict()["layer"] if layer["mark"]["type"] == mark]


def svg(chart: alt.LayerChart) -> ET.Element:
    return ET.fromstring(vl_convert.vegalite_to_svg(chart.to_dict(), allowed_base_urls=[]))


def words(chart: alt.LayerChart) -> list[str]:
    """All text that the drawing shows."""
    found = [
        "".join(element.itertext()) for element in svg(chart).iter() if _tag(element) == "text"
    ]
    return [text for text in found if text]


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def marks_drawn(root: ET.Element, role: str) -> int:
    return sum(element.get("aria-roledescription") == role for element in root.iter())


def links(root: ET.Element) -> set[str]:
    hrefs = (element.get("{http://www.w3.org/1999/xlink}href") for element in root.iter())
    return {href for href in hrefs if href is not None}


def milliseconds(day: dt.date) -> int:
    return round(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp() * 1000)


def announced(
    record: Record, indicator: str, where: dict[str, Any], ends: tuple[str, str, str]
) -> list[Rows]:
    """Figures of a series, those of one window and interval together, first announced first."""
    place = {"geo": "CN", "scope": "total", **where}
    rows = record.select(indicator, overlap=True, **place).sort(
        "issued", "observation_id", nulls_last=True
    )
    urls = dict(record.sources.select("source_id", "url").iter_rows())
    groups = defaultdict(list)
    for row in rows.filter(pl.col(ends[1]).is_not_null()).iter_rows(named=True):
        row["href"] = urls[row["source_id"]] if row["quality"] in LINKED else None
        groups[tuple(row[c] for c in ("start", "end", *ends))].append(row)
    return list(groups.values())


def bar(group: Rows, low: str, high: str, days: int, lang: str) -> tuple[Any, ...]:
    """What is to be drawn of one group: its edges, its ends, what marks it and where it leads."""
    first = group[0]
    marks = set.intersection(*(set(row["marks"]) for row in group))
    gravest = next((m for m in ("doubtful", "window_inferred") if m in marks), "")
    unlimited = first[high] == float("inf")
    return (
        milliseconds(first["start"]),
        milliseconds(first["end"] + dt.timedelta(days=1)),
        f"{first[low] / days:.9g}",
        f"{first[low if unlimited else high] / days:.9g}",
        unlimited,
        len(group),
        STATUS[gravest][lang],
        SOURCING["single_sourced" in marks][lang],
        next((row["href"] for row in group if row["href"]), None),
    )


def as_drawn(row: dict[str, Any]) -> tuple[Any, ...]:
    """The same of a row behind the chart."""
    ends = (f"{row['y']:.9g}", f"{row['y2']:.9g}")
    said = (row["unlimited"], row["announced"], row["status"], row["sourcing"], row["href"])
    return (row["start"], row["stop"], *ends, *said)


def length(group: Rows) -> int:
    return int((group[0]["end"] - group[0]["start"]).days) + 1


def in_order(bars: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(bars, key=repr)


@both
@every_series
def test_every_announced_figure_is_a_bar_over_its_days_at_its_height(
    record: Record, indicator: str, where: dict[str, Any], lang: str
) -> None:
    """A flow per day, all else at its value; equal figures of one window are one bar."""
    groups = announced(record, indicator, where, ("low", "value", "high"))
    flow = record.indicators.filter(indicator=indicator).item(0, "kind") == "flow"
    expected = [bar(g, "low", "high", length(g) if flow else 1, lang) for g in groups]
    chart = windows(record, indicator, **where, lang=lang)
    assert in_order([as_drawn(row) for row in drawn(chart)]) == in_order(expected)


@every_series
def test_merged_counts_add_up_to_the_figures(
    record: Record, indicator: str, where: dict[str, Any]
) -> None:
    place = {"geo": "CN", "scope": "total", **where}
    figures = record.select(indicator, overlap=True, **place)["value"].count()
    assert sum(row["announced"] for row in drawn(windows(record, indicator, **where))) == figures


@both
@pytest.mark.parametrize("indicator", ["cases_solved", "cases_filed", "suspects_arrested"])
def test_every_printed_change_is_a_bar_over_its_days(
    record: Record, indicator: str, lang: str
) -> None:
    groups = announced(record, indicator, {}, ("yoy_low", "yoy_pct", "yoy_high"))
    expected = [bar(g, "yoy_low", "yoy_high", 1, lang) for g in groups]
    rows = drawn(changes(record, indicator, lang=lang))
    assert in_order([as_drawn(row) for row in rows]) == in_order(expected)


@pytest.mark.parametrize("name", ["arrests_per_case", "implied_prior_level", "per_day"])
def test_every_window_of_a_metric_is_a_bar_as_thick_as_its_interval(
    record: Record, name: str
) -> None:
    of = {} if name == "arrests_per_case" else {"indicator": "cases_solved"}
    found = compute(name, record, geo="CN", scope="total", **of).filter(
        pl.col("reason").is_null(), pl.col("high").is_finite()
    )
    expected = [
        (milliseconds(start), milliseconds(end + dt.timedelta(days=1)), low, high)
        for start, end, low, high in found.select("start", "end", "low", "high").iter_rows()
    ]
    rows = drawn(metric(record, name, **of))
    limited = [(r["start"], r["stop"], r["y"], r["y2"]) for r in rows if not r["unlimited"]]
    assert sorted(limited) == sorted(expected)


def test_a_day_is_as_wide_as_a_day(made: Made) -> None:
    record = made([{"start": "2024-02-29", "end": "2024-02-29", "printed": "150起"}])
    (row,) = drawn(windows(record, "cases_solved"))
    assert row["stop"] - row["start"] == 86_400_000
    assert (row["y"], row["y2"]) == (150, 150)
    assert marks_drawn(svg(windows(record, "cases_solved")), "bar") == 1


def test_a_repeated_figure_is_one_bar_with_a_count(made: Made) -> None:
    rows = [{"source_id": s, "printed": "39.4万起"} for s in "abc"]
    rows += [{"source_id": "d", "printed": "39.5万起"}]
    chart = windows(made(rows), "cases_solved")
    assert {row["label"]: row["announced"] for row in drawn(chart)} == {
        "39.4万 ×3": 3,
        "39.5万": 1,
    }


def test_a_label_says_how_the_figure_is_limited(made: Made) -> None:
    expected = {
        "39.4万起": ("39.4万", "394,000"),
        "37万余起": ("37万+", "370,000+"),
        "超30万起": ("≥ 30万", "≥ 300,000"),
        "近20万起": ("20万−", "200,000−"),
        "约20万起": ("≈ 20万", "≈ 200,000"),
        "不超过20万起": ("≤ 20万", "≤ 200,000"),
    }
    record = made([{"source_id": printed, "printed": printed} for printed in expected])
    charts = [drawn(windows(record, "cases_solved", lang=lang)) for lang in ("zh", "en")]
    zh, en = ({row["printed"]: row["label"] for row in rows} for rows in charts)
    assert {printed: (zh[printed], en[printed]) for printed in expected} == expected


def test_a_figure_without_an_upper_end_has_an_arrow(made: Made) -> None:
    record = made([{"printed": "超30万起"}, {"printed": "29万起", "source_id": "b"}])
    chart = windows(record, "cases_solved")
    (arrows,) = layers(chart, "point")
    assert arrows["transform"] == [{"filter": "datum.unlimited"}]
    assert marks_drawn(svg(chart), "point") == 1
    thickness = {row["printed"]: row["y2"] - row["y"] for row in drawn(chart)}
    assert thickness["超30万起"] == 0
    assert thickness["29万起"] > 0


def test_limited_figures_have_no_arrow(made: Made) -> None:
    assert layers(windows(made([{"printed": "30万起"}]), "cases_solved"), "point") == []


def test_a_figure_without_a_lower_end_begins_at_nothing(made: Made) -> None:
    (row,) = drawn(windows(made([{"printed": "不超过36.6万起"}]), "cases_solved"))
    assert (row["y"], row["y2"]) == (0, 1000)


def test_a_stock_is_drawn_at_its_value(made: Made) -> None:
    record = made([{"indicator": "app_installs", "printed": "5亿"}])
    chart = windows(record, "app_installs", lang="en")
    (row,) = drawn(chart)
    assert (row["y"], row["y2"]) == (450_000_000, 600_000_000)
    (axis,) = {layer["encoding"]["y"]["title"] for layer in layers(chart, "bar")}
    assert "per day" not in axis


def test_the_gravest_mark_gives_the_colour_and_a_single_source_the_dashes(made: Made) -> None:
    rows = [
        {"printed": "1万起"},
        {"printed": "2万起", "window_certain": False},
        {"printed": "3万起", "window_certain": False, "doubt": "stale"},
        {"printed": "4万起", "corroborated_by": "https://example.org/b"},
    ]
    shown = {
        row["printed"]: (row["status"], row["sourcing"], row["marks"])
        for row in drawn(windows(made(rows), "cases_solved", lang="en"))
    }
    assert shown == {
        "1万起": ("window stated", "single source", "single source"),
        "2万起": ("window inferred", "single source", "window inferred; single source"),
        "3万起": ("figure in doubt", "single source", "doubtful; window inferred; single source"),
        "4万起": ("window stated", "several sources", ""),
    }


def test_a_mark_stays_only_where_every_announcement_carries_it(made: Made) -> None:
    rows = [
        {"source_id": "a", "printed": "1万起", "doubt": "stale", "window_certain": False},
        {"source_id": "b", "printed": "1万起", "window_certain": False},
    ]
    (row,) = drawn(windows(made(rows), "cases_solved", lang="en"))
    assert row["marks"] == "window inferred"


def test_only_official_pages_and_the_press_are_linked(made: Made) -> None:
    qualities = ("official", "press", "repost", "secondary")
    sources = [{"source_id": q, "quality": q, "url": f"https://{q}.example/"} for q in qualities]
    rows = [{"source_id": q, "printed": f"{n}万起"} for n, q in enumerate(qualities, 1)]
    shown = {
        row["printed"]: row["href"] for row in drawn(windows(made(rows, sources), "cases_solved"))
    }
    linked = ["https://official.example/", "https://press.example/"]
    assert shown == dict(
        zip(("1万起", "2万起", "3万起", "4万起"), [*linked, None, None], strict=True)
    )


def test_where_no_page_may_be_linked_there_is_no_link(made: Made) -> None:
    copy = {"source_id": "s", "quality": "repost", "url": "https://copy.example/"}
    chart = windows(made([{"source_id": "s", "printed": "1万起"}], [copy]), "cases_solved")
    assert links(svg(chart)) == set()


def test_beside_a_linked_bar_another_stays_without_a_link(made: Made) -> None:
    rows = [{"source_id": "s", "printed": "1万起"}, {"source_id": "t", "printed": "2万起"}]
    sources = [*ONE_SOURCE, {"source_id": "t", "quality": "repost", "url": "https://copy.example/"}]
    assert links(svg(windows(made(rows, sources), "cases_solved"))) == {"https://example.org/s"}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "见附件"])
def test_an_address_that_is_none_is_no_link(made: Made, url: str) -> None:
    sources = [{**ONE_SOURCE[0], "url": url}]
    chart = windows(made([{"source_id": "s", "printed": "1万起"}], sources), "cases_solved")
    assert links(svg(chart)) == set()


def test_a_merged_bar_leads_to_the_first_page_that_may_be_linked(made: Made) -> None:
    sources = [
        {
            "source_id": "r",
            "quality": "repost",
            "url": "https://r.example/",
            "issued": "2025-01-01",
        },
        {"source_id": "p", "quality": "press", "url": "https://p.example/", "issued": "2025-01-02"},
        {"source_id": "o", "quality": "official", "url": "https://o.example/", "issued": None},
    ]
    rows = [{"source_id": s, "printed": "1万起"} for s in "rpo"]
    (row,) = drawn(windows(made(rows, sources), "cases_solved"))
    assert row["href"] == "https://p.example/"


def test_hovering_says_where_and_when(made: Made) -> None:
    sources = [
        {"source_id": "a", "title": "公安部通报", "issued": "2025-01-06", "quality": "press"},
        {"source_id": "b", "title": None, "issuer": "最高检", "issued": None, "quality": "repost"},
    ]
    rows = [{"source_id": s, "printed": "1万起"} for s in "ba"]
    (row,) = drawn(windows(made(rows, sources), "cases_solved"))
    assert row["sources"] == "公安部通报 · 2025-01-06; 最高检 · ?"
    assert row["interval"] == "5000 至 2万 起"
    assert row["window"] == "2024"


TOOLTIP = ("printed", "interval", "window", "rate", "announced", "sources", "marks")


def unsaid(chart: alt.LayerChart) -> set[str]:
    """Fields that hovering shows as the word null."""
    shown = {tip["field"] for tip in layers(chart, "bar")[0]["encoding"]["tooltip"]}
    return {field for row in drawn(chart) for field in shown if row[field] is None}


@every_series
def test_hovering_says_something_under_each_title(
    record: Record, indicator: str, where: dict[str, Any]
) -> None:
    assert unsaid(windows(record, indicator, **where)) == set()


@pytest.mark.parametrize("name", ["changes", "metric"])
def test_hovering_over_a_change_or_a_metric_never_says_null(record: Record, name: str) -> None:
    of_metric = metric(record, "arrests_per_case")
    assert unsaid(of_metric if name == "metric" else changes(record, "cases_filed")) == set()


def texts(part: Any, key: str = "") -> list[str]:
    """Titles, legends and all that a reader can see or hover over, from a specification."""
    if isinstance(part, dict):
        return [text for k, v in part.items() for text in texts(v, k)]
    if isinstance(part, list):
        return [text for v in part for text in texts(v, key)]
    seen = {"title", "text", "subtitle", "description", "domain", "label", "status", "sourcing"}
    return [part] if isinstance(part, str) and key in seen | set(TOOLTIP) else []


@both
@every_series
def test_no_slug_is_shown(record: Record, indicator: str, where: dict[str, Any], lang: str) -> None:
    charts = [windows(record, indicator, **where, lang=lang)]
    if indicator in ("cases_solved", "losses_reported"):
        charts += [changes(record, indicator, **where, lang=lang)]
        charts += [metric(record, "per_day", indicator=indicator, **where, lang=lang)]
    shown = [text for chart in charts for text in texts(chart.to_dict())]
    assert shown
    assert [text for text in shown if SLUG.search(text)] == []


@both
def test_the_drawing_has_live_text_in_the_language_asked_for(record: Record, lang: str) -> None:
    chart = windows(record, "cases_solved", lang=lang)
    shown = words(chart)
    name = {"zh": "破获案件数，中国", "en": "Cases solved, China"}[lang]
    per_day = {"zh": "日均（起）", "en": "cases per day"}[lang]
    assert {name, per_day, STATUS["doubtful"][lang], SOURCING[True][lang], "2022"} <= set(shown)
    assert [text for text in shown if SLUG.search(text)] == []
    if lang == "en":
        assert not re.search(r"[\u4e00-\u9fff]", "".join(shown))


@every_series
def test_every_bar_and_label_is_in_the_drawing(
    record: Record, indicator: str, where: dict[str, Any]
) -> None:
    chart = windows(record, indicator, **where)
    root, rows = svg(chart), drawn(chart)
    assert marks_drawn(root, "bar") == len(rows)
    assert marks_drawn(root, "point") == sum(row["unlimited"] for row in rows)
    shown = {"".join(element.itertext()) for element in root.iter() if _tag(element) == "text"}
    assert {row["label"] for row in rows if row["label_x"] is not None} <= shown
    assert "CJK" in next(e.get("font-family", "") for e in root.iter() if _tag(e) == "text")


@pytest.mark.parametrize("draw", [changes, windows], ids=lambda draw: draw.__name__)
def test_every_bar_lies_within_the_axis(record: Record, draw: Any) -> None:
    chart = draw(record, "cases_filed")
    low, high = layers(chart, "bar")[0]["encoding"]["y"]["scale"]["domain"]
    rows = drawn(chart)
    assert all(low <= row["y"] <= row["y2"] <= high for row in rows)
    assert low <= 0 <= high


def test_labels_lie_within_the_days_of_the_chart(record: Record) -> None:
    rows = drawn(windows(record, "cases_solved"))
    first, last = min(row["start"] for row in rows), max(row["stop"] for row in rows)
    placed = [row["label_x"] for row in rows if row["label_x"] is not None]
    assert placed
    assert all(first <= x <= last for x in placed)


def test_changes_are_marked_off_at_zero(record: Record) -> None:
    (zero,) = layers(changes(record, "cases_filed"), "rule")
    assert zero["encoding"]["y"] == {"datum": 0}
    assert layers(windows(record, "cases_filed"), "rule") == []


def test_the_same_question_gives_the_same_chart(record: Record) -> None:
    asked = {"indicator": "funds_stopped", "lang": "en"}
    assert windows(record, **asked).to_dict() == windows(record, **asked).to_dict()


NOTHING: dict[str, Callable[[Record], alt.LayerChart]] = {
    "no such series": lambda r: windows(r, "cases_solved", geo="SG"),
    "no such window": lambda r: windows(r, "cases_solved", end="1999-12-31"),
    "before all": lambda r: windows(r, "cases_solved", as_of="1999-12-31"),
    "no change": lambda r: changes(r, "app_installs"),
    "no metric": lambda r: metric(r, "arrests_per_case", geo="SG"),
}


@pytest.mark.parametrize("case", NOTHING)
def test_where_there_is_nothing_to_draw_it_says_so(record: Record, case: str) -> None:
    with pytest.raises(RecordError, match=r"^nothing to draw: "):
        NOTHING[case](record)


def test_a_series_of_changes_alone_has_no_levels_to_draw(made: Made) -> None:
    record = made([{"yoy_printed": "同比下降5%", "yoy_pct": -5.0}])
    assert len(drawn(changes(record, "cases_solved"))) == 1
    with pytest.raises(RecordError, match="nothing to draw"):
        windows(record, "cases_solved")


UNKNOWN: dict[str, Callable[[Record], object]] = {
    "indicator": lambda r: windows(r, "cases_sovled"),
    "geo": lambda r: windows(r, "cases_solved", geo="Mars"),
    "scope": lambda r: changes(r, "cases_solved", scope="totl"),
    "indicator of a metric": lambda r: metric(r, "per_day", indicator="cases_sovled"),
    "name of a series": lambda r: series_name(r, "cases_sovled", "CN", "total", "en"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_an_unknown_name_is_answered_in_words(record: Record, case: str) -> None:
    with pytest.raises(RecordError, match="unknown"):
        UNKNOWN[case](record)


def test_an_unknown_place_of_a_metric_is_answered_in_words(record: Record) -> None:
    with pytest.raises(RecordError, match="unknown geo"):
        metric(record, "arrests_per_case", geo="Mars")


def test_an_unknown_metric_is_answered_in_words(record: Record) -> None:
    with pytest.raises(RecordError, match="did you mean arrests_per_case"):
        metric(record, "arrest_per_case")


def test_unlike_indicators_never_share_an_axis(record: Record) -> None:
    with pytest.raises(RecordError, match="indicator"):
        metric(record, "per_day")
