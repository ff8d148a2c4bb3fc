"""The recovery chart draws exactly the summary's numbers."""

from __future__ import annotations

import pytest
from charts.groups import make_group

from dashboard.charts.recovery_curve import label_margin, recovery_figure, steps
from dashboard.charts.theme import DARK, LIGHT
from dashboard.verdicts import benchmarks

# Four runners: back on day 10, stopped on day 20, back on day 40, last heard of on day 60.
# By hand: F = 1/4 from day 10, S = 1/2 after the stop, F = 1/4 + 1/2 * 1/2 = 1/2 from day 40.
FOUR = ((10, 1, 0, 0), (20, 0, 1, 0), (40, 1, 0, 0), (60, 0, 0, 1))
# A hundred: 30 back on day 28, 20 on day 84, 5 stopped on day 100, 45 followed to day 200.
HUNDRED = ((28, 30, 0, 0), (84, 20, 0, 0), (100, 0, 5, 0), (200, 0, 0, 45))
PFPS = [row for row in benchmarks().values() if row.condition == "pfps"]
ITBS = [row for row in benchmarks().values() if row.condition == "itbs"]


def named(figure, name: str) -> list:
    return [trace for trace in figure.data if trace.name == name]


def notes(figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_steps_start_with_nobody_back_and_end_with_the_last_contact():
    line = steps(make_group("pfps", *FOUR).curve, 182)
    assert line.days == [0, 10, 20, 40, 60]
    assert line.value == pytest.approx([0, 25, 25, 50, 50])
    assert line.low[0] == line.high[0] == 0
    assert all(low <= value <= high for low, value, high in zip(line.low, line.value, line.high, strict=True))


def test_steps_end_with_the_axis():
    line = steps(make_group("pfps", *HUNDRED).curve, 182)
    assert line.days[-1] == 182
    assert line.value[-1] == pytest.approx(50)


def test_a_return_on_the_first_day_has_no_second_start():
    assert steps(make_group("pfps", (0, 1, 0, 0), (9, 0, 0, 1)).curve, 182).days == [0, 9]


def test_where_all_are_back_the_band_closes_and_the_line_goes_on():
    line = steps(make_group("pfps", (5, 1, 0, 0), (9, 1, 0, 0)).curve, 182)
    assert line.days == [0, 5, 9, 182]
    assert (line.low[-1], line.value[-1], line.high[-1]) == pytest.approx((100, 100, 100))


def test_the_band_lies_around_the_line():
    group = make_group("pfps", *HUNDRED)
    figure = recovery_figure([group], [], LIGHT)
    high, low = named(figure, "PFPS limits")
    (line,) = named(figure, "PFPS")
    assert low.fill == "tonexty"
    assert line.line.shape == low.line.shape == high.line.shape == "hv"
    place = list(line.x).index(84)
    limits = group.back_by_day(84)
    assert (low.y[place], line.y[place], high.y[place]) == pytest.approx(
        (100 * limits.low, 100 * limits.value, 100 * limits.high)
    )


def test_the_line_is_dotted_where_too_few_are_still_followed():
    group = make_group("pfps", (28, 10, 0, 0), (50, 0, 0, 15), (100, 2, 0, 0), (150, 0, 0, 3))
    solid, dotted = named(recovery_figure([group], [], LIGHT), "PFPS")
    assert (solid.line.dash, dotted.line.dash) == ("solid", "dot")
    assert solid.x[-1] == dotted.x[0] == 28
    assert group.curve.state_at(49).at_risk / group.curve.state_free_at(49) >= 10


def test_the_line_is_firm_again_where_everybody_in_view_has_returned_or_stopped():
    """The table's figure at month 6 has no reservation then, so the line has none."""
    group = make_group("pfps", (10, 5, 5, 0), (20, 0, 0, 16), (30, 4, 0, 0))
    before, dotted, after = named(recovery_figure([group], [], LIGHT), "PFPS")
    assert [part.line.dash for part in (before, dotted, after)] == ["solid", "dot", "solid"]
    assert list(dotted.x) == [10, 20, 30]
    assert after.x[0] == 30
    assert after.x[-1] >= 182
    assert not group.back_by_day(182).too_few


def test_hovering_reads_out_the_limits_that_sentences_have():
    """8 of 8 back: 0.025^(1/8) = 63 %; before the first return 1 - 0.025^(1/8) = 37 %."""
    (line,) = named(recovery_figure([make_group("pfps", (28, 8, 0, 0), (300, 0, 0, 0))], [], LIGHT), "PFPS")
    words = {
        day: text.replace("\N{NO-BREAK SPACE}", " ") for day, text in zip(line.x, line.text, strict=True)
    }
    assert words[0].endswith("0 % back (0–37)")
    assert words[28].endswith("100 % back (63–100)")


def test_each_curve_is_named_at_its_end_with_room_for_the_longest_name():
    groups = [make_group(name, *HUNDRED) for name in ("up_to_6_weeks", "up_to_4_months", "unknown")]
    figure = recovery_figure(groups, [], LIGHT)
    labels = ["<b>up to 6<br>weeks</b>", "<b>6 weeks to<br>4 months</b>", "<b>not known</b>"]
    assert notes(figure) == labels
    heights = [note.y for note in figure.layout.annotations]
    pixels = (figure.layout.height - figure.layout.margin.t - figure.layout.margin.b) / 103
    assert (heights[1] - heights[0]) * pixels >= 17 * 2 - 0.01
    assert (heights[2] - heights[1]) * pixels >= 17 * 1.5 - 0.01
    assert figure.layout.margin.r == label_margin(["6 weeks to"]) > label_margin(["PFPS"])


def test_small_groups_are_left_out_beside_others_but_drawn_alone():
    large, small = make_group("pfps", *HUNDRED), make_group("itbs", *FOUR)
    assert not named(recovery_figure([large, small], [], LIGHT), "ITBS limits")
    assert named(recovery_figure([small], [], LIGHT), "ITBS limits")


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_condition_keeps_its_colour(theme):
    figure = recovery_figure([make_group("itbs", *HUNDRED), make_group("pfps", *HUNDRED)], [], theme)
    assert named(figure, "ITBS")[0].line.color == theme.conditions["itbs"]
    assert named(figure, "PFPS")[0].line.color == theme.conditions["pfps"]


def test_published_points_have_their_own_interval_where_there_is_one():
    figure = recovery_figure([make_group("itbs", *HUNDRED)], ITBS, LIGHT)
    marks = {trace.name: trace for trace in figure.data if trace.mode == "markers"}
    assert set(marks) == {"itbs-3-weeks", "itbs-8-weeks", "itbs-6-months-cohort"}
    three_weeks, eight_weeks = marks["itbs-3-weeks"], marks["itbs-8-weeks"]
    assert (three_weeks.x, three_weeks.y) == ((21,), (pytest.approx(58.3),))
    assert three_weeks.error_y.array == (pytest.approx(72.9 - 58.3),)
    assert three_weeks.error_y.arrayminus == (pytest.approx(58.3 - 42.2),)
    assert eight_weeks.error_y.array is None
    assert "its own uncertainty is unknown" in eight_weeks.text[0]
    assert three_weeks.marker.symbol.endswith("-open")


def test_the_published_range_is_shaded_and_half_is_a_dashed_line():
    figure = recovery_figure([make_group("pfps", *HUNDRED)], PFPS, LIGHT)
    area, half = figure.layout.shapes
    assert (area.x0, area.x1, area.layer) == (56, 84, "below")
    assert (half.y0, half.y1, half.line.dash) == (50, 50, "dash")
    assert "8–12 weeks" in notes(figure)
    assert [trace.name for trace in figure.data if trace.mode == "markers"] == ["pfps-6-months"]


def test_figures_for_context_are_never_drawn():
    shown = {trace.name for trace in recovery_figure([make_group("pfps", *HUNDRED)], PFPS + ITBS, LIGHT).data}
    assert not shown & {row.id for row in benchmarks().values() if row.compare == "never"}


def test_without_benchmarks_there_is_no_mark():
    figure = recovery_figure([make_group("other", *HUNDRED)], [], LIGHT)
    assert not figure.layout.shapes
    assert not [trace for trace in figure.data if trace.mode == "markers"]


@pytest.mark.parametrize("last_day", [182, 364])
def test_the_table_adds_up_to_everybody_at_every_tick(last_day: int):
    groups = [make_group("pfps", *HUNDRED), make_group("other_knee", *HUNDRED, (7, 3, 2, 1))]
    figure = recovery_figure(groups, [], LIGHT, last_day=last_day, with_table=True)
    rows = [trace for trace in figure.data if trace.mode == "text"]
    assert [row.name for row in rows[:4]] == [
        "PFPS still followed, not back", "PFPS back running", "PFPS stopped", "PFPS not followed further",
    ]  # fmt: skip
    for number, group in enumerate(groups):
        columns = zip(*(row.text for row in rows[4 * number : 4 * number + 4]), strict=True)
        assert [sum(map(int, column)) for column in columns] == [group.episodes] * 7
    assert all(row.x == figure.layout.xaxis.tickvals for row in rows)


def test_the_table_of_a_hundred_by_hand():
    figure = recovery_figure([make_group("pfps", *HUNDRED)], [], LIGHT, with_table=True)
    rows = [trace.text for trace in figure.data if trace.mode == "text"]
    assert rows == [
        ("100", "70", "70", "50", "45", "45", "45"),
        ("0", "30", "30", "50", "50", "50", "50"),
        ("0", "0", "0", "0", "5", "5", "5"),
        ("0", "0", "0", "0", "0", "0", "0"),
    ]


def test_the_table_lies_below_the_curve():
    figure = recovery_figure([make_group("pfps", *HUNDRED)], [], LIGHT, with_table=True)
    assert figure.layout.yaxis2.domain[1] < figure.layout.yaxis.domain[0]
    plain = recovery_figure([make_group("pfps", *HUNDRED)], [], LIGHT)
    assert plain.layout.yaxis.domain == (0, 1)
    assert figure.layout.height > plain.layout.height


@pytest.mark.parametrize(("number", "cell"), [(0, "0"), (4, "<8"), (5, "<8"), (10, "10")])
def test_small_cells_are_not_shown_when_shared(number: int, cell: str):
    group = make_group("pfps", (21, number, 0, 0), (200, 0, 0, 60))
    figure = recovery_figure([group], [], LIGHT, shared_k=8, with_table=True)
    returned = next(trace for trace in figure.data if trace.name == "PFPS back running")
    assert returned.text[1] == cell


def test_nothing_to_draw_is_an_empty_chart():
    nothing = make_group("pfps", curve=None, episodes=None)
    assert not recovery_figure([nothing], [], LIGHT, with_table=True).data
