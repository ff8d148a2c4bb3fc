"""How much pain changed by weeks 8 to 12 among each therapist's and site's people, as sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, func, select

from sql.cohort import Cohort, Scope, grouping
from sql.pain_scores import PainQuestion, own_course, pain_band
from sql.scale_courses import with_courses
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course as course
from sql.settled import settled


@dataclass(frozen=True)
class UnitPainChange:
    """`people` with a score at the first visit and one in weeks 8 to 12: sums of later - first and of its square."""

    therapist: str
    site: str
    condition: str
    symptom_duration: str
    pain_band: str
    people: int
    change: float
    squared_change: float


def unit_pain_changes(
    connection: Connection,
    scope: Scope,
    cohort: Cohort,
    question: PainQuestion,
    *,
    as_of: date,
    several_clinics: bool = False,
) -> list[UnitPainChange]:
    """Sums over those in the curve whose first visit is at least 84 days before `as_of`."""
    asked = statement(scope, cohort, question, as_of=as_of, several_clinics=several_clinics)
    return [UnitPainChange(*row) for row in connection.execute(with_courses(connection, asked)).all()]


def statement(
    scope: Scope, cohort: Cohort, question: PainQuestion, *, as_of: date, several_clinics: bool
) -> Select[str, str, str, str, str, int, float, float]:
    """The query, by itself so that a test can look at its plan."""
    c = course.c
    change = c.week_12 - c.first_visit
    columns = (
        grouping("therapist", several_clinics=several_clinics).label("unit_therapist"),
        grouping("site", several_clinics=several_clinics).label("unit_site"),
        outcome.c.condition,
        outcome.c.symptom_duration,
        pain_band(c.first_visit, question).label("pain_band"),
    )
    return (
        select(*columns, func.count(), func.sum(change), func.sum(change * change))
        .select_from(outcome)
        .join(course, own_course(question))
        .where(settled(scope, cohort, as_of), c.first_visit.is_not(None), c.week_12.is_not(None))
        .group_by(*(column.name for column in columns))
    )
