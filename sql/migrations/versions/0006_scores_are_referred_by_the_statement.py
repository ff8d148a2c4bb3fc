"""On PostgreSQL every score has its episode by a trigger for each statement, not by a foreign key.

Revision ID: 0006

The foreign key looks an episode up for every row: 6 s of each 10 s that a large load takes for its scores. The
triggers ask once for all rows of a statement. See docs/decisions/025-scores-are-checked-by-the-statement.md.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FOREIGN_KEY = "fk_score_episode"

FUNCTIONS = (
    """
    CREATE FUNCTION score_has_episode() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM written WHERE NOT EXISTS (
                SELECT FROM episode e WHERE e.clinic = written.clinic AND e.episode_id = written.episode_id
            )
        ) THEN
            RAISE foreign_key_violation USING MESSAGE = 'a score without its episode';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION episode_has_no_scores() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM gone WHERE NOT EXISTS (
                SELECT FROM episode e WHERE e.clinic = gone.clinic AND e.episode_id = gone.episode_id
            ) AND EXISTS (
                SELECT FROM score s WHERE s.clinic = gone.clinic AND s.episode_id = gone.episode_id
            )
        ) THEN
            RAISE foreign_key_violation USING MESSAGE = 'an episode that scores belong to';
        END IF;
        RETURN NULL;
    END $$
    """,
)
TRIGGERS = (
    ("score", "INSERT", "NEW TABLE AS written", "score_has_episode"),
    ("score", "UPDATE", "NEW TABLE AS written", "score_has_episode"),
    ("episode", "DELETE", "OLD TABLE AS gone", "episode_has_no_scores"),
    ("episode", "UPDATE", "OLD TABLE AS gone", "episode_has_no_scores"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    make_triggers()
    op.drop_constraint(FOREIGN_KEY, "score")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    key = ["clinic", "episode_id"]
    op.create_foreign_key(FOREIGN_KEY, "score", "episode", key, key)
    drop_triggers()


def make_triggers() -> None:
    """Functions and triggers; migration 0008 replaces them."""
    for function in FUNCTIONS:
        op.execute(function)
    for table, event, rows, function in TRIGGERS:
        op.execute(
            f"CREATE TRIGGER {function}_{event.lower()} AFTER {event} ON {table} REFERENCING {rows} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )


def drop_triggers() -> None:
    """All of them."""
    for table, event, _, function in TRIGGERS:
        op.execute(f"DROP TRIGGER {function}_{event.lower()} ON {table}")
    for function in ("score_has_episode", "episode_has_no_scores"):
        op.execute(f"DROP FUNCTION {function}()")
