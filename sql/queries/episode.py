"""Everything about one episode, by its token, within the reader's scope."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from sql.cohort import Scope
from sql.own_patients import patients_of
from sql.pain_scores import BY_MODEL
from sql.queries.case_rows import Case, case_columns, with_details
from sql.schema import assessment, entry, episode, running_report, score, visit


@dataclass(frozen=True)
class ScoreRow:
    """One score on its instrument's own scale."""

    scored_on: date
    instrument: str
    context: str
    reporter: str
    value: float
    load_number: int


@dataclass(frozen=True)
class ReportRow:
    """One running report as it was given."""

    reported_on: date
    source: str
    status: str
    since: date | None
    longest_pain_free_km: float | None
    weekly_km: float | None
    pain_while_running: float | None


@dataclass(frozen=True)
class VisitRow:
    """One appointment; treatments are codes with `;` between."""

    visit_date: date
    therapist: str
    status: str
    treatments: str | None


@dataclass(frozen=True)
class AssessmentRow:
    """One measurement."""

    assessed_on: date
    measure: str
    side: str
    speed_kmh: float
    value: float


@dataclass(frozen=True)
class EntryRow:
    """One entry made on the page; `differs_in_load` is the load whose file said something else."""

    entry_number: int
    written_at: datetime
    written_by: str
    kind: str
    happened_on: date
    context: str
    new_values: dict[str, Any]
    withdrawn_at: datetime | None
    differs_in_load: int | None
    file_says: str | None


@dataclass(frozen=True)
class EpisodeRecord:
    """One episode: what its status rests on, and every row that belongs to it, oldest first."""

    case: Case
    side: str | None
    onset_from: date | None
    weekly_km_before: float | None
    earlier_episodes: int | None
    planned_visits: int | None
    return_to_run_date: date | None
    relapse_date: date | None
    stopped_date: date | None
    stopped_reason: str | None
    scores: tuple[ScoreRow, ...]
    reports: tuple[ReportRow, ...]
    visits: tuple[VisitRow, ...]
    assessments: tuple[AssessmentRow, ...]
    entries: tuple[EntryRow, ...]


_OWN = (
    "side", "onset_from", "weekly_km_before", "earlier_episodes", "planned_visits", "return_to_run_date",
    "relapse_date", "stopped_date", "stopped_reason",
)  # fmt: skip


def episode_record(connection: Connection, scope: Scope, token: str) -> EpisodeRecord | None:
    """The episode; None if there is none with this token, or if it is not the reader's."""
    row = connection.execute(statement(scope, token)).first()
    if row is None:
        return None
    case = with_details(connection, [row])[0]
    own = connection.execute(
        select(*(episode.c[name] for name in _OWN)).where(
            episode.c.clinic == case.clinic, episode.c.episode_id == case.episode_id
        )
    ).one()
    return EpisodeRecord(
        case=case,
        **own._mapping,
        scores=tuple(
            row
            for row in _all(connection, case, ScoreRow, score, "scored_on")
            if row.reporter != BY_MODEL  # an expectation, said by nobody
        ),
        reports=_all(connection, case, ReportRow, running_report, "reported_on"),
        visits=_all(connection, case, VisitRow, visit, "visit_date"),
        assessments=_all(connection, case, AssessmentRow, assessment, "assessed_on"),
        entries=_all(connection, case, EntryRow, entry, "entry_number"),
    )


def statement(scope: Scope, token: str) -> Select[Any]:
    """The query, by itself so that a test can look at its plan."""
    return case_columns().where(patients_of(scope), episode.c.token == token).limit(1)


def _all(connection: Connection, case: Case, kind: Any, table: Table, ordered_by: str) -> Any:
    names = [field.name for field in fields(kind)]
    question = (
        select(*(table.c[name] for name in names))
        .where(table.c.clinic == case.clinic, table.c.episode_id == case.episode_id)
        .order_by(table.c[ordered_by])
    )
    return tuple(kind(*row) for row in connection.execute(question))
