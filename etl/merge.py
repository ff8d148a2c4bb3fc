"""From a stage into the store, inside the load's one transaction: refuse, match by key, update, insert.

Rows are matched by key and content. What is updated keeps its old row in `history`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from etl.entries import KeptEntries, keep_entries
from etl.history import keep_rows, row_key
from etl.stage import GIVEN, Stage, code_book, keep_refused_keys
from sql.dialect import calendar_number, count_again, epoch_day
from sql.filling import shut_while_filled
from sql.indexes import indexes_made_afterwards
from sql.outcomes import touched_episode
from sql.schema import KEY, episode, history, patient, score, site, therapist

EARLIEST_BEFORE_FIRST_VISIT_DAYS = 28
LATEST_AFTER_FIRST_VISIT_YEARS = 2

Address = tuple[int, int]
"""File number and line."""

# Written out, not bound: only so does SQLite see that the partial index on score_id holds what is asked for.
NO_CODE: ColumnElement[str] = literal_column("''")

moved_score = Table(
    "moved_score", MetaData(), Column("score_id", KEY, primary_key=True), prefixes=["TEMPORARY"]
)


@dataclass
class MergeResult:
    """What became of a stage's rows, per file number."""

    inserted: Counter[int] = field(default_factory=Counter)
    updated: Counter[int] = field(default_factory=Counter)
    unchanged: Counter[int] = field(default_factory=Counter)
    duplicate: Counter[int] = field(default_factory=Counter)
    refused: list[tuple[Address, str, str]] = field(default_factory=list)
    """Address, column and rule of every row that the store refused."""
    kept: KeptEntries = field(default_factory=KeptEntries)
    lost_zeros: list[str] = field(default_factory=list)
    """Columns with a new code that differs from another one only by leading zeros."""


def merge(connection: Connection, stage: Stage, clinic: str, load_number: int) -> MergeResult:
    """Merge a stage; afterwards `touched_episode` also holds every episode that it changed."""
    result = MergeResult()
    if stage.by_patient:
        _find_episodes(connection, stage, clinic, result)
    if stage.table.by_patient:
        _refuse_misplaced(connection, stage, clinic, result)
    if not stage.without_repeats:
        _settle_repeated_rows(connection, stage, result)
    result.kept = keep_entries(connection, stage, clinic, load_number)
    if "reporter" in stage.rows.c and "reporter" not in stage.names:
        _find_reporters(connection, stage, clinic)
    moved = _take_out_moved_scores(connection, stage, clinic, load_number)
    _count_and_touch(connection, stage, clinic, result, moved)
    if stage.table.name == "episodes":
        _add_names(connection, stage, clinic, load_number)
        _renew_taken_codes(connection, stage, clinic)
    if result.updated:
        changed = and_(same_key(stage, clinic), _differs(stage))
        keep_rows(connection, stage.table, clinic, load_number, changed)
        _update(connection, stage, clinic)
    _insert(connection, stage, clinic, load_number, result)
    if result.inserted:
        count_again(connection, stage.target)
    if stage.table.name == "episodes" and result.inserted:
        result.lost_zeros = _lost_zeros(connection, clinic, load_number)
    return result


def leave_newer(connection: Connection, stage: Stage, clinic: str, since: int) -> Counter[int]:
    """For a replay: leave out rows that a load after `since` has brought, changed or deleted; counts per file."""
    later = select(history.c.row_key).where(
        history.c.clinic == clinic, history.c.load_number > since, history.c.table_name == stage.target.name
    )
    brought = exists(
        select(literal(1))
        .where(same_key(stage, clinic), stage.target.c.load_number > since)
        .correlate(stage.rows)
    )
    newer = or_(brought, row_key([stage.value(name) for name in stage.table.key]).in_(later))
    counts = _per_file(connection, stage, newer)
    connection.execute(delete(stage.rows).where(newer))
    return counts


def same_key(stage: Stage, clinic: str, rows: Table | None = None) -> ColumnElement[bool]:
    """A stored row has the key of a row of the stage, or of another table with the stage's `staged_key`."""
    target = stage.target.c
    found_later = set() if rows is None else set(stage.rows.c.keys()) - set(rows.c.keys())
    keys = [target[name] == stage.value(name, rows) for name in stage.table.key if name not in found_later]
    return and_(target.clinic == clinic, *keys)


def _is_there(stage: Stage, clinic: str) -> ColumnElement[bool]:
    return exists(select(literal(1)).where(same_key(stage, clinic)).correlate(stage.rows))


def _differs(stage: Stage) -> ColumnElement[bool]:
    changes = [stage.target.c[name].is_distinct_from(stage.rows.c[name]) for name in stage.compared]
    return or_(*changes) if changes else literal(value=False)


def _refuse(
    connection: Connection,
    stage: Stage,
    where: ColumnElement[bool],
    column: str,
    rule: str,
    result: MergeResult,
) -> None:
    rows = stage.rows.c
    addresses = connection.execute(select(rows.file, rows.line).where(where)).all()
    if addresses:
        keep_refused_keys(connection, stage, where)
        result.refused += [((row.file, row.line), column, rule) for row in addresses]
        connection.execute(delete(stage.rows).where(where))


def _find_episodes(connection: Connection, stage: Stage, clinic: str, result: MergeResult) -> None:
    """Attach rows that name the patient to that patient's course of the time.

    It is the course with the latest first visit not later than 28 days after the row's date.
    """
    rows, courses = stage.rows.c, episode.c
    happened = epoch_day(rows[_date_name(stage)])
    by_patient = rows.episode_id == ""
    possible = and_(
        courses.clinic == clinic,
        courses.patient_id == rows.patient_id,
        epoch_day(courses.first_visit_date) <= happened + EARLIEST_BEFORE_FIRST_VISIT_DAYS,
    )
    latest = (
        select(func.max(courses.first_visit_date)).where(possible).correlate(stage.rows).scalar_subquery()
    )
    at_latest = and_(
        courses.clinic == clinic, courses.patient_id == rows.patient_id, courses.first_visit_date == latest
    )
    age = calendar_number(rows[_date_name(stage)]) - calendar_number(latest)
    too_old = age > LATEST_AFTER_FIRST_VISIT_YEARS * 10_000
    column = "patient_id"
    _refuse(connection, stage, and_(by_patient, or_(latest.is_(None), too_old)), column, "no_course", result)
    courses_then = (
        select(func.count()).select_from(episode).where(at_latest).correlate(stage.rows).scalar_subquery()
    )
    _refuse(connection, stage, and_(by_patient, courses_then > 1), column, "two_courses", result)
    found = select(courses.episode_id).where(at_latest).correlate(stage.rows).scalar_subquery()
    connection.execute(update(stage.rows).where(by_patient).values(episode_id=found))


def _date_name(stage: Stage) -> str:
    return next(spec.name for spec in stage.table.columns if spec.kind == "date" and spec.required)


def _refuse_misplaced(connection: Connection, stage: Stage, clinic: str, result: MergeResult) -> None:
    """Rows without an episode, or dated long before it began. One look at each episode's first row settles most."""
    earliest, e = _first_days(connection, stage), episode.c
    known = and_(e.clinic == clinic, e.episode_id == earliest.c.episode_id)
    begins = epoch_day(e.first_visit_date) - EARLIEST_BEFORE_FIRST_VISIT_DAYS
    misplaced = (
        select(literal(1))
        .select_from(earliest.outerjoin(episode, known))
        .where(or_(e.episode_id.is_(None), epoch_day(earliest.c.day) < begins))
    )
    if connection.scalar(misplaced.limit(1)):
        _refuse_orphans(connection, stage, clinic, result)
        _refuse_too_early(connection, stage, clinic, result)


def _first_days(connection: Connection, stage: Stage) -> Table:
    """Each episode of the stage, the day of its first row there, and how many rows one key has at most.

    Made before the write lock where that can be. One pass, in the order of the key, answers both.
    """
    table = _first_days_table(stage.rows)
    if not stage.has_first_days:
        table.create(connection)
        rows = _days_of_keys(stage) if stage.keyed else _days_and_repeats(stage)
        connection.execute(insert(table).from_select(list(table.c.keys()), rows))
        stage.has_first_days = True
    return table


def _days_of_keys(stage: Stage) -> Select[Any]:
    """Of a stage whose own key has told that no two rows share one."""
    rows = stage.rows.c
    days = select(rows.episode_id, func.min(rows[_date_name(stage)]), literal(1))
    return days.group_by(rows.episode_id)


def _days_and_repeats(stage: Stage) -> Select[Any]:
    """Sorted first: PostgreSQL would hash the rows instead, which takes twice as long for files in some order."""
    key, _ = _own_keys(stage)[0]
    rows = select(*(stage.rows.c[name] for name in key)).order_by(*key).subquery("in_order").c
    of_a_key = (
        select(rows.episode_id, func.min(rows[_date_name(stage)]).label("day"), func.count().label("rows"))
        .group_by(*(rows[name] for name in key))
        .subquery("of_a_key")
        .c
    )
    days = select(of_a_key.episode_id, func.min(of_a_key.day), func.max(of_a_key.rows))
    return days.group_by(of_a_key.episode_id)


@cache
def _first_days_table(rows: Table) -> Table:
    return Table(
        f"first_days_{rows.name}",
        MetaData(),
        Column("episode_id", KEY, primary_key=True),
        Column("day", Date),
        Column("most_rows", Integer),
        prefixes=["TEMPORARY"],
        sqlite_with_rowid=False,
    )


def _refuse_orphans(connection: Connection, stage: Stage, clinic: str, result: MergeResult) -> None:
    e = episode.c
    known = exists(
        select(literal(1))
        .where(e.clinic == clinic, e.episode_id == stage.rows.c.episode_id)
        .correlate(stage.rows)
    )
    _refuse(connection, stage, ~known, "episode_id", "no_episode", result)


def _refuse_too_early(connection: Connection, stage: Stage, clinic: str, result: MergeResult) -> None:
    rows = stage.rows.c
    name = _date_name(stage)
    first_visit = (
        select(epoch_day(episode.c.first_visit_date))
        .where(episode.c.clinic == clinic, episode.c.episode_id == rows.episode_id)
        .correlate(stage.rows)
        .scalar_subquery()
    )
    too_early = epoch_day(rows[name]) < first_visit - EARLIEST_BEFORE_FIRST_VISIT_DAYS
    _refuse(connection, stage, too_early, name, "too_early", result)


def _settle_repeated_rows(connection: Connection, stage: Stage, result: MergeResult) -> None:
    """The same row twice: one is kept and the rest counted. The same key with other values: all refused."""
    for key, where in _own_keys(stage):
        if _has_repeats(connection, stage, key, where):
            _settle_repeated_keys(connection, stage, key, where, result)


def prepare(connection: Connection, stage: Stage) -> None:
    """Before the write lock: rows that name their episode can be compared and summed up without the store."""
    if stage.by_patient:
        return
    keys, repeats = _own_keys(stage), False
    if stage.table.by_patient:
        days = _first_days(connection, stage)
        repeats = (connection.scalar(select(func.max(days.c.most_rows))) or 0) > 1
    if stage.table.by_patient or stage.keyed:
        keys = keys[1:]
    stage.without_repeats = not repeats and not any(
        _has_repeats(connection, stage, key, where) for key, where in keys
    )


def _own_keys(stage: Stage) -> list[tuple[list[str], ColumnElement[bool]]]:
    """Columns that name a row, and the rows that they name."""
    rows = stage.rows.c
    keys: list[tuple[list[str], ColumnElement[bool]]] = [
        ([name for name in stage.table.key if name in rows], literal(value=True))
    ]
    return [*keys, (["score_id"], rows.score_id != "")] if "score_id" in stage.names else keys


def _has_repeats(connection: Connection, stage: Stage, key: list[str], where: ColumnElement[bool]) -> bool:
    repeated = select(literal(1)).select_from(stage.rows).where(where)
    repeated = repeated.group_by(*(stage.rows.c[name] for name in key)).having(func.count() > 1)
    return connection.scalar(repeated.limit(1)) is not None


def _settle_repeated_keys(
    connection: Connection, stage: Stage, key: list[str], where: ColumnElement[bool], result: MergeResult
) -> None:
    rows = stage.rows.c
    keys = [rows[name] for name in key]
    values = [value for value in rows if value.name in stage.target.c and value.name not in (*key, *GIVEN)]
    alike = [
        or_(
            and_(func.min(value) == func.max(value), func.count(value) == func.count()),
            func.count(value) == 0,
        )
        for value in values
    ]
    same_content = case((and_(literal(value=True), *alike), 1), else_=0)
    repeated = _repeated_table(stage.rows, tuple(key))
    repeated.create(connection)
    groups = (
        select(*keys, func.min(rows.seq), same_content).where(where).group_by(*keys).having(func.count() > 1)
    )
    connection.execute(insert(repeated).from_select(list(repeated.c.keys()), groups))
    found = [repeated.c[name] for name in key]
    extra = and_(
        tuple_(*keys).in_(select(*found).where(repeated.c.alike == 1)),
        rows.seq.not_in(select(repeated.c.kept)),
    )
    result.duplicate.update(_per_file(connection, stage, extra))
    connection.execute(delete(stage.rows).where(extra))
    conflicting = tuple_(*keys).in_(select(*found).where(repeated.c.alike == 0))
    _refuse(connection, stage, conflicting, "", "conflicting_rows", result)


@cache
def _repeated_table(rows: Table, key: tuple[str, ...]) -> Table:
    return Table(
        f"repeated_{rows.name}_{len(key)}",
        MetaData(),
        *(Column(name, rows.c[name].type) for name in key),
        Column("kept", Integer),
        Column("alike", Integer),
        prefixes=["TEMPORARY"],
    )


def _find_reporters(connection: Connection, stage: Stage, clinic: str) -> None:
    """A score with a code of its own keeps who scored it, where the file does not say."""
    rows = stage.rows.c
    known = (
        select(score.c.reporter)
        .where(score.c.clinic == clinic, score.c.score_id == rows.score_id, score.c.score_id != NO_CODE)
        .correlate(stage.rows)
        .scalar_subquery()
    )
    connection.execute(update(stage.rows).values(reporter=func.coalesce(known, "")))


def _take_out_moved_scores(
    connection: Connection, stage: Stage, clinic: str, load_number: int
) -> set[Address]:
    """A known score_id with another date, scale or episode is the same score, corrected.

    Its old row goes to history and out of the store; the new one will be inserted and counts as an update.
    """
    if stage.table.name != "scores" or "score_id" not in stage.names:
        return set()
    rows = stage.rows.c
    moved_score.create(connection)
    connection.execute(insert(moved_score).from_select(["score_id"], _moved_codes(stage, clinic)))
    codes = select(moved_score.c.score_id)
    found = connection.execute(select(rows.file, rows.line).where(rows.score_id.in_(codes))).all()
    if found:
        old = and_(score.c.clinic == clinic, score.c.score_id != NO_CODE, score.c.score_id.in_(codes))
        keep_rows(connection, stage.table, clinic, load_number, old)
        touch(connection, select(score.c.episode_id).where(old))
        connection.execute(delete(score).where(old))
    moved_score.drop(connection)
    return {(row.file, row.line) for row in found}


def _moved_codes(stage: Stage, clinic: str) -> Select[Any]:
    natural = [name for name in stage.table.key if name != "score_id"]
    return select(score.c.score_id).where(
        score.c.clinic == clinic,
        score.c.score_id == stage.rows.c.score_id,
        score.c.score_id != NO_CODE,
        or_(*(score.c[name] != stage.value(name) for name in natural)),
    )


def _count_and_touch(
    connection: Connection, stage: Stage, clinic: str, result: MergeResult, moved: set[Address]
) -> None:
    same, differs = same_key(stage, clinic), _differs(stage)
    staged = _per_file(connection, stage, literal(value=True))
    known = _per_file(connection, stage, same, stage.target)
    if known:
        result.updated = _per_file(connection, stage, and_(same, differs), stage.target)
    result.unchanged = known - result.updated
    result.inserted = staged - known
    for file, count in Counter(file for file, _ in moved).items():
        result.inserted[file] -= count
        result.updated[file] += count
    rows = stage.rows.c
    if known:
        touch(connection, select(rows.episode_id).where(~_is_there(stage, clinic)))
    else:
        _touch_all(connection, stage, result)
    if result.updated:
        touch(connection, select(rows.episode_id).where(same, differs))
        if stage.table.name == "episodes" and "patient_id" in stage.names:
            touch_courses_of_the_same_people(connection, and_(same, differs), clinic)


def _touch_all(connection: Connection, stage: Stage, result: MergeResult) -> None:
    """Every episode of the stage's rows. If no row was refused they are listed already, one row for each."""
    listed = stage.has_first_days and not result.refused
    rows = _first_days_table(stage.rows) if listed else stage.rows
    touch(connection, select(rows.c.episode_id), each_once=listed or stage.table.name == "episodes")


def touch_courses_of_the_same_people(
    connection: Connection, changed: ColumnElement[bool], clinic: str
) -> None:
    """An episode that leaves a person changes what came before that person's other courses."""
    others = episode.alias("others")
    touch(
        connection,
        select(others.c.episode_id).where(
            others.c.clinic == clinic, others.c.patient_id.in_(select(episode.c.patient_id).where(changed))
        ),
    )


def touch(connection: Connection, episodes: Select[Any], *, each_once: bool = False) -> None:
    """Have the outcomes of these episodes derived again."""
    found = (episodes if each_once else episodes.distinct()).subquery()
    there = exists(select(literal(1)).where(touched_episode.c.episode_id == found.c.episode_id))
    new = select(found.c.episode_id).where(~there)  # NOT IN: PostgreSQL would compare each with each
    connection.execute(insert(touched_episode).from_select(["episode_id"], new))


def _per_file(
    connection: Connection, stage: Stage, where: ColumnElement[bool], joined: Table | None = None
) -> Counter[int]:
    rows = stage.rows.c
    if len(stage.files) == 1:
        question = select(literal(next(iter(stage.files))), func.count()).select_from(stage.rows).where(where)
    else:
        question = select(rows.file, func.count()).select_from(stage.rows).where(where).group_by(rows.file)
    if joined is not None:
        question = question.join(joined, where)
    return Counter({row[0]: row[1] for row in connection.execute(question) if row[1]})


def _update(connection: Connection, stage: Stage, clinic: str) -> None:
    new = {name: stage.rows.c[name] for name in stage.compared}
    connection.execute(update(stage.target).where(same_key(stage, clinic), _differs(stage)).values(new))


def _renew_taken_codes(connection: Connection, stage: Stage, clinic: str) -> None:
    """Another load may have given out a short code after this one drew it."""
    rows, codes = stage.rows.c, stage.codes
    taken = select(episode.c.short_code).where(episode.c.clinic == clinic)
    clashing = connection.execute(select(rows.seq, rows.token).where(rows.short_code.in_(taken))).all()
    if clashing and codes is not None:
        codes.add(code_book(connection, clinic))
        for row in clashing:
            new = update(stage.rows).where(rows.seq == row.seq).values(short_code=codes.new(row.token))
            connection.execute(new)


def _add_names(connection: Connection, stage: Stage, clinic: str, load_number: int) -> None:
    """Sites, therapists and people are known by the episodes that name them."""
    for table, name in ((site, "site"), (therapist, "therapist"), (patient, "patient_id")):
        if name not in stage.rows.c and name not in stage.constants:
            continue
        value = stage.value(name)
        code = table.c["patient_id" if table is patient else "code"]
        known = exists(
            select(literal(1)).where(table.c.clinic == clinic, code == value).correlate(stage.rows)
        )
        named = select(literal(clinic), value, literal(load_number)).where(value.is_not(None), ~known)
        new = named.distinct().select_from(stage.rows)
        if name in stage.constants:  # a default for new episodes only
            new = new.where(~_is_there(stage, clinic))
        with shut_while_filled(connection, table, stage.count):
            connection.execute(insert(table).from_select(["clinic", code.name, "load_number"], new))


def _insert(connection: Connection, stage: Stage, clinic: str, load_number: int, result: MergeResult) -> None:
    target, all_new = stage.target, not result.updated and not result.unchanged
    names = [c.name for c in target.columns if c.name in stage.rows.c or c.name in stage.constants]
    new = (
        select(literal(clinic), literal(load_number), *(stage.value(name) for name in names))
        .select_from(stage.rows)
        .where(literal(value=True) if all_new else ~_is_there(stage, clinic))
    )
    indexes = target.indexes if target is episode else ()
    with (
        shut_while_filled(connection, target, stage.count),
        indexes_made_afterwards(connection, target, indexes, rows=result.inserted.total()),
    ):
        connection.execute(insert(target).from_select(["clinic", "load_number", *names], new))


def _lost_zeros(connection: Connection, clinic: str, load_number: int) -> list[str]:
    """Columns with a code of this load that differs from another one of the clinic only by leading zeros."""
    columns = []
    for table, name in ((episode, "episode_id"), (patient, "patient_id")):
        padded, plain, new = table.alias("padded"), table.alias("plain"), episode.alias("new")
        pairs = select(literal(1)).where(
            padded.c.clinic == clinic,
            padded.c[name].between("0", "1"),
            plain.c.clinic == clinic,
            plain.c[name] == func.ltrim(padded.c[name], "0"),
            plain.c[name] != padded.c[name],
            exists(select(literal(1)))
            .where(new.c.clinic == clinic, new.c.load_number == load_number)
            .where(new.c[name].in_([padded.c[name], plain.c[name]])),
        )
        if connection.scalar(pairs.limit(1)):
            columns.append(name)
    return columns
