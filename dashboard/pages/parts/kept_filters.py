"""The filters of the Outcomes pages while the reader is on a page about patients, which has no filter bar."""

from __future__ import annotations

import streamlit as st

KEYS = ("period", "from", "to", "condition", "site", "symptoms", "goal", "audience")
ONLY_CONDITION = "only"
"""In the address of such a link: a condition's code."""
_KEPT, _AWAY = "kept_filters", "away_from_filters"


def keep() -> None:
    """Remember what is chosen; called whenever the bar was drawn."""
    st.session_state[_KEPT] = {key: st.session_state[key] for key in KEYS if key in st.session_state}


def follow() -> None:
    """A link of ours may narrow the page it leads to: its choice moves into the filter, where it can be undone.

    A filter that is drawn already takes nothing from a changed address by itself.
    """
    if condition := st.query_params.pop(ONLY_CONDITION, None):
        st.session_state["condition"] = condition


def leave() -> None:
    """The reader is on a page without the bar: its widgets lose their values."""
    st.session_state[_AWAY] = True


def restore() -> None:
    """Back from such a page: choose again what was chosen, unless the address says something else."""
    if not st.session_state.pop(_AWAY, False) or any(key in st.query_params for key in KEYS):
        return
    for key, value in st.session_state.get(_KEPT, {}).items():
        st.session_state[key] = value
