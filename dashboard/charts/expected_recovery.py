"""The usual course: centiles of the scores of each week as a fan, with how many scored under the axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.theme import Layer, Theme, base_figure, lay_on, transparent
from dashboard.pain_captions import FEWEST_WEEKS
from dashboard.sections.pain_scales import PainSection
from dashboard.stats.pain_shown import WeekShown
from dashboard.wording import count_words

OUTER_OPACITY, INNER_OPACITY = 0.13, 0.22
COUNT_PIXELS = 74
BLOCK_WEEKS = 0.5
WEEKS_BETWEEN_COUNTS = 2


def recovery_fan(section: PainSection, theme: Theme, *, height: int = 380) -> go.Figure:
    """Bands of the middle half and of 8 in 10, the middle score as a line with a mark at each week.

    Only weeks that may be drawn, and nothing across a week that may not; a week by itself is a small block.
    One week alone is no course: then the figure has no data.
    """
    figure = base_figure(theme, height=height)
    weeks = [week for week in section.weeks if week.drawn]
    if len(weeks) < FEWEST_WEEKS:
        return figure
    colour = theme.series[0]
    outer = runs([week for week in weeks if week.p10 is not None])
    lay_on(
        figure,
        [
            *(_band(run, "p10", "p90", colour, OUTER_OPACITY) for run in outer),
            *(_band(run, "p25", "p75", colour, INNER_OPACITY) for run in runs(weeks)),
            Layer([_middle(section, run, colour) for run in runs(weeks)], _counts(section, weeks, theme)),
        ],
    )
    scale, last = section.scale, max(weeks[-1].week, 6)
    room = 0.04 * (scale.high - scale.low)
    figure.update_yaxes(
        range=[scale.low - room, scale.high + room],
        title={"text": f"{section.asked.instrument}, points", "standoff": 4, "font": {"size": 12}},
    )
    figure.update_xaxes(
        range=[-0.4, last + 0.4],
        dtick=2,
        tickangle=0,
        title={"text": "weeks since the first visit", "standoff": 4, "font": {"size": 12}},
    )
    figure.update_layout(margin={"l": 62, "r": 14, "t": 12, "b": 44 + COUNT_PIXELS})
    return figure


def runs(weeks: Sequence[WeekShown]) -> list[list[WeekShown]]:
    """Weeks that follow each other without a gap."""
    found: list[list[WeekShown]] = []
    for week in weeks:
        if found and found[-1][-1].week == week.week - 1:
            found[-1].append(week)
        else:
            found.append([week])
    return found


def _band(weeks: Sequence[WeekShown], low: str, high: str, colour: str, opacity: float) -> Layer:
    places: list[float] = [week.week for week in weeks]
    if len(weeks) == 1:
        weeks, places = [*weeks, *weeks], [places[0] - BLOCK_WEEKS / 2, places[0] + BLOCK_WEEKS / 2]
    edge: dict[str, Any] = {
        "type": "scatter",
        "x": places,
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    fill = {"fill": "tonexty", "fillcolor": transparent(colour, opacity)}
    return Layer(
        [
            {**edge, "y": [getattr(week, high) for week in weeks], "name": high},
            {**edge, "y": [getattr(week, low) for week in weeks], "name": low, **fill},
        ]
    )


def _middle(section: PainSection, weeks: Sequence[WeekShown], colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [week.week for week in weeks],
        "y": [week.p50 for week in weeks],
        "mode": "lines+markers",
        "line": {"color": colour, "width": 2.5},
        "marker": {"size": 7},
        "name": "middle score",
        "text": [_hover(section, week) for week in weeks],
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
    }


def _hover(section: PainSection, week: WeekShown) -> str:
    scored, started = (count_words(n, section.k) for n in (week.scored, week.started))
    outer = "" if week.p10 is None or week.p90 is None else f"<br>8 in 10: {week.p10:g} to {week.p90:g}"
    half = "" if week.p25 is None or week.p75 is None else f"<br>middle half: {week.p25:g} to {week.p75:g}"
    return f"<b>week {week.week}: {week.p50:g}</b>{half}{outer}<br>scored {scored} of {started} started"


def _counts(section: PainSection, weeks: Sequence[WeekShown], theme: Theme) -> list[dict[str, Any]]:
    """Two lines under the axis: how many scored in the week, of how many who started."""
    by_week = {week.week: week for week in weeks}
    notes = []
    for line, (words, name) in enumerate((("scored", "scored"), ("of started", "started"))):
        place = {
            "yref": "y domain",
            "y": 0,
            "yshift": -58 - 20 * line,
            "yanchor": "middle",
            "showarrow": False,
        }
        notes.append(
            {
                **place,
                "text": words,
                "x": 0,
                "xref": "x domain",
                "xanchor": "right",
                "xshift": -6,
                "font": {"size": 11.5, "color": theme.muted},
            }
        )
        notes += [
            {**place, "text": _cell(getattr(week, name), section.k), "x": number, "font": {"size": 11.5}}
            for number, week in by_week.items()
            if number % WEEKS_BETWEEN_COUNTS == 0 or len(weeks) < WEEKS_BETWEEN_COUNTS * 3
        ]
    return notes


def _cell(count: int | None, k: int) -> str:
    return f"<{k}" if count is None else f"{count:,}"
