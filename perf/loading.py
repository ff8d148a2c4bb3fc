"""Loading: all that Return to Run does with a file, beside pandas' read_csv + to_sql and Python's own csv + sqlite3."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

AS_OF = date(2026, 10, 31)


Result = dict[str, Any]


def ours(folder: Path, url: str) -> Result:
    """Parse, check, key, merge, derive outcomes, record."""
    from etl.load import LoadRequest, load
    from etl.sources import find_sources
    from perf.steps import COPYING, clock
    from sql.scale_courses import prepare_courses
    from sql.store import create_or_upgrade

    engine = create_or_upgrade(url)
    with clock(engine) as steps:
        report = load(engine, LoadRequest(find_sources([folder]), today=AS_OF, as_of=AS_OF))
    steps[COPYING] = report.seconds - steps.total()
    if report.status != "loaded" or report.rejected:
        raise SystemExit(f"the load was not clean: {report.status}, {report.rejected} rejected")
    began = perf_counter()
    prepare_courses(engine)
    preparing = perf_counter() - began
    return {
        "seconds": report.seconds,
        "locked_seconds": report.locked_seconds,
        "preparing_seconds": preparing,
        "rows": sum(f.rows_read for f in report.files),
        "steps": steps,
    }


def pandas(folder: Path, url: str) -> Result:
    """What a user would write instead, without a check of any kind."""
    import pandas as pd
    from sqlalchemy import create_engine

    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    began, rows = perf_counter(), 0
    for name in ("episodes", "scores"):
        frame = pd.read_csv(folder / f"{name}.csv")
        frame.to_sql(f"bare_{name}", engine, index=False, chunksize=50_000, if_exists="replace")
        rows += len(frame)
    return {"seconds": perf_counter() - began, "locked_seconds": 0.0, "rows": rows}


def python(folder: Path, url: str) -> Result:
    """The limit: each row into a table without types, keys or checks, as `sqlite3 .import` does. SQLite only."""
    import csv
    import sqlite3

    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    began, rows = perf_counter(), 0
    for name in ("episodes", "scores"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file)
            header = next(lines)
            connection.execute(f"CREATE TABLE plain_{name} ({', '.join(header)})")
            marks = ", ".join("?" * len(header))
            rows += connection.executemany(f"INSERT INTO plain_{name} VALUES ({marks})", lines).rowcount
    connection.commit()
    return {"seconds": perf_counter() - began, "locked_seconds": 0.0, "rows": rows}


def measure(way: str, folder: Path, url: str) -> Result:
    """Run one way in a process of its own, so that memory is its own too."""
    done = subprocess.run(
        [sys.executable, "-m", "perf.loading", way, str(folder), url],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result


if __name__ == "__main__":
    _, way, folder, url = sys.argv
    before = process_time()
    result = {"ours": ours, "pandas": pandas, "python": python}[way](Path(folder), url)
    result["process_seconds"] = process_time() - before
    result["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))
