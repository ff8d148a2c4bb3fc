"""Whatever is in the files, a load ends in one of its documented ways and every row read is accounted for."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from builders import (
    facts,
    load_paths,
    make_assessment,
    make_episode,
    make_running,
    make_score,
    make_visit,
    rows_of,
    write_clinic,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from etl.contract import TABLES
from etl.errors import RULES, LoadError
from etl.load import LoadReport
from sql.engine import open_engine

COUNTS = ("inserted", "updated", "unchanged", "duplicate", "rejected", "filtered")
FILES = {
    "episodes": [make_episode(f"E{n}", patient_id=f"P{n % 3}", onset_date="2023-11") for n in range(6)],
    "running": [make_running(f"E{n}", since="", weekly_km="10") for n in range(6)],
    "scores": [make_score(f"E{n}", reporter="patient", score_id="") for n in range(6)],
    "visits": [make_visit(f"E{n}") for n in range(6)],
    "assessments": [make_assessment(f"E{n}") for n in range(6)],
}
FOLDERS = count(1)


@pytest.fixture(scope="module")
def used(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Path]]:
    """One store for all examples, each in a clinic of its own."""
    folder = tmp_path_factory.mktemp("properties")
    shutil.copyfile(sqlite_template, folder / "store.db")
    engine = open_engine(f"sqlite:///{folder / 'store.db'}")
    yield engine, folder
    engine.dispose()


def load_example(used: tuple[Engine, Path], files: dict[str, bytes]) -> None:
    """Load files into a new clinic and look at the report, unless the command was refused as a whole."""
    engine, folder = used
    name = f"c{next(FOLDERS)}"
    (folder / name).mkdir()
    for table, content in files.items():
        (folder / name / f"{table}.csv").write_bytes(content)
    with suppress(LoadError):
        check_report(engine, name, load_paths(engine, folder / name, clinic=name, most_rejected=1.0))


def check_report(engine: Engine, clinic: str, report: LoadReport) -> None:
    for file in report.files:
        counts = [getattr(file, name) for name in COUNTS]
        assert file.rows_read == sum(counts)
        assert min(counts) >= 0
        assert len({problem.line for problem in file.problems}) >= file.rejected or file.stopped_by
        assert all(problem.rule in RULES for problem in [*file.problems, *file.warnings])
    stopped = any(file.stopped_by for file in report.files)
    assert report.status == ("refused" if stopped else "loaded")
    identified = any(file.stopped_by and file.stopped_by.rule == "identifiers" for file in report.files)
    assert report.exit_code == (4 if identified else 3 if stopped else 1 if report.rejected else 0)
    recorded = rows_of(engine, "load_file", "rows_read", *COUNTS, clinic=clinic)
    assert sorted(recorded) == sorted(
        (file.rows_read, *(getattr(file, name) for name in COUNTS)) for file in report.files
    )
    stored = {"episodes": "episode", "running": "running_report", "scores": "score", "visits": "visit"}
    for file in report.files:
        if file.table in stored:
            assert len(rows_of(engine, stored[file.table], clinic=clinic)) == file.inserted
    assert len(rows_of(engine, "episode", clinic=clinic)) == len(
        rows_of(engine, "episode_outcome", clinic=clinic)
    )


def as_csv(table: str) -> list[list[str]]:
    rows = FILES[table]
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def written(cells: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(cells)
    return text.getvalue().encode("utf-8", errors="surrogatepass")


NASTY = st.sampled_from(
    [
        "", " ", "0", "-0", "+7", "1e5", "NaN", "∞", "7/10", "10/10", "2024-02-30", "03/04/2024", "2024", "2024-06",
        "9999-12-31", "0000-00-00", "E0", "E1", "E01", "P1", "P9", "NPRS", "AKPS", "pfps", "PFPS", ";", ";;", "a;b",
        "soft_tissue;soft_tissue", '"', '""', "'", "\n", "a\nb", "\r", "\x00", "\ufeff", "\u202e", "🏃", "=1+1",
        "5E+17", "x" * 70, "9" * 50, "attended", "given_up", "clinician", "S1", "left",
    ]
)  # fmt: skip


@st.composite
def changed(draw: st.DrawFn) -> dict[str, bytes]:
    """Valid files in which some cells, rows and columns were changed, repeated, moved or lost."""
    files = {}
    for table in draw(st.sets(st.sampled_from(list(TABLES)), max_size=4)) | {"episodes"}:
        cells = as_csv(table)
        for _ in range(draw(st.integers(0, 6))):
            row = draw(st.integers(0, len(cells) - 1) if draw(st.booleans()) else st.just(len(cells) - 1))
            match draw(
                st.sampled_from(("cell", "cell", "cell", "repeat", "drop", "shorten", "lengthen", "column"))
            ):
                case "cell" if cells[row]:
                    cells[row][draw(st.integers(0, len(cells[row]) - 1))] = draw(NASTY)
                case "repeat":
                    cells.append(list(cells[row]))
                case "drop" if len(cells) > 1:
                    del cells[row]
                case "shorten":
                    cells[row] = cells[row][:-1]
                case "lengthen":
                    cells[row].append(draw(NASTY))
                case "column":
                    column = draw(st.integers(0, 3))
                    for some in cells:
                        del some[column : column + 1]
        files[table] = written(cells)
    return files


@settings(max_examples=25)
@given(files=changed())
def test_changed_files_end_in_a_documented_way(used, files):
    load_example(used, files)


@pytest.mark.slow
@settings(max_examples=250)
@given(files=changed())
def test_many_changed_files_end_in_a_documented_way(used, files):
    load_example(used, files)


@settings(max_examples=25)
@given(
    table=st.sampled_from(list(TABLES)),
    place=st.integers(0, 400),
    cut=st.booleans(),
    noise=st.binary(max_size=4)
    | st.sampled_from([b'"', b",", b"\n", b"\x00", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80"]),
)
def test_damaged_bytes_end_in_a_documented_way(used, table, place, cut, noise):
    content = written(as_csv(table))
    damaged = content[:place] + noise + (b"" if cut else content[place + len(noise) :])
    load_example(used, {"episodes": written(as_csv("episodes")), table: damaged})


@settings(max_examples=20)
@given(
    content=st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: text.encode("utf-8", errors="surrogatepass"))
    | st.text(alphabet='ab,"\n\r;\x00é', max_size=40).map(str.encode)
    | st.text(alphabet='ab,"\n', max_size=20).map(lambda text: text.encode("utf-16"))
)
def test_files_of_anything_end_in_a_documented_way(used, content):
    load_example(used, {"episodes": content})
    load_example(used, {"episodes": written(as_csv("episodes")), "scores": content})


def test_after_all_that_the_store_is_whole_and_takes_a_good_load(used):
    engine, folder = used
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    report = load_paths(engine, write_clinic(folder / "good", **FILES), clinic="good")
    assert (report.exit_code, report.rejected) == (0, 0)
    assert len([row for row in facts(engine)["episode"] if row[0] == "good"]) == 6
