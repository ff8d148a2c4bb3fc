"""Counts of scores, against plain Python over the same rows: windows, weeks, last scores, every scope."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from builders import Row, fresh_file, load_tables, make_episode, make_score, rows_of
from sqlalchemy import Engine, Select, delete, select, update

from dashboard.stats.pain import WINDOWS, baseline_day, window_day
from sql.cohort import EPOCH, Cohort, Scope
from sql.counting import one_pass
from sql.engine import open_engine, reading, writing
from sql.queries import scales_used as used
from sql.queries import score_counts as asking
from sql.queries import start_days as starts
from sql.queries.score_rows import AskedScale
from sql.reference import instruments
from sql.scale_courses import LAST_WEEK, prepare_courses
from sql.schema import clinic as clinic_table
from sql.schema import episode_outcome, scale_course, score

AS_OF = date(2024, 12, 31)
SCALES = (
    AskedScale("NPRS", "usual_week"), AskedScale("NPRS", "running"), AskedScale("AKPS", ""), AskedScale("KOOS-PF", ""),
)  # fmt: skip
EDGES = (
    -29,
    -28,
    -3,
    0,
    1,
    6,
    7,
    8,
    13,
    27,
    28,
    34,
    35,
    36,
    42,
    43,
    56,
    69,
    70,
    71,
    84,
    167,
    168,
    181,
    183,
    196,
    197,
)
SCOPES = {
    "everything": Scope("clinic"),
    "one clinic": Scope("clinic", clinics=("north",)),
    "no clinic": Scope("clinic", clinics=()),
    "one site": Scope("sharing", sites=("a",)),
    "a site of a clinic": Scope("clinic", clinics=("south",), sites=("b",)),
}
COHORTS = {
    "everybody": Cohort(),
    "condition": Cohort(conditions=("pfps",)),
    "all goals, all episodes": Cohort(goals=(), all_episodes=True),
    "filters": Cohort(
        clinics=("north",), sites=("a", "b"), first_visit_from=date(2024, 3, 1), first_visit_to=date(2024, 11, 30)
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Two clinics with the same codes of episodes, loaded once."""
    folder = tmp_path_factory.mktemp("scores")
    if request.param == "sqlite":
        url = fresh_file(folder / "store.db", request.getfixturevalue("sqlite_template"))
    else:
        server = request.getfixturevalue("postgresql_server")
        server.create("rtr_scores", template=request.getfixturevalue("postgresql_template"))
        url = server.address("rtr_scores")
    engine = open_engine(url)
    for seed, clinic in enumerate(("north", "south")):
        fill(engine, folder / clinic, clinic, random.Random(seed))
    yield engine
    engine.dispose()
    if request.param == "postgresql":
        server.drop("rtr_scores")


@pytest.fixture(params=["prepared", "behind"])
def store(request: pytest.FixtureRequest, loaded: Engine) -> Engine:
    """What pages ask of scores is made when first asked for, or read from the scores while it is not."""
    if request.param == "prepared":
        prepare_courses(loaded)
    else:
        with writing(loaded) as connection:
            connection.execute(
                update(clinic_table).where(clinic_table.c.code == "south").values(courses_behind=True)
            )
            connection.execute(delete(scale_course).where(scale_course.c.clinic == "south"))
    return loaded


def fill(engine: Engine, folder: Path, clinic: str, chance: random.Random) -> None:
    episodes = [invented(f"E{n}", chance) for n in range(80)]
    scores = [row for episode in episodes for row in scored(episode, chance)]
    report = load_tables(
        engine, folder, episodes=episodes, scores=scores, request={"clinic": clinic, "as_of": AS_OF}
    )
    assert report.status == "loaded"


def invented(code: str, chance: random.Random) -> Row:
    start = date(2024, 1, 1) + timedelta(chance.randrange(364))
    return make_episode(
        code,
        patient_id=chance.choice(["", *(f"P{n}" for n in range(30))]),
        condition=chance.choice(["pfps", "itbs"]),
        first_visit_date=start,
        site=chance.choice(["a", "b"]),
        goal=chance.choice(["", "running", "running", "running", "gym"]),
        red_flag=chance.choice(["", "", "", "locking"]),
        return_to_run_date=chance.choice(["", "", (start - timedelta(3)).isoformat()]),
        last_contact_date="",
    )


def scored(episode: Row, chance: random.Random) -> Iterator[Row]:
    start = date.fromisoformat(episode["first_visit_date"])
    for number in range(chance.choice([0, 1, 5, 9, 14])):
        scale, day = chance.choice(SCALES), start + timedelta(chance.choice(EDGES))
        if day <= AS_OF:
            yield make_score(
                episode["episode_id"],
                scored_on=day,
                instrument=scale.instrument,
                context=scale.context,
                value=chance.choice([0, 3, 3.5, 7, 10] if scale.context else [0, 45.454545, 63.2, 83.6, 100]),
                reporter=chance.choice(["patient", "patient", "", "clinician"]),
                score_id=f"{episode['episode_id']}-{number}",
            )


# --- the same in plain Python ------------------------------------------------------------------------------------


class Plain:
    """Every score of the cohort, one person at a time."""

    def __init__(self, store: Engine, scope: Scope, cohort: Cohort) -> None:
        with reading(store) as connection:
            people = list(connection.execute(select(episode_outcome)))
            scores = list(connection.execute(select(score)))
        self.people = {(row.clinic, row.episode_id): row for row in people if in_cohort(row, scope, cohort)}
        self.given = defaultdict(lambda: defaultdict(list))
        for row in scores:
            person = self.people.get((row.clinic, row.episode_id))
            if person is None or row.reporter == "clinician":
                continue
            day = (row.scored_on - EPOCH).days - person.start_day
            self.given[row.clinic, row.episode_id, row.instrument, row.context][day].append(row.value)

    def value(self, key, day: int | None) -> float | None:
        """Of several on one day the worse."""
        if day is None:
            return None
        worse = max if instruments()[key[2]].better == "lower" else min
        return worse(self.given[key][day])

    def changes(self) -> Counter:
        found = Counter()
        for key, days in self.given.items():
            start = self.people[key[:2]].start_day
            for number, window in enumerate(WINDOWS):
                pair = (self.value(key, baseline_day(days)), self.value(key, window_day(days, window)))
                if pair != (None, None):
                    over = start + window.last_day <= (AS_OF - EPOCH).days
                    found[key[2], key[3], number, over, *pair] += 1
        return found

    def weeks(self) -> Counter:
        found = Counter()
        for key, days in self.given.items():
            for week in {day // 7 for day in days if 0 <= day // 7 <= LAST_WEEK}:
                first = min(day for day in days if day >= 0 and day // 7 == week)
                found[key[2], key[3], week, self.value(key, first)] += 1
        return found

    def last(self) -> Counter:
        return Counter((key[2], key[3], max(max(days) // 7, -1)) for key, days in self.given.items())


def in_cohort(row, scope: Scope, cohort: Cohort) -> bool:
    from_day = cohort.first_visit_from and (cohort.first_visit_from - EPOCH).days
    to_day = cohort.first_visit_to and (cohort.first_visit_to - EPOCH).days
    earlier = row.previous_first_visit_day
    return (
        row.eligibility == "eligible"
        and (scope.clinics is None or row.clinic in scope.clinics)
        and (scope.sites is None or row.site in scope.sites)
        and (not cohort.clinics or row.clinic in cohort.clinics)
        and (not cohort.sites or row.site in cohort.sites)
        and (not cohort.conditions or row.condition in cohort.conditions)
        and (not cohort.goals or row.goal in cohort.goals)
        and (from_day is None or row.start_day >= from_day)
        and (to_day is None or row.start_day <= to_day)
        and (cohort.all_episodes or earlier is None or (from_day is not None and earlier < from_day))
    )


def of_scale(counter: Counter, scale: AskedScale | None) -> Counter:
    if scale is None:
        return counter
    return Counter({key: n for key, n in counter.items() if key[:2] == (scale.instrument, scale.context)})


def counted(rows) -> Counter:
    found = [tuple(vars(row).values()) for row in rows]
    assert len({row[:-1] for row in found}) == len(found), "one row for each group of equal people"
    return Counter({row[:-1]: row[-1] for row in found})


ASKED = [(who, what) for who in SCOPES for what in COHORTS]


@pytest.mark.parametrize(("who", "what"), ASKED)
def test_counts_equal_one_person_at_a_time(store: Engine, who: str, what: str):
    scope, cohort = SCOPES[who], COHORTS[what]
    plain = Plain(store, scope, cohort)
    with reading(store) as connection:
        for scale in (None, *SCALES):
            asked = asking.score_counts(connection, scope, cohort, as_of=AS_OF, scale=scale)
            assert counted(asked.changes) == of_scale(plain.changes(), scale)
            assert counted(asked.last) == of_scale(plain.last(), scale)
            assert counted(asked.weeks) == of_scale(plain.weeks(), scale)
        found = starts.start_days(connection, scope, cohort)
    assert found == Counter(row.start_day for row in plain.people.values())


def test_the_invented_clinics_have_what_could_go_wrong(store: Engine):
    """Days with several scores, windows that are not over, missing ends, decimals."""
    plain = Plain(store, Scope("clinic"), Cohort(goals=(), all_episodes=True))
    assert any(
        len(values) > 1 and len(set(values)) > 1 for days in plain.given.values() for values in days.values()
    )
    found = plain.changes()
    assert {key[3] for key in found} == {True, False}
    assert any(key[4] is None for key in found)
    assert any(key[5] is None for key in found)
    assert any(key[5] == 45.454545 for key in found)


@pytest.mark.parametrize("who", SCOPES)
def test_scales_in_use_are_those_of_the_reader(store: Engine, who: str):
    scope = SCOPES[who]
    with reading(store) as connection:
        found = used.scales_used(connection, scope)
        people = {
            (row.clinic, row.episode_id): row.site for row in connection.execute(select(episode_outcome))
        }
        rows = list(connection.execute(select(score)))
    expected = Counter(
        AskedScale(row.instrument, row.context)
        for row in rows
        if row.reporter != "clinician"
        and (scope.clinics is None or row.clinic in scope.clinics)
        and (scope.sites is None or people[row.clinic, row.episode_id] in scope.sites)
    )
    assert found == expected
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_values_come_back_as_they_were_given(engine: Engine, tmp_path: Path):
    """They pass through whole millionths: 16.4 must stay 16.4, on both kinds of scale."""
    values = [n / 10 for n in range(0, 101, 7)]
    episodes = [make_episode(f"E{n}") for n in range(len(values))]
    scores = [
        make_score(f"E{n}", value=value, instrument=name, context=context)
        for n, value in enumerate(values)
        for name, context in (("NPRS", "usual_week"), ("AKPS", ""))
    ]
    load_tables(engine, tmp_path / "files", episodes=episodes, scores=scores)
    with reading(engine) as connection:
        found = asking.score_counts(connection, Scope("clinic"), Cohort(), as_of=AS_OF).weeks
    for name in ("NPRS", "AKPS"):
        assert sorted(row.value for row in found if row.instrument == name) == values
    assert len(rows_of(engine, "score", "value")) == 2 * len(values)


# --- how SQLite answers ------------------------------------------------------------------------------------------


def plan(engine: Engine, statement: Select) -> list[str]:
    text = str(statement.compile(engine, compile_kwargs={"literal_binds": True}))
    with reading(engine) as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]


@pytest.mark.parametrize("loaded", ["sqlite"], indirect=True)
@pytest.mark.parametrize("store", ["prepared"], indirect=True)
def test_one_scale_is_read_in_the_order_of_the_key(store: Engine):
    """The episodes first, then each one's course by its key: the other way round takes half as long again."""
    scope, cohort = Scope("clinic"), Cohort()
    people = asking.people_statement(scope, cohort, SCALES[0])
    episodes, courses = plan(store, one_pass(people, [asking.courses_by_scores(AS_OF)]))
    assert episodes == "SCAN episode_outcome"
    assert courses.startswith("SEARCH scale_course USING PRIMARY KEY (clinic=? AND episode_id=? AND")
    (first, *_) = plan(store, starts.statement(scope, cohort))
    assert "COVERING INDEX ix_episode_outcome_cohort" in first
