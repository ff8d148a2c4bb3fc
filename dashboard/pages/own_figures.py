"""Own figures: a therapist's month, set beside nobody else's."""

import streamlit as st

from dashboard.pages.parts import lists, panels, patient_readers
from dashboard.patients.own_figures import RECENT_DAYS
from dashboard.wording import percent

place, therapist = lists.head_row()
found = patient_readers.figures_of(therapist)
if found is None:
    st.info("Nothing of this clinic is loaded yet. Run: return-to-run load FOLDER.", icon=":material/info:")
    st.stop()

title = f"My {found.month:%B}: {found.returned} back running, {found.open} open"
lists.heading(place, title, therapist[1], patient_readers.rules_of(therapist[0]), f"{found.month:%B %Y}")

month = "this month"
known = [
    (f"Score, last {RECENT_DAYS} days", found.scored_recently),
    (f"Running known, {RECENT_DAYS} days", found.running_known),
    ("Score and running", found.both),
]
figures = [
    ("Open", f"{found.open}", "on the list today"),
    ("New", f"{found.new}", month),
    ("Discharged", f"{found.discharged}", month),
    ("Returned to running", f"{found.returned}", month),
    *((label, f"{n} of {found.open}", percent(n / found.open)) for label, n in known if found.open),
]
with st.grid(4, min_column_width=150, gap="small"):
    for label, value, detail in figures:
        st.metric(label, value, delta=detail, delta_color="off", delta_arrow="off", border=True)
panels.note(
    "Only your own episodes, by the therapist of the first visit. There is no list of colleagues behind these figures: "
    "how many return in a month depends on who came."
)
