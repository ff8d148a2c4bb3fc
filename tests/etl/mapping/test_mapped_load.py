"""Whole loads through a mapping: which file goes where, what is looked up, and the bad-input table's lines on it."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from builders import load_tables, make_episode, rows_of, write_clinic
from loading import counts, load_mapped, problems, stops, write
from sqlalchemy import Engine

from etl.errors import RULES, IdentifiersFound, LoadError, UsageError
from etl.load import LoadReport
from etl.mapping_file import parse_mapping, preset_text
from etl.sources import find_sources

SCORES = """
[files.answers]
match = "answers*"
table = "scores"
{more}
[files.answers.columns]
episode_id = "id"
scored_on = {{ from = "day", formats = ["%d/%m/%Y"] }}
instrument = {{ const = "NPRS" }}
context = {{ const = "usual_week" }}
value = {value}
"""


def scores(more: str = "", value: str = '"pain"') -> str:
    return SCORES.format(more=more, value=value)


@pytest.fixture
def clinic(sqlite: Engine, tmp_path: Path) -> Engine:
    """A store with three episodes of two people."""
    load_tables(
        sqlite,
        tmp_path / "clinic",
        episodes=[
            make_episode("E1", patient_id="P1"),
            make_episode("E2", patient_id="P2"),
            make_episode("E3", patient_id="P3"),
        ],
    )
    return sqlite


def stored_scores(engine: Engine) -> list[tuple[str, str, float]]:
    found = rows_of(engine, "score", "episode_id", "scored_on", "value")
    return sorted((code, day.isoformat(), value) for code, day, value in found)


def warnings(report: LoadReport) -> list[tuple[str, str, str]]:
    return [(w.file, w.rule, w.column) for file in report.files for w in file.warnings]


def message(report: LoadReport) -> str:
    """What the user is told of the first thing that went wrong."""
    found = [file.stopped_by for file in report.files if file.stopped_by]
    found += [problem for file in report.files for problem in file.problems]
    return f"{found[0]}. {RULES[found[0].rule].remedy}"


# --- the bad-input table


def test_other_delimiters_encodings_and_decimals_where_declared(clinic, tmp_path):
    more = 'format = { delimiter = ";", encodings = "cp1252", decimal = "," }\ndrop = ["Größe"]'
    file = write(tmp_path / "answers.csv", "id;day;pain;Größe", "E1;08/01/2024;6,5;ü", encoding="cp1252")
    report = load_mapped(clinic, scores(more), file)
    assert report.status == "loaded"
    assert stored_scores(clinic) == [("E1", "2024-01-08", 6.5)]


def test_rows_above_the_header(clinic, tmp_path):
    file = write(
        tmp_path / "answers.csv", "Clinic report", "2024", "id,day,pain", "E1,08/01/2024,6", "Total,1,6"
    )
    report = load_mapped(clinic, scores("format = { header_row = 3 }"), file)
    assert stored_scores(clinic) == [("E1", "2024-01-08", 6.0)]
    assert problems(report) == [("answers.csv", 5, "scored_on", "date_format", "9")]
    assert "none of the declared formats (looks like 9)" in message(report)


def test_declared_dates_in_order_and_iso_among_them(clinic, tmp_path):
    mapping = scores().replace('["%d/%m/%Y"]', '["%d/%m/%Y", "iso"]')
    file = write(
        tmp_path / "answers.csv", "id,day,pain",
        "E1,03/04/2024,6", "E1,2024-04-04,6", "E1,31/02/2024,6", "E1,05/04/24,6", "E1,05/04/2204,6", "E1,45387,6",
    )  # fmt: skip
    report = load_mapped(clinic, mapping, file)
    assert [day for _, day, _ in stored_scores(clinic)] == ["2024-04-03", "2024-04-04"]
    assert problems(report) == [
        ("answers.csv", 4, "scored_on", "no_such_day", "99/99/9999"),
        ("answers.csv", 5, "scored_on", "date_format", "99/99/99"),
        ("answers.csv", 6, "scored_on", "future", "9999-99-99"),
        ("answers.csv", 7, "scored_on", "date_format", "99999"),
    ]
    assert ("answers.csv", "mixed_dates", "scored_on (%d/%m/%Y 2×, iso 1×)") in warnings(report)


def test_a_slashed_date_with_no_declared_format_stops(clinic, tmp_path):
    file = write(tmp_path / "answers.csv", "id,day,pain", "E1,2024-01-08,6", "E1,03/04/2024,6")
    report = load_mapped(clinic, scores().replace(', formats = ["%d/%m/%Y"]', ""), file)
    assert stops(report) == [("answers.csv", 3, "scored_on", "undeclared_date")]
    assert "answers.csv, line 3, column scored_on: a date like 03/04/2024 can be March or April" in message(
        report
    )
    assert "declare how it is written in a mapping" in message(report)


def test_a_stamp_with_an_offset_needs_the_time_zone(clinic, tmp_path):
    mapping = scores().replace('["%d/%m/%Y"]', '["iso"]')
    file = write(tmp_path / "answers.csv", "id,day,pain", "E1,2024-07-01T23:30:00Z,6")
    report = load_mapped(clinic, mapping, file)
    assert stops(report) == [("answers.csv", 2, "scored_on", "undeclared_timezone")]
    assert "Add timezone to the mapping, like Europe/London." in message(report)
    write(tmp_path / "manifest.json", '{"timezone": "Europe/London"}')
    load_mapped(clinic, mapping, file)
    assert stored_scores(clinic) == [("E1", "2024-07-02", 6.0)]


def test_scores_in_other_words_and_on_other_scales(clinic, tmp_path):
    value = '{ from = "pain", map = { mild = 2, none = 0 } }'
    cells = ["7/10", "7 out of 10", "mild", "5-6", ">7", "moderate", "11", "-1", "-999", "UNK", "n/a", ""]
    lines = [f"E1,{day:02}/02/2024,{cell}" for day, cell in enumerate(cells, start=1)]
    more = 'missing_codes = [-999]\nnull_tokens = ["n/a", "UNK"]'
    report = load_mapped(clinic, scores(more, value), write(tmp_path / "answers.csv", "id,day,pain", *lines))
    assert [value for *_, value in stored_scores(clinic)] == [7.0, 7.0, 2.0]
    assert [(line, rule) for _, line, _, rule, _ in problems(report)] == [
        (5, "number"), (6, "number"), (7, "number"), (8, "range"), (9, "range"),
    ]  # fmt: skip
    assert counts(report)["answers.csv"] == (3, 5, 4)  # what is missing is left out, never 0


def test_missing_codes_that_are_not_declared_are_refused(clinic, tmp_path):
    lines = [f"E1,{day:02}/02/2024,{cell}" for day, cell in enumerate(["-999", "88", "UNK", "4"], start=1)]
    report = load_mapped(clinic, scores(), write(tmp_path / "answers.csv", "id,day,pain", *lines))
    assert [(line, rule, shape) for _, line, _, rule, shape in problems(report)] == [
        (2, "range", ""), (3, "range", ""), (4, "number", "aaa"),
    ]  # fmt: skip


def test_two_answers_to_one_question_refuse_the_row(clinic, tmp_path):
    file = write(tmp_path / "answers.csv", "id,day,pain,How bad?", "E1,08/01/2024,6,", "E1,09/01/2024,6,5")
    report = load_mapped(clinic, scores(value='["pain", "How bad?"]'), file)
    assert problems(report) == [("answers.csv", 3, "value", "answers_differ", "9 | 9")]
    assert "two columns that hold one value are both filled, and differ" in message(report)


def test_a_scale_to_ten(clinic, tmp_path):
    lines = [f"E1,{day:02}/02/2024,{cell}" for day, cell in enumerate(["70", "45", "101"], start=1)]
    value = '{ from = "pain", scale = "0-100 to 0-10" }'
    report = load_mapped(clinic, scores(value=value), write(tmp_path / "answers.csv", "id,day,pain", *lines))
    assert [value for *_, value in stored_scores(clinic)] == [7.0, 4.5]
    assert problems(report) == [("answers.csv", 4, "value", "range", "999")]


REPAIRED = ["2024-10-07", "07/10/2024", "10/07/2024", "7-Oct", "10-Jul", "10.10.2024", "2024-07-10 00:00:00"]
NOT_REPAIRED = ["2024-03-05", "Oct-07", "2024-10-11", "7-Okt", "31/12/2024"]


def test_a_spreadsheets_dates_are_scores_only_if_asked_for(clinic, tmp_path):
    lines = [f"E1,{day:02}/02/2024,{cell}" for day, cell in enumerate([*REPAIRED, *NOT_REPAIRED], start=1)]
    file = write(tmp_path / "answers.csv", "id,day,pain", *lines)
    report = load_mapped(clinic, scores(), file)
    assert {rule for *_, rule, _ in problems(report)} == {"score_as_date"}
    assert problems(report)[0] == ("answers.csv", 2, "value", "score_as_date", "9999-99-99")
    report = load_mapped(clinic, scores(), file, repairs_dates=True)
    assert [value for *_, value in stored_scores(clinic)] == [7.0, 7.0, 7.0, 7.0, 7.0, 10.0, 7.0]
    assert len(problems(report)) == len(NOT_REPAIRED)
    assert ("answers.csv", "repaired_dates", f"value ({len(REPAIRED)}×)") in warnings(report)


def test_canonical_files_are_repaired_too(clinic, tmp_path):
    from builders import load_paths, make_score

    folder = write_clinic(tmp_path / "more", scores=[make_score("E1", value="2024-10-07")])
    assert load_paths(clinic, folder, repairs_dates=True, most_rejected=1.0).status == "loaded"
    assert stored_scores(clinic) == [("E1", "2024-01-08", 7.0)]


def test_a_date_is_no_score_on_another_scale(clinic, tmp_path):
    mapping = scores().replace('"NPRS"', '"VAS100"')
    file = write(tmp_path / "answers.csv", "id,day,pain", "E1,08/01/2024,2024-10-07")
    report = load_mapped(clinic, mapping, file, repairs_dates=True)
    assert problems(report) == [("answers.csv", 2, "value", "score_out_of", "9999-99-99")]


# --- which file goes where


def test_a_folder_by_the_names_of_its_files(clinic, tmp_path):
    folder = tmp_path / "in"
    write(folder / "answers 2024-01.csv", "id,day,pain", "E1,08/01/2024,6")
    write(folder / "ANSWERS 2024-02.CSV", "id,day,pain", "E2,08/02/2024,5")
    write(folder / "staff.csv", "code", "T1")
    report = load_mapped(clinic, scores(), folder)
    assert len(stored_scores(clinic)) == 2
    assert "Passed over, as no entry of the mapping is for them: staff.csv." in report.notes


def test_a_file_given_by_name_must_fit(clinic, tmp_path):
    file = write(tmp_path / "staff.csv", "code", "T1")
    with pytest.raises(UsageError) as error:
        load_mapped(clinic, scores(), file)
    assert str(error.value) == (
        "No entry of the mapping is for 'staff.csv'. Its entries are for files named answers: answers* (* is anything), "
        "with the columns they name."
    )
    good = write(tmp_path / "answers.csv", "id,day,pain", "E1,08/01/2024,6")
    with pytest.raises(UsageError, match=r"No entry of the mapping is for 'staff.csv'"):
        load_mapped(clinic, scores(), good, file)


def test_a_named_file_without_its_columns_stops(clinic, tmp_path):
    report = load_mapped(clinic, scores(), write(tmp_path / "answers.csv", "id,day,score", "E1,08/01/2024,6"))
    assert stops(report) == [("answers.csv", 1, "pain", "missing_column")]
    assert report.files[0].stop_detail == "the mapping names it"


def test_without_names_the_columns_decide(clinic, tmp_path):
    mapping = scores().replace('match = "answers*"\n', "")
    write(tmp_path / "in" / "x.csv", "id,day,pain", "E1,08/01/2024,6")
    write(tmp_path / "in" / "y.csv", "id,day,mood", "E1,08/01/2024,6")
    report = load_mapped(clinic, mapping, tmp_path / "in")
    assert [file.name for file in report.files] == ["x.csv"]
    with pytest.raises(
        UsageError, match=r"No entry of the mapping is for 'y.csv'. answers: there is no column pain\."
    ):
        load_mapped(clinic, mapping, tmp_path / "in" / "y.csv")


def test_a_file_that_cannot_be_read_does_not_go_missing(clinic, tmp_path):
    write(tmp_path / "in" / "answers.csv", "id,day,pain", "E1,08/01/2024,6")
    write(tmp_path / "in" / "answers2.json", "{")
    with pytest.raises(
        LoadError, match=r"answers2.json.*: this is not valid JSON\..*Or take it out of the folder\."
    ):
        load_mapped(clinic, scores().replace("answers*", "answers.csv"), tmp_path / "in")


def test_several_tables_from_one_file(sqlite, tmp_path):
    mapping = """
[files.people]
match = "study.csv"
table = "episodes"
[files.people.columns]
episode_id = "id"
condition = { const = "other_knee" }
first_visit_date = "day"
therapist = { const = "T1" }
[files.pain]
match = "study.csv"
table = "scores"
[files.pain.columns]
episode_id = "id"
scored_on = "day"
instrument = { const = "NPRS" }
[[files.pain.melt]]
columns = { value = "now", context = { const = "current" } }
[[files.pain.melt]]
columns = { value = "worst", context = { const = "worst_week" } }
"""
    file = write(
        tmp_path / "study.csv",
        "id,day,now,worst,mood",
        "A,2024-01-08,3,6,x",
        "B,2024-01-08,,7,y",
        "C,2024-01-08,,,z",
    )
    report = load_mapped(sqlite, mapping, file)
    assert counts(report) == {"study.csv (episodes)": (3, 0, 0), "study.csv (scores)": (3, 0, 1)}
    assert [w for w in warnings(report) if w[1] == "unknown_column"] == [
        ("study.csv (episodes)", "unknown_column", "mood"),
        ("study.csv (scores)", "unknown_column", "mood"),
    ]


def test_members_of_a_zip(clinic, tmp_path):
    with ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("data/answers-1.csv", "id,day,pain\nE1,08/01/2024,6\n")
        archive.writestr("data/other.csv", "a,b\n1,2\n")
    report = load_mapped(clinic, scores(), tmp_path / "export.zip")
    assert len(stored_scores(clinic)) == 1
    assert report.files[0].rows_read == 1


def test_the_sheet_must_be_named_when_several_fit(clinic, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "jan"
    for sheet in (book.active, book.create_sheet("feb")):
        sheet.append(["id", "day", "pain"])
        sheet.append(["E1", "08/01/2024" if sheet.title == "jan" else "08/02/2024", 6])
    book.create_sheet("notes").append(["free"])
    book.save(tmp_path / "answers.xlsx")
    with pytest.raises(UsageError, match=r'Name the right one: files.answers.format.sheet = "…"'):
        load_mapped(clinic, scores(), tmp_path / "answers.xlsx")
    load_mapped(clinic, scores('format = { sheet = "feb" }'), tmp_path / "answers.xlsx")
    assert stored_scores(clinic) == [("E1", "2024-02-08", 6.0)]
    del book["jan"]
    book.save(tmp_path / "answers.xlsx")
    assert load_mapped(clinic, scores(), tmp_path / "answers.xlsx").status == "loaded"


def test_a_spreadsheets_true_dates_load_beside_text(clinic, tmp_path):
    from datetime import datetime

    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["id", "day", "pain"])
    book.active.append(["E1", datetime(2024, 1, 8, 9, 30), 6])
    book.active.append(["E1", "09/01/2024", "5"])
    book.save(tmp_path / "answers.xlsx")
    load_mapped(clinic, scores(), tmp_path / "answers.xlsx")
    assert stored_scores(clinic) == [("E1", "2024-01-08", 6.0), ("E1", "2024-01-09", 5.0)]


def test_the_manifest_counts_lines(clinic, tmp_path):
    file = write(tmp_path / "in" / "answers.csv", "id,day,pain", "E1,08/01/2024,6", "E1,09/01/2024,5")
    write(tmp_path / "in" / "manifest.json", json.dumps({"files": [{"name": "answers.csv", "rows": 3}]}))
    report = load_mapped(clinic, scores(), file)
    assert stops(report) == [("answers.csv", 1, "", "fewer_rows")]


def test_rows_of_other_people_may_be_left_out(clinic, tmp_path):
    mapping = scores('without_course = "leave_out"').replace('episode_id = "id"', 'patient_id = "id"')
    file = write(
        tmp_path / "answers.csv", "id,day,pain", "P1,08/01/2024,6", "P9,08/01/2024,6", "P1,08/01/2023,6"
    )
    assert counts(load_mapped(clinic, mapping, file)) == {"answers.csv": (1, 0, 2)}
    report = load_mapped(clinic, mapping.replace("leave_out", "refuse"), file)
    assert [(line, rule) for _, line, _, rule, _ in problems(report)] == [(3, "no_course"), (4, "no_course")]


# --- looking into other files


PEOPLE = """
[files.people]
match = "people.csv"
table = "episodes"
[files.people.columns]
episode_id = "id"
first_visit_date = "day"
therapist = { const = "T1" }
sex = { from = "id", lookup = { file = "clients", key = "Number", value = "Gender" }, map = { F = "female", M = "male" } }
condition = { from = "id", lookup = { file = "clients", key = "Number", value = "Diagnosis" }, map = { "M22.2" = "pfps" } }
[files.clients]
match = "clients.csv"
"""


def test_lookup_takes_a_column_of_another_file(sqlite, tmp_path):
    people = write(
        tmp_path / "people.csv", "id,day", "A,2024-01-08", "B,2024-01-08", "C,2024-01-08", "D,2024-01-08"
    )
    clients = write(
        tmp_path / "clients.csv", "Number,Gender,Diagnosis,Email",
        "a,F,M22.2,x@example.org", "B,,M22.2,", "C,M,M22.2,", "C,F,M22.2,",
    )  # fmt: skip
    report = load_mapped(sqlite, PEOPLE, people, clients)
    assert rows_of(sqlite, "episode", "episode_id", "sex", "condition") == [
        ("A", "female", "pfps"),
        ("B", None, "pfps"),
    ]
    assert problems(report) == [
        ("people.csv", 4, "sex", "found_twice", "a"),
        ("people.csv", 5, "condition", "not_found", "a"),
    ]


def test_a_file_to_look_into_that_is_not_given(sqlite, tmp_path):
    people = write(tmp_path / "people.csv", "id,day", "A,2024-01-08")
    with pytest.raises(
        UsageError, match=r"The mapping's people looks into files.clients, and none of the given files"
    ):
        load_mapped(sqlite, PEOPLE, people)
    optional = PEOPLE.replace(PEOPLE.splitlines()[9], 'condition = { const = "pfps" }')
    report = load_mapped(sqlite, optional, people)
    assert report.status == "loaded"
    assert ("people.csv", "file_not_found", "sex") in warnings(report)


def test_a_file_to_look_into_that_cannot_be_read_is_named(sqlite, tmp_path):
    people = write(tmp_path / "people.csv", "id,day", "A,2024-01-08")
    (tmp_path / "clients.csv").write_bytes(b"Number,Gender,Diagnosis\nA,\xff,M22.2\n")
    with pytest.raises(LoadError, match=r"clients.csv, line 2: the bytes are not"):
        load_mapped(sqlite, PEOPLE, people, tmp_path / "clients.csv")


def test_two_files_to_look_into_must_agree(sqlite, tmp_path):
    people = write(tmp_path / "people.csv", "id,day", "A,2024-01-08")
    mapping = PEOPLE.replace("clients.csv", "clients*")
    first = write(tmp_path / "clients1.csv", "Number,Gender,Diagnosis", "A,F,M22.2")
    second = write(tmp_path / "clients2.csv", "Number,Gender,Diagnosis", "A,M,M22.2")
    report = load_mapped(sqlite, mapping, people, first, second)
    assert problems(report) == [("people.csv", 2, "sex", "found_twice", "a")]


def test_another_file_to_look_into_makes_it_another_load(sqlite, tmp_path):
    people = write(tmp_path / "people.csv", "id,day", "A,2024-01-08")
    clients = write(tmp_path / "clients.csv", "Number,Gender,Diagnosis", "A,F,M22.2")
    assert load_mapped(sqlite, PEOPLE, people, clients).status == "loaded"
    assert load_mapped(sqlite, PEOPLE, people, clients).status == "unchanged"
    write(tmp_path / "clients.csv", "Number,Gender,Diagnosis", "A,M,M22.2")
    assert counts(load_mapped(sqlite, PEOPLE, people, clients)) == {"people.csv": (1, 0, 0)}
    assert rows_of(sqlite, "episode", "sex") == [("male",)]


LINKED = """
[files.answers]
match = "answers.csv"
table = "running"
drop = ["Your name"]
[files.answers.columns]
reported_on = "day"
status = "status"
[files.answers.link]
file = "clients"
code = "Number"
pseudonymise = {pseudonymise}
email = {{ here = "Email", there = ["Email", "Second email"] }}
phone = {{ here = "Mobile", there = "Phone" }}
[files.clients]
match = "clients.csv"
"""
CLIENTS = (
    "Number,Email,Second email,Phone",
    "P1,jo@example.org,,+44 20 7946 0958",
    "P2,,KIM@Example.org ,",
    "P3,,,(020) 7946-0001",
    "P4,twins@example.org,,",
    "P5,twins@example.org,,",
)


def test_link_finds_people_by_email_or_phone_in_memory_only(clinic, tmp_path):
    answers = write(
        tmp_path / "answers.csv", "Your name,Email,Mobile,day,status",
        "Jo Bloggs,JO@example.org,,2024-03-04,not_running",
        "Kim, kim@example.org ,,2024-03-04,not_running",
        "Lee,,020 7946 0001,2024-03-04,not_running",
        "Max,nobody@example.org,,2024-03-04,not_running",
        "Nia,twins@example.org,,2024-03-04,not_running",
        "Oli,,12,2024-03-04,not_running",
        "Pat,nobody@example.org,020 7946 0958,2024-03-05,not_running",
    )  # fmt: skip
    clients = write(tmp_path / "clients.csv", *CLIENTS)
    report = load_mapped(clinic, LINKED.format(pseudonymise="false"), answers, clients)
    assert [code for (code,) in rows_of(clinic, "running_report", "episode_id")] == ["E1", "E1", "E2", "E3"]
    assert problems(report) == [
        ("answers.csv", 5, "patient_id", "no_patient", ""),
        ("answers.csv", 6, "patient_id", "several_patients", ""),
        ("answers.csv", 7, "patient_id", "no_patient", ""),
    ]
    for table in ("running_report", "reject", "load_file", "history", "patient"):
        assert "example" not in repr(rows_of(clinic, table))


def test_people_whom_link_does_not_find_are_left_out_with_the_strangers(clinic, tmp_path):
    answers = write(
        tmp_path / "answers.csv", "Your name,Email,Mobile,day,status",
        "Jo,jo@example.org,,2024-03-04,not_running", "Max,nobody@example.org,,2024-03-04,not_running",
        "Nia,twins@example.org,,2024-03-04,not_running",
    )  # fmt: skip
    clients = write(tmp_path / "clients.csv", *CLIENTS)
    mapping = LINKED.format(pseudonymise="false").replace(
        'table = "running"', 'table = "running"\nwithout_course = "leave_out"'
    )
    report = load_mapped(clinic, mapping, answers, clients)
    assert counts(report) == {"answers.csv": (1, 1, 1)}
    assert [(line, rule) for _, line, _, rule, _ in problems(report)] == [(4, "several_patients")]
    assert report.files[0].rows_read == 3


def test_link_hands_on_codes_under_the_key(clinic, tmp_path):
    answers = write(
        tmp_path / "answers.csv", "Email,Mobile,day,status", "jo@example.org,,2024-03-04,not_running"
    )
    clients = write(tmp_path / "clients.csv", *CLIENTS)
    report = load_mapped(
        clinic, LINKED.format(pseudonymise="true"), answers, clients, pseudonym=lambda _text: "P3"
    )
    assert counts(report) == {"answers.csv": (1, 0, 0)}
    assert rows_of(clinic, "running_report", "episode_id") == [("E3",)]


def test_link_needs_the_client_export(clinic, tmp_path):
    answers = write(
        tmp_path / "answers.csv", "Email,Mobile,day,status", "jo@example.org,,2024-03-04,not_running"
    )
    with pytest.raises(
        UsageError, match=r"answers looks into files.clients, and none of the given files is one"
    ):
        load_mapped(clinic, LINKED.format(pseudonymise="false"), answers)


# --- identifiers


def test_a_mapping_that_replaces_codes_needs_a_key(clinic, tmp_path):
    mapping = scores().replace('episode_id = "id"', 'patient_id = { from = "id", pseudonymise = true }')
    file = write(tmp_path / "answers.csv", "id,day,pain", "P1,08/01/2024,6")
    with pytest.raises(UsageError, match="The mapping replaces ids by codes, which needs a key"):
        load_mapped(clinic, mapping, file, pseudonym=None)


def test_a_mapped_column_of_names_stops_by_its_header(clinic, tmp_path):
    mapping = scores().replace('"id"', '"Patient name"')
    file = write(tmp_path / "answers.csv", "Patient name,day,pain", "E1,08/01/2024,6")
    report = load_mapped(clinic, mapping, file)
    assert stops(report) == [("answers.csv", 1, "no. 1", "identifiers")]
    assert report.exit_code == IdentifiersFound.exit_code
    dropped = scores('drop = ["Patient name"]')
    file = write(tmp_path / "answers.csv", "id,Patient name,day,pain", "E1,Jo Bloggs,08/01/2024,6")
    report = load_mapped(clinic, dropped, file)
    assert report.status == "loaded"
    assert warnings(report) == []


def test_a_column_of_names_that_the_mapping_does_not_name_is_left_out_and_said(clinic, tmp_path):
    file = write(
        tmp_path / "answers.csv", "id,Surname,remark,day,pain", "E1,Bloggs,call jo@example.org,08/01/2024,6"
    )
    report = load_mapped(clinic, scores(), file)
    assert report.status == "loaded"
    assert [w[1:] for w in warnings(report)] == [("identifier_column", "Surname, remark")]


def test_an_email_in_a_mapped_column_stops_whatever_becomes_of_the_cell(clinic, tmp_path):
    file = write(tmp_path / "answers.csv", "id,day,pain", "E1,08/01/2024,6", "E1,jo@example.org,6")
    report = load_mapped(clinic, scores(), file)
    assert stops(report) == [("answers.csv", 3, "scored_on", "identifiers")]
    assert "example" not in message(report)


def test_names_pass_only_as_codes(clinic, tmp_path):
    mapping = scores().replace(
        'episode_id = "id"', 'patient_id = { from = "Patient name", pseudonymise = true }'
    )
    codes = {"Jo Bloggs": "P1"}
    file = write(tmp_path / "answers.csv", "Patient name,day,pain", "Jo Bloggs,08/01/2024,6")
    load_mapped(clinic, mapping, file, pseudonym=lambda text: codes[text])
    assert stored_scores(clinic) == [("E1", "2024-01-08", 6.0)]


def test_a_folder_that_no_entry_fits_says_why_file_by_file(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder / "data.csv", "record_id,weight", "1,70")
    write(folder / "Jane Mary Smith.csv", "record_id,height", "1,170")
    mapping = parse_mapping(preset_text("redcap-longitudinal").encode(), "preset")
    with pytest.raises(UsageError) as caught:
        find_sources([folder], mapping=mapping, pseudonym=str)
    said = str(caught.value)
    assert "\ndata.csv - episodes: there is no column first_visit_date" in said
    assert "\nfile no. 1 - " in said
    assert "Smith" not in said
    assert "return-to-run preset NAME > my.toml" in said
