"""The chart of a measure: what is drawn, in which colour and shape, and named where."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dashboard.charts.annotation_marks import annotation_layer, marks_within
from dashboard.charts.control_chart import KIND_COLOURS, control_chart, drawn_days, value_range
from dashboard.charts.theme import DARK, LIGHT
from dashboard.sections.trend_charts import Trend, TrendPoint, charted
from dashboard.sections.trend_measures import MEASURES
from dashboard.sections.trend_series import Value
from dashboard.stats.intake_periods import calendar_unit
from dashboard.trend_words import point_rows, title, variation_words
from sql.queries.decisions import Rebase

GOLDEN = (1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1)


def make_trend(
    values, measure: str = "intake", target: float | None = None, rebases: tuple[Rebase, ...] = ()
) -> Trend:
    """A month for each value from January 2023 on; None is a month with nobody to count."""
    rows = [
        Value(
            *calendar_unit(date(2023 + n // 12, n % 12 + 1, 1), "month"),
            "nobody" if value is None else "counted",
            value,
            None,
            20,
        )
        for n, value in enumerate(values)
    ]
    return charted(MEASURES[measure], "month", rows, target, rebases)


def trace(figure, name: str):
    return next(found for found in figure.data if found.name == name)


def labels(figure) -> list[str]:
    return [note.text.replace("\xa0", " ") for note in figure.layout.annotations]


def test_points_limits_and_their_names():
    figure = control_chart(make_trend(GOLDEN), [], LIGHT, k=8)
    points = trace(figure, "points")
    assert list(points.y) == list(GOLDEN)
    assert points.x[0] == date(2023, 1, 16)
    assert [n for n, colour in enumerate(points.marker.color) if colour == KIND_COLOURS["neutral"]] == [4]
    assert [n for n, symbol in enumerate(points.marker.symbol) if symbol == "triangle-up"] == [4]
    assert trace(figure, "upper").y == pytest.approx([4.604] * 36, abs=5e-4)
    assert set(trace(figure, "lower").y) == {0}  # below 0 there are no people
    assert labels(figure) == ["mean 1.9", "upper limit 4.6", "lower limit -0.7"]
    assert points.text[4] == "<b>May 2023</b><br>10<br>May 2023 lies above the upper limit"


def test_the_line_is_interrupted_where_a_month_has_no_value():
    figure = control_chart(make_trend((3, 4, None, 5, 4, None)), [], LIGHT, k=8)
    assert list(trace(figure, "series").y) == [3, 4, None, 5, 4]
    assert list(trace(figure, "points").y) == [3, 4, 5, 4]


def test_shares_are_drawn_in_per_cent_within_0_and_100():
    trend = make_trend([0.9, 1, 0.95, 1] * 4, "baseline_score", target=0.8)
    figure = control_chart(trend, [], LIGHT, k=8)
    assert list(trace(figure, "points").y)[:2] == [90, 100]
    assert max(trace(figure, "upper").y) == 100
    assert set(trace(figure, "target").y) == {80}
    assert "target 80 %" in labels(figure)
    low, high = value_range(trend)
    assert 0 <= low < 80
    assert high <= 102


def test_new_limits_break_the_lines_and_few_points_make_them_dotted():
    rebase = Rebase("intake", date(2023, 7, 1), "second site")
    figure = control_chart(make_trend(GOLDEN, rebases=(rebase,)), [], LIGHT, k=8)
    means = [found for found in figure.data if found.name == "mean"]
    assert [(m.x[0], m.x[-1]) for m in means] == [
        (date(2023, 1, 1), date(2023, 6, 30)),
        (date(2023, 7, 1), date(2024, 6, 30)),
    ]
    assert {found.line.dash for found in figure.data if found.name == "upper"} == {"dot"}
    longer = control_chart(make_trend(GOLDEN), [], LIGHT, k=8)
    assert trace(longer, "upper").line.dash == "dash"


def test_a_month_without_anybody_is_a_gap_in_time_not_a_zero():
    trend = make_trend([0.5, None, 0.6], "cancelled")
    points = trace(control_chart(trend, [], LIGHT, k=8), "points")
    assert list(points.y) == [50, 60]
    assert list(points.x) == [date(2023, 1, 16), date(2023, 3, 16)]
    assert [row["finding"] for row in point_rows(trend, 8)] == ["–"] * 3
    assert point_rows(trend, 8)[1]["Cancelled visits"] == "nobody to count"


def test_provisional_shares_are_open_and_grey():
    trend = make_trend([0.5, 0.6], "back_by_12_weeks")
    first, last = calendar_unit(date(2023, 3, 1), "month")
    later = TrendPoint(Value(first, last, "not yet", None, 3, 20), provisional=0.4)
    figure = control_chart(replace(trend, points=(*trend.points, later)), [], DARK, k=8)
    provisional = trace(figure, "provisional")
    assert (list(provisional.y), provisional.marker.symbol) == ([40], "circle-open")
    assert "provisional" in provisional.text[0]
    assert list(trace(figure, "points").y) == [50, 60]


def test_without_points_there_is_no_chart():
    trend = make_trend([None, None], "cancelled")
    assert not control_chart(trend, [], LIGHT, k=8).data
    assert drawn_days(trend) is None
    assert title(trend) == "Cancelled visits: nothing to show yet"
    assert variation_words(trend) == "… no data"
    for state, words in (("not yet", "… too early"), ("withheld", "… too few")):
        points = tuple(replace(p, value=replace(p.value, state=state)) for p in trend.points)
        assert variation_words(replace(trend, points=points)) == words


def test_marks_keep_their_numbers_whatever_days_are_drawn():
    events = [
        (date(2022, 12, 31), "before", "1"), (date(2023, 2, 3), "a", "2"), (date(2023, 5, 2), "b <i>", "3"),
    ]  # fmt: skip
    marks = marks_within(events, date(2023, 1, 1), date(2023, 12, 31))
    assert [(mark.number, mark.text) for mark in marks] == [("2", "a"), ("3", "b <i>")]
    layer = annotation_layer(marks, LIGHT, 5)
    assert layer.traces[0]["text"] == ["<b>2</b>", "<b>3</b>"]
    assert layer.traces[0]["hovertext"][1] == "<b>2 May 2023</b><br>b &lt;i&gt;"
    assert [shape["x0"] for shape in layer.shapes] == [date(2023, 2, 3), date(2023, 5, 2)]
    assert annotation_layer([], LIGHT, 5).traces == []
    figure = control_chart(make_trend(GOLDEN), marks, LIGHT, k=8)
    assert trace(figure, "annotations").y[0] > max(GOLDEN)


@pytest.mark.parametrize(
    ("values", "measure", "words"),
    [
        ([0.5, 0.52] * 7 + [0.9], "baseline_score", "Score at the first visit: better, Mar 2024 lies above the upper limit"),
        ([0.1, 0.12] * 7 + [0.5], "cancelled", "Cancelled visits: worse, Mar 2024 lies above the upper limit"),
        ([*GOLDEN], "intake", "People starting: no real change, 1.9 on average"),
        ([-2, -3] * 4 + [-1.9, -1.8, -1.7, -1.6, -1.5, -1.4, -1.3], "pain_change", "Median change of pain: worse, rising 7 months in a row"),
        ([0.1, 0.2] * 6 + [0.21, 0.19] * 4, "did_not_attend", "Missed visits: worse, 7 or more months in a row above the mean"),
    ],
)  # fmt: skip
def test_the_title_says_the_finding(values, measure: str, words: str):
    assert title(make_trend(values, measure)).replace("\xa0", " ") == words


def test_the_icon_has_a_sign_and_a_word():
    assert variation_words(make_trend([0.5, 0.52] * 7 + [0.9], "baseline_score")) == "▲ better"
    assert variation_words(make_trend([0.5, 0.52] * 7 + [0.1], "baseline_score")) == "▼ worse"
    assert variation_words(make_trend([0.5, 0.52] * 7 + [0.1], "cancelled")) == "▼ better"
    assert variation_words(make_trend([5, 6] * 7 + [30])) == "▲ changed"
    assert variation_words(make_trend([5, 6] * 7)) == "∿ steady"


def test_one_point_is_not_called_steady():
    trend = make_trend([0.5], "baseline_score")
    assert variation_words(trend) == "… one point"
    assert title(trend).endswith("the only point so far")
    assert "no real change" not in title(trend)


def test_a_quiet_series_under_seven_points_is_too_short_to_be_called_steady():
    short, enough = make_trend([5, 6] * 3), make_trend([5, 6] * 3 + [5])
    assert variation_words(short) == "… 6 points"
    assert title(short).endswith("6 points so far, too few to see a change")
    assert variation_words(enough) == "∿ steady"
    assert "no real change" in title(enough)


def test_names_of_joined_periods_leave_room_for_each_other():
    months = control_chart(make_trend([5, 6] * 6), [], LIGHT, k=8)
    quarters = control_chart(replace(make_trend([5, 6] * 6), unit="quarter"), [], LIGHT, k=8)
    assert len(months.layout.xaxis.tickvals) == 6
    assert len(quarters.layout.xaxis.tickvals) == 3
