"""The words for what is missing from records or wrong in them, and what to do about it."""

from __future__ import annotations

from datetime import date

MEASURE_NAMES = {
    "baseline_score": "Score at the start",
    "week_6_score": "Score at week 6",
    "week_12_score": "Score at week 12",
    "running_week_12": "Running at week 12",
    "running_week_26": "Running at week 26",
}
MEASURE_HEADS = {
    "Score at the start": "Start score",
    "Score at week 6": "Score wk 6",
    "Score at week 12": "Score wk 12",
    "Running at week 12": "Run wk 12",
    "Running at week 26": "Run wk 26",
}
"""Short names for the heads of narrow columns."""
MEASURE_MISSING = {
    "baseline_score": ("score", "start"),
    "week_6_score": ("score", "week 6"),
    "week_12_score": ("score", "week 12"),
    "running_week_12": ("running", "week 12"),
    "running_week_26": ("running", "week 26"),
}
"""What is missing, and of when: a column of a list has room for all of it."""
# What the rule found, and what to do.
RULE_WORDS = {
    "visit_after_discharge": (
        "Visits after the discharge",
        "Correct the discharge date, or file the visits under a new course of care.",
    ),
    "visit_before_first": (
        "Visits before the first visit",
        "Correct the first visit: every interval counts from it.",
    ),
    "already_running": (
        "Return before the first visit (already running)",
        "Correct the date of the return, or leave them out of the curve as they are now.",
    ),
    "early_return": (
        "Return within 3 days of the first visit",
        "Ask when the first run that counts was: pain-free running that soon is rare.",
    ),
    "relapse_before_return": (
        "Pain again dated before the return",
        "Correct one of the two dates.",
    ),
    "relapse_without_return": (
        "Pain again without a return",
        "Add the return, or take the relapse out.",
    ),
    "return_on_visit_day": (
        "Return dated on a visit day",
        "Ask for the day of the run, not of the visit: these curves are late.",
    ),
    "after_last_contact": (
        "Return or stop dated after the last contact",
        "Fill in the last contact date. Until then they count as late reports, outside the curve.",
    ),
    "goals_met_without_return": (
        "Discharged with goals met, return not recorded",
        "Ask for the date of the first run that counts and add it.",
    ),
    "no_contact": (
        "Nothing recorded after the first visit",
        "Check that visits and scores are in the export.",
    ),
    "scores_all_equal": (
        "Four or more scores, all equal",
        "Check that scores are asked each time and not copied.",
    ),
    "goal_unknown": (
        "Goal not known",
        "Record whether running is the goal. Until then they are outside the curve.",
    ),
    "no_therapist": ("No therapist", "Add the therapist of the first visit to the export."),
    "same_person_twice": (
        "Same person, condition, side and first visit twice",
        "Keep one of the two courses of care.",
    ),
    "same_content": (
        "Two courses with equal content and no patient code",
        "Check whether they are one person; export a patient code.",
    ),
}


def month_name(month: str) -> str:
    """May 2024 for 2024-05."""
    return f"{date.fromisoformat(f'{month}-01'):%b %Y}"
