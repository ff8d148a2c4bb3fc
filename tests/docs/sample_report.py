"""Makes the sample report of the documentation from the big sample clinic: python -m tests.docs.sample_report."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard.report.files import make_all
from dashboard.report.results import ReportRequest, gather
from etl.load import LoadRequest, load
from etl.sample import write_sample
from etl.sources import find_sources
from sql.cohort import Scope
from sql.engine import reading, writing
from sql.store import create_or_upgrade
from sql.writes.annotation import add_annotation

DOCS = Path(__file__).resolve().parents[2] / "docs"
HAPPENED = (
    (date(2025, 9, 1), "Step rate training offered to everybody"),
    (date(2026, 4, 1), "Reminders by text message the day before a visit"),
)
"""What the invented clinic noted on its charts."""


def main() -> None:
    """Load the sample clinic and write its report."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_sample(folder / "files")
        engine = create_or_upgrade(f"sqlite:///{folder / 'sample.db'}")
        sources = find_sources([folder / "files"])
        today = sources.as_of or date.min
        load(engine, LoadRequest(sources, today=today))
        with writing(engine) as connection:
            for day, text in HAPPENED:
                add_annotation(connection, "main", day, text, today=today)
        with reading(engine) as connection:
            results = gather(connection, Scope("clinic"), ReportRequest())
        engine.dispose()
    for kind, content in make_all(results, ("pdf", "xlsx")).items():
        (DOCS / f"sample-report.{kind}").write_bytes(content)


if __name__ == "__main__":
    main()
