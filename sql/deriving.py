"""What every derivation works on: the episodes that a load or an entry touched; and words that several read."""

from __future__ import annotations

from sqlalchemy import Column, Connection, MetaData, Select, Table, and_, exists, insert, select
from sqlalchemy.sql.elements import ColumnElement

from sql.schema import KEY

# Where two people report on one day, the one who asked the better question is believed.
SOURCE_PRIORITY = ("clinic_entry", "clinician", "phone", "patient_form", "")
TREATMENTS = (
    "soft_tissue", "dry_needling", "hip_knee_rehab", "shockwave", "gait_retraining",
    "cadence_retraining", "graded_running", "orthoses", "taping_or_brace", "education_load",
)  # fmt: skip

touched_episode = Table(
    "touched_episode",
    MetaData(),
    Column("episode_id", KEY, primary_key=True),
    prefixes=["TEMPORARY"],
)


def of_touched(table: Table, clinic: str) -> ColumnElement[bool]:
    """Rows of the clinic's touched episodes."""
    return and_(table.c.clinic == clinic, table.c.episode_id.in_(select(touched_episode.c.episode_id)))


def has_rows(connection: Connection, table: Table, clinic: str) -> bool:
    """Whether the clinic has any in the table. Most bring some of the tables only; what has no row costs nothing."""
    return bool(connection.scalar(select(exists().where(table.c.clinic == clinic))))


def fill(connection: Connection, step: Table, rows: Select[tuple[object, ...]]) -> None:
    """Make the table of a step on the way and fill it."""
    step.create(connection)
    connection.execute(insert(step).from_select(list(step.c.keys()), rows))
