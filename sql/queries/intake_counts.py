"""How many episodes the question leaves out before the curve, and when people came."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from sql.cohort import Cohort, Scope
from sql.schema import episode_outcome as outcome


@dataclass(frozen=True)
class IntakeCounts:
    """Episodes in the period and categories asked for, by the first reason that keeps them out of the curve.

    None is a number too small to be shared.
    """

    later_episode: int | None = 0
    goal_unknown: int | None = 0
    other_goal: int | None = 0
    red_flag: int | None = 0
    already_running: int | None = 0
    in_curve: int | None = 0


def intake_counts(connection: Connection, scope: Scope, cohort: Cohort) -> IntakeCounts:
    """Every selected episode once, under the first reason that holds."""
    found = {row[0]: row[1] for row in connection.execute(statement(scope, cohort))}
    return IntakeCounts(**found)


def statement(scope: Scope, cohort: Cohort) -> Select[str, int]:
    """The query, by itself so that a test can look at its plan."""
    reason = reason_left_out(cohort).label("reason")
    return select(reason, func.count()).where(scope.condition(), cohort.selected()).group_by("reason")


def reason_left_out(cohort: Cohort) -> ColumnElement[str]:
    """The first reason that keeps a selected episode out of the curve, else in_curve."""
    return case(
        (~cohort.first_in_period(), "later_episode"),
        (cohort.with_goal() & (outcome.c.eligibility == "eligible"), "in_curve"),
        (cohort.with_goal(), outcome.c.eligibility),
        (outcome.c.goal == "unknown", "goal_unknown"),
        else_="other_goal",
    )
