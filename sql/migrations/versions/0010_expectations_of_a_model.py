"""Scores that a case-mix model expected are found by an index of their own.

Revision ID: 0010

Most stores have none, and the page of therapists and sites read every score to learn it. An index that no row enters
costs a load nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BY_MODEL = sa.text("reporter = 'model'")


def upgrade() -> None:
    op.create_index(
        "ix_score_by_model",
        "score",
        ["clinic", "instrument", "context"],
        sqlite_where=BY_MODEL,
        postgresql_where=BY_MODEL,
    )


def downgrade() -> None:
    op.drop_index("ix_score_by_model", "score")
