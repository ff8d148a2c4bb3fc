"""Shares and histograms to share: rounded, and withheld at the boundaries 0, 7, 8 and under 40."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.stats.coarse import coarse_histogram, coarse_proportion


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 40, (0, 40)), (7, 40, None), (8, 40, (10, 40)), (32, 40, (30, 40)), (33, 40, None),
        (40, 40, (40, 40)), (20, 39, None), (23, 62, (25, 60)),
    ],
)  # fmt: skip
def test_a_share_is_of_rounded_numbers_or_withheld(part, whole, shown):
    found = coarse_proportion(part, whole, 8)
    assert (found and (found.numerator, found.denominator)) == shown


@given(st.integers(0, 300), st.integers(0, 300), st.integers(5, 20))
def test_no_small_number_is_ever_shown(part, rest, k):
    found = coarse_proportion(part, part + rest, k)
    if found:
        assert not 0 < part < k
        assert not 0 < rest < k
        assert not 0 < found.numerator < k
        assert found.numerator <= found.denominator


def test_the_histogram_by_hand():
    """Running totals 4, 22, 60, 61 become 4, 20, 60, 60."""
    assert coarse_histogram([(3, 38), (1, 4), (2, 18), (9, 1)], 8) == [(1, 4), (2, 16), (3, 40)]
    assert coarse_histogram([(1, 39)], 8) == []
    assert coarse_histogram([], 8) == []
