"""Numbers and verdicts -> the sentences people read. Short, plain, and always with n and source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from dashboard.group_summary import GroupSummary
from dashboard.names import group_phrase
from dashboard.stats.benchmark import Benchmark, Verdict, claim_words, source_words
from dashboard.stats.survival import MIN_FOLLOWED, TOLERANCE, Horizon, Quantile, sentence_interval
from dashboard.summary import OutcomeSummary
from dashboard.verdicts import judged_rows

PER_CENT = "\N{NO-BREAK SPACE}%"
WITHHELD = "not shown"
_SIGNED_ZERO = re.compile(r"[-+](?=0(?:\.0+)?(?![.\d]))")
NO_FIGURE = "There is no published figure to compare with."


def long_date(day: date) -> str:
    """31 October 2026."""
    return f"{day.day} {day:%B %Y}"


def percent(share: float) -> str:
    """Whole per cent, "56 %"; 0 % and 100 % only where it is nobody or everybody."""
    if TOLERANCE < share <= 0.005:
        return f"under 1{PER_CENT}"
    return f"over 99{PER_CENT}" if 0.995 <= share < 1 - TOLERANCE else f"{100 * share:.0f}{PER_CENT}"


def with_minus(text: str) -> str:
    """Numbers with a true minus sign instead of a hyphen, and without a sign before what is rounded to 0."""
    return _SIGNED_ZERO.sub("", text).replace("-", "−")


def time_words(day: int) -> str:
    """Week 12, month 6 (day 182), or the day itself."""
    if day == 182:
        return "month 6"
    return f"day {day}" if day % 7 else f"week {day // 7}"


def duration_words(days: int) -> str:
    """A length of time in days or weeks: "12 days", "10.6 weeks"."""
    if days == 1:
        return "1 day"
    return f"{days} days" if days < 21 else f"{days / 7:.1f} weeks"


def count_words(count: int | None, k: int, *, few: bool = True) -> str:
    """A number of people, or that it is too small to be shared; "not shown" where it may be none of `few`."""
    if count is not None:
        return f"{count:,}"
    return f"fewer than {k}" if few else WITHHELD


def withheld_notes(rows: Iterable[Mapping[str, str]], k: int) -> list[str]:
    """What "not shown" stands for, where a table has it."""
    return [withheld_sentence(k)] if any(WITHHELD in row.values() for row in rows) else []


def withheld_sentence(k: int) -> str:
    """What "not shown" stands for."""
    return (
        f"“{WITHHELD.capitalize()}” stands for a figure that would tell of fewer than {k} people, of those it counts "
        "or of those it does not, or that rests on too few to be shared."
    )


def no_figure_words(*, shared: bool) -> str:
    """Of a figure there is not: in figures to share it may be withheld, elsewhere there is none to show."""
    return WITHHELD if shared else "–"


def is_few(people: int | None) -> bool:
    """Whether so few people are known to be in a group that words give counts instead of per cents."""
    return people is not None and people < MIN_FOLLOWED


def counted(people: int | None, k: int = 0) -> str:
    """ "1 person", "1,234 people"; None is fewer than k people."""
    return f"{count_words(people, k)} {'person' if people == 1 else 'people'}"


def interval_words(low: float | None, high: float | None) -> str:
    """Limits in whole per cent, "(50–61)"; nothing without them."""
    return "" if low is None or high is None else f"({100 * low:.0f}–{100 * high:.0f})"


def group_share_words(group: GroupSummary, day: int) -> str:
    """A group's estimate at a day with the limits that sentences have, or why there is none."""
    horizon = horizon_to_read(group, day)
    return WITHHELD if horizon is None else share_words(horizon)


def share_words(horizon: Horizon) -> str:
    """An estimate with its limits, or why there is none."""
    if horizon.value is None:
        return WITHHELD if horizon.known is None else "too few still followed"
    words = f"{percent(horizon.value)} {interval_words(horizon.low, horizon.high)}".strip()
    return f"{words}, too few still followed" if horizon.too_few else words


def median_words(median: Quantile) -> str:
    """Days until half were back with limits, or that half is not reached."""
    if median.value_days is None:
        return "not reached"
    low = "?" if median.low_days is None else str(median.low_days)
    high = "?" if median.high_days is None else str(median.high_days)
    return f"day {median.value_days} ({low}–{high})"


def audience_words(summary: OutcomeSummary) -> str:
    """For whom the figures are."""
    if summary.audience == "clinic":
        return "for the clinic: exact figures"
    return f"to share: rounded figures, nothing about fewer than {summary.k} people"


def rows_with_verdict(condition: str) -> list[Benchmark]:
    """Benchmarks of a condition that get a verdict: the first primary one, then in order of time."""
    rows = sorted(judged_rows(condition), key=lambda row: row.horizon_to_days)
    first = next((row for row in rows if row.role == "primary"), None)
    return rows if first is None else [first, *(row for row in rows if row is not first)]


def card_sentences(summary: OutcomeSummary, group: GroupSummary) -> list[str]:
    """What a condition's card says: the estimate, what it is compared with, and the verdict."""
    rows = rows_with_verdict(group.group)
    if not rows:
        return [estimate_sentence(summary, group, 84), NO_FIGURE]
    (first, verdict), *others = [(row, found) for row in rows if (found := summary.verdict(row.id))]
    sentences = [
        estimate_sentence(summary, group, first.horizon_to_days),
        verdict_sentence(verdict, first),
    ]
    if group.curve is not None and not is_few(group.episodes):
        sentences += [later_sentence(found, row, group, first) for row, found in others]
    return sentences


def estimate_sentence(summary: OutcomeSummary, group: GroupSummary, day: int) -> str:
    """ "An estimated 56 % (50–61) of 214 runners with PFPS are back by week 12." """
    who, in_curve = people_words(summary, group), count_words(group.episodes, summary.k)
    if is_few(group.episodes):
        return f"Too few {who} for an estimate: {in_curve} so far, {MIN_FOLLOWED} are needed."
    estimate = _estimate(group, day)
    if estimate is None:
        why = (
            "too few people to show a share" if _is_withheld(group, day) else "too few are followed that far"
        )
        of = who if group.episodes is None and "episodes" not in group.few else f"{in_curve} {who}"
        return f"No estimate yet for {of} by {time_words(day)}: {why}."
    return f"An estimated {estimate} of {in_curve} {who} are back by {time_words(day)}."


def verdict_sentence(verdict: Verdict, benchmark: Benchmark) -> str:
    """ "Another clinic's article says more than half (no study found): more than half: expectation met." """
    return f"{claim_of(benchmark)}: {verdict_words(verdict, benchmark)}{_needed_words(verdict)}."


def later_sentence(verdict: Verdict, benchmark: Benchmark, group: GroupSummary, first: Benchmark) -> str:
    """ "By month 6: 68 % (63–73); the same source says 67 %: in line." """
    estimate = _estimate(group, benchmark.horizon_to_days)
    by = f"By {time_words(benchmark.horizon_to_days)}"
    if estimate is None:
        return f"{by}: no estimate yet."
    claim = claim_of(benchmark)
    if source_words(benchmark) == source_words(first):
        claim = f"the same source says {percent(benchmark.value)}"
    return f"{by}: {estimate}; {claim[0].lower()}{claim[1:]}: {verdict_words(verdict, benchmark)}."


def verdict_words(verdict: Verdict, benchmark: Benchmark) -> str:
    """The verdict in words that fit the kind of benchmark."""
    if "more than" not in benchmark.statistic:
        return str(verdict.verdict)
    return {
        "ahead": "more than half: expectation met",
        "in line": "in line, though not shown to be more than half",
        "behind": "less than half: expectation not met",
    }.get(verdict.verdict, str(verdict.verdict))


def badge_words(verdict: Verdict, benchmark: Benchmark) -> str:
    """The verdict and the day it is about: "in line at week 12"."""
    return f"{verdict.verdict} at {time_words(benchmark.horizon_to_days)}"


def tile_words(group: GroupSummary, day: int) -> tuple[str, str]:
    """Value and detail of a tile."""
    if is_few(group.episodes):
        return "–", f"only {counted(group.episodes or 0)}"
    horizon = horizon_to_read(group, day)
    if horizon is None or horizon.value is None:
        return "–", WITHHELD if _is_withheld(group, day) else "too few followed"
    if horizon.too_few:
        return percent(horizon.value), "too few followed"
    return percent(horizon.value), f"{interval_words(horizon.low, horizon.high)} of {group.episodes:,}"


def median_tile_words(group: GroupSummary) -> tuple[str, str]:
    """Value and detail of the tile "half by"."""
    if is_few(group.episodes):
        return "–", f"only {counted(group.episodes or 0)}"
    if group.median.value_days is None:
        return "–", "not reached yet" if group.curve is not None else WITHHELD
    return duration_words(group.median.value_days), median_words(group.median)


def others_sentence(summary: OutcomeSummary, shown: Sequence[str]) -> str | None:
    """The conditions without a card, in one line; None if there are none."""
    others = [group for group in summary.groups if group.group not in shown]
    if not others:
        return None
    parts = [estimate_sentence(summary, group, 84).rstrip(".") for group in others]
    there = "There is" if len(others) == 1 else "For these there is"
    return f"{'. '.join(parts)}. {there} no published figure to compare with."


def groups_drawn(groups: Sequence[GroupSummary]) -> list[GroupSummary]:
    """Groups whose curve is drawn: beside others, only those of ten people or more."""
    with_curve = [group for group in groups if group.curve is not None and group.episodes]
    large = [group for group in with_curve if (group.episodes or 0) >= MIN_FOLLOWED]
    return large or with_curve


def people_words(summary: OutcomeSummary, group: GroupSummary) -> str:
    """Whom a sentence is about: "runners with PFPS"; "people" where other goals than running count too."""
    noun = "runners" if summary.cohort.goals == ("running",) else "people"
    return f"{noun} {group_phrase(group.group)}".strip()


def horizon_to_read(group: GroupSummary, day: int) -> Horizon | None:
    """The result at a day, with limits fit to be read out: also where all are back and the curve's own are absent."""
    found = next((horizon for horizon in group.back_by if horizon.day == day), None)
    if found is None or found.value is None or group.curve is None:
        return found
    low, high = sentence_interval(group.curve, day) or (None, None)
    return Horizon(day, found.value, low, high, found.se, found.at_risk, found.known, found.too_few)


def _is_withheld(group: GroupSummary, day: int) -> bool:
    """Whether there is no share because of the audience, not because of the data."""
    horizon = horizon_to_read(group, day)
    return horizon is None or horizon.known is None


def _estimate(group: GroupSummary, day: int) -> str | None:
    """ "**56 %** (50–61)", with a warning where it rests on too few; None without an estimate."""
    horizon = horizon_to_read(group, day)
    if horizon is None or horizon.value is None:
        return None
    limits = interval_words(horizon.low, horizon.high).strip("()")
    aside = "; ".join(part for part in (limits, "too few still followed" * horizon.too_few) if part)
    return f"**{percent(horizon.value)}**" + (f" ({aside})" if aside else "")


def claim_of(benchmark: Benchmark) -> str:
    """What the source says, with per cent signs that stay on the line of their number."""
    return claim_words(benchmark).replace(" %", PER_CENT)


def _needed_words(verdict: Verdict) -> str:
    """How many would be enough, and when, where it cannot be told yet."""
    if verdict.verdict != "cannot tell yet" or verdict.needed is None:
        return ""
    when = ""
    if verdict.ready_month:
        year, month = verdict.ready_month.split("-")
        named = f"{date(int(year), int(month), 1):%B %Y}"
        when = f", by {named}" if verdict.value is not None else f", {named} at the earliest"
    return f" (about {verdict.needed} followed runners needed{when})"
