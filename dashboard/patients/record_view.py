"""What a patient's page and record sheet say: computed once from the record, rendered by both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.patients import words
from dashboard.patients.caseload import Standing, red_flag_words, standing
from dashboard.patients.clinic_rules import ClinicRules
from dashboard.patients.facts import latest_return
from dashboard.stats.outlook import Stratum
from dashboard.treatment_words import MEASURES, TREATMENT_NAMES
from sql.pain_scores import BY_PATIENT
from sql.queries.episode import EntryRow, EpisodeRecord
from sql.writes.clinic_entry import followed

RECENT_DAYS = 21
KNOWN_AT_DAYS = (84, 182)
Row = dict[str, str]


@dataclass(frozen=True)
class Difference:
    """A file says something else than an entry. settled_here: the entry can be taken back as it is."""

    number: int
    words: str
    settled_here: bool


@dataclass(frozen=True)
class RecordView:
    """One patient today: status, what happened, what is missing, and tables newest first."""

    record: EpisodeRecord
    standing: Standing
    rules: ClinicRules
    events: tuple[tuple[date, str], ...]
    missing: tuple[str, ...]
    reports: tuple[Row, ...]
    visits: tuple[Row, ...]
    assessments: tuple[Row, ...]
    differing: tuple[Difference, ...]

    @property
    def stratum(self) -> Stratum:
        """Whom the patient is like."""
        case, first = self.record.case, self.standing.line.baseline
        return Stratum(case.condition, case.symptom_duration, _band(first.value if first else None))

    @property
    def return_day(self) -> int | None:
        """Day of the latest return."""
        return latest_return(self.record.case)[0]

    @property
    def newest_entry(self) -> EntryRow | None:
        """The entry that one tap takes back."""
        standing_ones = [entry for entry in self.record.entries if entry.withdrawn_at is None]
        return standing_ones[-1] if standing_ones else None

    @property
    def contexts(self) -> tuple[tuple[str, str], ...]:
        """(instrument, context) of the patient's own scores, the one on the list first."""
        mine = [(row.instrument, row.context) for row in self.record.scores if row.reporter in BY_PATIENT]
        first = (self.standing.line.instrument, self.standing.line.context)
        return tuple(sorted(dict.fromkeys(mine), key=lambda pair: (pair != first, -mine.count(pair))))


def record_view(record: EpisodeRecord, rules: ClinicRules) -> RecordView:
    """Decide and arrange."""
    one = standing(record.case, rules)
    return RecordView(
        record=record,
        standing=one,
        rules=rules,
        events=_events(record),
        missing=_missing(record, one),
        reports=tuple(_report_rows(record)),
        visits=tuple(_visit_rows(record)),
        assessments=tuple(_assessment_rows(record)),
        differing=tuple(_difference(record, entry) for entry in record.entries if _differs(entry)),
    )


def entry_words(entry: EntryRow) -> str:
    """What was entered, in words."""
    new, day = entry.new_values, words.short_date(entry.happened_on)
    if entry.kind == "score":
        return f"{words.CONTEXT_WORDS[entry.context]} {new['value']:g} on {day}"
    if entry.kind == "running":
        km = ", ".join(
            f"{new[name]:g} km {label}" for name, label in _KM.items() if new.get(name) is not None
        )
        since = f" since {words.short_date(date.fromisoformat(new['since']))}" if new.get("since") else ""
        return f"{words.STATUS_WORDS[new['status']]}{since}, told on {day}" + (f", {km}" if km else "")
    if entry.kind == "stopped":
        return f"stopped ({new['stopped_reason'].replace('_', ' ')}) on {day}"
    if entry.kind == "red_flag":
        return f"red flag ({new['red_flag'].replace('_', ' ')}) on {day}"
    return f"red flag cleared on {day}"


UNITS = {"_n_per_kg": ", N/kg", "_deg": ", degrees", "_spm": ", steps a minute", "_grade": ", grade"}
_KM = {"longest_pain_free_km": "without pain", "weekly_km": "a week"}


def _differs(entry: EntryRow) -> bool:
    return entry.differs_in_load is not None and entry.withdrawn_at is None


def _difference(record: EpisodeRecord, entry: EntryRow) -> Difference:
    says = f"Entered here: {entry_words(entry)}. The file of load {entry.differs_in_load} says: {entry.file_says}."
    standing = {
        one.entry_number: (one.kind, one.happened_on, one.context)
        for one in record.entries
        if one.withdrawn_at is None
    }
    return Difference(entry.entry_number, says, settled_here=not followed(entry.entry_number, standing))


def _events(record: EpisodeRecord) -> tuple[tuple[date, str], ...]:
    case = record.case
    found: list[tuple[date | None, str]] = [
        (case.first_visit_date, "First visit"),
        (_on(record, case.return_day), "First run that counts"),
        (_on(record, case.relapse_day), "Pain again"),
        (
            _on(record, case.stop_day),
            f"Stopped: {(record.stopped_reason or 'gave up running').replace('_', ' ')}",
        ),
        (case.red_flag_cleared_date, "Red flag cleared"),
        (case.discharge_date, f"Discharged: {(case.discharge_reason or 'no reason').replace('_', ' ')}"),
    ]
    if case.red_flag not in (None, "none"):
        found.append(
            (case.red_flag_date or case.first_visit_date, red_flag_words(case.red_flag, None).rstrip("."))
        )
    return tuple(sorted((day, what) for day, what in found if day is not None))


def _on(record: EpisodeRecord, day: int | None) -> date | None:
    return None if day is None else record.case.first_visit_date + timedelta(days=day)


def _missing(record: EpisodeRecord, one: Standing) -> tuple[str, ...]:
    case, day = record.case, one.facts.day
    recent_scores = any(day - RECENT_DAYS < score.day <= day for score in case.scores)
    recent_answers = any(day - RECENT_DAYS < answer.day <= day for answer in case.answers)
    checks = (
        (one.line.baseline is None, "no pain score at the start: change cannot be judged"),
        (not recent_scores, f"no pain score in the last {RECENT_DAYS} days"),
        (not recent_answers, f"running not asked in the last {RECENT_DAYS} days"),
        (case.goal == "unknown", "the goal: without it the episode is in no curve"),
        (case.symptom_duration == "unknown", "when the symptoms began"),
        (case.side is None, "the side"),
        (not record.assessments, "an assessment"),
    )
    return (*(what for is_missing, what in checks if is_missing), *_running_unknown(record, day))


def _running_unknown(record: EpisodeRecord, day: int) -> tuple[str, ...]:
    """That the curve does not know whether they ran at week 12 or 26, and since when nobody has heard of them."""
    case, last = record.case, record.case.last_day
    if case.eligibility != "eligible" or case.goal != "running":
        return ()
    ends = [case.return_day]
    if record.stopped_reason != "moved_away":
        ends.append(case.stop_day)
    elif case.stop_day is not None:
        last = min(last, case.stop_day)  # a move ends observation
    if any(end is not None and end <= last for end in ends):
        return ()
    weeks = [due // 7 for due in KNOWN_AT_DAYS if last <= due <= day]
    if not weeks:
        return ()
    late = case.return_day is not None
    why = f", and the return on day {case.return_day} is later: correct the last contact" if late else ""
    named = " and ".join(f"week {week}" for week in weeks)
    return (f"running at {named}: the last contact is on day {last}{why}",)


def _report_rows(record: EpisodeRecord) -> list[Row]:
    return [
        {
            "Told": words.short_date(row.reported_on),
            "Running": words.STATUS_WORDS.get(row.status, row.status),
            "Since": words.short_date(row.since),
            "Pain-free km": _number(row.longest_pain_free_km),
            "Km a week": _number(row.weekly_km),
            "Pain": _number(row.pain_while_running),
            "By": row.source.replace("_", " ") or "–",
        }
        for row in reversed(record.reports)
    ]


def _visit_rows(record: EpisodeRecord) -> list[Row]:
    return [
        {
            "Visit": words.short_date(row.visit_date),
            "Status": row.status.replace("_", " "),
            "Treatments": ", ".join(_treatment_names(row.treatments)) or "–",
        }
        for row in reversed(record.visits)
    ]


def _assessment_rows(record: EpisodeRecord) -> list[Row]:
    """Each measure against the patient's own first value, per side and speed."""
    first: dict[tuple[str, str, float], float] = {}
    rows = []
    for row in record.assessments:
        start = first.setdefault((row.measure, row.side, row.speed_kmh), row.value)
        speed = f" at {row.speed_kmh:g} km/h" if row.speed_kmh else ""
        rows.append(
            {
                "Day": words.short_date(row.assessed_on),
                "Measure": _measure_name(row.measure) + speed,
                "Side": row.side or "–",
                "Value": f"{row.value:g}",
                "Since the first": words.change_words(round(row.value - start, 2)),
            }
        )
    return rows[::-1]


def _treatment_names(codes: str | None) -> list[str]:
    return [TREATMENT_NAMES.get(code, code.replace("_", " ")) for code in (codes or "").split(";") if code]


def _measure_name(measure: str) -> str:
    """In the words of the pages, with the unit where the measure has one."""
    unit = next((words for ending, words in UNITS.items() if measure.endswith(ending)), "")
    name = MEASURES.get(measure, measure.replace("_", " ")).removesuffix(" (force)").removesuffix(" on video")
    return name + unit


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _band(value: float | None) -> str:
    if value is None:
        return "none"
    return "0-3" if value < 3.5 else "4-6" if value < 6.5 else "7-10"
