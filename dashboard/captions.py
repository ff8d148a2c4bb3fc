"""What stands above, below and beside a chart: its finding, how to read it, and what lies behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.group_summary import GroupSummary
from dashboard.names import CLASS_NAMES, group_label, group_phrase
from dashboard.stats.benchmark import Benchmark, source_words
from dashboard.stats.certainty import detectable_difference
from dashboard.summary import OutcomeSummary
from dashboard.wording import (
    PER_CENT,
    claim_of,
    count_words,
    duration_words,
    groups_drawn,
    is_few,
    long_date,
    people_words,
    rows_with_verdict,
    time_words,
)


def curve_title(summary: OutcomeSummary, groups: Sequence[GroupSummary]) -> str:
    """The finding of a recovery chart: when half were back, of several groups the first and the last."""
    drawn = groups_drawn(groups)
    if not drawn:
        return "Too few people to draw a curve"
    known = [group for group in drawn if group.group != "unknown"] or drawn
    reached = sorted((g for g in known if g.median.value_days is not None), key=_median_days)
    waiting = [group for group in known if group.median.value_days is None]
    if all(is_few(group.episodes) for group in known):
        return _few_words(
            people_words(summary, known[0]) if len(known) == 1 else "people in any group", known
        )
    if len(known) == 1:
        return _half_words(people_words(summary, known[0]), known[0])
    if not reached:
        return "In no group half are back yet"
    first, last = reached[0], reached[-1]
    if not waiting and _median_days(first) == _median_days(last):
        return f"Half were back by day {_median_days(first)} in every group"
    half = f"Half were back by day {_median_days(first)} {group_phrase(first.group)}"
    if waiting:
        largest = max(waiting, key=lambda group: group.episodes or 0)
        return f"{half}; {group_phrase(largest.group)} fewer than half are back"
    return f"{half}, by day {_median_days(last)} {group_phrase(last.group)}"


def curve_caption(groups: Sequence[GroupSummary], conditions: Sequence[str]) -> str:
    """How to read the curve, with n, and whose figures the marks of the compared `conditions` are."""
    marks = [benchmark for name in conditions for benchmark in rows_with_verdict(name)]
    shaded = "".join(_shaded_words(b) for b in marks if b.horizon_from_days < b.horizon_to_days)
    published = (
        f"{shaded} Open marks: quoted figures, with their interval where it is known." if marks else ""
    )
    drawn = groups_drawn(groups)
    sizes = ", ".join(f"{group_label(group.group)} {group.episodes:,}" for group in drawn)
    names = {group.group for group in drawn}
    missing = [group_label(group.group) for group in groups if group.group not in names]
    hidden = f" Not drawn, too few people: {', '.join(missing)}." if missing else ""
    if not drawn:
        return f"Too few people: {', '.join(missing)}. Choose a longer period or fewer filters."
    return (
        f"In the curve: {sizes}. Lines are estimates of the share back running, with 95{PER_CENT} bands; "
        f"dotted where too few are still followed.{published}{hidden}"
    )


def outside_sentence(summary: OutcomeSummary) -> str:
    """Why fewer stand in the curves than started; empty where nobody is missing or figures are rounded."""
    whole, excluded = summary.everybody, summary.excluded
    if summary.audience == "sharing" or whole.started == whole.episodes:
        return ""
    reasons = {
        "already running at the first visit": excluded.already_running,
        "with an open red flag": excluded.red_flag,
    }
    left_out = " and ".join(f"{people:,} {words}" for words, people in reasons.items() if people)
    return f"In the curves are {whole.episodes:,} of the {whole.started:,}: without {left_out}."


def became_title(summary: OutcomeSummary) -> str:
    """Of how many the bar is."""
    return f"What became of {_those_who_started(summary)}"


def _those_who_started(summary: OutcomeSummary) -> str:
    whole = summary.everybody
    if whole.started is not None:
        return f"the {whole.started:,} who started"
    few = f" (fewer than {summary.k})" if "started" in whole.few else ""
    return f"those who started{few}"


def became_caption(summary: OutcomeSummary) -> str:
    """How to read the bar."""
    if summary.everybody.became.hidden:
        return "Too few people to show the classes. Choose a longer period or fewer filters."
    if not any(vars(summary.everybody.became).values()):
        return f"Each class has fewer than {summary.k} people."
    together = "" if summary.cohort.conditions else "All conditions together; "
    words = f"{together}the six classes add up to everybody who started."
    if summary.audience == "sharing":
        words = f"{together}rounded numbers of the six classes need not add up to everybody who started."
    return words[0].upper() + words[1:]


def became_sentence(summary: OutcomeSummary) -> str:
    """What became of those who started, in one sentence."""
    group, k = summary.everybody, summary.k
    parts = [
        f"{count_words(getattr(group.became, name), k)} {words}"
        for name, words in CLASS_NAMES.items()
        if getattr(group.became, name) != 0
    ]
    return f"Of {_those_who_started(summary)}: {', '.join(parts)}."


def sureness_caption(summary: OutcomeSummary) -> str:
    """What the panel says, and what difference could be seen at all."""
    sizes = [group.episodes or 0 for group in summary.groups if group.curve is not None]
    points = detectable_difference(max(sizes, default=0), 1)
    seen = (
        f" With {max(sizes):,} people a difference of about {points:.0f} points from a fixed figure would be "
        f"noticed (80{PER_CENT} power)."
        if points is not None
        else ""
    )
    return (
        "The truth lies between the two extremes; the curve assumes that people not followed further do like "
        f"those who are.{seen}"
    )


def excluded_sentence(summary: OutcomeSummary) -> str:
    """Who is left out of the curve, and why."""
    if all(people is None for people in vars(summary.excluded).values()):
        return "How many are left out of the curve is not shown."
    reasons = {
        "later_episode": "later course of the same person",
        "other_goal": "another goal than running",
        "goal_unknown": "goal not known",
        "red_flag": "open red flag",
        "already_running": "already running at the first visit",
    }
    parts = [
        f"{words} ({count_words(getattr(summary.excluded, name), summary.k)})"
        for name, words in reasons.items()
        if getattr(summary.excluded, name) != 0
    ]
    return f"Left out of the curve: {', '.join(parts)}." if parts else "Nobody is left out of the curve."


def definition_sentence(changed_on: date) -> str:
    """The mark on every page whose figures lie on both sides of a change."""
    return (
        f"What counts as a return to running changed on {long_date(changed_on)}. First visits before and after "
        "that day do not compare: choose a period on one side of it."
    )


def evidence_words(benchmark: Benchmark) -> str:
    """Who says what of whom, with source, evidence and dates, as two lines of Markdown."""
    interval = ""
    if benchmark.unit == "proportion" and benchmark.ci_low is not None and benchmark.ci_high is not None:
        interval = f" ({100 * benchmark.ci_low:.0f}–{100 * benchmark.ci_high:.0f})"
    by = f" by {time_words(benchmark.horizon_to_days)}" if benchmark.unit == "proportion" else ""
    sentences = [
        f"{benchmark.endpoint} in {benchmark.population}, from {_clock_words(benchmark)}",
        f"{benchmark.citation}{_link(benchmark.doi_or_url)}",
        f"evidence: {benchmark.evidence}",
        *([benchmark.note] if benchmark.note else []),
        f"reviewed {benchmark.source_reviewed}, next review {benchmark.review_due}",
    ]
    text = " ".join(f"{sentence[0].upper()}{sentence[1:].rstrip('.')}." for sentence in sentences)
    return f"**{claim_of(benchmark)}**{interval}{by}  \n{text}"


def _few_words(who: str, groups: Sequence[GroupSummary]) -> str:
    people = sum(group.episodes or 0 for group in groups)
    return f"Too few {who} to say when half are back: {people} so far"


def _half_words(who: str, group: GroupSummary) -> str:
    days = group.median.value_days
    if days is None:
        last = group.curve.follow_up_days if group.curve else None
        return f"Fewer than half of {who} are back" + (f" within the {last} days seen" if last else "")
    weeks = f" ({duration_words(days)})" if days >= 21 else ""
    return f"Half of {who} were back by day {days}{weeks}"


def _median_days(group: GroupSummary) -> int:
    return group.median.value_days or 0


def _shaded_words(benchmark: Benchmark) -> str:
    weeks = f"{benchmark.horizon_from_days // 7}–{benchmark.horizon_to_days // 7} weeks"
    return f" Shaded: {weeks}, by when {source_words(benchmark)} expects more than half back."


def _clock_words(benchmark: Benchmark) -> str:
    return "a day it does not state" if benchmark.clock_start == "not stated" else benchmark.clock_start


def _link(reference: str | None) -> str:
    """A DOI or address as a Markdown link."""
    if not reference:
        return ""
    address = f"https://doi.org/{reference}" if reference.startswith("10.") else f"https://{reference}"
    return f", [{reference}]({address})"
