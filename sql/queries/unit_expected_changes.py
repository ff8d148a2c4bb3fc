"""How much scores changed by weeks 8 to 12 among each therapist's and site's people, beside what a model expected.

The expectations are rows of scores with the reporter `model`: what a case-mix model (of a registry, an insurer or
the NHS) says of a patient's score in those weeks. A store without them is answered by one look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from sql.cohort import Cohort, Scope, grouping
from sql.pain_scores import BY_MODEL, PainQuestion, own_course
from sql.scale_courses import WINDOWS, with_courses
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course as course
from sql.schema import score
from sql.score_codes import score_day
from sql.settled import settled


@dataclass(frozen=True)
class UnitExpectedChange:
    """`people` with a score at the first visit, one in weeks 8 to 12 and an expectation of the latter.

    Sums over them of later - first, and of later - expected and its square.
    """

    therapist: str
    site: str
    people: int
    change: float
    difference: float
    squared_difference: float


def expected_questions(connection: Connection, clinics: tuple[str, ...]) -> list[PainQuestion]:
    """Scales, function scales too, of which a model's expectations are loaded."""
    return sorted(
        (PainQuestion(*row) for row in connection.execute(questions_statement(clinics))),
        key=lambda question: (question.instrument, question.context),
    )


def questions_statement(clinics: tuple[str, ...]) -> Select[str, str]:
    """The query behind `expected_questions`. The word itself chooses the index of such rows, a parameter would not."""
    by_model = score.c.reporter == literal(BY_MODEL, literal_execute=True)
    return select(score.c.instrument, score.c.context).where(score.c.clinic.in_(clinics), by_model).distinct()


def unit_expected_changes(
    connection: Connection,
    scope: Scope,
    cohort: Cohort,
    question: PainQuestion,
    *,
    as_of: date,
    several_clinics: bool = False,
) -> list[UnitExpectedChange]:
    """Sums over those in the curve whose first visit is at least 84 days before `as_of`."""
    asked = statement(scope, cohort, question, as_of=as_of, several_clinics=several_clinics)
    return [UnitExpectedChange(*row) for row in connection.execute(with_courses(connection, asked))]


def statement(
    scope: Scope, cohort: Cohort, question: PainQuestion, *, as_of: date, several_clinics: bool
) -> Select[str, str, int, float, float, float]:
    """The query, by itself so that a test can look at its plan."""
    people = (
        select(
            grouping("therapist", several_clinics=several_clinics).label("unit_therapist"),
            grouping("site", several_clinics=several_clinics).label("unit_site"),
            course.c.first_visit,
            course.c.week_12,
            _expected(question).label("expected"),
        )
        .select_from(outcome)
        .join(course, own_course(question))
        .where(
            settled(scope, cohort, as_of), course.c.first_visit.is_not(None), course.c.week_12.is_not(None)
        )
        .subquery()
    )
    c = people.c
    difference = c.week_12 - c.expected
    return (
        select(
            c.unit_therapist,
            c.unit_site,
            func.count(),
            func.sum(c.week_12 - c.first_visit),
            func.sum(difference),
            func.sum(difference * difference),
        )
        .where(c.expected.is_not(None))
        .group_by(c.unit_therapist, c.unit_site)
    )


def _expected(question: PainQuestion) -> ColumnElement[Any]:
    """What the model expected of the weeks 8 to 12, unrounded; of several expectations their mean."""
    day = score_day()
    first, last, _ = WINDOWS["week_12"]
    return (
        select(func.avg(score.c.value))
        .where(
            score.c.clinic == outcome.c.clinic,
            score.c.episode_id == outcome.c.episode_id,
            score.c.instrument == question.instrument,
            score.c.context == question.context,
            score.c.reporter == BY_MODEL,
            day.between(first, last),
        )
        .correlate(outcome)
        .scalar_subquery()
    )
