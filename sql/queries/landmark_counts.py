"""What became by week 12 of those not back by day 28, by what they had said until then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Select, case, func, select

from sql.cohort import Cohort, Scope
from sql.dialect import epoch_day
from sql.outcomes import SOURCE_PRIORITY
from sql.schema import episode_outcome as outcome
from sql.schema import running_report
from sql.settled import SETTLED_DAYS, settled

LANDMARK_DAYS = 28
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
            func.coalesce(last_answer(answer), NOT_ASKED).label("answer"),
            case((beyond, BEYOND), else_=outcome.c.day).label("left_day"),
            case((beyond, "censored"), else_=outcome.c.outcome).label("left_by"),
        )
        .where(settled(scope, cohort, as_of), outcome.c.day > LANDMARK_DAYS)
        .subquery()
    )
    return select(*people.c, func.count()).group_by(*people.c)


def last_answer(answer: str) -> Any:
    """The latest; of several on one day that of the source which also decides about the return."""
    r = running_report.c
    day = epoch_day(r.reported_on) - outcome.c.start_day
    believed = case({source: place for place, source in enumerate(SOURCE_PRIORITY)}, value=r.source)
    return (
        select(r[answer])
        .where(
            r.clinic == outcome.c.clinic,
            r.episode_id == outcome.c.episode_id,
            r[answer].is_not(None),
            day.between(0, LANDMARK_DAYS),
        )
        .order_by(r.reported_on.desc(), believed)
        .limit(1)
        .correlate(outcome)
        .scalar_subquery()
    )
