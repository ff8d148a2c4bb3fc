"""Taking a load back gives exactly the store before it: every table, on both databases, whatever was loaded."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from builders import (
    LEDGER,
    Row,
    load_paths,
    load_tables,
    make_assessment,
    make_episode,
    make_running,
    make_score,
    make_visit,
    rows_of,
    write_clinic,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from etl.errors import UsageError
from etl.load import LoadReport
from etl.rollback import roll_back
from sql.engine import open_engine, reading, writing
from sql.queries.store_facts import as_of
from sql.schema import metadata

Store = dict[str, list[tuple[object, ...]]]


def everything(engine: Engine) -> Store:
    """Every table with every column, tokens and short codes too; but not the ledger, which keeps the load's row."""
    kept = {
        name: [
            c for c in list(table.c.keys()) if (name, c) not in {("clinic", "version"), ("clinic", "sample")}
        ]
        for name, table in metadata.tables.items()
        if name not in LEDGER
    }
    return {name: rows_of(engine, name, *columns) for name, columns in kept.items()}


def clear(engine: Engine) -> None:
    with writing(engine) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))


def load_as(engine: Engine, folder: Path, mode: str, **tables: list[Row]) -> LoadReport:
    """Load rows, a snapshot if asked for, with any number of vanished rows."""
    write_clinic(folder, **tables)
    (folder / "manifest.json").write_text(json.dumps({"mode": mode}))
    return load_paths(engine, folder, most_rejected=1.0, most_vanished=1.0)


# --- by example


def test_what_was_inserted_goes_and_what_was_changed_comes_back(engine, tmp_path):
    load_tables(
        engine,
        tmp_path / "1",
        episodes=[make_episode(patient_id="P1", weekly_km_before="0.1"), make_episode("E2", patient_id="P2")],
        scores=[make_score(value="6"), make_score(score_id="S1", value="5", scored_on="2024-02-05")],
        visits=[make_visit()],
    )
    before = everything(engine)
    second = load_tables(
        engine,
        tmp_path / "2",
        episodes=[
            make_episode(patient_id="P2", weekly_km_before="12.345678901234567", therapist="T9", site="S9"),
            make_episode("E3", patient_id="P3"),
        ],
        scores=[
            make_score(value="0.30000000000000004"),
            make_score(score_id="S1", value="4", scored_on="2024-02-06"),
        ],
        visits=[make_visit(treatments="shockwave")],
        running=[make_running()],
        assessments=[make_assessment("E3")],
    )
    assert (second.load_number, second.changed) == (2, 7)
    report = roll_back(engine, "main", 2)
    assert (report.deleted.total(), report.restored.total()) == (4, 4)
    assert everything(engine) == before
    assert rows_of(engine, "load_run", "load_number", "status") == [(1, "loaded"), (2, "rolled_back")]
    assert roll_back(engine, "main", 1).deleted.total() == 5
    assert [name for name, rows in everything(engine).items() if rows and name != "clinic"] == []


def test_outcomes_of_the_same_persons_other_courses_are_derived_again(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode("E2", patient_id="P1")])
    before = everything(engine)
    load_tables(
        engine,
        tmp_path / "2",
        episodes=[make_episode("E1", patient_id="P1", first_visit_date="2023-01-02")],
    )
    assert everything(engine)["episode_outcome"] != before["episode_outcome"]
    roll_back(engine, "main", 2)
    assert everything(engine) == before


def test_a_load_can_be_loaded_again_after_it_was_taken_back(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode()])
    second = {"scores": [make_score()]}
    load_tables(engine, tmp_path / "2", **second)
    loaded = everything(engine)["score"]
    roll_back(engine, "main", 2)
    again = load_tables(engine, tmp_path / "2", **second)
    assert (again.status, again.load_number, again.files[0].inserted) == ("loaded", 3, 1)
    assert [row[:-1] for row in everything(engine)["score"]] == [row[:-1] for row in loaded]


def test_the_as_of_day_is_that_of_the_loads_that_stand(engine, tmp_path):
    folder = write_clinic(tmp_path / "1", episodes=[make_episode()])
    load_paths(engine, folder, as_of=date(2024, 10, 31))
    load_paths(engine, write_clinic(tmp_path / "2", scores=[make_score()]), as_of=date(2024, 11, 30))
    with reading(engine) as connection:
        assert as_of(connection, ("main",)) == date(2024, 11, 30)
    assert roll_back(engine, "main", 2).as_of == date(2024, 10, 31)
    with reading(engine) as connection:
        assert as_of(connection, ("main",)) == date(2024, 10, 31)


def test_only_the_newest_load_that_stands_can_be_taken_back(engine, tmp_path):
    with pytest.raises(UsageError, match="no load"):
        roll_back(engine, "main", 1)
    load_tables(engine, tmp_path / "1", episodes=[make_episode()])
    load_tables(engine, tmp_path / "2", scores=[make_score()])
    refused = load_tables(
        engine, tmp_path / "3", scores=[make_score(value="x")], request={"most_rejected": 0}
    )
    assert (refused.status, refused.load_number) == ("refused", 3)
    for number in (1, 3, 4):
        with pytest.raises(UsageError, match="load 2"):
            roll_back(engine, "main", number)
    roll_back(engine, "main", 2)
    with pytest.raises(UsageError, match="load 1"):
        roll_back(engine, "main", 2)
    roll_back(engine, "main", 1)
    with pytest.raises(UsageError, match="no load"):
        roll_back(engine, "main", 1)


def test_another_clinic_is_left_alone(engine, tmp_path):
    tables = {"episodes": [make_episode(patient_id="P1")], "scores": [make_score(score_id="S1")]}
    load_tables(engine, tmp_path / "a", **tables, request={"clinic": "a"})
    before = everything(engine)
    load_tables(engine, tmp_path / "b", **tables, request={"clinic": "b"})
    roll_back(engine, "b", 1)
    kept = everything(engine)
    kept["clinic"] = [row for row in kept["clinic"] if row[0] != "b"]
    assert kept == before


def test_a_load_after_a_rollback_of_all_may_be_of_the_other_kind(engine, tmp_path):
    sample = write_clinic(tmp_path / "1", episodes=[make_episode()])
    (sample / "manifest.json").write_text('{"sample": true}')
    load_paths(engine, sample)
    roll_back(engine, "main", 1)
    assert load_tables(engine, tmp_path / "2", episodes=[make_episode()]).status == "loaded"


# --- by property


def some(values: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(values)


EPISODES = st.builds(
    make_episode,
    some(["E1", "E2", "E3", "E4"]),
    patient_id=some(["", "P1", "P2"]),
    first_visit_date=some(["2023-01-02", "2024-01-08"]),
    therapist=some(["T1", "T2", "T3"]),
    site=some(["", "S1"]),
    weekly_km_before=some(["", "0.1", "12.345678901234567"]),
    return_to_run_date=some(["", "2024-03-04"]),
)
TABLES = {
    "episodes": EPISODES,
    "scores": st.builds(
        make_score,
        some(["E1", "E2", "E3", "E5"]),
        scored_on=some(["2024-01-08", "2024-02-05"]),
        value=some(["3", "0.30000000000000004", "11", ""]),
        score_id=some(["", "", "S1", "S2"]),
    ),
    "running": st.builds(
        make_running,
        some(["E1", "E2", "E3"]),
        status=some(["running_without_pain", "running_with_pain", "given_up"]),
        weekly_km=some(["", "7.1"]),
        source=some(["", "phone"]),
    ),
    "visits": st.builds(
        make_visit, some(["E1", "E2", "E3"]), treatments=some(["", "shockwave", "soft_tissue;orthoses"])
    ),
    "assessments": st.builds(make_assessment, some(["E1", "E2"]), value=some(["1.9", "2.2"])),
}
LOADS = st.lists(
    st.tuples(
        some(["delta", "delta", "snapshot"]),
        st.fixed_dictionaries(
            {"episodes": st.lists(EPISODES, min_size=1, max_size=4)},
            optional={
                name: st.lists(rows, max_size=4) for name, rows in TABLES.items() if name != "episodes"
            },
        ),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LOADS)
def test_any_sequence_of_loads_can_be_taken_back_one_by_one(engine, loads):
    clear(engine)
    states: list[Store] = []
    numbers: list[int] = []
    with TemporaryDirectory() as folder:
        for number, (mode, tables) in enumerate(loads):
            before = everything(engine)
            report = load_as(
                engine, Path(folder) / str(number), mode, **{n: r for n, r in tables.items() if r}
            )
            if report.status == "loaded":
                states.append(before)
                numbers.append(report.load_number)
    for number, before in zip(reversed(numbers), reversed(states), strict=True):
        roll_back(engine, "main", number)
        after = everything(engine)
        after["clinic"] = before["clinic"]  # the clinic itself stays, as after a refused load
        assert after == before


# --- crashes

# Takes a load back and kills its own process when the Nth statement that writes is about to run.
KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
from sql.engine import open_engine
from etl.rollback import roll_back

left = int(sys.argv[2])

@event.listens_for(Engine, "before_cursor_execute")
def count_down(connection, cursor, statement, *_):
    global left
    if statement.lstrip().startswith(("DELETE", "INSERT", "UPDATE")):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

roll_back(open_engine(sys.argv[1]), "main", 2)
"""


@pytest.mark.parametrize("statement", [1, 12, 20, 30, 40])
def test_a_kill_while_taking_back_leaves_the_load_and_the_next_try_completes(store_url, tmp_path, statement):
    engine = open_engine(store_url)
    load_tables(engine, tmp_path / "1", episodes=[make_episode(), make_episode("E2")], scores=[make_score()])
    before = everything(engine)
    load_tables(engine, tmp_path / "2", episodes=[make_episode(side="left")], scores=[make_score(value="3")])
    loaded = everything(engine)
    engine.dispose()
    killed = subprocess.run([sys.executable, "-c", KILLED, store_url, str(statement)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert everything(engine) == loaded
    roll_back(engine, "main", 2)
    assert everything(engine) == before
    engine.dispose()
