"""Every list that a page offers holds as many people as its count says, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from dashboard import people_behind
from dashboard.people import ListedPeople
from dashboard.people_titles import TITLES, title_of
from dashboard.question import Asked, ask
from dashboard.sections.completeness import completeness_section
from dashboard.sections.follow_up import follow_up_section
from dashboard.sections.intake_periods import intake_periods_section
from dashboard.sections.pain import scale_list
from dashboard.sections.pain_scales import PainOf
from dashboard.sections.relapse import relapse_section
from dashboard.sections.retention import retention_section
from dashboard.sections.treatment import treatment_section
from dashboard.sections.trends import trends_section
from dashboard.sections.units import units_section
from dashboard.sections.visits import visits_section
from dashboard.summary import outcome_summary
from etl.load import LoadRequest, load
from etl.sample import write_sample
from etl.sources import find_sources
from sql.cohort import GROUPING_FIELDS, Cohort, Scope
from sql.engine import reading
from sql.queries.people import people
from sql.queries.people_lists import KINDS, PeopleList
from sql.scale_courses import prepare_courses

SIZE = re.compile(r" \(([\d,]+)\)$")
SEVERAL_AT_ONCE = 3
"""Lists of one kind that are opened on each database; the rest differ in a name only."""
COHORTS = (
    Cohort(),
    Cohort(conditions=("pfps",), first_visit_from=date(2025, 9, 1), first_visit_to=date(2026, 6, 30)),
    Cohort(goals=()),
)
DAYS = (84, 182)
WITHOUT_SIZE = {"rule", "not_followed", "more_visits", "fewer_visits"}
"""Lists that no button gives a size: the queries' own tests, and the last one here, open them."""
Offered = Iterator[tuple[PeopleList, str]]


@pytest.fixture
def sample(engine: Engine, tmp_path: Path) -> Engine:
    """The small sample clinic, loaded twice as two clinics, and prepared as the pages prepare it."""
    write_sample(tmp_path, small=True)
    sources = find_sources([tmp_path])
    assert sources.as_of is not None
    for clinic in ("east", "west"):
        assert load(engine, LoadRequest(sources, today=sources.as_of, clinic=clinic)).status == "loaded"
    prepare_courses(engine)
    return engine


def flat(found: Mapping) -> Offered:
    for key, value in found.items():
        yield from [(key, value)] if isinstance(key, PeopleList) else value.items()


def offered(connection: Connection, asked: Asked) -> Offered:
    """What the buttons of all pages say."""
    for by in (None, "condition", "symptom_duration", "earlier_episodes", "site"):
        summary = outcome_summary(connection, asked.scope, asked.cohort, by=by)
        yield from flat(people_behind.curve_lists(summary, DAYS))
    yield from flat(people_behind.became_lists(summary))
    yield from flat(people_behind.left_out_lists(summary))
    yield from flat(people_behind.pain_again_lists(relapse_section(connection, asked)))
    yield from flat(people_behind.gone_lists(retention_section(connection, asked).groups[0]))
    yield from flat(people_behind.follow_up_lists(follow_up_section(connection, asked)))
    yield from flat(people_behind.intake_lists(intake_periods_section(connection, asked)))
    completeness = completeness_section(connection, asked)
    yield from flat(people_behind.completeness_lists(completeness.everybody.measures))
    for scale in scale_list(connection, asked):
        pain = PainOf(scale)(connection, asked)
        yield from flat(people_behind.score_lists(pain))
        yield from flat(people_behind.responder_lists(pain))
    yield from flat(people_behind.visit_lists(visits_section(connection, asked)))
    treatment = treatment_section(connection, asked)
    for lists in ("given_lists", "fitting_lists", "measured_lists", "answer_lists", "rehabilitation_lists"):
        yield from flat(getattr(people_behind, lists)(treatment))
    units = units_section(connection, asked)
    for found in (units.by_therapist, units.by_site):
        yield from flat(people_behind.unit_lists(found))
    for trend in trends_section(connection, asked).trends:
        yield from flat(people_behind.trend_lists(trend))


@pytest.mark.parametrize("cohort", COHORTS, ids=("running", "pfps of ten months", "any goal"))
def test_a_list_is_as_long_as_its_button_says(sample: Engine, cohort: Cohort):
    opened: dict[str, int] = dict.fromkeys(KINDS, 0)
    with reading(sample) as connection:
        asked = ask(connection, Scope("clinic"), cohort)
        for wanted, words in offered(connection, asked):
            size = SIZE.search(words)
            kind = f"{wanted.kind} {wanted.name.partition(':')[0]} {bool(wanted.days)} {wanted.group and wanted.group[0]}"
            if size is None or opened.setdefault(kind, 0) == SEVERAL_AT_ONCE:
                continue
            opened[kind] += 1
            opened[wanted.kind] += 1
            found = people(
                connection, asked.scope, cohort, wanted, as_of=asked.as_of, in_care_days=asked.in_care_days,
                several_clinics=asked.several_clinics,
            )  # fmt: skip
            assert found.total == int(size[1].replace(",", "")), (wanted, words)
    never = {kind for kind in KINDS if not opened[kind]} - WITHOUT_SIZE
    assert never <= ({"left_out", "return_on_visit_day"} if cohort.conditions else set())


def test_whoever_pain_change_counts_can_be_opened(sample: Engine):
    with reading(sample) as connection:
        asked = ask(connection, Scope("clinic"), Cohort())
        trend = trends_section(connection, asked).trend("pain_change")
        lists = people_behind.trend_lists(trend)
        for point in trend.points:
            if point.value.value is None:
                continue
            wanted = next(one for one in lists[people_behind.period_of(point.value)] if one.kind == "scored")
            found = people(
                connection,
                asked.scope,
                asked.cohort,
                wanted,
                as_of=asked.as_of,
                in_care_days=asked.in_care_days,
            )
            assert found.total == point.value.met


def test_every_kind_has_a_title():
    assert set(TITLES) == set(KINDS)


def test_a_title_says_how_the_list_is_narrowed():
    wanted = PeopleList("at", "followed:84", group=("condition", "pfps"))
    assert title_of(wanted) == "Not back by week 12, still followed, PFPS"
    days = (date(2026, 1, 1), date(2026, 3, 31))
    assert title_of(PeopleList("curve", "all", days=days)) == (
        "In the curve, first visit 1 January 2026 to 31 March 2026"
    )
    narrowed = replace(wanted, days=days)
    assert narrowed.code == "at:followed:84:2026-01-01/2026-03-31:condition:pfps"
    assert wanted.group is not None
    assert wanted.group[0] in GROUPING_FIELDS


def test_an_unknown_list_is_refused(sample: Engine):
    with reading(sample) as connection, pytest.raises(ValueError, match="there is no list"):
        people(
            connection, Scope("clinic"), Cohort(), PeopleList("nothing", "x"),
            as_of=date(2026, 10, 31), in_care_days=42,
        )  # fmt: skip


def test_few_and_many_visits_leave_at_most_a_quarter_on_either_side(sample: Engine):
    with reading(sample) as connection:
        asked = ask(connection, Scope("clinic"), Cohort())
        result = visits_section(connection, asked)
        whole = result.per_episode[0].n
        wanted = [one for one in people_behind.visit_lists(result) if one.kind in WITHOUT_SIZE]
        assert [one.kind for one in wanted] == ["fewer_visits", "more_visits"]
        for one in wanted:
            found = people(
                connection, asked.scope, asked.cohort, one, as_of=asked.as_of, in_care_days=asked.in_care_days
            )
            assert whole is not None
            assert 0 < found.total <= whole / 4, one


def test_a_list_says_how_many_stand_where():
    mixed = ListedPeople("Who is missing", 3, (), (("no discharge recorded", 2), ("back running", 1)))
    assert mixed.note == "3 people · 2 no discharge recorded · 1 back running."
    assert ListedPeople("Who stopped", 1, (), (("stopped", 1),)).note == "1 person: stopped."
    many = ListedPeople("Who started", 1234, (), (("back running", 150), ("stopped", 50)))
    assert many.note == (
        "1,234 people; the 200 with the latest first visit are shown · 150 back running · 50 stopped."
    )
