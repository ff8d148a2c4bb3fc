"""Charts over time: a measure between its limits, and the share of every intake period with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dashboard.report.canvas import (
    COMMON,
    SIGNAL_COLOURS,
    SIGNAL_SHAPES,
    axes_on_paper,
    in_per_cent,
    mark_notes,
    name_periods,
)
from dashboard.report.content import PeriodChart, TrendChart
from dashboard.report.palette import MUTED, TEXT
from dashboard.wording import percent

MOST_VALUES = 14  # with more points than that, values written beside them would touch


def trend(chart: TrendChart) -> Figure:
    """Values, mean and limits; points that stand out by colour and shape, provisional ones open."""
    figure, axes = axes_on_paper(1.6, right=0.985, bottom=0.14, top=0.88 if chart.notes else 0.95)
    _gaps(axes, chart.y, color=COMMON, linewidth=1.2)
    for level, style in ((chart.mean, "solid"), (chart.low, "dashed"), (chart.high, "dashed")):
        _gaps(axes, level, color=MUTED, linewidth=0.8, linestyle=style)
    for at, value in enumerate(chart.y):
        if value is not None:
            _point(axes, at, value, chart.signal[at], grey=chart.grey[at])
    name_periods(axes, chart.labels)
    if chart.share:
        in_per_cent(axes)
    mark_notes(axes, chart.notes)
    return figure


def periods(chart: PeriodChart) -> Figure:
    """A mark with its interval and its value per period, and under it how many it rests on."""
    figure, axes = axes_on_paper(1.75, right=0.985, bottom=0.2, top=0.89 if chart.notes else 0.96)
    for at, (value, low, high) in enumerate(zip(chart.y, chart.low, chart.high, strict=True)):
        if value is None:
            continue
        if low is not None and high is not None:
            axes.plot([at, at], [low, high], color=MUTED, linewidth=1.1)
        axes.plot(
            [at], [value], marker="o", markersize=5, color=TEXT,
            markerfacecolor="white" if chart.grey[at] else TEXT,
        )  # fmt: skip
        if len(chart.y) <= MOST_VALUES:
            axes.annotate(
                percent(value), (at, value), (5, 0), textcoords="offset points", va="center", fontsize=7.5
            )
    lines = [f"{label}\n{people}" for label, people in zip(chart.labels, chart.people, strict=True)]
    name_periods(axes, lines)
    in_per_cent(axes)
    mark_notes(axes, chart.notes)
    return figure


def _point(axes: Axes, at: int, value: float, signal: str, *, grey: bool) -> None:
    colour = SIGNAL_COLOURS.get(signal, COMMON)
    axes.plot(
        [at], [value], marker=SIGNAL_SHAPES.get(signal, "o"), markersize=5.5 if signal else 4, color=colour,
        markerfacecolor="white" if grey else colour,
    )  # fmt: skip


def _gaps(axes: Axes, y: Sequence[float | None], **style: object) -> None:
    """A line that is broken where there is no value."""
    values = [float("nan") if value is None else value for value in y]
    axes.plot(range(len(values)), values, **style)  # type: ignore[arg-type]
