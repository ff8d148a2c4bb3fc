"""Colours on paper: the dashboard's, dark enough that they differ in grey too."""

from __future__ import annotations

from collections.abc import Sequence

CONDITION_COLOURS = {
    "pfps": "#0B6E75",
    "itbs": "#C15619",
    "pfps_itbs": "#5B5F97",
    "other_knee": "#A23B72",
    "other": "#5F7176",
}
SERIES = tuple(CONDITION_COLOURS.values())
CLASS_COLOURS = {
    "returned": "#37474F",
    "in_care": "#78909C",
    "stopped": "#A9B6BC",
    "discharged_unrecorded": "#C6CFD3",
    "lost": "#DCE3E6",
    "cannot_count": "#F4F6F7",
}
TEXT = "#1C2B33"
MUTED = "#5B6B72"
RULE = "#DDE4E6"


def colours(groups: Sequence[str]) -> dict[str, str]:
    """A colour for each group: a condition's own, else the series in order."""
    spare = [SERIES[number % len(SERIES)] for number in range(len(groups))]
    return {group: CONDITION_COLOURS.get(group, spare[number]) for number, group in enumerate(groups)}
