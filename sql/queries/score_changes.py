"""How many people went from which score at the start to which score in a window of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Select, case, func, literal, select, union_all

from sql.cohort import Cohort, Scope, day_number
from sql.queries.score_rows import (
    STEP,
    AskedScale,
    key_of,
    names_of,
    score_day,
    scores_of,
    value_of,
    worse_first,
)
from sql.schema import episode_outcome as outcome

AFTER_FIRST_VISIT = 500
"""A baseline after the first visit ranks behind every one before it."""


@dataclass(frozen=True)
class DayWindow:
    """Days since the first visit, both ends included; the score nearest to `middle_day` counts."""

    first_day: int
    last_day: int
    middle_day: int


@dataclass(frozen=True)
class ScoreChange:
    """`episodes` people with this score at the start and this one in a window; None where there is none.

    `window` counts from 0. `over`: their window had ended on the as-of day. People without any score at the
    start or in the window are in no row.
    """

    instrument: str
    context: str
    window: int
    over: bool
    baseline: float | None
    later: float | None
    episodes: int


def score_changes(
    connection: Connection,
    scope: Scope,
    cohort: Cohort,
    *,
    baseline: DayWindow,
    windows: Sequence[DayWindow],
    as_of: date,
    scale: AskedScale | None = None,
) -> list[ScoreChange]:
    """Counts of equal pairs of scores, per scale and window."""
    question = statement(scope, cohort, baseline=baseline, windows=windows, as_of=as_of, scale=scale)
    return [
        ScoreChange(
            row.instrument,
            row.context,
            row.window_number,
            bool(row.is_over),
            value_of(row.baseline, row.instrument),
            value_of(row.later, row.instrument),
            row.episodes,
        )
        for row in connection.execute(question)
    ]


def statement(
    scope: Scope,
    cohort: Cohort,
    *,
    baseline: DayWindow,
    windows: Sequence[DayWindow],
    as_of: date,
    scale: AskedScale | None,
) -> Select[Any]:
    """The query, by itself so that a test can look at its plan."""
    chosen = chosen_scores(scope, cohort, baseline, windows, scale)
    parts = [_pairs(chosen, number, window, as_of) for number, window in enumerate(windows)]
    pairs = union_all(*parts).subquery("pairs")
    return select(pairs)


def chosen_scores(
    scope: Scope,
    cohort: Cohort,
    baseline: DayWindow,
    windows: Sequence[DayWindow],
    scale: AskedScale | None,
    *whose: ColumnElement[str],
) -> CTE:
    """One row per episode and scale: the score of the start and of each window, as one number each.

    `whose` are columns of the key that the row should carry.
    """
    day, value = score_day(), worse_first()
    start = func.min(_code(day, value, baseline, _before_first(day, baseline.middle_day)))
    best = [func.min(_code(day, value, window, _nearness(day, window.middle_day))) for window in windows]
    columns = (
        *whose,
        *names_of(scale),
        func.min(outcome.c.start_day).label("start_day"),
        start.label("baseline"),
        *(column.label(f"window_{number}") for number, column in enumerate(best)),
    )
    return scores_of(scope, cohort, scale, *columns).group_by(*key_of(scale)).cte("chosen")


def _code(
    day: ColumnElement[int], value: ColumnElement[int], window: DayWindow, rank: ColumnElement[int]
) -> ColumnElement[int]:
    return case((day.between(window.first_day, window.last_day), rank * STEP + value))


def _nearness(day: ColumnElement[int], middle: int) -> ColumnElement[int]:
    """Smaller is nearer to the middle, and of two equally near days the earlier: 1, 3, 5, 7 for 0, -1, +1, -2."""
    return func.abs(4 * day - (4 * middle - 1))


def _before_first(day: ColumnElement[int], middle: int) -> ColumnElement[int]:
    """Smaller is nearer to the middle, every day up to it before every day after it."""
    return func.abs(day - middle) + case((day > middle, AFTER_FIRST_VISIT), else_=0)


def _pairs(chosen: CTE, number: int, window: DayWindow, as_of: date) -> Select[Any]:
    c = chosen.c
    baseline, later = c.baseline % STEP, c[f"window_{number}"] % STEP
    over = case((c.start_day + window.last_day <= day_number(as_of), 1), else_=0)
    columns = (
        c.instrument,
        c.context,
        literal(number).label("window_number"),
        over.label("is_over"),
        baseline.label("baseline"),
        later.label("later"),
    )
    return (
        select(*columns, func.count().label("episodes"))
        .where(c.baseline.is_not(None) | c[f"window_{number}"].is_not(None))
        .group_by(c.instrument, c.context, over, baseline, later)
    )
