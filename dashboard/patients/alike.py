"""People like one patient: what became of them from the same day on, and how their pain went."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from dashboard.question import FEWEST_OTHER_THERAPISTS
from dashboard.stats.disclosure import coarsen
from dashboard.stats.intake_periods import pool
from dashboard.stats.outlook import Outlook, Stratum, outlook
from dashboard.stats.pain import RecoveryWeek, expected_recovery
from dashboard.stats.survival import RecoveryCounts
from sql.cohort import Cohort, Scope
from sql.queries.alike_counts import AlikeCount, alike_counts, score_weeks
from sql.queries.store_facts import therapists_besides
from sql.settings import setting_value

ENOUGH_FOR_A_RANGE = 100
NOT_ENOUGH = Outlook("not enough yet", (), None)
ROUNDED_TO = 5
FEWEST_SHARED = 40


@dataclass(frozen=True)
class Alike:
    """Counts of one condition by stratum. k is None where the reader holds the record, else small numbers are kept."""

    strata: dict[Stratum, RecoveryCounts]
    k: int | None
    allowed: bool


@dataclass(frozen=True)
class ExpectedRange:
    """Pain of people alike by week; `used` names the group: condition, or condition and duration."""

    weeks: tuple[RecoveryWeek, ...]
    started: int
    used: tuple[str, ...]


def alike(connection: Connection, scope: Scope, clinic: str, condition: str, context: str) -> Alike:
    """What an outlook for this condition rests on; the figures of colleagues' patients pass the gate of methods §6."""
    cohort = Cohort(clinics=(clinic,), conditions=(condition,))
    strata = strata_of(condition, alike_counts(connection, scope, cohort, context))
    if scope.audience == "clinic":
        return Alike(strata, None, allowed=True)
    k = int(setting_value(connection, clinic, "k"))
    return Alike(strata, k, _enough_colleagues(connection, scope, cohort, k))


def strata_of(condition: str, rows: list[AlikeCount]) -> dict[Stratum, RecoveryCounts]:
    """Rows of the query as counts per stratum."""
    groups: dict[Stratum, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    for row in rows:
        stratum = Stratum(condition, row.symptom_duration, row.pain_band)
        place = ("returned", "stopped", "censored").index(row.outcome)
        groups[stratum][row.day][place] += row.episodes
    return {stratum: _counts(" · ".join(_parts(stratum)), days) for stratum, days in groups.items()}


def outlook_for(found: Alike, patient: Stratum, day: int) -> Outlook:
    """The outlook from counts that this reader may see."""
    if not found.allowed:
        return NOT_ENOUGH
    if found.k is None:
        return outlook(found.strata, patient, day)
    rungs = (patient, replace(patient, pain_band="none"), Stratum(patient.condition, "unknown", "none"))
    for rung in dict.fromkeys(rungs):
        used = tuple(part for part in _parts(rung) if part not in ("unknown", "none"))
        pooled = pool(
            " · ".join(used), [c for s, c in found.strata.items() if _parts(s)[: len(used)] == used]
        )
        coarse = coarsen(pooled, found.k).counts if pooled.started else None
        answer = outlook({rung: coarse}, rung, day) if coarse is not None else NOT_ENOUGH
        if answer.answer != "not enough yet":
            return answer
    return NOT_ENOUGH


def expected_range(
    connection: Connection, scope: Scope, clinic: str, condition: str, duration: str, context: str
) -> ExpectedRange | None:
    """Centiles by week: of the same duration where at least 100 of it started, else of the condition."""
    whole = Cohort(clinics=(clinic,), conditions=(condition,))
    shared = scope.audience == "sharing"
    if shared and not _enough_colleagues(
        connection, scope, whole, int(setting_value(connection, clinic, "k"))
    ):
        return None
    choices: list[tuple[tuple[str, ...], Cohort]] = [((condition,), whole)]
    if duration != "unknown":
        choices.insert(0, ((condition, duration), replace(whole, symptom_durations=(duration,))))
    for used, cohort in choices:
        rows, started = score_weeks(connection, scope, cohort, context)
        if started >= ENOUGH_FOR_A_RANGE or (len(used) == 1 and started >= (FEWEST_SHARED if shared else 1)):
            weeks = expected_recovery(rows, started)
            if shared:
                weeks = tuple(_rounded(week) for week in weeks if week.scored >= FEWEST_SHARED)
            return ExpectedRange(weeks, _round(started, shared), used)
    return None


def _enough_colleagues(connection: Connection, scope: Scope, cohort: Cohort, k: int) -> bool:
    if scope.own is None:
        return True
    others, episodes = therapists_besides(connection, scope, cohort, scope.own)
    return others >= FEWEST_OTHER_THERAPISTS and episodes >= k


def _rounded(week: RecoveryWeek) -> RecoveryWeek:
    return replace(week, scored=_round(week.scored, True), started=_round(week.started, True))


def _round(number: int, shared: bool) -> int:
    return ROUNDED_TO * round(number / ROUNDED_TO) if shared else number


def _counts(name: str, days: dict[int, list[int]]) -> RecoveryCounts:
    order = sorted(days)
    columns = [tuple(days[day][place] for day in order) for place in range(3)]
    return RecoveryCounts(name, sum(map(sum, columns)), tuple(order), *columns)


def _parts(stratum: Stratum) -> tuple[str, str, str]:
    return (stratum.condition, stratum.duration, stratum.pain_band)
