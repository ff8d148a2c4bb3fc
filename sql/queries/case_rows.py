"""What lists of patients need of each episode: the course of care with its scores, answers, visits and notes.

Used by the questions that return patients (caseload, to_ask, episode), never without a reader's scope.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, func, select

from sql.cohort import day_number
from sql.pain_scores import BY_PATIENT
from sql.schema import asked, episode, episode_outcome, running_report, score, seen, visit

PAIN_SCALES = {"NPRS": 1.0, "VAS10": 1.0, "VAS100": 0.1}
"""Pain instruments and what makes their numbers points from 0 to 10: 100 mm are 10 cm."""
AT_ONCE = 500
"""Episodes whose rows are asked for in one statement: SQLite takes 32,766 parameters, older ones 999."""


@dataclass(frozen=True)
class PainScore:
    """Pain from 0 to 10 as the patient said it, on `day` since the first visit."""

    day: int
    value: float
    context: str
    instrument: str
    load_number: int


@dataclass(frozen=True)
class RunningAnswer:
    """An answer about running: told on `day`, true since `since_day` (days since the first visit)."""

    day: int
    since_day: int
    status: str
    source: str
    load_number: int


@dataclass(frozen=True)
class SeenMark:
    """A flag that rests until a day."""

    rule: str
    until: date
    note: str
    by: str


@dataclass(frozen=True)
class Attempt:
    """Somebody asked, or tried to."""

    question: str
    result: str
    at: datetime


@dataclass(frozen=True)
class Case:
    """One episode with what its status rests on. Days count from the first visit; None is "not recorded"."""

    clinic: str
    episode_id: str
    token: str
    short_code: str
    condition: str
    side: str | None
    therapist: str
    goal: str
    symptom_duration: str
    first_visit_date: date
    start_day: int
    last_day: int
    eligibility: str
    return_day: int | None
    relapse_day: int | None
    stop_day: int | None
    red_flag: str | None
    red_flag_date: date | None
    red_flag_cleared_date: date | None
    discharge_date: date | None
    discharge_reason: str | None
    load_number: int
    scores: tuple[PainScore, ...] = ()
    answers: tuple[RunningAnswer, ...] = ()
    last_visit: date | None = None
    seen: tuple[SeenMark, ...] = ()
    attempts: tuple[Attempt, ...] = ()


_OF_EPISODE = (
    "clinic", "episode_id", "token", "short_code", "condition", "side", "therapist",
)  # fmt: skip
_OF_OUTCOME = ("goal", "symptom_duration")
_DAYS = ("start_day", "last_day", "eligibility", "return_day", "relapse_day", "stop_day")
_EVENTS = (
    "red_flag", "red_flag_date", "red_flag_cleared_date", "discharge_date", "discharge_reason", "load_number",
)  # fmt: skip


def case_columns() -> Select[Any]:
    """Episodes with their outcome, in the order of Case; the caller says which."""
    e, o = episode.c, episode_outcome.c
    columns = (
        *(e[name] for name in _OF_EPISODE),
        *(o[name] for name in _OF_OUTCOME),
        e.first_visit_date,
        *(o[name] for name in _DAYS),
        *(e[name] for name in _EVENTS),
    )
    same = and_(o.clinic == e.clinic, o.episode_id == e.episode_id)
    return select(*columns).select_from(episode.join(episode_outcome, same))


def with_details(connection: Connection, rows: Sequence[Any]) -> list[Case]:
    """The cases with everything that belongs to them."""
    by_clinic: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_clinic[row.clinic].append(row)
    cases: list[Case] = []
    for clinic, group in by_clinic.items():
        for start in range(0, len(group), AT_ONCE):
            cases += _some_with_details(connection, clinic, group[start : start + AT_ONCE])
    return cases


def _some_with_details(connection: Connection, clinic: str, rows: Sequence[Any]) -> Iterable[Case]:
    ids = [row.episode_id for row in rows]
    start = {row.episode_id: row.start_day for row in rows}
    scores = _grouped(connection, scores_statement(clinic, ids))
    answers = _grouped(connection, answers_statement(clinic, ids))
    visits = dict(_pairs(connection, _last_visits(clinic, ids)))
    marks = _grouped(connection, _journal(seen, clinic, ids, "rule", "until", "note", "written_by"))
    attempts = _grouped(connection, _journal(asked, clinic, ids, "question", "result", "written_at"))
    for row in rows:
        key, day0 = row.episode_id, start[row.episode_id]
        yield Case(
            **row._mapping,
            scores=tuple(
                PainScore(day_number(on) - day0, value * PAIN_SCALES[scale], context, scale, number)
                for on, scale, context, value, number in scores[key]
            ),
            answers=tuple(
                RunningAnswer(day_number(on) - day0, day_number(since or on) - day0, status, source, number)
                for on, since, status, source, number in answers[key]
            ),
            last_visit=visits.get(key),
            seen=tuple(SeenMark(*mark) for mark in marks[key]),
            attempts=tuple(Attempt(*attempt) for attempt in attempts[key]),
        )


def scores_statement(clinic: str, ids: Sequence[str]) -> Select[Any]:
    """Pain scores by patients, oldest first; by itself so that a test can look at its plan."""
    s = score.c
    return (
        select(s.episode_id, s.scored_on, s.instrument, s.context, s.value, s.load_number)
        .where(s.clinic == clinic, s.episode_id.in_(ids))
        .where(s.instrument.in_(list(PAIN_SCALES)), s.reporter.in_(BY_PATIENT))
        .order_by(s.scored_on, s.value)
    )


def answers_statement(clinic: str, ids: Sequence[str]) -> Select[Any]:
    """Running reports, oldest first."""
    r = running_report.c
    return (
        select(r.episode_id, r.reported_on, r.since, r.status, r.source, r.load_number)
        .where(r.clinic == clinic, r.episode_id.in_(ids))
        .order_by(r.reported_on)
    )


def _last_visits(clinic: str, ids: Sequence[str]) -> Select[Any]:
    v = visit.c
    return (
        select(v.episode_id, func.max(v.visit_date))
        .where(v.clinic == clinic, v.episode_id.in_(ids), v.status == "attended")
        .group_by(v.episode_id)
    )


def _journal(table: Table, clinic: str, ids: Sequence[str], *names: str) -> Select[Any]:
    c = table.c
    return (
        select(c.episode_id, *(c[name] for name in names))
        .where(c.clinic == clinic, c.episode_id.in_(ids))
        .order_by(c.written_at)
    )


def _grouped(connection: Connection, question: Select[Any]) -> dict[str, list[tuple[Any, ...]]]:
    groups: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in connection.execute(question):
        groups[row[0]].append(tuple(row[1:]))
    return groups


def _pairs(connection: Connection, question: Select[Any]) -> Iterable[tuple[Any, Any]]:
    return ((row[0], row[1]) for row in connection.execute(question))
