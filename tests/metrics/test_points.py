"""Figures that are no sum of months: which of them can be held against which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from research.metrics.points import beside, is_series, of_points
from research.record.record import Record
from tests.metrics.test_statements import INF

Tiny = Callable[..., Record]
HALF = {"start": "2021-01-01", "end": "2021-06-30"}


def test_a_flow_is_a_series_but_in_scopes_of_single_actions(record: Record) -> None:
    assert is_series(record, "cases_solved", "total")
    assert is_series(record, "suspects_repatriated", "northern_myanmar")
    assert not is_series(record, "suspects_repatriated", "single_action/MM")
    assert not is_series(record, "cases_listed_supervised", "single_batch")
    assert not is_series(record, "app_installs", "total")


def test_a_stock_is_that_of_the_last_day(tiny: Tiny) -> None:
    (said,) = of_points(tiny(("app_installs", "超过6500万")), "app_installs", "CN", "total")
    assert (said.kind, said.start, said.end) == ("stock", said.end, said.end)
    assert said.stated == (65_000_000, INF)


@pytest.mark.parametrize(
    ("indicator", "more", "kind"),
    [
        ("warning_accuracy_rate", {}, "ratio"),
        ("warning_accuracy_rate", {"window_certain": False}, "undated"),
        ("app_installs", {"window_certain": False}, "undated"),
        ("app_installs", {"scope": "single_action"}, "action"),
        ("suspects_repatriated", {"scope": "single_action"}, "action"),
    ],
)
def test_each_is_of_its_kind(tiny: Tiny, indicator: str, more: dict[str, Any], kind: str) -> None:
    known = tiny((indicator, "79", more))
    (said,) = of_points(known, indicator, "CN", more.get("scope", "total"))
    assert said.kind == kind


def test_a_stock_stands_beside_those_of_its_day_whenever_they_began(tiny: Tiny) -> None:
    rows = [("app_installs", n, more) for n, more in (("71", {}), ("72", {}), ("73", HALF))]
    rows.append(("app_installs", "74", {"start": "2021-03-01"}))
    known = of_points(tiny(*rows), "app_installs", "CN", "total")
    first = next(s for s in known if s.said == "71")
    assert sorted(s.said for s in beside(first, known)) == ["72", "74"]


def test_a_ratio_stands_beside_those_of_its_window_alone(tiny: Tiny) -> None:
    name = "warning_accuracy_rate"
    rows = [(name, n, more) for n, more in (("71%", {}), ("72%", {}), ("73%", HALF))]
    rows.append((name, "74%", {"start": "2021-03-01"}))
    known = of_points(tiny(*rows), name, "CN", "total")
    first = next(s for s in known if s.said == "71%")
    assert [s.said for s in beside(first, known)] == ["72%"]
