"""No cell value ever leaves its file by way of an error, a report or a record: only line, column, rule and shape."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from builders import make_assessment, make_episode, make_running, make_score, make_visit, write_clinic
from hypothesis import given
from hypothesis import strategies as st

from dashboard.cli import main
from etl.contract import TABLES
from etl.errors import shape_of
from etl.parse import KEY_PATTERN

BUILDERS = {
    "episodes": make_episode,
    "running": make_running,
    "scores": make_score,
    "visits": make_visit,
    "assessments": make_assessment,
}
# What must never be seen again, in ways in which a cell can be wrong.
PLANTED = (
    '=HYPERLINK("http://zaphod.example")',
    "Zaphod\x00Beeblebrox",
    "zaphod;beeblebrox",
    "7342 9187",
    "73429187",
    "-73429187",
    "7342/9187",
    "7342-Zap-91",
    "1873-04-29",
    "2873-04-29",
    "73-04-29",
    "Zäphöd",
)
TELLTALE = re.compile(
    rb"z.{0,2}ph|heartofgold|beeblebrox|7342.?9187|[12]873-04|73-04-29|7700900123", re.IGNORECASE
)


def run(url: str, *argv: object) -> int:
    return main([str(word) for word in argv], {"RETURN_TO_RUN_DATABASE_URL": url})


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """Every column of every table with every planted value, each in a row of its own."""
    tables = {}
    for name, table in TABLES.items():
        build = BUILDERS[name]
        rows = [
            build(**({"episode_id": f"E{n}"} | {column.name: value}))
            for n, (column, value) in enumerate(
                (column, value)
                for column in table.columns
                for value in PLANTED
                if column.kind != "key" or not KEY_PATTERN.fullmatch(value)  # a code is taken as it is
            )
        ]
        tables[name] = [build("E0"), *rows]
    tables["episodes"] += [make_episode(f"E{n}") for n in range(1, 400)]
    return write_clinic(tmp_path / "planted", **tables)


def everything_written(folder: Path) -> bytes:
    """All bytes of the store, its write-ahead log included."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("store.db*")))


@pytest.mark.parametrize(
    "arguments", [[], ["--json"], ["--check"], ["--max-rejected", "1"], ["--max-rejected", "1", "--json"]]
)
def test_planted_values_are_nowhere(planted, tmp_path, capsys, arguments):
    url = f"sqlite:///{tmp_path / 'store.db'}"
    code = run(url, "load", planted, "--as-of", "2024-12-31", *arguments)
    shown = "".join(capsys.readouterr())
    assert code in (1, 3)
    assert "episodes.csv" in shown
    assert TELLTALE.findall(shown.encode()) == []
    assert TELLTALE.findall(everything_written(tmp_path)) == []


def test_the_json_lists_every_refused_row(planted, tmp_path, capsys):
    run(
        f"sqlite:///{tmp_path / 'store.db'}",
        "load",
        planted,
        "--as-of",
        "2024-12-31",
        "--json",
        "--max-rejected",
        "1",
    )
    document = json.loads(capsys.readouterr().out)
    for file in document["files"]:
        lines = {problem["line"] for problem in file["problems"]}
        assert len(lines) == file["rejected"] > 50
        assert all(problem["says"] and problem["remedy"] for problem in file["problems"])


STOPPING = {
    "no header": "Zaphod,73429187,2024-01-08,zaphod@heartofgold.example\n",
    "values for a header": "Zaphod,Beeblebrox\nE1,x\n",
    "unclosed quote": 'episode_id,condition,first_visit_date,therapist\n"Zaphod,pfps,2024-01-08,T1\n',
    "ambiguous date": "episode_id,condition,first_visit_date,therapist\nZaphod,pfps,03/04/1873,T1\n",
    "rounded code": "episode_id,condition,first_visit_date,therapist\n7.342E+91,pfps,2024-01-08,T1\n",
    "broken byte": b"episode_id,condition,first_visit_date,therapist\nZaph\xf6d,pfps,2024-01-08,T1\n",
    "unknown columns": (
        "episode_id,condition,first_visit_date,therapist,zaphod@heartofgold.example\n"
        "E1,pfps,2024-01-08,T1,Zaphod\n"
    ),
    "duplicate headers": "Zaphod Beeblebrox,Zaphod Beeblebrox\n",
}


@pytest.mark.parametrize("name", STOPPING)
@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_file_that_stops_tells_nothing_either(tmp_path, capsys, name, arguments):
    content = STOPPING[name]
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "episodes.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    url = f"sqlite:///{tmp_path / 'store.db'}"
    assert run(url, "load", folder, "--as-of", "2024-12-31", *arguments) == (
        0 if name == "unknown columns" else 3
    )
    assert TELLTALE.findall("".join(capsys.readouterr()).encode()) == []
    assert TELLTALE.findall(everything_written(tmp_path)) == []


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("7/10", "9/99"),
        ("jo@example.org", "aa@aaaaaaa.aaa"),
        ("Jo Smith", "aa aaaaa"),
        ("Bartholomew", "aaaaaaaa"),
        ("2024-01-08", "9999-99-99"),
        ("1" * 30, "9" * 12),
        ("é_7\x00", "a_9?"),
        ("-" * 60, "-" * 39 + "…"),
        ("", ""),
    ],
)
def test_a_shape_shows_the_form_and_not_the_value(value, shape):
    assert shape_of(value) == shape


@given(st.text())
def test_no_letter_or_digit_survives_in_a_shape(value):
    shape = shape_of(value)
    assert (
        not set(shape)
        & (set(value) - set("a9?… "))
        & set(map(chr, [*range(48, 58), *range(65, 91), *range(97, 123)]))
    )
    assert len(shape) <= 40
