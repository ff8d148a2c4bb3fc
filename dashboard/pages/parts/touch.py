"""Fingers: where there is a touch screen, everything that is tapped is at least 44 pixels high.

Streamlit's theme has no height of a control (docs/decisions/030). The rules hang on roles and on Streamlit's test
names, not on its generated classes; where a later version renames one, controls are merely lower again, and a test
in a real browser measures every control of a therapist's pages.
"""

from __future__ import annotations

import streamlit as st

LEAST = 44
"""Pixels: the least that a finger hits without trying twice."""

_TALL = (
    "button", "summary", '[role="option"]', '[role="combobox"]', '[role="group"]', '[data-testid="stPageLink-NavLink"]',
    '[data-testid="stSidebarNavLink"]', '[data-testid="stTextInputRootElement"]', '[data-testid="stTextInputField"]',
    '[data-testid="stNumberInputContainer"]', '[data-testid="stNumberInputField"]', '[data-testid="stDateInputField"]',
)  # fmt: skip
_WIDE = (
    "stNumberInputStepDown", "stNumberInputStepUp", "stDateInputCalendarButton", "stExpandSidebarButton",
)  # fmt: skip


def apply() -> None:
    """Make room for fingers on this page; with a mouse alone nothing changes."""
    tall = ", ".join(f":is({one}):not({_TABLE_TOOL})" for one in _TALL)
    wide = ", ".join(f'[data-testid="{name}"]' for name in _WIDE)
    st.html(
        "<style>@media (any-pointer: coarse) {"
        f"{tall} {{ min-height: {LEAST}px; }} {wide} {{ min-width: {LEAST}px; }}"
        "}</style>"
    )


_TABLE_TOOL = '[data-testid="stBaseButton-elementToolbar"]'
