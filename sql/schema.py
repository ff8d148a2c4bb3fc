"""Tables of the store (SQLAlchemy Core).

The clinic (tenant) stands first in every primary, unique and foreign key of the fact tables, so that
several clinics can share a store and a distributed PostgreSQL can shard by it. Facts hold dates, as people
read them; `episode_outcome` holds whole days as integers, because they are compared and grouped there.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
    true,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

KEY_LENGTH = 64


def text_of(length: int) -> String:
    """Text, compared byte by byte on both databases: no code or word of the store belongs to a language."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


KEY = text_of(KEY_LENGTH)
LONG_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
WORD = text_of(40)
SETTING_LENGTH = 100_000
"""Room for a small image."""

# A therapist's list is found by an index on these episodes only: a query must say the same words to be given it.
STILL_OPEN = "discharge_date IS NULL AND stopped_date IS NULL"


def _clinic() -> Column[str]:
    return Column(
        "clinic", KEY, nullable=False, comment="code of the clinic (tenant) that the row belongs to"
    )


def _load_number() -> Column[int]:
    return Column(
        "load_number",
        Integer,
        nullable=False,
        comment="number of the clinic's load that first brought the row",
    )


def _named_by() -> Column[int]:
    return Column(
        "load_number",
        Integer,
        nullable=False,
        server_default="0",
        comment="number of the clinic's load that first named it; 0 if that is not known",
    )


def _to_clinic() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["clinic"], ["clinic.code"])


def _to_episode() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["clinic", "episode_id"], ["episode.clinic", "episode.episode_id"])


def _by_row(reference: ForeignKeyConstraint) -> ForeignKeyConstraint:
    """A foreign key on SQLite; on PostgreSQL triggers ask once for all rows of a statement (migration 0008)."""
    return reference.ddl_if(dialect="sqlite")


def _episode_id() -> Column[str]:
    return Column("episode_id", KEY, nullable=False, comment="the course of care that the row belongs to")


clinic = Table(
    "clinic",
    metadata,
    Column("code", KEY, primary_key=True, comment="short code chosen at the first load, `main` by default"),
    Column(
        "sample", Boolean, nullable=False, comment="true if everything in this clinic is invented sample data"
    ),
    Column(
        "version", Integer, nullable=False, comment="moves with every load and entry; caches are keyed on it"
    ),
    Column(
        "courses_behind",
        Boolean,
        nullable=False,
        server_default=true(),
        comment="true while scale_course does not hold what the clinic's scores say",
    ),
    comment="One clinic (tenant) of the store",
)

site = Table(
    "site",
    metadata,
    _clinic(),
    Column("code", KEY, nullable=False, comment="code of a place where the clinic works"),
    _named_by(),
    PrimaryKeyConstraint("clinic", "code"),
    _to_clinic(),
    comment="Places within a clinic, as named by its episodes",
)

therapist = Table(
    "therapist",
    metadata,
    _clinic(),
    Column("code", KEY, nullable=False, comment="code of a therapist, never a name"),
    _named_by(),
    PrimaryKeyConstraint("clinic", "code"),
    _to_clinic(),
    comment="Therapists of a clinic, as named by its episodes",
)

patient = Table(
    "patient",
    metadata,
    _clinic(),
    Column("patient_id", KEY, nullable=False, comment="code of the person; nothing else is kept about them"),
    _named_by(),
    PrimaryKeyConstraint("clinic", "patient_id"),
    _by_row(_to_clinic()),
    comment="People of whom several courses of care may be known",
)

episode = Table(
    "episode",
    metadata,
    _clinic(),
    Column(
        "episode_id", KEY, nullable=False, comment="code of one course of care, from the clinic's own system"
    ),
    Column(
        "token",
        text_of(32),
        nullable=False,
        comment="128 random bits that stand for the episode in addresses",
    ),
    Column("patient_id", KEY, comment="the person, where several courses of one person are known"),
    Column("condition", WORD, nullable=False, comment="code of sql/reference/conditions.csv"),
    Column("side", WORD, comment="left, right or both"),
    Column("onset_type", WORD, comment="gradual, sudden or lingering"),
    Column(
        "onset_from", Date, comment="earliest day the stated onset allows (a month or a year may be stated)"
    ),
    Column(
        "onset_to",
        Date,
        comment="latest day the stated onset allows; equals onset_from where a day was given",
    ),
    Column("first_visit_date", Date, nullable=False, comment="day 0 of every interval"),
    Column("therapist", KEY, nullable=False, comment="therapist of the first visit"),
    Column("site", KEY, nullable=False, comment="place of the first visit"),
    Column("sex", WORD, comment="female, male, other or unknown"),
    Column("age_band", WORD, comment="age at the first visit in bands; never a date of birth"),
    Column("goal", WORD, comment="running, gym or daily_life; NULL is unknown and stays out of the curve"),
    Column("weekly_km_before", Float, comment="kilometres run per week before the injury"),
    Column("tendon_involved", WORD, comment="yes or no"),
    Column("imaging", WORD, comment="none, degenerative or other"),
    Column("earlier_episodes", Integer, comment="how often the same pain came before"),
    Column("red_flag", WORD, comment="none, or the sign that sends the person to urgent assessment"),
    Column("red_flag_date", Date, comment="when the red flag was seen"),
    Column(
        "red_flag_cleared_date",
        Date,
        comment="when it was cleared; until then the episode is out of the cohort",
    ),
    Column("planned_visits", Integer, comment="visits planned at the start"),
    Column("return_to_run_date", Date, comment="shortcut for one running report: first run that counts"),
    Column("relapse_date", Date, comment="shortcut: pain again after the return"),
    Column("stopped_date", Date, comment="when the person stopped trying to return"),
    Column(
        "stopped_reason", WORD, comment="why; moved_away ends observation, the others compete with return"
    ),
    Column("discharge_date", Date, comment="end of the course of care"),
    Column("discharge_reason", WORD, comment="why; lost_to_follow_up is not a contact"),
    Column("last_contact_date", Date, comment="a contact that would have happened without a return too"),
    _load_number(),
    Column(
        "short_code",
        text_of(12),
        nullable=False,
        server_default="",
        comment="stands for the episode on screens and in speech, like K-2107-H; unique within the clinic",
    ),
    PrimaryKeyConstraint("clinic", "episode_id"),
    UniqueConstraint("clinic", "token"),
    _by_row(_to_clinic()),
    _by_row(ForeignKeyConstraint(["clinic", "patient_id"], ["patient.clinic", "patient.patient_id"])),
    _by_row(ForeignKeyConstraint(["clinic", "therapist"], ["therapist.clinic", "therapist.code"])),
    _by_row(ForeignKeyConstraint(["clinic", "site"], ["site.clinic", "site.code"])),
    Index(None, "clinic", "patient_id", "first_visit_date"),
    Index("uq_episode_clinic_short_code", "clinic", "short_code", unique=True),
    Index(
        "ix_episode_open",
        "clinic",
        "therapist",
        sqlite_where=text(STILL_OPEN),
        postgresql_where=text(STILL_OPEN),
    ),
    comment="One row per course of care",
)

running_report = Table(
    "running_report",
    metadata,
    _clinic(),
    _episode_id(),
    Column("reported_on", Date, nullable=False, comment="day somebody was asked or told; it is a contact"),
    Column("source", WORD, nullable=False, comment="patient_form, clinician, phone; empty if not given"),
    Column("status", WORD, nullable=False, comment="not_running … back_to_usual, given_up; the word decides"),
    Column("since", Date, comment="day the status began; NULL means the day of the report is used"),
    Column("longest_run_min", Float, comment="longest run in minutes"),
    Column("longest_pain_free_km", Float, comment="longest distance without pain in kilometres"),
    Column("weekly_km", Float, comment="kilometres run per week now"),
    Column("pain_while_running", Float, comment="0 to 10"),
    Column("load_change", WORD, comment="stopped, reduced or unchanged"),
    Column("home_exercise", WORD, comment="share of the home programme done: none, some, most, all"),
    _load_number(),
    PrimaryKeyConstraint("clinic", "episode_id", "reported_on", "source"),
    _to_episode(),
    comment="What was known about running, each time somebody was asked",
)

score = Table(
    "score",
    metadata,
    _clinic(),
    _episode_id(),
    Column("scored_on", Date, nullable=False, comment="day of the score; it is a contact"),
    Column("instrument", WORD, nullable=False, comment="code of sql/reference/instruments.csv"),
    Column(
        "context", WORD, nullable=False, comment="what the pain was asked about; empty for function scales"
    ),
    Column("reporter", WORD, nullable=False, comment="patient or clinician; empty is read as the patient"),
    Column(
        "score_id", KEY, nullable=False, comment="the row's own code, where the export has one; else empty"
    ),
    Column("value", Float, nullable=False, comment="on the instrument's own scale"),
    _load_number(),
    PrimaryKeyConstraint(
        "clinic", "episode_id", "scored_on", "instrument", "context", "reporter", "score_id"
    ),
    _by_row(_to_episode()),
    Index(
        "uq_score_clinic_score_id",
        "clinic",
        "score_id",
        unique=True,
        sqlite_where=text("score_id <> ''"),
        postgresql_where=text("score_id <> ''"),
    ),
    Index(
        "ix_score_by_model",
        "clinic",
        "instrument",
        "context",
        sqlite_where=text("reporter = 'model'"),
        postgresql_where=text("reporter = 'model'"),
    ),
    sqlite_with_rowid=False,
    comment="Pain and function scores",
)

visit = Table(
    "visit",
    metadata,
    _clinic(),
    _episode_id(),
    Column("visit_date", Date, nullable=False, comment="day of the appointment"),
    Column("therapist", KEY, nullable=False, comment="who saw the patient; empty if not given"),
    Column("status", WORD, nullable=False, comment="attended, cancelled or did_not_attend"),
    Column("treatments", text_of(400), comment="codes of what was given, sorted, with `;` between"),
    _load_number(),
    PrimaryKeyConstraint("clinic", "episode_id", "visit_date", "therapist"),
    _to_episode(),
    comment="Appointments",
)

visit_treatment = Table(
    "visit_treatment",
    metadata,
    _clinic(),
    _episode_id(),
    Column("visit_date", Date, nullable=False, comment="day of the appointment"),
    Column("therapist", KEY, nullable=False, comment="who saw the patient; empty if not given"),
    Column("treatment", WORD, nullable=False, comment="one code of visit.treatments"),
    PrimaryKeyConstraint("clinic", "episode_id", "visit_date", "therapist", "treatment"),
    ForeignKeyConstraint(
        ["clinic", "episode_id", "visit_date", "therapist"],
        ["visit.clinic", "visit.episode_id", "visit.visit_date", "visit.therapist"],
        ondelete="CASCADE",
    ),
    comment="Derived: one row per treatment given at a visit",
)

assessment = Table(
    "assessment",
    metadata,
    _clinic(),
    _episode_id(),
    Column("assessed_on", Date, nullable=False, comment="day of the measurement"),
    Column("measure", WORD, nullable=False, comment="what was measured; the name carries the unit"),
    Column("side", WORD, nullable=False, comment="left, right or both; empty if not given"),
    Column("speed_kmh", Float, nullable=False, comment="running speed for step_rate_spm; 0 if not given"),
    Column("value", Float, nullable=False, comment="in the unit of the measure"),
    _load_number(),
    PrimaryKeyConstraint("clinic", "episode_id", "assessed_on", "measure", "side", "speed_kmh"),
    _to_episode(),
    comment="Strength, movement and gait measurements",
)


def _care(name: str, comment: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0", comment=comment)


CARE_COLUMNS: tuple[Column[Any], ...] = (
    _care("visits", "days after the first visit with an attended one"),
    _care("last_visit_day", "the last of them, in days since the first visit; 0 if none"),
    _care("visits_to_return", "those of them up to return_day"),
    _care("on_visit_day", "1 if a visit was attended on return_day"),
    Column("visit_before_return", Integer, comment="last day with an attended visit before return_day"),
    _care("appointments_early", "days 1 to 28 with an appointment, kept or not"),
    _care("attended_early", "days 1 to 28 with an attended visit"),
    Column(
        "treatments_given", Integer, comment="in days 0 to 84, a bit each; NULL without an attended visit"
    ),
    _care("rehabilitation_visits", "days up to `day` with hip and knee rehabilitation"),
    _care("visit_before_first", "1 if a visit was attended before the first one"),
    _care("visit_after_discharge", "1 if a visit was attended after the discharge"),
    _care("assessed_at_start", "what was measured in days -28 to 14, a bit each"),
    _care("assessed_again", "what was measured in days 28 to 84, a bit each"),
    Column(
        "gait_fault", Integer, comment="1 if one was found at the start, 0 if not; NULL if not looked for"
    ),
    Column("foot_pronation", Integer, comment="1 if found at the start, 0 if not; NULL if not looked for"),
    Column("hip_abductor_change", Float, comment="strength, per cent from the start to days 28 to 84"),
    Column("hip_rotator_change", Float, comment="strength, per cent from the start to days 28 to 84"),
    Column("knee_extensor_change", Float, comment="strength, per cent from the start to days 28 to 84"),
    Column("step_rate_change", Float, comment="per cent from the start to days 28 to 84 at the same speed"),
    Column("load_change", WORD, comment="last answer in days 0 to 28"),
    Column("home_exercise", WORD, comment="last answer in days 0 to 28"),
    Column("booked", LONG_TEXT, comment="appointments by month: month:status:number|…, months since year 0"),
    _care("scored", "score by the patient in days -28 to 7 (1), 28 to 42 (2), 56 to 84 (4)"),
)
"""Derived after the outcome from visits, assessments, running reports and scores (sql/derived_care.py)."""

episode_outcome = Table(
    "episode_outcome",
    metadata,
    _clinic(),
    _episode_id(),
    Column("start_day", Integer, nullable=False, comment="first visit, in days since 1970-01-01"),
    Column(
        "previous_first_visit_day",
        Integer,
        comment="first visit of the person's course before this one for the same condition, days since 1970-01-01",
    ),
    Column("eligibility", WORD, nullable=False, comment="eligible, red_flag (open) or already_running"),
    Column("day", Integer, nullable=False, comment="days from the first visit to the end of observation"),
    Column("outcome", WORD, nullable=False, comment="what ended it: returned, stopped or censored"),
    Column("late_day", Integer, comment="day of a return or stop that is dated after the last contact"),
    Column("late_outcome", WORD, comment="returned or stopped, for late_day"),
    Column("last_day", Integer, nullable=False, comment="days from the first visit to the last contact"),
    Column("return_day", Integer, comment="days from the first visit to the first run that counts, if known"),
    Column("relapse_day", Integer, comment="days from the first visit to the first pain after the return"),
    Column("stop_day", Integer, comment="days from the first visit to the stop, if any"),
    Column(
        "standing",
        WORD,
        nullable=False,
        comment="what is known without a date: cannot_count, returned, stopped, no_contact, discharged, lost, open",
    ),
    Column("condition", WORD, nullable=False, comment="copied from the episode"),
    Column("site", KEY, nullable=False, comment="copied from the episode"),
    Column("therapist", KEY, nullable=False, comment="copied from the episode"),
    Column("goal", WORD, nullable=False, comment="running, gym, daily_life or unknown"),
    Column("sex", WORD, nullable=False, comment="female, male, other or unknown"),
    Column("age_band", WORD, nullable=False, comment="band or unknown"),
    Column("side", WORD, nullable=False, comment="left, right, both or unknown"),
    Column("symptom_duration", WORD, nullable=False, comment="onset to first visit in bands, or unknown"),
    Column("earlier_episodes", WORD, nullable=False, comment="none, some or unknown"),
    *CARE_COLUMNS,
    PrimaryKeyConstraint("clinic", "episode_id"),
    _by_row(_to_episode()),
    Index("ix_episode_outcome_therapist", "clinic", "therapist", "start_day"),
    comment="Derived: one row per episode, all that cohort questions ask",
)
OUTCOME_COLUMNS = tuple(column for column in episode_outcome.columns if column not in set(CARE_COLUMNS))
"""What sql/outcomes.py derives."""

scale_course = Table(
    "scale_course",
    metadata,
    _clinic(),
    _episode_id(),
    Column("instrument", WORD, nullable=False, comment="code of sql/reference/instruments.csv"),
    Column("context", WORD, nullable=False, comment="what the pain was asked about; else empty"),
    Column("first_visit", Float, comment="score at the start: nearest the first visit, days -28 to 7"),
    Column("week_6", Float, comment="score nearest day 35 in days 28 to 42"),
    Column("week_12", Float, comment="score nearest day 70 in days 56 to 84"),
    Column("week_26", Float, comment="score nearest day 182 in days 168 to 196"),
    Column("last_day", Integer, nullable=False, comment="day of the last score since the first visit"),
    Column("scores", Integer, nullable=False, comment="how many scores there are"),
    Column("only_value", Float, comment="the value of all of them, if they are equal"),
    Column(
        "weeks", LONG_TEXT, comment="the first score of each week since the first visit: week:millionths|…"
    ),
    PrimaryKeyConstraint("clinic", "episode_id", "instrument", "context"),
    sqlite_with_rowid=False,
    comment="Derived: one row per episode and scale that the patient scored, made after a load",
)
"""Without a foreign key: while a clinic is behind, rows of episodes that a snapshot deleted may still be here."""

# SQLite reads this index instead of the table, whatever is filtered or grouped by: every column a cohort
# question may use stands in it, the ones always filtered first. PostgreSQL scans in parallel and would not use it.
COHORT_INDEX_COLUMNS = (
    "goal", "eligibility", "condition", "day", "outcome", "start_day", "previous_first_visit_day", "last_day",
    "standing", "clinic", "site", "therapist", "sex", "age_band", "side", "symptom_duration", "earlier_episodes",
    "late_day", "late_outcome",
)  # fmt: skip
COHORT_INDEX = "ix_episode_outcome_cohort"
Index(COHORT_INDEX, *(episode_outcome.c[name] for name in COHORT_INDEX_COLUMNS)).ddl_if(dialect="sqlite")

setting = Table(
    "setting",
    metadata,
    _clinic(),
    Column("name", WORD, nullable=False, comment="name of a decision of the clinic"),
    Column("valid_from", Date, nullable=False, comment="first day on which the value holds"),
    Column("value", text_of(SETTING_LENGTH), nullable=False, comment="the value as text"),
    PrimaryKeyConstraint("clinic", "name", "valid_from"),
    _to_clinic(),
    comment="What the clinic decides, with its history",
)

annotation = Table(
    "annotation",
    metadata,
    _clinic(),
    Column("number", Integer, nullable=False, comment="1, 2, 3 … within the clinic"),
    Column("day", Date, nullable=False, comment="when it happened; every chart over time marks it"),
    Column("text", text_of(200), nullable=False, comment="what changed in the clinic; never about a person"),
    Column("added_on", Date, nullable=False, comment="when somebody wrote it down"),
    PrimaryKeyConstraint("clinic", "number"),
    _to_clinic(),
    comment="What happened in the clinic, to be read beside its figures",
)

trend_target = Table(
    "trend_target",
    metadata,
    _clinic(),
    Column("measure", WORD, nullable=False, comment="name of a measure of the page Trends"),
    Column("value", Float, nullable=False, comment="in the unit of the measure; shares from 0 to 1"),
    Column("set_on", Date, nullable=False, comment="when the clinic chose it"),
    PrimaryKeyConstraint("clinic", "measure"),
    _to_clinic(),
    comment="What the clinic aims at, a row per measure that has a target",
)

trend_rebase = Table(
    "trend_rebase",
    metadata,
    _clinic(),
    Column("measure", WORD, nullable=False, comment="name of a measure of the page Trends"),
    Column("month", Date, nullable=False, comment="first day of the month from which new limits hold"),
    Column("reason", text_of(200), nullable=False, comment="why the process is another one since then"),
    Column("decided_on", Date, nullable=False, comment="when somebody confirmed it"),
    PrimaryKeyConstraint("clinic", "measure", "month"),
    _to_clinic(),
    comment="Where a person let new limits begin, and why; never done by the program alone",
)

load_run = Table(
    "load_run",
    metadata,
    _clinic(),
    Column("load_number", Integer, nullable=False, comment="1, 2, 3 … within the clinic"),
    Column(
        "status",
        WORD,
        nullable=False,
        comment="loaded, refused (nothing was kept) or rolled_back (it was loaded and taken back)",
    ),
    Column("as_of", Date, nullable=False, comment="day the data describe; later dates are refused as future"),
    Column("started_at", DateTime, nullable=False, comment="UTC"),
    Column("finished_at", DateTime, nullable=False, comment="UTC"),
    Column("contract_version", Integer, nullable=False, comment="version of the import contract"),
    Column("program_version", text_of(40), nullable=False, comment="version of Return to Run that loaded"),
    Column(
        "mode",
        WORD,
        nullable=False,
        server_default="delta",
        comment="delta, or snapshot: rows that its files did not hold any more were deleted",
    ),
    Column(
        "vanished",
        Integer,
        nullable=False,
        server_default="0",
        comment="rows deleted because a snapshot did not hold them any more; they are in history",
    ),
    Column("replay_of", Integer, comment="the load whose refused rows this load offered again"),
    Column(
        "key_fingerprint",
        text_of(16),
        comment="tells by which key codes were made of ids, without telling the key; NULL if none were",
    ),
    Column("rolled_back_at", DateTime, comment="UTC; when the load was taken back"),
    PrimaryKeyConstraint("clinic", "load_number"),
    _to_clinic(),
    CheckConstraint("status IN ('loaded', 'refused', 'rolled_back')", name="status"),
    comment="Ledger: one row per load",
)

load_file = Table(
    "load_file",
    metadata,
    _clinic(),
    Column("load_number", Integer, nullable=False, comment="the load"),
    Column("file_number", Integer, nullable=False, comment="1, 2, 3 … within the load"),
    Column("table_name", WORD, nullable=False, comment="table of the import contract"),
    Column("file_name", text_of(255), nullable=False, comment="name without its folder"),
    Column("sha256", text_of(64), nullable=False, comment="of the file's bytes"),
    Column("skipped", Boolean, nullable=False, comment="true if its content was already loaded"),
    Column("stopped_by", WORD, comment="rule that stopped the whole file, if one did"),
    Column("rows_read", Integer, nullable=False, comment="the sum of the six below"),
    Column("inserted", Integer, nullable=False, comment="rows that were new"),
    Column("updated", Integer, nullable=False, comment="rows that changed one; the old one is in history"),
    Column("unchanged", Integer, nullable=False, comment="rows already there"),
    Column("duplicate", Integer, nullable=False, comment="rows that stood in the file before"),
    Column("rejected", Integer, nullable=False, comment="rows refused, each in reject"),
    Column("filtered", Integer, nullable=False, comment="rows left out on purpose, blank scores for one"),
    Column(
        "mapping_sha256",
        text_of(64),
        nullable=False,
        server_default="",
        comment="of the mapping that it was read through; empty for the canonical form",
    ),
    PrimaryKeyConstraint("clinic", "load_number", "file_number"),
    ForeignKeyConstraint(["clinic", "load_number"], ["load_run.clinic", "load_run.load_number"]),
    CheckConstraint(
        "rows_read = inserted + updated + unchanged + duplicate + rejected + filtered", name="adds_up"
    ),
    comment="Ledger: one row per file of a load",
)

reject = Table(
    "reject",
    metadata,
    _clinic(),
    Column("load_number", Integer, nullable=False, comment="the load"),
    Column("reject_number", Integer, nullable=False, comment="1, 2, 3 … within the load"),
    Column("file_number", Integer, nullable=False, comment="the file"),
    Column("line", Integer, nullable=False, comment="line in the file; the header is line 1"),
    Column("column_name", WORD, nullable=False, comment="column at fault, empty if it is the whole row"),
    Column("rule", WORD, nullable=False, comment="name of the rule, see docs/import.md"),
    Column(
        "shape",
        text_of(60),
        nullable=False,
        comment="the value's shape (9 for digits, a for letters), never the value",
    ),
    Column("replayed_in", Integer, comment="the load that offered the row again; NULL while it is open"),
    PrimaryKeyConstraint("clinic", "load_number", "reject_number"),
    ForeignKeyConstraint(
        ["clinic", "load_number", "file_number"],
        ["load_file.clinic", "load_file.load_number", "load_file.file_number"],
    ),
    comment="Rows that were refused: where and why, never what",
)

history = Table(
    "history",
    metadata,
    _clinic(),
    Column("load_number", Integer, nullable=False, comment="the load that changed the row"),
    Column("table_name", WORD, nullable=False, comment="table of the store"),
    Column(
        "row_key",
        text_of(400),
        nullable=False,
        comment="the row's key columns without the clinic, `|` between",
    ),
    Column("old_row", JSON, nullable=False, comment="the row as it was before"),
    PrimaryKeyConstraint("clinic", "load_number", "table_name", "row_key"),
    ForeignKeyConstraint(["clinic", "load_number"], ["load_run.clinic", "load_run.load_number"]),
    comment="What was changed, with the row as it was",
)

audit = Table(
    "audit",
    metadata,
    _clinic(),
    Column("audit_id", Integer, nullable=False, comment="1, 2, 3 … within the clinic"),
    Column("at", DateTime, nullable=False, comment="UTC; when it was done"),
    Column(
        "reader",
        text_of(80),
        nullable=False,
        comment="who did it, as the program knows them: owner, therapist T1",
    ),
    Column("action", WORD, nullable=False, comment="what was done: people_listed, patient_opened …"),
    Column(
        "subject",
        text_of(200),
        nullable=False,
        comment="what it was done to: the token of an episode or the code of a list, never a patient's value",
    ),
    Column("rows", Integer, comment="how many patients were shown; NULL where nothing was listed"),
    PrimaryKeyConstraint("clinic", "audit_id"),
    _to_clinic(),
    comment="Who looked at patients, and when",
)

# The three tables below name an episode without a foreign key: an episode may leave with a snapshot or with a load
# that is taken back, and come again. What people wrote about it waits for it.


def _written(number: str, what: str) -> list[Column[Any]]:
    """Columns of what somebody wrote on a page."""
    return [
        Column(number, Integer, nullable=False, comment="1, 2, 3 … within the clinic"),
        Column("episode_id", KEY, nullable=False, comment="the course of care; it may have left the store"),
        Column("written_at", DateTime, nullable=False, comment=f"UTC; when {what}"),
        Column("written_by", text_of(80), nullable=False, comment="who, as the program knows them"),
    ]


entry = Table(
    "entry",
    metadata,
    _clinic(),
    *_written("entry_number", "it was entered"),
    Column("kind", WORD, nullable=False, comment="score, running, stopped, red_flag or red_flag_cleared"),
    Column("happened_on", Date, nullable=False, comment="day of the score or answer, or of what happened"),
    Column("context", WORD, nullable=False, comment="what a score was asked about; else empty"),
    Column("new_values", JSON, nullable=False, comment="columns of the row as entered"),
    Column("old_rows", JSON, nullable=False, comment="the rows that it took the place of, as they were"),
    Column("withdrawn_at", DateTime, comment="UTC; when it was taken back. NULL while it stands"),
    Column(
        "differs_in_load", Integer, comment="the last load whose file said something else; it was not taken"
    ),
    Column("file_says", text_of(80), comment="what that file said"),
    PrimaryKeyConstraint("clinic", "entry_number"),
    _to_clinic(),
    Index(None, "clinic", "episode_id"),
    comment="What was entered on the pages: ledger and history of source “clinic entry”",
)

asked = Table(
    "asked",
    metadata,
    _clinic(),
    *_written("asked_number", "it was asked"),
    Column("question", WORD, nullable=False, comment="week_6, week_12, week_26, after_14_days, … goals_met"),
    Column("result", WORD, nullable=False, comment="answered, no_reply or declined"),
    PrimaryKeyConstraint("clinic", "asked_number"),
    _to_clinic(),
    Index(None, "clinic", "episode_id"),
    comment="Attempts to ask a patient, also after discharge",
)

seen = Table(
    "seen",
    metadata,
    _clinic(),
    *_written("seen_number", "it was marked"),
    Column("rule", WORD, nullable=False, comment="the rule of the flag"),
    Column("until", Date, nullable=False, comment="last day on which the flag rests"),
    Column("note", text_of(200), nullable=False, comment="short note, checked for what identifies people"),
    PrimaryKeyConstraint("clinic", "seen_number"),
    _to_clinic(),
    Index(None, "clinic", "episode_id"),
    comment="Flags marked as seen until a day",
)
