"""Differences of two curves against R's limits combined by hand."""

from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from r_reference_data import LUNG_BY_ECOG_AND_SEX, unpack

from dashboard.stats.difference import difference_at, mover
from dashboard.stats.survival import RecoveryCounts, cumulative_incidence, sentence_interval

LUNG = {
    sex: cumulative_incidence(
        unpack(sex, " ".join(rows for (_, s), rows in LUNG_BY_ECOG_AND_SEX.items() if s == sex))
    )
    for sex in "12"
}
ROWS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 2), st.integers(0, 3)), max_size=8
)


def make_curve(rows, group="a"):
    return cumulative_incidence(RecoveryCounts.from_rows(group, rows))


@pytest.mark.parametrize(
    ("day", "first", "second"),
    [
        (84, (0.13768115942, 0.090123608744, 0.20731377031), (0.066666666667, 0.030515572256, 0.14237999853)),
        (182, (0.37018193031, 0.29563894237, 0.45658801883), (0.16946310717, 0.10578195187, 0.26536080318)),
        (365, (0.66391216536, 0.57869783178, 0.74727085667), (0.47353696981, 0.36468376718, 0.59642017673)),
    ],
)
def test_lung_by_sex(day, first, second):
    """R 4.2.2, survival 3.5.3, lung by sex, conf.type = "log-log": (estimate, low, high) of each group."""
    found = difference_at(LUNG["1"], LUNG["2"], day)
    d = first[0] - second[0]
    assert (found.group, found.reference, found.too_few) == ("1", "2", False)
    assert (found.group_value, found.reference_value) == pytest.approx((first[0], second[0]), abs=1e-10)
    assert found.value == pytest.approx(d, abs=1e-10)
    assert found.low == pytest.approx(
        d - sqrt((first[0] - first[1]) ** 2 + (second[2] - second[0]) ** 2), abs=1e-9
    )
    assert found.high == pytest.approx(
        d + sqrt((first[2] - first[0]) ** 2 + (second[0] - second[1]) ** 2), abs=1e-9
    )


def test_wilson_limits_give_newcombe_s_method_10():
    """Newcombe 1998, example (a): 56/70 against 48/80, method 10 gives 0.0524 to 0.3339."""
    low, high = mover(0.8, (0.6916, 0.8770), 0.6, (0.4905, 0.7003))
    assert (low, high) == pytest.approx((0.0524, 0.3339), abs=2e-4)


def test_nobody_and_everybody_back_have_an_interval():
    """0 of 20 and 20 of 20: the exact limits 1 - 0.025^(1/20) and 0.025^(1/20) stand in for the band."""
    none, everybody = make_curve([(90, 0, 0, 20)]), make_curve([(30, 20, 0, 0)], "b")
    found = difference_at(none, everybody, 84)
    bound = 1 - 0.025 ** (1 / 20)
    assert found.value == -1
    assert (found.low, found.high) == pytest.approx((-1, -1 + sqrt(2) * bound))


def test_no_difference_past_the_follow_up_of_either():
    short, long = make_curve([(10, 3, 0, 0), (20, 0, 0, 3)]), make_curve([(10, 3, 0, 0), (99, 0, 0, 30)], "b")
    found = difference_at(short, long, 84)
    assert (found.value, found.low, found.high) == (None, None, None)
    assert found.reference_value == pytest.approx(3 / 33)
    assert found.too_few


def test_few_in_one_group_are_said():
    few, many = make_curve([(10, 2, 0, 0), (99, 0, 0, 4)]), make_curve([(10, 9, 0, 0), (99, 0, 0, 30)], "b")
    assert difference_at(few, many, 84).too_few
    assert not difference_at(many, many, 84).too_few


@settings(deadline=None)
@given(ROWS, ROWS, st.integers(0, 9))
def test_limits_enclose_the_difference_and_change_sign_with_it(first, second, day):
    a, b = make_curve(first), make_curve(second, "b")
    there, back = difference_at(a, b, day), difference_at(b, a, day)
    if there.low is None:
        assert None in (sentence_interval(a, day), sentence_interval(b, day)) or there.value is None
        assert back.low is None
        return
    assert -1 - 1e-12 <= there.low <= there.value + 1e-12
    assert there.value <= there.high + 1e-12 <= 1 + 2e-12
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))
