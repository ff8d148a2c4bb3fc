"""A score as one whole number that can be compared together with its day, and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, Integer, case, cast, func, literal

from sql.dialect import epoch_day
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


def score_day() -> ColumnElement[int]:
    """Days from the first visit to the score."""
    return epoch_day(score.c.scored_on) - outcome.c.start_day


def worse_first() -> ColumnElement[int]:
    """The value so that of two scores the worse one is smaller: pain counts down from TOP, function up."""
    millionths = cast(func.round(score.c.value * MICRO), BigInteger)
    return case((score.c.instrument.in_(_higher()), millionths), else_=TOP * MICRO - millionths)


def points(code: ColumnElement[int], instrument: ColumnElement[str]) -> ColumnElement[Any]:
    """The score that `rank * RANK + worse_first()` holds, on its own scale; NULL without a code."""
    left = code % STEP
    millionths = case((instrument.in_(_higher()), left), else_=TOP * MICRO - left)
    return cast(millionths, Float) / float(MICRO)


def value_of(code: int, instrument: str) -> float:
    """The same outside of the database."""
    millionths = code % RANK
    return (millionths if instrument in _higher() else TOP * MICRO - millionths) / MICRO


def nearest(
    day: ColumnElement[int], value: ColumnElement[int], first: int, last: int, middle: int
) -> ColumnElement[int]:
    """Smallest for the score nearest to the middle of a window, of two equally near days for the earlier."""
    # 1, 3, 5, 7 for 0, -1, +1, -2 days from the middle
    return _ranked(day, value, first, last, func.abs(4 * day - (4 * middle - 1)))


def nearest_before_first_visit(
    day: ColumnElement[int], value: ColumnElement[int], first: int, last: int
) -> ColumnElement[int]:
    """Smallest for the score nearest to the first visit, every day up to it before every day after it."""
    return _ranked(day, value, first, last, func.abs(day) + case((day > 0, _AFTERWARDS), else_=0))


_AFTERWARDS = 500


def _ranked(
    day: ColumnElement[int], value: ColumnElement[int], first: int, last: int, rank: ColumnElement[int]
) -> ColumnElement[int]:
    return case((day.between(first, last), cast(rank, Integer) * STEP + value))


def _higher() -> list[str]:
    """Instruments of which more is better."""
    return [code for code, instrument in instruments().items() if instrument.better == "higher"]
