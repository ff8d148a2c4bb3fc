"""How many visits it takes, by symptom duration; and whether those who keep appointments are back sooner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.sections.retention import EVERYBODY, attendance, is_recorded
from dashboard.sections.starters import Starters, counts_of, is_few, may_show, number_shown, starters
from dashboard.stats.coarse import coarse_histogram
from dashboard.stats.disclosure import (
    coarsen,
    complement_withheld,
    proportion_withheld,
    round_count,
    rounded,
)
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
    """A group's quartiles; `n` is None where it is withheld, and `few` says that it is known to be under k."""

    group: str
    n: int | None
    lower: float | None
    median: float | None
    upper: float | None
    few: bool = False


@dataclass(frozen=True)
class VisitsResult:
    """`per_episode` of those first seen at least 12 weeks ago, `to_return` of those of them who returned.

    Both have the same groups: one that is missing from those who returned would say that nobody did.
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
    groups = _by_duration(asked, rows)
    return VisitsResult(
        asked.shared,
        is_recorded(asked, rows),
        tuple(_course(asked, everybody, name, part) for name, part in groups.items()),
        tuple(_to_return(asked, everybody, name, part) for name, part in groups.items()),
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
        "per_episode": [_figures(item) for item in result.per_episode],
        "to_return": [_figures(item) for item in result.to_return],
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


def _figures(item: VisitQuartiles) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ("group", "n", "lower", "median", "upper")}


def _conditional(found: Conditional | None, digits: int | None) -> dict[str, Any]:
    if found is None:
        return {"n": None, "value": None, "low": None, "high": None, "se": None, "too_few": True}
    figures = {name: rounded(getattr(found, name), digits) for name in ("value", "low", "high", "se")}
    return {"n": found.n, **figures, "too_few": found.too_few}


def _by_duration(asked: Asked, rows: Sequence[AttendanceCount]) -> dict[str, Sequence[AttendanceCount]]:
    """Everybody, and the groups by symptom duration if there are several."""
    names = in_group_order("symptom_duration", sorted({row.symptom_duration for row in rows}))
    if len(names) < 2 or asked.hidden:
        return {EVERYBODY: rows}
    return {EVERYBODY: rows} | {name: [r for r in rows if r.symptom_duration == name] for name in names}


def _course(asked: Asked, everybody: Starters, name: str, rows: Sequence[AttendanceCount]) -> VisitQuartiles:
    """Visits per episode of a group."""
    size = _people(rows)
    found = _quartiles(asked, everybody, name, [(row.visits, row.episodes) for row in rows])
    return replace(found, n=number_shown(asked, everybody, size), few=is_few(asked, everybody, size))


def _to_return(
    asked: Asked, everybody: Starters, name: str, rows: Sequence[AttendanceCount]
) -> VisitQuartiles:
    """Visits until the return. How many of a group are back is a class of it, and shown as the classes are."""
    size, back = _people(rows), [row for row in rows if row.visits_to_return is not None]
    returned = _people(back)
    histogram = [(row.visits_to_return or 0, row.episodes) for row in back]
    if not asked.shared:
        return replace(_quartiles(asked, everybody, name, histogram), n=returned)
    if not may_show(asked, everybody, size) or complement_withheld(size, returned, asked.k):
        nobody = None if size else number_shown(asked, everybody, size)
        return VisitQuartiles(name, nobody, None, None, None, few=is_few(asked, everybody, size))
    shown, few = number_shown(asked, everybody, returned), is_few(asked, everybody, returned)
    return replace(_quartiles(asked, everybody, name, histogram), n=shown, few=few)


def _people(rows: Iterable[AttendanceCount]) -> int:
    return sum(row.episodes for row in rows)


def _quartiles(
    asked: Asked, everybody: Starters, name: str, people: Sequence[tuple[int, int]]
) -> VisitQuartiles:
    if asked.shared:
        size = sum(n for _, n in people)
        people = coarse_histogram(_by_value(people), asked.k) if may_show(asked, everybody, size) else []
    found: Quartiles = visit_quartiles({name: people})[0]
    return VisitQuartiles(name, None, found.lower, found.median, found.upper)


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
