"""Aalen-Johansen occupancy against R, fractions and one person at a time."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.stats.occupancy import STATES, TransitionCounts, occupancy, running_on
from dashboard.stats.survival import RecoveryCounts, back_by, cumulative_incidence

# Eight invented runners: (day, state entered), the last entry ends observation.
EIGHT = [
    [(10, "back"), (16, "pain_again"), (40, "back"), (60, "censored")],
    [(10, "back"), (50, "censored")],
    [(20, "stopped")],
    [(16, "back"), (30, "pain_again"), (60, "censored")],
    [(25, "censored")],
    [(30, "back"), (40, "pain_again"), (45, "stopped")],
    [(40, "back"), (60, "censored")],
    [(60, "censored")],
]
NEXT = {"not_back": ["back", "stopped"], "back": ["pain_again", "stopped"], "pain_again": ["back", "stopped"]}


def count_paths(paths, group="all"):
    rows = {}
    for path in paths:
        state = "not_back"
        for day, entered in path:
            rows[day, state, entered] = rows.get((day, state, entered), 0) + 1
            state = entered
    return TransitionCounts.from_rows(group, [(*move, n) for move, n in rows.items()])


@st.composite
def paths(draw):
    """One runner's history on a few days, so that ties are common."""
    state, path = "not_back", []
    days = sorted(draw(st.sets(st.integers(0, 12), min_size=1, max_size=5)))
    for day in days[:-1]:
        state = draw(st.sampled_from(NEXT[state]))
        path.append((day, state))
        if state == "stopped":
            return path
    return [*path, (days[-1], "censored")]


def test_eight_runners_equal_r():
    """R 4.2.2, survival 3.5.3: survfit(Surv(t1, t2, state) ~ 1, id = id)$pstate for the eight above."""
    result = occupancy(count_paths(EIGHT))
    assert (result.started, result.day) == (8, (10, 16, 20, 25, 30, 40, 45, 50, 60))
    assert result.back == pytest.approx(
        [1 / 4, 1 / 4, 1 / 4, 1 / 4, 7 / 24, 7 / 16, 7 / 16, 7 / 16, 7 / 16], abs=1e-12
    )
    assert result.pain_again == pytest.approx(
        [0, 1 / 8, 1 / 8, 1 / 8, 1 / 4, 0.270833333333, 0.135416666667, 0.135416666667, 0.135416666667],
        abs=1e-12,
    )
    assert result.stopped[-1] == pytest.approx(0.260416666667, abs=1e-12)
    assert result.not_back[-1] == pytest.approx(1 / 6, abs=1e-12)


def test_day_30_by_hand():
    """Day 30: 3 of 8 are not back, p = 1/2, and 1 of 3 returns; 2 are back, p = 1/4, and 1 of 2 has pain."""
    found = running_on(occupancy(count_paths(EIGHT)), 30)
    assert found.value == pytest.approx(float(Fraction(1, 2) / 3 + Fraction(1, 4) / 2))
    assert found.in_view == 6
    assert found.too_few


def test_standard_error_of_the_first_moves_equals_r():
    """Until somebody moves twice R's jackknife and the multinomial agree: sqrt(1/4 * 3/4 / 8)."""
    assert running_on(occupancy(count_paths(EIGHT)), 12).se == pytest.approx(0.153093108924, abs=1e-12)


def test_without_relapse_it_is_the_curve_of_returns():
    """Return as the only move: occupancy, variance and limits are those of the cumulative incidence."""
    rows = [(5, 2, 1, 1), (9, 3, 0, 2), (20, 1, 2, 0), (40, 2, 0, 1)]
    curve = cumulative_incidence(RecoveryCounts.from_rows("all", [*rows, (90, 0, 0, 9)]))
    moves = [(90, "not_back", "censored", 9), (90, "back", "censored", 8)]
    for day, returned, stopped, censored in rows:
        moves += [(day, "not_back", "back", returned), (day, "not_back", "stopped", stopped)]
        moves += [(day, "not_back", "censored", censored)]
    result = occupancy(TransitionCounts.from_rows("all", moves))
    for day in (0, 5, 10, 30, 84):
        found, horizon = running_on(result, day), back_by(curve, day)
        assert (found.value, found.se) == pytest.approx((horizon.value, horizon.se), abs=1e-12)
        assert (found.low, found.high) == pytest.approx((horizon.low, horizon.high), abs=1e-12)


def test_states_add_up_and_days_before_the_first_move():
    result = occupancy(count_paths(EIGHT))
    for shares in zip(result.not_back, result.back, result.pain_again, result.stopped, strict=True):
        assert sum(shares) == pytest.approx(1, abs=1e-12)
    first = running_on(result, 0)
    assert (first.value, first.low, first.high, first.in_view) == (
        0,
        0,
        pytest.approx(1 - 0.025 ** (1 / 8)),
        8,
    )


def test_past_follow_up_there_is_no_value():
    result = occupancy(count_paths(EIGHT))
    assert running_on(result, 60).value == pytest.approx(7 / 16)
    beyond = running_on(result, 61)
    assert (beyond.value, beyond.low, beyond.se, beyond.too_few) == (None, None, None, True)


def test_when_all_have_stopped_it_is_known_for_ever():
    result = occupancy(count_paths([[(5, "back"), (9, "stopped")]] * 12))
    found = running_on(result, 500)
    assert (found.value, found.low, found.too_few) == (0, 0, False)
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 12))
    everybody = running_on(result, 6)
    assert (everybody.value, everybody.high) == (1, 1)
    assert everybody.low == pytest.approx(0.025 ** (1 / 12))


def test_many_followed_are_not_too_few():
    result = occupancy(count_paths([[(5, "back"), (90, "censored")]] * 9 + [[(90, "censored")]]))
    assert not running_on(result, 84).too_few
    assert running_on(occupancy(count_paths([[(90, "censored")]] * 9)), 84).too_few


def test_empty_group():
    result = occupancy(TransitionCounts.from_rows("all", []))
    assert running_on(result, 84).value is None
    assert result.day == ()


@pytest.mark.parametrize(
    ("moves", "message"),
    [
        ([(-1, "not_back", "back", 1)], "negative"),
        ([(1, "not_back", "back", -1)], "negative"),
        ([(1, "not_back", "lost", 1)], "no move"),
        ([(1, "back", "back", 1)], "no move"),
        ([(1, "back", "not_back", 1)], "no move"),
        ([(1, "stopped", "back", 1)], "no move"),
        ([(1, "not_back", "back", 3)], "more people leave a state on day 1"),
        ([(1, "not_back", "back", 1), (1, "back", "pain_again", 1)], "more people leave"),
    ],
)
def test_impossible_moves_are_refused(moves, message):
    with pytest.raises(ValueError, match=message):
        TransitionCounts("all", 2, tuple(moves))


def test_rows_without_people_are_dropped():
    rows = [(5, "not_back", "back", 0), (9, "not_back", "censored", 3)]
    assert TransitionCounts.from_rows("all", rows).moves == ((9, "not_back", "censored", 3),)


# --- against one person at a time --------------------------------------------------------------------------


def _state_before(path, day):
    """State just before `day`, None once out of view."""
    if path[-1][0] < day:
        return None
    return next((state for when, state in reversed(path) if when < day), "not_back")


def _naive(histories, until):
    share = dict.fromkeys(STATES, Fraction(0)) | {"not_back": Fraction(1)}
    for day in sorted({when for path in histories for when, _ in path if when <= until}):
        moved = dict.fromkeys(STATES, Fraction(0)) | {"stopped": share["stopped"]}
        for origin in STATES[:3]:
            there = [path for path in histories if _state_before(path, day) == origin]
            goes = [dict(path).get(day, origin) for path in there]
            for state in (origin if to == "censored" else to for to in goes):
                moved[state] += share[origin] / len(there)
            moved[origin] += 0 if there else share[origin]
        share = moved
    return share


@settings(deadline=None)
@given(st.lists(paths(), min_size=1, max_size=12), st.integers(0, 12))
def test_occupancy_equals_the_naive_product_in_fractions(histories, day):
    result = occupancy(count_paths(histories))
    expected = _naive(histories, day)
    steps = [i for i, when in enumerate(result.day) if when <= day]
    for state in STATES:
        found = getattr(result, state)[steps[-1]] if steps else float(state == "not_back")
        assert found == pytest.approx(float(expected[state]), abs=1e-12)
    if steps:
        assert result.variance[steps[-1]] >= 0
    share = running_on(result, day)
    assert share.low is None or share.low - 1e-12 <= share.value <= share.high + 1e-12
