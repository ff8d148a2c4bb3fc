"""How often and how long people came: attended visits per episode, and until the return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, case, func, select

from sql.cohort import Cohort, Scope, day_number, grouping, in_curve
from sql.schema import episode_outcome as outcome


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
    o = outcome.c
    last = o.last_visit_day
    reached = case(*((last >= asked, asked) for asked in sorted(days, reverse=True)), else_=0)
    columns = (
        grouping("site", several_clinics=several_clinics).label("site_name"),
        o.symptom_duration,
        (1 + o.visits).label("visits_made"),
        reached.label("day_reached"),
        case((o.outcome == "returned", 1 + o.visits_to_return)).label("visits_until"),
    )
    return (
        select(*columns, func.count())
        .where(in_curve(scope, cohort, beyond_index=True), o.start_day <= day_number(as_of) - max(days))
        .group_by(*(column.name for column in columns))
    )
