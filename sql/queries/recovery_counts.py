"""How many people left observation on each day, how, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, func, select

from sql.cohort import Cohort, Scope, became, grouping
from sql.schema import episode_outcome as outcome


@dataclass(frozen=True)
class RecoveryCount:
    """`episodes` people of a group who left observation on `day` by `outcome` and became `became`.

    eligibility: eligible, red_flag or already_running (only eligible people are in the curve).
    outcome: returned, stopped or censored. late_day, late_outcome: a return or stop dated after the last contact.
    """

    group: str
    eligibility: str
    day: int
    outcome: str
    late_day: int | None
    late_outcome: str | None
    became: str
    episodes: int


def recovery_counts(
    connection: Connection,
    scope: Scope,
    cohort: Cohort,
    *,
    as_of: date,
    in_care_days: int,
    by: str | None = None,
    several_clinics: bool = False,
) -> list[RecoveryCount]:
    """Counts of everybody who started, at most a few hundred rows per group however many people there are."""
    question = statement(
        scope, cohort, as_of=as_of, in_care_days=in_care_days, by=by, several_clinics=several_clinics
    )
    return [RecoveryCount(*row) for row in connection.execute(question)]


def statement(
    scope: Scope, cohort: Cohort, *, as_of: date, in_care_days: int, by: str | None, several_clinics: bool
) -> Select[str, str, int, str, int | None, str | None, str, int]:
    """The query, by itself so that a test can look at its plan."""
    columns = (
        grouping(by, several_clinics=several_clinics).label("group_name"),
        outcome.c.eligibility,
        outcome.c.day,
        outcome.c.outcome,
        outcome.c.late_day,
        outcome.c.late_outcome,
        became(as_of, in_care_days).label("became"),
    )
    labels = [column.name for column in columns]
    return (
        select(*columns, func.count().label("episodes"))
        .where(scope.condition(), cohort.selected(), cohort.first_in_period(), cohort.with_goal())
        .group_by(*labels)
    )
