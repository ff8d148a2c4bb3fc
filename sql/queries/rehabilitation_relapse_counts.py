"""Pain again after the return, by how much rehabilitation came before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select

from sql.cohort import Cohort, Scope, day_number, in_curve
from sql.schema import episode_outcome as outcome

REHABILITATION = "hip_knee_rehab"
GROUPS = ("none", "one_or_two", "three_or_more")
SEEN_DAYS = 14
YEAR_DAYS = 365
BEYOND = YEAR_DAYS + 1


@dataclass(frozen=True)
class RehabilitationRelapseCount:
    """`people` who returned and left observation `day` days later by `outcome`: relapsed, stopped or censored.

    rehabilitation: none, one_or_two or three_or_more attended visits with hip and knee rehabilitation on or
    before the day of the return. Whoever was followed over a year stands on day 366 as censored.
    """

    rehabilitation: str
    day: int
    outcome: str
    people: int


def rehabilitation_relapse_counts(
    connection: Connection, scope: Scope, cohort: Cohort, *, as_of: date
) -> list[RehabilitationRelapseCount]:
    """Counts of those whose return is in the curve and at least 14 days before `as_of`."""
    return [
        RehabilitationRelapseCount(*row) for row in connection.execute(statement(scope, cohort, as_of=as_of))
    ]


def statement(scope: Scope, cohort: Cohort, *, as_of: date) -> Select[str, int, str, int]:
    """The query, by itself so that a test can look at its plan."""
    o = outcome.c
    relapsed = and_(o.relapse_day.is_not(None), o.relapse_day <= o.last_day)
    stopped = and_(o.stop_day.is_not(None), o.stop_day >= o.day, o.stop_day <= o.last_day)
    left = case(
        (and_(relapsed, ~and_(stopped, o.stop_day < o.relapse_day)), o.relapse_day),
        (stopped, o.stop_day),
        else_=o.last_day,
    )
    word = case(
        (and_(relapsed, ~and_(stopped, o.stop_day < o.relapse_day)), "relapsed"),
        (stopped, "stopped"),
        else_="censored",
    )
    people = (
        select(
            amount().label("given"),
            (left - o.day).label("since_return"),
            word.label("left_by"),
        )
        .where(returned_long_enough_ago(scope, cohort, as_of))
        .subquery()
    )
    p = people.c
    beyond = p.since_return > YEAR_DAYS
    rows = select(
        p.given,
        case((beyond, BEYOND), else_=p.since_return).label("left_day"),
        case((beyond, "censored"), else_=p.left_by).label("left_by"),
    ).subquery()
    return select(*rows.c, func.count()).group_by(*rows.c)


def amount() -> ColumnElement[str]:
    """Which of GROUPS a person belongs to."""
    visits = outcome.c.rehabilitation_visits
    return case((visits == 0, "none"), (visits <= 2, "one_or_two"), else_="three_or_more")


def returned_long_enough_ago(scope: Scope, cohort: Cohort, as_of: date) -> ColumnElement[bool]:
    """Whose return is in the curve and at least 14 days before `as_of`."""
    o = outcome.c
    long_ago = o.start_day + o.day <= day_number(as_of) - SEEN_DAYS
    return and_(in_curve(scope, cohort, beyond_index=True), o.outcome == "returned", long_ago)
