"""Lines over time for paper, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from dashboard.stats.pain import RecoveryWeek

INK, GREY = "#0B6E75", "#7A8B8F"
_STYLE: Any = {
    "svg.hashsalt": "return-to-run",
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "svg.fonttype": "none",
}


def line_svg(
    points: Sequence[tuple[int, float]],
    *,
    label: str,
    better: str,
    high: float,
    weeks: Sequence[RecoveryWeek] = (),
    size: tuple[float, float] = (6.8, 1.9),
    days: Sequence[int] = (),
) -> str:
    """Values by week since the first visit; an arrow says which way is better. `weeks` adds a range behind it,
    `days` are others to leave room for, so that two drawings have the same weeks."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        drawn = [week for week in weeks if week.drawn]
        if drawn:
            middle = [week.week + 0.5 for week in drawn]
            low = [week.p25 or 0.0 for week in drawn]
            axes.fill_between(
                middle, low, [week.p75 or 0.0 for week in drawn], color=GREY, alpha=0.25, linewidth=0
            )
            axes.plot(middle, [week.p50 or 0.0 for week in drawn], color=GREY, linewidth=1, linestyle="--")
        axes.plot(
            [day / 7 for day, _ in points], [value for _, value in points],
            color=INK, marker="o", markersize=4, linewidth=1.6,
        )  # fmt: skip
        axes.set_ylim(-0.03 * high, 1.05 * high)
        seen = [*(day for day, _ in points), *days]
        axes.set_xlim(
            min([-0.5, *(day / 7 - 0.3 for day in seen)]), max([12, *(day / 7 + 1 for day in seen)])
        )
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        arrow = "↓" if better == "lower" else "↑"
        axes.set_ylabel(f"{label}\n{arrow} {better} is better")
        axes.set_xlabel("weeks since the first visit")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(visible=True, color="#DDE4E6", linewidth=0.6)
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()
