"""How many people gave which score in which week since their first visit, and in which week their last one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, case, func, select

from sql.cohort import Cohort, Scope
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

DAYS_OF_WEEK = 7


@dataclass(frozen=True)
class ScoreWeek:
    """`episodes` people whose score of `week` (days 7 * week to 7 * week + 6) is `value`."""

    instrument: str
    context: str
    week: int
    value: float
    episodes: int


@dataclass(frozen=True)
class LastScore:
    """`episodes` people whose last score on this scale lies in `week`, -1 before the first visit."""

    instrument: str
    context: str
    week: int
    episodes: int


def score_weeks(
    connection: Connection, scope: Scope, cohort: Cohort, scale: AskedScale | None = None
) -> list[ScoreWeek]:
    """Counts of scores from the first visit on, one per episode and week: the first, of one day the worse."""
    rows = connection.execute(weeks_statement(scope, cohort, scale))
    return [ScoreWeek(*row[:3], value_of(row.value, row.instrument) or 0.0, row.episodes) for row in rows]


def last_scores(
    connection: Connection, scope: Scope, cohort: Cohort, scale: AskedScale | None = None
) -> list[LastScore]:
    """Counts of people by the week of their last score."""
    return [LastScore(*row) for row in connection.execute(last_statement(scope, cohort, scale))]


def weeks_statement(
    scope: Scope, cohort: Cohort, scale: AskedScale | None
) -> Select[str, str, int, int, int]:
    """The query, by itself so that a test can look at its plan."""
    day = score_day()
    first = func.min(day * STEP + worse_first()).label("first")
    weekly = (
        scores_of(scope, cohort, scale, *names_of(scale), first)
        .where(day >= 0)
        .group_by(*key_of(scale), day // DAYS_OF_WEEK)
        .subquery("weekly")
    )
    week, value = weekly.c.first // STEP // DAYS_OF_WEEK, weekly.c.first % STEP
    instrument, context = weekly.c.instrument, weekly.c.context
    return select(
        instrument, context, week.label("week"), value.label("value"), func.count().label("episodes")
    ).group_by(instrument, context, week, value)


def last_statement(scope: Scope, cohort: Cohort, scale: AskedScale | None) -> Select[str, str, int, int]:
    """The query, by itself so that a test can look at its plan."""
    last = func.max(score_day()).label("last")
    people = (
        scores_of(scope, cohort, scale, *names_of(scale), last).group_by(*key_of(scale)).subquery("people")
    )
    p = people.c
    week = case((p.last < 0, -1), else_=p.last // DAYS_OF_WEEK)
    return select(p.instrument, p.context, week.label("week"), func.count()).group_by(
        p.instrument, p.context, week
    )
