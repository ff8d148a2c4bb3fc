"""A table that is filled: on PostgreSQL its indexes and triggers go and come back, whatever happens meanwhile."""

from __future__ import annotations

import pytest
from builders import load_tables, make_episode, make_score, rows_of
from sqlalchemy import Engine, insert, inspect, text

from sql.engine import StoreError, reading, writing
from sql.filling import FEWEST_FOR_NEW_INDEXES, shut_while_filled
from sql.schema import clinic, episode, episode_outcome, patient, score

MANY = FEWEST_FOR_NEW_INDEXES
FILLED = (episode, episode_outcome, patient, score)


DEFINED = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL"
    " SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
    " UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
}


def keys_and_indexes(engine: Engine) -> list[tuple[str, str]]:
    """Every key, index, constraint and trigger of the store, with its definition."""
    with reading(engine) as connection:
        return sorted(tuple(row) for row in connection.execute(text(DEFINED[engine.dialect.name])))


def large_clinic() -> dict[str, list[dict[str, object]]]:
    keys = [f"E{number}" for number in range(MANY)]
    return {
        "episodes": [make_episode(key, patient_id=key) for key in keys],
        "scores": [make_score(key) for key in keys],
    }


def add_people(connection, codes) -> None:
    rows = [{"clinic": "main", "patient_id": code, "load_number": 1} for code in codes]
    connection.execute(insert(patient), rows)


@pytest.fixture
def with_clinic(engine):
    with writing(engine) as connection:
        connection.execute(clinic.insert().values(code="main", sample=False, version=0))
    return engine


def test_a_large_first_load_leaves_every_key_and_index(engine, tmp_path):
    before = keys_and_indexes(engine)
    report = load_tables(engine, tmp_path / "in", **large_clinic())
    assert (report.status, report.outcomes_derived) == ("loaded", MANY)
    assert keys_and_indexes(engine) == before
    assert [len(rows_of(engine, table.name)) for table in FILLED] == [MANY] * 4


def test_a_large_load_that_is_refused_leaves_them_too(engine, tmp_path):
    before, tables = keys_and_indexes(engine), large_clinic()
    tables["scores"] += [make_score(f"X{number}") for number in range(MANY)]
    report = load_tables(engine, tmp_path / "in", request={"most_rejected": 0.05}, **tables)
    assert report.status == "refused"
    assert keys_and_indexes(engine) == before


def test_a_second_load_adds_to_what_is_there(engine, tmp_path):
    load_tables(engine, tmp_path / "one", episodes=[make_episode("first", patient_id="first")])
    before = keys_and_indexes(engine)
    report = load_tables(engine, tmp_path / "two", **large_clinic())
    assert report.status == "loaded"
    assert keys_and_indexes(engine) == before
    assert len(rows_of(engine, "episode", "episode_id")) == MANY + 1


def test_the_indexes_are_away_only_while_an_empty_table_is_filled_with_many(with_clinic):
    def key(connection) -> bool:
        return bool(inspect(connection).get_pk_constraint("patient")["constrained_columns"])

    stays = with_clinic.dialect.name == "sqlite"
    with writing(with_clinic) as connection:
        with shut_while_filled(connection, patient, MANY - 1):
            assert key(connection)
        with shut_while_filled(connection, patient, MANY):
            assert key(connection) == stays
            add_people(connection, ["P1"])
        assert key(connection)
        with shut_while_filled(connection, patient, MANY):
            assert key(connection)


def test_a_code_that_comes_twice_is_refused_as_ever(with_clinic):
    before = keys_and_indexes(with_clinic)
    with pytest.raises(StoreError), writing(with_clinic) as connection:  # noqa: SIM117
        with shut_while_filled(connection, patient, MANY):
            add_people(connection, ["P1", "P1"])
    assert keys_and_indexes(with_clinic) == before
    assert rows_of(with_clinic, "patient") == []


def test_who_is_reading_is_not_waited_for(with_clinic):
    before = keys_and_indexes(with_clinic)
    with reading(with_clinic) as reader:
        assert reader.execute(text("SELECT count(*) FROM patient")).scalar() == 0
        with writing(with_clinic) as connection, shut_while_filled(connection, patient, MANY):
            add_people(connection, ["P1"])
    assert rows_of(with_clinic, "patient", "patient_id") == [("P1",)]
    assert keys_and_indexes(with_clinic) == before


def test_an_index_of_the_owner_comes_back(with_clinic):
    """On SQLite nothing is dropped in the first place."""
    with writing(with_clinic) as connection:
        connection.execute(text('CREATE INDEX "The owner\'s" ON patient (load_number) WHERE load_number > 1'))
    before = keys_and_indexes(with_clinic)
    with writing(with_clinic) as connection, shut_while_filled(connection, patient, MANY):
        add_people(connection, ["P1"])
    assert keys_and_indexes(with_clinic) == before


def test_what_new_rows_name_is_looked_up_but_while_an_empty_table_is_filled(with_clinic):
    nobody = insert(patient).values(clinic="nobody", patient_id="P1", load_number=1)
    with pytest.raises(StoreError), writing(with_clinic) as connection:
        connection.execute(nobody)
    if with_clinic.dialect.name == "postgresql":  # on SQLite a load turns foreign keys off
        with writing(with_clinic) as connection, shut_while_filled(connection, patient, MANY):
            connection.execute(nobody)
            connection.execute(patient.delete())
    with pytest.raises(StoreError), writing(with_clinic) as connection:
        connection.execute(nobody)
