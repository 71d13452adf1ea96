"""What a person waits for, as a ratio to a plain peer on the same machine.

Loading the record, reading printed figures, computing all metrics. Figures are printed as a table;
what is asserted is generous, so that it fails where something got slower by far and not by chance.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from time import perf_counter

import polars as pl
import pytest

from research.metrics.catalogue import CATALOGUE
from research.metrics.compute import compute
from research.record.printed import reading
from research.record.record import Record, load

FORMS = 100_000


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The best of a few goes: what else the machine does only adds."""

    def once() -> float:
        began = perf_counter()
        work()
        return perf_counter() - began

    return min(once() for _ in range(times))


def cold(code: str) -> float:
    """The same in a fresh process."""
    return seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True))


@pytest.fixture
def table(capsys: pytest.CaptureFixture[str]) -> Callable[..., float]:
    """table(what, ours, peer, theirs): print both, return the ratio."""

    def show(what: str, ours: float, peer: str, theirs: float) -> float:
        ratio = ours / theirs
        with capsys.disabled():
            print(f"\n{what:42} {ours * 1000:9.1f} ms")
            print(f"{peer:42} {theirs * 1000:9.1f} ms   ratio {ratio:.2f}")
        return ratio

    return show


def test_loading_the_record_cold_costs_little_more_than_polars(table: Callable[..., float]) -> None:
    whole = cold("import research as rs; rs.load()")
    assert table("import research; load()", whole, "import polars", cold("import polars")) < 15


# A peer for reading: one regular expression and plain Python, for the forms below alone

SCALES = {"": 1, "万": 10_000, "亿": 100_000_000}
FORM = re.compile(r"(约|近|超)?(\d+(?:\.\d+)?)(万|亿)?(余|多)?(起|名|元)(以上)?")
LIMITS = {"约": "about", "近": "nearly", "超": "at_least", "以上": "at_least"}


def plainly(text: str) -> tuple[float, float, str]:
    """Value, step of the last digit, and limiting word of one form."""
    found = FORM.fullmatch(text)
    assert found is not None
    before, digits, unit, more, _, after = found.groups()
    scale, (whole, _, decimals) = SCALES[unit or ""], digits.partition(".")
    limit = LIMITS.get(before or after or "", "more" if more else "rounded")
    trailing = 0 if decimals else len(whole) - len(whole.rstrip("0"))
    if limit == "rounded" and not unit and not decimals and trailing < 2:
        limit = "exact"
    coarse = (not unit and not decimals) or limit == "more"
    power = trailing if coarse and limit != "exact" else 0
    return float(digits) * scale, scale * 10.0 ** (power - len(decimals)), limit


def forms() -> Iterator[str]:
    """Printed figures as bulletins write them, all different."""
    shapes = cycle(["{}万起", "{}万余起", "近{}万名", "约{}亿元", "超{}万起", "{}万名以上", "{}起"])
    for n, shape in enumerate(shapes, start=1):
        yield shape.format(n if shape == "{}起" else f"{n / 10:.1f}")


def test_reading_printed_figures_keeps_up_with_a_regular_expression(
    table: Callable[..., float],
) -> None:
    texts = list(islice(forms(), FORMS))
    frame = pl.DataFrame({"printed": texts})
    read = frame.select(reading(pl.col("printed"))).to_series().struct.unnest()
    peer = pl.DataFrame([plainly(text) for text in texts], schema=read.schema, orient="row")
    close = (read["value"] - peer["value"]).abs() <= 1e-9 * peer["value"]
    assert close.all(), "both read the same values"
    assert (read["limit"] == peer["limit"]).all(), "and the same limiting words"

    ours = seconds(lambda: frame.select(reading(pl.col("printed"))))
    theirs = seconds(lambda: [plainly(text) for text in texts])
    assert (
        table(f"reading() of {FORMS:,} forms", ours, "a regular expression, in Python", theirs) < 30
    )


def test_reading_a_form_again_costs_next_to_nothing(table: Callable[..., float]) -> None:
    """Figures repeat: only distinct forms are read."""
    distinct = list(islice(forms(), FORMS))
    few = pl.DataFrame({"printed": distinct[:100] * (FORMS // 100)})
    many = pl.DataFrame({"printed": distinct})
    again = seconds(lambda: few.select(reading(pl.col("printed"))))
    anew = seconds(lambda: many.select(reading(pl.col("printed"))))
    assert table("100 forms, 1,000 times each", again, "as many different forms", anew) < 0.5


# A peer for metrics: two columns joined on their window and divided


def joined(record: Record) -> pl.DataFrame:
    """Arrests per case as one would write it in a hurry: no interval, no lineage, no reason."""
    window = ["geo", "scope", "start", "end"]
    arrests, cases = (
        record.observations.lazy().filter(indicator=name).select(*window, "value")
        for name in ("suspects_arrested", "cases_solved")
    )
    both = arrests.join(cases, on=window, suffix="_solved")
    return both.with_columns(ratio=pl.col("value") / pl.col("value_solved")).collect()


def test_all_metrics_cost_a_few_joins_each(table: Callable[..., float]) -> None:
    record = load()
    own = [about for about in CATALOGUE.values() if not about.of_any_indicator]
    assert len(own) >= 16

    def all_metrics() -> list[pl.DataFrame]:
        return [compute(about, record) for about in own]

    all_metrics()  # first use loads what it needs
    ours, theirs = seconds(all_metrics), seconds(lambda: joined(record), times=10)
    ratio = table(f"{len(own)} metrics, all windows", ours, "one naive join", theirs)
    assert ratio / len(own) < 60
