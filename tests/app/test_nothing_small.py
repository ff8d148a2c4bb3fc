"""To share, on the pages: nothing is said of a group of five, in words, in tables or when hovering."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from app.driver import Visit, figure, said
from builders import load_tables, make_episode, make_running, make_score, make_visit
from streamlit.testing.v1 import AppTest

from dashboard.access import Reader, scope_of
from dashboard.people import list_people
from sql.cohort import Cohort
from sql.queries.people_lists import PeopleList
from sql.store import create_or_upgrade, open_store

PAGES = (
    "overview",
    "return to running",
    "pain and function",
    "trends",
    "assessment and treatment",
    "data",
)
LONG_AGO = {"symptoms": "over_12_months"}
"""A filter that leaves the five alone."""
OWNER_ONLY = ("Loads", "Privacy", "Settings")
PUBLISHED = (
    "cohort of 36 runners",
    "study of 58 runners",
    "601 people",
    "719 people",
    "at least 8 episodes together",
    "2 of 3 near a limit",
    "fewer than 8",
)
PEOPLE = re.compile(
    r"(?<![\d.,–(-])([1-7]|\d*[1-46-9])(?= (?:people|started|of \d|runners|episodes|not back)\b)"
)
"""A number of people that is not rounded to 5."""


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> str:
    """125 people; five of another knee problem had it for over a year and have no score after the first."""
    folder = tmp_path_factory.mktemp("five")
    chance = random.Random(2)
    tables: dict[str, list] = {"episodes": [], "running": [], "scores": [], "visits": []}
    for n in range(125):
        code, start = f"E{n}", date(2024, 1, 1) + timedelta(chance.randrange(150))
        few = n >= 120
        tables["episodes"].append(
            make_episode(
                code,
                patient_id=f"P{n}",
                first_visit_date=start.isoformat(),
                condition="other_knee" if few else chance.choice(["pfps", "itbs"]),
                therapist=f"T{n % 5}",
                onset_date=(start - timedelta(500 if few else 20)).isoformat(),
                last_contact_date=(start + timedelta(chance.randrange(100, 200))).isoformat(),
            )
        )
        days = (0,) if few else (0, 35, 70)
        tables["scores"] += [
            make_score(code, scored_on=(start + timedelta(day)).isoformat(), value=chance.randrange(11))
            for day in days
        ]
        if not few:
            tables["visits"].append(make_visit(code, visit_date=(start + timedelta(7)).isoformat()))
        if chance.random() < 0.6:
            day = start + timedelta(chance.randrange(20, 100))
            tables["running"].append(make_running(code, reported_on=day.isoformat()))
    url = f"sqlite:///{folder / 'five.db'}"
    engine = create_or_upgrade(url)
    assert load_tables(engine, folder / "files", **tables).status == "loaded"
    engine.dispose()
    return url


@pytest.fixture
def with_five(stores: dict[str, str], five: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store `five`, beside the others."""
    monkeypatch.setitem(stores, "five", five)


def everything(app: AppTest) -> str:
    """Words, tiles, tables and figures."""
    charts = [figure(app, n)["data"] for n in range(len(app.get("plotly_chart")))]
    tables = [frame.value.to_csv() for frame in (*app.table, *app.dataframe)]
    tiles = [f"{tile.label}: {tile.value} {tile.delta}" for tile in app.metric]
    drawn = [
        str(trace.get(part, "")) for data in charts for trace in data for part in ("text", "hovertemplate")
    ]
    return "\n".join([said(app), *tiles, *tables, *drawn])


@pytest.mark.parametrize("reader", [{"audience": "sharing"}, {"preview_as": "Therapist T1"}])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("filtered", [{}, LONG_AGO])
def test_every_number_of_people_is_rounded(look: Visit, with_five, page, filtered, reader):
    app = look("five", page, **reader, **filtered)
    assert not app.exception
    words = everything(app)
    for known in PUBLISHED:
        words = words.replace(known, "")
    assert [words[max(found.start() - 40, 0) : found.end() + 20] for found in PEOPLE.finditer(words)] == []


@pytest.mark.parametrize("page", PAGES)
def test_not_even_nobody_is_said_of_five(look: Visit, with_five, page):
    """That none of five people has a score says something about each of them."""
    words = everything(look("five", page, audience="sharing", **LONG_AGO))
    assert "nobody scored" not in words
    assert not re.search(r"(?:^|\s)0 people", words)


@pytest.mark.parametrize("page", ["overview", "return to running"])
def test_hovering_over_a_curve_gives_no_share_of_few(look: Visit, with_five, page):
    traces = figure(look("five", page, audience="sharing"))["data"]
    hover = [text for trace in traces for text in trace.get("text", ()) if "back" in text and "day" in text]
    assert any("fewer than 8 back" in text for text in hover)
    assert not any(re.search(r"\b[3-9] % back", text.replace("\N{NO-BREAK SPACE}", " ")) for text in hover)


def test_a_therapist_reaches_nothing_of_the_owner(look: Visit, with_five):
    therapist = {"preview_as": "Therapist T1"}
    app = look("five", "data", **therapist)
    shows = next(group for group in app.button_group if group.key == "data_show")
    assert not any(name in str(shows.options) for name in OWNER_ONLY)
    assert (
        "Only the clinic's owner sees this page"
        in look("five", "therapists and sites", **therapist).info[0].value
    )
    assert not look("five", "trends", **therapist).text_input
    imports = look("five", "import data", **therapist)
    assert [info.value for info in imports.info] == ["Loading data is for the clinic's owner."]
    assert not imports.get("file_uploader")


@pytest.mark.parametrize("colleague", [None, "T2"])
def test_a_therapists_lists_hold_their_own_patients_only(stores, with_five, colleague: str | None):
    """Also where a cell of the table names a colleague."""
    reader = Reader("therapist", ("main", "T1"))
    engine = open_store(stores["five"])
    wanted = PeopleList("missing", "running_week_26", therapist=colleague)
    listed = list_people(
        engine, reader, scope_of(reader, "clinic"), Cohort(goals=("running",)), wanted, at=datetime.now(UTC)
    )
    engine.dispose()
    assert {person.therapist for person in listed.people} == (set() if colleague else {"T1"})
