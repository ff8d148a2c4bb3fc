"""Who looked at patients, and when; settings that hold a small image.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FORMER_LENGTH, LENGTH = 1000, 100_000


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column("audit_id", sa.Integer(), nullable=False, comment="1, 2, 3 … within the clinic"),
        sa.Column("at", sa.DateTime(), nullable=False, comment="UTC; when it was done"),
        sa.Column(
            "reader",
            sa.String(length=80),
            nullable=False,
            comment="who did it, as the program knows them: owner, therapist T1",
        ),
        sa.Column(
            "action",
            sa.String(length=40),
            nullable=False,
            comment="what was done: people_listed, patient_opened …",
        ),
        sa.Column(
            "subject",
            sa.String(length=200),
            nullable=False,
            comment="what it was done to: the token of an episode or the code of a list, never a patient's value",
        ),
        sa.Column(
            "rows",
            sa.Integer(),
            nullable=True,
            comment="how many patients were shown; NULL where nothing was listed",
        ),
        sa.ForeignKeyConstraint(["clinic"], ["clinic.code"], name=op.f("fk_audit_clinic")),
        sa.PrimaryKeyConstraint("clinic", "audit_id", name=op.f("pk_audit")),
        comment="Who looked at patients, and when",
    )

    _resize_settings(FORMER_LENGTH, LENGTH)


def downgrade() -> None:
    op.execute(f"DELETE FROM setting WHERE length(value) > {FORMER_LENGTH}")  # noqa: S608
    _resize_settings(LENGTH, FORMER_LENGTH)
    op.drop_table("audit")


def _resize_settings(former: int, length: int) -> None:
    """SQLite cannot change a column: the table is made anew."""
    with op.batch_alter_table("setting") as table:
        table.alter_column(
            "value", type_=sa.String(length), existing_type=sa.String(former), existing_nullable=False,
            existing_comment="the value as text",
        )  # fmt: skip
