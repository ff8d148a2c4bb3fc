"""Results -> rows of the tables beside the charts."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.group_summary import GroupSummary
from dashboard.names import CLASS_NAMES, FIELD_NAMES, category_name, group_label
from dashboard.stats.certainty import Certainty
from dashboard.summary import OutcomeSummary
from dashboard.wording import (
    WITHHELD,
    count_words,
    duration_words,
    group_share_words,
    is_few,
    median_words,
    no_figure_words,
    percent,
    time_words,
)

Row = dict[str, str]


def horizon_rows(summary: OutcomeSummary) -> list[Row]:
    """The figures of a chart, a column per group: a phone has room for five."""
    columns = [(_label(summary, group), _figures(group, summary)) for group in summary.groups]
    return _side_by_side("figures by group", columns)


def _figures(group: GroupSummary, summary: OutcomeSummary) -> Row:
    shared, no_curve = summary.audience == "sharing", group.curve is None
    none = no_figure_words(shared=shared)
    row = {
        "started": _started(group, summary.k),
        "in the curve": count_words(group.episodes, summary.k, few="episodes" in group.few),
    }
    for horizon in map(group.back_by_day, summary.days):
        words = none if no_curve else group_share_words(group, horizon.day)
        row[f"back by {time_words(horizon.day)}"] = words
        row[f"known at {time_words(horizon.day)}"] = _share(horizon.known, shared=shared)
    row["half were back by"] = none if no_curve else median_words(group.median)
    return row


def classes_label(summary: OutcomeSummary) -> str:
    """What the table of the six classes is called."""
    by = FIELD_NAMES.get(summary.by or "", summary.by)
    return f"The six classes by {by}" if by and len(summary.groups_by_class) > 1 else "The six classes"


def class_rows(summary: OutcomeSummary) -> list[Row]:
    """What became of those who started: a row per class, a column per group and for everybody."""
    columns = [(_label(summary, group), _classes(group, summary.k)) for group in summary.groups_by_class]
    return _side_by_side("of those who started", columns)


def _classes(group: GroupSummary, k: int) -> Row:
    became = group.became
    return {
        "started": _started(group, k),
        **{
            words: WITHHELD if became.hidden else count_words(getattr(became, name), k)
            for name, words in CLASS_NAMES.items()
        },
    }


def sureness_rows(summary: OutcomeSummary, day: int = 84) -> list[Row]:
    """Ways to read one day, a column per group with a curve of ten people or more; no way that no group has."""
    shared = summary.audience == "sharing"
    columns = [
        (_label(summary, group), _readings(group, certainty, shared=shared))
        for group in summary.groups
        if group.curve is not None and not is_few(group.episodes)
        for certainty in group.certainty
        if certainty.day == day
    ]
    rows = _side_by_side(f"back by {time_words(day)}", columns)
    return [row for row in rows if set(list(row.values())[1:]) != {no_figure_words(shared=shared)}]


def _started(group: GroupSummary, k: int) -> str:
    """How many started; withheld ones may be few, or leave few outside."""
    return count_words(group.started, k, few="started" in group.few)


def _label(summary: OutcomeSummary, group: GroupSummary) -> str:
    """Short words for a group; a clinic's own codes stay, also where a word of ours is spelt alike."""
    if group is summary.everybody or summary.by in (None, "condition"):
        return group_label(group.group)
    return category_name(summary.by or "", group.group)


def _side_by_side(head: str, columns: Sequence[tuple[str, Row]]) -> list[Row]:
    """A row per name that the columns have in common, each column under its label."""
    names = columns[0][1] if columns else {}
    return [{head: name, **{label: column[name] for label, column in columns}} for name in names]


def _readings(group: GroupSummary, found: Certainty, *, shared: bool) -> Row:
    followed = found.follow_up_median_days
    return {
        "people in the curve": f"{group.episodes:,}",
        "the curve's estimate": _share(found.value, shared=shared),
        "only those whose state is known": _share(found.known_state, shared=shared),
        "if nobody unknown were back": _share(found.worst, shared=shared),
        "if everybody unknown were back": _share(found.best, shared=shared),
        "with late reports": _share(found.with_late_reports, shared=shared),
        "followed for (median)": no_figure_words(shared=shared)
        if followed is None
        else duration_words(followed),
    }


def _share(value: float | None, *, shared: bool) -> str:
    return no_figure_words(shared=shared) if value is None else percent(value)
