"""The range of relapse, sustained return and the curve of relapse, by hand."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.stats.relapse import YEAR_DAYS, relapse_range, sustained_return
from dashboard.stats.survival import RecoveryCounts, back_by, cumulative_incidence

PEOPLE = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(("relapsed", "stopped", "well"))), max_size=30
)


def make_counts(rows, group="all"):
    return RecoveryCounts.from_rows(group, rows)


def test_both_ends_by_hand():
    """20 returned: 3 relapse by day 14 and 1 later; 4 are not seen on day 14 or later, 1 stops before."""
    counts = make_counts([(3, 2, 0, 1), (10, 0, 1, 3), (14, 1, 0, 2), (30, 1, 0, 9)])
    found = relapse_range(counts)
    assert (found.days, found.returned, found.relapsed, found.known) == (14, 20, 3, 15)
    assert (found.low, found.high) == (3 / 20, 3 / 15)


@pytest.mark.parametrize(("day", "relapsed"), [(0, 1), (13, 1), (14, 1), (15, 0)])
def test_pain_on_day_14_is_a_relapse_and_on_day_15_is_not(day, relapsed):
    assert relapse_range(make_counts([(day, 1, 0, 0), (40, 0, 0, 9)])).relapsed == relapsed


@pytest.mark.parametrize(("day", "known"), [(13, 0), (14, 5)])
def test_seen_on_day_14_is_known(day, known):
    assert relapse_range(make_counts([(day, 0, 0, 5)])).known == known
    assert relapse_range(make_counts([(day, 0, 5, 0)])).known == known


def test_nobody_returned_or_nobody_seen_again():
    nobody = relapse_range(make_counts([]))
    assert (nobody.low, nobody.high) == (None, None)
    unseen = relapse_range(make_counts([(2, 0, 0, 6)]))
    assert (unseen.low, unseen.high, unseen.known) == (0.0, None, 0)


def test_coarse_counts_may_leave_people_in_view():
    counts = RecoveryCounts("all", 50, (7, 14), (4, 6), (0, 0), (5, 0))
    found = relapse_range(counts)
    assert (found.relapsed, found.known, found.low, found.high) == (10, 45, 10 / 50, 10 / 45)


def test_sustained_return_by_hand():
    """F(70) = 12/30; r14 between 3/20 and 3/15: 0.4 * 0.8 = 0.32 to 0.4 * 0.85 = 0.34 by day 84."""
    back = cumulative_incidence(make_counts([(50, 12, 0, 0), (75, 5, 0, 0), (90, 0, 0, 13)], "pfps"))
    relapse = relapse_range(make_counts([(3, 2, 0, 1), (10, 0, 1, 3), (14, 1, 0, 2), (30, 1, 0, 9)]))
    found = sustained_return(back, relapse, 84)
    assert (found.group, found.day) == ("pfps", 84)
    assert (found.low, found.high) == pytest.approx((0.32, 0.34))


def test_sustained_return_where_something_is_unknown():
    back = cumulative_incidence(make_counts([(50, 12, 0, 0), (90, 0, 0, 13)]))
    unseen, nobody = relapse_range(make_counts([(2, 0, 0, 6)])), relapse_range(make_counts([]))
    assert sustained_return(back, unseen, 84).low is None
    assert sustained_return(back, unseen, 84).high == pytest.approx(12 / 25)
    assert sustained_return(back, nobody, 84).high is None
    assert (sustained_return(back, unseen, 105).low, sustained_return(back, unseen, 105).high) == (None, None)


def test_nobody_has_held_out_before_day_14():
    back = cumulative_incidence(make_counts([(0, 1, 0, 0), (5, 12, 0, 0), (90, 0, 0, 13)]))
    relapse = relapse_range(make_counts([(3, 2, 0, 1), (30, 1, 0, 9)]))
    assert (sustained_return(back, relapse, 13).low, sustained_return(back, relapse, 13).high) == (0.0, 0.0)
    assert sustained_return(back, relapse, 14).high > 0


def test_relapse_to_12_months_is_a_curve_from_the_return():
    """20 returned; 3 relapse on day 10, 17 left, 5 leave view, 3 of 12 relapse on day 200: 1 - 17/20 * 9/12."""
    counts = make_counts([(10, 3, 0, 0), (100, 0, 0, 5), (200, 3, 0, 0), (400, 0, 0, 9)])
    horizon = back_by(cumulative_incidence(counts), YEAR_DAYS)
    assert horizon.value == pytest.approx(float(1 - Fraction(17, 20) * Fraction(9, 12)))
    assert horizon.at_risk == 9


@given(PEOPLE)
def test_range_equals_one_person_at_a_time(people):
    kinds = ("relapsed", "stopped", "well")
    found = relapse_range(
        make_counts([(day, *(int(kind == name) for name in kinds)) for day, kind in people])
    )
    relapsed = [p for p in people if p[1] == "relapsed" and p[0] <= 14]
    seen = [p for p in people if p not in relapsed and p[0] >= 14]
    assert found.low == (len(relapsed) / len(people) if people else None)
    assert found.high == (len(relapsed) / (len(relapsed) + len(seen)) if relapsed or seen else None)
    assert found.low is None or found.high is None or found.low <= found.high
