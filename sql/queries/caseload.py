"""Which episodes are on a therapist's list today, with what their status rests on."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, or_, select, text

from sql.cohort import Scope, day_number
from sql.own_patients import patients_of
from sql.queries.case_rows import Case, case_columns, with_details
from sql.schema import STILL_OPEN, episode, episode_outcome

MOST_CASES = 2000


def caseload(
    connection: Connection,
    scope: Scope,
    *,
    day: date,
    open_days: int,
    therapist: tuple[str, str] | None = None,
) -> list[Case]:
    """Open episodes: not discharged, not stopped, and heard of in the last `open_days`, or with an open red flag."""
    rows = connection.execute(statement(scope, day=day, open_days=open_days, therapist=therapist)).all()
    return with_details(connection, rows)


def statement(scope: Scope, *, day: date, open_days: int, therapist: tuple[str, str] | None) -> Select[Any]:
    """The query, by itself so that a test can look at its plan."""
    o = episode_outcome.c
    heard_of = o.start_day + o.last_day >= day_number(day) - open_days
    # The words of the partial index; they name columns of `episode` alone.
    still_open = text(" AND ".join(f"episode.{part}" for part in STILL_OPEN.split(" AND ")))
    return (
        case_columns()
        .where(patients_of(scope, therapist=therapist), still_open)
        .where(o.stop_day.is_(None), or_(heard_of, o.eligibility == "red_flag"))
        .order_by(episode.c.first_visit_date, episode.c.short_code)
        .limit(MOST_CASES)
    )


def token_of_code(connection: Connection, scope: Scope, short_code: str) -> str | None:
    """The token of an episode by its short code, among the reader's own patients."""
    found = select(episode.c.token).where(patients_of(scope), episode.c.short_code == short_code)
    return connection.scalar(found.limit(1))


def tokens_of_number(connection: Connection, scope: Scope, code: str) -> list[str]:
    """Tokens of the person (or episode) with this code, the newest course first."""
    e = episode.c
    found = (
        select(e.token)
        .where(patients_of(scope), or_(e.patient_id == code, e.episode_id == code))
        .order_by(e.first_visit_date.desc())
    )
    return list(connection.scalars(found.limit(20)))
