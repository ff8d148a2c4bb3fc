"""How people like one patient fared: recovery by duration and pain band, and their pain scores by week.

Counts only. The pain at the start is the score nearest the first visit in days -28 to 7, on or before it if any
(methods §3). Its rank and value are packed into one number, so that one pass finds it without a window function.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Integer, Select, Subquery, and_, case, cast, func, select
from sqlalchemy.sql.elements import ColumnElement

from sql.cohort import Cohort, Scope, in_curve
from sql.dialect import date_of_day, epoch_day, unindexed
from sql.pain_scores import BY_PATIENT
from sql.scale_courses import AT_FIRST_VISIT
from sql.schema import episode_outcome as outcome
from sql.schema import score

INSTRUMENTS = ("NPRS", "VAS10")
LAST_WEEK = 26
_PACK = 1000


@dataclass(frozen=True)
class AlikeCount:
    """`episodes` people of a duration and band of pain at the start who left observation on `day` by `outcome`."""

    symptom_duration: str
    pain_band: str
    day: int
    outcome: str
    episodes: int


def alike_counts(connection: Connection, scope: Scope, cohort: Cohort, context: str) -> list[AlikeCount]:
    """Counts of those in the curve; pain bands are of scores in this context."""
    question = recovery_statement(scope, cohort, context)
    return [AlikeCount(*row) for row in connection.execute(question)]


def recovery_statement(scope: Scope, cohort: Cohort, context: str) -> Select[Any]:
    """The query, by itself so that a test can look at its plan."""
    first = _baselines(scope, cohort, context)
    same = and_(first.c.clinic == outcome.c.clinic, first.c.episode_id == outcome.c.episode_id)
    value = _unpacked(first.c.best)
    band = case((value.is_(None), "none"), (value < 3.5, "0-3"), (value < 6.5, "4-6"), else_="7-10").label(
        "band"
    )
    columns = (outcome.c.symptom_duration, band, outcome.c.day, outcome.c.outcome)
    return (
        select(*columns, func.count())
        .select_from(outcome.outerjoin(first, same))
        .where(in_curve(scope, cohort))
        .group_by(outcome.c.symptom_duration, "band", outcome.c.day, outcome.c.outcome)
    )


def score_weeks(
    connection: Connection, scope: Scope, cohort: Cohort, context: str
) -> tuple[list[tuple[int, float, int]], int]:
    """(week, score, people) with one score per person and week, and how many started."""
    rows = connection.execute(weeks_statement(scope, cohort, context))
    started = connection.scalar(select(func.count()).select_from(outcome).where(in_curve(scope, cohort)))
    return [(row[0], row[1], row[2]) for row in rows], started or 0


def weeks_statement(scope: Scope, cohort: Cohort, context: str) -> Select[Any]:
    """The query, by itself so that a test can look at its plan."""
    day = _day()
    week = day // 7
    nearest = func.min(func.abs(day - (week * 7 + 3)) * _PACK + score.c.value)
    per_week = (
        select(week.label("week"), nearest.label("best"))
        .select_from(score.join(outcome, _own()))
        .where(in_curve(scope, cohort), _asked_about(context), day.between(0, LAST_WEEK * 7 + 6))
        .group_by(score.c.clinic, score.c.episode_id, "week")
        .subquery("per_week")
    )
    value = _unpacked(per_week.c.best).label("value")
    return select(per_week.c.week, value, func.count()).group_by(per_week.c.week, "value")


def _baselines(scope: Scope, cohort: Cohort, context: str) -> Subquery:
    day, start_day = _day(), outcome.c.start_day
    first, last = AT_FIRST_VISIT
    # From the episodes to the key of the scores, the date in it: SQLite would else read all scores of everybody.
    own = unindexed(outcome.c.clinic), unindexed(outcome.c.episode_id)
    same = and_(score.c.clinic == own[0], score.c.episode_id == own[1])
    at_start = score.c.scored_on.between(date_of_day(start_day + first), date_of_day(start_day + last))
    rank = case((day <= 0, 1000 + day), else_=500 - day)
    return (
        select(score.c.clinic, score.c.episode_id, func.max(rank * _PACK + score.c.value).label("best"))
        .select_from(outcome.join(score, same))
        .where(in_curve(scope, cohort, beyond_index=True), _asked_about(context), at_start)
        .group_by(score.c.clinic, score.c.episode_id)
        .subquery("baseline")
    )


def _unpacked(best: ColumnElement[Any]) -> ColumnElement[Any]:
    """The score in rank * 1000 + score: scores are at most 10, so rounding and cutting off find the same rank."""
    return best - cast(best / _PACK, Integer) * _PACK


def _asked_about(context: str) -> ColumnElement[bool]:
    s = score.c
    return and_(s.instrument.in_(INSTRUMENTS), s.context == context, s.reporter.in_(BY_PATIENT))


def _own() -> ColumnElement[bool]:
    return and_(score.c.clinic == outcome.c.clinic, score.c.episode_id == outcome.c.episode_id)


def _day() -> ColumnElement[int]:
    return epoch_day(score.c.scored_on) - outcome.c.start_day
