"""Numbered marks for what happened in the clinic, on any chart whose axis is the date of the first visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from dashboard.charts.theme import Layer, Theme
from dashboard.wording import long_date


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day; `number` is what stands on the chart and before its text below."""

    number: str
    day: date
    text: str


def marks_within(events: Sequence[tuple[date, str, str]], first_day: date, last_day: date) -> list[Mark]:
    """The events (day, text, number) within the days drawn; each keeps its number, whatever is drawn."""
    return [Mark(number, day, text) for day, text, number in events if first_day <= day <= last_day]


def annotation_layer(marks: Sequence[Mark], theme: Theme, top: float) -> Layer:
    """A dotted line for each mark with its number at `top` (on the value axis); the text shows on hover."""
    if not marks:
        return Layer()
    return Layer(
        traces=[
            {
                "type": "scatter",
                "x": [mark.day for mark in marks],
                "y": [top] * len(marks),
                "mode": "markers+text",
                "marker": {
                    "symbol": "circle",
                    "size": 18,
                    "color": theme.paper,
                    "line": {"color": theme.muted, "width": 1.5},
                },
                "text": [f"<b>{mark.number}</b>" for mark in marks],
                "textfont": {"color": theme.text, "size": 11},
                "hovertext": [f"<b>{long_date(mark.day)}</b><br>{escape(mark.text)}" for mark in marks],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "cliponaxis": False,
                "name": "annotations",
            }
        ],
        shapes=[
            {
                "type": "line",
                "x0": mark.day,
                "x1": mark.day,
                "yref": "y domain",
                "y0": 0,
                "y1": 1,
                "line": {"color": theme.muted, "width": 1, "dash": "dot"},
                "layer": "below",
            }
            for mark in marks
        ],
    )
