"""Whose score changed by a threshold from the start to a window: the same scores as the counts of `score_changes`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, select, tuple_

from sql.cohort import Cohort, Scope
from sql.queries.score_changes import DayWindow, chosen_scores
from sql.queries.score_rows import MICRO, STEP, TOP, AskedScale
from sql.reference import instruments
from sql.schema import episode_outcome as outcome
from sql.schema import score

FROM_START = DayWindow(-28, 7, 0)
HALF = 0.5
"""Of a millionth of a point: thresholds in per cent of a score are not whole millionths."""


@dataclass(frozen=True)
class AskedChange:
    """A threshold in points, or in per cent of the score at the start, on a scale and in a window."""

    scale: AskedScale
    window: DayWindow
    threshold: float
    percent: bool

    @classmethod
    def named(cls, name: str) -> AskedChange:
        """Of "NPRS:usual_week:28:42:35:percent:30": scale, the window's first, last and middle day, threshold."""
        instrument, context, first, last, middle, kind, threshold = name.split(":")
        window = DayWindow(int(first), int(last), int(middle))
        return cls(AskedScale(instrument, context), window, float(threshold), kind == "percent")


def changed_by(scope: Scope, cohort: Cohort, asked: AskedChange, *, met: bool) -> ColumnElement[bool]:
    """Those with both scores whose start leaves room for the threshold, and who met it or did not."""
    person = (score.c.clinic, score.c.episode_id)
    chosen = chosen_scores(scope, cohort, FROM_START, [asked.window], asked.scale, *person).c
    start, later = chosen.baseline % STEP, chosen.window_0 % STEP
    needed, room = _needed_and_room(start, asked)
    reached = later - start >= needed - HALF
    both = select(chosen.clinic, chosen.episode_id).where(
        chosen.baseline.is_not(None),
        chosen.window_0.is_not(None),
        and_(needed > HALF, room >= needed - HALF),
        reached if met else ~reached,
    )
    return tuple_(outcome.c.clinic, outcome.c.episode_id).in_(both)


def _needed_and_room(
    start: ColumnElement[int], asked: AskedChange
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Millionths of a point: the change asked for, and the most that this start allows. A larger code is better."""
    instrument = instruments()[asked.scale.instrument]
    lower = instrument.better == "lower"
    value = TOP * MICRO - start if lower else start
    best = round((instrument.low if lower else instrument.high) * MICRO)
    room = value - best if lower else best - value
    points = value * (asked.threshold / 100) if asked.percent else 0 * value + round(asked.threshold * MICRO)
    return points, room
