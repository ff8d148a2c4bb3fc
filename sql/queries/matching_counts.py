"""Does treatment fit the finding? Findings at the start against what was given by week 12."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from sql.care_bits import TREATMENT_BITS, bits_of, has_any
from sql.cohort import Cohort, Scope
from sql.counting import Combinations, Counted
from sql.dialect import unindexed
from sql.schema import episode
from sql.schema import episode_outcome as outcome
from sql.settled import long_ago, settled

# Finding: the measures that show it (any above 0; tendon is asked at the first visit), and what fits it.
TENDON = "tendon_involved"
TREATMENT_OF = {
    "gait_fault": ("gait_retraining", "cadence_retraining"),
    "foot_pronation": ("orthoses",),
    TENDON: ("shockwave",),
}
_FITTING = {finding: bits_of(treatments, TREATMENT_BITS) for finding, treatments in TREATMENT_OF.items()}


@dataclass(frozen=True)
class MatchingCount:
    """`people` of whom the finding is yes, no or unknown and who were given what fits it, or not."""

    finding: str
    state: str
    given: bool
    people: int


def findings(as_of: date) -> Combinations:
    """People per combination of findings and treatments; of the tendon nothing is known here."""
    o = outcome.c
    return Combinations((o.gait_fault, o.foot_pronation, o.treatments_given), long_ago(as_of))


def matching_counts(rows: Counted, of_tendon: Counted) -> list[MatchingCount]:
    """Counts per finding; those of one finding add up to everybody asked about."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    for gait_fault, foot_pronation, treatments, people in rows:
        found = {"gait_fault": gait_fault, "foot_pronation": foot_pronation}
        for finding, fitting in _FITTING.items():
            counts[finding, _state(found.get(finding)), bool((treatments or 0) & fitting)] += people
    for state, given, people in of_tendon:
        counts[TENDON, state, bool(given)] += people
        counts[TENDON, "unknown", bool(given)] -= people
    return [MatchingCount(*key, people) for key, people in sorted(counts.items()) if people]


def tendon_statement(scope: Scope, cohort: Cohort, *, as_of: date) -> Select[Any]:
    """Those of whom it is known whether a tendon is involved: asked at the first visit, kept with the episode."""
    same = and_(unindexed(episode.c.clinic) == outcome.c.clinic, episode.c.episode_id == outcome.c.episode_id)
    treatments = func.coalesce(outcome.c.treatments_given, 0)
    given = case((has_any(treatments, _FITTING[TENDON]), 1), else_=0).label("given")
    return (
        select(episode.c.tendon_involved, given, func.count())
        .join_from(episode, outcome, same)
        .where(settled(scope, cohort, as_of), episode.c.tendon_involved.is_not(None))
        .group_by(episode.c.tendon_involved, "given")
    )


def _state(found: int | None) -> str:
    """Of a finding that is 1, 0 or not looked for."""
    return "unknown" if found is None else "yes" if found > 0 else "no"
