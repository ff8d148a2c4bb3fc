"""What became by week 12 of those not back by day 28, by what they had said until then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection, Select, case, func, select

from sql.cohort import Cohort, Scope
from sql.derived_care import EARLY_DAYS
from sql.schema import episode_outcome as outcome
from sql.settled import SETTLED_DAYS, settled

LANDMARK_DAYS = EARLY_DAYS
Answer = Literal["load_change", "home_exercise"]
ANSWERS: dict[str, tuple[str, ...]] = {
    "load_change": ("stopped", "reduced", "unchanged"),
    "home_exercise": ("none", "some", "most", "all"),
}
NOT_ASKED = "not_asked"
BEYOND = SETTLED_DAYS + 1


@dataclass(frozen=True)
class LandmarkCount:
    """`people` with one answer who left observation on `day` (since the first visit, over 28) by `outcome`.

    Whoever was followed beyond day 84 stands on day 85 as censored.
    """

    answer: str
    day: int
    outcome: str
    people: int


def landmark_counts(
    connection: Connection, scope: Scope, cohort: Cohort, answer: Answer, *, as_of: date
) -> list[LandmarkCount]:
    """By the last answer given in days 0 to 28, among those followed beyond day 28 and not back by then."""
    return [LandmarkCount(*row) for row in connection.execute(statement(scope, cohort, answer, as_of=as_of))]


def statement(scope: Scope, cohort: Cohort, answer: Answer, *, as_of: date) -> Select[str, int, str, int]:
    """The query, by itself so that a test can look at its plan."""
    beyond = outcome.c.day > SETTLED_DAYS
    people = (
        select(
            func.coalesce(outcome.c[answer], NOT_ASKED).label("last_answer"),
            case((beyond, BEYOND), else_=outcome.c.day).label("left_day"),
            case((beyond, "censored"), else_=outcome.c.outcome).label("left_by"),
        )
        .where(settled(scope, cohort, as_of), outcome.c.day > LANDMARK_DAYS)
        .subquery()
    )
    return select(*people.c, func.count()).group_by(*people.c)
