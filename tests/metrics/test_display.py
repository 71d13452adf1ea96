"""A metric and the catalogue show themselves: formula, caveats, and which windows they reach."""

from __future__ import annotations

import re
import subprocess
import sys

import polars as pl
import pytest

import research as rs
from research.metrics.catalogue import CATALOGUE, Metric
from research.metrics.display import in_words, windows
from research.record.record import Record
from research.record.schema import LANES

LANES_OF_METRICS = ["any", *(lane for lane in LANES if lane != "context")]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_the_catalogue_lists_every_metric_under_its_lane_with_formula_and_windows() -> None:
    shown = repr(rs.metrics)
    blocks = shown.split("\n\n")[1:]
    assert [block.split()[0] for block in blocks] == LANES_OF_METRICS
    for block, lane in zip(blocks, LANES_OF_METRICS, strict=True):
        names = {made.name: made for made in CATALOGUE.values() if made.lane == lane}
        rows = {line.split()[0]: line for line in block.splitlines()[1:]}
        assert rows.keys() == names.keys()
        for name, row in rows.items():
            assert f"{names[name].zh} · {names[name].en} [{names[name].unit}]" in row
            assert f"= {names[name].text}  ({windows(names[name]).height} windows)" in row
    html = rs.metrics._repr_html_()
    assert all(f"<code>{name}</code>" in html for name in CATALOGUE)


@pytest.mark.parametrize("name", ["arrests_per_case", "recovered_to_lost", "per_head"])
def test_a_metric_shows_its_formula_caveats_and_windows(name: str) -> None:
    made = rs.metrics[name]
    for shown in (repr(made), made._repr_html_()):
        for part in (made.zh, made.en, made.text, made.caveat("en"), made.caveat("zh")):
            assert part in shown
        assert f'rs.compute("{name}", record' in shown.replace("&quot;", '"')


def test_the_windows_shown_are_those_that_can_be_computed(record: Record) -> None:
    shown = repr(rs.metrics["arrests_per_campaign"])
    found = rs.compute("arrests_per_campaign", record).filter(pl.col("reason").is_null())
    national = found.filter(geo="CN", scope="total")
    assert national["start"].dt.to_string().to_list() == ["2021-04-01"]
    assert "windows of China as a whole: 2021-04 – 2022-03" in shown
    assert f"and {found.height - 1} of parts or of other places" in shown
    assert "windows of China as a whole: none" in repr(rs.metrics["recovered_to_lost"])


def test_a_metric_over_unknown_indicators_says_so_and_does_not_raise() -> None:
    made = Metric("made", lambda x: x.mine / x.cases_solved, "funds", "share", "造", "Made")
    assert "cannot be computed over the official record: made: unknown indicator 'mine'" in repr(
        made
    )


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_formula_in_words_has_no_slug_and_is_in_one_language(record: Record, name: str) -> None:
    chinese, english = (in_words(CATALOGUE[name], record, lang) for lang in ("zh", "en"))
    assert "_" not in chinese + english
    assert CHINESE.search(chinese)
    assert not CHINESE.search(english)
    assert not re.search(r"[A-Za-z]{4,}", chinese)


def test_nothing_is_computed_on_import() -> None:
    code = "import research, sys; print('research.metrics.display' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
