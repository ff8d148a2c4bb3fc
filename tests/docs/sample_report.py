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
from sql.engine import reading
from sql.store import create_or_upgrade

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main() -> None:
    """Load the sample clinic and write its report."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_sample(folder / "files")
        engine = create_or_upgrade(f"sqlite:///{folder / 'sample.db'}")
        sources = find_sources([folder / "files"])
        load(engine, LoadRequest(sources, today=sources.as_of or date.min))
        with reading(engine) as connection:
            results = gather(connection, Scope("clinic"), ReportRequest())
        engine.dispose()
    for kind, content in make_all(results, ("pdf", "xlsx")).items():
        (DOCS / f"sample-report.{kind}").write_bytes(content)


if __name__ == "__main__":
    main()
