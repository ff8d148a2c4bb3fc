"""On which scales a reader's patients were asked."""

from __future__ import annotations

from sqlalchemy import Connection, Select, and_, func, select, true

from sql.cohort import Scope
from sql.dialect import unindexed
from sql.queries.score_rows import AskedScale
from sql.scale_courses import with_courses
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course as course


def scales_used(connection: Connection, scope: Scope) -> dict[AskedScale, int]:
    """Scores that patients gave, by scale, the most used first."""
    question = with_courses(connection, statement(scope))
    found = {AskedScale(row[0], row[1]): row[2] for row in connection.execute(question)}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0].instrument, item[0].context)))


def statement(scope: Scope) -> Select[str, str, int]:
    """The query, by itself so that a test can look at its plan. Only a scope of sites needs the episodes."""
    c = course.c
    question = select(c.instrument, c.context, func.sum(c.scores))
    if scope.sites is not None:
        own = unindexed(c.clinic), unindexed(c.episode_id)
        same = and_(outcome.c.clinic == own[0], outcome.c.episode_id == own[1])
        question = question.join(outcome, same).where(scope.condition())
    in_clinics = true() if scope.clinics is None else c.clinic.in_(scope.clinics)
    return question.where(in_clinics).group_by(c.instrument, c.context)
