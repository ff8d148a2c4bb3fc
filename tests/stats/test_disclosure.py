"""The gate for shared figures: boundaries at 0, 7 and 8, and what coarse counts must keep."""

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from r_reference_data import BACK_PAIN_BY_EARLIER_EPISODES, pooled

from dashboard.stats.disclosure import (
    Shared,
    coarsen,
    complement_withheld,
    few_in_or_beside,
    proportion_withheld,
    round_count,
    rounded,
    shown_count,
)
from dashboard.stats.survival import RecoveryCounts, back_by, cumulative_incidence, risk_table

ROWS = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), max_size=40
)


def make_counts(rows):
    return RecoveryCounts.from_rows("all", rows)


@pytest.mark.parametrize(
    ("n", "rounded", "shown"),
    [
        (0, 0, 0),
        (1, 4, None),
        (7, 4, None),
        (8, 10, 10),
        (12, 10, 10),
        (13, 15, 15),
        (40, 40, 40),
        (42, 40, 40),
    ],
)
def test_rounding_at_the_boundaries(n, rounded, shown):
    assert (round_count(n), shown_count(n)) == (rounded, shown)


@given(st.integers(0, 500), st.integers(1, 30))
def test_rounding_never_turns_an_order_round(n, k):
    assert round_count(n, k) <= round_count(n + 1, k)


@pytest.mark.parametrize("k", [5, 8, 10])
def test_shown_numbers_can_be_taken_from_coarse_counts(k):
    assert all(shown_count(round_count(n, k), k) == shown_count(n, k) for n in range(300))


@pytest.mark.parametrize(
    ("numerator", "denominator", "withheld"),
    [
        (0, 0, True),
        (0, 19, True),
        (0, 20, False),
        (1, 60, True),
        (7, 60, True),
        (8, 60, False),
        (52, 60, False),
        (53, 60, True),
        (59, 60, True),
        (60, 60, False),
        (19, 19, True),
    ],
)
def test_proportions_with_a_small_side_are_withheld(numerator, denominator, withheld):
    assert proportion_withheld(numerator, denominator) is withheld


@pytest.mark.parametrize(
    ("subgroup", "withheld"), [(60, False), (59, True), (53, True), (52, False), (0, False)]
)
def test_subgroups_that_leave_a_few_are_withheld(subgroup, withheld):
    assert complement_withheld(60, subgroup) is withheld


@pytest.mark.parametrize(
    ("both", "only_first", "only_second", "neither", "few"),
    [
        (60, 0, 0, 0, False),
        (7, 50, 50, 50, True),  # those asked about
        (8, 50, 50, 50, False),
        (0, 50, 50, 50, False),
        (60, 7, 50, 50, True),  # with the first filter alone, 7 more
        (60, 8, 50, 50, False),
        (60, 50, 3, 50, True),
        (60, 0, 0, 5, True),  # without both
        (60, 0, 3, 50, True),  # 53 more without both, but 3 with the second alone
        (60, 4, 4, 0, True),
        (0, 5, 50, 50, True),  # nobody of five is something about the five
    ],
)
def test_few_within_or_beside_two_filters(both, only_first, only_second, neither, few):
    people = {
        (True, True): both, (True, False): only_first, (False, True): only_second, (False, False): neither,
    }  # fmt: skip
    assert few_in_or_beside(people) is few


@pytest.mark.parametrize(("n", "few"), [(0, False), (1, True), (7, True), (8, False)])
def test_few_without_a_filter(n, few):
    assert few_in_or_beside({(): n}) is few


@pytest.mark.parametrize(("n", "shown"), [(0, 0), (1, None), (7, None), (8, 10), (38, 40), (39, 40)])
def test_under_forty_there_is_only_the_rounded_number(n, shown):
    assert coarsen(make_counts([(9, n, 0, 0)])) == Shared("all", shown, None)


def test_from_forty_there_is_a_curve():
    shared = coarsen(make_counts([(9, 33, 0, 0), (15, 0, 2, 0), (50, 0, 0, 7)]))
    assert shared.started == 40
    assert shared.counts.day == tuple(range(0, 57, 7))
    assert shared.counts.returned == (0, 0, 35, 0, 0, 0, 0, 0, 0)
    assert shared.counts.stopped == (0, 0, 0, 4, 0, 0, 0, 0, 0)
    assert shared.counts.censored == (0, 0, 0, 0, 0, 0, 0, 0, 1)  # 4 would make 43 of 40


def test_k_is_a_setting():
    counts = make_counts([(9, 9, 0, 0), (90, 0, 0, 51)])
    assert sum(coarsen(counts, k=8).counts.returned) == 10
    assert sum(coarsen(counts, k=10).counts.returned) == 5


@pytest.mark.parametrize(("day", "tick"), [(0, 0), (1, 7), (7, 7), (8, 14), (84, 84), (85, 91), (182, 182)])
def test_events_count_from_the_first_tick_on_or_after_their_day(day, tick):
    shared = coarsen(make_counts([(day, 30, 0, 0), (400, 0, 0, 30)]))
    assert shared.counts.returned.index(30) == shared.counts.day.index(tick)


def test_back_pain_horizons_survive_coarsening():
    """The 265 of the R package psfmi: weeks 8, 12 and 26 move by less than two points."""
    exact = pooled(BACK_PAIN_BY_EARLIER_EPISODES)
    fine, coarse = cumulative_incidence(exact), cumulative_incidence(coarsen(exact).counts)
    for day in (56, 84, 182):
        assert back_by(coarse, day).value == pytest.approx(back_by(fine, day).value, abs=0.02)


@settings(deadline=None)
@given(ROWS)
def test_coarse_counts_are_rounded_cumulative_and_within_started(rows):
    exact = make_counts(rows)
    shared = coarsen(exact)
    if shared.counts is None:
        assert exact.started < 40
        return
    coarse = shared.counts
    assert coarse.started == shared.started == round_count(exact.started)
    for column in ("returned", "stopped", "censored"):
        totals = list(accumulate(getattr(coarse, column)))
        for tick, total in zip(coarse.day, totals, strict=True):
            true = sum(n for day, n in zip(exact.day, getattr(exact, column), strict=True) if day <= tick)
            assert total <= round_count(true)
            assert total == round_count(true) or _filled(coarse, tick)
    for row in risk_table(coarse, coarse.day):
        assert row.at_risk >= 0
        assert row.at_risk + row.returned + row.stopped + row.censored == coarse.started
    cumulative_incidence(coarse)


def _filled(coarse, tick):
    """Whether the rounded numbers had used up all who started by then."""
    return risk_table(coarse, [tick])[0].at_risk == 0


def test_a_share_is_rounded_as_it_is_printed():
    """Shares of rounded counts often lie at a half: 264 of those of 40 to 695 people differed."""
    for of in range(40, 700, 5):
        for part in range(of + 1):
            share = part / of
            assert f"{100 * rounded(share):.0f}" == f"{100 * share:.0f}", (part, of)
    assert rounded(21 / 40) == 0.52
    assert rounded(None) is None
    assert rounded(1 / 3, None) == 1 / 3
    assert rounded(1 / 3, 1) == 0.3
