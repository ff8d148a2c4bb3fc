"""Fixtures: a store on SQLite and on PostgreSQL, one fresh for every test.

`store_url` and `engine` are a migrated, empty store; `blank_url` is an address where nothing is yet. Tests that
take them run twice; `-m "not postgresql"` leaves the second run out and starts no server.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from postgresql_server import PostgreSQL, running_server
from sqlalchemy import Engine

from sql.engine import open_engine
from sql.store import create_or_upgrade

settings.register_profile("project", derandomize=True, deadline=None, database=None)
settings.load_profile("project")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def backend(request: pytest.FixtureRequest) -> str:
    """The database that the test runs on."""
    return request.param


@pytest.fixture
def store_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a migrated, empty store."""
    if backend == "sqlite":
        path = tmp_path / "store.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql_server")
    database = server.create(template=request.getfixturevalue("postgresql_template"))
    yield server.address(database)
    server.drop(database)


@pytest.fixture
def blank_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address where no store is yet: no file, or an empty database."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'blank.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql_server")
    database = server.create()
    yield server.address(database)
    server.drop(database)


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    """Engine on a migrated, empty store."""
    engine = open_engine(store_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    create_or_upgrade(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """One PostgreSQL server per session (and per worker under pytest-xdist)."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: PostgreSQL) -> Iterator[str]:
    """A migrated database to copy."""
    database = postgresql_server.create()
    create_or_upgrade(postgresql_server.address(database)).dispose()
    yield database
    postgresql_server.drop(database)
