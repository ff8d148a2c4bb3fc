"""What an outcome takes from the scores on PostgreSQL: the last of them, and the windows in which there is any.

All scores of the touched episodes are read once. SQLite looks them up episode by episode, in the order of the
scores' key, which is as fast there and takes PostgreSQL three times as long.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Date, Integer, MetaData, Select, Table, and_, case, func, select

from sql.care_bits import SCORE_WINDOWS
from sql.deriving import fill, of_touched
from sql.dialect import epoch_day
from sql.pain_scores import BY_MODEL, BY_PATIENT
from sql.schema import KEY, episode, score

score_facts = Table(
    "score_facts",
    MetaData(),
    Column("episode_id", KEY, primary_key=True),
    Column("last_scored_on", Date),
    Column("scored", Integer),
    prefixes=["TEMPORARY"],
)


def has_score_facts(connection: Connection, clinic: str) -> bool:
    """Fill the step for the touched episodes; False on SQLite, which has none."""
    if connection.dialect.name != "postgresql":
        return False
    fill(connection, score_facts, _facts(clinic))
    return True


def _facts(clinic: str) -> Select[Any]:
    s, e = score.c, episode.c
    day = epoch_day(s.scored_on) - epoch_day(e.first_visit_date)
    own = s.reporter.in_(BY_PATIENT)
    bits = [
        func.max(case((and_(own, day.between(*window)), bit), else_=0))
        for window, bit in SCORE_WINDOWS.items()
    ]
    return (
        select(
            s.episode_id, func.max(s.scored_on).filter(s.reporter != BY_MODEL), sum(bits[1:], start=bits[0])
        )
        .select_from(score.join(episode, and_(e.clinic == s.clinic, e.episode_id == s.episode_id)))
        .where(of_touched(score, clinic))
        .group_by(s.episode_id)
    )
