"""What a reader must know of the store before any figure: clinics, sites, therapists, dates, sample or real."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, Table, and_, func, select

from sql.cohort import EPOCH, Cohort, Scope, clinic_of_outcome
from sql.schema import clinic, episode_outcome, load_run, site, therapist


@dataclass(frozen=True)
class StoreFacts:
    """as_of is the latest date described by a clinic's loads; of several clinics, the earliest of these.

    `sites` and `therapists` are (clinic, code) pairs. `version` moves with every change of the store.
    """

    clinics: tuple[str, ...]
    sites: tuple[tuple[str, str], ...]
    therapists: tuple[tuple[str, str], ...]
    as_of: date | None
    sample: bool
    version: int
    conditions: tuple[str, ...]
    first_start: date | None
    last_start: date | None


def store_facts(connection: Connection, scope: Scope) -> StoreFacts:
    """Facts about the clinics within the reader's scope."""
    rows = connection.execute(
        select(clinic.c.code, clinic.c.sample, clinic.c.version).order_by(clinic.c.code)
    ).all()
    seen = [row for row in rows if scope.clinics is None or row.code in scope.clinics]
    codes = tuple(row.code for row in seen)
    conditions, first, last = _starts(connection, scope)
    sites = _pairs(connection, site, codes)
    return StoreFacts(
        clinics=codes,
        sites=tuple(pair for pair in sites if scope.sites is None or pair[1] in scope.sites),
        therapists=_pairs(connection, therapist, codes),
        as_of=as_of(connection, codes),
        sample=any(row.sample for row in seen),
        version=sum(row.version for row in seen),
        conditions=conditions,
        first_start=first,
        last_start=last,
    )


def as_of(connection: Connection, clinics: tuple[str, ...]) -> date | None:
    """The latest as-of of each clinic's loads, and of several clinics the earliest of these."""
    latest = (
        select(func.max(load_run.c.as_of).label("as_of"))
        .where(load_run.c.clinic.in_(clinics), load_run.c.status == "loaded")
        .group_by(load_run.c.clinic)
        .subquery()
    )
    earliest: date | None = connection.scalar(select(func.min(latest.c.as_of)))
    return earliest


def store_version(connection: Connection) -> int:
    """A number that moves with every load and entry in any clinic."""
    return connection.scalar(select(func.coalesce(func.sum(clinic.c.version), 0))) or 0


def therapists_besides(
    connection: Connection, scope: Scope, cohort: Cohort, own: tuple[str, str]
) -> tuple[int, int]:
    """Other therapists within the question, and their episodes: what hides one therapist among the rest."""
    columns = episode_outcome.c
    others = ~and_(clinic_of_outcome == own[0], columns.therapist == own[1])
    people: Select[str, str, int] = (
        select(clinic_of_outcome, columns.therapist, func.count())
        .where(scope.condition(), cohort.selected(), cohort.first_in_period(), cohort.with_goal(), others)
        .group_by(clinic_of_outcome, columns.therapist)
    )
    counts = [row[2] for row in connection.execute(people)]
    return len(counts), sum(counts)


def _starts(connection: Connection, scope: Scope) -> tuple[tuple[str, ...], date | None, date | None]:
    rows = connection.execute(
        select(
            episode_outcome.c.condition,
            func.min(episode_outcome.c.start_day),
            func.max(episode_outcome.c.start_day),
        )
        .where(scope.condition())
        # Within goal and eligibility, so that SQLite finds them in the order of the covering index.
        .group_by(episode_outcome.c.goal, episode_outcome.c.eligibility, episode_outcome.c.condition)
    ).all()
    if not rows:
        return (), None, None
    first = date.fromordinal(EPOCH.toordinal() + min(row[1] for row in rows))
    last = date.fromordinal(EPOCH.toordinal() + max(row[2] for row in rows))
    return tuple(sorted({row[0] for row in rows})), first, last


def _pairs(connection: Connection, table: Table, clinics: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    question = (
        select(table.c.clinic, table.c.code)
        .where(table.c.clinic.in_(clinics))
        .order_by(table.c.clinic, table.c.code)
    )
    return tuple((row[0], row[1]) for row in connection.execute(question))
