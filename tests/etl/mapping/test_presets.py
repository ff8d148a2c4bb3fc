"""Every preset on a small invented file in the shape of the real export."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from builders import load_tables, make_episode, make_running, make_score, make_visit, rows_of, write_clinic
from loading import counts, load_mapped, problems, write
from openpyxl import Workbook
from sqlalchemy import Engine

from etl.contract import TABLES
from etl.errors import UsageError
from etl.form_questions import QUESTIONS
from etl.identifiers import denied_header
from etl.mapping import headers_of
from etl.mapping_file import preset_names, preset_text, read_preset

NAMES = (
    "canonical", "cliniko-api", "cliniko-appointments", "google-forms", "jane-appointments", "microsoft-forms",
    "redcap-longitudinal", "synthea-csv",
)  # fmt: skip


def days(engine: Engine, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of a table, dates as text."""
    found = rows_of(engine, table, *columns)
    return sorted(
        tuple(cell.isoformat() if hasattr(cell, "isoformat") else cell for cell in row) for row in found
    )


@pytest.fixture
def known(sqlite: Engine, tmp_path: Path) -> Engine:
    """A store with one course each of P1 and P2."""
    load_tables(
        sqlite, tmp_path / "known",
        episodes=[make_episode("E1", patient_id="P1"), make_episode("E2", patient_id="P2")],
    )  # fmt: skip
    return sqlite


def test_the_presets():
    assert tuple(preset_names()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_a_mapping_that_says_to_confirm_it(name: str):
    assert "onfirm against your own" in preset_text(name)
    assert read_preset(name)[0].about


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_reads_no_personal_column(name: str):
    mapping, _ = read_preset(name)
    for rule in mapping.files.values():
        columns = [*rule.columns.values(), *(c for melt in rule.melt for c in melt.columns.values())]
        read = [header for column in columns if not column.pseudonymise for header in column.from_]
        assert [header for header in read if denied_header(header)] == []


# --- canonical


def test_canonical_names_every_column():
    mapping, _ = read_preset("canonical")
    assert {name: list(rule.columns) for name, rule in mapping.files.items()} == {
        name: [spec.name for spec in table.columns] for name, table in TABLES.items()
    }


def test_canonical_loads_canonical_files(sqlite, tmp_path):
    folder = write_clinic(
        tmp_path / "in",
        episodes=[make_episode()],
        running=[make_running()],
        scores=[make_score()],
        visits=[make_visit()],
    )
    report = load_mapped(sqlite, "canonical", folder)
    assert counts(report) == {
        "episodes.csv": (1, 0, 0), "running.csv": (1, 0, 0), "scores.csv": (1, 0, 0), "visits.csv": (1, 0, 0),
    }  # fmt: skip
    assert report.notes == ["No given file fits the mapping's assessments."]


# --- appointments


def test_cliniko_appointments(sqlite, tmp_path):
    file = write(
        tmp_path / "appointments_2024.csv",
        "Date,Start time,Patient,Patient ID,Practitioner,Appointment type,Business,Cancelled at,Did not arrive,Notes",
        "8 Jan 2024,09:00,Jo Bloggs,101,Dr Kim Lee,Runner’s knee: initial,High St,,No,prefers mornings",
        "15 Jan 2024,09:00,Jo Bloggs,101,Dr Kim Lee,Follow-up,High St,,No,",
        "22/01/2024,09:00,Jo Bloggs,101,Dr Kim Lee,Follow-up,High St,,Yes,",
        "29 Jan 2024,09:00,Jo Bloggs,101,Dr Kim Lee,Follow-up,High St,28 Jan 2024,No,",
        "9 Jan 2024,10:00,Al Other,102,Sam Ray,Sports massage,High St,,No,",
    )
    report = load_mapped(sqlite, "cliniko-appointments", file)
    assert problems(report) == []
    lee, ray = (f"C{sum(map(ord, name))}" for name in ("Dr Kim Lee", "Sam Ray"))
    assert rows_of(sqlite, "episode", "episode_id", "patient_id", "condition", "therapist") == [
        ("101:2024-01-08", "101", "pfps", lee),
        ("102:2024-01-09", "102", "other", ray),
    ]
    assert days(sqlite, "visit", "episode_id", "visit_date", "status") == [
        ("101:2024-01-08", "2024-01-08", "attended"),
        ("101:2024-01-08", "2024-01-15", "attended"),
        ("101:2024-01-08", "2024-01-22", "did_not_attend"),
        ("101:2024-01-08", "2024-01-29", "cancelled"),
        ("102:2024-01-09", "2024-01-09", "attended"),
    ]
    assert not re.search(
        "Bloggs|Kim|Lee|Ray|prefers", repr([rows_of(sqlite, t) for t in ("episode", "visit", "load_file")])
    )
    with pytest.raises(UsageError, match="needs a key"):
        load_mapped(sqlite, "cliniko-appointments", file, pseudonym=None)


@pytest.mark.parametrize(
    ("preset", "header", "line"),
    [
        (
            "cliniko-appointments",
            "Date,Start,Patient ID,Practitioner ID,Practitioner,Appointment type,Type",
            "8 Jan 2024,9:00am,101,7,Dr Kim Lee,Runner’s knee,Individual",
        ),
        (
            "jane-appointments",
            "Date,Start At,Patient Guid,Staff Member ID,Staff Member,State,Treatment,Appointment Type",
            '"January 8, 2024",9:00 AM,101,7,Kim Lee,Arrived,Runner’s knee,Individual',
        ),
    ],
)
def test_columns_beside_each_other_that_differ_refuse_nothing(sqlite, tmp_path, preset, header, line):
    report = load_mapped(sqlite, preset, write(tmp_path / "appointments.csv", header, line))
    assert problems(report) == []
    assert rows_of(sqlite, "episode", "episode_id", "condition") == [("101:2024-01-08", "pfps")]


@pytest.mark.parametrize(
    "day",
    ["January 8, 2024 - 9:30am", "Jan 8, 2024 - 9:30 am", "Monday, January 8, 2024", "2024-01-08 9:30 AM"],
)
def test_jane_writes_days_in_several_ways(sqlite, tmp_path, day):
    header = "Start At,Patient Guid,Staff Member,Treatment,State"
    file = write(tmp_path / "report.csv", header, f'"{day}",101,Kim Lee,ITB,Arrived')
    assert problems(load_mapped(sqlite, "jane-appointments", file)) == []
    assert days(sqlite, "visit", "visit_date") == [("2024-01-08",)]


def test_jane_appointments(sqlite, tmp_path):
    book = Workbook()
    header = [
        "Appointment Date",
        "Patient Guid",
        "Patient Name",
        "Staff Member",
        "Treatment",
        "State",
        "Cancelled At",
        "Booking Info",
    ]
    book.active.append(header)
    for day, guid, state, treatment in (
        (datetime(2024, 1, 8, 9, 0), "a1b2-77", "Arrived", "ITB - Initial Physiotherapy"),
        (datetime(2024, 1, 15, 9, 0), "a1b2-77", "No Show", "Physiotherapy"),
        (datetime(2024, 1, 22, 9, 0), "a1b2-77", "Cancelled", "Physiotherapy"),
        (datetime(2024, 1, 23, 9, 0), "a1b2-77", "Never Booked", "Physiotherapy"),
        (datetime(2025, 6, 1, 9, 0), "a1b2-77", "Booked", "Physiotherapy"),
    ):
        book.active.append([day, guid, "Jo Bloggs", "Kim Lee", treatment, state, None, "x"])
    book.save(tmp_path / "appointments_report.xlsx")
    report = load_mapped(sqlite, "jane-appointments", tmp_path / "appointments_report.xlsx")
    assert problems(report) == []
    assert rows_of(sqlite, "episode", "episode_id", "condition") == [("a1b2-77:2024-01-08", "itbs")]
    assert days(sqlite, "visit", "visit_date", "status") == [
        ("2024-01-08", "attended"), ("2024-01-15", "did_not_attend"), ("2024-01-22", "cancelled"),
    ]  # fmt: skip


# --- forms


def answers() -> dict[str, str]:
    """Answers of P1 in the forms' words, by question."""
    words = {
        "patient_id": "P1", "status": "Yes, without pain", "since": "", "longest_pain_free_km": "4.5", "weekly_km": "12",
        "pain_while_running": "0", "home_exercise": "Most", "value": "2",
    }  # fmt: skip
    return {question.text: words[question.column] for question in QUESTIONS}


def csv_line(cells: list[str]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


@pytest.mark.parametrize(
    "stamp",
    [
        "2024/03/04 11:30:00 PM GMT",
        "2024/03/05 1:30:00 AM GMT+2",
        "2024/03/04 11:30:00\u202fPM GMT",
        "04/03/2024 14:05:11",
        "2024-03-04 08:00:00",
    ],
)
def test_google_forms(known, tmp_path, stamp):
    since = "03/03/2024" if "/03/2024" in stamp else "2024-03-03"
    cells = {
        "Timestamp": stamp,
        "Email Address": "jo@example.org",
        **answers(),
        "Since when is that so?": since,
    }
    file = write(tmp_path / "How is your knee.csv", csv_line(list(cells)), csv_line(list(cells.values())))
    report = load_mapped(known, "google-forms", file)
    assert problems(report) == []
    assert days(
        known, "running_report", "episode_id", "reported_on", "status", "since", "longest_pain_free_km", "weekly_km",
        "pain_while_running", "home_exercise", "source",
    ) == [("E1", "2024-03-04", "running_without_pain", "2024-03-03", 4.5, 12.0, 0.0, "most", "patient_form")]  # fmt: skip
    assert days(known, "score", "episode_id", "scored_on", "instrument", "context", "value", "reporter") == [
        ("E1", "2024-03-04", "NPRS", "usual_week", 2.0, "patient")
    ]


def test_microsoft_forms(known, tmp_path):
    book = Workbook()
    cells: dict[str, object] = {
        "ID": 1, "Start time": datetime(2024, 3, 4, 8, 0), "Completion time": datetime(2024, 3, 4, 8, 5),
        "Email": "anonymous", "Name": None, **answers(),
    }  # fmt: skip
    cells["Since when is that so?"] = datetime(2024, 3, 3)
    book.active.append(list(cells))
    book.active.append(list(cells.values()))
    book.save(tmp_path / "How is your knee(1-1).xlsx")
    report = load_mapped(known, "microsoft-forms", tmp_path / "How is your knee(1-1).xlsx")
    assert problems(report) == []
    assert days(known, "running_report", "episode_id", "reported_on", "since", "weekly_km") == [
        ("E1", "2024-03-04", "2024-03-03", 12.0)
    ]
    assert days(known, "score", "episode_id", "value") == [("E1", 2.0)]


@pytest.mark.parametrize("name", ["google-forms", "microsoft-forms", "cliniko-api"])
def test_the_forms_presets_know_the_words_of_the_form_kit(name: str):
    mapping, _ = read_preset(name)
    words = {header for rule in mapping.files.values() for header in headers_of(rule)}
    for question in QUESTIONS:
        if name == "cliniko-api" and question.column in ("patient_id", "since"):
            continue
        assert question.text in words, question.text
        if question.options:
            rule = next(
                r.columns[question.column] for r in mapping.files.values() if r.table == question.table
            )
            assert rule.map == dict(question.options)


# --- Cliniko API


def link(kind: str, code: int) -> dict[str, dict[str, str]]:
    return {"links": {"self": f"https://api.uk1.cliniko.com/v1/{kind}/{code}"}}


def test_cliniko_api(sqlite, tmp_path):
    def appointment(number: int, starts_at: str, patient: int, **more: object) -> dict[str, object]:
        return {
            "id": number, "starts_at": starts_at, "cancelled_at": None, "did_not_arrive": False, "deleted_at": None,
            "patient_name": "Jo Bloggs", "notes": "call her", "patient": link("patients", patient),
            "practitioner": link("practitioners", 7), "business": link("businesses", 1),
            "appointment_type": link("appointment_types", 3), **more,
        }  # fmt: skip

    pages = {
        "appointments-1.json": {
            "individual_appointments": [
                appointment(1, "2024-07-08T23:30:00Z", 82),
                appointment(2, "2024-07-15T08:00:00Z", 82, cancelled_at="2024-07-14T08:00:00Z"),
                appointment(3, "2024-07-22T08:00:00Z", 82, did_not_arrive=True),
                appointment(4, "2024-07-22T08:00:00Z", 83, deleted_at="2024-07-20T08:00:00Z"),
            ]
        },
        "types.json": {"appointment_types": [{"id": 3, "name": "ITB rehab", "deleted_at": None}]},
        "forms.json": {
            "patient_forms": [
                {
                    "id": 9, "completed_at": "2024-08-05T09:00:00Z", "patient": link("patients", 82), "name": "Knee",
                    "content": {"sections": [{"name": "A", "questions": [
                        {"name": "Are you running at the moment?", "type": "radiobuttons", "answers": [
                            {"value": "No, I am not running"}, {"value": "Yes, but with pain", "selected": True}]},
                        {"name": "How much knee pain did you have on a usual day of the last week?", "type": "text",
                         "answer": "3"},
                        {"name": "Anything else?", "type": "paragraph", "answer": "ring me on 020 7946 0958"},
                    ]}]},
                }
            ]
        },
    }  # fmt: skip
    for name, page in pages.items():
        write(tmp_path / "in" / name, json.dumps(page))
    report = load_mapped(sqlite, "cliniko-api", tmp_path / "in")
    assert problems(report) == []
    assert rows_of(sqlite, "episode", "episode_id", "condition", "therapist", "site") == [
        ("82:2024-07-09", "itbs", "7", "1")  # half past eleven in UTC is the next day in London's summer
    ]
    assert days(sqlite, "visit", "visit_date", "status") == [
        ("2024-07-09", "attended"), ("2024-07-15", "cancelled"), ("2024-07-22", "did_not_attend"),
    ]  # fmt: skip
    assert days(sqlite, "running_report", "reported_on", "status") == [("2024-08-05", "running_with_pain")]
    assert days(sqlite, "score", "scored_on", "value") == [("2024-08-05", 3.0)]


# --- REDCap


def test_redcap_longitudinal(sqlite, tmp_path):
    header = (
        "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,first_visit_date,condition,side,therapist,"
        "sex,age,goal,baseline_complete,scored_on,pain_usual_week,pain_running,akps_total,pain_complete,reported_on,"
        "running_status,home_exercise,running_complete,visit_date,visit_status,visit_therapist,treatments___1,treatments___2,"
        "treatments___7,visit_complete"
    )
    width = header.count(",") + 1
    names = header.split(",")

    def line(**cells: object) -> str:
        return ",".join(str(cells.get(name, "")) for name in names)

    lines = [
        line(record_id=1, redcap_event_name="baseline_arm_1", first_visit_date="2024-01-08", condition=1, side=2, therapist="T1",
             sex=0, age=34, goal=1, baseline_complete=2, scored_on="2024-01-08", pain_usual_week=6, pain_running=-99,
             akps_total=71, treatments___1=0, treatments___2=0, treatments___7=0),
        line(record_id=1, redcap_event_name="week_6_arm_1", scored_on="2024-02-19", pain_usual_week=3, pain_running=5,
             reported_on="2024-02-19", running_status=2, home_exercise=3, treatments___1=0, treatments___2=0, treatments___7=0),
        line(record_id=1, redcap_event_name="visits_arm_1", redcap_repeat_instrument="visit", redcap_repeat_instance=1,
             visit_date="2024-01-15", visit_status=1, visit_therapist="T1", treatments___1=1, treatments___2=0, treatments___7=1),
        line(record_id=1, redcap_event_name="visits_arm_1", redcap_repeat_instrument="visit", redcap_repeat_instance=2,
             visit_date="2024-01-22", visit_status=3, visit_therapist="T1", treatments___1=0, treatments___2=0, treatments___7=0),
    ]  # fmt: skip
    assert all(one.count(",") + 1 == width for one in lines)
    report = load_mapped(
        sqlite, "redcap-longitudinal", write(tmp_path / "Project_DATA_2024-03-01.csv", header, *lines)
    )
    assert problems(report) == []
    assert rows_of(sqlite, "episode", "episode_id", "condition", "side", "sex", "age_band", "goal") == [
        ("1", "pfps", "right", "female", "25_34", "running")
    ]
    assert days(sqlite, "score", "scored_on", "instrument", "context", "value") == [
        ("2024-01-08", "AKPS", "", 71.0),
        ("2024-01-08", "NPRS", "usual_week", 6.0),
        ("2024-02-19", "NPRS", "running", 5.0),
        ("2024-02-19", "NPRS", "usual_week", 3.0),
    ]
    assert days(sqlite, "running_report", "reported_on", "status", "home_exercise") == [
        ("2024-02-19", "running_with_pain", "all")
    ]
    assert days(sqlite, "visit", "visit_date", "status", "treatments") == [
        ("2024-01-15", "attended", "graded_running;soft_tissue"), ("2024-01-22", "did_not_attend", None),
    ]  # fmt: skip


# --- Synthea


def test_synthea_csv(sqlite, tmp_path):
    folder = tmp_path / "csv"
    write(
        folder / "conditions.csv", "START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION",
        "2024-01-08,,p-1,e-1,430725003,Patellofemoral pain syndrome (disorder)",
        "2024-01-08,,p-2,e-2,239873007,Osteoarthritis of knee",
        "2024-01-08,,p-2,e-3,160903007,Full-time employment (finding)",
    )  # fmt: skip
    write(
        folder / "observations.csv", "DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,DESCRIPTION,VALUE,UNITS,TYPE",
        "2024-01-08T17:17:47Z,p-1,e-1,vital-signs,72514-3,Pain severity,2.2,{score},numeric",
        "2024-01-08T17:17:47Z,p-1,e-1,vital-signs,8302-2,Body Height,170,cm,numeric",
        "2019-01-08T17:17:47Z,p-1,e-0,vital-signs,72514-3,Pain severity,4,{score},numeric",
        "2024-01-08T17:17:47Z,p-9,e-9,vital-signs,72514-3,Pain severity,4,{score},numeric",
    )  # fmt: skip
    write(
        folder / "encounters.csv",
        "Id,START,PATIENT,ORGANIZATION,PROVIDER",
        "e-1,x,p-1,o-1,d-1",
        "e-2,x,p-2,o-1,d-2",
    )
    write(
        folder / "patients.csv",
        "Id,BIRTHDATE,SSN,FIRST,LAST,GENDER",
        "p-1,1990-01-01,999-17-5017,Jo9,Bloggs9,F",
        "p-2,,,,,M",
    )
    report = load_mapped(sqlite, "synthea-csv", folder)
    assert problems(report) == []
    assert rows_of(sqlite, "episode", "episode_id", "condition", "therapist", "sex") == [
        ("e-1:430725003", "pfps", "d-1", "female"), ("e-2:239873007", "other_knee", "d-2", "male"),
    ]  # fmt: skip
    assert days(sqlite, "score", "episode_id", "scored_on", "value") == [("e-1:430725003", "2024-01-08", 2.2)]
    assert counts(report) == {"conditions.csv": (2, 0, 1), "observations.csv": (1, 0, 3)}


def test_a_preset_that_does_not_fit_says_what_to_declare(sqlite, tmp_path):
    file = write(tmp_path / "appointments.csv", "Date;Patient ID;Practitioner", "8 Jan 2024;1;K")
    with pytest.raises(UsageError, match=r"semicolons were found.*declare the sign: format = \{ delimiter"):
        load_mapped(sqlite, "cliniko-appointments", file)
    book = Workbook()
    for line in (["Appointments report"], [], ["Date", "Patient ID", "Practitioner"], ["8 Jan 2024", 1, "K"]):
        book.active.append(line)
    book.save(tmp_path / "appointments.xlsx")
    with pytest.raises(UsageError, match=r"no column .*lines stand above .* header_row"):
        load_mapped(sqlite, "cliniko-appointments", tmp_path / "appointments.xlsx")
