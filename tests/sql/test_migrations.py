"""The migrations make exactly the tables of sql/schema.py, on both databases, and survive a kill."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, String, inspect, text

from sql.engine import open_engine, reading, rebuilding
from sql.schema import metadata
from sql.store import _config, create_or_upgrade, open_store

# Upgrades a store and kills its own process when the Nth statement that changes the schema is about to run.
KILLED_UPGRADE = """
import os, signal, sys
from sqlalchemy import Engine, event
from sql.store import create_or_upgrade

left = int(sys.argv[2])

@event.listens_for(Engine, "before_cursor_execute")
def count_down(connection, cursor, statement, *_):
    global left
    if statement.lstrip().startswith(("CREATE", "INSERT")):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

create_or_upgrade(sys.argv[1])
"""


SQLITE_ONLY = "ix_episode_outcome_cohort"
KEYS_OF_SQLITE_ONLY = {
    "fk_score_episode", "fk_episode_outcome_episode", "fk_patient_clinic", "fk_episode_clinic",
    "fk_episode_patient", "fk_episode_therapist", "fk_episode_site",
}  # fmt: skip


def differences(engine: Engine) -> list[object]:
    """What Alembic would have to change to get from the store to sql/schema.py."""

    def meant_here(_item, name, *_):
        return engine.dialect.name == "sqlite" or name not in {SQLITE_ONLY, *KEYS_OF_SQLITE_ONLY}

    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"include_object": meant_here})
        return compare_metadata(context, metadata)


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_a_migrated_store_equals_the_schema(engine):
    assert differences(engine) == []


def test_every_table_and_column_of_the_schema_says_what_it_holds():
    for table in metadata.tables.values():
        assert table.comment
        assert all(column.comment for column in table.columns), table.name


def test_the_clinic_leads_every_key_of_the_facts():
    for table in metadata.tables.values():
        if table.name == "clinic":
            continue
        assert next(iter(table.primary_key.columns)).name == "clinic"
        for foreign_key in table.foreign_key_constraints:
            assert foreign_key.column_keys[0] == "clinic"


def test_the_covering_index_is_for_sqlite_only(engine):
    names = {index["name"] for index in inspect(engine).get_indexes("episode_outcome")}
    assert (SQLITE_ONLY in names) == (engine.dialect.name == "sqlite")


def test_text_is_compared_byte_by_byte(engine):
    """SQLite does so unless told otherwise; PostgreSQL would by the database's language."""
    if engine.dialect.name == "postgresql":
        columns = (c for table in metadata.tables for c in inspect(engine).get_columns(table))
        assert {c["type"].collation for c in columns if isinstance(c["type"], String)} == {"C"}


def test_tables_of_others_in_the_database_are_left_alone(blank_url):
    engine = open_engine(blank_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (word text, code varchar(5))"))
    before = str(inspect(engine).get_columns("theirs"))
    engine.dispose()
    engine = create_or_upgrade(blank_url)
    assert str(inspect(engine).get_columns("theirs")) == before
    engine.dispose()


def test_downgrade_leaves_nothing(engine):
    with rebuilding(engine) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert tables(engine) == set()


def test_an_upgraded_store_is_left_as_it_is(store_url):
    create_or_upgrade(store_url).dispose()
    engine = open_store(store_url)
    assert tables(engine) == set(metadata.tables)
    engine.dispose()


def test_several_programs_may_create_the_store_at_once(blank_url):
    create = "import sys; from sql.store import create_or_upgrade; create_or_upgrade(sys.argv[1])"
    programs = [subprocess.Popen([sys.executable, "-c", create, blank_url]) for _ in range(3)]
    assert [program.wait() for program in programs] == [0, 0, 0]
    engine = open_store(blank_url)
    assert differences(engine) == []
    engine.dispose()


@pytest.mark.parametrize("statement", [1, 12, 21])
def test_a_kill_in_a_migration_leaves_the_old_schema_and_the_next_upgrade_completes(tmp_path, statement):
    url = f"sqlite:///{tmp_path / 'store.db'}"
    killed = subprocess.run([sys.executable, "-c", KILLED_UPGRADE, url, str(statement)], check=False)
    assert killed.returncode == -signal.SIGKILL
    engine = open_engine(url)
    assert tables(engine) == set()
    engine.dispose()
    upgraded = create_or_upgrade(url)
    assert tables(upgraded) == set(metadata.tables)
    assert differences(upgraded) == []
    upgraded.dispose()
