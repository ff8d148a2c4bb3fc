"""Every report and statement that is made leaves a line in the audit."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from dashboard.report import files
from dashboard.report.results import ReportResults
from sql.engine import writing
from sql.writes.audit import write_audit

REPORT_MADE, STATEMENT_MADE = "report_made", "statement_made"


def subject(results: ReportResults) -> str:
    """What the audit says of a report: its name and the store's version that it rests on."""
    return f"{files.stem(results)} version {results.asked.facts.version} program {results.program_version}"


def note(engine: Engine, clinics: tuple[str, ...], reader: str, action: str, what: str) -> None:
    """A line in the audit of every clinic in the report."""
    with writing(engine) as connection:
        for clinic in clinics:
            write_audit(connection, clinic, at=datetime.now(UTC), reader=reader, action=action, subject=what)
