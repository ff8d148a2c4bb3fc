"""The heading of a list of people: what they have in common, and how the list is narrowed."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.names import CLASS_NAMES, CONDITION_SHORT, FIELD_NAMES, category_name
from dashboard.record_names import MEASURE_NAMES, RULE_WORDS, month_name
from dashboard.treatment_words import (
    ANSWER_TITLES,
    ANSWER_WORDS,
    FINDINGS,
    REHABILITATION_WORDS,
    TREATMENT_NAMES,
)
from dashboard.treatment_words import MEASURES as ASSESSED_NAMES
from dashboard.wording import PER_CENT, long_date, time_words
from sql.queries.people_lists import PeopleList

LEFT_OUT_WORDS = {
    "later_episode": "Later course of the same person",
    "other_goal": "Another goal than running",
    "goal_unknown": "Goal not known",
    "red_flag": "Open red flag",
    "already_running": "Already running at the first visit",
}
STATE_WORDS = {
    "returned": "Back running by {}",
    "followed": "Not back by {}, still followed",
    "stopped": "Stopped by {}",
    "censored": "Not followed to {}, or not that far yet",
}


def title_of(wanted: PeopleList) -> str:
    """What the list is about."""
    narrowed = [f"first visit in {month_name(wanted.month)}"] if wanted.month else []
    if wanted.days:
        first, last = map(long_date, wanted.days)
        narrowed.append(f"first visit {first} to {last}")
    narrowed += [f"therapist {wanted.therapist}"] if wanted.therapist else []
    narrowed += [_group(*wanted.group)] if wanted.group else []
    return ", ".join([_words(wanted.kind, wanted.name), *narrowed])


def _group(field: str, value: str) -> str:
    if field == "condition":
        return CONDITION_SHORT[value]
    name = category_name(field, value)
    return name if field == "earlier_episodes" else f"{FIELD_NAMES.get(field, field)} {name}"


def _words(kind: str, name: str) -> str:
    return TITLES[kind](name)


def _at(name: str) -> str:
    state, _, day = name.partition(":")
    return STATE_WORDS[state].format(time_words(int(day)))


def _gone(name: str) -> str:
    unit, _, step = name.partition(":")
    return f"Did not come to visit {step}" if unit == "visit" else f"Did not come in week {step} or later"


def _score(name: str) -> str:
    """ "NPRS:usual_week:28:42" -> "NPRS at the start and in weeks 4 to 6"."""
    instrument, _, first, last = name.split(":")
    return f"{instrument} at the start and in weeks {int(first) // 7} to {int(last) // 7}"


def _change(name: str) -> str:
    """ "NPRS:usual_week:28:42:35:percent:30" -> "30 % or more in weeks 4 to 6"."""
    _, _, first, last, _, kind, threshold = name.split(":")
    needed = f"{threshold}{PER_CENT}" if kind == "percent" else f"{threshold} points"
    return f"{needed} or more in weeks {int(first) // 7} to {int(last) // 7}"


def _appointments(name: str) -> str:
    """ "75:2" -> "75 % of the appointments of the first 28 days"."""
    return f"{name.split(':')[0]}{PER_CENT} of the appointments of the first 28 days"


def _answered(name: str) -> str:
    answer, _, value = name.partition(":")
    return f"{ANSWER_TITLES[answer]}: {ANSWER_WORDS[value]}"


TITLES: dict[str, Callable[[str], str]] = {
    "became": lambda name: CLASS_NAMES[name].capitalize(),
    "left_out": lambda name: f"Left out of the curve: {LEFT_OUT_WORDS[name].lower()}",
    "curve": lambda _: "In the curve",
    "at": _at,
    "missing": lambda name: f"Missing: {MEASURE_NAMES[name].lower()}",
    "not_followed": lambda name: f"Missing: {MEASURE_NAMES[name].lower()}",
    "known": lambda name: f"Known: {MEASURE_NAMES[name].lower()}",
    "rule": lambda name: RULE_WORDS[name][0],
    "pain_again": lambda name: f"Pain again within {name} days of the return",
    "return_on_visit_day": lambda _: "Return dated on a visit day",
    "gone": _gone,
    "scored": lambda name: f"Scored: {_score(name)}",
    "unscored": lambda name: f"Not scored: {_score(name)}",
    "no_first_score": lambda name: f"No {name.split(':')[0]} at the start",
    "improved": lambda name: f"Improved by {_change(name)}",
    "not_improved": lambda name: f"Not improved by {_change(name)}",
    "kept_early": lambda name: f"Attended at least {_appointments(name)}",
    "not_kept_early": lambda name: f"Attended under {_appointments(name)}",
    "more_visits": lambda name: f"Came for more than {name} visits",
    "fewer_visits": lambda name: f"Came for fewer than {name} visits",
    "after_rehabilitation": lambda name: f"Back running, before it {REHABILITATION_WORDS[name]}",
    "settled": lambda _: "First visit at least 12 weeks ago",
    "given": lambda name: f"Given {TREATMENT_NAMES[name]}",
    "not_given": lambda name: f"Not given {TREATMENT_NAMES[name]}",
    "without_what_fits": lambda name: f"With {FINDINGS[name][0]}, not given {FINDINGS[name][1]}",
    "not_measured": lambda name: f"Not measured at the start: {ASSESSED_NAMES.get(name, name)}",
    "not_measured_again": lambda name: (
        f"Measured at the start and not again: {ASSESSED_NAMES.get(name, name)}"
    ),
    "answered": _answered,
}
"""Words for the name of a list, by its kind: one for each of sql.queries.people_lists.KINDS."""
