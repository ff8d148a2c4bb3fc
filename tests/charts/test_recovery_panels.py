"""The smaller charts of the page Return to running draw what their results hold, and nothing of an empty one."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from dashboard.charts.recovery_panels import intake_figure, relapse_figure
from dashboard.charts.retention_chart import SHAPES, retention_figure
from dashboard.charts.theme import DARK, LIGHT
from dashboard.sections.intake_periods import IntakePeriodsResult, ShownPeriod
from dashboard.sections.retention import GroupRetention, RetentionResult, Stayed
from dashboard.stats.intake_periods import PeriodShare
from dashboard.stats.pain import proportion
from dashboard.stats.survival import RecoveryCounts, cumulative_incidence


def period(month: int, value: float | None, *, mature: bool = True) -> ShownPeriod:
    first, last = date(2026, month, 1), date(2026, month, 28)
    low, high = (None, None) if value is None else (value - 0.1, value + 0.2)
    share = PeriodShare(first, last, "month", 30, mature, value, low, high, 0.1, 20.0, 9, 12, too_few=False)
    return ShownPeriod(30, share)


def group(name: str, *shares: int | None) -> GroupRetention:
    stayed = [
        Stayed(step, None if n is None else proportion(n, 100)) for step, n in enumerate(shares, start=2)
    ]
    return GroupRetention(name, 100, tuple(stayed), ())


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_pain_again_is_dotted_where_too_few_are_followed(theme):
    curve = cumulative_incidence(
        RecoveryCounts.from_rows("all", [(5, 4, 0, 0), (90, 1, 0, 30), (200, 0, 0, 5)])
    )
    *_, solid, dotted = relapse_figure(curve, theme).data
    assert (solid.line.dash, dotted.line.dash) == ("solid", "dot")
    assert (list(solid.x), list(solid.y)) == ([0, 5], pytest.approx([0, 10]))
    assert dotted.x[-1] == 200


def test_without_a_curve_or_returns_there_is_nothing_to_draw():
    assert relapse_figure(None, LIGHT).data == ()
    assert relapse_figure(cumulative_incidence(RecoveryCounts.from_rows("all", [])), LIGHT).data == ()


def test_periods_stand_at_their_middle_with_their_interval():
    result = IntakePeriodsResult(
        False, 84, 10, (period(1, 0.5), period(2, None), period(9, 0.4, mature=False))
    )
    complete, waiting = intake_figure(result, LIGHT).data
    assert (list(complete.x), list(complete.y)) == ([date(2026, 1, 14)], [50])
    assert list(complete.error_y.array) == pytest.approx([20])
    assert list(complete.error_y.arrayminus) == pytest.approx([10])
    assert "30 in the curve" in complete.text[0]
    assert (waiting.marker.symbol, len(waiting.x)) == ("circle-open", 1)
    assert intake_figure(IntakePeriodsResult(True, 84, 40, (period(2, None),)), LIGHT).data == ()


def test_few_months_are_named_once_each():
    short = IntakePeriodsResult(False, 84, 40, (period(2, 0.5), period(3, 0.6)))
    axis = intake_figure(short, LIGHT).layout.xaxis
    assert (axis.dtick, axis.range) == ("M1", (date(2026, 2, 1), date(2026, 3, 28)))
    long = IntakePeriodsResult(False, 84, 40, (period(2, 0.5), period(11, 0.6)))
    assert intake_figure(long, LIGHT).layout.xaxis.dtick is None


def test_bars_are_everybody_and_marks_are_sites():
    result = RetentionResult(False, True, (group("all", 90, 80, None), group("north", 95, None, 60)))
    bars, marks = retention_figure(result, LIGHT).data
    assert dict(zip(bars.x, bars.y, strict=True)) == {"visit 2": 90, "visit 3": 80}
    assert (marks.name, dict(zip(marks.x, marks.y, strict=True))) == ("north", {"visit 2": 95, "visit 4": 60})
    assert retention_figure(RetentionResult(False, False, result.groups), LIGHT).data == ()
    assert retention_figure(RetentionResult(True, True, (group("all", None),)), LIGHT).data == ()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_sites_differ_in_shape_and_colour_and_are_named_beside_the_chart(theme):
    """Of equal shares, where one mark would cover the other and one name the next."""
    names = ("east", "harbour", "north", "south", "west")
    groups = (group("all", 90, 80), *(group(name, 88, 79) for name in names))
    figure = retention_figure(RetentionResult(True, True, groups), theme)
    marks = figure.data[1:]
    assert [mark.name for mark in marks] == list(names)
    for different in (
        {mark.marker.symbol for mark in marks},
        {mark.marker.color for mark in marks},
        {mark.offsetgroup for mark in marks},
    ):
        assert len(different) == len(names)
    assert figure.layout.scattermode == "group"
    signs = dict(SHAPES)
    labels = [(f"<b>{signs[mark.marker.symbol]} {mark.name}</b>", mark.marker.color) for mark in marks]
    assert [(note.text, note.font.color) for note in figure.layout.annotations] == labels
    heights = sorted(note.y for note in figure.layout.annotations)
    assert min(high - low for low, high in itertools.pairwise(heights)) > 5
    assert not figure.layout.showlegend


def test_long_names_of_sites_stand_above_the_chart_and_leave_it_its_width():
    """Beside it "north-east-harbour" would leave a phone less than half."""
    names = ("north-east-harbour", "south")
    groups = (group("all", 90, 80), *(group(name, 88, 79) for name in names))
    figure = retention_figure(RetentionResult(True, True, groups), LIGHT)
    short = retention_figure(RetentionResult(True, True, (*groups[:1], group("south", 88, 79))), LIGHT)
    assert figure.layout.annotations == ()
    assert figure.layout.showlegend
    assert [mark.name for mark in figure.data if mark.showlegend] == list(names)
    assert figure.layout.margin.r < 30
    assert figure.layout.height > short.layout.height
    assert not short.layout.showlegend
