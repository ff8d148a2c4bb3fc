"""Whose score changed by a threshold from the start to a window: the same scores as the counts of `score_changes`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, literal, tuple_

from sql.cohort import Cohort, Scope
from sql.queries.score_rows import AskedScale, courses_of
from sql.reference import instruments
from sql.scale_courses import WINDOWS
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course as course

TOLERANCE = 1e-9
"""Of a point: thresholds in per cent of a score are seldom whole."""


@dataclass(frozen=True)
class AskedChange:
    """A threshold in points, or in per cent of the score at the start, on a scale and in one of WINDOWS."""

    scale: AskedScale
    window: str
    threshold: float
    percent: bool

    @classmethod
    def named(cls, name: str) -> AskedChange:
        """Of "NPRS:usual_week:28:42:35:percent:30": scale, the window's first, last and middle day, threshold.

        Raises
        ------
        ValueError
            if there is no such window.
        """
        instrument, context, *days, kind, threshold = name.split(":")
        window = next((w for w, span in WINDOWS.items() if [str(day) for day in span] == days), None)
        if window is None:
            raise ValueError(f"there is no window {':'.join(days)}")
        return cls(AskedScale(instrument, context), window, float(threshold), kind == "percent")


def changed_by(scope: Scope, cohort: Cohort, asked: AskedChange, *, met: bool) -> ColumnElement[bool]:
    """Those with both scores whose start leaves room for the threshold, and who met it or did not."""
    c = course.c
    start, later = c.first_visit, c[asked.window]
    better = start - later if _lower_is_better(asked) else later - start
    needed = start * (asked.threshold / 100) if asked.percent else literal(asked.threshold)
    reached = better >= needed - TOLERANCE
    both = courses_of(scope, cohort, asked.scale, c.clinic, c.episode_id).where(
        start.is_not(None),
        later.is_not(None),
        needed > TOLERANCE,
        _room(start, asked) >= needed - TOLERANCE,
        reached if met else ~reached,
    )
    return tuple_(outcome.c.clinic, outcome.c.episode_id).in_(both)


def _room(start: ColumnElement[Any], asked: AskedChange) -> ColumnElement[Any]:
    """Points between this start and the best end of the scale."""
    instrument = instruments()[asked.scale.instrument]
    return start - instrument.low if _lower_is_better(asked) else instrument.high - start


def _lower_is_better(asked: AskedChange) -> bool:
    return instruments()[asked.scale.instrument].better == "lower"
