"""What the filter bar offers to share: no condition or site of 1 to 7 people, nor one that leaves out so few."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from builders import fresh_file, load_tables, make_episode

from dashboard.filter_options import FilterOptions, filter_options
from sql.cohort import Audience, Scope
from sql.engine import open_engine, reading
from sql.queries.store_facts import store_facts

Offered = Callable[..., FilterOptions]


@pytest.fixture
def offered(tmp_path: Path, sqlite_template: Path) -> Offered:
    """The options in a clinic of so many people: offered("sharing", {("north", "pfps"): 30})."""

    def options(audience: Audience, people: dict[tuple[str, str], int], *, same: str = "") -> FilterOptions:
        folder = tmp_path / f"{audience}{same}"
        folder.mkdir()
        engine = open_engine(fresh_file(folder / "store.db", sqlite_template))
        rows = [
            make_episode(
                f"{site}-{number}",
                patient_id="P1" if site == same else f"{site}-{number}",
                site=site,
                condition=condition,
                first_visit_date=(date(2024, 1, 1) + timedelta(number)).isoformat(),
            )
            for (site, condition), count in people.items()
            for number in range(count)
        ]
        load_tables(engine, folder, episodes=rows)
        scope = Scope(audience)
        with reading(engine) as connection:
            return filter_options(connection, scope, store_facts(connection, scope))

    return options


@pytest.mark.parametrize(("few", "is_offered"), [(1, False), (7, False), (8, True)])
def test_few_people_are_no_option(offered: Offered, few: int, is_offered: bool):
    found = offered("sharing", {("north", "pfps"): 20, ("south", "pfps"): 20, ("annexe", "itbs"): few})
    assert (("itbs" in found.conditions), ("annexe" in [code for _, code in found.sites])) == (
        is_offered,
        is_offered,
    )
    assert {code for _, code in found.sites} >= {"north", "south"}


@pytest.mark.parametrize(("few", "is_offered"), [(1, False), (7, False), (8, True)])
def test_an_option_that_leaves_few_out_is_none_either(offered: Offered, few: int, is_offered: bool):
    """Else the bar would say that there are others, and that they are few."""
    found = offered("sharing", {("north", "pfps"): 20, ("annexe", "itbs"): few})
    assert ("pfps" in found.conditions) == is_offered
    assert ("north" in [code for _, code in found.sites]) == is_offered


def test_the_only_one_is_an_option(offered: Offered):
    assert offered("sharing", {("north", "pfps"): 20}) == FilterOptions(("pfps",), (("main", "north"),))


def test_the_clinic_itself_sees_all(offered: Offered):
    found = offered("clinic", {("north", "pfps"): 20, ("annexe", "itbs"): 1})
    assert set(found.conditions) == {"pfps", "itbs"}
    assert {code for _, code in found.sites} == {"north", "annexe"}


def test_a_second_course_of_the_same_person_makes_no_option(offered: Offered):
    people = {("north", "pfps"): 20, ("south", "pfps"): 20, ("annexe", "itbs"): 8}
    assert "itbs" in offered("sharing", people).conditions
    assert "itbs" not in offered("sharing", people, same="annexe").conditions
