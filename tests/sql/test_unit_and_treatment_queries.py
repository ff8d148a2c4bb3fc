"""Questions about units, assessment and treatment, against plain Python over the rows, on both databases."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import astuple
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from builders import (
    Row,
    fresh_file,
    load_tables,
    make_assessment,
    make_episode,
    make_running,
    make_score,
    make_visit,
)
from sqlalchemy import Engine, event, select

from sql.cohort import Cohort, Scope
from sql.engine import open_engine, reading
from sql.pain_scores import PainQuestion
from sql.queries.assessment_counts import change_sums
from sql.queries.care_counts import care_counts, settled_people
from sql.queries.pain_question import USUAL, pain_question
from sql.queries.unit_counts import unit_counts
from sql.queries.unit_expected_changes import expected_questions, unit_expected_changes
from sql.schema import assessment, episode, episode_outcome, running_report, score, visit

AS_OF = date(2024, 12, 31)
EPOCH = date(1970, 1, 1)
CLINICS = ("north", "south")
STRENGTH = "hip_abductor_strength_n_per_kg"
MEASURES = (STRENGTH, "step_rate_spm", "gait_hip_drop", "gait_crossover", "foot_pronation", "knee_valgus_deg")
GIVEN = ("hip_knee_rehab", "gait_retraining", "cadence_retraining", "orthoses", "shockwave", "soft_tissue")
NPRS = PainQuestion("NPRS", "usual_week")
VAS100 = PainQuestion("VAS100", "stairs")
AKPS = PainQuestion("AKPS", "")

SCOPES = (
    Scope("clinic"),
    Scope("clinic", clinics=("north",)),
    Scope("clinic", sites=("a",)),
    Scope("clinic", clinics=()),
)
COHORTS = (
    Cohort(),
    Cohort(conditions=("pfps",)),
    Cohort(first_visit_from=date(2024, 3, 1), first_visit_to=date(2024, 6, 30)),
    Cohort(therapists=("T1",), goals=(), all_episodes=True),
    Cohort(clinics=("south",), symptom_durations=("unknown", "up_to_4_months")),
)
ASKED = list(product(SCOPES, COHORTS))


# --- a store with everything in it -----------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("units")
    if request.param == "sqlite":
        url = fresh_file(folder / "store.db", request.getfixturevalue("sqlite_template"))
    else:
        server = request.getfixturevalue("postgresql_server")
        server.create("rtr_units", template=request.getfixturevalue("postgresql_template"))
        url = server.address("rtr_units")
    engine = open_engine(url)
    for seed, clinic in enumerate(CLINICS):
        fill(engine, folder / clinic, clinic, random.Random(seed))
    yield engine
    engine.dispose()
    if request.param == "postgresql":
        server.drop("rtr_units")


def fill(engine: Engine, folder: Path, clinic: str, chance: random.Random) -> None:
    episodes = [invented(f"E{n}", chance) for n in range(90)]
    report = load_tables(
        engine,
        folder,
        episodes=episodes,
        running=unique(told(e, chance) for e in episodes for _ in range(4)),
        scores=unique(
            [scored(e, chance) for e in episodes for _ in range(6)]
            + [row for e in episodes for row in modelled(e, random.Random(e["episode_id"]))]
        ),
        visits=unique(seen(e, chance) for e in episodes for _ in range(5)),
        assessments=unique(measured(e, chance) for e in episodes for _ in range(14)),
        request={"clinic": clinic, "as_of": AS_OF},
    )
    assert report.status == "loaded"


def unique(rows) -> list[Row]:
    """One row per key of the contract: later ones of the same key are left out."""
    free = {"value", "status", "treatments", "load_change", "home_exercise"}
    kept = {tuple(sorted((k, v) for k, v in row.items() if k not in free)): row for row in rows}
    return list(kept.values())


def invented(code: str, chance: random.Random) -> Row:
    start = date(2024, 1, 1) + timedelta(chance.randrange(340))
    back = start + timedelta(chance.randrange(10, 110))
    returned = chance.random() < 0.7 and back < AS_OF
    again = back + timedelta(chance.randrange(1, 60))
    stop = start + timedelta(chance.randrange(20, 200))
    stopped = chance.random() < 0.2 and stop < AS_OF
    last = start + timedelta(chance.randrange(0, 300))
    return make_episode(
        code,
        patient_id=chance.choice(["", f"P{chance.randrange(30)}"]),
        condition=chance.choice(["pfps", "itbs"]),
        first_visit_date=start,
        onset_date=chance.choice(["", start - timedelta(chance.choice([10, 100, 300]))]),
        therapist=chance.choice(["T1", "T2", "T3"]),
        site=chance.choice(["a", "b"]),
        goal=chance.choice(["running", "running", "running", "gym"]),
        red_flag=chance.choice(["", "", "", "locking"]),
        tendon_involved=chance.choice(["", "yes", "no"]),
        return_to_run_date=back if returned else "",
        relapse_date=again if returned and again < AS_OF and chance.random() < 0.5 else "",
        stopped_date=stop if stopped else "",
        stopped_reason=chance.choice(["surgery", "gave_up_running", "moved_away"]) if stopped else "",
        last_contact_date=min(last, AS_OF),
    )


def on(e: Row, low: int, high: int, chance: random.Random) -> str:
    day = date.fromisoformat(e["first_visit_date"]) + timedelta(chance.randrange(low, high))
    return min(day, AS_OF).isoformat()


def told(e: Row, chance: random.Random) -> Row:
    return make_running(
        e["episode_id"],
        reported_on=on(e, 0, 45, chance),
        status="not_running",
        source=chance.choice(["phone", "clinician", "patient_form"]),
        load_change=chance.choice(["", "stopped", "reduced", "unchanged"]),
        home_exercise=chance.choice(["", "none", "some", "most", "all"]),
    )


def scored(e: Row, chance: random.Random) -> Row:
    question = chance.choice([NPRS, NPRS, NPRS, VAS100])
    return make_score(
        e["episode_id"],
        scored_on=on(e, -28, 100, chance) if chance.random() < 0.5 else on(e, -6, 9, chance),
        instrument=question.instrument,
        context=question.context,
        value=chance.randrange(21) / 2 * question.highest / 10,
        reporter=chance.choice(["", "patient", "clinician"]),
    )


def modelled(e: Row, chance: random.Random) -> list[Row]:
    """Scores at the start and in weeks 8 to 12 with what a model expected of the latter; parts may be missing."""
    question = chance.choice([NPRS, AKPS])
    scale = {"instrument": question.instrument, "context": question.context}
    rows = [(on(e, 0, 1, chance), "patient"), (on(e, 50, 90, chance), "patient")]
    rows += [(on(e, 50, 90, chance), "model") for _ in range(2)]
    return [
        make_score(
            e["episode_id"], scored_on=day, reporter=who, value=round(chance.uniform(0, 10), 0 if who != "model" else 8), **scale,
        )
        for day, who in rows
        if chance.random() < 0.8
    ]  # fmt: skip


def seen(e: Row, chance: random.Random) -> Row:
    return make_visit(
        e["episode_id"],
        visit_date=on(e, 0, 100, chance),
        status=chance.choice(["attended", "attended", "cancelled"]),
        therapist=chance.choice(["T1", "T2"]),
        treatments=";".join(chance.sample(GIVEN, chance.randrange(4))),
    )


def measured(e: Row, chance: random.Random) -> Row:
    measure = chance.choice(MEASURES)
    speed = chance.choice(["", 9.5, 10]) if measure == "step_rate_spm" else ""
    low = {"step_rate_spm": 150, STRENGTH: 1}.get(measure, 0)
    whole = chance.randrange(3) if "gait" not in measure else chance.randrange(2)
    return make_assessment(
        e["episode_id"],
        assessed_on=on(e, -5, 90, chance) if chance.random() < 0.5 else on(e, 0, 3, chance),
        measure=measure,
        side=chance.choice(["left", "right"]) if measure == STRENGTH else "",
        value=low + (chance.random() * low * 0.2 if low else whole),
        speed_kmh=speed,
    )


# --- the same in plain Python ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tables(store: Engine) -> dict[str, dict[tuple[str, str], list]]:
    """Rows of every table by clinic and episode."""
    found: dict[str, dict[tuple[str, str], list]] = {}
    with reading(store) as connection:
        for table in (episode_outcome, episode, score, visit, assessment, running_report):
            rows = defaultdict(list)
            for row in connection.execute(select(table)):
                rows[row.clinic, row.episode_id].append(row)
            found[table.name] = rows
    return found


def people(tables, scope: Scope, cohort: Cohort, *, settled: bool = True) -> list:
    end = (AS_OF - EPOCH).days - 84
    return [
        o
        for (o,) in tables["episode_outcome"].values()
        if (scope.clinics is None or o.clinic in scope.clinics)
        and (scope.sites is None or o.site in scope.sites)
        and (not cohort.clinics or o.clinic in cohort.clinics)
        and (not cohort.therapists or o.therapist in cohort.therapists)
        and (not cohort.conditions or o.condition in cohort.conditions)
        and (not cohort.symptom_durations or o.symptom_duration in cohort.symptom_durations)
        and (cohort.first_visit_from is None or o.start_day >= (cohort.first_visit_from - EPOCH).days)
        and (cohort.first_visit_to is None or o.start_day <= (cohort.first_visit_to - EPOCH).days)
        and (
            cohort.all_episodes
            or o.previous_first_visit_day is None
            or (
                cohort.first_visit_from is not None
                and o.previous_first_visit_day < (cohort.first_visit_from - EPOCH).days
            )
        )
        and (not cohort.goals or o.goal in cohort.goals)
        and o.eligibility == "eligible"
        and (not settled or o.start_day <= end)
    ]


def of(tables, name: str, o) -> list:
    return tables[name].get((o.clinic, o.episode_id), [])


def since(o, day: date) -> int:
    return (day - EPOCH).days - o.start_day


def scores_of(tables, o, question: PainQuestion) -> list[tuple[int, float]]:
    return sorted(
        (since(o, s.scored_on), s.value)
        for s in of(tables, "score", o)
        if (s.instrument, s.context) == (question.instrument, question.context)
        and s.reporter in ("", "patient")
    )


def first_pain(tables, o, question: PainQuestion) -> float | None:
    scores = scores_of(tables, o, question)
    before = [s for s in scores if -28 <= s[0] <= 0]
    after = [s for s in scores if 0 < s[0] <= 7]
    if before:
        return max(value for day, value in before if day == before[-1][0])
    return max(value for day, value in after if day == after[0][0]) if after else None


def later_pain(tables, o, question: PainQuestion) -> float | None:
    within = [s for s in scores_of(tables, o, question) if 56 <= s[0] <= 84]
    return min(within, key=lambda s: (abs(s[0] - 70), s[0], -s[1]))[1] if within else None


def band(pain: float | None, question: PainQuestion) -> str:
    if pain is None:
        return "none"
    of_ten = pain * 10 / question.highest
    return "0_3" if of_ten < 3.5 else "4_6" if of_ten < 6.5 else "7_10"


def treatments(tables, o, last_day: int = 84) -> list[tuple[date, str]]:
    return [
        (v.visit_date, name)
        for v in of(tables, "visit", o)
        if v.status == "attended" and 0 <= since(o, v.visit_date) <= last_day
        for name in (v.treatments or "").split(";")
        if name
    ]


def expected_of(tables, o, question: PainQuestion) -> float | None:
    within = [
        s.value
        for s in of(tables, "score", o)
        if (s.instrument, s.context, s.reporter) == (question.instrument, question.context, "model")
        and 56 <= since(o, s.scored_on) <= 84
    ]
    return sum(within) / len(within) if within else None


# --- every question --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [NPRS, AKPS])
@pytest.mark.parametrize("several", [True, False])
def test_unit_expected_changes(store, tables, question, several):
    found_any = 0
    for scope, cohort in ASKED:
        with reading(store) as connection:
            rows = unit_expected_changes(
                connection, scope, cohort, question, as_of=AS_OF, several_clinics=several
            )
        expected = defaultdict(list)
        for o in people(tables, scope, cohort):
            first, later = first_pain(tables, o, question), later_pain(tables, o, question)
            model = expected_of(tables, o, question)
            if None not in (first, later, model):
                unit = (
                    (f"{o.clinic}/{o.therapist}", f"{o.clinic}/{o.site}")
                    if several
                    else (o.therapist, o.site)
                )
                expected[unit].append((later - first, later - model))
        assert {astuple(row)[:2]: row.people for row in rows} == {
            unit: len(v) for unit, v in expected.items()
        }
        for row in rows:
            pairs = expected[row.therapist, row.site]
            sums = (sum(a for a, _ in pairs), sum(b for _, b in pairs), sum(b * b for _, b in pairs))
            assert (row.change, row.difference, row.squared_difference) == pytest.approx(sums)
        found_any += len(rows)
    assert found_any


def test_scales_of_which_expectations_are_loaded(store):
    with reading(store) as connection:
        assert expected_questions(connection, CLINICS) == [AKPS, NPRS]
        assert expected_questions(connection, ("elsewhere",)) == []


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_expectations_are_found_by_their_own_index(store):
    """As the statement is sent: of a word that stands beside it as a parameter, SQLite would read every score."""
    sent: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement: str, parameters: object, *_: object) -> None:
        sent.append((statement, parameters))

    with reading(store) as connection:
        event.listen(store, "before_cursor_execute", note)
        expected_questions(connection, CLINICS)
        event.remove(store, "before_cursor_execute", note)
        ((statement, parameters),) = [asked for asked in sent if "FROM score" in asked[0]]
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        (how, *_) = [row[3] for row in rows]
        assert how == "SEARCH score USING COVERING INDEX ix_score_by_model (clinic=?)"


@pytest.mark.parametrize("question", [NPRS, VAS100])
@pytest.mark.parametrize("several", [True, False])
def test_unit_counts(store, tables, question, several):
    for scope, cohort in ASKED:
        with reading(store) as connection:
            rows = unit_counts(connection, scope, cohort, question, as_of=AS_OF, several_clinics=several)
        expected = Counter(
            (
                f"{o.clinic}/{o.therapist}" if several else o.therapist,
                f"{o.clinic}/{o.site}" if several else o.site,
                o.condition,
                o.symptom_duration,
                band(first_pain(tables, o, question), question),
                min(o.day, 85),
                o.outcome if o.day <= 84 else "censored",
            )
            for o in people(tables, scope, cohort)
        )
        assert {row[:7]: row.episodes for row in rows} == expected
        assert len(rows) == len(expected)


@pytest.mark.parametrize("question", [NPRS, VAS100])
def test_unit_pain_changes(store, tables, question):
    for scope, cohort in ASKED:
        with reading(store) as connection:
            rows = unit_counts(connection, scope, cohort, question, as_of=AS_OF)
        changes = defaultdict(list)
        for o in people(tables, scope, cohort):
            first, later = first_pain(tables, o, question), later_pain(tables, o, question)
            if first is not None and later is not None:
                kind = (o.therapist, o.site, o.condition, o.symptom_duration, band(first, question))
                changes[kind].append(later - first)
        found = {}
        for row in rows:
            if row.scored:
                so_far = found.get(row[:5], (0, 0, 0))
                found[row[:5]] = tuple(a + b for a, b in zip(so_far, row[8:], strict=True))
        assert found.keys() == changes.keys()
        for kind, values in changes.items():
            assert found[kind] == pytest.approx((len(values), sum(values), sum(x * x for x in values)))


def test_the_unit_questions_have_something_to_answer(store, tables):
    everybody = people(tables, Scope("clinic"), Cohort())
    assert len(everybody) > 50
    assert {band(first_pain(tables, o, NPRS), NPRS) for o in everybody} == {"0_3", "4_6", "7_10", "none"}


def test_assessed_counts(store, tables):
    for scope, cohort in ASKED:
        with reading(store) as connection:
            rows = care_counts(connection, scope, cohort, as_of=AS_OF).assessed
        at_start, again = Counter(), Counter()
        for o in people(tables, scope, cohort):
            days = defaultdict(set)
            for a in of(tables, "assessment", o):
                days[a.measure].add(since(o, a.assessed_on))
                days["anything"].add(since(o, a.assessed_on))
            for measure, when in days.items():
                if any(-28 <= day <= 14 for day in when):
                    at_start[measure] += 1
                    again[measure] += any(28 <= day <= 84 for day in when)
        assert {row.measure: (row.at_start, row.again) for row in rows} == {
            measure: (n, again[measure]) for measure, n in at_start.items()
        }


def test_change_sums(store, tables):
    seen = 0
    for scope, cohort in ASKED:
        with reading(store) as connection:
            rows = change_sums(connection, scope, cohort, as_of=AS_OF)
        changes = defaultdict(list)
        for o in people(tables, scope, cohort):
            series = defaultdict(dict)
            for a in of(tables, "assessment", o):
                if a.measure == STRENGTH or (a.measure == "step_rate_spm" and a.speed_kmh > 0):
                    series[a.measure, a.side, a.speed_kmh][since(o, a.assessed_on)] = a.value
            own = defaultdict(list)
            for (measure, *_), values in series.items():
                first = [day for day in values if -28 <= day <= 14]
                last = [day for day in values if 28 <= day <= 84]
                if first and last:
                    start, end = values[min(first)], values[max(last)]
                    own[measure].append(100 * (end - start) / start)
            for measure, percents in own.items():
                changes[measure].append(sum(percents) / len(percents))
        seen += len(changes)
        assert [row.measure for row in rows] == sorted(changes)
        for row in rows:
            values = changes[row.measure]
            assert astuple(row)[1:4] == pytest.approx((len(values), sum(values), sum(x * x for x in values)))
            assert (row.below, row.within, row.above) == (
                sum(x < 5 for x in values), sum(5 <= x <= 10 for x in values), sum(x > 10 for x in values),
            )  # fmt: skip
    assert seen


def test_treatment_counts(store, tables):
    for scope, cohort in ASKED:
        with reading(store) as connection:
            found = care_counts(connection, scope, cohort, as_of=AS_OF).treatments
        asked = people(tables, scope, cohort)
        attended = [
            o
            for o in asked
            if any(
                v.status == "attended" and 0 <= since(o, v.visit_date) <= 84 for v in of(tables, "visit", o)
            )
        ]
        kinds = [{name for _, name in treatments(tables, o)} for o in attended]
        assert (found.people, found.seen) == (len(asked), len(attended))
        with reading(store) as connection:
            assert settled_people(connection, scope, cohort, as_of=AS_OF) == len(asked)
        assert found.given == Counter(name for given in kinds for name in given)
        assert found.components == Counter(len(given) for given in kinds)


def test_matching_counts(store, tables):
    fits = {
        "gait_fault": ({"gait_hip_drop", "gait_crossover"}, {"gait_retraining", "cadence_retraining"}),
        "foot_pronation": ({"foot_pronation"}, {"orthoses"}),
        "tendon_involved": (set(), {"shockwave"}),
    }
    for scope, cohort in ASKED:
        with reading(store) as connection:
            rows = care_counts(connection, scope, cohort, as_of=AS_OF).matching
        expected = Counter()
        for o in people(tables, scope, cohort):
            given = {name for _, name in treatments(tables, o)}
            for finding, (measures, fitting) in fits.items():
                values = [
                    a.value
                    for a in of(tables, "assessment", o)
                    if a.measure in measures and -28 <= since(o, a.assessed_on) <= 14
                ]
                state = "unknown" if not values else "yes" if max(values) > 0 else "no"
                if finding == "tendon_involved":
                    (e,) = of(tables, "episode", o)
                    state = e.tendon_involved or "unknown"
                expected[finding, state, bool(given & fitting)] += 1
        assert {astuple(row)[:3]: row.people for row in rows} == expected


@pytest.mark.parametrize("answer", ["load_change", "home_exercise"])
def test_landmark_counts(store, tables, answer):
    believed = ("clinician", "phone", "patient_form")
    for scope, cohort in ASKED:
        with reading(store) as connection:
            rows = care_counts(connection, scope, cohort, as_of=AS_OF).landmark[answer]
        expected = Counter()
        for o in people(tables, scope, cohort):
            if o.day <= 28:
                continue
            answers = sorted(
                (-since(o, r.reported_on), believed.index(r.source), getattr(r, answer))
                for r in of(tables, "running_report", o)
                if getattr(r, answer) and 0 <= since(o, r.reported_on) <= 28
            )
            word = answers[0][2] if answers else "not_asked"
            expected[word, min(o.day, 85), o.outcome if o.day <= 84 else "censored"] += 1
        assert {astuple(row)[:3]: row.people for row in rows} == expected


def test_rehabilitation_relapse_counts(store, tables):
    outcomes = set()
    for scope, cohort in ASKED:
        with reading(store) as connection:
            rows = care_counts(connection, scope, cohort, as_of=AS_OF).relapse
        expected = Counter()
        for o in people(tables, scope, cohort, settled=False):
            if o.outcome != "returned" or o.start_day + o.day > (AS_OF - EPOCH).days - 14:
                continue
            visits = {day for day, name in treatments(tables, o, o.day) if name == "hip_knee_rehab"}
            given = "none" if not visits else "one_or_two" if len(visits) < 3 else "three_or_more"
            ends = [(o.last_day, 2, "censored")]
            if o.relapse_day is not None and o.relapse_day <= o.last_day:
                ends.append((o.relapse_day, 0, "relapsed"))
            if o.stop_day is not None and o.day <= o.stop_day <= o.last_day:
                ends.append((o.stop_day, 1, "stopped"))
            day, _, word = min(ends)
            gone = day - o.day
            expected[given, min(gone, 366), word if gone <= 365 else "censored"] += 1
            outcomes.add(word)
        assert {astuple(row)[:3]: row.people for row in rows} == expected
    assert outcomes == {"relapsed", "stopped", "censored"}


def test_the_pain_question_asked_most(store, engine):
    with reading(store) as connection:
        assert pain_question(connection, Scope("clinic"), CLINICS) == NPRS
    with reading(engine) as connection:
        assert pain_question(connection, Scope("clinic"), CLINICS) == USUAL


def test_another_habit_is_found(engine, tmp_path):
    scores = [make_score(f"E{n}", instrument="VAS10", context="stairs") for n in range(3)]
    scores += [
        make_score("E0"),
        make_score("E1", reporter="clinician"),
        make_score("E2", reporter="clinician"),
    ]
    load_tables(engine, tmp_path, episodes=[make_episode(f"E{n}") for n in range(3)], scores=scores)
    with reading(engine) as connection:
        assert pain_question(connection, Scope("clinic"), ("main",)) == PainQuestion("VAS10", "stairs")
        assert pain_question(connection, Scope("clinic", clinics=("other",)), ("main",)) == USUAL
