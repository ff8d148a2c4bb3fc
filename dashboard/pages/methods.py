"""Methods and benchmarks: what every number means, where it comes from and what it cannot say."""

import pandas as pd
import streamlit as st

from dashboard import methods_text
from dashboard.captions import evidence_words
from dashboard.definitions import DEFINITIONS, definition
from dashboard.pages.parts import panels, readers
from dashboard.pages.parts.filters import current_question, one_of

question = current_question()
views = {
    "numbers": "The numbers",
    "benchmarks": "Benchmarks",
    "scales": "Scales and thresholds",
    "text": "Everything, with formulas",
}
view = one_of("Show", views, key="methods_show", default="numbers")

if view == "numbers":
    panels.headline("What each number means, and what it cannot say")
    st.markdown(f"**A return to running** is {panels.literal(readers.definition(question))}.")
    for entry in sorted(map(definition, DEFINITIONS), key=lambda entry: entry.title):
        with st.expander(entry.title):
            st.markdown(entry.text)
            for label, text in (
                ("Formula", panels.literal(entry.formula)),
                ("Source", entry.source),
                ("What it cannot say", entry.cannot_say),
            ):
                if text:
                    st.markdown(f"**{label}.** {text}")
elif view == "benchmarks":
    panels.headline("The published figures, and how far each can be trusted")
    panels.note(
        "Compared: the clinic's own share is judged against it. Context: shown beside it, never compared, because it "
        "counts something else or a difference between groups. Verdicts are read each month and not adjusted for it."
    )
    for condition, name in methods_text.benchmark_conditions().items():
        panels.headline(name)
        for row in methods_text.benchmarks_of(condition):
            with st.container(border=True, gap="xsmall"):
                with st.container(horizontal=True, gap="small"):
                    compared = row.compare == "verdict"
                    st.badge("compared" if compared else "context", color="green" if compared else "gray")
                    if question.facts.as_of and methods_text.review_is_due(row, question.facts.as_of):
                        st.badge("source to be read again", icon=":material/event:", color="orange")
                st.markdown(evidence_words(row))
elif view == "scales":
    panels.headline("What is scored, and what counts as a change")
    st.table(pd.DataFrame(methods_text.instrument_rows()), border="horizontal", hide_index=True, alt="Scales")
    panels.headline("Where the thresholds come from")
    panels.note("Each is reported by itself; people who reach one of several are never added up.")
    st.table(
        pd.DataFrame(methods_text.threshold_rows()), border="horizontal", hide_index=True, alt="Thresholds"
    )
else:
    panels.headline("Every rule and formula")
    for heading, body in methods_text.chapters():
        with st.expander(heading):
            st.markdown(body)
