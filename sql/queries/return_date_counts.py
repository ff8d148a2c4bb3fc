"""Are returns dated by the run or by the visit at which they were told? How many fall on a visit day."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, case, func, or_, select

from sql.cohort import Cohort, Scope, in_curve
from sql.schema import episode_outcome as outcome


@dataclass(frozen=True)
class ReturnDateCount:
    """`episodes` returns; gap_days: of one on a day with an attended visit, days since the visit before; else None."""

    gap_days: int | None
    episodes: int


def return_date_counts(connection: Connection, scope: Scope, cohort: Cohort) -> list[ReturnDateCount]:
    """Every return in the curve."""
    return [ReturnDateCount(gap, n) for gap, n in connection.execute(statement(scope, cohort))]


def statement(scope: Scope, cohort: Cohort) -> Select[int | None, int]:
    """The query, by itself so that a test can look at its plan."""
    o = outcome.c
    on_visit_day = or_(o.on_visit_day == 1, o.return_day == 0)
    gap = case((on_visit_day, o.return_day - func.coalesce(o.visit_before_return, 0))).label("gap_days")
    return (
        select(gap, func.count())
        .where(in_curve(scope, cohort, beyond_index=True), o.outcome == "returned")
        .group_by("gap_days")
    )
