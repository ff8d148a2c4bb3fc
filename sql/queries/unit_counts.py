"""How many of each therapist's and site's people came back by week 12, by what they came with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, case, func, select

from sql.cohort import Cohort, Scope, grouping
from sql.pain_scores import PainQuestion, own_course, pain_band
from sql.scale_courses import with_courses
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course as course
from sql.settled import SETTLED_DAYS, settled

BEYOND = SETTLED_DAYS + 1


@dataclass(frozen=True)
class UnitCount:
    """`episodes` people of one therapist, site and kind who left observation on `day` by `outcome`.

    Whoever was followed beyond day 84 stands on day 85 as censored, whatever came later: figures by day 84
    are the same, and the rows are few. pain_band: 0_3, 4_6, 7_10 or none.
    """

    therapist: str
    site: str
    condition: str
    symptom_duration: str
    pain_band: str
    day: int
    outcome: str
    episodes: int


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
    return [UnitCount(*row) for row in connection.execute(with_courses(connection, asked)).all()]


def statement(
    scope: Scope, cohort: Cohort, question: PainQuestion, *, as_of: date, several_clinics: bool
) -> Select[str, str, str, str, str, int, str, int]:
    """The query, by itself so that a test can look at its plan."""
    beyond = outcome.c.day > SETTLED_DAYS
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
        select(*columns, func.count().label("episodes"))
        .select_from(outcome)
        .outerjoin(course, own_course(question))
        .where(settled(scope, cohort, as_of))
        .group_by(*(column.name for column in columns))
    )
