"""Whose scores count, and pain at the first visit in bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func

from sql import reference
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course as course

PAIN_BANDS = ("0_3", "4_6", "7_10", "none")
BY_PATIENT = ("patient", "")
"""A score without a reporter is read as the patient's."""
BY_MODEL = "model"
"""Not a score: what a case-mix model expected of the patient on that day."""
_HUNDREDTHS = 100


@dataclass(frozen=True)
class PainQuestion:
    """What is asked: an instrument that measures pain, and the context, such as the usual week."""

    instrument: str
    context: str

    @property
    def highest(self) -> float:
        """Upper end of the scale."""
        return reference.instruments()[self.instrument].high


def own_course(question: PainQuestion) -> ColumnElement[bool]:
    """The episode's own course on the scale of the question."""
    same = and_(course.c.clinic == outcome.c.clinic, course.c.episode_id == outcome.c.episode_id)
    asked = and_(course.c.instrument == question.instrument, course.c.context == question.context)
    return and_(same, asked)


def pain_band(points: ColumnElement[Any], question: PainQuestion) -> ColumnElement[str]:
    """0_3, 4_6, 7_10 of 10 (3.5 and 6.5 go up), or none."""
    of_ten = func.round(points * _HUNDREDTHS) * 10 / question.highest
    return case(
        (points.is_(None), "none"),
        (of_ten < 3.5 * _HUNDREDTHS, "0_3"),
        (of_ten < 6.5 * _HUNDREDTHS, "4_6"),
        else_="7_10",
    )
