"""Under ten people words give counts and say what is missing, never a per cent of two or three people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from charts.groups import make_group
from test_wording import FOUR, HUNDRED, make_summary, plain

from dashboard import captions, recovery_words, wording
from dashboard.attention import Signs, look_at_this
from dashboard.charts.recovery_panels import intake_figure, relapse_figure
from dashboard.charts.retention_chart import retention_figure
from dashboard.charts.theme import LIGHT
from dashboard.sections.follow_up import FollowUpResult
from dashboard.sections.intake_periods import IntakePeriodsResult, ShownPeriod
from dashboard.sections.relapse import RelapseResult
from dashboard.sections.retention import GroupRetention, RetentionResult, Stayed
from dashboard.sections.visits import VisitQuartiles, VisitsResult
from dashboard.stats.intake_periods import PeriodShare
from dashboard.stats.occupancy import RunningShare
from dashboard.stats.pain import proportion
from dashboard.stats.relapse import RelapseRange
from dashboard.stats.survival import RecoveryCounts, cumulative_incidence


def half_year(
    first_month: int, started: int, *, mature: bool = True, value: float | None = 1.0
) -> ShownPeriod:
    first, last = date(2026, first_month, 1), date(2026, first_month + 5, 30 if first_month == 1 else 31)
    low, high = (None, None) if value is None else (value - 0.1, value)
    share = PeriodShare(
        first, last, "half-year", started, mature, value, low, high, 0.1, 9.0, 2, 3, too_few=False
    )
    return ShownPeriod(started, share)


def stayed(came: int, started: int) -> RetentionResult:
    steps = (Stayed(12, proportion(came, started)),)
    return RetentionResult(False, True, (GroupRetention("all", started, steps, steps),))


def fortnight(returned: int, relapsed: int) -> RelapseResult:
    share = relapsed / returned
    found = RelapseRange("all", 14, returned, relapsed, returned, share, share)
    counts = RecoveryCounts.from_rows("all", [(5, relapsed, 0, 0), (90, 0, 0, returned - relapsed)])
    return RelapseResult(False, returned, found, (), cumulative_incidence(counts), (), (), True)


@pytest.mark.parametrize(("people", "few"), [(0, True), (9, True), (10, False), (None, False)])
def test_few_is_under_ten_and_a_hidden_number_is_not_known_to_be(people: int | None, few: bool):
    assert wording.is_few(people) is few


@pytest.mark.parametrize(
    ("people", "words"),
    [(1, "1 person"), (2, "2 people"), (1234, "1,234 people"), (None, "fewer than 8 people")],
)
def test_people_are_counted_in_good_english(people: int | None, words: str):
    assert wording.counted(people, 8) == words


def test_a_card_of_four_says_how_many_are_needed_and_no_share():
    group = make_group("itbs", *FOUR)
    sentences = wording.card_sentences(make_summary(group), group)
    assert sentences[0] == "Too few runners with ITBS for an estimate: 4 so far, 10 are needed."
    assert "cannot tell yet" in sentences[1]
    assert len(sentences) == 2  # later days would only say the same again


def test_tiles_of_four():
    group = make_group("itbs", *FOUR)
    assert wording.tile_words(group, 84) == wording.median_tile_words(group) == ("–", "only 4 people")


def test_no_title_says_when_half_of_four_were_back():
    four = make_group("itbs", *FOUR)
    assert captions.curve_title(make_summary(four), [four]) == (
        "Too few runners with ITBS to say when half are back: 4 so far"
    )
    both = [make_group("itbs", *FOUR), make_group("pfps", *FOUR)]
    assert captions.curve_title(make_summary(*both), both) == (
        "Too few people in any group to say when half are back: 8 so far"
    )
    large = [make_group("pfps", *HUNDRED), four]
    assert captions.curve_title(make_summary(*large), large).startswith("Half of runners with PFPS were back")


def test_pain_again_of_nine_is_counted_and_not_drawn():
    nine, ten = fortnight(9, 3), fortnight(10, 3)
    assert recovery_words.relapse_title(nine) == (
        "Pain again within 14 days: 3 of 9 who returned, too few for a share"
    )
    assert "from 10 returns on" in recovery_words.relapse_caption(nine)
    assert relapse_figure(nine.curve, LIGHT).data == ()
    assert plain(recovery_words.relapse_title(ten)) == "30 % of those back had pain again within 14 days"
    assert relapse_figure(ten.curve, LIGHT).data


def test_the_caption_of_pain_again_speaks_of_a_range_only_where_there_is_one():
    why = "It is a range because"
    one, found = fortnight(100, 10), fortnight(100, 10).fortnight
    two = replace(one, fortnight=replace(found, known=90, high=10 / 90))
    assert recovery_words.relapse_title(one).startswith("10")
    assert why not in recovery_words.relapse_caption(one)
    assert recovery_words.relapse_title(two).startswith("10–11")
    assert why in recovery_words.relapse_caption(two)


def test_the_caption_of_a_lasting_return_explains_the_columns_there_are():
    shared = fortnight(100, 10)
    assert "Running without pain" not in recovery_words.sustained_caption(shared)
    exact = replace(shared, running=(RunningShare(84, 0.5, 0.4, 0.6, 0.05, 40, too_few=False),))
    assert "Running without pain" in recovery_words.sustained_caption(exact)


def test_who_stays_of_three_is_counted_and_not_drawn():
    assert recovery_words.retention_title(stayed(2, 3)) == "2 of 3 who started still came in week 12"
    assert "from 10 people on" in recovery_words.retention_caption(stayed(2, 3))
    assert retention_figure(stayed(2, 3), LIGHT).data == ()
    assert recovery_words.retention_title(stayed(4, 10)) == "Of 100 who start, 40 still come in week 12"
    assert retention_figure(stayed(4, 10), LIGHT).data


def test_a_period_of_two_is_drawn_grey_and_not_in_the_title():
    alone = IntakePeriodsResult(False, 84, 10, (half_year(1, 2),))
    assert recovery_words.intake_title(alone) == (
        "Back by week 12, by first visit: too few people in every complete period"
    )
    (few,) = intake_figure(alone, LIGHT).data
    assert (few.name, few.marker.symbol) == ("too few people", "circle-open")
    assert "fewer than 10 people" in recovery_words.intake_caption(alone)


def test_the_caption_says_how_many_stand_behind_each_period():
    two = IntakePeriodsResult(False, 84, 10, (half_year(1, 24), half_year(7, 1310)))
    assert "however long it took: 24 to 1,310 people in each." in recovery_words.intake_caption(two)
    alone = IntakePeriodsResult(False, 84, 10, (half_year(1, 24),))
    assert "however long it took: 24 people in it." in recovery_words.intake_caption(alone)


def test_without_a_complete_period_it_says_when_there_is_one():
    """The last of July to December have had 84 days on 25 March."""
    waiting = IntakePeriodsResult(False, 84, 10, (half_year(7, 3, mature=False, value=None),))
    assert recovery_words.intake_caption(waiting) == (
        "The first period, Jul–Dec 2026, is complete on 25 March 2027, when everybody in it has had 12 weeks. Load "
        "newer data then."
    )


def test_visits_and_dates_of_few_are_not_summed_up():
    quartiles = (VisitQuartiles("all", 3, 4.0, 4.0, 6.0),)
    visits = VisitsResult(False, True, quartiles, quartiles, 75, None)
    assert recovery_words.visits_sentence(visits) == (
        "Too few people to say how many visits it takes: 3 so far, 10 are needed."
    )
    known = FollowUpResult(
        shared=False, known=proportion(2, 3), follow_up_median_days=58, on_visit_day=proportion(1, 1),
        visit_gap_days=7, baseline=(), detectable=(),
    )  # fmt: skip
    assert recovery_words.dates_sentence(known) == ""
    assert recovery_words.follow_up_sentence(known).endswith(
        "it is known of 2 whether they were back by week 12."
    )
    assert "(20\xa0%)" in recovery_words.follow_up_sentence(replace(known, known=proportion(2, 10)))


@pytest.mark.parametrize(("started", "found"), [(9, 0), (10, 1)])
def test_nothing_is_pointed_out_of_nine(started: int, found: int):
    assert len(look_at_this(Signs(started=started, lost=5))) == found
