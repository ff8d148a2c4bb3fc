"""Report: the month's report and the outcome statement, to look at and to download."""

import streamlit as st

from dashboard.pages.parts import panels, reports
from dashboard.pages.parts.filters import current_question

question = current_question()
with st.container(horizontal=True, vertical_alignment="top"):
    month = reports.choose_month(question)
    compare = reports.choose_comparison()
request = reports.request_of(question, month, compare)
results = reports.answer(question, request)
if reports.unused_filters(question):
    panels.note(reports.unused_filters(question))

reports.downloads(question, results)
panels.headline(f"The report of {results.month.words}")
panels.note(
    "Outcomes of the first visits of the twelve months that end with this month; who came is counted for the "
    "month itself. These are its pages as the PDF has them."
)
reports.preview(question, request, results)

if question.reader.holds_the_record:
    panels.headline("One page to hand out")
    panels.note(
        "The outcome statement, for a website, an insurer or a referring doctor: rounded figures, described and "
        "not compared."
    )
    reports.statement_panel(question, results)
