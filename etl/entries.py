"""What was entered on the pages stays: a file that says something else is not taken, and the difference is listed.

docs/decisions/018 has the reasons. Three places need it: a file's row that would change an entry (`keep_entries`,
before rows are matched), an episode that comes back with a load (`put_entries_back`, before outcomes are derived),
and a snapshot, in which no entry can stand (`not_entered`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    String,
    Table,
    and_,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from etl.stage import Stage
from sql.pain_scores import BY_PATIENT
from sql.schema import entry, episode, running_report, score
from sql.writes.clinic_entry import (
    ENTRY_LOAD,
    EPISODE_COLUMNS,
    INSTRUMENT,
    SOURCE,
    put_in_place,
)
from sql.writes.journal import Writing

RULE = "entry_kept"
FILE_SAYS_LENGTH = 80

Kept = tuple[int, int, str]
"""File number, line and column of a cell that was not taken."""


@dataclass
class KeptEntries:
    """Cells of files that say something else than an entry, and rows that were left out, by file number."""

    cells: list[Kept] = field(default_factory=list)
    rows_left_out: Counter[int] = field(default_factory=Counter)


def keep_entries(connection: Connection, stage: Stage, clinic: str, load_number: int) -> KeptEntries:
    """Take out of a stage what entries decide; returns where a file says something else."""
    if connection.scalar(select(entry.c.entry_number).where(entry.c.clinic == clinic).limit(1)) is None:
        return KeptEntries()
    if stage.table.name == "episodes":
        return KeptEntries(_keep_in_episodes(connection, stage, clinic, load_number))
    if stage.table.name == "scores":
        return _keep_scores(connection, stage, clinic, load_number)
    if stage.table.name == "running":
        return KeptEntries(_name_other_answers(connection, stage, clinic, load_number))
    return KeptEntries()


def not_entered(table: Table) -> ColumnElement[bool]:
    """Rows that loads have brought: only these can vanish from a snapshot."""
    return table.c.load_number != ENTRY_LOAD if table is not episode else true()


def put_entries_back(connection: Connection, clinic: str, load_number: int) -> None:
    """What was entered about an episode that left and now comes with a load counts again."""
    back = and_(episode.c.clinic == entry.c.clinic, episode.c.episode_id == entry.c.episode_id)
    rows = connection.execute(
        select(entry)
        .join(episode, back)
        .where(entry.c.clinic == clinic, entry.c.withdrawn_at.is_(None), episode.c.load_number == load_number)
        .order_by(entry.c.entry_number)
    ).all()
    for row in rows:
        put_in_place(connection, Writing(clinic, row.episode_id, "", datetime.now(UTC)), row)


def _keep_in_episodes(connection: Connection, stage: Stage, clinic: str, load_number: int) -> list[Kept]:
    """Columns that an entry decides keep the stored value, whatever the file has there."""
    rows, kept = stage.rows.c, []
    for kind, names in EPISODE_COLUMNS.items():
        entered = rows.episode_id.in_(
            select(entry.c.episode_id).where(
                entry.c.clinic == clinic, entry.c.kind == kind, entry.c.withdrawn_at.is_(None)
            )
        )
        for name in set(names) & set(stage.compared):
            stored = (
                select(episode.c[name])
                .where(episode.c.clinic == clinic, episode.c.episode_id == rows.episode_id)
                .correlate(stage.rows)
                .scalar_subquery()
            )
            here = exists(
                select(literal(1))
                .where(episode.c.clinic == clinic, episode.c.episode_id == rows.episode_id)
                .correlate(stage.rows)
            )
            differs = and_(entered, here, stored.is_distinct_from(rows[name]))
            found = connection.execute(
                select(rows.file, rows.line, rows.episode_id, cast(rows[name], String)).where(differs)
            ).all()
            for file, line, episode_id, says in found:
                kept.append((file, line, name))
                about = and_(entry.c.episode_id == episode_id, entry.c.kind == kind)
                _note(connection, clinic, about, load_number, f"{name} {says or 'empty'}")
            connection.execute(update(stage.rows).where(differs).values({name: stored}))
    return kept


def _keep_scores(connection: Connection, stage: Stage, clinic: str, load_number: int) -> KeptEntries:
    """A score of the same day and question as an entered one is not taken; it is listed if it differs."""
    rows = stage.rows.c
    same = and_(
        score.c.clinic == clinic,
        score.c.load_number == ENTRY_LOAD,
        score.c.episode_id == rows.episode_id,
        score.c.scored_on == rows.scored_on,
        score.c.context == stage.value("context"),
    )
    mine = and_(rows.instrument == INSTRUMENT, stage.value("reporter").in_(BY_PATIENT))
    entered = and_(mine, exists(select(literal(1)).where(same).correlate(stage.rows)))
    other = and_(same, score.c.value != rows.value)
    differs = and_(mine, exists(select(literal(1)).where(other).correlate(stage.rows)))
    found = list[Any](
        connection.execute(
            select(
                rows.file, rows.line, rows.episode_id, rows.scored_on, stage.value("context"), rows.value
            ).where(differs)
        ).all()
    )
    for _, _, episode_id, day, context, value in found:
        about = and_(
            entry.c.episode_id == episode_id,
            entry.c.kind == "score",
            entry.c.happened_on == day,
            entry.c.context == context,
        )
        _note(connection, clinic, about, load_number, f"{value:g}")
    left_out = or_(differs, and_(entered, _other_key(stage)))
    counts = select(rows.file, func.count()).where(left_out).group_by(rows.file)
    result = KeptEntries([(row[0], row[1], "value") for row in found])
    result.rows_left_out.update({row[0]: row[1] for row in connection.execute(counts)})
    connection.execute(delete(stage.rows).where(left_out))
    return result


def _name_other_answers(connection: Connection, stage: Stage, clinic: str, load_number: int) -> list[Kept]:
    """A file's answer of the same day stands beside the entered one, which counts; it is listed if it differs."""
    rows, r = stage.rows.c, running_report.c
    entered = and_(
        r.clinic == clinic,
        r.source == SOURCE,
        r.episode_id == rows.episode_id,
        r.reported_on == rows.reported_on,
        r.status != rows.status,
    )
    differs = exists(select(literal(1)).where(entered).correlate(stage.rows))
    found = connection.execute(
        select(rows.file, rows.line, rows.episode_id, rows.reported_on, rows.status).where(differs)
    ).all()
    for _, _, episode_id, day, status in found:
        about = and_(entry.c.episode_id == episode_id, entry.c.kind == "running", entry.c.happened_on == day)
        _note(connection, clinic, about, load_number, status.replace("_", " "))
    return [(row[0], row[1], "status") for row in found]


def _other_key(stage: Stage) -> ColumnElement[bool]:
    """The row would stand beside the entered one: it has a code of its own, or says who scored."""
    return or_(stage.value("score_id") != "", stage.value("reporter") != "")


def _note(
    connection: Connection, clinic: str, about: ColumnElement[bool], load_number: int, says: str
) -> None:
    """Write beside an entry what the file said instead, for the patient's page."""
    standing = and_(entry.c.clinic == clinic, entry.c.withdrawn_at.is_(None), about)
    connection.execute(
        update(entry).where(standing).values(differs_in_load=load_number, file_says=says[:FILE_SAYS_LENGTH])
    )
