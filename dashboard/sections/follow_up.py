"""How sure are we? How long people were in view, who was lost, and whether returns have their true dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.sections.starters import Starters, may_show, starters
from dashboard.stats.certainty import detectable_difference, follow_up_median
from dashboard.stats.coarse import coarse_histogram, coarse_proportion
from dashboard.stats.disclosure import rounded
from dashboard.stats.pain import Proportion, centile, proportion
from sql.cohort import GROUPING_FIELDS, in_group_order
from sql.queries.baseline_counts import BASELINE_FIELDS, BaselineCount, baseline_counts
from sql.queries.return_date_counts import ReturnDateCount, return_date_counts

KNOWN_AT_DAY = 84
DETECTABLE_AT = (40, 60, 100, 200)
VISIT_DATES_PERCENT = 30
"""Above this share of returns on a visit day the dates are probably those of the visits."""


@dataclass(frozen=True)
class BaselineShare:
    """Share of a category among those whose state is known, and among those whose is not; None is withheld."""

    field: str
    category: str
    known: Proportion | None
    unknown: Proportion | None


@dataclass(frozen=True)
class FollowUpResult:
    """None is withheld or not computable.

    `known` is the share whose state on day 84 is known, of those first seen that long before the as-of day;
    `baseline` sets them beside the others. `on_visit_day` is the share of returns dated on a day with an
    attended visit, `visit_gap_days` the median of days since the visit before among these.
    """

    shared: bool
    follow_up_median_days: int | None
    known: Proportion | None
    baseline: tuple[BaselineShare, ...]
    on_visit_day: Proportion | None
    visit_gap_days: float | None
    detectable: tuple[tuple[int, float | None, float | None], ...]

    @property
    def probably_visit_dates(self) -> bool:
        """Whether over 30 % of the returns are dated on a visit day."""
        share = self.on_visit_day
        return bool(share and 100 * share.numerator > VISIT_DATES_PERCENT * share.denominator)


def follow_up_section(connection: Connection, asked: Asked) -> FollowUpResult:
    """Gather what the curve's own interval does not say."""
    everybody = starters(connection, asked)
    rows = baseline_counts(connection, asked.scope, asked.cohort, day=KNOWN_AT_DAY, as_of=asked.as_of)
    dates = return_date_counts(connection, asked.scope, asked.cohort)
    on_visit_day, gap = _visit_dates(asked, everybody, dates)
    return FollowUpResult(
        shared=asked.shared,
        follow_up_median_days=follow_up_median(everybody.counts) if everybody.counts else None,
        known=_share(asked, everybody, _people(rows, known=True), _people(rows)),
        baseline=tuple(_baseline(asked, everybody, rows)),
        on_visit_day=on_visit_day,
        visit_gap_days=gap,
        detectable=tuple(
            (n, detectable_difference(n, 1), detectable_difference(n, 2)) for n in DETECTABLE_AT
        ),
    )


def follow_up_document(connection: Connection, asked: Asked) -> dict[str, Any]:
    """The section for `summary --json`."""
    return document(follow_up_section(connection, asked))


def document(result: FollowUpResult) -> dict[str, Any]:
    """The result as plain dicts and lists; whole per cent where it is shared."""
    digits = 2 if result.shared else None
    return {
        "median_days": result.follow_up_median_days,
        "known_at_84": _proportion(result.known, digits),
        "baseline": [
            {
                "field": item.field,
                "category": item.category,
                "known": _proportion(item.known, digits),
                "unknown": _proportion(item.unknown, digits),
            }
            for item in result.baseline
        ],
        "returns_on_visit_day": {
            **_proportion(result.on_visit_day, digits),
            "probably_visit_dates": result.probably_visit_dates,
            "median_gap_days": result.visit_gap_days,
        },
        "detectable_points": [
            {"n": n, "one_group": one, "two_groups": two} for n, one, two in result.detectable
        ],
    }


def _proportion(share: Proportion | None, digits: int | None) -> dict[str, Any]:
    if share is None:
        return {"people": None, "of": None, "value": None}
    return {"people": share.numerator, "of": share.denominator, "value": rounded(share.value, digits)}


def _people(rows: Sequence[BaselineCount], *, known: bool | None = None) -> int:
    return sum(row.episodes for row in rows if known is None or row.known == known)


def _share(asked: Asked, everybody: Starters, part: int, whole: int) -> Proportion | None:
    if not asked.shared:
        return proportion(part, whole)
    return coarse_proportion(part, whole, asked.k) if may_show(asked, everybody, whole) else None


def _baseline(asked: Asked, everybody: Starters, rows: Sequence[BaselineCount]) -> list[BaselineShare]:
    found = []
    for field in BASELINE_FIELDS:
        for category in _categories(asked, field, rows):
            shares = []
            for known in (True, False):
                there = [row for row in rows if row.known == known]
                part = sum(row.episodes for row in there if getattr(row, field) == category)
                shares.append(_share(asked, everybody, part, _people(there)))
            found.append(BaselineShare(field, category, *shares))
    return found


def _categories(asked: Asked, field: str, rows: Sequence[BaselineCount]) -> Sequence[str]:
    """Those that are there; all there may be where that would say something of few people."""
    if asked.hidden:
        return GROUPING_FIELDS[field] or ()
    return in_group_order(field, sorted({getattr(row, field) for row in rows}))


def _visit_dates(
    asked: Asked, everybody: Starters, rows: Sequence[ReturnDateCount]
) -> tuple[Proportion | None, float | None]:
    gaps = [(row.gap_days, row.episodes) for row in rows if row.gap_days is not None]
    returned, on_visit_day = sum(row.episodes for row in rows), sum(n for _, n in gaps)
    if not asked.shared:
        return proportion(on_visit_day, returned), centile(gaps, 50)
    share = _share(asked, everybody, on_visit_day, returned)
    return share, centile(coarse_histogram(gaps, asked.k), 50) if share else None
