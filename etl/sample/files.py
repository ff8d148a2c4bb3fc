"""The sample clinic as input files, the way a clinic would hand them in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

from etl.contract import CONTRACT_VERSION, TABLES
from etl.sample.assessment_rows import assessment_rows
from etl.sample.broken_rows import BrokenRow, broken_rows
from etl.sample.chance import AS_OF
from etl.sample.clinic import BIG, SMALL
from etl.sample.episode_rows import episode_row
from etl.sample.people import who_comes
from etl.sample.running_rows import running_rows
from etl.sample.score_rows import score_rows
from etl.sample.story import Cell, Row, story_of
from etl.sample.visit_rows import visit_rows


def write_sample(folder: Path, *, small: bool = False) -> None:
    """Write the sample clinic's input files and their manifest into a folder, which is made if need be.

    The same files, byte for byte, every time. A dozen rows are wrong on purpose: the loader must refuse them.
    Raises OSError if the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plan = SMALL if small else BIG
    people = who_comes(plan)
    stories = [story_of(person, plan) for person in people]
    rows: dict[str, list[Row]] = {
        "episodes": [episode_row(story) for story in stories],
        "running": [row for story in stories for row in running_rows(story)],
        "scores": [row for story in stories for row in score_rows(story)],
        "visits": [row for story in stories for row in visit_rows(story, plan)],
        "assessments": [row for story in stories for row in assessment_rows(story)],
    }
    broken = broken_rows(people)
    entries = [_write(folder, table, rows[table], broken) for table in TABLES]
    manifest = {
        "schema_version": CONTRACT_VERSION,
        "as_of": AS_OF.isoformat(),
        "sample": True,
        "mode": "delta",
        "files": entries,
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8", newline="\n")


def _write(folder: Path, table: str, rows: Sequence[Row], broken: Sequence[BrokenRow]) -> dict[str, object]:
    """Write one table and return its entry in the manifest."""
    names = [column.name for column in TABLES[table].columns]
    lines = [[_text(row.get(name)) for name in names] for row in rows]
    slips = [row for row in broken if row.table == table]
    for number, slip in enumerate(slips, start=1):
        # spread through the file, as slips are
        place = len(lines) * number // (len(slips) + 1)
        lines.insert(place, [*(_text(slip.row.get(name)) for name in names), *slip.extra])
    content = io.StringIO()
    csv.writer(content, lineterminator="\n").writerows([names, *lines])
    data = content.getvalue().encode("utf-8")
    path = folder / f"{table}.csv"
    path.write_bytes(data)
    return {"name": path.name, "rows": len(lines), "sha256": sha256(data).hexdigest()}


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else str(cell)
