"""Palette and figure defaults, the same as in .streamlit/config.toml."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go

FONT = "Source Sans, Source Sans Pro, sans-serif"
BAND_OPACITY = 0.14


@dataclass(frozen=True)
class Theme:
    """Colours of one mode. Conditions keep theirs everywhere; classes have greys of their own."""

    name: str
    text: str
    muted: str
    paper: str
    line: str
    conditions: dict[str, str]
    series: tuple[str, ...]
    classes: dict[str, str]
    neutral: str = "rgb(120,140,145)"

    def colours(self, groups: Sequence[str]) -> dict[str, str]:
        """A colour for each group: a condition's own, else the series in order."""
        spare = iter(self.series * (len(groups) // len(self.series) + 1))
        return {group: self.conditions.get(group) or next(spare) for group in groups}


LIGHT = Theme(
    name="light",
    text="#1C2B33",
    muted="#5B6B72",
    paper="#FFFFFF",
    line="#DDE4E6",
    conditions={
        "pfps": "#0B6E75", "itbs": "#C15619", "pfps_itbs": "#5B5F97",
        "other_knee": "#A23B72", "other": "#5F7176",
    },
    series=("#0B6E75", "#5B5F97", "#A23B72", "#C15619", "#5F7176"),
    classes={
        "returned": "#37474F", "in_care": "#78909C", "stopped": "#A9B6BC",
        "discharged_unrecorded": "#C6CFD3", "lost": "#DCE3E6", "cannot_count": "#EEF2F3",
    },
)  # fmt: skip

DARK = Theme(
    name="dark",
    text="#E6ECEE",
    muted="#9FB0B6",
    paper="#12191D",
    line="#2C3A40",
    conditions={
        "pfps": "#4FB3B8", "itbs": "#E8935A", "pfps_itbs": "#9DA2E0",
        "other_knee": "#D77FAE", "other": "#93A3A8",
    },
    series=("#4FB3B8", "#9DA2E0", "#D77FAE", "#E8935A", "#93A3A8"),
    classes={
        "returned": "#C3D0D5", "in_care": "#93A7AF", "stopped": "#70858E",
        "discharged_unrecorded": "#556972", "lost": "#3F5059", "cannot_count": "#2A383F",
    },
)  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """Traces, notes and shapes of one part of a chart, as Plotly's dictionaries."""

    traces: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)


def theme_named(name: str | None) -> Theme:
    """The theme for Streamlit's "light" or "dark"."""
    return DARK if name == "dark" else LIGHT


def transparent(colour: str, opacity: float = BAND_OPACITY) -> str:
    """A hex colour with an opacity, as Plotly writes it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def base_figure(theme: Theme, *, height: int) -> go.Figure:
    """An empty figure in the theme: thin grid, no legend, room for labels at the right."""
    grid = {"gridcolor": theme.line, "zeroline": False, "fixedrange": True, "color": theme.muted}
    return go.Figure(
        layout={  # all at once: every change of a figure costs a few milliseconds, and a page has five charts
            "height": height,
            "margin": {"l": 46, "r": 96, "t": 12, "b": 40},
            "font": {"family": FONT, "size": 13, "color": theme.text},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": theme.paper,
                "bordercolor": theme.line,
                "font": {"color": theme.text},
            },
            "xaxis": {**grid, "linecolor": theme.line},
            "yaxis": grid,
        }
    )


def lay_on(figure: go.Figure, layers: Iterable[Layer]) -> None:
    """Put layers on a figure, all at once: Plotly checks every note again whenever one is added."""
    layers = list(layers)
    figure.add_traces([trace for layer in layers for trace in layer.traces])
    figure.update_layout(
        annotations=[note for layer in layers for note in layer.notes],
        shapes=[shape for layer in layers for shape in layer.shapes],
    )


def spread(middles: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Middles moved so that things of these sizes do not overlap, in their order, within [low, high].

    Where there is no room for all, the lowest go below `low`.
    """
    order = sorted(range(len(middles)), key=lambda i: middles[i])
    placed = [0.0] * len(middles)
    floor = low
    for i in order:
        placed[i] = max(middles[i], floor + sizes[i] / 2)
        floor = placed[i] + sizes[i] / 2
    ceiling = high
    for i in reversed(order):
        placed[i] = min(placed[i], ceiling - sizes[i] / 2)
        ceiling = placed[i] - sizes[i] / 2
    return placed


def wrapped(label: str, width: int = 15) -> str:
    """A label in two lines of about equal length where it is longer than `width` characters."""
    spaces = [place for place, character in enumerate(label) if character == " "]
    if len(label) <= width or not spaces:
        return label
    middle = min(spaces, key=lambda place: abs(2 * place - len(label)))
    return f"{label[:middle]}<br>{label[middle + 1 :]}"
