"""Questions about a cohort, against plain Python over the same rows: every filter, grouping and scope."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from builders import Row, fresh_file, load_tables, make_episode, make_running, make_visit
from sqlalchemy import Engine, event, func, select

from sql.cohort import GROUPING_FIELDS, Cohort, Scope, in_group_order
from sql.engine import open_engine, reading
from sql.queries.filter_counts import filter_counts
from sql.queries.intake_counts import IntakeCounts, intake_counts
from sql.queries.option_counts import option_counts
from sql.queries.recovery_counts import recovery_counts
from sql.queries.store_facts import as_of, store_facts, store_version, therapists_besides
from sql.schema import episode_outcome

AS_OF = {"north": date(2024, 12, 31), "south": date(2025, 1, 31)}
IN_CARE_DAYS = 42
EPOCH = date(1970, 1, 1)


# --- a store with everything in it --------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Two clinics with 120 episodes each, loaded once."""
    folder = tmp_path_factory.mktemp("queries")
    if request.param == "sqlite":
        url = fresh_file(folder / "store.db", request.getfixturevalue("sqlite_template"))
    else:
        server = request.getfixturevalue("postgresql_server")
        server.create("rtr_queries", template=request.getfixturevalue("postgresql_template"))
        url = server.address("rtr_queries")
    engine = open_engine(url)
    for seed, clinic in enumerate(AS_OF):
        fill(engine, folder / clinic, clinic, random.Random(seed))
    yield engine
    engine.dispose()
    if request.param == "postgresql":
        server.drop("rtr_queries")


def fill(engine: Engine, folder: Path, clinic: str, chance: random.Random) -> None:
    episodes = [invented(f"E{n}", chance) for n in range(120)]
    told = [
        make_running(e["episode_id"], reported_on=later(e, chance.randrange(1, 100)), status=status)
        for e in episodes
        if (status := chance.choice(["", "not_running", "running_without_pain", "given_up"]))
    ]
    seen = [make_visit(e["episode_id"], visit_date=later(e, chance.randrange(90))) for e in episodes[::2]]
    report = load_tables(
        engine,
        folder,
        episodes=episodes,
        running=told,
        visits=seen,
        request={"clinic": clinic, "as_of": AS_OF[clinic]},
    )
    assert report.exit_code == 0


def invented(code: str, chance: random.Random) -> Row:
    start = date(2024, 1, 1) + timedelta(chance.randrange(240))
    discharged = chance.choice(["", (start + timedelta(70)).isoformat()])
    return make_episode(
        code,
        patient_id=chance.choice(["", *(f"P{n}" for n in range(40))]),
        condition=chance.choice(["pfps", "itbs", "other"]),
        first_visit_date=start,
        onset_date=chance.choice(["", (start - timedelta(chance.choice([10, 100, 300, 500]))).isoformat()]),
        therapist=chance.choice(["T1", "T2", "unknown"]),
        site=chance.choice(["a", "b"]),
        sex=chance.choice(["", "female", "male"]),
        age_band=chance.choice(["", "18_24", "65_plus"]),
        side=chance.choice(["", "left", "both"]),
        goal=chance.choice(["", "running", "running", "running", "gym"]),
        earlier_episodes=chance.choice(["", "0", "3"]),
        red_flag=chance.choice(["", "", "", "locking"]),
        return_to_run_date=chance.choice(
            ["", "", (start + timedelta(chance.choice([-3, 40, 120]))).isoformat()]
        ),
        discharge_date=discharged,
        discharge_reason=chance.choice(["goals_met", "lost_to_follow_up"]) if discharged else "",
        last_contact_date="",
    )


def later(episode: Row, days: int) -> str:
    return (date.fromisoformat(episode["first_visit_date"]) + timedelta(days)).isoformat()


# --- the questions in plain Python --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def outcomes(store: Engine) -> list[object]:
    with reading(store) as connection:
        rows = list(connection.execute(select(episode_outcome)))
    assert len(rows) == 240
    return rows


def number(day: date) -> int:
    return (day - EPOCH).days


def in_scope(row, scope: Scope) -> bool:
    return (scope.clinics is None or row.clinic in scope.clinics) and (
        scope.sites is None or row.site in scope.sites
    )


def selected(row, cohort: Cohort) -> bool:
    listed = {
        "clinic": cohort.clinics,
        "site": cohort.sites,
        "therapist": cohort.therapists,
        "condition": cohort.conditions,
        "symptom_duration": cohort.symptom_durations,
    }
    return (
        all(not values or getattr(row, name) in values for name, values in listed.items())
        and (cohort.first_visit_from is None or row.start_day >= number(cohort.first_visit_from))
        and (cohort.first_visit_to is None or row.start_day <= number(cohort.first_visit_to))
    )


def is_first(row, cohort: Cohort) -> bool:
    if cohort.all_episodes or row.previous_first_visit_day is None:
        return True
    return cohort.first_visit_from is not None and row.previous_first_visit_day < number(
        cohort.first_visit_from
    )


def has_goal(row, cohort: Cohort) -> bool:
    return not cohort.goals or row.goal in cohort.goals


def became(row, day: date) -> str:
    recent = row.start_day + row.last_day >= number(day) - IN_CARE_DAYS
    if row.standing == "no_contact":
        return "in_care" if recent else "cannot_count"
    if row.standing == "open":
        return "in_care" if recent else "lost"
    return "discharged_unrecorded" if row.standing == "discharged" else row.standing


def group_of(row, by: str | None) -> str:
    if by is None:
        return "all"
    return f"{row.clinic}/{getattr(row, by)}" if by in ("site", "therapist") else getattr(row, by)


def counted(rows, scope: Scope, cohort: Cohort, by: str | None, day: date) -> Counter[tuple[object, ...]]:
    return Counter(
        (
            group_of(row, by), row.eligibility, row.day, row.outcome, row.late_day, row.late_outcome, became(row, day),
        )
        for row in rows
        if in_scope(row, scope) and selected(row, cohort) and is_first(row, cohort) and has_goal(row, cohort)
    )  # fmt: skip


def first_reason(row, cohort: Cohort) -> str:
    """Why an episode is not in the curve, the first reason that holds."""
    if not is_first(row, cohort):
        return "later_episode"
    if not has_goal(row, cohort):
        return "goal_unknown" if row.goal == "unknown" else "other_goal"
    return "in_curve" if row.eligibility == "eligible" else row.eligibility


# --- every question -----------------------------------------------------------------------------------------------

SCOPES = {
    "everything": Scope("clinic"),
    "one clinic": Scope("clinic", clinics=("north",)),
    "no clinic": Scope("clinic", clinics=()),
    "one site": Scope("sharing", sites=("a",)),
    "a site of a clinic": Scope("clinic", clinics=("south",), sites=("b",)),
    "own caseload": Scope("clinic", clinics=("north",), own=("north", "T1")),
}
COHORTS = {
    "everybody": Cohort(),
    "clinic": Cohort(clinics=("south",)),
    "both clinics": Cohort(clinics=("south", "north")),
    "site": Cohort(sites=("a",)),
    "therapist": Cohort(therapists=("T1",)),
    "therapists": Cohort(therapists=("T1", "unknown")),
    "condition": Cohort(conditions=("pfps",)),
    "conditions": Cohort(conditions=("pfps", "itbs")),
    "duration": Cohort(symptom_durations=("up_to_6_weeks", "unknown")),
    "from": Cohort(first_visit_from=date(2024, 4, 1)),
    "to": Cohort(first_visit_to=date(2024, 4, 30)),
    "period": Cohort(first_visit_from=date(2024, 3, 1), first_visit_to=date(2024, 5, 31)),
    "all goals": Cohort(goals=()),
    "another goal": Cohort(goals=("gym", "unknown")),
    "all episodes": Cohort(all_episodes=True),
    "a period's all episodes": Cohort(first_visit_from=date(2024, 4, 1), all_episodes=True),
    "everything at once": Cohort(
        clinics=("north",), sites=("a",), therapists=("T1", "T2"), conditions=("pfps", "other"),
        symptom_durations=("up_to_4_months", "unknown"), first_visit_from=date(2024, 2, 1),
        first_visit_to=date(2024, 8, 31), goals=("running", "unknown"),
    ),
}  # fmt: skip


ASKED = [
    *(("everything", what) for what in COHORTS),
    *product(SCOPES, ("everybody", "all goals", "period", "everything at once")),
]


@pytest.mark.parametrize("by", [None, *GROUPING_FIELDS])
def test_recovery_counts(store, outcomes, by):
    day = AS_OF["north"]
    with reading(store) as connection:
        for who, what in ASKED:
            scope, cohort = SCOPES[who], COHORTS[what]
            rows = recovery_counts(
                connection, scope, cohort, as_of=day, in_care_days=IN_CARE_DAYS, by=by, several_clinics=True
            )
            got = Counter({astuple(row)[:-1]: row.episodes for row in rows})
            assert len(rows) == len(got), "one row for each group of equal people"
            assert got == counted(outcomes, scope, cohort, by, day), (who, what)


def test_one_clinic_alone_does_not_name_itself(store):
    with reading(store) as connection:
        rows = recovery_counts(
            connection,
            SCOPES["one clinic"],
            Cohort(),
            as_of=AS_OF["north"],
            in_care_days=IN_CARE_DAYS,
            by="site",
        )
    assert {row.group for row in rows} == {"a", "b"}


@pytest.mark.parametrize("days", [7, 42, 365])
def test_in_care_depends_on_the_day_and_on_how_long_a_contact_lasts(store, outcomes, days):
    day = date(2024, 9, 15)
    with reading(store) as connection:
        rows = recovery_counts(connection, Scope("clinic"), Cohort(), as_of=day, in_care_days=days)
    in_care = sum(row.episodes for row in rows if row.became == "in_care")
    assert in_care == sum(
        row.standing in ("open", "no_contact") and row.start_day + row.last_day >= number(day) - days
        for row in outcomes
        if is_first(row, Cohort()) and row.goal == "running"
    )


def test_grouping_by_anything_else_is_an_error(store):
    with reading(store) as connection, pytest.raises(ValueError, match="cannot group by 'patient_id'"):
        recovery_counts(
            connection, Scope("clinic"), Cohort(), as_of=AS_OF["north"], in_care_days=42, by="patient_id"
        )


@pytest.mark.parametrize("what", COHORTS)
def test_intake_counts(store, outcomes, what):
    cohort = COHORTS[what]
    with reading(store) as connection:
        for who, scope in SCOPES.items():
            reasons = Counter(
                first_reason(row, cohort)
                for row in outcomes
                if in_scope(row, scope) and selected(row, cohort)
            )
            assert intake_counts(connection, scope, cohort) == IntakeCounts(**reasons), who


@pytest.mark.parametrize("what", COHORTS)
def test_filter_counts(store, outcomes, what):
    """Everybody of the period once, by which filters they meet."""
    cohort = COHORTS[what]
    whole = cohort.without_filters()
    filters = {
        "clinic": cohort.clinics, "site": cohort.sites, "therapist": cohort.therapists,
        "condition": cohort.conditions, "symptom_duration": cohort.symptom_durations,
    }  # fmt: skip
    with reading(store) as connection:
        for who, scope in SCOPES.items():
            started, in_curve = Counter(), Counter()
            for row in outcomes:
                goal = not cohort.goals or row.goal in cohort.goals
                if in_scope(row, scope) and selected(row, whole) and is_first(row, cohort) and goal:
                    met = tuple(getattr(row, name) in values for name, values in filters.items() if values)
                    started[met] += 1
                    in_curve[met] += row.eligibility == "eligible"
            found = filter_counts(connection, scope, cohort)
            assert {row.met: row.started for row in found if row.started} == started, who
            assert {row.met: row.in_curve for row in found if row.started} == in_curve, who


def test_intake_counts_meet_every_reason(outcomes):
    """The invented clinics would not show a forgotten reason if nobody had it."""
    assert {first_reason(row, Cohort()) for row in outcomes} == set(vars(IntakeCounts()))


@pytest.mark.parametrize("who", SCOPES)
def test_store_facts(store, outcomes, who):
    scope = SCOPES[who]
    clinics = tuple(code for code in AS_OF if scope.clinics is None or code in scope.clinics)
    seen = [row for row in outcomes if in_scope(row, scope)]
    with reading(store) as connection:
        facts = store_facts(connection, scope)
    assert facts.clinics == clinics
    assert facts.sites == tuple(
        (code, site) for code in clinics for site in ("a", "b") if scope.sites is None or site in scope.sites
    )
    assert facts.therapists == tuple((code, who) for code in clinics for who in ("T1", "T2", "unknown"))
    assert facts.as_of == min((AS_OF[code] for code in clinics), default=None)
    assert (facts.sample, facts.version) == (False, len(clinics))
    assert set(facts.conditions) == {row.condition for row in seen}
    starts = [EPOCH + timedelta(row.start_day) for row in seen]
    assert (facts.first_start, facts.last_start) == (min(starts, default=None), max(starts, default=None))


def test_several_clinics_are_as_old_as_the_oldest(store):
    with reading(store) as connection:
        assert as_of(connection, ("north",)) == AS_OF["north"]
        assert as_of(connection, ("south",)) == AS_OF["south"]
        assert as_of(connection, ("south", "north")) == AS_OF["north"]
        assert as_of(connection, ()) is None
        assert store_version(connection) == 2


def test_an_empty_store_has_no_facts(engine):
    with reading(engine) as connection:
        facts = store_facts(connection, Scope("clinic"))
        assert (facts.clinics, facts.as_of, facts.first_start, facts.sample, facts.version) == (
            (),
            None,
            None,
            False,
            0,
        )
        assert store_version(connection) == 0
        assert intake_counts(connection, Scope("clinic"), Cohort()) == IntakeCounts()


@pytest.mark.parametrize("what", COHORTS)
def test_therapists_besides(store, outcomes, what):
    cohort = COHORTS[what]
    with reading(store) as connection:
        for who, scope in SCOPES.items():
            others = Counter(
                (row.clinic, row.therapist)
                for row in outcomes
                if in_scope(row, scope)
                and selected(row, cohort)
                and is_first(row, cohort)
                and has_goal(row, cohort)
                if (row.clinic, row.therapist) != ("north", "T1")
            )
            found = therapists_besides(connection, scope, cohort, ("north", "T1"))
            assert found == (len(others), others.total()), who


def test_groups_stand_in_contract_order_and_unknown_last():
    assert in_group_order("condition", ["other", "itbs", "pfps"]) == ["pfps", "itbs", "other"]
    assert in_group_order("sex", ["unknown", "male", "female"]) == ["female", "male", "unknown"]
    assert in_group_order("therapist", ["unknown", "T2", "T10"]) == ["T10", "T2", "unknown"]
    assert in_group_order(None, ["all"]) == ["all"]


# --- one state at a time ------------------------------------------------------------------------------------------


def test_a_reader_sees_one_state_while_others_load(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode()])
    episodes = select(func.count()).select_from(episode_outcome)
    with reading(engine) as connection:
        assert connection.scalar(episodes) == 1
        load_tables(engine, tmp_path / "2", episodes=[make_episode("E2")])
        assert connection.scalar(episodes) == 1
    with reading(engine) as connection:
        assert connection.scalar(episodes) == 2


# --- how SQLite answers -------------------------------------------------------------------------------------------


@dataclass
class Asked:
    """Statements about outcomes that a question runs."""

    statements: list[tuple[str, object]]

    def note(self, _connection, _cursor, statement: str, parameters: object, *_: object) -> None:
        if "FROM episode_outcome" in statement:
            self.statements.append((statement, parameters))


def plans_of(engine: Engine, ask) -> list[str]:
    """The plan of every statement about outcomes that `ask(connection)` runs."""
    asked = Asked([])
    with reading(engine) as connection:
        event.listen(engine, "before_cursor_execute", asked.note)
        ask(connection)
        event.remove(engine, "before_cursor_execute", asked.note)
        return [
            " / ".join(
                row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            )
            for statement, parameters in asked.statements
        ]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_every_question_reads_the_covering_index_and_never_the_table(store):
    """With one used column missing from it, SQLite would be five times slower, and say nothing."""
    for who, what in ASKED:
        scope, cohort = SCOPES[who], COHORTS[what]
        for by in (None, *GROUPING_FIELDS):
            plans = plans_of(
                store,
                lambda connection, by=by, cohort=cohort, scope=scope: recovery_counts(
                    connection,
                    scope,
                    cohort,
                    as_of=AS_OF["north"],
                    in_care_days=42,
                    by=by,
                    several_clinics=True,
                ),
            )
            assert len(plans) == 1
            assert "COVERING INDEX ix_episode_outcome_cohort" in plans[0], (by, cohort, scope)
        others = plans_of(
            store,
            lambda connection, cohort=cohort, scope=scope: [
                intake_counts(connection, scope, cohort),
                filter_counts(connection, scope, cohort),
                therapists_besides(connection, scope, cohort, ("north", "T1")),
                store_facts(connection, scope),
                option_counts(connection, scope),
            ],
        )
        assert len(others) == 5
        assert [plan for plan in others if "COVERING INDEX ix_episode_outcome_cohort" not in plan] == [], (
            cohort
        )
