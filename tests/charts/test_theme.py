"""Colours as in .streamlit/config.toml, contrast that can be read, labels that do not overlap."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.theme import DARK, LIGHT, Theme, spread, theme_named, transparent, wrapped

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_palette_is_that_of_the_pages(theme: Theme):
    page = CONFIG["theme"][theme.name]
    assert theme.text == page["textColor"]
    assert theme.paper == page["backgroundColor"]
    assert theme.line == page["borderColor"]
    assert theme.muted == page["grayTextColor"]
    assert theme.conditions["pfps"] == page["primaryColor"]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_words_and_curve_names_can_be_read(theme: Theme):
    for colour in (theme.text, theme.muted, *theme.conditions.values(), *theme.series):
        assert contrast(colour, theme.paper) >= 4.5, colour


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_classes_have_colours_of_their_own(theme: Theme):
    assert not set(theme.classes.values()) & {*theme.conditions.values(), *theme.series}
    assert len(set(theme.classes.values())) == 6


def test_more_groups_than_colours_start_again():
    names = [f"S{n}" for n in range(12)]
    assert len(LIGHT.colours(names)) == 12
    assert LIGHT.colours(["S1", "pfps"])["pfps"] == LIGHT.conditions["pfps"]


def test_a_theme_by_streamlits_name():
    assert theme_named("dark") is DARK
    assert theme_named("light") is theme_named(None) is LIGHT


def test_transparent():
    assert transparent("#0B6E75", 0.14) == "rgba(11,110,117,0.14)"


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("PFPS", "PFPS"),
        ("over 12 months", "over 12 months"),
        ("6 weeks to 4 months", "6 weeks to<br>4 months"),
        ("no earlier episode", "no earlier<br>episode"),
        ("averylongsitecodewithoutspace", "averylongsitecodewithoutspace"),
    ],
)
def test_long_labels_are_wrapped(label: str, lines: str):
    assert wrapped(label) == lines


def test_spread_leaves_what_does_not_overlap():
    assert spread([10, 50, 90], [10, 10, 10], 0, 100) == [10, 50, 90]


def test_spread_moves_neighbours_apart_in_their_order():
    assert spread([50, 50, 52], [10, 10, 10], 0, 100) == [50, 60, 70]


def test_spread_moves_down_from_the_ceiling():
    assert spread([98, 99], [10, 10], 0, 100) == [85, 95]


def test_spread_by_size():
    assert spread([50, 50], [10, 20], 0, 100) == [50, 65]


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(1, 12)), max_size=8),
)
def test_spread_never_overlaps_and_keeps_the_order(things: list[tuple[float, float]]):
    middles, sizes = [thing[0] for thing in things], [thing[1] for thing in things]
    placed = spread(middles, sizes, 0, 100)
    order = sorted(range(len(things)), key=lambda n: middles[n])
    for lower, upper in itertools.pairwise(order):
        assert placed[upper] - placed[lower] >= (sizes[lower] + sizes[upper]) / 2 - 1e-9
    assert all(placed[n] - sizes[n] / 2 >= -1e-9 and placed[n] + sizes[n] / 2 <= 100 + 1e-9 for n in order)
