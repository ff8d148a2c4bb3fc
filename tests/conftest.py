"""Fixtures: a store on SQLite and on PostgreSQL, one fresh for every test.

`store_url` and `engine` are a migrated, empty store; `blank_url` is an address where nothing is yet. Tests that
take them run twice; `-m "not postgresql"` leaves the second run out and starts no server. `sqlite_engine` is the
same on SQLite only.

Every test has a new file or database, but at the same address and through the same engine: so SQLAlchemy compiles
each statement once per run, which takes longer than the statements.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import fresh_file
from hypothesis import settings
from postgresql_server import PostgreSQL, running_server
from sqlalchemy import Engine

from sql.engine import open_engine
from sql.store import create_or_upgrade

settings.register_profile("project", derandomize=True, deadline=None, database=None)
settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--kills N`: how often a load is killed in tests/etl/test_load_crashes.py."""
    parser.addoption("--kills", type=int, default=0, help="kill so many loads on each database")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def backend(request: pytest.FixtureRequest) -> str:
    """The database that the test runs on."""
    return request.param


@pytest.fixture
def store_url(backend: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a migrated, empty store."""
    if backend == "sqlite":
        yield fresh_file(request.getfixturevalue("sqlite_place"), request.getfixturevalue("sqlite_template"))
        return
    server: PostgreSQL = request.getfixturevalue("postgresql_server")
    server.create("rtr_store", template=request.getfixturevalue("postgresql_template"))
    yield server.address("rtr_store")
    server.drop("rtr_store")


@pytest.fixture
def blank_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address where no store is yet: no file, or an empty database."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'blank.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql_server")
    server.create("rtr_blank")
    yield server.address("rtr_blank")
    server.drop("rtr_blank")


@pytest.fixture
def engine(store_url: str, engines: dict[str, Engine]) -> Iterator[Engine]:
    """Engine on a migrated, empty store."""
    engine = engines.setdefault(store_url, open_engine(store_url))
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(sqlite_place: Path, sqlite_template: Path, engines: dict[str, Engine]) -> Iterator[Engine]:
    """The same where the database does not matter."""
    url = fresh_file(sqlite_place, sqlite_template)
    engine = engines.setdefault(url, open_engine(url))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def engines() -> dict[str, Engine]:
    """One engine per address."""
    return {}


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where every test finds its SQLite file."""
    return tmp_path_factory.mktemp("sqlite") / "store.db"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    create_or_upgrade(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """One PostgreSQL server per session; under pytest-xdist every worker is a session."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: PostgreSQL) -> Iterator[str]:
    """A migrated database to copy."""
    postgresql_server.create("rtr_template")
    create_or_upgrade(postgresql_server.address("rtr_template")).dispose()
    yield "rtr_template"
    postgresql_server.drop("rtr_template")
