"""Pain and function as rows of the tables beside the charts."""

from __future__ import annotations

from dashboard.pain_captions import (
    change_words,
    left_out_words,
    points,
    share_words,
    source_words,
    threshold_label,
)
from dashboard.sections.pain_scales import PainSection
from dashboard.tables import Row
from dashboard.wording import count_words, no_figure_words


def change_rows(section: PainSection) -> list[Row]:
    """A row per window."""
    return [
        {
            "window": change.window.name,
            "scored at the start and then": count_words(change.scored, section.k),
            "without a score": count_words(change.without_score, section.k),
            "not that far yet": count_words(change.not_over, section.k),
            "mean at the start": _points(change.baseline_mean, section),
            "mean then": _points(change.later_mean, section),
            "mean change (95 %)": change_words(change),
        }
        for change in section.changes
    ]


def responder_rows(section: PainSection) -> list[Row]:
    """A row per threshold and window."""
    return [
        {
            "improved by": threshold_label(row),
            "window": row.window.name,
            "of those scored": share_words(row.of_scored),
            "scored": count_words(row.of_scored.denominator, section.k),
            "of all whose weeks are over": share_words(row.of_over),
            "of all who started": share_words(row.of_started),
            "left out": left_out_words(row, section.k),
        }
        for row in section.responders
    ]


def source_lines(section: PainSection) -> list[str]:
    """Where each threshold is from, a line per source."""
    labels: dict[str, list[str]] = {}
    for row in section.responders:
        found = labels.setdefault(source_words(row), [])
        if threshold_label(row) not in found:
            found.append(threshold_label(row))
    return [f"{', '.join(thresholds)}: {source}" for source, thresholds in labels.items()]


def week_rows(section: PainSection) -> list[Row]:
    """A row per week with scores."""
    return [
        {
            "week": str(week.week),
            "scored": count_words(week.scored, section.k),
            "of started": count_words(week.started, section.k),
            "still scoring": count_words(week.still, section.k),
            **{f"{p} % at or below": _centile(getattr(week, f"p{p}"), section) for p in (10, 25, 50, 75, 90)},
        }
        for week in section.weeks
    ]


def _points(value: float | None, section: PainSection) -> str:
    return no_figure_words(shared=section.shared) if value is None else points(value)


def _centile(value: float | None, section: PainSection) -> str:
    return no_figure_words(shared=section.shared) if value is None else f"{value:g}"
