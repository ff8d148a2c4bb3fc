"""One scale of a cohort: its people's courses, as rows of the queries beside this module.

Only what patients said themselves; a score without a reporter is read as the patient's. The people are those of
the recovery curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from sql.cohort import Cohort, Scope, in_curve
from sql.dialect import unindexed
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course as course


@dataclass(frozen=True)
class AskedScale:
    """One instrument in one context (empty for function scales)."""

    instrument: str
    context: str


def courses_of(
    scope: Scope, cohort: Cohort, scale: AskedScale | None, *columns: ColumnElement[Any]
) -> Select[Any]:
    """Columns of the cohort's courses, of one scale or of all."""
    # SQLite then reads the episodes in the order of their key and looks each one's courses up, not the other way
    # round: the key of the courses leads to the row, that of the episodes to the place of the row.
    own = unindexed(outcome.c.clinic), unindexed(outcome.c.episode_id)
    same = and_(course.c.clinic == own[0], course.c.episode_id == own[1])
    asked = in_curve(scope, cohort, beyond_index=True)
    question = select(*columns).select_from(outcome).join(course, same).where(asked)
    if scale is None:
        return question
    return question.where(course.c.instrument == scale.instrument, course.c.context == scale.context)
