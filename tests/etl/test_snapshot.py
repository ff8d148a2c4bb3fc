"""Snapshot mode: what a complete export does not hold any more is deleted, with its old row in history."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from builders import (
    Row,
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
from sqlalchemy import Engine

from etl.errors import UsageError


def load_snapshot(
    engine: Engine, folder: Path, *, request: dict[str, Any] | None = None, **tables: list[Row]
):
    write_clinic(folder, **tables)
    (folder / "manifest.json").write_text('{"mode": "snapshot"}')
    given = {"most_rejected": 1.0, "most_vanished": 1.0, **(request or {})}
    return load_paths(engine, folder, **given)


def episodes(*numbers: int, **cells: str) -> list[Row]:
    return [make_episode(f"E{n}", **cells) for n in numbers]


def test_vanished_rows_are_deleted_and_kept_in_history(engine, tmp_path):
    visits = [make_visit(), make_visit(visit_date="2024-02-05"), make_visit("E2")]
    load_tables(engine, tmp_path / "1", episodes=episodes(1, 2), visits=visits)
    report = load_snapshot(engine, tmp_path / "2", episodes=episodes(1, 2), visits=visits[:1] + visits[2:])
    assert (report.status, dict(report.vanished)) == ("loaded", {"visits": 1})
    assert len(rows_of(engine, "visit")) == 2
    (kept,) = rows_of(engine, "history", "table_name", "old_row")
    assert (kept[0], kept[1]["visit_date"]) == ("visit", "2024-02-05")
    assert rows_of(engine, "load_run", "load_number", "mode", "vanished") == [
        (1, "delta", 0),
        (2, "snapshot", 1),
    ]
    assert rows_of(engine, "episode_outcome", "episode_id", "last_day") == [("E1", 182), ("E2", 182)]


def test_a_vanished_episode_takes_everything_of_it_along(engine, tmp_path):
    load_tables(
        engine,
        tmp_path / "1",
        episodes=episodes(1, 2),
        scores=[make_score("E1"), make_score("E2")],
        visits=[make_visit("E1"), make_visit("E2")],
        running=[make_running("E2")],
    )
    before = facts(engine)
    report = load_snapshot(engine, tmp_path / "2", episodes=episodes(1))
    assert dict(report.vanished) == {"episodes": 1, "scores": 1, "visits": 1, "running": 1}
    for table in ("episode", "score", "visit", "visit_treatment", "episode_outcome"):
        assert {row[0] for row in rows_of(engine, table, "episode_id")} == {"E1"}
    assert rows_of(engine, "running_report") == []
    again = load_tables(engine, tmp_path / "3", episodes=episodes(2), scores=[make_score("E2")])
    assert again.changed == 2
    assert len(facts(engine)["episode"]) == len(before["episode"])


def test_rows_of_a_vanished_episode_that_are_still_there_are_refused(engine, tmp_path):
    tables = {"scores": [make_score("E1"), make_score("E2")]}
    load_tables(engine, tmp_path / "1", episodes=episodes(1, 2), **tables)
    report = load_snapshot(engine, tmp_path / "2", episodes=episodes(1), **tables)
    assert [(p.file, p.line, p.rule) for f in report.files for p in f.problems] == [
        ("scores.csv", 3, "no_episode")
    ]
    assert rows_of(engine, "score", "episode_id") == [("E1",)]


def test_the_persons_other_course_is_derived_again(engine, tmp_path):
    former = make_episode("E1", patient_id="P1", first_visit_date="2023-01-02")
    later = make_episode("E2", patient_id="P1")
    load_tables(engine, tmp_path / "1", episodes=[former, later])
    assert rows_of(engine, "episode_outcome", "previous_first_visit_day", episode_id="E2") != [(None,)]
    load_snapshot(engine, tmp_path / "2", episodes=[later])
    assert rows_of(engine, "episode_outcome", "previous_first_visit_day") == [(None,)]


def test_more_than_a_tenth_vanished_stops_the_load(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=episodes(*range(20)), scores=[make_score("E0")])
    before = facts(engine)
    three = load_snapshot(
        engine, tmp_path / "2", episodes=episodes(*range(17)), request={"most_vanished": 0.1}
    )
    assert (three.exit_code, three.status) == (3, "refused")
    assert "3 of 20 rows of episodes are not in this snapshot, more than 10 %" in three.notes[0]
    assert "--max-vanished" in three.notes[0]
    assert facts(engine) == before
    two = load_snapshot(
        engine, tmp_path / "3", episodes=episodes(*range(2, 20)), request={"most_vanished": 0.1}
    )
    assert (two.exit_code, two.status) == (3, "refused")  # the only score went along
    both = load_snapshot(
        engine, tmp_path / "4", episodes=episodes(*range(18)), request={"most_vanished": 0.1}
    )
    assert (both.status, dict(both.vanished)) == ("loaded", {"episodes": 2})


def test_a_refused_row_has_not_vanished(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=episodes(1, 2, 3))
    now = [make_episode("E1"), make_episode("E2", condition="x"), make_episode("E3", onset_date="2024-02-01")]
    report = load_snapshot(engine, tmp_path / "2", episodes=now)
    assert (report.rejected, dict(report.vanished)) == (2, {})
    assert rows_of(engine, "episode", "episode_id") == [("E1",), ("E2",), ("E3",)]


def test_a_conflicting_row_has_not_vanished(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=episodes(1, 2))
    now = [make_episode("E1"), make_episode("E2", side="left"), make_episode("E2", side="right")]
    report = load_snapshot(engine, tmp_path / "2", episodes=now)
    assert (report.rejected, dict(report.vanished)) == (2, {})


def test_while_a_refused_row_has_no_readable_key_nothing_of_the_table_is_deleted(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=episodes(1, 2), scores=[make_score("E1"), make_score("E2")])
    report = load_snapshot(
        engine, tmp_path / "2", episodes=episodes(1, 2), scores=[make_score("E1"), make_score("E 2")]
    )
    assert (report.status, report.rejected, dict(report.vanished)) == ("loaded", 1, {})
    assert len(rows_of(engine, "score")) == 2
    assert "Refused rows of scores (1) cannot be told from rows that vanished" in report.notes[0]


def test_a_blank_score_is_one_that_is_not_there(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=episodes(1), scores=[make_score()])
    report = load_snapshot(engine, tmp_path / "2", episodes=episodes(1), scores=[make_score(value="")])
    assert dict(report.vanished) == {"scores": 1}


def test_tables_without_a_file_are_left_alone(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=episodes(1), scores=[make_score()], visits=[make_visit()])
    report = load_snapshot(engine, tmp_path / "2", visits=[make_visit(visit_date="2024-02-05")])
    assert dict(report.vanished) == {"visits": 1}
    assert len(rows_of(engine, "score")) == 1


def test_several_files_of_a_table_are_one_snapshot(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=episodes(1, 2, 3))
    for part, rows in {"a": episodes(1, side="left"), "b": episodes(3)}.items():
        write_clinic(tmp_path / part, episodes=rows)
        (tmp_path / part / "manifest.json").write_text('{"mode": "snapshot"}')
    report = load_paths(engine, tmp_path / "a", tmp_path / "b", most_vanished=1.0)
    assert (report.status, dict(report.vanished)) == ("loaded", {"episodes": 1})
    assert rows_of(engine, "episode", "episode_id", "side") == [("E1", "left"), ("E3", None)]


def test_another_clinic_is_left_alone(engine, tmp_path):
    load_tables(engine, tmp_path / "a", episodes=episodes(1, 2), request={"clinic": "a"})
    load_tables(engine, tmp_path / "b", episodes=episodes(1, 2), request={"clinic": "b"})
    load_snapshot(engine, tmp_path / "c", episodes=episodes(1), request={"clinic": "b"})
    assert rows_of(engine, "episode", "clinic", "episode_id") == [("a", "E1"), ("a", "E2"), ("b", "E1")]


def test_the_same_files_as_a_snapshot_are_not_skipped(engine, tmp_path):
    tables = {"episodes": episodes(1)}
    load_tables(engine, tmp_path / "1", episodes=episodes(2))
    assert load_tables(engine, tmp_path / "2", **tables).status == "loaded"
    report = load_snapshot(engine, tmp_path / "3", **tables)
    assert (report.status, dict(report.vanished)) == ("loaded", {"episodes": 1})
    assert load_snapshot(engine, tmp_path / "4", **tables).status == "unchanged"


def test_check_says_what_would_vanish(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=episodes(1, 2))
    before = facts(engine)
    report = load_snapshot(engine, tmp_path / "2", episodes=episodes(1), request={"check_only": True})
    assert (report.status, dict(report.vanished)) == ("checked", {"episodes": 1})
    assert facts(engine) == before


@pytest.mark.parametrize("manifest", ['{"mode": "mirror"}', '{"mode": 1}'])
def test_an_unknown_mode_is_refused(tmp_path, manifest):
    from etl.sources import find_sources

    folder = write_clinic(tmp_path / "in", episodes=episodes(1))
    (folder / "manifest.json").write_text(manifest)
    with pytest.raises(UsageError, match="delta and snapshot"):
        find_sources([folder])


def test_a_snapshot_and_a_delta_are_not_loaded_together(engine, tmp_path):
    for part, mode in {"a": "snapshot", "b": "delta"}.items():
        write_clinic(tmp_path / part, episodes=episodes(1))
        (tmp_path / part / "manifest.json").write_text(json.dumps({"mode": mode}))
    with pytest.raises(UsageError, match="one after the other"):
        load_paths(engine, tmp_path / "a", tmp_path / "b")
