"""Units within the limits of chance: a funnel of shares, and one of means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.theme import Layer, Theme, base_figure, lay_on
from dashboard.stats.funnel import (
    MIN_EPISODES,
    MIN_FOR_MEAN,
    Z_95,
    Z_998,
    Funnel,
    Limits,
    MeanFunnel,
    Position,
    funnel_limits,
)

STEPS = 120
LINES = (("95 %", Z_95, "dot"), ("99.8 %", Z_998, "solid"))
# The shape says where a unit lies, so that nobody needs the colour.
SYMBOLS: dict[Position, str] = {
    "within": "circle",
    "above 95 %": "diamond-open",
    "below 95 %": "diamond-open",
    "above 99.8 %": "square",
    "below 99.8 %": "square",
}
PLOT_PIXELS, LETTER_PIXELS = (250, 300), 8
"""About what a phone gives the plot and a letter: only for labels not to cover each other."""
PLACES = {
    "top center": (0, 15), "bottom center": (0, -15), "middle right": (1, 0), "middle left": (-1, 0),
    "top right": (1, 15), "top left": (-1, 15), "bottom right": (1, -15), "bottom left": (-1, -15),
}  # fmt: skip
"""Where a label may stand: to which side of the mark it begins, and how many pixels above its middle."""

LINE_WEIGHT = 0.4
"""A label through which a line runs can be read, if badly; one on another mark cannot."""


@dataclass(frozen=True)
class _Box:
    """A middle and half a width and height, in the axes' units."""

    x: float
    y: float
    across: float
    up: float

    def meets(self, other: _Box) -> bool:
        return (
            abs(self.x - other.x) < self.across + other.across and abs(self.y - other.y) < self.up + other.up
        )


@dataclass(frozen=True)
class Mark:
    """One unit as drawn: `at` is the number it rests on."""

    unit: str
    at: float
    value: float
    position: Position
    hover: str


def share_funnel_figure(funnel: Funnel, theme: Theme, *, height: int = 380) -> go.Figure:
    """Share back by week 12 against the number of people in effect, with the limits of chance."""
    marks = [
        Mark(
            point.unit.unit,
            point.unit.n_effective or 0.0,
            100 * (point.plotted or 0.0),
            point.position,
            f"{point.unit.episodes} people, {100 * (point.unit.value or 0):.0f} % back, "
            f"{100 * (point.unit.expected or 0):.0f} % expected: {point.position}",
        )
        for point in funnel.points
        if point.plotted is not None
    ]

    def limits(n: float, z: float) -> Limits:
        low, high = funnel_limits(funnel.centre, n, z, funnel.tau2)
        return 100 * low, 100 * high

    figure = _figure(marks, 100 * funnel.centre, limits, theme, fewest=MIN_EPISODES, height=height)
    figure.update_yaxes(
        title={"text": "% back by week 12, adjusted", "font": {"size": 12.5}}, range=[0, 100], ticksuffix=" %"
    )
    figure.update_xaxes(title={"text": "people the figure rests on", "font": {"size": 12.5}})
    return figure


def mean_funnel_figure(funnel: MeanFunnel, theme: Theme, *, height: int = 340) -> go.Figure:
    """Mean change of pain, adjusted, against the number of people with both scores."""
    marks = [
        Mark(
            point.unit,
            float(point.n),
            point.value,
            point.position,
            f"{point.n} people, {point.value:+.1f} points: {point.position}",
        )
        for point in funnel.points
        if point.value is not None
    ]
    centre, sd = funnel.centre or 0.0, funnel.sd or 0.0

    def limits(n: float, z: float) -> Limits:
        return centre - z * sd / sqrt(n), centre + z * sd / sqrt(n)

    figure = _figure(marks, centre, limits, theme, fewest=MIN_FOR_MEAN, height=height)
    figure.update_yaxes(title={"text": "points of pain, adjusted", "font": {"size": 12.5}})
    figure.update_xaxes(title={"text": "people with both scores", "font": {"size": 12.5}})
    return figure


def _figure(
    marks: Sequence[Mark],
    centre: float,
    limits: Callable[[float, float], Limits],
    theme: Theme,
    *,
    fewest: float,
    height: int,
) -> go.Figure:
    figure = base_figure(theme, height=height)
    if not marks:
        return figure
    first = max(1.0, 0.5 * min(fewest, *(mark.at for mark in marks)))
    last = 1.12 * max(mark.at for mark in marks)
    sizes = [first + (last - first) * step / STEPS for step in range(STEPS + 1)]
    low, high = limits(first, Z_998)

    def lines_at(n: float) -> list[float]:
        return [centre, *(limit for _, z, _ in LINES for limit in limits(n, z))]

    places = _label_places(marks, last - first, high - low, lines_at)
    lay_on(figure, [_limit_lines(sizes, centre, limits, theme), _points(marks, places, theme)])
    figure.update_xaxes(range=[first, last])
    figure.update_layout(margin={"l": 60, "r": 74, "t": 12, "b": 46})
    return figure


def _limit_lines(
    sizes: Sequence[float], centre: float, limits: Callable[[float, float], Limits], theme: Theme
) -> Layer:
    layer = Layer()
    for name, z, dash in LINES:
        for side in (0, 1):
            line = [limits(n, z)[side] for n in sizes]
            layer.traces.append(_line(sizes, line, f"{name} limit", theme, dash, 1.2))
            layer.notes.append(_end_note(name, sizes[-1], line[-1], theme))
    layer.traces.append(_line(sizes, [centre] * len(sizes), "everybody", theme, "solid", 1.6))
    layer.notes.append(_end_note("everybody", sizes[-1], centre, theme))
    return layer


def _line(
    x: Sequence[float], y: Sequence[float], name: str, theme: Theme, dash: str, width: float
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "y": list(y),
        "name": name,
        "line": {"color": theme.text if name == "everybody" else theme.muted, "dash": dash, "width": width},
        "hoverinfo": "skip",
    }


def _end_note(text: str, x: float, y: float, theme: Theme) -> dict[str, Any]:
    return {
        "text": text.replace(" %", "\N{NO-BREAK SPACE}%"),
        "x": x,
        "y": y,
        "xanchor": "left",
        "xshift": 4,
        "showarrow": False,
        "font": {"size": 12, "color": theme.muted},
    }


def _points(marks: Sequence[Mark], places: Sequence[str], theme: Theme) -> Layer:
    signal = ["99.8" in mark.position for mark in marks]
    colours = [theme.conditions["itbs"] if beyond else theme.conditions["pfps"] for beyond in signal]
    return Layer(
        traces=[
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": [mark.at for mark in marks],
                "y": [mark.value for mark in marks],
                "text": [
                    f"<b>{mark.unit}</b>" if beyond else mark.unit
                    for mark, beyond in zip(marks, signal, strict=True)
                ],
                "textposition": list(places),
                "textfont": {"size": 12, "color": theme.text},
                "marker": {
                    "size": 10,
                    "symbol": [SYMBOLS[mark.position] for mark in marks],
                    "color": colours,
                    "line": {"color": colours, "width": 2},
                },
                "customdata": [mark.hover for mark in marks],
                "hovertemplate": "<b>%{text}</b>: %{customdata}<extra></extra>",
                "name": "units",
                "cliponaxis": False,
            }
        ]
    )


def _label_places(
    marks: Sequence[Mark], width: float, height: float, lines_at: Callable[[float], Sequence[float]]
) -> list[str]:
    """Where each label covers the fewest marks and labels already placed, then the fewest lines.

    `width` and `height` are the axes', `lines_at` the heights of the lines above a number of people.
    """
    across, up = width / PLOT_PIXELS[0], height / PLOT_PIXELS[1]
    taken = [_Box(mark.at, mark.value, 7 * across, 7 * up) for mark in marks]
    places: dict[int, str] = {}
    for number in sorted(range(len(marks)), key=lambda number: marks[number].at):
        mark = marks[number]
        half = LETTER_PIXELS * len(mark.unit) / 2
        options = {
            place: _Box(mark.at + right * (half + 9) * across, mark.value + above * up, half * across, 7 * up)
            for place, (right, above) in PLACES.items()
        }
        others = [box for other, box in enumerate(taken) if other != number]

        def covered(place: str, options: dict[str, _Box] = options, others: list[_Box] = others) -> float:
            box = options[place]
            struck = sum(abs(box.y - line) < box.up for line in lines_at(box.x))
            return sum(box.meets(other) for other in others) + LINE_WEIGHT * struck

        best = min(options, key=covered)
        places[number] = best
        taken.append(options[best])
    return [places[number] for number in range(len(marks))]
