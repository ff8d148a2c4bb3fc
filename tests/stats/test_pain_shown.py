"""The gate on pain and function, at 0, 7 and 8 people, and what remains of a result behind it."""

from __future__ import annotations

from dataclasses import astuple, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.stats.pain import (
    WINDOWS,
    Baseline,
    Scale,
    ScorePair,
    baseline_of,
    expected_recovery,
    paired_change,
    proportion,
)
from dashboard.stats.pain_shown import Gate, baseline_shown, change_shown, share_shown, week_shown

PAIN = Scale(0, 10, "lower")
EXACT, SHARED = Gate(None), Gate(8)


def pairs(n: int) -> list[ScorePair]:
    """Half of n people go from 6 to 3, the others from 7 to 5."""
    return [ScorePair(6, 3, n - n // 2), ScorePair(7, 5, n // 2)]


def test_whoever_holds_the_record_sees_everything():
    found = paired_change([*pairs(3), ScorePair(5, None, 2)])
    shown = change_shown(EXACT, WINDOWS[0], found, 1, 0, PAIN)
    assert (shown.scored, shown.without_score, shown.not_over) == (3, 2, 1)
    assert (shown.mean, shown.low, shown.high, shown.se) == (found.mean, found.low, found.high, found.se)
    assert astuple(share_shown(EXACT, proportion(1, 3), 3)) == (*astuple(proportion(1, 3)), False)
    assert baseline_shown(EXACT, baseline_of([(10, 1)], 1), 0, PAIN).mean == 10


@pytest.mark.parametrize(
    ("people", "count", "seen"), [(0, 0, False), (7, None, False), (8, 10, True), (22, 20, True)]
)
def test_a_mean_needs_eight_people(people: int, count: int | None, seen: bool):
    found = change_shown(SHARED, WINDOWS[0], paired_change(pairs(people)), 0, people, PAIN)
    assert (found.scored, found.mean is not None) == (count, seen)
    assert found.withheld == (0 < people < 8)
    start = baseline_shown(
        SHARED, baseline_of([(6, people - people // 2), (7, people // 2)], people), people, PAIN
    )
    assert (start.scored, start.mean is not None) == (count, seen)


def test_means_to_share_have_one_decimal():
    found = change_shown(SHARED, WINDOWS[0], paired_change(pairs(31)), 0, 31, PAIN)
    assert (found.baseline_mean, found.later_mean, found.mean) == (6.5, 4.0, -2.5)
    assert all(round(x, 1) == x for x in (found.low, found.high, found.se))


@pytest.mark.parametrize(("whole", "seen"), [(40, True), (41, False), (47, False), (48, True)])
def test_a_figure_is_withheld_if_one_to_seven_are_outside(whole: int, seen: bool):
    assert (
        change_shown(SHARED, WINDOWS[0], paired_change(pairs(40)), 0, whole, PAIN).mean is not None
    ) == seen
    assert (baseline_shown(SHARED, Baseline(40, 0, 5.0, 1.0), whole, PAIN).mean is not None) == seen
    assert (share_shown(SHARED, proportion(20, 40), whole).value is not None) == seen
    (week,) = expected_recovery([(6, 4, 20), (6, 5, 20)], 40)
    assert (week_shown(SHARED, week, whole).p50 is not None) == seen


@pytest.mark.parametrize(
    ("rows", "seen"),
    [
        ([(5, 19)], False),  # everybody said 5
        ([(5, 20)], True),
        ([(0, 19)], False),
        ([(4, 10), (5, 9)], True),
    ],
)
def test_a_mean_that_tells_of_each_of_a_few_is_withheld(rows: list[tuple[float, int]], seen: bool):
    n = sum(people for _, people in rows)
    assert (baseline_shown(SHARED, baseline_of(rows, n), n, PAIN).mean is not None) == seen
    end = paired_change([ScorePair(6 + i % 2, 0, 1) for i in range(19)])
    assert change_shown(SHARED, WINDOWS[0], end, 0, 19, PAIN).mean is None


@pytest.mark.parametrize(
    ("met", "of", "seen"),
    [(0, 39, False), (20, 39, False), (20, 40, True), (7, 40, False), (8, 40, True), (32, 40, True), (33, 40, False),
     (0, 40, True), (40, 40, True)],
)  # fmt: skip
def test_a_share_needs_forty_and_eight_on_each_side(met: int, of: int, seen: bool):
    found = share_shown(SHARED, proportion(met, of), of)
    assert (found.value is not None, found.withheld) == (seen, not seen)
    if not seen:
        assert found.numerator is None
        assert found.low is found.high is None


def test_a_share_is_computed_again_from_rounded_counts():
    """43 of 81 are 45 of 80; Wilson of 45/80 is .453 to .666."""
    found = share_shown(SHARED, proportion(43, 81), 81)
    assert (found.numerator, found.denominator, found.value) == (45, 80, 0.56)
    assert (found.low, found.high) == (0.45, 0.67)


def test_a_share_of_nobody_is_nothing_and_not_withheld():
    assert astuple(share_shown(SHARED, proportion(0, 0), 0)) == (0, 0, None, None, None, False)


@pytest.mark.parametrize(
    ("scored", "quartiles", "deciles"),
    [(20, False, False), (39, False, False), (40, True, False), (100, True, True)],
)
def test_centiles_need_a_crowd_on_both_sides(scored: int, quartiles: bool, deciles: bool):
    (week,) = expected_recovery([(6, 4, scored // 2), (6, 5, scored - scored // 2)], scored)
    found = week_shown(SHARED, week, scored)
    assert (found.p25 is not None, found.p75 is not None) == (quartiles, quartiles)
    assert (found.p10 is not None, found.p90 is not None) == (deciles, deciles)
    assert (found.drawn, found.withheld) == (quartiles, not quartiles)


def test_a_larger_k_needs_a_larger_crowd():
    (week,) = expected_recovery([(6, 4, 50), (6, 5, 50)], 100)
    found = week_shown(Gate(11), week, 100)
    assert (found.p10, found.p25) == (None, 4)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_no_printed_count_is_one_to_seven_and_all_are_multiples_of_five(n: int, without: int, not_over: int):
    found = paired_change([*pairs(n), ScorePair(None, None, without)])
    shown = change_shown(SHARED, WINDOWS[1], found, not_over, n, PAIN)
    for count in (shown.scored, shown.without_score, shown.not_over):
        assert count is None or (count % 5 == 0 and count != 5)


def test_every_result_says_whether_it_is_withheld():
    (week,) = expected_recovery([(6, 4, 3)], 3)
    for found in (
        change_shown(SHARED, WINDOWS[0], paired_change(pairs(3)), 0, 3, PAIN),
        baseline_shown(SHARED, baseline_of([(6, 3)], 3), 3, PAIN),
        share_shown(SHARED, proportion(1, 3), 3),
        week_shown(SHARED, week, 3),
    ):
        assert found.withheld
        figures = {field.name for field in fields(found)} & {
            "mean",
            "low",
            "high",
            "se",
            "sd",
            "value",
            "p50",
            "p10",
        }
        assert all(getattr(found, name) is None for name in figures)
