"""Overview: sentence, tile, title and chart show one summary's numbers and never disagree."""

from __future__ import annotations

import re

import pytest
from app.driver import Visit, by_group, choose, figure, said, section_of, summary_of, tiles

from dashboard.group_summary import CLASSES, GroupSummary
from dashboard.names import CLASS_NAMES, CONDITION_SHORT, group_label, group_phrase
from dashboard.sections.trends import trends_section
from dashboard.summary import OutcomeSummary
from dashboard.trend_words import since_words, title


def per_cent(share: float) -> str:
    return f"{100 * share:.0f} %"


def group_of(summary: OutcomeSummary, name: str) -> GroupSummary:
    return next(group for group in summary.groups if group.group == name)


@pytest.mark.parametrize(
    ("store", "audience", "conditions"),
    [
        ("big", "clinic", ["pfps", "itbs"]),
        ("big", "sharing", ["pfps", "itbs"]),
        ("small", "clinic", ["pfps"]),
        ("small", "sharing", ["pfps"]),
        ("other", "clinic", ["other"]),
    ],
)
def test_sentence_and_tiles_say_the_summary(look: Visit, stores, store: str, audience, conditions: list[str]):
    summary = summary_of(stores[store], audience=audience)
    app = look(store, audience=audience)
    words, shown = said(app), tiles(app)
    for name in conditions:
        group, short = group_of(summary, name), CONDITION_SHORT[name]
        day = {"pfps": 84, "itbs": 21, "other": 84}[name]
        sentence = group.back_by_day(day)
        limits = f"({100 * sentence.low:.0f}–{100 * sentence.high:.0f})"
        people = f"{group.episodes} runners {group_phrase(name)}"
        assert (
            f"An estimated **{per_cent(sentence.value)}** {limits} of {people} are back by week {day // 7}."
            in words
        )
        for label, tile_day in (("week 12", 84), ("month 6", 182)):
            horizon = group.back_by_day(tile_day)
            limits = f"({100 * horizon.low:.0f}–{100 * horizon.high:.0f})"
            assert shown[f"{short} · by {label}"] == (
                per_cent(horizon.value),
                f"{limits} of {group.episodes}",
            )
        days = group.median.value_days
        weeks = f"{days / 7:.1f} weeks" if days >= 21 else f"{days} days"
        value, detail = shown[f"{short} · half by"]
        assert value == weeks
        assert detail.startswith(f"day {days} (")


@pytest.mark.parametrize("store", ["big", "small"])
def test_the_title_says_when_half_were_back_as_the_tiles_do(look: Visit, stores, store: str):
    summary = summary_of(stores[store])
    itbs, pfps = (group_of(summary, name).median.value_days for name in ("itbs", "pfps"))
    assert itbs < pfps
    title = look(store).header[0].value
    assert title == f"Half were back by day {itbs} with ITBS, by day {pfps} with PFPS"


@pytest.mark.parametrize("store", ["big", "small"])
def test_each_verdict_is_a_word_with_an_icon_and_its_day(look: Visit, stores, store: str):
    summary = summary_of(stores[store])
    badges = [text.value for text in look(store).markdown if "-badge[" in text.value]
    assert len(badges) == 2
    for badge, row, day in zip(badges, ("pfps-8-12-weeks", "itbs-3-weeks"), (12, 3), strict=True):
        word = summary.verdict(row).verdict
        assert ":material/" in badge
        assert f"{word} at week {day}]" in badge


def test_a_verdict_that_cannot_be_told_yet_says_what_is_missing(look: Visit, stores):
    verdict = summary_of(stores["small"]).verdict("itbs-3-weeks")
    assert verdict.verdict == "cannot tell yet"
    words = said(look("small"))
    assert f"cannot tell yet (about {verdict.needed} followed runners needed, by September 2028)." in words
    assert verdict.ready_month == "2028-09"


def test_every_comparison_of_a_condition_is_on_its_card(look: Visit):
    card = next(text for text in said(look("big")).split("\n") if "runners with ITBS are back" in text)
    for part in ("back by week 3.", "By week 8:", "says 44 %: ahead", "By month 6:", "says 83 %: in line"):
        assert part in card


def test_the_bar_has_the_six_classes_of_everybody(look: Visit, stores):
    summary = summary_of(stores["big"])
    app = look("big")
    bars = [trace for trace in figure(app, 1)["data"] if trace["type"] == "bar"]
    counts = [getattr(summary.everybody.became, name) for name in CLASSES]
    assert sum(counts) == summary.everybody.started
    assert [round(bar["y"][0] * summary.everybody.started / 100) for bar in bars] == [n for n in counts if n]
    assert app.header[1].value == f"What became of the {summary.everybody.started} who started"


def test_conditions_without_a_card_have_a_sentence(look: Visit):
    words = said(look("big"))
    assert "of 36 runners with PFPS and ITBS together are back by week 12." in words
    assert "For these there is no published figure to compare with." in words


def test_a_condition_without_a_benchmark_says_so(look: Visit):
    app = look("other")
    assert "There is no published figure to compare with." in said(app)
    assert "For whom?" not in [link.proto.label for link in app.get("page_link")]
    assert list(tiles(app)) == ["Other · by week 12", "Other · by month 6", "Other · half by"]


def test_five_people_get_no_share_and_how_many_are_needed(look: Visit):
    app = look("tiny")
    assert re.search(r"Too few runners with PFPS for an estimate: \d so far, 10 are needed\.", said(app))
    assert not re.search(
        r"\d %", " ".join(card for card in said(app).split("\n") if "for an estimate" in card)
    )
    assert {value for value, _ in tiles(app).values()} == {"–"}
    assert all(re.fullmatch(r"only \d (person|people)", detail) for _, detail in tiles(app).values())


def test_the_evidence_and_the_definitions_are_one_click_away(look: Visit):
    app = look("big")
    labels = [popover.proto.popover.label for popover in app.get("popover")]
    assert labels == [
        "Who?", "Who?", "Who is missing at week 12?", "What the numbers mean", "Evidence behind the benchmarks",
    ]  # fmt: skip
    words = said(app)
    assert "is the first run that counts: 20 minutes or 3 km without stopping for pain" in words
    assert "One cohort of 36 runners, 1984, says 58 %** (42–73) by week 3" in words
    assert "For context, never compared" in words


@pytest.mark.parametrize("audience", ["clinic", "sharing"])
def test_both_charts_have_their_figures_as_a_table(look: Visit, stores, audience: str):
    summary = summary_of(stores["big"], audience=audience)
    app = look("big", audience=audience)
    figures, classes = by_group(app, "figures by group"), by_group(app, "of those who started")
    assert list(figures.index) == [group_label(group.group) for group in summary.groups]
    assert list(figures["started"]) == [str(group.started) for group in summary.groups]
    rows = summary.groups_by_class
    assert list(classes.index) == [group_label(group.group) for group in rows]
    assert len(rows) == (1 if audience == "sharing" else 5), "PFPS and ITBS together are too few to share"
    for (_, cells), group in zip(classes.iterrows(), rows, strict=True):
        assert cells["started"] == str(group.started)
        for name, words in CLASS_NAMES.items():
            count = getattr(group.became, name)
            few = "not shown" if group.became.hidden else "fewer than 8"
            assert cells[words] == (few if count is None else str(count))


def test_a_measure_that_got_worse_is_named_in_the_words_of_its_chart(look: Visit, stores):
    trends = section_of(stores["big"], trends_section)
    worse = [trend for trend in trends.trends if trend.variation == "concern"]
    assert len(worse) == 1  # of the sample clinic, so that the words can be compared
    links = [link.proto.label for link in look("big").get("page_link")]
    assert title(worse[0]) + since_words(worse[0]) in links


def test_other_goals_make_runners_people(visit: Visit):
    app = choose(visit("big"), goal="any")
    assert "people with PFPS are back by week 12" in said(app)
    assert "runners with PFPS are back" not in said(app)


def test_it_says_why_fewer_stand_in_the_curves_than_started(look: Visit):
    words = "In the curves are 723 of the 728: without 5 already running at the first visit."
    assert words in said(look("big"))
    assert "In the curves are" not in said(look("big", audience="sharing"))


@pytest.mark.parametrize("audience", ["clinic", "sharing"])
@pytest.mark.parametrize("store", ["big", "small"])
def test_sentence_tile_and_caption_count_the_same_people(look: Visit, store: str, audience):
    """Card, tile and caption of a condition name one number: of everybody whom the estimate rests on."""
    app = look(store, audience=audience)
    words, shown = said(app), tiles(app)
    drawn = dict(re.findall(r"(PFPS|ITBS) (\d+)[,.]", words.split("In the curve: ")[1].split("Lines are")[0]))
    assert "PFPS" in drawn
    for short, people in drawn.items():
        card = next(text for text in words.split("\n") if f"runners with {short} are back by" in text)
        assert f" of {people} runners with {short} " in card
        for day in ("week 12", "month 6"):
            assert shown[f"{short} · by {day}"][1].endswith(f" of {people}")
    assert not re.search(r"\d started", words)


@pytest.mark.parametrize("store", ["big", "small"])
def test_those_in_the_curves_and_those_left_out_are_all_who_started(stores, store: str):
    summary = summary_of(stores[store])
    outside = summary.excluded.already_running + summary.excluded.red_flag
    assert sum(group.episodes for group in summary.groups) + outside == summary.everybody.started
