"""How booked visits went, by the month of the visit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from sql.cohort import Cohort, Scope, day_number
from sql.derived_care import BETWEEN_BOOKED
from sql.dialect import epoch_day, month_number, words_counted
from sql.queries.months import ends_month, first_day_of_month, starts_month
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
    first, last = cohort.first_visit_from, cohort.first_visit_to
    if (first is None or starts_month(first)) and (last is None or ends_month(last)):
        return _of_whole_months(connection, scope, cohort)
    rows = connection.execute(days_statement(scope, cohort))
    return [VisitMonth(first_day_of_month(row[0]), *row[1:]) for row in rows]


def _of_whole_months(connection: Connection, scope: Scope, cohort: Cohort) -> list[VisitMonth]:
    """From what is kept beside each outcome: a word per month and status, with the number of visits."""
    question = words_counted(connection, months_statement(scope, cohort), BETWEEN_BOOKED)
    visits: Counter[tuple[date, str]] = Counter()
    people: Counter[tuple[date, str]] = Counter()
    for word, episodes in connection.execute(question):
        number, status, times = word.split(":")
        month = first_day_of_month(int(number))
        if (cohort.first_visit_from or month) <= month <= (cohort.first_visit_to or month):
            visits[month, status] += int(times) * episodes
            people[month, status] += episodes
    return [VisitMonth(month, status, n, people[month, status]) for (month, status), n in visits.items()]


def months_statement(scope: Scope, cohort: Cohort) -> Select[str]:
    """The people whose appointments are counted by whole months."""
    booked = outcome.c.booked
    return select(booked.label("words")).where(_asked(scope, cohort), booked.is_not(None))


def days_statement(scope: Scope, cohort: Cohort) -> Select[int, str, int, int]:
    """Of a period that cuts a month: every visit is looked at."""
    v, o = visit.c, outcome.c
    month = month_number(epoch_day(v.visit_date)).label("month")
    question = (
        select(
            month,
            v.status,
            func.count().label("visits"),
            func.count((v.clinic + "/" + v.episode_id).distinct()),
        )
        .join(outcome, and_(o.clinic == v.clinic, o.episode_id == v.episode_id))
        .where(_asked(scope, cohort))
    )
    if cohort.first_visit_from:
        question = question.where(epoch_day(v.visit_date) >= day_number(cohort.first_visit_from))
    if cohort.first_visit_to:
        question = question.where(epoch_day(v.visit_date) <= day_number(cohort.first_visit_to))
    return question.group_by("month", v.status)


def _asked(scope: Scope, cohort: Cohort) -> ColumnElement[bool]:
    people = replace(cohort, first_visit_from=None, first_visit_to=None)
    return and_(scope.condition(), people.selected(), people.with_goal(beyond_index=True))
