"""The audit: one line per look at patients, numbered within each clinic."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders import load_tables, make_episode

from sql.engine import StoreError, reading, writing
from sql.queries.audit_lines import AuditLine, audit_lines
from sql.queries.store_facts import store_version
from sql.writes.audit import write_audit

AT = datetime(2025, 1, 31, 9, 30, 12, 345, tzinfo=UTC)


@pytest.fixture
def clinics(engine, tmp_path):
    for code in ("a", "b"):
        load_tables(engine, tmp_path / code, episodes=[make_episode()], request={"clinic": code})
    return engine


def write(engine, clinic, **values):
    line = {"at": AT, "reader": "owner", "action": "people_listed", "subject": "became:lost", "rows": 3}
    with writing(engine) as connection:
        return write_audit(connection, clinic, **{**line, **values})


def test_lines_are_numbered_within_a_clinic_and_come_back_newest_first(clinics):
    assert [write(clinics, "a"), write(clinics, "b"), write(clinics, "a", rows=None)] == [1, 1, 2]
    with reading(clinics) as connection:
        assert audit_lines(connection, "a") == [
            AuditLine(2, datetime(2025, 1, 31, 9, 30, 12), "owner", "people_listed", "became:lost", None),
            AuditLine(1, datetime(2025, 1, 31, 9, 30, 12), "owner", "people_listed", "became:lost", 3),
        ]
        assert [line.audit_id for line in audit_lines(connection, "a", most=1)] == [2]


def test_a_look_changes_no_figure(clinics):
    with reading(clinics) as connection:
        before = store_version(connection)
    write(clinics, "a")
    with reading(clinics) as connection:
        assert store_version(connection) == before


def test_long_words_are_cut_to_what_the_column_holds(clinics):
    write(clinics, "a", reader="r" * 300, subject="s" * 300)
    with reading(clinics) as connection:
        line = audit_lines(connection, "a")[0]
    assert (len(line.reader), len(line.subject)) == (80, 200)


def test_a_clinic_that_is_not_there_has_no_audit(clinics):
    with pytest.raises(StoreError):
        write(clinics, "nowhere")
