"""One command, one load, one transaction: stage, merge, derive, record - or nothing at all."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from time import perf_counter
from typing import Literal

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from etl import ledger
from etl.check import TableCheck
from etl.contract import TABLES
from etl.database import database_errors
from etl.entries import put_entries_back
from etl.errors import FileStop, IdentifiersFound, LoadError, Problem
from etl.first_load import is_first, knows_scores, prepare_facts
from etl.identifiers import shown_file_name
from etl.load_notes import ended_long_ago, late_returns
from etl.merge import leave_newer, merge, prepare
from etl.pseudonym import Pseudonyms
from etl.readers import rows_about
from etl.snapshot import MOST_VANISHED, delete_vanished, stored_rows
from etl.sources import Situation, Source, Sources
from etl.stage import Stage, add_refused_keys, add_rows, code_book, create_stage, watch_refused
from sql.deriving import has_rows
from sql.dialect import expect_many_rows
from sql.engine import analyse, own_connection, stop_looking_up_references
from sql.outcomes import derive_outcomes, touched_episode
from sql.scale_courses import leave_courses_behind
from sql.schema import episode
from sql.settings import setting_value

MOST_REJECTED = 0.05
TOLERANCE = 1e-9
MOST_PROBLEMS_KEPT = 100_000
DEFAULT_CLINIC = "main"

Progress = Callable[[str, int, int | None], None]
"""Told the file's name (or what is done after reading), rows since it was last told, and about how many there are."""
WRITING = "Writing into the store"


@dataclass(frozen=True)
class LoadRequest:
    """What to load (`find_sources` finds it). `as_of` None takes the manifest's day, else `today`.

    replay_of: the load whose refused lines are offered again (`replay_sources` finds them). pseudonyms: those that
    the mapping uses.
    """

    sources: Sources
    today: date
    clinic: str = DEFAULT_CLINIC
    as_of: date | None = None
    most_rejected: float = MOST_REJECTED
    most_vanished: float = MOST_VANISHED
    check_only: bool = False
    replay_of: int | None = None
    pseudonyms: Pseudonyms | None = None
    repairs_dates: bool = False


@dataclass
class FileReport:
    """What happened to one file. rows_read is the sum of the six counts after it."""

    number: int
    table: str
    name: str
    sha256: str
    skipped: bool = False
    rows_read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: int = 0
    filtered: int = 0
    normalised: int = 0
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    stopped_by: Problem | None = None
    stop_detail: str = ""
    mapping_sha256: str = ""
    leaves_out: tuple[str, ...] = ()


@dataclass
class LoadReport:
    """What happened in a load. status: loaded, refused (nothing kept), unchanged (nothing to do) or checked."""

    clinic: str
    as_of: date
    load_number: int | None = None
    status: Literal["loaded", "refused", "unchanged", "checked"] = "refused"
    files: list[FileReport] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    mode: str = "delta"
    replay_of: int | None = None
    vanished: Counter[str] = field(default_factory=Counter)
    key_fingerprint: str | None = None
    repairs_dates: bool = False
    outcomes_derived: int = 0
    seconds: float = 0.0
    locked_seconds: float = 0.0

    @property
    def rejected(self) -> int:
        """Rows refused in all files."""
        return sum(file.rejected for file in self.files)

    @property
    def changed(self) -> int:
        """Rows new or updated."""
        return sum(file.inserted + file.updated for file in self.files)

    @property
    def exit_code(self) -> int:
        """0 loaded, 1 loaded with rejects, 3 nothing loaded, 4 nothing loaded because of identifiers."""
        if self.status == "refused":
            found = any(file.stopped_by and file.stopped_by.rule == "identifiers" for file in self.files)
            return IdentifiersFound.exit_code if found else LoadError.exit_code
        return 1 if self.rejected else 0


class _Refused(Exception):
    """Rolls the load back; the reason is in the report."""


def load(
    engine: Engine, request: LoadRequest, progress: Progress = lambda _name, _rows, _of: None
) -> LoadReport:
    """Load files into the store, all or nothing.

    Raises
    ------
    LoadError
        if sample and real data would be mixed.
    StoreError
        if the database refuses.
    """
    began, started_at = perf_counter(), datetime.now(UTC).replace(tzinfo=None)
    sources = request.sources
    report = LoadReport(request.clinic, request.as_of or sources.as_of or request.today)
    report.notes += sources.notes
    report.mode, report.replay_of = sources.mode, request.replay_of
    report.repairs_dates = request.repairs_dates
    report.files = [
        FileReport(
            number,
            source.table,
            shown_file_name(source.name, number),
            source.sha256,
            mapping_sha256=source.mapping_sha256,
            leaves_out=source.leaves_out,
        )
        for number, source in enumerate(sources.files, start=1)
    ]
    with own_connection(engine) as connection, database_errors("Nothing was loaded"):
        _settle_what_is_new(connection, report, sources)
        if report.status != "unchanged":
            with connection.begin():
                stages = _stage_files(connection, report, sources.files, progress)
            progress(WRITING, 0, None)
            _merge_all(connection, report, request, stages, started_at, sample=sources.sample)
    if report.status == "loaded":
        with suppress(DBAPIError):  # the load is done, whether or not the planner learns of it
            analyse(engine)
    report.seconds = perf_counter() - began
    return report


def _settle_what_is_new(connection: Connection, report: LoadReport, sources: Sources) -> None:
    """Mark files whose content is already in; refuse to mix sample and real data."""
    with connection.begin():
        _refuse_mixture(connection, sample=sources.sample)
        first = not has_rows(connection, episode, report.clinic)
        if first and not any(source.table == "episodes" for source in sources.files):
            raise LoadError(
                "The clinic's first load needs episodes.csv: everything else belongs to an episode."
            )
        for table in {source.table for source in sources.files} if report.replay_of is None else ():
            files = [file for file in report.files if file.table == table]
            contents = {(file.sha256, file.mapping_sha256) for file in files}
            if contents == ledger.latest_contents(connection, report.clinic, table, report.mode):
                for file in files:
                    file.skipped = True
        known = ledger.known_as_of(connection, report.clinic)
        nothing_new = (
            all(file.skipped for file in report.files) and known is not None and known >= report.as_of
        )
    if nothing_new:
        report.status = "unchanged"


def _refuse_mixture(connection: Connection, *, sample: bool) -> None:
    there = ledger.sample_of_store(connection)
    if there is not None and there != sample:
        kinds = ("sample", "real") if there else ("real", "sample")
        raise LoadError(
            f"The store holds {kinds[0]} data and these files are {kinds[1]} data. "
            "Use another database: set RETURN_TO_RUN_DATABASE_URL."
        )


def _stage_files(
    connection: Connection, report: LoadReport, sources: Sequence[Source], progress: Progress
) -> list[Stage]:
    """Check every file and stage its good rows; files of a table with the same columns share a stage."""
    expect_many_rows(connection)
    touched_episode.create(connection)
    stages: dict[tuple[str, tuple[str, ...]], Stage] = {}
    gc.disable()  # millions of short-lived tuples and no cycles: collecting costs a fifth of the time
    try:
        for file, source in zip(report.files, sources, strict=True):
            if not file.skipped:
                _stage_file(connection, report, file, source, stages, progress)
    finally:
        gc.enable()
    for stage in stages.values():
        prepare(connection, stage)
    prepare_facts(connection, report.clinic, list(stages.values()))
    return list(stages.values())


def _stage_file(
    connection: Connection,
    report: LoadReport,
    file: FileReport,
    source: Source,
    stages: dict[tuple[str, tuple[str, ...]], Stage],
    progress: Progress,
) -> None:
    try:
        reader = source.open(Situation(connection, report.clinic, report.as_of))
        check = TableCheck(
            TABLES[source.table],
            file.name,
            reader,
            report.as_of.isoformat(),
            whole=report.replay_of is None,
            repairs_dates=report.repairs_dates,
        )
        file.warnings = check.warnings
        key = (source.table, check.stored_names)
        if key not in stages:
            constants = _constants(connection, report.clinic, check)
            stages[key] = create_stage(connection, check.table, check.stored_names, constants, len(stages))
            _prepare(connection, report, stages[key], stages.values())
        about = rows_about(source.path)
        for chunk in check.chunks():
            file.rows_read += chunk.read
            file.rejected += chunk.rejected
            file.filtered += chunk.filtered
            room = MOST_PROBLEMS_KEPT - len(file.problems)
            file.problems += chunk.problems[: max(room, 0)]
            add_rows(connection, stages[key], file.number, chunk.lines, chunk.columns)
            add_refused_keys(connection, stages[key], chunk.refused_keys)
            progress(file.name, chunk.read, about)
        file.normalised = check.normalised + reader.normalised
        _compare_with_manifest(file, source)
    except FileStop as stop:
        file.stopped_by = Problem(file.name, stop.line, stop.column, stop.rule)
        file.stop_detail = stop.detail


def _prepare(connection: Connection, report: LoadReport, stage: Stage, stages: Iterable[Stage]) -> None:
    """What a new stage needs: short codes for episodes, and in snapshot mode the keys of refused rows."""
    if stage.table.name == "episodes":
        before = next((other.codes for other in stages if other.codes is not None), None)
        stage.codes = before or code_book(connection, report.clinic)
    if report.mode == "snapshot":
        watch_refused(connection, stage)


def _compare_with_manifest(file: FileReport, source: Source) -> None:
    if source.expected_sha256 is not None and source.expected_sha256 != source.sha256:
        raise FileStop("changed_content")
    if source.expected_rows is not None and source.expected_rows != file.rows_read:
        raise FileStop("fewer_rows", detail=f"{file.rows_read} rows, {source.expected_rows} expected")


def _constants(connection: Connection, clinic: str, check: TableCheck) -> dict[str, object]:
    """Values for columns that the files do not have; only new rows take them."""
    absent = [spec for spec in check.table.columns if spec.name not in check.staged_columns]
    constants: dict[str, object] = {
        spec.name: spec.default for spec in absent if spec.default is not None and spec.name != "episode_id"
    }
    if any(spec.name == "goal" for spec in absent):
        constants["goal"] = setting_value(connection, clinic, "default_goal")
        check.warnings.append(Problem(check.file_name, 1, "goal", "default_goal"))
    return constants


def _merge_all(
    connection: Connection,
    report: LoadReport,
    request: LoadRequest,
    stages: Sequence[Stage],
    started_at: datetime,
    *,
    sample: bool,
) -> None:
    """The load's one transaction; a refused load leaves only its record."""
    connection.execution_options(write_lock=True)
    if report.mode == "delta":  # a snapshot deletes, and what is deleted takes others along
        stop_looking_up_references(connection)
    try:
        with connection.begin():
            expect_many_rows(connection)
            locked = perf_counter()
            ledger.lock_clinic(connection, report.clinic)
            _refuse_mixture(connection, sample=sample)  # another loader may have been first
            report.load_number = ledger.next_number(connection, report.clinic, sample=sample)
            if any(file.stopped_by for file in report.files):
                raise _Refused
            _use_key(connection, report, request.pseudonyms)
            ledger.open_run(connection, report, started_at)
            first = is_first(connection, report.clinic)
            _merge_stages(connection, report, stages, request.most_vanished)
            _judge_rejects(report, request.most_rejected)
            put_entries_back(connection, report.clinic, report.load_number)
            scores = sum(file.inserted for file in report.files if file.table == "scores")
            known = knows_scores(connection, stages, scores, first=first)
            report.outcomes_derived = derive_outcomes(connection, report.clinic, knows_scores=known)
            leave_courses_behind(connection, report.clinic)
            report.notes += late_returns(connection, report.clinic)
            if request.as_of is None and request.sources.as_of is None:
                report.notes += ended_long_ago(connection, report.clinic, report.as_of)
            report.status = "loaded"
            ledger.close_run(connection, report)
            report.locked_seconds = perf_counter() - locked
            if request.check_only:
                report.status = "checked"
                raise _Refused
    except _Refused:
        report.load_number = None
        if report.status == "refused":
            _count_as_left_out(report)
        if not request.check_only:
            _record_refused(connection, report, started_at, sample=sample)


def _use_key(connection: Connection, report: LoadReport, pseudonyms: Pseudonyms | None) -> None:
    """Codes made under two keys would split every patient in two."""
    if pseudonyms is None or not pseudonyms.used:
        return
    report.key_fingerprint = pseudonyms.fingerprint
    before = ledger.latest_key(connection, report.clinic)
    if before is not None and before != pseudonyms.fingerprint:
        raise LoadError(
            "The clinic's codes were made with another key: the same patient would become another one. "
            f"Use the key with fingerprint {before}; this one has {pseudonyms.fingerprint}."
        )


def _merge_stages(
    connection: Connection, report: LoadReport, stages: Sequence[Stage], most_vanished: float
) -> None:
    """Table by table, episodes first: what a snapshot does not hold any more goes before the next table comes."""
    assert report.load_number is not None  # noqa: S101 - set by the caller
    snapshot = report.mode == "snapshot"
    before = stored_rows(connection, report.clinic) if snapshot else {}
    for table, group in groupby(stages, key=lambda stage: stage.table.name):
        of_table = list(group)
        for stage in of_table:
            _apply(report, stage, connection)
        unkeyed = sum(stage.unkeyed for stage in of_table)
        if unkeyed:
            report.notes.append(
                f"Refused rows of {table} ({unkeyed}) cannot be told from rows that vanished: no row of {table} "
                "was deleted. Correct them, then load the snapshot again."
            )
        elif snapshot:
            report.vanished += delete_vanished(connection, of_table, report.clinic, report.load_number)
    _judge_vanished(report, before, most_vanished)


def _judge_vanished(report: LoadReport, before: Mapping[str, int], most_vanished: float) -> None:
    for table, gone in report.vanished.items():
        if gone > most_vanished * before[table] + TOLERANCE:
            report.notes.append(
                f"{gone} of {before[table]} rows of {table} are not in this snapshot, more than "
                f"{100 * most_vanished:g} %: nothing was loaded. Check that the export is complete, or allow more "
                "with --max-vanished."
            )
            raise _Refused


def _apply(report: LoadReport, stage: Stage, connection: Connection) -> None:
    assert report.load_number is not None  # noqa: S101 - set by the caller
    files = {file.number: file for file in report.files}
    if report.replay_of is not None:
        for number, count in leave_newer(connection, stage, report.clinic, report.replay_of).items():
            files[number].filtered += count
    result = merge(connection, stage, report.clinic, report.load_number)
    for name in ("inserted", "updated", "unchanged", "duplicate"):
        counts: Counter[int] = getattr(result, name)
        for number, count in counts.items():
            setattr(files[number], name, getattr(files[number], name) + count)
    for (number, line), column, rule in result.refused:
        if rule in files[number].leaves_out:
            files[number].filtered += 1
            continue
        files[number].rejected += 1
        files[number].problems.append(Problem(files[number].name, line, column, rule))
    for number, line, column in result.kept.cells:
        files[number].warnings.append(Problem(files[number].name, line, column, "entry_kept"))
    for number, count in result.kept.rows_left_out.items():
        files[number].filtered += count
    for column in result.lost_zeros:
        file = files[min(result.inserted)]
        file.warnings.append(Problem(file.name, 1, column, "leading_zeros"))


def _judge_rejects(report: LoadReport, most_rejected: float) -> None:
    for file in report.files:
        file.problems.sort(key=lambda problem: (problem.line, problem.column))
    read, rejected = sum(file.rows_read for file in report.files), report.rejected
    if rejected > most_rejected * read + TOLERANCE:
        report.notes.append(
            f"{rejected} of {read} rows were refused, more than {100 * most_rejected:g} %: nothing was loaded. "
            "Correct the files, or allow more with --max-rejected."
        )
        raise _Refused


def _count_as_left_out(report: LoadReport) -> None:
    """Nothing was kept: rows that were neither refused nor repeated are left out, and the six counts add up."""
    report.vanished.clear()
    for file in report.files:
        file.inserted = file.updated = file.unchanged = 0
        file.filtered = file.rows_read - file.rejected - file.duplicate


def _record_refused(
    connection: Connection, report: LoadReport, started_at: datetime, *, sample: bool
) -> None:
    with connection.begin():
        ledger.lock_clinic(connection, report.clinic)
        there = ledger.sample_of_store(connection)
        report.load_number = ledger.next_number(
            connection, report.clinic, sample=sample if there is None else there
        )
        ledger.open_run(connection, report, started_at)
        ledger.close_run(connection, report)
