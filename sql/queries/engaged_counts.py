"""The recovery counts of those who kept their first weeks' appointments, and of those who did not."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select

from sql.cohort import Cohort, Scope, in_curve
from sql.derived_care import EARLY_DAYS
from sql.schema import episode_outcome as outcome


@dataclass(frozen=True)
class EngagedCount:
    """`episodes` people, engaged or not until the landmark, who left observation on `day` by `outcome`."""

    engaged: bool
    day: int
    outcome: str
    episodes: int


def engaged_counts(
    connection: Connection, scope: Scope, cohort: Cohort, *, share_percent: int, at_least: int
) -> list[EngagedCount]:
    """Those in the curve who were still observed, neither back nor stopped, after day 28.

    Engaged: attended at least `share_percent` of the days with an appointment up to day 28, and at least
    `at_least` of them; the first visit counts as one of both. Appointments cancelled or missed are due too.
    """
    question = statement(scope, cohort, share_percent=share_percent, at_least=at_least)
    return [
        EngagedCount(bool(engaged), day, what, n) for engaged, day, what, n in connection.execute(question)
    ]


def statement(
    scope: Scope, cohort: Cohort, *, share_percent: int, at_least: int
) -> Select[int, int, str, int]:
    """The query, by itself so that a test can look at its plan."""
    o = outcome.c
    engaged = case((kept_early(share_percent, at_least), 1), else_=0).label("engaged")
    return (
        select(engaged, o.day, o.outcome, func.count())
        .where(in_curve(scope, cohort, beyond_index=True), o.day > EARLY_DAYS)
        .group_by("engaged", o.day, o.outcome)
    )


def kept_early(share_percent: int, at_least: int) -> ColumnElement[bool]:
    """Whether so many of the appointments up to day 28 were attended, and at least so many of them."""
    o = outcome.c
    attended, due = 1 + o.attended_early, 1 + o.appointments_early
    return and_(attended >= at_least, 100 * attended >= share_percent * due)
