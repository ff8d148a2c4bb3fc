"""Return to running: the curve by group, whether it lasts, where people are lost, and how sure we are."""

import streamlit as st

from dashboard import captions, recovery_words
from dashboard.charts.recovery_curve import recovery_figure
from dashboard.pages.parts import (
    cards,
    group_comparison,
    group_tables,
    intake_cohorts,
    lasting,
    losses,
    panels,
    sureness,
    who,
)
from dashboard.pages.parts.filters import current_question, one_of
from dashboard.people_behind import curve_lists

LAST_DAYS = {"26": 182, "52": 364}

question = current_question()
with st.container(horizontal=True, vertical_alignment="bottom"):
    by = one_of("Curve by", recovery_words.GROUPINGS, key="by", default="condition")
    weeks = one_of("Weeks shown", {weeks: weeks for weeks in LAST_DAYS}, key="weeks", default="26")
    panels.jumps(recovery_words.PANELS)
summary = panels.answer(question, by=None if by == "none" else by)
conditions = [group.group for group in summary.by_condition]
compared = cards.compared_conditions(summary)

panels.chart(
    recovery_figure(
        summary.groups,
        cards.benchmarks_of(compared),
        panels.theme(),
        shared_k=summary.k if summary.audience == "sharing" else None,
        last_day=LAST_DAYS[weeks],
        height=400,
        with_table=True,
    ),
    key="recovery_curve",
    title=captions.curve_title(summary, summary.groups),
    sentence=captions.curve_caption(summary.groups, compared),
)
group_comparison.panel(summary)
with st.container(horizontal=True):
    who.grouped_picker(question, curve_lists(summary, cards.TILE_DAYS), key="who_curve")
    panels.definitions(
        ("started", "back_by", "clock", "at_risk", "not_followed", "too_few", "verdict", "groups"),
        summary.definition,
        key="curve_definitions",
    )
    panels.evidence(conditions, key="curve_evidence")
group_tables.figures(summary)
lasting.panel(summary, question)
intake_cohorts.panel(summary, question)
losses.panel(summary, question)
sureness.panel(summary, question)
