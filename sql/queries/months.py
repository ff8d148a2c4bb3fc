"""Months as the queries count them, and as dates."""

from __future__ import annotations

from datetime import date
from functools import cache


@cache
def first_day_of_month(number: int) -> date:
    """The first day of a month that is counted as 12 times the year and 0 to 11."""
    return date(number // 12, number % 12 + 1, 1)


def starts_month(day: date) -> bool:
    """Whether a period that begins on the day cuts no month."""
    return day.day == 1


def ends_month(day: date) -> bool:
    """Whether a period that ends on the day cuts no month."""
    return date.fromordinal(day.toordinal() + 1).day == 1
