"""Small numbers in figures that leave the clinic: coarser counts, from which everything is recomputed.

The gate stands between query and statistic, so a shared curve, percentage, median or interval is the honest
result of rounded counts and not a rounded result that could be traced back. It hinders differencing of two
figures; it does not make it impossible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import ceil

from dashboard.stats.survival import Curve, Horizon, RecoveryCounts

FEWER_THAN = 8
"""Counts from 1 to 7 may point to a person: statistical offices withhold them in health data."""
ROUND_TO = 5
"""Coarse enough that one person more or less seldom moves a figure, and when it does, not by one."""
MIN_CURVE = 40
"""Under 40 starters a count rounded to 5 moves the curve by more than a tenth."""
MIN_EXTREME = 20
"""0 % and 100 % say something about every single person, so they need a crowd."""
TICK_DAYS = 7
"""Weekly ticks hide the day of a single return and still hit weeks 8, 12 and 26."""


@dataclass(frozen=True)
class Shared:
    """What may be shown of one group: rounded `started` (None = fewer than k) and counts for the curve.

    `counts` is None under 40 starters: then there is no curve and no percentage either.
    """

    group: str
    started: int | None
    counts: RecoveryCounts | None


def coarsen(counts: RecoveryCounts, k: int = FEWER_THAN) -> Shared:
    """Coarsen one group's counts for sharing.

    Cumulative returned, stopped and censored at weekly ticks are each rounded to the nearest 5 (1 to k-1
    enter as the middle, 4), and so is the number started. What happened on a day counts from the first tick
    on or after it. Where the rounded numbers would add up to more than started, the surplus is left out.
    """
    started = shown_count(counts.started, k)
    if started is None or counts.started < MIN_CURVE:
        return Shared(counts.group, started, None)
    ticks = range(0, _tick(counts.day[-1]) + 1, TICK_DAYS) if counts.day else range(0)
    by_tick = _by_tick(counts)
    totals, shown, rows = [0, 0, 0], [0, 0, 0], []
    for tick in ticks:
        totals = [total + new for total, new in zip(totals, by_tick.get(tick, (0, 0, 0)), strict=True)]
        rows.append(_new_since(shown, [round_count(total, k) for total in totals], started))
        shown = [total + new for total, new in zip(shown, rows[-1], strict=True)]
    returned, stopped, censored = (tuple(row[column] for row in rows) for column in range(3))
    coarse = RecoveryCounts(counts.group, started, tuple(ticks), returned, stopped, censored)
    return Shared(counts.group, started, coarse)


def round_count(n: int, k: int = FEWER_THAN) -> int:
    """The number that enters calculations: 0 stays, 1 to k-1 become k // 2, others go to the nearest 5."""
    if n <= 0:
        return 0
    middle = k // 2
    return middle if n < k else max(middle, ROUND_TO * ((n + ROUND_TO // 2) // ROUND_TO))


def shown_count(n: int, k: int = FEWER_THAN) -> int | None:
    """The number that may be printed: rounded, or None for 1 to k-1, to be worded "fewer than k".

    Safe on numbers taken from coarsened counts too: the middle that stands for 1 to k-1 gives None again.
    """
    return None if 0 < n < k else round_count(n, k)


SHARE_DIGITS = 2


def rounded(value: float | None, digits: int | None = SHARE_DIGITS) -> float | None:
    """A number as it leaves the clinic; None stays None, and without digits it stays exact.

    Shares are rounded in whole per cent, as they are printed: of 21 in 40 both say 52, not one of them 53.
    """
    if value is None or digits is None:
        return value
    return round(100 * value) / 100 if digits == SHARE_DIGITS else round(value, digits)


def proportion_withheld(numerator: int, denominator: int, k: int = FEWER_THAN) -> bool:
    """Whether a proportion is withheld: a small numerator or complement, or 0 % or 100 % of under 20."""
    rest = denominator - numerator
    if denominator <= 0 or 0 < numerator < k or 0 < rest < k:
        return True
    return 0 in (numerator, rest) and denominator < MIN_EXTREME


def tells_of_nobody(part: int, whole: int) -> bool:
    """Whether a part is nobody of so few that it would say something about each of them."""
    return part == 0 and 0 < whole < MIN_EXTREME


def shown_known(curve: Curve, horizon: Horizon, k: int = FEWER_THAN) -> float | None:
    """The share whose state on the day is known; None where those known, or those not known, are few."""
    unknown = curve.state_at(horizon.day).censored
    return None if proportion_withheld(unknown, curve.started, k) else horizon.known


def complement_withheld(all_n: int, subgroup_n: int, k: int = FEWER_THAN) -> bool:
    """Whether a sub-group is withheld because those outside it, by subtraction, are 1 to k-1."""
    return 0 < all_n - subgroup_n < k


def few_in_or_beside(people: Mapping[tuple[bool, ...], int], k: int = FEWER_THAN) -> bool:
    """Whether those who meet all filters are 1 to k-1, or those are who meet only some of them.

    `people` are numbers by which of the filters they meet. Without one filter, or several, the question is a wider
    one, which can be asked too: what it has more, by subtraction, must not be few either.
    """
    asked = sum(n for met, n in people.items() if all(met))
    if 0 < asked < k:
        return True
    filters = max(map(len, people), default=0)
    return any(
        complement_withheld(_meeting(people, kept), asked, k)
        for kept in product((True, False), repeat=filters)
    )


def _meeting(people: Mapping[tuple[bool, ...], int], kept: tuple[bool, ...]) -> int:
    """How many meet those filters that are kept."""
    return sum(
        n for met, n in people.items() if all(one or not keep for one, keep in zip(met, kept, strict=True))
    )


def _tick(day: int) -> int:
    """The first weekly tick on or after `day`, so that a figure by day 84 holds all that happened by then."""
    return TICK_DAYS * ceil(day / TICK_DAYS)


def _by_tick(counts: RecoveryCounts) -> dict[int, tuple[int, int, int]]:
    by_tick: dict[int, tuple[int, int, int]] = {}
    for day, *new in zip(counts.day, counts.returned, counts.stopped, counts.censored, strict=True):
        known = by_tick.get(_tick(day), (0, 0, 0))
        by_tick[_tick(day)] = (known[0] + new[0], known[1] + new[1], known[2] + new[2])
    return by_tick


def _new_since(shown: list[int], rounded: list[int], started: int) -> list[int]:
    """What a tick adds to the totals shown so far: never negative, never beyond `started`."""
    room = started - sum(shown)
    new = []
    for before, after in zip(shown, rounded, strict=True):
        new.append(min(max(after - before, 0), room))
        room -= new[-1]
    return new
