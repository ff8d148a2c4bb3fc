"""How sure are we, on data with known answers."""

import pytest
from r_reference_data import BACK_PAIN_BY_EARLIER_EPISODES, pooled

from dashboard.stats.certainty import certainty, detectable_difference, follow_up_median
from dashboard.stats.survival import RecoveryCounts, add_late_reports


def make_counts(rows):
    return RecoveryCounts.from_rows("all", rows)


def test_back_pain_on_day_84():
    """265 people of the R package psfmi (GPL): curve .479, known state .504, worst .445, best .562."""
    sure = certainty(pooled(BACK_PAIN_BY_EARLIER_EPISODES), 84)
    assert sure.started == 265
    shares = (sure.value, sure.known_state, sure.worst, sure.best)
    assert tuple(round(share, 3) for share in shares) == (0.479, 0.504, 0.445, 0.562)
    assert (sure.known_state, sure.worst, sure.best) == (118 / 234, 118 / 265, 149 / 265)
    assert sure.with_late_reports is None


def test_late_reports_lift_the_curve_between_worst_and_best():
    counts = make_counts([(10, 4, 0, 0), (20, 0, 0, 3), (90, 0, 0, 3)])
    late = add_late_reports(counts, [(20, 60, "returned", 3)])
    sure = certainty(counts, 84, late)
    assert sure.value == pytest.approx(4 / 10)
    assert sure.with_late_reports == pytest.approx(7 / 10)
    assert sure.worst < sure.with_late_reports <= sure.best


def test_nothing_known():
    nobody = certainty(make_counts([]), 84)
    assert (nobody.value, nobody.known_state, nobody.worst, nobody.best) == (None, None, None, None)
    all_lost = certainty(make_counts([(5, 0, 0, 7)]), 84)
    assert (all_lost.value, all_lost.known_state, all_lost.worst, all_lost.best) == (None, None, 0.0, 1.0)


def test_all_back():
    sure = certainty(make_counts([(5, 7, 0, 0)]), 84)
    assert (sure.value, sure.known_state, sure.worst, sure.best) == (1.0, 1.0, 1.0, 1.0)


def test_follow_up_turns_events_and_censoring_round():
    """2 of the 4 in view are censored on day 20: one half. Those who returned before only leave."""
    counts = make_counts([(5, 3, 0, 0), (8, 0, 1, 0), (20, 0, 0, 2), (25, 1, 0, 0), (30, 0, 0, 1)])
    assert follow_up_median(counts) == 20
    assert certainty(counts, 10).follow_up_median_days == 20


def test_follow_up_is_not_reached_when_hardly_anybody_leaves_view():
    assert follow_up_median(make_counts([(5, 9, 0, 1), (9, 9, 0, 0)])) is None
    assert follow_up_median(make_counts([])) is None


@pytest.mark.parametrize(
    ("groups", "expected"),
    [(1, [22, 18, 14, 10]), (2, [31, 26, 20, 14])],
)
def test_detectable_difference(groups, expected):
    """80 % power, two-sided 5 %, around one half, n = 40, 60, 100 and 200 (each)."""
    assert [round(detectable_difference(n, groups)) for n in (40, 60, 100, 200)] == expected


def test_too_few_to_plan_with():
    assert detectable_difference(9, 1) is None
    assert detectable_difference(10, 1) == pytest.approx(44.3, abs=0.05)
