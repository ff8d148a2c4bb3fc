"""One command, one load: what is kept, what is counted, what is remembered - on both databases."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from builders import (
    AS_OF,
    facts,
    load_paths,
    load_tables,
    make_assessment,
    make_episode,
    make_running,
    make_score,
    make_visit,
    rows_of,
    write_clinic,
    write_table,
)
from sqlalchemy import Engine

from etl.errors import LoadError, UsageError
from etl.load import FileReport, LoadReport, LoadRequest
from etl.load import load as load_files
from etl.sources import find_sources
from sql.engine import writing
from sql.schema import metadata
from sql.writes.setting import write_setting

EVERYTHING = {
    "episodes": [
        make_episode(patient_id="P1", site="north"),
        make_episode("E2", patient_id="P1", first_visit_date="2024-06-03", last_contact_date="2024-09-02"),
        make_episode("E3", condition="itbs", therapist="T2"),
    ],
    "running": [make_running(), make_running("E3", status="not_running")],
    "scores": [make_score(), make_score("E2", scored_on="2024-06-03"), make_score("E3")],
    "visits": [make_visit(), make_visit("E3", therapist="T2")],
    "assessments": [make_assessment(), make_assessment(side="right")],
}
COUNTS = ("inserted", "updated", "unchanged", "duplicate", "rejected", "filtered")


def counts(report: LoadReport) -> dict[str, dict[str, int]]:
    """The six counts of each table that are not 0."""
    return {
        file.table: {name: getattr(file, name) for name in COUNTS if getattr(file, name)}
        for file in report.files
    }


def adds_up(file: FileReport) -> bool:
    return file.rows_read == sum(getattr(file, name) for name in COUNTS)


def history(engine: Engine) -> list[tuple[int, str, str, dict[str, object]]]:
    return rows_of(engine, "history", "load_number", "table_name", "row_key", "old_row")


def again(folder: Path, copy: Path) -> Path:
    """The same rows in files with another content: a blank line more."""
    shutil.copytree(folder, copy)
    for path in copy.iterdir():
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    return copy


def test_every_table_is_stored_and_recorded(engine, tmp_path):
    report = load_tables(engine, tmp_path / "in", **EVERYTHING)
    assert (report.status, report.load_number, report.exit_code) == ("loaded", 1, 0)
    assert counts(report) == {table: {"inserted": len(rows)} for table, rows in EVERYTHING.items()}
    assert report.outcomes_derived == 3
    assert rows_of(engine, "clinic", "code", "sample", "version") == [("main", False, 1)]
    assert rows_of(engine, "site", "code") == [("main",), ("north",)]
    assert rows_of(engine, "therapist", "code") == [("T1",), ("T2",)]
    assert rows_of(engine, "patient", "patient_id") == [("P1",)]
    assert rows_of(engine, "visit_treatment", "episode_id", "treatment") == [
        ("E1", "education_load"),
        ("E1", "soft_tissue"),
        ("E3", "education_load"),
        ("E3", "soft_tissue"),
    ]
    assert rows_of(engine, "load_run", "load_number", "status", "as_of") == [(1, "loaded", AS_OF)]
    assert rows_of(engine, "load_file", "file_number", "file_name", "rows_read", "inserted") == [
        (1, "episodes.csv", 3, 3),
        (2, "running.csv", 2, 2),
        (3, "scores.csv", 3, 3),
        (4, "visits.csv", 2, 2),
        (5, "assessments.csv", 2, 2),
    ]
    assert all(len(token) == 32 for (token,) in rows_of(engine, "episode", "token"))


def test_the_same_load_twice_does_nothing_and_says_so(engine, tmp_path):
    folder = write_clinic(tmp_path / "in", **EVERYTHING)
    load_paths(engine, folder)
    before = {table: rows_of(engine, table) for table in metadata.tables}
    report = load_paths(engine, folder)
    assert (report.status, report.load_number, report.exit_code) == ("unchanged", None, 0)
    assert all(file.skipped for file in report.files)
    assert {table: rows_of(engine, table) for table in metadata.tables} == before


def test_a_copy_with_other_bytes_changes_nothing(engine, tmp_path):
    folder = write_clinic(tmp_path / "in", **EVERYTHING)
    load_paths(engine, folder)
    before, tokens = facts(engine), rows_of(engine, "episode", "token")
    report = load_paths(engine, again(folder, tmp_path / "copy"), as_of=date(2025, 6, 30))
    assert counts(report) == {table: {"unchanged": len(rows)} for table, rows in EVERYTHING.items()}
    assert (report.status, report.load_number, report.outcomes_derived) == ("loaded", 2, 0)
    assert (facts(engine), rows_of(engine, "episode", "token")) == (before, tokens)


def test_a_file_with_rejects_is_read_again(engine, tmp_path):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode(), make_episode("E2", condition="x")])
    load_paths(engine, folder, most_rejected=1.0)
    report = load_paths(engine, folder, most_rejected=1.0)
    assert counts(report) == {"episodes": {"unchanged": 1, "rejected": 1}}
    assert (report.load_number, report.exit_code) == (2, 1)


def test_an_older_content_comes_back_when_it_is_loaded_again(engine, tmp_path):
    first = write_clinic(tmp_path / "1", episodes=[make_episode(side="left")])
    second = write_clinic(tmp_path / "2", episodes=[make_episode(side="right")])
    for folder in (first, second, first):
        assert load_paths(engine, folder).status == "loaded"
    assert rows_of(engine, "episode", "side") == [("left",)]


def test_only_the_files_that_changed_are_read(engine, tmp_path):
    folder = write_clinic(tmp_path / "in", **EVERYTHING)
    load_paths(engine, folder)
    write_table(folder / "scores.csv", [*EVERYTHING["scores"], make_score(scored_on="2024-02-05", value="4")])
    report = load_paths(engine, folder)
    assert [file.table for file in report.files if not file.skipped] == ["scores"]
    assert counts(report)["scores"] == {"unchanged": 3, "inserted": 1}
    assert report.outcomes_derived == 2  # the episode's and that of the same person's other episode


def test_a_later_day_alone_is_recorded(engine, tmp_path):
    """New data up to a later day may well hold nothing new: the figures are then as of that day."""
    folder = write_clinic(tmp_path / "in", **EVERYTHING)
    load_paths(engine, folder)
    report = load_paths(engine, folder, as_of=date(2025, 1, 31))
    assert (report.status, report.load_number, report.exit_code) == ("loaded", 2, 0)
    assert rows_of(engine, "load_run", "as_of") == [(AS_OF,), (date(2025, 1, 31),)]
    assert load_paths(engine, folder).status == "unchanged"


def test_an_overlapping_export_inserts_updates_and_keeps_the_old_rows(engine, tmp_path):
    load_tables(
        engine,
        tmp_path / "1",
        episodes=[make_episode(side="left"), make_episode("E2")],
        scores=[make_score()],
    )
    report = load_tables(
        engine,
        tmp_path / "2",
        episodes=[make_episode(side="right"), make_episode("E2"), make_episode("E3")],
        scores=[make_score(value="5")],
    )
    assert counts(report) == {
        "episodes": {"inserted": 1, "updated": 1, "unchanged": 1},
        "scores": {"updated": 1},
    }
    assert rows_of(engine, "episode", "episode_id", "side", "load_number") == [
        ("E1", "right", 1),
        ("E2", None, 1),
        ("E3", None, 2),
    ]
    old_episode, old_score = history(engine)
    assert old_episode[:3] == (2, "episode", "E1")
    assert {
        name: old_episode[3][name]
        for name in ("clinic", "episode_id", "side", "first_visit_date", "load_number")
    } == {
        "clinic": "main",
        "episode_id": "E1",
        "side": "left",
        "first_visit_date": "2024-01-08",
        "load_number": 1,
    }
    assert old_score[:3] == (2, "score", "E1|2024-01-08|NPRS|usual_week||")
    assert old_score[3]["value"] == 6


@pytest.mark.parametrize(
    ("table", "old", "new", "stored_in", "column", "value"),
    [
        (
            "running",
            make_running(weekly_km="3"),
            make_running(weekly_km="4.5"),
            "running_report",
            "weekly_km",
            4.5,
        ),
        ("running", make_running(), make_running(status="given_up"), "running_report", "status", "given_up"),
        ("visits", make_visit(), make_visit(treatments="orthoses"), "visit", "treatments", "orthoses"),
        ("assessments", make_assessment(), make_assessment(value="2.1"), "assessment", "value", 2.1),
    ],
)
def test_every_table_is_updated_by_its_key(engine, tmp_path, table, old, new, stored_in, column, value):
    load_tables(engine, tmp_path / "1", **{"episodes": [make_episode()], table: [old]})
    report = load_tables(engine, tmp_path / "2", **{table: [new]})
    assert counts(report) == {table: {"updated": 1}}
    assert rows_of(engine, stored_in, column) == [(value,)]
    assert [row[:2] for row in history(engine)] == [(2, stored_in)]


def test_treatments_follow_their_visit(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode()], visits=[make_visit()])
    load_tables(
        engine, tmp_path / "2", visits=[make_visit(treatments="graded_running; soft_tissue;soft_tissue")]
    )
    assert rows_of(engine, "visit", "treatments") == [("graded_running;soft_tissue",)]
    assert rows_of(engine, "visit_treatment", "treatment") == [("graded_running",), ("soft_tissue",)]
    load_tables(engine, tmp_path / "3", visits=[make_visit(treatments="")])
    assert rows_of(engine, "visit_treatment") == []


def test_a_column_that_is_absent_takes_no_part(engine, tmp_path):
    known = {"side": "left", "patient_id": "P1", "site": "north", "goal": "gym", "onset_date": "2023-11"}
    load_tables(engine, tmp_path / "1", episodes=[make_episode(**known)])
    before = facts(engine)
    bare = make_episode(goal=None, last_contact_date=None)
    report = load_tables(engine, tmp_path / "2", episodes=[bare])
    assert counts(report) == {"episodes": {"unchanged": 1}}
    assert facts(engine) == before


def test_an_empty_cell_in_a_column_that_is_present_empties_the_value(engine, tmp_path):
    known = {"side": "left", "patient_id": "P1", "site": "north", "onset_date": "2023-11"}
    load_tables(engine, tmp_path / "1", episodes=[make_episode(**known)])
    report = load_tables(
        engine, tmp_path / "2", episodes=[make_episode(**dict.fromkeys([*known, "goal"], ""))]
    )
    assert counts(report) == {"episodes": {"updated": 1}}
    columns = ("side", "patient_id", "site", "goal", "onset_from", "onset_to")
    assert rows_of(engine, "episode", *columns) == [(None, None, "main", None, None, None)]
    assert rows_of(engine, "episode_outcome", "side", "goal", "site") == [("unknown", "unknown", "main")]
    (_, _, _, old), *_ = history(engine)
    assert (old["side"], old["patient_id"], old["site"], old["goal"]) == ("left", "P1", "north", "running")


def test_an_episode_may_move_to_a_new_therapist_site_and_person(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode(patient_id="P1", site="north")])
    report = load_tables(
        engine, tmp_path / "2", episodes=[make_episode(patient_id="P2", site="south", therapist="T9")]
    )
    assert counts(report) == {"episodes": {"updated": 1}}
    assert rows_of(engine, "episode", "patient_id", "site", "therapist") == [("P2", "south", "T9")]


def test_an_episode_that_moves_to_another_person_frees_the_courses_it_leaves(engine, tmp_path):
    second = make_episode(
        "E2", patient_id="P1", first_visit_date="2024-06-03", last_contact_date="2024-09-02"
    )
    load_tables(engine, tmp_path / "1", episodes=[make_episode(patient_id="P1"), second])
    day = (date(2024, 1, 8) - date(1970, 1, 1)).days
    assert rows_of(engine, "episode_outcome", "episode_id", "previous_first_visit_day") == [
        ("E1", None),
        ("E2", day),
    ]
    load_tables(engine, tmp_path / "2", episodes=[make_episode(patient_id="P2")])
    assert rows_of(engine, "episode_outcome", "episode_id", "previous_first_visit_day") == [
        ("E1", None),
        ("E2", None),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"scored_on": "2024-01-15"},
        {"episode_id": "E2"},
        {"instrument": "VAS10"},
        {"context": "running"},
        {"reporter": "clinician"},
    ],
)
def test_a_score_with_a_code_of_its_own_moves(engine, tmp_path, change):
    old = make_score(score_id="S1", reporter="patient")
    load_tables(engine, tmp_path / "1", episodes=[make_episode(), make_episode("E2")], scores=[old])
    report = load_tables(engine, tmp_path / "2", scores=[{**old, **change, "value": "3"}])
    assert counts(report) == {"scores": {"updated": 1}}
    moved = {**old, **change}
    columns = ("episode_id", "instrument", "context", "reporter", "score_id")
    assert rows_of(engine, "score", *columns, "value") == [(*(moved[name] for name in columns), 3.0)]
    assert [(row[1], row[2]) for row in history(engine)] == [
        ("score", "E1|2024-01-08|NPRS|usual_week|patient|S1")
    ]
    assert report.outcomes_derived == (2 if "episode_id" in change else 1)


def test_scores_without_the_column_reporter_keep_who_scored(engine, tmp_path):
    """A column that is absent takes no part, even where it belongs to the key."""
    scored = make_score(score_id="S1", reporter="clinician")
    load_tables(engine, tmp_path / "1", episodes=[make_episode()], scores=[scored])
    report = load_tables(
        engine, tmp_path / "2", scores=[make_score(score_id="S1"), make_score(score_id="S2")]
    )
    assert counts(report) == {"scores": {"unchanged": 1, "inserted": 1}}
    moved = load_tables(engine, tmp_path / "3", scores=[make_score(score_id="S1", scored_on="2024-01-15")])
    assert counts(moved) == {"scores": {"updated": 1}}
    assert rows_of(engine, "score", "score_id", "scored_on", "reporter") == [
        ("S1", date(2024, 1, 15), "clinician"),
        ("S2", date(2024, 1, 8), ""),
    ]


def test_several_files_of_one_table_are_read_as_one(engine, tmp_path):
    first = write_clinic(tmp_path / "1", episodes=[make_episode(), make_episode("E2")])
    second = write_clinic(
        tmp_path / "2", episodes=[make_episode(), make_episode("E2", side="left"), make_episode("E3")]
    )
    report = load_paths(engine, first, second, most_rejected=1.0)
    assert all(adds_up(file) for file in report.files)
    assert rows_of(engine, "episode", "episode_id", "side") == [("E1", None), ("E2", "left"), ("E3", None)]


def test_two_files_of_other_columns_may_update_a_row_one_after_the_other(engine, tmp_path):
    load_tables(engine, tmp_path / "0", episodes=[make_episode(side="left", sex="female")])
    first = write_clinic(tmp_path / "1", episodes=[make_episode(side="right")])
    second = write_clinic(tmp_path / "2", episodes=[make_episode(sex="male")])
    report = load_paths(engine, first, second)
    assert [(file.updated, adds_up(file)) for file in report.files] == [(1, True), (1, True)]
    assert rows_of(engine, "episode", "side", "sex") == [("right", "male")]
    (_, _, _, before_the_load), *more = history(engine)
    assert (before_the_load["side"], before_the_load["sex"], more) == ("left", "female", [])


def test_two_files_of_the_same_columns_share_duplicates_and_conflicts(engine, tmp_path):
    first = write_clinic(
        tmp_path / "1", episodes=[make_episode(side="left"), make_episode("E2", side="left")]
    )
    second = write_clinic(
        tmp_path / "2", episodes=[make_episode(side="left"), make_episode("E2", side="right")]
    )
    report = load_paths(engine, first, second, most_rejected=1.0)
    assert [(file.inserted, file.duplicate, file.rejected) for file in report.files] == [(1, 0, 1), (0, 1, 1)]
    assert [(p.line, p.rule) for file in report.files for p in file.problems] == [(3, "conflicting_rows")] * 2


def test_clinics_share_a_store_and_nothing_else(engine, tmp_path):
    folder = write_clinic(tmp_path / "in", **EVERYTHING)
    north = load_paths(engine, folder, clinic="north")
    south = load_paths(engine, folder, clinic="south")
    assert (north.load_number, south.load_number, south.status) == (1, 1, "loaded")
    load_tables(engine, tmp_path / "more", episodes=[make_episode(side="right")], request={"clinic": "north"})
    assert rows_of(engine, "episode", "side", clinic="north", episode_id="E1") == [("right",)]
    assert rows_of(engine, "episode", "side", clinic="south", episode_id="E1") == [(None,)]
    assert rows_of(engine, "clinic", "code", "version") == [("north", 2), ("south", 1)]


# --- refused rows and refused loads ------------------------------------------------------------------------------


def test_refused_rows_are_recorded_by_address_and_shape(engine, tmp_path):
    episodes = [make_episode(), make_episode("E2", condition="Knee 7"), make_episode("E 3", condition="x")]
    report = load_tables(engine, tmp_path / "in", episodes=episodes)
    assert (report.exit_code, report.rejected) == (1, 2)
    assert rows_of(
        engine, "reject", "reject_number", "file_number", "line", "column_name", "rule", "shape"
    ) == [
        (1, 1, 3, "condition", "code", "aaaa 9"),
        (2, 1, 4, "condition", "code", "a"),
        (3, 1, 4, "episode_id", "key", "a 9"),
    ]


@pytest.mark.parametrize(
    ("bad", "share", "loaded"),
    [(1, 0.05, True), (2, 0.05, False), (2, 0.1, True), (0, 0.0, True), (1, 0.0, False), (20, 1.0, True)],
)
def test_too_many_refused_rows_roll_the_load_back(engine, tmp_path, bad, share, loaded):
    episodes = [make_episode(f"E{n}", **({"condition": "x"} if n < bad else {})) for n in range(20)]
    report = load_tables(engine, tmp_path / "in", episodes=episodes, request={"most_rejected": share})
    assert report.status == ("loaded" if loaded else "refused")
    assert report.exit_code == (3 if not loaded else 1 if bad else 0)
    assert len(rows_of(engine, "episode")) == (20 - bad if loaded else 0)


def test_the_share_of_refused_rows_is_compared_exactly(engine, tmp_path):
    """0.29 · 100 is 28.999999999999996 as a float."""
    episodes = [make_episode(f"E{n}", **({"condition": "x"} if n < 29 else {})) for n in range(100)]
    report = load_tables(engine, tmp_path / "in", episodes=episodes, request={"most_rejected": 0.29})
    assert report.status == "loaded"


def test_a_refused_load_is_recorded_and_leaves_no_fact(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode()])
    before = facts(engine)
    episodes = [
        make_episode(side="left"),
        make_episode("E2"),
        make_episode("E2"),
        make_episode("E3", condition="x"),
    ]
    report = load_tables(
        engine,
        tmp_path / "2",
        episodes=episodes,
        scores=[make_score(), make_score("E9")],
        request={"most_rejected": 0.05},
    )
    assert (report.status, report.load_number, report.exit_code) == ("refused", 2, 3)
    assert facts(engine) == before
    assert rows_of(engine, "load_run", "load_number", "status") == [(1, "loaded"), (2, "refused")]
    recorded = rows_of(engine, "load_file", "file_name", *COUNTS, load_number=2)
    assert recorded == [("episodes.csv", 0, 0, 0, 1, 1, 2), ("scores.csv", 0, 0, 0, 0, 1, 1)]
    assert rows_of(engine, "reject", "file_number", "line", "rule") == [(1, 5, "code"), (2, 3, "no_episode")]
    assert counts(report)["episodes"] == {"duplicate": 1, "rejected": 1, "filtered": 2}
    assert "2 of 6 rows were refused, more than 5 %" in report.notes[0]


def test_after_a_refused_load_the_same_files_are_read_again(engine, tmp_path):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode(), make_episode("E2", condition="x")])
    assert load_paths(engine, folder).status == "refused"
    report = load_paths(engine, folder, most_rejected=0.5)
    assert (report.status, report.load_number) == ("loaded", 2)


def test_a_check_reports_everything_and_writes_nothing(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode()])
    before = {table: rows_of(engine, table) for table in metadata.tables}
    report = load_tables(
        engine,
        tmp_path / "2",
        episodes=[make_episode(side="left"), make_episode("E2"), make_episode("E3", condition="x")],
        request={"check_only": True},
    )
    assert (report.status, report.load_number, report.exit_code) == ("checked", None, 1)
    assert counts(report) == {"episodes": {"inserted": 1, "updated": 1, "rejected": 1}}
    assert {table: rows_of(engine, table) for table in metadata.tables} == before


@pytest.mark.parametrize("bad", [[make_episode("E2", condition="x")], [{"episode_id": "E2"}]])
def test_a_check_that_fails_writes_nothing_either(engine, tmp_path, bad):
    report = load_tables(
        engine, tmp_path / "in", episodes=bad, request={"check_only": True, "most_rejected": 0.05}
    )
    assert (report.status, report.load_number, report.exit_code) == ("refused", None, 3)
    assert all(rows_of(engine, table) == [] for table in metadata.tables)


def test_the_first_load_of_a_clinic_needs_its_episodes(engine, tmp_path):
    with pytest.raises(LoadError, match=r"first load needs episodes\.csv") as refused:
        load_tables(engine, tmp_path / "in", scores=[make_score()])
    assert refused.value.exit_code == 3
    assert all(rows_of(engine, table) == [] for table in metadata.tables)
    load_tables(engine, tmp_path / "1", episodes=[make_episode()])
    assert load_tables(engine, tmp_path / "2", scores=[make_score()]).exit_code == 0
    with pytest.raises(LoadError, match="first load"):
        load_tables(engine, tmp_path / "3", scores=[make_score()], request={"clinic": "other"})


def write_manifest(folder: Path, **manifest: object) -> Path:
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True)])
def test_sample_and_real_data_do_not_mix(engine, tmp_path, first, second):
    one = write_manifest(write_clinic(tmp_path / "1", episodes=[make_episode()]), sample=first)
    two = write_manifest(write_clinic(tmp_path / "2", episodes=[make_episode("E2")]), sample=second)
    assert load_paths(engine, one).exit_code == 0
    before = {table: rows_of(engine, table) for table in metadata.tables}
    for clinic in ("main", "other"):
        with pytest.raises(LoadError, match="Use another database") as refused:
            load_paths(engine, two, clinic=clinic)
        assert refused.value.exit_code == 3
    assert {table: rows_of(engine, table) for table in metadata.tables} == before
    assert rows_of(engine, "clinic", "sample") == [(first,)]


def test_sample_and_real_data_do_not_mix_in_one_command(tmp_path):
    one = write_manifest(write_clinic(tmp_path / "1", episodes=[make_episode()]), sample=True)
    two = write_clinic(tmp_path / "2", episodes=[make_episode("E2")])
    with pytest.raises(UsageError, match="cannot be loaded together"):
        find_sources([one, two])


def test_a_sample_that_was_refused_does_not_keep_real_data_out(engine, tmp_path):
    refused = write_manifest(
        write_clinic(tmp_path / "1", episodes=[make_episode(condition="x")]), sample=True
    )
    assert load_paths(engine, refused).status == "refused"
    assert load_tables(engine, tmp_path / "2", episodes=[make_episode()]).status == "loaded"
    assert rows_of(engine, "clinic", "sample") == [(False,)]


# --- the day that the data describe -------------------------------------------------------------------------------


def test_the_day_comes_from_the_command_else_the_manifest_else_today(engine, tmp_path):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode()])
    today = date(2025, 3, 1)
    assert load_files(engine, LoadRequest(find_sources([folder]), today)).as_of == today
    write_manifest(folder, as_of="2025-02-01")
    assert load_files(engine, LoadRequest(find_sources([folder]), today)).as_of == date(2025, 2, 1)
    assert load_files(engine, LoadRequest(find_sources([folder]), today, as_of=AS_OF)).as_of == AS_OF


def test_future_is_judged_by_that_day(engine, tmp_path):
    episodes = [
        make_episode(last_contact_date=None),
        make_episode("E2", last_contact_date=None, first_visit_date="2024-01-09"),
    ]
    folder = write_clinic(tmp_path / "in", episodes=episodes)
    report = load_paths(engine, folder, as_of=date(2024, 1, 8), most_rejected=1.0)
    assert [(p.line, p.rule) for p in report.files[0].problems] == [(3, "future")]
    assert load_paths(engine, folder, as_of=date(2024, 1, 9)).exit_code == 0


# --- what a load says ----------------------------------------------------------------------------------------------


def test_returns_after_the_last_contact_are_counted_and_the_remedy_named(engine, tmp_path):
    late = make_episode(return_to_run_date="2024-09-02")
    report = load_tables(
        engine, tmp_path / "in", episodes=[late, make_episode("E2", return_to_run_date="2024-03-04")]
    )
    assert len(report.notes) == 1  # "returns_after_last_contact"
    assert report.notes[0].startswith("1 returns are dated after the last contact")
    assert "last_contact_date" in report.notes[0]


@pytest.mark.parametrize(("today", "said"), [(date(2024, 4, 30), False), (date(2024, 5, 4), True)])
def test_data_that_end_long_before_today_are_asked_about(engine, tmp_path, today, said):
    """By the month only: the last contact is one person's day."""
    folder = write_clinic(tmp_path / "in", episodes=[make_episode(last_contact_date="2024-03-04")])
    report = load_files(engine, LoadRequest(find_sources([folder]), today=today))
    assert (report.as_of, report.status) == (today, "loaded")
    assert any("Nothing is dated after March 2024" in note for note in report.notes) is said
    assert any("--as-of 2024-03-31" in note for note in report.notes) is said


def test_whoever_says_the_day_is_not_asked(engine, tmp_path):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode(last_contact_date="2024-03-04")])
    report = load_paths(engine, folder, as_of=date(2024, 12, 31))
    assert report.notes == []


def test_the_clinics_default_goal_fills_an_absent_column(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode(goal=None)])
    with writing(engine) as connection:
        write_setting(connection, "main", "default_goal", "gym", date(2024, 1, 1), today=AS_OF)
    report = load_tables(
        engine, tmp_path / "2", episodes=[make_episode(goal=None), make_episode("E2", goal=None)]
    )
    assert counts(report) == {"episodes": {"unchanged": 1, "inserted": 1}}
    assert rows_of(engine, "episode", "episode_id", "goal") == [("E1", "running"), ("E2", "gym")]


# --- the paths of a command ----------------------------------------------------------------------------------------


def test_files_may_be_named_one_by_one_in_any_order(engine, tmp_path):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode()], scores=[make_score()])
    report = load_paths(engine, folder / "scores.csv", folder / "episodes.csv")
    assert [(file.number, file.table) for file in report.files] == [(1, "episodes"), (2, "scores")]
    assert report.exit_code == 0


def test_names_are_found_whatever_their_case_and_other_files_left_alone(engine, tmp_path):
    folder = write_clinic(tmp_path / "in", EPISODES=[make_episode()], patients=[{"name": "x"}])
    (folder / "scores.csv").mkdir()
    (folder / "notes.txt").write_text("x")
    report = load_paths(engine, folder)
    assert [file.name for file in report.files] == ["EPISODES.csv"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder / "nowhere", "There is no file or folder 'nowhere'"),
        (lambda folder: write_clinic(folder / "empty"), "holds none of episodes.csv"),
        (lambda folder: write_clinic(folder / "other", patients=[{"a": "1"}]), "holds none of episodes.csv"),
        (lambda folder: write_table(folder / "x.csv", [{"a": "1"}]), "does not say which table it is"),
        (lambda folder: write_table(folder / "episodes.txt", [{"a": "1"}]), "does not say which table it is"),
    ],
)
def test_a_path_without_a_known_file_is_a_usage_error(tmp_path, make, says):
    with pytest.raises(UsageError, match=says) as refused:
        find_sources([make(tmp_path)])
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    "manifest",
    [
        "{", "[]", "null", '{"as_of": 5}', '{"as_of": "31/12/2024"}', '{"files": ["episodes.csv"]}',
        '{"files": [{"name": "episodes.csv", "rows": "1"}]}', '{"mode": "everything"}', '{"schema_version": 2}',
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_followed_is_a_usage_error(tmp_path, manifest):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode()])
    (folder / "manifest.json").write_text(manifest)
    with pytest.raises(UsageError, match=r"manifest\.json"):
        find_sources([folder])
