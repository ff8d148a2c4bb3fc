"""Maturity, joining and the effective number, on calendars drawn in the test."""

from datetime import date
from itertools import pairwise
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from r_reference_data import BACK_PAIN_BY_EARLIER_EPISODES, pooled, unpack

from dashboard.stats.intake_periods import (
    divide,
    effective_number,
    for_trend,
    is_mature,
    join_small,
    pool,
    share_back,
)
from dashboard.stats.survival import RecoveryCounts, cumulative_incidence

ROWS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 2), st.integers(0, 3)), max_size=6
)


def make_counts(started, back=0, group="all"):
    return RecoveryCounts.from_rows(group, [(40, back, 0, 0), (100, 0, 0, started - back)])


def make_months(numbers, first=(2025, 1)):
    """Months from `first` on with these numbers of starters; None is a month without a row."""
    start = 12 * first[0] + first[1] - 1
    months = {date(n // 12, n % 12 + 1, 1): started for n, started in enumerate(numbers, start)}
    return {month: make_counts(started) for month, started in months.items() if started is not None}


def labels(periods):
    return [period.counts.group for period in periods]


def test_months_with_a_gap_and_over_new_year():
    periods = divide(make_months([4, None, 6], (2024, 12)), "month")
    assert labels(periods) == ["2024-12", "2025-01", "2025-02"]
    assert [period.counts.started for period in periods] == [4, 0, 6]
    assert (periods[2].first_day, periods[2].last_day) == (date(2025, 2, 1), date(2025, 2, 28))


def test_quarters_and_half_years_are_whole_calendar_units():
    months = make_months([1, 2, 3, 4, 5, 6, 7], (2024, 2))
    quarters, halves = divide(months, "quarter"), divide(months, "half-year")
    assert labels(quarters) == ["2024 Q1", "2024 Q2", "2024 Q3"]
    assert [period.counts.started for period in quarters] == [3, 12, 13]
    assert (quarters[0].first_day, quarters[0].last_day) == (date(2024, 1, 1), date(2024, 3, 31))
    assert labels(halves) == ["2024 H1", "2024 H2"]
    assert halves[1].last_day == date(2024, 12, 31)


def test_nothing_and_wrong_keys():
    assert divide({}, "month") == join_small({}) == for_trend({}) == ()
    with pytest.raises(ValueError, match="first day"):
        divide({date(2025, 1, 2): make_counts(3)}, "month")


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([10] * 6, ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06"]),
        ([10, 9, 10, 10, 10, 10], ["2025 Q1", "2025-04", "2025-05", "2025-06"]),
        ([3, 3, 3, 10, 10, 10], ["2025 H1"]),
        ([3, 3, 4, 10, 10, 10], ["2025 Q1", "2025-04", "2025-05", "2025-06"]),
        ([1, 1, 1, 1, 1, 1], ["2025 H1"]),
        ([10, None, 10, 10, 10, 10], ["2025 Q1", "2025-04", "2025-05", "2025-06"]),
    ],
)
def test_small_periods_are_joined_where_they_are(numbers, expected):
    periods = join_small(make_months(numbers))
    assert labels(periods) == expected
    assert sum(period.counts.started for period in periods) == sum(n or 0 for n in numbers)


@pytest.mark.parametrize(
    ("numbers", "unit"),
    [
        ([20] * 6, "month"),
        ([20, 20, 20, 19, 19, 19], "quarter"),
        ([7] * 6, "quarter"),
        ([3] * 12, "half-year"),
    ],
)
def test_a_trend_has_one_unit_by_its_median(numbers, unit):
    assert {period.unit for period in for_trend(make_months(numbers))} == {unit}


@pytest.mark.parametrize(("as_of", "mature"), [(date(2025, 4, 24), True), (date(2025, 4, 23), False)])
def test_mature_from_the_last_starter_s_horizon_on(as_of, mature):
    """31 January + 84 days is 25 April; 30 January would be a day sooner."""
    (period,) = divide(make_months([12]), "month")
    assert is_mature(period, 83, as_of) is mature
    assert is_mature(period, 84, date(2025, 4, 25))
    assert share_back(period, 83, as_of).mature is mature


def test_share_of_a_period():
    (period,) = divide({date(2025, 1, 1): make_counts(25, back=10)}, "month")
    share = share_back(period, 84, date(2025, 12, 31))
    assert (share.started, share.returned, share.at_risk, share.too_few) == (25, 10, 15, False)
    assert share.value == pytest.approx(10 / 25)
    assert share.se == pytest.approx((0.4 * 0.6 / 25) ** 0.5)
    assert share.low < 0.4 < share.high
    assert share.n_effective == pytest.approx(25)


def test_share_past_follow_up():
    (period,) = divide({date(2025, 1, 1): make_counts(25, back=10)}, "month")
    share = share_back(period, 182, date(2025, 12, 31))
    assert (share.value, share.low, share.n_effective, share.too_few) == (None, None, None, True)


def test_effective_number_without_censoring_is_the_number():
    counts = RecoveryCounts.from_rows("all", [(9, 7, 2, 0), (20, 3, 0, 0), (90, 0, 0, 11)])
    assert effective_number(cumulative_incidence(counts), 84) == pytest.approx(23)


def test_effective_number_of_back_pain():
    """R 4.2.2, survival 3.5.3: F(84) and its log-log limits, and so its standard error; 265 started."""
    value, low, high = 0.4793023762, 0.41847025474, 0.5441537367
    spread = log(log(1 - high) / log(1 - low)) / (2 * 1.959963984540054)
    se = spread * -(1 - value) * log(1 - value)
    number = effective_number(cumulative_incidence(pooled(BACK_PAIN_BY_EARLIER_EPISODES)), 84)
    assert number == pytest.approx(value * (1 - value) / se**2, rel=1e-8)
    assert 234 < number < 265


@pytest.mark.parametrize(
    ("rows", "expected"),
    [([(90, 0, 0, 12)], 12), ([(9, 0, 3, 0), (90, 0, 0, 12)], 15), ([(2, 0, 0, 3), (9, 5, 0, 0)], 5)],
)
def test_effective_number_where_nobody_or_everybody_is_back(rows, expected):
    counts = RecoveryCounts.from_rows("all", rows)
    assert effective_number(cumulative_incidence(counts), 84) == pytest.approx(expected)


def test_effective_number_needs_follow_up():
    assert effective_number(cumulative_incidence(make_counts(0)), 84) is None
    assert effective_number(cumulative_incidence(make_counts(5)), 101) is None


def test_pooling_adds_up_and_keeps_coarse_counts_coarse():
    parts = [unpack(name, rows) for name, rows in BACK_PAIN_BY_EARLIER_EPISODES.items()]
    assert pool("all", parts) == pooled(BACK_PAIN_BY_EARLIER_EPISODES)
    coarse = RecoveryCounts("a", 50, (0, 7), (0, 20), (0, 5), (0, 10))
    assert pool("two", [coarse, coarse]) == RecoveryCounts("two", 100, (0, 7), (0, 40), (0, 10), (0, 20))
    assert pool("none", []) == RecoveryCounts("none", 0, (), (), (), ())


@settings(deadline=None)
@given(ROWS, ROWS)
def test_pooling_equals_counting_together(first, second):
    together = RecoveryCounts.from_rows("all", [*first, *second])
    assert pool(
        "all", [RecoveryCounts.from_rows(name, rows) for name, rows in (("a", first), ("b", second))]
    ) == (together)


@settings(deadline=None)
@given(st.lists(st.integers(0, 30) | st.none(), min_size=1, max_size=20))
def test_joined_periods_cover_every_starter_once(numbers):
    months = make_months(numbers, (2024, 11))
    for periods in (join_small(months), for_trend(months)):
        assert sum(period.counts.started for period in periods) == sum(n or 0 for n in numbers)
        assert all(a.last_day < b.first_day for a, b in pairwise(periods))
    small = [period for period in join_small(months) if period.counts.started < 10]
    assert all(period.unit == "half-year" for period in small)
