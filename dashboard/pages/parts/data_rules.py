"""Each rule's share of the open episodes, and who they are: does it call for as much as a clinic can do?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.pages.parts import case_table, panels, patient_readers, who
from dashboard.pages.parts.data_loads import choose_clinic
from dashboard.pages.parts.filters import Question
from dashboard.patients import rule_shares
from dashboard.patients.caseload import ORDER
from dashboard.patients.rule_shares import RuleShares
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
        _table(found)
        panels.note("Tap a row to see who they are.")
    with st.popover("The rules behind the words", icon=":material/menu_book:", key="data_rules"):
        for word in ORDER:
            st.markdown(case_table.rule_sentence(word, found.rules))
        panels.all_numbers()


def _table(found: RuleShares) -> None:
    """A row per rule, which opens its people."""
    tapped = who.tapped_cell(
        pd.DataFrame(rule_shares.rows(found)),
        opens=True,
        height=len(found.leading) * who.LINES_PIXELS + who.ROW_PIXELS + 2,
        row_pixels=who.LINES_PIXELS,
        key="rule_shares",
        alt="Open episodes and share by rule of the caseload",
        column_config={  # as wide as a phone
            "word on the caseload": st.column_config.TextColumn("word", width=110),
            "rule": st.column_config.TextColumn(width=118),
            "open episodes": st.column_config.TextColumn("episodes", width=72),
            "share": st.column_config.TextColumn(width=54),
        },
    )
    if tapped is not None:
        who.open_list(patient_readers.people_under(found.rules, rule_shares.ordered(found)[tapped[0]]))
