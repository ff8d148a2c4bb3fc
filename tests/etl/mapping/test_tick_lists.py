"""Columns to tick, as REDCap writes them raw and with labels."""

from __future__ import annotations

from collections import Counter

from etl.contract import EPISODES
from etl.suggest_columns import Seen
from etl.suggest_match import matched_columns
from etl.tick_lists import tick_lists


def columns(*headers: str) -> list[Seen]:
    return [Seen(header, place, Counter({"1": 2, "0": 3})) for place, header in enumerate(headers)]


def test_columns_of_one_name_are_a_list_behind_the_last_column():
    found = tick_lists(columns("id", "treat___1", "treat___2", "treat____9", "knee___1"))
    assert [(one.header, one.place, dict(one.texts)) for one in found] == [
        ("treat", 5, {"1": 2, "2": 2, "_9": 2})
    ]


def test_labels_give_their_choices():
    (found,) = tick_lists(columns("Treatments (choice=Taping)", "Treatments (choice=Massage)"))
    assert (found.header, list(found.texts)) == ("Treatments", ["Taping", "Massage"])


def test_boxes_that_nobody_ticked_count_nothing():
    seen = [Seen(f"a___{n}", n, Counter({"Unchecked": 4, "": 1})) for n in (1, 2)]
    assert dict(tick_lists(seen)[0].texts) == {"1": 0, "2": 0}


def test_personal_columns_are_none():
    assert tick_lists(columns("email___1", "email___2")) == []


def test_a_column_to_tick_is_never_proposed_for_a_word_of_ours():
    """Treatments look like the names that conditions have; with it every course counted as "other"."""
    seen = columns("Treatments (choice=Taping)", "Treatments (choice=Massage)")
    assert "condition" not in matched_columns(EPISODES, seen)
