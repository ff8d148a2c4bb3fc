"""The five statuses at their boundaries; facts drawn in the test."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.stats.status import Checkpoint, EpisodeFacts, Score, Thresholds, status

ANSWERED = {"last_running_answer_day": 1000, "last_contact_day": 1000}


def scores(*rows, context="worst_week"):
    return tuple(Score(day, value, context) for day, value in rows)


def make_facts(day, baseline=6, later=(), **overrides):
    """An episode with a baseline on day 0, asked about running and in contact, unless overridden."""
    first = None if baseline is None else Score(0, baseline, "worst_week")
    known = {"in_open_care": True, "baseline": first, "scores": ((first,) if first else ()) + scores(*later)}
    return EpisodeFacts(day, **{**ANSWERED, **known, **overrides})


def word_and_rule(facts, thresholds=None):
    found = status(facts, thresholds) if thresholds else status(facts)
    return found.word, found.rule


# --- off track ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "baseline", "later", "rule"),
    [
        (42, 6, (35, 5), "no_change"),
        (42, 6, (35, 4), "nothing_due"),
        (42, 6, (35, 4.1), "no_change"),
        (42, 6, (35, 9), "no_change"),
        (41, 6, (35, 5), "nothing_due"),
        (42, 6, (28, 5), "no_change"),
        (42, 2, (35, 2), "no_change"),
        (42, 1.9, (35, 1.9), "nothing_due"),
        (42, None, (35, 5), "nothing_due"),
    ],
)
def test_no_change_by_day_42(day, baseline, later, rule):
    found = word_and_rule(make_facts(day, baseline, [later]))
    assert found == ("off track" if rule == "no_change" else "on track", rule)


def test_the_latest_score_decides_and_only_of_the_same_context():
    assert word_and_rule(make_facts(60, 6, [(30, 6), (50, 3)]))[0] == "on track"
    assert word_and_rule(make_facts(60, 6, [(30, 3), (50, 5)]))[0] == "off track"
    other = make_facts(60, 6, scores=scores((0, 6), (30, 3)) + scores((50, 6), context="running"))
    assert word_and_rule(other)[0] == "on track"


def test_a_score_before_day_28_says_nothing_yet_and_the_next_is_due():
    assert word_and_rule(make_facts(42, 6, [(27, 6)])) == ("ask", "score_due")


@pytest.mark.parametrize(
    ("later", "rising"),
    [
        ([(10, 3), (20, 5), (30, 7)], True),
        ([(10, 3), (20, 5), (30, 6.9)], False),
        ([(10, 3), (20, 5), (25, 5), (30, 7)], False),
        ([(10, 1), (15, 3), (20, 5), (30, 4)], False),
        ([(10, 8)], False),
    ],
)
def test_two_rises_in_a_row(later, rising):
    assert (word_and_rule(make_facts(31, 6, later)) == ("off track", "rising")) is rising


def test_rises_of_different_contexts_do_not_add_up():
    mixed = scores((10, 3), (30, 7)) + scores((20, 5), context="running")
    assert word_and_rule(make_facts(31, None, scores=mixed))[0] == "on track"
    same = scores((10, 3), (20, 5), (30, 7), context="running")
    assert word_and_rule(make_facts(31, None, scores=same))[0] == "off track"


def test_the_reason_is_said():
    assert status(make_facts(45, 6, [(39, 5)])).because == (
        "Pain 6 at the start and 5 on day 39: not 2 points better by day 42."
    )
    assert "3, 5, 7 (day 30)" in status(make_facts(31, 6, [(10, 3), (20, 5), (30, 7)])).because


# --- ask ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "scored", "answered", "rule"),
    [
        (41, 0, None, "nothing_due"),
        (42, 0, 42, "score_due"),
        (42, 28, 28, "nothing_due"),
        (42, 28, 27, "running_due"),
        (42, 28, None, "running_due"),
        (83, 30, 30, "nothing_due"),
        (84, 55, 84, "score_due"),
        (84, 56, 55, "running_due"),
        (84, 56, 56, "nothing_due"),
        (182, 167, 182, "score_due"),
        (400, 168, 168, "nothing_due"),
    ],
)
def test_checkpoints_of_weeks_6_12_and_26(day, scored, answered, rule):
    facts = make_facts(day, None, [(scored, 1)], last_running_answer_day=answered)
    assert word_and_rule(facts) == ("on track" if rule == "nothing_due" else "ask", rule)


@pytest.mark.parametrize(
    ("contact", "in_care", "rule"),
    [(9, True, "silent"), (10, True, "nothing_due"), (9, False, "nothing_due")],
)
def test_no_word_for_21_days_in_open_care(contact, in_care, rule):
    assert word_and_rule(make_facts(30, last_contact_day=contact, in_open_care=in_care))[1] == rule


# --- after a return ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "answered", "found"),
    [
        (60, 60, ("back, check at 14 days", "newly_back")),
        (73, 60, ("back, check at 14 days", "newly_back")),
        (74, 73, ("ask", "check_14_days")),
        (74, 74, ("on track", "sustained")),
        (241, 80, ("on track", "sustained")),
        (242, 80, ("ask", "check_6_months")),
        (242, 242, ("on track", "sustained")),
        (300, None, ("ask", "check_6_months")),
    ],
)
def test_back_on_day_60(day, answered, found):
    facts = make_facts(day, return_day=60, last_running_answer_day=answered, in_open_care=False)
    assert word_and_rule(facts) == found


@pytest.mark.parametrize(
    ("pain_day", "word"), [(65, "pain again"), (60, "pain again"), (50, "back, check at 14 days")]
)
def test_pain_after_the_latest_return(pain_day, word):
    assert status(make_facts(70, return_day=60, pain_again_day=pain_day)).word == word


def test_pain_again_stays_until_the_next_return():
    """Nothing that is due outranks it."""
    assert status(make_facts(400, return_day=60, pain_again_day=70, last_contact_day=0)).word == "pain again"


def test_who_is_back_is_not_off_track():
    assert status(make_facts(60, 6, [(50, 7)], return_day=55)).word == "back, check at 14 days"


# --- marks and thresholds ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "changes", "marks"),
    [
        (84, {}, ()),
        (85, {}, ("watch",)),
        (85, {"watch_seen": True}, ()),
        (85, {"return_day": 80}, ()),
        (85, {"open_red_flag": True}, ("red flag", "watch")),
        (10, {"open_red_flag": True}, ("red flag",)),
    ],
)
def test_marks_stand_beside_the_word(day, changes, marks):
    assert status(make_facts(day, 6, [(70, 2)], **changes)).marks == marks


def test_thresholds_are_parameters():
    facts = make_facts(31, 6, [(30, 5)])
    assert status(facts).word == "on track"
    assert status(facts, Thresholds(change_by_day=30)).word == "off track"
    assert status(make_facts(20, last_contact_day=5), Thresholds(silent_days=14)).rule == "silent"
    earlier = Thresholds(checkpoints=(Checkpoint("week 2", 14, 7),))
    found = status(make_facts(15), earlier)
    assert (found.rule, found.because) == ("score_due", "The pain score of week 2 is missing.")
    assert (
        status(make_facts(10, return_day=1, last_running_answer_day=1), Thresholds(sustained_days=7)).word
        == "ask"
    )


@given(
    st.integers(0, 400),
    st.none() | st.integers(0, 10),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 10)), max_size=5),
    st.none() | st.integers(0, 400),
    st.none() | st.integers(0, 400),
    st.booleans(),
)
def test_every_episode_has_one_status_with_a_reason(day, baseline, later, back, pain, care):
    later = [row for row in later if row[0] <= day]
    facts = make_facts(day, baseline, later, return_day=back, pain_again_day=pain, in_open_care=care)
    found = status(facts)
    assert found.because.endswith(".")
    assert found.word in ("off track", "ask", "back, check at 14 days", "pain again", "on track")
    assert status(replace(facts, scores=facts.scores[::-1])) == found
