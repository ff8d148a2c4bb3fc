"""Log-rank test on k groups from counts per day: do those still trying return at the same speed?

Stops are treated as censored here, so with any stop the test is about the rate of return among those still
followed and not about the share who return; `gray` tests that share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from dashboard.stats.survival import RecoveryCounts

Floats = NDArray[np.float64]

MIN_RETURNS = 5
"""Groups with fewer returns are left out: the chi-square approximation does not hold for them."""
SINGULAR = 1e-9
"""Variances below this share of the largest are rounding."""


@dataclass(frozen=True)
class LogRank:
    """Chi-square `statistic` on `df` degrees of freedom with its `p`.

    `observed` and `expected` returns run parallel to `groups`; `left_out` names the groups not compared.
    """

    statistic: float
    df: int
    p: float
    groups: tuple[str, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One stratum on a common time axis: arrays of shape (groups, days); `at_risk` counts T >= day."""

    at_risk: Floats
    returned: Floats
    stopped: Floats


def log_rank(groups: Sequence[RecoveryCounts]) -> LogRank | None:
    """Compare k groups (Mantel 1966); None if fewer than two have 5 returns or no two overlap in time."""
    return stratified_log_rank([groups])


def stratified_log_rank(strata: Sequence[Sequence[RecoveryCounts]]) -> LogRank | None:
    """Compare k groups within strata: scores and covariances are added over strata.

    Each stratum holds the counts of some or all groups, known by `RecoveryCounts.group`. Returns are counted
    over all strata when deciding who is left out. Raises ValueError if a stratum names a group twice.
    """
    names, left_out = comparable_groups(strata)
    if len(names) < 2:
        return None
    tables = [tabulate(stratum, names) for stratum in strata]
    observed: Floats = np.sum([table.returned.sum(axis=1) for table in tables], axis=0)
    expected: Floats = np.sum([_expected(table).sum(axis=1) for table in tables], axis=0)
    covariance: Floats = np.sum([_covariance(table) for table in tables], axis=0)
    tested = chi_square(observed - expected, covariance)
    if tested is None:
        return None
    counts = tuple(int(n) for n in observed)
    return LogRank(*tested, names, counts, tuple(expected.tolist()), left_out)


def comparable_groups(
    strata: Sequence[Sequence[RecoveryCounts]],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the groups with enough returns and of those without, each in order of appearance."""
    returns: dict[str, int] = {}
    for stratum in strata:
        if len({counts.group for counts in stratum}) < len(stratum):
            raise ValueError("a group appears twice in one stratum")
        for counts in stratum:
            returns[counts.group] = returns.get(counts.group, 0) + sum(counts.returned)
    enough = tuple(name for name, n in returns.items() if n >= MIN_RETURNS)
    return enough, tuple(name for name in returns if name not in enough)


def tabulate(stratum: Sequence[RecoveryCounts], names: Sequence[str]) -> Table:
    """Lay the named groups of one stratum on the days any of them has; an absent group is empty."""
    by_name = {counts.group: counts for counts in stratum}
    kept = [by_name.get(name, RecoveryCounts(name, 0, (), (), (), ())) for name in names]
    days = np.unique(np.concatenate([np.asarray(counts.day, dtype=np.int64) for counts in kept]))
    returned, stopped, censored = (np.zeros((len(kept), days.size)) for _ in range(3))
    for row, counts in enumerate(kept):
        columns = np.searchsorted(days, np.asarray(counts.day, dtype=np.int64))
        returned[row, columns] = counts.returned
        stopped[row, columns] = counts.stopped
        censored[row, columns] = counts.censored
    gone = returned + stopped + censored
    started = np.array([[counts.started] for counts in kept], dtype=np.float64)
    return Table(started - (np.cumsum(gone, axis=1) - gone), returned, stopped)


def chi_square(score: Floats, covariance: Floats) -> tuple[float, int, float] | None:
    """Statistic, degrees of freedom and p of k scores that add up to 0; None if nothing could differ.

    The scores are dependent, and more so where groups never share a day: only the directions in which they
    can vary count, which is the same as dropping the dependent ones.
    """
    spread, directions = np.linalg.eigh(covariance)
    free = spread > SINGULAR * max(1.0, float(spread[-1]))
    if not free.any():
        return None
    statistic = float(((directions.T @ score)[free] ** 2 / spread[free]).sum())
    return statistic, int(free.sum()), float(chdtrc(int(free.sum()), statistic))


def _expected(table: Table) -> Floats:
    """Returns expected per group and day if all at risk on a day were equally likely to return."""
    expected: Floats = _shares(table) * table.returned.sum(axis=0)
    return expected


def _shares(table: Table) -> Floats:
    """Share of each group among those at risk, per day."""
    shares: Floats = table.at_risk / np.maximum(table.at_risk.sum(axis=0), 1.0)
    return shares


def _covariance(table: Table) -> Floats:
    """Hypergeometric covariance of the returns of each day, added over days; shape (groups, groups)."""
    share, returned, at_risk = _shares(table), table.returned.sum(axis=0), table.at_risk.sum(axis=0)
    weight = returned * (at_risk - returned) / np.maximum(at_risk - 1, 1.0)
    covariance: Floats = np.diag((share * weight).sum(axis=1)) - (share * weight) @ share.T
    return covariance
