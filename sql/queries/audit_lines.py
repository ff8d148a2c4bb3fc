"""What the audit of a clinic says, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, select

from sql.schema import audit


@dataclass(frozen=True)
class AuditLine:
    """One look at patients. `at` is UTC; `subject` an episode's token or a list's code; rows: patients shown."""

    audit_id: int
    at: datetime
    reader: str
    action: str
    subject: str
    rows: int | None


def audit_lines(connection: Connection, clinic: str, most: int = 200) -> list[AuditLine]:
    """The newest lines of the clinic's audit."""
    return [AuditLine(*row) for row in connection.execute(statement(clinic, most))]


def statement(clinic: str, most: int) -> Select[int, datetime, str, str, str, int | None]:
    """The query, by itself so that a test can look at its plan."""
    a = audit.c
    return (
        select(a.audit_id, a.at, a.reader, a.action, a.subject, a["rows"])
        .where(a.clinic == clinic)
        .order_by(a.audit_id.desc())
        .limit(most)
    )
