"""What feeds the page Return to running, against plain Python over the same invented clinics, on both databases."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from builders import Row, fresh_file, load_tables, make_episode, make_running, make_visit
from sqlalchemy import Engine, Select, select

from dashboard.stats.occupancy import TransitionCounts
from sql.cohort import Cohort, Scope
from sql.engine import open_engine, reading
from sql.outcomes import RETURNED, SOURCE_PRIORITY
from sql.queries import attendance_counts as attendance
from sql.queries import curve_counts
from sql.queries import engaged_counts as engaged
from sql.queries import return_date_counts as return_dates
from sql.queries.attendance_counts import attendance_counts
from sql.queries.baseline_counts import BASELINE_FIELDS, baseline_counts
from sql.queries.engaged_counts import engaged_counts
from sql.queries.period_counts import period_counts
from sql.queries.relapse_counts import relapse_counts
from sql.queries.return_date_counts import return_date_counts
from sql.queries.strata_counts import strata_counts
from sql.queries.transition_counts import transition_counts
from sql.schema import episode, episode_outcome, running_report, visit

AS_OF = date(2024, 12, 31)
EPOCH = date(1970, 1, 1)
SCOPE = Scope("clinic")
COHORTS = {
    "everybody": Cohort(),
    "a clinic": Cohort(clinics=("south",)),
    "all goals": Cohort(goals=()),
    "a period": Cohort(first_visit_from=date(2024, 3, 1), first_visit_to=date(2024, 6, 30)),
    "categories": Cohort(conditions=("pfps",), sites=("a",), all_episodes=True),
    "nobody": Cohort(conditions=("other_knee",)),
}


# --- invented clinics: much happens after the return ---------------------------------------------------------------


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("recovery")
    if request.param == "sqlite":
        url = fresh_file(folder / "store.db", request.getfixturevalue("sqlite_template"))
    else:
        server = request.getfixturevalue("postgresql_server")
        server.create("rtr_recovery", template=request.getfixturevalue("postgresql_template"))
        url = server.address("rtr_recovery")
    engine = open_engine(url)
    for seed, clinic in enumerate(("north", "south")):
        fill(engine, folder / clinic, clinic, random.Random(seed))
    yield engine
    engine.dispose()
    if request.param == "postgresql":
        server.drop("rtr_recovery")


def fill(engine: Engine, folder: Path, clinic: str, chance: random.Random) -> None:
    episodes = [invented(f"E{n}", chance) for n in range(150)]
    told = {}
    for row in episodes:
        for _ in range(chance.choice([0, 1, 2, 4, 6])):
            answer = invented_answer(row, chance)
            told[row["episode_id"], answer["reported_on"], answer.get("source", "")] = answer
    seen = {}
    for row in episodes:
        for _ in range(chance.choice([0, 0, 2, 5])):
            came = make_visit(
                row["episode_id"],
                visit_date=on_day(row, chance.choice([0, 3, 7, 14, 28, 29, 40, 56, 84])),
                status=chance.choice(["attended", "attended", "cancelled", "did_not_attend"]),
                therapist=chance.choice(["T1", "T2"]),
            )
            seen[row["episode_id"], came["visit_date"], came["therapist"]] = came
    request = {"clinic": clinic, "as_of": AS_OF}
    tables = {"episodes": episodes, "running": list(told.values()), "visits": list(seen.values())}
    assert load_tables(engine, folder, **tables, request=request).status == "loaded"


def invented(code: str, chance: random.Random) -> Row:
    row = make_episode(
        code,
        patient_id=chance.choice(["", *(f"P{n}" for n in range(60))]),
        condition=chance.choice(["pfps", "itbs"]),
        first_visit_date=date(2024, 1, 1) + timedelta(chance.randrange(270)),
        site=chance.choice(["a", "b"]),
        sex=chance.choice(["", "female", "male"]),
        goal=chance.choice(["running", "running", "running", "gym"]),
        earlier_episodes=chance.choice(["", "0", "3"]),
        last_contact_date="",
    )
    returned = chance.choice([None, None, 7, 14, 40])
    row["last_contact_date"] = on_day(row, chance.choice([0, 20, 40, 60, 90]))
    if returned is not None:
        row["return_to_run_date"] = on_day(row, returned)
        if chance.random() < 0.5:
            row["relapse_date"] = on_day(row, returned + chance.choice([0, 5, 14, 15, 30]))
    if chance.random() < 0.3:
        row["stopped_date"] = on_day(row, chance.choice([7, 14, 45, 60]))
        row["stopped_reason"] = chance.choice(["surgery", "moved_away"])
    return row


def invented_answer(row: Row, chance: random.Random) -> Row:
    day = chance.choice([10, 14, 21, 28, 35, 42, 56, 70, 84])
    since = chance.choice([None, None, day, max(day - 5, 0), max(day - 20, 0)])
    return make_running(
        row["episode_id"],
        reported_on=on_day(row, day),
        status=chance.choice(
            [*RETURNED, "running_with_pain", "running_with_pain", "not_running", "given_up"]
        ),
        since=None if since is None else on_day(row, since),
        source=chance.choice(["phone", "patient_form"]),
    )


def on_day(row: Row, day: int) -> str:
    """The date of a day of the episode, never after the as-of day."""
    return min(date.fromisoformat(str(row["first_visit_date"])) + timedelta(day), AS_OF).isoformat()


# --- the same people, one by one ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def people(store: Engine) -> list[SimpleNamespace]:
    with reading(store) as connection:
        outcomes = connection.execute(select(episode_outcome)).all()
        facts = {(row.clinic, row.episode_id): row for row in connection.execute(select(episode))}
        answers = connection.execute(select(running_report)).all()
        visits = connection.execute(select(visit)).all()
    found = []
    for row in outcomes:
        mine = (row.clinic, row.episode_id)
        person = SimpleNamespace(**row._mapping, facts=facts[mine])
        person.answers = [answer for answer in answers if (answer.clinic, answer.episode_id) == mine]
        person.visits = [
            (number(v.visit_date) - row.start_day, v.status)
            for v in visits
            if (v.clinic, v.episode_id) == mine
        ]
        found.append(person)
    return found


def number(day: date) -> int:
    return (day - EPOCH).days


def chosen(people: list[SimpleNamespace], cohort: Cohort) -> list[SimpleNamespace]:
    first = cohort.first_visit_from and number(cohort.first_visit_from)
    last = cohort.first_visit_to and number(cohort.first_visit_to)
    return [
        p
        for p in people
        if p.eligibility == "eligible"
        and (not cohort.clinics or p.clinic in cohort.clinics)
        and (not cohort.conditions or p.condition in cohort.conditions)
        and (not cohort.sites or p.site in cohort.sites)
        and (not cohort.goals or p.goal in cohort.goals)
        and (first is None or p.start_day >= first)
        and (last is None or p.start_day <= last)
        and (
            cohort.all_episodes
            or p.previous_first_visit_day is None
            or (first is not None and p.previous_first_visit_day < first)
        )
    ]


def course(p: SimpleNamespace) -> tuple[int | None, int, str]:
    """Day of the relapse, day of the end, and how it came, of a person who returned."""
    end, how = p.last_day, "censored"
    if p.stop_day is not None and p.return_day <= p.stop_day <= p.last_day:
        stated = p.facts.stopped_date and number(p.facts.stopped_date) - p.start_day
        moved = p.facts.stopped_reason == "moved_away" and stated == p.stop_day
        end, how = p.stop_day, "censored" if moved else "stopped"
    relapse = p.relapse_day if p.relapse_day is not None and p.return_day <= p.relapse_day <= end else None
    return relapse, end, how


def moves_of(p: SimpleNamespace) -> list[tuple[int, str, str]]:
    """A person's evenings, then the moves between them."""
    if p.outcome != "returned":
        return [(p.day, "not_back", p.outcome)]
    relapse, end, how = course(p)
    evenings = {p.return_day: "back"}
    if relapse is not None:
        evenings[relapse] = "pain_again"
        before = relapse
        by_day: dict[int, list[object]] = {}
        for answer in p.answers:
            by_day.setdefault(number(answer.reported_on) - p.start_day, []).append(answer)
        for day in sorted(day for day in by_day if day > relapse):
            best = min(by_day[day], key=lambda answer: SOURCE_PRIORITY.index(answer.source))
            since = day if best.since is None else number(best.since) - p.start_day
            began = since if since > before else day
            if best.status in (*RETURNED, "running_with_pain") and began <= end:
                evenings[began] = "back" if best.status in RETURNED else "pain_again"
            before = day
    if how == "stopped":
        evenings[end] = "stopped"
    moves, state = [], "not_back"
    for day in sorted(evenings):
        if evenings[day] != state:
            moves.append((day, state, evenings[day]))
        state = evenings[day]
    return moves if how == "stopped" else [*moves, (end, state, "censored")]


@pytest.mark.parametrize("what", COHORTS)
def test_transition_counts(store, people, what):
    with reading(store) as connection:
        rows = transition_counts(connection, SCOPE, COHORTS[what])
    expected = Counter(move for p in chosen(people, COHORTS[what]) for move in moves_of(p))
    assert Counter({row[:3]: row[3] for row in rows}) == expected
    assert len(rows) == len(expected)
    assert TransitionCounts.from_rows("all", rows).started == len(chosen(people, COHORTS[what]))


def test_the_invented_people_move_in_every_way(people):
    """Else a forgotten move would not show."""
    found = {move[1:] for p in chosen(people, Cohort(goals=())) for move in moves_of(p)}
    assert found == {
        ("not_back", "back"), ("not_back", "pain_again"), ("not_back", "stopped"), ("not_back", "censored"),
        ("back", "pain_again"), ("back", "stopped"), ("back", "censored"),
        ("pain_again", "back"), ("pain_again", "stopped"), ("pain_again", "censored"),
    }  # fmt: skip


@pytest.mark.parametrize("what", COHORTS)
@pytest.mark.parametrize("settled_days", [14, 60])
def test_relapse_counts(store, people, what, settled_days):
    with reading(store) as connection:
        rows = relapse_counts(connection, SCOPE, COHORTS[what], as_of=AS_OF, settled_days=settled_days)
    expected: Counter[tuple[object, ...]] = Counter()
    for p in chosen(people, COHORTS[what]):
        if p.outcome != "returned":
            continue
        relapse, end, how = course(p)
        day, ended = (end, how) if relapse is None else (relapse, "relapsed")
        settled = p.start_day + p.return_day + settled_days <= number(AS_OF)
        expected[day - p.return_day, ended, settled] += 1
    assert Counter({astuple(row)[:3]: row.episodes for row in rows}) == expected


@pytest.mark.parametrize("what", COHORTS)
def test_strata_counts(store, people, what):
    for by, stratify in (("site", "condition"), ("earlier_episodes", "sex")):
        with reading(store) as connection:
            rows = strata_counts(
                connection, SCOPE, COHORTS[what], by=by, stratify=stratify, several_clinics=True
            )
        expected = Counter(
            (
                getattr(p, stratify),
                f"{p.clinic}/{p.site}" if by == "site" else getattr(p, by),
                p.day,
                p.outcome,
            )
            for p in chosen(people, COHORTS[what])
        )
        assert Counter({astuple(row)[:4]: row.episodes for row in rows}) == expected


@pytest.mark.parametrize("what", COHORTS)
def test_period_counts(store, people, what):
    with reading(store) as connection:
        rows = period_counts(connection, SCOPE, COHORTS[what])
    expected = Counter(
        ((EPOCH + timedelta(p.start_day)).replace(day=1), p.day, p.outcome)
        for p in chosen(people, COHORTS[what])
    )
    assert Counter({row[:3]: row.episodes for row in rows}) == expected


@pytest.mark.parametrize("what", COHORTS)
def test_curve_counts(store, people, what):
    with reading(store) as connection:
        rows = curve_counts.curve_counts(connection, SCOPE, COHORTS[what])
    found = Counter[tuple[int, str]]()
    for day, how, number_of_people in rows:
        found[day, how] += number_of_people
    assert found == Counter((p.day, p.outcome) for p in chosen(people, COHORTS[what]))


def plan(store: Engine, statement: Select) -> list[str]:
    words = str(statement.compile(store, compile_kwargs={"literal_binds": True}))
    with reading(store) as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}")]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_curve_is_counted_without_sorting(store):
    """Every section about running begins with it: sorting would take three times as long."""
    assert plan(store, curve_counts.statement(SCOPE, Cohort())) == [
        "SEARCH episode_outcome USING COVERING INDEX ix_episode_outcome_cohort (goal=? AND eligibility=?)"
    ]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_the_index_does_not_hold_is_read_in_the_order_of_the_table(store):
    """Looking each row up by the index would take twice as long."""
    for statement in (
        attendance.statement(SCOPE, Cohort(), days=[84], as_of=AS_OF, several_clinics=True),
        engaged.statement(SCOPE, Cohort(), share_percent=75, at_least=4),
        return_dates.statement(SCOPE, Cohort()),
    ):
        assert plan(store, statement)[0] == "SCAN episode_outcome"


@pytest.mark.parametrize("what", COHORTS)
@pytest.mark.parametrize("day", [20, 84])
def test_baseline_counts(store, people, what, day):
    with reading(store) as connection:
        rows = baseline_counts(connection, SCOPE, COHORTS[what], day=day, as_of=AS_OF)
    expected = Counter(
        (*(getattr(p, field) for field in BASELINE_FIELDS), p.outcome != "censored" or p.day > day)
        for p in chosen(people, COHORTS[what])
        if p.start_day + day <= number(AS_OF)
    )
    assert Counter({astuple(row)[:5]: row.episodes for row in rows}) == expected


def attended(p: SimpleNamespace) -> set[int]:
    """Days with an attended visit, the first visit among them."""
    return {0} | {day for day, status in p.visits if status == "attended" and day >= 0}


@pytest.mark.parametrize("what", COHORTS)
def test_attendance_counts(store, people, what):
    days = (28, 56, 84)
    with reading(store) as connection:
        rows = attendance_counts(
            connection, SCOPE, COHORTS[what], days=days, as_of=AS_OF, several_clinics=True
        )
    expected: Counter[tuple[object, ...]] = Counter()
    for p in chosen(people, COHORTS[what]):
        if p.start_day + 84 > number(AS_OF):
            continue
        came = attended(p)
        reached = max((day for day in days if max(came) >= day), default=0)
        back = len([day for day in came if day <= p.return_day]) if p.outcome == "returned" else None
        expected[f"{p.clinic}/{p.site}", p.symptom_duration, len(came), reached, back] += 1
    assert Counter({astuple(row)[:5]: row.episodes for row in rows}) == expected


@pytest.mark.parametrize("what", COHORTS)
@pytest.mark.parametrize(("share", "at_least"), [(75, 2), (50, 1), (100, 3)])
def test_engaged_counts(store, people, what, share, at_least):
    with reading(store) as connection:
        rows = engaged_counts(connection, SCOPE, COHORTS[what], share_percent=share, at_least=at_least)
    expected: Counter[tuple[object, ...]] = Counter()
    for p in chosen(people, COHORTS[what]):
        if p.day > 28:
            due = {0} | {day for day, _ in p.visits if 0 < day <= 28}
            came = {day for day in attended(p) if day <= 28}
            engaged = len(came) >= at_least and 100 * len(came) >= share * len(due)
            expected[engaged, p.day, p.outcome] += 1
    assert Counter({astuple(row)[:3]: row.episodes for row in rows}) == expected


@pytest.mark.parametrize("what", COHORTS)
def test_return_date_counts(store, people, what):
    with reading(store) as connection:
        rows = return_date_counts(connection, SCOPE, COHORTS[what])
    expected: Counter[int | None] = Counter()
    for p in chosen(people, COHORTS[what]):
        if p.outcome == "returned":
            came = attended(p)
            gap = p.return_day - max((day for day in came if day < p.return_day), default=0)
            expected[gap if p.return_day in came else None] += 1
    assert Counter({row.gap_days: row.episodes for row in rows}) == expected
