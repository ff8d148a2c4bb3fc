"""Funnels and rows of figures: what is drawn is what was computed."""

from __future__ import annotations

import pytest

from dashboard.charts.funnel_chart import mean_funnel_figure, share_funnel_figure
from dashboard.charts.interval_dots import PERCENT_AXIS, Dot, interval_dots_figure
from dashboard.charts.theme import DARK, LIGHT
from dashboard.stats.funnel import Unit, UnitSums, funnel, funnel_limits, mean_funnel


def unit(code: str, value: float, n: float, episodes: int = 40) -> Unit:
    return Unit(code, episodes, value, value - 0.1, value + 0.1, n, 0.5)


def traces(figure, name: str):
    return [trace for trace in figure.data if trace.name == name]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_signal_has_another_shape_and_a_bold_code(theme):
    placed = funnel([unit("T1", 0.5, 40), unit("T2", 0.1, 60), unit("T3", 0.9, 9, episodes=9)], 0.5)
    figure = share_funnel_figure(placed, theme)
    (marks,) = traces(figure, "units")
    assert list(marks.text) == ["T1", "<b>T2</b>"]
    assert list(marks.marker.symbol) == ["circle", "square"]
    assert list(marks.x) == [40, 60]
    assert list(marks.y) == pytest.approx([100 * point.plotted for point in placed.points[:2]])
    assert "10 % back" in marks.customdata[1]


def test_the_limits_are_those_of_the_funnel():
    figure = share_funnel_figure(funnel([unit("T1", 0.5, 40)], 0.5), LIGHT)
    low, high = traces(figure, "99.8 % limit")
    for line, side in ((low, 0), (high, 1)):
        assert line.y[-1] == pytest.approx(100 * funnel_limits(0.5, line.x[-1], 3.090232)[side])
    assert figure.layout.xaxis.range[0] <= 5


def test_nothing_to_draw_is_an_empty_figure():
    assert not share_funnel_figure(funnel([unit("T1", 0.5, 9, episodes=9)], 0.5), LIGHT).data
    assert not mean_funnel_figure(mean_funnel([UnitSums("T1", 29, -58.0, 0.0, 30.0)]), LIGHT).data
    assert not interval_dots_figure([], LIGHT, axis=PERCENT_AXIS, suffix="", title="").data


def label_boxes(figure, width: float, height: float = 322) -> dict[str, tuple[float, float, float, float]]:
    """Where each code stands in a plot of this size: middle across and up, half width and height, in pixels."""
    (left, right), (bottom, top) = figure.layout.xaxis.range, figure.layout.yaxis.range
    (marks,) = traces(figure, "units")
    boxes = {}
    for note in figure.layout.annotations:
        if note.text in marks.text:
            across = note.ax if note.showarrow else note.xshift
            up = -note.ay if note.showarrow else note.yshift
            boxes[note.text] = (
                (note.x - left) / (right - left) * width + across,
                (note.y - bottom) / (top - bottom) * height + up,
                3.5 * len(note.text.removeprefix("<b>").removesuffix("</b>")),
                6,
            )
    return boxes


def meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return abs(one[0] - other[0]) < one[2] + other[2] and abs(one[1] - other[1]) < one[3] + other[3]


CROWDED = {  # the therapists of the big sample clinic
    "T01": (49, 0.62), "T02": (56, 0.625), "T03": (48, 0.57), "T04": (65, 0.56), "T05": (63, 0.47),
    "T06": (65, 0.635), "T07": (69, 0.525), "T08": (75, 0.51), "T09": (80, 0.505),
}  # fmt: skip


@pytest.mark.parametrize("width", [235, 450])
@pytest.mark.parametrize(
    "units",
    [
        [unit(code, value, n) for code, (n, value) in CROWDED.items()],
        [unit(f"T{number}", 0.5 + number / 1000, 60) for number in range(6)],  # within a letter's width
    ],
)
def test_no_label_covers_a_mark_or_another_label(units: list[Unit], width: float):
    figure = share_funnel_figure(funnel(units, 0.55), LIGHT)
    (left, right), (bottom, top) = figure.layout.xaxis.range, figure.layout.yaxis.range
    (marks,) = traces(figure, "units")
    drawn = [
        ((x - left) / (right - left) * width, (y - bottom) / (top - bottom) * 322, 5.0, 5.0)
        for x, y in zip(marks.x, marks.y, strict=True)
    ]
    boxes = label_boxes(figure, width)
    assert len(boxes) == len(units)
    for code, box in boxes.items():
        assert not any(meet(box, mark) for mark in drawn)
        assert not any(meet(box, other) for name, other in boxes.items() if name != code)


def test_a_label_stays_clear_of_the_line_of_everybody():
    figure = share_funnel_figure(funnel([unit("T1", 0.46, 60), unit("T2", 0.54, 20)], 0.5), LIGHT)
    (bottom, top), middle = figure.layout.yaxis.range, 50
    line = (middle - bottom) / (top - bottom) * 322
    for _, up, _, half in label_boxes(figure, 450).values():
        assert abs(up - line) > half


def test_means_lie_around_the_mean_of_everybody():
    placed = mean_funnel([UnitSums("T1", 36, -72.0, 3.6, 40.0), UnitSums("T2", 36, -72.0, -3.6, 40.0)])
    (marks,) = traces(mean_funnel_figure(placed, LIGHT), "units")
    assert list(marks.y) == pytest.approx([-1.9, -2.1])
    (centre,) = traces(mean_funnel_figure(placed, LIGHT), "everybody")
    assert set(centre.y) == {-2.0}


def test_rows_from_the_top_down_with_their_words():
    dots = [
        Dot("first", 50, 40, 60, "20 of 40", second=30, goal=(5, 10)),
        Dot("withheld", None, None, None, "of 10, too few to show"),
        Dot("beyond", 99, 95, 104, "99 of 100"),
    ]
    figure = interval_dots_figure(dots, LIGHT, axis=PERCENT_AXIS, suffix=" %", title="share")
    (marks,) = traces(figure, "figures")
    assert list(zip(marks.x, marks.y, strict=True)) == [(50, 3), (30, 3), (99, 1)]
    assert list(marks.marker.symbol) == ["circle", "circle-open", "circle"]
    assert list(traces(figure, "interval of beyond")[0].x) == [95, 100]
    words = [note.text for note in figure.layout.annotations]
    assert words == ["first", "20 of 40", "withheld", "of 10, too<br>few to show", "beyond", "99 of 100"]
    assert not traces(figure, "interval of withheld")
    (goal,) = figure.layout.shapes
    assert (goal.x0, goal.x1) == (5, 10)
    assert 2.5 < goal.y0 < goal.y1 < 3.5  # the first of three rows, and no other


def test_labels_of_rows_leave_a_phone_half_of_its_width():
    """As wide as their longest line and no wider."""
    long = Dot("none of the home exercise", 50, 40, 60, "660 of 663,<br>583 again")
    figure = interval_dots_figure([long], LIGHT, axis=PERCENT_AXIS, suffix=" %", title="share")
    assert 360 - figure.layout.margin.l - figure.layout.margin.r >= 180
    short = Dot("a", 50, 40, 60, "1 of 2")
    narrow = interval_dots_figure([short], LIGHT, axis=PERCENT_AXIS, suffix=" %", title="share")
    assert narrow.layout.margin.l < figure.layout.margin.l
    assert narrow.layout.margin.r < figure.layout.margin.r
