"""Builders: rows of the import contract, files of them, and loading these through the real loader.

A row is a dict of cells as text. Overrides replace cells; None takes a cell out of its row.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from etl.load import LoadReport, LoadRequest, load
from etl.sources import find_sources
from sql.engine import reading
from sql.schema import metadata

AS_OF = date(2024, 12, 31)

Row = dict[str, str]


def make_episode(episode_id: str = "E1", **overrides: object) -> Row:
    """Runner's knee, first seen on 8 January 2024, last heard of on 8 July."""
    return _row(
        {
            "episode_id": episode_id,
            "condition": "pfps",
            "first_visit_date": "2024-01-08",
            "therapist": "T1",
            "goal": "running",
            "last_contact_date": "2024-07-08",
        },
        overrides,
    )


def make_running(episode_id: str = "E1", **overrides: object) -> Row:
    """Asked on 4 March 2024: running without pain."""
    return _row(
        {"episode_id": episode_id, "reported_on": "2024-03-04", "status": "running_without_pain"}, overrides
    )


def make_score(episode_id: str = "E1", **overrides: object) -> Row:
    """Pain of the usual week on the day of the first visit: 6 of 10."""
    return _row(
        {
            "episode_id": episode_id,
            "scored_on": "2024-01-08",
            "instrument": "NPRS",
            "context": "usual_week",
            "value": "6",
        },
        overrides,
    )


def make_visit(episode_id: str = "E1", **overrides: object) -> Row:
    """The first visit, with two treatments."""
    return _row(
        {
            "episode_id": episode_id,
            "visit_date": "2024-01-08",
            "status": "attended",
            "therapist": "T1",
            "treatments": "soft_tissue;education_load",
        },
        overrides,
    )


def make_assessment(episode_id: str = "E1", **overrides: object) -> Row:
    """Hip strength on the day of the first visit."""
    return _row(
        {
            "episode_id": episode_id,
            "assessed_on": "2024-01-08",
            "measure": "hip_abductor_strength_n_per_kg",
            "side": "left",
            "value": "1.9",
        },
        overrides,
    )


def _row(cells: Row, overrides: Mapping[str, object]) -> Row:
    merged = {**cells, **overrides}
    return {name: str(value) for name, value in merged.items() if value is not None}


def write_clinic(folder: Path, **tables: Iterable[Row]) -> Path:
    """A folder of canonical files: write_clinic(folder, episodes=[...], scores=[...])."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        write_table(folder / f"{name}.csv", rows)
    return folder


def write_table(path: Path, rows: Iterable[Row]) -> Path:
    """A CSV file whose columns are those of its rows, in order of appearance."""
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def load_paths(engine: Engine, *paths: Path, as_of: date = AS_OF, **request: Any) -> LoadReport:
    """Load files or folders with the real loader."""
    return load(engine, LoadRequest(find_sources(paths), today=as_of, as_of=as_of, **request))


def load_tables(
    engine: Engine, folder: Path, *, request: Mapping[str, Any] | None = None, **tables: Iterable[Row]
) -> LoadReport:
    """Write rows to a folder and load it; every row may be refused, unless `request` says otherwise."""
    return load_paths(engine, write_clinic(folder, **tables), **{"most_rejected": 1.0, **(request or {})})


def rows_of(engine: Engine, table: str, *columns: str, **where: object) -> list[tuple[Any, ...]]:
    """Rows of a table of the store, sorted; all columns if none are named."""
    target = metadata.tables[table]
    question = select(*(target.c[name] for name in columns or target.c.keys()))
    for name, value in where.items():
        question = question.where(target.c[name] == value)
    with reading(engine) as connection:
        return sorted((tuple(row) for row in connection.execute(question)), key=repr)


def fresh_file(place: Path, template: Path) -> str:
    """Address of a copy of a SQLite store, in place of whatever was there."""
    for leftover in place.parent.glob(f"{place.name}*"):
        leftover.unlink()
    shutil.copyfile(template, place)
    return f"sqlite:///{place}"


LEDGER = ("load_run", "load_file", "reject")


def facts(engine: Engine, *, without: Iterable[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the store but the ledger and what is random or counts the loads."""
    left_out = {"token", "short_code", "version", *without}
    return {
        name: rows_of(engine, name, *(c.name for c in table.c if c.name not in left_out))
        for name, table in metadata.tables.items()
        if name not in LEDGER
    }
