"""How many of each therapist's and site's people came back by week 12, by what they came with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, case, func, select

from sql.care_bits import AT_BASELINE, has_any
from sql.cohort import Cohort, Scope, grouping
from sql.pain_scores import PainQuestion, baseline_key, pain_band
from sql.schema import episode_outcome as outcome
from sql.settled import SETTLED_DAYS, settled

BEYOND = SETTLED_DAYS + 1


@dataclass(frozen=True)
class UnitCount:
    """`episodes` people of one therapist, site and kind who left observation on `day` by `outcome`.

    Whoever was followed beyond day 84 stands on day 85 as censored, whatever came later: figures by day 84
    are the same, and the rows are few. pain_band: 0_3, 4_6, 7_10 or none.
    """

    therapist: str
    site: str
    condition: str
    symptom_duration: str
    pain_band: str
    day: int
    outcome: str
    episodes: int


def unit_counts(
    connection: Connection,
    scope: Scope,
    cohort: Cohort,
    question: PainQuestion,
    *,
    as_of: date,
    several_clinics: bool = False,
) -> list[UnitCount]:
    """Counts of those in the curve whose first visit is at least 84 days before `as_of`."""
    asked = statement(scope, cohort, question, as_of=as_of, several_clinics=several_clinics)
    return [UnitCount(*row) for row in connection.execute(asked)]


def statement(
    scope: Scope, cohort: Cohort, question: PainQuestion, *, as_of: date, several_clinics: bool
) -> Select[str, str, str, str, str, int, str, int]:
    """The query, by itself so that a test can look at its plan."""
    beyond = outcome.c.day > SETTLED_DAYS
    people = (
        select(
            grouping("therapist", several_clinics=several_clinics).label("unit_therapist"),
            grouping("site", several_clinics=several_clinics).label("unit_site"),
            outcome.c.condition,
            outcome.c.symptom_duration,
            case((has_any(outcome.c.scored, AT_BASELINE), baseline_key(question))).label("pain_key"),
            case((beyond, BEYOND), else_=outcome.c.day).label("left_day"),
            case((beyond, "censored"), else_=outcome.c.outcome).label("left_by"),
        )
        .where(settled(scope, cohort, as_of))
        .offset(0)  # kept apart: else the scores are looked up again wherever a key is used
        .subquery()
    )
    columns = (
        people.c.unit_therapist,
        people.c.unit_site,
        people.c.condition,
        people.c.symptom_duration,
        pain_band(people.c.pain_key, question).label("pain_band"),
        people.c.left_day,
        people.c.left_by,
    )
    labels = [column.name for column in columns]
    return select(*columns, func.count().label("episodes")).group_by(*labels)
