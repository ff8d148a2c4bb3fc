"""How scores went, one row per episode and scale, made after a load (sql/scale_courses.py).

Revision ID: 0009

The new table is not filled here: every clinic is behind until its next load, and is answered from its scores until
then. Appointments by month are filled, beside each outcome.
"""

import sqlalchemy as sa
from alembic import op

from sql.derived_care import fill_booked
from sql.deriving import touched_episode

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

EPISODE = sa.table("episode", sa.column("clinic"), sa.column("episode_id"))


def _text_of(length: int) -> sa.String:
    """As migration 0008 left such columns: compared byte by byte."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _long_text() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column(
        "clinic",
        sa.Column(
            "courses_behind",
            sa.Boolean(),
            nullable=False,
            server_default=sa.true(),
            comment="true while scale_course does not hold what the clinic's scores say",
        ),
    )
    op.create_table(
        "scale_course",
        sa.Column(
            "clinic",
            _text_of(64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column(
            "episode_id",
            _text_of(64),
            nullable=False,
            comment="the course of care that the row belongs to",
        ),
        sa.Column(
            "instrument",
            _text_of(40),
            nullable=False,
            comment="code of sql/reference/instruments.csv",
        ),
        sa.Column(
            "context",
            _text_of(40),
            nullable=False,
            comment="what the pain was asked about; else empty",
        ),
        sa.Column(
            "first_visit", sa.Float(), comment="score at the start: nearest the first visit, days -28 to 7"
        ),
        sa.Column("week_6", sa.Float(), comment="score nearest day 35 in days 28 to 42"),
        sa.Column("week_12", sa.Float(), comment="score nearest day 70 in days 56 to 84"),
        sa.Column("week_26", sa.Float(), comment="score nearest day 182 in days 168 to 196"),
        sa.Column(
            "last_day", sa.Integer(), nullable=False, comment="day of the last score since the first visit"
        ),
        sa.Column("scores", sa.Integer(), nullable=False, comment="how many scores there are"),
        sa.Column("only_value", sa.Float(), comment="the value of all of them, if they are equal"),
        sa.Column(
            "weeks",
            _long_text(),
            comment="the first score of each week since the first visit: week:millionths|…",
        ),
        sa.PrimaryKeyConstraint(
            "clinic", "episode_id", "instrument", "context", name=op.f("pk_scale_course")
        ),
        sqlite_with_rowid=False,
        comment="Derived: one row per episode and scale that the patient scored, made after a load",
    )
    op.add_column(
        "episode_outcome",
        sa.Column(
            "booked",
            _long_text(),
            comment="appointments by month: month:status:number|…, months since year 0",
        ),
    )
    connection = op.get_bind()
    for clinic in connection.scalars(sa.select(EPISODE.c.clinic).distinct()).all():
        touched_episode.create(connection)
        whose = sa.select(EPISODE.c.episode_id).where(EPISODE.c.clinic == clinic)
        connection.execute(touched_episode.insert().from_select(["episode_id"], whose))
        fill_booked(connection, clinic)
        touched_episode.drop(connection)


def downgrade() -> None:
    op.drop_column("episode_outcome", "booked")
    op.drop_table("scale_course")
    op.drop_column("clinic", "courses_behind")
