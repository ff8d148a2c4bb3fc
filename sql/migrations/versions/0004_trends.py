"""Annotations, and the clinic's targets and new limits on its charts over time.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CLINIC = "code of the clinic (tenant) that the row belongs to"
MEASURE = "name of a measure of the page Trends"


def upgrade() -> None:
    op.create_table(
        "annotation",
        sa.Column("clinic", sa.String(length=64), nullable=False, comment=CLINIC),
        sa.Column("number", sa.Integer(), nullable=False, comment="1, 2, 3 … within the clinic"),
        sa.Column(
            "day", sa.Date(), nullable=False, comment="when it happened; every chart over time marks it"
        ),
        sa.Column(
            "text",
            sa.String(length=200),
            nullable=False,
            comment="what changed in the clinic; never about a person",
        ),
        sa.Column("added_on", sa.Date(), nullable=False, comment="when somebody wrote it down"),
        sa.ForeignKeyConstraint(["clinic"], ["clinic.code"], name=op.f("fk_annotation_clinic")),
        sa.PrimaryKeyConstraint("clinic", "number", name=op.f("pk_annotation")),
        comment="What happened in the clinic, to be read beside its figures",
    )
    op.create_table(
        "trend_target",
        sa.Column("clinic", sa.String(length=64), nullable=False, comment=CLINIC),
        sa.Column("measure", sa.String(length=40), nullable=False, comment=MEASURE),
        sa.Column(
            "value",
            sa.Float(),
            nullable=False,
            comment="in the unit of the measure; shares from 0 to 1",
        ),
        sa.Column("set_on", sa.Date(), nullable=False, comment="when the clinic chose it"),
        sa.ForeignKeyConstraint(["clinic"], ["clinic.code"], name=op.f("fk_trend_target_clinic")),
        sa.PrimaryKeyConstraint("clinic", "measure", name=op.f("pk_trend_target")),
        comment="What the clinic aims at, a row per measure that has a target",
    )
    op.create_table(
        "trend_rebase",
        sa.Column("clinic", sa.String(length=64), nullable=False, comment=CLINIC),
        sa.Column("measure", sa.String(length=40), nullable=False, comment=MEASURE),
        sa.Column(
            "month",
            sa.Date(),
            nullable=False,
            comment="first day of the month from which new limits hold",
        ),
        sa.Column(
            "reason",
            sa.String(length=200),
            nullable=False,
            comment="why the process is another one since then",
        ),
        sa.Column("decided_on", sa.Date(), nullable=False, comment="when somebody confirmed it"),
        sa.ForeignKeyConstraint(["clinic"], ["clinic.code"], name=op.f("fk_trend_rebase_clinic")),
        sa.PrimaryKeyConstraint("clinic", "measure", "month", name=op.f("pk_trend_rebase")),
        comment="Where a person let new limits begin, and why; never done by the program alone",
    )


def downgrade() -> None:
    for table in ("trend_rebase", "trend_target", "annotation"):
        op.drop_table(table)
