"""Who is running without pain on day t, relapses counted? Aalen-Johansen occupancy from counts.

A runner moves between not back, back and pain again as often as it happens, and may stop for good. The
estimate is the product of the daily transition matrices (Aalen and Johansen, Scandinavian Journal of
Statistics 1978;5:141-150): R's `survfit(Surv(t1, t2, state) ~ 1, id = id)`. After a relapse only a later
report moves a runner back, so the share is a lower bound wherever nobody asked again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from dashboard.stats.survival import MIN_FOLLOWED, TAIL, TOLERANCE, Z95

Floats = NDArray[np.float64]

STATES = ("not_back", "back", "pain_again", "stopped")
BACK, STOPPED = STATES.index("back"), STATES.index("stopped")
CENSORED = "censored"
"""Destination of those whose observation ends in the state they are in."""


@dataclass(frozen=True)
class TransitionCounts:
    """How many moved from one state to another on each day since the first visit; all start not back.

    Each of `moves` is (day, origin, destination, people), in the order of days. Nobody moves twice on one
    day: the state in the evening counts, and whoever is last seen that day leaves from there. Nothing leaves
    "stopped". Raises ValueError for counts that cannot be.
    """

    group: str
    started: int
    moves: tuple[tuple[int, str, str, int], ...]

    def __post_init__(self) -> None:
        """Refuse moves that `started` people cannot have made."""
        if any(day < 0 or people < 0 for day, _, _, people in self.moves):
            raise ValueError(f"group {self.group!r}: days and people must not be negative")
        for day, origin, destination, _ in self.moves:
            known = origin in STATES[:STOPPED] and destination in (*STATES[1:], CENSORED)
            if not known or origin == destination:
                raise ValueError(
                    f"group {self.group!r}: no move from {origin!r} to {destination!r}, day {day}"
                )
        list(_daily(self))

    @classmethod
    def from_rows(cls, group: str, rows: Iterable[tuple[int, str, str, int]]) -> TransitionCounts:
        """Build exact counts from rows in any order; `started` are all who stopped or were last seen."""
        moves = tuple(sorted(row for row in rows if row[3]))
        ends = (people for _, _, to, people in moves if to in (CENSORED, "stopped"))
        return cls(group, sum(ends), moves)


@dataclass(frozen=True)
class Occupancy:
    """Shares of all starters in each state: step functions, all tuples parallel to `day`.

    `variance` is that of `back`, for transitions that depend on the state alone (Andersen, Borgan, Gill and
    Keiding 1993, 4.4): R's own std.err is the infinitesimal jackknife by person, which counts cannot give.
    `in_view` are those followed beyond the day (T > t) in any state but stopped.
    """

    group: str
    started: int
    day: tuple[int, ...]
    not_back: tuple[float, ...]
    back: tuple[float, ...]
    pain_again: tuple[float, ...]
    stopped: tuple[float, ...]
    variance: tuple[float, ...]
    in_view: tuple[int, ...]
    stops: tuple[int, ...]


@dataclass(frozen=True)
class RunningShare:
    """Share running without pain on `day`, with 95 % limits; None past follow-up.

    `in_view` are those followed beyond `day`, `too_few` says that fewer than 10 are effectively followed.
    """

    day: int
    value: float | None
    low: float | None
    high: float | None
    se: float | None
    in_view: int
    too_few: bool


def occupancy(counts: TransitionCounts) -> Occupancy:
    """Estimate the share of starters in each state on every day."""
    share, covariance = np.array([1.0, 0.0, 0.0, 0.0]), np.zeros((4, 4))
    days, shares, variances, in_view, stops = [], [], [], [], []
    for day, at_risk, moved, after in _daily(counts):
        chance = _chances(at_risk, moved)
        covariance = chance.T @ covariance @ chance + _step_covariance(share, at_risk, chance)
        share = share @ chance
        days.append(day)
        shares.append(share)
        variances.append(max(0.0, float(covariance[BACK, BACK])))
        in_view.append(int(after[:STOPPED].sum()))
        stops.append(int(after[STOPPED]))
    not_back, back, again, stopped = (tuple(float(row[state]) for row in shares) for state in range(4))
    return Occupancy(
        counts.group, counts.started, tuple(days), not_back, back, again, stopped,
        tuple(variances), tuple(in_view), tuple(stops),
    )  # fmt: skip


def running_on(result: Occupancy, day: int) -> RunningShare:
    """Share running without pain on `day`.

    The limits are symmetric on log(-log(1-p)), as for the curve of returns; where the share is 0 or 1 they
    are exact for the number effectively known: in view or stopped.
    """
    step = bisect_right(result.day, day) - 1
    value, variance = (result.back[step], result.variance[step]) if step >= 0 else (0.0, 0.0)
    in_view, stops = (result.in_view[step], result.stops[step]) if step >= 0 else (result.started, 0)
    stopped = result.stopped[step] if step >= 0 else 0.0
    followed = in_view / (1 - stopped) if stopped < 1 - TOLERANCE else float(stops)
    too_few = followed < MIN_FOLLOWED - TOLERANCE
    last_day = result.day[-1] if result.day else -1
    if day > last_day and (in_view or stopped < 1 - TOLERANCE):
        return RunningShare(day, None, None, None, None, in_view, True)
    low, high = _limits(value, variance, in_view + stops)
    return RunningShare(day, value, low, high, sqrt(variance), in_view, too_few)


def _daily(counts: TransitionCounts) -> Iterable[tuple[int, Floats, Floats, Floats]]:
    """Per day: people per state before it, the matrix of moves, and people per state after it."""
    by_day: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    for day, origin, destination, people in counts.moves:
        by_day[day].append((origin, destination, people))
    present = np.array([counts.started, 0.0, 0.0, 0.0])
    for day in sorted(by_day):
        moved, censored = np.zeros((4, 4)), np.zeros(4)
        for origin, destination, people in by_day[day]:
            if destination == CENSORED:
                censored[STATES.index(origin)] += people
            else:
                moved[STATES.index(origin), STATES.index(destination)] += people
        moved_on = present - moved.sum(axis=1)
        after = moved_on + moved.sum(axis=0) - censored
        if (moved_on < 0).any() or (after < 0).any():
            raise ValueError(f"group {counts.group!r}: more people leave a state on day {day} than are in it")
        yield day, present, moved, after
        present = after


def _chances(at_risk: Floats, moved: Floats) -> Floats:
    """The day's transition matrix I + dA; nobody moves out of a state that holds nobody."""
    chance: Floats = moved / np.maximum(at_risk, 1.0)[:, None]
    return chance + np.diag(1.0 - chance.sum(axis=1))


def _step_covariance(share: Floats, at_risk: Floats, chance: Floats) -> Floats:
    """What one day's chances add to the covariance of the shares: multinomial per state of origin."""
    total = np.zeros((4, 4))
    for state in range(STOPPED):
        if at_risk[state]:
            row = chance[state]
            total += share[state] ** 2 / at_risk[state] * (np.diag(row) - np.outer(row, row))
    return total


def _limits(value: float, variance: float, known: int) -> tuple[float | None, float | None]:
    if value < TOLERANCE or value > 1 - TOLERANCE:
        if not known:
            return None, None
        exact = float(TAIL ** (1 / known))
        return (0.0, 1 - exact) if value < TOLERANCE else (exact, 1.0)
    hazard = -log(1 - value)
    width = Z95 * sqrt(variance) / ((1 - value) * hazard)
    low, high = (1 - exp(-hazard * exp(sign * width)) for sign in (-1, 1))
    return low, high
