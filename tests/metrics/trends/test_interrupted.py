"""Interrupted time series: a published example, other programs' conventions, properties."""

from __future__ import annotations

from datetime import date
from typing import Any

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings

import research as rs
from research.record.record import RecordError

# Acute coronary events a month and the standardised population, Sicily, January 2002 to November
# 2006; smoking ban from January 2005: the data of Bernal, Cummins and Gasparrini 2017, Int J
# Epidemiol 46:348 (Barone-Adesi et al. 2011).
EVENTS = [
    728, 659, 791, 734, 757, 726, 760, 740, 720, 814, 795, 858, 887, 766, 851, 769, 781, 756,
    766, 752, 765, 831, 879, 928, 914, 808, 937, 840, 916, 828, 845, 818, 860, 839, 887, 886,
    831, 796, 833, 820, 877, 758, 767, 738, 781, 843, 850, 908, 1021, 859, 976, 888, 962, 838,
    810, 876, 843, 936, 912,
]  # fmt: skip
POPULATION = [
    379875.3, 376495.5, 377040.8, 377116.4, 377383.4, 374113.1, 379513.3, 376295.5,
    374653.2, 378485.6, 375955.5, 378349.7, 376762.4, 379032.3, 379360.4, 376162.0,
    377972.4, 381830.7, 379888.6, 380872.2, 380966.9, 381240.4, 382104.9, 381802.7,
    381656.3, 383680.0, 383504.2, 386462.9, 383783.1, 380836.8, 383483.0, 380906.2,
    382926.8, 384052.4, 384449.6, 383428.4, 388153.2, 388373.2, 386470.1, 386033.2,
    383686.4, 385509.3, 385901.9, 386516.6, 388436.5, 383255.2, 390148.7, 385874.9,
    391613.6, 391750.4, 394005.6, 391364.9, 391664.6, 389022.3, 391878.5, 388575.3,
    392989.0, 390018.8, 390712.3,
]  # fmt: skip
BAN = date(2005, 1, 1)


# Cigarette packs sold a head in California, 1970 to 2000; Proposition 99 from 1989 (Linden 2015).
PACKS = [
    123, 121, 123.5, 124.4, 126.7, 127.1, 128, 126.4, 126.1, 121.9, 120.2, 118.6, 115.4, 110.8,
    104.8, 102.8, 99.7, 97.5, 90.1, 82.4, 77.8, 68.7, 67.5, 63.4, 58.6, 56.4, 54.5, 53.8,
    52.3, 47.2, 41.6,
]  # fmt: skip


def sicily() -> pl.DataFrame:
    start = pl.date_range(date(2002, 1, 1), date(2006, 11, 1), "1mo", eager=True)
    return pl.DataFrame(
        {"start": start, "end": start.dt.month_end(), "value": EVENTS, "population": POPULATION}
    )


def fit(**options: Any) -> rs.trend.Interrupted:
    found = rs.trend.interrupted(sicily(), BAN, population="population", **options)
    assert found
    return found


def ratio(found: rs.trend.Interrupted, term: str) -> tuple[float, ...]:
    row = found.term(term)
    return tuple(round(row[name], 3) for name in ("ratio", "ratio_low", "ratio_high"))


def test_the_published_rate_ratios() -> None:
    """What R prints for the tutorial's own code: summary(glm) and ci.lin(…, Exp = TRUE)."""
    step, seasonal = fit(family="poisson", slope=False), fit(slope=False, harmonics=2)
    assert ratio(step, "level") == (0.894, 0.865, 0.925)
    assert ratio(step, "time") == (1.005, 1.004, 1.006)
    assert round(step.fit.aic or 0, 2) == 708.03
    assert ratio(fit(slope=False), "level") == (0.894, 0.839, 0.953)
    assert ratio(seasonal, "level") == (0.885, 0.839, 0.933)
    printed = {
        "level": (-0.1220868, 0.0270311), "time": (0.0053892, 0.0007955),
        "sin1": (0.0370967, 0.0100241), "sin2": (-0.0182122, 0.0096435),
        "cos1": (0.0381608, 0.0096848), "cos2": (0.0147634, 0.0097221),
    }  # fmt: skip
    for term, (estimate, se) in printed.items():
        row = seasonal.term(term)
        assert (round(row["estimate"], 7), round(row["se"], 7)) == (estimate, se)
    # R stops a step early, which shows in its sixth digit: 3.559195 and 2.262186.
    dispersions = [fit(slope=False).dispersion, seasonal.dispersion]
    assert dispersions == pytest.approx([3.559195, 2.262186], rel=3e-6)


def test_the_tutorials_slope_by_level_and_time() -> None:
    """smokban * time: the level is that of time 0; R's summary has p from t, ci.lin from z."""
    found = fit(harmonics=2, since="start")
    assert ratio(found, "level") == (0.831, 0.705, 0.979)
    assert ratio(found, "slope") == (1.001, 0.998, 1.005)
    level, by_t = found.term("level"), fit(harmonics=2, since="start", statistic="t").term("level")
    assert level["se"] == pytest.approx(0.0835610, abs=1e-7)
    assert (round(level["p"], 3), round(by_t["statistic"], 3)) == (0.027, -2.217)
    assert by_t["p"] == pytest.approx(0.031138, abs=1e-6)


def test_time_and_slope_can_be_counted_in_other_ways() -> None:
    """The tutorial counts I(time − 36); the model is the same line, and `since` moves its level."""
    one, zero, start = (fit(harmonics=1, since=since) for since in (1, 0, "start"))
    slope = one.term("slope")["estimate"]
    assert zero.term("slope")["estimate"] == pytest.approx(slope)
    assert zero.term("level")["estimate"] == pytest.approx(one.term("level")["estimate"] + slope)
    assert start.term("level")["estimate"] == pytest.approx(
        one.term("level")["estimate"] - 36 * slope
    )
    for other in (one, start, fit(harmonics=1, time_from=0)):
        assert other.frame["fitted"].to_list() == pytest.approx(zero.frame["fitted"].to_list())
        assert other.frame["counterfactual"].to_list() == pytest.approx(
            zero.frame["counterfactual"].to_list()
        )


def test_quasi_poisson_widens_poisson_by_the_root_of_pearsons_dispersion() -> None:
    plain, quasi = fit(family="poisson"), fit()
    assert quasi.dispersion == pytest.approx(plain.dispersion)
    width = quasi.coefficients["se"] / plain.coefficients["se"]
    assert width.to_list() == pytest.approx([quasi.dispersion**0.5] * 4)
    assert (quasi.fit.aic, quasi.fit.log_likelihood) == (None, None)
    by_t = fit(statistic="t").term("level")
    assert by_t["p"] > quasi.term("level")["p"]
    assert by_t["low"] < quasi.term("level")["low"]


def test_negative_binomial_by_maximum_likelihood() -> None:
    """Against statsmodels' joint likelihood of coefficients and alpha."""
    found = fit(family="negative_binomial", slope=False)
    x = np.column_stack([np.ones(59), np.arange(1, 60), np.arange(59) >= 36])
    joint = sm.NegativeBinomial(EVENTS, x, offset=np.log(POPULATION)).fit(disp=0, maxiter=500)
    assert found.coefficients["estimate"].to_list() == pytest.approx(joint.params[:3], abs=1e-5)
    assert found.fit.alpha == pytest.approx(joint.params[3], rel=1e-3)
    assert found.fit.log_likelihood == pytest.approx(joint.llf, abs=1e-6)
    assert found.fit.aic == pytest.approx(8 - 2 * joint.llf, abs=1e-5)  # three terms and alpha


def test_newey_west_as_stata_prints_it() -> None:
    """Linden 2015, Stata J 15:480: itsa cigsale, single trperiod(1989) lag(1)."""
    found = rs.trend.interrupted(PACKS, 20, family="least_squares", lags=1)
    printed = {
        "time": (-1.779474, 0.3834188), "level": (-20.0581, 4.724395),
        "slope": (-1.494652, 0.4368201),
    }  # fmt: skip
    for term, (estimate, se) in printed.items():
        assert found.term(term)["estimate"] == pytest.approx(estimate, abs=5e-6)
        assert found.term(term)["se"] == pytest.approx(se, rel=1e-6)
    assert round(found.term("constant")["estimate"], 4) == 134.0053


def test_newey_west_by_its_formula() -> None:
    """Stata's newey: n / (n − k) (X′X)⁻¹ [Γ₀ + Σ (1 − j/(L+1)) (Γⱼ + Γⱼ′)] (X′X)⁻¹, with t."""
    y = np.array(EVENTS, float)
    x = np.column_stack(
        [np.ones(59), np.arange(1, 60), np.arange(59) >= 36, np.maximum(np.arange(59) - 36, 0)]
    )
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    scores = x * (y - x @ beta)[:, None]
    middle = scores.T @ scores
    for j in (1, 2):
        gamma = scores[j:].T @ scores[:-j]
        middle += (1 - j / 3) * (gamma + gamma.T)
    expected = np.sqrt(np.diag(59 / 55 * inverse @ middle @ inverse))
    found = rs.trend.interrupted(sicily(), BAN, family="least_squares", lags=2)
    assert found.coefficients["estimate"].to_list() == pytest.approx(beta)
    assert found.coefficients["se"].to_list() == pytest.approx(expected)
    assert (found.fit.statistic, found.fit.df) == ("t", 55)
    asymptotic = rs.trend.interrupted(
        sicily(), BAN, family="least_squares", lags=2, small_sample=False
    )
    assert asymptotic.coefficients["se"].to_list() == pytest.approx(expected * (55 / 59) ** 0.5)
    ordinary = rs.trend.interrupted(sicily(), BAN, family="least_squares", lags=-1)
    assert ordinary.term("time")["se"] == pytest.approx(sm.OLS(y, x).fit().bse[1])


def test_a_control_series_leaves_what_the_series_has_beyond_it() -> None:
    """Linden 2015: the group terms are the differences between the two separate fits."""
    other = sicily().with_columns(value=pl.col("value").reverse() + 100)
    one, two = (
        rs.trend.interrupted(s, BAN, family="least_squares", lags=1) for s in (sicily(), other)
    )
    both = rs.trend.interrupted(sicily(), BAN, family="least_squares", lags=1, control=other)
    for term in ("time", "level", "slope"):
        difference = one.term(term)["estimate"] - two.term(term)["estimate"]
        assert both.term(f"group_{term}")["estimate"] == pytest.approx(difference)
        assert both.term(term)["estimate"] == pytest.approx(two.term(term)["estimate"])
    assert both.frame["fitted"].to_list() == pytest.approx(one.frame["fitted"].to_list())
    assert "beyond the control's" in str(both.say("en"))
    twice = rs.trend.interrupted(
        sicily(), BAN, family="least_squares", lags=1, control=[other, other]
    )
    assert twice.term("group_level")["estimate"] == pytest.approx(
        both.term("group_level")["estimate"]
    )
    assert twice.fit.n == 3 * 59


def test_phase_in_and_excluded_windows_are_not_fitted() -> None:
    wild = sicily().with_columns(
        value=pl.when(pl.col("start").is_between(BAN, date(2005, 3, 1)))
        .then(9999)
        .otherwise("value")
    )
    found = rs.trend.interrupted(wild, BAN, phase_in=3)
    same = rs.trend.interrupted(sicily(), BAN, exclude=[(BAN, date(2005, 3, 31))])
    assert (found.before, found.after, found.frame["used"].sum()) == (36, 20, 56)
    assert found.frame["fitted"].to_list() == pytest.approx(same.frame["fitted"].to_list())
    # The slope counts from after the phase-in.
    moved = same.term("level")["estimate"] + 3 * same.term("slope")["estimate"]
    assert found.term("level")["estimate"] == pytest.approx(moved)


def test_days_are_an_exposure() -> None:
    """February is no trough: a constant rate a day has no season."""
    start = pl.date_range(date(2002, 1, 1), date(2005, 12, 1), "1mo", eager=True)
    days = start.dt.month_end().dt.day().cast(pl.Float64)
    value = 10 * days + pl.Series([1.0, -1.0] * 24)
    frame = pl.DataFrame({"start": start, "end": start.dt.month_end(), "value": value})
    found = rs.trend.interrupted(frame, date(2004, 1, 1), family="poisson", days=True)
    assert found.dispersion < 0.01
    assert found.predict([13.5])["value"][0] == pytest.approx(10, abs=0.01)
    assert "underdispersed" in str(found.diagnostics.say("en"))


def test_covariates_stand_beside_the_terms() -> None:
    heat = pl.DataFrame({"start": sicily()["start"], "heat": np.sin(np.arange(59.0))})
    found = rs.trend.interrupted(sicily(), BAN, covariates=heat, slope=False)
    assert found.coefficients["term"].to_list() == ["constant", "time", "level", "heat"]
    assert found.predict([40], covariates=[[0.5]]).height == 1
    with pytest.raises(RecordError, match="give 1 numbers for each of 1 positions"):
        found.predict([40])


def test_prediction_and_effect_at_given_times() -> None:
    found = fit(slope=False)
    line, without = found.predict([48]), found.predict([48], interrupted=False)
    effect = found.effect(48)
    assert effect["value"] == pytest.approx(line["value"][0] / without["value"][0])
    assert effect == pytest.approx({
        "low": found.term("level")["ratio_low"], "value": found.term("level")["ratio"],
        "high": found.term("level")["ratio_high"],
    })  # fmt: skip


def test_all_harmonics_of_a_year_are_eleven_columns() -> None:
    found = fit(harmonics=6)
    waves = [t for t in found.coefficients["term"] if t.startswith(("sin", "cos"))]
    assert len(waves) == 11
    months = fit(covariates=sicily().select("start").with_columns(
        (pl.col("start").dt.month() == m).cast(pl.Float64).alias(f"m{m}") for m in range(2, 13)
    ))  # fmt: skip
    assert found.frame["fitted"].to_list() == pytest.approx(months.frame["fitted"].to_list())


def test_a_path_inside_bounds_is_called_one() -> None:
    path = sicily().rename({"value": "path"}).with_columns(low=pl.lit(0.0), high=pl.lit(2000.0))
    for found in (
        rs.trend.interrupted(path, BAN),
        rs.trend.mann_kendall(path),
        rs.trend.change_points(path),
    ):
        assert "not announced figures" in str(found.say("en"))
        assert "不是公布的数字" in str(found.say("zh"))


def test_several_interruptions_are_several_terms() -> None:
    found = rs.trend.interrupted(sicily(), [BAN, date(2006, 1, 1)], slope=False)
    assert found.coefficients["term"].to_list() == ["constant", "time", "level_1", "level_2"]
    assert "From 2005-01 on the level" in str(found.say("en"))
    assert "From 2006-01 on the level" in str(found.say("en"))
    assert not rs.trend.interrupted(sicily(), [BAN, date(2005, 3, 1)])


def test_it_says_what_changed_and_never_why() -> None:
    found = fit(slope=False, harmonics=2)
    english, chinese = str(found.say("en")), str(found.say("zh"))
    assert "36 points before and 23 from 2005-01 on, quasi-Poisson model" in english
    assert "level is 0.8851 times that of the line before (95% interval 0.8394 to 0.9333" in english
    assert "overdispersed" in english
    assert "2005-01 起水平为此前趋势线的 0.8851 倍" in chinese
    for word in ("because", "effect of", "due to", "caused", "因为", "导致", "由于"):
        assert word not in english + chinese
    assert "<p lang=" in found._repr_html_()


def test_a_window_that_holds_the_day_is_named() -> None:
    found = rs.trend.interrupted(sicily(), date(2005, 1, 10))
    assert found.straddles == "2005-01"
    assert "2005-01 holds the day itself" in str(found.say("en"))


def test_breusch_godfrey_is_that_of_statsmodels() -> None:
    from statsmodels.stats.diagnostic import acorr_breusch_godfrey

    found = rs.trend.interrupted(sicily(), BAN, family="least_squares")
    x = np.column_stack(
        [np.ones(59), np.arange(1, 60), np.arange(59) >= 36, np.maximum(np.arange(59) - 36, 0)]
    )
    known = acorr_breusch_godfrey(sm.OLS(EVENTS, x).fit(), nlags=10, result_object=True)
    assert found.diagnostics.breusch_godfrey == pytest.approx(known.lm)
    assert found.diagnostics.breusch_godfrey_p == pytest.approx(known.lmpval)


def test_too_few_points_are_refused_in_words() -> None:
    found = rs.trend.interrupted([1, 2, 3, 4, 5, 6, 7, 8], 7)
    assert not found
    assert "there are 6 before and 2 after" in str(found.say("en"))
    assert "每一段各需 3 个数据点" in str(found.say("zh"))
    assert not rs.trend.interrupted(list(range(1, 21)), 10, harmonics=2)
    assert not rs.trend.interrupted([1, 2, 3, 4, 5, 6], 4, harmonics=1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"at": date(2010, 1, 1)}, "no window begins at or after 2010-01-01"),
        ({"family": "gamma"}, "'gamma' is none of poisson"),
        ({"population": "people"}, "there is no column 'people'"),
        ({"population": 0.0}, "a number above 0"),
        ({"covariates": pl.DataFrame({"a": [1.0] * 59})}, "cannot be told apart"),
        ({"control": [1.0, 2, 3]}, "same windows"),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted_is_an_error(options: dict[str, Any], said: str) -> None:
    options = {"at": BAN} | options
    with pytest.raises(RecordError, match=said):
        rs.trend.interrupted(sicily(), **options)


@settings(deadline=None, max_examples=8)
@given(
    st.lists(st.integers(20, 200), min_size=12, max_size=16),
    st.sampled_from(["poisson", "quasipoisson", "least_squares"]),
    st.integers(4, 9),
)
def test_before_the_interruption_the_counterfactual_is_the_fit(
    counts: list[int], family: str, at: int
) -> None:
    found = rs.trend.interrupted(counts, at, family=family)
    assume(found)
    before = found.frame.filter(pl.col("position") < at)
    assert before["fitted"].to_list() == before["counterfactual"].to_list()
    assert before["effect"].null_count() == before.height
    after = found.frame.filter(pl.col("position") >= at)
    assert (after["effect_low"] <= after["effect"]).all()
    assert (after["effect"] <= after["effect_high"]).all()
    total = found.frame["fitted"].sum()
    assert total == pytest.approx(sum(counts), rel=1e-6)
