"""Questions by month, against plain Python over the same rows, on both databases."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from builders import Row, load_tables, make_episode, make_running, make_score, make_visit
from sqlalchemy import Engine, literal, select

from sql.cohort import EPOCH, Cohort, Scope
from sql.dialect import month_number
from sql.engine import reading
from sql.queries.months import first_day_of_month
from sql.queries.recorded_months import recorded_months
from sql.queries.recovery_months import recovery_months
from sql.queries.score_months import pain_months
from sql.schema import episode_outcome, score, visit

EARLY, LATER = (28, 42, 35), (56, 84, 70)
PAIN = ("NPRS", "VAS100")
CLINICS = ("north", "south")
SCOPES = {"all": Scope("clinic"), "one site": Scope("sharing", clinics=("north",), sites=("a",))}
COHORTS = {
    "everybody": Cohort(),
    "any goal, every episode": Cohort(goals=(), all_episodes=True),
    "a period of PFPS": Cohort(
        conditions=("pfps",), first_visit_from=date(2024, 2, 10), first_visit_to=date(2024, 5, 20)
    ),
    "whole months": Cohort(first_visit_from=date(2024, 2, 1), first_visit_to=date(2024, 5, 31)),
    "nobody": Cohort(conditions=("other",), first_visit_from=date(2024, 2, 1)),
    "a therapist": Cohort(clinics=("south",), therapists=("T1",)),
}


@pytest.fixture
def store(engine: Engine, tmp_path: Path) -> Engine:
    """Two clinics of 60 episodes with scores, answers and visits on any day."""
    for seed, clinic in enumerate(CLINICS):
        chance = random.Random(seed)
        episodes = [_episode(f"E{n}", chance) for n in range(60)]
        report = load_tables(
            engine,
            tmp_path / clinic,
            episodes=episodes,
            running=[_answer(e, chance) for e in episodes[::2]],
            scores=[row for e in episodes for row in _scores(e, chance)],
            visits=[row for e in episodes for row in _visits(e, chance)],
            request={"clinic": clinic},
        )
        assert report.status == "loaded"
    return engine


def _episode(code: str, chance: random.Random) -> Row:
    start = date(2024, 1, 1) + timedelta(chance.randrange(180))
    return make_episode(
        code,
        patient_id=chance.choice(["", *(f"P{n}" for n in range(20))]),
        condition=chance.choice(["pfps", "itbs"]),
        first_visit_date=start,
        therapist=chance.choice(["T1", "T2"]),
        site=chance.choice(["a", "b"]),
        goal=chance.choice(["", "running", "running", "gym"]),
        red_flag=chance.choice(["", "", "", "locking"]),
        return_to_run_date=chance.choice(["", start + timedelta(chance.choice([-3, 40, 83, 84, 85, 120]))]),
        last_contact_date="",
    )


def _on(episode: Row, days: int) -> date:
    return date.fromisoformat(episode["first_visit_date"]) + timedelta(days)


def _answer(episode: Row, chance: random.Random) -> Row:
    day = _on(episode, chance.choice([20, 84, 90, 182, 183, 185]))
    status = chance.choice(["not_running", "running_without_pain", "given_up"])
    return make_running(episode["episode_id"], reported_on=day, status=status)


def _scores(episode: Row, chance: random.Random) -> list[Row]:
    days = (-30, -28, -3, 0, 2, 7, 8, 27, 28, 35, 42, 43, 55, 56, 68, 70, 72, 84, 85)
    return [
        make_score(
            episode["episode_id"],
            scored_on=_on(episode, day),
            instrument=instrument,
            context=context,
            reporter=chance.choice(["patient", "", "clinician"]),
            value=chance.choice(["0", "2.5", "10", "7"]),
        )
        for day in days
        for instrument, context in (
            ("NPRS", "usual_week"),
            ("NPRS", "running"),
            ("VAS100", "usual_week"),
            ("AKPS", ""),
        )
        if chance.random() < 0.25
    ]


def _visits(episode: Row, chance: random.Random) -> list[Row]:
    days = sorted(chance.sample(range(120), chance.randrange(6)))
    statuses = ("attended", "cancelled", "did_not_attend")
    return [
        make_visit(
            episode["episode_id"], visit_date=_on(episode, day), status=chance.choice(statuses), treatments=""
        )
        for day in days
    ]


# --- the same in plain Python -------------------------------------------------------------------------------------


def start_of(row) -> date:
    return EPOCH + timedelta(row.start_day)


def month_of(day: date) -> date:
    return day.replace(day=1)


def asked_about(row, scope: Scope, cohort: Cohort, *, in_period: bool = True) -> bool:
    lists = (
        (cohort.clinics, row.clinic),
        (cohort.therapists, row.therapist),
        (cohort.conditions, row.condition),
        (cohort.goals, row.goal),
        (scope.clinics, row.clinic),
        (scope.sites, row.site),
    )
    if any(values and value not in values for values, value in lists):
        return False
    if not in_period:
        return True
    first, last = cohort.first_visit_from or date.min, cohort.first_visit_to or date.max
    if not first <= start_of(row) <= last:
        return False
    before = row.previous_first_visit_day
    return cohort.all_episodes or before is None or EPOCH + timedelta(before) < first


@pytest.fixture
def rows(store: Engine) -> dict[str, list]:
    with reading(store) as connection:
        return {t.name: list(connection.execute(select(t))) for t in (episode_outcome, score, visit)}


@pytest.mark.parametrize("who", SCOPES)
@pytest.mark.parametrize("what", COHORTS)
def test_by_month(store: Engine, rows, who: str, what: str):
    scope, cohort = SCOPES[who], COHORTS[what]
    starters = [row for row in rows["episode_outcome"] if asked_about(row, scope, cohort)]
    ends = Counter(
        (
            month_of(start_of(row)),
            row.eligibility,
            183 if row.day > 182 else 182 if row.day > 84 else row.day,
            row.outcome if row.day <= 182 else "censored",
        )
        for row in starters
    )
    own = defaultdict(list)
    for row in rows["score"]:
        if row.reporter != "clinician":
            own[row.clinic, row.episode_id].append(row)
    scored, pairs = Counter(), Counter()
    for person in starters:
        if person.eligibility != "eligible":
            continue
        days = [((s.scored_on - start_of(person)).days, s) for s in own[person.clinic, person.episode_id]]
        if any(-28 <= day <= 84 for day, _ in days):
            given = tuple(any(a <= day <= b for day, _ in days) for a, b in ((-28, 7), EARLY[:2], LATER[:2]))
            scored[month_of(start_of(person)), *given] += 1
        for scale in {(s.instrument, s.context) for _, s in days if s.instrument in PAIN}:
            of_scale = [(day, s.value) for day, s in days if (s.instrument, s.context) == scale]
            baseline = [(day > 0, abs(day), -value) for day, value in of_scale if -28 <= day <= 7]
            later = [(abs(day - 70), day, -value) for day, value in of_scale if 56 <= day <= 84]
            if baseline and later:
                pairs[month_of(start_of(person)), *scale, min(baseline)[2] - min(later)[2]] += 1
    people = {
        (row.clinic, row.episode_id)
        for row in rows["episode_outcome"]
        if asked_about(row, scope, cohort, in_period=False)
    }
    first, last = cohort.first_visit_from or date.min, cohort.first_visit_to or date.max
    seen = defaultdict(list)
    for row in rows["visit"]:
        if (row.clinic, row.episode_id) in people and first <= row.visit_date <= last:
            seen[month_of(row.visit_date), row.status].append((row.clinic, row.episode_id))
    with reading(store) as connection:
        months = recorded_months(connection, scope, cohort, EARLY[:2], LATER[:2])
        found = recovery_months(connection, scope, cohort)
        assert {(r.month, r.eligibility, r.day, r.outcome): r.episodes for r in found} == ends
        assert {(r.month, r.baseline, r.early, r.later): r.people for r in months.scored} == scored
        changed = pain_months(connection, scope, cohort, PAIN)
        assert {(r.month, r.instrument, r.context, r.change): r.people for r in changed} == pairs
    visits = {(r.month, r.status): (r.visits, r.people) for r in months.visits}
    assert visits == {key: (len(who), len(set(who))) for key, who in seen.items()}
    if what == "everybody" and who == "all":
        assert min(map(len, (ends, scored, pairs, visits))) > 8


def test_the_number_of_a_month(engine: Engine):
    days = [date(1970, 1, 1), date(1999, 12, 31), date(2000, 2, 29), date(2024, 12, 1), date(2025, 1, 31)]
    for year in (1950, 1972, 2023, 2024, 2099):  # the first and last day of each month
        starts = [date(year + month // 12, month % 12 + 1, 1) for month in range(13)]
        days += [*starts, *(date.fromordinal(day.toordinal() - 1) for day in starts[1:])]
    with reading(engine) as connection:
        for day in days:
            number = connection.scalar(select(month_number(literal((day - EPOCH).days))))
            assert first_day_of_month(number) == day.replace(day=1)
