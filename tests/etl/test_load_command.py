"""`return-to-run load` as a user meets it: exit codes, what is printed, and which files it makes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from builders import make_episode, make_score, rows_of, write_clinic

from dashboard.cli import main
from sql.engine import open_engine

Run = Callable[..., int]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where the store would be."""
    return tmp_path / "store.db"


@pytest.fixture
def run(store: Path) -> Run:
    return lambda *words: main(
        [str(word) for word in words], {"RETURN_TO_RUN_DATABASE_URL": f"sqlite:///{store}"}
    )


def in_folder(tmp_path: Path, content: str, name: str = "episodes.csv") -> Path:
    folder = tmp_path / "in"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(content, encoding="utf-8")
    return folder


def test_a_folder_without_a_known_file_is_2_and_makes_no_store(run, store, tmp_path, capsys):
    folder = in_folder(tmp_path, "x", name="patients.csv")
    assert run("load", folder) == 2
    assert not store.exists()
    assert capsys.readouterr().err == (
        "Error: The folder 'in' holds none of episodes.csv, running.csv, scores.csv, visits.csv, assessments.csv. "
        "Name the files like that. Or, for exports of another system, say how to read them with --preset or "
        "--mapping; a mapping is drafted by: return-to-run suggest FILE > my.toml\n"
    )


@pytest.mark.parametrize("cells", [{}, {"condition": "x"}])
def test_a_check_makes_no_store(run, store, tmp_path, capsys, cells):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode(), make_episode("E2", **cells)])
    assert run("load", folder, "--check", "--as-of", "2024-12-31", "--max-rejected", "0.5") == (
        1 if cells else 0
    )
    assert "Checked only, nothing was written" in capsys.readouterr().out
    assert list(tmp_path.glob("store*")) == []


def test_a_check_of_a_file_that_stops_is_3_and_makes_no_store(run, store, tmp_path, capsys):
    assert run("load", in_folder(tmp_path, "episode_id\n"), "--check") == 3
    assert "Nothing was loaded." in capsys.readouterr().out
    assert list(tmp_path.glob("store*")) == []


def test_a_check_leaves_a_store_as_it_is(run, store, tmp_path):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode()])
    assert run("load", folder, "--as-of", "2024-12-31") == 0
    before = store.read_bytes()
    more = write_clinic(tmp_path / "more", episodes=[make_episode("E2")])
    assert run("load", more, "--as-of", "2024-12-31", "--check") == 0
    assert store.read_bytes() == before


def test_a_first_load_without_episodes_is_3(run, tmp_path, capsys):
    assert run("load", write_clinic(tmp_path / "in", scores=[make_score()])) == 3
    assert capsys.readouterr().err == (
        "Error: The clinic's first load needs episodes.csv: everything else belongs to an episode.\n"
    )


def test_a_summary_without_a_store_is_5_and_makes_none(run, tmp_path, capsys):
    assert run("summary") == 5
    assert capsys.readouterr().err == (
        "Error: There is no store yet. Load data first: return-to-run load FOLDER.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_no_database_is_5(run, store, tmp_path, capsys):
    store.write_text("a letter, by mistake")
    assert run("load", write_clinic(tmp_path / "in", episodes=[make_episode()])) == 5
    assert "Traceback" not in capsys.readouterr().err


def test_a_stop_is_told_with_its_place_and_its_remedy(run, tmp_path, capsys):
    folder = in_folder(tmp_path, "episode_id,condition,First Visit,therapist\nE1,pfps,2024-01-08,T1\n")
    assert run("load", folder) == 3
    out = " ".join(capsys.readouterr().out.split())
    assert (
        "Stopped episodes.csv, line 1, column first_visit_date: a required column is missing "
        "(perhaps First Visit). Add the column, or rename the one that holds it." in out
    )
    assert "Nothing was loaded." in out


def test_refused_rows_are_told_by_rule_with_their_places(run, tmp_path, capsys):
    bad = [make_episode(f"E{n}", first_visit_date="8 January") for n in range(5)]
    folder = write_clinic(tmp_path / "in", episodes=[make_episode("E9"), *bad, make_episode("E 7")])
    assert run("load", folder, "--as-of", "2024-12-31", "--max-rejected", "1") == 1
    out = " ".join(capsys.readouterr().out.split())
    assert (
        "5 × not a date of the form YYYY-MM-DD. Write the date as YYYY-MM-DD. "
        "episodes.csv, line 3, column first_visit_date (looks like 9 aaaaaaa) "
        "episodes.csv, line 4, column first_visit_date (looks like 9 aaaaaaa) "
        "episodes.csv, line 5, column first_visit_date (looks like 9 aaaaaaa) and 2 more" in out
    )
    assert "1 × not a code" in out
    assert "Load 1 done: 1 row new or updated, 6 rows refused." in out


def test_a_row_of_another_length_says_how_long_it_is(run, tmp_path, capsys):
    folder = in_folder(tmp_path, "episode_id,condition,first_visit_date,therapist\nE1,pfps,2024-01-08\n")
    assert run("load", folder, "--max-rejected", "1") == 1
    assert "3 fields, 4 expected" in capsys.readouterr().out


def test_the_json_has_everything_for_programs(run, store, tmp_path, capsys):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode(), make_episode("E2", condition="knee")])
    assert run("load", folder, "--as-of", "2024-12-31", "--json", "--max-rejected", "0.5") == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["status"], document["load_number"], document["exit_code"]) == ("loaded", 1, 1)
    (file,) = document["files"]
    assert (file["rows_read"], file["inserted"], file["rejected"]) == (2, 1, 1)
    assert file["problems"] == [
        {
            "file": "episodes.csv",
            "line": 3,
            "column": "condition",
            "rule": "code",
            "shape": "aaaa",
            "says": "not one of the allowed words",
            "remedy": "Use one of the words in docs/data-dictionary.md.",
        }
    ]
    engine = open_engine(f"sqlite:///{store}")
    assert rows_of(engine, "load_run", "load_number") == [(1,)]
    engine.dispose()


def test_the_folder_one_stands_in_is_named(run, tmp_path, capsys, monkeypatch):
    folder = tmp_path / "exports"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert run("load", ".") == 2
    assert "The folder 'exports' holds none of episodes.csv" in capsys.readouterr().err


def test_what_holds_for_many_files_is_said_once(run, tmp_path, capsys):
    header = "episode_id,condition,first_visit_date,therapist,goal,shoe\n"
    paths = []
    for n in range(5):
        folder = tmp_path / str(n)
        folder.mkdir()
        (folder / "episodes.csv").write_text(f"{header}E{n},pfps,2024-01-08,T1,running,44\n")
        paths.append(folder)
    assert run("load", *paths, "--as-of", "2024-12-31") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("a column that Return to Run does not use was left out") == 1
    assert "episodes.csv and 4 more, column shoe" in said


@pytest.mark.parametrize("with_others", [True, False])
def test_a_zip_that_cannot_be_opened_is_not_passed_over_in_a_folder(run, tmp_path, capsys, with_others):
    folder = tmp_path / "in"
    if with_others:
        write_clinic(folder, episodes=[make_episode()])
    folder.mkdir(exist_ok=True)
    with ZipFile(folder / "export.zip", "w") as archive:
        archive.writestr("../scores.csv", "x")
    assert run("load", folder) == 3
    assert capsys.readouterr().err.startswith(
        "Error: export.zip: the zip file holds paths that lead out of it, links, or one path twice."
    )


def test_a_folder_of_one_file_of_no_use_says_why(run, tmp_path, capsys):
    folder = in_folder(
        tmp_path, '{"resourceType": "Bundle", "type": "history", "entry": []}', name="export.json"
    )
    assert run("load", folder) == 3
    assert capsys.readouterr().err.startswith("Error: export.json: a FHIR bundle of this type holds versions")


def test_files_and_sheets_that_are_passed_over_are_named(run, tmp_path, capsys):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode()], score=[{"a": "1"}])
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Visit list"
    book.worksheets[0].append(["a"])
    book.save(folder / "clinic.xlsx")
    (folder / "Jane Mary Smith.csv").write_text("a\n")
    (folder / "other.json").write_text('{"a": 1}')
    assert run("load", folder, "--as-of", "2024-12-31") == 0
    assert (
        "Passed over, as their names are none of our tables: the file, clinic.xlsx, sheet Visit list, other.json, "
        "score.csv." in " ".join(capsys.readouterr().out.split())
    )
