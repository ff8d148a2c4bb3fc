"""The panel "How sure are we?": the estimate beside its extremes, follow-up, and who was left out."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import captions, tables
from dashboard.pages.parts import panels
from dashboard.summary import OutcomeSummary


def panel(summary: OutcomeSummary) -> None:
    """Draw the panel for every group with a curve."""
    panels.headline("How sure are we?")
    rows = tables.sureness_rows(summary.groups)
    if rows:
        st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt="Estimate beside its extremes")
        panels.note(captions.sureness_caption(summary))
    else:
        panels.note("Too few people to say. Choose a longer period or fewer filters.")
    st.markdown(captions.excluded_sentence(summary))
