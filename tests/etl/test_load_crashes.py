"""A load that is killed, starved or crowded leaves the store as it was before or as it is after, never between."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import pytest
from builders import (
    AS_OF,
    facts,
    load_paths,
    load_tables,
    make_episode,
    make_running,
    make_score,
    make_visit,
    rows_of,
    write_clinic,
)
from sqlalchemy import text

from etl import ledger
from sql import engine as engine_module
from sql.engine import StoreError, open_engine, writing

# The command, as a program of its own: a file-size limit in bytes (0 is none), then the command's words.
PROGRAM = """
import os, resource, signal, sys
from dashboard.cli import main

limit = int(sys.argv[1])
if limit:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
print("ready", flush=True)
sys.exit(main(sys.argv[2:], os.environ))
"""


def start_load(url: str, folder: Path, *, limit: int = 0) -> subprocess.Popen[str]:
    """A program that loads a folder; it has said "ready" when this returns."""
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(limit), "load", str(folder), "--as-of", AS_OF.isoformat()],
        env={**os.environ, "RETURN_TO_RUN_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout.readline() == "ready\n"
    return program


def finish(program: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a program that has run to its end."""
    out, err = program.communicate()
    return program.returncode, out, err


def big_clinic(folder: Path, *, changed: bool) -> Path:
    """1,500 episodes with 7,500 other rows. Changed: half of them differ, scores moved, a third more came."""
    many = range(2000 if changed else 1500)
    side = ("left", "right") if changed else ("left", "left")
    return write_clinic(
        folder,
        episodes=[make_episode(f"E{n}", patient_id=f"P{n % 900}", side=side[n % 2]) for n in many],
        running=[make_running(f"E{n}", weekly_km=n % 40 + changed) for n in many],
        scores=[
            make_score(f"E{n}", score_id=f"S{n}-{week}", scored_on=f"2024-0{2 + week}-0{1 + changed}")
            for n in many
            for week in range(3)
        ],
        visits=[make_visit(f"E{n}") for n in many],
    )


def numbers(engine) -> list[tuple[int, str]]:
    return rows_of(engine, "load_run", "load_number", "status")


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_the_store_before_or_after(store_url, tmp_path, backend, request):
    """Every kill hits a store in which the same second load is under way; after it that load completes.

    `pytest --kills 100 --timeout 3600 tests/etl/test_load_crashes.py -k kill` is for a change of loading.
    """
    first, second = (
        big_clinic(tmp_path / "first", changed=False),
        big_clinic(tmp_path / "second", changed=True),
    )
    with_first = Copies(store_url, backend, request)
    engine = open_engine(store_url)
    load_paths(engine, first)
    before = facts(engine)
    engine.dispose()
    with_first.keep()

    began = time.perf_counter()
    assert finish(start_load(store_url, second))[0] == 0
    seconds = time.perf_counter() - began
    engine = open_engine(store_url)
    after = facts(engine)
    engine.dispose()
    assert before != after

    chance, left_before = random.Random(20241231), 0
    kills = request.config.getoption("kills") or (12 if backend == "sqlite" else 6)
    for _ in range(kills):
        url = with_first.fresh()
        program = start_load(url, second)
        time.sleep(chance.uniform(0.05, 1.0) * seconds)
        program.send_signal(signal.SIGKILL)
        finish(program)
        engine = open_engine(url)
        found = facts(engine)
        assert found in (before, after)
        left_before += found == before
        assert numbers(engine) == ([(1, "loaded")] if found == before else [(1, "loaded"), (2, "loaded")])
        report = load_paths(engine, second)
        assert report.status == ("loaded" if found == before else "unchanged")
        assert facts(engine) == after
        assert numbers(engine) == [(1, "loaded"), (2, "loaded")]
        engine.dispose()
    assert left_before > 0


class Copies:
    """Copies of a store at one moment: a file, or a database made from a template."""

    def __init__(self, url: str, backend: str, request: pytest.FixtureRequest) -> None:
        self._url = url
        self._server = request.getfixturevalue("postgresql_server") if backend == "postgresql" else None
        if self._server:
            request.addfinalizer(lambda: [self._server.drop(name) for name in ("rtr_kept", "rtr_copy")])

    def keep(self) -> None:
        """From now on `fresh` gives the store as it is now."""
        if self._server:
            self._server.create("rtr_kept", template="rtr_store")
        else:
            shutil.copyfile(self._path("db"), self._path("kept"))

    def fresh(self) -> str:
        """Address of a new copy, in place of the one before."""
        if self._server:
            self._server.create("rtr_copy", template="rtr_kept")
            return self._server.address("rtr_copy")
        for leftover in self._path("db").parent.glob("*.copy*"):
            leftover.unlink()
        shutil.copyfile(self._path("kept"), self._path("copy"))
        return f"sqlite:///{self._path('copy')}"

    def _path(self, ending: str) -> Path:
        return Path(self._url.removeprefix("sqlite:///")).with_suffix(f".{ending}")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no limit on the size of files")
@pytest.mark.parametrize("room", [0, 20_000, 400_000, 1_000_000])
def test_a_full_disk_is_said_and_leaves_the_store_as_it_was(sqlite_template, tmp_path, room):
    """A file may grow by so many bytes only; the temporary files and the write-ahead log meet the limit too."""
    path = tmp_path / "store.db"
    shutil.copyfile(sqlite_template, path)
    url = f"sqlite:///{path}"
    engine = open_engine(url)
    load_paths(engine, big_clinic(tmp_path / "first", changed=False))
    before = facts(engine)
    engine.dispose()
    second = big_clinic(tmp_path / "second", changed=True)
    program = start_load(url, second, limit=room or 1)
    code, out, err = finish(program)
    assert (code, out) == (5, ""), err
    assert "Traceback" not in err
    assert err.startswith("Error: ")
    engine = open_engine(url)
    assert facts(engine) == before
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    assert load_paths(engine, second).status == "loaded"
    engine.dispose()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no limit on the size of files")
def test_a_disk_too_full_for_a_store_is_said_and_the_next_load_makes_it(tmp_path):
    url = f"sqlite:///{tmp_path / 'store.db'}"
    folder = write_clinic(tmp_path / "in", episodes=[make_episode()])
    program = start_load(url, folder, limit=30_000)
    code, out, err = finish(program)
    assert (code, out) == (5, ""), err
    assert err.startswith("Error: ")
    assert "Traceback" not in err
    assert finish(start_load(url, folder))[0] == 0


@pytest.mark.slow
def test_two_loads_at_once_both_complete_one_after_the_other(store_url, tmp_path):
    first, second = (
        big_clinic(tmp_path / "first", changed=False),
        big_clinic(tmp_path / "second", changed=True),
    )
    programs = [start_load(store_url, folder) for folder in (first, second)]
    assert [finish(program)[0] for program in programs] == [0, 0]
    engine = open_engine(store_url)
    assert numbers(engine) == [(1, "loaded"), (2, "loaded")]
    assert len(rows_of(engine, "episode")) == 2000
    assert len(rows_of(engine, "score")) == 6000
    assert rows_of(engine, "clinic", "version") == [(2,)]
    engine.dispose()


def test_a_load_waits_for_the_one_before_it(engine, store_url, tmp_path):
    """The lock is taken by hand; the load behind it goes on as soon as it is given back."""
    reports = []
    waiting = open_engine(store_url)
    with writing(engine) as connection:
        ledger.lock_clinic(connection, "main")
        load = threading.Thread(
            target=lambda: reports.append(load_tables(waiting, tmp_path / "in", episodes=[make_episode()]))
        )
        load.start()
        load.join(0.5)
        assert load.is_alive()
    load.join(20)
    assert [(report.status, report.load_number) for report in reports] == [("loaded", 1)]
    waiting.dispose()


def test_a_load_that_waited_too_long_is_told(sqlite_template, tmp_path, monkeypatch):
    monkeypatch.setattr(engine_module, "BUSY_TIMEOUT_SECONDS", 0)
    path = tmp_path / "store.db"
    shutil.copyfile(sqlite_template, path)
    holder, engine = open_engine(f"sqlite:///{path}"), open_engine(f"sqlite:///{path}")
    with writing(holder), pytest.raises(StoreError, match="A load holds the store"):
        load_tables(engine, tmp_path / "in", episodes=[make_episode()])
    assert load_tables(engine, tmp_path / "in", episodes=[make_episode()]).load_number == 1
    holder.dispose()
    engine.dispose()


def test_what_a_database_says_of_a_row_is_not_repeated(engine, tmp_path):
    """A failed constraint on PostgreSQL prints the row. Here one fails that no check knows of."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            refuse = "SELECT RAISE(ABORT, 'refused')"
            connection.execute(text(f"CREATE TRIGGER t BEFORE INSERT ON episode BEGIN {refuse}; END"))
        else:
            connection.execute(text("ALTER TABLE episode ADD CHECK (episode_id <> 'Zaphod')"))
    folder = write_clinic(tmp_path / "in", episodes=[make_episode("Zaphod")])
    with pytest.raises(StoreError) as refused:
        load_paths(engine, folder)
    assert "please report it" in str(refused.value)
    assert "Zaphod" not in "".join(traceback.format_exception(refused.value))
    assert rows_of(engine, "load_run") == []
