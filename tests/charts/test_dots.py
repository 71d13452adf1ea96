"""Ranked places: whole years above, other windows below and never among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from research.charts.dots import ranked
from research.metrics.places import by_place
from research.record.record import Record

Values = Callable[[Any], list[dict[str, Any]]]


def test_other_windows_are_a_chart_of_their_own(record: Record, values: Values) -> None:
    rows = by_place(record, "cases_filed", "change", years=(2022, 2022))
    whole, part = ranked(rows, record, title="t", change=True, lang="en").to_dict()["vconcat"]
    places = [[row["place"] for row in values(chart)] for chart in (whole, part)]
    assert "Hefei" in places[0]
    assert "Beijing · 2022-01 – 2022-08" in places[1]
    assert not [place for place in places[0] if "2022" in place]
    assert len(places[0]) + len(places[1]) == rows.height


def test_the_order_is_that_of_the_intervals(record: Record, values: Values) -> None:
    rows = by_place(record, "cases_solved", years=(2021, 2021))
    whole = ranked(rows, record, title="t", low="rate_low", high="rate_high").to_dict()["vconcat"][
        0
    ]
    ends = [row["high"] for row in values(whole)]
    assert ends == sorted(ends, reverse=True)
    assert whole["layer"][1]["encoding"]["y"]["sort"][0] == "甘肃"
