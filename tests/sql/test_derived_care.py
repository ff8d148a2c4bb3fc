"""What is kept beside each outcome: hand-worked, the same whichever way it came, and read without looking further."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from builders import (
    Row,
    load_tables,
    make_assessment,
    make_episode,
    make_running,
    make_score,
    make_visit,
    rows_of,
)
from sqlalchemy import Connection, Engine, event, select, update

from dashboard.question import ask
from dashboard.sections.completeness import completeness_section
from dashboard.sections.retention import retention_section
from dashboard.sections.treatment import treatment_section
from dashboard.sections.visits import visits_section
from etl.contract import MEASURES as CONTRACT_MEASURES
from sql.care_bits import MEASURE_BITS, SCORE_WINDOWS, TREATMENT_BITS, bits_of, names_in
from sql.cohort import Cohort, Scope
from sql.derived_care import derive_care
from sql.deriving import touched_episode
from sql.engine import reading, writing
from sql.queries.completeness_counts import MEASURES
from sql.schema import CARE_COLUMNS, episode, episode_outcome
from sql.writes.clinic_entry import write_score
from sql.writes.journal import Writing

NAMES = [column.name for column in CARE_COLUMNS]
TABLES: dict[str, list[Row]] = {
    "episodes": [
        make_episode("E1", return_to_run_date="2024-03-04", discharge_date="2024-03-10"),
        make_episode("E2", return_to_run_date=""),
    ],
    "visits": [
        make_visit("E1"),
        make_visit("E1", visit_date="2024-01-15", treatments="hip_knee_rehab", therapist="T1"),
        make_visit("E1", visit_date="2024-01-15", treatments="shockwave", therapist="T2"),
        make_visit("E1", visit_date="2024-01-22", status="cancelled", treatments="orthoses"),
        make_visit("E1", visit_date="2024-03-04", treatments="hip_knee_rehab"),
        make_visit("E1", visit_date="2024-03-11", treatments=""),
    ],
    "scores": [
        make_score("E1", scored_on="2024-01-08"),
        make_score("E1", scored_on="2024-03-18"),
        make_score("E2", scored_on="2024-02-10", reporter="clinician"),
    ],
    "assessments": [
        make_assessment("E1", value="2"),
        make_assessment("E1", assessed_on="2024-02-12", value="2.5"),
        make_assessment("E1", assessed_on="2024-03-12", value="3"),
        make_assessment("E1", measure="gait_hip_drop", side="", value="0"),
    ],
    "running": [
        make_running("E1", reported_on="2024-01-10", status="not_running", since="", load_change="reduced"),
        make_running(
            "E1",
            reported_on="2024-02-05",
            status="not_running",
            since="",
            load_change="stopped",
            home_exercise="most",
        ),
    ],
}


def care(engine: Engine, clinic: str = "main") -> dict[str, dict[str, object]]:
    """The derived columns by episode."""
    rows = rows_of(engine, "episode_outcome", "episode_id", *NAMES, clinic=clinic)
    return {row[0]: dict(zip(NAMES, row[1:], strict=True)) for row in rows}


def test_a_course_worked_by_hand(engine, tmp_path):
    load_tables(engine, tmp_path / "all", **TABLES)
    found = care(engine)
    given = bits_of(("soft_tissue", "education_load", "hip_knee_rehab", "shockwave"), TREATMENT_BITS)
    assert found["E1"] == {
        "visits": 3,
        "last_visit_day": 63,
        "visits_to_return": 2,
        "on_visit_day": 1,
        "visit_before_return": 7,
        "appointments_early": 2,
        "attended_early": 1,
        "treatments_given": given,
        "rehabilitation_visits": 2,
        "visit_before_first": 0,
        "visit_after_discharge": 1,
        "assessed_at_start": bits_of(("hip_abductor_strength_n_per_kg", "gait_hip_drop"), MEASURE_BITS),
        "assessed_again": MEASURE_BITS["hip_abductor_strength_n_per_kg"],
        "gait_fault": 0,
        "foot_pronation": None,
        "hip_abductor_change": pytest.approx(50),
        "hip_rotator_change": None,
        "knee_extensor_change": None,
        "step_rate_change": None,
        "load_change": "stopped",
        "home_exercise": "most",
        "booked": "24288:attended:3|24288:cancelled:1|24290:attended:2",
        "scored": 1 | 4,
    }
    assert {name: value for name, value in found["E2"].items() if value} == {}


def test_loads_one_after_the_other_give_what_one_load_gives(engine, tmp_path):
    for name, rows in TABLES.items():
        load_tables(engine, tmp_path / name, **{name: rows})
    in_parts = care(engine)
    load_tables(engine, tmp_path / "whole", **TABLES, request={"clinic": "other"})
    assert in_parts == care(engine, "other")


def test_an_entry_moves_the_flags_of_its_episode_only(engine, tmp_path):
    load_tables(engine, tmp_path / "all", **TABLES)
    before = care(engine)
    with writing(engine) as connection:
        journal = Writing("main", "E2", "owner", datetime(2024, 12, 31, tzinfo=UTC))
        write_score(connection, journal, "usual_week", 4, date(2024, 2, 12))
    after = care(engine)
    assert after["E2"]["scored"] == 2
    assert after["E1"] == before["E1"]


def test_it_can_be_derived_again_over_what_is_there(engine, tmp_path):
    """As the migration does for a store of before."""
    load_tables(engine, tmp_path / "all", **TABLES)
    before = care(engine)
    with writing(engine) as connection:
        connection.execute(update(episode_outcome).values(visits=0, treatments_given=None, scored=0))
        touched_episode.create(connection)
        connection.execute(touched_episode.insert().from_select(["episode_id"], select(episode.c.episode_id)))
        derive_care(connection, "main")
        touched_episode.drop(connection)
    assert care(engine) == before


def test_bits_are_words_of_the_contract_and_windows_of_the_measures():
    assert set(MEASURE_BITS) == set(CONTRACT_MEASURES)
    assert names_in(bits_of(("shockwave", "orthoses", "orthoses"), TREATMENT_BITS), TREATMENT_BITS) == (
        "shockwave",
        "orthoses",
    )
    assert {(m.first_day, m.due_day) for m in MEASURES.values() if m.is_score} == set(SCORE_WINDOWS)


# --- what pages read --------------------------------------------------------------------------------------------

READ_NO_FURTHER = {
    "treatment": (treatment_section, 10),
    "retention": (retention_section, 4),
    "visits": (visits_section, 6),
    "completeness": (completeness_section, 3),
}


def asked_of(engine: Engine, question) -> tuple[list[str], list[str]]:
    """Statements that a question runs, and their plans on SQLite."""
    seen: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, *_):
        seen.append((statement, parameters))

    with reading(engine) as connection:
        asked = ask(connection, Scope("clinic"), Cohort())
        event.listen(engine, "before_cursor_execute", note)
        question(connection, asked)
        event.remove(engine, "before_cursor_execute", note)
        return [statement for statement, _ in seen], [steps(connection, *one) for one in seen]


def steps(connection: Connection, statement: str, parameters: object) -> str:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
    return "\n".join(row[3] for row in rows)


@pytest.mark.parametrize("name", READ_NO_FURTHER)
def test_a_page_reads_one_row_per_episode(sqlite_engine, tmp_path, name):
    """No visit, measurement, answer or score: there are ten and more of each per episode."""
    load_tables(sqlite_engine, tmp_path / "all", **TABLES)
    section, most = READ_NO_FURTHER[name]
    statements, plans = asked_of(sqlite_engine, section)
    assert 0 < len(statements) <= most
    for table in ("visit", "visit_treatment", "assessment", "running_report", "score"):
        assert [plan for plan in plans if f" {table}" in plan.replace("episode_outcome", "")] == [], table


def test_an_entry_reads_its_own_episode(sqlite_engine, tmp_path):
    """SQLite keeps no statistics: left alone it begins at the clinic's 100,000 episodes."""
    load_tables(sqlite_engine, tmp_path / "all", **TABLES)
    seen: list[tuple[str, object]] = []
    with writing(sqlite_engine) as connection:

        def explain(_connection, cursor, statement, parameters, _context, _many):
            if statement.startswith(
                ("INSERT INTO care_", "INSERT INTO visit_day", "INSERT INTO episode_out")
            ):
                plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                seen.extend((statement, row[3]) for row in plan)

        event.listen(sqlite_engine, "before_cursor_execute", explain)
        journal = Writing("main", "E2", "owner", datetime(2024, 12, 31, tzinfo=UTC))
        write_score(connection, journal, "usual_week", 4, date(2024, 2, 12))
        event.remove(sqlite_engine, "before_cursor_execute", explain)
    assert seen
    whole = ("SCAN episode", "SCAN visit", "SCAN score", "SCAN assessment", "(clinic=?)")
    found = [(statement, step) for statement, step in seen if step.startswith(whole[:4]) or whole[4] in step]
    assert [
        pair for pair in found if "SCAN visit_day" not in pair[1] and "SCAN episode_days" not in pair[1]
    ] == []


def test_a_load_goes_through_the_episodes_once_in_their_order(sqlite_engine, tmp_path):
    """Once it read all days again for each episode: six minutes for 200,000."""
    seen: list[str] = []

    def explain(_connection, cursor, statement, parameters, _context, _many):
        if statement.startswith("INSERT INTO episode_outcome"):
            plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            seen.extend(row[3] for row in plan)

    event.listen(sqlite_engine, "before_cursor_execute", explain)
    load_tables(sqlite_engine, tmp_path / "all", **TABLES)
    event.remove(sqlite_engine, "before_cursor_execute", explain)
    steps_on_the_way = {"episode_days", "with_stop", "decided"}
    assert {f"CO-ROUTINE {step}" for step in steps_on_the_way} <= set(seen)
    episodes = next(step for step in seen if step.startswith("SEARCH episode "))
    assert "(clinic=? AND episode_id=?)" in episodes
    scanned = {step for step in seen if step.startswith("SCAN")}
    assert scanned == {f"SCAN {step}" for step in steps_on_the_way}
    assert [step for step in seen if "TEMP B-TREE" in step] == []
