"""Where we lose people: of all who started, how many still came at the 2nd visit or in week 12, by site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.sections.starters import Starters, is_few, may_show, number_shown, starters
from dashboard.stats.coarse import coarse_proportion
from dashboard.stats.disclosure import rounded
from dashboard.stats.pain import Proportion
from dashboard.stats.retention import WEEKS, Attendance, retention
from sql.cohort import in_group_order
from sql.queries.attendance_counts import AttendanceCount, attendance_counts

EVERYBODY = "all"


@dataclass(frozen=True)
class Stayed:
    """Share of a group's starters at one step; None is withheld."""

    step: int
    share: Proportion | None


@dataclass(frozen=True)
class GroupRetention:
    """`started` are those first seen at least 12 weeks before the as-of day; None is withheld, `few` fewer than k."""

    group: str
    started: int | None
    by_visit: tuple[Stayed, ...]
    by_week: tuple[Stayed, ...]
    few: bool = False


@dataclass(frozen=True)
class RetentionResult:
    """Everybody first, then every site if there are several. recorded: whether any later visit is."""

    shared: bool
    recorded: bool
    groups: tuple[GroupRetention, ...]


def attendance(connection: Connection, asked: Asked) -> list[AttendanceCount]:
    """The attended visits of those who could have come for twelve weeks."""
    return attendance_counts(
        connection,
        asked.scope,
        asked.cohort,
        days=[7 * week for week in WEEKS],
        as_of=asked.as_of,
        several_clinics=asked.several_clinics,
    )


def retention_section(connection: Connection, asked: Asked) -> RetentionResult:
    """Count who stayed, for everybody and by site."""
    everybody, rows = starters(connection, asked), attendance(connection, asked)
    groups = [_group(asked, everybody, EVERYBODY, rows)]
    names = in_group_order("site", sorted({row.site for row in rows}))
    if len(names) > 1 and not asked.hidden:
        parts = [(name, [row for row in rows if row.site == name]) for name in names]
        groups += [_group(asked, everybody, name, part) for name, part in parts]
    return RetentionResult(asked.shared, is_recorded(asked, rows), tuple(groups))


def is_recorded(asked: Asked, rows: Sequence[AttendanceCount]) -> bool:
    """Whether any visit after the first is; of people of whom nothing may be said, it is taken to be."""
    return asked.hidden or any(row.visits > 1 for row in rows)


def retention_document(connection: Connection, asked: Asked) -> dict[str, Any]:
    """The section for `summary --json`."""
    return document(retention_section(connection, asked))


def document(result: RetentionResult) -> dict[str, Any]:
    """The result as plain dicts and lists; whole per cent where it is shared."""
    digits = 2 if result.shared else None
    return {
        "recorded": result.recorded,
        "groups": [
            {
                "group": group.group,
                "started": group.started,
                "by_visit": [{"visit": item.step, **_share(item.share, digits)} for item in group.by_visit],
                "by_week": [{"week": item.step, **_share(item.share, digits)} for item in group.by_week],
            }
            for group in result.groups
        ],
    }


def _share(share: Proportion | None, digits: int | None) -> dict[str, Any]:
    if share is None:
        return dict.fromkeys(("people", "value", "low", "high"))
    figures = {name: rounded(getattr(share, name), digits) for name in ("value", "low", "high")}
    return {"people": share.numerator, **figures}


def _group(asked: Asked, everybody: Starters, name: str, rows: Sequence[AttendanceCount]) -> GroupRetention:
    found = retention(Attendance(row.visits, row.last_day, row.episodes) for row in rows)
    shown = may_show(asked, everybody, found.started)

    def stayed(steps: Sequence[tuple[int, Proportion]]) -> tuple[Stayed, ...]:
        return tuple(Stayed(step, _shown(asked, share) if shown else None) for step, share in steps)

    return GroupRetention(
        name,
        number_shown(asked, everybody, found.started),
        stayed(found.by_visit),
        stayed(found.by_week),
        is_few(asked, everybody, found.started),
    )


def _shown(asked: Asked, share: Proportion) -> Proportion | None:
    return coarse_proportion(share.numerator, share.denominator, asked.k) if asked.shared else share
