"""What was measured and given in the first twelve weeks, and what went with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select

from sql.cohort import Cohort, Scope, in_curve
from sql.counting import counted
from sql.queries.assessment_counts import AssessedCount, assessed, assessed_counts
from sql.queries.landmark_counts import Answer, LandmarkCount, answers, landmark_counts
from sql.queries.matching_counts import MatchingCount, findings, matching_counts, tendon_statement
from sql.queries.rehabilitation_relapse_counts import (
    RehabilitationRelapseCount,
    after_the_return,
    rehabilitation_relapse_counts,
)
from sql.queries.treatment_counts import TreatmentCounts, treatment_counts
from sql.schema import episode_outcome as outcome
from sql.settled import settled


@dataclass(frozen=True)
class CareCounts:
    """Counts of people in the curve whose first visit is at least 84 days before the as-of day.

    `relapse` is about those whose return is at least 14 days before it.
    """

    treatments: TreatmentCounts
    assessed: list[AssessedCount]
    matching: list[MatchingCount]
    landmark: dict[Answer, list[LandmarkCount]]
    relapse: list[RehabilitationRelapseCount]


def care_counts(connection: Connection, scope: Scope, cohort: Cohort, *, as_of: date) -> CareCounts:
    """One pass over the people in the curve, and one over those with an answer about a tendon."""
    people = people_statement(scope, cohort)
    asked = findings(as_of), assessed(as_of), answers(as_of), after_the_return(as_of)
    found, measured, answered, returned = counted(connection, people, *asked)
    of_tendon = [tuple(row) for row in connection.execute(tendon_statement(scope, cohort, as_of=as_of))]
    return CareCounts(
        treatments=treatment_counts(row[-2:] for row in found),
        assessed=assessed_counts(measured),
        matching=matching_counts(found, of_tendon),
        landmark=landmark_counts(answered),
        relapse=rehabilitation_relapse_counts(returned),
    )


def people_statement(scope: Scope, cohort: Cohort) -> Select[Any]:
    """Whom the counts are about, by itself so that a test can look at its plan."""
    return select(outcome.c.clinic).where(in_curve(scope, cohort, beyond_index=True))


def settled_people(connection: Connection, scope: Scope, cohort: Cohort, *, as_of: date) -> int:
    """How many there are."""
    question = select(func.count()).select_from(outcome).where(settled(scope, cohort, as_of))
    return connection.scalar(question) or 0
