"""Rows that the loader must refuse: one for each of the slips that real exports are full of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from etl.sample.chance import AS_OF
from etl.sample.people import Person
from etl.sample.story import Row

EXTRA_FIELD = "see letter"


@dataclass(frozen=True)
class BrokenRow:
    """A row of `table` that breaks `rule`; `extra` are fields beyond the last column."""

    table: str
    rule: str
    row: Row
    extra: tuple[str, ...] = field(default=())


def broken_rows(people: list[Person]) -> list[BrokenRow]:
    """The rows to refuse, told of real people of the sample. Nobody's story depends on them."""
    return [
        *_broken_episodes(people[10]),
        *_broken_running(people[20]),
        *_broken_scores(people[30]),
        *_broken_visits(people[40]),
        *_broken_assessments(people[50]),
    ]


def _broken_episodes(person: Person) -> list[BrokenRow]:
    row: Row = {"condition": "pfps", "therapist": person.therapist, "site": person.site}
    row["first_visit_date"] = person.first_visit
    discharged: Row = {"discharge_date": person.date_of(-6), "discharge_reason": "goals_met"}
    stopped: Row = {"stopped_date": person.date_of(30)}
    return [
        BrokenRow("episodes", "before_first_visit", {"episode_id": "X0001", **row, **discharged}),
        BrokenRow("episodes", "both_or_neither", {"episode_id": "X0002", **row, **stopped}),
    ]


def _broken_running(person: Person) -> list[BrokenRow]:
    row: Row = {"episode_id": person.episode_id, "source": "phone"}
    impossible_day = f"{AS_OF.year}-02-31"
    return [
        BrokenRow("running", "date", {**row, "reported_on": impossible_day, "status": "not_running"}),
        BrokenRow("running", "code", {**row, "reported_on": person.date_of(3), "status": "jogging a bit"}),
    ]


def _broken_scores(person: Person) -> list[BrokenRow]:
    row: Row = {
        "scored_on": person.date_of(3),
        "instrument": "NPRS",
        "context": "usual_week",
        "reporter": "patient",
    }
    known: Row = {"episode_id": person.episode_id, **row}
    return [
        BrokenRow("scores", "range", {**known, "value": 11}),
        BrokenRow("scores", "number", {**known, "value": "5-6"}),
        BrokenRow("scores", "score_as_date", {**known, "value": "7-Oct"}),
        BrokenRow("scores", "no_episode", {"episode_id": "X0009", **row, "value": 4}),
    ]


def _broken_visits(person: Person) -> list[BrokenRow]:
    row: Row = {
        "episode_id": person.episode_id,
        "patient_id": person.patient_id,
        "therapist": person.therapist,
    }
    booked: Row = {**row, "visit_date": AS_OF + timedelta(days=9)}
    # Two days after the first visit: nobody's plan has a visit that early.
    twice: Row = {**row, "visit_date": person.date_of(2)}
    return [
        BrokenRow("visits", "future", booked),
        BrokenRow("visits", "conflicting_rows", {**twice, "status": "attended"}),
        BrokenRow("visits", "conflicting_rows", {**twice, "status": "did_not_attend"}),
    ]


def _broken_assessments(person: Person) -> list[BrokenRow]:
    row: Row = {
        "episode_id": person.episode_id,
        "assessed_on": person.first_visit,
        "measure": "pelvic_drop_deg",
        "value": 6,
    }
    return [BrokenRow("assessments", "field_count", row, extra=(EXTRA_FIELD,))]
