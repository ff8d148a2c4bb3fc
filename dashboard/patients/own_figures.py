"""A therapist's own month in a few figures. Nothing is ranked or set beside a colleague's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from dashboard.patients.caseload import caseload
from dashboard.patients.clinic_rules import ClinicRules
from sql.cohort import Scope
from sql.queries.own_counts import own_counts

RECENT_DAYS = 21


@dataclass(frozen=True)
class OwnFigures:
    """Counts of the month of `day`; of the open episodes, how many have a recent score and a known running status."""

    month: date
    day: date
    open: int
    new: int
    discharged: int
    returned: int
    scored_recently: int
    running_known: int
    both: int


def own_figures(
    connection: Connection, scope: Scope, rules: ClinicRules, therapist: tuple[str, str]
) -> OwnFigures:
    """Ask for the list and the month's counts. A running status is known if it was answered in the last 21 days."""
    first = rules.day.replace(day=1)
    counts = own_counts(connection, scope, therapist, first, rules.day)
    standings = caseload(connection, scope, rules, therapist).standings
    scored = [_recent([score.day for score in one.case.scores], one.facts.day) for one in standings]
    known = [_recent([answer.day for answer in one.case.answers], one.facts.day) for one in standings]
    return OwnFigures(
        month=first,
        day=rules.day,
        open=len(standings),
        new=counts.new,
        discharged=counts.discharged,
        returned=counts.returned,
        scored_recently=sum(scored),
        running_known=sum(known),
        both=sum(a and b for a, b in zip(scored, known, strict=True)),
    )


def _recent(days: list[int], day: int) -> bool:
    return any(day - RECENT_DAYS < one <= day for one in days)
