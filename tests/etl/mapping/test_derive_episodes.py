"""Courses of care from appointments. The days between visits are written beside each example."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders import load_tables, make_episode, rows_of
from loading import counts, load_mapped, problems, stops, write
from sqlalchemy import Engine

from etl.errors import UsageError

MAPPING = """
[files.appointments]
match = "*.csv"
table = "appointments"
[files.appointments.columns]
patient_id = "patient"
visit_date = { from = "day", formats = ["iso"] }
therapist = "who"
site = "site"
status = { from = "status", map = { DNA = "did_not_attend" } }
treatments = "treatments"
goal = { const = "running" }
sex = "sex"
[files.appointments.columns.condition]
from = "type"
map = { "*itb*" = "itbs", "*pfp*" = "pfps", "*" = "other" }
"""
HEADER = "patient,day,who,site,status,treatments,sex,type"


def appointments(path: Path, *rows: str) -> Path:
    """Rows as `patient day [status [type [who]]]`; attended, of a type that says nothing, and by T1 if not said."""
    lines = []
    for row in rows:
        patient, day, status, kind, who = (*row.split(), "", "", "")[:5]
        lines.append(f"{patient},{day},{who or 'T1'},S1,{status},,,{kind or 'x'}")
    return write(path, HEADER, *lines)


def episodes(engine: Engine) -> list[tuple[str, str, str, str]]:
    found = rows_of(engine, "episode", "episode_id", "first_visit_date", "condition", "therapist")
    return [(code, day.isoformat(), condition, therapist) for code, day, condition, therapist in found]


def visits(engine: Engine) -> list[tuple[str, str, str]]:
    found = rows_of(engine, "visit", "episode_id", "visit_date", "status")
    return sorted((code, day.isoformat(), status) for code, day, status in found)


def test_a_course_begins_after_ninety_days_without_a_visit(sqlite, tmp_path):
    file = appointments(
        tmp_path / "a.csv",
        "P1 2024-01-01", "P1 2024-01-15", "P1 2024-04-13",  # 89 days later: the same course
        "P1 2024-07-12",  # 90 days later: a new one
        "P2 2024-03-01",
    )  # fmt: skip
    report = load_mapped(sqlite, MAPPING, file)
    assert counts(report) == {"a.csv (episodes)": (3, 0, 0), "a.csv": (5, 0, 0)}
    assert [code for code, *_ in episodes(sqlite)] == ["P1:2024-01-01", "P1:2024-07-12", "P2:2024-03-01"]
    assert visits(sqlite) == [
        ("P1:2024-01-01", "2024-01-01", "attended"),
        ("P1:2024-01-01", "2024-01-15", "attended"),
        ("P1:2024-01-01", "2024-04-13", "attended"),
        ("P1:2024-07-12", "2024-07-12", "attended"),
        ("P2:2024-03-01", "2024-03-01", "attended"),
    ]


def test_only_attended_visits_begin_a_course(sqlite, tmp_path):
    file = appointments(
        tmp_path / "a.csv",
        "P1 2024-01-01 cancelled", "P1 2024-01-08 attended", "P1 2024-01-15 DNA",
        "P2 2024-01-01 cancelled", "P2 2024-02-01 DNA",  # never came
        "P3 2024-01-01 cancelled", "P3 2024-06-01 attended",  # too long before to belong to it
    )  # fmt: skip
    report = load_mapped(sqlite, MAPPING, file)
    assert [code for code, *_ in episodes(sqlite)] == ["P1:2024-01-08", "P3:2024-06-01"]
    assert visits(sqlite) == [
        ("P1:2024-01-08", "2024-01-01", "cancelled"),
        ("P1:2024-01-08", "2024-01-08", "attended"),
        ("P1:2024-01-08", "2024-01-15", "did_not_attend"),
        ("P3:2024-06-01", "2024-06-01", "attended"),
    ]
    assert counts(report)["a.csv"] == (4, 0, 3)


def test_bookings_still_to_come_are_left_out(sqlite, tmp_path):
    file = appointments(tmp_path / "a.csv", "P1 2024-01-08", "P1 2024-03-01", "P2 2024-03-01")
    report = load_mapped(sqlite, MAPPING, file, as_of=date(2024, 2, 1))
    assert counts(report) == {"a.csv (episodes)": (1, 0, 0), "a.csv": (1, 0, 2)}


def test_condition_and_therapist_of_a_course(sqlite, tmp_path):
    file = appointments(
        tmp_path / "a.csv",
        "P1 2024-01-15 attended follow-up T2",  # not in the order of the days
        "P1 2024-01-08 attended initial T1",
        "P1 2024-01-22 attended ITB-review T2",  # the first type that says something
        "P1 2024-01-29 attended PFP-review T2",
        "P2 2024-01-08 attended massage",
    )
    load_mapped(sqlite, MAPPING, file)
    assert episodes(sqlite) == [
        ("P1:2024-01-08", "2024-01-08", "itbs", "T1"),
        ("P2:2024-01-08", "2024-01-08", "other", "T1"),
    ]
    assert rows_of(sqlite, "episode", "goal", "site", episode_id="P1:2024-01-08") == [("running", "S1")]


def test_two_appointments_of_one_day_are_one_visit(sqlite, tmp_path):
    file = appointments(
        tmp_path / "a.csv", "P1 2024-01-08 cancelled", "P1 2024-01-08 attended", "P1 2024-01-08 attended x T2"
    )
    report = load_mapped(sqlite, MAPPING, file)
    assert rows_of(sqlite, "visit", "therapist", "status") == [("T1", "attended"), ("T2", "attended")]
    assert counts(report)["a.csv"] == (2, 0, 1)


def test_an_overlapping_export_gives_no_course_twice(sqlite, tmp_path):
    load_mapped(sqlite, MAPPING, appointments(tmp_path / "a.csv", "P1 2024-01-08", "P1 2024-02-20"))
    later = appointments(
        tmp_path / "b.csv", "P1 2024-02-20", "P1 2024-05-10 attended PFP T9"
    )  # 80 days later
    report = load_mapped(sqlite, MAPPING, later)
    assert counts(report) == {"b.csv (episodes)": (0, 0, 0), "b.csv": (1, 0, 0)}
    assert episodes(sqlite) == [("P1:2024-01-08", "2024-01-08", "other", "T1")]
    assert [day for _, day, _ in visits(sqlite)] == ["2024-01-08", "2024-02-20", "2024-05-10"]


def test_the_code_is_kept_when_an_earlier_visit_turns_up(sqlite, tmp_path):
    load_mapped(sqlite, MAPPING, appointments(tmp_path / "a.csv", "P1 2024-03-01", "P1 2024-03-20"))
    report = load_mapped(sqlite, MAPPING, appointments(tmp_path / "b.csv", "P1 2024-02-01 attended ITB T7"))
    assert counts(report) == {"b.csv (episodes)": (1, 0, 0), "b.csv": (1, 0, 0)}
    assert episodes(sqlite) == [("P1:2024-03-01", "2024-02-01", "itbs", "T7")]
    assert {code for code, *_ in visits(sqlite)} == {"P1:2024-03-01"}
    again = load_mapped(
        sqlite, MAPPING, appointments(tmp_path / "c.csv", "P1 2024-02-01 attended ITB T7", "P1 2024-03-01")
    )
    assert all(file.inserted + file.updated == 0 for file in again.files)


def test_an_earlier_course_stays_apart(sqlite, tmp_path):
    load_mapped(sqlite, MAPPING, appointments(tmp_path / "a.csv", "P1 2024-06-01"))
    load_mapped(sqlite, MAPPING, appointments(tmp_path / "b.csv", "P1 2024-01-05"))  # 148 days before
    assert [code for code, *_ in episodes(sqlite)] == ["P1:2024-01-05", "P1:2024-06-01"]


def test_a_visit_between_two_known_courses_joins_neither(sqlite, tmp_path):
    load_mapped(sqlite, MAPPING, appointments(tmp_path / "a.csv", "P1 2024-01-05", "P1 2024-05-01"))
    load_mapped(sqlite, MAPPING, appointments(tmp_path / "b.csv", "P1 2024-03-01"))  # 56 and 61 days
    assert [code for code, *_ in episodes(sqlite)] == ["P1:2024-01-05", "P1:2024-05-01"]
    assert visits(sqlite)[1] == ("P1:2024-01-05", "2024-03-01", "attended")


def test_a_visit_cancelled_later_is_corrected(sqlite, tmp_path):
    load_mapped(sqlite, MAPPING, appointments(tmp_path / "a.csv", "P1 2024-01-08", "P1 2024-03-01"))
    load_mapped(sqlite, MAPPING, appointments(tmp_path / "b.csv", "P1 2024-03-01 cancelled", "P1 2024-05-20"))
    assert [code for code, *_ in episodes(sqlite)] == ["P1:2024-01-08", "P1:2024-05-20"]  # 133 days apart now
    assert visits(sqlite)[1] == ("P1:2024-01-08", "2024-03-01", "cancelled")


def test_courses_entered_by_hand_keep_their_code_and_their_words(sqlite, tmp_path):
    load_tables(sqlite, tmp_path / "in", episodes=[make_episode("E1", patient_id="P1", condition="pfps")])
    load_mapped(
        sqlite, MAPPING, appointments(tmp_path / "a.csv", "P1 2024-01-08 attended ITB T9", "P1 2024-02-01")
    )
    assert episodes(sqlite) == [("E1", "2024-01-08", "pfps", "T1")]
    assert [code for code, *_ in visits(sqlite)] == ["E1", "E1"]


def test_several_files_are_one_list(sqlite, tmp_path):
    first = appointments(tmp_path / "in" / "2023.csv", "P1 2023-12-20")
    second = appointments(tmp_path / "in" / "2024.csv", "P1 2024-01-08", "P1 2023-12-20", "P2 2024-01-08")
    report = load_mapped(sqlite, MAPPING, first, second)
    assert counts(report) == {"2 files (episodes)": (2, 0, 0), "2023.csv": (1, 0, 0), "2024.csv": (2, 0, 1)}
    assert [code for code, *_ in episodes(sqlite)] == ["P1:2023-12-20", "P2:2024-01-08"]


def test_the_same_files_again_are_nothing_to_do(sqlite, tmp_path):
    file = appointments(tmp_path / "a.csv", "P1 2024-01-08")
    load_mapped(sqlite, MAPPING, file)
    assert load_mapped(sqlite, MAPPING, file).status == "unchanged"
    report = load_mapped(sqlite, MAPPING + "# another mapping\n", file)
    assert report.status == "loaded"
    assert [file.skipped for file in report.files] == [False, False]


def test_rows_that_cannot_be_read_are_refused_once_and_begin_nothing(sqlite, tmp_path):
    file = write(
        tmp_path / "a.csv", HEADER,
        "P1,2024-01-08,T1,S1,,,,x", "P1,2024-02-31,T1,S1,,,,x", "P2,soon,T1,S1,,,,x", "P3,2024-01-08,T1,S1,maybe,,,x",
        "Jo Smith,2024-01-08,T1,S1,,,,x", ",2024-01-08,T1,S1,,,,x",
    )  # fmt: skip
    report = load_mapped(sqlite, MAPPING, file)
    assert problems(report) == [
        ("a.csv", 3, "visit_date", "no_such_day", "9999-99-99"),
        ("a.csv", 4, "visit_date", "date_format", "aaaa"),
        ("a.csv", 5, "status", "code", "aaaaa"),
        ("a.csv", 6, "patient_id", "key", "aa aaaaa"),
        ("a.csv", 7, "episode_id", "required", ""),
    ]
    assert [code for code, *_ in episodes(sqlite)] == ["P1:2024-01-08"]


def test_undeclared_dates_stop_the_list(sqlite, tmp_path):
    mapping = MAPPING.replace('{ from = "day", formats = ["iso"] }', '"day"')
    report = load_mapped(sqlite, mapping, appointments(tmp_path / "a.csv", "P1 2024-01-08", "P1 03/04/2024"))
    assert stops(report) == [
        ("a.csv (episodes)", 3, "visit_date", "undeclared_date"),
        ("a.csv", 3, "visit_date", "undeclared_date"),
    ]


def test_a_snapshot_cannot_be_derived(sqlite, tmp_path):
    file = appointments(tmp_path / "in" / "a.csv", "P1 2024-01-08")
    write(tmp_path / "in" / "manifest.json", '{"mode": "snapshot"}')
    with pytest.raises(UsageError, match="are no snapshot"):
        load_mapped(sqlite, MAPPING, file)
