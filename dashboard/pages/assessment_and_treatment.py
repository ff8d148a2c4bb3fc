"""Assessment and treatment: what is measured and given, does it fit, and what went with it?"""

import streamlit as st

from dashboard import treatment_tables as tables
from dashboard import treatment_words as words
from dashboard.charts import treatment_dots as dots
from dashboard.pages.parts import associations, given_and_changed, panels, who
from dashboard.pages.parts.filters import current_question
from dashboard.people_behind import fitting_lists, measured_lists
from dashboard.question import too_few_words
from dashboard.sections.treatment import treatment_section
from dashboard.wording import withheld_sentence

question = current_question()
result = panels.section(question, treatment_section)
if result.people is None:
    st.info(too_few_words(result.k), icon=":material/info:")
    st.stop()
if result.people == 0:
    st.info(panels.NOBODY_YET, icon=":material/info:")
    st.stop()
theme = panels.theme()

st.markdown(words.intro_sentence(result))
with st.grid(4, min_column_width=165, gap="xsmall"):
    for label, value, detail in words.tiles(result):
        st.metric(label, value, delta=detail, delta_color="off", delta_arrow="off", border=True)
if question.scope.audience == "sharing":
    panels.note(withheld_sentence(result.k))

given_and_changed.panel(question, result)

panels.headline(words.match_title(result))
if words.any_match(result):
    panels.show_table(tables.match_rows(result), alt="Share given the treatment that fits each finding")
    panels.note(words.match_sentence(result))
else:
    panels.note(words.MATCH_MISSING)
who.picker(question, fitting_lists(result), key="who_fits", label="Who was not given what fits?")

panels.chart(
    dots.assessed_figure(result, theme),
    key="treatment_assessed",
    title=words.assessed_title(result),
    sentence=words.assessed_caption(result),
)
who.grouped_picker(
    question, measured_lists(result), key="who_measured", label="Who was not measured?", of="Measure"
)
panels.table_of(tables.assessed_rows(result), label="The measures as a table", alt="Measured and again")

associations.panel(question, result)
