"""How many visits it takes, by symptom duration; and whether those who keep appointments are back sooner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.sections.retention import EVERYBODY, attendance, is_recorded
from dashboard.sections.starters import Starters, counts_of, may_show, number_shown, starters
from dashboard.stats.coarse import coarse_histogram
from dashboard.stats.disclosure import coarsen, proportion_withheld, round_count, rounded
from dashboard.stats.outlook import Conditional
from dashboard.stats.retention import (
    ENGAGED_VISITS,
    Landmark,
    Quartiles,
    engaged_landmark,
    visit_quartiles,
)
from dashboard.stats.survival import RecoveryCounts
from sql.cohort import in_group_order
from sql.queries.attendance_counts import AttendanceCount
from sql.queries.engaged_counts import EngagedCount, engaged_counts
from sql.settings import setting_value


@dataclass(frozen=True)
class VisitQuartiles:
    """A group's quartiles; `n` is None where it is withheld."""

    group: str
    n: int | None
    lower: float | None
    median: float | None
    upper: float | None


@dataclass(frozen=True)
class VisitsResult:
    """`per_episode` of those first seen at least 12 weeks ago, `to_return` of those of them who returned.

    `engaged_share` is the setting, in per cent. `landmark` is None where it is withheld.
    """

    shared: bool
    recorded: bool
    per_episode: tuple[VisitQuartiles, ...]
    to_return: tuple[VisitQuartiles, ...]
    engaged_share: int
    landmark: Landmark | None


def visits_section(connection: Connection, asked: Asked) -> VisitsResult:
    """Visits per episode and until the return, and the landmark comparison at day 28."""
    everybody, rows = starters(connection, asked), attendance(connection, asked)
    share = max(int(setting_value(connection, code, "engaged_share")) for code in asked.clinics)
    back = [row for row in rows if row.visits_to_return is not None]
    return VisitsResult(
        asked.shared,
        is_recorded(asked, rows),
        _quartiles(asked, everybody, rows, "visits"),
        _quartiles(asked, everybody, back, "visits_to_return"),
        share,
        _landmark(connection, asked, everybody, share),
    )


def visits_document(connection: Connection, asked: Asked) -> dict[str, Any]:
    """The section for `summary --json`."""
    return document(visits_section(connection, asked))


def document(result: VisitsResult) -> dict[str, Any]:
    """The result as plain dicts and lists; whole per cent where it is shared."""
    digits = 2 if result.shared else None
    found = result.landmark
    return {
        "recorded": result.recorded,
        "per_episode": [dict(vars(item)) for item in result.per_episode],
        "to_return": [dict(vars(item)) for item in result.to_return],
        "engaged": {
            "share_percent": result.engaged_share,
            "engaged": _conditional(found.engaged if found else None, digits),
            "not_engaged": _conditional(found.not_engaged if found else None, digits),
            "difference": {
                "value": rounded(found.difference, digits) if found else None,
                "low": rounded(found.low, digits) if found else None,
                "high": rounded(found.high, digits) if found else None,
                "se": rounded(found.se, digits) if found else None,
            },
        },
    }


def _conditional(found: Conditional | None, digits: int | None) -> dict[str, Any]:
    if found is None:
        return {"n": None, "value": None, "low": None, "high": None, "se": None, "too_few": True}
    figures = {name: rounded(getattr(found, name), digits) for name in ("value", "low", "high", "se")}
    return {"n": found.n, **figures, "too_few": found.too_few}


def _quartiles(
    asked: Asked, everybody: Starters, rows: Sequence[AttendanceCount], field: str
) -> tuple[VisitQuartiles, ...]:
    names = in_group_order("symptom_duration", sorted({row.symptom_duration for row in rows}))
    parts = {EVERYBODY: rows} | {
        name: [row for row in rows if row.symptom_duration == name]
        for name in names
        if len(names) > 1 and not asked.hidden
    }
    return tuple(
        _group(asked, everybody, name, [(getattr(row, field), row.episodes) for row in part])
        for name, part in parts.items()
    )


def _group(
    asked: Asked, everybody: Starters, name: str, histogram: Iterable[tuple[int, int]]
) -> VisitQuartiles:
    people = list(histogram)
    size = sum(n for _, n in people)
    if asked.shared:
        people = _by_value(people)
        people = coarse_histogram(people, asked.k) if may_show(asked, everybody, size) else []
    found: Quartiles = visit_quartiles({name: people})[0]
    shown = number_shown(asked, everybody, size)
    return VisitQuartiles(name, shown, found.lower, found.median, found.upper)


def _by_value(rows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    totals: dict[int, int] = {}
    for value, n in rows:
        totals[value] = totals.get(value, 0) + n
    return sorted(totals.items())


def _landmark(connection: Connection, asked: Asked, everybody: Starters, share: int) -> Landmark | None:
    rows = engaged_counts(
        connection,
        asked.scope,
        asked.cohort,
        share_percent=share,
        at_least=ENGAGED_VISITS,
    )
    exact = [_counts(rows, engaged=engaged) for engaged in (True, False)]
    if not asked.shared:
        return engaged_landmark(*exact)
    if not all(may_show(asked, everybody, counts.started) for counts in exact):
        return None
    coarse = [coarsen(counts, asked.k).counts for counts in exact]
    if coarse[0] is None or coarse[1] is None:
        return None
    found = engaged_landmark(coarse[0], coarse[1])
    small = any(
        proportion_withheld(part.returned, part.n, asked.k) for part in (found.engaged, found.not_engaged)
    )
    if small:
        return None
    engaged, others = (replace(x, n=round_count(x.n, asked.k)) for x in (found.engaged, found.not_engaged))
    return replace(found, engaged=engaged, not_engaged=others)


def _counts(rows: Sequence[EngagedCount], *, engaged: bool) -> RecoveryCounts:
    chosen = [row for row in rows if row.engaged == engaged]
    return counts_of(
        "engaged" if engaged else "not engaged", ((row.day, row.outcome, row.episodes) for row in chosen)
    )
