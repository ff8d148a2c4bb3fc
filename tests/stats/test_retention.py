"""Retention, quartiles of visits and the engaged landmark, by hand and one person at a time."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.stats.difference import mover
from dashboard.stats.outlook import conditional
from dashboard.stats.pain import proportion
from dashboard.stats.retention import (
    Attendance,
    engaged_landmark,
    is_engaged,
    retention,
    visit_quartiles,
)
from dashboard.stats.survival import RecoveryCounts

ROWS = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 100), st.integers(1, 4)), max_size=10)


def make_counts(rows, group="all"):
    return RecoveryCounts.from_rows(group, rows)


def test_of_100_starters_by_hand():
    rows = [
        Attendance(1, 0, 30),
        Attendance(2, 27, 20),
        Attendance(3, 28, 20),
        Attendance(4, 60, 20),
        Attendance(9, 84, 10),
    ]
    found = retention(rows)
    assert found.started == 100
    assert [(n, share.numerator, share.denominator) for n, share in found.by_visit] == [
        (2, 70, 100),
        (3, 50, 100),
        (4, 30, 100),
    ]
    assert [(week, share.numerator) for week, share in found.by_week] == [(4, 50), (8, 30), (12, 10)]
    assert found.by_visit[0][1] == proportion(70, 100)


def test_nobody_started():
    assert retention([]).by_visit[0][1].value is None


@given(ROWS)
def test_retention_equals_one_person_at_a_time(rows):
    found = retention([Attendance(*row) for row in rows], visits=(2, 5), weeks=(4,))
    people = [(visits, last) for visits, last, n in rows for _ in range(n)]
    assert found.started == len(people)
    assert [share.numerator for _, share in found.by_visit] == [
        sum(v >= n for v, _ in people) for n in (2, 5)
    ]
    assert found.by_week[0][1].numerator == sum(last >= 28 for _, last in people)


def test_quartiles_of_visits_by_group():
    """1 1 2 3 3 4 7 8: the 2nd, 4th and 6th of eight."""
    histogram = [(7, 1), (8, 1), (1, 2), (2, 1), (3, 2), (4, 1)]
    short, long = visit_quartiles({"up_to_6_weeks": histogram, "over_12_months": []})
    assert (short.group, short.n, short.lower, short.median, short.upper) == ("up_to_6_weeks", 8, 1, 3, 4)
    assert (long.group, long.n, long.median) == ("over_12_months", 0, None)


@pytest.mark.parametrize(
    ("attended", "due", "engaged"),
    [
        (3, 4, True),
        (2, 3, False),
        (2, 2, True),
        (1, 1, False),
        (0, 0, False),
        (6, 8, True),
        (5, 7, False),
        (2, 0, True),
    ],
)
def test_engaged_is_three_quarters_of_the_visits_due_and_at_least_two(attended, due, engaged):
    assert is_engaged(attended, due) is engaged


def test_engagement_is_a_setting():
    assert is_engaged(1, 2, share=Fraction(1, 2), at_least=1)
    assert not is_engaged(2, 2, at_least=3)


def test_landmark_by_hand():
    """Engaged: 5 back by day 28, of the 20 left 12 by day 84. Not engaged: of 25 left 5."""
    engaged = make_counts([(28, 5, 0, 0), (60, 12, 0, 0), (100, 0, 0, 8)], "engaged")
    others = make_counts([(20, 0, 3, 2), (70, 5, 0, 0), (100, 0, 0, 20)], "not engaged")
    found = engaged_landmark(engaged, others)
    assert (found.engaged.n, found.not_engaged.n) == (20, 25)
    assert (found.engaged.value, found.not_engaged.value) == (pytest.approx(12 / 20), pytest.approx(5 / 25))
    assert found.difference == pytest.approx(0.4)
    assert found.engaged.se == pytest.approx((0.6 * 0.4 / 20) ** 0.5)
    assert found.se == pytest.approx((0.6 * 0.4 / 20 + 0.2 * 0.8 / 25) ** 0.5)
    first, second = conditional(engaged, 28, 56), conditional(others, 28, 56)
    assert (found.low, found.high) == pytest.approx(
        mover(first.value, (first.low, first.high), second.value, (second.low, second.high))
    )


def test_landmark_without_follow_up_or_people():
    engaged = make_counts([(28, 5, 0, 0), (60, 12, 0, 0), (80, 0, 0, 8)])
    others = make_counts([(70, 5, 0, 0), (100, 0, 0, 20)])
    found = engaged_landmark(engaged, others)
    assert (found.engaged.value, found.difference, found.low) == (None, None, None)
    assert engaged_landmark(make_counts([]), others).difference is None


def test_landmark_days_are_settings():
    counts = make_counts([(10, 5, 0, 0), (30, 5, 0, 0), (60, 0, 0, 10)])
    found = engaged_landmark(counts, counts, landmark_day=14, horizon_day=42)
    assert (found.engaged.n, found.engaged.value, found.difference) == (15, pytest.approx(1 / 3), 0)
