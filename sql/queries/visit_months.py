"""How booked visits went, by the month of the visit: all visits in the period, of the people that a cohort lists."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from sql.cohort import Cohort, Scope, day_number
from sql.counting import Counted, Words
from sql.derived_care import BETWEEN_BOOKED
from sql.dialect import epoch_day, month_number
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


def booked_words() -> Words:
    """A word per month and status with the number of visits, as it is kept beside each outcome."""
    return Words(outcome.c.booked, BETWEEN_BOOKED)


def visit_months(rows: Counted, cohort: Cohort) -> list[VisitMonth]:
    """What was counted, of the cohort's period: three rows a month."""
    visits: Counter[tuple[date, str]] = Counter()
    people: Counter[tuple[date, str]] = Counter()
    for word, episodes in rows:
        number, status, times = word.split(":")
        month = first_day_of_month(int(number))
        if (cohort.first_visit_from or month) <= month <= (cohort.first_visit_to or month):
            visits[month, status] += int(times) * episodes
            people[month, status] += episodes
    return [VisitMonth(month, status, n, people[month, status]) for (month, status), n in visits.items()]


def has_whole_months(cohort: Cohort) -> bool:
    """Whether the period cuts no month."""
    first, last = cohort.first_visit_from, cohort.first_visit_to
    return (first is None or starts_month(first)) and (last is None or ends_month(last))


def visit_months_by_day(connection: Connection, scope: Scope, cohort: Cohort) -> list[VisitMonth]:
    """Of a period that cuts a month: every visit is looked at."""
    rows = connection.execute(days_statement(scope, cohort))
    return [VisitMonth(first_day_of_month(row[0]), *row[1:]) for row in rows]


def days_statement(scope: Scope, cohort: Cohort) -> Select[int, str, int, int]:
    """The query behind `visit_months_by_day`."""
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
        .where(people_with_visits(scope, cohort))
    )
    if cohort.first_visit_from:
        question = question.where(epoch_day(v.visit_date) >= day_number(cohort.first_visit_from))
    if cohort.first_visit_to:
        question = question.where(epoch_day(v.visit_date) <= day_number(cohort.first_visit_to))
    return question.group_by("month", v.status)


def people_with_visits(scope: Scope, cohort: Cohort) -> ColumnElement[bool]:
    """Whose visits are counted: the people that the cohort lists, whenever they first came."""
    people = cohort.of_any_day()
    return and_(scope.condition(), people.selected(), people.with_goal(beyond_index=True))
