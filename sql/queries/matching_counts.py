"""Does treatment fit the finding? Findings at the start against what was given by week 12."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, case, func, or_, select

from sql.care import treatments_given
from sql.cohort import Cohort, Scope
from sql.dialect import epoch_day
from sql.queries.assessment_counts import BASELINE_FROM, BASELINE_TO
from sql.schema import assessment, episode
from sql.schema import episode_outcome as outcome
from sql.settled import settled

GAIT_FAULTS = ("gait_hip_drop", "gait_crossover", "gait_overstride")
# Finding: the measures that show it (any above 0; tendon is asked at the first visit), and what fits it.
TREATMENT_OF = {
    "gait_fault": ("gait_retraining", "cadence_retraining"),
    "foot_pronation": ("orthoses",),
    "tendon_involved": ("shockwave",),
}
MEASURES_OF = {"gait_fault": GAIT_FAULTS, "foot_pronation": ("foot_pronation",)}


@dataclass(frozen=True)
class MatchingCount:
    """`people` of whom the finding is yes, no or unknown and who were given what fits it, or not."""

    finding: str
    state: str
    given: bool
    people: int


def matching_counts(
    connection: Connection, scope: Scope, cohort: Cohort, *, as_of: date
) -> list[MatchingCount]:
    """Counts per finding; those of one finding add up to everybody asked about."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    for row in connection.execute(statement(scope, cohort, as_of=as_of)):
        for place, finding in enumerate(TREATMENT_OF):
            counts[finding, row[2 * place], bool(row[2 * place + 1])] += row[-1]
    return [MatchingCount(*key, people) for key, people in sorted(counts.items())]


def statement(scope: Scope, cohort: Cohort, *, as_of: date) -> Select[Any]:
    """The query: a row per combination of findings and treatments."""
    given = treatments_given(
        scope, cohort, as_of, (name for names in TREATMENT_OF.values() for name in names)
    )
    findings = _findings(scope, cohort, as_of)
    columns: list[ColumnElement[Any]] = []
    for finding, names in TREATMENT_OF.items():
        fits = or_(*(given.c[name] == 1 for name in names))
        columns += [
            _state(finding, findings).label(f"{finding}_state"),
            case((fits, 1), else_=0).label(f"{finding}_given"),
        ]
    people = (
        select(*columns)
        .join_from(outcome, episode, _same(episode))
        .outerjoin(given, _same(given))
        .outerjoin(findings, _same(findings))
        .where(settled(scope, cohort, as_of))
        .subquery()
    )
    return select(*people.c, func.count()).group_by(*people.c)


def _findings(scope: Scope, cohort: Cohort, as_of: date) -> Subquery:
    """The worst grade of each finding at the start, one row per person with any of them measured."""
    a = assessment.c
    worst = [
        func.max(case((a.measure.in_(measures), a.value))).label(finding)
        for finding, measures in MEASURES_OF.items()
    ]
    return (
        select(a.clinic, a.episode_id, *worst)
        .join_from(outcome, assessment, _same(assessment))
        .where(
            settled(scope, cohort, as_of),
            a.measure.in_([name for measures in MEASURES_OF.values() for name in measures]),
            (epoch_day(a.assessed_on) - outcome.c.start_day).between(BASELINE_FROM, BASELINE_TO),
        )
        .group_by(a.clinic, a.episode_id)
        .subquery("findings")
    )


def _state(finding: str, findings: Subquery) -> ColumnElement[str]:
    if finding not in MEASURES_OF:
        return func.coalesce(episode.c.tendon_involved, "unknown")
    worst = findings.c[finding]
    return case((worst.is_(None), "unknown"), (worst > 0, "yes"), else_="no")


def _same(table: Any) -> ColumnElement[bool]:
    """Of the same person's row in episode_outcome."""
    return and_(table.c.clinic == outcome.c.clinic, table.c.episode_id == outcome.c.episode_id)
