"""The recovery counts by the month of the first visit."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, Select, func, select

from sql.cohort import Cohort, Scope, in_curve
from sql.dialect import month_number
from sql.queries.months import first_day_of_month
from sql.schema import episode_outcome as outcome


class PeriodCount(NamedTuple):
    """`episodes` people first seen in the month that begins on `month` who left on `day` by `outcome`."""

    month: date
    day: int
    outcome: str
    episodes: int


def period_counts(connection: Connection, scope: Scope, cohort: Cohort) -> list[PeriodCount]:
    """Everybody in the curve, by month of first visit, day and outcome."""
    rows = connection.execute(statement(scope, cohort)).all()
    return [PeriodCount(first_day_of_month(month), day, what, n) for month, day, what, n in rows]


def statement(scope: Scope, cohort: Cohort) -> Select[int, int, str, int]:
    """The query, by itself so that a test can look at its plan."""
    columns = (month_number(outcome.c.start_day).label("month"), outcome.c.day, outcome.c.outcome)
    return (
        select(*columns, func.count())
        .where(in_curve(scope, cohort))
        .group_by(*(column.name for column in columns))
    )
