"""Tests and differences of groups: which are compared, with whom, and what is withheld."""

import pytest

from dashboard.comparison import Comparison, compare_groups, stratified
from dashboard.stats.difference import difference_at
from dashboard.stats.gray import gray_test, stratified_gray_test
from dashboard.stats.log_rank import log_rank, stratified_log_rank
from dashboard.stats.survival import RecoveryCounts, cumulative_incidence
from sql.queries.strata_counts import StratumCount


def make(name, *rows):
    return RecoveryCounts.from_rows(name, rows)


LARGE = make("a", (10, 20, 0, 0), (60, 20, 5, 0), (200, 0, 0, 55))
SMALL = make("b", (30, 9, 1, 0), (90, 10, 0, 0), (200, 0, 0, 20))
THIRD = make("c", (50, 25, 0, 5), (200, 0, 0, 20))
UNKNOWN = make("unknown", (5, 9, 0, 0))


def compare(*groups, **options):
    curves = {group.group: cumulative_incidence(group) for group in groups}
    return compare_groups({group.group: group for group in groups}, curves, **options)


def test_of_two_the_smaller_is_set_against_the_larger():
    found = compare(SMALL, LARGE, UNKNOWN)
    assert [(d.day, d.group, d.reference) for d in found.differences] == [(84, "b", "a"), (182, "b", "a")]
    curves = cumulative_incidence(SMALL), cumulative_incidence(LARGE)
    assert found.differences[0] == difference_at(*curves, 84)
    assert found.differences[0].value == pytest.approx(9 / 40 - 40 / 100)
    assert found.gray.left_out == found.log_rank.left_out == ("unknown",)
    assert found.gray.statistic == gray_test([SMALL, LARGE]).statistic
    assert found.log_rank.statistic == log_rank([SMALL, LARGE]).statistic


def test_of_several_each_is_set_against_the_largest():
    found = compare(SMALL, LARGE, THIRD)
    assert {(d.group, d.reference) for d in found.differences} == {("b", "a"), ("c", "a")}


def test_withheld_groups_are_named_and_small_shares_leave_no_difference():
    hidden = compare_groups({"a": LARGE, "b": SMALL, "c": None}, {"a": cumulative_incidence(LARGE)})
    assert hidden.gray.left_out == ("c",)
    assert hidden.differences == ()
    few = make("b", (30, 7, 0, 0), (200, 0, 0, 43))
    assert compare(LARGE, few, shared_k=8).differences == ()
    assert len(compare(LARGE, few).differences) == 2
    enough = make("b", (30, 8, 0, 0), (200, 0, 0, 43))
    assert len(compare(LARGE, enough, shared_k=8).differences) == 2


def test_one_group_has_nothing_to_compare():
    assert compare(LARGE, UNKNOWN) == Comparison()


def test_within_strata_scores_are_added_over_strata():
    cells = {"s": (LARGE, SMALL), "t": (make("a", (7, 9, 0, 0), (90, 3, 0, 8)), make("b", (9, 6, 2, 9)))}
    rows = [
        StratumCount(stratum, counts.group, day, how, n)
        for stratum, groups in cells.items()
        for counts in (*groups, make("unknown", (3, 1, 0, 0)))
        for column, how in (
            (counts.returned, "returned"),
            (counts.stopped, "stopped"),
            (counts.censored, "censored"),
        )
        for day, n in zip(counts.day, column, strict=True)
        if n
    ]
    found = stratified(Comparison(), "condition", rows)
    assert found.stratified_by == "condition"
    assert found.gray.statistic == pytest.approx(stratified_gray_test(list(cells.values())).statistic)
    assert found.log_rank.statistic == pytest.approx(stratified_log_rank(list(cells.values())).statistic)
    assert found.gray.left_out == ("unknown",)
