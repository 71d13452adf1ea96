"""The path against Denton's in tempdisagg, on real monthly series of known truth.

Run by name: `.venv/bin/pytest tests/benchmarks/test_denton.py -s`.
"""

from __future__ import annotations

import logging
from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pytest
from tempdisagg import TempDisaggModel

import research as rs
from tests.metrics.test_statements import Window, month, span

# Monthly counts, January to December a line, as they travel with R's package `datasets`.
SERIES = {
    # Brockwell and Davis (1991), Time Series: Theory and Methods.
    "accidental deaths, United States 1973-78": """
        9007 8106 8928 9137 10017 10826 11317 10744 9713 9938 9161 8927
        7750 6981 8038 8422 8714 9512 10120 9823 8743 9129 8710 8680
        8162 7306 8124 7870 9387 9556 10093 9620 8285 8466 8160 8034
        7717 7461 7767 7925 8623 8945 10078 9179 8037 8488 7874 8647
        7792 6957 7726 8106 8890 9299 10625 9302 8314 8850 8265 8796
        7836 6892 7791 8192 9115 9434 10484 9827 9110 9070 8633 9240
    """,
    # Diggle (1990), Time Series: A Biostatistical Introduction, table A.3 (men).
    "deaths of lung disease, United Kingdom 1974-79": """
        2134 1863 1877 1877 1492 1249 1280 1131 1209 1492 1621 1846
        2103 2137 2153 1833 1403 1288 1186 1133 1053 1347 1545 2066
        2020 2750 2283 1479 1189 1160 1113 970 999 1208 1467 2059
        2240 1634 1722 1801 1246 1162 1087 1013 959 1179 1229 1655
        2019 2284 1942 1423 1340 1187 1098 1004 970 1140 1110 1812
        2263 1820 1846 1531 1215 1075 1056 975 940 1081 1294 1341
    """,
    # Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter, pp. 519-523.
    "car drivers killed or injured, Great Britain 1979-84": """
        1813 1445 1762 1461 1556 1431 1427 1554 1645 1653 2016 2207
        1665 1361 1506 1360 1453 1522 1460 1552 1548 1827 1737 1941
        1474 1458 1542 1404 1522 1385 1641 1510 1681 1938 1868 1726
        1456 1445 1456 1365 1487 1558 1488 1684 1594 1850 1998 2079
        1494 1057 1218 1168 1236 1076 1174 1139 1427 1487 1483 1513
        1357 1165 1282 1110 1297 1185 1222 1284 1444 1575 1737 1763
    """,
    # Synthetic: no source; a steady rise that halves in the fourth year, with a lunar new year dip.
    "synthetic: rise, break and dip": " ".join(
        str(round((4000 + 60 * t) * (0.5 if t >= 40 else 1) * (0.7 if t % 12 == 1 else 1)))
        for t in range(72)
    ),
}
FIRST = date(2015, 1, 1)
YEARS = range(6)


def truth_of(name: str) -> np.ndarray:
    return np.array(SERIES[name].split(), float)


def denton(truth: np.ndarray) -> np.ndarray:
    """tempdisagg's Denton: additive, first differences, a constant for want of an indicator."""
    frame = pd.DataFrame(
        {
            "Index": np.repeat([FIRST.year + year for year in YEARS], 12),
            "Grain": np.tile(np.arange(1, 13), len(YEARS)),
            "X": 1.0,
            "y": np.repeat(truth.reshape(-1, 12).sum(axis=1), 12),
        }
    )
    logging.disable(logging.WARNING)
    model = TempDisaggModel(method="denton", conversion="sum")
    model.fit(frame)
    logging.disable(logging.NOTSET)
    return model.predict().ravel()[: len(truth)]


def announced(truth: np.ndarray, *, overlapping: bool) -> rs.Record:
    """Annual totals to the unit, or overlapping windows printed with three digits."""
    windows = [(12 * year, 12 * year + 11) for year in YEARS]
    if overlapping:
        windows += [(12 * year, 12 * year + 10) for year in YEARS]
        windows += [(12 * year + half, 12 * year + half + 5) for year in YEARS for half in (0, 6)]
        windows += [(12 * year + 3, 12 * year + 14) for year in YEARS[:-1]]
    rows = []
    for n, (at, last) in enumerate(windows):
        total = truth[at : last + 1].sum()
        step = 10 ** max(0, len(str(int(total))) - 3) if overlapping else 1
        value = float(round(total / step) * step)
        ends = (value - step / 2, value + step) if overlapping else (value, value)
        start, end = span(FIRST, at, last)
        about = {"source_id": f"s{n}", "indicator": "cases_filed", "start": start, "end": end}
        rows.append(about | {"value": value, "low": ends[0], "high": ends[1]})
    return rs.Record(observations=pl.DataFrame(rows))


def bounds_of(truth: np.ndarray, *, overlapping: bool) -> pl.DataFrame:
    months: list[Window] = [month(FIRST, at) for at in range(len(truth))]
    record = announced(truth, overlapping=overlapping)
    return rs.bounds(record, "cases_filed", windows=months).frame


def covered(found: pl.DataFrame, truth: np.ndarray) -> float:
    low, high = found["low"].to_numpy(), found["high"].to_numpy()
    return float(((low <= truth * (1 + 1e-6)) & (truth <= high * (1 + 1e-6))).mean())


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, float]]:
    table = {}
    for name in SERIES:
        truth = truth_of(name)
        plain = bounds_of(truth, overlapping=False)
        overlap = bounds_of(truth, overlapping=True)
        table[name] = {
            "denton": np.abs(denton(truth) - truth).mean() / truth.mean(),
            "annual": np.abs(plain["path"].to_numpy() - truth).mean() / truth.mean(),
            "overlap": np.abs(overlap["path"].to_numpy() - truth).mean() / truth.mean(),
            "inside": min(covered(plain, truth), covered(overlap, truth)),
            "width": float((overlap["high"] - overlap["low"]).mean()) / truth.mean(),
        }
    print("\nmean absolute error of a month, in percent of the mean month")
    print(f"{'':54}{'Denton':>8}{'path':>8}{'overlap':>9}{'inside':>8}{'width':>8}")
    for name, row in table.items():
        ends = f"{100 * row['inside']:8.0f}{100 * row['width']:8.0f}"
        print(
            f"{name:54}{100 * row['denton']:8.2f}{100 * row['annual']:8.2f}"
            f"{100 * row['overlap']:9.2f}{ends}"
        )
    return table


def test_on_annual_totals_the_path_errs_no_more_than_denton(
    measured: dict[str, dict[str, float]],
) -> None:
    ratios = [row["annual"] / row["denton"] for row in measured.values()]
    assert np.mean(ratios) <= 1.0
    assert max(ratios) <= 1.05  # rates a day, not sums a month, are smoothed: either may be nearer


@pytest.mark.parametrize("name", SERIES)
def test_with_overlapping_windows_the_path_errs_clearly_less(
    name: str, measured: dict[str, dict[str, float]]
) -> None:
    assert measured[name]["overlap"] <= 0.9 * measured[name]["denton"]


@pytest.mark.parametrize("name", SERIES)
def test_the_bounds_contain_every_true_month(
    name: str, measured: dict[str, dict[str, float]]
) -> None:
    assert measured[name]["inside"] == 1.0
