"""Published figures on a recovery chart: one shaded range, open marks with their interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.charts.theme import Layer, Theme
from dashboard.stats.benchmark import Benchmark, source_words
from dashboard.wording import percent, time_words


def range_layer(benchmarks: Sequence[Benchmark], theme: Theme) -> Layer:
    """The one published range, shaded (8-12 weeks), and the half that it is about."""
    ranges = [b for b in benchmarks if b.horizon_from_days < b.horizon_to_days and b.role == "primary"]
    if not ranges:
        return Layer()
    first, last, half = ranges[0].horizon_from_days, ranges[0].horizon_to_days, 100 * ranges[0].value
    across = {"xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": half, "y1": half}
    area = {"xref": "x", "x0": first, "x1": last, "yref": "y domain", "y0": 0, "y1": 1}
    return Layer(
        notes=[
            {
                "text": f"{first // 7}–{last // 7} weeks",
                "x": (first + last) / 2,
                "y": 1,
                "yref": "y domain",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 11, "color": theme.muted},
            }
        ],
        shapes=[
            {
                "type": "rect",
                **area,
                "fillcolor": theme.neutral,
                "opacity": 0.13,
                "line": {"width": 0},
                "layer": "below",
            },
            {"type": "line", **across, "line": {"color": theme.muted, "width": 1, "dash": "dash"}},
        ],
    )


def points_layer(benchmarks: Sequence[Benchmark], theme: Theme, last_day: int) -> Layer:
    """Published shares with their own interval, where they have one. Never joined by a line."""
    shown = [benchmark for benchmark in benchmarks if is_point(benchmark, last_day)]
    return Layer([_point(row, theme.conditions.get(row.condition, theme.text)) for row in shown])


def is_point(benchmark: Benchmark, last_day: int) -> bool:
    """Whether a figure is drawn as a mark: a share by one day that the clinic's own is compared with."""
    one_day = benchmark.horizon_from_days == benchmark.horizon_to_days <= last_day
    return benchmark.unit == "proportion" and one_day and benchmark.compare == "verdict"


def _point(benchmark: Benchmark, colour: str) -> dict[str, Any]:
    low, high = benchmark.ci_low, benchmark.ci_high
    interval, said = None, "<br>its own uncertainty is unknown"
    if low is not None and high is not None:
        said = f"<br>its interval: {percent(low)} to {percent(high)}"
        interval = {
            "type": "data",
            "symmetric": False,
            "array": [100 * (high - benchmark.value)],
            "arrayminus": [100 * (benchmark.value - low)],
            "thickness": 1.2,
            "width": 4,
            "color": colour,
        }
    says = f"{percent(benchmark.value)} by {time_words(benchmark.horizon_to_days)}: {benchmark.endpoint}"
    return {
        "type": "scatter",
        "x": [benchmark.horizon_to_days],
        "y": [100 * benchmark.value],
        "mode": "markers",
        "marker": {
            "symbol": "diamond-open" if benchmark.role == "primary" else "square-open",
            "size": 10,
            "color": colour,
            "line": {"width": 2},
        },
        "error_y": interval,
        "name": benchmark.id,
        "text": [f"<b>{source_words(benchmark)}</b><br>{says}{said}"],
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
    }
