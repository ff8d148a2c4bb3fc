"""The restarted curve against R and the formula, and the ladder of groups."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from r_reference_data import BACK_PAIN_BY_EARLIER_EPISODES, MGUS2_BY_SEX, pooled

from dashboard.stats.outlook import Stratum, conditional, outlook, restart
from dashboard.stats.survival import RecoveryCounts, back_by, cumulative_incidence

ROWS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 3), st.integers(0, 2), st.integers(0, 3)), max_size=9
)
PATIENT = Stratum("pfps", "up_to_4_months", "4-6")


def make_counts(rows, group="all"):
    return RecoveryCounts.from_rows(group, rows)


def make_group(n, back=0, condition="pfps", duration="up_to_4_months", pain_band="4-6"):
    """`back` return on day 40 and n - back are in view until day 90."""
    return Stratum(condition, duration, pain_band), make_counts([(40, back, 0, 0), (90, 0, 0, n - back)])


@pytest.mark.parametrize(
    ("ahead", "value", "low", "high"),
    [
        (28, 0.197722475071, 0.150129698964, 0.257955425803),
        (56, 0.389543586578, 0.326310832241, 0.460279958530),
    ],
)
def test_back_pain_restarted_on_day_28_equals_r(ahead, value, low, high):
    """R 4.2.2, survival 3.5.3, survfit(start.time = 28.5, conf.type = "log-log"): T > 28, 215 people."""
    found = conditional(pooled(BACK_PAIN_BY_EARLIER_EPISODES), 28, ahead)
    assert (found.n, found.too_few) == (215, False)
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=1e-9)


@pytest.mark.parametrize(
    ("ahead", "value", "se"),
    [(60, 0.0458824349339, 0.00749533858495), (180, 0.1017924443197, 0.0132695816424)],
)
def test_mgus2_restarted_on_day_60_equals_r(ahead, value, se):
    """R 4.2.2, survival 3.5.3, multi-state survfit(start.time = 60.5), progression at 120 and 240."""
    left = restart(pooled(MGUS2_BY_SEX), 60)
    horizon = back_by(cumulative_incidence(left), ahead)
    assert left.started == 865
    assert (horizon.value, horizon.se) == pytest.approx((value, se), abs=1e-9)


def test_by_hand():
    """Of 10, 4 are back and 1 gone by day 20; of the 5 left 2 return on day 30 and 1 stops: 2/5."""
    counts = make_counts([(5, 3, 0, 0), (20, 1, 0, 1), (30, 2, 1, 0), (60, 0, 0, 2)])
    found = conditional(counts, 20, 28)
    assert (found.day, found.ahead_days, found.n, found.returned) == (20, 28, 5, 2)
    assert found.value == pytest.approx(2 / 5)
    assert found.low < 2 / 5 < found.high
    assert found.too_few


def test_nobody_left_or_past_follow_up():
    counts = make_counts([(5, 3, 0, 0), (60, 0, 0, 30)])
    assert conditional(counts, 60, 28).n == 0
    assert conditional(counts, 60, 28).value is None
    assert conditional(counts, 40, 28).value is None
    assert conditional(counts, 31, 28).value == 0.0
    assert conditional(counts, 31, 28).high == pytest.approx(1 - 0.025 ** (1 / 30))
    assert conditional(make_counts([]), 0, 28).value is None


def test_coarse_counts_keep_those_still_in_view():
    counts = RecoveryCounts("all", 50, (7, 14, 21), (5, 5, 5), (0, 0, 0), (0, 5, 0))
    assert restart(counts, 7) == RecoveryCounts("all", 45, (7, 14), (5, 5), (0, 0), (5, 0))


@settings(deadline=None)
@given(ROWS, st.integers(0, 20), st.integers(1, 15))
def test_restarting_is_the_formula(rows, day, ahead):
    counts = make_counts(rows)
    curve, found = cumulative_incidence(counts), conditional(counts, day, ahead)
    assert found.n == curve.state_at(day).at_risk
    if found.value is not None and found.n:
        gained = curve.value_at(day + ahead) - curve.value_at(day)
        assert found.value == pytest.approx(gained / curve.state_free_at(day), abs=1e-12)


# --- ladder ------------------------------------------------------------------------------------------------


def test_the_narrowest_group_with_enough_people_answers():
    strata = dict([make_group(20, 5), make_group(30, 0, pain_band="7-10")])
    found = outlook(strata, PATIENT, 14)
    assert (found.answer, found.used) == ("share", ("pfps", "up_to_4_months", "4-6"))
    assert (found.result.n, found.result.value) == (20, pytest.approx(5 / 20))


def test_pain_band_then_duration_are_dropped():
    nearly = dict([make_group(19, 5), make_group(1, 0, pain_band="7-10")])
    assert outlook(nearly, PATIENT, 14).used == ("pfps", "up_to_4_months")
    wider = dict([make_group(19, 5), make_group(11, 1, duration="over_12_months")])
    found = outlook(wider, PATIENT, 14)
    assert found.used == ("pfps",)
    assert (found.result.n, found.result.value) == (30, pytest.approx(6 / 30))


def test_other_conditions_never_help():
    strata = dict([make_group(19, 5), make_group(500, 100, condition="itbs")])
    found = outlook(strata, PATIENT, 14)
    assert (found.answer, found.used, found.result) == ("not enough yet", (), None)
    assert outlook({}, PATIENT, 14).answer == "not enough yet"


def test_only_those_still_trying_count():
    """25 started alike, but 15 have returned by day 40: 10 are left."""
    strata = dict([make_group(25, 15)])
    assert outlook(strata, PATIENT, 39).answer == "share"
    assert outlook(strata, PATIENT, 40).answer == "not enough yet"


def test_past_follow_up_is_said_with_the_group():
    found = outlook(dict([make_group(40, 5)]), PATIENT, 70)
    assert (found.answer, found.used, found.result.value) == (
        "past follow-up",
        tuple(vars(PATIENT).values()),
        None,
    )


def test_what_is_unknown_of_the_patient_is_no_group():
    strata = dict(
        [make_group(30, 5, pain_band="none"), make_group(30, 5), make_group(30, 9, duration="unknown")]
    )
    no_band = outlook(strata, Stratum("pfps", "up_to_4_months", "none"), 14)
    assert no_band.used == ("pfps", "up_to_4_months")
    no_duration = outlook(strata, Stratum("pfps", "unknown", "4-6"), 14)
    assert no_duration.used == ("pfps",)
    assert no_duration.result.n == 90


def test_settings_are_parameters():
    strata = dict([make_group(12, 3)])
    found = outlook(strata, PATIENT, 14, ahead_days=56, enough=10)
    assert (found.answer, found.result.ahead_days) == ("share", 56)
