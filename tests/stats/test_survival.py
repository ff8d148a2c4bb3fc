"""Curve, horizons, quantiles, restricted mean and risk table against hand-derived fractions and R."""

import pickle
from fractions import Fraction
from math import exp, log, sqrt

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
    pooled,
    unpack,
)

from dashboard.stats.survival import (
    RecoveryCounts,
    RiskRow,
    add_late_reports,
    back_by,
    cumulative_incidence,
    effectively_followed,
    line_parts,
    quantile,
    restricted_mean,
    risk_table,
    sentence_interval,
    too_few_followed,
)

# day, returned, stopped, censored: unsorted, with all three on day 10 and a day given twice
SIX = [(25, 1, 0, 0), (10, 1, 0, 0), (10, 0, 1, 1), (3, 1, 0, 0), (40, 0, 0, 1)]
PEOPLE = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(("returned", "stopped", "censored"))), max_size=25
)


def make_counts(rows, group="all"):
    return RecoveryCounts.from_rows(group, rows)


def make_curve(rows):
    return cumulative_incidence(make_counts(rows))


def count_people(people):
    kinds = ("returned", "stopped", "censored")
    return make_counts([(day, *(int(kind == name) for name in kinds)) for day, kind in people])


# --- counts ------------------------------------------------------------------------------------------------


def test_rows_are_sorted_and_same_days_added():
    counts = make_counts(SIX)
    assert counts == RecoveryCounts("all", 6, (3, 10, 25, 40), (1, 1, 1, 0), (0, 1, 0, 0), (0, 1, 0, 1))


def test_rows_without_anybody_are_no_follow_up():
    assert make_counts([(5, 1, 0, 0), (400, 0, 0, 0)]).day == (5,)


def test_empty_group_is_legal():
    assert make_counts([]) == RecoveryCounts("all", 0, (), (), (), ())


@pytest.mark.parametrize(
    ("started", "day", "returned", "message"),
    [
        (9, (5, 5), (1, 1), "strictly increasing"),
        (9, (7, 5), (1, 1), "strictly increasing"),
        (9, (-1, 5), (1, 1), "0 or later"),
        (9, (1, 5), (1, -1), "negative"),
        (-1, (1, 5), (0, 0), "negative"),
        (1, (1, 5), (1, 1), "2 counted, but only 1 started"),
        (9, (1, 5), (1,), "differ in length"),
    ],
)
def test_impossible_counts_are_refused(started, day, returned, message):
    with pytest.raises(ValueError, match=message):
        RecoveryCounts("all", started, day, returned, (0, 0), (0, 0))


# --- curve -------------------------------------------------------------------------------------------------


def test_six_people_by_hand():
    """Day 3: 1/6. Day 10: 5 at risk, one returns, one stops. Day 25: 2 at risk, S before = 5/6 * 3/5."""
    curve = make_curve(SIX)
    assert curve.at_risk == (6, 5, 2, 1)
    expected = [Fraction(1, 6), Fraction(1, 6) + Fraction(5, 6) / 5, Fraction(1, 3) + Fraction(1, 2) / 2]
    assert curve.value == pytest.approx([float(f) for f in [*expected, Fraction(7, 12)]], abs=1e-15)
    assert curve.state_free == pytest.approx([5 / 6, 1 / 2, 1 / 4, 1 / 4], abs=1e-15)
    assert (curve.follow_up_days, curve.finished_day) == (40, None)


def test_six_people_variance_by_hand():
    """On day 10, without the carried form: (1/6)^2 * 1/(6*5) + 5/216 - 2 * 1/6 * 1/36 + 25/36 * 4/125."""
    by_hand = Fraction(1, 36) / 30 + Fraction(5, 216) - Fraction(2, 216) + Fraction(25, 36) * Fraction(4, 125)
    assert make_curve(SIX).variance_at(10) == pytest.approx(float(by_hand), abs=1e-15)


def test_without_stops_it_is_one_minus_kaplan_meier():
    """Hand-derived for the maintained arm of aml: 10/11, 9/11, 9/11 * 7/8, 9/11 * 6/8 (Miller 1997)."""
    curve = cumulative_incidence(unpack("maintained", AML_BY_MAINTENANCE["Maintained"]))
    survival = [1 - curve.value_at(day) for day in (8, 9, 13, 18, 23)]
    assert survival == pytest.approx([1, 10 / 11, 9 / 11, 63 / 88, 54 / 88], abs=1e-15)


def test_day_zero_counts_and_nothing_is_back_before_it():
    curve = make_curve([(0, 2, 0, 0), (9, 0, 0, 2)])
    assert (curve.value_at(-1), curve.value_at(0), curve.value_at(8)) == (0.0, 0.5, 0.5)


def test_band_is_zero_before_the_first_return_and_absent_only_when_all_are_back():
    curve = make_curve([(2, 0, 0, 1), (5, 3, 0, 0), (9, 1, 0, 0)])
    assert curve.band_at(1) == curve.band_at(2) == (0.0, 0.0)
    assert None not in curve.band_at(5)
    assert curve.band_at(9) == curve.band_at(99) == (None, None)


def test_band_stays_when_the_last_in_view_returns_but_somebody_stopped():
    curve = make_curve([(2, 0, 1, 0), (5, 3, 0, 0)])
    assert curve.is_finished(5)
    assert not curve.is_all_returned(5)
    low, high = curve.band_at(5)
    assert 0 < low < 0.75 < high < 1


def test_curves_are_values():
    curve = make_curve(SIX)
    assert pickle.loads(pickle.dumps(curve)) == curve == make_curve(reversed(SIX))
    assert hash(curve) == hash(make_curve(SIX))


def test_groups_without_a_return_have_a_flat_curve():
    for rows in ([], [(5, 0, 0, 3)], [(5, 0, 3, 0)]):
        curve = make_curve(rows)
        assert set(curve.value) <= {0.0}
        assert set(curve.variance) <= {0.0}


def test_one_patient():
    curve = make_curve([(20, 1, 0, 0)])
    assert (curve.value, curve.variance, curve.low) == ((1.0,), (0.0,), (None,))
    assert sentence_interval(curve, 20) == (0.025, 1.0)


def test_everybody_back_is_exactly_one():
    """The steps alone add up to 0.9999999999999999 for some of these numbers of people."""
    for returns in range(8, 60):
        curve = make_curve([(day, 1, 0, int(day in (3, 5))) for day in range(returns)])
        assert curve.value[-1] == back_by(curve, 500).value == 1.0


def test_three_thousand_days_match_the_direct_sum():
    """The carried sums lose no digits against the definition, evaluated day by day on 3,000 days."""
    rows = [(day, 1 + day % 3, day % 2, 1 + day % 5) for day in range(3000)]
    curve = make_curve(rows)
    for day in (0, 700, 1500, 2999):
        assert curve.variance_at(day) == pytest.approx(_direct_variance(curve, day), abs=1e-12)
        assert curve.variance_at(day) == pytest.approx(_direct_variance(curve, day), rel=1e-9)


def _direct_variance(curve, until):
    total, before, end = 0.0, 1.0, curve.value_at(until)
    for day, n, r, s, value in zip(
        curve.day, curve.at_risk, curve.returned, curve.stopped, curve.value, strict=True
    ):
        if day > until:
            break
        d = r + s
        total += (end - value) ** 2 * d / (n * (n - d)) if n > d else 0.0
        total += before**2 * r * (n - r) / n**3 - 2 * (end - value) * before * r / n**2
        before *= (n - d) / n
    return total


# --- against one person at a time --------------------------------------------------------------------------


def _naive(people, day, weights=None):
    """F and the area under it up to `day`, from weighted rows; works for any number type."""
    weights = weights or [Fraction(1)] * len(people)
    free, value, area = weights[0] / weights[0], weights[0] * 0, weights[0] * 0
    for time in sorted({t for t, _ in people if t <= day}):
        at_risk = sum(w for (t, _), w in zip(people, weights, strict=True) if t >= time)
        back, stop = (
            sum((w for p, w in zip(people, weights, strict=True) if p == (time, kind)), 0 * at_risk)
            for kind in ("returned", "stopped")
        )
        area += free * back / at_risk * (day - time)
        value += free * back / at_risk
        free *= 1 - (back + stop) / at_risk
    return value, area, free


def _jackknife_variances(people, day):
    """Infinitesimal jackknife: squared derivatives of F and of its area by each person's weight."""
    step, totals = 1e-30, [0.0, 0.0]
    for index in range(len(people)):
        weights = [1 + 1j * step * (i == index) for i in range(len(people))]
        for which, result in enumerate(_naive(people, day, weights)[:2]):
            totals[which] += (result.imag / step) ** 2
    return totals


@settings(deadline=None)
@given(PEOPLE.filter(bool), st.integers(0, 13))
def test_curve_equals_the_naive_estimate_in_fractions(people, day):
    curve = cumulative_incidence(count_people(people))
    value, _, free = _naive(people, day)
    assert curve.value_at(day) == pytest.approx(float(value), abs=1e-12)
    assert curve.state_free_at(day) == pytest.approx(float(free), abs=1e-12)
    assert curve.is_finished(day) == (free == 0)
    assert curve.is_all_returned(day) == (value == 1)


@settings(deadline=None)
@given(PEOPLE.filter(bool), st.integers(0, 13))
def test_variances_are_the_infinitesimal_jackknife(people, day):
    """R's multi-state `survfit` reports the infinitesimal jackknife; complex-step derivatives are exact."""
    curve = cumulative_incidence(count_people(people))
    of_value, of_area = _jackknife_variances(people, day)
    assert curve.variance_at(day) == pytest.approx(of_value, abs=1e-12)
    if curve.is_followed(day) and day:
        assert restricted_mean(curve, day).se ** 2 == pytest.approx(of_area, abs=1e-10)


@settings(deadline=None)
@given(PEOPLE, st.lists(st.integers(0, 15), max_size=4))
def test_results_keep_their_promises(people, days):
    counts = count_people(people)
    curve = cumulative_incidence(counts)
    assert list(curve.value) == sorted(curve.value)
    for row in risk_table(counts, days):
        assert row.at_risk + row.returned + row.stopped + row.censored == counts.started
    for value, low, high in zip(curve.value, curve.low, curve.high, strict=True):
        assert low is None or 0 <= low <= value + 1e-12 <= high + 2e-12 <= 1 + 3e-12
    mean = restricted_mean(curve, 10)
    assert mean.value is None or 0 <= mean.low <= mean.value <= mean.high <= 10
    middle = quantile(curve, 0.5)
    assert middle.low_days is None or middle.value_days is None or middle.low_days <= middle.value_days


# --- horizons and sentences --------------------------------------------------------------------------------


def test_horizon_counts_those_followed_beyond_the_day():
    horizon = back_by(make_curve(SIX), 10)
    assert (horizon.at_risk, horizon.known) == (2, 5 / 6)
    assert horizon.value == pytest.approx(1 / 3)
    assert horizon.se == pytest.approx(sqrt(make_curve(SIX).variance_at(10)))


def test_last_day_keeps_the_step_and_later_days_have_no_value():
    curve = make_curve([(10, 12, 0, 0), (90, 0, 0, 30)])
    assert back_by(curve, 89).too_few is False
    last, beyond = back_by(curve, 90), back_by(curve, 91)
    assert (last.value, last.at_risk, last.too_few) == (pytest.approx(12 / 42), 0, True)
    assert (beyond.value, beyond.low, beyond.high, beyond.se, beyond.too_few) == (
        None,
        None,
        None,
        None,
        True,
    )
    assert beyond.known == pytest.approx(12 / 42)


def test_a_finished_curve_is_known_for_ever():
    curve = make_curve([(10, 12, 1, 0)])
    assert back_by(curve, 5000).value == pytest.approx(12 / 13)
    assert not back_by(curve, 5000).too_few


def test_empty_group_has_no_horizon():
    horizon = back_by(make_curve([]), 84)
    assert (horizon.value, horizon.known, horizon.at_risk, horizon.too_few) == (None, None, 0, True)
    assert sentence_interval(make_curve([]), 84) is None
    assert restricted_mean(make_curve([])).value is None
    assert quantile(make_curve([]), 0.5).value_days is None
    assert risk_table(make_counts([]), [0, 84]) == (RiskRow(0, 0, 0, 0, 0), RiskRow(84, 0, 0, 0, 0))


@pytest.mark.parametrize(("at_risk", "expected"), [(4, False), (3, True)])
def test_too_few_looks_at_all_the_curve_rests_on(at_risk, expected):
    """Of 10 starters 6 or 7 are back: 4/0.4 = 10 is enough, but 9 starters with 3 left are 3/(1/3) = 9."""
    started = 10 if at_risk == 4 else 9
    curve = make_curve([(5, 6, 0, 0), (50, 0, 0, started - 6)])
    assert effectively_followed(curve, 20) == pytest.approx(started)
    assert too_few_followed(curve, 20) is expected


@pytest.mark.parametrize(("lost", "expected"), [(0, False), (1, True)])
def test_too_few_once_finished_counts_known_outcomes(lost, expected):
    curve = make_curve([(5, 0, 0, lost), (6, 6, 4 - lost, 0)])
    assert too_few_followed(curve, 6) is expected


def test_a_line_is_firm_again_once_everybody_in_view_has_returned_or_stopped():
    """30 started, 16 left view: the last 4 are few (4 of S = 1/2 is 8) until all of them are back; 14 are known."""
    curve = make_curve([(10, 5, 5, 0), (20, 0, 0, 16), (30, 4, 0, 0)])
    assert [day for day in (10, 20, 29, 30, 500) if too_few_followed(curve, day)] == [20, 29]
    few = [too_few_followed(curve, day) for day in (0, 10, 20, 30, 182)]
    parts = [([0, 10, 20, 30, 182][part], dotted) for part, dotted in line_parts(few)]
    assert parts == [([0, 10], False), ([10, 20, 30], True), ([30, 182], False)]


def test_parts_of_a_line_need_two_points():
    assert line_parts([]) == line_parts([True]) == line_parts([False]) == []
    assert line_parts([True, True]) == [(slice(0, 3), True)]
    assert line_parts([False, True]) == [(slice(0, 3), True)]
    assert line_parts([True, False]) == [(slice(0, 2), True)]


def test_too_few_when_nobody_is_left_but_somebody_left_view():
    assert too_few_followed(make_curve([(5, 50, 0, 0), (6, 0, 0, 50)]), 6)


def test_exact_limits_where_the_band_collapses():
    """0 of m: upper limit 1 - 0.025^(1/m); m of m: lower limit 0.025^(1/m) (Clopper and Pearson)."""
    nobody = make_curve([(3, 0, 2, 1), (90, 0, 0, 8)])
    assert sentence_interval(nobody, 84) == (0.0, pytest.approx(1 - 0.025 ** (1 / 10)))
    assert back_by(nobody, 84).high == pytest.approx(1 - 0.025 ** (1 / 10))
    everybody = make_curve([(3, 0, 0, 2), (10, 8, 0, 0)])
    assert sentence_interval(everybody, 84) == (pytest.approx(0.025 ** (1 / 8)), 1.0)
    assert (back_by(everybody, 84).low, back_by(everybody, 84).high) == (None, None)
    between = make_curve(SIX)
    assert sentence_interval(between, 10) == between.band_at(10)


def test_no_limits_when_every_state_is_unknown():
    assert sentence_interval(make_curve([(3, 0, 0, 5)]), 3) is None
    assert sentence_interval(make_curve(SIX), 41) is None


# --- quantiles, area, table, late reports ------------------------------------------------------------------


def test_median_takes_the_first_day_of_a_flat_step_at_one_half():
    """R averages 5 and 9 here; the smallest day with F >= 1/2 is 5."""
    curve = make_curve([(5, 2, 0, 0), (9, 1, 0, 0), (12, 0, 0, 1)])
    assert quantile(curve, 0.5).value_days == 5


def test_quantile_not_reached_and_refused():
    assert quantile(make_curve(SIX), 0.9).value_days is None
    for p in (0, 1, -0.2, 1.5):
        with pytest.raises(ValueError, match="between 0 and 1"):
            quantile(make_curve(SIX), p)


def test_quantile_decides_with_tolerance():
    """3/10 + 2/10 of ten is 0.5 only up to rounding; ten times 1/10 likewise for every tenth."""
    curve = make_curve([(day, 1, 0, 0) for day in range(1, 11)])
    assert [quantile(curve, tenth / 10).value_days for tenth in range(1, 10)] == list(range(1, 10))


def test_area_by_hand():
    """1 - F is 1 to day 3, 5/6 to day 10, 2/3 to day 25, 5/12 to day 30."""
    area = 3 + 7 * Fraction(5, 6) + 15 * Fraction(2, 3) + 5 * Fraction(5, 12)
    assert restricted_mean(make_curve(SIX), 30).value == pytest.approx(float(area), abs=1e-12)


def test_area_needs_follow_up_unless_all_is_known():
    assert restricted_mean(make_curve(SIX), 40).value is not None
    assert restricted_mean(make_curve(SIX), 41).value is None
    finished = restricted_mean(make_curve([(10, 3, 1, 0)]), 110)
    assert finished.value == pytest.approx(10 + 100 / 4)
    assert 0 <= finished.low < finished.value < finished.high <= 110


def test_area_of_nobody_back_is_the_whole_horizon():
    mean = restricted_mean(make_curve([(200, 0, 0, 5)]))
    assert (mean.horizon_days, mean.value, mean.low, mean.high, mean.se) == (182, 182.0, 182.0, 182.0, 0.0)


def test_risk_table_adds_up_with_coarse_counts_too():
    exact, coarse = make_counts(SIX), RecoveryCounts("all", 50, (0, 7), (0, 20), (0, 5), (0, 10))
    assert risk_table(exact, [0, 10, 99]) == (
        RiskRow(0, 6, 0, 0, 0),
        RiskRow(10, 2, 2, 1, 1),
        RiskRow(99, 0, 3, 1, 2),
    )
    assert risk_table(coarse, [7]) == (RiskRow(7, 15, 20, 5, 10),)


def test_late_reports_move_people_from_censored_to_their_event():
    late = [(10, 33, "returned", 1), (40, 44, "stopped", 1)]
    moved = add_late_reports(make_counts(SIX), late)
    without_zero_days = make_counts(
        zip(moved.day, moved.returned, moved.stopped, moved.censored, strict=True)
    )
    assert without_zero_days == make_counts(
        [(3, 1, 0, 0), (10, 1, 1, 0), (25, 1, 0, 0), (33, 1, 0, 0), (44, 0, 1, 0)]
    )
    assert add_late_reports(make_counts(SIX), []) == make_counts(SIX)


@pytest.mark.parametrize(
    "late",
    [
        (10, 33, "returned", 2),
        (11, 33, "returned", 1),
        (10, 10, "returned", 1),
        (10, 33, "lost", 1),
        (10, 33, "stopped", -1),
    ],
)
def test_late_reports_that_cannot_be_are_refused(late):
    with pytest.raises(ValueError, match=r"late report|censored on day"):
        add_late_reports(make_counts(SIX), [late])


# --- R -----------------------------------------------------------------------------------------------------


def _log_log_limits(value, se):
    spread = 1.959963984540054 * se / ((1 - value) * -log(1 - value))
    return tuple(1 - exp(log(1 - value) * exp(sign * spread)) for sign in (-1, 1))


@pytest.mark.parametrize(
    ("day", "value", "se", "low", "high"),
    [
        (60, 0.034103712974, 0.0048892579, 0.025733, 0.045133),
        (120, 0.063722168013, 0.0067968484, 0.051665, 0.078475),
        (240, 0.099813715935, 0.0097848468, 0.082285, 0.120823),
        (360, 0.13404164433, 0.0201275625, 0.099557, 0.179227),
    ],
)
def test_mgus2_equals_r_multi_state_survfit(day, value, se, low, high):
    """R 4.2.2, survival 3.5.3, survfit(Surv(etime, event) ~ 1); limits on log(-log(1-F)) from its std.err."""
    horizon = back_by(cumulative_incidence(pooled(MGUS2_BY_SEX)), day)
    assert horizon.value == pytest.approx(value, abs=1e-10)
    assert horizon.se == pytest.approx(se, abs=1e-9)
    assert (horizon.low, horizon.high) == pytest.approx((low, high), abs=1e-6)
    assert (horizon.low, horizon.high) == pytest.approx(_log_log_limits(horizon.value, horizon.se), abs=1e-12)


@pytest.mark.parametrize(
    ("sex", "expected"),
    [
        ("F", [0.039789621504, 0.073885664376, 0.10494067419, 0.15739038693]),
        ("M", [0.029346284458, 0.055310240648, 0.095650755031, 0.10446022998]),
    ],
)
def test_mgus2_by_sex_equals_cmprsk(sex, expected):
    """cmprsk 2.2.11, cuminc(), cumulative incidence of progression at 60, 120, 240 and 360."""
    curve = cumulative_incidence(unpack(sex, MGUS2_BY_SEX[sex]))
    assert [curve.value_at(day) for day in (60, 120, 240, 360)] == pytest.approx(expected, abs=1e-10)


# group, days, F, low, high, at risk with T >= day; R 4.2.2, survival 3.5.3, conf.type = "log-log"
R_HORIZONS = [
    (
        pooled(BACK_PAIN_BY_EARLIER_EPISODES),
        [28, 56, 84, 182],
        [0.14703554201, 0.31568578579, 0.4793023762, 0.71205709905],
        [0.10921550977, 0.26222252873, 0.41847025474, 0.65109761577],
        [0.1964347266, 0.37697631073, 0.5441537367, 0.77054394967],
        [217, 168, 118, 55],
    ),
    (
        unpack("no earlier episode", BACK_PAIN_BY_EARLIER_EPISODES["0"]),
        [28, 56, 84, 182],
        [0.099437148218, 0.32550436615, 0.45521506497, 0.70490816019],
        [0.038518548719, 0.20366029189, 0.31571756609, 0.55549691063],
        [0.24365971672, 0.49386024046, 0.62180346555, 0.84072648486],
        [36, 27, 21, 10],
    ),
    (
        pooled(LUNG_BY_ECOG_AND_SEX),
        [56, 84, 182, 365],
        [0.061403508772, 0.10964912281, 0.29194577401, 0.59075837554],
        [0.036832084722, 0.075460325543, 0.23726164723, 0.52161923235],
        [0.10148064337, 0.15795017014, 0.35600454516, 0.66128573091],
        [214, 203, 157, 65],
    ),
    (
        unpack("adeno", VETERAN_BY_CELLTYPE["adeno"]),
        [56, 84, 182],
        [0.55555555556, 0.670781893, 0.95884773663],
        [0.38251149434, 0.49404144601, 0.82659353828],
        [0.74437997444, 0.836644506, 0.99700144038],
        [12, 9, 1],
    ),
    (
        unpack("maintained", AML_BY_MAINTENANCE["Maintained"]),
        [13, 23, 34, 48],
        [0.18181818182, 0.38636363636, 0.63181818182, 0.81590909091],
        [0.048837771418, 0.16470075675, 0.3429591676, 0.47498515727],
        [0.55257138532, 0.73424796, 0.90717042506, 0.98826151988],
        [10, 7, 4, 2],
    ),
    (
        unpack("not maintained", AML_BY_MAINTENANCE["Nonmaintained"]),
        [13, 23, 34, 48],
        [0.41666666667, 0.51388888889, 0.80555555556, 1],
        [0.19905980767, 0.27032843022, 0.53857052376, None],
        [0.72986107591, 0.80812338038, 0.96880135707, None],
        [7, 6, 2, 0],
    ),
]


@pytest.mark.parametrize(("counts", "days", "value", "low", "high", "at_risk"), R_HORIZONS)
def test_horizons_equal_r(counts, days, value, low, high, at_risk):
    """R 4.2.2, survival 3.5.3, summary(survfit(conf.type = "log-log")); its T >= day is one day back."""
    curve = cumulative_incidence(counts)
    horizons = [back_by(curve, day) for day in days]
    assert [horizon.value for horizon in horizons] == pytest.approx(value, abs=1e-10)
    assert [curve.state_at(day - 1).at_risk for day in days] == at_risk
    for horizon, lower, upper in zip(horizons, low, high, strict=True):
        assert (horizon.low, horizon.high) == (
            (None, None) if lower is None else pytest.approx((lower, upper), abs=1e-9)
        )


# counts, quartiles, their lower and upper limits; R 4.2.2, survival 3.5.3, quantile(survfit(...))
R_QUARTILES = [
    (pooled(BACK_PAIN_BY_EARLIER_EPISODES), [46, 88, 208], [40, 80, 179], [53, 102, 323]),
    (unpack("0", BACK_PAIN_BY_EARLIER_EPISODES["0"]), [47, 90, 232], [33, 59, 111], [63, 172, None]),
    (unpack("1", BACK_PAIN_BY_EARLIER_EPISODES["1"]), [45, 87, 208], [35, 77, 166], [55, 104, 328]),
    (pooled(LUNG_BY_ECOG_AND_SEX), [170, 310, 550], [144, 284, 457], [194, 361, 643]),
    (unpack("adeno", VETERAN_BY_CELLTYPE["adeno"]), [19, 51, 92], [7, 24, 73], [36, 90, 140]),
    (unpack("large", VETERAN_BY_CELLTYPE["large"]), [53, 156, 231], [15, 100, 164], [111, 216, 340]),
    (unpack("smallcell", VETERAN_BY_CELLTYPE["smallcell"]), [20, 51, 99], [10, 24, 59], [25, 61, 151]),
    (unpack("squamous", VETERAN_BY_CELLTYPE["squamous"]), [33, 118, 357], [10, 44, 201], [110, 242, 587]),
    (unpack("aml", AML_BY_MAINTENANCE["Maintained"]), [18, 31, 48], [9, 13, 31], [34, None, None]),
    (unpack("aml", AML_BY_MAINTENANCE["Nonmaintained"]), [8, 23, 33], [5, 5, 23], [23, 33, None]),
]


@pytest.mark.parametrize(("counts", "value", "low", "high"), R_QUARTILES)
def test_quartiles_equal_r(counts, value, low, high):
    """Where no step is flat at exactly p, our quartiles and their limits are R's."""
    curve = cumulative_incidence(counts)
    quartiles = [quantile(curve, p) for p in (0.25, 0.5, 0.75)]
    assert [quartile.value_days for quartile in quartiles] == value
    assert [quartile.low_days for quartile in quartiles] == low
    assert [quartile.high_days for quartile in quartiles] == high


def test_gehan_medians():
    """Gehan 1965: median remission 23 weeks on 6-MP and 8 on placebo."""
    curves = {group: cumulative_incidence(unpack(group, rows)) for group, rows in GEHAN_BY_TREATMENT.items()}
    assert {group: quantile(curve, 0.5).value_days for group, curve in curves.items()} == {
        "6-MP": 23,
        "placebo": 8,
    }


@pytest.mark.parametrize(
    ("counts", "horizon", "value", "se"),
    [
        (pooled(BACK_PAIN_BY_EARLIER_EPISODES), 182, 102.4888111491, 4.0705196153),
        (unpack("0", BACK_PAIN_BY_EARLIER_EPISODES["0"]), 182, 104.2146017187, 9.8799643503),
        (pooled(LUNG_BY_ECOG_AND_SEX), 365, 263.221866482, 7.7988590863),
        (unpack("adeno", VETERAN_BY_CELLTYPE["adeno"]), 182, 65.3909465021, 9.8529716686),
        (unpack("squamous", VETERAN_BY_CELLTYPE["squamous"]), 182, 112.1010860485, 12.0720068701),
        (unpack("aml", AML_BY_MAINTENANCE["Maintained"]), 48, 31.8431818182, 4.5278847118),
        (unpack("aml", AML_BY_MAINTENANCE["Nonmaintained"]), 48, 22.7083333333, 4.180941981),
    ],
)
def test_restricted_mean_equals_r(counts, horizon, value, se):
    """R 4.2.2, survival 3.5.3, summary(survfit(...), rmean = horizon)."""
    mean = restricted_mean(cumulative_incidence(counts), horizon)
    assert (mean.value, mean.se) == pytest.approx((value, se), abs=1e-9)


def test_restricted_mean_with_stops_equals_r():
    """mgus2 to 240, R 4.2.2, survival 3.5.3: 240 minus the mean time in progression, jackknife error."""
    mean = restricted_mean(cumulative_incidence(pooled(MGUS2_BY_SEX)), 240)
    assert (mean.value, mean.se) == pytest.approx((225.809452, 1.328832), abs=5e-7)
