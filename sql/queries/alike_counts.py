"""How people like one patient fared: recovery by duration and pain band, and their pain scores by week.

Counts only. Pain is that of NPRS, of VAS10 for those without one: both go from 0 to 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, case, func, select

from sql.cohort import Cohort, Scope, in_curve
from sql.counting import Words, counted
from sql.scale_courses import BETWEEN_WEEKS, score_of_week, with_courses
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course

NPRS, VAS10 = scale_course.alias("nprs"), scale_course.alias("vas10")
LAST_WEEK = 26


@dataclass(frozen=True)
class AlikeCount:
    """`episodes` people of a duration and band of pain at the start who left observation on `day` by `outcome`."""

    symptom_duration: str
    pain_band: str
    day: int
    outcome: str
    episodes: int


def alike_counts(connection: Connection, scope: Scope, cohort: Cohort, context: str) -> list[AlikeCount]:
    """Counts of those in the curve; pain bands are of scores in this context."""
    question = with_courses(connection, recovery_statement(scope, cohort, context))
    return [AlikeCount(*row) for row in connection.execute(question)]


def recovery_statement(scope: Scope, cohort: Cohort, context: str) -> Select[Any]:
    """The query, by itself so that a test can look at its plan."""
    value = _of_either("first_visit")
    band = case((value.is_(None), "none"), (value < 3.5, "0-3"), (value < 6.5, "4-6"), else_="7-10")
    columns = (outcome.c.symptom_duration, band.label("band"), outcome.c.day, outcome.c.outcome)
    return (
        select(*columns, func.count())
        .select_from(_people(context))
        .where(in_curve(scope, cohort, beyond_index=True))
        .group_by(outcome.c.symptom_duration, "band", outcome.c.day, outcome.c.outcome)
    )


def score_weeks(
    connection: Connection, scope: Scope, cohort: Cohort, context: str
) -> tuple[list[tuple[int, float, int]], int]:
    """(week, score, people) with the first score of each person and week, and how many started."""
    people = (
        select(outcome.c.clinic)
        .select_from(_people(context))
        .where(in_curve(scope, cohort, beyond_index=True))
    )
    (words,) = counted(
        connection, with_courses(connection, people), Words(_of_either("weeks"), BETWEEN_WEEKS)
    )
    started = connection.scalar(select(func.count()).select_from(outcome).where(in_curve(scope, cohort)))
    rows = []
    for word, episodes in words:
        week, value = score_of_week(word, "NPRS")
        if week <= LAST_WEEK:
            rows.append((week, value, episodes))
    return rows, started or 0


def _people(context: str) -> FromClause:
    """Everybody beside their own courses of both scales."""
    people: FromClause = outcome
    for course, instrument in ((NPRS, "NPRS"), (VAS10, "VAS10")):
        c = course.c
        same = (c.clinic == outcome.c.clinic, c.episode_id == outcome.c.episode_id)
        people = people.outerjoin(course, and_(*same, c.instrument == instrument, c.context == context))
    return people


def _of_either(name: str) -> ColumnElement[Any]:
    return func.coalesce(NPRS.c[name], VAS10.c[name])
