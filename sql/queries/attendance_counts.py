"""How often and how long people came: attended visits per episode, and until the return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, and_, case, func, select

from sql.cohort import Cohort, Scope, day_number, grouping, in_curve
from sql.dialect import epoch_day
from sql.schema import episode_outcome as outcome
from sql.schema import visit


@dataclass(frozen=True)
class AttendanceCount:
    """`episodes` people of a site and symptom duration with `visits` attended, the first visit included.

    last_day: the last of the days asked for that their last attended visit reached, 0 if none. visits_to_return:
    visits up to the day of the return, None of those who did not return. Several visits on a day are one.
    """

    site: str
    symptom_duration: str
    visits: int
    last_day: int
    visits_to_return: int | None
    episodes: int


def attendance_counts(
    connection: Connection,
    scope: Scope,
    cohort: Cohort,
    *,
    days: Sequence[int],
    as_of: date,
    several_clinics: bool = False,
) -> list[AttendanceCount]:
    """Everybody in the curve whose first visit is long enough ago to have reached the last of `days`."""
    question = statement(scope, cohort, days=days, as_of=as_of, several_clinics=several_clinics)
    return [AttendanceCount(*row) for row in connection.execute(question)]


def statement(
    scope: Scope, cohort: Cohort, *, days: Sequence[int], as_of: date, several_clinics: bool
) -> Select[str, str, int, int, int | None, int]:
    """The query, by itself so that a test can look at its plan."""
    o, v = outcome.c, visit.c
    day = epoch_day(v.visit_date) - o.start_day
    came = and_(v.clinic == o.clinic, v.episode_id == o.episode_id, v.status == "attended", day > 0)
    by_return = 1 + func.count(v.visit_date.distinct()).filter(day <= o.return_day)
    person = (
        select(
            grouping("site", several_clinics=several_clinics).label("site"),
            o.symptom_duration,
            (1 + func.count(v.visit_date.distinct())).label("visits"),
            func.coalesce(func.max(day), 0).label("last_visit_day"),
            case((o.outcome == "returned", by_return)).label("visits_to_return"),
        )
        .select_from(outcome.outerjoin(visit, came))
        .where(in_curve(scope, cohort), o.start_day <= day_number(as_of) - max(days))
        .group_by(
            o.clinic, o.episode_id, o.site, o.symptom_duration, o.outcome
        )
        .subquery("person")
    )  # fmt: skip
    p = person.c
    reached = case(*((p.last_visit_day >= asked, asked) for asked in sorted(days, reverse=True)), else_=0)
    columns = (p.site, p.symptom_duration, p.visits, reached.label("last_day"), p.visits_to_return)
    return select(*columns, func.count()).group_by(*(column.name for column in columns))
