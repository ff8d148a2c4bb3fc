"""The recovery counts of groups within strata: what a stratified test of the groups needs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, select

from sql.cohort import Cohort, Scope, grouping, in_curve
from sql.schema import episode_outcome as outcome


@dataclass(frozen=True)
class StratumCount:
    """`episodes` people of a group within a stratum who left observation on `day` by `outcome`."""

    stratum: str
    group: str
    day: int
    outcome: str
    episodes: int


def strata_counts(
    connection: Connection,
    scope: Scope,
    cohort: Cohort,
    *,
    by: str,
    stratify: str,
    several_clinics: bool = False,
) -> list[StratumCount]:
    """Everybody in the curve, by stratum, group, day and outcome."""
    question = statement(scope, cohort, by=by, stratify=stratify, several_clinics=several_clinics)
    return [StratumCount(*row) for row in connection.execute(question)]


def statement(
    scope: Scope, cohort: Cohort, *, by: str, stratify: str, several_clinics: bool
) -> Select[str, str, int, str, int]:
    """The query, by itself so that a test can look at its plan."""
    columns = (
        grouping(stratify, several_clinics=several_clinics).label("stratum"),
        grouping(by, several_clinics=several_clinics).label("group_name"),
        outcome.c.day,
        outcome.c.outcome,
    )
    return (
        select(*columns, func.count())
        .where(in_curve(scope, cohort))
        .group_by(*(column.name for column in columns))
    )
