"""Return to running: the curve by group, its table, and how sure we are."""

import streamlit as st

from dashboard import tables, wording
from dashboard.charts.recovery_curve import recovery_figure
from dashboard.pages.parts import cards, panels, sureness
from dashboard.pages.parts.filters import current_question

GROUPINGS = {
    "none": "Everybody",
    "condition": "Condition",
    "symptom_duration": "Symptom duration",
    "earlier_episodes": "Earlier episodes",
    "site": "Site",
}
LAST_DAYS = {"26": 182, "52": 364}

question = current_question()
with st.container(horizontal=True, vertical_alignment="bottom"):
    by = st.segmented_control(
        "Curve by",
        list(GROUPINGS),
        format_func=GROUPINGS.__getitem__,
        default="condition",
        required=True,
        key="by",
        bind="query-params",
        wrap=True,
    )
    weeks = st.segmented_control(
        "Weeks shown", list(LAST_DAYS), default="26", required=True, key="weeks", bind="query-params"
    )
summary = panels.answer(question, by=None if by == "none" else by)
conditions = [group.group for group in summary.by_condition]
compared = cards.compared_conditions(summary)

panels.chart(
    recovery_figure(
        summary.groups,
        cards.benchmarks_of(compared),
        panels.theme(),
        shared_k=summary.k if summary.audience == "sharing" else None,
        last_day=LAST_DAYS[str(weeks)],
        height=400,
        with_table=True,
    ),
    key="recovery_curve",
    title=wording.curve_title(summary, summary.groups),
    sentence=wording.curve_caption(summary.groups, compared),
)
if summary.test:
    st.markdown(wording.test_sentence(summary.test, summary.by or ""))
with st.container(horizontal=True):
    panels.definitions(
        ("started", "back_by", "clock", "at_risk", "not_followed", "too_few", "verdict"),
        summary.definition,
        key="curve_definitions",
    )
    panels.evidence(conditions, key="curve_evidence")
panels.table_of(
    tables.horizon_rows(summary), label="The figures as a table", alt="Share back running by group"
)
sureness.panel(summary)
