"""The table under a recovery chart (KMunicate, Morris et al. 2019), aligned to its axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.charts.theme import Layer, Theme
from dashboard.group_summary import GroupSummary
from dashboard.names import group_label
from dashboard.stats.disclosure import shown_count

TABLE_LABEL_PIXELS = 92
ROW_PIXELS = 19
TWO_LINES_PIXELS = 33
STATES = (
    ("at_risk", "still followed,<br>not back", TWO_LINES_PIXELS),
    ("returned", "back running", ROW_PIXELS),
    ("stopped", "stopped", ROW_PIXELS),
    ("censored", "not followed<br>further", TWO_LINES_PIXELS),
)
HEAD_PIXELS = 24


def table_pixels(groups: int) -> int:
    """Height of the table; only several groups have a headline each."""
    rows = sum(pixels for _, _, pixels in STATES)
    return groups * (rows + (HEAD_PIXELS if groups > 1 else 0))


def state_table(
    groups: Sequence[GroupSummary],
    colours: dict[str, str],
    theme: Theme,
    ticks: Sequence[int],
    shared_k: int | None,
) -> Layer:
    """At each tick: still followed, back, stopped, not followed further. They add up to those in the curve.

    It belongs on an axis "y2" that counts pixels downwards. A count too small for `shared_k` is "<k".
    """
    table, top = Layer(), 0
    for group in groups:
        name = group_label(group.group)
        if len(groups) > 1:
            table.notes.append(_label(f"<b>{name}</b>", top + HEAD_PIXELS / 2, colours[group.group], size=13))
            top += HEAD_PIXELS
        for state, words, pixels in STATES:
            middle = top + pixels / 2
            table.notes.append(_label(words, middle, theme.muted, size=12))
            table.traces.append(
                {
                    "type": "scatter",
                    "x": list(ticks),
                    "y": [middle] * len(ticks),
                    "text": [_cell(_count(group, day, state), shared_k) for day in ticks],
                    "mode": "text",
                    "textfont": {"size": 12, "color": theme.text},
                    "yaxis": "y2",
                    "hoverinfo": "skip",
                    "cliponaxis": False,
                    "name": f"{name} {words.replace('<br>', ' ')}",
                }
            )
            top += pixels
    return table


def _label(text: str, pixels_down: float, colour: str, *, size: int) -> dict[str, Any]:
    return {
        "text": text,
        "x": 0,
        "xref": "x domain",
        "xshift": -TABLE_LABEL_PIXELS,
        "xanchor": "left",
        "y": pixels_down,
        "yref": "y2",
        "align": "left",
        "showarrow": False,
        "font": {"size": size, "color": colour},
    }


def _count(group: GroupSummary, day: int, state: str) -> int:
    assert group.curve is not None  # noqa: S101 - only drawn groups come here
    return int(getattr(group.curve.state_at(day), state))


def _cell(number: int, shared_k: int | None) -> str:
    """A count, or "<8" where it is too small to be shared (coarse counts carry a stand-in for those)."""
    if shared_k is None:
        return f"{number:,}"
    shown = shown_count(number, shared_k)
    return f"<{shared_k}" if shown is None else f"{shown:,}"
