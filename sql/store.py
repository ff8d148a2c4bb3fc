"""Opening a store: create or upgrade it, or say that there is none yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from sql.dialect import wait_for_lock
from sql.engine import StoreError, open_engine, reading, rebuilding, store_exists


def create_or_upgrade(url: str) -> Engine:
    """Engine on a store that has the newest schema. Only loading and the demo do this.

    The whole upgrade is one transaction that holds the write lock: a crash leaves the old schema or the new.

    Raises
    ------
    StoreError
        if the store is from a newer version, or cannot be written.
    """
    with _opened(url) as engine:
        revision = _revision(engine)
        if revision != _newest():
            _refuse_unknown(revision)
            with rebuilding(engine) as connection:
                wait_for_lock(connection, "schema")
                config = _config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
    return engine


def open_store(url: str) -> Engine:
    """Engine on an existing store, never changing it.

    Raises
    ------
    StoreError
        if there is no store, or one of another version.
    """
    if not store_exists(url):
        raise StoreError("There is no store yet. Load data first: return-to-run load FOLDER.")
    with _opened(url) as engine:
        revision = _revision(engine)
        if revision is None:
            raise StoreError("The database holds no store yet. Load data first: return-to-run load FOLDER.")
        _refuse_unknown(revision)
        if revision != _newest():
            raise StoreError(
                "The store is from an older version. Any load upgrades it: return-to-run load FOLDER."
            )
    return engine


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    """An engine that is closed again if its store cannot be used."""
    engine = open_engine(url)
    try:
        yield engine
    except BaseException:
        engine.dispose()
        raise


def _refuse_unknown(revision: str | None) -> None:
    known = {script.revision for script in _migrations().walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError("The store is from a newer version of Return to Run. Upgrade the program.")


def _revision(engine: Engine) -> str | None:
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _newest() -> str | None:
    return _migrations().get_current_head()


@cache
def _migrations() -> ScriptDirectory:
    """The migrations of this program, whose files are read once."""
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "sql:migrations")
    config.set_main_option("path_separator", "os")
    return config
