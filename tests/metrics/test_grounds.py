"""What a verdict rests on, limit by limit, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from research.metrics.grounds import Ground, grounds
from research.metrics.polytope import Polytope
from research.metrics.statements import Statement
from tests.metrics.test_polytope import HALF, REST, YEAR, level, ratio
from tests.metrics.test_statements import INF

BEFORE = (date(2021, 1, 1), date(2021, 12, 31))


def of(statement: Statement, *others: Statement) -> list[Ground]:
    polytope = Polytope([*others, statement])
    polytope.use({s.id for s in others})
    return grounds(polytope, statement, others)


@pytest.mark.parametrize(
    ("other", "alone"),
    [
        (level("same", YEAR, 1200, 1300), True),
        (level("inside", HALF, 1150, 1350), False),
        (level("closer", YEAR, 1220, 1230), True),
        (level("wider", YEAR, 1000, 1300), False),
    ],
)
def test_a_level_is_kept_by_one_of_its_window_that_is_as_close(
    other: Statement, alone: bool
) -> None:
    (ground,) = of(level("said", YEAR, 1200, 1300), other)
    assert [s.id for s in ground.alone] == ([other.id] if alone else [])
    assert ground.follows == alone


def test_a_window_inside_keeps_a_lower_limit_and_one_around_an_upper_limit() -> None:
    (least,) = of(level("said", YEAR, 900, INF), level("half", HALF, 901, 901))
    (most,) = of(level("said", HALF, 0, 1300), level("year", YEAR, 1201, 1201))
    assert [s.id for s in (*least.alone, *most.alone)] == ["half", "year"]
    assert (least.low, most.high) == pytest.approx((901, 1201))


def test_what_two_statements_imply_together_rests_on_both() -> None:
    (ground,) = of(
        level("said", REST, 250, 400),
        level("year", YEAR, 1201, 1201),
        level("half", HALF, 901, 901),
        level("other", BEFORE, 5, 6),
    )
    assert (ground.alone, [s.id for s in ground.holding]) == ((), ["year", "half"])
    assert (ground.low, ground.high, ground.follows) == (
        pytest.approx(300),
        pytest.approx(300),
        True,
    )


def test_where_nothing_limits_a_sum_nothing_holds_it() -> None:
    (ground,) = of(level("said", YEAR, 0, 1300), level("half", HALF, 901, 901))
    assert (ground.high, ground.holding, ground.follows) == (INF, (), False)


def test_a_ratio_is_kept_by_the_same_ratio() -> None:
    found = of(ratio("said", YEAR, BEFORE, 1.2, 1.3), ratio("same", YEAR, BEFORE, 1.2, 1.3))
    assert [[s.id for s in ground.alone] for ground in found] == [["same"], ["same"]]
