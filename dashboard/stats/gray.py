"""Gray's test (rho 0): do k groups have the same share of runners back, when stops compete with returns?

R. J. Gray, Annals of Statistics 1988;16:1141-1154. The statistic and its variance are those of R's
`cmprsk::cuminc`, finite-sample corrections for tied events included, written for counts per day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.stats.log_rank import Table, chi_square, comparable_groups, tabulate
from dashboard.stats.survival import RecoveryCounts

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GrayTest:
    """Chi-square `statistic` on `df` degrees of freedom with its `p`; `left_out` were not compared."""

    statistic: float
    df: int
    p: float
    groups: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Pooled:
    """What the groups share if their cumulative incidence is the same; shapes (groups, days) or (days,).

    `before` and `after` are each group's share neither returned nor stopped around the day, `weight` its
    number at risk over `before`; `not_back_before` and `not_back` are 1 minus the common incidence.
    """

    before: Floats
    after: Floats
    weight: Floats
    total: Floats
    not_back_before: Floats
    not_back: Floats


def gray_test(groups: Sequence[RecoveryCounts]) -> GrayTest | None:
    """Compare the cumulative incidence of return of k groups.

    Groups under 5 returns are left out and named; None if fewer than two are left or no two overlap in time.
    """
    return stratified_gray_test([groups])


def stratified_gray_test(strata: Sequence[Sequence[RecoveryCounts]]) -> GrayTest | None:
    """Compare k groups within strata: scores and variances are added over strata.

    Each stratum holds the counts of some or all groups, known by `RecoveryCounts.group`. Raises ValueError
    if a stratum names a group twice.
    """
    names, left_out = comparable_groups(strata)
    if len(names) < 2:
        return None
    tables = [tabulate(stratum, names) for stratum in strata]
    score: Floats = np.sum([_score(table) for table in tables], axis=0)
    variance: Floats = np.sum([_variance(table) for table in tables], axis=0)
    tested = chi_square(score, variance)
    return None if tested is None else GrayTest(*tested, names, left_out)


def _score(table: Table) -> Floats:
    """Returns minus those expected if the groups shared one subdistribution hazard; adds up to 0."""
    pooled = _pool(table)
    own = np.cumsum(_ratio(pooled.before * table.returned, table.at_risk), axis=1)
    still_out = pooled.weight * (1.0 - _before(own, 0.0))
    expected = table.returned.sum(axis=0) * _ratio(still_out, still_out.sum(axis=0))
    score: Floats = (table.returned - expected).sum(axis=1)
    return score


def _variance(table: Table) -> Floats:
    """Variance of the score, shape (groups, groups).

    Each event moves the score at once and, through the estimates it enters, on every later day. With the
    influence of group k's events on score i written out per day, the variance is a plain sum of squares.
    """
    pooled = _pool(table)
    returns = table.returned.sum(axis=0)
    same_group = np.eye(len(pooled.weight))[:, :, None]
    contrast = pooled.weight[:, None] * (same_group - pooled.weight / pooled.total)
    to_come = _after(contrast * _ratio(returns, pooled.total * pooled.not_back_before))
    carried = _ratio(np.broadcast_to(pooled.not_back, pooled.after.shape), pooled.after)
    by_return = contrast + (1.0 - carried) * to_come
    by_stop = carried * to_come
    total: Floats = np.einsum("ikt,jkt,kt->ij", by_return, by_return, _return_weight(table, pooled))
    total += np.einsum("ikt,jkt,kt->ij", by_stop, by_stop, _stop_weight(table, pooled))
    return total


def _pool(table: Table) -> _Pooled:
    at_risk = np.maximum(table.at_risk, 1.0)
    after: Floats = np.cumprod((at_risk - table.returned - table.stopped) / at_risk, axis=1, dtype=np.float64)
    before = _before(after, 1.0)
    weight = _ratio(table.at_risk, before)
    total = np.maximum(weight.sum(axis=0), np.finfo(np.float64).tiny)
    not_back = 1.0 - np.cumsum(_ratio(table.returned.sum(axis=0), total))
    return _Pooled(before, after, weight, total, _before(not_back, 1.0), not_back)


def _return_weight(table: Table, pooled: _Pooled) -> Floats:
    """Variance of one group's returns on a day under the common incidence, less for ties."""
    returns = table.returned.sum(axis=0)
    ties = _ratio(np.maximum(returns - 1.0, 0.0), pooled.total * pooled.before - 1.0)
    return (1.0 - ties) * _ratio(pooled.before * returns, pooled.total * table.at_risk)


def _stop_weight(table: Table, pooled: _Pooled) -> Floats:
    """Variance of one group's stops on a day, less for ties."""
    ties = _ratio(np.maximum(table.stopped - 1.0, 0.0), table.at_risk - 1.0)
    return (1.0 - ties) * _ratio(pooled.before**2 * table.stopped, table.at_risk**2)


def _before(steps: Floats, first: float) -> Floats:
    """The value just before each day, along the last axis."""
    shifted = np.roll(steps, 1, axis=-1)
    shifted[..., :1] = first
    return shifted


def _after(amounts: Floats) -> Floats:
    """The sum over later days, along the last axis."""
    return np.flip(np.cumsum(np.flip(amounts, -1), axis=-1), -1) - amounts


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """top / bottom, and 0 where the bottom is 0: nobody there, so nothing to add."""
    top, bottom = np.broadcast_arrays(top, bottom)
    return np.divide(top, bottom, out=np.zeros(top.shape), where=bottom != 0)
