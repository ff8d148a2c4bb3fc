"""A group's results from rows (day, returned, stopped, censored), without a store."""

from __future__ import annotations

from typing import Any

from dashboard.group_summary import Became, GroupSummary
from dashboard.stats.certainty import certainty
from dashboard.stats.survival import (
    RecoveryCounts,
    back_by,
    cumulative_incidence,
    quantile,
    restricted_mean,
)

DAYS = (21, 56, 84, 182)


def make_group(name: str, *rows: tuple[int, int, int, int], **overrides: Any) -> GroupSummary:
    counts = RecoveryCounts.from_rows(name, rows)
    curve = cumulative_incidence(counts)
    values = {
        "group": name,
        "started": counts.started,
        "episodes": counts.started,
        "late_reports": 0,
        "returned": sum(counts.returned),
        "stopped": sum(counts.stopped),
        "censored": sum(counts.censored),
        "counts": counts,
        "curve": curve,
        "median": quantile(curve, 0.5),
        "back_by": tuple(back_by(curve, day) for day in DAYS),
        "rmst": restricted_mean(curve, 182),
        "certainty": tuple(certainty(counts, day) for day in DAYS),
        "became": Became(returned=sum(counts.returned), lost=counts.started - sum(counts.returned)),
    }
    return GroupSummary(**{**values, **overrides})
