"""What scores tell of each episode is found before the write lock in a first load: the same as the store would tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from builders import Row, load_tables, make_episode, make_score, rows_of
from sqlalchemy import Engine, event

from etl.rollback import roll_back
from sql.engine import writing
from sql.writes.clinic_entry import write_score
from sql.writes.journal import Writing

EPISODES = [make_episode(f"E{number}", patient_id=f"P{number}", last_contact_date="") for number in (1, 2, 3)]
SCORES: list[Row] = [
    make_score("E1", scored_on="2024-01-08"),
    make_score("E1", scored_on="2024-02-12"),
    make_score("E1", scored_on="2024-12-30", reporter="model"),
    make_score("E2", scored_on="2024-02-05", reporter="clinician"),
    make_score("E2", scored_on="2024-03-18"),
]
"""E1 came on 2024-01-08: days 0, 35 and, by a model, 357. E2: day 28 by a clinician, day 70. E3 has none."""


@contextmanager
def sources_of_facts(engine: Engine) -> Iterator[list[str]]:
    """Where the statements that fill the step read scores from: the stage or the store."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO score_facts"):
            found.append("stage" if "stage_scores" in statement else "store")

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def scored(engine: Engine) -> list[tuple[object, ...]]:
    return sorted(rows_of(engine, "episode_outcome", "episode_id", "last_day", "scored"))


def test_a_first_load_takes_it_from_its_own_rows(engine, tmp_path):
    with sources_of_facts(engine) as sources:
        load_tables(engine, tmp_path / "all", episodes=EPISODES, scores=SCORES)
    assert sources == ["stage"]
    assert scored(engine) == [("E1", 35, 1 + 2), ("E2", 70, 4), ("E3", 0, 0)]


def test_two_loads_tell_the_same(engine, tmp_path):
    load_tables(engine, tmp_path / "one", episodes=EPISODES)
    with sources_of_facts(engine) as sources:
        load_tables(engine, tmp_path / "two", scores=SCORES)
    assert sources == ["store"]
    assert scored(engine) == [("E1", 35, 1 + 2), ("E2", 70, 4), ("E3", 0, 0)]


@pytest.mark.parametrize(
    "refused",
    [make_score("E9"), make_score("E2", scored_on="2023-11-01")],
    ids=["without episode", "too early"],
)
def test_if_the_store_refuses_a_row_it_is_asked_again(engine, tmp_path, refused):
    with sources_of_facts(engine) as sources:
        report = load_tables(engine, tmp_path / "all", episodes=EPISODES, scores=[*SCORES, refused])
    assert report.rejected == 1
    assert sources == ["stage", "store"]
    assert scored(engine)[1] == ("E2", 70, 4)


REPEATED = {
    "the same score": ([], SCORES[:1]),
    "the same episode": (EPISODES[1:2], []),
    "a day with two values": ([], [make_score("E2", scored_on="2024-01-10", value=value) for value in "12"]),
}


@pytest.mark.parametrize(("episodes", "scores"), REPEATED.values(), ids=REPEATED)
def test_files_with_repeats_leave_it_to_the_store(engine, tmp_path, episodes, scores):
    with sources_of_facts(engine) as sources:
        load_tables(engine, tmp_path / "all", episodes=EPISODES + episodes, scores=SCORES + scores)
    assert sources == ["store"]
    assert scored(engine) == [("E1", 35, 1 + 2), ("E2", 70, 4), ("E3", 0, 0)]


def test_what_was_entered_before_counts_in_the_first_load_after_a_rollback(engine, tmp_path):
    load_tables(engine, tmp_path / "all", episodes=EPISODES)
    with writing(engine) as connection:
        journal = Writing("main", "E3", "owner", datetime(2024, 12, 31, tzinfo=UTC))
        write_score(connection, journal, "usual_week", 4, date(2024, 2, 12))
    roll_back(engine, "main", 1)
    with sources_of_facts(engine) as sources:
        load_tables(engine, tmp_path / "again", episodes=EPISODES, scores=SCORES)
    assert sources == ["store"]
    assert scored(engine)[2] == ("E3", 35, 2)
