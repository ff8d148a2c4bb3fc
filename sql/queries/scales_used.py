"""On which scales a reader's patients were asked."""

from __future__ import annotations

from sqlalchemy import Connection, Select, and_, func, select, true

from sql.cohort import Scope
from sql.pain_scores import BY_PATIENT
from sql.queries.score_rows import CLINIC, EPISODE, AskedScale
from sql.schema import episode_outcome as outcome
from sql.schema import score


def scales_used(connection: Connection, scope: Scope) -> dict[AskedScale, int]:
    """Scores that patients gave, by scale, the most used first."""
    found = {AskedScale(row[0], row[1]): row[2] for row in connection.execute(statement(scope))}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0].instrument, item[0].context)))


def statement(scope: Scope) -> Select[str, str, int]:
    """The query, by itself so that a test can look at its plan. Only a scope of sites needs the episodes."""
    question = select(score.c.instrument, score.c.context, func.count()).where(
        score.c.reporter.in_(BY_PATIENT)
    )
    if scope.sites is not None:
        same = and_(outcome.c.clinic == CLINIC, outcome.c.episode_id == EPISODE)
        question = question.join(outcome, same).where(scope.condition())
    in_clinics = true() if scope.clinics is None else score.c.clinic.in_(scope.clinics)
    return question.where(in_clinics).group_by(score.c.instrument, score.c.context)
