"""Numbers and verdicts in words: plain, with n and source, and honest at the edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from charts.groups import make_group

from dashboard import captions, recovery_tables, recovery_words, tables, wording
from dashboard.comparison import Comparison
from dashboard.group_summary import CLASSES, Became
from dashboard.names import (
    CLASS_NAMES,
    CONDITION_NAMES,
    CONDITION_SHORT,
    category_name,
    group_label,
    group_name,
    group_phrase,
)
from dashboard.stats.benchmark import compare
from dashboard.stats.difference import Difference
from dashboard.stats.gray import GrayTest
from dashboard.stats.log_rank import LogRank
from dashboard.stats.survival import Horizon, Quantile
from dashboard.summary import OutcomeSummary
from dashboard.verdicts import benchmarks
from sql.cohort import GROUPING_FIELDS, Cohort
from sql.queries.intake_counts import IntakeCounts
from sql.queries.store_facts import StoreFacts

# 30 back on day 28, 20 on day 84, 5 stopped on day 100, 45 followed to day 200.
HUNDRED = ((28, 30, 0, 0), (84, 20, 0, 0), (100, 0, 5, 0), (200, 0, 0, 45))
# 18 of 20 back on day 14.
FAST = ((14, 18, 0, 0), (200, 0, 0, 2))
SLOW = ((150, 10, 0, 0), (200, 0, 0, 30))
FOUR = ((10, 1, 0, 0), (20, 0, 1, 0), (40, 1, 0, 0), (60, 0, 0, 1))
# 12 started; 2 of the 4 still followed come back on day 40.
THIN = ((10, 2, 0, 0), (30, 0, 0, 6), (40, 2, 0, 0), (60, 0, 0, 2))
AS_OF = date(2026, 10, 31)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def make_summary(*groups, **overrides) -> OutcomeSummary:
    everybody = make_group("all", *HUNDRED)
    verdicts = tuple(
        compare(group.curve, row, as_of=AS_OF, started_per_month=5)
        for group in groups
        for row in benchmarks().values()
        if row.condition == group.group and group.curve is not None
    )
    values = {
        "as_of": AS_OF,
        "audience": "clinic",
        "k": 8,
        "definition": "20 minutes",
        "definition_changed_on": None,
        "facts": StoreFacts(("main",), (), (), AS_OF, False, 1, (), None, None),
        "cohort": Cohort(),
        "by": "condition",
        "days": (56, 84, 182),
        "excluded": IntakeCounts(**dict.fromkeys(IntakeCounts.__dataclass_fields__, 0)),
        "everybody": everybody,
        "groups": groups,
        "by_condition": groups,
        "comparison": Comparison(),
        "verdicts": verdicts,
    }
    return OutcomeSummary(**{**values, **overrides})


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"),
        (0.004, "under 1 %"),
        (0.005, "under 1 %"),
        (0.556, "56 %"),
        (0.994, "99 %"),
        (0.996, "over 99 %"),
        (1 - 1e-12, "100 %"),  # everybody is back: only the sum of the steps fell short
        (1, "100 %"),
    ],
)
def test_percent(share: float, words: str):
    assert plain(wording.percent(share)) == words


def test_a_per_cent_sign_stays_on_the_line_of_its_number():
    assert wording.percent(0.5) == "50\xa0%"
    verdict = make_summary(make_group("itbs", *HUNDRED)).verdict("itbs-3-weeks")
    sentence = wording.verdict_sentence(verdict, benchmarks()["itbs-3-weeks"])
    assert " %" not in sentence


def test_days_and_durations():
    assert [wording.time_words(day) for day in (10, 21, 84, 182)] == [
        "day 10",
        "week 3",
        "week 12",
        "month 6",
    ]
    assert [wording.duration_words(days) for days in (12, 20, 21, 80)] == [
        "12 days", "20 days", "3.0 weeks", "11.4 weeks",
    ]  # fmt: skip
    assert wording.long_date(AS_OF) == "31 October 2026"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{-0.2:+.0f} points", "0 points"), (f"{0.2:+.0f} points", "0 points"), (f"{-0.04:.1f} points", "0.0 points"),
        (f"{-0.5:.1f} to {0.5:.1f}", "−0.5 to 0.5"), ("-0.05", "−0.05"), ("-10 to -0", "−10 to 0"), ("+3", "+3"),
    ],
)  # fmt: skip
def test_a_rounded_zero_has_no_sign(text: str, shown: str):
    assert wording.with_minus(text) == shown


def test_points_between_groups_that_round_to_zero_have_no_sign():
    found = Difference("a", "b", 84, 0.5, 0.502, -0.002, -0.18, 0.17, too_few=False)
    assert recovery_tables.difference_rows([found])[0]["difference by week 12"] == "0 points (−18 to 17)"


def test_evidence_is_told_in_plain_words():
    for row in benchmarks().values():
        words = captions.evidence_words(row)
        assert "F(" not in words
        assert "starters" not in words


def test_counts_and_limits():
    assert wording.count_words(None, 8) == "fewer than 8"
    assert wording.count_words(1234, 8) == "1,234"
    assert wording.interval_words(0.501, 0.609) == "(50–61)"
    assert wording.interval_words(None, 0.6) == ""


def test_a_share_or_why_there_is_none():
    known = Horizon(84, 0.53, 0.48, 0.58, 0.03, 100, 0.9, too_few=False)
    assert plain(wording.share_words(known)) == "53 % (48–58)"
    assert plain(wording.share_words(replace(known, too_few=True))) == "53 % (48–58), too few still followed"
    assert wording.share_words(replace(known, value=None, too_few=True)) == "too few still followed"
    assert wording.share_words(replace(known, value=None, known=None)) == "not shown"


def test_where_everybody_is_back_all_places_print_the_same_limits():
    """12 of 12: Clopper and Pearson's lower limit is 0.025^(1/12) = 73.5 %."""
    group = make_group("pfps", (10, 12, 0, 0))
    summary = make_summary(group)
    assert (group.back_by_day(84).low, group.back_by_day(84).high) == (
        None,
        None,
    )  # the curve's own are absent
    assert plain(wording.group_share_words(group, 84)) == "100 % (74–100)"
    figures = {row["figures by group"]: row["PFPS"] for row in tables.horizon_rows(summary)}
    assert plain(figures["back by week 12"]) == "100 % (74–100)"
    assert wording.tile_words(group, 84) == (f"100{wording.PER_CENT}", "(74–100) of 12")
    assert "100 %** (74–100)" in plain(wording.estimate_sentence(summary, group, 84))
    assert "100 % (74–100)" in plain(summary.verdict("pfps-8-12-weeks").reason)


def test_a_median_and_its_limits():
    assert wording.median_words(Quantile(0.5, 80, 68, 94)) == "day 80 (68–94)"
    assert wording.median_words(Quantile(0.5, 80, 68, None)) == "day 80 (68–?)"
    assert wording.median_words(Quantile(0.5, None, 68, None)) == "not reached"


def test_every_code_has_words():
    assert set(CLASS_NAMES) == set(CLASSES)
    assert set(CONDITION_NAMES) == set(CONDITION_SHORT) == set(GROUPING_FIELDS["condition"])
    for field in ("symptom_duration", "earlier_episodes", "age_band", "goal"):
        for code in GROUPING_FIELDS[field]:
            assert "_" not in group_name(code), code
    for field in ("condition", "symptom_duration", "earlier_episodes"):
        assert all(not group_phrase(code).startswith("at ") for code in GROUPING_FIELDS[field])


def test_codes_of_sites_stay_as_they_are():
    assert group_name("north_1") == group_label("north_1") == "north_1"
    assert group_phrase("north_1") == "at north_1"
    assert group_name("25_34") == "25–34"


def test_the_estimate_with_n():
    group = make_group("pfps", *HUNDRED)
    summary = make_summary(group)
    sentence = plain(wording.estimate_sentence(summary, group, 84))
    assert sentence == "An estimated **50 %** (41–60) of 100 runners with PFPS are back by week 12."
    other_goals = replace(summary, cohort=Cohort(goals=()))
    assert "of 100 people with PFPS" in wording.estimate_sentence(other_goals, group, 84)


def test_an_estimate_of_too_few_says_so():
    group = make_group("pfps", *THIN)
    assert "; too few still followed) of 12 runners" in wording.estimate_sentence(
        make_summary(group), group, 56
    )
    sentence = wording.estimate_sentence(make_summary(group), group, 84)
    assert sentence == "No estimate yet for 12 runners with PFPS by week 12: too few are followed that far."


def test_nobody_back_yet_has_the_exact_limit():
    """0 of 20 by day 84, all followed: 1 - 0.025^(1/20) = 0.168."""
    group = make_group("pfps", (200, 0, 0, 20))
    assert "**0 %** (0–17)" in plain(wording.estimate_sentence(make_summary(group), group, 84))


def test_withheld_figures_say_that_there_are_too_few():
    nothing = {"curve": None, "started": None, "episodes": None, "back_by": ()}
    small = make_group("pfps", *HUNDRED, **nothing, few=("started", "episodes"))
    assert wording.estimate_sentence(make_summary(), small, 84) == (
        "No estimate yet for fewer than 8 runners with PFPS by week 12: too few people to show a share."
    )
    leaves_few_outside = make_group("pfps", *HUNDRED, **nothing)
    assert wording.estimate_sentence(make_summary(), leaves_few_outside, 84) == (
        "No estimate yet for runners with PFPS by week 12: too few people to show a share."
    )


def test_the_card_of_pfps():
    group = make_group("pfps", *HUNDRED)
    assert plain(" ".join(wording.card_sentences(make_summary(group), group))) == (
        "An estimated **50 %** (41–60) of 100 runners with PFPS are back by week 12. "
        "Another clinic's article says more than half (no study found): in line, though not shown to be more than half. "
        "By month 6: **50 %** (41–60); the same source says 67 %: behind."
    )


def test_the_card_of_itbs_has_every_comparison_in_order_of_time():
    group = make_group("itbs", *HUNDRED)
    card = plain(" ".join(wording.card_sentences(make_summary(group), group)))
    places = [card.index(words) for words in ("by week 3.", "By week 8:", "By month 6:")]
    assert places == sorted(places)
    assert "a review of small studies, 2013, says 44 %" in card


def test_a_condition_without_a_benchmark():
    group = make_group("other", *HUNDRED)
    assert wording.card_sentences(make_summary(group), group)[1:] == [
        "There is no published figure to compare with."
    ]


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("ahead", "more than half: expectation met"),
        ("in line", "in line, though not shown to be more than half"),
        ("behind", "less than half: expectation not met"),
        ("cannot tell yet", "cannot tell yet"),
    ],
)
def test_more_than_half_is_never_better_than_published(word: str, words: str):
    verdict = replace(make_summary(make_group("pfps", *HUNDRED)).verdict("pfps-8-12-weeks"), verdict=word)
    assert wording.verdict_words(verdict, benchmarks()["pfps-8-12-weeks"]) == words
    assert wording.verdict_words(verdict, benchmarks()["pfps-6-months"]) == word


def test_cannot_tell_yet_says_how_many_are_needed_and_when():
    group = make_group("itbs", (21, 4, 0, 0), (200, 0, 0, 11))
    verdict = make_summary(group).verdict("itbs-3-weeks")
    assert verdict.verdict == "cannot tell yet"
    year, month = map(int, verdict.ready_month.split("-"))
    assert plain(wording.verdict_sentence(verdict, benchmarks()["itbs-3-weeks"])) == (
        "One cohort of 36 runners, 1984, says 58 %: cannot tell yet "
        f"(about {verdict.needed} followed runners needed, by {date(year, month, 1):%B %Y})."
    )
    never = replace(verdict, ready_month=None)
    assert "runners needed)." in wording.verdict_sentence(never, benchmarks()["itbs-3-weeks"])
    withheld = replace(verdict, needed=None)
    assert wording.verdict_sentence(withheld, benchmarks()["itbs-3-weeks"]).endswith("cannot tell yet.")


def test_the_badge_says_at_which_day():
    verdict = make_summary(make_group("pfps", *HUNDRED)).verdict("pfps-8-12-weeks")
    assert wording.badge_words(verdict, benchmarks()["pfps-8-12-weeks"]) == "in line at week 12"


def test_tiles():
    group = make_group("pfps", *HUNDRED)
    assert tuple(map(plain, wording.tile_words(group, 84))) == ("50 %", "(41–60) of 100")
    assert wording.median_tile_words(group) == ("12.0 weeks", wording.median_words(group.median))
    thin = make_group("pfps", *THIN)
    assert wording.tile_words(thin, 56)[1] == "too few followed"
    assert wording.tile_words(thin, 84) == ("–", "too few followed")
    slow = make_group("pfps", *SLOW)
    assert wording.median_tile_words(slow) == ("–", "not reached yet")
    hidden = make_group("pfps", *HUNDRED, curve=None, median=Quantile(0.5, None, None, None), back_by=())
    assert wording.tile_words(hidden, 84) == wording.median_tile_words(hidden) == ("–", "not shown")


@pytest.mark.parametrize(
    ("groups", "title"),
    [
        ([("all", HUNDRED)], "Half of runners were back by day 84 (12.0 weeks)"),
        ([("itbs", FAST)], "Half of runners with ITBS were back by day 14"),
        ([("pfps", SLOW)], "Fewer than half of runners with PFPS are back within the 200 days seen"),
        ([("pfps", HUNDRED), ("itbs", FAST)], "Half were back by day 14 with ITBS, by day 84 with PFPS"),
        ([("none", HUNDRED), ("some", HUNDRED)], "Half were back by day 84 in every group"),
        (
            [("up_to_6_weeks", FAST), ("up_to_4_months", HUNDRED), ("over_12_months", SLOW)],
            "Half were back by day 14 with symptoms for up to 6 weeks; with symptoms for over 12 months fewer "
            "than half are back",
        ),
        ([("up_to_6_weeks", HUNDRED), ("unknown", FAST)], "Half of runners with symptoms for up to 6 weeks were "
         "back by day 84 (12.0 weeks)"),
        ([("north", SLOW), ("south", SLOW)], "In no group half are back yet"),
        ([("pfps", HUNDRED), ("itbs", FOUR)], "Half of runners with PFPS were back by day 84 (12.0 weeks)"),
    ],
)  # fmt: skip
def test_the_title_is_the_finding(groups, title: str):
    made = [make_group(name, *rows) for name, rows in groups]
    assert captions.curve_title(make_summary(*made), made) == title


def test_the_title_of_no_curve():
    hidden = make_group("pfps", *HUNDRED, curve=None)
    assert captions.curve_title(make_summary(), [hidden]) == "Too few people to draw a curve"


def test_the_caption_names_sizes_sources_and_who_is_not_drawn():
    groups = [make_group("pfps", *HUNDRED), make_group("itbs", *FOUR)]
    caption = plain(captions.curve_caption(groups, ["pfps"]))
    assert caption.startswith("In the curve: PFPS 100. ")
    assert "Shaded: 8–12 weeks, by when another clinic's article (no study found) expects" in caption
    assert caption.endswith("Not drawn, too few people: ITBS.")
    assert "Open marks" not in captions.curve_caption(groups, [])


def test_of_too_few_people_no_class_is_said_to_be_small():
    """Of 36 runners 30 may be back: none of it may be said, and not that each class has fewer than 8."""
    hidden = make_group("all", *HUNDRED, became=Became(*[None] * 6))
    assert captions.became_caption(make_summary(everybody=hidden)) == (
        "Too few people to show the classes. Choose a longer period or fewer filters."
    )


def test_rounded_classes_are_not_said_to_add_up():
    everybody = make_group("all", *HUNDRED, became=Became(returned=90, in_care=10))
    assert captions.became_caption(make_summary(everybody=everybody)).endswith(
        "the six classes add up to everybody who started."
    )
    assert captions.became_caption(make_summary(everybody=everybody, audience="sharing")) == (
        "All conditions together; rounded numbers of the six classes need not add up to everybody who started."
    )


def test_what_became_of_everybody():
    everybody = make_group("all", *HUNDRED, became=Became(returned=90, in_care=10, stopped=None))
    assert captions.became_sentence(make_summary(everybody=everybody)) == (
        "Of the 100 who started: 90 back running, 10 still in care, fewer than 8 stopped (gave up, surgery, other)."
    )


def test_conditions_without_a_card():
    groups = [make_group(name, *HUNDRED) for name in ("pfps", "other_knee", "other")]
    assert wording.others_sentence(make_summary(*groups), ["pfps", "other_knee", "other"]) is None
    one = plain(wording.others_sentence(make_summary(*groups[:2]), ["pfps"]))
    assert one == (
        "An estimated **50 %** (41–60) of 100 runners with other knee problems are back by week 12. "
        "There is no published figure to compare with."
    )
    assert wording.others_sentence(make_summary(*groups), ["pfps"]).count("For these there is") == 1


def test_whether_groups_differ():
    """Gray's test stands first where anybody stopped, because the curve counts stops."""
    speed = LogRank(12.16, 3, 0.007, ("none", "some"), (9, 9), (8.0, 10.0), ("unknown",))
    shares = GrayTest(3.5, 1, 0.31, ("none", "some"), ())
    summary = replace(
        make_summary(make_group("pfps", *HUNDRED)),
        by="symptom_duration",
        comparison=Comparison(shares, speed),
    )
    with_stops = replace(summary, groups=(replace(summary.groups[0], stopped=4),))
    in_speed = "(log-rank test: χ² = 12.16, 3 df, p = 0.007; left out: not known)."
    in_shares = "more than chance would explain (Gray's test: χ² = 3.50, 1 df, p = 0.31)"
    none_stopped = replace(summary, groups=(replace(summary.groups[0], stopped=0),))
    assert recovery_words.test_sentence(none_stopped) == (
        f"How fast people are back differs by symptom duration more than chance would explain {in_speed}"
    )
    said = recovery_words.test_sentence(with_stops)
    assert said == (
        f"Shares back do not differ by symptom duration {in_shares}, but the speed among those still trying "
        f"does {in_speed}"
    )
    within = replace(with_stops, comparison=replace(summary.comparison, stratified_by="condition"))
    assert recovery_words.test_sentence(within).count("test, within condition") == 2
    assert recovery_words.test_sentence(replace(summary, comparison=Comparison())) == ""
    assert "p < 0.001" in recovery_words.test_words(replace(speed, p=0.0002))


def test_who_is_left_out():
    assert captions.excluded_sentence(make_summary()) == "Nobody is left out of the curve."
    excluded = replace(make_summary().excluded, other_goal=91, already_running=None)
    assert captions.excluded_sentence(make_summary(excluded=excluded)) == (
        "Left out of the curve: another goal than running (91), already running at the first visit (fewer than 8)."
    )


def test_the_evidence_of_every_benchmark_can_be_said():
    for row in benchmarks().values():
        text = captions.evidence_words(row)
        assert row.citation.rstrip(".") in text
        assert ".." not in text
        assert "next review" in text
    linked = captions.evidence_words(benchmarks()["pfps-pain-4-6-weeks"])
    assert "[10.1186/s13102-025-01297-x](https://doi.org/10.1186/s13102-025-01297-x)" in linked


def test_for_whom_the_figures_are():
    assert wording.audience_words(make_summary()) == "for the clinic: exact figures"
    assert "fewer than 8 people" in wording.audience_words(make_summary(audience="sharing"))


def test_the_table_of_figures():
    rows = tables.horizon_rows(make_summary(make_group("pfps", *HUNDRED)))
    assert {row["figures by group"]: plain(row["PFPS"]) for row in rows} == {
        "started": "100",
        "in the curve": "100",
        "back by week 8": "30 % (22–40)",
        "known at week 8": "100 %",
        "back by week 12": "50 % (41–60)",
        "known at week 12": "100 %",
        "back by month 6": "50 % (41–60)",
        "known at month 6": "100 %",
        "half were back by": wording.median_words(make_group("pfps", *HUNDRED).median),
    }


def test_the_table_of_how_sure_we_are():
    """By hand, day 84: 10 of 20 back on day 14, 5 not followed beyond day 50, 5 followed to day 200.

    The curve 1/2; known 10/15; none of the unknown back 10/20; all of them 15/20. Half of those not back
    are followed to day 50.
    """
    group = make_group("pfps", (14, 10, 0, 0), (50, 0, 0, 5), (200, 0, 0, 5))
    hidden = make_group("itbs", *HUNDRED, curve=None)
    rows = tables.sureness_rows(make_summary(group, hidden, make_group("other", *FOUR)))
    assert [list(row) for row in rows] == [
        ["back by week 12", "PFPS"]
    ] * 6  # without late reports, of which are none
    assert [plain(row["PFPS"]) for row in rows] == ["20", "50 %", "67 %", "50 %", "75 %", "7.1 weeks"]


def test_what_is_withheld_is_no_dash_and_no_finding():
    """A curve that may not be drawn says nothing about when half were back."""
    group = replace(make_group("pfps", *HUNDRED), curve=None, median=Quantile(0.5, None, None, None))
    for audience, words in (("sharing", "not shown"), ("clinic", "–")):
        rows = tables.horizon_rows(make_summary(group, audience=audience))
        figures = {row["figures by group"]: row["PFPS"] for row in rows}
        assert {figures[name] for name in ("back by week 12", "half were back by")} == {words}


def test_beside_a_group_without_classes_everybody_stands_alone():
    """Nobody lost of two groups and few of everybody: those few would be of the third."""
    lost = Became(returned=60, in_care=0, stopped=0, discharged_unrecorded=0, lost=0, cannot_count=0)
    groups = [make_group(name, *HUNDRED, became=lost) for name in ("pfps", "itbs")]
    hidden = make_group("other", *FOUR, became=Became(*[None] * 6))
    everybody = make_group("all", *HUNDRED, became=replace(lost, lost=None))
    for audience, found in (("sharing", ["everybody"]), ("clinic", ["PFPS", "ITBS", "Other", "everybody"])):
        summary = make_summary(*groups, hidden, everybody=everybody, audience=audience)
        assert list(tables.class_rows(summary)[0])[1:] == found


def test_a_site_called_all_is_not_everybody():
    groups = [make_group(name, *HUNDRED) for name in ("all", "other")]
    summary = replace(make_summary(*groups, everybody=make_group("all", *HUNDRED)), by="site")
    assert list(tables.class_rows(summary)[0])[1:] == ["all", "other", "everybody"]


def test_the_evidence_names_no_row_of_the_catalogue():
    """People read sources, not ids."""
    said = " ".join(captions.evidence_words(row) for row in benchmarks().values())
    assert [name for name in benchmarks() if name in said] == []


def test_every_category_is_named_by_its_own_field():
    for field, codes in GROUPING_FIELDS.items():
        for code in codes or ():
            name = category_name(field, code)
            assert "_" not in name
            assert ("problems" in name) <= (field == "condition"), (field, code)
    assert category_name("sex", "other") == "other"
    assert category_name("condition", "other") == "Other problems"
    assert category_name("age_band", "25_34") == "25–34"
    assert category_name("site", "other") == "other"  # a clinic may call a site as it likes
