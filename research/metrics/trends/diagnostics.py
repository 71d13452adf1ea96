"""What the residuals of a fit say: dispersion and autocorrelation, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from research.lang import Lang
from research.metrics.trends.series import Numbers
from research.metrics.trends.telling import Told, p_text, words


@dataclass(frozen=True, repr=False)
class Diagnostics(Told):
    """Of Pearson residuals in order of time: `dispersion` (χ² / df; the residual variance of least
    squares), Durbin–Watson, and Ljung–Box and Breusch–Godfrey with their p up to `lags`.

    Breusch–Godfrey of a count model is that of its last weighted least squares step.
    """

    counts: bool
    dispersion: float
    durbin_watson: float
    lags: int
    ljung_box: float
    ljung_box_p: float
    breusch_godfrey: float
    breusch_godfrey_p: float

    @property
    def autocorrelated(self) -> bool:
        """Whether either test finds autocorrelation at 5 %."""
        return min(self.ljung_box_p, self.breusch_godfrey_p) < 0.05

    def sentences(self, lang: Lang) -> list[str]:
        said = []
        if self.counts:
            zh, en = ("与模型相符", "as the model expects")
            if self.dispersion > 1.5:
                zh, en = ("过度离散", "more than the model expects: overdispersed")
            elif self.dispersion < 0.67:
                zh, en = ("离散不足", "less than the model expects: underdispersed")
            said.append(
                words(
                    lang,
                    f"Pearson 离散度 {self.dispersion:.2f}，{zh}。",
                    f"Pearson dispersion is {self.dispersion:.2f}, {en}.",
                )
            )
        tests = f"Durbin–Watson {self.durbin_watson:.2f}; Ljung–Box({self.lags}) "
        tests += f"{p_text(self.ljung_box_p)}; Breusch–Godfrey({self.lags}) "
        tests += p_text(self.breusch_godfrey_p)
        found = ("存在自相关，区间可能过窄", "are autocorrelated: intervals may be too narrow")
        if not self.autocorrelated:
            found = ("未见自相关", "show no autocorrelation")
        said.append(words(lang, f"残差{found[0]}（{tests}）。", f"Residuals {found[1]} ({tests})."))
        return said


def diagnosed(
    pearson: Numbers, weighted: Numbers, dispersion: float, lags: int, *, counts: bool
) -> Diagnostics:
    """Diagnostics of residuals with the (weighted) columns that they belong to."""
    from statsmodels.stats.diagnostic import acorr_ljungbox
    from statsmodels.stats.stattools import durbin_watson

    box = acorr_ljungbox(pearson, lags=[lags]).iloc[0]
    statistic, p = _breusch_godfrey(pearson, weighted, lags)
    return Diagnostics(
        counts, dispersion, float(durbin_watson(pearson)), lags, float(box["lb_stat"]),
        float(box["lb_pvalue"]), statistic, p,
    )  # fmt: skip


def _breusch_godfrey(residuals: Numbers, columns: Numbers, lags: int) -> tuple[float, float]:
    """n R² of residuals on the columns and their own past, which before the first is 0."""
    from scipy.stats import chi2

    n = residuals.size
    past = [np.concatenate([np.zeros(k), residuals[: n - k]]) for k in range(1, lags + 1)]
    x: Any = np.column_stack([columns, *past])
    left = residuals - x @ np.linalg.lstsq(x, residuals, rcond=None)[0]
    statistic = n * (1 - float(left @ left) / float(residuals @ residuals))
    return statistic, float(chi2.sf(statistic, lags))
