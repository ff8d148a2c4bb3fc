"""How sure are we of the share back running on one day, and what difference could be seen at all?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal

from dashboard.stats.survival import (
    MIN_FOLLOWED,
    Z95,
    RecoveryCounts,
    back_by,
    cumulative_incidence,
    quantile,
)

Z_POWER = 0.8416212335729143
"""80 % point of the standard normal distribution: the power asked of a comparison."""


@dataclass(frozen=True)
class Certainty:
    """Ways to read the same counts on `day`, as shares of 1; None = not computable.

    `value` is the curve's estimate, `known_state` counts only those not censored by then, `worst` takes all
    censored as not back and `best` as back, `with_late_reports` is the curve after adding late reports.
    `follow_up_median_days` is the reverse Kaplan-Meier median of how long runners were in view.
    """

    group: str
    day: int
    started: int
    value: float | None
    known_state: float | None
    worst: float | None
    best: float | None
    with_late_reports: float | None
    follow_up_median_days: int | None


def certainty(counts: RecoveryCounts, day: int, late: RecoveryCounts | None = None) -> Certainty:
    """Put the estimate of `day` beside its extremes; `late` are the counts with late reports, if any."""
    curve = cumulative_incidence(counts)
    state = curve.state_at(day)
    return Certainty(
        group=counts.group,
        day=day,
        started=counts.started,
        value=back_by(curve, day).value,
        known_state=_share(state.returned, counts.started - state.censored),
        worst=_share(state.returned, counts.started),
        best=_share(state.returned + state.censored, counts.started),
        with_late_reports=back_by(cumulative_incidence(late), day).value if late else None,
        follow_up_median_days=follow_up_median(counts),
    )


def follow_up_median(counts: RecoveryCounts) -> int | None:
    """Median days in view by the reverse Kaplan-Meier method (Schemper and Smith 1996), None = not reached.

    Censoring is the event and the end of observation by a return or stop is censored, as in R's
    `survfit(Surv(day, 1 - event) ~ 1)`; a plain median would count fast returns as short follow-up.
    """
    ended = tuple(back + stop for back, stop in zip(counts.returned, counts.stopped, strict=True))
    nobody = (0,) * len(counts.day)
    reverse = replace(counts, returned=counts.censored, stopped=nobody, censored=ended)
    return quantile(cumulative_incidence(reverse), 0.5).value_days


def detectable_difference(n: int, groups: Literal[1, 2]) -> float | None:
    """Difference in percentage points that is found with 80 % power at the two-sided 5 % level.

    Normal approximation around one half, where the variance is largest: (1.96 + 0.84) * sqrt(groups * 0.25
    / n). One group of `n` followed runners is set against a fixed value, two groups of `n` each against each
    other. None under 10 runners.
    """
    if n < MIN_FOLLOWED:
        return None
    return 100 * (Z95 + Z_POWER) * sqrt(groups * 0.25 / n)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
