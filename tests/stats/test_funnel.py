"""Funnels of shares and of means: published limits, by hand, and the NHS's own outlier flags."""

from math import asin, pi, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.stats.funnel import (
    Unit,
    UnitSums,
    funnel,
    funnel_limits,
    mean_funnel,
    overdispersion,
    unit_at,
)
from dashboard.stats.survival import RecoveryCounts, cumulative_incidence, sentence_interval


def make_unit(value=0.7, n=20.0, expected=0.7, episodes=20, unit="u"):
    return Unit(unit, episodes, value, value - 0.1, value + 0.1, n, expected)


# --- limits ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("z", "low", "high"), [(1.959964, 0.487, 0.876), (3.090232, 0.362, 0.946)])
def test_published_limits(z, low, high):
    """Limits of a share of 0.7 in 20 people as published, on the scale of the angle (FunnelPlotR)."""
    assert funnel_limits(0.7, 20, z) == pytest.approx((low, high), abs=5e-4)


def test_angles_are_held_between_0_and_a_right_angle():
    """Unclamped, sin^2 would come down again: theta 0.95, n 5 would give an upper limit of 0.78."""
    assert funnel_limits(0.95, 5, 3.090232)[1] == 1.0
    assert funnel_limits(0.05, 5, 3.090232)[0] == 0.0
    assert sin(asin(sqrt(0.95)) + 3.090232 * sqrt(1 / 20)) ** 2 < 0.8


@given(st.floats(0, 1), st.floats(1, 500), st.floats(0, 0.1))
def test_limits_widen_with_z_and_extra_spread(centre, n, tau2):
    inner, outer = funnel_limits(centre, n, 1.959964, tau2), funnel_limits(centre, n, 3.090232, tau2)
    assert 0 <= outer[0] <= inner[0] <= centre + 1e-12
    assert centre - 1e-12 <= inner[1] <= outer[1] <= 1
    assert funnel_limits(centre, n, 1.959964)[0] >= inner[0]


# --- points ------------------------------------------------------------------------------------------------


def test_a_unit_as_expected_lies_on_the_centre():
    (point,) = funnel([make_unit(value=0.5, expected=0.5)], 0.7).points
    assert point.plotted == pytest.approx(0.7)
    assert (point.ratio, point.z, point.position) == (1, 0, "within")
    assert (point.ratio_low, point.ratio_high) == pytest.approx((0.8, 1.2))


def test_a_unit_is_moved_by_what_it_differs_from_its_expectation():
    (point,) = funnel([make_unit(value=0.8, expected=0.6)], 0.7).points
    angle = asin(sqrt(0.7)) + asin(sqrt(0.8)) - asin(sqrt(0.6))
    assert point.plotted == pytest.approx(sin(angle) ** 2)
    assert point.z == pytest.approx(2 * sqrt(20) * (asin(sqrt(0.8)) - asin(sqrt(0.6))))
    assert point.limits_95 == funnel_limits(0.7, 20, 1.959964)


def test_plotted_angles_are_clamped_too():
    (high,) = funnel([make_unit(value=1.0, expected=0.5)], 0.9).points
    (low,) = funnel([make_unit(value=0.0, expected=0.9)], 0.5).points
    assert (high.plotted, low.plotted) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("value", "position", "signal"),
    [
        (0.3, "below 99.8 %", True),
        (0.4, "below 95 %", False),
        (0.6, "within", False),
        (0.9, "above 95 %", False),
        (0.97, "above 99.8 %", True),
    ],
)
def test_only_99_8_is_a_signal(value, position, signal):
    """theta 0.7, n 20: 0.487 to 0.876 and 0.362 to 0.946."""
    (point,) = funnel([make_unit(value=value)], 0.7).points
    assert (point.position, point.signal) == (position, signal)


@pytest.mark.parametrize(
    "changed", [{"episodes": 9}, {"value": None}, {"expected": None}, {"n": None}, {"n": 0.0}]
)
def test_units_that_are_not_plotted(changed):
    unit = Unit(**{**vars(make_unit()), **{"n_effective" if k == "n" else k: v for k, v in changed.items()}})
    (point,) = funnel([unit], 0.7).points
    assert (point.position, point.plotted, point.limits_95, point.signal) == (
        "not plotted",
        None,
        None,
        False,
    )


def test_the_smallest_unit_that_is_plotted():
    assert funnel([make_unit(episodes=10)], 0.7).points[0].position == "within"
    assert funnel([make_unit(expected=0.0)], 0.7).points[0].ratio is None


def test_figures_of_a_unit_come_from_its_curve():
    curve = cumulative_incidence(
        RecoveryCounts.from_rows("T1", [(40, 12, 0, 0), (60, 0, 0, 4), (100, 0, 0, 8)])
    )
    unit = unit_at("T1", curve, 0.6)
    assert (unit.unit, unit.episodes, unit.value, unit.expected) == ("T1", 24, pytest.approx(0.5), 0.6)
    assert (unit.low, unit.high) == sentence_interval(curve, 84)
    assert unit.n_effective == pytest.approx(24)
    assert unit_at("T1", curve, 0.6, day=120).value is None


def test_everybody_back_has_limits_and_a_place():
    curve = cumulative_incidence(RecoveryCounts.from_rows("T1", [(40, 12, 0, 0)]))
    (point,) = funnel([unit_at("T1", curve, 0.6)], 0.6).points
    assert point.unit.n_effective == 12
    assert point.ratio_low == pytest.approx(0.025 ** (1 / 12) / 0.6)


# --- extra spread ------------------------------------------------------------------------------------------


def test_extra_spread_needs_ten_plotted_units():
    wide = [make_unit(value=v, unit=str(i)) for i, v in enumerate([0.3, 0.95] * 5)]
    assert overdispersion(wide[:9]) == 0.0
    assert funnel(wide, 0.7).tau2 > 0
    assert funnel([*wide[:9], make_unit(episodes=9)], 0.7).tau2 == 0.0


def test_extra_spread_by_hand():
    """Eleven units with z = -5 ... 5 (n 25, so 10 times the angle); 10 % and 90 % of them are -4 and 4.

    Winsorised: 16, 16, 9, 4, 1, 0, 1, 4, 9, 16, 16 add up to 92; w = 100 each: (92 - 10) / (1100 - 100).
    """
    middle = asin(sqrt(0.5))
    units = [make_unit(value=sin(middle + z / 10) ** 2, n=25.0, expected=0.5) for z in range(-5, 6)]
    assert overdispersion(units) == pytest.approx(0.082)
    assert funnel(units, 0.5).points[0].limits_95 == funnel_limits(
        0.5, 25.0, 1.959964, funnel(units, 0.5).tau2
    )


def test_units_alike_have_no_extra_spread():
    assert overdispersion([make_unit()] * 12) == 0.0


# --- means -------------------------------------------------------------------------------------------------

# NHS Digital, finalised PROMs 2017-18, primary knee replacement, Oxford Knee Score (Open Government Licence):
# records, and sums of post - pre, post - predicted and its square over the provider's complete records, from
# the record-level file; then the published adjusted health gain and outlier flag. "rest" is everybody else.
NHS_KNEES = [
    ("ADP02", 225, 3857, 499.12833264, 13813.26899377, 17.8193, "Not an outlier"),
    ("NN801", 37, 530, -40.33403762, 3217.86227373, 14.5109, "Negative outlier (95%)"),
    ("NT209", 62, 1320, 254.80372010, 4253.97337612, 19.7107, "Positive outlier (95%)"),
    ("NT448", 131, 2272, 404.09468957, 6671.39402009, 18.6857, "Not an outlier"),
    ("NVG01", 145, 2225, -63.35747826, 11338.01404906, 15.1640, "Negative outlier (95%)"),
]
NHS_ALL = (42241, 729003, 70003.69068211, 3089816.38568892)
WORDS = {
    "within": "Not an outlier",
    "below 95 %": "Negative outlier (95%)",
    "above 95 %": "Positive outlier (95%)",
}


def nhs_units():
    units = [UnitSums(*row[:5]) for row in NHS_KNEES]
    sums = [sum(column) for column in zip(*[row[1:5] for row in NHS_KNEES], strict=True)]
    rest = [whole - part for whole, part in zip(NHS_ALL, sums, strict=True)]
    return [*units, UnitSums("rest", *rest)]


def test_nhs_gains_and_flags():
    """England 17.2588 with SD 8.39013 as published; 17.25819 and 8.39062 from the public records."""
    found = mean_funnel(nhs_units())
    assert found.centre == pytest.approx(17.2588, abs=1e-3)
    assert found.sd == pytest.approx(8.39013, abs=1e-3)
    for (unit, n, *_, gain, flag), point in zip(NHS_KNEES, found.points, strict=False):
        assert (point.unit, point.n) == (unit, n)
        assert point.value == pytest.approx(gain, abs=1.5e-4)
        assert WORDS[point.position] == flag


def test_an_expectation_too_high_for_everybody_moves_nobody():
    units = [UnitSums("a", 40, 80.0, 20.0, 110.0), UnitSums("b", 60, 90.0, -20.0, 240.0)]
    shifted = [
        UnitSums(
            u.unit, u.n, u.change, u.difference + 3 * u.n, u.squared_difference + 6 * u.difference + 9 * u.n
        )
        for u in units
    ]
    plain, moved = mean_funnel(units), mean_funnel(shifted)
    assert [p.value for p in plain.points] == pytest.approx([1.7 + 0.5, 1.7 - 1 / 3])
    assert [p.value for p in moved.points] == pytest.approx([p.value for p in plain.points])
    assert moved.sd == pytest.approx(plain.sd)


def test_means_by_hand():
    """100 people, sums 350 of squares and 0 of differences: SD = sqrt(350/99); limits 1.7 -+ z SD / sqrt(40)."""
    found = mean_funnel([UnitSums("a", 40, 80.0, 20.0, 110.0), UnitSums("b", 60, 90.0, -20.0, 240.0)])
    sd = sqrt(350 / 99)
    first = found.points[0]
    assert (found.centre, found.sd) == pytest.approx((1.7, sd))
    assert first.limits_95 == pytest.approx((1.7 - 1.959964 * sd / sqrt(40), 1.7 + 1.959964 * sd / sqrt(40)))
    assert first.z == pytest.approx(0.5 / (sd / sqrt(40)))


@pytest.mark.parametrize(("n", "position"), [(29, "insufficient"), (30, "within")])
def test_under_30_is_insufficient(n, position):
    found = mean_funnel([UnitSums("a", n, 2.0 * n, 0.0, 4.0 * n), UnitSums("b", 100, 200.0, 0.0, 400.0)])
    assert found.points[0].position == position
    assert (found.points[0].value is None) == (position == "insufficient")


def test_nobody_and_no_spread():
    assert mean_funnel([]).centre is None
    assert mean_funnel([UnitSums("a", 1, 2.0, 0.0, 0.0)]).points[0].position == "insufficient"
    flat = mean_funnel([UnitSums("a", 30, 60.0, 0.0, 0.0), UnitSums("b", 30, 60.0, 0.0, 0.0)])
    assert (flat.sd, flat.points[0].z, flat.points[0].position) == (0, None, "within")


def test_a_right_angle_is_the_end_of_the_scale():
    assert funnel_limits(1.0, 10, 1.959964)[1] == 1.0
    assert asin(sqrt(1.0)) == pi / 2
