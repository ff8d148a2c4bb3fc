"""Cells and columns that several chapters share. Shared figures are rounded here as `summary --json` has them."""

from __future__ import annotations

from dashboard.group_summary import GroupSummary
from dashboard.names import group_name
from dashboard.report.content import Cell, Column
from dashboard.stats.disclosure import rounded
from dashboard.stats.survival import Horizon
from dashboard.wording import WITHHELD, count_words, time_words

GROUP = Column("group", "group", "text", "the group of people")
STARTED = Column("started", "started", "count", "people whose first visit lies in the period")
IN_CURVE = Column("episodes", "in the curve", "count", "of these, those the curve rests on")
MEDIAN = Column(
    "median_days", "half by day", "days", "first day with at least half back; empty = not reached"
)


def count(number: int | None, k: int, *, few: bool = True) -> Cell:
    """A number of people, or the words for one too small to be shared, or withheld though it is none of `few`."""
    return count_words(None, k, few=few) if number is None else number


def people(number: int | None) -> Cell:
    """The size of a group; withheld ones may be small, or leave few outside."""
    return WITHHELD if number is None else number


def share(value: float | None, *, shared: bool) -> float | None:
    """A share as this audience may see it: whole per cent when shared."""
    return rounded(value) if shared else value


def number(value: float | None, *, shared: bool) -> float | None:
    """A mean as this audience may see it: one decimal when shared."""
    return value if value is None or not shared else round(value, 1)


def horizon_columns(days: tuple[int, ...]) -> tuple[Column, ...]:
    """Estimate, limits, known share and the warning, per day."""
    columns: list[Column] = []
    for day in days:
        when = time_words(day)
        columns += [
            Column(f"back_by_{day}", f"back by {when}", "share", f"estimated share back running by {when}"),
            Column(f"low_{day}", "low", "share", f"lower 95 % limit at {when}", f"back_by_{day}"),
            Column(f"high_{day}", "high", "share", f"upper 95 % limit at {when}", f"back_by_{day}"),
            Column(f"known_{day}", "known", "share", f"share of starters whose state at {when} is known"),
            Column(
                f"too_few_{day}",
                "too few",
                "text",
                "yes: fewer than 10 people in effect stand behind it",
                f"back_by_{day}",
            ),
        ]
    return tuple(columns)


def horizon_cells(horizon: Horizon, *, shared: bool) -> tuple[Cell, ...]:
    """The cells of `horizon_columns` for one day."""
    if horizon.value is None and horizon.known is None:
        return (WITHHELD if shared else None, None, None, None, "")
    value, low, high, known = (
        share(one, shared=shared) for one in (horizon.value, horizon.low, horizon.high, horizon.known)
    )
    return (value, low, high, known, "yes" if horizon.too_few else "")


def group_cells(group: GroupSummary) -> tuple[Cell, ...]:
    """GROUP, STARTED, IN_CURVE."""
    return (group_name(group.group), people(group.started), people(group.episodes))


def median_cell(group: GroupSummary) -> Cell:
    """Days until half were back, or why there is no such day."""
    if group.median.value_days is not None:
        return group.median.value_days
    return WITHHELD if group.curve is None and group.started != 0 else "not reached"
