"""Temporary tables that hold a load's checked rows. Writing them locks nothing in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from secrets import token_hex
from typing import Any, Literal

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from etl.contract import TABLES, TableSpec
from etl.parse import Stored
from etl.writing import write_rows
from sql.schema import KEY, episode, metadata
from sql.short_code import CodeBook

ADDRESS = ("seq", "file", "line")
GIVEN = ("token", "short_code")
TOKEN_BYTES = 16


@dataclass
class Stage:
    """Rows of one input table whose files have the same columns.

    names: columns of the store that the rows fill. constants: columns filled with one value for new rows only,
    because the files do not have them. `rows` is a temporary table: seq, file, line, then the columns. codes:
    gives episodes their short codes; all stages of a load share it. refused: in snapshot mode, a temporary table
    with the keys of refused rows; `unkeyed` counts those whose key cannot be read. keyed: the table itself takes each
    key once (SQLite, until a key comes again). `without_repeats`: found before the lock that no two rows have one key.
    has_first_days: the table of each episode's first day is made. has_facts: so is `score_facts`, from these rows.
    files: the numbers of those that rows came from.
    """

    table: TableSpec
    names: tuple[str, ...]
    constants: dict[str, object]
    rows: Table
    number: int
    keyed: bool = False
    count: int = 0
    codes: CodeBook | None = None
    refused: Table | None = None
    unkeyed: int = 0
    without_repeats: bool = False
    has_first_days: bool = False
    has_facts: bool = False
    files: set[int] = field(default_factory=set)

    @property
    def target(self) -> Table:
        """The table of the store."""
        return metadata.tables[self.table.stored_in]

    @property
    def by_patient(self) -> bool:
        """True if some rows may name the patient instead of the episode."""
        return self.table.by_patient and "patient_id" in self.names

    @property
    def compared(self) -> tuple[str, ...]:
        """Columns whose change makes an update: those in the file that are not part of the key."""
        stored = [name for name in self.names if name in self.target.c]
        return tuple(name for name in stored if name not in self.table.key)

    @property
    def staged_key(self) -> tuple[str, ...]:
        """Key columns that a row has before the store is asked: the episode, and what its file holds."""
        return tuple(name for name in self.table.key if name in self.names or name == "episode_id")

    def value(self, name: str, rows: Table | None = None) -> ColumnElement[Any]:
        """The staged column (or that of another table of its rows), or the constant that stands for it."""
        if name in self.rows.c:
            return (self.rows if rows is None else rows).c[name]
        return literal(self.constants[name], type_=self.target.c[name].type)


def create_stage(
    connection: Connection,
    table: TableSpec,
    names: tuple[str, ...],
    constants: dict[str, object],
    number: int,
) -> Stage:
    """A new, empty stage."""
    key_defaults = {
        name: table.column(name).default for name in table.key if name not in names and name != "episode_id"
    }
    stage = Stage(table, names, {**key_defaults, **constants}, _rows_table(table.name, names, number), number)
    if connection.dialect.name == "sqlite":
        stage.keyed = (
            not stage.by_patient
        )  # rows that name the patient all have one episode, until it is found
        stage.rows = _rows_table(table.name, names, number, "once" if stage.keyed else "again")
    stage.rows.create(connection)
    return stage


@cache  # the same table again is the same object, so that its statements are compiled once
def _rows_table(
    name: str, names: tuple[str, ...], number: int, keys: Literal["none", "once", "again"] = "none"
) -> Table:
    """The temporary table. With keys (SQLite) it is ordered like the target, so that merging needs no sort.

    keys: "once" takes each key once, "again" any number of times.
    """
    table = TABLES[name]
    target = metadata.tables[table.stored_in]
    columns: list[Column[Any]] = [Column(name, Integer, nullable=False) for name in ADDRESS]
    found_later = [name for name in table.key if name not in names and _is_found_in_store(name, names)]
    columns += [Column(name, KEY, nullable=False, server_default="") for name in found_later]
    for name in names:
        kind = target.c[name].type if name in target.c else KEY
        columns.append(Column(name, kind, nullable=name not in table.key))
    if table.name == "episodes":
        columns += [Column(name, target.c[name].type, nullable=False) for name in GIVEN]
    key = [name for name in table.key if name in names or name == "episode_id"]
    key += ["seq"] if keys == "again" else []
    return Table(
        f"stage_{table.name}_{number}{'_again' if keys == 'again' else ''}",
        MetaData(),
        *columns,
        *([PrimaryKeyConstraint(*key)] if keys != "none" else []),
        prefixes=["TEMPORARY"],
        sqlite_with_rowid=False,
    )


def _is_found_in_store(key: str, names: tuple[str, ...]) -> bool:
    """True for key columns that the file lacks and the merge looks up, by the patient or the score's own code."""
    return key == "episode_id" or (key == "reporter" and "score_id" in names)


def watch_refused(connection: Connection, stage: Stage) -> None:
    """Snapshot mode: remember the keys of refused rows, which are no vanished ones."""
    rows = stage.rows.c
    stage.refused = Table(
        f"refused_{stage.rows.name}",
        MetaData(),
        *(Column(name, rows[name].type) for name in stage.staged_key),
        prefixes=["TEMPORARY"],
    )
    stage.refused.create(connection)
    if connection.dialect.name == "sqlite":
        Index(f"ix_{stage.refused.name}", *stage.refused.c).create(connection)


def add_refused_keys(connection: Connection, stage: Stage, keys: Sequence[tuple[Stored, ...] | None]) -> None:
    """Keys of rows that were refused before they were staged, None where one cannot be read."""
    if stage.refused is None:
        return
    found = [key for key in keys if key is not None]
    stage.unkeyed += len(keys) - len(found)
    if found:
        write_rows(connection, stage.refused.name, list(stage.staged_key), list(zip(*found, strict=True)))


def keep_refused_keys(connection: Connection, stage: Stage, where: ColumnElement[bool]) -> None:
    """Keys of staged rows that are about to be refused."""
    if stage.refused is not None:
        names = list(stage.staged_key)
        rows = stage.rows.c
        found = select(*(rows[name] for name in names)).where(where)
        connection.execute(insert(stage.refused).from_select(names, found.where(rows.episode_id != "")))
        nameless = select(func.count()).select_from(stage.rows).where(where, rows.episode_id == "")
        stage.unkeyed += connection.scalar(nameless) or 0


def code_book(connection: Connection, clinic: str) -> CodeBook:
    """The clinic's short codes, to draw new ones from."""
    book = CodeBook()
    for code in connection.scalars(select(episode.c.short_code).where(episode.c.clinic == clinic)):
        book.take(code)
    return book


def add_rows(
    connection: Connection,
    stage: Stage,
    file: int,
    lines: Sequence[int],
    columns: Sequence[Sequence[Stored]],
) -> None:
    """Put checked rows into the stage."""
    if not lines:
        return
    given = _given(stage, len(lines))
    names = [*ADDRESS, *stage.names, *given]
    seq = range(stage.count, stage.count + len(lines))
    filled = [
        _text_key(column) if stage.by_patient and name == "episode_id" else column
        for name, column in zip(stage.names, columns, strict=True)
    ]
    cells = [seq, [file] * len(lines), lines, *filled, *given.values()]
    if write_rows(connection, stage.rows.name, names, cells, once=stage.keyed) < len(lines):
        _take_repeats(connection, stage)
        write_rows(connection, stage.rows.name, names, cells)
    stage.count += len(lines)
    stage.files.add(file)


def _take_repeats(connection: Connection, stage: Stage) -> None:
    """A key came again: from now on the stage takes it as often as it comes, for the merge to settle.

    Rows of the block that showed it are left behind, because all of it is written again.
    """
    first, stage.keyed = stage.rows, False
    stage.rows = _rows_table(stage.table.name, stage.names, stage.number, "again")
    stage.rows.create(connection)
    before = select(*first.c).where(first.c.seq < stage.count)
    connection.execute(insert(stage.rows).from_select(list(first.c.keys()), before))
    first.drop(connection)


def _text_key(column: Sequence[Stored]) -> Sequence[Stored]:
    """Keys are never NULL: an episode yet to be found by its patient is an empty text."""
    return ["" if code is None else code for code in column]


def _given(stage: Stage, count: int) -> dict[str, list[str]]:
    """What every episode gets from us: a token and a short code."""
    if stage.table.name != "episodes":
        return {}
    assert stage.codes is not None  # noqa: S101 - episodes are staged with a code book
    drawn = token_hex(TOKEN_BYTES * count)  # at once: asking the system for each takes longer
    tokens = [drawn[place : place + 2 * TOKEN_BYTES] for place in range(0, len(drawn), 2 * TOKEN_BYTES)]
    return dict(zip(GIVEN, (tokens, list(map(stage.codes.new, tokens))), strict=True))
