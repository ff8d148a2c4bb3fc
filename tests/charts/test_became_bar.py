"""The bar of six classes adds up to everybody who started."""

from __future__ import annotations

import itertools

import pytest
from charts.groups import make_group

from dashboard.charts.became_bar import became_figure, class_shares
from dashboard.charts.theme import LIGHT
from dashboard.group_summary import CLASSES, Became
from dashboard.names import CLASS_NAMES

EVERY_CLASS = Became(returned=50, in_care=20, stopped=10, discharged_unrecorded=10, lost=9, cannot_count=1)
TO_SHARE = Became(returned=60, in_care=15, stopped=None, discharged_unrecorded=10, lost=None, cannot_count=0)


def test_the_classes_lie_on_each_other_without_a_gap():
    bars = became_figure(make_group("all", became=EVERY_CLASS, started=100), LIGHT, k=8).data
    assert [bar.name for bar in bars] == [CLASS_NAMES[name] for name in CLASSES]
    assert [bar.y[0] for bar in bars] == pytest.approx([50, 20, 10, 10, 9, 1])
    assert bars[0].base + bars[0].y[0] == pytest.approx(100)
    for upper, lower in itertools.pairwise(bars):
        assert lower.base + lower.y[0] == pytest.approx(upper.base)
    assert bars[-1].base == pytest.approx(0)


def test_each_class_has_its_number_share_and_name_beside_it():
    figure = became_figure(make_group("all", became=EVERY_CLASS, started=100), LIGHT, k=8)
    labels = [note.text.replace("\xa0", " ") for note in figure.layout.annotations]
    assert labels[0] == "<b>50</b> · 50 %<br>back running"
    assert labels[-1] == "<b>1</b> · 1 %<br>cannot be counted"


@pytest.mark.parametrize("height", [300, 330, 600])
def test_labels_never_overlap(height: int):
    figure = became_figure(make_group("all", became=EVERY_CLASS, started=100), LIGHT, k=8, height=height)
    places = [note.ay for note in figure.layout.annotations]
    label = 100 * 36 / (height - 24)
    assert all(upper - lower >= label - 1e-9 for upper, lower in itertools.pairwise(places))
    assert min(places) >= label / 2 - 1e-9
    assert max(places) <= 100 - label / 2 + 1e-9


def test_classes_with_nobody_are_left_out():
    figure = became_figure(make_group("all", became=Became(returned=3, lost=1), started=4), LIGHT, k=8)
    assert [bar.name for bar in figure.data] == ["back running", "lost"]


def test_classes_too_small_to_share_have_what_the_others_leave():
    shares = class_shares(make_group("all", became=TO_SHARE, started=95))
    assert shares == pytest.approx(
        {
            "returned": 100 * 60 / 95,
            "in_care": 100 * 15 / 95,
            "stopped": 100 * 5 / 95,
            "discharged_unrecorded": 100 * 10 / 95,
            "lost": 100 * 5 / 95,
        }
    )
    figure = became_figure(make_group("all", became=TO_SHARE, started=95), LIGHT, k=8)
    labels = [note.text for note in figure.layout.annotations]
    assert labels[2] == "<b>fewer than 8</b><br>stopped (gave up, surgery, other)"
    assert figure.data[2].hovertemplate == "stopped (gave up, surgery, other): fewer than 8<extra></extra>"


def test_the_per_cent_beside_a_number_is_that_of_the_printed_numbers():
    """Rounded to 5 the classes are 260 of the 265: 130 are 49 % of 265, though half of the bar."""
    rounded = Became(returned=130, in_care=50, stopped=30, discharged_unrecorded=30, lost=20, cannot_count=0)
    group = make_group("all", became=rounded, started=265)
    assert class_shares(group)["returned"] == 50
    first = became_figure(group, LIGHT, k=8).layout.annotations[0]
    assert first.text.replace("\xa0", " ").startswith("<b>130</b> · 49 %")


def test_nothing_but_small_classes_make_no_bar():
    hidden = make_group("all", became=Became(**dict.fromkeys(CLASSES)), started=None)
    assert class_shares(hidden) == {}
    assert not became_figure(hidden, LIGHT, k=8).data


def test_nobody_is_an_empty_bar():
    assert not became_figure(make_group("all", became=Became(), started=0), LIGHT, k=8).data


def test_a_class_that_few_are_outside_has_no_per_cent():
    """Of 45 people 40 are back, which leaves fewer than 8: 89 % would say how many."""
    few = Became(returned=40, in_care=0, stopped=None, discharged_unrecorded=0, lost=None, cannot_count=0)
    figure = became_figure(make_group("all", became=few, started=45), LIGHT, k=8)
    assert [note.text.split("<br>")[0] for note in figure.layout.annotations] == [
        "<b>40</b>",
        "<b>fewer than 8</b>",
        "<b>fewer than 8</b>",
    ]
