"""Interval arithmetic holds every point it could come from, and `hull` is exact."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.metrics.intervals import Interval, hull

INF = float("inf")
FEW = settings(deadline=None, max_examples=40)
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
A, B = Interval.of("a"), Interval.of("b")
Ends = tuple[float, float]

# Eighths: sums are exact, and falling examples stay readable.
NUMBERS = st.integers(-8_000, 8_000).map(lambda n: n / 8)
ENDS = st.tuples(NUMBERS, NUMBERS).map(lambda pair: (min(pair), max(pair)))
OPEN = st.tuples(ENDS, st.sampled_from(["low", "high", "both", "none", "none"])).map(
    lambda drawn: (
        -INF if drawn[1] in ("low", "both") else drawn[0][0],
        INF if drawn[1] in ("high", "both") else drawn[0][1],
    )
)
SHARE = st.integers(0, 16).map(lambda n: n / 16)
BATCH = {"min_size": 1, "max_size": 30}


def frame(**columns: Sequence[Ends]) -> pl.DataFrame:
    """`a=[(1, 2)]` as columns `a_low`, `a_high`."""
    ends = {
        f"{name}_{end}": [float(pair[i]) for pair in pairs]
        for name, pairs in columns.items()
        for i, end in enumerate(("low", "high"))
    }
    return pl.DataFrame(ends, schema=dict.fromkeys(ends, pl.Float64))


def ends(interval: Interval, table: pl.DataFrame) -> list[Ends]:
    return table.select(low=interval.low, high=interval.high).rows()


def inside(pair: Ends, share: float) -> float:
    """A point of an interval; of an unlimited one, a point as far as one likes."""
    low, high = max(pair[0], -1e6), min(pair[1], 1e6)
    return min(max(low + share * (high - low), low), high)


def holds(found: Ends, value: float) -> bool:
    noise = 1e-9 * max(abs(value), 1e-300)
    return found[0] - noise <= value <= found[1] + noise


# The four operations


@FEW
@given(st.lists(st.tuples(OPEN, OPEN, SHARE, SHARE), **BATCH))
def test_a_result_contains_what_any_two_points_give(drawn: list[Any]) -> None:
    table = frame(a=[a for a, *_ in drawn], b=[b for _, b, *_ in drawn])
    for sign, operate in OPERATORS.items():
        for found, (a, b, s, t) in zip(ends(operate(A, B), table), drawn, strict=True):
            x, y = inside(a, s), inside(b, t)
            if sign == "/" and y == 0:
                continue
            assert holds(found, operate(x, y)), (sign, a, b, x, y, found)


@FEW
@given(st.lists(st.tuples(OPEN, OPEN, SHARE, SHARE, SHARE, SHARE), **BATCH))
def test_a_narrower_input_gives_no_wider_result(drawn: list[Any]) -> None:
    def narrowed(pair: Ends, s: float, t: float) -> Ends:
        points = sorted((inside(pair, s), inside(pair, t)))
        return points[0], points[1]

    outer = frame(a=[d[0] for d in drawn], b=[d[1] for d in drawn])
    inner = frame(
        a=[narrowed(d[0], d[2], d[3]) for d in drawn], b=[narrowed(d[1], d[4], d[5]) for d in drawn]
    )
    for operate in OPERATORS.values():
        pairs = zip(ends(operate(A, B), inner), ends(operate(A, B), outer), strict=True)
        for (low, high), (least, most) in pairs:
            assert least - 1e-9 * abs(low) <= low
            assert high <= most + 1e-9 * abs(high)


@FEW
@given(st.lists(st.tuples(ENDS, ENDS), **BATCH))
def test_ends_of_a_result_are_reached(drawn: list[tuple[Ends, Ends]]) -> None:
    """Nothing is wider than it has to be: each end is the result of two ends."""
    drawn = [(a, b) for a, b in drawn if not b[0] <= 0 <= b[1]]
    table = frame(a=[a for a, _ in drawn], b=[b for _, b in drawn])
    for operate in OPERATORS.values():
        for found, (a, b) in zip(ends(operate(A, B), table), drawn, strict=True):
            corners = [operate(x, y) for x, y in product(a, b)]
            assert found == pytest.approx((min(corners), max(corners)), rel=1e-12, abs=1e-300)


@FEW
@given(st.lists(st.tuples(OPEN, OPEN), **BATCH))
def test_the_arithmetic_has_its_laws(drawn: list[tuple[Ends, Ends]]) -> None:
    table = frame(a=[a for a, _ in drawn], b=[b for _, b in drawn])
    assert ends(A + B, table) == ends(B + A, table)
    assert ends(A * B, table) == ends(B * A, table)
    assert ends(operator.neg(-A), table) == ends(A, table)
    assert ends(A - B, table) == ends(-(B - A), table)
    assert ends(A + 0, table) == ends(A * 1, table) == ends(A / 1, table) == ends(A, table)
    assert all(low <= 0 <= high for low, high in ends(A - A, table))
    for (low, high), (a, _) in zip(ends(A / A, table), drawn, strict=True):
        assert a == (0, 0) or holds((low, high), 1)
    for operate in OPERATORS.values():
        assert all(low <= high for low, high in ends(operate(A, B), table))


def test_infinite_ends_stay_infinite_and_never_become_nan() -> None:
    unlimited = (1.0, INF)
    table = frame(a=[unlimited] * 4, b=[(0, 0), (0, 2), (2, INF), (-INF, INF)])
    assert ends(A + B, table) == [(1, INF), (1, INF), (3, INF), (-INF, INF)]
    assert ends(A - B, table) == [(1, INF), (-1, INF), (-INF, INF), (-INF, INF)]
    assert ends(A * B, table) == [(0, 0), (0, INF), (2, INF), (-INF, INF)]
    assert ends(A / B, table) == [(-INF, INF), (0.5, INF), (0, INF), (-INF, INF)]


def test_a_divisor_that_touches_nothing_limits_one_side() -> None:
    table = frame(a=[(1, 2)] * 4, b=[(0, 4), (-4, 0), (-1, 1), (0, 0)])
    assert ends(A / B, table) == [(0.25, INF), (-INF, -0.25), (-INF, INF), (-INF, INF)]


def test_numbers_are_intervals_of_no_width() -> None:
    table = frame(a=[(1, 2)])
    assert ends(A + 1, table) == [(2, 3)]
    assert ends(A - 1.5, table) == [(-0.5, 0.5)]
    assert ends(A * -2, table) == [(-4, -2)]
    assert ends(A / 4, table) == [(0.25, 0.5)]


def test_null_stays_null() -> None:
    table = frame(a=[(1, 2)], b=[(3, 4)]).with_columns(a_low=None, a_high=None)
    for operate in (operator.add, operator.sub):
        assert ends(operate(A, B), table) == [(None, None)]


# Meet and join


@FEW
@given(st.lists(st.tuples(ENDS, ENDS, ENDS), **BATCH))
def test_meet_and_join_are_a_lattice(drawn: list[tuple[Ends, Ends, Ends]]) -> None:
    table = frame(a=[d[0] for d in drawn], b=[d[1] for d in drawn], c=[d[2] for d in drawn])
    c = Interval.of("c")
    for combine in (Interval.meet, Interval.join):
        assert ends(combine(A, A), table) == ends(A, table)
        assert ends(combine(A, B), table) == ends(combine(B, A), table)
        left, right = combine(combine(A, B), c), combine(A, combine(B, c))
        assert ends(left, table) == ends(right, table)
    assert ends(A.join(A.meet(B)), table) == ends(A, table)
    assert ends(A.meet(A.join(B)), table) == ends(A, table)


@FEW
@given(st.lists(st.tuples(ENDS, ENDS, NUMBERS), **BATCH))
def test_a_point_is_in_the_meet_if_it_is_in_both_and_in_the_join_if_in_one(
    drawn: list[tuple[Ends, Ends, float]],
) -> None:
    table = frame(a=[d[0] for d in drawn], b=[d[1] for d in drawn]).with_columns(
        x=pl.Series([d[2] for d in drawn], dtype=pl.Float64)
    )
    x = pl.col("x")
    seen = table.select(
        a=A.contains(x), b=B.contains(x), meet=A.meet(B).contains(x), join=A.join(B).contains(x)
    )
    assert seen["meet"].equals((seen["a"] & seen["b"]).alias("meet"))
    assert seen.select((pl.col("join") | ~(pl.col("a") | pl.col("b"))).all()).item()


def test_the_meet_of_what_is_apart_is_empty_and_ends_belong_to_an_interval() -> None:
    table = frame(a=[(1, 2)], b=[(3, 4)])
    low, high = ends(A.meet(B), table)[0]
    assert low > high
    assert ends(A.join(B), table) == [(1, 4)]
    contained = [A.contains(pl.lit(x)) for x in (0.9, 1.0, 1.5, 2.0, 2.1)]
    assert [table.select(c).item() for c in contained] == [False, True, True, True, False]


# Hull

Formula = Callable[[Any], Any]
FORMULAS: dict[str, tuple[Formula, list[str]]] = {
    "ratio": (lambda x: x["a"] / x["b"], ["a", "b"]),
    "product": (lambda x: x["a"] * x["b"], ["a", "b"]),
    "share": (lambda x: x["a"] / (x["a"] + x["b"]), ["a", "b"]),
    "share of three": (lambda x: x["a"] / (x["a"] + x["b"] + x["c"]), ["a", "b", "c"]),
    "growth": (lambda x: x["a"] / x["b"] - 1, ["a", "b"]),
    "prior": (lambda x: x["a"] / (x["b"] + 1), ["a", "b"]),
    "level": (lambda x: x["a"] * (x["b"] + 1), ["a", "b"]),
    "of two": (lambda x: (x["a"] + x["b"]) / x["c"], ["a", "b", "c"]),
    "difference in share": (lambda x: (x["a"] - x["b"]) / (x["a"] + x["b"]), ["a", "b"]),
    "itself": (lambda x: (x["a"] - x["a"]) / x["b"], ["a", "b"]),
}
POSITIVE = st.tuples(st.integers(1, 4_000), st.integers(0, 4_000)).map(
    lambda drawn: (drawn[0] / 8, (drawn[0] + drawn[1]) / 8)
)


@pytest.mark.parametrize("name", FORMULAS)
@settings(deadline=None, max_examples=10)
@given(boxes=st.lists(st.tuples(POSITIVE, POSITIVE, POSITIVE), min_size=1, max_size=20))
def test_the_hull_is_what_a_fine_grid_finds(name: str, boxes: list[Any]) -> None:
    formula, inputs = FORMULAS[name]
    table = frame(a=[b[0] for b in boxes], b=[b[1] for b in boxes], c=[b[2] for b in boxes])
    for box, found in zip(boxes, ends(hull(formula, inputs), table), strict=True):
        axes = {
            n: [inside(pair, k / 4) for k in range(5)] for n, pair in zip("abc", box, strict=True)
        }
        points = [
            formula(dict(zip(inputs, point, strict=True)))
            for point in product(*(axes[n] for n in inputs))
        ]
        assert found == pytest.approx((min(points), max(points)), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", FORMULAS)
@settings(deadline=None, max_examples=10)
@given(boxes=st.lists(st.tuples(POSITIVE, POSITIVE, POSITIVE), min_size=1, max_size=20))
def test_the_hull_is_never_wider_than_plain_arithmetic(name: str, boxes: list[Any]) -> None:
    formula, inputs = FORMULAS[name]
    table = frame(a=[b[0] for b in boxes], b=[b[1] for b in boxes], c=[b[2] for b in boxes])
    plain = formula({n: Interval.of(n) for n in "abc"})
    exact, naive = ends(hull(formula, inputs), table), ends(plain, table)
    for (low, high), (least, most) in zip(exact, naive, strict=True):
        assert least - 1e-9 * abs(least) <= low
        assert high <= most + 1e-9 * abs(most)


def test_an_input_that_stands_twice_does_not_widen_the_hull() -> None:
    table = frame(a=[(1, 2)], b=[(2, 3)])
    share, inputs = FORMULAS["share"]
    # 1 / (1 + 3) to 2 / (2 + 2); as if unrelated it would be 1 / 5 to 2 / 3
    assert ends(hull(share, inputs), table) == [(0.25, 0.5)]
    assert ends(A / (A + B), table) == [(0.2, pytest.approx(2 / 3))]
    assert ends(hull(lambda x: x["a"] - x["a"], ["a"]), table) == [(0, 0)]
    assert ends(hull(lambda x: x["a"] / x["a"], ["a"]), table) == [(1, 1)]


def test_the_hull_of_what_has_no_upper_end_is_open_or_within() -> None:
    table = frame(a=[(1, INF), (1, 2), (1, INF), (0, 2)], b=[(2, 3), (2, INF), (2, INF), (0, 3)])
    ratio, inputs = FORMULAS["ratio"]
    # A corner without a value (inf / inf, 0 / 0) leaves what the caller knows.
    within = hull(ratio, inputs, (0, INF))
    assert ends(within, table) == [(pytest.approx(1 / 3), INF), (0, 1), (0, INF), (0, INF)]
    share, _ = FORMULAS["share"]
    shares = ends(hull(share, inputs, (0, 1)), table)
    assert shares[1] == (0, pytest.approx(0.5))
    assert all(0 <= low <= high <= 1 for low, high in shares)


@FEW
@given(st.lists(st.tuples(POSITIVE, POSITIVE), **BATCH), ENDS)
def test_the_hull_stays_within(boxes: list[tuple[Ends, Ends]], within: Ends) -> None:
    table = frame(a=[a for a, _ in boxes], b=[b for _, b in boxes])
    formula, inputs = FORMULAS["growth"]
    for low, high in ends(hull(formula, inputs, within), table):
        assert within[0] <= low <= high <= within[1]


@FEW
@given(st.lists(st.tuples(POSITIVE, POSITIVE, SHARE, SHARE), **BATCH))
def test_the_hull_of_narrower_inputs_is_no_wider(drawn: list[Any]) -> None:
    outer = frame(a=[d[0] for d in drawn], b=[d[1] for d in drawn])
    inner = frame(
        a=[(inside(d[0], min(d[2:])), inside(d[0], max(d[2:]))) for d in drawn],
        b=[(inside(d[1], min(d[2:])), d[1][1]) for d in drawn],
    )
    for formula, inputs in (FORMULAS["share"], FORMULAS["growth"], FORMULAS["prior"]):
        exact = hull(formula, inputs)
        for (low, high), (least, most) in zip(ends(exact, inner), ends(exact, outer), strict=True):
            assert least - 1e-12 <= low <= high <= most + 1e-12 * abs(most)


def test_the_hull_of_an_unknown_input_is_unknown() -> None:
    table = frame(a=[(1, 2)], b=[(2, 3)]).with_columns(b_low=None, b_high=None)
    formula, inputs = FORMULAS["ratio"]
    assert ends(hull(formula, inputs, (0, 1)), table) == [(None, None)]
