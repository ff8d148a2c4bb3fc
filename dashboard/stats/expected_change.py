"""What change of pain would be expected of a unit's people if they did as people like them do everywhere?

Each stratum (condition x duration x pain at the first visit) has the mean change of all units together; a
person's expectation is that of their stratum. Pain at the first visit is part of it, because whoever starts
high has further to fall.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from dashboard.stats.casemix import SMALLEST_STRATUM
from dashboard.stats.funnel import UnitSums


@dataclass(frozen=True)
class ChangeSums:
    """Sums of the change and of its square over one unit's `people` of one stratum."""

    unit: str
    stratum: str
    people: int
    change: float
    squared_change: float


def unit_sums(
    rows: Sequence[ChangeSums], order: Sequence[str], *, smallest: int = SMALLEST_STRATUM
) -> tuple[UnitSums, ...]:
    """Per unit: sums of the change, and of observed - expected with its square, units by code.

    `order` names the strata so that neighbours are alike; one with fewer than `smallest` people joins the
    next, as in `casemix`. With m the mean of a stratum and c the changes of the unit's n people in it, the
    sums are sum c - n m and sum c^2 - 2 m sum c + n m^2.
    """
    expected = _expected(rows, order, smallest)
    units: dict[str, list[ChangeSums]] = defaultdict(list)
    for row in rows:
        units[row.unit].append(row)
    return tuple(_sums(unit, units[unit], expected) for unit in sorted(units))


def _sums(unit: str, rows: Sequence[ChangeSums], expected: dict[str, float]) -> UnitSums:
    return UnitSums(
        unit,
        n=sum(row.people for row in rows),
        change=fsum(row.change for row in rows),
        difference=fsum(row.change - row.people * expected[row.stratum] for row in rows),
        squared_difference=fsum(_squares(row, expected[row.stratum]) for row in rows),
    )


def _squares(row: ChangeSums, mean: float) -> float:
    return row.squared_change - 2 * mean * row.change + row.people * mean**2


def _expected(rows: Sequence[ChangeSums], order: Sequence[str], smallest: int) -> dict[str, float]:
    """Mean change per stratum, small strata joined with the next, a small last one with those before it."""
    people, change = defaultdict[str, int](int), defaultdict[str, list[float]](list)
    for row in rows:
        people[row.stratum] += row.people
        change[row.stratum].append(row.change)
    closed: list[list[str]] = []
    still_open: list[str] = []
    for name in (name for name in order if people[name]):
        still_open.append(name)
        if sum(people[part] for part in still_open) >= smallest:
            closed.append(still_open)
            still_open = []
    if still_open:
        before = closed.pop() if closed else []
        closed.append(before + still_open)
    means = {}
    for names in closed:
        total = fsum(value for name in names for value in change[name])
        means.update(dict.fromkeys(names, total / sum(people[name] for name in names)))
    return means
