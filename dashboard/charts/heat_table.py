"""Colours of a table whose cells are shares: the more there is, the stronger; the number stands in the cell."""

from __future__ import annotations

from dashboard.charts.theme import Theme, transparent

WEAKEST, STRONGEST = 0.04, 0.42
PINNED_WORDS = {"light": "#000000", "dark": "#FFFFFF"}
"""Streamlit draws a pinned column at 60 % of its colour: the theme's text would have too little contrast."""


def name_style(theme: Theme, *, pinned: bool) -> str:
    """CSS of a cell that says what its row is, or of how many."""
    return f"color: {PINNED_WORDS[theme.name] if pinned else theme.text}"


def cell_style(share: float, theme: Theme) -> str:
    """CSS of a cell with this share (0 to 1). The strongest colour still leaves the text a contrast above 4.5."""
    opacity = WEAKEST + (STRONGEST - WEAKEST) * min(max(share, 0.0), 1.0)
    return f"background-color: {transparent(theme.series[0], round(opacity, 3))}; color: {theme.text}"
