"""One row per episode and scale: hand-worked, and whatever happens the same as read from the scores."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import chain, count, repeat
from pathlib import Path

import pytest
from builders import load_tables, make_episode, make_score, rows_of, write_clinic
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from dashboard.question import ask
from dashboard.sections.pain_scales import PainSection, pain_section
from dashboard.stats.pain import BASELINE_FROM, BASELINE_TO, WINDOWS
from etl.load import LoadRequest, load
from etl.rollback import roll_back
from etl.sources import find_sources
from sql import scale_courses
from sql.cohort import Cohort, Scope
from sql.deriving import of_touched, touched_episode
from sql.engine import reading, writing
from sql.schema import scale_course, score
from sql.writes.clinic_entry import withdraw, write_score
from sql.writes.journal import Writing

AT = datetime(2024, 12, 31, tzinfo=UTC)
SCORES = [
    make_score("E1", scored_on="2024-01-10", value=7),
    make_score("E1", scored_on="2024-01-06", value=6),
    make_score("E1", scored_on="2024-02-10", value=5),
    make_score("E1", scored_on="2024-02-14", value=4),
    make_score("E1", scored_on="2024-03-18", value=2, reporter="patient"),
    make_score("E1", scored_on="2024-03-18", value=3.5, reporter=""),
    make_score("E1", scored_on="2024-03-18", value=9, reporter="clinician"),
    make_score("E1", scored_on="2024-02-10", value=5, context="running"),
    make_score("E1", scored_on="2024-02-11", value=5, context="running"),
    make_score(
        "E2", scored_on="2024-01-08", value=61.25, instrument="KOOS-PF", context="", reporter="patient"
    ),
    make_score("E2", scored_on="2024-01-08", value=60, instrument="KOOS-PF", context="", reporter=""),
]


def prepared(engine: Engine) -> list[tuple[object, ...]]:
    """The rows once they are made."""
    scale_courses.prepare_courses(engine)
    return rows_of(engine, "scale_course")


def is_as_the_scores_say(engine: Engine) -> bool:
    """Whether no clinic is behind, and the table holds what would be read from the scores."""
    with reading(engine) as connection:
        live = sorted((tuple(row) for row in connection.execute(scale_courses.course_rows())), key=repr)
    behind = {row[0] for row in rows_of(engine, "clinic", "courses_behind")}
    return behind == {False} and rows_of(engine, "scale_course") == live


def test_courses_worked_by_hand(engine: Engine, tmp_path: Path):
    """First visit on 2024-01-08. The score before it counts as the start; of a day the worse, of a week the first."""
    load_tables(engine, tmp_path / "all", episodes=[make_episode("E1"), make_episode("E2")], scores=SCORES)
    assert prepared(engine) == [
        ("main", "E1", "NPRS", "running", None, 5.0, None, None, 34, 2, 5.0, "4:994000000"),
        ("main", "E1", "NPRS", "usual_week", 6.0, 5.0, 3.5, None, 70, 6, None,
         "0:992000000|4:994000000|5:995000000|10:995500000"),
        ("main", "E2", "KOOS-PF", "", 60.0, None, None, None, 0, 2, None, "0:60000000"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "only"), [((5, 5, 5), 5.0), ((3, 7, 5), None), ((5, 5, 4), None), ((4, 5, 5), None)]
)
def test_only_value_is_that_of_scores_that_are_all_equal(engine: Engine, tmp_path: Path, values, only):
    """Two of them in one week, the third in another."""
    days = ("2024-01-08", "2024-01-10", "2024-02-10")
    scores = [make_score("E1", scored_on=day, value=value) for day, value in zip(days, values, strict=True)]
    load_tables(engine, tmp_path / "all", episodes=[make_episode("E1")], scores=scores)
    assert [row[9:11] for row in prepared(engine)] == [(3, only)]


def test_windows_are_those_of_the_statistics():
    assert scale_courses.AT_FIRST_VISIT == (BASELINE_FROM, BASELINE_TO)
    windows = [(w.first_day, w.last_day, w.middle_day) for w in WINDOWS]
    assert list(scale_courses.WINDOWS.values()) == windows


def test_they_follow_loads_entries_and_what_is_taken_back(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode("E1"), make_episode("E2")], scores=SCORES)
    assert prepared(engine)
    assert is_as_the_scores_say(engine)
    load_tables(
        engine,
        tmp_path / "2",
        episodes=[make_episode("E1", first_visit_date="2024-01-15"), make_episode("E3")],
        scores=[make_score("E3", value=8)],
    )
    assert not is_as_the_scores_say(engine)
    assert prepared(engine)
    assert is_as_the_scores_say(engine)
    journal = Writing("main", "E3", "owner", AT)
    with writing(engine) as connection:
        write_score(connection, journal, "usual_week", 4, date(2024, 2, 12))
    assert is_as_the_scores_say(engine)
    assert (4.0,) in rows_of(engine, "scale_course", "week_6", episode_id="E3")
    with writing(engine) as connection:
        withdraw(connection, journal, 1)
    assert is_as_the_scores_say(engine)
    folder = write_clinic(
        tmp_path / "3", episodes=[make_episode("E2"), make_episode("E3")], scores=SCORES[9:]
    )
    (folder / "manifest.json").write_text('{"mode": "snapshot"}')
    request = LoadRequest(find_sources([folder]), today=AT.date(), most_vanished=1.0)
    assert load(engine, request).status == "loaded"
    assert {row[1] for row in prepared(engine)} == {"E2"}
    assert is_as_the_scores_say(engine)
    roll_back(engine, "main", 3)
    assert {row[1] for row in prepared(engine)} == {"E1", "E2", "E3"}
    assert is_as_the_scores_say(engine)


def test_until_they_are_made_questions_are_answered_from_the_scores(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode("E1"), make_episode("E2")], scores=SCORES)
    assert rows_of(engine, "scale_course") == []
    behind = _pain(engine)
    assert prepared(engine)
    assert _pain(engine) == behind
    assert [section.changes[1].scored for section in behind] == [1, 0, 0]


def test_they_are_made_again_if_something_is_entered_meanwhile(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    load_tables(engine, tmp_path / "1", episodes=[make_episode("E1"), make_episode("E2")], scores=SCORES)
    always_another = count()
    with monkeypatch.context() as busy:
        busy.setattr(scale_courses, "_version", lambda *_: next(always_another))
        assert prepared(engine) == []
    versions = chain((1, 2), repeat(2))
    monkeypatch.setattr(scale_courses, "_version", lambda *_: next(versions))
    assert prepared(engine)
    assert is_as_the_scores_say(engine)


def test_a_store_that_cannot_be_written_is_answered_all_the_same(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    load_tables(sqlite_engine, tmp_path / "1", episodes=[make_episode("E1")], scores=SCORES[:3])

    def refuse(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("attempt to write a readonly database"))

    monkeypatch.setattr(scale_courses, "_insert", refuse)
    assert prepared(sqlite_engine) == []
    assert [section.started for section in _pain(sqlite_engine)] == [1]


def test_a_check_leaves_them_alone(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode("E1"), make_episode("E2")], scores=SCORES)
    assert prepared(engine)
    load_tables(engine, tmp_path / "2", episodes=[make_episode("E3")], request={"check_only": True})
    assert is_as_the_scores_say(engine)


def test_an_entry_reads_the_scores_of_its_episode_only(sqlite_engine: Engine, tmp_path: Path):
    load_tables(sqlite_engine, tmp_path / "1", episodes=[make_episode("E1")], scores=SCORES[:3])
    with writing(sqlite_engine) as connection:
        touched_episode.create(connection)
        rows = scale_courses.course_rows(of_touched(score, "main"))
        text = str(rows.compile(sqlite_engine, compile_kwargs={"literal_binds": True}))
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
        touched_episode.drop(connection)
    assert any(step.startswith("SEARCH score USING PRIMARY KEY (clinic=? AND episode_id=?") for step in steps)


def _pain(engine: Engine) -> tuple[PainSection, ...]:
    with reading(engine) as connection:
        return pain_section(connection, ask(connection, Scope("clinic"), Cohort()))


def test_the_table_is_read_where_it_is_up_to_date(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode("E1"), make_episode("E2")], scores=SCORES)
    assert prepared(engine)
    with reading(engine) as connection:
        statement = select(scale_course.c.week_6)
        assert scale_courses.with_courses(connection, statement) is statement
