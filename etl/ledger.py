"""The record of loads: numbers, files, refused rows, and what was there before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from sqlalchemy import Connection, exists, func, insert, literal, select, update

from etl.contract import CONTRACT_VERSION
from sql.dialect import wait_for_lock
from sql.schema import clinic as clinic_table
from sql.schema import load_file, load_run, reject

if TYPE_CHECKING:
    from etl.load import FileReport, LoadReport


def lock_clinic(connection: Connection, clinic: str) -> None:
    """Let one loader at a time into a clinic."""
    wait_for_lock(connection, f"clinic {clinic}")


def sample_of_store(connection: Connection) -> bool | None:
    """Whether the store holds sample data (True) or real data (False); None before the first load."""
    loaded = exists(
        select(literal(1)).where(load_run.c.clinic == clinic_table.c.code, load_run.c.status == "loaded")
    )
    return connection.scalar(select(clinic_table.c.sample).where(loaded).limit(1))


def next_number(connection: Connection, clinic: str, *, sample: bool) -> int:
    """The clinic's next load number; a clinic new to the store is added."""
    if connection.scalar(select(clinic_table.c.code).where(clinic_table.c.code == clinic)) is None:
        connection.execute(insert(clinic_table).values(code=clinic, sample=sample, version=0))
    connection.execute(
        update(clinic_table)
        .where(clinic_table.c.code == clinic)
        .values(version=clinic_table.c.version + 1, sample=sample)
    )
    last = connection.scalar(select(func.max(load_run.c.load_number)).where(load_run.c.clinic == clinic))
    return (last or 0) + 1


def latest_contents(connection: Connection, clinic: str, table: str, mode: str) -> frozenset[tuple[str, str]]:
    """Contents (sha256 of file and mapping) of the clinic's latest load of a table, if it took all of it.

    Empty if a row was rejected, if the contract was another one, or if a snapshot is asked for and it was none.
    """
    run_of_file = (load_run.c.clinic == load_file.c.clinic) & (
        load_run.c.load_number == load_file.c.load_number
    )
    loaded = (
        select(load_file.c.load_number, load_run.c.contract_version, load_run.c.mode)
        .join(load_run, run_of_file)
        .where(
            load_file.c.clinic == clinic, load_file.c.table_name == table,
            load_run.c.status == "loaded", load_run.c.replay_of.is_(None), ~load_file.c.skipped,
        )
        .order_by(load_file.c.load_number.desc())
        .limit(1)
    )  # fmt: skip
    latest = connection.execute(loaded).first()
    if latest is None or latest.contract_version != CONTRACT_VERSION or mode not in ("delta", latest.mode):
        return frozenset()
    files = connection.execute(
        select(load_file.c.sha256, load_file.c.mapping_sha256, load_file.c.rejected).where(
            load_file.c.clinic == clinic,
            load_file.c.table_name == table,
            load_file.c.load_number == latest.load_number,
        )
    ).all()
    if any(row.rejected for row in files):
        return frozenset()
    return frozenset((row.sha256, row.mapping_sha256) for row in files)


def newest_standing(connection: Connection, clinic: str) -> int | None:
    """Number of the clinic's newest load that was neither refused nor taken back."""
    newest: int | None = connection.scalar(
        select(func.max(load_run.c.load_number)).where(
            load_run.c.clinic == clinic, load_run.c.status == "loaded"
        )
    )
    return newest


def latest_key(connection: Connection, clinic: str) -> str | None:
    """Fingerprint of the key under which the clinic's codes were made, in loads that stand."""
    return connection.scalar(
        select(load_run.c.key_fingerprint)
        .where(
            load_run.c.clinic == clinic,
            load_run.c.status == "loaded",
            load_run.c.key_fingerprint.is_not(None),
        )
        .order_by(load_run.c.load_number.desc())
        .limit(1)
    )


def known_as_of(connection: Connection, clinic: str) -> date | None:
    """The latest day that the clinic's loads describe."""
    latest: date | None = connection.scalar(
        select(func.max(load_run.c.as_of)).where(load_run.c.clinic == clinic, load_run.c.status == "loaded")
    )
    return latest


def open_run(connection: Connection, report: LoadReport, started_at: datetime) -> None:
    """Write the load's row, which everything it changes refers to."""
    connection.execute(
        insert(load_run).values(
            clinic=report.clinic,
            load_number=report.load_number,
            status=report.status,
            as_of=report.as_of,
            started_at=started_at,
            finished_at=started_at,
            contract_version=CONTRACT_VERSION,
            program_version=version("return-to-run"),
            mode=report.mode,
            replay_of=report.replay_of,
        )
    )


def close_run(connection: Connection, report: LoadReport) -> None:
    """Write how the load ended, its files and its rejects."""
    key = {"clinic": report.clinic, "load_number": report.load_number}
    run = (load_run.c.clinic == report.clinic) & (load_run.c.load_number == report.load_number)
    finished_at = datetime.now(UTC).replace(tzinfo=None)
    connection.execute(
        update(load_run)
        .where(run)
        .values(
            status=report.status,
            finished_at=finished_at,
            vanished=report.vanished.total(),
            key_fingerprint=report.key_fingerprint,
        )
    )
    if report.files:
        connection.execute(insert(load_file), [{**key, **_file_row(file)} for file in report.files])
    rejects = _reject_rows(report.files)
    if rejects:
        connection.execute(insert(reject), [{**key, **row} for row in rejects])
    if report.status == "loaded" and report.replay_of is not None:
        offered = (reject.c.clinic == report.clinic) & (reject.c.load_number == report.replay_of)
        still_open = offered & reject.c.replayed_in.is_(None)
        connection.execute(update(reject).where(still_open).values(replayed_in=report.load_number))


def _file_row(file: FileReport) -> dict[str, object]:
    counts = {
        name: getattr(file, name)
        for name in ("rows_read", "inserted", "updated", "unchanged", "duplicate", "rejected", "filtered")
    }
    return {
        "file_number": file.number,
        "table_name": file.table,
        "file_name": file.name,
        "sha256": file.sha256,
        "mapping_sha256": file.mapping_sha256,
        "skipped": file.skipped,
        "stopped_by": file.stopped_by.rule if file.stopped_by else None,
        **counts,
    }


def _reject_rows(files: Sequence[FileReport]) -> list[dict[str, object]]:
    addressed = [(file.number, problem) for file in files for problem in file.problems]
    return [
        {
            "reject_number": number,
            "file_number": file_number,
            "line": problem.line,
            "column_name": problem.column,
            "rule": problem.rule,
            "shape": problem.shape,
        }
        for number, (file_number, problem) in enumerate(addressed, start=1)
    ]
