"""Who gave a score when it was due, and how pain changed, by the month of the first visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    or_,
    select,
)

from sql.care_bits import SCORE_WINDOWS, has_any
from sql.cohort import Cohort, Scope, in_curve
from sql.dialect import epoch_day, month_number
from sql.pain_scores import BY_PATIENT
from sql.queries.months import first_day_of_month
from sql.schema import episode_outcome as outcome
from sql.schema import score

BASELINE = (-28, 7)
RANK = 1000
"""How near a score is stands above RANK in a packed number; below it, how far its value lies under TOP.

So of two pain scores on one day the worse counts, as everywhere.
"""
TOP = 400
"""Above every pain score, and under half of RANK."""

Days = tuple[int, int, int]
"""First, last and middle day of a window; the score nearest the middle counts, of two the earlier."""


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
    connection: Connection, scope: Scope, cohort: Cohort, later: Days, instruments: Sequence[str]
) -> list[PainMonth]:
    """Pairs of scores of those in the curve, of these instruments, each instrument and context for itself."""
    rows = connection.execute(pain_statement(scope, cohort, later, instruments))
    return [PainMonth(first_day_of_month(row[0]), *row[1:]) for row in rows]


def scored_statement(scope: Scope, cohort: Cohort, early: Days, later: Days) -> Select[Any]:
    """The query behind `scored_months`."""
    spans = {"baseline": BASELINE, "early": early[:2], "later": later[:2]}
    scored = outcome.c.scored
    given = [
        case((has_any(scored, SCORE_WINDOWS[span]), 1), else_=0).label(name) for name, span in spans.items()
    ]
    rows = select(outcome.c.start_day, *given).where(in_curve(scope, cohort), scored != 0).subquery("rows")
    return _counted(rows, [rows.c[name] for name in spans])


def pain_statement(scope: Scope, cohort: Cohort, later: Days, instruments: Sequence[str]) -> Select[Any]:
    """The query behind `pain_months`."""
    o, s = outcome.c, score.c
    spans = (BASELINE, later[:2])
    packed = {
        "baseline": func.min(case((_day().between(*BASELINE), _before_first() * RANK + TOP - s.value))),
        "later": func.min(case((_day().between(*later[:2]), _distance(later[2]) * RANK + TOP - s.value))),
    }
    keys = (o.clinic, o.episode_id, o.start_day, s.instrument, s.context)
    pairs = (
        _scores(scope, cohort, keys, packed, later)
        .where(s.instrument.in_(instruments), *(has_any(o.scored, SCORE_WINDOWS[span]) for span in spans))
        .group_by(*keys)
        .subquery("pairs")
    )
    p = pairs.c
    columns = [
        p.instrument,
        p.context,
        _value(p.baseline).label("baseline_score"),
        _value(p.later).label("later_score"),
    ]
    return _counted(pairs, columns).where(p.baseline.is_not(None), p.later.is_not(None))


def _scores(
    scope: Scope,
    cohort: Cohort,
    keys: Sequence[ColumnElement[Any]],
    values: Mapping[str, ColumnElement[Any]],
    later: Days,
) -> Select[Any]:
    """Patients' own scores of the first and the later window, of the episodes in the curve."""
    o, s = outcome.c, score.c
    return (
        select(*keys, *(value.label(name) for name, value in values.items()))
        .join(score, and_(s.clinic == o.clinic, s.episode_id == o.episode_id))
        .where(
            in_curve(scope, cohort),
            s.reporter.in_(BY_PATIENT),
            or_(_day().between(*BASELINE), _day().between(*later[:2])),
        )
    )


def _counted(rows: Subquery, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    month = month_number(rows.c.start_day).label("month")
    names = [month.name, *(column.name for column in columns)]
    return select(month, *columns, func.count().label("people")).group_by(*names)


def _day() -> ColumnElement[int]:
    """Days from the first visit to the score."""
    return epoch_day(score.c.scored_on) - outcome.c.start_day


def _before_first() -> ColumnElement[int]:
    """How far from the first visit; any day up to it comes before any later one."""
    return case((_day() <= 0, -_day()), else_=100 + _day())


def _distance(middle: int) -> ColumnElement[int]:
    """How far from the middle of a window; of two days equally far the earlier comes first."""
    return case((_day() <= middle, 2 * (middle - _day())), else_=2 * (_day() - middle) + 1)


def _value(packed: ColumnElement[float]) -> ColumnElement[float]:
    """The score in a packed number. A cast to whole numbers rounds on PostgreSQL and cuts on SQLite: as the score
    is under half of RANK, both give what stands before it.
    """
    return TOP - (packed - cast(packed / RANK, Integer) * RANK)
