"""Scores of a cohort as rows of the queries beside this module: whose, on which day, and the value as a number
that can be compared together with the day.

Only what patients said themselves; a score without a reporter is read as the patient's. The people are those of
the recovery curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, func, literal, select

from sql.cohort import Cohort, Scope, in_curve
from sql.dialect import epoch_day, unindexed
from sql.pain_scores import BY_PATIENT
from sql.reference import instruments
from sql.schema import episode_outcome as outcome
from sql.schema import score

MICRO = 1_000_000
"""Values are compared as whole millionths of a point: the sums of queries must not depend on binary fractions."""
TOP = 999
"""Above every score of every instrument."""
RANK = 1_000 * MICRO
"""One step of nearness outweighs every value."""
STEP = literal(RANK, BigInteger)

# SQLite then reads the scores in the order of their key, episode by episode, and needs no sort to group them:
# 0.7 s for 1,000,000 scores, against 2.1 s when it looks the scores of each episode up.
CLINIC, EPISODE = unindexed(score.c.clinic), unindexed(score.c.episode_id)


@dataclass(frozen=True)
class AskedScale:
    """One instrument in one context (empty for function scales)."""

    instrument: str
    context: str


def scores_of(
    scope: Scope, cohort: Cohort, scale: AskedScale | None, *columns: ColumnElement[Any]
) -> Select[Any]:
    """Columns of the cohort's scores, of one scale or of all."""
    question = (
        select(*columns)
        .select_from(outcome)
        .join(score, and_(outcome.c.clinic == CLINIC, outcome.c.episode_id == EPISODE))
        .where(in_curve(scope, cohort), score.c.reporter.in_(BY_PATIENT))
    )
    if scale is None:
        return question
    return question.where(score.c.instrument == scale.instrument, score.c.context == scale.context)


def names_of(scale: AskedScale | None) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """Instrument and context as columns; of a given scale they are known and need not be sorted by."""
    if scale is None:
        return score.c.instrument, score.c.context
    return literal(scale.instrument).label("instrument"), literal(scale.context).label("context")


def key_of(scale: AskedScale | None) -> tuple[ColumnElement[str], ...]:
    """What makes one person's scores on one scale."""
    person = (score.c.clinic, score.c.episode_id)
    return person if scale else (*person, score.c.instrument, score.c.context)


def score_day() -> ColumnElement[int]:
    """Days from the first visit to the score."""
    return epoch_day(score.c.scored_on) - outcome.c.start_day


def worse_first() -> ColumnElement[int]:
    """The value so that of two scores the worse one is smaller: pain counts down from TOP, function up."""
    millionths = cast(func.round(score.c.value * MICRO), BigInteger)
    higher = [code for code, instrument in instruments().items() if instrument.better == "higher"]
    return case((score.c.instrument.in_(higher), millionths), else_=TOP * MICRO - millionths)


def value_of(code: int | None, instrument: str) -> float | None:
    """The score that `rank * RANK + worse_first()` holds."""
    if code is None:
        return None
    millionths = code % RANK
    if instruments()[instrument].better == "lower":
        millionths = TOP * MICRO - millionths
    return millionths / MICRO
