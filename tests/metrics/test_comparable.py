"""Which figures cannot be compared across years: each reason, and nothing without one."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from research.metrics.comparable import incomparable
from research.record.record import Record


def reasons(record: Record) -> list[str]:
    return incomparable(record, geo="CN")["reason"].cast(pl.String).to_list()


def test_a_plain_total_has_no_reason(tiny: Callable[..., Record]) -> None:
    assert reasons(tiny(("cases_solved", "5起"))) == []


def test_each_reason_is_found(tiny: Callable[..., Record]) -> None:
    figures = {
        "part": {"scope": "operation/duanka"},
        "wider": {"scope": "all_fraud"},
        "doubtful": {"doubt": "digits from a machine translation"},
        "window_inferred": {"window_certain": False},
        "running_total": {"cumulative": True},
    }
    for reason, columns in figures.items():
        assert reasons(tiny(("cases_solved", "5起", columns))) == [reason]


def test_a_figure_that_was_corrected_is_found(tiny: Callable[..., Record]) -> None:
    sources = pl.DataFrame(
        {"source_id": ["a", "b"], "issued": ["2022-01-01", "2023-01-01"], "quality": "official"}
    )
    record = tiny(
        ("cases_solved", "5起", {"source_id": "a"}),
        ("cases_solved", "9起", {"source_id": "b"}),
        sources=sources,
    )
    found = incomparable(record, geo="CN")
    assert found["reason"].cast(pl.String).to_list() == ["restated"]
    assert [name.split(":")[0] for name in found.item(0, "observations")] == ["b"]


def test_counts_are_of_figures_and_never_more_than_all(record: Record) -> None:
    found = incomparable(record, lane="warning")
    assert (found["observations"].list.len() == found["figures"]).all()
    assert (found["figures"] <= found["of"]).all()
