"""A load that comes in many blocks ends as one that comes in a single block does."""

from __future__ import annotations

import threading

import pytest
from builders import facts, load_paths, load_tables, make_episode, make_score, rows_of, write_clinic

from etl.readers import plain_blocks
from sql.schema import episode

BLOCK_BYTES = 400
"""Some six rows."""
EPISODES = [make_episode(f"E{n}") for n in range(20)]
SCORES = [make_score(f"E{n}", value=n % 10, context="usual_week") for n in range(20)]


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(plain_blocks, "BLOCK_BYTES", BLOCK_BYTES)


def counts_of(report):
    return [(file.inserted, file.unchanged, file.duplicate, file.rejected) for file in report.files]


def problems_of(report):
    return [(file.number, p.line, p.rule) for file in report.files for p in file.problems]


def test_rows_that_come_again_in_later_blocks_and_files_are_settled(engine, tmp_path, small_blocks):
    """E0 comes again at the end of its file and in the next; E1 differs there, E2 within its own file."""
    again = [*SCORES, SCORES[0], {**SCORES[2], "value": 9}]
    more = [*SCORES[5:], SCORES[0], {**SCORES[1], "value": 9}]
    first = write_clinic(tmp_path / "1", episodes=EPISODES, scores=again)
    second = write_clinic(tmp_path / "2", scores=[make_score("E19", scored_on="2024-03-03", value=7), *more])
    report = load_paths(engine, first, second, most_rejected=1.0)
    assert counts_of(report) == [(20, 0, 0, 0), (18, 0, 1, 3), (1, 0, 16, 1)]
    assert problems_of(report) == [
        (number, line, "conflicting_rows") for number, line in ((2, 3), (2, 4), (2, 23), (3, 19))
    ]
    stored = rows_of(engine, "score", "episode_id", "value")
    assert sorted(stored) == sorted(
        [(f"E{n}", float(n % 10)) for n in range(20) if n not in (1, 2)] + [("E19", 7.0)]
    )


def test_rows_that_come_again_leave_the_others_as_they_are(engine, tmp_path, monkeypatch):
    """The load that met repeated rows is offered the same rows without them, in one block and in many."""
    load_tables(engine, tmp_path / "1", episodes=[*EPISODES, EPISODES[0]], scores=[*SCORES, SCORES[3]])
    once = facts(engine)
    monkeypatch.setattr(plain_blocks, "BLOCK_BYTES", BLOCK_BYTES)
    report = load_tables(engine, tmp_path / "2", episodes=EPISODES, scores=SCORES)
    assert counts_of(report) == [(0, 20, 0, 0), (0, 20, 0, 0)]
    assert facts(engine, without=["load_file", "load_run"])["score"] == once["score"]


def test_a_file_that_stops_early_leaves_no_thread_that_reads(engine, tmp_path, small_blocks):
    running = set(threading.enumerate())
    wrong = [{**SCORES[0], "scored_on": "03/02/2024"}, *SCORES[1:]]
    report = load_tables(engine, tmp_path / "in", episodes=EPISODES, scores=wrong)
    assert [file.stopped_by and (file.stopped_by.line, file.stopped_by.rule) for file in report.files] == [
        None,
        (2, "undeclared_date"),
    ]
    assert set(threading.enumerate()) == running


def test_a_block_that_cannot_be_read_is_said_with_its_line(engine, tmp_path, small_blocks):
    folder = write_clinic(tmp_path / "in", episodes=EPISODES, scores=SCORES)
    content = (folder / "scores.csv").read_bytes()
    (folder / "scores.csv").write_bytes(content[:-1] + b"\xff\n")
    report = load_paths(engine, folder)
    stop = report.files[1].stopped_by
    assert (report.status, stop.line, stop.rule) == ("refused", 21, "broken_encoding")


def test_a_first_load_leaves_the_store_with_all_its_indexes(sqlite_engine, tmp_path):
    """Those of episodes and outcomes are made after the rows where most rows are new."""
    before = indexes_of(sqlite_engine)
    report = load_tables(sqlite_engine, tmp_path / "1", episodes=[make_episode(f"E{n}") for n in range(1200)])
    assert report.status == "loaded"
    assert indexes_of(sqlite_engine) == before
    assert {index.name for index in episode.indexes} <= before.keys()


def indexes_of(engine):
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('episode', 'episode_outcome')"
        )
        return {name: sql and " ".join(sql.split()) for name, sql in found}
