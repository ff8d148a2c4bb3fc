"""How complete the records are: of whom is known what should be known by now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.stats.disclosure import (
    MIN_CURVE,
    complement_withheld,
    proportion_withheld,
    round_count,
    rounded,
    shown_count,
)
from sql.queries.completeness_counts import MEASURES, CompletenessCount, completeness_counts


@dataclass(frozen=True)
class Known:
    """Of `due` people something should be known by now, of `known` it is. None is withheld; share None: no figure."""

    measure: str
    due: int | None
    known: int | None
    share: float | None


@dataclass(frozen=True)
class CompletenessRow:
    """One month (2024-05), therapist or everybody ("all"): those in the curve, and each measure."""

    name: str
    started: int | None
    measures: tuple[Known, ...]

    def of(self, measure: str) -> Known:
        """The result of one measure."""
        return next(known for known in self.measures if known.measure == measure)


@dataclass(frozen=True)
class Completeness:
    """Rows by month of the first visit and by its therapist; `cells` by (month, therapist). Shared: months only."""

    everybody: CompletenessRow
    months: tuple[CompletenessRow, ...]
    therapists: tuple[CompletenessRow, ...]
    cells: dict[tuple[str, str], CompletenessRow]
    definition: str = "completeness"


def completeness_section(connection: Connection, asked: Asked) -> Completeness:
    """The completeness of the records that the curve rests on."""
    counts = completeness_counts(connection, asked.scope, asked.cohort, as_of=asked.as_of)
    if asked.hidden:
        return Completeness(_nothing(), (), (), {})
    if asked.shared:
        return _shared(counts, asked.k)
    return Completeness(
        _row("all", counts),
        _rows(counts, lambda count: count.month),
        _rows(counts, lambda count: count.therapist),
        {(count.month, count.therapist): _row(count.month, [count]) for count in counts},
    )


def completeness_document(connection: Connection, asked: Asked) -> dict[str, Any]:
    """The section in `summary --json`."""
    return document(completeness_section(connection, asked))


def document(result: Completeness) -> dict[str, Any]:
    """The section as plain dicts and lists."""
    return {
        "definition": result.definition,
        "everybody": _row_document(result.everybody),
        "months": [_row_document(row) for row in result.months],
        "therapists": [_row_document(row) for row in result.therapists],
    }


def _rows(
    counts: Sequence[CompletenessCount], key: Callable[[CompletenessCount], str]
) -> tuple[CompletenessRow, ...]:
    names = sorted({key(count) for count in counts})
    return tuple(_row(name, [count for count in counts if key(count) == name]) for name in names)


def _row(name: str, counts: Iterable[CompletenessCount]) -> CompletenessRow:
    counts = list(counts)
    known = tuple(
        _known(measure, sum(c.due[place] for c in counts), sum(c.known[place] for c in counts))
        for place, measure in enumerate(MEASURES)
    )
    return CompletenessRow(name, sum(count.started for count in counts), known)


def _known(measure: str, due: int, known: int) -> Known:
    return Known(measure, due, known, known / due if due else None)


def _nothing() -> CompletenessRow:
    return CompletenessRow("all", None, tuple(Known(measure, None, None, None) for measure in MEASURES))


def _shared(counts: Sequence[CompletenessCount], k: int) -> Completeness:
    """Months only, each as the rules for small numbers leave it; nothing by therapist."""
    exact = _row("all", counts)
    months = tuple(_coarse(row, exact, k) for row in _rows(counts, lambda count: count.month))
    return Completeness(_coarse(exact, exact, k), months, (), {})


def _coarse(row: CompletenessRow, exact: CompletenessRow, k: int) -> CompletenessRow:
    started = row.started or 0
    hidden = complement_withheld(exact.started or 0, started, k)
    measures = tuple(
        _coarse_known(known, all_due.due or 0, k, hidden=hidden)
        for known, all_due in zip(row.measures, exact.measures, strict=True)
    )
    return CompletenessRow(row.name, None if hidden else shown_count(started, k), measures)


def _coarse_known(known: Known, all_due: int, k: int, *, hidden: bool) -> Known:
    """Rounded counts and the whole per cent that follows from them; under 40 due there is no share."""
    due, found = known.due or 0, known.known or 0
    if hidden or complement_withheld(all_due, due, k):
        return Known(known.measure, None, None, None)
    if due < MIN_CURVE or proportion_withheld(found, due, k):
        return Known(known.measure, shown_count(due, k), None, None)
    coarse_due = round_count(due, k)
    coarse = min(round_count(found, k), coarse_due)
    return Known(known.measure, coarse_due, coarse, rounded(coarse / coarse_due))


def _row_document(row: CompletenessRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "started": row.started,
        "measures": [
            {"measure": known.measure, "due": known.due, "known": known.known, "share": known.share}
            for known in row.measures
        ],
    }
