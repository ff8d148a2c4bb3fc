"""Mean change of a score by window, and the share that changed enough: points with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.theme import Layer, Theme, base_figure, lay_on
from dashboard.pain_captions import change_words, points, share_words, threshold_label, threshold_words
from dashboard.sections.pain_scales import PainSection
from dashboard.stats.pain_shown import ChangeShown, RespondersShown, ShareShown
from dashboard.wording import count_words

ROW_PIXELS = 46
SMALLEST_PIXELS = 280
OPEN_BELOW = 0.17  # of a row: how far the open point stands below the line of its row, the filled one above
TOP_PIXELS, BOTTOM_PIXELS = 14, 50
LEFT_PIXELS = 156


def change_figure(section: PainSection, theme: Theme, *, height: int = 320) -> go.Figure:
    """One point with its 95 % interval per window, n under it, the line of no change; never joined.

    Each window has other people in it. Without any mean the figure has no data.
    """
    figure = base_figure(theme, height=height)
    shown = [(place, change) for place, change in enumerate(section.changes) if change.mean is not None]
    if not shown:
        return figure
    colour = theme.series[0]
    lay_on(
        figure,
        [Layer([_change_point(place, change, colour) for place, change in shown], [_better(section, theme)])],
    )
    places = list(range(len(section.changes)))
    figure.update_xaxes(
        tickvals=places,
        ticktext=[
            f"{change.window.name}<br>n = {count_words(change.scored, section.k)}"
            for change in section.changes
        ],
        range=[-0.5, len(places) - 0.5],
        showgrid=False,
        tickangle=0,
    )
    ends = [x for _, c in shown for x in (c.mean, c.low, c.high) if x is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    room = (high - low) / 5 or 1.0
    down = section.scale.better == "lower"
    figure.update_yaxes(
        range=[low - room * (1 if down else 0.4), high + room * (0.4 if down else 1)],
        zeroline=True,
        zerolinecolor=theme.muted,
        zerolinewidth=1.2,
        title={"text": "points since the start", "standoff": 4, "font": {"size": 12}},
    )
    figure.update_layout(margin={"l": 52, "r": 12, "t": TOP_PIXELS, "b": 52})
    return figure


def responder_figure(section: PainSection, theme: Theme) -> go.Figure:
    """A row per threshold and window with scores and n: filled of those scored, open of all whose weeks are over."""
    rows = [
        row
        for row in section.responders
        if row.of_scored.denominator != 0 and not (row.of_scored.value is None and row.of_over.value is None)
    ]
    figure = base_figure(
        theme, height=max(SMALLEST_PIXELS, TOP_PIXELS + BOTTOM_PIXELS + ROW_PIXELS * len(rows))
    )
    if not rows:
        return figure
    colours = theme.colours([threshold_label(row) for row in _firsts(rows)])
    layer = Layer()
    for place, row in enumerate(rows):
        colour = colours[threshold_label(row)]
        layer.traces.extend(_share_point(row, row.of_scored, place - OPEN_BELOW, colour, open_=False))
        layer.traces.extend(_share_point(row, row.of_over, place + OPEN_BELOW, colour, open_=True))
    lay_on(figure, [layer])
    figure.update_xaxes(
        range=[0, 101],
        tickvals=[0, 25, 50, 75, 100],
        title={"text": "% improved", "standoff": 4, "font": {"size": 12}},
    )
    figure.update_yaxes(
        range=[len(rows) - 0.5, -0.5],
        tickvals=list(range(len(rows))),
        ticktext=[
            f"<b>{threshold_label(row)}</b><br>{row.window.name}, "
            f"n = {count_words(row.of_scored.denominator, section.k)}"
            for row in rows
        ],
        showgrid=False,
    )
    figure.update_layout(margin={"l": LEFT_PIXELS, "r": 16, "t": TOP_PIXELS, "b": BOTTOM_PIXELS})
    return figure


def _change_point(place: int, change: ChangeShown, colour: str) -> dict[str, Any]:
    assert change.mean is not None  # noqa: S101 - only windows with a mean come here
    interval = None
    if change.low is not None and change.high is not None:
        interval = {
            "type": "data",
            "symmetric": False,
            "array": [change.high - change.mean],
            "arrayminus": [change.mean - change.low],
            "thickness": 2,
            "width": 7,
            "color": colour,
        }
    return {
        "type": "scatter",
        "x": [place],
        "y": [change.mean],
        "error_y": interval,
        "mode": "markers+text",
        "text": [f"<b>{points(change.mean)}</b>"],
        "textposition": "middle right",
        "textfont": {"size": 13},
        "marker": {"size": 11, "color": colour},
        "name": change.window.name,
        "hovertemplate": f"{change.window.name}: {change_words(change)}<extra></extra>",
        "cliponaxis": False,
    }


def _better(section: PainSection, theme: Theme) -> dict[str, Any]:
    """Which way is better, in the corner that points there."""
    down = section.scale.better == "lower"
    return {
        "text": "↓ better" if down else "↑ better",
        "x": 0,
        "xref": "x domain",
        "xanchor": "left",
        "xshift": 14,
        "yshift": 6 if down else -6,  # clear of the axis' last number
        "y": 0 if down else 1,
        "yref": "y domain",
        "yanchor": "bottom" if down else "top",
        "showarrow": False,
        "font": {"size": 12, "color": theme.muted},
    }


def _firsts(rows: Sequence[RespondersShown]) -> list[RespondersShown]:
    """The first row of each threshold."""
    return list({threshold_label(row): row for row in reversed(rows)}.values())[::-1]


def _share_point(
    row: RespondersShown, share: ShareShown, place: float, colour: str, *, open_: bool
) -> list[dict[str, Any]]:
    if share.value is None or share.low is None or share.high is None:
        return []
    whom = "of all whose weeks are over" if open_ else "of those scored"
    return [
        {
            "type": "scatter",
            "x": [100 * share.value],
            "y": [place],
            "mode": "markers",
            "marker": {
                "symbol": "circle-open" if open_ else "circle",
                "size": 11,
                "color": colour,
                "line": {"width": 2, "color": colour},
            },
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [100 * (share.high - share.value)],
                "arrayminus": [100 * (share.value - share.low)],
                "thickness": 1.6,
                "width": 4,
                "color": colour,
            },
            "cliponaxis": False,
            "name": f"{threshold_label(row)}, {row.window.name}, {whom}",
            "hovertemplate": f"{row.window.name}: {share_words(share)} {whom}<br>{threshold_words(row)}"
            "<extra></extra>",
        }
    ]
