"""Changes of level: what R's strucchange prints for the Nile, and plain steps."""

from __future__ import annotations

import polars as pl
import pytest
from statsmodels.datasets import nile

import research as rs
from research.record.record import RecordError

NILE = nile.load_pandas().data["volume"].tolist()
PAGE = [
    -1.05, 0.96, 1.22, 0.58, -0.98, -0.03, -1.54, -0.71, -0.35, 0.66, 0.44, 0.91, -0.02, -1.42,
    1.26, -1.02, -0.81, 1.66, 1.05, 0.97, 2.14, 1.22, -0.24, 1.6, 0.72, -0.12, 0.44, 0.03, 0.66,
    0.56, 1.37, 1.66, 0.1, 0.8, 1.29, 0.49, -0.07, 1.18, 3.29, 1.84,
]  # fmt: skip
STEP = [5.0, 6, 5, 6, 5, 6, 5, 6, 1, 2, 1, 2, 1, 2, 1, 2]


@pytest.fixture(scope="module")
def found() -> object:
    return rs.trend.change_points(NILE)


def test_the_nile_as_strucchange_prints_it(found: rs.trend.ChangePoints) -> None:
    """Zeileis et al. 2003, Comput Stat Data Anal 44: breakpoints(Nile ~ 1), its BIC and confint."""
    assert found.at == [28]  # 1898
    assert found.criteria["rss"].round(0).to_list() == [
        2835157,
        1597457,
        1552924,
        1538097,
        1507888,
        1659994,
    ]
    assert found.criteria["bic"].round(0).to_list() == [1318, 1270, 1276, 1285, 1292, 1311]
    assert found.changes.select("earliest", "latest").row(0) == ("25", "32")
    assert found.segments["value"].to_list() == pytest.approx([1097.75, 849.9722], abs=1e-4)


def test_it_says_what_it_found(found: rs.trend.ChangePoints) -> None:
    assert "After 28 (95% sure from 25 to 32) the mean differs by −247.8" in str(found.say("en"))
    assert "28 之后" in str(found.say("zh"))
    assert "because" not in repr(found)
    assert found.segments["low"].to_list() < found.segments["value"].to_list()


@pytest.mark.parametrize("search", ["pelt", "binseg", "window"])
def test_other_searches_find_it_too(search: str) -> None:
    assert rs.trend.change_points(NILE, search=search).at == [28]


def test_a_number_of_changes_or_a_price_can_be_asked_for() -> None:
    assert len(rs.trend.change_points(NILE, breaks=2).at) == 2
    none = rs.trend.change_points(NILE, penalty=1e9)
    assert none.at == []
    assert "penalty 1 billion" in str(none.say("en"))
    assert "未见水平变化（精确搜索；均值，惩罚 10亿）" in str(none.say("zh"))
    assert rs.trend.change_points(STEP, min_size=3, search="pelt", penalty=5.0).at == [8]
    assert rs.trend.change_points(STEP, model="normal", search="pelt", min_size=4).at == [8]


def test_a_cost_without_a_bic_wants_a_number() -> None:
    with pytest.raises(RecordError, match="cost 'rbf' has no BIC"):
        rs.trend.change_points(STEP, model="rbf", search="pelt")
    with pytest.raises(RecordError, match="PELT finds the number itself"):
        rs.trend.change_points(STEP, search="pelt", breaks=1)


def test_segments_keep_their_least_length() -> None:
    spike = [1.0, 2, 1, 2, 1, 2, 90, 91, 1, 2, 1, 2, 1, 2, 1, 2]
    sizes = rs.trend.change_points(spike, penalty=1.0).segments["n"]
    assert sizes.min() >= 5  # type: ignore[operator]


def test_too_few_points_or_no_change_at_all() -> None:
    few = rs.trend.change_points([1, 2, 3, 4, 5, 6, 7])
    assert not few
    assert "needs at least 10 points" in str(few.say("en"))
    assert not rs.trend.change_points([3.0] * 20)
    assert not rs.trend.pettitt([1, 2, 3])


def test_changes_of_windows_carry_their_names() -> None:
    starts = pl.date_range(pl.date(2020, 1, 1), pl.date(2021, 4, 1), "1mo", eager=True)
    frame = pl.DataFrame({"start": starts, "end": starts.dt.month_end(), "value": STEP})
    found = rs.trend.change_points(frame)
    assert found.changes["last"].to_list() == ["2020-08"]
    assert found.segments["start"].dt.to_string().to_list() == ["2020-01-01", "2020-09-01"]


def test_pettitts_own_example() -> None:
    """Pettitt 1979, Appl Stat 28:126, on Page's data: K = 232, p = 0.014, change at 17."""
    found = rs.trend.pettitt(PAGE)
    assert (found.k, found.at, round(found.p, 5)) == (232, 17, 0.01456)
    assert "likeliest after 17" in str(found.say("en"))
