"""Results -> rows of the tables beside the charts."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.group_summary import GroupSummary
from dashboard.names import CLASS_NAMES, FIELD_NAMES, group_label
from dashboard.stats.certainty import Certainty
from dashboard.summary import OutcomeSummary
from dashboard.wording import (
    WITHHELD,
    count_words,
    duration_words,
    group_share_words,
    is_few,
    median_words,
    missing_words,
    percent,
    started_words,
    time_words,
)

Row = dict[str, str]


def horizon_rows(summary: OutcomeSummary) -> list[Row]:
    """The figures of a chart, a column per group: a phone has room for five."""
    return _side_by_side(
        "figures by group", summary.groups, [_figures(group, summary) for group in summary.groups]
    )


def _figures(group: GroupSummary, summary: OutcomeSummary) -> Row:
    shared = summary.audience == "sharing"
    row = {
        "started": started_words(group, summary.k),
        "in the curve": count_words(group.episodes, summary.k, few="episodes" in group.few),
    }
    for horizon in map(group.back_by_day, summary.days):
        row[f"back by {time_words(horizon.day)}"] = group_share_words(group, horizon.day)
        row[f"known at {time_words(horizon.day)}"] = _share(horizon.known, shared=shared)
    hidden = shared and group.curve is None
    row["half were back by"] = WITHHELD if hidden else median_words(group.median)
    return row


def classes_label(summary: OutcomeSummary) -> str:
    """What the table of the six classes is called."""
    return (
        f"The six classes by {FIELD_NAMES.get(summary.by, summary.by)}" if summary.by else "The six classes"
    )


def class_rows(summary: OutcomeSummary) -> list[Row]:
    """What became of those who started: a row per class, a column per group and for everybody."""
    groups = [*summary.groups, *([summary.everybody] if len(summary.groups) > 1 else [])]
    return _side_by_side("of those who started", groups, [_classes(group, summary.k) for group in groups])


def _classes(group: GroupSummary, k: int) -> Row:
    became = group.became
    return {
        "started": started_words(group, k),
        **{
            words: WITHHELD if became.hidden else count_words(getattr(became, name), k)
            for name, words in CLASS_NAMES.items()
        },
    }


def _side_by_side(head: str, groups: Sequence[GroupSummary], columns: Sequence[Row]) -> list[Row]:
    """A row per name that the columns have in common, under the names of the groups."""
    labels = [group_label(group.group) for group in groups]
    return [
        {head: name, **{label: column[name] for label, column in zip(labels, columns, strict=True)}}
        for name in next(iter(columns), {})
    ]


def sureness_rows(summary: OutcomeSummary, day: int = 84) -> list[Row]:
    """Ways to read one day, a column per group with a curve of ten people or more; no way that no group has."""
    shared = summary.audience == "sharing"
    found = [
        (group, certainty)
        for group in summary.groups
        if group.curve is not None and not is_few(group.episodes)
        for certainty in group.certainty
        if certainty.day == day
    ]
    head = f"back by {time_words(day)}"
    readings = [_readings(*pair, shared=shared) for pair in found]
    rows = _side_by_side(head, [group for group, _ in found], readings)
    return [row for row in rows if set(list(row.values())[1:]) != {missing_words(shared=shared)}]


def _readings(group: GroupSummary, found: Certainty, *, shared: bool) -> Row:
    followed = found.follow_up_median_days
    return {
        "people in the curve": f"{group.episodes:,}",
        "the curve's estimate": _share(found.value, shared=shared),
        "only those whose state is known": _share(found.known_state, shared=shared),
        "if nobody unknown were back": _share(found.worst, shared=shared),
        "if everybody unknown were back": _share(found.best, shared=shared),
        "with late reports": _share(found.with_late_reports, shared=shared),
        "followed for (median)": missing_words(shared=shared)
        if followed is None
        else duration_words(followed),
    }


def _share(value: float | None, *, shared: bool) -> str:
    return missing_words(shared=shared) if value is None else percent(value)
