"""The sheet that charts are drawn on: its size, its axes, and what several kinds of charts share."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from dashboard.report.palette import MUTED, TEXT

WIDTH_INCHES = 7.0
CHARACTERS_WIDE = 125  # of the labels of an axis as wide as the page
SIGNAL_COLOURS = {"improvement": "#00b0f0", "concern": "#e46c0a", "neutral": "#490092"}
SIGNAL_SHAPES = {"improvement": "s", "concern": "D", "neutral": "^"}
COMMON = "#a6a6a6"


def axes_on_paper(
    height: float, *, right: float = 0.9, bottom: float = 0.18, left: float = 0.075, top: float = 0.95
) -> tuple[Figure, Axes]:
    """A figure as wide as the page and `height` inches high; the edges of its axes are shares of it."""
    figure = Figure(figsize=(WIDTH_INCHES, height))
    figure.patch.set_alpha(0)
    axes = figure.add_axes((left, bottom, right - left, top - bottom))
    axes.patch.set_alpha(0)
    return figure, axes


def in_per_cent(axes: Axes) -> None:
    """A value axis from 0 to 100 %."""
    axes.set_ylim(0, 1.03)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))


def name_periods(axes: Axes, labels: Sequence[str]) -> None:
    """Names of the periods under the axis, as many as there is room for."""
    longest = max((len(label) for line in labels for label in line.split("\n")), default=1)
    every = max(1, -(-len(labels) * (longest + 2) // CHARACTERS_WIDE))
    axes.set_xticks(range(0, len(labels), every), list(labels)[::every])
    axes.set_xlim(-0.6, len(labels) - 0.4)


def mark_notes(axes: Axes, notes: Sequence[tuple[int, str]]) -> None:
    """A dotted line with its number above the axes for what happened in a period."""
    for at, label in notes:
        axes.axvline(at, color=TEXT, linewidth=0.8, linestyle=(0, (1, 1.6)))
        axes.annotate(
            label, (at, 1.0), (0, 2), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha="center", va="bottom", fontsize=7.5, weight="bold", annotation_clip=False,
            bbox={"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": MUTED, "linewidth": 0.7},
        )  # fmt: skip
