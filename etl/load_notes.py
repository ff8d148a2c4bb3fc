"""What a load says of the clinic as a whole once its outcomes are derived."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection, func, literal, select

from etl.errors import RULES
from sql.cohort import EPOCH, day_number
from sql.deriving import touched_episode
from sql.dialect import unindexed
from sql.schema import episode_outcome

QUIET_DAYS = 60
"""A clinic in which nothing at all is recorded for so long is hardly open: its export ends earlier."""


def late_returns(connection: Connection, clinic: str) -> list[str]:
    """How many returns of the touched episodes are dated after the last contact, and the remedy."""
    touched, o = select(touched_episode.c.episode_id), episode_outcome.c
    late = connection.scalar(  # few are late: SQLite finds them in the index of cohort questions
        select(func.count())
        .select_from(episode_outcome)
        .where(unindexed(o.clinic) == clinic, o.late_outcome == literal("returned"))
        .where(unindexed(o.episode_id).in_(touched))
    )
    if not late:
        return []
    rule = RULES["returns_after_last_contact"]
    return [f"{late} {rule.says}. {rule.remedy}"]


def ended_long_ago(connection: Connection, clinic: str, as_of: date) -> list[str]:
    """That everything recorded ends long before the day up to which the data are said to be complete.

    By the month only: the last contact is one person's day.
    """
    o = episode_outcome.c
    last = connection.scalar(select(func.max(o.start_day + o.last_day)).where(unindexed(o.clinic) == clinic))
    if last is None or day_number(as_of) - last <= QUIET_DAYS:
        return []
    month = (EPOCH + timedelta(days=last)).replace(day=1)
    end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return [
        f"Nothing is dated after {month:%B %Y}, and the data count as complete up to {as_of.day} {as_of:%B %Y}: the "
        "months in between count as months in which nobody came, and people not yet back as lost. If the export ends "
        f"earlier, take this load back (rollback) and load it with --as-of {end.isoformat()}; on the page Import that "
        "is “The data are complete up to”."
    ]
