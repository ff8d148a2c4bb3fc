"""Whom to ask what: one question per episode, the latest that came due and has no answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from dashboard.patients.clinic_rules import ClinicRules
from dashboard.patients.facts import episode_facts, latest_return
from sql.cohort import Scope
from sql.queries.case_rows import Attempt, Case
from sql.queries.to_ask import to_ask as ask_to_ask
from sql.writes.asked import TAKEN_BACK

CLOSING = ("declined",)
"""Results after which nobody asks again; an answer closes a question by being there."""
BOTH = "Are you running again? And pain from 0 to 10"
RUNNING = "Are you running again, and without pain since when?"
SCORE = "Pain from 0 to 10"
HELD = "Still running without pain?"
FIRST_RUN = "When was the first run without pain?"


@dataclass(frozen=True)
class Question:
    """One unanswered question. `code` names it in the store: week_6, after_14_days, after_6_months, goals_met …"""

    case: Case
    code: str
    occasion: str
    what: str
    due: date
    attempts: tuple[Attempt, ...]
    closed_course: bool

    def overdue(self, day: date) -> int:
        """Days since it came due."""
        return (day - self.due).days


def questions(
    connection: Connection, scope: Scope, rules: ClinicRules, therapist: tuple[str, str] | None = None
) -> list[Question]:
    """Everything to be asked, the newest due first: the longer ago, the less a patient remembers."""
    cases = ask_to_ask(connection, scope, day=rules.day, days=rules.ask_days, therapist=therapist)
    found = [question_for(case, rules) for case in cases if case.clinic == rules.clinic]
    open_ones = [question for question in found if question is not None]
    return sorted(open_ones, key=lambda one: (one.overdue(rules.day), one.case.short_code))


def question_for(case: Case, rules: ClinicRules) -> Question | None:
    """The one question of an episode; None if nothing is due, it is answered, declined, or too long ago."""
    if case.stop_day is not None or case.goal != "running":
        return None
    found = _after_return(case, rules) if latest_return(case)[0] is not None else _before_return(case, rules)
    if found is None:
        return None
    code, occasion, what, due_day = found
    due = case.first_visit_date + timedelta(days=due_day)
    attempts = standing_attempts(
        one for one in case.attempts if one.question == code and one.at.date() >= due
    )
    closed = any(attempt.result in CLOSING for attempt in attempts)
    if closed or due > rules.day or (rules.day - due).days > rules.within_days:
        return None
    return Question(case, code, occasion, what, due, attempts, case.discharge_date is not None)


def standing_attempts(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    """Attempts, oldest first, without those that were taken back."""
    found: list[Attempt] = []
    for attempt in attempts:
        if attempt.result != TAKEN_BACK:
            found.append(attempt)
        elif found:
            found.pop()
    return tuple(found)


Found = tuple[str, str, str, int]


def _before_return(case: Case, rules: ClinicRules) -> Found | None:
    if case.discharge_reason == "goals_met" and case.discharge_date is not None:
        left = (case.discharge_date - case.first_visit_date).days
        if not _answered_since(case, left + 1):
            return "goals_met", "discharged, goals met", FIRST_RUN, left
    return _checkpoint(case, rules)


def _checkpoint(case: Case, rules: ClinicRules) -> Found | None:
    """The latest checkpoint reached lacks a score or an answer about running."""
    day = (rules.day - case.first_visit_date).days
    reached = [point for point in rules.thresholds.checkpoints if point.due_day <= day]
    if not reached:
        return None
    point = reached[-1]
    scored = any(score.day >= point.answered_from_day for score in episode_facts(case, rules.day).scores)
    answered = _answered_since(case, point.answered_from_day)
    if scored and answered:
        return None
    what = BOTH if not (scored or answered) else RUNNING if scored else SCORE
    return point.name.replace(" ", "_"), point.name, what, point.due_day


def _after_return(case: Case, rules: ClinicRules) -> Found | None:
    """14 days and 6 months after the latest return, unless pain has come again since."""
    return_day, pain_again_day = latest_return(case)
    if return_day is None or pain_again_day is not None:
        return None
    back_for = (rules.day - case.first_visit_date).days - return_day
    limits = rules.thresholds
    for code, occasion, days in (
        ("after_6_months", "6 months after the return", limits.later_check_days),
        ("after_14_days", "14 days after the return", limits.sustained_days),
    ):
        if back_for >= days:
            due = return_day + days
            return None if _answered_since(case, due) else (code, occasion, HELD, due)
    return None


def _answered_since(case: Case, day: int) -> bool:
    return any(answer.day >= day for answer in case.answers)
