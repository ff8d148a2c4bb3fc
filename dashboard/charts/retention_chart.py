"""Who stays in care: a bar per step for everybody, and the sites beside one another.

Sites are named where they end; where a name is long, above the plot, since beside it a phone would have no room left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import plotly.graph_objects as go

from dashboard.charts.theme import Layer, Theme, base_figure, lay_on, spread
from dashboard.names import group_name
from dashboard.recovery_words import steps_of
from dashboard.sections.retention import RetentionResult
from dashboard.wording import PER_CENT, is_few, percent

SHAPES = (("circle", "●"), ("square", "■"), ("diamond", "◆"), ("triangle-up", "▲"), ("cross", "✚"))
"""Plotly's name of each shape and the sign that names it beside the chart: nobody needs the colour."""
TOP_OF_AXIS = 103
LABEL_LINE_PIXELS, LABEL_LETTER_PIXELS = 17, 7.5
AXIS_PIXELS, TOP_PIXELS = 46, 12
NARROW, WIDE = 16, 26
"""Pixels at the right of the plot, without and beside labels."""
LONGEST_BESIDE = 12
"""Letters, with the sign of the shape."""
PHONE_PIXELS, KEY_SIGN_PIXELS, KEY_LINE_PIXELS = 330, 46, 20
"""The width that names above the plot share on a phone, what a sign takes of it, and the height of a line of them."""
BAR_WIDTH = 0.65


@dataclass(frozen=True)
class _Site:
    """A site as drawn: its steps with their shares in per cent, its shape, sign and colour."""

    name: str
    steps: tuple[str, ...]
    shares: tuple[float, ...]
    shape: str
    sign: str
    colour: str

    @property
    def label(self) -> str:
        return f"{self.sign} {self.name}"


def retention_figure(result: RetentionResult, theme: Theme, *, height: int = 260) -> go.Figure:
    """A bar per step for everybody with its share, and marks per site; empty of too few people."""
    figure = base_figure(theme, height=height)
    everybody = result.groups[0]
    shown = [(words, value) for words, value in steps_of(everybody) if value is not None]
    if not result.recorded or not shown or is_few(everybody.started):
        return figure
    sites = _sites(result, theme)
    bars = {
        "type": "bar",
        "x": [words for words, _ in shown],
        "y": [100 * value for _, value in shown],
        "text": [percent(value) for _, value in shown],
        "customdata": [percent(value).removesuffix(PER_CENT) for _, value in shown],
        "texttemplate": "%{customdata}",  # the axis says of how many; a phone's bar is too narrow for the sign
        "textposition": "inside",
        "insidetextanchor": "start",
        "textangle": 0,
        "textfont": {"color": theme.paper, "size": 13},
        "marker": {"color": theme.classes["returned"]},
        "name": "everybody",
        "showlegend": False,
        "width": BAR_WIDTH,  # else the bar is a group beside the sites
        "offset": -BAR_WIDTH / 2,
        "alignmentgroup": "everybody",
        "hovertemplate": "%{x}: %{text}<extra></extra>",
    }
    plot_pixels = height - TOP_PIXELS - AXIS_PIXELS
    longest = max((len(site.label) for site in sites), default=0)
    beside = longest <= LONGEST_BESIDE
    labels = _labels(sites, plot_pixels) if beside else []
    lay_on(figure, [Layer([bars]), Layer([_marks(site, theme, named=not beside) for site in sites], labels)])
    if not beside:
        _name_above(figure, sites, height)
    figure.update_layout(
        margin={
            "b": AXIS_PIXELS,
            "r": WIDE + round(LABEL_LETTER_PIXELS * longest) if sites and beside else NARROW,
        },
        scattermode="group",  # sites beside one another, else one covers the other
        scattergap=0.3,
    )
    figure.update_xaxes(
        tickvals=[words for words, _ in shown],
        ticktext=[words.replace(" ", "<br>") for words, _ in shown],  # straight on a phone too
        tickangle=0,
    )
    figure.update_yaxes(
        range=[0, TOP_OF_AXIS],
        tickvals=[0, 25, 50, 75, 100],
        title={"text": "of 100 who started", "font": {"size": 12}},
    )
    return figure


def _sites(result: RetentionResult, theme: Theme) -> list[_Site]:
    """Those with a share at any step, as many as there are shapes."""
    found = []
    colours = theme.series[1:] + theme.series[:1]
    for site, (shape, sign), colour in zip(result.groups[1:], SHAPES, colours, strict=False):
        known = [(words, 100 * value) for words, value in steps_of(site) if value is not None]
        if known:
            steps, shares = zip(*known, strict=True)
            found.append(_Site(group_name(site.group), steps, shares, shape, sign, colour))
    return found


def _name_above(figure: go.Figure, sites: Sequence[_Site], height: int) -> None:
    """The names above the plot, in as many lines as they need; the plot keeps its height on a phone too."""
    widest = KEY_SIGN_PIXELS + LABEL_LETTER_PIXELS * max(len(site.name) for site in sites)
    lines = ceil(len(sites) / max(1, PHONE_PIXELS // widest))  # each takes the room of the widest
    figure.update_layout(
        height=height + KEY_LINE_PIXELS * lines,
        showlegend=True,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "xanchor": "left",
            "yanchor": "bottom",
            "font": {"size": 13},
            "itemclick": False,
            "itemdoubleclick": False,
        },
    )


def _marks(site: _Site, theme: Theme, *, named: bool) -> dict[str, object]:
    return {
        "type": "scatter",
        "x": list(site.steps),
        "y": list(site.shares),
        "mode": "markers",
        "marker": {
            "symbol": site.shape,
            "size": 10,
            "color": site.colour,
            "line": {"width": 1.5, "color": theme.paper},  # to be seen on the bar and beside the next mark
        },
        "name": site.name,
        "showlegend": named,
        "offsetgroup": site.name,
        "text": [percent(share / 100) for share in site.shares],
        "hovertemplate": f"{site.name}, %{{x}}: %{{text}}<extra></extra>",
    }


def _labels(sites: Sequence[_Site], plot_pixels: int) -> list[dict[str, object]]:
    """The name of each site beside its last mark, moved apart where sites end close together."""
    line = TOP_OF_AXIS * LABEL_LINE_PIXELS / plot_pixels
    heights = spread([site.shares[-1] for site in sites], [line] * len(sites), 0, TOP_OF_AXIS)
    return [
        {
            "text": f"<b>{site.label}</b>",
            "x": 1,
            "xref": "x domain",
            "xanchor": "left",
            "xshift": 4,
            "y": height,
            "showarrow": False,
            "font": {"color": site.colour, "size": 13},
        }
        for site, height in zip(sites, heights, strict=True)
    ]
