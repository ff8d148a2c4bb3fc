"""Snapshot mode: what a complete export does not hold any more leaves the store, with its old row in history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, Table, and_, delete, exists, func, literal, select
from sqlalchemy.sql.elements import ColumnElement

from etl.contract import TABLES, TableSpec
from etl.entries import not_entered
from etl.history import keep_rows
from etl.merge import same_key, touch, touch_courses_of_the_same_people
from etl.stage import Stage
from sql.schema import episode, episode_outcome, metadata

MOST_VANISHED = 0.10


def stored_rows(connection: Connection, clinic: str) -> dict[str, int]:
    """How many rows the clinic has in each table of the contract."""
    return {
        name: connection.scalar(
            select(func.count()).select_from(_target(spec)).where(_target(spec).c.clinic == clinic)
        )
        or 0
        for name, spec in TABLES.items()
    }


def delete_vanished(
    connection: Connection, stages: Sequence[Stage], clinic: str, load_number: int
) -> Counter[str]:
    """Delete the stored rows of a table that none of its stages holds; returns how many, by table.

    `stages` are all stages of the table, after merging. Rows whose key was refused count as held. An episode takes
    everything that belongs to it along.
    """
    spec = stages[0].table
    target = _target(spec)
    held = [_holds(stage, clinic) for stage in stages]
    gone = and_(target.c.clinic == clinic, not_entered(target), *(~one for one in held))
    found = connection.scalar(select(func.count()).select_from(target).where(gone)) or 0
    if not found:
        return Counter()
    touch(connection, select(target.c.episode_id).where(gone))
    if spec.name == "episodes":
        return _delete_episodes(connection, gone, clinic, load_number)
    keep_rows(connection, spec, clinic, load_number, gone)
    connection.execute(delete(target).where(gone))
    return Counter({spec.name: found})


def _delete_episodes(
    connection: Connection, gone: ColumnElement[bool], clinic: str, load_number: int
) -> Counter[str]:
    touch_courses_of_the_same_people(connection, gone, clinic)
    deleted: Counter[str] = Counter()
    vanished = [row.episode_id for row in connection.execute(select(episode.c.episode_id).where(gone))]
    for start in range(0, len(vanished), 500):
        some = vanished[start : start + 500]
        for spec in reversed(TABLES.values()):
            target = _target(spec)
            theirs = and_(_own(spec, clinic), target.c.episode_id.in_(some))
            keep_rows(connection, spec, clinic, load_number, theirs)
            if spec.name == "episodes":
                mine = and_(episode_outcome.c.clinic == clinic, episode_outcome.c.episode_id.in_(some))
                connection.execute(delete(episode_outcome).where(mine))
            deleted[spec.name] += connection.execute(delete(target).where(theirs)).rowcount
    return +deleted


def _holds(stage: Stage, clinic: str) -> ColumnElement[bool]:
    """Whether the stage holds a stored row, by its key, or holds its key among the refused ones."""
    staged = exists(select(literal(1)).where(same_key(stage, clinic)).correlate(stage.target))
    if stage.refused is None:
        return staged
    refused = exists(select(literal(1)).where(same_key(stage, clinic, stage.refused)).correlate(stage.target))
    return staged | refused


def _target(spec: TableSpec) -> Table:
    return metadata.tables[spec.stored_in]


def _own(spec: TableSpec, clinic: str) -> ColumnElement[bool]:
    return _target(spec).c.clinic == clinic
