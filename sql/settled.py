"""People who started long enough ago that everybody had the same time, for questions about what was done."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, true

from sql.cohort import Cohort, Scope, day_number
from sql.dialect import unindexed
from sql.schema import episode_outcome as outcome

SETTLED_DAYS = 84
"""Twelve weeks since the first visit."""


def settled(scope: Scope, cohort: Cohort, as_of: date) -> ColumnElement[bool]:
    """Those in the curve whose first visit is at least 84 days before `as_of`."""
    # As in_curve, but what nearly all of them pass chooses no index: these questions read columns that the covering
    # index does not hold, and looking each row up by it takes twice as long as reading the table.
    goal = unindexed(outcome.c.goal).in_(cohort.goals) if cohort.goals else true()
    asked = scope.condition() & cohort.selected() & cohort.first_in_period() & goal
    eligible = unindexed(outcome.c.eligibility) == "eligible"
    return asked & eligible & (outcome.c.start_day <= day_number(as_of) - SETTLED_DAYS)
