"""Was anybody asked about running after the return? Without an answer nothing is known of how it went on."""

from __future__ import annotations

from sqlalchemy import Connection, Select, and_, literal, select

from sql.after_return import after_return
from sql.cohort import Cohort, Scope
from sql.dialect import epoch_day
from sql.schema import running_report


def asked_again(connection: Connection, scope: Scope, cohort: Cohort) -> bool:
    """Whether any answer about running was given after a return, until the end of observation."""
    return connection.execute(statement(scope, cohort)).first() is not None


def statement(scope: Scope, cohort: Cohort) -> Select[int]:
    """The query: one row if anybody was asked."""
    course = after_return(scope, cohort)
    a, report = course.c, running_report.c
    told = epoch_day(report.reported_on) - a.start_day
    return (
        select(literal(1))
        .select_from(course)
        .join(running_report, and_(report.clinic == a.clinic, report.episode_id == a.episode_id))
        .where(told > a.return_day, told <= a.end_day)
        .limit(1)
    )
