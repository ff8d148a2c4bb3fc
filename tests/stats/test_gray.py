"""Gray's test against cmprsk and its own invariants."""

from dataclasses import replace

import pytest
from r_reference_data import (
    AML_BY_MAINTENANCE,
    BACK_PAIN_BY_EARLIER_EPISODES,
    MGUS2_BY_SEX,
    VETERAN_BY_CELLTYPE,
    unpack,
)

from dashboard.stats.gray import gray_test, stratified_gray_test
from dashboard.stats.log_rank import log_rank
from dashboard.stats.survival import RecoveryCounts


def groups_of(packed):
    return [unpack(name, rows) for name, rows in packed.items()]


def swapped(counts):
    return replace(counts, returned=counts.stopped, stopped=counts.returned)


def test_mgus2_equals_cmprsk():
    """cmprsk 2.2.11, cuminc(etime, event, group = sex), event 1 (progression)."""
    result = gray_test(groups_of(MGUS2_BY_SEX))
    assert result.statistic == pytest.approx(1.1945078251, abs=1e-9)
    assert result.p == pytest.approx(0.27442215679, rel=1e-9)
    assert (result.df, result.groups, result.left_out) == (1, ("F", "M"), ())


def test_mgus2_other_event_equals_cmprsk():
    """cmprsk 2.2.11, the same call, event 2 (death first): returned and stopped change places."""
    result = gray_test([swapped(counts) for counts in groups_of(MGUS2_BY_SEX)])
    assert result.statistic == pytest.approx(11.6512590121, abs=1e-9)
    assert result.p == pytest.approx(0.00064159097641, rel=1e-9)


def test_without_stops_and_difference_it_is_close_to_the_log_rank_test():
    """Without stops the scores are the same; the variances agree the better the less the groups differ."""
    for packed in (AML_BY_MAINTENANCE, BACK_PAIN_BY_EARLIER_EPISODES):
        gray, usual = gray_test(groups_of(packed)), log_rank(groups_of(packed))
        assert gray.df == usual.df
        assert gray.statistic == pytest.approx(usual.statistic, rel=0.03)


def test_order_of_groups_does_not_matter():
    groups = groups_of(VETERAN_BY_CELLTYPE)
    assert gray_test(groups[::-1]).statistic == pytest.approx(gray_test(groups).statistic, rel=1e-9)


def test_equal_groups_do_not_differ():
    counts, _ = groups_of(MGUS2_BY_SEX)
    result = gray_test([counts, replace(counts, group="copy")])
    assert result.statistic == pytest.approx(0, abs=1e-12)
    assert result.p == pytest.approx(1)


def test_strata_add_up():
    """The same stratum twice doubles score and variance, and so the statistic."""
    groups = groups_of(MGUS2_BY_SEX)
    assert stratified_gray_test([groups, groups]).statistic == pytest.approx(2 * gray_test(groups).statistic)
    assert stratified_gray_test([groups, groups[:1]]).statistic == pytest.approx(gray_test(groups).statistic)


def test_groups_under_five_returns_are_left_out_and_named():
    groups = groups_of(MGUS2_BY_SEX)
    few = RecoveryCounts.from_rows("few", [(9, 4, 3, 5)])
    result = gray_test([few, *groups])
    assert result.left_out == ("few",)
    assert result.statistic == gray_test(groups).statistic


def test_nothing_to_compare():
    a, b = groups_of(AML_BY_MAINTENANCE)
    assert gray_test([]) is None
    assert gray_test([a, RecoveryCounts.from_rows("empty", [])]) is None
    assert stratified_gray_test([[a], [b]]) is None
    with pytest.raises(ValueError, match="twice"):
        gray_test([a, a])


def test_everybody_back_in_one_group_before_the_other_begins():
    """The pooled incidence reaches 1 while the slow group is still out: a finite answer, no division by 0."""
    fast = RecoveryCounts.from_rows("fast", [(day, 1, 0, 0) for day in range(10)])
    slow = RecoveryCounts.from_rows("slow", [(day, 1, 0, 0) for day in range(20, 30)])
    result = gray_test([fast, slow])
    assert result.statistic > 10
    assert result.p < 0.001
