"""Counts by month -> the values of a measure by period, exact or coarse enough to share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Literal

from dashboard.sections.trend_measures import Measure
from dashboard.stats.disclosure import MIN_CURVE, proportion_withheld, round_count, shown_count
from dashboard.stats.intake_periods import SMALLEST_FOR_TREND, UNITS, Span, Unit, calendar_unit, within

State = Literal["counted", "not yet", "withheld", "nobody"]


@dataclass(frozen=True)
class Cell:
    """What a month adds to a measure.

    n: people or visits that it is about; met: those that count; changes: people by change of score. Of visits
    only: at least so many `people` stand behind n, `people_met` behind met, and `people_rest` behind the others.
    """

    n: int = 0
    met: int = 0
    people: int = 0
    people_met: int = 0
    people_rest: int = 0
    changes: Mapping[float, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Value:
    """A measure in one period. `value` is None unless it is counted; None in n and met is "withheld".

    few: n is withheld because it is fewer than k people.
    state: `not yet` if the last to come could not be followed long enough, `nobody` without anybody to count.
    """

    first_day: date
    last_day: date
    state: State
    value: float | None
    met: int | None
    n: int | None
    few: bool = False


def best_unit(months: Mapping[date, int], smallest_median: int) -> Unit:
    """The shortest unit whose median period has so many people; else half-years."""
    for unit in UNITS:
        sizes = [sum(months.get(m, 0) for m in part) for part in _parts(months, unit).values()]
        if not sizes or median(sizes) >= smallest_median:
            return unit
    return UNITS[-1]


def smallest_median(measure: Measure, k: int, *, shared: bool) -> int:
    """How many the median period of a measure needs, so that its trend shows more than chance, or may be shared."""
    if shared:
        return k if measure.kind == "count" else MIN_CURVE
    return SMALLEST_FOR_TREND if measure.outcome else 0


def series(
    measure: Measure,
    months: Mapping[date, Cell],
    unit: Unit,
    *,
    as_of: date,
    whole: tuple[date, date] | None,
    span: Span,
    k: int,
    shared: bool,
) -> tuple[Value, ...]:
    """The values of all periods that hold one of the months.

    `whole` are the first and last day that the data cover: a number of people is known only of periods within.
    `span` are those asked about, to which periods are cut.
    """
    values: list[Value] = []
    for (first, last), part in _parts(months, unit).items():
        covered = measure.kind != "count" or (whole is not None and whole[0] <= first and last <= whole[1])
        first, last = within(first, last, span)
        mature = covered and last + timedelta(days=measure.mature_days) <= as_of
        cell = _sum(months[month] for month in part if month in months)
        if not mature:
            values.append(Value(first, last, "not yet", None, None, None))
        else:
            values.append(
                _coarse(measure, first, last, cell, k) if shared else _exact(measure, first, last, cell)
            )
    return tuple(values)


def all_months(first: date, last: date) -> list[date]:
    """The first day of every month from the one that holds `first` to the one that holds `last`."""
    numbers = range(12 * first.year + first.month - 1, 12 * last.year + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def _exact(measure: Measure, first: date, last: date, cell: Cell) -> Value:
    if measure.kind == "count":
        return Value(first, last, "counted", float(cell.n), cell.n, cell.n)
    if measure.kind == "median":
        n = sum(cell.changes.values())
        if not n:
            return Value(first, last, "nobody", None, None, cell.n)
        return Value(first, last, "counted", _median(cell.changes), n, cell.n)
    if not cell.n:
        return Value(first, last, "nobody", None, 0, 0)
    return Value(first, last, "counted", cell.met / cell.n, cell.met, cell.n)


def _coarse(measure: Measure, first: date, last: date, cell: Cell, k: int) -> Value:
    """The same from rounded counts; withheld where few people stand behind it."""
    people, sides = cell.n, (cell.met, cell.n - cell.met)
    if measure.of == "visits":
        people, sides = cell.people, (cell.people_met, cell.people_rest)
    n = shown_count(cell.n, k) if people >= k or not cell.n else None
    # Of visits n may be large where few people made them.
    hidden = Value(first, last, "withheld", None, None, n, few=n is None and measure.of == "people")
    if measure.kind == "count":
        return hidden if n is None else Value(first, last, "counted", float(n), n, n)
    if not cell.n:
        return Value(first, last, "nobody", None, 0, 0)
    if measure.kind == "median":
        scored = sum(cell.changes.values())
        if n is None or scored < k or 0 < cell.n - scored < k:
            return hidden
        return Value(first, last, "counted", round(_median(cell.changes), 1), shown_count(scored, k), n)
    few = any(0 < side < k for side in sides) or proportion_withheld(cell.met, cell.n, k)
    if n is None or cell.n < MIN_CURVE or few:
        return hidden
    met = min(round_count(cell.met, k), n)
    return Value(first, last, "counted", met / n, met, n)


def _median(changes: Mapping[float, int]) -> float:
    return median(change for change, people in sorted(changes.items()) for _ in range(people))


def _sum(cells: Iterable[Cell]) -> Cell:
    """Months together. Somebody may come in several months: people are at least those of the largest one."""
    parts = list(cells)
    changes: Counter[float] = Counter()
    for part in parts:
        changes.update(part.changes)
    return Cell(
        sum(part.n for part in parts),
        sum(part.met for part in parts),
        max((part.people for part in parts), default=0),
        max((part.people_met for part in parts), default=0),
        max((part.people_rest for part in parts), default=0),
        changes,
    )


def _parts(months: Iterable[date], unit: Unit) -> dict[tuple[date, date], Sequence[date]]:
    """The months of each period, from the first to the last without a gap."""
    given = sorted(months)
    if not given:
        return {}
    parts: dict[tuple[date, date], list[date]] = {}
    for month in all_months(given[0], given[-1]):
        parts.setdefault(calendar_unit(month, unit), []).append(month)
    return dict(parts)
