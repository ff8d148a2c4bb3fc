"""A patient's own scores over the range of people like them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.theme import Layer, Theme, base_figure, lay_on, transparent
from dashboard.stats.pain import RecoveryWeek

DAYS_PER_WEEK = 7
LEAST_WEEKS = 12


def patient_figure(
    points: Sequence[tuple[int, float]],
    weeks: Sequence[RecoveryWeek],
    events: Sequence[tuple[int, str]],
    theme: Theme,
    *,
    colour: str,
    high: float = 10,
    better: str = "lower",
    today: int | None = None,
    height: int = 300,
) -> go.Figure:
    """Own scores as (day, value); `weeks` of people alike (empty: no band); `events` as (day, name).

    The axis goes on to the day `today`, so that a time without scores is seen.
    """
    figure = base_figure(theme, height=height)
    until = [today] if today is not None else []
    days = [*(day for day, _ in (*points, *events)), *until]
    last_week = max([LEAST_WEEKS, *(day // DAYS_PER_WEEK + 1 for day in days)])
    drawn = [week for week in weeks if week.drawn and week.week <= last_week]
    lay_on(figure, [_band(drawn, theme), _events(events, theme, high, last_week), _own(points, colour)])
    figure.update_layout(margin={"r": 24, "t": 26})
    first_week = min([0.0, *(day / DAYS_PER_WEEK for day, _ in points)])
    figure.update_xaxes(
        range=[first_week - 0.6, last_week + 0.6],
        title={"text": "weeks since the first visit", "standoff": 4, "font": {"size": 12}},
    )
    figure.update_yaxes(
        range=[-high * 0.03, high * 1.06],
        title={"text": f"{better} is better", "standoff": 4, "font": {"size": 12}},
    )
    return figure


def _own(points: Sequence[tuple[int, float]], colour: str) -> Layer:
    return Layer(
        [
            {
                "type": "scatter",
                "x": [day / DAYS_PER_WEEK for day, _ in points],
                "y": [value for _, value in points],
                "mode": "lines+markers",
                "line": {"color": colour, "width": 2.5},
                "marker": {"size": 9},
                "name": "own",
                "text": [f"day {day}: {value:g}" for day, value in points],
                "hovertemplate": "%{text}<extra></extra>",
            }
        ]
    )


def _band(weeks: Sequence[RecoveryWeek], theme: Theme) -> Layer:
    """Quartiles as a band and the median as a broken line; deciles outside, where there are enough."""
    grey = theme.conditions["other"]
    layer = Layer()
    for low, high in (("p10", "p90"), ("p25", "p75")):
        both = [week for week in weeks if getattr(week, low) is not None]
        for name, fill in ((high, {}), (low, {"fill": "tonexty", "fillcolor": transparent(grey, 0.16)})):
            layer.traces.append({**_line(both, name), "line": {"width": 0}, **fill})
    if weeks:
        layer.traces.append({**_line(weeks, "p50"), "line": {"color": grey, "width": 1.5, "dash": "dash"}})
    return layer


def _line(weeks: Sequence[RecoveryWeek], name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [week.week + 0.5 for week in weeks],
        "y": [getattr(week, name) for week in weeks],
        "mode": "lines",
        "hoverinfo": "skip",
        "name": name,
    }


def _events(events: Sequence[tuple[int, str]], theme: Theme, high: float, last_week: float) -> Layer:
    """Thin upright lines with their names; names of close ones on two levels."""
    layer = Layer()
    for number, (day, name) in enumerate(sorted(events)):
        week = day / DAYS_PER_WEEK
        late = 3 * week > 2 * last_week  # its name would be cut at the right
        line = {"color": theme.muted, "width": 1, "dash": "dot"}
        layer.shapes.append(
            {"type": "line", "x0": week, "x1": week, "y0": 0, "y1": high, "line": line, "layer": "below"}
        )
        layer.notes.append(
            {
                "text": name, "x": week, "y": high * (1.04 if number % 2 else 0.97),
                "xanchor": "right" if late else "left", "xshift": -3 if late else 3,
                "showarrow": False, "font": {"size": 11, "color": theme.muted},
            }
        )  # fmt: skip
    return layer
