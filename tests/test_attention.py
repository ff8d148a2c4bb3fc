"""What deserves a look: each rule at its boundary, and at most three items."""

from dataclasses import replace
from datetime import date

import pytest

from dashboard.attention import Signs, freshness, look_at_this
from dashboard.stats.intake_periods import PeriodShare
from dashboard.stats.pain import proportion

LATEST = PeriodShare(
    date(2026, 6, 1), date(2026, 6, 30), "month", 30, True, 0.3, 0.2, 0.49, 0.08, 28.0, 9, 12, too_few=False
)


def rules(**signs):
    return [item.rule for item in look_at_this(Signs(**signs))]


@pytest.mark.parametrize(("known", "found"), [(80, []), (79, ["unknown"]), (100, [])])
def test_unknown_above_a_fifth(known, found):
    assert rules(known=proportion(known, 100)) == found


@pytest.mark.parametrize(("dated", "found"), [(30, []), (31, ["visit_dates"])])
def test_returns_on_visit_days_above_thirty_per_cent(dated, found):
    assert rules(on_visit_day=proportion(dated, 100)) == found


@pytest.mark.parametrize(("lost", "found"), [(15, []), (16, ["lost"]), (None, [])])
def test_lost_above_fifteen_per_cent(lost, found):
    assert rules(started=100, lost=lost) == found


@pytest.mark.parametrize(("late", "found"), [(5, []), (6, ["late_reports"]), (None, [])])
def test_late_reports_above_five_per_cent(late, found):
    assert rules(returned=100, late_reports=late) == found


@pytest.mark.parametrize(
    ("latest", "found"),
    [
        (LATEST, ["worse_lately"]),
        (replace(LATEST, high=0.5), []),
        (replace(LATEST, too_few=True), []),
        (replace(LATEST, value=None, high=None), []),
        (None, []),
    ],
)
def test_the_latest_period_is_worse_only_with_its_whole_interval(latest, found):
    assert rules(overall=0.5, latest=latest) == found


def test_nothing_known_is_no_sign():
    assert look_at_this(Signs()) == ()
    assert rules(known=proportion(0, 0), on_visit_day=proportion(0, 0), started=0, lost=0) == []


def test_at_most_three_and_the_most_pressing_first():
    found = look_at_this(
        Signs(
            behind=(("itbs", "week 3"),), known=proportion(70, 100), on_visit_day=proportion(40, 100),
            started=100, lost=50,
        )
    )  # fmt: skip
    assert [item.rule for item in found] == ["behind", "unknown", "visit_dates"]
    assert found[0].text == "ITBS is behind the quoted figure at week 3"
    assert found[1].text.replace("\xa0", " ").startswith("Of 30 people (30 %) it is not known")


def test_freshness_is_one_line():
    words = freshness(date(2026, 10, 31), date(2026, 10, 30), proportion(84, 100)).replace("\xa0", " ")
    assert words == (
        "Data to 31 October 2026 · last first visit 30 October 2026 · running status at week 12 known of 84 % of "
        "the 100 who could be followed that far"
    )
    assert "too few people to say" in freshness(date(2026, 10, 31), None, None)


def test_measures_that_got_worse_are_one_item_in_the_words_of_their_chart():
    missed = ("did_not_attend", "Missed visits: worse, Oct 2026 lies above the upper limit")
    (item,) = look_at_this(Signs(worse_over_time=lambda: (missed,)))
    assert (item.text, item.measure) == (missed[1], missed[0])
    pain = ("pain_change", "Median change of pain: worse, rising 7 months in a row")
    (item,) = look_at_this(Signs(worse_over_time=lambda: (missed, pain)))
    assert (item.text, item.measure) == ("2 measures got worse over time", "did_not_attend")
    assert rules(worse_over_time=tuple) == []


def test_trends_are_not_asked_where_three_items_come_before_them():
    def not_asked():
        raise AssertionError("asked")

    found = look_at_this(
        Signs(
            behind=(("itbs", "week 3"),), known=proportion(70, 100), on_visit_day=proportion(40, 100),
            worse_over_time=not_asked,
        )
    )  # fmt: skip
    assert [item.rule for item in found] == ["behind", "unknown", "visit_dates"]
