"""Pages about patients, and showing one of them to the patient: then there is no list and no sidebar to reach it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.access import Reader
from dashboard.pages.parts import frame, kept_filters, lists, styles
from dashboard.pages.parts.this_browser import browser

PATIENT = "Patient"
SIDEBAR_WIDTH = 234
_SHOWN = "shown_to_patient"


@dataclass(frozen=True)
class Shown:
    """Which patient is shown, and whose view it was: (reader, choice of "Preview as")."""

    token: str
    reader: Reader
    preview_as: str | None


_BY_BROWSER: dict[str, Shown] = {}
"""What each browser shows: a page loaded anew, or another tab, must not get around it."""


def shown() -> Shown | None:
    """What a patient looks at on this screen."""
    kept: Shown | None = st.session_state.get(_SHOWN)
    return _BY_BROWSER.get(browser() or "", kept)


def is_on() -> bool:
    """Whether a patient looks at the screen."""
    return shown() is not None


def needs_width(about_patients: bool) -> bool:
    """The sidebar is folded away while a patient looks, and on a therapist's lists, which need the width."""
    return is_on() or (about_patients and frame.expects_therapist())


def begin(token: str) -> None:
    """Hide everything but this patient, until somebody goes back."""
    now = Shown(token, st.session_state["reader"], st.session_state.get("preview_as"))
    st.session_state[_SHOWN] = now
    if (here := browser()) is not None:
        _BY_BROWSER[here] = now


def end() -> None:
    """Back to the view from which it was shown."""
    ended = shown()
    st.session_state.pop(_SHOWN, None)
    _BY_BROWSER.pop(browser() or "", None)
    if ended is not None and ended.preview_as is not None:
        st.session_state["preview_as"] = ended.preview_as


def way_back(key: str) -> None:
    """Two taps in two places: nobody leaves by brushing the screen."""
    with st.popover("For the therapist", icon=":material/lock_open:", type="tertiary", key=f"{key}_popover"):
        st.button("Back to my view", on_click=end, icon=":material/arrow_back:", key=key)


def run(page: StreamlitPage) -> None:
    """Run a page about patients. While one is shown to a patient no other page opens, nor another patient."""
    kept_filters.leave()
    now = shown()
    if now is None:
        frame.logo()
        if frame.preview_as().therapist is not None and page.title != PATIENT:
            lists.links()
        page.run()
        return
    styles.without_sidebar()
    st.session_state["reader"] = now.reader
    if page.title == PATIENT and st.query_params.get("t") == now.token:
        page.run()
        return
    st.info("This screen is being shown to a patient.", icon=":material/visibility:")
    way_back("end_showing_elsewhere")
