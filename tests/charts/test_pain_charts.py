"""Charts of pain and function: their data are the section's numbers, and what may not be shown is not there."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dashboard.charts.expected_recovery import recovery_fan, runs
from dashboard.charts.pain_change import change_figure, responder_figure
from dashboard.charts.theme import DARK, LIGHT
from dashboard.pain_captions import recovery_caption, recovery_title
from dashboard.sections.pain_scales import PainSection
from dashboard.stats.pain import WINDOWS, Scale, ScorePair, Threshold, paired_change, responders
from dashboard.stats.pain_shown import (
    Gate,
    MeanShown,
    RespondersShown,
    WeekShown,
    change_shown,
    share_shown,
)
from sql.queries.score_rows import AskedScale

PAIN = Scale(0, 10, "lower")
PAIRS = [ScorePair(6, 3, 30), ScorePair(7, 6, 20), ScorePair(8, None, 10)]
THRESHOLDS = [
    Threshold("NPRS", 2, "absolute", "chronic pain", "Farrar 2001", True),
    Threshold("NPRS", 30, "percent", "chronic pain", "Farrar 2001", True),
]


EXACT = Gate(None)


def make_section(gate: Gate = EXACT, pairs=PAIRS, weeks=(), scale=PAIN) -> PainSection:
    """Sixty people in the first two windows, nobody in the third."""
    by_window = [pairs, pairs, [ScorePair(6, None, 60)]]
    changes = tuple(
        change_shown(gate, window, paired_change(rows), 0, 1000, scale)
        for window, rows in zip(WINDOWS, by_window, strict=True)
    )
    improved = []
    for threshold in THRESHOLDS:
        for window, rows in zip(WINDOWS, by_window, strict=True):
            found = responders(rows, threshold, scale)
            shares = [share_shown(gate, share, 1000) for share in (found.of_scored, found.of_started)]
            improved.append(
                RespondersShown(window, threshold, found.excluded, shares[0], shares[1], shares[1])
            )
    return PainSection(
        AskedScale("NPRS", "usual_week"), "Numeric Pain Rating Scale", scale, 8, gate.k is not None, 60,
        MeanShown(60, 0, 6.5, 1.0), changes, tuple(improved), tuple(weeks),
    )  # fmt: skip


def week(number: int, *centiles: float | None, drawn: bool = True, scored: int | None = 100) -> WeekShown:
    p10, p25, p50, p75, p90 = centiles or (1, 2, 3, 4, 5)
    return WeekShown(number, scored, 100, 120, p10, p25, p50, p75, p90, drawn=drawn)


def text_of(figure) -> str:
    return json.dumps(figure.to_plotly_json(), default=str, ensure_ascii=False)


# --- change ------------------------------------------------------------------------------------------------------


def test_change_has_one_point_and_interval_per_window_with_scores():
    section = make_section()
    figure = change_figure(section, LIGHT)
    assert [trace.x[0] for trace in figure.data] == [0, 1]  # nobody was scored in the third window
    for trace, change in zip(figure.data, section.changes, strict=False):
        assert trace.y[0] == change.mean == pytest.approx(-2.2)
        assert trace.y[0] + trace.error_y.array[0] == pytest.approx(change.high)
        assert trace.y[0] - trace.error_y.arrayminus[0] == pytest.approx(change.low)
        assert trace.mode == "markers+text"  # never joined: other people in each window
    assert list(figure.layout.xaxis.ticktext) == [
        "weeks 4 to 6<br>n = 50", "weeks 8 to 12<br>n = 50", "weeks 24 to 28<br>n = 0",
    ]  # fmt: skip
    low, high = figure.layout.yaxis.range
    assert low < min(change.low for change in section.changes[:2])
    assert high > 0


@pytest.mark.parametrize(("better", "corner"), [("lower", ("↓ better", 0)), ("higher", ("↑ better", 1))])
def test_the_corner_says_which_way_is_better(better: str, corner: tuple[str, int]):
    (note,) = change_figure(make_section(scale=Scale(0, 10, better)), LIGHT).layout.annotations
    assert (note.text, note.y) == corner


def test_one_pair_is_a_point_without_an_interval():
    figure = change_figure(make_section(pairs=[ScorePair(6, 3, 1)]), LIGHT)
    assert figure.data[0].error_y.array is None
    assert figure.data[0].y[0] == -3


def test_nobody_scored_draws_nothing():
    section = make_section(pairs=[ScorePair(6, None, 5)])
    assert not change_figure(section, LIGHT).data
    assert not responder_figure(section, LIGHT).data
    assert not recovery_fan(section, LIGHT).data


# --- who improved ------------------------------------------------------------------------------------------------


def test_each_threshold_and_window_has_a_filled_and_an_open_point():
    section = make_section()
    figure = responder_figure(section, LIGHT)
    names = [trace.name for trace in figure.data]
    assert names[:2] == [
        "≥ 2 points, weeks 4 to 6, of those scored", "≥ 2 points, weeks 4 to 6, of all whose weeks are over",
    ]  # fmt: skip
    shares = {trace.name: trace.x[0] for trace in figure.data}
    assert shares["≥ 2 points, weeks 8 to 12, of those scored"] == pytest.approx(100 * 30 / 50)
    assert shares["≥ 2 points, weeks 8 to 12, of all whose weeks are over"] == pytest.approx(100 * 30 / 60)
    symbols = {trace.name.split(", ")[2]: trace.marker.symbol for trace in figure.data}
    assert symbols == {"of those scored": "circle", "of all whose weeks are over": "circle-open"}
    colours = {trace.name.split(",")[0]: trace.marker.color for trace in figure.data}
    assert len(set(colours.values())) == len(THRESHOLDS)


def test_a_row_has_a_line_of_its_own():
    figure = responder_figure(make_section(), DARK)
    lines = [trace.y[0] for trace in figure.data]
    assert len(set(lines)) == len(lines)
    assert len(figure.layout.yaxis.ticktext) == len({round(line) for line in lines})


# --- the usual course --------------------------------------------------------------------------------------------


def test_runs_break_where_a_week_is_missing():
    numbers = [[item.week for item in run] for run in runs([week(n) for n in (0, 1, 2, 5, 7, 8)])]
    assert numbers == [[0, 1, 2], [5], [7, 8]]


def test_the_fan_has_only_weeks_that_may_be_drawn():
    weeks = [week(0), week(1, None, 2, 3, 4, None), week(2), week(4), week(6, drawn=False)]
    figure = recovery_fan(make_section(weeks=weeks), LIGHT)
    middle = [trace for trace in figure.data if trace.name == "middle score"]
    assert [list(trace.x) for trace in middle] == [[0, 1, 2], [4]]
    inner = [trace for trace in figure.data if trace.name == "p25"]
    assert [list(trace.x) for trace in inner] == [[0, 1, 2], [3.75, 4.25]]
    outer = [trace for trace in figure.data if trace.name == "p90"]
    assert [list(trace.x) for trace in outer] == [[-0.25, 0.25], [1.75, 2.25], [3.75, 4.25]]
    assert figure.layout.xaxis.range[1] > 4


def test_under_the_axis_stands_how_many_scored_of_how_many():
    weeks = [week(n, scored=100 - n) for n in range(8)]
    notes = [note.text for note in recovery_fan(make_section(weeks=weeks), LIGHT).layout.annotations]
    assert notes == ["scored", "100", "98", "96", "94", "of started", "120", "120", "120", "120"]
    few = recovery_fan(make_section(weeks=[week(3), week(5)]), LIGHT).layout.annotations
    assert [note.text for note in few] == ["scored", "100", "100", "of started", "120", "120"]


def test_one_week_alone_is_no_course():
    section = make_section(weeks=[week(0), week(6, drawn=False)])
    assert not recovery_fan(section, LIGHT).data
    assert recovery_title(section) == "Too few scores to show the usual course"
    assert "On this scale 60 of 60 were scored at the start." in recovery_caption(section)


def test_the_whole_scale_is_on_the_axis():
    low, high = recovery_fan(make_section(weeks=[week(0), week(1)]), LIGHT).layout.yaxis.range
    assert low < 0
    assert high > 10


# --- to share ----------------------------------------------------------------------------------------------------


def test_nothing_about_seven_people_is_in_a_figure():
    section = make_section(Gate(8), pairs=[ScorePair(6, 3, 4), ScorePair(7, 6, 3)])
    assert not change_figure(section, LIGHT).data
    assert not [trace for trace in responder_figure(section, LIGHT).data if "24 to 28" not in trace.name]


def test_counts_too_small_to_share_are_words():
    shared = replace(make_section(Gate(8)), weeks=(week(0), week(1, scored=None)))
    assert "scored fewer than 8 of 120" in text_of(recovery_fan(shared, LIGHT))
    assert "<8" in [note.text for note in recovery_fan(shared, LIGHT).layout.annotations]
