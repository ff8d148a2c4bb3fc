"""People who started long enough ago that everybody had the same time, for questions about what was done."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement

from sql.cohort import Cohort, Scope, day_number, in_curve
from sql.schema import episode_outcome as outcome

SETTLED_DAYS = 84
"""Twelve weeks since the first visit."""


def long_ago(as_of: date) -> ColumnElement[bool]:
    """A first visit at least 84 days before `as_of`."""
    return outcome.c.start_day <= day_number(as_of) - SETTLED_DAYS


def settled(scope: Scope, cohort: Cohort, as_of: date) -> ColumnElement[bool]:
    """Those in the curve whose first visit is at least 84 days before `as_of`."""
    return in_curve(scope, cohort, beyond_index=True) & long_ago(as_of)
