"""XmR charts against the golden series, the NHS rules one by one, and a plain re-implementation."""

from datetime import date
from itertools import pairwise
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.stats.control_chart import (
    assurance_of_shares,
    run_test,
    share_chart,
    suggested_rebase,
    suggested_rebase_of_shares,
    xmr_chart,
)
from dashboard.stats.intake_periods import divide
from dashboard.stats.survival import RecoveryCounts

GOLDEN = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
# mean 10 and moving range 2 whatever follows: limits 4.68 to 15.32, inner lines 6.4533 and 13.5467
QUIET = [9, 11] * 8


def rules_of(values, **options):
    return [point.rule for point in xmr_chart(values, **options).points]


def ways_of(values, **options):
    return [point.direction for point in xmr_chart(values, **options).points]


# --- limits ------------------------------------------------------------------------------------------------


def test_golden_series():
    """The golden series as published: 1.944, -0.716, 4.604. The ranges 8 and 9 are dropped: 35/18 -+ 2.66."""
    (segment,) = xmr_chart(GOLDEN).segments
    assert (segment.mean, segment.lower, segment.upper) == pytest.approx((1.944, -0.716, 4.604), abs=5e-4)
    assert (segment.mean, segment.moving_range) == (pytest.approx(35 / 18), pytest.approx(1))
    assert (segment.inner_lower, segment.inner_upper) == pytest.approx(
        (35 / 18 - 5.32 / 3, 35 / 18 + 5.32 / 3)
    )
    assert not segment.trial
    assert [i for i, rule in enumerate(rules_of(GOLDEN)) if rule] == [4]


def test_a_range_of_just_3_267_means_is_dropped():
    """Ranges 1 (n times) and R with R = 3.267 mean: R = 3.267 n / (n + 1 - 3.267)."""
    n = 11
    jump = 3.267 * n / (n + 1 - 3.267)
    values = [0, 1] * 6
    (segment,) = xmr_chart([*values, values[-1] + jump]).segments
    assert segment.moving_range == pytest.approx(1)
    (segment,) = xmr_chart([*values, values[-1] + jump - 1e-3]).segments
    assert segment.moving_range > 1


def test_it_screens_once_only():
    """Ranges 1 x 8, 4 and 40: 40 goes, and 4, which would go in a second round, stays: (8 + 4) / 9."""
    (segment,) = xmr_chart([0, 1, 0, 1, 0, 1, 0, 1, 0, 4, 44]).segments
    assert segment.moving_range == pytest.approx(12 / 9)


@pytest.mark.parametrize("values", [[5], [5, 5, 5, 5], [3] * 9 + [8] * 9])
def test_no_limits_without_variation(values):
    (segment,) = xmr_chart(values).segments
    assert (segment.lower, segment.upper, segment.inner_lower) == (None, None, None)


def test_runs_count_even_without_limits():
    """One step, all other ranges 0: no limits, but nine on either side of the mean."""
    assert rules_of([3] * 9 + [8] * 9) == ["7 on one side"] * 18


@pytest.mark.parametrize(("n", "trial"), [(12, True), (13, False)])
def test_under_13_points_limits_are_on_trial(n, trial):
    assert xmr_chart(([1, 2] * 9)[:n]).segments[0].trial is trial


def test_nothing_to_chart():
    chart = xmr_chart([])
    assert (chart.segments, chart.points, chart.variation, chart.assurance) == ((), (), None, None)


# --- rules -------------------------------------------------------------------------------------------------


def test_on_a_limit_is_inside():
    (segment,) = xmr_chart([*QUIET]).segments
    assert (segment.lower, segment.upper) == pytest.approx((4.68, 15.32))
    assert set(rules_of(QUIET)) == {None}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3, 4, 5, 6, 7], [1] * 7),
        ([1, 2, 3, 4, 5, 6, 6], [0] * 7),
        ([1, 2, 3, 3, 4, 5, 6, 7], [0] * 8),
        ([7, 6, 5, 4, 3, 2, 1, 2], [-1] * 7 + [0]),
        ([1, 2, 3, 4, 5, 6], [0] * 6),
    ],
)
def test_seven_point_trend(values, expected):
    """Followed by a flat step and wide noise, so that no other rule speaks."""
    chart = xmr_chart([*values, values[-1], *[30, -30] * 10])
    found = [point.direction if point.rule == "7-point trend" else 0 for point in chart.points[: len(values)]]
    assert found[: len(expected)] == expected


def test_a_point_between_two_trends_goes_with_the_next():
    values = [40, -40, 0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 0, 40, -40, 40, -40]
    assert ways_of(values)[2:15] == [1] * 6 + [-1] * 7


def test_two_of_three_need_all_three_on_one_side():
    """Limits 4.68 to 15.32 around 10, inner line 13.55: two at 14 with one at 11 or 9 between."""
    base = [*QUIET, 14, 11, 14, *QUIET, *QUIET, *QUIET]
    chart = xmr_chart(base)
    assert chart.segments[0].inner_upper < 14 < chart.segments[0].upper
    assert rules_of(base)[16:19] == ["2 of 3 near a limit", None, "2 of 3 near a limit"]
    assert set(rules_of([*QUIET, 14, 9, 14, *QUIET, *QUIET, *QUIET])) == {None}


def test_two_of_three_also_count_the_far_side_of_a_third_outside():
    values = [*QUIET, 14, 14, 25, *QUIET, *QUIET, *QUIET]
    assert rules_of(values)[16:19] == ["2 of 3 near a limit", "2 of 3 near a limit", "outside the limits"]


@pytest.mark.parametrize(
    ("run", "signals"),
    [([11, 12, 11, 12, 11, 12, 11], 7), ([11, 12, 11, 12, 11, 12], 0), ([11, 12, 11, 10, 12, 11, 12, 11], 0)],
)
def test_seven_on_one_side_and_the_mean_breaks_it(run, signals):
    """Mirrored runs keep the mean at exactly 10."""
    values = [*run, 9, 11, 9, 11, 9, 11, 9, 11, *[20 - value for value in run]]
    chart = xmr_chart(values)
    assert chart.segments[0].mean == pytest.approx(10)
    found = [point.direction for point in chart.points if point.rule == "7 on one side"]
    assert found == [1] * signals + [-1] * signals


def test_the_first_rule_in_order_names_the_point():
    values = [*QUIET, 10, 11, 12, 13, 14, 15, 40, *QUIET, *QUIET]
    rules = rules_of(values)
    assert rules[22] == "outside the limits"
    assert rules[17:22] == ["7-point trend"] * 5


# --- icons and targets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("better", "variation"), [("higher", "improvement"), ("lower", "concern"), ("neither", "neutral")]
)
def test_icon_is_the_last_point(better, variation):
    chart = xmr_chart([*QUIET, 30], better=better)
    assert (chart.variation, chart.direction) == (variation, 1)
    assert xmr_chart([30, -10, *QUIET], better=better).variation == "common cause"


@pytest.mark.parametrize(
    ("target", "higher", "lower"),
    [
        (15.32, "hit or miss", "hit or miss"),
        (15.33, "consistently misses", "consistently meets"),
        (4.68, "hit or miss", "hit or miss"),
        (4.67, "consistently meets", "consistently misses"),
        (10, "hit or miss", "hit or miss"),
    ],
)
def test_assurance(target, higher, lower):
    assert xmr_chart(QUIET, target=target, better="higher").assurance == higher
    assert xmr_chart(QUIET, target=target, better="lower").assurance == lower


def test_no_assurance_without_target_limits_or_direction():
    assert xmr_chart(QUIET).assurance is None
    assert xmr_chart([5, 5, 5], target=9).assurance is None
    assert xmr_chart(QUIET, target=9, better="neither").assurance is None


def test_rebase_starts_limits_rules_and_assurance_again():
    values = [*QUIET, *(value + 20 for value in QUIET)]
    whole, rebased = xmr_chart(values, target=20), xmr_chart(values, target=20, rebase_at=[16])
    assert {point.rule for point in whole.points} != {None}
    assert {point.rule for point in rebased.points} == {None}
    assert [(s.start, s.end, s.mean) for s in rebased.segments] == [(0, 16, 10), (16, 32, 30)]
    assert (whole.assurance, rebased.assurance) == ("hit or miss", "consistently meets")


@pytest.mark.parametrize("where", [[0], [16], [5, 5], [7, 3], [-1]])
def test_rebase_outside_the_series_is_refused(where):
    with pytest.raises(ValueError, match="rebase_at"):
        xmr_chart(QUIET, rebase_at=where)


def test_rebase_is_only_suggested_for_a_shift_that_lasts():
    shifted = [*QUIET, *(value + 5 for value in QUIET[:8])]
    assert suggested_rebase(xmr_chart(shifted)) == 16
    assert suggested_rebase(xmr_chart([*shifted, 9])) is None
    assert suggested_rebase(xmr_chart(QUIET)) is None
    assert suggested_rebase(xmr_chart([])) is None


# --- a plain re-implementation -----------------------------------------------------------------------------


def _plain(values):
    """Rule and direction per point, spelled out from section 4 with bare loops."""
    n = len(values)
    mean = sum(values) / n
    ranges = [abs(values[i] - values[i - 1]) for i in range(1, n)]
    spread = sum(ranges) / len(ranges)
    kept = [r for r in ranges if r < 3.267 * spread - 1e-9]
    spread = sum(kept) / len(kept) if kept else 0
    side = [0 if abs(v - mean) < 1e-9 else 1 if v > mean else -1 for v in values]
    out, near = [0] * n, [0] * n
    if spread > 1e-9:
        for i, v in enumerate(values):
            out[i] = side[i] if abs(v - mean) > 2.66 * spread + 1e-9 else 0
            near[i] = side[i] if abs(v - mean) > 2.66 * spread * 2 / 3 + 1e-9 and not out[i] else 0
    found = []
    for i in range(n):
        rule = "outside the limits" if out[i] else None
        if not rule and any(_is_trend(values, a) for a in range(max(0, i - 6), i + 1)):
            rule = "7-point trend"
        if not rule and near[i]:
            for a in range(max(0, i - 2), min(i, n - 3) + 1):
                if len(set(side[a : a + 3])) == 1 and sum(map(abs, near[a : a + 3])) >= 2:
                    rule = "2 of 3 near a limit"
        if not rule and side[i]:
            for a in range(max(0, i - 6), min(i, n - 7) + 1):
                if len(set(side[a : a + 7])) == 1:
                    rule = "7 on one side"
        found.append(rule)
    return found


def _is_trend(values, start):
    part = values[start : start + 7]
    return len(part) == 7 and (all(a < b for a, b in pairwise(part)) or all(a > b for a, b in pairwise(part)))


@settings(deadline=None)
@given(st.lists(st.integers(0, 12) | st.sampled_from((20, 40)), min_size=2, max_size=30))
def test_rules_equal_the_plain_reading(values):
    assert rules_of(values) == _plain(values)


# --- share back by intake period ---------------------------------------------------------------------------


def make_periods(backs, started=30, first=(2024, 1)):
    months = {}
    for n, back in enumerate(backs, 12 * first[0] + first[1] - 1):
        rows = [(40, back, 0, 0), (100, 0, 0, started - back)]
        months[date(n // 12, n % 12 + 1, 1)] = RecoveryCounts.from_rows("x", rows)
    return divide(months, "month")


def test_shares_have_limits_by_their_effective_number():
    """Ten months of 30, 15 back in each but one with 28: centre 163/300, limits 3 sqrt(p(1-p)/30)."""
    chart = share_chart(make_periods([15] * 9 + [28]), date(2026, 1, 1))
    centre = 163 / 300
    width = 3 * sqrt(centre * (1 - centre) / 30)
    assert chart.centre == pytest.approx(centre)
    last = chart.points[-1]
    assert (last.lower, last.upper) == pytest.approx((centre - width, centre + width))
    assert (last.rule, last.direction, last.kind) == ("outside the limits", 1, "improvement")
    assert {point.rule for point in chart.points[:9]} == {"7 on one side"}
    assert {point.kind for point in chart.points[:9]} == {"concern"}


def test_limits_are_held_between_0_and_1():
    chart = share_chart(make_periods([4, 0, 2], started=5), date(2026, 1, 1))
    assert {(point.lower, point.upper) for point in chart.points} == {(0.0, 1.0)}


def test_immature_periods_enter_nothing():
    """31 January + 84 days is 24 April in a leap year: a day before, no month is mature."""
    periods = make_periods([15, 15, 28])
    none = share_chart(periods, date(2024, 4, 23))
    assert (none.centre, {point.rule for point in none.points}) == (None, {None})
    one = share_chart(periods, date(2024, 4, 24))
    assert one.centre == pytest.approx(0.5)
    assert [point.period.mature for point in one.points] == [True, False, False]
    assert (one.points[2].rule, one.points[2].kind) == (None, "common cause")
    assert one.points[2].upper is not None


def test_no_periods():
    assert share_chart((), date(2026, 1, 1)).points == ()


# --- short series ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "longest", "fewest"), [(10, 6, 2), (11, 6, 2), (12, 7, 3), (20, 7, 6), (24, 8, 8), (30, 8, 10)]
)
def test_limits_of_runs_equal_r(n, longest, fewest):
    """R 4.2.2: round(log2(n)) + 3 and qbinom(0.05, n - 1, 0.5)."""
    found = run_test([1, 3] * (n // 2) + [1] * (n % 2), centre=2)
    assert (found.n, found.longest_allowed, found.fewest_allowed) == (n, longest, fewest)
    assert not found.signal


def test_long_runs_and_few_crossings_signal():
    shift = run_test([1] * 10 + [5] * 10)
    assert (shift.longest_run, shift.crossings, shift.signal) == (10, 1, True)
    clumped = run_test([1, 1, 1, 1, 5, 5, 5, 5] * 3)
    assert (clumped.longest_run, clumped.crossings, clumped.signal) == (4, 5, True)


def test_values_on_the_centre_do_not_count():
    """Median 2: the three twos are left out, and 1 1 3 3 is one crossing of four values."""
    found = run_test([1, 2, 1, 2, 3, 2, 3])
    assert (found.n, found.longest_run, found.crossings) == (4, 2, 1)
    assert run_test([2, 2, 2]) is None
    assert run_test([]) is None
    assert run_test([5], centre=1).n == 1


# --- shares: new limits, targets ---------------------------------------------------------------------------


def shares(*back, n=40, as_of=date(2030, 1, 1)):
    months = {
        date(2024 + k // 12, k % 12 + 1, 1): RecoveryCounts.from_rows("", [(40, r, 0, 0), (200, 0, 0, n - r)])
        for k, r in enumerate(back)
    }
    return share_chart(divide(months, "month"), as_of)


def test_new_limits_are_suggested_after_seven_shares_on_one_side():
    assert suggested_rebase_of_shares(shares(*[10] * 8, *[14] * 7)) == 8
    assert suggested_rebase_of_shares(shares(*[10] * 8, *[14] * 6)) is None
    assert suggested_rebase_of_shares(shares(*[10] * 15)) is None
    assert suggested_rebase_of_shares(share_chart([], date(2030, 1, 1))) is None
    # the last month is not mature: it neither starts nor breaks a run
    assert suggested_rebase_of_shares(shares(*[10] * 8, *[14] * 7, 0, as_of=date(2025, 6, 30))) == 8


def test_a_target_beyond_the_limits_of_every_period_is_met_or_missed():
    """20 of 40 each: 0.5 -+ 3 sqrt(0.25 / 40) = 0.2628 to 0.7372."""
    chart = shares(20, 20, 20)
    assert assurance_of_shares(chart, 0.26, "higher") == "consistently meets"
    assert assurance_of_shares(chart, 0.74, "higher") == "consistently misses"
    assert assurance_of_shares(chart, 0.74, "lower") == "consistently meets"
    assert assurance_of_shares(chart, 0.73, "higher") == "hit or miss"
    assert assurance_of_shares(chart, None, "higher") is None
    assert assurance_of_shares(chart, 0.5, "neither") is None
    assert assurance_of_shares(share_chart([], date(2030, 1, 1)), 0.5, "higher") is None
