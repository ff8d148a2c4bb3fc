"""Reports: process time of PDF and workbook after the questions, on the large store; and cold on the sample."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter, process_time


def large(url: str) -> dict[str, float]:
    """Seconds for the questions, and process seconds for content, PDF and workbook after them."""
    from dashboard.report.files import make_all
    from dashboard.report.results import ReportRequest, gather
    from sql.cohort import Scope
    from sql.engine import open_engine, reading

    engine = open_engine(url)
    began = perf_counter()
    with reading(engine) as connection:
        results = gather(connection, Scope("clinic"), ReportRequest(), documents_too=False)
    asked, began = perf_counter() - began, process_time()
    make_all(results, ("pdf", "xlsx"))
    return {"questions": asked, "PDF and workbook after them, process time": process_time() - began}


def cold(folder: Path) -> float:
    """Process seconds of `return-to-run report` on the sample clinic, from the start of Python."""
    environ = {**os.environ, "RETURN_TO_RUN_DATABASE_URL": f"sqlite:///{folder / 'sample.db'}"}

    def command(*argv: str) -> None:
        code = (
            "import sys; from dashboard.cli import main; import os; sys.exit(main(sys.argv[1:], os.environ))"
        )
        subprocess.run([sys.executable, "-c", code, *argv], env=environ, check=False, capture_output=True)

    command("sample", str(folder / "sample"))
    command("load", str(folder / "sample"))
    before = os.times()
    command("report", "--out", str(folder / "reports"))
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def measure(url: str, folder: Path) -> dict[str, float]:
    """Each figure by its name; the large one in a process of its own, so that its imports count."""
    done = subprocess.run(
        [sys.executable, "-m", "perf.reports", url], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "sample clinic, from the start of Python, process time": cold(folder)}


if __name__ == "__main__":
    print(json.dumps(large(sys.argv[1])))
