"""How booked visits went, by the month of the visit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, Select, and_, func, select

from sql.cohort import Cohort, Scope, day_number
from sql.dialect import epoch_day, month_number
from sql.queries.months import first_day_of_month
from sql.schema import episode_outcome as outcome
from sql.schema import visit


@dataclass(frozen=True)
class VisitMonth:
    """`visits` of `people` in `month` with one status: attended, cancelled or did_not_attend."""

    month: date
    status: str
    visits: int
    people: int


def visit_months(connection: Connection, scope: Scope, cohort: Cohort) -> list[VisitMonth]:
    """All visits in the cohort's period of the people it lists, whenever they first came: three rows a month."""
    rows = connection.execute(statement(scope, cohort))
    return [VisitMonth(first_day_of_month(row[0]), *row[1:]) for row in rows]


def statement(scope: Scope, cohort: Cohort) -> Select[int, str, int, int]:
    """The query, by itself so that a test can look at its plan."""
    v, o = visit.c, outcome.c
    people = replace(cohort, first_visit_from=None, first_visit_to=None)
    month = month_number(epoch_day(v.visit_date)).label("month")
    question = (
        select(
            month,
            v.status,
            func.count().label("visits"),
            func.count((v.clinic + "/" + v.episode_id).distinct()),
        )
        .join(outcome, and_(o.clinic == v.clinic, o.episode_id == v.episode_id))
        .where(scope.condition(), people.selected(), people.with_goal())
    )
    if cohort.first_visit_from:
        question = question.where(epoch_day(v.visit_date) >= day_number(cohort.first_visit_from))
    if cohort.first_visit_to:
        question = question.where(epoch_day(v.visit_date) <= day_number(cohort.first_visit_to))
    return question.group_by("month", v.status)
