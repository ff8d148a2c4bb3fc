"""Loading: everything Return to Run does with a file, beside a bare pandas read_csv + to_sql of the same files."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path
from time import perf_counter

AS_OF = date(2026, 10, 31)


def ours(folder: Path, url: str) -> dict[str, float]:
    """Parse, check, key, merge, derive outcomes, record."""
    from etl.load import LoadRequest, load
    from etl.sources import find_sources
    from sql.store import create_or_upgrade

    engine = create_or_upgrade(url)
    began = perf_counter()
    report = load(engine, LoadRequest(find_sources([folder]), today=AS_OF, as_of=AS_OF))
    seconds = perf_counter() - began
    if report.status != "loaded" or report.rejected:
        raise SystemExit(f"the load was not clean: {report.status}, {report.rejected} rejected")
    return {
        "seconds": seconds,
        "locked_seconds": report.locked_seconds,
        "rows": sum(f.rows_read for f in report.files),
    }


def pandas(folder: Path, url: str) -> dict[str, float]:
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


def measure(way: str, folder: Path, url: str) -> dict[str, float]:
    """Run one way in a process of its own, so that memory is its own too."""
    done = subprocess.run(
        [sys.executable, "-m", "perf.loading", way, str(folder), url],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


if __name__ == "__main__":
    _, way, folder, url = sys.argv
    result = {"ours": ours, "pandas": pandas}[way](Path(folder), url)
    result["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))
