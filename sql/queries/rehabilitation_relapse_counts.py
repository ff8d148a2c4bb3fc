"""Pain again after the return, by how much rehabilitation came before it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case

from sql.cohort import Cohort, Scope, day_number, in_curve
from sql.counting import Combinations, Counted
from sql.schema import episode_outcome as outcome

REHABILITATION = "hip_knee_rehab"
GROUPS = ("none", "one_or_two", "three_or_more")
SEEN_DAYS = 14
YEAR_DAYS = 365
BEYOND = YEAR_DAYS + 1


@dataclass(frozen=True)
class RehabilitationRelapseCount:
    """`people` who returned and left observation `day` days later by `outcome`: relapsed, stopped or censored.

    rehabilitation: none, one_or_two or three_or_more attended visits with hip and knee rehabilitation on or
    before the day of the return. Whoever was followed over a year stands on day 366 as censored.
    """

    rehabilitation: str
    day: int
    outcome: str
    people: int


def after_the_return(as_of: date) -> Combinations:
    """Those whose return is in the curve and at least 14 days before `as_of`: how long they were followed then."""
    o = outcome.c
    relapsed = and_(o.relapse_day.is_not(None), o.relapse_day <= o.last_day)
    stopped = and_(o.stop_day.is_not(None), o.stop_day >= o.day, o.stop_day <= o.last_day)
    relapsed_first = and_(relapsed, ~and_(stopped, o.stop_day < o.relapse_day))
    left = case((relapsed_first, o.relapse_day), (stopped, o.stop_day), else_=o.last_day)
    word = case((relapsed_first, "relapsed"), (stopped, "stopped"), else_="censored")
    return Combinations((amount(), left - o.day, word), returned_long_ago(as_of))


def rehabilitation_relapse_counts(rows: Counted) -> list[RehabilitationRelapseCount]:
    """The same, nobody followed over a year."""
    counts: Counter[tuple[str, int, str]] = Counter()
    for given, days, word, people in rows:
        beyond = days > YEAR_DAYS
        counts[given, BEYOND if beyond else days, "censored" if beyond else word] += people
    return [RehabilitationRelapseCount(*key, people) for key, people in counts.items()]


def amount() -> ColumnElement[str]:
    """Which of GROUPS a person belongs to."""
    visits = outcome.c.rehabilitation_visits
    return case((visits == 0, "none"), (visits <= 2, "one_or_two"), else_="three_or_more")


def returned_long_ago(as_of: date) -> ColumnElement[bool]:
    """Who returned at least 14 days before `as_of`."""
    o = outcome.c
    return and_(o.outcome == "returned", o.start_day + o.day <= day_number(as_of) - SEEN_DAYS)


def returned_long_enough_ago(scope: Scope, cohort: Cohort, as_of: date) -> ColumnElement[bool]:
    """Whose return is in the curve and at least 14 days before `as_of`."""
    return and_(in_curve(scope, cohort, beyond_index=True), returned_long_ago(as_of))
