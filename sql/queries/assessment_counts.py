"""What was measured at the start and again by week 12, and how far it moved from the patient's own baseline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, case, func, literal, or_, select

from sql.cohort import Cohort, Scope
from sql.dialect import epoch_day
from sql.schema import assessment
from sql.schema import episode_outcome as outcome
from sql.settled import settled

BASELINE_FROM, BASELINE_TO = -28, 14
AGAIN_FROM, AGAIN_TO = 28, 84
ANYTHING = "anything"
PER_CENT_MEASURES = (
    "hip_abductor_strength_n_per_kg", "hip_external_rotator_strength_n_per_kg",
    "knee_extensor_strength_n_per_kg", "step_rate_spm",
)  # fmt: skip
STEP_RATE = "step_rate_spm"
STEP_RATE_GOAL_PERCENT = (5, 10)
SLACK = 1e-9


@dataclass(frozen=True)
class AssessedCount:
    """Of one measure ("anything" is any of them): how many had it at the start, and how many of these again."""

    measure: str
    at_start: int
    again: int


@dataclass(frozen=True)
class ChangeSum:
    """Per cent change from the patient's own baseline over `people`: sum, sum of squares.

    `below`, `within` and `above` count those under +5 %, from +5 to +10 %, and over +10 %.
    """

    measure: str
    people: int
    change: float
    squared_change: float
    below: int
    within: int
    above: int


def assessed_counts(
    connection: Connection, scope: Scope, cohort: Cohort, *, as_of: date
) -> list[AssessedCount]:
    """One row per measure that anybody had at the start, in days -28 to 14; again is days 28 to 84."""
    return [AssessedCount(*row) for row in connection.execute(assessed_statement(scope, cohort, as_of=as_of))]


def change_sums(connection: Connection, scope: Scope, cohort: Cohort, *, as_of: date) -> list[ChangeSum]:
    """One row per measure of strength and for step rate: the last in days 28 to 84 against the first.

    Only the same side is compared, and step rate only at the same stated speed; a person with several (two
    sides, two speeds) enters with their mean.
    """
    return [ChangeSum(*row) for row in connection.execute(change_statement(scope, cohort, as_of=as_of))]


def assessed_statement(scope: Scope, cohort: Cohort, *, as_of: date) -> Select[str, int, int]:
    """The query of `assessed_counts`."""
    a = assessment.c
    day = epoch_day(a.assessed_on) - outcome.c.start_day
    each = (
        select(
            a.clinic,
            a.episode_id,
            a.measure.label("measure_name"),
            func.max(case((day <= BASELINE_TO, 1), else_=0)).label("at_start"),
            func.max(case((day >= AGAIN_FROM, 1), else_=0)).label("again"),
        )
        .join_from(outcome, assessment, _same(assessment))
        .where(
            settled(scope, cohort, as_of),
            or_(day.between(BASELINE_FROM, BASELINE_TO), day.between(AGAIN_FROM, AGAIN_TO)),
        )
        .group_by(a.clinic, a.episode_id, a.measure)
        .cte("each_measure")
    )
    e = each.c
    anything = select(
        literal(ANYTHING).label("measure_name"),
        func.max(e.at_start).label("at_start"),
        func.max(e.again).label("again"),
    ).group_by(e.clinic, e.episode_id)
    both = select(e.measure_name, e.at_start, e.again).union_all(anything).subquery()
    return (
        select(both.c.measure_name, func.sum(both.c.at_start), func.sum(both.c.again))
        .where(both.c.at_start == 1)
        .group_by(both.c.measure_name)
        .order_by(both.c.measure_name)
    )


def change_statement(
    scope: Scope, cohort: Cohort, *, as_of: date
) -> Select[str, int, float, float, int, int, int]:
    """The query of `change_sums`."""
    changes = _changes(scope, cohort, as_of)
    own = (
        select(changes.c.measure, func.avg(changes.c.percent).label("percent"))
        .group_by(changes.c.clinic, changes.c.episode_id, changes.c.measure)
        .subquery()
    )
    percent = own.c.percent
    low, high = STEP_RATE_GOAL_PERCENT[0] - SLACK, STEP_RATE_GOAL_PERCENT[1] + SLACK
    return (
        select(
            own.c.measure,
            func.count(),
            func.sum(percent),
            func.sum(percent * percent),
            func.count().filter(percent < low),
            func.count().filter(percent.between(low, high)),
            func.count().filter(percent > high),
        )
        .group_by(own.c.measure)
        .order_by(own.c.measure)
    )


def _changes(scope: Scope, cohort: Cohort, as_of: date) -> Subquery:
    """Per cent change per episode, measure, side and speed: the first at the start, the last by week 12."""
    a = assessment.c
    day = epoch_day(a.assessed_on) - outcome.c.start_day
    is_start = day <= BASELINE_TO
    keys = (a.clinic, a.episode_id, a.measure, a.side, a.speed_kmh)
    ranked = (
        select(
            *keys,
            a.value,
            case((is_start, 1), else_=0).label("is_start"),
            func.row_number()
            .over(
                partition_by=(*keys, case((is_start, 1), else_=0)),
                order_by=case((is_start, day), else_=-day),
            )
            .label("place"),
        )
        .join_from(outcome, assessment, _same(assessment))
        .where(
            settled(scope, cohort, as_of),
            a.measure.in_(PER_CENT_MEASURES),
            or_(a.measure != STEP_RATE, a.speed_kmh > 0),
            or_(day.between(BASELINE_FROM, BASELINE_TO), day.between(AGAIN_FROM, AGAIN_TO)),
        )
        .subquery()
    )
    r = ranked.c
    first = func.max(case((r.is_start == 1, r.value)))
    last = func.max(case((r.is_start == 0, r.value)))
    own = (r.clinic, r.episode_id, r.measure, r.side, r.speed_kmh)
    return (
        select(r.clinic, r.episode_id, r.measure, (100.0 * (last - first) / first).label("percent"))
        .where(r.place == 1)
        .group_by(*own)
        .having(first > 0, last.is_not(None))
        .subquery()
    )


def _same(table: Any) -> ColumnElement[bool]:
    """Of the same person's row in episode_outcome."""
    return and_(table.c.clinic == outcome.c.clinic, table.c.episode_id == outcome.c.episode_id)
