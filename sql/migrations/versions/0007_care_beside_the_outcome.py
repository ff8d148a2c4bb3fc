"""What pages ask of visits, assessments, answers and scores, kept beside each episode's outcome.

Revision ID: 0007
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from sql.derived_care import derive_care
from sql.deriving import touched_episode

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

EPISODE = sa.table("episode", sa.column("clinic"), sa.column("episode_id"))


def _whole(name: str, comment: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0", comment=comment)


def _maybe(name: str, kind: Any, comment: str) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True, comment=comment)


def _columns() -> list[sa.Column[Any]]:
    strength = "strength, per cent from the start to days 28 to 84"
    return [
        _whole("visits", "days after the first visit with an attended one"),
        _whole("last_visit_day", "the last of them, in days since the first visit; 0 if none"),
        _whole("visits_to_return", "those of them up to return_day"),
        _whole("on_visit_day", "1 if a visit was attended on return_day"),
        _maybe("visit_before_return", sa.Integer(), "last day with an attended visit before return_day"),
        _whole("appointments_early", "days 1 to 28 with an appointment, kept or not"),
        _whole("attended_early", "days 1 to 28 with an attended visit"),
        _maybe(
            "treatments_given", sa.Integer(), "in days 0 to 84, a bit each; NULL without an attended visit"
        ),
        _whole("rehabilitation_visits", "days up to `day` with hip and knee rehabilitation"),
        _whole("visit_before_first", "1 if a visit was attended before the first one"),
        _whole("visit_after_discharge", "1 if a visit was attended after the discharge"),
        _whole("assessed_at_start", "what was measured in days -28 to 14, a bit each"),
        _whole("assessed_again", "what was measured in days 28 to 84, a bit each"),
        _maybe(
            "gait_fault", sa.Integer(), "1 if one was found at the start, 0 if not; NULL if not looked for"
        ),
        _maybe("foot_pronation", sa.Integer(), "1 if found at the start, 0 if not; NULL if not looked for"),
        _maybe("hip_abductor_change", sa.Float(), strength),
        _maybe("hip_rotator_change", sa.Float(), strength),
        _maybe("knee_extensor_change", sa.Float(), strength),
        _maybe("step_rate_change", sa.Float(), "per cent from the start to days 28 to 84 at the same speed"),
        _maybe("load_change", sa.String(length=40), "last answer in days 0 to 28"),
        _maybe("home_exercise", sa.String(length=40), "last answer in days 0 to 28"),
        _whole("scored", "score by the patient in days -28 to 7 (1), 28 to 42 (2), 56 to 84 (4)"),
    ]


def upgrade() -> None:
    for column in _columns():
        op.add_column("episode_outcome", column)
    _derive()


def downgrade() -> None:
    for column in reversed(_columns()):
        op.drop_column("episode_outcome", column.name)


def _derive() -> None:
    """Of every episode that is there; the outcomes themselves stay as they are."""
    connection = op.get_bind()
    for clinic in connection.scalars(sa.select(EPISODE.c.clinic).distinct()).all():
        touched_episode.create(connection)
        mine = sa.select(EPISODE.c.episode_id).where(EPISODE.c.clinic == clinic)
        connection.execute(sa.insert(touched_episode).from_select(["episode_id"], mine))
        derive_care(connection, clinic)
        touched_episode.drop(connection)
