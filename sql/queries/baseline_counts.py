"""Are those whose outcome is not known like the others? What was known of both at the first visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, case, func, or_, select

from sql.cohort import Cohort, Scope, day_number, in_curve
from sql.schema import episode_outcome as outcome

BASELINE_FIELDS = ("symptom_duration", "earlier_episodes", "sex", "age_band")


@dataclass(frozen=True)
class BaselineCount:
    """`episodes` people alike at the first visit; known: whether their state is known on the day asked for."""

    symptom_duration: str
    earlier_episodes: str
    sex: str
    age_band: str
    known: bool
    episodes: int


def baseline_counts(
    connection: Connection, scope: Scope, cohort: Cohort, *, day: int, as_of: date
) -> list[BaselineCount]:
    """Those in the curve who could have been followed to `day` by the as-of day."""
    rows = connection.execute(statement(scope, cohort, day=day, as_of=as_of))
    return [BaselineCount(*row[:4], known=bool(row[4]), episodes=row[5]) for row in rows]


def statement(scope: Scope, cohort: Cohort, *, day: int, as_of: date) -> Select[str, str, str, str, int, int]:
    """The query, by itself so that a test can look at its plan."""
    known = case((or_(outcome.c.outcome != "censored", outcome.c.day > day), 1), else_=0).label("known")
    columns = (*(outcome.c[name] for name in BASELINE_FIELDS), known)
    return (
        select(*columns, func.count())
        .where(in_curve(scope, cohort), outcome.c.start_day <= day_number(as_of) - day)
        .group_by(*(column.name for column in columns))
    )
