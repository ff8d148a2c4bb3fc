"""REDCap exports by mapping: events, repeats, columns to tick, days that stand in other lines of the record."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import rows_of
from loading import counts, load_mapped, problems, write
from redcap_project import PERSONAL, redcap_export, redcap_lines

from etl.errors import UsageError
from etl.mapping_file import MappingError, parse_mapping, read_preset
from etl.sources import find_sources

START = """
null_tokens = ["NI", "[not completed]"]
[files.record]
missing_codes = [-999]
[files.episodes]
table = "episodes"
unknown_columns = "drop"
filters = [{ column = "redcap_event_name", like = "baseline_arm_*" }]
[files.episodes.columns]
episode_id = "record_id"
condition = { const = "pfps" }
side = { from = "knee", map = { 1 = "left", 2 = "right", 3 = "both" } }
first_visit_date = "date_enrolled"
therapist = { const = "not_recorded" }
return_to_run_date = { from = "record_id", lookup = { file = "record", key = "record_id", value = "returned_date" } }
"""
SCORES = """
[files.scores]
table = "scores"
unknown_columns = "drop"
missing_codes = [-999]
filters = [{ column = "redcap_repeat_instrument", filled = false }]
[files.scores.columns]
episode_id = "record_id"
scored_on = { from = ["visit_date", "pain_survey_timestamp"], parse = "first_filled", formats = ["iso"] }
[[files.scores.melt]]
columns = { value = "nprs_usual", instrument = { const = "NPRS" }, context = { const = "usual_week" } }
[[files.scores.melt]]
columns = { value = "akps_total", instrument = { const = "AKPS" } }
"""
RUNS = """
[files.runs]
table = "scores"
unknown_columns = "drop"
filters = [{ column = "redcap_repeat_instrument", is = "run_log" }]
[files.runs.columns]
episode_id = "record_id"
scored_on = { from = "record_id", formats = ["iso"], lookup = { file = "record", key = "record_id", value = ["visit_date", "pain_survey_timestamp"], same = "redcap_event_name" } }
instrument = { const = "NPRS" }
context = { const = "running" }
value = "run_pain"
"""
SESSIONS = """
[files.visits]
table = "visits"
unknown_columns = "drop"
filters = [{ column = "redcap_repeat_instrument", is = "session" }]
[files.visits.columns]
episode_id = "record_id"
visit_date = "session_date"
therapist = "session_therapist"
treatments = { from = "treatments", parse = "checkboxes", map = { 1 = "soft_tissue", 2 = "dry_needling", 7 = "graded_running", _999 = "" } }
"""
PLANNED = """
[files.scores]
table = "scores"
unknown_columns = "drop"
missing_codes = [-999]
[files.scores.columns]
episode_id = "record_id"
instrument = { const = "NPRS" }
context = { const = "usual_week" }
value = "nprs_usual"
[[files.scores.melt]]
columns = { scored_on = { from = "record_id", plus_days = 42, lookup = { file = "record", key = "record_id", value = "date_enrolled" } } }
filters = [{ column = "redcap_event_name", like = "week_6_arm_*" }, { column = "nprs_usual", filled = true }]
"""


def days(engine, table: str, *columns: str) -> list[tuple[object, ...]]:
    found = rows_of(engine, table, *columns)
    return sorted(tuple(c.isoformat() if hasattr(c, "isoformat") else c for c in row) for row in found)


def test_a_course_takes_what_another_event_of_its_record_holds(sqlite, tmp_path):
    report = load_mapped(sqlite, START, redcap_export(tmp_path / "P_DATA_2024-06-01.csv"))
    assert problems(report) == []
    assert days(sqlite, "episode", "episode_id", "side", "first_visit_date", "return_to_run_date") == [
        ("1", "left", "2024-01-08", "2024-03-05"),
        ("2", "right", "2024-01-15", None),
        ("3", "both", "2024-02-05", None),
    ]


def test_two_events_that_differ_refuse_the_course(sqlite, tmp_path):
    lines = redcap_lines()
    lines[0]["returned_date"] = "2024-03-01"
    report = load_mapped(sqlite, START, redcap_export(tmp_path / "x.csv", lines))
    assert problems(report) == [("x.csv", 2, "return_to_run_date", "found_twice", "9")]


def test_scores_of_every_event_and_the_first_filled_of_two_days(sqlite, tmp_path):
    report = load_mapped(sqlite, START + SCORES, redcap_export(tmp_path / "x.csv"))
    assert problems(report) == []
    assert counts(report)["x.csv (scores)"] == (11, 0, 10)  # nine lines of repeats, and a missing data code
    assert days(sqlite, "score", "episode_id", "scored_on", "instrument", "value") == [
        ("1", "2024-01-08", "AKPS", 71.0), ("1", "2024-01-08", "NPRS", 6.0),
        ("1", "2024-03-11", "AKPS", 82.0), ("1", "2024-03-11", "NPRS", 3.0),
        ("2", "2024-01-15", "AKPS", 72.0), ("2", "2024-01-15", "NPRS", 6.0), ("2", "2024-03-12", "AKPS", 82.0),
        ("3", "2024-02-05", "AKPS", 73.0), ("3", "2024-02-05", "NPRS", 6.0),
        ("3", "2024-03-13", "AKPS", 82.0), ("3", "2024-03-13", "NPRS", 3.0),
    ]  # fmt: skip


def test_a_repeat_takes_its_day_from_the_same_event(sqlite, tmp_path):
    report = load_mapped(sqlite, START + RUNS, redcap_export(tmp_path / "x.csv"))
    assert problems(report) == []
    assert days(sqlite, "score", "episode_id", "scored_on", "context", "value") == [
        ("1", "2024-03-11", "running", 2.0),
        ("2", "2024-03-12", "running", 2.0),
        ("3", "2024-03-13", "running", 2.0),
    ]


def test_without_the_column_that_must_agree_the_entry_does_not_fit(sqlite, tmp_path):
    mapping = (START + RUNS).replace('same = "redcap_event_name"', 'same = "redcap_event"')
    parsed = parse_mapping(mapping.encode(), "m.toml")
    found = find_sources([redcap_export(tmp_path / "x.csv")], mapping=parsed, pseudonym=None)
    assert [source.table for source in found.files] == ["episodes"]
    assert found.notes == ("No given file fits the mapping's runs: there is no column redcap_event.",)


def test_repeated_sessions_with_columns_to_tick(sqlite, tmp_path):
    report = load_mapped(sqlite, START + SESSIONS, redcap_export(tmp_path / "x.csv"))
    assert problems(report) == []
    assert days(sqlite, "visit", "episode_id", "visit_date", "treatments") == [
        ("1", "2024-02-11", "soft_tissue"), ("1", "2024-02-21", "graded_running;soft_tissue"),
        ("2", "2024-02-12", "soft_tissue"), ("2", "2024-02-22", "graded_running;soft_tissue"),
        ("3", "2024-02-13", "soft_tissue"), ("3", "2024-02-23", "graded_running;soft_tissue"),
    ]  # fmt: skip


def test_planned_days_are_counted_from_the_day_of_another_event(sqlite, tmp_path):
    report = load_mapped(sqlite, START + PLANNED, redcap_export(tmp_path / "x.csv"))
    assert problems(report) == []
    assert days(sqlite, "score", "episode_id", "scored_on", "value") == [
        ("1", "2024-02-19", 3.0), ("3", "2024-03-18", 3.0),
    ]  # fmt: skip


def test_an_export_of_labels_with_columns_to_tick(sqlite, tmp_path):
    mapping = """
[files.episodes]
table = "episodes"
[files.episodes.columns]
episode_id = "Record ID"
condition = { const = "pfps" }
first_visit_date = "Date of enrolment"
therapist = { const = "not_recorded" }
tendon_involved = { from = "Structures (choice=Tendon)", map = { Checked = "yes", Unchecked = "no" } }
[files.visits]
table = "visits"
[files.visits.columns]
episode_id = "Record ID"
visit_date = "Date of enrolment"
treatments = { from = "Treatments given", parse = "checkboxes", map = { Taping = "taping_or_brace", "Dry needling (any)" = "dry_needling" } }
"""
    header = "Record ID,Date of enrolment,Structures (choice=Tendon),Treatments given (choice=Taping),Treatments given (choice=Dry needling (any))"
    file = write(
        tmp_path / "x.csv",
        header,
        "1,2024-01-08,Checked,Unchecked,Checked",
        "2,2024-01-09,Unchecked,Checked,Checked",
    )
    report = load_mapped(sqlite, mapping, file)
    assert problems(report) == []
    assert rows_of(sqlite, "episode", "episode_id", "tendon_involved") == [("1", "yes"), ("2", "no")]
    assert rows_of(sqlite, "visit", "episode_id", "treatments") == [
        ("1", "dry_needling"), ("2", "dry_needling;taping_or_brace"),
    ]  # fmt: skip


def test_days_can_only_be_added_to_days():
    with pytest.raises(MappingError, match=r"files\.episodes\.columns\.side\.plus_days: side is no day"):
        parse_mapping(START.replace('from = "knee"', 'from = "knee", plus_days = 7').encode(), "m.toml")


def test_nothing_personal_is_stored(sqlite, tmp_path):
    load_mapped(sqlite, START + SCORES + SESSIONS, redcap_export(tmp_path / "x.csv"))
    stored = Path(sqlite.url.database).read_bytes()
    assert [word for word in PERSONAL if word.encode() in stored] == []


def test_the_preset_reads_usual_names_without_repeats(sqlite, tmp_path):
    file = write(
        tmp_path / "Project_DATA_2024-06-01.csv",
        "study_id,redcap_event_name,date_enrolled,condition,therapist_id,visit_date,nprs_usual,akps_total,returned_date",
        "1,baseline_arm_1,2024-01-08,1,T1,2024-01-08,6,71,",
        "1,week_6_arm_1,,,,2024-02-19,-999,82,",
        "1,week_12_arm_1,,,,2024-04-01,NI,90,2024-03-25",
    )
    report = load_mapped(sqlite, "redcap-longitudinal", file)
    assert problems(report) == []
    assert days(sqlite, "episode", "episode_id", "first_visit_date", "return_to_run_date", "therapist") == [
        ("1", "2024-01-08", "2024-03-25", "T1")
    ]
    assert days(sqlite, "score", "scored_on", "instrument", "value") == [
        ("2024-01-08", "AKPS", 71.0), ("2024-01-08", "NPRS", 6.0),
        ("2024-02-19", "AKPS", 82.0), ("2024-04-01", "AKPS", 90.0),
    ]  # fmt: skip
    assert [day for (day,) in days(sqlite, "visit", "visit_date")] == [
        "2024-01-08",
        "2024-02-19",
        "2024-04-01",
    ]


def test_a_project_with_other_names_is_sent_to_a_draft(tmp_path):
    file = write(tmp_path / "x.csv", "record_id,redcap_event_name,startdate", "1,baseline_arm_1,2024-01-08")
    with pytest.raises(UsageError, match=r"there is no column (.|\n)*return-to-run suggest FILE > my\.toml"):
        find_sources([file], mapping=read_preset("redcap-longitudinal"), pseudonym=None)
