"""How many people of the recovery curve came for the first time on which day."""

from __future__ import annotations

from sqlalchemy import Connection, Select, func, select

from sql.cohort import Cohort, Scope, in_curve
from sql.schema import episode_outcome as outcome


def start_days(connection: Connection, scope: Scope, cohort: Cohort) -> dict[int, int]:
    """People by the day of their first visit, in days since 1970-01-01."""
    return {row[0]: row[1] for row in connection.execute(statement(scope, cohort))}


def statement(scope: Scope, cohort: Cohort) -> Select[int, int]:
    """The query, by itself so that a test can look at its plan."""
    return (
        select(outcome.c.start_day, func.count()).where(in_curve(scope, cohort)).group_by(outcome.c.start_day)
    )
