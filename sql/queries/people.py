"""The people behind a count: at most 200, for a reader who holds their record, each use written to the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select

from sql.cohort import Cohort, Scope, clinic_of_outcome
from sql.queries.completeness_counts import MEASURES, is_due, is_known
from sql.queries.people_lists import Asking, PeopleList, behind
from sql.queries.quality_counts import same_episode
from sql.scale_courses import with_courses
from sql.schema import episode
from sql.schema import episode_outcome as outcome

MOST_PEOPLE = 200


class NotForSharing(Exception):
    """People are never listed for an audience that does not hold their record."""


@dataclass(frozen=True)
class Person:
    """One episode. Days since the first visit; `known` says of each measure whether it is known, None: not due."""

    clinic: str
    short_code: str
    token: str
    therapist: str
    first_visit: date
    standing: str
    last_day: int
    return_day: int | None
    relapse_day: int | None
    stop_day: int | None
    stopped_reason: str | None
    discharge_date: date | None
    goal: str
    symptom_duration: str
    known: Mapping[str, bool | None]


@dataclass(frozen=True)
class People:
    """`total` people are behind the count; `people` are the first 200 of them, the latest first visit first."""

    total: int
    people: tuple[Person, ...]


def people(
    connection: Connection,
    scope: Scope,
    cohort: Cohort,
    wanted: PeopleList,
    *,
    as_of: date,
    in_care_days: int,
    several_clinics: bool = False,
) -> People:
    """The people of a list within the reader's scope. A therapist gets their own patients only.

    Raises
    ------
    NotForSharing
        if the scope is for sharing and not one's own caseload.
    ValueError
        if there is no such list.
    """
    refuse_sharing(scope)
    asking = Asking(scope, cohort, as_of, in_care_days, several_clinics)
    where = and_(reachable(scope), behind(asking, wanted))
    joined = select(func.count()).select_from(outcome).join(episode, same_episode()).where(where)
    total = connection.scalar(with_courses(connection, joined)) or 0
    found = connection.execute(with_courses(connection, statement(where, as_of)))
    return People(total, tuple(_person(row) for row in found))


def statement(where: ColumnElement[bool], as_of: date) -> Select[*tuple[object, ...]]:
    """The query, by itself so that a test can look at its plan."""
    o, e = outcome.c, episode.c
    flags = [is_due(m, as_of).label(f"due_{m.name}") for m in MEASURES.values()]
    flags += [is_known(m).label(f"known_{m.name}") for m in MEASURES.values()]
    return (
        select(
            o.clinic, e.short_code, e.token, o.therapist, e.first_visit_date, o.standing, o.last_day, o.return_day,
            o.relapse_day, o.stop_day, e.stopped_reason, e.discharge_date, o.goal, o.symptom_duration, *flags,
        )
        .select_from(outcome)
        .join(episode, same_episode())
        .where(where)
        .order_by(o.start_day.desc(), o.clinic, e.short_code)
        .limit(MOST_PEOPLE)
    )  # fmt: skip


def refuse_sharing(scope: Scope) -> None:
    """No list of people for readers who do not hold the record; their own caseload they do hold."""
    if scope.audience == "sharing" and scope.own is None:
        raise NotForSharing(
            "Figures to share never open the people behind them. Choose figures for the clinic."
        )


def reachable(scope: Scope) -> ColumnElement[bool]:
    """Episodes whose record the reader holds."""
    if scope.own is None:
        return scope.condition()
    clinic, therapist = scope.own
    return and_(scope.condition(), clinic_of_outcome == clinic, outcome.c.therapist == therapist)


def _person(row: Row[*tuple[Any, ...]]) -> Person:
    values: tuple[Any, ...] = tuple(row)
    size = len(MEASURES)
    facts, due, known = values[: -2 * size], values[-2 * size : -size], values[-size:]
    states = {
        name: bool(was_known) if is_due_now else None
        for name, is_due_now, was_known in zip(MEASURES, due, known, strict=True)
    }
    return Person(*(*facts, states))
