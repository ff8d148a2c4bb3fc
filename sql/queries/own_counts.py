"""A therapist's own month: counts of their episodes, for nobody to be compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, and_, func, select
from sqlalchemy.sql.elements import ColumnElement

from sql.cohort import Scope, day_number
from sql.own_patients import patients_of
from sql.schema import episode, episode_outcome


@dataclass(frozen=True)
class OwnCounts:
    """Episodes first seen, discharged and back running in a span of days, both ends included."""

    new: int
    discharged: int
    returned: int


def own_counts(
    connection: Connection, scope: Scope, therapist: tuple[str, str], first: date, last: date
) -> OwnCounts:
    """Counts within the reader's scope, of one therapist."""
    return OwnCounts(*connection.execute(statement(scope, therapist, first, last)).one())


def statement(scope: Scope, therapist: tuple[str, str], first: date, last: date) -> Select[int, int, int]:
    """The query, by itself so that a test can look at its plan."""
    o, e = episode_outcome.c, episode.c
    back_on = o.start_day + o.return_day

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(condition)

    return (
        select(
            count(and_(o.start_day >= day_number(first), o.start_day <= day_number(last))),
            count(e.discharge_date.between(first, last)),
            count(and_(back_on >= day_number(first), back_on <= day_number(last))),
        )
        .select_from(episode_outcome.join(episode, and_(e.clinic == o.clinic, e.episode_id == o.episode_id)))
        .where(o.clinic == therapist[0], o.therapist == therapist[1])
        .where(patients_of(scope, therapist=therapist))
    )
