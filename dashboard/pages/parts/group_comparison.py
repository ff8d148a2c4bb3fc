"""Below the curve: do the groups differ, and by how much at week 12 and month 6?"""

from __future__ import annotations

import streamlit as st

from dashboard import recovery_tables, recovery_words
from dashboard.pages.parts import panels
from dashboard.summary import OutcomeSummary


def panel(summary: OutcomeSummary) -> None:
    """Tests in a sentence each; the difference of two groups in words, of more groups as a table."""
    for sentence in recovery_words.test_sentences(summary):
        st.markdown(sentence)
    differences = summary.comparison.differences
    if len({(item.group, item.reference) for item in differences}) == 1:
        st.markdown(" ".join(map(recovery_words.difference_sentence, differences)))
    elif differences:
        panels.table_of(
            recovery_tables.difference_rows(differences),
            label="Each group less the largest",
            alt="Differences between groups in points",
        )
