"""The page of what was held against R: it runs the tests that it names."""

from __future__ import annotations

import pytest
import validation
from validation import Held, Recording, cases_of, difference_words, held


def test_every_kind_of_statistic_is_held_against_a_source():
    modules = {item.module for item in held()}
    assert modules >= {
        "survival", "log_rank", "gray", "occupancy", "pain", "difference", "outlook", "control_chart", "funnel",
        "certainty",
    }  # fmt: skip


def test_differences_are_small_and_numbers_many():
    for item in held():
        assert item.largest < 2e-3, item
        assert item.cases > 0
    assert sum(item.compared for item in held()) > 150


def test_the_recorder_notes_and_still_judges():
    notes: list[float] = []
    assert Recording(pytest.approx, notes, 1, abs=1e-3) == 1.0001
    assert Recording(pytest.approx, notes, (1, 2), abs=1) == (1, 2.5)
    assert not Recording(pytest.approx, notes, 3) == 4  # noqa: SIM201 - its __eq__ is what is tested
    assert notes == pytest.approx([0.0001, 0, 0.5, 1])


def test_all_cases_of_a_parametrized_test():
    @pytest.mark.parametrize("a", [1, 2])
    @pytest.mark.parametrize(("b", "c"), [(3, 4)])
    def test(a, b, c): ...

    assert list(cases_of(test)) == [{"b": 3, "c": 4, "a": 1}, {"b": 3, "c": 4, "a": 2}]


@pytest.mark.parametrize(
    ("compared", "largest", "words"),
    [(0, 0.0, "equal"), (3, 1e-16, "under 1e-12"), (3, 4e-11, "under 1e-10"), (1, 5e-4, "under 1e-3")],
)
def test_words(compared, largest, words):
    assert difference_words(Held("m", "s", "R", 1, compared, largest)) == words


def test_approx_is_itself_again():
    real = pytest.approx
    validation.held.cache_clear()
    held()
    assert pytest.approx is real
