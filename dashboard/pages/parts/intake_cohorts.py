"""Is it getting better? The share back by week 12 by the period of the first visit."""

from __future__ import annotations

import streamlit as st

from dashboard import recovery_tables, recovery_words
from dashboard.charts.recovery_panels import intake_days, intake_figure
from dashboard.pages.parts import happened, panels, who
from dashboard.pages.parts.filters import Question
from dashboard.people_behind import intake_lists
from dashboard.sections.intake_periods import intake_periods_section
from dashboard.summary import OutcomeSummary


def panel(summary: OutcomeSummary, question: Question) -> None:
    """The chart of the periods and its table."""
    result = panels.section(question, intake_periods_section)
    marks = happened.marks(question, intake_days(result))
    panels.chart(
        intake_figure(result, panels.theme(), marks),
        key="intake_periods",
        title=recovery_words.intake_title(result),
        anchor="first-visits",
        sentence=recovery_words.intake_caption(result),
    )
    happened.below(marks)
    with st.container(horizontal=True):
        who.grouped_picker(question, intake_lists(result), key="who_intake", of="First visit")
        panels.definitions(("back_by_12_weeks", "back_by"), summary.definition, key="intake_definitions")
    panels.table_of(
        recovery_tables.intake_rows(result, summary.k),
        label="First visits by period as a table",
        alt="Share back by week 12 by period of the first visit",
    )
