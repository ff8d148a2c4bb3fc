"""When people left observation and how, by the month of their first visit."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, Select, case, func, select

from sql.cohort import Cohort, Scope
from sql.dialect import month_number
from sql.queries.months import first_day_of_month
from sql.schema import episode_outcome as outcome

SHARE_BACK_DAY, LAST_DAY = 84, 182
"""Shares back are asked until the first day; whether people are known, on both."""


class RecoveryMonth(NamedTuple):
    """`episodes` people first seen in `month` (its first day) who left observation on `day` by `outcome`.

    Ends of days 85 to 182 stand on day 182, and whoever was observed for longer on day 183 as `censored`: a third
    of the rows that each day by itself would need. eligibility: eligible, red_flag or already_running.
    """

    month: date
    eligibility: str
    day: int
    outcome: str
    episodes: int


def recovery_months(connection: Connection, scope: Scope, cohort: Cohort) -> list[RecoveryMonth]:
    """Counts of everybody who started: a few hundred rows for each month, however many people there are."""
    rows = connection.execute(statement(scope, cohort)).all()
    return [RecoveryMonth(first_day_of_month(row[0]), *row[1:]) for row in rows]


def statement(scope: Scope, cohort: Cohort) -> Select[int, str, int, str, int]:
    """The query, by itself so that a test can look at its plan."""
    day, later = outcome.c.day, outcome.c.day > LAST_DAY
    columns = (
        month_number(outcome.c.start_day).label("month"),
        outcome.c.eligibility.label("eligible"),
        case((later, LAST_DAY + 1), (day > SHARE_BACK_DAY, LAST_DAY), else_=day).label("ended"),
        case((later, "censored"), else_=outcome.c.outcome).label("how"),
    )
    return (
        select(*columns, func.count().label("episodes"))
        .where(scope.condition(), cohort.selected(), cohort.first_in_period(), cohort.with_goal())
        .group_by(*(column.name for column in columns))
    )
