"""A patient's own line: the band of people alike behind it, events, and room for what was before the first visit."""

from __future__ import annotations

from dashboard.charts.patient_scores import patient_figure
from dashboard.charts.theme import LIGHT
from dashboard.stats.pain import RecoveryWeek

WEEKS = (
    RecoveryWeek(0, 120, 150, 200, 3, 4, 5, 7, 8, drawn=True),
    RecoveryWeek(6, 110, 130, 200, 1, 2, 4, 6, 7, drawn=True),
    RecoveryWeek(12, 30, 40, 200, 0, 1, 2, 3, 4, drawn=False),
)


def test_the_band_ends_where_too_few_still_score():
    figure = patient_figure([(-7, 6), (42, 3)], WEEKS, [], LIGHT, colour="#0B6E75")
    assert [list(trace.x) for trace in figure.data if trace.name in ("p75", "p25", "p50")] == [[0.5, 6.5]] * 3
    own = next(trace for trace in figure.data if trace.name == "own")
    assert (list(own.x), list(own.y)) == ([-1, 6], [6, 3])
    assert figure.layout.xaxis.range[0] < -1


def test_without_people_alike_there_is_the_own_line_only():
    figure = patient_figure([(0, 6)], (), [], LIGHT, colour="#0B6E75")
    assert [trace.name for trace in figure.data if len(trace.x)] == ["own"]
    assert "lower is better" in figure.layout.yaxis.title.text


def test_names_of_late_events_stand_left_of_their_line():
    figure = patient_figure([(0, 6)], (), [(7, "early"), (84, "late")], LIGHT, colour="#0B6E75")
    assert {note.text: note.xanchor for note in figure.layout.annotations} == {
        "early": "left",
        "late": "right",
    }
    assert len(figure.layout.shapes) == 2
