"""How each person's scores on each scale went, one row per episode and scale: what pages ask of scores.

Read from the scores themselves, a question about 100,000 people takes seconds. The rows are made when somebody first
asks after a load, and on the spot when something is entered on a page. While a clinic's rows are behind its scores,
`with_courses` reads the same rows from the scores: slower, never wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import TypeVarTuple

from sqlalchemy import (
    CTE,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import ColumnElement

from sql.deriving import of_touched
from sql.dialect import joined, unindexed, wait_for_lock
from sql.engine import own_connection, reading
from sql.pain_scores import BY_PATIENT
from sql.schema import clinic as clinic_table
from sql.schema import episode_outcome as outcome
from sql.schema import scale_course, score
from sql.score_codes import (
    STEP,
    nearest,
    nearest_before_first_visit,
    points,
    score_day,
    value_of,
    worse_first,
)

AT_FIRST_VISIT = (-28, 7)
"""Days of the score at the start, since the first visit."""
WINDOWS = {"week_6": (28, 42, 35), "week_12": (56, 84, 70), "week_26": (168, 196, 182)}
"""First, last and middle day of the windows of docs/methods.md; the column of each."""
DAYS_OF_WEEK, LAST_WEEK = 7, 27
BETWEEN_WEEKS = "|"
TRIES = 3

Columns = TypeVarTuple("Columns")

# SQLite then reads the scores in the order of their key, episode by episode: 0.7 s for 1,000,000 scores, against
# 2.1 s when it looks the scores of each episode up.
_CLINIC, _EPISODE = unindexed(score.c.clinic), unindexed(score.c.episode_id)


def with_courses(connection: Connection, statement: Select[*Columns]) -> Select[*Columns]:
    """The same statement, in which `scale_course` means the scores themselves while a clinic's rows are behind.

    A common table expression of that name stands before the table, on both databases.
    """
    return statement.add_cte(_every_row()) if are_behind(connection) else statement


@cache
def _every_row() -> CTE:
    """All rows under the table's name; putting the words together takes longer than many a question."""
    return course_rows().cte("scale_course")


def are_behind(connection: Connection) -> bool:
    """Whether a clinic was loaded since its rows were made."""
    return bool(connection.scalar(select(exists().where(clinic_table.c.courses_behind))))


def course_rows(*conditions: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    """The columns of `scale_course`, from patients' own scores under these conditions.

    Of several scores on one day the worse counts, of several in a week the first.
    """
    w = _weeks(*conditions).subquery("weeks")
    c = w.c
    word = cast(c.week, String) + ":" + cast(c.first % STEP, String)
    windows = [points(func.min(c[name]), c.instrument).label(name) for name in WINDOWS]
    only = case((func.min(c.worst) == func.max(c.best), points(func.min(c.worst), c.instrument)))
    return select(
        c.clinic,
        c.episode_id,
        c.instrument,
        c.context,
        points(func.min(c.first_visit), c.instrument).label("first_visit"),
        *windows,
        func.max(c.last_day).label("last_day"),
        cast(func.sum(c.scores), Integer).label("scores"),
        only.label("only_value"),
        joined(case((c.week.between(0, LAST_WEEK), word)), BETWEEN_WEEKS, c.week).label("weeks"),
    ).group_by(c.clinic, c.episode_id, c.instrument, c.context)


def _weeks(*conditions: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    """One row per episode, scale and week since the first visit; earlier days stand in weeks below 0."""
    day, value = score_day(), worse_first()
    # Both databases round towards 0, and no day is below -28.
    week = (day + 4 * DAYS_OF_WEEK) // DAYS_OF_WEEK - 4
    keys = (score.c.clinic, score.c.episode_id, score.c.instrument, score.c.context)
    windows = [func.min(nearest(day, value, *span)).label(name) for name, span in WINDOWS.items()]
    return (
        select(
            *keys,
            week.label("week"),
            func.min(day * STEP + value).label("first"),
            func.min(value).label("worst"),
            func.max(value).label("best"),
            func.max(day).label("last_day"),
            func.count().label("scores"),
            func.min(nearest_before_first_visit(day, value, *AT_FIRST_VISIT)).label("first_visit"),
            *windows,
        )
        .select_from(outcome)
        .join(score, and_(outcome.c.clinic == _CLINIC, outcome.c.episode_id == _EPISODE))
        .where(score.c.reporter.in_(BY_PATIENT), *conditions)
        .group_by(*keys, "week")
    )


def score_of_week(word: str, instrument: str) -> tuple[int, float]:
    """Week and value of one of the words in `weeks`."""
    week, code = word.split(":")
    return int(week), value_of(int(code), instrument)


def renew_courses(connection: Connection, clinic: str) -> None:
    """Make the rows of the touched episodes anew, in the transaction of an entry."""
    connection.execute(delete(scale_course).where(of_touched(scale_course, clinic)))
    _insert(connection, course_rows(of_touched(score, clinic)))


def leave_courses_behind(connection: Connection, clinic: str) -> None:
    """Say that the clinic's rows are not those of its scores any more, in the transaction of a load."""
    own = clinic_table.c.code == clinic
    connection.execute(update(clinic_table).where(own).values(courses_behind=True))


def prepare_courses(engine: Engine) -> None:
    """Make the rows of every clinic that is behind, if the store lets itself be written.

    They are read without a lock and put in place under one; if something was loaded or entered meanwhile, again.
    """
    with suppress(DBAPIError), own_connection(engine) as connection:
        connection.execution_options(write_lock=False)
        with connection.begin():
            behind = connection.scalars(
                select(clinic_table.c.code).where(clinic_table.c.courses_behind)
            ).all()
        for clinic in behind:
            any(_prepare(connection, clinic) for _ in range(TRIES))


@contextmanager
def prepared(engine: Engine) -> Iterator[Connection]:
    """Like `reading`, for questions about scores: what they read is made first, if a load has left it behind."""
    prepare_courses(engine)
    with reading(engine) as connection:
        yield connection


def _prepare(connection: Connection, clinic: str) -> bool:
    connection.execution_options(write_lock=False)
    with connection.begin():
        version = _version(connection, clinic)
        _prepared.create(connection)
        rows = course_rows(score.c.clinic == clinic)
        connection.execute(insert(_prepared).from_select(list(_prepared.c.keys()), rows))
    connection.execution_options(write_lock=True)
    with connection.begin():
        wait_for_lock(connection, f"clinic {clinic}")
        current = _version(connection, clinic) == version
        if current:
            connection.execute(delete(scale_course).where(scale_course.c.clinic == clinic))
            _insert(connection, select(_prepared))
            own = clinic_table.c.code == clinic
            connection.execute(update(clinic_table).where(own).values(courses_behind=False))
        _prepared.drop(connection)
    return current


_prepared = Table(
    "prepared_course",
    MetaData(),
    *(Column(c.name, c.type, primary_key=c.primary_key) for c in scale_course.c),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
"""In the order of the key, so that SQLite holds its lock for a copy only."""


def _version(connection: Connection, clinic: str) -> int | None:
    return connection.scalar(select(clinic_table.c.version).where(clinic_table.c.code == clinic))


def _insert(connection: Connection, rows: Select[tuple[object, ...]]) -> None:
    connection.execute(insert(scale_course).from_select(list(scale_course.c.keys()), rows))
