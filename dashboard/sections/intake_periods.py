"""Is it getting better? The share back by week 12 by the period of the first visit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.sections.starters import Starters, counts_of, is_few, may_show, number_shown, starters
from dashboard.stats.disclosure import MIN_CURVE, coarsen, proportion_withheld, rounded, shown_count
from dashboard.stats.intake_periods import SMALLEST, IntakePeriod, PeriodShare, cut, join_small, share_back
from dashboard.stats.survival import RecoveryCounts
from sql.queries.period_counts import PeriodCount, period_counts

HORIZON_DAY = 84


@dataclass(frozen=True)
class ShownPeriod:
    """A period as it may be shown: `started` None is withheld, `few` fewer than k; of `share` None is withheld too."""

    started: int | None
    share: PeriodShare
    few: bool = False


@dataclass(frozen=True)
class IntakePeriodsResult:
    """Periods in order of time. smallest: months with fewer starters were joined."""

    shared: bool
    day: int
    smallest: int
    periods: tuple[ShownPeriod, ...]


def intake_periods_section(connection: Connection, asked: Asked) -> IntakePeriodsResult:
    """Months of first visits, small ones joined into quarters and then half-years.

    Shared figures need 40 people for a share, so there smaller periods are joined; when few people came is not said.
    """
    everybody = starters(connection, asked)
    smallest = MIN_CURVE if asked.shared else SMALLEST
    rows = [] if asked.hidden else period_counts(connection, asked.scope, asked.cohort)
    months, span = _by_month(rows), (asked.cohort.first_visit_from, asked.cohort.first_visit_to)
    periods = tuple(_shown(asked, everybody, cut(part, span)) for part in join_small(months, smallest))
    return IntakePeriodsResult(asked.shared, HORIZON_DAY, smallest, periods)


def intake_periods_document(connection: Connection, asked: Asked) -> dict[str, Any]:
    """The section for `summary --json`."""
    return document(intake_periods_section(connection, asked))


def document(result: IntakePeriodsResult) -> dict[str, Any]:
    """The result as plain dicts and lists; whole per cent where it is shared."""
    digits = 2 if result.shared else None
    return {
        "day": result.day,
        "smallest": result.smallest,
        "periods": [_period(period, digits) for period in result.periods],
    }


def _period(period: ShownPeriod, digits: int | None) -> dict[str, Any]:
    share = asdict(period.share)
    figures = {name: rounded(share[name], digits) for name in ("value", "low", "high", "se")}
    return {
        "first_day": period.share.first_day.isoformat(),
        "last_day": period.share.last_day.isoformat(),
        "unit": period.share.unit,
        "started": period.started,
        "mature": period.share.mature,
        **figures,
        "too_few": period.share.too_few,
    }


def _by_month(rows: list[PeriodCount]) -> dict[date, RecoveryCounts]:
    months: dict[date, list[tuple[int, str, int]]] = defaultdict(list)
    for row in rows:
        months[row.month].append((row.day, row.outcome, row.episodes))
    return {month: counts_of(f"{month:%Y-%m}", counts) for month, counts in months.items()}


def _shown(asked: Asked, everybody: Starters, period: IntakePeriod) -> ShownPeriod:
    exact = share_back(period, HORIZON_DAY, asked.as_of)
    if not asked.shared:
        return ShownPeriod(exact.started, exact)
    started = number_shown(asked, everybody, exact.started)
    coarse = coarsen(period.counts, asked.k).counts
    if coarse is None or not may_show(asked, everybody, exact.started):
        return ShownPeriod(started, _nothing(exact), is_few(asked, everybody, exact.started))
    found = share_back(replace(period, counts=coarse), HORIZON_DAY, asked.as_of)
    if proportion_withheld(found.returned, coarse.started, asked.k):
        return ShownPeriod(started, _nothing(exact))
    return ShownPeriod(started, replace(found, at_risk=shown_count(found.at_risk or 0, asked.k)))


def _nothing(exact: PeriodShare) -> PeriodShare:
    return PeriodShare(
        exact.first_day, exact.last_day, exact.unit, 0, exact.mature,
        None, None, None, None, None, 0, None, too_few=True,
    )  # fmt: skip
