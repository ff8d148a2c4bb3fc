"""Rows as they were: kept before a load changes or deletes them, so that the load can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, String, cast, insert, literal, select
from sqlalchemy.sql.elements import ColumnElement

from etl.contract import TableSpec
from sql.dialect import json_row
from sql.schema import history, metadata


def row_key(values: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """The key of a row as `history` has it: the values of its key columns with `|` between."""
    first, *others = (cast(value, String) for value in values)
    key: ColumnElement[str] = first
    for other in others:
        key = key + "|" + other
    return key


def keep_rows(
    connection: Connection, table: TableSpec, clinic: str, load_number: int, where: ColumnElement[bool]
) -> None:
    """Copy rows of a table to `history`. What a load changes twice is kept as it was before the first time."""
    target = metadata.tables[table.stored_in]
    key = row_key([target.c[name] for name in table.key])
    kept = select(history.c.row_key).where(
        history.c.clinic == clinic, history.c.load_number == load_number, history.c.table_name == target.name
    )
    rows = select(
        literal(clinic), literal(load_number), literal(target.name), key, json_row(connection, list(target.c))
    ).where(where, key.not_in(kept))
    names = ["clinic", "load_number", "table_name", "row_key", "old_row"]
    connection.execute(insert(history).from_select(names, rows))
