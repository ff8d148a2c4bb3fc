"""Who moved from not back to back, to pain again, back again or to a stop, on which day.

Day 0 is the first visit, and the evening's state counts. Return, first pain again and stop are those of the
outcome; after a first pain again every answer about running counts, from the day its status began if that lies
after the answer before it, else from the day of the answer. Answers that are neither "running with pain" nor
"without" move nobody.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from sql.after_return import after_return
from sql.cohort import Cohort, Scope, in_curve
from sql.deriving import SOURCE_PRIORITY
from sql.dialect import epoch_day
from sql.outcomes import RETURNED
from sql.schema import episode_outcome as outcome
from sql.schema import running_report

LAST_OF_DAY = 10_000_000
"""Order of a stop within its day: after any answer, whose order is its own day number."""


def transition_counts(
    connection: Connection, scope: Scope, cohort: Cohort
) -> list[tuple[int, str, str, int]]:
    """Rows (day, origin, destination, people), in no order; "censored" is the end of observation."""
    return [
        (day, origin, to, people) for day, origin, to, people in connection.execute(statement(scope, cohort))
    ]


def statement(scope: Scope, cohort: Cohort) -> Select[int, str, str, int]:
    """The query, by itself so that a test can look at its plan."""
    course = after_return(scope, cohort)
    relapsed = select(course).where(course.c.relapse_day.is_not(None)).cte("relapsed")
    moves = union_all(
        _never_back(scope, cohort),
        _first_return(course),
        _end_without_relapse(course),
        *_after_relapse(relapsed),
    ).subquery("moves")
    m = moves.c
    return select(m.day, m.origin, m.destination, func.count()).group_by(m.day, m.origin, m.destination)


def _move(day: ColumnElement[int], origin: Any, destination: ColumnElement[str]) -> Select[Any]:
    start = literal(origin) if isinstance(origin, str) else origin
    return select(day.label("day"), start.label("origin"), destination.label("destination"))


def _never_back(scope: Scope, cohort: Cohort) -> Select[Any]:
    o = outcome.c
    return _move(o.day, "not_back", o.outcome).where(in_curve(scope, cohort), o.outcome != "returned")


def _first_return(course: CTE) -> Select[Any]:
    a = course.c
    evening = case((and_(a.ended == "stopped", a.end_day == a.return_day), "stopped"), else_="back")
    return _move(a.return_day, "not_back", evening).where(a.relapse_day.is_(None))


def _end_without_relapse(course: CTE) -> Select[Any]:
    a = course.c
    left = or_(a.ended == "censored", a.end_day > a.return_day)
    return _move(a.end_day, "back", a.ended).where(a.relapse_day.is_(None), left)


def _after_relapse(course: CTE) -> tuple[Select[Any], Select[Any]]:
    """Moves of those whose pain came back, and the end of observation of those who did not stop."""
    evening = _evenings(course)
    e = evening.c
    person = (e.clinic, e.episode_id)
    before = func.coalesce(func.lag(e.state).over(partition_by=person, order_by=e.day), "not_back")
    path = select(evening, before.label("before")).subquery("path")
    p = path.c
    last = func.row_number().over(partition_by=person, order_by=e.day.desc())
    final = select(evening, last.label("from_end")).subquery("final")
    f, a = final.c, course.c
    same = and_(f.clinic == a.clinic, f.episode_id == a.episode_id)
    ends = (
        _move(a.end_day, f.state, a.ended)
        .select_from(final.join(course, same))
        .where(f.from_end == 1, a.ended == "censored")
    )
    return _move(p.day, p.before, p.state).where(p.before != p.state), ends


def _evenings(course: CTE) -> CTE:
    """The state of each evening on which something was known of a person whose pain came back."""
    a = course.c

    def point(day: ColumnElement[int], order: int, state: str) -> Select[Any]:
        return select(
            a.clinic,
            a.episode_id,
            day.label("day"),
            literal(order, Integer).label("place"),
            literal(state).label("state"),
        )

    points = union_all(
        point(a.return_day, 0, "back"),
        point(a.relapse_day, 1, "pain_again"),
        _later_answers(course),
        point(a.end_day, LAST_OF_DAY, "stopped").where(a.ended == "stopped"),
    ).subquery("points")
    p = points.c
    rank = func.row_number().over(partition_by=(p.clinic, p.episode_id, p.day), order_by=p.place.desc())
    ranked = select(points, rank.label("rank")).subquery("ranked_points")
    r = ranked.c
    return select(r.clinic, r.episode_id, r.day, r.state).where(r.rank == 1).cte("evenings")


def _later_answers(course: CTE) -> Select[Any]:
    """Answers after the first pain again: one a day, of the best source, with the day their state began."""
    a, report = course.c, running_report.c
    reported = epoch_day(report.reported_on) - a.start_day
    since = epoch_day(report.since) - a.start_day
    priority = case({word: rank for rank, word in enumerate(SOURCE_PRIORITY)}, value=report.source, else_=99)
    rank = func.row_number().over(partition_by=(a.clinic, a.episode_id, reported), order_by=priority)
    told = (
        select(
            a.clinic,
            a.episode_id,
            a.relapse_day,
            a.end_day,
            reported.label("reported"),
            since.label("since"),
            report.status,
            rank.label("rank"),
        )
        .join(running_report, and_(report.clinic == a.clinic, report.episode_id == a.episode_id))
        .where(reported > a.relapse_day)
        .subquery("told")
    )
    t = told.c
    before = func.lag(t.reported).over(partition_by=(t.clinic, t.episode_id), order_by=t.reported)
    known = (
        select(told, func.coalesce(before, t.relapse_day).label("before"))
        .where(t.rank == 1)
        .subquery("known")
    )
    k = known.c
    day = case((k.since > k.before, k.since), else_=k.reported)
    state = case((k.status.in_(RETURNED), "back"), else_="pain_again")
    return select(k.clinic, k.episode_id, day, k.reported, state).where(
        k.status.in_((*RETURNED, "running_with_pain")), day <= k.end_day
    )
