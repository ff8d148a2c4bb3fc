"""Import: get the clinic's data in, and see before anything is written what it would change."""

import streamlit as st

from dashboard.pages.parts import frame
from dashboard.pages.parts.import_drop import drop, explain, known_mappings
from dashboard.pages.parts.import_files import how_to_read_all
from dashboard.pages.parts.import_preview import finding, plan_of, preview, share_allowed, show_preview
from dashboard.pages.parts.import_result import RESULT, ledger, load_now, show_result
from dashboard.pages.parts.panels import headline, literal, note

st.title("Import", anchor=False)
if frame.reader_here().role != "owner":
    st.info("Loading data is for the clinic's owner.", icon=":material/lock:")
    st.stop()

workspace = drop()
if workspace is None:
    if RESULT in st.session_state:
        show_result()
    else:
        explain()
    ledger()
    st.stop()
st.session_state.pop(RESULT, None)

state = st.container()
for fault in workspace.faults:
    st.error(literal(fault), icon=":material/error:")
headline("What the files are")
matched = how_to_read_all(workspace.items(known_mappings()), workspace)
chosen = [one.chosen for one in matched if one.chosen]
missing = [f"{one.item.name}: {', '.join(one.missing)}" for one in matched if one.missing]

if missing or not chosen:
    words = f"Still needed. {'; '.join(missing)}." if missing else "None of these files can be loaded."
    state.info(literal(words), icon=":material/edit:")
    st.stop()
plan = plan_of(chosen, workspace)
if plan is None:
    state.info("Still needed: the clinic's key, below the files.", icon=":material/key:")
    st.stop()
outcome = preview(plan, workspace)
if outcome is None:
    state.info("One more step, below the files.", icon=":material/arrow_downward:")
    st.stop()
show_preview(outcome)
state.info(f"{finding(outcome)}. Details below the files.", icon=":material/fact_check:")
if not outcome.loadable:
    st.stop()
allowed = share_allowed(outcome)
if st.button("Load", type="primary", disabled=allowed is None, key="import.load", icon=":material/upload:"):
    load_now(plan.allowing(allowed or 0.0), workspace)
note("Nothing has been written so far.")
