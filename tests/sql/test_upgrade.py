"""A store of the first schema, with data, becomes one of the newest: nothing is lost, a kill leaves old or new."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date, datetime

import pytest
from alembic import command
from builders import load_tables, make_score, rows_of
from sqlalchemy import Connection, Engine, MetaData, Table, insert, text
from test_migrations import KILLED_UPGRADE, differences

from sql.engine import StoreError, open_engine, rebuilding, writing
from sql.short_code import read_short_code
from sql.store import _config, create_or_upgrade

LEDGER_ROW = {
    "as_of": date(2024, 12, 31),
    "started_at": datetime(2024, 12, 31, 9),
    "finished_at": datetime(2024, 12, 31, 9),
    "contract_version": 1,
    "program_version": "0.1.0",
}
FILE_ROW = {
    "table_name": "episodes",
    "file_name": "episodes.csv",
    "sha256": "0" * 64,
    "skipped": False,
    "rows_read": 1,
    "inserted": 0,
    "updated": 0,
    "unchanged": 0,
    "duplicate": 0,
    "rejected": 1,
    "filtered": 0,
}


def old_store(url: str) -> None:
    """Two clinics at revision 0001, with a ledger."""
    engine = open_engine(url)
    with rebuilding(engine) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    for clinic in ("a", "b"):
        fill(engine, clinic)
    engine.dispose()


def fill(engine: Engine, clinic: str) -> None:
    before = MetaData()
    with writing(engine) as connection:

        def add(name: str, **values: object) -> None:
            table = Table(name, before, autoload_with=connection)
            connection.execute(
                insert(table).values({"clinic": clinic, **values} if name != "clinic" else values)
            )

        add("clinic", code=clinic, sample=False, version=2)
        add("therapist", code="T1")
        add("site", code="main")
        for number in (1, 2):
            add("load_run", load_number=number, status="loaded", **LEDGER_ROW)
            add("load_file", load_number=number, file_number=1, **FILE_ROW)
            add("patient", patient_id=f"P{number}")
            add(
                "episode",
                episode_id=f"E{number}",
                token=f"{clinic}{number:031}".replace("b", "c"),
                patient_id=f"P{number}",
                condition="pfps",
                first_visit_date=date(2024, 1, 8),
                therapist="T1",
                site="main",
                load_number=number,
            )
        place = {"line": 3, "column_name": "side", "rule": "code", "shape": "a"}
        add("reject", load_number=2, reject_number=1, file_number=1, **place)
        add("history", load_number=2, table_name="episode", row_key="E1", old_row={"episode_id": "E1"})


def test_an_old_store_is_upgraded_with_its_data(blank_url):
    old_store(blank_url)
    engine = create_or_upgrade(blank_url)
    assert differences(engine) == []
    codes = rows_of(engine, "episode", "clinic", "episode_id", "short_code")
    assert [row[:2] for row in codes] == [("a", "E1"), ("a", "E2"), ("b", "E1"), ("b", "E2")]
    assert all(read_short_code(code) == code for _, _, code in codes)
    assert codes[0][2] != codes[1][2]
    assert rows_of(engine, "patient", "patient_id", "load_number", clinic="a") == [("P1", 1), ("P2", 2)]
    assert rows_of(engine, "therapist", "load_number", clinic="a") == [(1,)]
    assert rows_of(engine, "load_run", "load_number", "status", "mode", "vanished", clinic="b") == [
        (1, "loaded", "delta", 0),
        (2, "loaded", "delta", 0),
    ]
    assert rows_of(engine, "reject", "line", "replayed_in", clinic="a") == [(3, None)]
    assert rows_of(engine, "history", "row_key", clinic="a") == [("E1",)]
    engine.dispose()


def test_an_upgraded_store_takes_loads_and_holds_its_references(blank_url, tmp_path):
    old_store(blank_url)
    engine = create_or_upgrade(blank_url)
    report = load_tables(engine, tmp_path / "in", scores=[make_score()], request={"clinic": "a"})
    assert (report.status, report.load_number) == ("loaded", 3)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def move(engine: Engine, to: str) -> None:
    """Upgrade or downgrade to a revision."""
    config = _config()
    with rebuilding(engine) as connection:
        config.attributes["connection"] = connection
        (command.upgrade if to > revision_of(connection) else command.downgrade)(config, to)


def revision_of(connection: Connection) -> str:
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()


ADD_A_SCORE = (
    "INSERT INTO score (clinic, episode_id, scored_on, instrument, context, reporter, score_id, value, load_number)"
    " VALUES ('a', '{}', '2024-01-08', 'NPRS', 'usual_week', '', '', 5, 1)"
)


def named(engine: Engine) -> list[list[tuple[object, ...]]]:
    """Who names whom."""
    episodes = rows_of(engine, "episode", "clinic", "episode_id", "patient_id", "therapist", "site")
    return [episodes, rows_of(engine, "score", "clinic", "episode_id")]


def test_references_hold_before_and_after_0008_and_when_it_is_taken_back(blank_url):
    old_store(blank_url)
    engine = open_engine(blank_url)
    for revision in ("0007", "0008", "0007", "0008"):
        move(engine, revision)
        with writing(engine) as connection:
            connection.execute(text("DELETE FROM score"))
            connection.execute(text(ADD_A_SCORE.format("E1")))
        before = named(engine)
        for statement in (
            ADD_A_SCORE.format("E9"),
            "DELETE FROM episode",
            "DELETE FROM therapist",
            "UPDATE episode SET site = 'nowhere'",
            "UPDATE patient SET patient_id = 'P9' WHERE patient_id = 'P1'",
        ):
            with pytest.raises(StoreError), writing(engine) as connection:
                connection.execute(text(statement))
        assert named(engine) == before
    engine.dispose()


@pytest.mark.parametrize("statement", [1, 2, 3])
def test_a_kill_in_the_upgrade_leaves_the_old_store_and_the_next_one_completes(tmp_path, statement):
    url = f"sqlite:///{tmp_path / 'store.db'}"
    old_store(url)
    killed = subprocess.run([sys.executable, "-c", KILLED_UPGRADE, url, str(statement)], check=False)
    assert killed.returncode == -signal.SIGKILL
    engine = create_or_upgrade(url)
    assert differences(engine) == []
    assert len(rows_of(engine, "episode", "episode_id")) == 4
    engine.dispose()
