"""Below the curve: do the groups differ, and by how much at week 12 and month 6?"""

from __future__ import annotations

import streamlit as st

from dashboard import recovery_tables, recovery_words
from dashboard.comparison import COMPARED_DAYS
from dashboard.group_verdict_words import group_verdict_caution, group_verdict_lines
from dashboard.pages.parts import panels
from dashboard.summary import OutcomeSummary
from dashboard.wording import time_words


def panel(summary: OutcomeSummary) -> None:
    """For whom it is in line; the tests in a sentence; the difference of two groups in words, of more as a table."""
    if lines := group_verdict_lines(summary):
        panels.headline("For whom is it in line with what is quoted?")
        st.markdown(panels.unbroken("  \n".join(lines)))
        panels.note(group_verdict_caution(summary))
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
