"""One patient: what happened, what people like this did next, and entering what is said today."""

import streamlit as st

from dashboard.pages.parts import (
    entering,
    panels,
    patient_head,
    patient_parts,
    patient_readers,
    patient_refused,
    showing,
)
from dashboard.patients.record_view import record_view

token = st.query_params.get("t", "")
record = patient_readers.record_of(token) if token else None
rules = patient_readers.rules_of(record.case.clinic) if record else None
if record is None or rules is None:
    patient_refused.say(token)
    st.stop()
view = record_view(record, rules)

if showing.is_on():
    patient_parts.for_the_patient(view)
    st.stop()
patient_readers.audit(record.case.clinic, "patient_opened", token, 1)

patient_head.draw(view)
entering.score_and_running(view)
entering.further(view)
left, right = st.columns([2, 1], gap="medium")
with left:
    patient_parts.scores(view)
with right:
    patient_parts.outlook(view)
    patient_parts.missing(view)
    patient_head.seen_form(view)
    patient_parts.sheets(view)
patient_parts.tables(view)
panels.note("Who opens this page, and when, is written to the clinic's audit.")
