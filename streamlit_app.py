"""The dashboard: page config, gate, navigation by role, filter bar. No data access of its own."""

from pathlib import Path

import streamlit as st

from dashboard.deployment import NO_SIGN_IN, is_loopback
from dashboard.pages.parts import frame
from dashboard.pages.parts.filters import filter_bar

st.set_page_config(
    "Return to Run", page_icon=":material/directions_run:", layout="wide", initial_sidebar_state=230
)

if not is_loopback(st.get_option("server.address")):
    st.error(NO_SIGN_IN, icon=":material/lock:")
    st.stop()

pages_folder = Path(__file__).parent / "dashboard" / "pages"
overview = st.Page(
    pages_folder / "overview.py", title="Overview", icon=":material/monitoring:", default=True,
    help="Verdicts, key figures and the curve for the clinic's conditions.",
)  # fmt: skip
recovery = st.Page(
    pages_folder / "return_to_running.py", title="Return to running", icon=":material/directions_run:",
    help="The recovery curve by group, its table, and how sure it is.",
)  # fmt: skip
questions = {
    overview.title: "Are our runners back as soon as expected?",
    recovery.title: "How soon are people back running?",
}
page = st.navigation({"Outcomes": [overview, recovery]})

frame.logo()
frame.require_store()
reader = frame.preview_as()
heading = st.container()
question = filter_bar(reader)
frame.heading(heading, questions[page.title], question)
page.run()
