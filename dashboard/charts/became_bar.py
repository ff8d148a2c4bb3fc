"""What became of those who started, as one bar of six classes, each labelled beside it."""

from __future__ import annotations

from itertools import accumulate, pairwise

import plotly.graph_objects as go

from dashboard.charts.theme import Layer, Theme, base_figure, lay_on, spread
from dashboard.group_summary import CLASSES, GroupSummary
from dashboard.names import CLASS_NAMES
from dashboard.stats.disclosure import proportion_withheld
from dashboard.wording import count_words, percent

LABEL_PIXELS = 36
MARGIN_PIXELS = 12
BAR_WIDTH, LABEL_FROM, RIGHT_END = 1.6, 2.3, 10.0


def became_figure(group: GroupSummary, theme: Theme, *, k: int, height: int = 380) -> go.Figure:
    """One upright bar from the top down in class order; classes with nobody are left out.

    Classes too small to be shared have what the others leave, in equal parts, and say "fewer than k".
    """
    figure = base_figure(theme, height=height)
    shares = class_shares(group)
    tops = [100 - share for share in accumulate(shares.values(), initial=0.0)]
    middles = [(top + below) / 2 for top, below in pairwise(tops)]
    label = 100 * LABEL_PIXELS / (height - 2 * MARGIN_PIXELS)
    places = spread(middles, [label] * len(middles), 0, 100)
    parts = Layer()
    for name, middle, place in zip(shares, middles, places, strict=True):
        count = count_words(_count(group, name), k)
        parts.traces.append(
            {
                "type": "bar",
                "x": [BAR_WIDTH / 2],
                "y": [shares[name]],
                "base": middle - shares[name] / 2,
                "width": BAR_WIDTH,
                "marker": {"color": theme.classes[name], "line": {"color": theme.muted, "width": 0.5}},
                "name": CLASS_NAMES[name],
                "hovertemplate": f"{CLASS_NAMES[name]}: {count}<extra></extra>",
            }
        )
        share = "" if _share_withheld(group, name, k) else f" · {_percent_of_printed(group, name)}"
        parts.notes.append(
            {
                "text": f"<b>{count}</b>{share}<br>{CLASS_NAMES[name]}",
                "x": BAR_WIDTH,
                "y": middle,
                "ax": LABEL_FROM,
                "ay": place,
                "axref": "x",
                "ayref": "y",
                "align": "left",
                "xanchor": "left",
                "showarrow": True,
                "arrowhead": 0,
                "arrowwidth": 1,
                "arrowcolor": theme.muted,
                "font": {"size": 12.5},
            }
        )
    lay_on(figure, [parts])
    margin = {"l": 2, "r": 2, "t": MARGIN_PIXELS, "b": MARGIN_PIXELS}
    figure.update_layout(margin=margin, barmode="overlay")
    figure.update_xaxes(range=[0, RIGHT_END], visible=False)
    figure.update_yaxes(range=[0, 100], visible=False)
    return figure


def class_shares(group: GroupSummary) -> dict[str, float]:
    """Per cent of those who started, for every class with somebody in it; they add up to 100.

    Nothing where every class is too small to be shared.
    """
    counts = {name: _count(group, name) for name in CLASSES if _count(group, name) != 0}
    known = sum(count or 0 for count in counts.values())
    if not known:
        return {}
    hidden = sum(1 for count in counts.values() if count is None)
    rest = max((group.started or 0) - known, hidden) / hidden if hidden else 0.0
    total = known + hidden * rest
    return {name: 100 * (rest if count is None else count) / total for name, count in counts.items()}


def _share_withheld(group: GroupSummary, name: str, k: int) -> bool:
    """No per cent of a class that few are in; where a class is withheld, nor of one that few are outside."""
    count = _count(group, name)
    to_share = None in vars(group.became).values()
    return count is None or (to_share and proportion_withheld(count, group.started or 0, k))


def _percent_of_printed(group: GroupSummary, name: str) -> str:
    """Of the numbers as they are printed: rounded ones need not add up, and the bar's heights do."""
    return percent((_count(group, name) or 0) / (group.started or 1))


def _count(group: GroupSummary, name: str) -> int | None:
    count: int | None = getattr(group.became, name)
    return count
