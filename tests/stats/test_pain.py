"""Windows, paired change, responders and centiles, by hand and against R."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.stats.pain import (
    WINDOWS,
    Baseline,
    Proportion,
    Scale,
    ScorePair,
    Threshold,
    baseline_day,
    baseline_of,
    centile,
    expected_recovery,
    paired_change,
    proportion,
    responders,
    window_day,
)

PAIN, KNEE = Scale(0, 10, "lower"), Scale(0, 100, "higher")
SCORES = st.none() | st.integers(0, 10)


def make_threshold(threshold=2.0, kind="absolute", instrument="NPRS"):
    return Threshold(instrument, threshold, kind, "chronic pain", "Farrar JT et al. Pain 2001", True)


def make_pairs(*rows):
    return [ScorePair(*row) for row in rows]


# --- windows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], None),
        ([-29, 8, 40], None),
        ([-28], -28),
        ([-20, -3, 1], -3),
        ([0, 1], 0),
        ([7, 5, 6], 5),
        ([-28, 1], -28),
    ],
)
def test_baseline_is_on_or_before_the_first_visit_if_any(days, expected):
    assert baseline_day(days) == expected


@pytest.mark.parametrize(
    ("window", "days", "expected"),
    [
        (0, [27, 43], None),
        (0, [28, 42], 28),
        (0, [36, 34], 34),
        (0, [36, 33], 36),
        (1, [56, 84], 56),
        (1, [69, 72], 69),
        (2, [167, 197], None),
        (2, [196, 169, 182], 182),
    ],
)
def test_windows_take_the_nearest_and_of_two_the_earlier(window, days, expected):
    assert window_day(days, WINDOWS[window]) == expected


def test_windows_are_those_of_the_specification():
    assert [(w.first_day, w.last_day, w.middle_day) for w in WINDOWS] == [
        (28, 42, 35),
        (56, 84, 70),
        (168, 196, 182),
    ]


@given(st.sets(st.integers(-40, 20)))
def test_baseline_equals_a_plain_reading(days):
    found = baseline_day(days)
    candidates = [d for d in days if -28 <= d <= 7]
    preferred = [d for d in candidates if d <= 0] or candidates
    assert found == min(preferred, key=abs, default=None)


# --- the start ---------------------------------------------------------------------------------------------


def test_mean_and_spread_at_the_start():
    """4, 6, 6, 8: mean 24/4, squares 4 + 0 + 0 + 4 over n - 1 = 3; two of six were not scored."""
    found = baseline_of([(4, 1), (6, 2), (8, 1)], 6)
    assert (found.scored, found.without_score, found.mean) == (4, 2, 6)
    assert found.sd == pytest.approx((8 / 3) ** 0.5)


def test_the_start_of_nobody_and_of_one():
    assert baseline_of([], 3) == Baseline(0, 3, None, None)
    assert baseline_of([(5, 1)], 3) == Baseline(1, 2, 5, None)


# --- change ------------------------------------------------------------------------------------------------


def test_paired_change_equals_r():
    """R 4.2.2: t.test(y, x, paired = TRUE), x = 7 5 6 8 3 9 6 7, y = 4 5 2 8 3 4 1 6."""
    pairs = make_pairs(
        *((x, y, 1) for x, y in zip((7, 5, 6, 8, 3, 9, 6, 7), (4, 5, 2, 8, 3, 4, 1, 6), strict=True)),
        (5, None, 3),
        (None, 2, 1),
        (None, None, 2),
    )
    found = paired_change(pairs)
    assert (found.n, found.without_score) == (8, 6)
    assert (found.mean, found.low, found.high, found.se) == pytest.approx(
        (-2.25, -4.1327051146, -0.367294885400, 0.796196314629), abs=1e-9
    )
    assert (found.baseline_mean, found.later_mean) == pytest.approx((51 / 8, 33 / 8))


def test_change_of_nobody_one_and_equals():
    nobody = paired_change(make_pairs((5, None, 4)))
    assert (nobody.n, nobody.without_score, nobody.mean, nobody.low) == (0, 4, None, None)
    one = paired_change(make_pairs((5, 2, 1)))
    assert (one.mean, one.low, one.sd, one.se) == (-3, None, None, None)
    equal = paired_change(make_pairs((5.3, 3.1, 2), (6.3, 4.1, 1)))
    assert (equal.mean, equal.low) == (pytest.approx(-2.2), None)


def test_counts_stand_for_people():
    many = paired_change(make_pairs((7, 4, 3), (5, 5, 2)))
    assert many == paired_change(make_pairs((7, 4, 1), (5, 5, 1), (7, 4, 1), (5, 5, 1), (7, 4, 1)))


# --- responders --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (24, 24, 0.862023795325, 1),
        (0, 24, 0, 0.137976204675),
        (22, 24, 0.741511978068, 0.976841184703),
        (7, 40, 0.0874541374604, 0.319499903318),
    ],
)
def test_wilson_equals_r(k, n, low, high):
    """R 4.2.2: prop.test(k, n, correct = FALSE)$conf.int."""
    found = proportion(k, n)
    assert (found.numerator, found.denominator, found.value) == (k, n, k / n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_share_of_nobody():
    assert proportion(0, 0) == Proportion(0, 0, None, None, None)


def test_two_points_by_hand():
    """Of 10, one starts at 1 and cannot fall by 2. 3 of the 6 scored fall by 2 or more, 9 could have."""
    pairs = make_pairs((5, 3, 2), (5, 3.5, 1), (4, 6, 2), (2, 0, 1), (6, None, 2), (None, 1, 1), (1, 0, 1))
    found = responders(pairs, make_threshold(2), PAIN)
    assert found.excluded == 1
    assert (found.of_scored.numerator, found.of_scored.denominator) == (3, 6)
    assert (found.of_started.numerator, found.of_started.denominator) == (3, 9)
    assert found.of_scored.low == proportion(3, 6).low


@pytest.mark.parametrize(
    ("baseline", "later", "reached"),
    [(10, 7, 1), (10, 7.1, 0), (3, 2.1, 1), (3, 2, 1), (4, 3, 0), (7, 4.9, 1)],
)
def test_thirty_per_cent_of_the_baseline(baseline, later, reached):
    found = responders(make_pairs((baseline, later, 1)), make_threshold(30, "percent"), PAIN)
    assert (found.of_scored.numerator, found.excluded) == (reached, 0)


def test_thirty_per_cent_of_nothing_is_not_reached_by_anybody():
    found = responders(make_pairs((0, 0, 5)), make_threshold(30, "percent"), PAIN)
    assert (found.excluded, found.of_started.denominator, found.of_started.value) == (5, 0, None)


@pytest.mark.parametrize(
    ("baseline", "later", "threshold", "expected"),
    [
        (70, 80, 10, (1, 0)),
        (70, 79.9, 10, (0, 0)),
        (90, 100, 10, (1, 0)),
        (91, 100, 10, (0, 1)),
        (83.6, 100, 16.4, (1, 0)),
    ],
)
def test_where_higher_is_better(baseline, later, threshold, expected):
    found = responders(make_pairs((baseline, later, 1)), make_threshold(threshold, instrument="AKPS"), KNEE)
    assert (found.of_started.numerator, found.excluded) == expected


def test_fractions_decide_without_floating_noise():
    """0.3 - 0.1 is 0.19999999999999998 in binary."""
    found = responders(make_pairs((0.3, 0.1, 1)), make_threshold(0.2), PAIN)
    assert found.of_scored.numerator == 1


@given(st.lists(st.tuples(SCORES, SCORES, st.integers(1, 3)), max_size=12), st.integers(1, 4))
def test_responders_equal_one_person_at_a_time(rows, points):
    found = responders(make_pairs(*rows), make_threshold(points), PAIN)
    people = [(first, later) for first, later, n in rows for _ in range(n)]
    able = [(first, later) for first, later in people if first is None or first >= points]
    met = [p for p in able if None not in p and p[0] - p[1] >= points]
    assert found.excluded == len(people) - len(able)
    assert (found.of_started.numerator, found.of_started.denominator) == (len(met), len(able))
    assert found.of_scored.denominator == len([p for p in able if None not in p])


# --- expected recovery -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("percent", "expected"), [(10, 1), (25, 2), (50, 3), (75, 4), (90, 5), (100, 9)])
def test_centile_equals_r_type_1(percent, expected):
    """R 4.2.2: quantile(c(1, 2, 2, 3, 3, 3, 4, 4, 5, 9), type = 1)."""
    histogram = [(9, 1), (5, 1), (4, 2), (3, 3), (2, 2), (1, 1), (0, 0)]
    assert centile(histogram, percent) == expected


def test_centile_of_nobody():
    assert centile([], 50) is None
    assert centile([(3, 0)], 50) is None


@given(st.lists(st.integers(0, 10), min_size=1, max_size=40), st.sampled_from((10, 25, 50, 75, 90)))
def test_centile_is_the_smallest_score_with_enough_at_or_below(scores, percent):
    found = centile([(score, scores.count(score)) for score in set(scores)], percent)
    enough = [s for s in sorted(scores) if 100 * sum(x <= s for x in scores) >= percent * len(scores)]
    assert found == enough[0]


@pytest.mark.parametrize(
    ("scored", "quartiles", "deciles"), [(19, 0, 0), (20, 1, 0), (99, 1, 0), (100, 1, 1)]
)
def test_centiles_need_enough_scores_that_week(scored, quartiles, deciles):
    (week,) = expected_recovery([(6, 4, scored - 1), (6, 2, 1)], 100)
    assert (week.week, week.scored, week.started) == (6, scored, 100)
    assert [x is not None for x in (week.p25, week.p50, week.p75)] == [bool(quartiles)] * 3
    assert [x is not None for x in (week.p10, week.p90)] == [bool(deciles)] * 2


@pytest.mark.parametrize(
    ("scored", "started", "drawn"), [(25, 50, True), (24, 50, False), (25, 51, False), (19, 19, False)]
)
def test_weeks_in_which_most_have_stopped_scoring_are_not_drawn(scored, started, drawn):
    assert expected_recovery([(12, 3, scored)], started)[0].drawn is drawn


def test_weeks_come_in_order():
    weeks = expected_recovery([(w, s, 10) for w, s in product((8, 2, 4), (1, 5))], 20)
    assert [(week.week, week.p25, week.p50, week.p75) for week in weeks] == [
        (2, 1, 1, 5),
        (4, 1, 1, 5),
        (8, 1, 1, 5),
    ]
    assert expected_recovery([], 20) == ()


def test_still_scoring_counts_later_scores_too():
    """Of 60 who started, 20 gave a score in week 6; the last of 12 was then, 18 more scored only in week 9."""
    rows = [(6, 3, 20), (9, 2, 26)]
    six, nine = expected_recovery(rows, 60, {6: 12, 9: 18})
    assert (six.scored, six.still, six.drawn) == (20, 30, True)
    assert (nine.scored, nine.still, nine.drawn) == (26, 18, False)
    assert not expected_recovery(rows, 61, {6: 12, 9: 18})[0].drawn
    assert expected_recovery(rows, {6: 61, 9: 36}, {6: 12, 9: 18, 30: 1})[0].drawn


def test_who_has_not_reached_a_week_is_not_among_its_starters():
    six, nine = expected_recovery([(6, 3, 20), (9, 2, 20)], {6: 50, 9: 30})
    assert (six.started, six.drawn, nine.started, nine.drawn) == (50, False, 30, True)
