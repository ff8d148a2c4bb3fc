"""How many started at each site with each condition: what a filter may offer to readers who do not hold the record."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, select

from sql.cohort import Cohort, Scope, clinic_of_outcome
from sql.schema import episode_outcome as outcome

EVERYBODY = Cohort(goals=())


@dataclass(frozen=True)
class OptionCount:
    """People of one condition at one site, whatever their goal, whenever they came."""

    clinic: str
    site: str
    condition: str
    started: int


def option_counts(connection: Connection, scope: Scope) -> list[OptionCount]:
    """Everybody within the scope, each once per condition."""
    return [OptionCount(*row) for row in connection.execute(statement(scope))]


def statement(scope: Scope) -> Select[str, str, str, int]:
    """The query, by itself so that a test can look at its plan."""
    names = (clinic_of_outcome, outcome.c.site, outcome.c.condition)
    return select(*names, func.count()).where(scope.condition(), EVERYBODY.first_in_period()).group_by(*names)
