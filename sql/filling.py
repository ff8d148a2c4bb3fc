"""Filling an empty table of PostgreSQL: its indexes are made afterwards, each in one sort, and its references rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection, Table, select, text
from sqlalchemy.exc import OperationalError

FEWEST_FOR_NEW_INDEXES = 1000
ROOM_FOR_AN_INDEX = "128MB"

# Whatever is there, whether or not we made it; but not what a foreign key of another table rests on.
_INDEXES = text(
    """
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made_by,
           quote_ident(c.conname) AS constraint_name, pg_get_constraintdef(c.oid) AS constraint_by
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype <> 'f'
    WHERE i.indrelid = CAST(:table AS regclass)
        AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = i.indexrelid)
    ORDER BY i.indexrelid
    """
)
# Those of migration 0008, which look up what new rows name: they keep a copy of every row until its statement ends.
_REFERENCES = text(
    """
    SELECT quote_ident(tgname) AS name, pg_get_triggerdef(oid) AS made_by
    FROM pg_trigger
    WHERE tgrelid = CAST(:table AS regclass) AND tgname LIKE :names AND tgenabled = 'O'
    ORDER BY tgname
    """
)
_OURS = text("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = CAST(:table AS regclass)")


class _Part(NamedTuple):
    """How to drop an index or a trigger and how to make it again."""

    drop: str
    make: str


@contextmanager
def shut_while_filled(connection: Connection, table: Table, rows: int) -> Iterator[None]:
    """Within, `rows` rows are put into the table, whose references the caller has proven: as on SQLite.

    Nothing happens unless the table is empty and the rows are many. Each single entry into an index of several
    columns takes longer than the row. The table is shut until the transaction ends, to readers too: they would have
    found nothing in it. Where somebody is reading or writing it at this moment, nobody waits, and nothing changes.
    """
    if (
        connection.dialect.name != "postgresql"
        or rows < FEWEST_FOR_NEW_INDEXES
        or not _shut(connection, table)
    ):
        yield
        return
    parts = [*_indexes(connection, table), *_references(connection, table)]
    for part in parts:
        connection.execute(text(part.drop))
    yield
    connection.execute(text(f"SET LOCAL maintenance_work_mem = '{ROOM_FOR_AN_INDEX}'"))
    for part in parts:
        connection.execute(text(part.make))


def _shut(connection: Connection, table: Table) -> bool:
    """Lock the table if it is ours, empty and nobody holds it; without waiting, so that no reader is in the way."""
    if not connection.scalar(_OURS, {"table": table.name}) or not _is_empty(connection, table):
        return False
    try:
        with connection.begin_nested():
            connection.execute(text(f"LOCK TABLE {table.name} IN ACCESS EXCLUSIVE MODE NOWAIT"))
    except OperationalError:
        return False
    return _is_empty(connection, table)  # another loader may have been first


def _is_empty(connection: Connection, table: Table) -> bool:
    return not connection.scalar(select(select(table.c.clinic).exists()))


def _references(connection: Connection, table: Table) -> list[_Part]:
    names = f"{table.name}\\_has\\_its\\_%\\_insert"
    found = connection.execute(_REFERENCES, {"table": table.name, "names": names}).all()
    return [_Part(f"DROP TRIGGER {name} ON {table.name}", made_by) for name, made_by in found]


def _indexes(connection: Connection, table: Table) -> list[_Part]:
    found = connection.execute(_INDEXES, {"table": table.name}).all()
    return [_index(table.name, *row) for row in found]


def _index(table: str, name: str, made_by: str, constraint: str | None, constraint_by: str | None) -> _Part:
    if constraint is None:
        return _Part(f"DROP INDEX {name}", made_by)
    alter = f"ALTER TABLE {table}"
    return _Part(
        f"{alter} DROP CONSTRAINT {constraint}", f"{alter} ADD CONSTRAINT {constraint} {constraint_by}"
    )
