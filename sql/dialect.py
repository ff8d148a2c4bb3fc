"""The few expressions that SQLite and PostgreSQL spell differently. One function each, with its reason."""

from datetime import date
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Float,
    Integer,
    String,
    Table,
    Text,
    case,
    cast,
    func,
    text,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement


class epoch_day(FunctionElement[int]):  # noqa: N801 - reads as an SQL function
    """Days since 1970-01-01 of a date column. SQLite keeps dates as text, PostgreSQL as dates."""

    type = Integer()
    inherit_cache = True


@compiles(epoch_day, "sqlite")
def _epoch_day_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **kw)}) - 2440587.5 AS INTEGER)"


@compiles(epoch_day, "postgresql")
def _epoch_day_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} - DATE '1970-01-01')"


class unindexed(FunctionElement[str]):  # noqa: N801
    """A column that must not choose the index.

    Left alone, SQLite finds a clinic's episodes by the primary key and looks each of them up in the table: 0.85 s
    for 500,000, against 0.15 s from the covering index. PostgreSQL knows better.
    """

    type = String()
    inherit_cache = True


@compiles(unindexed)
def _unindexed(element: Any, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(unindexed, "sqlite")
def _unindexed_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"+{compiler.process(element.clauses, **kw)}"


class calendar_number(FunctionElement[int]):  # noqa: N801
    """A date as the number YYYYMMDD: 20 000 more is two years later, however many leap days lie between."""

    type = Integer()
    inherit_cache = True


@compiles(calendar_number, "sqlite")
def _calendar_number_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST(strftime('%Y%m%d', {compiler.process(element.clauses, **kw)}) AS INTEGER)"


@compiles(calendar_number, "postgresql")
def _calendar_number_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST(to_char({compiler.process(element.clauses, **kw)}, 'YYYYMMDD') AS INTEGER)"


class month_number(FunctionElement[int]):  # noqa: N801
    """Months since year 0 of a day that is counted since 1970-01-01: 12 times the year and 0 to 11."""

    type = Integer()
    inherit_cache = True


@compiles(month_number, "sqlite")
def _month_number_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    """Counted, not read: the two calls of strftime take three times as long.

    In years that begin in March the leap day comes last, and five months have 153 days. Right from March 1900 to
    February 2100: in between every fourth year is a leap year.
    """
    day = f"(({compiler.process(element.clauses, **kw)}) + 25508)"  # since 1900-03-01
    year = f"(4 * {day} + 3) / 1461"
    day_of_year = f"({day} - {year} * 1461 / 4)"
    return f"(12 * (1900 + {year}) + 2 + (5 * {day_of_year} + 2) / 153)"


@compiles(month_number, "postgresql")
def _month_number_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    day = f"(DATE '1970-01-01' + ({compiler.process(element.clauses, **kw)}))"
    return f"CAST(extract(year FROM {day}) * 12 + extract(month FROM {day}) - 1 AS INTEGER)"


class date_of_day(FunctionElement[date]):  # noqa: N801
    """The date of a number of days since 1970-01-01, to be compared with a date column."""

    type = Date()
    inherit_cache = True


@compiles(date_of_day, "sqlite")
def _date_of_day_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"date(2440587.5 + {compiler.process(element.clauses, **kw)})"


@compiles(date_of_day, "postgresql")
def _date_of_day_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"(DATE '1970-01-01' + ({compiler.process(element.clauses, **kw)}))"


class month_of_day(FunctionElement[str]):  # noqa: N801
    """The month (2024-05) of a number of days since 1970-01-01."""

    type = String()
    inherit_cache = True


@compiles(month_of_day, "sqlite")
def _month_of_day_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"strftime('%Y-%m', 2440587.5 + {compiler.process(element.clauses, **kw)})"


@compiles(month_of_day, "postgresql")
def _month_of_day_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"to_char(DATE '1970-01-01' + ({compiler.process(element.clauses, **kw)}), 'YYYY-MM')"


class least(FunctionElement[int]):  # noqa: N801
    """Smallest of its arguments; none of them may be NULL (SQLite answers NULL, PostgreSQL skips it)."""

    type = Integer()
    inherit_cache = True


class greatest(FunctionElement[int]):  # noqa: N801
    """Largest of its arguments; none of them may be NULL."""

    type = Integer()
    inherit_cache = True


@compiles(least, "sqlite")
def _least_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"min({compiler.process(element.clauses, **kw)})"


@compiles(least, "postgresql")
def _least_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"least({compiler.process(element.clauses, **kw)})"


@compiles(greatest, "sqlite")
def _greatest_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"max({compiler.process(element.clauses, **kw)})"


@compiles(greatest, "postgresql")
def _greatest_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"greatest({compiler.process(element.clauses, **kw)})"


_LOCK = 7_072_847


def wait_for_lock(connection: Connection, name: str) -> None:
    """Hold the lock of that name until the transaction ends. On SQLite the write lock does it, for everything."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:lock, hashtext(:name))"), {"lock": _LOCK, "name": name}
        )


def count_again(connection: Connection, table: Table) -> None:
    """Let PostgreSQL look at whose rows a table has that has just grown.

    Of a clinic that it has never seen it expects one row, takes any index that begins with the clinic, and so
    reads all of its episodes once for every row of a load: 18 s for 4,000 episodes, against 1 s.
    """
    if connection.dialect.name == "postgresql":
        columns = [name for name in ("clinic", "episode_id", "patient_id") if name in table.c]
        connection.execute(text(f"ANALYZE {table.name} ({', '.join(columns)})"))


ROOM_FOR_SORTING_KIB = 64 * 1024


def expect_many_rows(connection: Connection) -> None:
    """Until the transaction ends, room for PostgreSQL to sort the rows of a load; never less than it has.

    It is made for many small questions: 4 MB, which would put a load's rows on disk again and again, and a
    compiler, which takes longer than it saves here.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL jit = off"))
        connection.execute(
            text(
                "SELECT set_config('work_mem', CAST(:room AS text), true) FROM pg_settings"
                " WHERE name = 'work_mem' AND CAST(setting AS bigint) < :room"
            ),
            {"room": ROOM_FOR_SORTING_KIB},
        )


def json_row(connection: Connection, columns: list[ColumnElement[Any]]) -> ColumnElement[Any]:
    """One JSON object of the columns, keyed by their names (the function's name differs)."""
    if connection.dialect.name == "sqlite":
        return func.json_object(*(part for column in columns for part in (column.key, _exact(column))))
    # PostgreSQL takes arguments of any type here, so each name must say that it is text.
    return func.json_build_object(*(part for column in columns for part in (cast(column.key, Text), column)))


def _exact(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """SQLite writes numbers into JSON with 15 digits, which is not always the same number; quote() is exact."""
    if not isinstance(column.type, Float):
        return column
    return case((column.is_(None), None), else_=func.json(func.quote(column)))


def from_json(
    connection: Connection, document: ColumnElement[Any], column: Column[Any]
) -> ColumnElement[Any]:
    """What `json_row` kept of a column, with the column's type. On SQLite a cast would make a date a number."""
    if connection.dialect.name == "sqlite":
        return type_coerce(func.json_extract(document, f"$.{column.name}"), column.type)
    return cast(document[column.name].as_string(), column.type)


class joined(FunctionElement[str]):  # noqa: N801
    """Aggregate: texts put together with a separator, in the order of the arguments after it.

    SQLite takes no order within an aggregate before version 3.44; it takes rows as the subquery sorted them.
    """

    type = Text()
    inherit_cache = True


@compiles(joined, "sqlite")
def _joined_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    words, between, *_ = (compiler.process(part, **kw) for part in element.clauses)
    return f"group_concat({words}, {between})"


@compiles(joined, "postgresql")
def _joined_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    words, between, *order = (compiler.process(part, **kw) for part in element.clauses)
    return f"string_agg({words}, {between} ORDER BY {', '.join(order)})"
