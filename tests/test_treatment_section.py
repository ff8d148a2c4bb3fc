"""Assessment and treatment from files to figures: by hand, and what may be shared of it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from builders import Row, load_tables, make_assessment, make_episode, make_running, make_visit
from sqlalchemy import Engine

from dashboard.question import ask
from dashboard.sections.catalogue import documents
from dashboard.sections.treatment import ASSOCIATION, Treatment, treatment_section
from dashboard.stats.process import WITHHELD_SHARE
from sql.cohort import Audience, Cohort, Scope
from sql.engine import reading

START = date(2024, 1, 8)
AS_OF = {"request": {"as_of": date(2024, 12, 31)}}


def treatment(engine: Engine, audience: Audience = "clinic", **cohort: object) -> Treatment:
    with reading(engine) as connection:
        return treatment_section(connection, ask(connection, Scope(audience), Cohort(**cohort)))


def day(number: int) -> date:
    return START + timedelta(number)


def runner(code: str, back: int | None = None, **cells: object) -> Row:
    return make_episode(
        code, first_visit_date=START, return_to_run_date="" if back is None else day(back),
        last_contact_date=day(150), **cells,
    )  # fmt: skip


def test_strength_and_step_rate_by_hand(engine: Engine, tmp_path: Path):
    """E1: left 2.0 to 2.2 and right 2.0 to 2.6: +10 and +30, mean +20. E2: left 2.0 to 2.4: +20.

    Step rate E1 at 10 km/h 160 to 172: +7.5, at 9 km/h measured once only; E2 without a speed: not compared.
    """
    steps = {"measure": "step_rate_spm", "side": ""}
    rows = [
        make_assessment("E1", value=2.0), make_assessment("E1", value=2.2, assessed_on=day(60)),
        make_assessment("E1", value=9.9, assessed_on=day(90)),
        make_assessment("E1", value=2.0, side="right"), make_assessment("E1", value=2.6, side="right", assessed_on=day(30)),
        make_assessment("E2", value=2.0), make_assessment("E2", value=2.4, assessed_on=day(84)),
        make_assessment("E1", value=160, speed_kmh=10, **steps),
        make_assessment("E1", value=172, speed_kmh=10, assessed_on=day(40), **steps),
        make_assessment("E1", value=150, speed_kmh=9, **steps),
        make_assessment("E2", value=160, **steps), make_assessment("E2", value=180, assessed_on=day(40), **steps),
    ]  # fmt: skip
    load_tables(
        engine, tmp_path, episodes=[runner("E1"), runner("E2"), runner("E3")], assessments=rows, **AS_OF
    )
    found = treatment(engine)
    strength, steps_change = found.changes
    assert (strength.change.n, strength.change.mean) == (2, pytest.approx(20))
    assert (steps_change.change.n, steps_change.change.mean) == (1, pytest.approx(7.5))
    assert steps_change.reached_5_to_10.numerator == 1
    measures = {row.measure: row for row in found.assessed}
    assert (measures["anything"].at_start.numerator, measures["anything"].at_start.denominator) == (2, 3)
    assert measures["step_rate_spm"].again.value == 1


@pytest.mark.parametrize(
    ("after", "reached"), [(167.9, None), (168, "within"), (176, "within"), (176.1, "more"), (150, None)]
)
def test_step_rate_reached_at_the_boundaries(
    engine: Engine, tmp_path: Path, after: float, reached: str | None
):
    """+5 % of 160 is 168, +10 % is 176."""
    steps = {"measure": "step_rate_spm", "side": "", "speed_kmh": 10}
    rows = [make_assessment(value=160, **steps), make_assessment(value=after, assessed_on=day(40), **steps)]
    load_tables(engine, tmp_path, episodes=[runner("E1")], assessments=rows, **AS_OF)
    (change,) = treatment(engine).changes
    assert change.reached_5_to_10.numerator == (reached == "within")
    assert change.reached_more.numerator == (reached == "more")


def test_given_and_matched_by_hand(engine: Engine, tmp_path: Path):
    """E1: hip drop, gait retraining. E2: overstride, nothing. E3: no fault, tendon, shockwave after week 12.

    E4: no tendon, shockwave.
    """
    episodes = [
        runner("E1"), runner("E2"), runner("E3", tendon_involved="yes"), runner("E4", tendon_involved="no"),
    ]  # fmt: skip
    found = {"side": "", "assessed_on": START}
    rows = [
        make_assessment("E1", measure="gait_hip_drop", value=1, **found),
        make_assessment("E1", measure="gait_overstride", value=0, **found),
        make_assessment("E2", measure="gait_overstride", value=1, **found),
        make_assessment("E3", measure="gait_crossover", value=0, **found),
    ]
    visits = [
        make_visit("E1", treatments="gait_retraining;soft_tissue"),
        make_visit("E1", visit_date=day(9), treatments="soft_tissue"),
        make_visit("E2", treatments=""),
        make_visit("E2", visit_date=day(3), treatments="gait_retraining", status="cancelled"),
        make_visit("E3", visit_date=day(85), treatments="shockwave"),
        make_visit("E4", visit_date=day(84), treatments="shockwave"),
    ]
    load_tables(engine, tmp_path, episodes=episodes, visits=visits, assessments=rows, **AS_OF)
    found = treatment(engine)
    assert (found.people, found.seen.numerator) == (4, 3)
    assert {name: share.numerator for name, share in found.given.items() if share.numerator} == {
        "gait_retraining": 1, "soft_tissue": 1, "shockwave": 1,
    }  # fmt: skip
    assert found.components == (0, 1, 2)
    gait, pronation, tendon = found.matches
    assert [(gait.given[s].numerator, gait.given[s].denominator) for s in ("yes", "no", "unknown")] == [
        (1, 2), (0, 1), (0, 1),
    ]  # fmt: skip
    assert pronation.given["unknown"].denominator == 4
    assert [(tendon.given[s].numerator, tendon.given[s].denominator) for s in ("yes", "no", "unknown")] == [
        (0, 1), (1, 1), (0, 2),
    ]  # fmt: skip


def test_the_landmark_by_hand(engine: Engine, tmp_path: Path):
    """E1 back on day 28 is out. Of those told to stop: E2 back on 50, E3 on 90: 1 of 2. E4 answers on day 29."""
    episodes = [runner("E1", 28), runner("E2", 50), runner("E3", 90), runner("E4", 60)]
    answers = [
        make_running(
            f"E{n}", reported_on=day(29 if n == 4 else 10), status="not_running", load_change="stopped"
        )
        for n in range(1, 5)
    ]
    load_tables(engine, tmp_path, episodes=episodes, running=answers, **AS_OF)
    # the shortcut dates count: no answer states a return
    stopped, not_asked = treatment(engine).landmark["load_change"].groups
    assert (stopped.answer, stopped.n, stopped.back.value) == ("stopped", 2, pytest.approx(0.5))
    assert (not_asked.answer, not_asked.n, not_asked.back.value) == ("not_asked", 1, pytest.approx(1.0))
    assert stopped.back.day == 84


def test_relapse_by_rehabilitation_by_hand(engine: Engine, tmp_path: Path):
    """Back on day 30. E1, E2 with three visits before: E1 relapses after 10 days. E3: none, last seen after 5."""
    episodes = [
        runner("E1", 30, relapse_date=day(40)),
        runner("E2", 30),
        make_episode("E3", first_visit_date=START, return_to_run_date=day(30), last_contact_date=day(35)),
    ]
    visits = [
        make_visit(code, visit_date=day(at), treatments="hip_knee_rehab")
        for code in ("E1", "E2")
        for at in (0, 10, 30)
    ]
    visits.append(make_visit("E3", visit_date=day(31), treatments="hip_knee_rehab"))
    load_tables(engine, tmp_path, episodes=episodes, visits=visits, **AS_OF)
    none, three = treatment(engine).relapse
    assert (none.rehabilitation, none.low.denominator, none.high.denominator) == ("none", 1, 0)
    assert (three.rehabilitation, three.low.value, three.high.value) == ("three_or_more", 0.5, 0.5)


def test_associations_say_so(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path, episodes=[runner("E1")], **AS_OF)
    with reading(engine) as connection:
        found = documents(connection, ask(connection, Scope("clinic"), Cohort()), ["treatment"])["treatment"]
    assert found["landmark"]["note"] == found["relapse_by_rehabilitation"]["note"] == ASSOCIATION


# --- to share --------------------------------------------------------------------------------------------------


def clinic_of(pfps: int, itbs: int) -> dict[str, list[Row]]:
    """Half of everybody with a hip drop and gait retraining, all with strength measured twice."""
    episodes = [runner(f"P{n}", 20 + n) for n in range(pfps)]
    episodes += [runner(f"I{n}", 30 + n, condition="itbs") for n in range(itbs)]
    visits, rows = [], []
    for place, row in enumerate(episodes):
        code, treated = row["episode_id"], place % 2
        visits.append(make_visit(code, treatments="gait_retraining" if treated else "soft_tissue"))
        rows.append(make_assessment(code, measure="gait_hip_drop", side="", value=treated))
        rows.append(make_assessment(code))
        rows.append(make_assessment(code, value=2.0 + 0.01 * place, assessed_on=day(50)))
    return {"episodes": episodes, "visits": visits, "assessments": rows}


@pytest.mark.parametrize(("itbs", "hidden"), [(0, False), (1, True), (7, True), (8, False)])
def test_a_filter_that_leaves_out_few_shows_nothing(engine: Engine, tmp_path: Path, itbs: int, hidden: bool):
    load_tables(engine, tmp_path, **clinic_of(50, itbs), **AS_OF)
    found = treatment(engine, "sharing", conditions=("pfps",))
    assert (found.people is None) == hidden
    assert (found.seen == WITHHELD_SHARE) == hidden
    assert (found.changes == ()) == hidden
    assert (found.components[1] is None) == hidden


def test_exact_for_the_clinic_and_rounded_to_share(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path, **clinic_of(53, 0), **AS_OF)
    exact, shared = treatment(engine), treatment(engine, "sharing")
    assert (exact.people, shared.people) == (53, 55)
    assert exact.given["gait_retraining"].numerator == 26
    assert (shared.given["gait_retraining"].numerator, shared.given["gait_retraining"].value) == (25, 0.45)
    assert shared.changes[0].change.n == 55
    assert shared.changes[0].change.mean == round(exact.changes[0].change.mean, 1)


def numbers(found: object) -> list[float]:
    if isinstance(found, dict):
        return [n for name, value in found.items() if name not in ("day",) for n in numbers(value)]
    if isinstance(found, list):
        return [n for value in found for n in numbers(value)]
    return [found] if isinstance(found, int | float) and not isinstance(found, bool) else []


def test_five_people_leave_no_number(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path, **clinic_of(5, 0), **AS_OF)
    with reading(engine) as connection:
        found = documents(connection, ask(connection, Scope("sharing"), Cohort()), ["treatment"])["treatment"]
    assert set(numbers(found)) <= {0}, json.dumps(found)


def test_every_pair_of_overlapping_filters_of_a_small_clinic(engine: Engine, tmp_path: Path):
    """Whatever two of these questions differ by, no shown count is between 1 and 7, and all are rounded."""
    tables = clinic_of(60, 44)
    for place, row in enumerate(tables["episodes"]):
        row["site"] = "abc"[place % 3]
    load_tables(engine, tmp_path, **tables, **AS_OF)
    filters = [
        {},
        {"conditions": ("pfps",)},
        {"conditions": ("itbs",)},
        *({"sites": (code,)} for code in "abc"),
    ]
    answers = [treatment(engine, "sharing", **one) for one in filters]
    answers += [
        treatment(engine, "sharing", **one, **other)
        for one, other in combinations(filters[1:], 2)
        if not set(one) & set(other)
    ]
    for found in answers:
        shares = [
            found.seen,
            *found.given.values(),
            *(s for match in found.matches for s in match.given.values()),
        ]
        counts = [found.people, *(n for share in shares for n in (share.numerator, share.denominator))]
        assert all(n is None or n % 5 == 0 for n in counts)
        assert all(s.value is None or s.denominator >= 40 for s in shares)
