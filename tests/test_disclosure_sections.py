"""To share: no number about few people, in the summary or in any section, and none by taking one from another.

Every section of the catalogue is walked, those that are added later too.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from builders import AS_OF, load_tables, make_episode, make_running, make_score, make_visit
from sqlalchemy import Engine, select

from dashboard.question import NotAllowed, ask
from dashboard.sections.catalogue import SECTIONS, documents
from dashboard.summary import outcome_summary
from dashboard.summary_json import as_document
from sql import schema
from sql.cohort import Cohort, Scope
from sql.engine import reading

K = 8
SHARED = Scope("sharing")
# What a section may say of itself whoever is asked about: days, thresholds, limits of methods, never people.
ABOUT_THE_METHOD = frozenset({
    "day", "days", "day_from", "day_to", "from_day", "to_day", "horizon", "horizon_day", "due_day", "first_day",
    "last_day", "week", "weeks", "visit", "visits_number", "threshold", "low_score", "high_score", "scale_low",
    "scale_high", "centre_day", "k", "df", "schema", "target", "better", "percent", "month", "window",
    "instrument_low", "instrument_high", "period_months", "level", "power", "smallest", "least", "days_after_return", "detectable_points",
})  # fmt: skip


def people_of(folder: Path, engine: Engine, size: int, seed: int) -> None:
    """So many people with every kind of record, at two sites, with two conditions."""
    chance = random.Random(seed)
    tables: dict[str, list[Any]] = {"episodes": [], "running": [], "scores": [], "visits": []}
    for n in range(size):
        code, start = f"E{n}", date(2024, 1, 1) + timedelta(chance.randrange(150))

        def on(day: int, start: date = start) -> str:
            return (start + timedelta(day)).isoformat()

        tables["episodes"].append(
            make_episode(
                code,
                patient_id=f"P{n}",
                first_visit_date=on(0),
                condition=chance.choice(["pfps", "pfps", "itbs"]),
                site=chance.choice(["a", "b"]),
                therapist=chance.choice(["T1", "T2", "T3", "T4", "T5"]),
                onset_date=on(-chance.choice([20, 100, 300])),
                last_contact_date=on(chance.randrange(60, 200)),
            )
        )
        tables["scores"] += [
            make_score(code, scored_on=on(day), value=chance.randrange(11)) for day in (0, 14, 35, 70, 182)
        ]
        tables["visits"] += [make_visit(code, visit_date=on(day)) for day in (0, 7, 21)]
        if chance.random() < 0.6:
            tables["running"].append(make_running(code, reported_on=on(chance.randrange(20, 150))))
    report = load_tables(engine, folder, **tables)
    assert report.status == "loaded"


def numbers(document: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    """Every number in a document with where it stands."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from numbers(value, (*path, str(key)))
    elif isinstance(document, list):
        for value in document:
            yield from numbers(value, path)
    elif isinstance(document, (int, float)) and not isinstance(document, bool):
        yield path, document


def about_people(document: Any) -> list[tuple[tuple[str, ...], float]]:
    return [
        (path, value)
        for path, value in numbers(document)
        if path
        and not ABOUT_THE_METHOD.intersection((path[0], path[-1]))
        and path[-2:] != ("segments", "points")  # how many periods a chart has
        and not path[-1].endswith(("_day", "_days", "_percent"))
    ]


@pytest.fixture
def five(sqlite_engine, tmp_path):
    people_of(tmp_path / "five", sqlite_engine, 5, seed=1)
    return sqlite_engine


def test_the_walk_finds_numbers():
    """It would find one if there were one."""
    found = about_people({"a": [{"count": 5, "day": 84, "known": True, "share": None}], "n": 3})
    assert found == [(("a", "count"), 5), (("n",), 3)]


@pytest.mark.parametrize("name", SECTIONS)
def test_of_five_people_a_shared_section_says_no_number(five, name):
    with reading(five) as connection:
        document = documents(connection, ask(connection, SHARED, Cohort()), [name])[name]
    assert [found for found in about_people(document) if found[1] != 0] == []


@pytest.mark.parametrize("name", SECTIONS)
def test_of_five_people_among_many_a_shared_section_says_no_number(sqlite_engine, tmp_path, name):
    """A filter that leaves five of them."""
    people_of(tmp_path / "many", sqlite_engine, 60, seed=2)
    few = [
        make_episode(f"F{n}", condition="other_knee", last_contact_date=f"2024-04-0{n + 1}") for n in range(5)
    ]
    scores = [make_score(f"F{n}", value=n) for n in range(5)]
    load_tables(sqlite_engine, tmp_path / "few", episodes=few, scores=scores)
    with reading(sqlite_engine) as connection:
        asked = ask(connection, SHARED, Cohort(conditions=("other_knee",)))
        document = documents(connection, asked, [name])[name]
    assert [found for found in about_people(document) if found[1] != 0] == []


def test_the_shared_summary_of_five_says_no_number(five):
    with reading(five) as connection:
        document = as_document(outcome_summary(connection, SHARED, Cohort(), by="condition"))
    kept = {
        "groups": document["groups"],
        "excluded": document["cohort"]["excluded"],
        "test": document["test"],
    }
    assert [found for found in about_people(kept) if found[1] != 0] == []


def test_no_section_names_a_therapist_to_share(sqlite_engine, tmp_path):
    people_of(tmp_path / "many", sqlite_engine, 120, seed=3)
    with reading(sqlite_engine) as connection:
        found = documents(connection, ask(connection, SHARED, Cohort()), SECTIONS)
    assert not any(code in str(found) for code in ("'T1'", "'T2'", "'T3'", "'T4'", "'T5'"))


# --- overlapping filters ----------------------------------------------------------------------------------


MONTHS = [(date(2024, month, 1), date(2024, month + 1, 1) - timedelta(1)) for month in range(1, 7)]
PERIODS = [(None, None), *MONTHS, (MONTHS[0][0], MONTHS[2][1]), (MONTHS[3][0], MONTHS[5][1])]
CATEGORIES: list[dict[str, tuple[str, ...]]] = [
    {}, {"conditions": ("pfps",)}, {"conditions": ("itbs",)}, {"sites": ("a",)}, {"sites": ("b",)},
    {"conditions": ("pfps",), "sites": ("a",)}, {"conditions": ("itbs",), "sites": ("b",)},
]  # fmt: skip


@pytest.mark.parametrize(("size", "seed"), [(20, 4), (60, 5), (140, 6)])
def test_no_pair_of_overlapping_filters_gives_a_count_away(sqlite_engine, tmp_path, size, seed):
    """Whatever two filters one holds against each other, what lies between them is never a known 1 to 7.

    Of two nested questions only multiples of 5 are printed: a difference of printed numbers stands for all true
    differences within 5 of it. The true one may not be the only one from 1 to 7 that fits.
    """
    people_of(tmp_path / "clinic", sqlite_engine, size, seed)
    asked = [
        Cohort(first_visit_from=start, first_visit_to=end, **category)
        for start, end in PERIODS
        for category in CATEGORIES
    ]
    with reading(sqlite_engine) as connection:
        shown = [printed(outcome_summary(connection, SHARED, cohort)) for cohort in asked]
        true = [members(connection, cohort) for cohort in asked]
    nested = 0
    for (first, small), (second, large) in combinations(zip(shown, true, strict=True), 2):
        for inner, outer, numbers_inner, numbers_outer in (
            (small, large, first, second),
            (large, small, second, first),
        ):
            between = len(outer) - len(inner)
            if not inner < outer or not 0 < between < K:
                continue
            nested += 1
            for name in numbers_inner:
                one, other = numbers_inner[name], numbers_outer[name]
                if one is None or other is None:
                    continue
                assert one % 5 == 0, name
                assert other % 5 == 0, name
                assert len(set(could_be(other - one)) & set(range(1, K))) != 1, (name, one, other)
    assert nested > 0, "some pairs differ by a few people"


def could_be(difference: int) -> range:
    """True differences that fit a difference of two numbers, each rounded to the nearest 5."""
    return range(difference - 4, difference + 5)


def printed(summary: Any) -> dict[str, int | None]:
    """The counts of everybody that a reader sees."""
    group = summary.everybody
    counts = {
        name: getattr(group, name) for name in ("started", "episodes", "returned", "stopped", "censored")
    }
    return {**counts, **{f"became.{name}": count for name, count in vars(group.became).items()}}


def members(connection: Any, cohort: Cohort) -> set[str]:
    """Who really started."""
    outcome = schema.episode_outcome
    question = select(outcome.c.episode_id).where(
        cohort.selected(), cohort.first_in_period(), cohort.with_goal()
    )
    return set(connection.scalars(question))


def test_a_filter_beside_its_complement_is_withheld(sqlite_engine, tmp_path):
    """All less the filtered are five people: the filtered are not shown, so neither are the five."""
    people_of(tmp_path / "many", sqlite_engine, 60, seed=7)
    few = [make_episode(f"F{n}", site="c", last_contact_date="2024-04-01") for n in range(5)]
    load_tables(sqlite_engine, tmp_path / "few", episodes=few)
    with reading(sqlite_engine) as connection:
        rest = outcome_summary(connection, SHARED, Cohort(sites=("a", "b")))
        section = documents(connection, ask(connection, SHARED, Cohort(sites=("a", "b"))), SECTIONS)
    assert rest.everybody.started is None
    for name, document in section.items():
        assert [found for found in about_people(document) if found[1] != 0] == [], name


def test_part_of_a_month_is_refused(five):
    with reading(five) as connection, pytest.raises(NotAllowed):
        ask(connection, SHARED, Cohort(first_visit_from=date(2024, 1, 2), first_visit_to=AS_OF))
