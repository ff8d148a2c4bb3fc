"""How many started in the period, by which of the filters they meet: what a filter leaves out is in it too."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, case, func, select

from sql.cohort import Cohort, Scope
from sql.schema import episode_outcome as outcome


@dataclass(frozen=True)
class FilterCount:
    """Those who meet some filters and not the others; `met` has an entry for each filter that is set."""

    met: tuple[bool, ...]
    started: int
    in_curve: int


def filter_counts(connection: Connection, scope: Scope, cohort: Cohort) -> list[FilterCount]:
    """Everybody of the same period and goals, each once."""
    rows = connection.execute(statement(scope, cohort)).all()
    return [FilterCount(tuple(map(bool, met)), started, in_curve) for *met, started, in_curve in rows]


def statement(scope: Scope, cohort: Cohort) -> Select[*tuple[int, ...]]:
    """The query, by itself so that a test can look at its plan."""
    whole = cohort.without_filters()
    met = [
        case((condition, 1), else_=0).label(f"met_{number}")
        for number, condition in enumerate(cohort.filter_conditions())
    ]
    in_curve = func.count().filter(outcome.c.eligibility == "eligible")
    started = scope.condition() & whole.selected() & whole.first_in_period() & whole.with_goal()
    return select(*met, func.count(), in_curve).where(started).group_by(*(column.name for column in met))
