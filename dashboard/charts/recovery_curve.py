"""The rising curve "% back running", beside published figures and above the table of states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.charts.benchmark_marks import points_layer, range_layer
from dashboard.charts.state_table import TABLE_LABEL_PIXELS, state_table, table_pixels
from dashboard.charts.theme import (
    BAND_OPACITY,
    Layer,
    Theme,
    base_figure,
    lay_on,
    spread,
    transparent,
    wrapped,
)
from dashboard.group_summary import GroupSummary
from dashboard.names import group_label
from dashboard.stats.benchmark import Benchmark
from dashboard.stats.disclosure import proportion_withheld, shown_count
from dashboard.stats.survival import Curve, line_parts, sentence_interval, too_few_followed
from dashboard.wording import groups_drawn, interval_words, percent

# Every horizon of a verdict is a tick, so that the table has its numbers; few enough for a phone.
TICKS = {182: (0, 28, 56, 84, 112, 140, 182), 364: (0, 56, 112, 182, 238, 294, 364)}
TOP_OF_AXIS = 103  # per cent: room for the line at 100
AXIS_PIXELS = 58
TOP_PIXELS = 20
LABEL_LINE_PIXELS = 17
LABEL_CHARACTER_PIXELS = 7.2
LABEL_SHIFT_PIXELS = 11
LABEL_CHARACTERS = 10  # longer ones take two lines: on a phone the curves need the width


@dataclass(frozen=True)
class Steps:
    """A curve as points of a step line, in days and per cent, up to the last day drawn."""

    days: list[int]
    value: list[float]
    low: list[float]
    high: list[float]


def recovery_figure(
    groups: Sequence[GroupSummary],
    benchmarks: Sequence[Benchmark],
    theme: Theme,
    *,
    shared_k: int | None = None,
    last_day: int = 182,
    height: int = 380,
    with_table: bool = False,
) -> go.Figure:
    """Curves with their bands, benchmarks with their intervals; below them, if asked, the table of states.

    Groups that are too small are left out. `last_day` ends the axis. `shared_k` is the smallest number of
    people that may be shown, None for exact figures.
    """
    drawn = groups_drawn(groups)
    colours = theme.colours([group.group for group in groups])
    labels = [wrapped(group_label(group.group), LABEL_CHARACTERS) for group in drawn]
    ticks = TICKS[last_day]
    table = table_pixels(len(drawn)) if with_table else 0
    below = table + AXIS_PIXELS if table else 0
    figure = base_figure(theme, height=height + below)
    figure.update_layout(margin={"t": TOP_PIXELS, "r": label_margin(labels)})
    if table:
        figure.update_layout(margin={"l": TABLE_LABEL_PIXELS, "b": 8})
    plot_pixels = height + below - figure.layout.margin.t - figure.layout.margin.b
    lay_on(
        figure,
        [
            *(
                _curve(group, colours[group.group], last_day, _opacity(len(drawn)), shared_k)
                for group in drawn
            ),
            range_layer(benchmarks, theme),
            points_layer(benchmarks, theme, last_day),
            _end_labels(drawn, labels, colours, last_day, plot_pixels - below),
            *([state_table(drawn, colours, theme, ticks, shared_k)] if table else []),
        ],
    )
    figure.update_yaxes(
        range=[0, TOP_OF_AXIS],
        tickvals=[0, 25, 50, 75, 100],
        title={"text": "% back running", "standoff": 4, "font": {"size": 12}},
        domain=[below / plot_pixels, 1],
    )
    figure.update_xaxes(
        range=[0, last_day * 1.005],
        tickvals=ticks,
        ticktext=[str(day // 7) for day in ticks],
        tickangle=0,
        title={"text": "weeks since the first visit", "standoff": 4, "font": {"size": 12}},
        anchor="y",
    )
    if table:
        share = table / plot_pixels
        table_axis = {"domain": [0, share], "range": [table, 0], "visible": False, "fixedrange": True}
        figure.update_layout(yaxis2={**table_axis, "anchor": "x"})
    return figure


def steps(curve: Curve, last_day: int) -> Steps:
    """The curve from day 0 (nobody back) to the last day observed or drawn, in per cent.

    Once nobody is left to come back it stays as it is to the end of the axis.
    """
    followed = curve.follow_up_days or 0
    end = last_day if curve.is_finished(followed) else min(last_day, followed)
    shown = [index for index, day in enumerate(curve.day) if day <= end]
    value = [100 * curve.value[index] for index in shown]
    low = [value[n] if curve.low[i] is None else 100 * curve.low[i] for n, i in enumerate(shown)]  # type: ignore[operator]
    high = [value[n] if curve.high[i] is None else 100 * curve.high[i] for n, i in enumerate(shown)]  # type: ignore[operator]
    days = [curve.day[index] for index in shown]
    starts_later = not days or days[0] > 0
    first = [0.0] if starts_later else []
    result = Steps([0, *days] if starts_later else days, [*first, *value], [*first, *low], [*first, *high])
    if result.days[-1] < end:
        for column in (result.value, result.low, result.high):
            column.append(column[-1])
        result.days.append(end)
    return result


def label_margin(labels: Sequence[str]) -> int:
    """Pixels that the longest line of the labels needs right of the plot."""
    longest = max((len(line) for label in labels for line in label.split("<br>")), default=0)
    return round(LABEL_SHIFT_PIXELS + 4 + LABEL_CHARACTER_PIXELS * longest)


def _opacity(curves: int) -> float:
    """Bands of many curves lie over each other, so each is fainter."""
    return BAND_OPACITY if curves <= 2 else BAND_OPACITY / 2


def too_few_words(curve: Curve, day: int, shared_k: int | None, state: str = "back") -> str:
    """That too few are back, or too few are not, for the share to be said to others; empty where it may be."""
    if shared_k is None or not proportion_withheld(curve.state_at(day).returned, curve.started, shared_k):
        return ""
    there = shown_count(curve.state_at(day).returned, shared_k)
    return f"fewer than {shared_k} {state}" if there is None else f"fewer than {shared_k} not {state}"


def _curve(
    group: GroupSummary, colour: str, last_day: int, band_opacity: float, shared_k: int | None
) -> Layer:
    """A group's line with its band: solid, and dotted where too few are still followed."""
    assert group.curve is not None  # noqa: S101 - only drawn groups come here
    line, name = steps(group.curve, last_day), group_label(group.group)
    band = {
        "type": "scatter",
        "x": line.days,
        "mode": "lines",
        "line": {"width": 0, "shape": "hv"},
        "hoverinfo": "skip",
        "name": f"{name} limits",
    }
    fill = {"fill": "tonexty", "fillcolor": transparent(colour, band_opacity)}
    layer = Layer([{**band, "y": line.high}, {**band, "y": line.low, **fill}])
    few = [too_few_followed(group.curve, day) for day in line.days]
    hover = [
        f"<b>{name}</b>, day {day}<br>"
        + (too_few_words(group.curve, day, shared_k) or _read_out(group.curve, day, value))
        for day, value in zip(line.days, line.value, strict=True)
    ]
    for part, dotted in line_parts(few):
        layer.traces.append(
            {
                "type": "scatter",
                "x": line.days[part],
                "y": line.value[part],
                "mode": "lines",
                "line": {"color": colour, "width": 2.5, "shape": "hv", "dash": "dot" if dotted else "solid"},
                "name": name,
                "text": hover[part],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    return layer


def _read_out(curve: Curve, day: int, value: float) -> str:
    """The share in words, with the limits that sentences have: the band collapses where nobody or everybody is back."""
    limits = sentence_interval(curve, day)
    return f"{percent(value / 100)} back {interval_words(*limits) if limits else ''}".rstrip()


def _end_labels(
    groups: Sequence[GroupSummary],
    labels: Sequence[str],
    colours: dict[str, str],
    last_day: int,
    curve_pixels: float,
) -> Layer:
    """Each curve is named where it ends; names are moved apart where curves end close together."""
    ends = [steps(group.curve, last_day).value[-1] for group in groups if group.curve is not None]
    line = TOP_OF_AXIS * LABEL_LINE_PIXELS / curve_pixels
    sizes = [line * (label.count("<br>") + 1) for label in labels]
    heights = spread(ends, sizes, 0, TOP_OF_AXIS + line / 2)
    return Layer(
        notes=[
            {
                "text": f"<b>{label}</b>",
                "x": 1,
                "xref": "x domain",
                "xanchor": "left",
                "xshift": LABEL_SHIFT_PIXELS,
                "y": height,
                "align": "left",
                "showarrow": False,
                "font": {"color": colours[group.group], "size": 13},
            }
            for group, label, height in zip(groups, labels, heights, strict=True)
        ]
    )
