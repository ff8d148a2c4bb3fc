"""Is it getting better? The share back by a horizon, by the month in which people first came.

A trend follows the first visit: whoever came in March belongs to March, however long the recovery takes.
A period is mature once its last starter could be followed to the horizon; grouping by the month of recovery
instead would show the fast ones first, in every clinic and for ever.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from statistics import median
from typing import Literal

from dashboard.stats.survival import (
    Curve,
    RecoveryCounts,
    back_by,
    cumulative_incidence,
    effectively_followed,
    sentence_interval,
)

Unit = Literal["month", "quarter", "half-year"]
UNITS: tuple[Unit, ...] = ("month", "quarter", "half-year")
MONTHS: Mapping[Unit, int] = {"month": 1, "quarter": 3, "half-year": 6}

Span = tuple[date | None, date | None]
"""First and last day asked about; None where that end is open."""

SMALLEST = 10
"""A period with fewer starters is joined with its neighbours."""
SMALLEST_FOR_TREND = 20
"""A trend whose median period has fewer starters shows noise."""


@dataclass(frozen=True)
class IntakePeriod:
    """Those whose first visit fell in `first_day` to `last_day`, a whole calendar unit unless it was cut."""

    first_day: date
    last_day: date
    unit: Unit
    counts: RecoveryCounts


@dataclass(frozen=True)
class PeriodShare:
    """Share back by the horizon among one period's starters; the fields of `Horizon` keep their meaning.

    `n_effective` is the number of fully followed runners that would give the same standard error. Values of
    an immature period are provisional and to be greyed.
    """

    first_day: date
    last_day: date
    unit: Unit
    started: int
    mature: bool
    value: float | None
    low: float | None
    high: float | None
    se: float | None
    n_effective: float | None
    returned: int
    at_risk: int | None
    too_few: bool


def divide(months: Mapping[date, RecoveryCounts], unit: Unit) -> tuple[IntakePeriod, ...]:
    """Periods of one length from the counts by month of first visit, keyed by the first of the month.

    A month without a row between the first and the last had no starters. Raises ValueError for a key that is
    not a first of a month.
    """
    if any(month.day != 1 for month in months):
        raise ValueError("months are given by their first day")
    return tuple(
        _period(list(group), unit, months)
        for _, group in groupby(_all_months(months), lambda month: _number(month, unit))
    )


def join_small(months: Mapping[date, RecoveryCounts], smallest: int = SMALLEST) -> tuple[IntakePeriod, ...]:
    """Months, but a month under `smallest` becomes part of its quarter, and such a quarter of its half-year.

    A half-year that is still too small stays as it is.
    """
    periods = divide(months, "month")
    for unit in UNITS[1:]:
        joined: list[IntakePeriod] = []
        for _, group in groupby(periods, lambda period: _number(period.first_day, unit)):  # noqa: B023
            parts = list(group)
            small = any(part.counts.started < smallest for part in parts)
            joined += [_joined(parts, unit)] if small else parts
        periods = tuple(joined)
    return periods


def for_trend(
    months: Mapping[date, RecoveryCounts], smallest_median: int = SMALLEST_FOR_TREND
) -> tuple[IntakePeriod, ...]:
    """Periods of one length: the shortest unit whose median period has `smallest_median` starters."""
    for unit in UNITS:
        periods = divide(months, unit)
        if not periods or median(period.counts.started for period in periods) >= smallest_median:
            break
    return periods


def is_mature(period: IntakePeriod, horizon_days: int, as_of: date) -> bool:
    """Whether even the period's last starter has had `horizon_days` by `as_of`."""
    return period.last_day + timedelta(days=horizon_days) <= as_of


def share_back(period: IntakePeriod, horizon_days: int, as_of: date) -> PeriodShare:
    """Share of a period's starters who are back by `horizon_days`."""
    curve = cumulative_incidence(period.counts)
    horizon = back_by(curve, horizon_days)
    low, high = sentence_interval(curve, horizon_days) or (None, None)
    return PeriodShare(
        period.first_day, period.last_day, period.unit, period.counts.started,
        is_mature(period, horizon_days, as_of), horizon.value, low, high, horizon.se,
        effective_number(curve, horizon_days), curve.state_at(horizon_days).returned, horizon.at_risk,
        horizon.too_few,
    )  # fmt: skip


def effective_number(curve: Curve, day: int) -> float | None:
    """F(1-F) / Var F: runners followed to the end who would give the same variance.

    Where nobody or everybody is back the variance is 0 and the number effectively followed takes its place.
    None past follow-up.
    """
    if back_by(curve, day).value is None:
        return None
    value, variance = curve.value_at(day), curve.variance_at(day)
    known = curve.state_at(day).returned == 0 or curve.is_all_returned(day)
    return effectively_followed(curve, day) if known else value * (1 - value) / variance


def calendar_unit(day: date, unit: Unit) -> tuple[date, date]:
    """First and last day of the month, quarter or half-year that holds `day`."""
    return _bounds(day, unit)


def within(first_day: date, last_day: date, span: Span) -> tuple[date, date]:
    """The part of a period that was asked about: its name must not say more than its people."""
    first, last = span
    return max(filter(None, (first_day, first))), min(filter(None, (last_day, last)))


def cut(period: IntakePeriod, span: Span) -> IntakePeriod:
    """The period as far as it was asked about."""
    first, last = within(period.first_day, period.last_day, span)
    return replace(period, first_day=first, last_day=last)


def pool(group: str, parts: Iterable[RecoveryCounts]) -> RecoveryCounts:
    """Add up the counts of several groups of different people under a new name."""
    kept, by_day = list(parts), defaultdict[int, list[int]](lambda: [0, 0, 0])
    if len(kept) == 1:
        return replace(kept[0], group=group)
    for part in kept:
        for day, *new in zip(part.day, part.returned, part.stopped, part.censored, strict=True):
            known = by_day[day]
            for column in range(3):
                known[column] += new[column]
    days = tuple(sorted(by_day))
    returned, stopped, censored = (tuple(by_day[day][column] for day in days) for column in range(3))
    # not the sum of the columns: coarsened counts leave some people uncounted
    started = sum(part.started for part in kept)
    return RecoveryCounts(group, started, days, returned, stopped, censored)


def _all_months(months: Mapping[date, RecoveryCounts]) -> list[date]:
    if not months:
        return []
    first, last = _number(min(months), "month"), _number(max(months), "month")
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1)]


def _number(day: date, unit: Unit) -> int:
    """Running number of the calendar unit that holds `day`."""
    return (12 * day.year + day.month - 1) // MONTHS[unit]


def _period(months: Sequence[date], unit: Unit, counts: Mapping[date, RecoveryCounts]) -> IntakePeriod:
    present = [counts[month] for month in months if month in counts]
    first, last = _bounds(months[0], unit)
    return IntakePeriod(first, last, unit, pool(_label(first, unit), present))


def _joined(parts: Sequence[IntakePeriod], unit: Unit) -> IntakePeriod:
    first, last = _bounds(parts[0].first_day, unit)
    return IntakePeriod(first, last, unit, pool(_label(first, unit), [part.counts for part in parts]))


def _bounds(day: date, unit: Unit) -> tuple[date, date]:
    start = _number(day, unit) * MONTHS[unit]
    end = start + MONTHS[unit] - 1
    year, month = end // 12, end % 12 + 1
    return date(start // 12, start % 12 + 1, 1), date(year, month, monthrange(year, month)[1])


def _label(first_day: date, unit: Unit) -> str:
    """ "2026-03", "2026 Q1" or "2026 H1"."""
    if unit == "month":
        return f"{first_day:%Y-%m}"
    return f"{first_day.year} {unit[0].upper()}{(first_day.month - 1) // MONTHS[unit] + 1}"
