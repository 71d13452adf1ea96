"""Interval arithmetic as Polars expressions: what is known of a result when inputs are intervals.

`Interval` is plain arithmetic on two ends, where each operand counts as unrelated to the other.
`hull` is exact where one input stands twice in a formula. Reading printed figures into intervals is
`research.record.printed`; ends may be infinite, and a result that nothing limits is infinite too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import polars as pl

from research.record.printed import Rounding, interval, reading

_INF = float("inf")
_TRIPLE = pl.Struct({"low": pl.Float64, "value": pl.Float64, "high": pl.Float64})


def printed_interval(
    printed: pl.Expr, rounding: Rounding = "either", *, printed_step: bool = False
) -> pl.Expr:
    """A printed figure as a struct `low`, `value`, `high` in base units (DESIGN §4).

    >>> import polars as pl
    >>> pl.select(printed_interval(pl.lit("37万余起"))).item()
    {'low': 370000.0, 'value': 370000.0, 'high': 380000.0}
    """
    value, step, limit = pl.col("value"), pl.col("step"), pl.col("limit")
    ends = interval(value, step, limit, rounding, printed_step=printed_step)

    def read(figures: pl.Series) -> pl.Series:
        stages = figures.struct.unnest().lazy().with_columns(ends.struct.unnest())
        return stages.select(pl.struct("low", "value", "high")).collect().to_series()

    return reading(printed).map_batches(read, return_dtype=_TRIPLE)


@dataclass(frozen=True)
class Interval:
    """Two expressions `low` ≤ `high`. Numbers count as intervals of no width.

    >>> import polars as pl
    >>> arrests = Interval(pl.lit(633500.0), pl.lit(635000.0))
    >>> solved = Interval(pl.lit(393500.0), pl.lit(395000.0))
    >>> ratio = arrests / solved
    >>> [round(end, 2) for end in pl.select(low=ratio.low, high=ratio.high).row(0)]
    [1.6, 1.61]
    """

    low: pl.Expr
    high: pl.Expr

    @classmethod
    def of(cls, name: str) -> Interval:
        """The interval in the columns `{name}_low` and `{name}_high`."""
        return cls(pl.col(f"{name}_low"), pl.col(f"{name}_high"))

    def __add__(self, other: Interval | float) -> Interval:
        other = _as_interval(other)
        return Interval(self.low + other.low, self.high + other.high)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval | float) -> Interval:
        return self + (-_as_interval(other))

    def __mul__(self, other: Interval | float) -> Interval:
        other = _as_interval(other)
        pairs = product((self.low, self.high), (other.low, other.high))
        # Nothing times the unlimited is nothing: 0 · inf is 0 for ends, not NaN.
        ends = [pl.when((a == 0) | (b == 0)).then(0.0).otherwise(a * b) for a, b in pairs]
        return Interval(pl.min_horizontal(ends), pl.max_horizontal(ends))

    def __truediv__(self, other: Interval | float) -> Interval:
        other = _as_interval(other)
        crosses = (other.low <= 0) & (other.high >= 0)
        inverse = Interval(
            pl.when(crosses).then(-_INF).otherwise(1 / other.high),
            pl.when(crosses).then(_INF).otherwise(1 / other.low),
        )
        # A divisor that touches 0 from one side limits the quotient on one side.
        one_sided = Interval(
            pl.when((other.low == 0) & (other.high > 0))
            .then(1 / other.high)
            .otherwise(inverse.low),
            pl.when((other.high == 0) & (other.low < 0))
            .then(1 / other.low)
            .otherwise(inverse.high),
        )
        return self * one_sided

    def contains(self, value: pl.Expr) -> pl.Expr:
        """Whether a value lies inside, ends included."""
        return (self.low <= value) & (value <= self.high)

    def meet(self, other: Interval) -> Interval:
        """What both allow; empty where `low` comes out above `high`."""
        return Interval(
            pl.max_horizontal(self.low, other.low), pl.min_horizontal(self.high, other.high)
        )

    def join(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return Interval(
            pl.min_horizontal(self.low, other.low), pl.max_horizontal(self.high, other.high)
        )


def _as_interval(value: Interval | float) -> Interval:
    return value if isinstance(value, Interval) else Interval(pl.lit(value), pl.lit(value))


def hull(
    formula: Callable[[Mapping[str, pl.Expr]], pl.Expr],
    inputs: Sequence[str],
    within: tuple[float, float] = (-_INF, _INF),
) -> Interval:
    """The exact range of a formula over the box of its inputs' intervals.

    The formula must be a quotient of polynomials in which no input has a power above one, with a
    divisor that does not change sign: along each input it then only rises or only falls, so its
    extremes lie at corners of the box, however often an input is written (Moore, Kearfott and
    Cloud, Introduction to Interval Analysis, 2009, ch. 6: monotonicity and endpoint evaluation).
    Where a corner has no value (inf / inf) the answer is `within`, to which all answers are cut.

    >>> import polars as pl
    >>> box = pl.DataFrame({"a_low": [1.0], "a_high": [2.0], "b_low": [2.0], "b_high": [3.0]})
    >>> share = hull(lambda x: x["a"] / (x["a"] + x["b"]), ["a", "b"])
    >>> box.select(share.low, high=share.high).row(0)
    (0.25, 0.5)
    """
    corners = [
        formula({name: pl.col(f"{name}_{end}") for name, end in zip(inputs, ends, strict=True)})
        for ends in product(("low", "high"), repeat=len(inputs))
    ]
    undefined = pl.any_horizontal(corner.is_nan() for corner in corners)
    least, most = within
    low = pl.when(undefined).then(least).otherwise(pl.min_horizontal(corners))
    high = pl.when(undefined).then(most).otherwise(pl.max_horizontal(corners))
    known = pl.all_horizontal(corner.is_not_null() for corner in corners)
    return Interval(
        pl.when(known).then(low.clip(least, most)), pl.when(known).then(high.clip(least, most))
    )
