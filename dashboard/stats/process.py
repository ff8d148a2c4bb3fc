"""What was measured and given: shares with their interval, and change from the patient's own baseline.

Each has a form for readers who do not hold the record, computed from rounded counts (methods: small numbers).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from scipy.special import stdtrit

from dashboard.stats.disclosure import (
    FEWER_THAN,
    MIN_CURVE,
    complement_withheld,
    proportion_withheld,
    round_count,
    rounded,
    shown_count,
)
from dashboard.stats.pain import proportion
from dashboard.stats.survival import TOLERANCE


@dataclass(frozen=True)
class Share:
    """`numerator` of `denominator` with Wilson's 95 % limits; `withheld` if it may not be shared.

    A count that may not be shown is None; a share of nobody has no value and is not withheld.
    """

    numerator: int | None
    denominator: int | None
    value: float | None
    low: float | None
    high: float | None
    withheld: bool = False


@dataclass(frozen=True)
class MeanChange:
    """Mean change in per cent of the patient's own baseline among `n`, with its t interval.

    Limits are None under two people and where all changed by the same; everything is None if `withheld`.
    """

    n: int | None
    mean: float | None
    low: float | None
    high: float | None
    sd: float | None
    se: float | None = None
    withheld: bool = False


WITHHELD_SHARE = Share(None, None, None, None, None, withheld=True)
WITHHELD_MEAN = MeanChange(None, None, None, None, None, withheld=True)


def share(numerator: int, denominator: int) -> Share:
    """The exact share, for the clinic."""
    found = proportion(numerator, denominator)
    return Share(numerator, denominator, found.value, found.low, found.high)


def shared_share(numerator: int, denominator: int, whole: int, k: int = FEWER_THAN) -> Share:
    """The share from rounded counts in whole per cent, for readers who do not hold the record.

    Nothing if those outside the denominator, of `whole`, are 1 to k-1; only the rounded denominator if there
    are under 40, or if numerator or complement are 1 to k-1, or if it is 0 % or 100 % of under 20.
    """
    if complement_withheld(whole, denominator, k):
        return WITHHELD_SHARE
    if not denominator:
        return share(0, 0)
    if denominator < MIN_CURVE or proportion_withheld(numerator, denominator, k):
        return Share(None, shown_count(denominator, k), None, None, None, withheld=True)
    found = share(round_count(numerator, k), round_count(denominator, k))
    value, low, high = (rounded(x) for x in (found.value, found.low, found.high))
    return Share(found.numerator, found.denominator, value, low, high)


def mean_change(n: int, total: float, squares: float) -> MeanChange:
    """Mean, SD and t interval on n - 1 degrees of freedom from a sum and a sum of squares."""
    if not n:
        return MeanChange(0, None, None, None, None)
    mean = total / n
    spread = squares - n * mean**2
    if n < 2 or spread < TOLERANCE:
        return MeanChange(n, mean, None, None, None)
    sd = sqrt(spread / (n - 1))
    se = sd / sqrt(n)
    width = float(stdtrit(n - 1, 0.975)) * se
    return MeanChange(n, mean, mean - width, mean + width, sd, se=se)


def shared_mean_change(n: int, total: float, squares: float, whole: int, k: int = FEWER_THAN) -> MeanChange:
    """The same to one decimal with n rounded; nothing under k people or if those outside are 1 to k-1."""
    if not n:
        return mean_change(0, 0.0, 0.0)
    if n < k or complement_withheld(whole, n, k):
        return WITHHELD_MEAN
    exact = mean_change(n, total, squares)
    mean, low, high, sd, se = (
        None if x is None else round(x, 1) for x in (exact.mean, exact.low, exact.high, exact.sd, exact.se)
    )
    return MeanChange(round_count(n, k), mean, low, high, sd, se=se)
