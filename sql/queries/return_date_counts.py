"""Are returns dated by the run or by the visit at which they were told? How many fall on a visit day."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, case, func, or_, select

from sql.cohort import Cohort, Scope, in_curve
from sql.dialect import epoch_day
from sql.schema import episode_outcome as outcome
from sql.schema import visit


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
    o, v = outcome.c, visit.c
    day = epoch_day(v.visit_date) - o.start_day
    person = (
        select(
            o.return_day,
            func.max(case((day == o.return_day, 1), else_=0)).label("on_visit_day"),
            func.max(case(((day >= 0) & (day < o.return_day), day))).label("visit_before"),
        )
        .select_from(
            outcome.outerjoin(
                visit, (v.clinic == o.clinic) & (v.episode_id == o.episode_id) & (v.status == "attended")
            )
        )
        .where(in_curve(scope, cohort), o.outcome == "returned")
        .group_by(o.clinic, o.episode_id, o.return_day)
        .subquery("person")
    )
    p = person.c
    on_visit_day = or_(p.on_visit_day == 1, p.return_day == 0)
    gap = case((on_visit_day, p.return_day - func.coalesce(p.visit_before, 0))).label("gap_days")
    return select(gap, func.count()).group_by("gap_days")
