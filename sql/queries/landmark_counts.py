"""What became by week 12 of those not back by day 28, by what they had said until then."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import case

from sql.counting import Combinations, Counted
from sql.derived_care import EARLY_DAYS
from sql.schema import episode_outcome as outcome
from sql.settled import SETTLED_DAYS, long_ago

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


def answers(as_of: date) -> Combinations:
    """Those followed beyond day 28 and not back by then, by their last answers of days 0 to 28."""
    beyond = outcome.c.day > SETTLED_DAYS
    columns = (
        case((beyond, BEYOND), else_=outcome.c.day),
        case((beyond, "censored"), else_=outcome.c.outcome),
        outcome.c.load_change,
        outcome.c.home_exercise,
    )
    return Combinations(columns, long_ago(as_of) & (outcome.c.day > LANDMARK_DAYS))


def landmark_counts(rows: Counted) -> dict[Answer, list[LandmarkCount]]:
    """The same for each of the two questions."""
    counts: dict[Answer, Counter[tuple[str, int, str]]] = {
        "load_change": Counter(),
        "home_exercise": Counter(),
    }
    for day, how, load_change, home_exercise, people in rows:
        counts["load_change"][load_change or NOT_ASKED, day, how] += people
        counts["home_exercise"][home_exercise or NOT_ASKED, day, how] += people
    return {
        answer: [LandmarkCount(*key, people) for key, people in found.items()]
        for answer, found in counts.items()
    }
