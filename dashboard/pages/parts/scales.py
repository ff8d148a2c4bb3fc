"""Pieces of the page on pain and function: which scale, nobody there, what it means, what trials say."""

from __future__ import annotations

import streamlit as st

from dashboard import pain_captions
from dashboard.definitions import definition
from dashboard.pages.parts import panels
from dashboard.pages.parts.filters import Question
from dashboard.sections.pain import scale_list
from dashboard.sections.pain_scales import PainSection
from sql.queries.score_rows import AskedScale

PAIN_DEFINITIONS = ("pain_scores", "paired_change", "responders", "expected_recovery")


def choose_scale(question: Question) -> AskedScale:
    """The scale to look at, kept in the address; or what to do where nothing was scored."""
    found = panels.section(question, scale_list)
    if not found:
        st.info(
            "No scores to show. Load scores.csv, with a score at the first visit and in weeks 6 and 12, or send "
            "the form: return-to-run form-kit.",
            icon=":material/info:",
        )
        st.stop()
    labels = {pain_captions.scale_label(scale): scale for scale in found}
    chosen = st.selectbox("Scale", list(labels), key="scale", bind="query-params", width=340)
    return labels[str(chosen)]


def require_people(section: PainSection) -> None:
    """Where there is nobody, there is one thing to say."""
    if section.started == 0:
        st.info(
            "Nobody with these filters started. Choose a longer period or fewer filters, or load newer data.",
            icon=":material/info:",
        )
        st.stop()


def explained(*, key: str) -> None:
    """What the numbers mean, one click away."""
    with st.popover("What the numbers mean", icon=":material/menu_book:", key=key):
        for name in PAIN_DEFINITIONS:
            entry = definition(name)
            st.markdown(f"**{entry.title}.** {entry.text}")
        panels.all_numbers()


def trials() -> None:
    """What trials found, in words and never on a chart."""
    panels.headline("What trials found, and why it is not drawn here")
    st.markdown(panels.unbroken(" ".join(pain_captions.trial_sentences())))
