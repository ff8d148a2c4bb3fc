"""What went with the answers of day 28 and with rehabilitation: associations, and said to be no more."""

from __future__ import annotations

import streamlit as st

from dashboard import treatment_tables as tables
from dashboard import treatment_words as words
from dashboard.charts import treatment_dots as dots
from dashboard.pages.parts import panels, who
from dashboard.pages.parts.filters import Question
from dashboard.people_behind import answer_lists, rehabilitation_lists
from dashboard.sections.treatment import Treatment


def panel(question: Question, result: Treatment) -> None:
    """The two landmark charts, pain again by rehabilitation, and their table."""
    panels.definitions(
        ("settled", "given", "assessed", "own_baseline", "matched", "landmark", "relapse"),
        None,
        key="treatment_defs",
    )
    st.markdown(words.ASSOCIATION_SENTENCE)
    grid = st.grid(2, min_column_width=400, gap="medium")
    for answer, found in result.landmark.items():
        with grid.cell():
            panels.chart(
                dots.landmark_figure(found.groups, panels.theme(), k=result.k),
                key=f"treatment_{answer}",
                title=words.landmark_title(answer, found),
                sentence=words.landmark_caption(found),
            )
    who.grouped_picker(
        question, answer_lists(result), key="who_answered", label="Who answered what?", of="Question"
    )
    panels.headline(words.relapse_title(result.relapse))
    if rows := tables.relapse_rows(result):
        panels.show_table(rows, alt="Pain again after the return, by rehabilitation before it")
        panels.note(words.RELAPSE_CAPTION)
    else:
        panels.note(words.RELAPSE_MISSING)
    who.picker(question, rehabilitation_lists(result), key="who_rehabilitation")
    panels.table_of(
        tables.landmark_rows(result), label="The answers at day 28 as a table", alt="Back by answer"
    )
