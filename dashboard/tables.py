"""Results -> rows of the tables beside the charts."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.group_summary import GroupSummary
from dashboard.names import group_label, group_name
from dashboard.stats.certainty import Certainty
from dashboard.summary import OutcomeSummary
from dashboard.wording import (
    count_words,
    duration_words,
    group_share_words,
    is_few,
    median_words,
    percent,
    time_words,
)

Row = dict[str, str]


def horizon_rows(summary: OutcomeSummary) -> list[Row]:
    """The figures of a chart, a row per group."""
    rows: list[Row] = []
    for group in summary.groups:
        row = {
            "group": group_name(group.group),
            "started": count_words(group.started, summary.k, few="started" in group.few),
            "in the curve": count_words(group.episodes, summary.k, few="episodes" in group.few),
        }
        for horizon in map(group.back_by_day, summary.days):
            row[f"back by {time_words(horizon.day)}"] = group_share_words(group, horizon.day)
            row[f"known at {time_words(horizon.day)}"] = _share(horizon.known)
        row["half were back by"] = median_words(group.median)
        rows.append(row)
    return rows


def sureness_rows(groups: Sequence[GroupSummary], day: int = 84) -> list[Row]:
    """Ways to read one day, a column per group with a curve of ten people or more: a phone has room for five."""
    columns = {
        group_label(group.group): _readings(group, found)
        for group in groups
        if group.curve is not None and not is_few(group.episodes)
        for found in group.certainty
        if found.day == day
    }
    names = next(iter(columns.values()), {})
    head = f"back by {time_words(day)}"
    return [{head: name, **{label: column[name] for label, column in columns.items()}} for name in names]


def _readings(group: GroupSummary, found: Certainty) -> Row:
    followed = found.follow_up_median_days
    return {
        "people in the curve": f"{group.episodes:,}",
        "the curve's estimate": _share(found.value),
        "only those whose state is known": _share(found.known_state),
        "if nobody unknown were back": _share(found.worst),
        "if everybody unknown were back": _share(found.best),
        "with late reports": _share(found.with_late_reports),
        "followed for (median)": "–" if followed is None else duration_words(followed),
    }


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)
