"""Completeness, quality and the people behind them, against plain Python over the same rows."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from builders import AS_OF, load_tables, make_episode, make_running, make_score, make_visit
from sqlalchemy import select

from sql import reference, schema
from sql.cohort import Cohort, Scope
from sql.engine import reading
from sql.queries.completeness_counts import MEASURES, completeness_counts
from sql.queries.people import MOST_PEOPLE, NotForSharing, people
from sql.queries.people_lists import PeopleList
from sql.queries.privacy_counts import PrivacyCounts, privacy_counts
from sql.queries.quality_counts import RULES, quality_counts, selected_episodes

EPOCH = date(1970, 1, 1)
COHORTS = {
    "all": Cohort(),
    "any goal": Cohort(goals=()),
    "site": Cohort(sites=("a",)),
    "therapist": Cohort(therapists=("T1",), all_episodes=True),
    "period": Cohort(
        first_visit_from=date(2024, 3, 1), first_visit_to=date(2024, 8, 31), conditions=("pfps",)
    ),
}
SCOPES = {
    "clinic": Scope("clinic"),
    "site b": Scope("clinic", sites=("b",)),
    "own": Scope("sharing", clinics=("main",), own=("main", "T1")),
}


@pytest.fixture
def store(engine, tmp_path):
    chance = random.Random(60)
    episodes, running, scores, visits = [], [], [], []
    for n in range(150):
        code, start = f"E{n}", date(2024, 1, 1) + timedelta(chance.randrange(360))

        def day(low, high, start=start):
            return min(start + timedelta(chance.randint(low, high)), AS_OF).isoformat()

        discharged = day(10, 80) if chance.random() < 0.5 else None
        stopped = day(5, 200) if chance.random() < 0.15 else None
        episodes.append(
            make_episode(
                code,
                patient_id=chance.choice([None, *(f"P{i}" for i in range(60))]),
                condition=chance.choice(["pfps", "pfps", "itbs"]),
                side=chance.choice([None, "left"]),
                first_visit_date=chance.choice([start, start.replace(day=1)]),
                therapist=chance.choice(["T1", "T2", "unknown"]),
                site=chance.choice(["a", "b"]),
                goal=chance.choice(["running", "running", "gym", None]),
                red_flag=chance.choice([None, None, None, "locking"]),
                return_to_run_date=day(-2, 150) if chance.random() < 0.3 else None,
                discharge_date=discharged if discharged and discharged >= start.isoformat() else None,
                discharge_reason=chance.choice(["goals_met", "lost_to_follow_up"]) if discharged else None,
                stopped_date=stopped,
                stopped_reason="surgery" if stopped else None,
                last_contact_date=day(0, 200) if chance.random() < 0.8 else None,
            )
        )
        if chance.random() < 0.2:
            running.append(make_running(code, reported_on=day(20, 120)))
            running.append(
                make_running(code, reported_on=day(121, 200), status="running_with_pain", source="clinician")
            )
        equal = chance.choice([None, 0, 5])
        scores += [
            make_score(
                code,
                scored_on=min(start + timedelta(offset), AS_OF).isoformat(),
                value=chance.randrange(11) if equal is None else equal,
                reporter=chance.choice([None, None, "patient", "clinician"]),
            )
            for offset in sorted({chance.randint(-28, 100) for _ in range(chance.randrange(7))})
        ]
        visits += [
            make_visit(
                code,
                visit_date=min(start + timedelta(offset), AS_OF).isoformat(),
                status=chance.choice(["attended", "attended", "cancelled"]),
            )
            for offset in sorted({chance.randint(-3, 90) for _ in range(chance.randrange(4))})
        ]
    episodes += [  # two and two that are alike in everything
        make_episode(
            f"S{n}",
            onset_date="2023-11-01" if n < 2 else None,
            patient_id=None if n < 2 else "twin",
            first_visit_date="2024-02-05",
        )
        for n in range(4)
    ]
    episodes.append(make_episode("R1", relapse_date="2024-03-01"))
    episodes.append(make_episode("R2", return_to_run_date="2024-01-10"))
    load_tables(engine, tmp_path / "clinic", episodes=episodes, running=running, scores=scores, visits=visits)
    return engine


@pytest.fixture
def rows(store):
    """Every episode with its outcome, scores and attended visits."""
    with reading(store) as connection:

        def all_of(table):
            return connection.execute(select(table)).all()

        outcomes = {row.episode_id: row for row in all_of(schema.episode_outcome)}
        scores, visits = {}, {}
        for row in all_of(schema.score):
            scores.setdefault(row.episode_id, []).append(row)
        for row in all_of(schema.visit):
            if row.status == "attended":
                visits.setdefault(row.episode_id, []).append(row.visit_date)
        return [
            (outcomes[e.episode_id], e, scores.get(e.episode_id, []), visits.get(e.episode_id, []))
            for e in all_of(schema.episode)
        ]


def may_see(o, scope):
    return (scope.sites is None or o.site in scope.sites) and (
        scope.clinics is None or o.clinic in scope.clinics
    )


def is_selected(o, cohort):
    start = EPOCH + timedelta(o.start_day)
    return (
        (not cohort.sites or o.site in cohort.sites)
        and (not cohort.therapists or o.therapist in cohort.therapists)
        and (not cohort.conditions or o.condition in cohort.conditions)
        and (cohort.first_visit_from is None or start >= cohort.first_visit_from)
        and (cohort.first_visit_to is None or start <= cohort.first_visit_to)
    )


def is_in_curve(o, cohort):
    first = cohort.all_episodes or o.previous_first_visit_day is None
    if not first and cohort.first_visit_from is not None:
        first = EPOCH + timedelta(o.previous_first_visit_day) < cohort.first_visit_from
    goal = not cohort.goals or o.goal in cohort.goals
    return is_selected(o, cohort) and first and goal and o.eligibility == "eligible"


def due_and_known(o, e, scores, measure):
    due = e.first_visit_date + timedelta(measure.due_day) <= AS_OF
    if measure.first_day is None:
        return due, not (o.outcome == "censored" and o.day <= measure.due_day)
    days = [(s.scored_on - e.first_visit_date).days for s in scores if s.reporter in ("", "patient")]
    return due, any(measure.first_day <= day <= measure.due_day for day in days)


def equal_scores(scores):
    kinds = {}
    for s in scores:
        if s.reporter in ("", "patient"):
            kinds.setdefault((s.instrument, s.context), []).append(s.value)
    scales = reference.instruments()
    return any(
        len(values) >= 4
        and len(set(values)) == 1
        and values[0] != (scales[name].low if scales[name].better == "lower" else scales[name].high)
        for (name, _), values in kinds.items()
    )


def twins(rows):
    people = Counter((e.patient_id, e.condition, e.side, e.first_visit_date) for _, e, *_ in rows)
    contents = Counter(content(e) for _, e, *_ in rows if e.patient_id is None)
    return people, contents


def content(e):
    return (
        e.condition, e.side, e.first_visit_date, e.onset_from, e.onset_to, e.therapist, e.site, e.sex,
        e.age_band, e.goal, e.weekly_km_before,
    )  # fmt: skip


def broken(row, people, contents):
    """The rules that hold for an episode."""
    o, e, scores, visits = row
    returned_on = None if o.return_day is None else e.first_visit_date + timedelta(o.return_day)
    found = {
        "visit_after_discharge": e.discharge_date is not None and any(v > e.discharge_date for v in visits),
        "visit_before_first": any(v < e.first_visit_date for v in visits),
        "already_running": o.eligibility == "already_running",
        "early_return": o.return_day is not None and 0 <= o.return_day < 3,
        "relapse_before_return": returned_on is not None
        and (
            (o.relapse_day is not None and o.relapse_day < o.return_day)
            or (e.relapse_date is not None and e.relapse_date < returned_on)
        ),
        "relapse_without_return": e.relapse_date is not None and o.return_day is None,
        "return_on_visit_day": o.return_day is not None and o.return_day > 0 and returned_on in visits,
        "after_last_contact": o.late_day is not None,
        "goals_met_without_return": e.discharge_reason == "goals_met"
        and o.goal == "running"
        and o.return_day is None,
        "no_contact": o.standing == "no_contact",
        "scores_all_equal": equal_scores(scores),
        "goal_unknown": e.goal is None,
        "no_therapist": e.therapist in ("", "unknown", "not_recorded"),
        "same_person_twice": e.patient_id is not None
        and people[e.patient_id, e.condition, e.side, e.first_visit_date] > 1,
        "same_content": e.patient_id is None and e.onset_from is not None and contents[content(e)] > 1,
    }
    return {name for name, holds in found.items() if holds}


def test_completeness_equals_the_plain_count(store, rows):
    with reading(store) as connection:
        for scope in SCOPES.values():
            for cohort in COHORTS.values():
                expected = Counter()
                for o, e, scores, _ in rows:
                    if may_see(o, scope) and is_in_curve(o, cohort):
                        key = (f"{e.first_visit_date:%Y-%m}", e.therapist)
                        expected[key, "started"] += 1
                        for measure in MEASURES.values():
                            due, known = due_and_known(o, e, scores, measure)
                            expected[key, measure.name, "due"] += due
                            expected[key, measure.name, "known"] += due and known
                found = Counter()
                for count in completeness_counts(connection, scope, cohort, as_of=AS_OF):
                    key = (count.month, count.therapist)
                    found[key, "started"] += count.started
                    for place, name in enumerate(MEASURES):
                        found[key, name, "due"] += count.due[place]
                        found[key, name, "known"] += count.known[place]
                assert found == expected


def test_quality_equals_the_plain_count(store, rows):
    people, contents = twins(rows)
    seen = set()
    with reading(store) as connection:
        for scope in SCOPES.values():
            for cohort in COHORTS.values():
                mine = [row for row in rows if may_see(row[0], scope) and is_selected(row[0], cohort)]
                expected = Counter(name for row in mine for name in broken(row, people, contents))
                found = quality_counts(connection, scope, cohort)
                assert found.episodes == len(mine) == selected_episodes(connection, scope, cohort)
                assert found.found == {name: expected[name] for name in RULES}
                seen |= {name for name, count in found.found.items() if count}
    assert seen >= set(RULES) - {"relapse_before_return"}, "every rule has found somebody"


def test_a_relapse_stated_before_the_reported_return_is_found(engine, tmp_path):
    load_tables(
        engine,
        tmp_path,
        episodes=[make_episode(return_to_run_date="2024-02-01", relapse_date="2024-02-10")],
        running=[make_running(reported_on="2024-03-04")],
    )
    with reading(engine) as connection:
        assert quality_counts(connection, Scope("clinic"), Cohort()).found["relapse_before_return"] == 1


def lists():
    yield from (PeopleList("missing", name) for name in MEASURES)
    yield from (PeopleList("not_followed", name) for name in ("running_week_12", "running_week_26"))
    yield from (PeopleList("rule", name) for name in RULES)
    classes = ("returned", "in_care", "stopped", "discharged_unrecorded", "lost", "cannot_count")
    yield from (PeopleList("became", name) for name in classes)
    yield PeopleList("missing", "week_6_score", month="2024-03")
    yield PeopleList("missing", "running_week_12", month="2024-04", therapist="T2")


def is_behind(row, wanted, cohort, people, contents):
    o, e, scores, _ = row
    if wanted.month is not None and f"{e.first_visit_date:%Y-%m}" != wanted.month:
        return False
    if wanted.therapist is not None and e.therapist != wanted.therapist:
        return False
    if wanted.kind == "rule":
        return is_selected(o, cohort) and wanted.name in broken(row, people, contents)
    if wanted.kind == "became":
        recent = EPOCH + timedelta(o.start_day + o.last_day) >= AS_OF - timedelta(42)
        word = {
            "no_contact": "in_care" if recent else "cannot_count",
            "open": "in_care" if recent else "lost",
            "discharged": "discharged_unrecorded",
        }.get(o.standing, o.standing)
        in_question = is_in_curve(o, cohort) or (
            o.eligibility != "eligible" and is_in_curve(o._replace_eligibility(), cohort)
        )
        return in_question and word == wanted.name
    due, known = due_and_known(o, e, scores, MEASURES[wanted.name])
    return is_in_curve(o, cohort) and not known and (due or wanted.kind == "not_followed")


class Eligible:
    """An outcome row that also knows itself without its eligibility."""

    def __init__(self, row):
        self._row = row

    def __getattr__(self, name):
        return getattr(self._row, name)

    def _replace_eligibility(self):
        values = {**self._row._mapping, "eligibility": "eligible"}
        return type("Row", (), values)()


def test_the_people_are_those_behind_the_count(store, rows):
    persons, contents = twins(rows)
    rows = [(Eligible(o), e, scores, visits) for o, e, scores, visits in rows]
    with reading(store) as connection:
        for scope in SCOPES.values():
            for cohort in COHORTS.values():
                for wanted in lists():
                    expected = {
                        row[1].token
                        for row in rows
                        if may_see(row[0], scope)
                        and (scope.own is None or row[0].therapist == scope.own[1])
                        and is_behind(row, wanted, cohort, persons, contents)
                    }
                    found = people(connection, scope, cohort, wanted, as_of=AS_OF, in_care_days=42)
                    assert {person.token for person in found.people} == expected, wanted
                    assert found.total == len(expected)


def test_a_person_says_what_is_missing(store, rows):
    by_token = {e.token: (o, e, scores) for o, e, scores, _ in rows}
    with reading(store) as connection:
        listed = people(
            connection, Scope("clinic"), Cohort(), PeopleList("became", "lost"), as_of=AS_OF, in_care_days=42
        )
    assert listed.people
    for person in listed.people:
        o, e, scores = by_token[person.token]
        for name, measure in MEASURES.items():
            due, known = due_and_known(o, e, scores, measure)
            assert person.known[name] == (known if due else None)
        assert (person.short_code, person.first_visit) == (e.short_code, e.first_visit_date)


def test_at_most_200_the_latest_first(engine, tmp_path):
    episodes = [
        make_episode(f"E{n}", first_visit_date=date(2024, 1, 1) + timedelta(n), last_contact_date=None)
        for n in range(MOST_PEOPLE + 5)
    ]
    load_tables(engine, tmp_path, episodes=episodes)
    with reading(engine) as connection:
        found = people(
            connection, Scope("clinic"), Cohort(), PeopleList("missing", "baseline_score"),
            as_of=AS_OF, in_care_days=42,
        )  # fmt: skip
    assert (found.total, len(found.people)) == (MOST_PEOPLE + 5, MOST_PEOPLE)
    assert found.people[0].first_visit > found.people[-1].first_visit


@pytest.mark.parametrize("scope", [Scope("sharing"), Scope("sharing", clinics=("main",))])
def test_nobody_is_listed_for_sharing(store, scope):
    with reading(store) as connection, pytest.raises(NotForSharing):
        people(connection, scope, Cohort(), PeopleList("became", "lost"), as_of=AS_OF, in_care_days=42)


def test_a_list_that_is_not_there_is_refused(store):
    with reading(store) as connection, pytest.raises(ValueError, match="no list"):
        people(
            connection, Scope("clinic"), Cohort(), PeopleList("rule", "nothing"), as_of=AS_OF, in_care_days=42
        )


# --- how far people stand out --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scope", [Scope("clinic"), Scope("clinic", sites=("b",)), Scope("clinic", clinics=())]
)
@pytest.mark.parametrize("k", [1, 5, 8, 500])
def test_privacy_counts(store, rows, scope, k):
    groups = Counter((o.age_band, o.sex, o.condition, o.site) for o, *_ in rows if may_see(o, scope))
    sizes = list(groups.values())
    with reading(store) as connection:
        found = privacy_counts(connection, scope, k)
    assert found == PrivacyCounts(
        episodes=sum(sizes),
        groups=len(sizes),
        smallest=min(sizes, default=None),
        alone=sum(size == 1 for size in sizes),
        below_k=sum(size for size in sizes if size < k),
    )
