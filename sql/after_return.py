"""What came after a return, as a common table expression over those in the curve who returned.

Observation goes on to the last contact: pain again and stops dated later are not known to the same extent as
their absence, so they are left out here as late returns are left out of the curve.
"""

from __future__ import annotations

from sqlalchemy import CTE, ColumnElement, and_, case, exists, select

from sql.cohort import Cohort, Scope, in_curve
from sql.dialect import epoch_day
from sql.schema import episode
from sql.schema import episode_outcome as outcome


def after_return(scope: Scope, cohort: Cohort) -> CTE:
    """One row per return: `start_day`; in days since the first visit `return_day`, `relapse_day` and `end_day`.

    `relapse_day` is NULL without a relapse by `end_day`, the end of observation; `ended` says how that came:
    stopped or censored (moving away ends observation, as it does in the curve).
    """
    o = outcome.c
    stopped = and_(o.stop_day >= o.return_day, o.stop_day <= o.last_day)
    end_day = case((stopped, o.stop_day), else_=o.last_day)
    relapsed = and_(o.relapse_day >= o.return_day, o.relapse_day <= end_day)
    return (
        select(
            o.clinic,
            o.episode_id,
            o.start_day,
            o.return_day,
            case((relapsed, o.relapse_day)).label("relapse_day"),
            end_day.label("end_day"),
            case((stopped, case((_moved_away(), "censored"), else_="stopped")), else_="censored").label(
                "ended"
            ),
        )
        .where(in_curve(scope, cohort, beyond_index=True), o.outcome == "returned")
        .cte("after_return")
    )


def _moved_away() -> ColumnElement[bool]:
    """Whether the stop was a move: looked up only for the few who stopped after they had returned."""
    o, e = outcome.c, episode.c
    return (
        exists()
        .where(
            e.clinic == o.clinic,
            e.episode_id == o.episode_id,
            e.stopped_reason == "moved_away",
            epoch_day(e.stopped_date) == o.start_day + o.stop_day,
        )
        .correlate(outcome)
    )
