"""The recovery counts of those who kept their first weeks' appointments, and of those who did not."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, and_, case, func, select

from sql.cohort import Cohort, Scope, in_curve
from sql.dialect import epoch_day
from sql.schema import episode_outcome as outcome
from sql.schema import visit


@dataclass(frozen=True)
class EngagedCount:
    """`episodes` people, engaged or not until the landmark, who left observation on `day` by `outcome`."""

    engaged: bool
    day: int
    outcome: str
    episodes: int


def engaged_counts(
    connection: Connection, scope: Scope, cohort: Cohort, *, until_day: int, share_percent: int, at_least: int
) -> list[EngagedCount]:
    """Those in the curve who were still observed, neither back nor stopped, after `until_day`.

    Engaged: attended at least `share_percent` of the days with an appointment up to `until_day`, and at least
    `at_least` of them; the first visit counts as one of both. Appointments cancelled or missed are due too.
    """
    question = statement(scope, cohort, until_day=until_day, share_percent=share_percent, at_least=at_least)
    return [
        EngagedCount(bool(engaged), day, what, n) for engaged, day, what, n in connection.execute(question)
    ]


def statement(
    scope: Scope, cohort: Cohort, *, until_day: int, share_percent: int, at_least: int
) -> Select[int, int, str, int]:
    """The query, by itself so that a test can look at its plan."""
    o, v = outcome.c, visit.c
    day = epoch_day(v.visit_date) - o.start_day
    early = and_(v.clinic == o.clinic, v.episode_id == o.episode_id, day > 0, day <= until_day)
    attended = 1 + func.count(v.visit_date.distinct()).filter(v.status == "attended")
    due = 1 + func.count(v.visit_date.distinct())
    kept = and_(attended >= at_least, 100 * attended >= share_percent * due)
    person = (
        select(case((kept, 1), else_=0).label("engaged"), o.day, o.outcome)
        .select_from(outcome.outerjoin(visit, early))
        .where(in_curve(scope, cohort), o.day > until_day)
        .group_by(o.clinic, o.episode_id, o.day, o.outcome)
        .subquery("person")
    )
    p = person.c
    return select(p.engaged, p.day, p.outcome, func.count()).group_by(p.engaged, p.day, p.outcome)
