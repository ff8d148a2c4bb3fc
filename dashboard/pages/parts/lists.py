"""What the lists of patients share: whose list it is, how fresh, searching, and opening a patient."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.pages.parts import frame, patient_readers, readers
from dashboard.pages.parts.panels import literal, note
from dashboard.pages.parts.styles import FINGER
from dashboard.patients.clinic_rules import ClinicRules
from dashboard.patients.words import NOT_THERE
from dashboard.wording import long_date
from sql.cohort import Scope

PAGES = Path(__file__).parents[1]
PATIENT_PAGE = str(PAGES / "patient.py")
LISTS = {
    "caseload.py": ("Caseload", ":material/checklist:"),
    "to_ask.py": ("To ask", ":material/contact_support:"),
    "own_figures.py": ("Own figures", ":material/person:"),
}
ROW_HEIGHT = FINGER


def links() -> None:
    """From list to list, for a therapist, whose sidebar is away."""
    with st.container(horizontal=True, gap="small"):
        for file, (label, icon) in LISTS.items():
            st.page_link(str(PAGES / file), label=label, icon=icon, width="content")


def whose_list() -> tuple[str, str]:
    """(clinic, therapist): a therapist's own; the owner chooses."""
    reader = patient_readers.current_reader()
    if reader.therapist is not None:
        return reader.therapist
    therapists = readers.facts(Scope("clinic")).therapists
    if not therapists:
        st.info("No therapist is named in the data yet. Load episodes first.", icon=":material/info:")
        st.stop()
    several = len({clinic for clinic, _ in therapists}) > 1
    labels = {f"{clinic}/{code}" if several else code: (clinic, code) for clinic, code in therapists}
    chosen = st.selectbox("Therapist", list(labels), key="list_of", persist_state="session", width=130)
    return labels.get(str(chosen), therapists[0])


def heading(
    place: DeltaGenerator, title: str, therapist: str, rules: ClinicRules | None, about: str = ""
) -> None:
    """The page's finding, whose list it is, and until when the data go."""
    with place:
        st.title(title, anchor=False)
        parts = [f"Therapist {literal(therapist)}", about, freshness(rules) if rules else ""]
        note(" · ".join(filter(None, parts)))


def head_row() -> tuple[DeltaGenerator, tuple[str, str]]:
    """A place for the heading, and beside it whose list it is."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        place = st.container(width="stretch", gap="xxsmall")
        return place, whose_list()


def freshness(rules: ClinicRules) -> str:
    """Until when the data go."""
    if rules.sample:
        return f"**Sample data, invented people** · as if today were {long_date(rules.day)}"
    return f"data to {long_date(rules.as_of)}"


def warn_if_stale(rules: ClinicRules) -> None:
    """Flags that rest on time mean little when nothing was loaded for days."""
    if rules.stale:
        age = (patient_readers.today() - rules.as_of).days
        st.warning(
            f"The data end on {long_date(rules.as_of)}, {age} days ago. Flags that rest on time are marked “old "
            "data”: there may be scores and answers since. Load newer data to clear them.",
            icon=":material/schedule:",
        )


def search_box() -> None:
    """Find one of the reader's own patients by code or number. What was typed is forgotten at once."""
    st.text_input(
        "Find a patient",
        key="find",
        placeholder="Code or booking number",
        on_change=_search,
        icon=":material/search:",
        width=240,
        autocomplete="off",
    )
    found: list[str] | None = st.session_state.pop("found", None)
    if found is None:
        return
    if found:
        open_patient(found[0])
    clinic = patient_readers.current_reader().therapist
    patient_readers.audit((clinic or whose_clinic())[0], "patient_refused", "search")
    note(NOT_THERE)


def whose_clinic() -> tuple[str, str]:
    """A clinic to write refusals to where the reader has none of their own."""
    clinics = readers.facts(Scope("clinic")).clinics
    return clinics[0], ""


def _search() -> None:
    st.session_state["found"] = patient_readers.find(str(st.session_state["find"]))
    st.session_state["find"] = ""


def open_patient(token: str) -> None:
    """Go to a patient's page."""
    frame.switch_page(PATIENT_PAGE, {"t": token})
