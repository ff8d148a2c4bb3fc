"""The smaller charts of the page Return to running: pain again, intake periods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import plotly.graph_objects as go

from dashboard.charts.annotation_marks import Mark, annotation_layer
from dashboard.charts.recovery_curve import steps, too_few_words
from dashboard.charts.theme import Layer, Theme, base_figure, lay_on, transparent
from dashboard.recovery_words import is_read, period_words
from dashboard.sections.intake_periods import IntakePeriodsResult, ShownPeriod
from dashboard.stats.relapse import YEAR_DAYS
from dashboard.stats.survival import Curve, line_parts, too_few_followed
from dashboard.wording import is_few, percent

MARK_HEIGHT = 110
"""Per cent at which the numbers of marks stand, above every interval."""
FEW_MONTHS = timedelta(days=150)
WEEK_TICKS = (0, 2, 12, 26, 38, 52)


def relapse_figure(
    curve: Curve | None, theme: Theme, *, shared_k: int | None = None, height: int = 240
) -> go.Figure:
    """Share with pain again since the return, with its band; empty of too few returns, or if nobody was seen again.

    `shared_k` is the smallest number of people that may be shown, None for exact figures.
    """
    figure = base_figure(theme, height=height)
    if curve is None or is_few(curve.started) or not curve.follow_up_days:
        return figure
    line, colour = steps(curve, YEAR_DAYS), theme.series[2]
    band = {"type": "scatter", "x": line.days, "mode": "lines", "line": {"width": 0, "shape": "hv"}}
    quiet = {"hoverinfo": "skip", "name": "limits"}
    hover = [
        f"day {day} after the return<br>"
        + (
            too_few_words(curve, day, shared_k, "with pain again")
            or f"{percent(value / 100)} pain again ({low:.0f}–{high:.0f})"
        )
        for day, value, low, high in zip(line.days, line.value, line.low, line.high, strict=True)
    ]
    few = [too_few_followed(curve, day) for day in line.days]
    traces = [
        {**band, **quiet, "y": line.high},
        {**band, **quiet, "y": line.low, "fill": "tonexty", "fillcolor": transparent(colour)},
        *(
            {
                "type": "scatter",
                "x": line.days[part],
                "y": line.value[part],
                "mode": "lines",
                "line": {"color": colour, "width": 2.5, "shape": "hv", "dash": "dot" if dotted else "solid"},
                "name": "pain again",
                "text": hover[part],
                "hovertemplate": "%{text}<extra></extra>",
            }
            for part, dotted in line_parts(few)
        ),
    ]
    lay_on(figure, [Layer(traces)])
    top = max(20, 10 * -(-max(line.value) // 10) + 10)
    figure.update_layout(margin={"r": 16})
    figure.update_yaxes(range=[0, top], ticksuffix=" %", title={"text": "pain again", "font": {"size": 12}})
    figure.update_xaxes(
        range=[0, YEAR_DAYS + 2],
        tickvals=[7 * week for week in WEEK_TICKS],
        ticktext=[str(week) for week in WEEK_TICKS],
        title={"text": "weeks since the return", "standoff": 4, "font": {"size": 12}},
    )
    return figure


def intake_days(result: IntakePeriodsResult) -> tuple[date, date] | None:
    """First and last day of the periods drawn, None if nothing is."""
    drawn = _with_a_share(result)
    return (drawn[0].share.first_day, drawn[-1].share.last_day) if drawn else None


def _with_a_share(result: IntakePeriodsResult) -> list[ShownPeriod]:
    return [period for period in result.periods if period.share.value is not None]


def intake_figure(
    result: IntakePeriodsResult, theme: Theme, marks: Sequence[Mark] = (), *, height: int = 260
) -> go.Figure:
    """A point with its interval per period at its middle; open and grey if not complete, or of too few people.

    `marks` are what happened in the clinic meanwhile.
    """
    figure = base_figure(theme, height=height)
    drawn = _with_a_share(result)
    if not drawn:
        return figure
    parts = [
        _points([period for period in drawn if is_read(period)], theme.series[0], "circle", "complete"),
        _points([p for p in drawn if not p.share.mature], theme.muted, "circle-open", "not complete yet"),
        _points(
            [p for p in drawn if p.share.mature and not is_read(p)],
            theme.muted,
            "circle-open",
            "too few people",
        ),
    ]
    points = Layer([part for part in parts if part["x"]])
    lay_on(figure, [points, annotation_layer(marks, theme, MARK_HEIGHT)])
    figure.update_layout(margin={"r": 16})
    figure.update_yaxes(
        range=[0, MARK_HEIGHT + 6 if marks else 103],
        tickvals=[0, 25, 50, 75, 100],
        title={"text": "% back by week 12", "font": {"size": 12}},
    )
    figure.update_xaxes(
        title={"text": "first visit", "standoff": 4, "font": {"size": 12}}, tickformat="%b %Y"
    )
    first, last = drawn[0].share.first_day, drawn[-1].share.last_day
    if last - first < FEW_MONTHS:  # left alone, Plotly names one month every week
        figure.update_xaxes(range=[first, last], dtick="M1")
    return figure


def _points(periods: Sequence[ShownPeriod], colour: str, symbol: str, name: str) -> dict[str, object]:
    shares = [period.share for period in periods]
    value = [100 * (share.value or 0) for share in shares]
    high = [value[n] if share.high is None else 100 * share.high for n, share in enumerate(shares)]
    low = [value[n] if share.low is None else 100 * share.low for n, share in enumerate(shares)]
    return {
        "type": "scatter",
        "x": [
            share.first_day + timedelta(days=(share.last_day - share.first_day).days // 2) for share in shares
        ],
        "y": value,
        "mode": "markers",
        "marker": {"color": colour, "symbol": symbol, "size": 9, "line": {"width": 2, "color": colour}},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [top - middle for top, middle in zip(high, value, strict=True)],
            "arrayminus": [middle - bottom for bottom, middle in zip(low, value, strict=True)],
            "color": transparent(colour, 0.45),
            "thickness": 2,
            "width": 0,
        },
        "name": name,
        "text": [
            f"<b>{period_words(period.share)}</b> ({name})<br>{percent(period.share.value or 0)} back by week 12, "
            f"{period.started:,} in the curve"
            for period in periods
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }
