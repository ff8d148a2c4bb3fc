"""The import contract: one description of every input column.

Reader, parser, rules, sample data and the data dictionary all take it from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sql.cohort import GROUPING_FIELDS
from sql.deriving import TREATMENTS
from sql.reference import conditions, instruments

CONTRACT_VERSION = 1

Kind = Literal["key", "code", "codes", "date", "partial_date", "number", "integer"]


@dataclass(frozen=True)
class ColumnSpec:
    """One input column.

    kind says how its text is read; `codes` lists the words of a code; `low` and `high` are the allowed range.
    An empty cell is stored as `default`, or as NULL where that is None. A `filters_row` column that is empty
    leaves its row out on purpose (counted as filtered, never as 0). `is_score` marks scores from 0 to 10, or on
    a scale of their own: people write them as 7/10, and spreadsheets turn that into a date.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    codes: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    default: str | float | None = None
    filters_row: bool = False
    is_score: bool = False

    @property
    def stored_names(self) -> tuple[str, ...]:
        """Columns of the store that hold it: a partial date is kept as the earliest and latest day it allows."""
        if self.kind == "partial_date":
            stem = self.name.removesuffix("_date")
            return (f"{stem}_from", f"{stem}_to")
        return (self.name,)


@dataclass(frozen=True)
class TableSpec:
    """One input table. `key` names the columns that tell rows apart; `stored_in` is the table of the store."""

    name: str
    stored_in: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[ColumnSpec, ...]
    contact_date: str | None = None

    def column(self, name: str) -> ColumnSpec:
        """The column of that name."""
        return next(spec for spec in self.columns if spec.name == name)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that a file must have."""
        return tuple(spec.name for spec in self.columns if spec.required)

    @property
    def by_patient(self) -> bool:
        """True where `patient_id` may stand for `episode_id`."""
        return self.name != "episodes"


def _key(name: str, meaning: str, *, required: bool = False, default: str | None = None) -> ColumnSpec:
    return ColumnSpec(name, "key", meaning, required=required, default=default)


def _code(
    name: str, meaning: str, codes: tuple[str, ...], *, required: bool = False, default: str | None = None
) -> ColumnSpec:
    return ColumnSpec(name, "code", meaning, codes=codes, required=required, default=default)


def _date(name: str, meaning: str, *, required: bool = False) -> ColumnSpec:
    return ColumnSpec(name, "date", meaning, required=required)


def _number(name: str, meaning: str, low: float, high: float, **more: float | bool) -> ColumnSpec:
    return ColumnSpec(name, "number", meaning, low=low, high=high, **more)  # type: ignore[arg-type]


def _bands(name: str) -> tuple[str, ...]:
    return tuple(code for code in GROUPING_FIELDS[name] or () if code != "unknown")


# `episode_id` is needed too, unless `patient_id` stands for it: rules.py says so for the file and for each row.
_OF_EPISODE = (
    _key("episode_id", "the course of care"),
    _key(
        "patient_id", "the person, where the episode is not known: the row goes to their course of that time"
    ),
)

EPISODES = TableSpec(
    "episodes",
    "episode",
    "One row per course of care",
    ("episode_id",),
    (
        _key("episode_id", "the course of care, unique within the clinic", required=True),
        _key("patient_id", "the person; several episodes may share one"),
        _code("condition", "what is treated", tuple(conditions()), required=True),
        _code("side", "which knee", _bands("side")),
        _code("onset_type", "how it began", ("gradual", "sudden", "lingering")),
        ColumnSpec("onset_date", "partial_date", "when it began: YYYY-MM-DD, YYYY-MM or YYYY"),
        _date("first_visit_date", "day 0 of every interval", required=True),
        _key("therapist", "code of the therapist of the first visit, never a name", required=True),
        _key("site", "place of the first visit", default="main"),
        _code("sex", "sex", GROUPING_FIELDS["sex"] or ()),
        _code(
            "age_band",
            "age at the first visit; a date of birth or an exact age is refused",
            _bands("age_band"),
        ),
        _code(
            "goal",
            "what the person wants back to; only running counts towards return to running",
            _bands("goal"),
        ),
        _number("weekly_km_before", "kilometres run per week before the injury", 0, 400),
        _code("tendon_involved", "whether a tendon is involved", ("yes", "no")),
        _code("imaging", "what imaging showed", ("none", "degenerative", "other")),
        ColumnSpec("earlier_episodes", "integer", "how often the same pain came before", low=0, high=50),
        _code(
            "red_flag",
            "a sign that sends the person to urgent assessment; open, it takes the episode out of the cohort",
            ("none", "night_pain", "locking", "giving_way", "trauma_swelling", "unwell", "other"),
        ),
        _date("red_flag_date", "when it was seen"),
        _date("red_flag_cleared_date", "when it was cleared; the episode then counts again"),
        ColumnSpec("planned_visits", "integer", "visits planned at the start", low=0, high=60),
        _date("return_to_run_date", "first run that counts: a shortcut for one row of `running`"),
        _date("relapse_date", "pain again after the return: likewise"),
        _date("stopped_date", "when the person stopped trying; together with stopped_reason"),
        _code(
            "stopped_reason",
            "why; moved_away ends observation, the others compete with return",
            ("gave_up_running", "surgery", "other_injury", "pregnancy_or_illness", "moved_away"),
        ),
        _date("discharge_date", "end of the course of care"),
        _code(
            "discharge_reason",
            "why; lost_to_follow_up is not a contact",
            ("goals_met", "self_discharged", "lost_to_follow_up", "referred_on", "other"),
        ),
        _date("last_contact_date", "last contact that would have happened without a return too"),
    ),
)

RUNNING = TableSpec(
    "running",
    "running_report",
    "One row per time somebody was asked or told",
    ("episode_id", "reported_on", "source"),
    (
        *_OF_EPISODE,
        _date("reported_on", "day of the answer", required=True),
        _code(
            "status",
            "what was answered; the word decides",
            ("not_running", "running_with_pain", "running_without_pain", "back_to_usual", "given_up"),
            required=True,
        ),
        _date("since", "day the status began; empty, the day of the answer is used"),
        _number("longest_run_min", "longest run, minutes", 0, 1440),
        _number("longest_pain_free_km", "longest distance without pain, kilometres", 0, 400),
        _number("weekly_km", "kilometres run per week now", 0, 400),
        _number("pain_while_running", "pain while running", 0, 10, is_score=True),
        _code("load_change", "what became of the running load", ("stopped", "reduced", "unchanged")),
        _code("home_exercise", "share of the home programme done", ("none", "some", "most", "all")),
        _code("source", "who answered", ("patient_form", "clinician", "phone"), default=""),
    ),
    contact_date="reported_on",
)

SCORES = TableSpec(
    "scores",
    "score",
    "One row per score",
    ("episode_id", "scored_on", "instrument", "context", "reporter", "score_id"),
    (
        *_OF_EPISODE,
        _date("scored_on", "day of the score; allowed from 28 days before the first visit", required=True),
        _code("instrument", "the scale", tuple(instruments()), required=True),
        _code(
            "context",
            "what the pain was asked about; pain scales only, usual_week if not given",
            (
                "worst_week", "usual_week", "current", "running", "downhill", "stairs", "squatting", "sitting",
                "landing", "at_rest",
            ),
            default="",
        ),
        ColumnSpec(
            "value",
            "number",
            "within the scale's range; blank is missing, never 0",
            required=True,
            filters_row=True,
            is_score=True,
        ),
        _code(
            "reporter",
            "who scored; empty is read as the patient; model is a case-mix model's expectation, not a score",
            ("patient", "clinician", "model"),
            default="",
        ),
        _key("score_id", "the row's own code, where the export has one", default=""),
    ),
    contact_date="scored_on",
)  # fmt: skip

VISITS = TableSpec(
    "visits",
    "visit",
    "One row per appointment",
    ("episode_id", "visit_date", "therapist"),
    (
        *_OF_EPISODE,
        _date("visit_date", "day of the appointment", required=True),
        _code(
            "status",
            "whether it took place",
            ("attended", "cancelled", "did_not_attend"),
            default="attended",
        ),
        _key("therapist", "code of who saw the patient", default=""),
        ColumnSpec("treatments", "codes", "what was given, with `;` between", codes=TREATMENTS),
    ),
    contact_date="visit_date",
)

# Range of each measure. Grades are exact scales; the others are limits beyond which it must be a slip.
MEASURES: dict[str, tuple[float, float]] = {
    "hip_abductor_strength_n_per_kg": (0, 15),
    "hip_external_rotator_strength_n_per_kg": (0, 15),
    "knee_extensor_strength_n_per_kg": (0, 25),
    "hip_abductor_manual_grade": (0, 5),
    "hip_external_rotator_manual_grade": (0, 5),
    "gait_hip_drop": (0, 1),
    "gait_crossover": (0, 1),
    "gait_overstride": (0, 1),
    "single_leg_squat_grade": (0, 3),
    "pelvic_drop_deg": (-20, 45),
    "knee_valgus_deg": (-30, 60),
    "patellar_tracking": (0, 2),
    "foot_pronation": (0, 2),
    "tissue_quality": (0, 3),
    "step_rate_spm": (60, 260),
}

ASSESSMENTS = TableSpec(
    "assessments",
    "assessment",
    "One row per measurement",
    ("episode_id", "assessed_on", "measure", "side", "speed_kmh"),
    (
        *_OF_EPISODE,
        _date("assessed_on", "day of the measurement", required=True),
        _code("measure", "what was measured; the name carries the unit", tuple(MEASURES), required=True),
        _code("side", "which side", _bands("side"), default=""),
        ColumnSpec("value", "number", "in the unit of the measure", required=True),
        _number("speed_kmh", "running speed, for step_rate_spm", 1, 40, default=0.0),
    ),
    contact_date=None,
)

TABLES: dict[str, TableSpec] = {
    table.name: table for table in (EPISODES, RUNNING, SCORES, VISITS, ASSESSMENTS)
}
