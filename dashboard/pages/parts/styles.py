"""What Streamlit's theme cannot say about the look: heights for fingers, air in tables, no sidebar, no table tools.

docs/decisions/030 has the reasons. The rules hang on roles and on Streamlit's test names, not on its generated classes.
Where a later version renames one, controls are merely lower again: a test in a real browser measures every control of
a therapist's pages.
"""

from __future__ import annotations

import streamlit as st

FINGER = 44
"""Pixels: the least that a finger hits without trying twice."""

PHONE = 640
"""Pixels: up to this wide Streamlit puts columns one under the other."""

_TALL = (
    "button:not([data-testid=stBaseButton-elementToolbar])",  # what Streamlit puts over a table on hover
    "summary", "[role=option]", "[role=combobox]", "[role=group]",
    "[data-testid=stPageLink-NavLink]", "[data-testid=stSidebarNavLink]", "[data-testid=stDateInputField]",
    "[data-testid=stTextInputRootElement]", "[data-testid=stTextInputField]",
    "[data-testid=stNumberInputContainer]", "[data-testid=stNumberInputField]",
)  # fmt: skip
_WIDE = (
    "[data-testid=stNumberInputStepDown]", "[data-testid=stNumberInputStepUp]",
    "[data-testid=stDateInputCalendarButton]", "[data-testid=stExpandSidebarButton]",
)  # fmt: skip


def for_fingers() -> None:
    """Everything that is tapped is at least 44 pixels high where there is a touch screen; elsewhere nothing changes."""
    tall, wide = ", ".join(_TALL), ", ".join(_WIDE)
    heights = f"{tall} {{ min-height: {FINGER}px !important; }}"  # Streamlit's own rules are longer, so they would win
    _rules(f"@media (any-pointer: coarse) {{ {heights} {wide} {{ min-width: {FINGER}px; }} }}")


def for_phones() -> None:
    """Tables with less air between their columns where the screen is narrow: five groups side by side then fit."""
    cells = "[data-testid=stTable] th, [data-testid=stTable] td"
    tight = f"{cells} {{ padding-left: 3px !important; padding-right: 3px !important; }}"
    inside = "[data-testid=stExpanderDetails] { padding-left: 6px; padding-right: 6px; }"
    _rules(f"@media (max-width: {PHONE}px) {{ {tight} {inside} }}")


def without_table_tools(key: str | None = None) -> None:
    """No tools over the page's tables, or over the one of this key: they lie over what stands above it.

    On a touch screen they stand there all the time.
    """
    within = f".st-key-{key} " if key else ""
    _rules(f"{within}[data-testid=stElementToolbar] {{ display: none; }}")


def without_sidebar() -> None:
    """No sidebar and no way to open one, also where somebody had opened it: it would be an empty column."""
    _rules("[data-testid=stSidebar], [data-testid=stExpandSidebarButton] { display: none; }")


def _rules(rules: str) -> None:
    st.html(f"<style>{rules}</style>")
