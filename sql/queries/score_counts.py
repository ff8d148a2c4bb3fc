"""How people went from which score at the start to which score in a window, and who gave which score in which week."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, case

from sql.cohort import Cohort, Scope, day_number
from sql.counting import Combinations, Words, counted
from sql.queries.score_rows import AskedScale, courses_of
from sql.scale_courses import BETWEEN_WEEKS, DAYS_OF_WEEK, WINDOWS, score_of_week, with_courses
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course as course

SCALE = (course.c.instrument, course.c.context)


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


@dataclass(frozen=True)
class ScoreWeek:
    """`episodes` people whose score of `week` (days 7 * week to 7 * week + 6) is `value`, the first of each."""

    instrument: str
    context: str
    week: int
    value: float
    episodes: int


@dataclass(frozen=True)
class ScoreCounts:
    """What was asked of the scores; `weeks` are 0 to 27, one score per episode and week: of one day the worse."""

    changes: list[ScoreChange]
    last: list[LastScore]
    weeks: list[ScoreWeek]


def score_counts(
    connection: Connection, scope: Scope, cohort: Cohort, *, as_of: date, scale: AskedScale | None = None
) -> ScoreCounts:
    """Counts of one scale, or of every scale by itself."""
    people = with_courses(connection, people_statement(scope, cohort, scale))
    asked = courses_by_scores(as_of), Words(course.c.weeks, BETWEEN_WEEKS)
    # Of a given scale its names are known and need not be sorted by.
    courses, words = counted(connection, people, *asked, keys=() if scale else SCALE)
    names: tuple[Any, ...] = (scale.instrument, scale.context) if scale else ()
    changes: Counter[tuple[str, str, int, bool, float | None, float | None]] = Counter()
    last: Counter[tuple[str, str, int]] = Counter()
    for row in courses:
        instrument, context, over, first, *later, last_week, episodes = (*names, *row)
        last[instrument, context, last_week] += episodes
        for window, value in enumerate(later):
            if first is not None or value is not None:
                changes[instrument, context, window, window < over, first, value] += episodes
    weeks = []
    for row in words:
        instrument, context, word, episodes = (*names, *row)
        weeks.append(ScoreWeek(instrument, context, *score_of_week(word, instrument), episodes))
    return ScoreCounts(
        [ScoreChange(*pair, episodes) for pair, episodes in changes.items()],
        [LastScore(*week, episodes) for week, episodes in last.items()],
        weeks,
    )


def people_statement(scope: Scope, cohort: Cohort, scale: AskedScale | None) -> Select[Any]:
    """Whose courses are counted, by itself so that a test can look at its plan."""
    return courses_of(scope, cohort, scale, *SCALE)


def courses_by_scores(as_of: date) -> Combinations:
    """People with equal scores at the start and in all windows, and with the last one in the same week.

    The windows end one after the other: the first number says how many had ended on the as-of day.
    """
    c, start_day = course.c, outcome.c.start_day
    ends = [last_day for _, last_day, _ in WINDOWS.values()]
    over = case(
        *(
            (start_day + last <= day_number(as_of), number)
            for number, last in reversed([*enumerate(ends, 1)])
        ),
        else_=0,
    )
    last_week = case((c.last_day < 0, -1), else_=c.last_day // DAYS_OF_WEEK)
    return Combinations((over, c.first_visit, *(c[name] for name in WINDOWS), last_week))
