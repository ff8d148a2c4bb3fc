"""To share, a question that is hidden has one answer, whoever is behind it.

Two clinics differ only in a few people: how many they are, what they have, when they came, what became of them. A filter
that leaves these few, or all but these few, must give the same document in both, to the letter: then it says nothing
about them, not even which groups they are in.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import fresh_file, load_tables
from sqlalchemy import Engine
from test_disclosure_overlaps import person
from test_disclosure_sections import SHARED

from dashboard.question import ask
from dashboard.report.build import build
from dashboard.report.month import Month
from dashboard.report.results import ReportRequest, gather
from dashboard.sections.catalogue import SECTIONS, documents
from dashboard.summary import outcome_summary
from dashboard.summary_json import as_document
from sql.cohort import GROUPING_FIELDS, Cohort
from sql.engine import open_engine, reading

GROUPINGS = (None, *(field for field in GROUPING_FIELDS if field != "therapist"))
THE_FEW = Cohort(sites=("c",))
ALL_BUT_THEM = Cohort(sites=("a", "b"))
FEW_OF_ANOTHER = Cohort(sites=("c",), conditions=("itbs",))
NOBODY_OF_THE_FEW = Cohort(sites=("c",), conditions=("other_knee",))


def tables_with(few: int, seed: int) -> dict[str, list[Any]]:
    """60 people at two sites, the same each time, and a few at a third, who follow from the seed."""
    tables: dict[str, list[Any]] = {
        name: [] for name in ("episodes", "running", "scores", "visits", "assessments")
    }
    same, other = random.Random(5), random.Random(seed)
    for number in range(60 + few):
        chance, site = (same, same.choice("ab")) if number < 60 else (other, "c")
        start = date(2024, 1, 1) + timedelta(chance.randrange(150))
        person(tables, f"E{number}", start, chance.choice(["pfps", "itbs"]), site, chance)
    for row in tables["episodes"][60:]:
        row["goal"] = "running"  # else they would not be asked about
    tables["episodes"][0]["condition"] = "other_knee"  # so that every clinic has the same list of conditions
    return tables


@pytest.fixture(scope="module")
def clinics(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> list[Engine]:
    engines = []
    for few, seed in ((5, 1), (5, 2), (1, 3), (7, 4)):
        folder = tmp_path_factory.mktemp("clinic")
        engine = open_engine(fresh_file(folder / "store.db", sqlite_template))
        assert load_tables(engine, folder, **tables_with(few, seed)).status == "loaded"
        engines.append(engine)
    return engines


def answers(clinics: list[Engine], question: Callable[[Any], Any]) -> list[Any]:
    found = []
    for engine in clinics:
        with reading(engine) as connection:
            found.append(question(connection))
    return found


def all_alike(found: list[Any]) -> bool:
    return all(answer == found[0] for answer in found)


@pytest.mark.parametrize("by", GROUPINGS)
@pytest.mark.parametrize("cohort", [THE_FEW, ALL_BUT_THEM, NOBODY_OF_THE_FEW])
def test_the_summary(clinics, cohort, by):
    found = answers(clinics, lambda c: as_document(outcome_summary(c, SHARED, cohort, by=by)))
    assert all_alike(found)
    assert {group["started"] for group in found[0]["groups"]} == {None}


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("cohort", [THE_FEW, ALL_BUT_THEM, FEW_OF_ANOTHER, NOBODY_OF_THE_FEW])
def test_a_section(clinics, cohort, name):
    assert all_alike(answers(clinics, lambda c: documents(c, ask(c, SHARED, cohort), [name])))


def test_the_report(clinics):
    request = ReportRequest(Month(2024, 6), sites=("c",))
    chapters = answers(clinics, lambda c: build(gather(c, SHARED, request, documents_too=False)).chapters)
    assert all_alike(chapters)


def test_clinics_differ_where_they_may(clinics):
    """The comparison would notice: for the clinic itself the few are in every number."""
    exact = answers(clinics, lambda c: outcome_summary(c, SHARED, Cohort()).hidden)
    assert exact == [False] * len(clinics)
    shown = answers(clinics, lambda c: documents(c, ask(c, SHARED, Cohort()), ["trend"]))
    assert not all_alike(shown)
