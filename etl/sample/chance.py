"""Seeded chance and the calendar: everything random in the sample clinic starts here.

Every patient has a separate stream of random numbers for each purpose. A change to how pain is drawn, or one
patient more, therefore leaves everything else as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import TypeVar

SEED = "return-to-run sample clinic, version 1"
AS_OF = date(2026, 10, 31)
"""The day that the sample describes. Nothing is later, apart from one row that must be refused."""

Word = TypeVar("Word", bound=str)

SATURDAY = 5
CLOSED = {(1, 1), (12, 24), (12, 25), (12, 26), (12, 31)}
"""Month and day of the holidays on which nobody is seen."""


def stream(*purpose: str) -> Random:
    """The random numbers for one purpose, for example a patient's visits; the same in every run."""
    return Random("/".join((SEED, *purpose)))  # noqa: S311 - invented patients, not secrets


def pick(rng: Random, weights: Mapping[Word, float]) -> Word:
    """One of the words, each as often as its weight says."""
    return rng.choices(list(weights), list(weights.values()))[0]


def happens(rng: Random, probability: float) -> bool:
    """True with this probability."""
    return rng.random() < probability


def is_working_day(day: date) -> bool:
    """Whether the clinic is open."""
    return day.weekday() < SATURDAY and (day.month, day.day) not in CLOSED


def next_working_day(day: date) -> date:
    """The day itself if the clinic is open, else the first one after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def clamp(value: float, low: float, high: float) -> float:
    """The value, kept within both limits."""
    return max(low, min(high, value))
