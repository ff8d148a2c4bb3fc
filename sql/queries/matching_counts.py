"""Does treatment fit the finding? Findings at the start against what was given by week 12."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select

from sql.care_bits import TREATMENT_BITS, bits_of, has_any
from sql.cohort import Cohort, Scope
from sql.schema import episode
from sql.schema import episode_outcome as outcome
from sql.settled import settled

# Finding: the measures that show it (any above 0; tendon is asked at the first visit), and what fits it.
TREATMENT_OF = {
    "gait_fault": ("gait_retraining", "cadence_retraining"),
    "foot_pronation": ("orthoses",),
    "tendon_involved": ("shockwave",),
}


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
    o = outcome.c
    given = func.coalesce(o.treatments_given, 0)
    states = {"gait_fault": _state(o.gait_fault), "foot_pronation": _state(o.foot_pronation)}
    states["tendon_involved"] = func.coalesce(episode.c.tendon_involved, "unknown")
    columns: list[ColumnElement[Any]] = []
    for finding, names in TREATMENT_OF.items():
        fits = has_any(given, bits_of(names, TREATMENT_BITS))
        columns += [
            states[finding].label(f"{finding}_state"),
            case((fits, 1), else_=0).label(f"{finding}_given"),
        ]
    same = and_(episode.c.clinic == o.clinic, episode.c.episode_id == o.episode_id)
    return (
        select(*columns, func.count())
        .join_from(outcome, episode, same)
        .where(settled(scope, cohort, as_of))
        .group_by(*(column.name for column in columns))
    )


def _state(found: ColumnElement[int | None]) -> ColumnElement[str]:
    """Of a finding that is 1, 0 or not looked for."""
    return case((found.is_(None), "unknown"), (found > 0, "yes"), else_="no")
