"""Shares and changes from the own baseline, by hand, and what may be shared of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from dashboard.stats.process import (
    WITHHELD_MEAN,
    WITHHELD_SHARE,
    MeanChange,
    Share,
    mean_change,
    share,
    shared_mean_change,
    shared_share,
)


def test_a_share_has_the_limits_of_wilson():
    """Wilson 22/24: .742 to .977 (methods)."""
    found = share(22, 24)
    assert (found.numerator, found.denominator, found.value) == (22, 24, 22 / 24)
    assert (found.low, found.high) == pytest.approx((0.742, 0.977), abs=5e-4)


def test_a_share_of_nobody_has_no_value_and_hides_nothing():
    assert share(0, 0) == shared_share(0, 0, 0) == Share(0, 0, None, None, None, withheld=False)


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [
        (0, 40, (0, 40)),
        (1, 40, None),
        (7, 40, None),
        (8, 40, (10, 40)),
        (32, 40, (30, 40)),
        (33, 40, None),
        (39, 40, None),
        (40, 40, (40, 40)),
        (20, 39, None),
        (203, 402, (205, 400)),
    ],
)
def test_what_may_be_shared_at_the_boundaries(numerator, denominator, shown):
    found = shared_share(numerator, denominator, denominator)
    assert found.withheld == (shown is None)
    assert (found.numerator, found.denominator) == (shown or (None, 5 * round(denominator / 5)))
    if shown:
        assert found.value == round(shown[0] / shown[1], 2)
        assert found.low == round(found.low, 2)


@pytest.mark.parametrize(("outside", "withheld"), [(0, False), (1, True), (7, True), (8, False)])
def test_a_sub_group_is_withheld_if_few_are_outside(outside, withheld):
    assert (shared_share(50, 100, 100 + outside) == WITHHELD_SHARE) == withheld


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.integers(5, 12))
def test_nothing_small_is_ever_shown(numerator, rest, outside, k):
    found = shared_share(numerator, numerator + rest, numerator + rest + outside, k)
    for number in (found.numerator, found.denominator):
        assert number is None or number == 0 or number >= k or number == k // 2 + 1 or number % 5 == 0
    if found.value is not None:
        assert not 0 < numerator < k
        assert not 0 < rest < k
        assert not 0 < outside < k


def test_mean_change_by_hand():
    """Changes 2, 4, 9: mean 5, SD sqrt(13), t(0.975, 2) = 4.302653, half width 4.302653 sqrt(13/3)."""
    found = mean_change(3, 15, 4 + 16 + 81)
    assert (found.n, found.mean) == (3, 5)
    assert (found.sd, found.se) == pytest.approx((13**0.5, (13 / 3) ** 0.5))
    assert (found.low, found.high) == pytest.approx((5 - 8.956686, 5 + 8.956686), abs=1e-5)


@given(st.lists(st.floats(-50, 50), min_size=3, max_size=30).filter(lambda x: max(x) - min(x) > 1))
def test_mean_change_agrees_with_scipy(values):
    found = mean_change(len(values), sum(values), sum(x * x for x in values))
    limits = ttest_1samp(values, 0).confidence_interval()
    assert (found.low, found.high) == pytest.approx((limits.low, limits.high), abs=1e-6)


@pytest.mark.parametrize(("n", "total", "squares"), [(1, 4, 16), (3, 6, 12)])
def test_one_person_or_equal_changes_have_no_limits(n, total, squares):
    assert mean_change(n, total, squares) == MeanChange(n, total / n, None, None, None)


@pytest.mark.parametrize(
    ("n", "whole", "shown"), [(0, 9, True), (7, 40, False), (8, 40, True), (8, 15, False), (8, 16, True)]
)
def test_a_mean_to_share_needs_k_people(n, whole, shown):
    found = shared_mean_change(n, 1.23 * n, 5.0 * n, whole)
    assert (found == WITHHELD_MEAN) != shown
    if n and shown:
        assert (found.n, found.mean) == (10, 1.2)
        assert found.low == round(found.low, 1)
