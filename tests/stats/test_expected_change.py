"""Observed against expected change by strata, by hand."""

import pytest

from dashboard.stats.expected_change import ChangeSums, unit_sums
from dashboard.stats.funnel import UnitSums, mean_funnel


def sums(unit, stratum, changes):
    return ChangeSums(unit, stratum, len(changes), sum(changes), sum(x * x for x in changes))


def test_by_hand():
    """Stratum low: -1, -1 (A) and -3 (B), mean -5/3. Stratum high: -4 (A) and -2, -6 (B), mean -4.

    A: observed - expected = 2/3, 2/3, 0. B: -4/3, 2, -2.
    """
    rows = [
        sums("B", "low", [-3]), sums("A", "low", [-1, -1]), sums("A", "high", [-4]), sums("B", "high", [-2, -6]),
    ]  # fmt: skip
    a, b = unit_sums(rows, ("low", "high"), smallest=1)
    assert a == UnitSums("A", 3, -6, pytest.approx(4 / 3), pytest.approx(8 / 9))
    assert b == UnitSums("B", 3, -11, pytest.approx(-4 / 3), pytest.approx(16 / 9 + 8))


def test_differences_add_up_to_nothing():
    rows = [sums("A", "x", [1, 5]), sums("B", "x", [2]), sums("B", "y", [7, 8, 9])]
    assert sum(unit.difference for unit in unit_sums(rows, ("x", "y"), smallest=1)) == pytest.approx(0)


def test_a_small_stratum_joins_the_next_and_a_small_last_one_those_before():
    """x (1 person) joins y (2): mean of 1, 4, 4 is 3. z (1) joins them too."""
    rows = [sums("A", "x", [1]), sums("A", "y", [4, 4])]
    (found,) = unit_sums(rows, ("x", "y"), smallest=2)
    assert found.squared_difference == pytest.approx(4 + 1 + 1)
    (found,) = unit_sums([*rows, sums("A", "z", [7])], ("x", "y", "z"), smallest=2)
    assert found.squared_difference == pytest.approx(9 + 0 + 0 + 9)


def test_the_funnel_of_means_takes_them():
    rows = [sums("A", "x", [-1.0] * 30 + [-3.0] * 10), sums("B", "x", [-2.0] * 20)]
    placed = mean_funnel(unit_sums(rows, ("x",)))
    assert placed.centre == pytest.approx(-100 / 60)
    assert [point.position == "insufficient" for point in placed.points] == [False, True]
    assert placed.points[0].value == pytest.approx(-1.5)


def test_nobody():
    assert unit_sums([], ("x",)) == ()
