"""Replay: the refused lines of a load are offered again, and nothing else of its files."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import (
    AS_OF,
    facts,
    load_paths,
    load_tables,
    make_episode,
    make_score,
    rows_of,
    write_clinic,
    write_table,
)
from sqlalchemy import Engine

from etl.errors import UsageError
from etl.load import LoadReport, LoadRequest, load
from etl.replay import refused_rows, replay_sources
from etl.rollback import roll_back
from etl.sources import find_sources
from sql.engine import reading

LOST = [make_score("E2"), make_score("E3"), make_score(value="11", scored_on="2024-02-05")]


def replay(engine: Engine, number: int, *paths: Path, clinic: str = "main") -> LoadReport:
    with reading(engine) as connection:
        refused = refused_rows(connection, clinic, number)
    sources = replay_sources(refused, find_sources(paths))
    request = LoadRequest(sources, today=AS_OF, clinic=clinic, most_rejected=1.0, replay_of=number)
    return load(engine, request)


def open_places(engine: Engine, load_number: int) -> list[int]:
    return [
        row[0]
        for row in rows_of(engine, "reject", "line", "replayed_in", load_number=load_number)
        if row[1] is None
    ]


@pytest.fixture
def folder(engine: Engine, tmp_path: Path) -> Path:
    """The files of load 1: a good score, two of unknown episodes and one out of range."""
    load_tables(engine, tmp_path / "in", episodes=[make_episode()], scores=[make_score(), *LOST])
    return tmp_path / "in"


def test_a_replay_offers_only_the_refused_lines(engine, folder, tmp_path):
    load_tables(engine, tmp_path / "fix", episodes=[make_episode("E2")])
    report = replay(engine, 1, folder)
    (file,) = report.files
    assert (report.exit_code, report.load_number, report.replay_of) == (1, 3, 1)
    assert (file.name, file.rows_read, file.inserted, file.rejected) == ("scores.csv", 3, 1, 2)
    assert [(p.line, p.rule) for p in file.problems] == [(4, "no_episode"), (5, "range")]
    assert rows_of(engine, "score", "episode_id") == [("E1",), ("E2",)]
    assert (open_places(engine, 1), open_places(engine, 3)) == ([], [4, 5])
    assert rows_of(engine, "load_run", "load_number", "replay_of") == [(1, None), (2, None), (3, 1)]


def test_a_replay_can_be_replayed(engine, folder, tmp_path):
    load_tables(engine, tmp_path / "fix", episodes=[make_episode("E2")])
    replay(engine, 1, folder)
    with pytest.raises(UsageError, match="no refused rows that are still open"):
        replay(engine, 1, folder)
    load_tables(engine, tmp_path / "fix2", episodes=[make_episode("E3")])
    report = replay(engine, 3, folder)
    assert (report.files[0].rows_read, report.files[0].inserted, open_places(engine, 5)) == (2, 1, [5])


def test_a_few_bad_scores_alone_are_no_wrong_scale(engine, tmp_path):
    good = [make_score(scored_on=f"2024-02-{day:02}") for day in range(1, 29)]
    bad = [make_score(scored_on=f"2024-03-{day:02}", value="70") for day in range(1, 7)]
    load_tables(engine, tmp_path / "in", episodes=[make_episode()], scores=[*good, *bad])
    report = replay(engine, 1, tmp_path / "in")
    assert (report.status, report.files[0].rejected, report.files[0].stopped_by) == ("loaded", 6, None)


def test_a_lone_identifier_is_refused_again(engine, tmp_path):
    episodes = [make_episode(f"E{n}", patient_id=f"P{n}") for n in range(8)]
    episodes.append(make_episode("E9", patient_id="9434765919"))
    first = load_tables(engine, tmp_path / "in", episodes=episodes)
    assert [(p.line, p.column, p.rule) for p in first.files[0].problems] == [(10, "patient_id", "identifier")]
    report = replay(engine, 1, tmp_path / "in")
    assert (report.exit_code, [p.rule for p in report.files[0].problems]) == (1, ["identifier"])


def test_what_came_later_is_not_overwritten(engine, folder, tmp_path):
    corrected = [make_score(value="1", scored_on="2024-02-05"), make_score("E2", value="2")]
    load_tables(engine, tmp_path / "fix", episodes=[make_episode("E2"), make_episode("E3")], scores=corrected)
    report = replay(engine, 1, folder)
    (file,) = report.files
    assert (file.rows_read, file.inserted, file.filtered, file.rejected) == (3, 1, 1, 1)
    assert rows_of(engine, "score", "episode_id", "value") == [
        ("E1", 1.0),
        ("E1", 6.0),
        ("E2", 2.0),
        ("E3", 6.0),
    ]


def test_what_was_deleted_later_does_not_come_back(engine, folder, tmp_path):
    load_tables(engine, tmp_path / "fix", episodes=[make_episode("E2")], scores=[make_score("E2")])
    write_clinic(tmp_path / "snapshot", scores=[make_score()])
    (tmp_path / "snapshot" / "manifest.json").write_text('{"mode": "snapshot"}')
    load_paths(engine, tmp_path / "snapshot", most_vanished=1.0)
    report = replay(engine, 1, folder)
    assert (report.files[0].inserted, report.files[0].filtered) == (0, 1)
    assert rows_of(engine, "score", "episode_id") == [("E1",)]


def test_what_came_before_is_changed(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode(planned_visits="3")])
    late = make_episode(planned_visits="4", discharge_date="2025-02-01")
    load_tables(engine, tmp_path / "2", episodes=[late])
    with reading(engine) as connection:
        sources = replay_sources(refused_rows(connection, "main", 2), find_sources([tmp_path / "2"]))
    day = late["discharge_date"]
    request = LoadRequest(
        sources, today=AS_OF, as_of=AS_OF.fromisoformat(day), most_rejected=1.0, replay_of=2
    )
    assert load(engine, request).files[0].updated == 1


def test_taking_a_replay_back_opens_its_rows_again(engine, folder, tmp_path):
    load_tables(engine, tmp_path / "fix", episodes=[make_episode("E2")])
    before = facts(engine)
    replay(engine, 1, folder)
    roll_back(engine, "main", 3)
    assert (facts(engine), open_places(engine, 1)) == (before, [3, 4, 5])
    assert replay(engine, 1, folder).files[0].inserted == 1


def test_a_replay_counts_as_no_load_of_the_file(engine, folder, tmp_path):
    load_tables(engine, tmp_path / "fix", episodes=[make_episode("E2"), make_episode("E3")])
    replay(engine, 1, folder)
    again = load_paths(engine, folder, most_rejected=1.0)
    assert (again.status, again.files[1].unchanged, again.files[1].rejected) == ("loaded", 3, 1)


def test_the_files_must_be_the_same(engine, folder, tmp_path):
    write_table(folder / "scores.csv", [make_score("E2")])
    with pytest.raises(UsageError, match=r"scores.csv of load 1 is not there with the same content"):
        replay(engine, 1, folder)
    assert rows_of(engine, "load_run", "load_number") == [(1,)]


def test_only_a_load_that_stands_can_be_replayed(engine, folder, tmp_path):
    refused = load_tables(
        engine, tmp_path / "bad", scores=[make_score(value="x")], request={"most_rejected": 0}
    )
    assert refused.load_number == 2
    for number, says in ((2, "refused"), (7, "no load 7")):
        with pytest.raises(UsageError, match=says):
            replay(engine, number, folder)
    roll_back(engine, "main", 1)
    with pytest.raises(UsageError, match="rolled_back"):
        replay(engine, 1, folder)


def test_a_renamed_file_with_the_same_content_is_the_same(engine, folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (folder / "scores.csv").rename(other / "Scores.CSV")
    load_tables(engine, tmp_path / "fix", episodes=[make_episode("E2")])
    assert replay(engine, 1, other).files[0].inserted == 1
