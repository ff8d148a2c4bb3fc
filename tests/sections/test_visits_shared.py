"""Visits to share: how many of a group are back is shown as its classes are, and is missing for no group."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import Row, load_tables
from sections.test_recovery_sections import OWNER, SHARING, on, people
from sqlalchemy import Engine

from dashboard.question import ask
from dashboard.recovery_tables import visit_rows
from dashboard.report.chapters.staying import _visits
from dashboard.sections.visits import VisitsResult, document, visits_section
from sql.cohort import Cohort, Scope
from sql.engine import reading

LONG, SHORT = on(-400), on(-20)
K = 8


def section(engine: Engine, folder: Path, episodes: list[Row], scope: Scope = SHARING) -> VisitsResult:
    assert load_tables(engine, folder / "files", episodes=episodes).status == "loaded"
    with reading(engine) as connection:
        return visits_section(connection, ask(connection, scope, Cohort()))


def words(result: VisitsResult) -> dict[str, tuple[str, str]]:
    """How many people a group has and how many of them are back, as the page says them; the report says the same."""
    page = {row["symptoms for"]: (row["people"], row["of them back"]) for row in visit_rows(result, K)}
    report = {str(row[0]): (str(row[1]), str(row[5])) for row in _visits(result, K).rows}
    assert page == report
    return page


def groups(few_back: int, few: int = 5, others: int = 60, others_back: int = 30) -> list[Row]:
    return [
        *people(others_back, "E", back=40, onset_date=SHORT),
        *people(others - others_back, "F", onset_date=SHORT),
        *people(few_back, "G", back=40, onset_date=LONG),
        *people(few - few_back, "H", onset_date=LONG),
    ]


@pytest.mark.parametrize("back", [0, 1, 5])
def test_of_a_small_group_it_is_not_said_that_nobody_is_back(engine: Engine, tmp_path: Path, back: int):
    """The same whoever of the 5 is back, on the page, in the report and in the JSON."""
    result = section(engine, tmp_path, groups(back))
    assert words(result)["over 12 months"] == ("fewer than 8", "fewer than 8")
    found = document(result)
    assert [item["group"] for item in found["to_return"]] == [item["group"] for item in found["per_episode"]]
    assert found["to_return"][-1] == {
        "group": "over_12_months", "n": None, "lower": None, "median": None, "upper": None,
    }  # fmt: skip


@pytest.mark.parametrize("back", [0, 3, 15, 30])
def test_under_forty_how_many_are_back_is_not_shown(engine: Engine, tmp_path: Path, back: int):
    result = section(engine, tmp_path, groups(back, few=30))
    assert words(result)["over 12 months"] == ("30", "not shown")


def test_of_everybody_under_forty_it_is_not_shown_either(engine: Engine, tmp_path: Path):
    episodes = [*people(25, "E", back=40, onset_date=SHORT), *people(10, "F", onset_date=SHORT)]
    assert words(section(engine, tmp_path, episodes)) == {"everybody": ("35", "not shown")}


@pytest.mark.parametrize(("back", "said"), [(0, "0"), (3, "fewer than 8"), (30, "30"), (57, "not shown")])
def test_of_many_it_is_shown_unless_those_back_or_not_back_are_few(
    engine: Engine, tmp_path: Path, back: int, said: str
):
    result = section(engine, tmp_path, groups(20, few=40, others_back=back))
    assert words(result)["up to 6 weeks"] == ("60", said)


def test_nobody_with_twelve_weeks_of_fewer_than_twenty_is_not_said(engine: Engine, tmp_path: Path):
    """15 started, none of them twelve weeks ago: it reads like a few."""
    result = section(engine, tmp_path, people(15, "E", seen=340, first_visit_date=on(300)))
    assert words(result) == {"everybody": ("fewer than 8", "fewer than 8")}


def test_the_clinic_has_every_number(engine: Engine, tmp_path: Path):
    result = section(engine, tmp_path, groups(0), OWNER)
    assert words(result) == {
        "everybody": ("65", "30"), "up to 6 weeks": ("60", "30"), "over 12 months": ("5", "0"),
    }  # fmt: skip
