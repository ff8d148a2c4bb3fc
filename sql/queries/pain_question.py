"""Which question about pain does the clinic ask most? Means and bands rest on one question only."""

from __future__ import annotations

from sqlalchemy import Connection, Select, func, select

from sql import reference
from sql.cohort import Scope
from sql.pain_scores import BY_PATIENT, PainQuestion
from sql.schema import score

SCORES_LOOKED_AT = 5_000
USUAL = PainQuestion("NPRS", "usual_week")


def pain_question(connection: Connection, scope: Scope, clinics: tuple[str, ...]) -> PainQuestion:
    """The instrument and context of most patients' scores; NPRS of the usual week where there are none."""
    found = connection.execute(statement(scope, clinics)).first()
    return PainQuestion(found.instrument, found.context) if found else USUAL


def statement(scope: Scope, clinics: tuple[str, ...]) -> Select[str, str]:
    """Looks at the first scores only: a clinic's habit shows in 5,000 of them."""
    pain = [code for code, instrument in reference.instruments().items() if instrument.measures_pain]
    seen = (
        select(score.c.instrument, score.c.context)
        .where(
            score.c.clinic.in_(clinics),
            score.c.clinic.in_(scope.clinics) if scope.clinics is not None else score.c.clinic.is_not(None),
            score.c.instrument.in_(pain),
            score.c.reporter.in_(BY_PATIENT),
        )
        .order_by(*score.primary_key.columns)
        .limit(SCORES_LOOKED_AT)
        .subquery()
    )
    return (
        select(seen.c.instrument, seen.c.context)
        .group_by(seen.c.instrument, seen.c.context)
        .order_by(func.count().desc(), seen.c.instrument, seen.c.context)
        .limit(1)
    )
