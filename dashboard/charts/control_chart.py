"""A measure over time between its limits, in the colours of the NHS programme "Making Data Count"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.annotation_marks import Mark, annotation_layer
from dashboard.charts.theme import Layer, Theme, base_figure, lay_on, spread
from dashboard.sections.trend_charts import Trend, TrendPoint
from dashboard.trend_words import hover_words, period_of, value_words

KIND_COLOURS = {
    "improvement": "#00b0f0",
    "concern": "#e46c0a",
    "common cause": "#a6a6a6",
    "neutral": "#490092",
}
MOST_TICKS = {"month": 6, "quarter": 3, "half-year": 3}  # two lines each, so that they fit a phone
LABEL_LINE_PIXELS = 17
RIGHT_PIXELS = 104


def control_chart(
    trend: Trend, marks: Sequence[Mark], theme: Theme, *, k: int, height: int = 340
) -> go.Figure:
    """Points with the rule they are part of, mean and limits broken where new ones begin, target and marks.

    The shape of a point tells its direction and its colour what that means; without counted points the figure
    is empty.
    """
    figure = base_figure(theme, height=height)
    if not trend.counted:
        return figure
    low, high = value_range(trend)
    top = high + 0.06 * (high - low) if marks else high
    lay_on(
        figure,
        [
            _limits(trend, theme),
            _target(trend, theme),
            _points(trend, theme, k),
            annotation_layer(marks, theme, top),
            _labels(trend, theme, low, top, height),
        ],
    )
    drawn = _drawn(trend)
    figure.update_layout(margin={"t": 18, "r": RIGHT_PIXELS, "l": 52})
    figure.update_yaxes(
        range=[low, top + 0.05 * (high - low) if marks else top],
        title={"text": _axis_title(trend), "standoff": 4, "font": {"size": 12}},
        ticksuffix=" %" if trend.measure.in_per_cent else "",
    )
    step = -(-len(drawn) // MOST_TICKS[trend.unit])
    ticks = drawn[:: max(step, 1)]
    edge = timedelta(days=6)
    figure.update_xaxes(
        range=[drawn[0].value.first_day - edge, drawn[-1].value.last_day + edge],
        tickvals=[_middle(point) for point in ticks],
        ticktext=[period_of(point.value).replace(" ", "<br>") for point in ticks],
        tickangle=0,
        type="date",
        showgrid=False,
    )
    return figure


def drawn_days(trend: Trend) -> tuple[date, date] | None:
    """First and last day on the axis of time, None if nothing is drawn."""
    drawn = _drawn(trend)
    return (drawn[0].value.first_day, drawn[-1].value.last_day) if drawn else None


def value_range(trend: Trend) -> tuple[float, float]:
    """Lowest and highest value on the axis: points, limits and target, with some room; shares within 0 to 100."""
    values = [
        _scaled(trend, v) for p in _drawn(trend) for v in (_value(p), p.lower, p.upper) if v is not None
    ]
    if trend.target is not None:
        values.append(_scaled(trend, trend.target))
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or 1.0
    low, high = low - room, high + room
    if trend.measure.in_per_cent:
        low, high = max(low, 0.0), min(high, 102.0)
    return (max(low, 0.0), high) if trend.measure.kind == "count" else (low, high)


def _drawn(trend: Trend) -> list[TrendPoint]:
    """Points with a value, from the first to the last; a gap stays a gap."""
    return [point for point in trend.points if _value(point) is not None]


def _value(point: TrendPoint) -> float | None:
    return point.provisional if point.value.value is None else point.value.value


def _scaled(trend: Trend, value: float) -> float:
    """Shares are drawn in per cent; limits beyond 0 and 100 say nothing more than these."""
    if trend.measure.in_per_cent:
        return 100 * min(max(value, 0.0), 1.0)
    return max(value, 0.0) if trend.measure.kind == "count" else value


def _middle(point: TrendPoint) -> date:
    """A period stands at its middle, so that a mark within it is neither before nor after it."""
    first, last = point.value.first_day, point.value.last_day
    return first + (last - first) / 2


def _limits(trend: Trend, theme: Theme) -> Layer:
    """Mean and limits of each segment, as steps from the first to the last day of a period."""
    layer = Layer()
    for segment in trend.segments:
        inside = [p for p in trend.counted if segment.first_day <= p.value.first_day <= segment.last_day]
        days = [day for p in inside for day in (p.value.first_day, p.value.last_day)]
        for name, dash, width in (("mean", "solid", 1.5), ("lower", "dash", 1.2), ("upper", "dash", 1.2)):
            values = [getattr(p, name) for p in inside for _ in range(2)]
            if any(value is None for value in values):
                continue
            layer.traces.append(
                {
                    "type": "scatter",
                    "x": days,
                    "y": [_scaled(trend, value) for value in values],
                    "mode": "lines",
                    "line": {
                        "color": theme.muted,
                        "width": width,
                        "dash": "dot" if segment.trial and name != "mean" else dash,
                        "shape": "linear",
                    },
                    "hoverinfo": "skip",
                    "name": name,
                }
            )
    return layer


def _points(trend: Trend, theme: Theme, k: int) -> Layer:
    """The series: a line, then the points that count, then the provisional ones in grey."""
    counted = list(trend.counted)
    later = [point for point in _drawn(trend) if point.value.state != "counted"]
    points = _trace(
        trend,
        counted,
        k,
        name="points",
        mode="markers",
        marker={
            "size": [11 if point.rule else 9 for point in counted],
            "symbol": [_symbol(point) for point in counted],
            "color": [KIND_COLOURS[point.kind] for point in counted],
            "line": {"color": theme.text, "width": 0.8},
        },
    )
    layer = Layer([_line(trend, theme), points])
    if later:
        grey = {"size": 9, "symbol": "circle-open", "color": theme.muted}
        layer.traces.append(_trace(trend, later, k, name="provisional", mode="markers", marker=grey))
    return layer


def _line(trend: Trend, theme: Theme) -> dict[str, Any]:
    """Through the points that count, interrupted where a period between them has no value."""
    days = [point.value.first_day for point in trend.counted]
    inside = [point for point in trend.points if days and days[0] <= point.value.first_day <= days[-1]]
    values = [point.value.value if point.value.state == "counted" else None for point in inside]
    return {
        "type": "scatter",
        "x": [_middle(point) for point in inside],
        "y": [None if value is None else _scaled(trend, value) for value in values],
        "mode": "lines",
        "line": {"color": theme.muted, "width": 1},
        "hoverinfo": "skip",
        "cliponaxis": False,
        "name": "series",
    }


def _trace(trend: Trend, points: Sequence[TrendPoint], k: int, **look: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [_middle(point) for point in points],
        "y": [_scaled(trend, value) for point in points if (value := _value(point)) is not None],
        "text": [hover_words(trend, point, k) for point in points],
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
        **look,
    }


def _symbol(point: TrendPoint) -> str:
    if not point.direction:
        return "circle"
    return "triangle-up" if point.direction > 0 else "triangle-down"


def _target(trend: Trend, theme: Theme) -> Layer:
    if trend.target is None:
        return Layer()
    days = [_drawn(trend)[0].value.first_day, _drawn(trend)[-1].value.last_day]
    return Layer(
        [
            {
                "type": "scatter",
                "x": days,
                "y": [_scaled(trend, trend.target)] * 2,
                "mode": "lines",
                "line": {"color": theme.conditions["itbs"], "width": 1.5, "dash": "longdash"},
                "hoverinfo": "skip",
                "name": "target",
            }
        ]
    )


def _labels(trend: Trend, theme: Theme, low: float, high: float, height: int) -> Layer:
    """Mean, limits and target are named at the right end, moved apart where they lie close together."""
    last = trend.counted[-1]
    lines = [
        ("mean", last.mean),
        ("upper limit", last.upper),
        ("lower limit", last.lower),
        ("target", trend.target),
    ]
    named = [(name, value) for name, value in lines if value is not None]
    size = (high - low) * LABEL_LINE_PIXELS / (height - 58)
    middles = [_scaled(trend, value) for _, value in named]
    heights = spread(middles, [size] * len(named), low, high)
    return Layer(
        notes=[
            {
                "text": f"{name} {value_words(trend.measure, value).removesuffix(' points')}",
                "x": 1,
                "xref": "x domain",
                "xanchor": "left",
                "xshift": 6,
                "y": place,
                "showarrow": False,
                "font": {
                    "color": theme.conditions["itbs"] if name == "target" else theme.muted,
                    "size": 12,
                },
            }
            for (name, value), place in zip(named, heights, strict=True)
        ]
    )


def _axis_title(trend: Trend) -> str:
    if trend.measure.kind == "median":
        return "change in points"
    return f"% of {trend.measure.of}" if trend.measure.in_per_cent else trend.measure.of
