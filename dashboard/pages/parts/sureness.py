"""The panel "How sure are we?": the estimate beside its extremes, follow-up, and who was left out."""

from __future__ import annotations

import streamlit as st

from dashboard import captions, recovery_tables, recovery_words, tables
from dashboard.pages.parts import panels, who
from dashboard.pages.parts.filters import Question
from dashboard.people_behind import follow_up_lists, left_out_lists
from dashboard.sections.follow_up import FollowUpResult, follow_up_section
from dashboard.summary import OutcomeSummary
from sql.queries.people_lists import PeopleList

NOT_KNOWN = {
    PeopleList("missing", "running_week_12"): "Whether they run at week 12",
    PeopleList("missing", "running_week_26"): "Whether they run at week 26",
}


def panel(summary: OutcomeSummary, question: Question) -> None:
    """Draw the panel for every group with a curve."""
    panels.headline("How sure are we?", anchor="sureness")
    if rows := tables.sureness_rows(summary):
        panels.show_table(rows, alt="Estimate beside its extremes")
        panels.note(captions.sureness_caption(summary))
    else:
        panels.note(recovery_words.SHARE_TOO_FEW)
    result = panels.section(question, follow_up_section)
    _follow_up(result)
    st.markdown(captions.excluded_sentence(summary))
    with st.container(horizontal=True):
        who.picker(question, NOT_KNOWN, key="not_known", label="Of whom is it not known?")
        who.picker(
            question, follow_up_lists(result), key="who_follow_up", label="Who is behind these counts?"
        )
        who.picker(question, left_out_lists(summary), key="who_left_out", label="Who is left out?")
        panels.definitions(
            ("certainty", "late_reports", "started"), summary.definition, key="sureness_definitions"
        )


def _follow_up(result: FollowUpResult) -> None:
    for sentence in (recovery_words.follow_up_sentence(result), recovery_words.dates_sentence(result)):
        if sentence and result.probably_visit_dates and "visit dates" in sentence:
            st.warning(sentence, icon=":material/event_busy:")
        elif sentence:
            st.markdown(sentence)
    if any(item.known or item.unknown for item in result.baseline):
        panels.table_of(
            recovery_tables.baseline_rows(result),
            label="Are those not known like the others?",
            alt="People of known and unknown state, as seen at the first visit",
        )
    panels.table_of(
        recovery_tables.detectable_rows(result),
        label="What difference could be noticed?",
        alt="Difference found with 80 % power",
    )
