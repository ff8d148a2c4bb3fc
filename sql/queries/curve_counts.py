"""How many people of the recovery curve left observation on each day, and how."""

from __future__ import annotations

from sqlalchemy import Connection, Select, func, select

from sql.cohort import Cohort, Scope, in_curve
from sql.schema import episode_outcome as outcome


def curve_counts(connection: Connection, scope: Scope, cohort: Cohort) -> list[tuple[int, str, int]]:
    """Rows (day, outcome, people) in no order; of one day and outcome there may be several."""
    return [(day, how, people) for day, how, people in connection.execute(statement(scope, cohort)).all()]


def statement(scope: Scope, cohort: Cohort) -> Select[int, str, int]:
    """The query, by itself so that a test can look at its plan.

    By condition too: SQLite need not sort what it reads in the order of the covering index.
    """
    o = outcome.c
    return (
        select(o.day, o.outcome, func.count())
        .where(in_curve(scope, cohort))
        .group_by(o.condition, o.day, o.outcome)
    )
