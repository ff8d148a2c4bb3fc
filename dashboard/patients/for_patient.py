"""What a patient is shown and given: own numbers, one plain sentence about others, and what we do next.

No status, no comparison, no jargon: tests hold that the words of the therapist's pages never appear here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.patients.record_view import RecordView
from dashboard.patients.words import CONTEXT_WORDS, STATUS_WORDS
from dashboard.stats.outlook import Outlook
from dashboard.wording import long_date

TEN = 10
GOALS = {"running": "back to running", "gym": "back to the gym", "daily_life": "daily life without pain"}
NEXT_STEPS = (
    "strength for hip and knee, __ times a week",
    "run–walk plan, __ times a week",
    "more steps per minute when running",
    "less running for now: __ km a week",
    "taping, brace or insoles",
    "next visit on __________",
    "tell us how running goes, on __________",
)
UNKNOWN = "We do not know enough runners like you yet to say how many were running four weeks later."


@dataclass(frozen=True)
class TenRunners:
    """Of ten runners like the patient: about how many, and between how many and how many."""

    about: int
    low: int
    high: int


@dataclass(frozen=True)
class PatientSheet:
    """The patient's own lines, (day, value) oldest first, and sentences."""

    code: str
    since: date
    printed: date
    goal: str
    pain_label: str
    pain: tuple[tuple[date, float], ...]
    km: tuple[tuple[date, float], ...]
    ten: TenRunners | None
    sentence: str
    now: str
    heading: str = "Runners like me"
    next_steps: tuple[str, ...] = NEXT_STEPS


def patient_sheet(view: RecordView, outlook: Outlook, day: date) -> PatientSheet:
    """Arrange what the patient sees. Pain while running where it was asked, else what was asked most."""
    record, case = view.record, view.record.case
    told = {row.reported_on: row.pain_while_running for row in record.reports}
    told |= {row.scored_on: row.value for row in record.scores if row.context == "running"}
    running = [(day, value) for day, value in told.items() if value is not None]
    label = "Pain while running, 0 to 10"
    if len(running) < 2:
        line = view.standing.line
        running = [(case.first_visit_date + timedelta(days=one.day), one.value) for one in line.scores]
        label = f"{CONTEXT_WORDS.get(line.context, 'pain').capitalize()}, 0 to 10"
    km = [(row.reported_on, row.weekly_km) for row in record.reports if row.weekly_km is not None]
    ten = ten_runners(outlook)
    back = view.return_day is not None and view.standing.word != "pain again"
    return PatientSheet(
        code=case.short_code,
        since=case.first_visit_date,
        printed=day,
        goal=GOALS.get(case.goal, "______________________"),
        pain_label=label,
        pain=tuple(sorted(running)),
        km=tuple(sorted(km)),
        ten=None if back else ten,
        sentence=_back_words(view) if back else ten_words(ten),
        now=_now_words(view),
        heading="My running" if back else "Runners like me",
    )


def ten_runners(outlook: Outlook) -> TenRunners | None:
    """The outlook as whole people of ten; None where there is none, or where too few were followed that far."""
    result = outlook.result
    if result is None or result.value is None or result.low is None or result.high is None or result.too_few:
        return None
    about, low, high = (round(TEN * share) for share in (result.value, result.low, result.high))
    return TenRunners(about, min(low, about), max(high, about))


def ten_words(ten: TenRunners | None) -> str:
    """ "Of 10 runners like you, about 4 were running without pain four weeks later (could be 3 to 5)." """
    if ten is None:
        return UNKNOWN
    could_be = "" if ten.low == ten.high else f" (could be {ten.low} to {ten.high})"
    verb = "was" if ten.about == 1 else "were"
    about = "none" if ten.about == 0 else str(ten.about)
    return f"Of 10 runners like you, about {about} {verb} running without pain four weeks later{could_be}."


def _back_words(view: RecordView) -> str:
    day = view.record.case.first_visit_date + timedelta(days=view.return_day or 0)
    return f"You have been running without pain since {long_date(day)}. Tell us if the pain comes back."


def _now_words(view: RecordView) -> str:
    if not view.record.reports:
        return "We have not asked about your running yet."
    last = view.record.reports[-1]
    return f"You told us on {long_date(last.reported_on)}: {STATUS_WORDS.get(last.status, last.status)}."
