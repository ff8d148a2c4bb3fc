"""k-sample log-rank test against R and a per-person re-implementation in fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from r_reference_data import (
    AML_BY_MAINTENANCE,
    BACK_PAIN_BY_EARLIER_EPISODES,
    GEHAN_BY_TREATMENT,
    LUNG_BY_ECOG_AND_SEX,
    MGUS2_BY_SEX,
    VETERAN_BY_CELLTYPE,
    unpack,
)

from dashboard.stats.log_rank import log_rank, stratified_log_rank
from dashboard.stats.survival import RecoveryCounts

PEOPLE = st.lists(
    st.tuples(st.integers(0, 8), st.sampled_from((1, 1, 0)), st.sampled_from("abc")), min_size=15, max_size=45
)
LUNG_STRATA = [
    [unpack(sex, LUNG_BY_ECOG_AND_SEX[(ecog, sex)]) for sex in "12" if (ecog, sex) in LUNG_BY_ECOG_AND_SEX]
    for ecog in "0123"
]


def groups_of(packed):
    return [unpack(name, rows) for name, rows in packed.items()]


def count_people(people, group):
    return RecoveryCounts.from_rows(
        group, [(day, back, 0, 1 - back) for day, back, g in people if g == group]
    )


@pytest.mark.parametrize(
    ("packed", "statistic", "df", "p", "observed", "expected"),
    [
        (AML_BY_MAINTENANCE, 3.396388699, 1, 0.065339322041, (7, 11), (10.6893359923, 7.3106640077)),
        (
            VETERAN_BY_CELLTYPE,
            25.4037003458,
            3,
            1.271245939e-05,
            (26, 26, 45, 31),
            (15.6937646144, 34.5494783863, 30.1020793268, 47.6546776725),
        ),
        (
            BACK_PAIN_BY_EARLIER_EPISODES,
            0.10520255413,
            1,
            0.74567349927,
            (34, 159),
            (32.3294786187, 160.6705213813),
        ),
    ],
)
def test_equals_r(packed, statistic, df, p, observed, expected):
    """R 4.2.2, survival 3.5.3, survdiff()."""
    result = log_rank(groups_of(packed))
    assert result.statistic == pytest.approx(statistic, abs=1e-9)
    assert (result.df, result.observed, result.left_out) == (df, observed, ())
    assert result.p == pytest.approx(p, rel=1e-9)
    assert result.expected == pytest.approx(expected, abs=1e-9)


def test_lung_by_sex_equals_r():
    """R 4.2.2, survival 3.5.3, survdiff(Surv(time, status) ~ sex), lung: all 228."""
    everyone = [*LUNG_STRATA, [unpack("1", LUNG_BY_ECOG_AND_SEX[("unknown", "1")])]]
    merged = [
        RecoveryCounts.from_rows(
            sex,
            [
                row
                for stratum in everyone
                for counts in stratum
                if counts.group == sex
                for row in zip(counts.day, counts.returned, counts.stopped, counts.censored, strict=True)
            ],
        )
        for sex in "12"
    ]
    result = log_rank(merged)
    assert result.statistic == pytest.approx(10.3267419549, abs=1e-9)
    assert result.p == pytest.approx(0.0013111645204, rel=1e-9)
    assert result.expected == pytest.approx((91.5817390296, 73.4182609704), abs=1e-9)


def test_lung_by_sex_within_ecog_equals_r():
    """R 4.2.2, survival 3.5.3, survdiff(... ~ sex + strata(ph.ecog)); score 3 holds one man and no woman."""
    result = stratified_log_rank(LUNG_STRATA)
    assert result.statistic == pytest.approx(10.7950596335, abs=1e-9)
    assert result.p == pytest.approx(0.0010177133447, rel=1e-9)
    assert result.observed == (111, 53)
    assert result.expected == pytest.approx((90.6410226637, 73.3589773363), abs=1e-9)


def test_gehan():
    """Gehan 1965, chi-square 16.793, p 4.17e-05 (R package MASS, survdiff)."""
    result = log_rank(groups_of(GEHAN_BY_TREATMENT))
    assert result.statistic == pytest.approx(16.793, abs=5e-4)
    assert result.p == pytest.approx(4.17e-05, rel=1e-3)


def test_stops_are_censored():
    """mgus2 by sex with death first censored: chi-square 0.10."""
    groups = groups_of(MGUS2_BY_SEX)
    no_stops = [
        RecoveryCounts(
            g.group,
            g.started,
            g.day,
            g.returned,
            (0,) * len(g.day),
            tuple(map(sum, zip(g.stopped, g.censored, strict=True))),
        )
        for g in groups
    ]
    assert round(log_rank(groups).statistic, 2) == 0.10
    assert log_rank(groups) == log_rank(no_stops)


def test_groups_under_five_returns_are_left_out_and_named():
    a, b = groups_of(AML_BY_MAINTENANCE)
    four = RecoveryCounts.from_rows("four", [(5, 4, 0, 30)])
    result = log_rank([four, a, b])
    assert result.left_out == ("four",)
    assert result.groups == (a.group, b.group)
    assert result.statistic == log_rank([a, b]).statistic


def test_returns_are_counted_over_all_strata():
    halves = [RecoveryCounts.from_rows(name, [(day, 3, 0, 1)]) for name, day in (("a", 4), ("b", 6))]
    assert log_rank(halves) is None
    assert stratified_log_rank([halves, halves]).observed == (6, 6)


def test_nothing_to_compare():
    a, _ = groups_of(AML_BY_MAINTENANCE)
    assert log_rank([]) is None
    assert log_rank([a]) is None
    assert log_rank([a, RecoveryCounts.from_rows("empty", [])]) is None


def test_strata_that_never_hold_two_groups_together_compare_nothing():
    a, b = groups_of(AML_BY_MAINTENANCE)
    assert stratified_log_rank([[a], [b]]) is None


def test_pairs_that_share_no_stratum_lose_a_degree_of_freedom():
    """a meets b and c meets d, but never crosswise: two comparisons, not three."""
    a, b = groups_of(AML_BY_MAINTENANCE)
    c, d = groups_of(GEHAN_BY_TREATMENT)
    result = stratified_log_rank([[a, b], [c, d]])
    assert result.df == 2
    assert result.statistic == pytest.approx(log_rank([a, b]).statistic + log_rank([c, d]).statistic)


def test_a_stratum_with_one_group_changes_nothing():
    a, b = groups_of(AML_BY_MAINTENANCE)
    assert stratified_log_rank([[a, b], [a]]).statistic == pytest.approx(log_rank([a, b]).statistic)


def test_a_group_given_twice_is_refused():
    a, _ = groups_of(AML_BY_MAINTENANCE)
    with pytest.raises(ValueError, match="twice"):
        log_rank([a, a])


def _naive_scores(people, names):
    """Observed minus expected, and covariance, one person at a time, for the named groups."""
    score = {name: Fraction(0) for name in names}
    cov = {(i, j): Fraction(0) for i in names for j in names}
    for time in sorted({day for day, back, _ in people if back}):
        at_risk = [g for day, _, g in people if day >= time]
        events = [g for day, back, g in people if back and day == time]
        n, d = len(at_risk), len(events)
        for i in names:
            score[i] += events.count(i) - Fraction(at_risk.count(i) * d, n)
            for j in names:
                if n > 1:
                    p = Fraction(at_risk.count(i), n)
                    q = Fraction(at_risk.count(j), n)
                    cov[i, j] += Fraction(d * (n - d), n - 1) * ((p if i == j else 0) - p * q)
    return score, cov


@settings(deadline=None)
@given(PEOPLE)
def test_equals_the_naive_test(people):
    returns = {g: sum(back for _, back, group in people if group == g) for g in "abc"}
    names = [g for g in "abc" if returns[g] >= 5]
    result = log_rank([count_people(people, g) for g in "abc"])
    if len(names) < 2:
        assert result is None
        return
    score, cov = _naive_scores([person for person in people if person[2] in names], names)
    kept = names[:-1]
    matrix = np.array([[float(cov[i, j]) for j in kept] for i in kept])
    if result is None or result.df < len(kept):
        assert np.linalg.matrix_rank(matrix, tol=1e-9) == (result.df if result else 0)
        return
    vector = np.array([float(score[i]) for i in kept])
    assert result.groups == tuple(names)
    assert result.statistic == pytest.approx(vector @ np.linalg.solve(matrix, vector), rel=1e-8, abs=1e-12)
    assert sum(result.expected) == pytest.approx(sum(result.observed))
