"""The draft for a REDCap export: an entry per table, with the lines, days and events that belong to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import rows_of
from loading import counts, load_mapped, problems, write
from redcap_project import PERSONAL, redcap_export, redcap_lines

from etl.errors import UsageError
from etl.mapping_file import parse_mapping
from etl.suggest import suggest_mapping

CORRECTED = {
    '# condition = "…"': 'condition = { const = "pfps" } #',
    '# therapist = "…"': 'therapist = { const = "not_recorded" } #',
    '# sex = { from = "sex" }': 'sex = { from = "sex", map = { 0 = "female", 1 = "male" } }',
    '# side = { from = "knee" }': 'side = { from = "knee", map = { 1 = "left", 2 = "right", 3 = "both" } }',
    'status = { from = "running_status" }': (
        'status = { from = "running_status", map = { 2 = "running_with_pain", 3 = "running_without_pain" } }'
    ),
    '# treatments = { from = "treatments", parse = "checkboxes", map = { "1" = "…", "2" = "…", "7" = "…",': (
        'treatments = { from = "treatments", parse = "checkboxes", '
        'map = { "1" = "soft_tissue", "2" = "dry_needling", "7" = "graded_running",'
    ),
    '"redcap_repeat_instrument", filled = false }]\n\n[files.scores.columns]\nepisode_id = "record_id"\n'
    'scored_on = "visit_date"': (
        '"redcap_repeat_instrument", filled = false }]\n\n[files.scores.columns]\nepisode_id = "record_id"\n'
        'scored_on = { from = ["visit_date", "pain_survey_timestamp"], parse = "first_filled", formats = ["iso"] }'
    ),
}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return redcap_export(tmp_path / "Runners_DATA_2024-06-01_1200.csv")


def test_events_and_repeats_are_filters(export):
    text = suggest_mapping(export, export.parent)
    assert "# 3 lines: baseline_arm_1\n# 3 lines: week_6_arm_1\n# 6 lines: sessions_arm_1 / session\n" in text
    corrected = text.replace('# condition = "…"', 'condition = { const = "pfps" } #')
    corrected = corrected.replace('# therapist = "…"', 'therapist = { const = "T" } #')
    files = parse_mapping(corrected.encode(), "draft")[0].files
    assert list(files) == ["record", "episodes", "scores", "scores_2", "running", "visits"]
    chosen = {
        name: [(item.column[0], item.is_ or item.filled) for item in rule.filters]
        for name, rule in files.items()
    }
    event, repeat = "redcap_event_name", "redcap_repeat_instrument"
    assert chosen == {
        "record": [],
        "episodes": [(event, ("baseline_arm_1",)), (repeat, False)],
        "scores": [(event, ("baseline_arm_1", "week_6_arm_1")), (repeat, False)],
        "scores_2": [(event, ("week_6_arm_1",)), (repeat, ("run_log",))],
        "running": [(event, ("week_6_arm_1",)), (repeat, False)],
        "visits": [(event, ("sessions_arm_1",)), (repeat, ("session",))],
    }
    assert files["episodes"].columns["return_to_run_date"].lookup is not None
    same_event = files["scores_2"].columns["scored_on"].lookup
    assert same_event is not None
    assert same_event.same == (event,)
    assert [melt.columns["value"].from_ for melt in files["scores"].melt] == [
        ("nprs_usual",), ("nprs_worst",), ("akps_total",),
    ]  # fmt: skip


def test_a_draft_that_was_completed_loads(sqlite, export):
    text = suggest_mapping(export, export.parent)
    for theirs, ours in CORRECTED.items():
        assert theirs in text
        text = text.replace(theirs, ours)
    report = load_mapped(sqlite, text, export)
    assert problems(report) == []
    name = export.name
    found = counts(report)
    assert found[f"{name} (episodes)"] == (3, 0, 12)
    assert found[f"{name} (running)"] == (3, 0, 12)
    assert found[f"{name} (visits)"] == (6, 0, 9)
    assert len(rows_of(sqlite, "score", "value")) == 19  # six lines of three, but two missing, and three runs
    assert rows_of(sqlite, "episode", "episode_id", "return_to_run_date")[0][1] is not None


def test_nothing_that_identifies_people_stands_in_the_draft(export):
    text = suggest_mapping(export, export.parent)
    assert "# left out, as they identify people: first_name, dob, email\n" in text
    assert [word for word in (*PERSONAL, "2024-01-08", "T1") if word in text] == []
    assert 'null_tokens = ["NI", "[not completed]"]' in text
    assert "missing_codes = [-999]" in text


def test_scores_without_a_day_are_said_to_be_missing_one(tmp_path):
    lines = redcap_lines()
    for line in lines:
        line["visit_date"] = line["pain_survey_timestamp"] = line["returned_date"] = ""
    text = suggest_mapping(redcap_export(tmp_path / "x.csv", lines), tmp_path)
    assert "# - scored_on: no day stands in week_6_arm_1" in text


def test_an_export_of_labels_goes_by_filled_fields(tmp_path):
    file = write(
        tmp_path / "x.csv",
        "Record ID,Event Name,Date enrolled,Side,Pain score,Enrolment_complete",
        "1,Baseline (Arm 1: Mary Smith),2024-01-08,Left,6,Complete",
        "1,Week 6 (Arm 1: Mary Smith),,,3,Complete",
    )
    text = suggest_mapping(file, tmp_path)
    assert "# An export of labels. Export raw data instead" in text
    assert 'filters = [{ column = "Date enrolled", filled = true }]' in text
    assert "Smith" not in text


def test_a_file_that_is_no_project_is_drafted_as_before(tmp_path):
    file = write(tmp_path / "x.csv", "Patient ID,Task_complete,Date", "101,yes,2024-01-08")
    assert "lines:" not in suggest_mapping(file, tmp_path)
    with pytest.raises(UsageError, match="There is no file"):
        suggest_mapping(tmp_path / "none.csv", tmp_path)
