"""Does treatment fit the finding? Findings at the start against what was given by week 12."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, select

from sql.care_bits import TREATMENT_BITS, bits_of, has_any
from sql.cohort import Cohort, Scope
from sql.dialect import unindexed
from sql.schema import episode
from sql.schema import episode_outcome as outcome
from sql.settled import settled

# Finding: the measures that show it (any above 0; tendon is asked at the first visit), and what fits it.
TENDON = "tendon_involved"
TREATMENT_OF = {
    "gait_fault": ("gait_retraining", "cadence_retraining"),
    "foot_pronation": ("orthoses",),
    TENDON: ("shockwave",),
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
    for state, given, people in connection.execute(tendon_statement(scope, cohort, as_of=as_of)):
        counts[TENDON, state, bool(given)] += people
        counts[TENDON, "unknown", bool(given)] -= people
    return [MatchingCount(*key, people) for key, people in sorted(counts.items()) if people]


def statement(scope: Scope, cohort: Cohort, *, as_of: date) -> Select[Any]:
    """The query: a row per combination of findings and treatments; the tendon stands as unknown throughout."""
    states = {"gait_fault": _state(outcome.c.gait_fault), "foot_pronation": _state(outcome.c.foot_pronation)}
    columns: list[ColumnElement[Any]] = []
    for finding in TREATMENT_OF:
        state = states.get(finding, literal("unknown"))
        columns += [state.label(f"{finding}_state"), _given(finding).label(f"{finding}_given")]
    return (
        select(*columns, func.count())
        .where(settled(scope, cohort, as_of))
        .group_by(*(column.name for column in columns))
    )


def tendon_statement(scope: Scope, cohort: Cohort, *, as_of: date) -> Select[Any]:
    """Those of whom it is known whether a tendon is involved: asked at the first visit, kept with the episode."""
    same = and_(unindexed(episode.c.clinic) == outcome.c.clinic, episode.c.episode_id == outcome.c.episode_id)
    given = _given(TENDON).label("given")
    return (
        select(episode.c.tendon_involved, given, func.count())
        .join_from(episode, outcome, same)
        .where(settled(scope, cohort, as_of), episode.c.tendon_involved.is_not(None))
        .group_by(episode.c.tendon_involved, "given")
    )


def _given(finding: str) -> ColumnElement[int]:
    fits = has_any(
        func.coalesce(outcome.c.treatments_given, 0), bits_of(TREATMENT_OF[finding], TREATMENT_BITS)
    )
    return case((fits, 1), else_=0)


def _state(found: ColumnElement[int | None]) -> ColumnElement[str]:
    """Of a finding that is 1, 0 or not looked for."""
    return case((found.is_(None), "unknown"), (found > 0, "yes"), else_="no")
