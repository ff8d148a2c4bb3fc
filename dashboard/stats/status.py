"""Where one patient stands today: five words for the caseload, each with its rule and its reason.

Facts of one episode that has not stopped come in; days count from the first visit. Every threshold is a
parameter, because a clinic may think otherwise. The Data page shows how many open episodes each rule holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from dashboard.stats.survival import TOLERANCE

Word = Literal["off track", "ask", "back, check at 14 days", "pain again", "on track"]
Mark = Literal["red flag", "watch"]
Rule = Literal[
    "no_change", "rising", "score_due", "running_due", "silent", "check_14_days", "check_6_months",
    "newly_back", "pain_again", "sustained", "nothing_due",
]  # fmt: skip


@dataclass(frozen=True)
class Score:
    """One pain score, 0 to 10, given by the patient on `day`."""

    day: int
    value: float
    context: str


@dataclass(frozen=True)
class Checkpoint:
    """From `due_day` an answer given on `answered_from_day` or later is missed if there is none."""

    name: str
    due_day: int
    answered_from_day: int


@dataclass(frozen=True)
class Thresholds:
    """What the rules count with: days, and points of the pain scale."""

    change_points: float = 2
    change_from_day: int = 28
    change_by_day: int = 42
    least_baseline: float = 2
    rise_points: float = 2
    checkpoints: tuple[Checkpoint, ...] = (
        Checkpoint("week 6", 42, 28),
        Checkpoint("week 12", 84, 56),
        Checkpoint("week 26", 182, 168),
    )
    silent_days: int = 21
    sustained_days: int = 14
    later_check_days: int = 182
    watch_after_day: int = 84


@dataclass(frozen=True)
class EpisodeFacts:
    """What is known of an episode on `day`.

    `scores` are of one instrument, in any order; `baseline` is the one that `pain.baseline_day` picks.
    `return_day` is the latest return, `pain_again_day` a report of pain after it. `watch_seen` says that
    somebody has looked at the episode since it became a "watch".
    """

    day: int
    last_contact_day: int
    in_open_care: bool
    baseline: Score | None = None
    scores: tuple[Score, ...] = ()
    last_running_answer_day: int | None = None
    return_day: int | None = None
    pain_again_day: int | None = None
    open_red_flag: bool = False
    watch_seen: bool = False


@dataclass(frozen=True)
class Status:
    """One of five words, the rule that decided, the reason in a sentence, and marks beside the word."""

    word: Word
    rule: Rule
    because: str
    marks: tuple[Mark, ...] = ()


Decision = tuple[Word, Rule, str]
DEFAULT = Thresholds()
_FIRST_CHECK: Rule = "check_14_days"
_LATER_CHECK: Rule = "check_6_months"


def status(facts: EpisodeFacts, thresholds: Thresholds = DEFAULT) -> Status:
    """Decide one episode's status: the first rule that holds, the most pressing first."""
    if facts.return_day is not None:
        decision = _after_return(facts, facts.return_day, thresholds)
    else:
        decision = (
            _off_track(facts, thresholds)
            or _due(facts, thresholds)
            or _silent(facts, thresholds)
            or ("on track", "nothing_due", "Nothing is due and no rule of concern holds.")
        )
    return Status(*decision, _marks(facts, thresholds))


def _after_return(facts: EpisodeFacts, return_day: int, thresholds: Thresholds) -> Decision:
    if facts.pain_again_day is not None and facts.pain_again_day >= return_day:
        reason = f"Back running on day {return_day}, pain again on day {facts.pain_again_day}."
        return "pain again", "pain_again", reason
    back_for = facts.day - return_day
    held = f"Back running on day {return_day} and still so {thresholds.sustained_days} days later."
    if back_for < thresholds.sustained_days:
        ago = {0: "today", 1: "yesterday"}.get(back_for, f"{back_for} days ago")
        reason = f"Back running on day {return_day}, {ago}."
        return "back, check at 14 days", "newly_back", reason
    return (
        _check_due(facts, return_day, thresholds)
        or _silent(facts, thresholds)
        or ("on track", "sustained", held)
    )


def _check_due(facts: EpisodeFacts, return_day: int, thresholds: Thresholds) -> Decision | None:
    """The latest question after a return that has come due has not been answered since."""
    if facts.day >= return_day + thresholds.later_check_days:
        rule, due_day, words = _LATER_CHECK, return_day + thresholds.later_check_days, "6 months"
    else:
        rule, due_day, words = _FIRST_CHECK, return_day + thresholds.sustained_days, "14 days"
    if _answered_since(facts, due_day):
        return None
    return "ask", rule, f"Back running on day {return_day}: the question due {words} later is not answered."


def _off_track(facts: EpisodeFacts, thresholds: Thresholds) -> Decision | None:
    return _no_change(facts, thresholds) or _rising(facts, thresholds)


def _no_change(facts: EpisodeFacts, thresholds: Thresholds) -> Decision | None:
    """Pain has not fallen by enough from the baseline to the latest score, in time."""
    first = facts.baseline
    if first is None or first.value < thresholds.least_baseline - TOLERANCE:
        return None
    latest = next(iter(_latest_first(facts, first.context)), None)
    if facts.day < thresholds.change_by_day or latest is None or latest.day < thresholds.change_from_day:
        return None
    if first.value - latest.value >= thresholds.change_points - TOLERANCE:
        return None
    reason = (
        f"Pain {first.value:g} at the start and {latest.value:g} on day {latest.day}: "
        f"not {thresholds.change_points:g} points better by day {thresholds.change_by_day}."
    )
    return "off track", "no_change", reason


def _rising(facts: EpisodeFacts, thresholds: Thresholds) -> Decision | None:
    """The last two steps in one context both went up by enough."""
    for context in sorted({score.context for score in facts.scores}):
        last = _latest_first(facts, context)[:3][::-1]
        rises = [b.value - a.value >= thresholds.rise_points - TOLERANCE for a, b in pairwise(last)]
        if len(rises) == 2 and all(rises):
            values = ", ".join(f"{score.value:g}" for score in last)
            return "off track", "rising", f"Pain rose twice in a row: {values} (day {last[-1].day})."
    return None


def _due(facts: EpisodeFacts, thresholds: Thresholds) -> Decision | None:
    """The latest checkpoint reached lacks a score or an answer to the running question."""
    reached = [point for point in thresholds.checkpoints if point.due_day <= facts.day]
    if not reached:
        return None
    point = reached[-1]
    if not any(score.day >= point.answered_from_day for score in facts.scores):
        return "ask", "score_due", f"The pain score of {point.name} is missing."
    if not _answered_since(facts, point.answered_from_day):
        return "ask", "running_due", f"Not asked about running for {point.name}."
    return None


def _silent(facts: EpisodeFacts, thresholds: Thresholds) -> Decision | None:
    days = facts.day - facts.last_contact_day
    if not facts.in_open_care or days < thresholds.silent_days:
        return None
    return "ask", "silent", f"In open care and no word for {days} days."


def _marks(facts: EpisodeFacts, thresholds: Thresholds) -> tuple[Mark, ...]:
    """A watch is shown once: half of all runners take that long by the benchmark itself."""
    marks: list[Mark] = ["red flag"] if facts.open_red_flag else []
    late = facts.day > thresholds.watch_after_day and facts.return_day is None
    return (*marks, "watch") if late and not facts.watch_seen else tuple(marks)


def _answered_since(facts: EpisodeFacts, day: int) -> bool:
    return facts.last_running_answer_day is not None and facts.last_running_answer_day >= day


def _latest_first(facts: EpisodeFacts, context: str) -> Sequence[Score]:
    """Scores of one context, the newest first; of two on one day the higher."""
    same = (score for score in facts.scores if score.context == context)
    return sorted(same, key=lambda score: (score.day, score.value), reverse=True)
