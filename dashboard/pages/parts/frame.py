"""What stands around every page: name, gate on an empty store, preview as, heading."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.access import Reader
from dashboard.pages.parts import printing, readers
from dashboard.pages.parts.filters import Question, filters_in_words, not_offered_in_words, reset
from dashboard.pages.parts.panels import literal, note
from dashboard.wording import long_date
from sql.cohort import Scope
from sql.engine import StoreError

BROWSER_ICON = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 34 34'>"
    "<path d='M3 28 H10 V21 H17 V13 H24 V7 H31' fill='none' stroke='%230B6E75' stroke-width='5' "
    "stroke-linecap='round' stroke-linejoin='round'/></svg>"
)
"""The mark of the logo, within the page: a Material icon here would be fetched from another company's server."""
_CHOSEN, _MOVED = "preview_chosen", "moved_by_product"
THERAPIST = "Therapist "
"""How a therapist's choice of "Preview as" begins, on the page and in the address."""


def logo() -> None:
    """The product's name at the top of the sidebar."""
    st.logo(_logo_svg(st.context.theme.type or "light"), size="large")


def require_store() -> None:
    """Without a loaded store there is one thing to say, and the page ends there."""
    try:
        facts = readers.facts(Scope("clinic"))
    except StoreError as error:
        _welcome(str(error))
    if facts.as_of is None:
        _welcome("Nothing has been loaded yet. Load data first: return-to-run load FOLDER.")


def _welcome(message: str) -> NoReturn:
    st.title("Welcome to Return to Run", anchor=False)
    st.info(message, icon=":material/database:")
    st.page_link(
        "dashboard/pages/import_data.py",
        label="Load files here",
        icon=":material/upload_file:",
        width="content",
    )
    st.markdown("To look around with invented people first: `return-to-run demo`")
    st.stop()


def preview_as() -> Reader:
    """Choose whose view to see. On this machine only; sign-in will decide it elsewhere."""
    therapists = readers.facts(Scope("clinic")).therapists
    several = len({clinic for clinic, _ in therapists}) > 1
    readers_by_label = {"Owner": Reader()}
    for clinic, code in therapists:
        label = THERAPIST + (f"{clinic}/{code}" if several else code)
        readers_by_label[label] = Reader("therapist", (clinic, code))
    labels = list(readers_by_label)
    with st.sidebar:
        chosen = st.selectbox(
            "Preview as",
            labels,
            index=_default(labels),
            key="preview_as",
            persist_state="session",
            bind="query-params",
            on_change=_remember,
        )
    _remember()
    reader = readers_by_label.get(str(chosen), Reader())
    st.session_state["reader"] = reader
    return reader


def _remember() -> None:
    st.session_state[_CHOSEN] = st.session_state["preview_as"]


def switch_page(page: str, query: dict[str, str]) -> NoReturn:
    """Go to a page by the product's own hand: the view goes with it, and Streamlit writes it into the address."""
    st.session_state[_MOVED] = True
    st.switch_page(page, query_params=query)


def _default(labels: list[str]) -> int:
    """Going back, or to an address that says nothing of it, leaves a therapist's view as it is: a choice ends it."""
    moved, before = st.session_state.pop(_MOVED, False), st.session_state.get(_CHOSEN)
    stays = not moved and before in labels and "preview_as" not in st.query_params
    return labels.index(str(before)) if stays else 0


def expects_therapist() -> bool:
    """Whether a therapist's view is asked for, before the choice is drawn: by the address, or by an earlier choice."""
    chosen = st.query_params.get("preview_as") or st.session_state.get(_CHOSEN, "")
    return str(chosen).startswith(THERAPIST)


def reader_here() -> Reader:
    """The reader of a page that needs no store: there is none before the first load, and the owner makes it."""
    try:
        loaded = readers.facts(Scope("clinic")).as_of is not None
    except StoreError:
        loaded = False
    return preview_as() if loaded else Reader()


def heading(place: DeltaGenerator, question_asked: str, question: Question) -> None:
    """The page's question, whose data, until when, for whom; and that sample people are invented."""
    facts = question.facts
    assert facts.as_of is not None  # noqa: S101 - require_store saw to it
    printing.rules()
    audience = "exact, for the clinic" if question.scope.audience == "clinic" else "rounded, to share"
    with place, st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.title(question_asked, anchor=False, width="content")
        name = (
            "**Sample data, invented people**"
            if facts.sample
            else literal(readers.clinic_name(facts.clinics))
        )
        note(f"{name} · to {long_date(facts.as_of)} · {audience}", width="content")
    if filters_in_words(question):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            note(f"Only: {filters_in_words(question)}", width="content")
            st.button(
                "Reset filters",
                on_click=reset,
                type="tertiary",
                icon=":material/filter_alt_off:",
                key="reset",
            )
    if said := not_offered_in_words(question):
        note(said)


def _logo_svg(mode: str) -> str:
    text, mark = ("#E6ECEE", "#4FB3B8") if mode == "dark" else ("#1C2B33", "#0B6E75")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 236 34" role="img" aria-label="Return to Run">'
        f'<path d="M3 28 H10 V21 H17 V13 H24 V7 H31" fill="none" stroke="{mark}" stroke-width="3.4" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
        f'<text x="42" y="25" font-family="sans-serif" font-size="22" font-weight="650" fill="{text}">'
        "Return to Run</text></svg>"
    )
