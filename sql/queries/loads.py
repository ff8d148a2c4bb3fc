"""What the ledger says: the loads of a clinic, and the rows they refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from sql.schema import load_file, load_run, reject

COUNTS = ("rows_read", "inserted", "updated", "unchanged", "duplicate", "rejected", "filtered")


@dataclass(frozen=True)
class LoadedFile:
    """One file of a load. rows_read is the sum of the six counts after it."""

    number: int
    table: str
    name: str
    skipped: bool
    stopped_by: str | None
    rows_read: int
    inserted: int
    updated: int
    unchanged: int
    duplicate: int
    rejected: int
    filtered: int


@dataclass(frozen=True)
class Load:
    """One load. open_rejects: places that were refused and not offered again; times are UTC."""

    load_number: int
    status: str
    as_of: date
    started_at: datetime
    finished_at: datetime
    program_version: str
    mode: str
    vanished: int
    replay_of: int | None
    key_fingerprint: str | None
    rolled_back_at: datetime | None
    open_rejects: int
    files: tuple[LoadedFile, ...]

    def total(self, count: str) -> int:
        """One of the counts over all files."""
        return sum(getattr(file, count) for file in self.files)


@dataclass(frozen=True)
class Reject:
    """One refused place: where and why, never what. replayed_in: the load that offered the row again."""

    load_number: int
    table: str
    file: str
    line: int
    column: str
    rule: str
    shape: str
    replayed_in: int | None


def loads(connection: Connection, clinic: str) -> list[Load]:
    """The clinic's loads, newest first."""
    files: dict[int, list[LoadedFile]] = {}
    file = load_file.c
    names = ("file_number", "table_name", "file_name", "skipped", "stopped_by", *COUNTS)
    rows = select(file.load_number, *(file[name] for name in names)).where(file.clinic == clinic)
    for number, *values in connection.execute(rows.order_by(file.load_number, file.file_number)):
        files.setdefault(number, []).append(LoadedFile(*values))
    still_open = (
        select(reject.c.load_number, func.count().label("places"))
        .where(reject.c.clinic == clinic, reject.c.replayed_in.is_(None))
        .group_by(reject.c.load_number)
    )
    places = {row.load_number: row.places for row in connection.execute(still_open)}
    runs = select(load_run).where(load_run.c.clinic == clinic).order_by(load_run.c.load_number.desc())
    return [
        Load(
            load_number=run.load_number,
            status=run.status,
            as_of=run.as_of,
            started_at=run.started_at,
            finished_at=run.finished_at,
            program_version=run.program_version,
            mode=run.mode,
            vanished=run.vanished,
            replay_of=run.replay_of,
            key_fingerprint=run.key_fingerprint,
            rolled_back_at=run.rolled_back_at,
            open_rejects=places.get(run.load_number, 0),
            files=tuple(files.get(run.load_number, ())),
        )
        for run in connection.execute(runs)
    ]


def rejects(connection: Connection, clinic: str, load_number: int | None = None) -> list[Reject]:
    """What a load refused; without a number, all that is open in loads that stand and in the newest load."""
    wanted = reject.c.load_number == load_number if load_number is not None else _open(connection, clinic)
    file = and_(
        load_file.c.clinic == reject.c.clinic,
        load_file.c.load_number == reject.c.load_number,
        load_file.c.file_number == reject.c.file_number,
    )
    question = (
        select(
            reject.c.load_number, load_file.c.table_name, load_file.c.file_name, reject.c.line,
            reject.c.column_name, reject.c.rule, reject.c.shape, reject.c.replayed_in,
        )
        .join(load_file, file)
        .where(reject.c.clinic == clinic, wanted)
        .order_by(reject.c.load_number.desc(), reject.c.reject_number)
    )  # fmt: skip
    return [Reject(*row) for row in connection.execute(question)]


def has_load(connection: Connection, clinic: str, load_number: int) -> bool:
    """Whether the clinic has a load of that number."""
    run = (load_run.c.clinic == clinic) & (load_run.c.load_number == load_number)
    return connection.scalar(select(load_run.c.load_number).where(run)) is not None


def _open(connection: Connection, clinic: str) -> ColumnElement[bool]:
    mine = load_run.c.clinic == clinic
    newest = connection.scalar(select(func.max(load_run.c.load_number)).where(mine))
    standing = select(load_run.c.load_number).where(mine, load_run.c.status == "loaded")
    refused = select(load_run.c.load_number).where(
        mine, load_run.c.load_number == newest, load_run.c.status == "refused"
    )
    of_those = reject.c.load_number.in_(standing) | reject.c.load_number.in_(refused)
    return and_(reject.c.replayed_in.is_(None), of_those)
