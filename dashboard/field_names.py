"""Plain words for the tables, fields and codes of the import contract, for people who match a file by hand."""

from __future__ import annotations

from dashboard.names import CONDITION_NAMES

TABLE_NAMES = {
    "appointments": "Appointments",
    "running": "Answers about running",
    "scores": "Pain or function scores",
    "episodes": "Courses of care",
    "visits": "Visits of known courses",
    "assessments": "Measurements",
}
TABLE_MEANINGS = {
    "appointments": "A booking system's list. Courses of care and visits are worked out from it: a course begins "
    "with the first attended visit after 90 days without one.",
    "running": "One answer a row to “are you running again?”, joined to the patient's course of that time.",
    "scores": "One score a row, joined to the patient's course of that time.",
    "episodes": "One course of care a row, with its first visit and condition.",
    "visits": "One visit a row, for courses that were loaded before.",
    "assessments": "One measurement of strength, movement or gait a row.",
}
FIELD_LABELS = {
    "episode_id": "Code of the course",
    "patient_id": "Patient number or code",
    "condition": "Condition",
    "side": "Which knee",
    "onset_type": "How it began",
    "onset_date": "When it began",
    "first_visit_date": "First visit",
    "therapist": "Therapist",
    "site": "Site",
    "sex": "Sex",
    "age_band": "Age or age band",
    "goal": "Goal",
    "weekly_km_before": "Km per week before the injury",
    "earlier_episodes": "Earlier episodes, how many",
    "tendon_involved": "Tendon involved",
    "red_flag": "Red flag",
    "red_flag_date": "Red flag seen on",
    "red_flag_cleared_date": "Red flag cleared on",
    "planned_visits": "Visits planned",
    "return_to_run_date": "First run that counts",
    "relapse_date": "Pain again on",
    "stopped_date": "Stopped trying on",
    "stopped_reason": "Why stopped",
    "discharge_date": "Discharged on",
    "discharge_reason": "Why discharged",
    "last_contact_date": "Last contact",
    "reported_on": "Day of the answer",
    "since": "Since when",
    "longest_run_min": "Longest run, minutes",
    "longest_pain_free_km": "Longest run without pain, km",
    "weekly_km": "Km per week now",
    "pain_while_running": "Pain while running, 0 to 10",
    "load_change": "What became of the running load",
    "home_exercise": "Home exercises done",
    "source": "Who answered",
    "scored_on": "Day of the score",
    "instrument": "Scale",
    "context": "Pain when",
    "value": "Score",
    "reporter": "Who scored",
    "score_id": "Code of the score",
    "visit_date": "Day of the appointment",
    "treatments": "Treatments",
    "assessed_on": "Day of the measurement",
    "measure": "What was measured",
    "speed_kmh": "Running speed, km/h",
}
STATUS_LABELS = {"running": "Are they running?"}


def field_label(table: str, name: str) -> str:
    """A field in plain words."""
    if name == "status":
        return STATUS_LABELS.get(table, "Did it take place?")
    return FIELD_LABELS.get(name) or name.replace("_", " ").capitalize()


def code_label(field: str, code: str) -> str:
    """A word of ours in plain words."""
    if field == "condition":
        return CONDITION_NAMES.get(code, code)
    if field == "instrument":
        return code
    if field == "age_band":
        return code.replace("_plus", " and over").replace("under_", "under ").replace("_", "–")
    return code.replace("_", " ")


def date_example(how: str) -> str:
    """31 October 2026 as a way of writing dates would write it, in the afternoon."""
    if how in NAMED_WAYS:
        return NAMED_WAYS[how]
    example = how
    for sign, text in EXAMPLE.items():
        example = example.replace(sign, text)
    return example + next((note for start, note in FIRST.items() if how.startswith(start)), "")


NAMED_WAYS = {"iso": "2026-10-31", "excel-serial": "46326 (a spreadsheet's day number)"}
EXAMPLE = {
    "%Y": "2026", "%m": "10", "%d": "31", "%b": "Oct", "%B": "October", "%a": "Sat", "%A": "Saturday", "%H": "14",
    "%I": "2", "%M": "30", "%S": "00", "%p": "pm", "%z": "GMT+1", "%Z": "AEST",
}  # fmt: skip
FIRST = {
    **{f"%d{sign}%m": ", day first" for sign in "./-"},
    **{f"%m{sign}%d": ", month first" for sign in "./-"},
}
