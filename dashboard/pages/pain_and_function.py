"""Pain and function: how much better, who got better enough, and what is usual week by week."""

import streamlit as st

from dashboard import pain_captions, pain_tables
from dashboard.charts.expected_recovery import recovery_fan
from dashboard.charts.pain_change import change_figure, responder_figure
from dashboard.pages.parts import panels, scales, who
from dashboard.pages.parts.filters import current_question
from dashboard.people_behind import responder_lists, score_lists
from dashboard.sections.pain_scales import PainOf

question = current_question()
scale = scales.choose_scale(question)
section = panels.section(question, PainOf(scale))
theme = panels.theme()
improved = responder_figure(section, theme)
scales.require_people(section)
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.markdown(pain_captions.start_sentence(section), width="content")
    who.picker(question, score_lists(section), key="who_scored", label="Who was scored, who was not?")

grid = st.grid(2, min_column_width=360, gap=("medium", "medium"))
with grid.cell():
    panels.chart(
        change_figure(section, theme, height=improved.layout.height),
        key="pain_change",
        title=pain_captions.change_title(section),
        sentence=pain_captions.change_caption(section),
    )
with grid.cell():
    panels.chart(
        improved,
        key="pain_responders",
        title=pain_captions.responder_title(section),
        sentence=pain_captions.responder_caption(section),
    )
    if section.responders:
        who.grouped_picker(
            question,
            responder_lists(section),
            key="who_improved",
            label="Who improved, who did not?",
            of="Scored in",
        )
panels.table_of(pain_tables.change_rows(section), label="The changes as a table", alt="Change by window")
panels.table_of(
    pain_tables.responder_rows(section),
    label="Thresholds, sources and shares as a table",
    alt="Share improved by threshold and window",
    notes=pain_tables.source_lines(section),
)

panels.chart(
    recovery_fan(section, theme),
    key="pain_recovery",
    title=pain_captions.recovery_title(section),
    sentence=pain_captions.recovery_caption(section),
)
panels.table_of(pain_tables.week_rows(section), label="The weeks as a table", alt="Centiles by week")
scales.explained(key="pain_definitions")
scales.trials()
