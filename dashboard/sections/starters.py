"""Who started, once for every section: their counts per day, and whether any of it may be shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.stats.disclosure import (
    MIN_CURVE,
    coarsen,
    complement_withheld,
    shown_count,
    tells_of_nobody,
)
from dashboard.stats.survival import RecoveryCounts
from sql.queries.curve_counts import curve_counts


@dataclass(frozen=True)
class Starters:
    """`counts` of those in the curve: coarse for an audience that does not hold the record, None if withheld.

    `in_curve` is their exact number and must not be shown; `shown` is the number that may be.
    """

    in_curve: int
    shown: int | None
    counts: RecoveryCounts | None


def starters(connection: Connection, asked: Asked) -> Starters:
    """Count them; shared figures follow the rules of the summary."""
    counts = counts_of("all", curve_counts(connection, asked.scope, asked.cohort))
    if not asked.shared:
        return Starters(counts.started, counts.started, counts)
    if asked.hidden:
        return Starters(counts.started, None, None)
    coarse = coarsen(counts, asked.k)
    return Starters(counts.started, coarse.started, coarse.counts)


def counts_of(group: str, rows: Iterable[tuple[int, str, int]], event: str = "returned") -> RecoveryCounts:
    """Counts per day from rows (day, how it ended, people): `event`, "stopped" or "censored"."""
    return RecoveryCounts.from_rows(
        group,
        (
            (day, n * (ended == event), n * (ended == "stopped"), n * (ended == "censored"))
            for day, ended, n in rows
        ),
    )


def may_show(asked: Asked, everybody: Starters, part: int) -> bool:
    """Whether figures on a part of the starters may be shown: itself large enough, and what it leaves not small."""
    if not asked.shared:
        return True
    large = everybody.counts is not None and part >= MIN_CURVE
    return large and not complement_withheld(everybody.in_curve, part, asked.k)


def number_shown(asked: Asked, everybody: Starters, part: int) -> int | None:
    """A part's number of people as it may be printed; None is withheld or fewer than k."""
    if not asked.shared:
        return part
    if everybody.shown is None or complement_withheld(everybody.in_curve, part, asked.k):
        return None
    return None if tells_of_nobody(part, everybody.in_curve) else shown_count(part, asked.k)


def is_few(asked: Asked, everybody: Starters, part: int) -> bool:
    """Whether a part is withheld because it is fewer than k, which may be said, and not for another reason."""
    few = 0 < part < asked.k or tells_of_nobody(part, everybody.in_curve)
    return asked.shared and not asked.hidden and few
