"""What people decide about trends is kept, moves the version, and can be taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from alembic import command
from builders import load_tables, make_episode, rows_of
from sqlalchemy import Engine, inspect

from sql.engine import StoreError, reading, rebuilding, writing
from sql.queries.decisions import Annotation, Rebase, annotations_of, rebases_of, targets_of
from sql.queries.store_facts import store_version
from sql.store import _config
from sql.writes.annotation import add_annotation, remove_annotation
from sql.writes.trend import clear_target, confirm_rebase, set_target, undo_rebase

TODAY = date(2024, 6, 1)
MARCH = date(2024, 3, 1)


@pytest.fixture
def store(engine: Engine, tmp_path: Path) -> Engine:
    for clinic in ("a", "b"):
        load_tables(engine, tmp_path / clinic, episodes=[make_episode()], request={"clinic": clinic})
    return engine


def version(engine: Engine) -> int:
    with reading(engine) as connection:
        return store_version(connection)


def decide(engine: Engine, write, *arguments, **options) -> None:
    before = version(engine)
    with writing(engine) as connection:
        write(connection, *arguments, **options)
    assert version(engine) == before + 1


def test_annotations_stand_in_order_of_time_and_can_be_removed(store: Engine):
    decide(store, add_annotation, "a", date(2024, 5, 1), "  moved to  Park Street ", today=TODAY)
    decide(store, add_annotation, "a", MARCH, "new gait protocol", today=TODAY)
    decide(store, add_annotation, "b", MARCH, "Tuesday evenings", today=TODAY)
    first, second = (
        Annotation("a", 2, MARCH, "new gait protocol"),
        Annotation("a", 1, date(2024, 5, 1), "moved to Park Street"),
    )
    with reading(store) as connection:
        assert annotations_of(connection, ("a",)) == [first, second]
        assert [note.clinic for note in annotations_of(connection, ("a", "b"))] == ["a", "b", "a"]
    decide(store, remove_annotation, "a", 1)
    with reading(store) as connection:
        assert annotations_of(connection, ("a",)) == [first]


@pytest.mark.parametrize("text", ["", "   ", "x" * 201, "a\x00b"])
def test_a_text_that_cannot_be_kept(store: Engine, text: str):
    with pytest.raises(ValueError, match="1 to 200 characters"), writing(store) as connection:
        add_annotation(connection, "a", MARCH, text, today=TODAY)
    with pytest.raises(ValueError, match="1 to 200 characters"), writing(store) as connection:
        confirm_rebase(connection, "a", "intake", MARCH, text, today=TODAY)


def test_nothing_is_dated_ahead_or_for_a_clinic_that_is_not_there(store: Engine):
    with pytest.raises(ValueError, match="dated ahead"), writing(store) as connection:
        add_annotation(connection, "a", date(2024, 6, 2), "x", today=TODAY)
    for write in (
        lambda c: add_annotation(c, "nowhere", MARCH, "x", today=TODAY),
        lambda c: set_target(c, "nowhere", "intake", 1, today=TODAY),
        lambda c: confirm_rebase(c, "nowhere", "intake", MARCH, "x", today=TODAY),
    ):
        with pytest.raises(StoreError, match="no clinic 'nowhere'"), writing(store) as connection:
            write(connection)
    assert (
        rows_of(store, "annotation") == rows_of(store, "trend_target") == rows_of(store, "trend_rebase") == []
    )


def test_a_target_replaces_the_one_before(store: Engine):
    decide(store, set_target, "a", "cancelled", 0.1, today=TODAY)
    decide(store, set_target, "a", "cancelled", 0.05, today=TODAY)
    decide(store, set_target, "b", "cancelled", 0.2, today=TODAY)
    with reading(store) as connection:
        assert targets_of(connection, "a") == {"cancelled": 0.05}
    decide(store, clear_target, "a", "cancelled")
    with reading(store) as connection:
        assert (targets_of(connection, "a"), targets_of(connection, "b")) == ({}, {"cancelled": 0.2})
    with pytest.raises(ValueError, match="number"), writing(store) as connection:
        set_target(connection, "a", "cancelled", float("nan"), today=TODAY)


def test_new_limits_are_kept_with_their_reason(store: Engine):
    decide(store, confirm_rebase, "a", "intake", MARCH, "second site", today=TODAY)
    decide(store, confirm_rebase, "a", "intake", MARCH, "second site opened", today=TODAY)
    with reading(store) as connection:
        assert rebases_of(connection, "a") == [Rebase("intake", MARCH, "second site opened")]
    with pytest.raises(ValueError, match="first day"), writing(store) as connection:
        confirm_rebase(connection, "a", "intake", date(2024, 3, 2), "x", today=TODAY)
    decide(store, undo_rebase, "a", "intake", MARCH)
    with reading(store) as connection:
        assert rebases_of(connection, "a") == []


def test_the_migration_goes_down_and_up_again(store: Engine):
    decide(store, set_target, "a", "cancelled", 0.1, today=TODAY)
    config = _config()
    new = {"annotation", "trend_target", "trend_rebase"}
    for step, there in (("downgrade", set()), ("upgrade", new)):
        with rebuilding(store) as connection:
            config.attributes["connection"] = connection
            getattr(command, step)(config, {"downgrade": "0004-1", "upgrade": "head"}[step])
        assert new & set(inspect(store).get_table_names()) == there
    assert rows_of(store, "trend_target") == []
    assert len(rows_of(store, "episode")) == 2
