"""What an outcome takes from the scores: the day of the last one, and the windows in which there is any."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    FromClause,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    case,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from sql.care_bits import SCORE_WINDOWS
from sql.deriving import fill, of_touched
from sql.dialect import date_of_day, epoch_day
from sql.pain_scores import BY_MODEL, BY_PATIENT
from sql.schema import KEY, episode, score

score_facts = Table(
    "score_facts",
    MetaData(),
    Column("episode_id", KEY, primary_key=True),
    Column("last_scored_on", Date),
    Column("scored", Integer),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


def fill_score_facts(connection: Connection, clinic: str) -> None:
    """Make the step for the touched episodes, from the scores in the store."""
    episodes = select(episode.c.episode_id, episode.c.first_visit_date).where(of_touched(episode, clinic))
    scores = select(score.c.episode_id, score.c.scored_on, score.c.reporter).where(score.c.clinic == clinic)
    if connection.dialect.name == "postgresql":
        scores = scores.where(of_touched(score, clinic))
    fill(connection, score_facts, facts_of(connection, episodes.subquery("e"), scores.subquery("s")))


def facts_of(connection: Connection, episodes: FromClause, scores: FromClause) -> Select[Any]:
    """One row per episode, or per episode with scores, in the order of the step's columns.

    episodes: episode_id and first_visit_date. scores: episode_id, scored_on and reporter. SQLite looks an episode's
    scores up in the order of their key; PostgreSQL would take three times as long for that and reads them all once.
    """
    if connection.dialect.name == "postgresql":
        return _read_once(episodes, scores)
    return _looked_up(episodes, scores)


def _looked_up(episodes: FromClause, scores: FromClause) -> Select[Any]:
    e, s = episodes.c, scores.c
    own = s.episode_id == e.episode_id
    last = select(func.max(s.scored_on)).where(own, s.reporter != BY_MODEL).correlate(episodes)
    start = epoch_day(e.first_visit_date)

    def given(first: int, last: int) -> ColumnElement[bool]:
        within = s.scored_on.between(date_of_day(start + first), date_of_day(start + last))
        return exists(select(literal(1)).where(own, s.reporter.in_(BY_PATIENT), within).correlate(episodes))

    bits = [case((given(*window), bit), else_=0) for window, bit in SCORE_WINDOWS.items()]
    return select(e.episode_id, last.scalar_subquery(), sum(bits[1:], start=bits[0]))


def _read_once(episodes: FromClause, scores: FromClause) -> Select[Any]:
    e, s = episodes.c, scores.c
    day = epoch_day(s.scored_on) - epoch_day(e.first_visit_date)
    own = s.reporter.in_(BY_PATIENT)
    bits = [
        func.max(case((and_(own, day.between(*window)), bit), else_=0))
        for window, bit in SCORE_WINDOWS.items()
    ]
    last = func.max(s.scored_on).filter(s.reporter != BY_MODEL)
    return (
        select(s.episode_id, last, sum(bits[1:], start=bits[0]))
        .select_from(scores.join(episodes, e.episode_id == s.episode_id))
        .group_by(s.episode_id)
    )
