"""How many of each therapist's and site's people came back by week 12 and how pain changed, by what they came with."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, Select, case, func, select

from sql.cohort import Cohort, Scope, grouping
from sql.pain_scores import PainQuestion, own_course, pain_band
from sql.scale_courses import with_courses
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course as course
from sql.settled import SETTLED_DAYS, settled

BEYOND = SETTLED_DAYS + 1


class UnitCount(NamedTuple):
    """`episodes` people of one therapist, site and kind who left observation on `day` by `outcome`.

    Whoever was followed beyond day 84 stands on day 85 as censored, whatever came later: figures by day 84
    are the same, and the rows are few. pain_band: 0_3, 4_6, 7_10 or none. `scored` of them have a score at the
    first visit and one in weeks 8 to 12: sums of later - first and of its square, None of nobody.

    A tuple: a network has nearly as many rows as patients.
    """

    therapist: str
    site: str
    condition: str
    symptom_duration: str
    pain_band: str
    day: int
    outcome: str
    episodes: int
    scored: int
    change: float | None
    squared_change: float | None


def unit_counts(
    connection: Connection,
    scope: Scope,
    cohort: Cohort,
    question: PainQuestion,
    *,
    as_of: date,
    several_clinics: bool = False,
) -> list[UnitCount]:
    """Counts of those in the curve whose first visit is at least 84 days before `as_of`."""
    asked = statement(scope, cohort, question, as_of=as_of, several_clinics=several_clinics)
    return [UnitCount._make(row) for row in connection.execute(with_courses(connection, asked)).all()]


def statement(
    scope: Scope, cohort: Cohort, question: PainQuestion, *, as_of: date, several_clinics: bool
) -> Select[str, str, str, str, str, int, str, int, int, float | None, float | None]:
    """The query, by itself so that a test can look at its plan."""
    beyond = outcome.c.day > SETTLED_DAYS
    change = course.c.week_12 - course.c.first_visit
    columns = (
        grouping("therapist", several_clinics=several_clinics).label("unit_therapist"),
        grouping("site", several_clinics=several_clinics).label("unit_site"),
        outcome.c.condition,
        outcome.c.symptom_duration,
        pain_band(course.c.first_visit, question).label("pain_band"),
        case((beyond, BEYOND), else_=outcome.c.day).label("left_day"),
        case((beyond, "censored"), else_=outcome.c.outcome).label("left_by"),
    )
    return (
        select(*columns, func.count(), func.count(change), func.sum(change), func.sum(change * change))
        .select_from(outcome)
        .outerjoin(course, own_course(question))
        .where(settled(scope, cohort, as_of))
        .group_by(*(column.name for column in columns))
    )
