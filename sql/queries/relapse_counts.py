"""How long a return lasts: days from the return to pain again, to a stop, or to the last contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, case, func, select

from sql.after_return import after_return
from sql.cohort import Cohort, Scope, day_number


@dataclass(frozen=True)
class RelapseCount:
    """`episodes` people in whom `days` after their return `ended` came first: relapsed, stopped or censored.

    settled: the return lies at least the days asked for before the as-of day, so a relapse within them could
    have been seen.
    """

    days: int
    ended: str
    settled: bool
    episodes: int


def relapse_counts(
    connection: Connection, scope: Scope, cohort: Cohort, *, as_of: date, settled_days: int
) -> list[RelapseCount]:
    """Everybody who returned within observation, once."""
    question = statement(scope, cohort, as_of=as_of, settled_days=settled_days)
    return [
        RelapseCount(days, ended, bool(settled), n)
        for days, ended, settled, n in connection.execute(question)
    ]


def statement(scope: Scope, cohort: Cohort, *, as_of: date, settled_days: int) -> Select[int, str, int, int]:
    """The query, by itself so that a test can look at its plan."""
    a = after_return(scope, cohort).c
    relapsed = a.relapse_day.is_not(None)
    settled = a.start_day + a.return_day + settled_days <= day_number(as_of)
    columns = (
        (case((relapsed, a.relapse_day), else_=a.end_day) - a.return_day).label("days"),
        case((relapsed, "relapsed"), else_=a.ended).label("result"),
        case((settled, 1), else_=0).label("settled"),
    )
    return select(*columns, func.count()).group_by(*(column.name for column in columns))
