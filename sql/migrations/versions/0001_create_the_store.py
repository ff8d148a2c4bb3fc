"""Create the store.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clinic",
        sa.Column(
            "code",
            sa.String(length=64),
            nullable=False,
            comment="short code chosen at the first load, `main` by default",
        ),
        sa.Column(
            "sample",
            sa.Boolean(),
            nullable=False,
            comment="true if everything in this clinic is invented sample data",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="moves with every load and entry; caches are keyed on it",
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_clinic")),
        comment="One clinic (tenant) of the store",
    )
    op.create_table(
        "load_run",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column("load_number", sa.Integer(), nullable=False, comment="1, 2, 3 … within the clinic"),
        sa.Column(
            "status", sa.String(length=40), nullable=False, comment="loaded or refused (nothing was kept)"
        ),
        sa.Column(
            "as_of",
            sa.Date(),
            nullable=False,
            comment="day the data describe; later dates are refused as future",
        ),
        sa.Column("started_at", sa.DateTime(), nullable=False, comment="UTC"),
        sa.Column("finished_at", sa.DateTime(), nullable=False, comment="UTC"),
        sa.Column("contract_version", sa.Integer(), nullable=False, comment="version of the import contract"),
        sa.Column(
            "program_version",
            sa.String(length=40),
            nullable=False,
            comment="version of Return to Run that loaded",
        ),
        sa.CheckConstraint("status IN ('loaded', 'refused')", name=op.f("ck_load_run_status")),
        sa.ForeignKeyConstraint(["clinic"], ["clinic.code"], name=op.f("fk_load_run_clinic")),
        sa.PrimaryKeyConstraint("clinic", "load_number", name=op.f("pk_load_run")),
        comment="Ledger: one row per load",
    )
    op.create_table(
        "patient",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column(
            "patient_id",
            sa.String(length=64),
            nullable=False,
            comment="code of the person; nothing else is kept about them",
        ),
        sa.ForeignKeyConstraint(["clinic"], ["clinic.code"], name=op.f("fk_patient_clinic")),
        sa.PrimaryKeyConstraint("clinic", "patient_id", name=op.f("pk_patient")),
        comment="People of whom several courses of care may be known",
    )
    op.create_table(
        "setting",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column("name", sa.String(length=40), nullable=False, comment="name of a decision of the clinic"),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="first day on which the value holds"),
        sa.Column("value", sa.String(length=1000), nullable=False, comment="the value as text"),
        sa.ForeignKeyConstraint(["clinic"], ["clinic.code"], name=op.f("fk_setting_clinic")),
        sa.PrimaryKeyConstraint("clinic", "name", "valid_from", name=op.f("pk_setting")),
        comment="What the clinic decides, with its history",
    )
    op.create_table(
        "site",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column(
            "code", sa.String(length=64), nullable=False, comment="code of a place where the clinic works"
        ),
        sa.ForeignKeyConstraint(["clinic"], ["clinic.code"], name=op.f("fk_site_clinic")),
        sa.PrimaryKeyConstraint("clinic", "code", name=op.f("pk_site")),
        comment="Places within a clinic, as named by its episodes",
    )
    op.create_table(
        "therapist",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column("code", sa.String(length=64), nullable=False, comment="code of a therapist, never a name"),
        sa.ForeignKeyConstraint(["clinic"], ["clinic.code"], name=op.f("fk_therapist_clinic")),
        sa.PrimaryKeyConstraint("clinic", "code", name=op.f("pk_therapist")),
        comment="Therapists of a clinic, as named by its episodes",
    )
    op.create_table(
        "episode",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column(
            "episode_id",
            sa.String(length=64),
            nullable=False,
            comment="code of one course of care, from the clinic's own system",
        ),
        sa.Column(
            "token",
            sa.String(length=32),
            nullable=False,
            comment="128 random bits that stand for the episode in addresses",
        ),
        sa.Column(
            "patient_id",
            sa.String(length=64),
            nullable=True,
            comment="the person, where several courses of one person are known",
        ),
        sa.Column(
            "condition", sa.String(length=40), nullable=False, comment="code of sql/reference/conditions.csv"
        ),
        sa.Column("side", sa.String(length=40), nullable=True, comment="left, right or both"),
        sa.Column("onset_type", sa.String(length=40), nullable=True, comment="gradual, sudden or lingering"),
        sa.Column(
            "onset_from",
            sa.Date(),
            nullable=True,
            comment="earliest day the stated onset allows (a month or a year may be stated)",
        ),
        sa.Column(
            "onset_to",
            sa.Date(),
            nullable=True,
            comment="latest day the stated onset allows; equals onset_from where a day was given",
        ),
        sa.Column("first_visit_date", sa.Date(), nullable=False, comment="day 0 of every interval"),
        sa.Column("therapist", sa.String(length=64), nullable=False, comment="therapist of the first visit"),
        sa.Column("site", sa.String(length=64), nullable=False, comment="place of the first visit"),
        sa.Column("sex", sa.String(length=40), nullable=True, comment="female, male, other or unknown"),
        sa.Column(
            "age_band",
            sa.String(length=40),
            nullable=True,
            comment="age at the first visit in bands; never a date of birth",
        ),
        sa.Column(
            "goal",
            sa.String(length=40),
            nullable=True,
            comment="running, gym or daily_life; NULL is unknown and stays out of the curve",
        ),
        sa.Column(
            "weekly_km_before", sa.Float(), nullable=True, comment="kilometres run per week before the injury"
        ),
        sa.Column("tendon_involved", sa.String(length=40), nullable=True, comment="yes or no"),
        sa.Column("imaging", sa.String(length=40), nullable=True, comment="none, degenerative or other"),
        sa.Column(
            "earlier_episodes", sa.Integer(), nullable=True, comment="how often the same pain came before"
        ),
        sa.Column(
            "red_flag",
            sa.String(length=40),
            nullable=True,
            comment="none, or the sign that sends the person to urgent assessment",
        ),
        sa.Column("red_flag_date", sa.Date(), nullable=True, comment="when the red flag was seen"),
        sa.Column(
            "red_flag_cleared_date",
            sa.Date(),
            nullable=True,
            comment="when it was cleared; until then the episode is out of the cohort",
        ),
        sa.Column("planned_visits", sa.Integer(), nullable=True, comment="visits planned at the start"),
        sa.Column(
            "return_to_run_date",
            sa.Date(),
            nullable=True,
            comment="shortcut for one running report: first run that counts",
        ),
        sa.Column("relapse_date", sa.Date(), nullable=True, comment="shortcut: pain again after the return"),
        sa.Column(
            "stopped_date", sa.Date(), nullable=True, comment="when the person stopped trying to return"
        ),
        sa.Column(
            "stopped_reason",
            sa.String(length=40),
            nullable=True,
            comment="why; moved_away ends observation, the others compete with return",
        ),
        sa.Column("discharge_date", sa.Date(), nullable=True, comment="end of the course of care"),
        sa.Column(
            "discharge_reason",
            sa.String(length=40),
            nullable=True,
            comment="why; lost_to_follow_up is not a contact",
        ),
        sa.Column(
            "last_contact_date",
            sa.Date(),
            nullable=True,
            comment="a contact that would have happened without a return too",
        ),
        sa.Column(
            "load_number",
            sa.Integer(),
            nullable=False,
            comment="number of the clinic's load that first brought the row",
        ),
        sa.ForeignKeyConstraint(
            ["clinic", "patient_id"],
            ["patient.clinic", "patient.patient_id"],
            name=op.f("fk_episode_patient"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic", "site"], ["site.clinic", "site.code"], name=op.f("fk_episode_site")
        ),
        sa.ForeignKeyConstraint(
            ["clinic", "therapist"], ["therapist.clinic", "therapist.code"], name=op.f("fk_episode_therapist")
        ),
        sa.ForeignKeyConstraint(["clinic"], ["clinic.code"], name=op.f("fk_episode_clinic")),
        sa.PrimaryKeyConstraint("clinic", "episode_id", name=op.f("pk_episode")),
        sa.UniqueConstraint("clinic", "token", name=op.f("uq_episode_clinic_token")),
        comment="One row per course of care",
    )
    op.create_index(
        op.f("ix_episode_clinic_patient_id_first_visit_date"),
        "episode",
        ["clinic", "patient_id", "first_visit_date"],
        unique=False,
    )
    op.create_table(
        "history",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column("load_number", sa.Integer(), nullable=False, comment="the load that changed the row"),
        sa.Column("table_name", sa.String(length=40), nullable=False, comment="table of the store"),
        sa.Column(
            "row_key",
            sa.String(length=400),
            nullable=False,
            comment="the row's key columns without the clinic, `|` between",
        ),
        sa.Column("old_row", sa.JSON(), nullable=False, comment="the row as it was before"),
        sa.ForeignKeyConstraint(
            ["clinic", "load_number"],
            ["load_run.clinic", "load_run.load_number"],
            name=op.f("fk_history_load_run"),
        ),
        sa.PrimaryKeyConstraint("clinic", "load_number", "table_name", "row_key", name=op.f("pk_history")),
        comment="What was changed, with the row as it was",
    )
    op.create_table(
        "load_file",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column("load_number", sa.Integer(), nullable=False, comment="the load"),
        sa.Column("file_number", sa.Integer(), nullable=False, comment="1, 2, 3 … within the load"),
        sa.Column("table_name", sa.String(length=40), nullable=False, comment="table of the import contract"),
        sa.Column("file_name", sa.String(length=255), nullable=False, comment="name without its folder"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the file's bytes"),
        sa.Column("skipped", sa.Boolean(), nullable=False, comment="true if its content was already loaded"),
        sa.Column(
            "stopped_by",
            sa.String(length=40),
            nullable=True,
            comment="rule that stopped the whole file, if one did",
        ),
        sa.Column("rows_read", sa.Integer(), nullable=False, comment="the sum of the six below"),
        sa.Column("inserted", sa.Integer(), nullable=False, comment="rows that were new"),
        sa.Column(
            "updated",
            sa.Integer(),
            nullable=False,
            comment="rows that changed one; the old one is in history",
        ),
        sa.Column("unchanged", sa.Integer(), nullable=False, comment="rows already there"),
        sa.Column("duplicate", sa.Integer(), nullable=False, comment="rows that stood in the file before"),
        sa.Column("rejected", sa.Integer(), nullable=False, comment="rows refused, each in reject"),
        sa.Column(
            "filtered", sa.Integer(), nullable=False, comment="rows left out on purpose, blank scores for one"
        ),
        sa.CheckConstraint(
            "rows_read = inserted + updated + unchanged + duplicate + rejected + filtered",
            name=op.f("ck_load_file_adds_up"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic", "load_number"],
            ["load_run.clinic", "load_run.load_number"],
            name=op.f("fk_load_file_load_run"),
        ),
        sa.PrimaryKeyConstraint("clinic", "load_number", "file_number", name=op.f("pk_load_file")),
        comment="Ledger: one row per file of a load",
    )
    op.create_table(
        "assessment",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column(
            "episode_id",
            sa.String(length=64),
            nullable=False,
            comment="the course of care that the row belongs to",
        ),
        sa.Column("assessed_on", sa.Date(), nullable=False, comment="day of the measurement"),
        sa.Column(
            "measure",
            sa.String(length=40),
            nullable=False,
            comment="what was measured; the name carries the unit",
        ),
        sa.Column(
            "side", sa.String(length=40), nullable=False, comment="left, right or both; empty if not given"
        ),
        sa.Column(
            "speed_kmh", sa.Float(), nullable=False, comment="running speed for step_rate_spm; 0 if not given"
        ),
        sa.Column("value", sa.Float(), nullable=False, comment="in the unit of the measure"),
        sa.Column(
            "load_number",
            sa.Integer(),
            nullable=False,
            comment="number of the clinic's load that first brought the row",
        ),
        sa.ForeignKeyConstraint(
            ["clinic", "episode_id"],
            ["episode.clinic", "episode.episode_id"],
            name=op.f("fk_assessment_episode"),
        ),
        sa.PrimaryKeyConstraint(
            "clinic", "episode_id", "assessed_on", "measure", "side", "speed_kmh", name=op.f("pk_assessment")
        ),
        comment="Strength, movement and gait measurements",
    )
    op.create_table(
        "episode_outcome",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column(
            "episode_id",
            sa.String(length=64),
            nullable=False,
            comment="the course of care that the row belongs to",
        ),
        sa.Column("start_day", sa.Integer(), nullable=False, comment="first visit, in days since 1970-01-01"),
        sa.Column(
            "previous_first_visit_day",
            sa.Integer(),
            nullable=True,
            comment="first visit of the person's course before this one for the same condition, days since 1970-01-01",
        ),
        sa.Column(
            "eligibility",
            sa.String(length=40),
            nullable=False,
            comment="eligible, red_flag (open) or already_running",
        ),
        sa.Column(
            "day", sa.Integer(), nullable=False, comment="days from the first visit to the end of observation"
        ),
        sa.Column(
            "outcome",
            sa.String(length=40),
            nullable=False,
            comment="what ended it: returned, stopped or censored",
        ),
        sa.Column(
            "late_day",
            sa.Integer(),
            nullable=True,
            comment="day of a return or stop that is dated after the last contact",
        ),
        sa.Column(
            "late_outcome", sa.String(length=40), nullable=True, comment="returned or stopped, for late_day"
        ),
        sa.Column(
            "last_day", sa.Integer(), nullable=False, comment="days from the first visit to the last contact"
        ),
        sa.Column(
            "return_day",
            sa.Integer(),
            nullable=True,
            comment="days from the first visit to the first run that counts, if known",
        ),
        sa.Column(
            "relapse_day",
            sa.Integer(),
            nullable=True,
            comment="days from the first visit to the first pain after the return",
        ),
        sa.Column(
            "stop_day", sa.Integer(), nullable=True, comment="days from the first visit to the stop, if any"
        ),
        sa.Column(
            "standing",
            sa.String(length=40),
            nullable=False,
            comment="what is known without a date: cannot_count, returned, stopped, no_contact, discharged, lost, open",
        ),
        sa.Column("condition", sa.String(length=40), nullable=False, comment="copied from the episode"),
        sa.Column("site", sa.String(length=64), nullable=False, comment="copied from the episode"),
        sa.Column("therapist", sa.String(length=64), nullable=False, comment="copied from the episode"),
        sa.Column(
            "goal", sa.String(length=40), nullable=False, comment="running, gym, daily_life or unknown"
        ),
        sa.Column("sex", sa.String(length=40), nullable=False, comment="female, male, other or unknown"),
        sa.Column("age_band", sa.String(length=40), nullable=False, comment="band or unknown"),
        sa.Column("side", sa.String(length=40), nullable=False, comment="left, right, both or unknown"),
        sa.Column(
            "symptom_duration",
            sa.String(length=40),
            nullable=False,
            comment="onset to first visit in bands, or unknown",
        ),
        sa.Column("earlier_episodes", sa.String(length=40), nullable=False, comment="none, some or unknown"),
        sa.ForeignKeyConstraint(
            ["clinic", "episode_id"],
            ["episode.clinic", "episode.episode_id"],
            name=op.f("fk_episode_outcome_episode"),
        ),
        sa.PrimaryKeyConstraint("clinic", "episode_id", name=op.f("pk_episode_outcome")),
        comment="Derived: one row per episode, all that cohort questions ask",
    )
    if op.get_bind().dialect.name == "sqlite":  # PostgreSQL scans in parallel and would not use it
        op.create_index(
            "ix_episode_outcome_cohort",
            "episode_outcome",
            [
                "goal",
                "eligibility",
                "condition",
                "day",
                "outcome",
                "start_day",
                "previous_first_visit_day",
                "last_day",
                "standing",
                "clinic",
                "site",
                "therapist",
                "sex",
                "age_band",
                "side",
                "symptom_duration",
                "earlier_episodes",
                "late_day",
                "late_outcome",
            ],
        )
    op.create_table(
        "reject",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column("load_number", sa.Integer(), nullable=False, comment="the load"),
        sa.Column("reject_number", sa.Integer(), nullable=False, comment="1, 2, 3 … within the load"),
        sa.Column("file_number", sa.Integer(), nullable=False, comment="the file"),
        sa.Column("line", sa.Integer(), nullable=False, comment="line in the file; the header is line 1"),
        sa.Column(
            "column_name",
            sa.String(length=40),
            nullable=False,
            comment="column at fault, empty if it is the whole row",
        ),
        sa.Column(
            "rule", sa.String(length=40), nullable=False, comment="name of the rule, see docs/import.md"
        ),
        sa.Column(
            "shape",
            sa.String(length=60),
            nullable=False,
            comment="the value's shape (9 for digits, a for letters), never the value",
        ),
        sa.ForeignKeyConstraint(
            ["clinic", "load_number", "file_number"],
            ["load_file.clinic", "load_file.load_number", "load_file.file_number"],
            name=op.f("fk_reject_load_file"),
        ),
        sa.PrimaryKeyConstraint("clinic", "load_number", "reject_number", name=op.f("pk_reject")),
        comment="Rows that were refused: where and why, never what",
    )
    op.create_table(
        "running_report",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column(
            "episode_id",
            sa.String(length=64),
            nullable=False,
            comment="the course of care that the row belongs to",
        ),
        sa.Column(
            "reported_on",
            sa.Date(),
            nullable=False,
            comment="day somebody was asked or told; it is a contact",
        ),
        sa.Column(
            "source",
            sa.String(length=40),
            nullable=False,
            comment="patient_form, clinician, phone; empty if not given",
        ),
        sa.Column(
            "status",
            sa.String(length=40),
            nullable=False,
            comment="not_running … back_to_usual, given_up; the word decides",
        ),
        sa.Column(
            "since",
            sa.Date(),
            nullable=True,
            comment="day the status began; NULL means the day of the report is used",
        ),
        sa.Column("longest_run_min", sa.Float(), nullable=True, comment="longest run in minutes"),
        sa.Column(
            "longest_pain_free_km",
            sa.Float(),
            nullable=True,
            comment="longest distance without pain in kilometres",
        ),
        sa.Column("weekly_km", sa.Float(), nullable=True, comment="kilometres run per week now"),
        sa.Column("pain_while_running", sa.Float(), nullable=True, comment="0 to 10"),
        sa.Column(
            "load_change", sa.String(length=40), nullable=True, comment="stopped, reduced or unchanged"
        ),
        sa.Column(
            "home_exercise",
            sa.String(length=40),
            nullable=True,
            comment="share of the home programme done: none, some, most, all",
        ),
        sa.Column(
            "load_number",
            sa.Integer(),
            nullable=False,
            comment="number of the clinic's load that first brought the row",
        ),
        sa.ForeignKeyConstraint(
            ["clinic", "episode_id"],
            ["episode.clinic", "episode.episode_id"],
            name=op.f("fk_running_report_episode"),
        ),
        sa.PrimaryKeyConstraint(
            "clinic", "episode_id", "reported_on", "source", name=op.f("pk_running_report")
        ),
        comment="What was known about running, each time somebody was asked",
    )
    op.create_table(
        "score",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column(
            "episode_id",
            sa.String(length=64),
            nullable=False,
            comment="the course of care that the row belongs to",
        ),
        sa.Column("scored_on", sa.Date(), nullable=False, comment="day of the score; it is a contact"),
        sa.Column(
            "instrument",
            sa.String(length=40),
            nullable=False,
            comment="code of sql/reference/instruments.csv",
        ),
        sa.Column(
            "context",
            sa.String(length=40),
            nullable=False,
            comment="what the pain was asked about; empty for function scales",
        ),
        sa.Column(
            "reporter",
            sa.String(length=40),
            nullable=False,
            comment="patient or clinician; empty is read as the patient",
        ),
        sa.Column(
            "score_id",
            sa.String(length=64),
            nullable=False,
            comment="the row's own code, where the export has one; else empty",
        ),
        sa.Column("value", sa.Float(), nullable=False, comment="on the instrument's own scale"),
        sa.Column(
            "load_number",
            sa.Integer(),
            nullable=False,
            comment="number of the clinic's load that first brought the row",
        ),
        sa.ForeignKeyConstraint(
            ["clinic", "episode_id"], ["episode.clinic", "episode.episode_id"], name=op.f("fk_score_episode")
        ),
        sa.PrimaryKeyConstraint(
            "clinic",
            "episode_id",
            "scored_on",
            "instrument",
            "context",
            "reporter",
            "score_id",
            name=op.f("pk_score"),
        ),
        comment="Pain and function scores",
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_score_clinic_score_id",
        "score",
        ["clinic", "score_id"],
        unique=True,
        sqlite_where=sa.text("score_id <> ''"),
        postgresql_where=sa.text("score_id <> ''"),
    )
    op.create_table(
        "visit",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column(
            "episode_id",
            sa.String(length=64),
            nullable=False,
            comment="the course of care that the row belongs to",
        ),
        sa.Column("visit_date", sa.Date(), nullable=False, comment="day of the appointment"),
        sa.Column(
            "therapist",
            sa.String(length=64),
            nullable=False,
            comment="who saw the patient; empty if not given",
        ),
        sa.Column(
            "status", sa.String(length=40), nullable=False, comment="attended, cancelled or did_not_attend"
        ),
        sa.Column(
            "treatments",
            sa.String(length=400),
            nullable=True,
            comment="codes of what was given, sorted, with `;` between",
        ),
        sa.Column(
            "load_number",
            sa.Integer(),
            nullable=False,
            comment="number of the clinic's load that first brought the row",
        ),
        sa.ForeignKeyConstraint(
            ["clinic", "episode_id"], ["episode.clinic", "episode.episode_id"], name=op.f("fk_visit_episode")
        ),
        sa.PrimaryKeyConstraint("clinic", "episode_id", "visit_date", "therapist", name=op.f("pk_visit")),
        comment="Appointments",
    )
    op.create_table(
        "visit_treatment",
        sa.Column(
            "clinic",
            sa.String(length=64),
            nullable=False,
            comment="code of the clinic (tenant) that the row belongs to",
        ),
        sa.Column(
            "episode_id",
            sa.String(length=64),
            nullable=False,
            comment="the course of care that the row belongs to",
        ),
        sa.Column("visit_date", sa.Date(), nullable=False, comment="day of the appointment"),
        sa.Column(
            "therapist",
            sa.String(length=64),
            nullable=False,
            comment="who saw the patient; empty if not given",
        ),
        sa.Column("treatment", sa.String(length=40), nullable=False, comment="one code of visit.treatments"),
        sa.ForeignKeyConstraint(
            ["clinic", "episode_id", "visit_date", "therapist"],
            ["visit.clinic", "visit.episode_id", "visit.visit_date", "visit.therapist"],
            name=op.f("fk_visit_treatment_visit"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "clinic", "episode_id", "visit_date", "therapist", "treatment", name=op.f("pk_visit_treatment")
        ),
        comment="Derived: one row per treatment given at a visit",
    )


def downgrade() -> None:
    op.drop_table("visit_treatment")
    op.drop_table("visit")
    op.drop_table("score")
    op.drop_table("running_report")
    op.drop_table("reject")
    op.drop_table("episode_outcome")
    op.drop_table("assessment")
    op.drop_table("load_file")
    op.drop_table("history")
    op.drop_table("episode")
    op.drop_table("therapist")
    op.drop_table("site")
    op.drop_table("setting")
    op.drop_table("patient")
    op.drop_table("load_run")
    op.drop_table("clinic")
