"""scipy and statsmodels on invented people: ties, heavy censoring, nobody back, one person, an empty group.

Agreement to 1e-6 wherever the definition is the same. scipy gives no limits where S is 0 or 1; there ours are exact
ones or none, and they have tests of their own.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf, logrank
from stats.invented_people import EXACT, GROUPS, PEOPLE, SLOW, TIED, columns, columns_of, counts_of

from dashboard.stats.gray import gray_test
from dashboard.stats.log_rank import log_rank, stratified_log_rank
from dashboard.stats.survival import RecoveryCounts, back_by, cumulative_incidence, quantile, restricted_mean

duration = pytest.importorskip("statsmodels.duration.survfunc", exc_type=ImportError)
pytestmark = pytest.mark.filterwarnings("ignore::Warning")

ENDS = ("censored", "returned", "stopped")
WITH_STOPS = st.lists(st.tuples(st.integers(1, 20), st.sampled_from(ENDS)), min_size=1, max_size=60)
STRATA = st.lists(GROUPS.filter(lambda groups: len(groups) == 2), min_size=2, max_size=3)


def censored_data(people):
    days, back = columns(people)
    return CensoredData.right_censored(days, ~back)


@SLOW
@given(PEOPLE.filter(lambda people: any(how == "returned" for _, how in people)))
def test_curve_and_log_log_limits_of_scipy(people):
    curve, theirs = cumulative_incidence(counts_of(people)), ecdf(censored_data(people)).sf
    limits = theirs.confidence_interval(method="log-log")
    for place, day in enumerate(theirs.quantiles):
        survival = theirs.probabilities[place]
        assert 1 - curve.value_at(int(day)) == pytest.approx(survival, abs=EXACT)
        if EXACT < survival < 1 - EXACT:
            found = back_by(curve, int(day))
            assert found.low == pytest.approx(1 - limits.high.probabilities[place], abs=EXACT)
            assert found.high == pytest.approx(1 - limits.low.probabilities[place], abs=EXACT)


@SLOW
@given(WITH_STOPS)
def test_cumulative_incidence_of_statsmodels(people):
    """Stops compete: type 1 is a return, type 2 a stop."""
    days, status = np.array([day for day, _ in people]), np.array([ENDS.index(how) for _, how in people])
    curve = cumulative_incidence(counts_of(people))
    if not (status == 1).any():
        assert {curve.value_at(int(day)) for day in days} == {0}
        return
    theirs = duration.CumIncidenceRight(days, status)
    for day, value in zip(theirs.times, theirs.cinc[0], strict=True):
        assert curve.value_at(int(day)) == pytest.approx(value, abs=EXACT)


@SLOW
@given(PEOPLE, st.integers(1, 60))
def test_restricted_mean_is_the_area_under_scipys_curve(people, horizon):
    days, back = columns(people)
    found = restricted_mean(cumulative_incidence(counts_of(people)), horizon)
    left = days.max() < horizon and not back[days == days.max()].all()
    if found.value is None:
        assert left
        return
    survival = ecdf(censored_data(people)).sf if back.any() else None
    area = sum(survival.evaluate(day) if survival else 1.0 for day in range(horizon))
    assert found.value == pytest.approx(float(area), abs=EXACT)


@SLOW
@given(PEOPLE, st.sampled_from([0.25, 0.5, 0.75]))
def test_quantiles_are_the_first_day_of_scipys_curve(people, p):
    _, back = columns(people)
    found = quantile(cumulative_incidence(counts_of(people)), p).value_days
    if not back.any():
        assert found is None
        return
    theirs = ecdf(censored_data(people)).cdf
    reached = [
        day for day, share in zip(theirs.quantiles, theirs.probabilities, strict=True) if share > p - 1e-9
    ]
    assert found == (reached[0] if reached else None)


@SLOW
@given(GROUPS.filter(lambda groups: len(groups) == 2))
def test_log_rank_of_scipy(groups):
    ours = log_rank([counts_of(group, str(name)) for name, group in enumerate(groups)])
    theirs = logrank(*(censored_data(group) for group in groups))
    assert ours.statistic == pytest.approx(theirs.statistic**2, abs=EXACT)
    assert ours.p == pytest.approx(theirs.pvalue, abs=EXACT)


@SLOW
@given(STRATA)
def test_stratified_log_rank_of_statsmodels(strata):
    ours = stratified_log_rank(
        [[counts_of(group, str(name)) for name, group in enumerate(groups)] for groups in strata]
    )
    parts = [columns_of(groups) for groups in strata]
    names, days, back = (np.concatenate(column) for column in zip(*parts, strict=True))
    where = np.concatenate([np.full(len(part[0]), number) for number, part in enumerate(parts)])
    statistic, p = duration.survdiff(days, back.astype(int), names, strata=where)
    assert ours.statistic == pytest.approx(float(np.squeeze(statistic)), abs=EXACT)
    assert ours.p == pytest.approx(float(np.squeeze(p)), abs=EXACT)


@SLOW
@given(GROUPS.filter(lambda groups: len(groups) == 2))
def test_an_empty_group_changes_no_test(groups):
    counts = [counts_of(group, str(name)) for name, group in enumerate(groups)]
    nobody = RecoveryCounts.from_rows("nobody", ())
    with_nobody, without = log_rank([*counts, nobody]), log_rank(counts)
    assert (with_nobody.statistic, with_nobody.df, with_nobody.left_out) == (
        without.statistic,
        1,
        ("nobody",),
    )
    assert gray_test([*counts, nobody]).statistic == gray_test(counts).statistic


@SLOW
@given(TIED)
def test_one_group_or_nobody_back_is_no_test(people):
    censored = [(day, "censored") for day, _ in people]
    alone = counts_of(people, "alone")
    for other in (RecoveryCounts.from_rows("nobody", ()), counts_of(censored, "all censored")):
        assert log_rank([alone, other]) is None
        assert gray_test([alone, other]) is None
