"""Let a flag rest until a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, insert

from sql.schema import seen
from sql.writes.journal import Writing, move_version

NOTE_LENGTH = 200
LONGEST_REST_DAYS = 182


def write_seen(
    connection: Connection, writing: Writing, rule: str, until: date, note: str, *, today: date
) -> None:
    """The flag of this rule rests up to and including `until`. The caller has checked the note for identifiers.

    Raises
    ------
    ValueError
        if the day or the note cannot be taken; the message says why.
    """
    if not 0 <= (until - today).days <= LONGEST_REST_DAYS:
        raise ValueError(f"a flag rests until a day from today to {LONGEST_REST_DAYS} days ahead")
    if len(note) > NOTE_LENGTH or not (note == "" or note.isprintable()):
        raise ValueError(f"a note has at most {NOTE_LENGTH} characters, on one line")
    row = {**writing.columns(connection, seen), "rule": rule, "until": until, "note": note.strip()}
    connection.execute(insert(seen).values(**row))
    move_version(connection, writing.clinic)
