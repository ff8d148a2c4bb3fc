"""Which patients may have to be asked: closed courses too. What exactly is due is decided by dashboard/asking.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, exists, literal, not_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from sql.cohort import Scope, day_number
from sql.dialect import epoch_day
from sql.own_patients import patients_of
from sql.pain_scores import BY_PATIENT
from sql.queries.case_rows import PAIN_SCALES, Case, case_columns, with_details
from sql.schema import episode, episode_outcome, running_report, score

MOST_CASES = 2000


@dataclass(frozen=True)
class AskDays:
    """Checkpoints as (due day, first day whose answer counts), and the days after a return."""

    checkpoints: tuple[tuple[int, int], ...]
    sustained_days: int
    later_check_days: int
    within_days: int


def to_ask(
    connection: Connection,
    scope: Scope,
    *,
    day: date,
    days: AskDays,
    therapist: tuple[str, str] | None = None,
) -> list[Case]:
    """Episodes that may have an unanswered question; a few of them will turn out to have none."""
    rows = connection.execute(statement(scope, day=day, days=days, therapist=therapist)).all()
    return with_details(connection, rows)


def statement(scope: Scope, *, day: date, days: AskDays, therapist: tuple[str, str] | None) -> Select[Any]:
    """The query, by itself so that a test can look at its plan."""
    o, today = episode_outcome.c, day_number(day)
    age = today - o.start_day
    earliest = today - days.within_days - max(days.later_check_days, days.checkpoints[-1][0]) - 366
    at_checkpoint = and_(o.return_day.is_(None), or_(*_unanswered_checkpoints(age, days)))
    since_return = age - o.return_day
    after_return = or_(
        and_(since_return >= days.later_check_days, ~_answered(o.return_day + days.later_check_days)),
        and_(
            since_return >= days.sustained_days,
            since_return < days.later_check_days,
            ~_answered(o.return_day + days.sustained_days),
        ),
        o.relapse_day.is_not(None),  # back again since? the answers themselves must be looked at
    )
    unknown_return = and_(
        o.return_day.is_(None),
        episode.c.discharge_reason == "goals_met",
        ~_answered_after(episode.c.discharge_date),
    )
    return (
        case_columns()
        .where(patients_of(scope, therapist=therapist))
        .where(o.start_day >= earliest, o.start_day <= today, o.stop_day.is_(None), o.goal == "running")
        .where(o.clinic == episode.c.clinic, *_same_therapist(scope, therapist))
        .where(or_(at_checkpoint, after_return, unknown_return))
        .order_by(o.start_day.desc(), episode.c.short_code)
        .limit(MOST_CASES)
    )


def _same_therapist(scope: Scope, therapist: tuple[str, str] | None) -> list[ColumnElement[bool]]:
    """The outcome carries the therapist too: said of it, the index by therapist and start is of use."""
    o = episode_outcome.c
    pairs = [pair for pair in (scope.own, therapist) if pair is not None]
    return [and_(o.clinic == clinic, o.therapist == code) for clinic, code in pairs]


def _unanswered_checkpoints(age: ColumnElement[int], days: AskDays) -> list[ColumnElement[bool]]:
    """The latest checkpoint reached lacks a score or an answer about running."""
    found = []
    following = [due for due, _ in days.checkpoints[1:]] + [None]
    for (due, answers_from), following_due in zip(days.checkpoints, following, strict=True):
        reached = age >= due if following_due is None else and_(age >= due, age < following_due)
        answered = and_(_answered(literal(answers_from)), _scored(literal(answers_from)))
        found.append(and_(reached, not_(answered)))
    return found


def _answered(day: ColumnElement[Any]) -> ColumnElement[bool]:
    """Somebody answered about running on this day since the first visit, or later."""
    o = episode_outcome.c
    return _has(running_report, epoch_day(running_report.c.reported_on) >= o.start_day + day)


def _answered_after(day: ColumnElement[Any]) -> ColumnElement[bool]:
    return _has(running_report, running_report.c.reported_on > day)


def _scored(day: ColumnElement[Any]) -> ColumnElement[bool]:
    o, s = episode_outcome.c, score.c
    by_patient = and_(s.instrument.in_(list(PAIN_SCALES)), s.reporter.in_(BY_PATIENT))
    return _has(score, epoch_day(s.scored_on) >= o.start_day + day, by_patient)


def _has(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    own = and_(table.c.clinic == episode.c.clinic, table.c.episode_id == episode.c.episode_id)
    return exists(select(literal(1)).where(own, *conditions).correlate(episode, episode_outcome))
