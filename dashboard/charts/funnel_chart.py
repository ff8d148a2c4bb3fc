"""Units within the limits of chance: a funnel of shares, and one of means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.label_places import Place, Spot, label_places
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
PLOT_WIDTHS = (235.0, 450.0)
"""Pixels of the plot on a phone and on an office PC."""
TOP_PIXELS, BOTTOM_PIXELS = 12, 46


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

    figure = _figure(
        marks, 100 * funnel.centre, limits, theme, fewest=MIN_EPISODES, height=height, heights=(0, 100)
    )
    figure.update_yaxes(
        title={"text": "% back by week 12, adjusted", "font": {"size": 12.5}}, ticksuffix=" %"
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
    heights: tuple[float, float] | None = None,
) -> go.Figure:
    figure = base_figure(theme, height=height)
    if not marks:
        return figure
    first = max(1.0, 0.5 * min(fewest, *(mark.at for mark in marks)))
    last = 1.12 * max(mark.at for mark in marks)
    sizes = [first + (last - first) * step / STEPS for step in range(STEPS + 1)]
    lines = _limit_lines(sizes, centre, limits, theme)
    bottom, top = heights or _heights(lines, marks)

    def lines_at(part: float) -> list[float]:
        n = max(first + (last - first) * part, first)
        found = [centre, *(limit for _, z, _ in LINES for limit in limits(n, z))]
        return [(line - bottom) / (top - bottom) for line in found]

    spots = [
        Spot(mark.unit, (mark.at - first) / (last - first), (mark.value - bottom) / (top - bottom))
        for mark in marks
    ]
    places = label_places(spots, PLOT_WIDTHS, height - TOP_PIXELS - BOTTOM_PIXELS, lines_at)
    lay_on(figure, [lines, _points(marks, places, theme)])
    figure.update_yaxes(range=[bottom, top])
    figure.update_xaxes(range=[first, last])
    figure.update_layout(margin={"l": 60, "r": 74, "t": TOP_PIXELS, "b": BOTTOM_PIXELS})
    return figure


def _heights(lines: Layer, marks: Sequence[Mark]) -> tuple[float, float]:
    """From the lowest line or mark to the highest, with a little air."""
    found = [y for trace in lines.traces for y in trace["y"]] + [mark.value for mark in marks]
    air = 0.06 * (max(found) - min(found))
    return min(found) - air, max(found) + air


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


def _points(marks: Sequence[Mark], places: Sequence[Place], theme: Theme) -> Layer:
    signal = ["99.8" in mark.position for mark in marks]
    colours = [theme.conditions["itbs"] if beyond else theme.conditions["pfps"] for beyond in signal]
    texts = [
        f"<b>{mark.unit}</b>" if beyond else mark.unit for mark, beyond in zip(marks, signal, strict=True)
    ]
    return Layer(
        traces=[
            {
                "type": "scatter",
                "mode": "markers",
                "x": [mark.at for mark in marks],
                "y": [mark.value for mark in marks],
                "text": texts,
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
        ],
        notes=[
            _label(text, mark, place, theme) for text, mark, place in zip(texts, marks, places, strict=True)
        ],
    )


def _label(text: str, mark: Mark, place: Place, theme: Theme) -> dict[str, Any]:
    """A code beside its mark, or farther out at the end of a thin line."""
    note = {
        "text": text,
        "x": mark.at,
        "y": mark.value,
        "borderpad": 0,
        "font": {"size": 12, "color": theme.text},
    }
    if not place.far:
        return {**note, "showarrow": False, "xshift": place.right, "yshift": place.above}
    return {
        **note, "showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": theme.muted, "standoff": 6,
        "ax": place.right, "ay": -place.above,
    }  # fmt: skip
