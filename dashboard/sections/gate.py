"""One gate for a section's numbers: exact for the clinic, coarser to share, nothing where it would reveal."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.stats.disclosure import coarsen, complement_withheld, rounded, shown_count, shown_known
from dashboard.stats.process import (
    WITHHELD_MEAN,
    WITHHELD_SHARE,
    MeanChange,
    Share,
    mean_change,
    share,
    shared_mean_change,
    shared_share,
)
from dashboard.stats.survival import Horizon, RecoveryCounts, back_by, cumulative_incidence


@dataclass(frozen=True)
class Gate:
    """What the audience may see: exact for the clinic, coarser to share, nothing where `hidden`."""

    shared: bool
    hidden: bool
    k: int

    def share(self, numerator: int, denominator: int, whole: int) -> Share:
        """A share; `whole` are those among whom the denominator is a sub-group."""
        if self.hidden:
            return WITHHELD_SHARE
        return (
            shared_share(numerator, denominator, whole, self.k)
            if self.shared
            else share(numerator, denominator)
        )

    def count(self, n: int, whole: int) -> int | None:
        """A number of people, a sub-group of `whole`."""
        if self.hidden or (self.shared and complement_withheld(whole, n, self.k)):
            return None
        return shown_count(n, self.k) if self.shared else n

    def mean(self, n: int, total: float, squares: float, whole: int) -> MeanChange:
        """A mean change from its sums."""
        if self.hidden:
            return WITHHELD_MEAN
        return (
            shared_mean_change(n, total, squares, whole, self.k)
            if self.shared
            else mean_change(n, total, squares)
        )

    def counts(self, counts: RecoveryCounts, whole: int) -> RecoveryCounts | None:
        """The counts to compute with, coarser where they are shared; None where they may not be."""
        if not self.shared:
            return counts
        if self.hidden or complement_withheld(whole, counts.started, self.k):
            return None
        return coarsen(counts, self.k).counts

    def horizon(self, counts: RecoveryCounts, day: int, whole: int) -> Horizon:
        """The share by a day, from coarser counts where it is shared."""
        shown = self.counts(counts, whole)
        if shown is None:
            return no_horizon(day)
        curve = cumulative_incidence(shown)
        if not self.shared:
            return back_by(curve, day)
        state = curve.state_at(day)
        happened = self.share(state.returned, curve.started, curve.started)
        found = back_by(curve, day)
        if happened.withheld:
            return no_horizon(day)
        value, low, high, se, known = (
            rounded(x)
            for x in (found.value, found.low, found.high, found.se, shown_known(curve, found, self.k))
        )
        at_risk = shown_count(found.at_risk or 0, self.k)
        return Horizon(day, value, low, high, se, at_risk, known, found.too_few)


def no_horizon(day: int) -> Horizon:
    """No share by a day: withheld."""
    return Horizon(day, None, None, None, None, None, None, too_few=True)
