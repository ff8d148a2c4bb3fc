"""A patient who is not there, or not the reader's: the same words, nothing about anybody, and a line in the audit."""

from __future__ import annotations

import re

import streamlit as st

from dashboard.pages.parts import patient_readers
from dashboard.pages.parts.lists import whose_clinic
from dashboard.patients.words import NOT_THERE

_TOKEN = re.compile(r"[0-9a-f]{32}")


def say(token: str) -> None:
    """Draw the refusal and write it down; anything that is no token is not repeated there."""
    st.title("Patient", anchor=False)
    st.info(NOT_THERE, icon=":material/info:")
    if not token:
        return
    subject = token if _TOKEN.fullmatch(token) else "not a token"
    clinic = patient_readers.current_reader().therapist or whose_clinic()
    patient_readers.audit(clinic[0], "patient_refused", subject)
