"""What was measured at the start and again by week 12, and how far it moved from the patient's own baseline."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from sql.care_bits import MEASURE_BITS
from sql.cohort import Cohort, Scope
from sql.counting import Combinations, Counted
from sql.derived_care import CHANGE_COLUMNS
from sql.schema import episode_outcome as outcome
from sql.settled import long_ago, settled

ANYTHING = "anything"
PER_CENT_MEASURES = tuple(CHANGE_COLUMNS)
STEP_RATE_GOAL_PERCENT = (5, 10)
SLACK = 1e-9
_ASKED = {ANYTHING: sum(MEASURE_BITS.values()), **MEASURE_BITS}
_SUMS = 6
"""Figures of a measure in a row of `change_statement`."""


@dataclass(frozen=True)
class AssessedCount:
    """Of one measure ("anything" is any of them): how many had it at the start, and how many of these again."""

    measure: str
    at_start: int
    again: int


@dataclass(frozen=True)
class ChangeSum:
    """Per cent change from the patient's own baseline over `people`: sum, sum of squares.

    `below`, `within` and `above` count those under +5 %, from +5 to +10 %, and over +10 %.
    """

    measure: str
    people: int
    change: float
    squared_change: float
    below: int
    within: int
    above: int


def assessed(as_of: date) -> Combinations:
    """People per set of measures at the start and set of measures again."""
    first, again = outcome.c.assessed_at_start, outcome.c.assessed_again
    return Combinations((first, again), long_ago(as_of) & (first != 0))


def assessed_counts(rows: Counted) -> list[AssessedCount]:
    """One row per measure that anybody had at the start, in days -28 to 14; again is days 28 to 84."""
    at_start, again = Counter[str](), Counter[str]()
    for first, later, people in rows:
        at_start.update({name: people for name, bits in _ASKED.items() if first & bits})
        again.update({name: people for name, bits in _ASKED.items() if first & bits and later & bits})
    return [AssessedCount(name, people, again[name]) for name, people in sorted(at_start.items())]


def change_sums(connection: Connection, scope: Scope, cohort: Cohort, *, as_of: date) -> list[ChangeSum]:
    """One row per measure of strength and for step rate: the last in days 28 to 84 against the first.

    Only the same side is compared, and step rate only at the same stated speed; a person with several (two
    sides, two speeds) enters with their mean.
    """
    values = iter(connection.execute(change_statement(scope, cohort, as_of=as_of)).one())
    rows = [ChangeSum(name, *islice(values, _SUMS)) for name in CHANGE_COLUMNS]
    return [row for row in sorted(rows, key=lambda row: row.measure) if row.people]


def change_statement(scope: Scope, cohort: Cohort, *, as_of: date) -> Select[Any]:
    """The query of `change_sums`: six figures per measure."""
    low, high = STEP_RATE_GOAL_PERCENT[0] - SLACK, STEP_RATE_GOAL_PERCENT[1] + SLACK
    columns: list[ColumnElement[Any]] = []
    for name in CHANGE_COLUMNS.values():
        percent = outcome.c[name]
        columns += [
            func.count(percent),
            func.sum(percent),
            func.sum(percent * percent),
            func.count().filter(percent < low),
            func.count().filter(percent.between(low, high)),
            func.count().filter(percent > high),
        ]
    return select(*columns).where(settled(scope, cohort, as_of), outcome.c.assessed_again != 0)
