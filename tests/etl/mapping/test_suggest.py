"""The draft for a file: it loads as it is or says what is missing, and holds no value of the file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from builders import load_tables, make_episode, rows_of
from loading import load_mapped, write

from etl.errors import LoadError, UsageError
from etl.mapping import Mapping
from etl.mapping_file import MappingError, parse_mapping
from etl.suggest import suggest_mapping


def draft(file: Path, table: str | None = None) -> str:
    return suggest_mapping(file, file.parent, table)


def rule_of(text: str) -> tuple[str, Mapping]:
    mapping, _ = parse_mapping(text.encode(), "draft")
    (name,) = mapping.files
    return name, mapping


APPOINTMENTS = (
    "Appointment Date,Patient ID,Patient Name,Practitioner,Type,Status,Mobile,Notes",
    "08/01/2024,101,Jo Bloggs,Kim Lee,Runner's knee,Arrived,07700 900123,likes mornings",
    "22/01/2024,101,Jo Bloggs,Kim Lee,Follow up,DNA,07700 900123,",
    "29/01/2024,102,Al Other,Sam Ray,Massage,Cancelled,,",
)


def test_an_appointment_list(sqlite, tmp_path):
    file = write(tmp_path / "Appointments 2024-01.csv", *APPOINTMENTS)
    text = draft(file)
    name, mapping = rule_of(text)
    rule = mapping.files[name]
    assert rule.table == "appointments"
    assert rule.match == ("Appointments *.csv",)
    assert rule.columns["visit_date"].formats == ("%d/%m/%Y",)
    assert rule.columns["therapist"].pseudonymise
    assert rule.columns["status"].map == {"Arrived": "attended", "DNA": "did_not_attend"}
    assert rule.columns["condition"].map["Runner's knee"] == "pfps"
    assert rule.drop == ("Patient Name", "Mobile", "Notes")
    report = load_mapped(sqlite, text, file)
    assert report.status == "loaded"
    assert rows_of(sqlite, "episode", "episode_id", "condition") == [("101:2024-01-08", "pfps")]


def test_no_value_of_the_file_stands_in_the_draft(tmp_path):
    text = draft(
        write(tmp_path / "x.csv", *APPOINTMENTS, "05/02/2024,103,Zoe Quill,Kim Lee,Zorbing,Lapsed,,")
    )
    assert not re.search("Bloggs|Kim|Lee|Other|Sam|Ray|Zoe|Quill|Zorbing|Lapsed|07700|mornings|101|102", text)
    assert "# status: words not known look like aaaaaa (1×); say in map what they mean" in text
    assert "allowed: attended, cancelled, did_not_attend" in text
    assert "# - status: in 1 rows, words that are not ours; match them in map" in text


def test_a_form_s_answers(sqlite, tmp_path):
    load_tables(sqlite, tmp_path / "in", episodes=[make_episode("E1", patient_id="P1")])
    file = write(
        tmp_path / "answers.csv", "Timestamp,Your code,Email,Pain score (0-10)",
        "2024-03-14 09:30:00,P1,jo@example.org,3", "2024-03-15 09:30:00,P1,jo@example.org,4",
    )  # fmt: skip
    text = draft(file, "scores")
    _, mapping = rule_of(text)
    rule = mapping.files["scores"]
    assert rule.columns["scored_on"].formats == ("iso",)
    assert rule.columns["patient_id"].from_ == ("Your code",)
    assert load_mapped(sqlite, text, file).status == "loaded"
    assert rows_of(sqlite, "score", "episode_id", "value") == [("E1", 3.0), ("E1", 4.0)]


def dated(tmp_path: Path, *days: str) -> str:
    return draft(write(tmp_path / "x.csv", "patient id;visit date", *(f"P1;{day}" for day in days)), "visits")


def test_day_and_month_are_told_apart_only_by_a_day_above_twelve(tmp_path):
    assert 'formats = ["%d/%m/%Y"]' in dated(tmp_path, "03/04/2024", "13/04/2024")
    assert 'formats = ["%m/%d/%Y"]' in dated(tmp_path, "03/04/2024", "04/13/2024")
    text = dated(tmp_path, "03/04/2024", "04/05/2024")
    assert "# - visit_date: day or month first? No value tells" in text
    assert 'MISSING: add ["%d/%m/%Y"] or ["%m/%d/%Y"]' in text


def test_other_ways_of_writing_dates(tmp_path):
    assert 'formats = ["%d %b %Y"]' in dated(tmp_path, "3 Apr 2024")
    assert 'formats = ["excel-serial"]' in dated(tmp_path, "45352", "45353")
    assert 'visit_date = "visit date"\n' in dated(tmp_path, "2024-04-03")
    text = dated(tmp_path, "2024-04-03T23:30:00Z")
    assert 'timezone = "Europe/London" # your own' in text
    rule_of(text)


def test_how_the_file_is_written(sqlite, tmp_path):
    load_tables(sqlite, tmp_path / "in", episodes=[make_episode("E1", patient_id="P1")])
    file = write(
        tmp_path / "x.csv",
        "patient id;score date;pain;Größe",
        "P1;08.01.2024;6,5;ü",
        "P1;18.01.2024;6;ü",
        encoding="cp1252",
    )
    text = draft(file, "scores")
    assert 'format = { delimiter = ";", encodings = ["cp1252"], decimal = "," }' in text
    assert load_mapped(sqlite, text, file).status == "loaded"
    assert rows_of(sqlite, "score", "value") == [(6.0,), (6.5,)]


def test_scores_on_another_scale_with_labels_or_codes_for_missing(tmp_path):
    head = "patient id,date,pain"
    text = draft(write(tmp_path / "a.csv", head, "P1,2024-01-08,70", "P1,2024-01-09,999"), "scores")
    assert 'value = { from = "pain", scale = "0-100 to 0-10", map = { "999" = "" } } # is it?' in text
    text = draft(write(tmp_path / "b.csv", head, "P1,2024-01-08,6 – moderate"), "scores")
    assert 'value = { from = "pain", parse = "first_number" } # is it?' in text


def test_what_is_missing_is_said_first(tmp_path):
    text = draft(write(tmp_path / "x.csv", "Record ID,Date enrolled,Sex,Age", "1,2024-01-08,F,34"))
    lines = text.splitlines()
    assert lines[3] == "# MISSING, the draft does not load yet:"
    assert lines[4].startswith("# - condition: what is treated; one of pfps, itbs")
    assert lines[5].startswith("# - therapist: code of the therapist")
    assert 'age_band = { from = "Age", parse = "age_band" }' in text
    assert 'sex = { from = "Sex", map = { "F" = "female" } }' in text
    with pytest.raises(MappingError, match="condition, therapist of episodes must be given"):
        rule_of(text)


def test_the_sheet_is_named_where_there_are_several(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["only", "two"])
    sheet = book.create_sheet("May 2024")
    sheet.append(["patient id", "visit date", "therapist", "status"])
    sheet.append(["P1", "2024-05-01", "T1", "attended"])
    book.save(tmp_path / "x.xlsx")
    assert 'format = { sheet = "May 2024" }' in draft(tmp_path / "x.xlsx")


def test_files_that_cannot_be_drafted(tmp_path):
    with pytest.raises(UsageError, match=r"There is no file 'x.csv'"):
        draft(tmp_path / "x.csv")
    with pytest.raises(UsageError, match=r"No header looks like a column of ours. Say with --table"):
        draft(write(tmp_path / "shoes.csv", "colour,size", "red,43"))
    with pytest.raises(LoadError, match=r"empty.csv: the file is empty"):
        draft(write(tmp_path / "empty.csv", ""))
    with pytest.raises(UsageError, match="of no kind that a mapping reads"):
        draft(write(tmp_path / "notes.txt", "a,b"))


def test_headers_with_quotes_are_written_as_toml(tmp_path):
    file = write(tmp_path / "x.csv", '"patient ""id""",visit date', "P1,2024-01-08")
    rule = rule_of(draft(file, "visits"))[1].files["visits"]
    assert rule.columns["patient_id"].from_ == ('patient "id"',)
