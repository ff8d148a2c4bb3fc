"""The funnel: units by their size, with the limits of chance around the whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dashboard.report.canvas import SIGNAL_COLOURS, axes_on_paper, in_per_cent
from dashboard.report.content import FunnelChart
from dashboard.report.palette import MUTED, TEXT

POINTS_PER_CHARACTER, LINE_POINTS, MARK_POINTS, FONT_SIZE = 4.1, 8.5, 3.0, 7.5
"""How much room, in points, a name and a mark take on paper."""

Box = tuple[float, float, float, float]  # left, bottom, right, top, in points


def funnel(chart: FunnelChart) -> Figure:
    """Marks with their names beside them, each where it covers no other."""
    figure, axes = axes_on_paper(2.3, right=0.94, bottom=0.19)
    axes.axhline(chart.centre, color=MUTED, linewidth=1)
    sides = ("top", "bottom")
    for (words, x, low, high), style, side in zip(chart.limits, ("dashed", "dotted"), sides, strict=False):
        for edge in (low, high):
            axes.plot(x, edge, color=MUTED, linewidth=0.9, linestyle=style)
        if x:
            axes.annotate(
                words, (x[-1], high[-1]), (3, 0), textcoords="offset points", fontsize=FONT_SIZE, va=side,
                annotation_clip=False,
            )  # fmt: skip
    for _, x_at, y_at, signal in chart.points:
        axes.plot(
            [x_at], [y_at], marker="D" if signal else "o", color=SIGNAL_COLOURS["concern"] if signal else TEXT,
            markersize=4.5,
        )  # fmt: skip
    in_per_cent(axes)
    axes.set_ylim(*_height(chart))
    axes.set_xlabel(chart.x_title)
    if chart.limits and chart.limits[0][1]:
        axes.set_xlim(chart.limits[0][1][0], chart.limits[0][1][-1])
    _names(figure, axes, chart)
    return figure


def _height(chart: FunnelChart) -> tuple[float, float]:
    """From the lowest to the highest of limits and marks, with a tenth of air, within 0 to 100 %."""
    y = [value for _, _, value, _ in chart.points]
    y += [value for _, _, low, high in chart.limits for value in (*low, *high)]
    lowest, highest = min(y, default=0.0), max(y, default=1.0)
    air = (highest - lowest) / 10
    return (max(lowest - air, -0.02), min(highest + air, 1.03))


def _names(figure: Figure, axes: Axes, chart: FunnelChart) -> None:
    """Each name beside its mark, on a white ground so that no line strikes it through."""
    to_points = 72 / figure.dpi
    spots = [axes.transData.transform((x, y)) * to_points for _, x, y, _ in chart.points]
    marks = [_around(float(x), float(y), MARK_POINTS) for x, y in spots]
    placed: list[Box] = []
    for (name, x, y, _), spot in zip(chart.points, spots, strict=True):
        if not name:
            continue
        offset = _free_offset(name, (float(spot[0]), float(spot[1])), [*marks, *placed])
        placed.append(_name_box(name, (float(spot[0]), float(spot[1])), offset))
        axes.annotate(
            name, (x, y), offset, textcoords="offset points", fontsize=FONT_SIZE, ha="center", va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
        )  # fmt: skip


def _free_offset(name: str, spot: tuple[float, float], taken: Sequence[Box]) -> tuple[float, float]:
    """Where the name covers nothing: above, below, to the right, to the left, then farther out."""
    return min(
        _offsets(name), key=lambda offset: sum(_overlap(_name_box(name, spot, offset), box) for box in taken)
    )


def _offsets(name: str) -> Iterable[tuple[float, float]]:
    wide = len(name) * POINTS_PER_CHARACTER / 2 + MARK_POINTS + 1.5
    for times in (1.0, 1.9, 2.8):
        high = (LINE_POINTS / 2 + MARK_POINTS + 1) * times
        yield from ((0.0, high), (0.0, -high), (wide, 0.0), (-wide, 0.0))
        yield from ((wide, high), (-wide, high), (wide, -high), (-wide, -high))


def _name_box(name: str, spot: tuple[float, float], offset: tuple[float, float]) -> Box:
    x, y, half = spot[0] + offset[0], spot[1] + offset[1], len(name) * POINTS_PER_CHARACTER / 2
    return (x - half, y - LINE_POINTS / 2, x + half, y + LINE_POINTS / 2)


def _around(x: float, y: float, half: float) -> Box:
    return (x - half, y - half, x + half, y + half)


def _overlap(one: Box, other: Box) -> float:
    """The area that two boxes share."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0
