"""What was given in the first twelve weeks, beside how strength and step rate changed."""

from __future__ import annotations

import streamlit as st

from dashboard import treatment_tables as tables
from dashboard import treatment_words as words
from dashboard.charts import treatment_dots as dots
from dashboard.pages.parts import panels, who
from dashboard.pages.parts.filters import Question
from dashboard.people_behind import given_lists
from dashboard.sections.treatment import Treatment


def panel(question: Question, result: Treatment) -> None:
    """Two charts beside each other, each with its table."""
    grid = st.grid(2, min_column_width=400, gap="medium")
    with grid.cell():
        panels.chart(
            dots.given_figure(result, panels.theme()),
            key="treatment_given",
            title=words.given_title(result),
            sentence=words.given_caption(result),
        )
        who.grouped_picker(question, given_lists(result), key="who_given", of="Treatment")
        panels.table_of(
            tables.given_rows(result), label="What was given as a table", alt="Share given each treatment"
        )
    with grid.cell():
        panels.chart(
            dots.change_figure(result, panels.theme()),
            key="treatment_changes",
            title=words.change_title(result),
            sentence=words.change_caption(result),
        )
        panels.table_of(
            tables.change_rows(result), label="The changes as a table", alt="Change from the own baseline"
        )
