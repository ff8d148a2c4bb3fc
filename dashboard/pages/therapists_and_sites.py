"""Therapists and sites: do they differ more than chance and case mix would explain? For the owner only."""

import streamlit as st

from dashboard import unit_words
from dashboard.charts.funnel_chart import mean_funnel_figure, share_funnel_figure
from dashboard.pages.parts import panels, unit_tables, who
from dashboard.pages.parts.filters import current_question, one_of
from dashboard.people_behind import unit_lists
from dashboard.sections.units import ASK_THE_OWNER, units_section

question = current_question()
if question.scope.own is not None:
    st.info(ASK_THE_OWNER, icon=":material/lock:")
    st.stop()
result = panels.section(question, units_section)
if not result.by_therapist.episodes:
    st.info(panels.NOBODY_YET, icon=":material/info:")
    st.stop()

by = one_of("Compare", {"therapist": "Therapists", "site": "Sites"}, key="compare", default="therapist")
found = result.by_site if by == "site" else result.by_therapist
theme = panels.theme()
st.markdown(unit_words.reflection_sentence(result))

grid = st.grid(3, min_column_width=270, gap=("small", "medium"))
with grid.cell(column_span=2):
    drawn = found.funnel is not None and found.plotted > 1
    panels.chart(
        share_funnel_figure(found.funnel, theme) if drawn and found.funnel else None,
        key="units_funnel",
        title=unit_words.funnel_title(found),
        sentence=unit_words.funnel_caption(found),
    )
with grid.cell(), st.container(border=True):
    panels.headline("Before you conclude anything")
    if chance := unit_words.chance_sentence(found):
        st.markdown(chance)
    st.markdown(unit_words.LIMITS_OF_THE_COMPARISON)
    explained = ("units", "expected_units", "funnel", *("against_model",) * bool(found.against_model))
    panels.definitions(explained, None, key="units_definitions")

panels.table_of(unit_words.funnel_rows(found), label="The funnel as a table", alt="Adjusted share by unit")
unit_tables.panel(found)
who.picker(question, unit_lists(found), key="who_units")

panels.chart(
    mean_funnel_figure(found.pain, theme),
    key="units_pain",
    title=unit_words.pain_title(found),
    sentence=unit_words.pain_caption(found, result),
)
panels.table_of(
    unit_words.pain_rows(found), label="The pain figures as a table", alt="Change of pain by unit"
)
unit_tables.models(found)
