"""A clinic's first load: what its scores tell of each episode is found before the write lock.

Later loads find it in the store, for the episodes that they touch.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from etl.stage import Stage
from sql.deriving import fill, has_rows
from sql.schema import entry, episode
from sql.score_facts import facts_of, score_facts


def prepare_facts(connection: Connection, clinic: str, stages: Sequence[Stage]) -> None:
    """Fill `score_facts` from the stages if they hold all that the clinic is going to have."""
    episodes = [stage for stage in stages if stage.table.name == "episodes"]
    scores = [stage for stage in stages if stage.table.name == "scores"]
    if len(episodes) != 1 or len(scores) != 1 or scores[0].by_patient:
        return
    if not (episodes[0].without_repeats and scores[0].without_repeats and is_first(connection, clinic)):
        return
    first_visits = select(episodes[0].rows.c.episode_id, episodes[0].rows.c.first_visit_date)
    rows = scores[0].rows.c
    scored = select(rows.episode_id, rows.scored_on, scores[0].value("reporter").label("reporter"))
    fill(connection, score_facts, facts_of(connection, first_visits.subquery("e"), scored.subquery("s")))
    scores[0].has_facts = True


def is_first(connection: Connection, clinic: str) -> bool:
    """Nothing of the clinic is in the store, nor was anything entered that a load would bring back."""
    return not any(has_rows(connection, table, clinic) for table in (episode, entry))


def knows_scores(connection: Connection, stages: Sequence[Stage], inserted: int, *, first: bool) -> bool:
    """After merging: `score_facts` is filled and holds, because every row of scores was inserted into a new clinic.

    Otherwise it is taken away.
    """
    stage = next((stage for stage in stages if stage.has_facts), None)
    if stage is None:
        return False
    if first and inserted == stage.count:
        return True
    score_facts.drop(connection)
    return False
