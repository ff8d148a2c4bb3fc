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
    lay_on(figure, [_limit_lines(sizes, centre, limits, theme), _points(marks, theme)])
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


def _points(marks: Sequence[Mark], theme: Theme) -> Layer:
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
                "textposition": _label_places(marks),
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


def _label_places(marks: Sequence[Mark]) -> list[str]:
    """Labels above the upper of two near neighbours and below the lower."""
    widest = max(mark.at for mark in marks) or 1.0
    tallest = max((abs(mark.value) for mark in marks), default=1.0) or 1.0
    places = []
    for mark in marks:
        near = [
            other
            for other in marks
            if other is not mark
            and abs(other.at - mark.at) < 0.05 * widest
            and 0 <= other.value - mark.value < 0.12 * tallest
        ]
        places.append("bottom center" if near else "top center")
    return places
