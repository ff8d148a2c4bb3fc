"""Who gave a score when it was due, and how pain changed, by the month of the first visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, case, func, select

from sql.care_bits import SCORE_WINDOWS, has_any
from sql.cohort import Cohort, Scope, in_curve
from sql.dialect import month_number
from sql.queries.months import first_day_of_month
from sql.queries.score_rows import courses_of
from sql.scale_courses import AT_FIRST_VISIT, with_courses
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course as course

Days = tuple[int, int]
"""First and last day of a window."""


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
    """`people` first seen in `month` with this baseline and later score of one instrument and context."""

    month: date
    instrument: str
    context: str
    baseline: float
    later: float
    people: int


def scored_months(
    connection: Connection, scope: Scope, cohort: Cohort, early: Days, later: Days
) -> list[ScoredMonth]:
    """Of those in the curve who gave any score: at most eight rows for each month."""
    rows = connection.execute(scored_statement(scope, cohort, early, later))
    return [
        ScoredMonth(first_day_of_month(row[0]), bool(row[1]), bool(row[2]), bool(row[3]), row[4])
        for row in rows
    ]


def pain_months(
    connection: Connection, scope: Scope, cohort: Cohort, instruments: Sequence[str]
) -> list[PainMonth]:
    """Scores at the start and in week 12 of those in the curve, each instrument and context for itself."""
    rows = connection.execute(with_courses(connection, pain_statement(scope, cohort, instruments))).all()
    return [PainMonth(first_day_of_month(row[0]), *row[1:]) for row in rows]


def scored_statement(scope: Scope, cohort: Cohort, early: Days, later: Days) -> Select[Any]:
    """The query behind `scored_months`."""
    spans = {"baseline": AT_FIRST_VISIT, "early": early, "later": later}
    scored = outcome.c.scored
    given = [
        case((has_any(scored, SCORE_WINDOWS[span]), 1), else_=0).label(name) for name, span in spans.items()
    ]
    rows = select(outcome.c.start_day, *given).where(in_curve(scope, cohort), scored != 0).subquery("rows")
    return _counted(rows, [rows.c[name] for name in spans])


def pain_statement(scope: Scope, cohort: Cohort, instruments: Sequence[str]) -> Select[Any]:
    """The query behind `pain_months`."""
    c = course.c
    columns = (outcome.c.start_day, c.instrument, c.context, c.first_visit, c.week_12)
    pairs = (
        courses_of(scope, cohort, None, *columns)
        .where(c.instrument.in_(instruments), c.first_visit.is_not(None), c.week_12.is_not(None))
        .subquery("pairs")
    )
    return _counted(pairs, [column for column in pairs.c if column.name != "start_day"])


def _counted(rows: Subquery, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    month = month_number(rows.c.start_day).label("month")
    names = [month.name, *(column.name for column in columns)]
    return select(month, *columns, func.count().label("people")).group_by(*names)
