"""Rows of figures with their intervals, one under the other, each labelled beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.charts.theme import Layer, Theme, base_figure, lay_on, wrapped

ROW_PIXELS = 35
MARGIN_PIXELS = 54
LABEL_CHARACTERS, WORDS_CHARACTERS = 18, 16  # "of 1,234," in one line
LABEL_LETTER_PIXELS, WORDS_LETTER_PIXELS, AIR_PIXELS = 6.2, 5.8, 14
"""About what a letter takes, and the room beside the longest line: the rest of a phone's width is for the figures."""
PERCENT_AXIS = (0.0, 100.0)


@dataclass(frozen=True)
class Dot:
    """One row: a value with its limits (None where there are none) and what stands at its right end.

    Without a value the row has its label and the words only. `second` is a further figure on the same line,
    drawn hollow and without limits. `goal` is a range to reach, shaded in this row only.
    """

    label: str
    value: float | None
    low: float | None
    high: float | None
    words: str
    hollow: bool = False
    second: float | None = None
    goal: tuple[float, float] | None = None


def interval_dots_figure(
    dots: Sequence[Dot],
    theme: Theme,
    *,
    axis: tuple[float, float],
    suffix: str,
    title: str,
) -> go.Figure:
    """Rows from the top down on one axis. Hollow marks are second figures."""
    height = ROW_PIXELS * max(len(dots), 1) + MARGIN_PIXELS + 12
    figure = base_figure(theme, height=height)
    if not dots:
        return figure
    places = [len(dots) - place for place in range(len(dots))]
    layer = Layer()
    labels = [wrapped(dot.label, LABEL_CHARACTERS) for dot in dots]
    words = [_in_lines(dot.words) for dot in dots]
    left, right = _room(labels, LABEL_LETTER_PIXELS), _room(words, WORDS_LETTER_PIXELS)
    for dot, place, label, beside in zip(dots, places, labels, words, strict=True):
        layer.notes.append(_label(label, place, left, theme))
        layer.notes.append(_words(beside, place, theme))
        if dot.value is not None and dot.low is not None and dot.high is not None:
            layer.traces.append(_interval(dot, place, axis, theme))
    shown = [
        (value, place, dot, hollow)
        for dot, place in zip(dots, places, strict=True)
        for value, hollow in ((dot.value, dot.hollow), (dot.second, True))
        if value is not None
    ]
    colour = theme.conditions["pfps"]
    layer.traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [value for value, *_ in shown],
            "y": [place for _, place, *_ in shown],
            "marker": {
                "size": 10,
                "symbol": ["circle-open" if hollow else "circle" for *_, hollow in shown],
                "color": colour,
                "line": {"color": colour, "width": 2},
            },
            "customdata": [f"{dot.label}: {dot.words}" for _, _, dot, _ in shown],
            "hovertemplate": "%{customdata}<extra></extra>",
            "name": "figures",
            "cliponaxis": False,
        }
    )
    layer.shapes.extend(
        _goal(*dot.goal, place, theme) for dot, place in zip(dots, places, strict=True) if dot.goal
    )
    lay_on(figure, [layer])
    figure.update_layout(margin={"l": left, "r": right, "t": 6, "b": MARGIN_PIXELS - 8})
    figure.update_yaxes(range=[0.4, len(dots) + 0.6], visible=False)
    figure.update_xaxes(
        range=list(axis),
        ticksuffix=suffix,
        dtick=50 if axis == PERCENT_AXIS else 10,
        tickangle=0,
        title={"text": title, "font": {"size": 12.5}},
    )
    return figure


def _interval(dot: Dot, place: int, axis: tuple[float, float], theme: Theme) -> dict[str, object]:
    low, high = max(dot.low or 0.0, axis[0]), min(dot.high or 0.0, axis[1])
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [low, high],
        "y": [place, place],
        "line": {"color": theme.muted, "width": 2},
        "hoverinfo": "skip",
        "name": f"interval of {dot.label}",
    }


def _goal(low: float, high: float, place: int, theme: Theme) -> dict[str, object]:
    return {
        "type": "rect", "xref": "x", "yref": "y", "x0": low, "x1": high, "y0": place - 0.45, "y1": place + 0.45,
        "fillcolor": theme.muted, "opacity": 0.2, "line": {"width": 0}, "layer": "below",
    }  # fmt: skip


def _in_lines(text: str) -> str:
    return "<br>".join(wrapped(line, WORDS_CHARACTERS) for line in text.split("<br>"))


def _room(texts: Sequence[str], letter_pixels: float) -> int:
    """Pixels for the longest line."""
    longest = max(len(line) for text in texts for line in text.split("<br>"))
    return round(letter_pixels * longest) + AIR_PIXELS


def _label(text: str, place: int, room: int, theme: Theme) -> dict[str, object]:
    return {
        "text": text, "x": 0, "xref": "x domain", "xshift": -room, "xanchor": "left", "align": "left",
        "y": place, "showarrow": False, "font": {"size": 12.5, "color": theme.text},
    }  # fmt: skip


def _words(text: str, place: int, theme: Theme) -> dict[str, object]:
    return {
        "text": text, "x": 1, "xref": "x domain", "xshift": 8, "xanchor": "left", "align": "left",
        "y": place, "showarrow": False, "font": {"size": 12, "color": theme.muted},
    }  # fmt: skip
