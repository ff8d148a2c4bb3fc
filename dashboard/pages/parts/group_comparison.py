"""Below the curve: do the groups differ, and by how much at week 12 and month 6?"""

from __future__ import annotations

import streamlit as st

from dashboard import recovery_tables, recovery_words
from dashboard.comparison import COMPARED_DAYS
from dashboard.pages.parts import panels
from dashboard.summary import OutcomeSummary
from dashboard.wording import time_words


def panel(summary: OutcomeSummary) -> None:
    """The tests in a sentence; the difference of two groups in words, of more groups as a table."""
    if sentence := recovery_words.test_sentence(summary):
        st.markdown(panels.unbroken(sentence))
    differences = summary.comparison.differences
    if len({(item.group, item.reference) for item in differences}) == 1:
        st.markdown(" ".join(map(recovery_words.difference_sentence, differences)))
    elif differences:
        panels.table_of(
            recovery_tables.difference_rows(differences),
            label=f"How far apart the groups are, by {' and '.join(map(time_words, COMPARED_DAYS))}",
            alt="Differences between groups in points",
        )
