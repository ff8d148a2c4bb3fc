"""Addresses, engines and stores: every way in which a database can be wrong ends in one sentence."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from builders import load_tables, make_episode, make_score, rows_of
from sqlalchemy import select, text, update

from sql.engine import StoreError, open_engine, reading, store_exists, writing
from sql.schema import clinic, metadata
from sql.store import create_or_upgrade, open_store


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "address cannot be read"),
        ("return-to-run.db", "address cannot be read"),
        ("postgresql://user@host:port/name", "address cannot be read"),
        ("mysql://user@host/name", "'mysql' are not supported"),
        ("sqlite:////no/such/folder/store.db", "cannot be reached"),
    ],
)
def test_an_address_that_leads_nowhere_is_said(url, says):
    with pytest.raises(StoreError, match=says):
        create_or_upgrade(url)


@pytest.mark.parametrize("url", ["", "mysql://user@host/name"])
def test_a_wrong_address_is_said_before_a_file_is_looked_for(url):
    with pytest.raises(StoreError):
        store_exists(url)
    with pytest.raises(StoreError):
        open_store(url)


def test_an_address_never_shows_its_password():
    with pytest.raises(StoreError) as refused:
        create_or_upgrade("postgresql://user:s3cr3t@127.0.0.1:1/name?connect_timeout=1")
    assert "s3cr3t" not in str(refused.value)


def test_no_store_is_said_and_no_file_made(tmp_path):
    path = tmp_path / "store.db"
    assert not store_exists(f"sqlite:///{path}")
    with pytest.raises(StoreError, match="There is no store yet"):
        open_store(f"sqlite:///{path}")
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_a_store_is_said(blank_url):
    if blank_url.startswith("sqlite"):
        sqlite3.connect(Path(blank_url.removeprefix("sqlite:///"))).close()
    with pytest.raises(StoreError, match=r"no store yet"):
        open_store(blank_url)


@pytest.mark.parametrize(
    "content", [b"a text, and no database" * 100, b"SQLite format 3\x00" + b"\xff" * 2000]
)
def test_a_file_that_is_no_database_is_said(tmp_path, content):
    path = tmp_path / "store.db"
    path.write_bytes(content)
    for act in (open_store, create_or_upgrade):
        with pytest.raises(StoreError, match="cannot be reached or read"):
            act(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_a_store_of_a_newer_version_is_left_alone(engine, store_url):
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (open_store, create_or_upgrade):
        with pytest.raises(StoreError, match="newer version"):
            act(store_url)


def test_a_store_of_an_older_version_asks_for_a_load(engine, store_url, monkeypatch):
    monkeypatch.setattr("sql.store._newest", lambda: "9999")
    with pytest.raises(StoreError, match="older version"):
        open_store(store_url)


def test_writing_keeps_nothing_when_it_fails(engine):
    twice = [{"code": "zaphod", "sample": False, "version": 0}] * 2
    with pytest.raises(StoreError, match="refused to be written") as refused, writing(engine) as connection:
        connection.execute(clinic.insert(), twice)
    assert "zaphod" not in str(refused.value)
    with reading(engine) as connection:
        assert connection.execute(select(clinic)).all() == []


def test_a_writer_holds_the_lock_from_its_first_statement(store_url, monkeypatch):
    """SQLite: a transaction that has read and then writes would fail at once if another wrote meanwhile."""
    monkeypatch.setattr("sql.engine.BUSY_TIMEOUT_SECONDS", 0)
    first, second = open_engine(store_url), open_engine(store_url)
    with writing(first) as connection:
        connection.execute(clinic.insert().values(code="main", sample=False, version=0))
        if first.dialect.name == "sqlite":
            with pytest.raises(StoreError, match="refused to be written"), writing(second):
                pass
        with reading(second) as other:
            assert other.execute(select(clinic)).all() == []
    with writing(second) as connection:
        connection.execute(update(clinic).values(version=1))
    first.dispose()
    second.dispose()


def test_foreign_keys_are_held(engine):
    with pytest.raises(StoreError), writing(engine) as connection:
        connection.execute(text("INSERT INTO site (clinic, code) VALUES ('nobody', 'x')"))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO score (clinic, episode_id, scored_on, instrument, context, reporter, score_id, value, load_number)"
        " SELECT clinic, 'E2', scored_on, instrument, context, reporter, score_id, value, load_number FROM score",
        "UPDATE score SET episode_id = 'E2'",
        "UPDATE episode SET episode_id = 'E2'",
        "DELETE FROM episode",
    ],
)
def test_a_score_is_never_without_its_episode(engine, tmp_path, statement):
    """On PostgreSQL triggers see to it, on SQLite a foreign key."""
    load_tables(engine, tmp_path / "in", episodes=[make_episode("E1")], scores=[make_score("E1")])
    kept = rows_of(engine, "score")
    with engine.begin() as connection:  # so that nothing else stands in the way
        connection.execute(text("DELETE FROM episode_outcome"))
    with pytest.raises(StoreError), writing(engine) as connection:
        connection.execute(text(statement))
    assert rows_of(engine, "score") == kept
    assert rows_of(engine, "episode", "episode_id") == [("E1",)]
    with writing(engine) as connection:
        connection.execute(text("UPDATE score SET value = 2"))
        connection.execute(text("UPDATE episode SET side = 'right'"))
        connection.execute(text("DELETE FROM score"))
        connection.execute(text("DELETE FROM episode"))


def copied(table: str, **changes: str) -> str:
    """All rows of a table once more, with some columns changed."""
    columns = metadata.tables[table].columns.keys()
    values = (f"'{changes[name]}'" if name in changes else name for name in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table}"


NEW = {"episode_id": "E2", "token": "f" * 32, "short_code": "K-2107-H"}


@pytest.mark.parametrize(
    "statement",
    [
        copied("episode", **NEW, therapist="nobody"),
        copied("episode", **NEW, site="nowhere"),
        copied("episode", **NEW, patient_id="nobody"),
        copied("episode", clinic="nowhere"),
        "UPDATE episode SET therapist = 'nobody'",
        "UPDATE episode SET site = 'nowhere'",
        "UPDATE episode SET patient_id = 'nobody'",
        "UPDATE episode SET clinic = 'nowhere'",
        "DELETE FROM therapist",
        "UPDATE therapist SET code = 'T2'",
        "DELETE FROM site",
        "UPDATE site SET code = 'nowhere'",
        "DELETE FROM patient",
        "UPDATE patient SET patient_id = 'P2'",
        copied("patient", clinic="nowhere"),
        "UPDATE clinic SET code = 'nowhere'",
        copied("episode_outcome", episode_id="E2"),
        "UPDATE episode_outcome SET episode_id = 'E2'",
        "UPDATE episode SET episode_id = 'E2'",
        "DELETE FROM episode",
    ],
)
def test_what_an_episode_and_its_outcome_name_is_there(engine, tmp_path, statement):
    """On PostgreSQL triggers see to it, on SQLite foreign keys."""
    load_tables(engine, tmp_path / "in", episodes=[make_episode("E1", patient_id="P1", therapist="T1")])
    tables = ("clinic", "therapist", "site", "patient", "episode", "episode_outcome")
    kept = [rows_of(engine, table) for table in tables]
    with pytest.raises(StoreError), writing(engine) as connection:
        connection.execute(text(statement))
    assert [rows_of(engine, table) for table in tables] == kept


def test_an_episode_may_change_what_it_names_and_leave(engine, tmp_path):
    load_tables(engine, tmp_path / "in", episodes=[make_episode("E1", patient_id="P1", therapist="T1")])
    with writing(engine) as connection:
        connection.execute(text(copied("therapist", code="T2")))
        connection.execute(text("UPDATE episode SET therapist = 'T2', patient_id = NULL"))
        for table in ("patient", "episode_outcome"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("DELETE FROM therapist WHERE code = 'T1'"))
        connection.execute(text("DELETE FROM episode"))
        connection.execute(text("DELETE FROM therapist"))
    assert rows_of(engine, "therapist") == []


def test_a_mistake_in_a_question_is_not_called_a_broken_database(engine):
    if engine.dialect.name == "postgresql":
        with pytest.raises(Exception, match="does not exist") as raised, reading(engine) as connection:
            connection.execute(text("SELECT nothing_of_that_name"))
        assert not isinstance(raised.value, StoreError)
