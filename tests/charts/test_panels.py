"""Small multiples: one panel a series, each its own scale, in the words of the language."""

from __future__ import annotations

import pytest

from research.charts.panels import economies, lane
from research.metrics.economies import by_economy
from research.record.record import Record, RecordError


def test_a_lane_has_a_panel_for_each_indicator_of_two_windows(record: Record) -> None:
    chart = lane(record, "warning", lang="en").to_dict()
    panels = {row["panel"] for row in chart["data"]["values"]}
    assert panels == set(chart["facet"]["sort"])
    assert "Dissuasion visits · person-times per day" in panels
    assert chart["resolve"]["scale"]["y"] == "independent"


def test_what_nothing_limits_is_marked_and_drawn_at_its_low_end(record: Record) -> None:
    rows = lane(record, "warning").to_dict()["data"]["values"]
    (first, *_) = [row for row in rows if row["unlimited"]]
    assert first["y"] == first["y2"] > 0


def test_an_unknown_lane_is_refused(record: Record) -> None:
    with pytest.raises(RecordError, match="unknown lane 'wraning'; did you mean 'warning'"):
        lane(record, "wraning")


def test_economies_that_have_no_base_year_have_no_panel(record: Record) -> None:
    rows = by_economy(record, "cases_filed", ["CN", "TW"], base=2019)
    index = economies(rows, record, "index", base=2019, lang="zh").to_dict()
    assert index["facet"]["sort"] == ["中国"]
    rates = economies(rows, record, "rate", lang="zh").to_dict()["facet"]["sort"]
    assert [panel.split(" · ")[0] for panel in rates] == ["中国", "台湾", "台湾"]


def test_no_index_at_all_is_an_error(record: Record) -> None:
    with pytest.raises(RecordError, match="no index"):
        economies(by_economy(record, "cases_filed", ["TW"], base=2019), record, "index", base=2019)
