"""Colours of a table whose cells are shares: the more there is, the stronger; the number stands in the cell."""

from __future__ import annotations

from dashboard.charts.theme import Theme, transparent

WEAKEST, STRONGEST = 0.04, 0.42


def cell_style(share: float | None, theme: Theme) -> str:
    """CSS of a cell with this share (0 to 1); None, a share that is not known, has no colour.

    The strongest colour still leaves the theme's text a contrast above 4.5.
    """
    if share is None:
        return f"color: {theme.muted}"
    opacity = WEAKEST + (STRONGEST - WEAKEST) * min(max(share, 0.0), 1.0)
    return f"background-color: {transparent(theme.series[0], round(opacity, 3))}; color: {theme.text}"
