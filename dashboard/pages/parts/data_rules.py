"""Each rule's share of the open episodes: does the caseload call for as much as a clinic can do?"""

from __future__ import annotations

import streamlit as st

from dashboard.pages.parts import case_table, panels, patient_readers
from dashboard.pages.parts.data_loads import choose_clinic
from dashboard.pages.parts.filters import Question
from dashboard.patients import rule_shares
from dashboard.patients.caseload import ORDER
from dashboard.wording import long_date


def panel(question: Question) -> None:
    """The finding, a row per rule, and what the rules are."""
    found = patient_readers.rule_shares_of(choose_clinic(question))
    if found is None:
        panels.note("Nothing of this clinic is loaded yet.")
        return
    panels.headline(rule_shares.title(found))
    panels.note(
        f"Every open episode of the clinic on {long_date(found.rules.day)}, whatever is chosen above, under the rule "
        "that leads on the caseload. A rule that calls for a large share helps nobody: change its days or points "
        "under Settings."
    )
    if found.open:
        panels.show_table(rule_shares.rows(found), alt="Open episodes and share by rule of the caseload")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            "dashboard/pages/caseload.py",
            label="Who they are: the caseload",
            icon=":material/checklist:",
            width="content",
        )
        with st.popover("The rules behind the words", icon=":material/menu_book:", key="data_rules"):
            for word in ORDER:
                st.markdown(case_table.rule_sentence(word, found.rules))
            panels.all_numbers()
