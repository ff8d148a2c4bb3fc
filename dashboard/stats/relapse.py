"""Does a return last? Relapse within 14 days as a range, sustained return, and relapse as a curve.

The counts are those of `RecoveryCounts` with another clock and another event: day 0 is the return,
`returned` holds those whose pain came back, `stopped` those who gave up or had surgery first, `censored`
those last seen well. Whoever relapses comes back to the clinic and whoever is well does not, so those seen
after 14 days are no fair sample of all who returned: hence two ends instead of one figure.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.stats.survival import Curve, RecoveryCounts, back_by

SUSTAINED_DAYS = 14
"""A return holds if no pain stops running within a fortnight."""
YEAR_DAYS = 365


@dataclass(frozen=True)
class RelapseRange:
    """Relapse within `days` of the return: `low` is relapsed / returned, `high` is relapsed / known.

    `known` are those who relapsed within `days` or were seen `days` or more after the return. An end without
    anybody in its denominator is None.
    """

    group: str
    days: int
    returned: int
    relapsed: int
    known: int
    low: float | None
    high: float | None


@dataclass(frozen=True)
class SustainedReturn:
    """Share of starters back for good by `day`: a range without an interval of its own; None = unknown."""

    group: str
    day: int
    low: float | None
    high: float | None


def relapse_range(counts: RecoveryCounts, days: int = SUSTAINED_DAYS) -> RelapseRange:
    """Relapse within `days`, at both ends of what can be known.

    `counts` hold only those who returned at least `days` before the as-of date. The low end takes all not
    seen again as well, the high end leaves them out.
    """
    relapsed = sum(_until(counts, counts.returned, days))
    seen_no_more = sum(_until(counts, counts.censored, days - 1)) + sum(
        _until(counts, counts.stopped, days - 1)
    )
    known = counts.started - seen_no_more
    return RelapseRange(
        counts.group, days, counts.started, relapsed, known,
        low=relapsed / counts.started if counts.started else None,
        high=relapsed / known if known else None,
    )  # fmt: skip


def sustained_return(curve: Curve, relapse: RelapseRange, day: int) -> SustainedReturn:
    """Share back by `day` for good: F(day - 14) (1 - r14) with r14 at both ends of the range.

    `curve` is the time to return from the first visit. The low end is None if nobody was seen after 14 days,
    both are None past follow-up. With nobody back there is nothing to sustain: 0 at both ends.
    """
    back = back_by(curve, day - relapse.days).value
    if back == 0:
        return SustainedReturn(curve.group, day, 0.0, 0.0)
    low, high = (
        None if back is None or relapsing is None else back * (1 - relapsing)
        for relapsing in (relapse.high, relapse.low)
    )
    return SustainedReturn(curve.group, day, low, high)


def _until(counts: RecoveryCounts, column: tuple[int, ...], day: int) -> list[int]:
    return [n for when, n in zip(counts.day, column, strict=True) if when <= day]
