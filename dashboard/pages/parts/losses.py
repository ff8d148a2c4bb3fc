"""Where we lose people: who stays in care, what became of everybody, and how many visits it takes."""

from __future__ import annotations

import streamlit as st

from dashboard import captions, recovery_tables, recovery_words
from dashboard.charts.became_bar import became_figure
from dashboard.charts.retention_chart import retention_figure
from dashboard.pages.parts import group_tables, panels, who
from dashboard.pages.parts.filters import Question
from dashboard.people_behind import became_lists, gone_lists, visit_lists
from dashboard.sections.retention import retention_section
from dashboard.sections.visits import visits_section
from dashboard.summary import OutcomeSummary


def panel(summary: OutcomeSummary, question: Question) -> None:
    """Retention beside the six classes, then visits and the landmark comparison."""
    stayed, visits = panels.section(question, retention_section), panels.section(question, visits_section)
    grid = st.grid(3, min_column_width=270, gap="medium")
    with grid.cell(column_span=2):
        panels.chart(
            retention_figure(stayed, panels.theme()),
            key="retention",
            title=recovery_words.retention_title(stayed),
            anchor="losses",
            sentence=recovery_words.retention_caption(stayed),
        )
        if stayed.recorded:
            who.picker(question, gone_lists(stayed.groups[0]), key="who_gone", label="Who stopped coming?")
    with grid.cell():
        panels.chart(
            became_figure(summary.everybody, panels.theme(), k=summary.k, height=270),
            key="became",
            title=captions.became_title(summary),
            sentence=captions.became_caption(summary),
            alt=captions.became_sentence(summary),
        )
        who.picker(question, became_lists(summary), key="losses_became")
    group_tables.classes(summary)
    if stayed.recorded:
        st.markdown(recovery_words.visits_sentence(visits))
        st.markdown(recovery_words.engaged_sentence(visits))
        who.picker(question, visit_lists(visits), key="who_visits", label="Who came how often?")
        panels.table_of(
            recovery_tables.retention_rows(stayed, summary.k),
            label="Who stays, by site",
            alt="Retention by site",
        )
        panels.table_of(
            recovery_tables.visit_rows(visits, summary.k),
            label="Visits by symptom duration",
            alt="Visits per course and until the return",
        )
    panels.definitions(
        ("retention", "visits", "engaged", "classes"), summary.definition, key="losses_definitions"
    )
