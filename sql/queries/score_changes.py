"""How many people went from which score at the start to which score in a window, and when they gave the last."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, case, func

from sql.cohort import Cohort, Scope, day_number
from sql.queries.score_rows import AskedScale, courses_of, names_of
from sql.scale_courses import DAYS_OF_WEEK, WINDOWS, with_courses
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course as course

Pair = tuple[str, str, int, bool, float | None, float | None]


@dataclass(frozen=True)
class ScoreChange:
    """`episodes` people with this score at the start and this one in a window; None where there is none.

    `window` is its place in WINDOWS, from 0. `over`: it had ended on the as-of day. People without any score at the
    start or in the window are in no row.
    """

    instrument: str
    context: str
    window: int
    over: bool
    baseline: float | None
    later: float | None
    episodes: int


@dataclass(frozen=True)
class LastScore:
    """`episodes` people whose last score on this scale lies in `week`, -1 before the first visit."""

    instrument: str
    context: str
    week: int
    episodes: int


def score_changes(
    connection: Connection, scope: Scope, cohort: Cohort, *, as_of: date, scale: AskedScale | None = None
) -> tuple[list[ScoreChange], list[LastScore]]:
    """Counts of equal pairs of scores, per scale and window, and of people by the week of their last score."""
    counts: Counter[Pair] = Counter()
    last: Counter[tuple[str, str, int]] = Counter()
    for row in connection.execute(
        with_courses(connection, statement(scope, cohort, as_of=as_of, scale=scale))
    ):
        instrument, context, over, first, *later, last_week, episodes = row
        last[instrument, context, last_week] += episodes
        for window, value in enumerate(later):
            if first is not None or value is not None:
                counts[instrument, context, window, window < over, first, value] += episodes
    return (
        [ScoreChange(*pair, episodes) for pair, episodes in counts.items()],
        [LastScore(*week, episodes) for week, episodes in last.items()],
    )


def statement(scope: Scope, cohort: Cohort, *, as_of: date, scale: AskedScale | None) -> Select[Any]:
    """People with equal scores at the start and in all windows, and with the last one in the same week.

    So one pass counts the pairs of each window and the ends: a second one would take half as long again.

    The windows end one after the other: `over` says how many had ended on the as-of day.
    """
    c, start_day = course.c, outcome.c.start_day
    ends = [last_day for _, last_day, _ in WINDOWS.values()]
    over = case(
        *(
            (start_day + last <= day_number(as_of), number)
            for number, last in reversed([*enumerate(ends, 1)])
        ),
        else_=0,
    ).label("over")
    scores = (c.first_visit, *(c[name] for name in WINDOWS))
    last_week = case((c.last_day < 0, -1), else_=c.last_day // DAYS_OF_WEEK).label("last_week")
    people = courses_of(scope, cohort, scale, *names_of(scale), over, *scores, last_week, func.count())
    return people.group_by(*(() if scale else (c.instrument, c.context)), "over", *scores, "last_week")
