"""What was loaded, and what was refused. For the owner."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import record_tables as words
from dashboard.pages.parts import panels, readers
from dashboard.pages.parts.filters import Question
from dashboard.reject_table import reject_csv, rejects_by_rule

IMPORT_PAGE = Path(__file__).parents[1] / "import_data.py"
MOST_LOADS = 50


def panel(question: Question) -> None:
    """The ledger of a clinic, its open rejects, and the way to new data."""
    clinic = choose_clinic(question)
    found = readers.loads(clinic)
    rejects = readers.rejects(clinic)
    panels.headline(_title(len(found), len(rejects)))
    if IMPORT_PAGE.exists():
        st.page_link(IMPORT_PAGE, label="Import new data", icon=":material/upload_file:")
    else:
        panels.note("New data: `return-to-run load FOLDER`, or drop files into the inbox folder.")
    st.table(
        pd.DataFrame(words.load_rows(found[:MOST_LOADS])), border="horizontal", hide_index=True, alt="Loads"
    )
    for load in found[:1]:
        with st.expander(f"Files of load {load.load_number}", icon=":material/description:"):
            st.table(pd.DataFrame(words.file_rows(load)), border="horizontal", hide_index=True, alt="Files")
    if not rejects:
        panels.note("No row is refused and still open.")
        return
    panels.headline("What was refused, and what to do")
    st.table(pd.DataFrame(rejects_by_rule(rejects)), border="horizontal", hide_index=True, alt="Refused rows")
    panels.note(
        "Correct them where they come from and load again: rows that are in the store already are not taken twice. "
        "The file says line, column and rule, never what stood there."
    )
    st.download_button(
        "Refused rows as CSV",
        lambda: reject_csv(rejects).encode("utf-8-sig"),
        file_name=f"refused-{clinic}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="reject_csv",
    )


def choose_clinic(question: Question) -> str:
    """The clinic that is meant: the only one, or a choice."""
    clinics = question.facts.clinics
    if len(clinics) == 1:
        return clinics[0]
    return str(st.selectbox("Clinic", clinics, key="data_clinic"))


def _title(loads: int, refused: int) -> str:
    times = "once" if loads == 1 else f"{loads:,} times"
    left = "nothing refused is open" if not refused else f"{refused:,} refused places are open"
    return f"Loaded {times}; {left}"
