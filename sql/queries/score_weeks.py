"""How many people gave which score in which week since their first visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select

from sql.cohort import Cohort, Scope
from sql.dialect import words_counted
from sql.queries.score_rows import AskedScale, courses_of, names_of
from sql.scale_courses import BETWEEN_WEEKS, with_courses
from sql.schema import scale_course as course
from sql.score_codes import value_of


@dataclass(frozen=True)
class ScoreWeek:
    """`episodes` people whose score of `week` (days 7 * week to 7 * week + 6) is `value`."""

    instrument: str
    context: str
    week: int
    value: float
    episodes: int


def score_weeks(
    connection: Connection, scope: Scope, cohort: Cohort, scale: AskedScale | None = None
) -> list[ScoreWeek]:
    """Counts of scores of weeks 0 to 27, one per episode and week: the first, of one day the worse."""
    question = words_counted(connection, weeks_statement(scope, cohort, scale), BETWEEN_WEEKS)
    found = []
    for instrument, context, word, episodes in connection.execute(with_courses(connection, question)):
        week, code = word.split(":")
        found.append(ScoreWeek(instrument, context, int(week), value_of(int(code), instrument), episodes))
    return found


def weeks_statement(scope: Scope, cohort: Cohort, scale: AskedScale | None) -> Select[Any]:
    """The people whose weeks are counted, by itself so that a test can look at its plan."""
    c = course.c
    weeks = courses_of(scope, cohort, scale, *names_of(scale), c.weeks.label("words"))
    return weeks.where(c.weeks.is_not(None))
