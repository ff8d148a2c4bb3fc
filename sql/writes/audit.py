"""Writing down who looked at patients."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from sql.dialect import wait_for_lock
from sql.schema import audit

READER_LENGTH = 80
SUBJECT_LENGTH = 200


def write_audit(
    connection: Connection,
    clinic: str,
    *,
    at: datetime,
    reader: str,
    action: str,
    subject: str,
    rows: int | None = None,
) -> int:
    """Add one line to the clinic's audit, within the caller's transaction (`sql.engine.writing`).

    `at` is UTC and naive, like every time of the store. `subject` is the token of an episode or the code of a
    list, never a patient's value. Returns the line's number. The store's version does not move: no figure
    rests on the audit.
    """
    wait_for_lock(connection, f"audit {clinic}")
    last = connection.scalar(select(func.max(audit.c.audit_id)).where(audit.c.clinic == clinic))
    number = (last or 0) + 1
    connection.execute(
        insert(audit).values(
            clinic=clinic,
            audit_id=number,
            at=at.replace(tzinfo=None, microsecond=0),
            reader=reader[:READER_LENGTH],
            action=action,
            subject=subject[:SUBJECT_LENGTH],
            rows=rows,
        )
    )
    return number
