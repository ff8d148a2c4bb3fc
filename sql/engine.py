"""From a database address to an engine that behaves the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError

from sql.counting import AGGREGATES

DEFAULT_URL = "sqlite:///return-to-run.db"
CACHE_KIB = 32 * 1024
LOADING_CACHE_KIB = 64 * 1024
BUSY_TIMEOUT_SECONDS = 60


class StoreError(Exception):
    """The store cannot be used; the message says why and what to do. Never holds row values."""


def open_engine(url: str) -> Engine:
    """Engine for a database address.

    Parameters are never shown in errors or logs, because they may be patient data.

    Raises
    ------
    StoreError
        if the address cannot be read or its driver is not installed.
    """
    address = _read_address(url)
    if address.get_backend_name() == "postgresql":
        return _postgresql_engine(address.set(drivername="postgresql+psycopg"))
    engine = create_engine(address, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def store_exists(url: str) -> bool:
    """False for a SQLite address whose file is not there yet (connecting would make an empty one)."""
    address = _read_address(url)
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        return True
    return Path(str(address.database)).exists()


def _read_address(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise StoreError(
            "The database address cannot be read. "
            "It looks like sqlite:///file.db or postgresql://user@host/name."
        ) from None
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(
            f"Databases of kind {address.get_backend_name()!r} are not supported: use sqlite or postgresql."
        )
    return address


@contextmanager
def using(engine: Engine) -> Iterator[Engine]:
    """An engine whose connections are closed afterwards, whatever happens."""
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def own_connection(engine: Engine) -> Iterator[Connection]:
    """A connection that is closed for good afterwards, and its temporary tables with it."""
    with engine.connect() as connection:
        connection.detach()
        keep_more_pages(connection)
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that holds the write lock from its first statement (SQLite: BEGIN IMMEDIATE).

    Raises
    ------
    StoreError
        if the database refuses; nothing is written then.
    """
    try:
        with engine.connect().execution_options(write_lock=True) as connection, connection.begin():
            yield connection
    except DBAPIError:  # its message may hold row values
        raise StoreError(
            "The database refused to be written. Check that it can be reached, has room and lets you write."
        ) from None


@contextmanager
def rebuilding(engine: Engine) -> Iterator[Connection]:
    """Like `writing`, for migrations: SQLite can remake a table only while foreign keys are off."""
    with engine.connect().execution_options(write_lock=True) as connection:
        _set_foreign_keys(connection, on=False)
        try:
            with connection.begin():
                yield connection
        finally:
            _set_foreign_keys(connection, on=True)


def keep_more_pages(connection: Connection) -> None:
    """For a load's connection: codes and tokens come in no order, and a page that is dropped is written each time."""
    _set_pragma(connection, f"main.cache_size = -{LOADING_CACHE_KIB}")


def stop_looking_up_references(connection: Connection) -> None:
    """For a connection that only adds rows whose references it has proven itself, and is closed afterwards.

    SQLite looks up every row's episode, therapist and person one by one, a third of the time that a large load
    holds the lock. A load asks once per episode instead, in the same transaction (`etl.merge`), and takes every
    other name from the rows themselves.
    """
    _set_foreign_keys(connection, on=False)


def _set_foreign_keys(connection: Connection, *, on: bool) -> None:
    """Outside a transaction: within one, SQLite passes over it."""
    _set_pragma(connection, f"foreign_keys = {'ON' if on else 'OFF'}")


def _set_pragma(connection: Connection, setting: str) -> None:
    """Through the driver: SQLAlchemy would begin a transaction for it."""
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA {setting}")
        cursor.close()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the store for as long as it is open.

    Raises
    ------
    StoreError
        if the store cannot be reached or read, at any time until it is closed.
    """
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":  # SQLite sees one state within a transaction anyway
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
    except DatabaseError as error:
        if not isinstance(error, OperationalError) and type(error) is not DatabaseError:
            raise  # a mistake of ours, not the database's state
        raise StoreError(
            "The database cannot be reached or read. Check its address, that it runs and that its disk is not full."
        ) from error


def _postgresql_engine(address: URL) -> Engine:
    try:
        engine = create_engine(address, hide_parameters=True, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise StoreError("PostgreSQL needs a driver: pip install 'psycopg[binary]'.") from None
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # SQLAlchemy's begin event starts transactions itself: the driver's own rules would commit half a migration.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    for store in (
        "main",
        "temp",
    ):  # codes and tokens come in no order: 2 MB, the default, would be read again and again
        cursor.execute(f"PRAGMA {store}.cache_size = -{CACHE_KIB}")
    cursor.close()
    for function, arguments in AGGREGATES.items():
        connection.create_aggregate(function.__name__, arguments, function)


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that has read and then writes fails at once when another has written: never upgrade.
    immediate = connection.get_execution_options().get("write_lock", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    # A killed client must not hold its locks until the network gives up.
    with connection.cursor() as cursor:
        cursor.execute("SET client_connection_check_interval = '1s'")
        cursor.execute("SET timezone = 'UTC'")
    connection.commit()


def analyse(engine: Engine) -> None:
    """Let PostgreSQL's planner know the new sizes, after a load. Questions to SQLite need no statistics."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
