"""Charts as vector pictures for paper: Matplotlib draws, text stays text in the report's own font.

No pyplot and no state: every figure is made under the same settings, so that equal charts give equal bytes.
Groups differ in grey too: by dash, by hatch and by the name at the line's end.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from dashboard.report import figures_over_time
from dashboard.report.canvas import axes_on_paper
from dashboard.report.content import (
    BarChart,
    Chart,
    CurveChart,
    FunnelChart,
    Line,
    PeriodChart,
    TrendChart,
)
from dashboard.report.figure_funnel import funnel
from dashboard.report.palette import MUTED, RULE, TEXT
from dashboard.stats.survival import line_parts

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Source Sans Pro"
SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "return-to-run",
    "font.family": FAMILY,
    "font.size": 8.5,
    "text.color": TEXT,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": RULE,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}
KEY_COLUMNS = (0.005, 0.375, 0.612)  # wide enough for "fewer than 8" behind the longest words
DASHES = ("solid", (0, (6, 1.5)), (0, (3, 1.2)), "dashdot", (0, (8, 2, 1.5, 2)))


def svg(chart: Chart) -> bytes:
    """The chart as an SVG."""
    _add_fonts()
    with mpl.rc_context(SETTINGS):
        match chart:
            case CurveChart():
                figure = _curve(chart)
            case BarChart():
                figure = _bar(chart)
            case TrendChart():
                figure = figures_over_time.trend(chart)
            case PeriodChart():
                figure = figures_over_time.periods(chart)
            case FunnelChart():
                figure = funnel(chart)
        picture = BytesIO()
        figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})
    return picture.getvalue()


@cache
def _add_fonts() -> None:
    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)


def _curve(chart: CurveChart) -> Figure:
    figure, axes = axes_on_paper(2.75, right=0.86, bottom=0.16)
    last = chart.ticks[-1]
    for mark in chart.marks:
        if mark.x_from < mark.x:
            axes.axvspan(mark.x_from, mark.x, color="#788C91", alpha=0.13, linewidth=0)
            axes.axhline(mark.y, color=MUTED, linewidth=0.7, linestyle="dashed")
        else:
            low, high = (mark.low or mark.y, mark.high or mark.y)
            axes.errorbar(
                [mark.x], [mark.y], [[mark.y - low], [high - mark.y]], fmt="o", color=mark.colour,
                markerfacecolor="white", markersize=4.5, elinewidth=0.8, capsize=2, clip_on=False, zorder=5,
            )  # fmt: skip
    for number, line in enumerate(chart.lines):
        _steps(axes, line, DASHES[number % len(DASHES)])
    _end_names(axes, chart.lines, last)
    axes.set_xlim(0, last)
    axes.set_ylim(0, 1.03)
    axes.set_xticks(chart.ticks, [str(day // 7) for day in chart.ticks])
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    axes.set_xlabel("weeks since the first visit")
    axes.set_ylabel(chart.y_title)
    return figure


def _steps(axes: Axes, line: Line, dash: object) -> None:
    """The line; where too few are followed it is thin and dotted."""
    if line.low:
        axes.fill_between(
            line.x, line.low, line.high, step="post", color=line.colour, alpha=0.14, linewidth=0
        )
    for part, dotted in line_parts(line.too_few or (False,) * len(line.x)):
        style, width = ((0, (1, 1.4)), 1.1) if dotted else (dash, 1.6)
        axes.step(
            line.x[part], line.y[part], where="post", color=line.colour, linewidth=width, linestyle=style,
        )  # fmt: skip


def _end_names(axes: Axes, lines: Sequence[Line], last: float) -> None:
    """Names where the lines end, moved apart where they end close together."""
    gap, placed = 0.075, -1.0
    for line in sorted(lines, key=lambda line: line.y[-1]):
        height = max(line.y[-1], placed + gap)
        placed = height
        axes.annotate(
            line.name, (last, height), (6, 0), textcoords="offset points", va="center", color=line.colour,
            weight="bold", annotation_clip=False,
        )  # fmt: skip


def _bar(chart: BarChart) -> Figure:
    """A stacked bar with its numbers in it and a key below; too few to show take no room."""
    figure, axes = axes_on_paper(0.95, right=0.995, bottom=0.5, left=0.005)
    total, left = sum(number or 0 for _, number, _ in chart.parts) or 1, 0
    for number, (words, people, colour) in enumerate(chart.parts):
        size = people or 0
        hatch = ("", "", "////", "....", "\\\\\\\\", "")[number % 6]
        axes.barh(0, size, left=left, color=colour, edgecolor="white", linewidth=0.8, hatch=hatch, height=1)
        if size / total > 0.025:
            dark = number < 2
            axes.text(
                left + size / 2, 0, f"{size:,}", ha="center", va="center", weight="bold",
                color="white" if dark else TEXT,
                bbox=None if dark or not hatch else {"facecolor": colour, "linewidth": 0, "pad": 1.2},
            )  # fmt: skip
        left += size
        shown = chart.few if people is None else f"{people:,}"
        x, y = KEY_COLUMNS[number % 3], 0.30 - number // 3 * 0.22
        figure.patches.append(_swatch(figure, x, y, colour, hatch))
        figure.text(x + 0.024, y + 0.012, f"{words}: {shown}", va="bottom", fontsize=8)
    axes.set_xlim(0, total)
    axes.axis("off")
    return figure


def _swatch(figure: Figure, x: float, y: float, colour: str, hatch: str) -> mpl.patches.Rectangle:
    return mpl.patches.Rectangle(
        (x, y + 0.02), 0.017, 0.12, transform=figure.transFigure, facecolor=colour, edgecolor=MUTED,
        linewidth=0.4, hatch=hatch,
    )  # fmt: skip
