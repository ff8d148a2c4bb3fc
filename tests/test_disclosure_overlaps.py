"""To share, in every section: each number beside the exact one, and each pair of overlapping questions.

A small clinic is asked the same questions twice, for the clinic and to share, and the two documents are walked side by
side: what the exact one says decides what the shared one may say. Then any two questions of which one holds a few people
more than the other are taken from each other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from builders import (
    fresh_file,
    load_tables,
    make_assessment,
    make_episode,
    make_running,
    make_score,
    make_visit,
)
from sqlalchemy import Engine
from test_disclosure_sections import SHARED, K, could_be, members

from dashboard.question import ask
from dashboard.sections.catalogue import SECTIONS, documents
from dashboard.stats.disclosure import MIN_CURVE
from dashboard.summary import outcome_summary
from dashboard.summary_json import as_document
from sql.cohort import Cohort, Scope
from sql.engine import open_engine, reading

COUNTS = frozenset({
    "started", "episodes", "returned", "stopped", "censored", "late_reports", "at_risk", "numerator", "denominator",
    "people", "of", "n", "scored", "still", "without_score", "not_over", "excluded", "known", "due", "met", "in_view",
    "relapsed", "in_care", "discharged_unrecorded", "lost", "cannot_count", "other_goal", "goal_unknown", "red_flag",
    "already_running", "later_episode", "observed",
})  # fmt: skip
ABOUT_THE_METHOD = ("detectable_points", "run_test", "cohort.goals")
# What tells the objects of a list apart; two documents may list different ones.
NAMES = (
    "group", "reference", "measure", "instrument", "context", "threshold", "first_day", "day", "week", "visit", "name",
    "treatment", "finding", "state", "question", "answer", "rehabilitation", "days_after_return", "field", "category", "rule",
    "from", "to", "p", "id",
)  # fmt: skip
SHARES = (("numerator", "denominator"), ("people", "of"), ("met", "n"), ("known", "due"))
MEANS = (("n", "mean"), ("scored", "mean"), ("scored", "baseline_mean"), ("scored", "later_mean"))
SPRING = (date(2024, 1, 1), date(2024, 4, 30))
WITH_FEW_MORE = (date(2024, 1, 1), date(2024, 5, 31))
QUESTIONS = [
    Cohort(first_visit_from=start, first_visit_to=end, **filters)
    for start, end in ((None, None), SPRING, WITH_FEW_MORE)
    for filters in (
        {}, {"conditions": ("pfps",)}, {"sites": ("a", "b")}, {"conditions": ("pfps",), "sites": ("a", "b")},
    )
]  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One question: who is in it, and both documents."""

    people: set[str]
    exact: dict[str, Any]
    shared: dict[str, Any]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> list[Answer]:
    folder = tmp_path_factory.mktemp("overlaps")
    engine = open_engine(fresh_file(folder / "store.db", sqlite_template))
    clinic(engine, folder)
    found = [answer(engine, cohort) for cohort in QUESTIONS]
    engine.dispose()
    return found


def clinic(engine: Engine, folder: Path) -> None:
    """150 people: 12 at a third site, of whom 5 with PFPS; 5 first seen in May, all others before."""
    chance = random.Random(11)
    tables: dict[str, list[Any]] = {
        name: [] for name in ("episodes", "running", "scores", "visits", "assessments")
    }
    for n in range(150):
        code = f"E{n}"
        day = chance.randrange(110) if n >= 5 else 125 + n
        start = date(2024, 1, 1) + timedelta(day)
        third = 5 <= n < 17
        condition = "pfps" if n < 10 else "itbs" if third else chance.choice(["pfps", "pfps", "itbs"])
        person(tables, code, start, condition, "c" if third else chance.choice(["a", "b"]), chance)
    assert load_tables(engine, folder, **tables).status == "loaded"


def person(
    tables: dict[str, list[Any]], code: str, start: date, condition: str, site: str, chance: random.Random
) -> None:
    def on(day: int) -> str:
        return (start + timedelta(day)).isoformat()

    tables["episodes"].append(
        make_episode(
            code, patient_id=f"P{code}", first_visit_date=on(0), condition=condition, site=site,
            therapist=chance.choice(["T1", "T2", "T3", "T4", "T5"]), onset_date=on(-chance.choice([20, 100, 300])),
            goal=chance.choice(["running"] * 14 + ["gym", ""]),
            red_flag=chance.choice([""] * 30 + ["locking"]),
            stopped_date=on(70) if (stopped := chance.random() < 0.08) else "",
            stopped_reason="surgery" if stopped else "",
            last_contact_date=on(chance.randrange(20, 230)), tendon_involved=chance.choice(["yes", "no"]),
        )
    )  # fmt: skip
    first = chance.randrange(3, 11)
    tables["scores"] += [
        make_score(code, scored_on=on(day), value=max(0, first - chance.randrange(first + 1) * (day > 0)))
        for day in (0, 35, 70, 182)
        if chance.random() < 0.85
    ]
    tables["visits"] += [
        make_visit(
            code, visit_date=on(day), treatments=chance.choice(["hip_knee_rehab", "orthoses", "shockwave"]),
            status=chance.choice(["attended"] * 6 + ["did_not_attend"]),
        )
        for day in range(0, chance.choice([8, 30, 60]), 7)
    ]  # fmt: skip
    for day in (0, 45):
        measures = {
            "hip_abductor_strength_n_per_kg": 1 + chance.random(),
            "gait_hip_drop": chance.randrange(2),
        }
        tables["assessments"] += [
            make_assessment(code, assessed_on=on(day), measure=name, value=value)
            for name, value in measures.items()
            if chance.random() < 0.8
        ]
    if chance.random() < 0.8:
        tables["running"].append(
            make_running(
                code, reported_on=on(14), status="not_running", load_change=chance.choice(["stopped", "reduced"]),
                home_exercise=chance.choice(["some", "most"]),
            )
        )  # fmt: skip
    if chance.random() < 0.65:
        back = chance.randrange(20, 150)
        tables["running"].append(make_running(code, reported_on=on(back)))
        if chance.random() < 0.3:
            tables["running"].append(
                make_running(code, reported_on=on(back + 10), status="running_with_pain")
            )


def answer(engine: Engine, cohort: Cohort) -> Answer:
    with reading(engine) as connection:
        both = [document_of(connection, scope, cohort) for scope in (Scope("clinic"), SHARED)]
        return Answer(members(connection, cohort), both[0], both[1])


def document_of(connection: Any, scope: Scope, cohort: Cohort) -> dict[str, Any]:
    summary = as_document(outcome_summary(connection, scope, cohort, by="symptom_duration"))
    return {**summary, **documents(connection, ask(connection, scope, cohort), SECTIONS)}


# --- walking two documents side by side ---------------------------------------------------------------------


def name_of(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, dict):
        return ()
    names = ((field, value[field]) for field in NAMES if field in value)
    return tuple((field, text) for field, text in names if isinstance(text, (str, int)))


def side_by_side(
    one: Any, other: Any, path: str = ""
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every pair of objects that stand at the same place; lists by the names of what they hold."""
    if any(word in path for word in ABOUT_THE_METHOD):
        return
    if isinstance(one, dict) and isinstance(other, dict):
        yield path, one, other
        for field in one.keys() & other.keys():
            yield from side_by_side(one[field], other[field], f"{path}.{field}" if path else field)
    elif isinstance(one, list) and isinstance(other, list):
        there = {name_of(item): item for item in other}
        for item in one:
            if name_of(item) in there:
                label = "/".join(str(text) for _, text in name_of(item))
                yield from side_by_side(item, there[name_of(item)], f"{path}[{label}]")


def is_few(n: Any) -> bool:
    return isinstance(n, int) and not isinstance(n, bool) and 0 < n < K


def counts_in(pair: tuple[str, dict[str, Any], dict[str, Any]]) -> Iterator[tuple[str, int | None, int]]:
    path, shared, exact = pair
    for field in COUNTS & shared.keys() & exact.keys():
        whole = isinstance(exact[field], int) and not isinstance(exact[field], bool)
        if whole and isinstance(shared[field], (int, type(None))):
            yield f"{path}.{field}", shared[field], exact[field]


def all_counts(found: Answer) -> Iterator[tuple[str, int | None, int]]:
    for pair in side_by_side(found.shared, found.exact):
        yield from counts_in(pair)


# --- each document ------------------------------------------------------------------------------------------


def test_every_count_shown_is_rounded_and_none_is_of_one_to_seven(answers):
    shown = few = 0
    for found in answers:
        for path, shared, exact in all_counts(found):
            if shared is not None:
                assert shared % 5 == 0, (path, shared)
                shown += 1
            if is_few(exact):
                assert not shared, (path, shared, exact)
                few += 1
    assert shown > 500, "the rule was needed"
    assert few > 100, "the rule was needed"


def test_no_share_of_few_people_or_of_few_in_it_is_shown(answers):
    shown = withheld = 0
    for found in answers:
        for path, shared, exact in side_by_side(found.shared, found.exact):
            for part, whole in SHARES:
                if "value" not in shared or part not in exact or whole not in exact:
                    continue
                n, of = exact[part], exact[whole]
                may = of >= MIN_CURVE and not is_few(n) and not is_few(of - n)
                withheld += not may and shared["value"] is None
                if (
                    shared["value"] is not None and shared["value"] <= 1
                ):  # a month's number of people is no share
                    assert may, (path, shared, exact)
                    assert shared["value"] == round(shared["value"], 2), path
                    shown += 1
    assert shown > 50, "the rule was needed"
    assert withheld > 50, "the rule was needed"


def test_no_share_of_whom_the_state_is_known_tells_of_few_unknown(answers):
    withheld = shown = 0
    for found in answers:
        for path, shared, exact in side_by_side(found.shared["groups"], found.exact["groups"], "groups"):
            for one, other in zip(shared.get("back_by", ()), exact.get("back_by", ()), strict=True):
                unknown = round((1 - (other["known"] or 0)) * exact["episodes"])
                shown += one["known"] is not None
                if is_few(unknown):
                    assert one["known"] is None, (path, one["day"], unknown)
                    withheld += 1
    assert withheld, "the rule was needed"
    assert shown, "the rule was needed"


def test_no_mean_of_few_people_is_shown(answers):
    shown = 0
    for found in answers:
        for path, shared, exact in side_by_side(found.shared, found.exact):
            for n, mean in MEANS:
                if not path.startswith("trend") and shared.get(mean) is not None and n in exact:
                    assert exact[n] >= K, (path, shared, exact)
                    assert shared[mean] == round(shared[mean], 1), path
                    shown += 1
            if path.startswith("trend") and shared.get("value") is not None and exact.get("n") is not None:
                assert exact["n"] >= K, (path, shared, exact)
    assert shown > 20, "the rule was needed"


def test_a_group_under_forty_has_no_figure_but_its_size(answers):
    small = 0
    for found in answers:
        for path, shared, exact in side_by_side(found.shared["groups"], found.exact["groups"], "groups"):
            if "became" in exact and exact["episodes"] < MIN_CURVE:
                small += 1
                figures = [
                    shared["median_days"],
                    shared["rmst_182_days"],
                    *shared["back_by"],
                    *shared["rmst"],
                ]
                assert {item["value"] for item in figures} == {None}, path
                assert {item["worst"] for item in shared["certainty"]} == {None}, path
    assert small


# --- every pair of overlapping questions --------------------------------------------------------------------


def test_what_lies_between_two_questions_is_never_a_known_few(answers):
    """Of two nested questions a few people apart, no difference of counts fits one number from 1 to 7 only."""
    compared = 0
    for small, large in few_apart(answers):
        inner = {path: shared for path, shared, _ in all_counts(small)}
        for path, outer, _ in all_counts(large):
            if inner.get(path) is None or outer is None:
                continue
            compared += 1
            assert len(set(could_be(outer - inner[path])) & set(range(1, K))) != 1, path
    assert compared > 100


def test_no_mean_of_the_few_between_two_questions_can_be_worked_out(answers):
    """From two rounded means and two rounded numbers the mean of those between is known to a point at best."""
    compared = 0
    for small, large in few_apart(answers):
        for path, outer, inner in side_by_side(large.shared, small.shared):
            for n, mean in MEANS:
                if path.startswith("trend") or None in (
                    outer.get(mean),
                    inner.get(mean),
                    outer.get(n),
                    inner.get(n),
                ):
                    continue
                possible = means_between(outer[n], outer[mean], inner[n], inner[mean])
                assert max(possible) - min(possible) > 1, path
                compared += 1
    assert compared


def few_apart(answers: list[Answer]) -> Iterator[tuple[Answer, Answer]]:
    pairs = [
        (small, large)
        for small, large in permutations(answers, 2)
        if small.people < large.people and len(large.people - small.people) < K
    ]
    assert len(pairs) > 3
    yield from pairs


def means_between(n: int, mean: float, fewer: int, their_mean: float) -> list[float]:
    """Means that the people between may have: n rounded to 5, means to a decimal, 1 to 7 people."""
    return [
        ((n + a) * (mean + x) - (n + a - few) * (their_mean + y)) / few
        for few in range(1, K)
        for a in (-2, 2)
        if abs(n + a - few - fewer) <= 2
        for x in (-0.05, 0.05)
        for y in (-0.05, 0.05)
    ]
