"""Do people stay as long as their treatment takes, and do those who stay do better?

Visits count attended visits only. None of this says that visits heal: who is well stops coming, and who
comes often may have more reason to. The landmark comparison starts its clock at day 28 for both groups, so
that nobody has to have stayed in order to be counted as engaged; it is an association, not an effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import hypot

from dashboard.stats.difference import mover
from dashboard.stats.outlook import Conditional, conditional
from dashboard.stats.pain import Proportion, centile, proportion
from dashboard.stats.survival import RecoveryCounts

VISITS = (2, 3, 4)
WEEKS = (4, 8, 12)
LANDMARK_DAY, HORIZON_DAY = 28, 84
ENGAGED_SHARE = Fraction(3, 4)
ENGAGED_VISITS = 2


@dataclass(frozen=True)
class Attendance:
    """`people` who attended `visits` visits (the first included), the last of them on `last_visit_day`."""

    visits: int
    last_visit_day: int
    people: int


@dataclass(frozen=True)
class Retention:
    """Of all starters, how many came to visit 2, 3, 4 and how many still came in week 4, 8, 12 or later."""

    started: int
    by_visit: tuple[tuple[int, Proportion], ...]
    by_week: tuple[tuple[int, Proportion], ...]


@dataclass(frozen=True)
class Quartiles:
    """Quartiles of a number of visits over `n` episodes; None of nobody."""

    group: str
    n: int
    lower: float | None
    median: float | None
    upper: float | None


@dataclass(frozen=True)
class Landmark:
    """Share back by day 84 of those neither back nor stopped by day 28, by engagement until then.

    `difference` is engaged minus not engaged with 95 % limits; None where one group cannot be followed.
    """

    engaged: Conditional
    not_engaged: Conditional
    difference: float | None
    low: float | None
    high: float | None
    se: float | None = None


def retention(
    rows: Iterable[Attendance], visits: Sequence[int] = VISITS, weeks: Sequence[int] = WEEKS
) -> Retention:
    """Count who stayed, of people whose first visit is long enough ago to have reached the last week."""
    people = list(rows)
    started = sum(row.people for row in people)

    def share(counted: Iterable[int]) -> Proportion:
        return proportion(sum(counted), started)

    by_visit = ((n, share(row.people for row in people if row.visits >= n)) for n in visits)
    by_week = ((w, share(row.people for row in people if row.last_visit_day >= 7 * w)) for w in weeks)
    return Retention(started, tuple(by_visit), tuple(by_week))


def visit_quartiles(histograms: Mapping[str, Iterable[tuple[int, int]]]) -> tuple[Quartiles, ...]:
    """Quartiles per group from rows (visits, people): visits per episode, or visits until the return.

    A quartile is the smallest number with a cumulative share of at least 25, 50 or 75 %. Visits until the
    return are known only of those who returned.
    """
    return tuple(_quartiles(group, list(rows)) for group, rows in histograms.items())


def is_engaged(
    attended: int, due: int, share: Fraction = ENGAGED_SHARE, at_least: int = ENGAGED_VISITS
) -> bool:
    """Whether a patient attended enough of the visits due in days 0 to 28, and no fewer than `at_least`."""
    return attended >= at_least and attended >= share * due


def engaged_landmark(
    engaged: RecoveryCounts,
    not_engaged: RecoveryCounts,
    *,
    landmark_day: int = LANDMARK_DAY,
    horizon_day: int = HORIZON_DAY,
) -> Landmark:
    """Compare the two groups from the landmark on (Anderson, Cain and Gelber, J Clin Oncol 1983;1:710-719).

    Both counts run from the first visit; whoever returned, stopped or left view by the landmark drops out.
    """
    ahead = horizon_day - landmark_day
    first, second = (conditional(counts, landmark_day, ahead) for counts in (engaged, not_engaged))
    if first.value is None or second.value is None:
        return Landmark(first, second, None, None, None)
    value = first.value - second.value
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return Landmark(first, second, value, None, None)
    se = None if first.se is None or second.se is None else hypot(first.se, second.se)
    limits = mover(first.value, (first.low, first.high), second.value, (second.low, second.high))
    return Landmark(first, second, value, *limits, se)


def _quartiles(group: str, rows: Sequence[tuple[int, int]]) -> Quartiles:
    lower, middle, upper = (centile(rows, percent) for percent in (25, 50, 75))
    return Quartiles(group, sum(n for _, n in rows), lower, middle, upper)
