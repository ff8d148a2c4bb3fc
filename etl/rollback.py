"""Taking a load back: the clinic's rows become what they were before it, in one transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from etl import ledger
from etl.contract import TABLES, TableSpec
from etl.database import database_errors
from etl.errors import UsageError
from etl.merge import touch
from sql.dialect import from_json
from sql.engine import analyse, own_connection
from sql.outcomes import derive_outcomes, touched_episode
from sql.scale_courses import leave_courses_behind
from sql.schema import (
    clinic as clinic_table,
)
from sql.schema import (
    episode,
    episode_outcome,
    history,
    load_run,
    metadata,
    patient,
    reject,
    site,
    therapist,
)
from sql.writes.clinic_entry import ENTRY_LOAD

CHILDREN = tuple(spec for spec in TABLES.values() if spec.by_patient)


@dataclass
class RollbackReport:
    """What taking a load back did: rows deleted and restored by table, and the as-of day that holds now."""

    clinic: str
    load_number: int
    deleted: Counter[str] = field(default_factory=Counter)
    restored: Counter[str] = field(default_factory=Counter)
    outcomes_derived: int = 0
    as_of: date | None = None


def roll_back(engine: Engine, clinic: str, load_number: int) -> RollbackReport:
    """Take the clinic's newest standing load back, exactly: or nothing happens.

    What it inserted is deleted, what it changed or deleted is restored from history, outcomes are derived again.

    Raises
    ------
    UsageError
        if it is not the newest load that stands.
    StoreError
        if the database refuses.
    """
    report = RollbackReport(clinic, load_number)
    with own_connection(engine) as connection, database_errors("Nothing was taken back"):
        connection.execution_options(write_lock=True)
        with connection.begin():
            ledger.lock_clinic(connection, clinic)
            _refuse_unless_newest(connection, clinic, load_number)
            touched_episode.create(connection)
            former = {spec.name: _unpack_history(connection, spec, report) for spec in TABLES.values()}
            _touch_all(connection, former, report)
            _delete_inserted(connection, report)
            _restore(connection, former, report)
            _forget_names(connection, report)
            report.outcomes_derived = derive_outcomes(connection, clinic)
            leave_courses_behind(connection, clinic)
            _record(connection, report)
            report.as_of = ledger.known_as_of(connection, clinic)
    analyse(engine)
    return report


def _refuse_unless_newest(connection: Connection, clinic: str, load_number: int) -> None:
    newest = ledger.newest_standing(connection, clinic)
    if newest is None:
        raise UsageError(f"Clinic {clinic!r} has no load that could be taken back.")
    if newest != load_number:
        raise UsageError(
            f"Only the newest load that stands can be taken back: load {newest}. See: return-to-run loads"
        )


def _unpack_history(connection: Connection, spec: TableSpec, report: RollbackReport) -> Table:
    """The rows of a table as they were before the load, in a temporary table like it.

    What the load itself brought and then changed was not there before.
    """
    target = metadata.tables[spec.stored_in]
    former = Table(
        f"former_{target.name}",
        MetaData(),
        *(Column(c.name, c.type, nullable=c.nullable) for c in target.c),
        PrimaryKeyConstraint(*spec.key),
        prefixes=["TEMPORARY"],
    )
    former.create(connection)
    values = [from_json(connection, history.c.old_row, column) for column in target.c]
    kept = select(*values).where(
        history.c.clinic == report.clinic,
        history.c.load_number == report.load_number,
        history.c.table_name == target.name,
        from_json(connection, history.c.old_row, target.c.load_number) != report.load_number,
    )
    connection.execute(insert(former).from_select([c.name for c in target.c], kept))
    return former


def _touch_all(connection: Connection, former: dict[str, Table], report: RollbackReport) -> None:
    """Every episode whose outcome may be another one without the load."""
    for spec in TABLES.values():
        target = metadata.tables[spec.stored_in]
        touch(connection, select(target.c.episode_id).where(*_brought(target, report)))
        touch(connection, select(former[spec.name].c.episode_id))
    whose, before = episode.alias("whose"), former["episodes"].c
    mine = and_(whose.c.clinic == report.clinic, whose.c.episode_id.in_(select(touched_episode.c.episode_id)))
    people = or_(
        episode.c.patient_id.in_(select(whose.c.patient_id).where(mine, whose.c.patient_id.is_not(None))),
        episode.c.patient_id.in_(select(before.patient_id).where(before.patient_id.is_not(None))),
    )
    touch(connection, select(episode.c.episode_id).where(episode.c.clinic == report.clinic, people))


def _brought(table: Table, report: RollbackReport) -> tuple[Any, Any]:
    return table.c.clinic == report.clinic, table.c.load_number == report.load_number


def _delete_inserted(connection: Connection, report: RollbackReport) -> None:
    for spec in CHILDREN:
        target = metadata.tables[spec.stored_in]
        done = connection.execute(delete(target).where(*_brought(target, report)))
        report.deleted[spec.name] = done.rowcount
    mine = select(episode.c.episode_id).where(*_brought(episode, report))
    for spec in CHILDREN:  # what was entered about them: it comes back with them, see etl/entries.py
        target = metadata.tables[spec.stored_in]
        entered = and_(target.c.clinic == report.clinic, target.c.load_number == ENTRY_LOAD)
        connection.execute(delete(target).where(entered, target.c.episode_id.in_(mine)))
    outcomes = delete(episode_outcome).where(episode_outcome.c.clinic == report.clinic)
    connection.execute(outcomes.where(episode_outcome.c.episode_id.in_(mine)))
    done = connection.execute(delete(episode).where(*_brought(episode, report)))
    report.deleted["episodes"] = done.rowcount


def _restore(connection: Connection, former: dict[str, Table], report: RollbackReport) -> None:
    """Episodes first: the others belong to them. An episode that is there is changed back, not replaced."""
    for spec in TABLES.values():
        target, rows = metadata.tables[spec.stored_in], former[spec.name]
        report.restored[spec.name] = connection.scalar(select(func.count()).select_from(rows)) or 0
        if not report.restored[spec.name]:
            continue
        names = [c.name for c in target.c]
        same = and_(target.c.clinic == report.clinic, *(target.c[name] == rows.c[name] for name in spec.key))
        if spec.name == "episodes":
            values = {name: rows.c[name] for name in names if name not in ("clinic", *spec.key)}
            connection.execute(update(target).where(same).values(values))
        else:
            keys = tuple_(*(target.c[name] for name in spec.key))
            there = keys.in_(select(*(rows.c[name] for name in spec.key)))
            connection.execute(delete(target).where(target.c.clinic == report.clinic, there))
        missing = ~exists(select(literal(1)).where(same).correlate(rows))
        connection.execute(insert(target).from_select(names, select(rows).where(missing)))


def _forget_names(connection: Connection, report: RollbackReport) -> None:
    for table in (site, therapist, patient):
        connection.execute(delete(table).where(*_brought(table, report)))


def _record(connection: Connection, report: RollbackReport) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    run = and_(*_brought(load_run, report))
    connection.execute(update(load_run).where(run).values(status="rolled_back", rolled_back_at=now))
    connection.execute(delete(history).where(*_brought(history, report)))
    offered = and_(reject.c.clinic == report.clinic, reject.c.replayed_in == report.load_number)
    connection.execute(update(reject).where(offered).values(replayed_in=None))
    moved = update(clinic_table).where(clinic_table.c.code == report.clinic)
    connection.execute(moved.values(version=clinic_table.c.version + 1))
