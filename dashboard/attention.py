"""What deserves a look: at most three items found by rule, and how fresh and complete the data are.

Rules look at figures that may already be rounded for sharing; a figure that is withheld (None) is no sign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import Literal

from dashboard.names import CONDITION_SHORT
from dashboard.stats.intake_periods import PeriodShare
from dashboard.stats.pain import Proportion
from dashboard.wording import counted, long_date, percent

MOST_ITEMS = 3
FEWEST_PEOPLE = 10
"""Of fewer people one more or less would raise or lift a sign."""
UNKNOWN_PERCENT = 20
LOST_PERCENT = 15
LATE_PERCENT = 5
VISIT_DATES_PERCENT = 30

Rule = Literal["behind", "unknown", "visit_dates", "worse_lately", "worse_over_time", "lost", "late_reports"]


@dataclass(frozen=True)
class Signs:
    """What the rules look at.

    behind: (condition, words of the day) of each verdict "behind". known: of those first seen 12 weeks before
    the data end, whose state at week 12 is known. on_visit_day: returns dated on a visit day. overall: share
    back by week 12 of everybody. latest: the last complete intake period. worse_over_time: code and finding of each
    measure whose last point is a sign of getting worse; asked for only if there is room, as it takes long.
    """

    behind: tuple[tuple[str, str], ...] = ()
    known: Proportion | None = None
    on_visit_day: Proportion | None = None
    overall: float | None = None
    latest: PeriodShare | None = None
    started: int | None = None
    lost: int | None = None
    returned: int | None = None
    late_reports: int | None = None
    worse_over_time: Callable[[], tuple[tuple[str, str], ...]] = tuple


@dataclass(frozen=True)
class Item:
    """One thing to look at, the rule that found it, and the condition or measure it is about if it is about one."""

    rule: Rule
    text: str
    condition: str | None = None
    measure: str | None = None


def look_at_this(signs: Signs) -> tuple[Item, ...]:
    """The first three rules that hold, the most pressing first."""
    rules = (_behind, _unknown, _visit_dates, _worse_lately, _worse_over_time, _lost, _late_reports)
    return tuple(islice(chain.from_iterable(rule(signs) for rule in rules), MOST_ITEMS))


def freshness(as_of: date, last_start: date | None, known: Proportion | None) -> str:
    """One line: to which day the data reach, when somebody last came (None: not said), and how complete they are."""
    parts = [f"Data to {long_date(as_of)}"]
    if last_start is not None:
        parts.append(f"last first visit {long_date(last_start)}")
    if known is not None and known.value is not None:
        parts.append(
            f"running status at week 12 known of {percent(known.value)} of the {known.denominator:,} who could be "
            "followed that far"
        )
    else:
        parts.append("too few people to say how complete the running status at week 12 is")
    return " · ".join(parts)


def _behind(signs: Signs) -> Iterator[Item]:
    for condition, day in signs.behind:
        yield Item(
            "behind",
            f"{CONDITION_SHORT.get(condition, condition)} is behind the quoted figure at {day}",
            condition,
        )


def _unknown(signs: Signs) -> Iterator[Item]:
    if signs.known is None:
        return
    missing = signs.known.denominator - signs.known.numerator
    if _is_above(missing, signs.known.denominator, UNKNOWN_PERCENT):
        share = percent(missing / signs.known.denominator)
        yield Item(
            "unknown", f"Of {counted(missing)} ({share}) it is not known whether they were back by week 12"
        )


def _visit_dates(signs: Signs) -> Iterator[Item]:
    share = signs.on_visit_day
    if share is not None and _is_above(share.numerator, share.denominator, VISIT_DATES_PERCENT):
        words = percent(share.numerator / share.denominator)
        yield Item(
            "visit_dates", f"{words} of the returns are dated on a visit day: ask for the day of the run"
        )


def _worse_lately(signs: Signs) -> Iterator[Item]:
    """The last complete period's whole interval lies under the share of everybody."""
    latest = signs.latest
    if latest is None or signs.overall is None or latest.high is None or latest.value is None:
        return
    if not latest.too_few and latest.high < signs.overall:
        yield Item(
            "worse_lately",
            f"Of the latest complete intake {percent(latest.value)} were back by week 12, of everybody "
            f"{percent(signs.overall)}",
        )


def _worse_over_time(signs: Signs) -> Iterator[Item]:
    """By the same rules and in the same words as the page Trends; several in one item."""
    if found := signs.worse_over_time():
        measure, finding = found[0]
        words = finding if len(found) == 1 else f"{len(found)} measures got worse over time"
        yield Item("worse_over_time", words, measure=measure)


def _lost(signs: Signs) -> Iterator[Item]:
    if signs.lost and signs.started and _is_above(signs.lost, signs.started, LOST_PERCENT):
        share = percent(signs.lost / signs.started)
        yield Item("lost", f"{signs.lost:,} of {signs.started:,} who started are lost from sight ({share})")


def _late_reports(signs: Signs) -> Iterator[Item]:
    if signs.late_reports and signs.returned and _is_above(signs.late_reports, signs.returned, LATE_PERCENT):
        yield Item(
            "late_reports",
            f"{signs.late_reports:,} returns or stops are dated after the last contact and not in the curve",
        )


def _is_above(part: int, whole: int, per_cent: int) -> bool:
    """Whether the share is more than so many per cent, in whole numbers, and of enough people to mean anything."""
    return whole >= FEWEST_PEOPLE and 100 * part > per_cent * whole
