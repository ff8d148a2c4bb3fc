"""People invented by hypothesis for second opinions: ties, heavy censoring, nobody back, one person, groups."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from dashboard.stats.survival import RecoveryCounts

SLOW = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
EXACT = 1e-6

TIED = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(["returned", "censored"])), min_size=1, max_size=40
)
CENSORED = st.lists(
    st.tuples(st.integers(1, 60), st.sampled_from(["returned", *["censored"] * 7])), min_size=1, max_size=60
)
NOBODY_BACK = st.lists(st.tuples(st.integers(1, 9), st.just("censored")), min_size=1, max_size=8)
ONE = st.lists(
    st.tuples(st.integers(1, 9), st.sampled_from(["returned", "censored"])), min_size=1, max_size=1
)
PEOPLE = st.one_of(TIED, CENSORED, NOBODY_BACK, ONE)


def counts_of(people, group="all"):
    rows = [(day, how == "returned", how == "stopped", how == "censored") for day, how in people]
    return RecoveryCounts.from_rows(group, [(day, *map(int, row)) for day, *row in rows])


def columns(people):
    return np.array([day for day, _ in people]), np.array([how == "returned" for _, how in people])


FIVE_BACK = [(day, "returned") for day in (2, 3, 5, 7, 11)]
GROUPS = st.lists(TIED, min_size=2, max_size=4).map(lambda groups: [[*group, *FIVE_BACK] for group in groups])


def columns_of(groups):
    """Group, day and whether back, a value per person."""
    people = [(name, day, how == "returned") for name, group in enumerate(groups) for day, how in group]
    return tuple(np.array(column) for column in zip(*people, strict=True))
