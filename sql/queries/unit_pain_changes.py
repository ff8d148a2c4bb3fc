"""How much pain changed by weeks 8 to 12 among each therapist's and site's people, as sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, func, select

from sql.care_bits import AT_12_WEEKS, AT_BASELINE, has_any
from sql.cohort import Cohort, Scope, grouping
from sql.pain_scores import PainQuestion, baseline_key, later_key, pain_band, points
from sql.schema import episode_outcome as outcome
from sql.settled import settled


@dataclass(frozen=True)
class UnitPainChange:
    """`people` with a score at the first visit and one in weeks 8 to 12: sums of later - first and of its square."""

    therapist: str
    site: str
    condition: str
    symptom_duration: str
    pain_band: str
    people: int
    change: float
    squared_change: float


def unit_pain_changes(
    connection: Connection,
    scope: Scope,
    cohort: Cohort,
    question: PainQuestion,
    *,
    as_of: date,
    several_clinics: bool = False,
) -> list[UnitPainChange]:
    """Sums over those in the curve whose first visit is at least 84 days before `as_of`."""
    asked = statement(scope, cohort, question, as_of=as_of, several_clinics=several_clinics)
    return [UnitPainChange(*row) for row in connection.execute(asked)]


def statement(
    scope: Scope, cohort: Cohort, question: PainQuestion, *, as_of: date, several_clinics: bool
) -> Select[str, str, str, str, str, int, float, float]:
    """The query, by itself so that a test can look at its plan."""
    people = (
        select(
            grouping("therapist", several_clinics=several_clinics).label("unit_therapist"),
            grouping("site", several_clinics=several_clinics).label("unit_site"),
            outcome.c.condition,
            outcome.c.symptom_duration,
            baseline_key(question).label("first_key"),
            later_key(question).label("later_key"),
        )
        .where(settled(scope, cohort, as_of))
        .where(has_any(outcome.c.scored, AT_BASELINE), has_any(outcome.c.scored, AT_12_WEEKS))
        .offset(0)  # kept apart: else the scores are looked up again wherever a key is used
        .subquery()
    )
    change = points(people.c.later_key) - points(people.c.first_key)
    columns = (
        people.c.unit_therapist,
        people.c.unit_site,
        people.c.condition,
        people.c.symptom_duration,
        pain_band(people.c.first_key, question).label("pain_band"),
    )
    return (
        select(*columns, func.count(), func.sum(change), func.sum(change * change))
        .where(people.c.first_key.is_not(None), people.c.later_key.is_not(None))
        .group_by(*(column.name for column in columns))
    )
