"""Of how many patients is known what should be known by now, by month of the first visit and therapist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from sql.care_bits import SCORE_WINDOWS, has_any
from sql.cohort import Cohort, Scope, day_number, in_curve
from sql.dialect import month_of_day
from sql.schema import episode_outcome as outcome


@dataclass(frozen=True)
class Measure:
    """What should be known from `due_day` on, in days since the first visit.

    Scores: any score given by the patient on days `first_day` to `due_day`. Running: returned, stopped or followed
    beyond `due_day`, as the curve has it.
    """

    name: str
    due_day: int
    first_day: int | None = None

    @property
    def is_score(self) -> bool:
        """Scores have a window, the running status has a day."""
        return self.first_day is not None


MEASURES = {
    measure.name: measure
    for measure in (
        Measure("baseline_score", 7, -28),
        Measure("week_6_score", 42, 28),
        Measure("week_12_score", 84, 56),
        Measure("running_week_12", 84),
        Measure("running_week_26", 182),
    )
}


@dataclass(frozen=True)
class CompletenessCount:
    """`started` people in the curve by first-visit month (2024-05) and its therapist; per measure (due, known)."""

    month: str
    therapist: str
    started: int
    due: tuple[int, ...]
    known: tuple[int, ...]


def completeness_counts(
    connection: Connection, scope: Scope, cohort: Cohort, *, as_of: date
) -> list[CompletenessCount]:
    """One row per month and therapist; `due` and `known` in the order of MEASURES."""
    size = len(MEASURES)
    rows: list[tuple[Any, ...]] = [
        tuple(row) for row in connection.execute(statement(scope, cohort, as_of=as_of))
    ]
    return [CompletenessCount(row[0], row[1], row[2], row[3 : 3 + size], row[3 + size :]) for row in rows]


def statement(scope: Scope, cohort: Cohort, *, as_of: date) -> Select[*tuple[Any, ...]]:
    """The query, by itself so that a test can look at its plan."""
    measures = MEASURES.values()
    due = [func.count().filter(is_due(measure, as_of)) for measure in measures]
    known = [func.count().filter(and_(is_due(measure, as_of), is_known(measure))) for measure in measures]
    month = month_of_day(outcome.c.start_day).label("month")
    return (
        select(month, outcome.c.therapist, func.count(), *due, *known)
        .where(in_curve(scope, cohort, beyond_index=True))
        .group_by("month", outcome.c.therapist)
        .order_by("month", outcome.c.therapist)
    )


def is_due(measure: Measure, as_of: date) -> ColumnElement[bool]:
    """Whether the data reach the last day on which it could have been recorded in time."""
    return outcome.c.start_day + measure.due_day <= day_number(as_of)


def is_known(measure: Measure) -> ColumnElement[bool]:
    """Whether it was recorded."""
    if measure.first_day is None:
        return ~and_(outcome.c.outcome == "censored", outcome.c.day <= measure.due_day)
    return has_any(outcome.c.scored, SCORE_WINDOWS[measure.first_day, measure.due_day])
