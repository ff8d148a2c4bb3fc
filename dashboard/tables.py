"""Results -> rows of the tables beside the charts."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.group_summary import GroupSummary
from dashboard.names import group_name
from dashboard.summary import OutcomeSummary
from dashboard.wording import count_words, duration_words, median_words, percent, share_words, time_words

Row = dict[str, str]


def horizon_rows(summary: OutcomeSummary) -> list[Row]:
    """The figures of a chart, a row per group."""
    rows: list[Row] = []
    for group in summary.groups:
        row = {
            "group": group_name(group.group),
            "started": count_words(group.started, summary.k),
            "in the curve": count_words(group.episodes, summary.k),
        }
        for horizon in map(group.back_by_day, summary.days):
            row[f"back by {time_words(horizon.day)}"] = share_words(horizon)
            row[f"known at {time_words(horizon.day)}"] = _share(horizon.known)
        row["half were back by"] = median_words(group.median)
        rows.append(row)
    return rows


def sureness_rows(groups: Sequence[GroupSummary], day: int = 84) -> list[Row]:
    """The estimate of one day beside its extremes, a row per group with a curve."""
    rows: list[Row] = []
    for group in groups:
        found = next((item for item in group.certainty if item.day == day), None)
        if found is None or group.curve is None:
            continue
        followed = found.follow_up_median_days
        rows.append(
            {
                f"back by {time_words(day)}": group_name(group.group),
                "the curve": _share(found.value),
                "only those whose state is known": _share(found.known_state),
                "if all unknown were not back": _share(found.worst),
                "if all unknown were back": _share(found.best),
                "with late reports": _share(found.with_late_reports),
                "followed for (median)": "–" if followed is None else duration_words(followed),
            }
        )
    return rows


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)
