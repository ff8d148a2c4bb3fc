"""Loads that can be taken back, replayed and read through a mapping; a short code for every episode.

Revision ID: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from sql.short_code import CodeBook

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NAMES = {
    "site": ("code", "site"),
    "therapist": ("code", "therapist"),
    "patient": ("patient_id", "patient_id"),
}
STATUS = "status IN ('loaded', 'refused', 'rolled_back')"
FORMER_STATUS = "status IN ('loaded', 'refused')"
STATUS_COMMENT = "loaded, refused (nothing was kept) or rolled_back (it was loaded and taken back)"
FORMER_COMMENT = "loaded or refused (nothing was kept)"


def upgrade() -> None:
    for table in NAMES:
        op.add_column(
            table,
            sa.Column(
                "load_number",
                sa.Integer(),
                nullable=False,
                server_default="0",
                comment="number of the clinic's load that first named it; 0 if that is not known",
            ),
        )
    op.add_column(
        "episode",
        sa.Column(
            "short_code",
            sa.String(length=12),
            nullable=False,
            server_default="",
            comment="stands for the episode on screens and in speech, like K-2107-H; unique within the clinic",
        ),
    )
    _name_loads()
    _give_short_codes()
    op.create_index("uq_episode_clinic_short_code", "episode", ["clinic", "short_code"], unique=True)
    op.add_column(
        "load_file",
        sa.Column(
            "mapping_sha256",
            sa.String(length=64),
            nullable=False,
            server_default="",
            comment="of the mapping that it was read through; empty for the canonical form",
        ),
    )
    op.add_column(
        "reject",
        sa.Column(
            "replayed_in",
            sa.Integer(),
            nullable=True,
            comment="the load that offered the row again; NULL while it is open",
        ),
    )
    _allow_status(STATUS, STATUS_COMMENT, FORMER_COMMENT)
    for column in _run_columns():
        op.add_column("load_run", column)


def _run_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column(
            "mode",
            sa.String(length=40),
            nullable=False,
            server_default="delta",
            comment="delta, or snapshot: rows that its files did not hold any more were deleted",
        ),
        sa.Column(
            "vanished",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="rows deleted because a snapshot did not hold them any more; they are in history",
        ),
        sa.Column(
            "replay_of",
            sa.Integer(),
            nullable=True,
            comment="the load whose refused rows this load offered again",
        ),
        sa.Column(
            "key_fingerprint",
            sa.String(length=16),
            nullable=True,
            comment="tells by which key codes were made of ids, without telling the key; NULL if none were",
        ),
        sa.Column(
            "rolled_back_at", sa.DateTime(), nullable=True, comment="UTC; when the load was taken back"
        ),
    ]


def _name_loads() -> None:
    """The first load whose episodes name a site, therapist or patient."""
    for table, (code, name) in NAMES.items():
        op.execute(
            f"UPDATE {table} SET load_number = coalesce((SELECT min(e.load_number) FROM episode e"  # noqa: S608
            f" WHERE e.clinic = {table}.clinic AND e.{name} = {table}.{code}), 0)"
        )


def _give_short_codes() -> None:
    episode = sa.table("episode", sa.column("clinic"), sa.column("token"), sa.column("short_code"))
    connection = op.get_bind()
    tokens: dict[str, list[str]] = {}
    for clinic, token in connection.execute(sa.select(episode.c.clinic, episode.c.token)):
        tokens.setdefault(clinic, []).append(token)
    row = (episode.c.clinic == sa.bindparam("of_clinic")) & (episode.c.token == sa.bindparam("of_token"))
    for clinic, mine in tokens.items():
        book = CodeBook()
        codes = [{"of_clinic": clinic, "of_token": token, "code": book.new(token)} for token in mine]
        connection.execute(sa.update(episode).where(row).values(short_code=sa.bindparam("code")), codes)


def _allow_status(rule: str, comment: str, former_comment: str) -> None:
    """SQLite cannot change a constraint: the table is made anew (foreign keys are off while migrations run)."""
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_load_run_status"), "load_run", type_="check")
        op.create_check_constraint(op.f("ck_load_run_status"), "load_run", rule)
        op.alter_column("load_run", "status", comment=comment, existing_comment=former_comment)
        return
    op.create_table(
        "load_run_new",
        sa.Column("clinic", sa.String(length=64), nullable=False),
        sa.Column("load_number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=False),
        sa.Column("contract_version", sa.Integer(), nullable=False),
        sa.Column("program_version", sa.String(length=40), nullable=False),
        sa.CheckConstraint(rule, name=op.f("ck_load_run_status")),
        sa.ForeignKeyConstraint(["clinic"], ["clinic.code"], name=op.f("fk_load_run_clinic")),
        sa.PrimaryKeyConstraint("clinic", "load_number", name=op.f("pk_load_run")),
    )
    names = "clinic, load_number, status, as_of, started_at, finished_at, contract_version, program_version"
    op.execute(f"INSERT INTO load_run_new ({names}) SELECT {names} FROM load_run")  # noqa: S608
    op.drop_table("load_run")
    op.rename_table("load_run_new", "load_run")


def downgrade() -> None:
    op.execute("UPDATE load_run SET status = 'refused' WHERE status = 'rolled_back'")
    for column in _run_columns():
        op.drop_column("load_run", column.name)
    _allow_status(FORMER_STATUS, FORMER_COMMENT, STATUS_COMMENT)
    op.drop_column("reject", "replayed_in")
    op.drop_column("load_file", "mapping_sha256")
    op.drop_index("uq_episode_clinic_short_code", "episode")
    op.drop_column("episode", "short_code")
    for table in NAMES:
        op.drop_column(table, "load_number")
