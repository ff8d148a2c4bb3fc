"""The figures of the curve and the six classes as tables, a column per group, one click away."""

from __future__ import annotations

from dashboard import tables
from dashboard.pages.parts import panels
from dashboard.summary import OutcomeSummary
from dashboard.wording import withheld_notes


def figures(summary: OutcomeSummary) -> None:
    """What the curve says on some days, by group."""
    rows = tables.horizon_rows(summary)
    panels.table_of(
        rows,
        label="The figures as a table",
        alt="Share back running by group",
        notes=withheld_notes(rows, summary.k),
    )


def classes(summary: OutcomeSummary) -> None:
    """What became of those who started, by group."""
    rows = tables.class_rows(summary)
    panels.table_of(
        rows,
        label=tables.classes_label(summary),
        alt="What became of those who started",
        notes=withheld_notes(rows, summary.k),
    )
