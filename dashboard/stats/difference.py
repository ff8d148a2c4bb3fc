"""How far apart are two groups on one day? The difference of two curves, with an interval.

MOVER, the method of variance estimates recovery (Newcombe, Statistics in Medicine 1998;17:873-890; Zou and
Donner, Statistics in Medicine 2008;27:1693-1702), builds the interval of a difference from the two curves'
own limits, so that it stays honest near 0 and 1, where a symmetric interval would not.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from dashboard.stats.survival import Curve, back_by, sentence_interval


@dataclass(frozen=True)
class Difference:
    """Share back in `group` minus share back in `reference` by `day`, as shares of 1.

    `group_value` and `reference_value` are the two shares, `low` and `high` the 95 % limits, `se` the root of
    the two variances added up. None past the follow-up of either group. `too_few` says that one of the two
    rests on under 10 runners.
    """

    group: str
    reference: str
    day: int
    group_value: float | None
    reference_value: float | None
    value: float | None
    low: float | None
    high: float | None
    too_few: bool
    se: float | None = None


def difference_at(group: Curve, reference: Curve, day: int) -> Difference:
    """Compare two separate groups of people by `day`.

    With d = F1 - F2 and limits l and u: d - sqrt((F1-l1)^2 + (u2-F2)^2) to d + sqrt((u1-F1)^2 + (F2-l2)^2).
    Where nobody or everybody is back the exact limits stand in for the band, which collapses there.
    """
    first, second = back_by(group, day), back_by(reference, day)
    too_few = first.too_few or second.too_few
    limits = sentence_interval(group, day), sentence_interval(reference, day)
    value = None if first.value is None or second.value is None else first.value - second.value
    low, high = None, None
    if first.value is not None and second.value is not None and limits[0] and limits[1]:
        low, high = mover(first.value, limits[0], second.value, limits[1])
    se = None if first.se is None or second.se is None else hypot(first.se, second.se)
    return Difference(
        group.group, reference.group, day, first.value, second.value, value, low, high, too_few, se
    )


def mover(
    first: float, first_limits: tuple[float, float], second: float, second_limits: tuple[float, float]
) -> tuple[float, float]:
    """Limits of `first` - `second` from the limits of two independent estimates.

    With limits between 0 and 1 the result lies between -1 and 1 by itself.
    """
    (first_low, first_high), (second_low, second_high) = first_limits, second_limits
    value = first - second
    return (
        value - hypot(first - first_low, second_high - second),
        value + hypot(first_high - first, second - second_low),
    )
