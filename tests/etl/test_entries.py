"""Entering on a patient's page: the fact changes at once, nothing is lost, and no later file takes it back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import (
    load_paths,
    load_tables,
    make_episode,
    make_running,
    make_score,
    rows_of,
    write_clinic,
)
from sqlalchemy import Engine, select

from etl.rollback import roll_back
from sql.engine import reading, writing
from sql.schema import clinic, entry
from sql.writes.asked import write_asked
from sql.writes.clinic_entry import (
    withdraw,
    write_km,
    write_red_flag,
    write_red_flag_cleared,
    write_running,
    write_score,
    write_stop,
)
from sql.writes.journal import Writing
from sql.writes.seen import write_seen

AT = datetime(2024, 3, 20, 9, 30, tzinfo=UTC)
TODAY = date(2024, 3, 20)
ME = Writing("main", "E1", "therapist T1", AT)
START = {"last_contact_date": "2024-03-10"}


@pytest.fixture
def store(engine: Engine, tmp_path: Path) -> Engine:
    load_tables(
        engine,
        tmp_path / "first",
        episodes=[make_episode(**START), make_episode("E2")],
        scores=[make_score()],
    )
    return engine


def do(store: Engine, change: Any, *args: Any, **named: Any) -> None:
    with writing(store) as connection:
        change(connection, ME, *args, **named)


def outcome(store: Engine) -> tuple[Any, ...]:
    return rows_of(store, "episode_outcome", "outcome", "day", "return_day", "relapse_day", episode_id="E1")[
        0
    ]


def version(store: Engine) -> int:
    with reading(store) as connection:
        return connection.scalar(select(clinic.c.version)) or 0


def scores(store: Engine) -> list[tuple[Any, ...]]:
    return rows_of(store, "score", "scored_on", "context", "value", "load_number", episode_id="E1")


def reports(store: Engine) -> list[tuple[Any, ...]]:
    return rows_of(store, "running_report", "reported_on", "status", "since", "source", episode_id="E1")


# --- each entry -----------------------------------------------------------------------------------------------------


def test_a_score_is_there_at_once_and_is_a_contact(store):
    before = version(store)
    do(store, write_score, "running", 3, TODAY)
    assert (TODAY, "running", 3.0, 0) in scores(store)
    assert outcome(store)[:2] == ("censored", 72)  # 8 January to 20 March
    assert version(store) == before + 1


def test_a_second_score_of_the_day_takes_the_place_of_the_first_and_both_are_kept(store):
    do(store, write_score, "running", 3, TODAY)
    do(store, write_score, "running", 4, TODAY)
    assert [row[2] for row in scores(store) if row[1] == "running"] == [4.0]
    kept = rows_of(store, "entry", "kind", "context", "new_values", "old_rows")
    assert [row[2] for row in kept] == [{"value": 3}, {"value": 4}]
    assert sorted(len(row[3]) for row in kept) == [0, 1]


def test_a_return_enters_the_curve_on_the_day_since_which_it_holds(store):
    do(store, write_running, "running_without_pain", TODAY, since=date(2024, 3, 15))
    assert outcome(store) == ("returned", 67, 67, None)
    assert reports(store) == [(TODAY, "running_without_pain", date(2024, 3, 15), "clinic_entry")]


def test_a_return_and_pain_again_told_on_one_day_are_both_kept(store):
    do(store, write_running, "running_without_pain", TODAY, since=date(2024, 3, 10))
    with pytest.raises(ValueError, match="pain again begins on a day after the return"):
        do(store, write_running, "running_with_pain", TODAY)
    do(store, write_running, "running_with_pain", TODAY, since=date(2024, 3, 18))
    assert outcome(store) == ("returned", 62, 62, 70)
    assert len(reports(store)) == 2


def test_kilometres_need_an_answer_and_stand_beside_it(store):
    with pytest.raises(ValueError, match="first say how running goes"):
        do(store, write_km, TODAY, weekly_km=12.0)
    do(store, write_running, "running_without_pain", TODAY)
    do(store, write_km, TODAY, weekly_km=12.0)
    do(store, write_km, TODAY, longest_pain_free_km=4.5)
    assert rows_of(store, "running_report", "status", "weekly_km", "longest_pain_free_km") == [
        ("running_without_pain", 12.0, 4.5)
    ]


def test_a_stop_competes_with_the_return(store):
    do(store, write_score, "running", 3, TODAY)
    do(store, write_stop, "surgery", date(2024, 3, 12))
    assert outcome(store)[:2] == ("stopped", 64)


def test_a_red_flag_takes_the_episode_out_until_it_is_cleared(store):
    do(store, write_red_flag, "night_pain", TODAY)
    assert rows_of(store, "episode_outcome", "eligibility", episode_id="E1") == [("red_flag",)]
    do(store, write_red_flag_cleared, TODAY)
    assert rows_of(store, "episode_outcome", "eligibility", episode_id="E1") == [("eligible",)]


@pytest.mark.parametrize(
    ("change", "args", "words"),
    [
        (write_score, ("running", 11, TODAY), "from 0 to 10"),
        (write_score, ("elbow", 3, TODAY), "what the pain was asked about"),
        (write_score, ("running", 3, date(2023, 12, 10)), "28 days before"),
        (write_running, ("flying", TODAY), "the answer is one of"),
        (write_stop, ("bored", TODAY), "the reason is one of"),
        (write_red_flag, ("none", TODAY), "the sign is one of"),
        (write_asked, ("week_6", "maybe"), "the result is one of"),
    ],
)
def test_what_cannot_be_says_why_and_writes_nothing(store, change, args, words):
    with pytest.raises(ValueError, match=words):
        do(store, change, *args)
    assert rows_of(store, "entry") == []
    assert rows_of(store, "asked") == []


@pytest.mark.parametrize(
    ("until", "note", "words"),
    [
        (date(2024, 3, 19), "", "182 days ahead"),
        (date(2024, 9, 19), "", "182 days ahead"),
        (date(2024, 3, 27), "x" * 201, "at most 200"),
        (date(2024, 3, 27), "two\nlines", "one line"),
    ],
)
def test_a_flag_rests_for_a_time_with_a_short_note(store, until, note, words):
    with pytest.raises(ValueError, match=words):
        do(store, write_seen, "silent", until, note, today=TODAY)
    do(store, write_seen, "silent", TODAY, "y" * 200, today=TODAY)
    assert rows_of(store, "seen", "rule", "until") == [("silent", TODAY)]


def test_a_score_takes_the_place_of_the_files_of_that_day_and_gives_it_back(store, tmp_path):
    day = make_score(scored_on="2024-03-20", score_id="S9", value="7", reporter="patient")
    load_tables(store, tmp_path / "second", scores=[day])
    before = rows_of(store, "score")
    do(store, write_score, "usual_week", 2, TODAY)
    assert [row[2] for row in scores(store) if row[0] == TODAY] == [2.0]
    do(store, withdraw, 1)
    assert rows_of(store, "score") == before


@pytest.mark.parametrize(
    ("change", "args"),
    [
        (write_score, ("running", 3, TODAY)),
        (write_running, ("running_without_pain", TODAY)),
        (write_stop, ("surgery", TODAY)),
        (write_red_flag, ("locking", TODAY)),
    ],
)
def test_an_entry_taken_back_leaves_the_facts_as_they_were(store, change, args):
    tables = ("episode", "score", "running_report", "episode_outcome")
    before = {name: rows_of(store, name) for name in tables}
    do(store, change, *args)
    assert {name: rows_of(store, name) for name in tables} != before
    do(store, withdraw, 1)
    assert {name: rows_of(store, name) for name in tables} == before
    assert rows_of(store, "entry", "kind", "withdrawn_at")[0][1] is not None


def test_an_older_entry_can_be_taken_back_where_no_later_one_took_its_place(store):
    before = rows_of(store, "score")
    do(store, write_score, "running", 3, TODAY)
    do(store, write_running, "not_running", TODAY)
    do(store, withdraw, 1)
    assert rows_of(store, "score") == before
    with pytest.raises(ValueError, match="taken back already"):
        do(store, withdraw, 1)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((write_score, "running", 3, TODAY), (write_score, "running", 5, TODAY)),
        ((write_running, "not_running", TODAY), (write_running, "running_without_pain", TODAY)),
        ((write_red_flag, "locking", TODAY), (write_red_flag_cleared, TODAY)),
    ],
)
def test_an_entry_whose_place_a_later_one_took_waits_for_that_one(store, first, second):
    tables = ("episode", "score", "running_report", "episode_outcome")
    before = {name: rows_of(store, name) for name in tables}
    do(store, *first)
    do(store, *second)
    with pytest.raises(ValueError, match="took its place"):
        do(store, withdraw, 1)
    do(store, withdraw, 2)
    do(store, withdraw, 1)
    assert {name: rows_of(store, name) for name in tables} == before


# --- later imports --------------------------------------------------------------------------------------------------


def test_a_file_that_says_something_else_is_not_taken_and_is_listed(store, tmp_path):
    do(store, write_score, "usual_week", 2, TODAY)
    do(store, write_red_flag, "locking", TODAY)
    report = load_tables(
        store,
        tmp_path / "second",
        episodes=[make_episode(**START, red_flag="none", red_flag_date="")],
        scores=[make_score(scored_on="2024-03-20", value="7", reporter="patient", score_id="S1")],
    )
    assert report.exit_code == 0
    listed = {(p.column, p.rule) for file in report.files for p in file.warnings if p.rule == "entry_kept"}
    assert listed == {("red_flag", "entry_kept"), ("red_flag_date", "entry_kept"), ("value", "entry_kept")}
    for file in report.files:
        counted = (
            file.inserted + file.updated + file.unchanged + file.duplicate + file.rejected + file.filtered
        )
        assert counted == file.rows_read
    assert [row[2] for row in scores(store) if row[0] == TODAY] == [2.0]
    assert rows_of(store, "episode", "red_flag", "red_flag_date", episode_id="E1") == [("locking", TODAY)]
    assert {row[:2] for row in rows_of(store, "entry", "kind", "differs_in_load")} == {
        ("red_flag", 2),
        ("score", 2),
    }
    assert rows_of(store, "entry", "file_says", kind="score") == [("7",)]


@pytest.mark.parametrize(("says", "listed"), [("not_running", ["not running"]), ("running_without_pain", [])])
def test_a_files_other_answer_of_the_day_is_listed_and_does_not_count(store, tmp_path, says, listed):
    do(store, write_running, "running_without_pain", TODAY)
    before = outcome(store)
    report = load_tables(
        store, tmp_path / "second", running=[make_running(reported_on="2024-03-20", status=says)]
    )
    assert report.exit_code == 0
    assert outcome(store) == before
    found = [(p.column, p.rule) for file in report.files for p in file.warnings if p.rule == "entry_kept"]
    assert found == [("status", "entry_kept")] * len(listed)
    assert [row[0] for row in rows_of(store, "entry", "file_says", kind="running") if row[0]] == listed


def test_a_file_that_agrees_or_is_about_something_else_is_taken_as_ever(store, tmp_path):
    do(store, write_score, "usual_week", 2, TODAY)
    do(store, write_red_flag, "locking", TODAY)
    again = make_score(scored_on="2024-03-20", value="2")
    other = make_score(scored_on="2024-03-20", value="5", context="running")
    flagged = make_episode(
        **START, red_flag="locking", red_flag_date="2024-03-20", red_flag_cleared_date="", side="left"
    )
    report = load_tables(store, tmp_path / "second", episodes=[flagged], scores=[again, other])
    assert not [p for file in report.files for p in file.warnings if p.rule == "entry_kept"]
    assert rows_of(store, "episode", "side", episode_id="E1") == [("left",)]
    assert sorted(row[2] for row in scores(store) if row[0] == TODAY) == [2.0, 5.0]


def test_once_taken_back_the_file_counts_again(store, tmp_path):
    do(store, write_score, "usual_week", 2, TODAY)
    do(store, withdraw, 1)
    load_tables(store, tmp_path / "second", scores=[make_score(scored_on="2024-03-20", value="7")])
    assert [row[2] for row in scores(store) if row[0] == TODAY] == [7.0]


def test_no_entry_vanishes_with_a_snapshot(store, tmp_path):
    do(store, write_score, "running", 3, TODAY)
    do(store, write_running, "running_without_pain", TODAY)
    load_tables(
        store,
        tmp_path / "plain",
        running=[make_running("E2", reported_on="2024-02-02", status="not_running")],
    )
    folder = tmp_path / "second"
    write_clinic(
        folder,
        episodes=[make_episode(**START), make_episode("E2")],
        scores=[make_score()],
        running=[make_running("E2", reported_on="2024-02-03", status="not_running")],
    )
    (folder / "manifest.json").write_text('{"mode": "snapshot"}')
    report = load_paths(store, folder, most_rejected=1.0, most_vanished=1.0)
    assert report.mode == "snapshot"
    assert dict(report.vanished) == {"running": 1}
    assert (TODAY, "running", 3.0, 0) in scores(store)
    assert outcome(store)[0] == "returned"


def test_what_was_entered_waits_for_an_episode_that_leaves_and_comes_again(engine, tmp_path):
    load_tables(engine, tmp_path / "first", episodes=[make_episode("E2")])
    load_tables(engine, tmp_path / "second", episodes=[make_episode(**START)])
    do(engine, write_score, "running", 3, TODAY)
    do(engine, write_stop, "surgery", TODAY)
    roll_back(engine, "main", 2)
    assert rows_of(engine, "episode", "episode_id") == [("E2",)]
    assert rows_of(engine, "score") == []
    load_tables(engine, tmp_path / "second", episodes=[make_episode(**START)])
    assert scores(engine) == [(TODAY, "running", 3.0, 0)]
    assert outcome(engine)[:2] == ("stopped", 72)
    assert len(rows_of(engine, "entry")) == 2


def test_the_journal_is_numbered_within_the_clinic(store):
    do(store, write_score, "running", 3, TODAY)
    do(store, write_asked, "week_6", "no_reply")
    do(store, write_asked, "week_6", "declined")
    assert rows_of(store, "asked", "asked_number", "result") == [(1, "no_reply"), (2, "declined")]
    with reading(store) as connection:
        assert connection.scalar(select(entry.c.written_by)) == "therapist T1"
