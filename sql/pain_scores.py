"""Pain at the first visit and later, as expressions on one row of episode_outcome.

One question only (instrument and context), answered by patients. A score is found by the smallest of
"distance in days, then how far below TOP", kept as one whole number, which is much faster than ranking rows: of
two scores on one day the worse counts, as everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, case, cast, func, select

from sql import reference
from sql.dialect import date_of_day, epoch_day
from sql.schema import episode_outcome as outcome
from sql.schema import score

FIRST_DAY, LAST_DAY = -28, 7
LATER_FROM, LATER_TO, LATER_MIDDLE = 56, 84, 70
PAIN_BANDS = ("0_3", "4_6", "7_10", "none")
BY_PATIENT = ("patient", "")
"""A score without a reporter is read as the patient's."""
BY_MODEL = "model"
"""Not a score: what a case-mix model expected of the patient on that day."""
TOP = 500
"""Above every pain score."""
_HUNDREDTHS = 100_000
_AFTERWARDS = 1_000


@dataclass(frozen=True)
class PainQuestion:
    """What is asked: an instrument that measures pain, and the context, such as the usual week."""

    instrument: str
    context: str

    @property
    def highest(self) -> float:
        """Upper end of the scale."""
        return reference.instruments()[self.instrument].high


def baseline_key(question: PainQuestion) -> ColumnElement[int]:
    """Of the score nearest the first visit in days -28 to 7, on or before it if there is any; NULL without."""
    day = epoch_day(score.c.scored_on) - outcome.c.start_day
    return _smallest(question, case((day <= 0, -day), else_=_AFTERWARDS + day), FIRST_DAY, LAST_DAY)


def later_key(question: PainQuestion) -> ColumnElement[int]:
    """Of the score nearest to day 70 in days 56 to 84, of two equally near the earlier; NULL without."""
    day = epoch_day(score.c.scored_on) - outcome.c.start_day
    distance = 2 * func.abs(day - LATER_MIDDLE) + case((day > LATER_MIDDLE, 1), else_=0)
    return _smallest(question, distance, LATER_FROM, LATER_TO)


def points(key: ColumnElement[int]) -> ColumnElement[Any]:
    """The score that a key stands for, on its own scale; NULL without a key."""
    return TOP - cast(key % _HUNDREDTHS, Float) / 100


def pain_band(key: ColumnElement[int], question: PainQuestion) -> ColumnElement[str]:
    """0_3, 4_6, 7_10 of 10 (3.5 and 6.5 go up), or none."""
    of_ten = points(key) * 10 / question.highest
    return case((key.is_(None), "none"), (of_ten < 3.5, "0_3"), (of_ten < 6.5, "4_6"), else_="7_10")


def _smallest(
    question: PainQuestion, distance: ColumnElement[int], first: int, last: int
) -> ColumnElement[int]:
    return (
        select(func.min(distance * _HUNDREDTHS + cast(func.round((TOP - score.c.value) * 100), Integer)))
        .where(
            score.c.clinic == outcome.c.clinic,
            score.c.episode_id == outcome.c.episode_id,
            score.c.instrument == question.instrument,
            score.c.context == question.context,
            score.c.reporter.in_(BY_PATIENT),
            score.c.scored_on.between(
                date_of_day(outcome.c.start_day + first), date_of_day(outcome.c.start_day + last)
            ),
        )
        .correlate(outcome)
        .scalar_subquery()
    )
