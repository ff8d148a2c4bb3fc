"""What was recorded by month: who was scored when it was due, and how booked visits went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from sql.cohort import Cohort, Scope
from sql.counting import counted
from sql.queries.score_months import Days, ScoredMonth, scored_by_month, scored_months
from sql.queries.visit_months import (
    VisitMonth,
    booked_words,
    has_whole_months,
    people_with_visits,
    visit_months,
    visit_months_by_day,
)
from sql.schema import episode_outcome as outcome


@dataclass(frozen=True)
class RecordedMonths:
    """Counts by month of the first visit, and of visits by the month of the visit."""

    scored: list[ScoredMonth]
    visits: list[VisitMonth]


def recorded_months(
    connection: Connection, scope: Scope, cohort: Cohort, early: Days, later: Days
) -> RecordedMonths:
    """One pass over the people that the cohort lists; early and later are windows of scores."""
    people, who_scored = people_statement(scope, cohort), scored_by_month(cohort)
    if has_whole_months(cohort):
        scored, words = counted(connection, people, who_scored, booked_words())
        visits = visit_months(words, cohort)
    else:
        (scored,) = counted(connection, people, who_scored)
        visits = visit_months_by_day(connection, scope, cohort)
    return RecordedMonths(scored_months(scored, early, later), visits)


def people_statement(scope: Scope, cohort: Cohort) -> Select[Any]:
    """Everybody whom any of the counts is about, by itself so that a test can look at its plan."""
    return select(outcome.c.clinic).where(people_with_visits(scope, cohort))
