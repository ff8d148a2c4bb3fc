"""What is entered, asked and marked as seen on the patient pages; indexes for a therapist's lists.

Revision ID: 0005
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STILL_OPEN = "discharge_date IS NULL AND stopped_date IS NULL"
WHAT = {"entry": "it was entered", "asked": "it was asked", "seen": "it was marked"}
COMMENTS = {
    "entry": "What was entered on the pages: ledger and history of source “clinic entry”",
    "asked": "Attempts to ask a patient, also after discharge",
    "seen": "Flags marked as seen until a day",
}


def upgrade() -> None:
    _create(
        "entry",
        _word("kind", "score, running, stopped, red_flag or red_flag_cleared"),
        sa.Column(
            "happened_on",
            sa.Date(),
            nullable=False,
            comment="day of the score or answer, or of what happened",
        ),
        _word("context", "what a score was asked about; else empty"),
        sa.Column("new_values", sa.JSON(), nullable=False, comment="columns of the row as entered"),
        sa.Column(
            "old_rows", sa.JSON(), nullable=False, comment="the rows that it took the place of, as they were"
        ),
        sa.Column(
            "withdrawn_at",
            sa.DateTime(),
            nullable=True,
            comment="UTC; when it was taken back. NULL while it stands",
        ),
        sa.Column(
            "differs_in_load",
            sa.Integer(),
            nullable=True,
            comment="the last load whose file said something else; it was not taken",
        ),
        sa.Column("file_says", sa.String(length=80), nullable=True, comment="what that file said"),
    )
    _create(
        "asked",
        _word("question", "week_6, week_12, week_26, after_14_days, … goals_met"),
        _word("result", "answered, no_reply or declined"),
    )
    _create(
        "seen",
        _word("rule", "the rule of the flag"),
        sa.Column("until", sa.Date(), nullable=False, comment="last day on which the flag rests"),
        sa.Column(
            "note",
            sa.String(length=200),
            nullable=False,
            comment="short note, checked for what identifies people",
        ),
    )
    where = sa.text(STILL_OPEN)
    op.create_index(
        "ix_episode_open", "episode", ["clinic", "therapist"], sqlite_where=where, postgresql_where=where
    )
    op.create_index("ix_episode_outcome_therapist", "episode_outcome", ["clinic", "therapist", "start_day"])


def _word(name: str, comment: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=40), nullable=False, comment=comment)


def _create(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column(f"{name}_number", sa.Integer(), nullable=False, comment="1, 2, 3 … within the clinic"),
        sa.Column(
            "episode_id",
            sa.String(length=64),
            nullable=False,
            comment="the course of care; it may have left the store",
        ),
        sa.Column("written_at", sa.DateTime(), nullable=False, comment=f"UTC; when {WHAT[name]}"),
        sa.Column(
            "written_by", sa.String(length=80), nullable=False, comment="who, as the program knows them"
        ),
        *columns,
        sa.ForeignKeyConstraint(["clinic"], ["clinic.code"], name=op.f(f"fk_{name}_clinic")),
        sa.PrimaryKeyConstraint("clinic", f"{name}_number", name=op.f(f"pk_{name}")),
        comment=COMMENTS[name],
    )
    op.create_index(op.f(f"ix_{name}_clinic_episode_id"), name, ["clinic", "episode_id"])


def downgrade() -> None:
    op.drop_index("ix_episode_outcome_therapist", "episode_outcome")
    op.drop_index("ix_episode_open", "episode")
    for name in ("seen", "asked", "entry"):
        op.drop_table(name)
