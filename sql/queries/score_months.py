"""Who gave a score when it was due, and how pain changed, by the month of the first visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, and_, func

from sql.care_bits import SCORE_WINDOWS
from sql.cohort import Cohort, Scope
from sql.counting import Combinations, Counted
from sql.dialect import month_number, unindexed
from sql.queries.months import first_day_of_month
from sql.queries.score_rows import courses_of
from sql.scale_courses import AT_FIRST_VISIT, with_courses
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course as course

Days = tuple[int, int]
"""First and last day of a window."""
_MONTH = month_number(outcome.c.start_day)


@dataclass(frozen=True)
class ScoredMonth:
    """`people` first seen in `month` with any score at baseline, in the early and in the later window."""

    month: date
    baseline: bool
    early: bool
    later: bool
    people: int


@dataclass(frozen=True)
class PainMonth:
    """`people` first seen in `month` whose score of one instrument and context became this much higher."""

    month: date
    instrument: str
    context: str
    change: float
    people: int


def scored_by_month(cohort: Cohort) -> Combinations:
    """Of those in the curve who gave any score: at most eight combinations for each month."""
    in_curve = (cohort.in_period(), cohort.first_in_period(), outcome.c.eligibility == "eligible")
    return Combinations((_MONTH, outcome.c.scored), and_(*in_curve, outcome.c.scored != 0))


def scored_months(rows: Counted, early: Days, later: Days) -> list[ScoredMonth]:
    """What was counted, for these two windows."""
    first, second, third = (SCORE_WINDOWS[days] for days in (AT_FIRST_VISIT, early, later))
    return [
        ScoredMonth(
            first_day_of_month(month),
            bool(scored & first),
            bool(scored & second),
            bool(scored & third),
            people,
        )
        for month, scored, people in rows
    ]


def pain_months(
    connection: Connection, scope: Scope, cohort: Cohort, instruments: Sequence[str]
) -> list[PainMonth]:
    """Change from the start to week 12 of those in the curve, each instrument and context for itself."""
    rows = connection.execute(with_courses(connection, pain_statement(scope, cohort, instruments))).all()
    return [PainMonth(first_day_of_month(row[0]), *row[1:]) for row in rows]


def pain_statement(scope: Scope, cohort: Cohort, instruments: Sequence[str]) -> Select[Any]:
    """The query behind `pain_months`."""
    c = course.c
    change = (c.week_12 - c.first_visit).label("change")
    # SQLite then passes by an episode's few courses, instead of looking up each instrument among them.
    asked = unindexed(c.instrument).in_(instruments)
    return (
        courses_of(scope, cohort, None, _MONTH.label("month"), c.instrument, c.context, change, func.count())
        .where(asked, c.first_visit.is_not(None), c.week_12.is_not(None))
        .group_by("month", c.instrument, c.context, "change")
    )
