"""When the clinic hears of a patient: visits, forms and calls, planned without regard to how the patient is.

That makes the sample's curve honest: observation goes on after a return, and ends for reasons of its own.
The two exceptions are a call that says somebody stopped, and a call two weeks after a return already known.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

from etl.sample.chance import happens, next_working_day, pick
from etl.sample.course import Course
from etl.sample.people import Person

# Weekly at first, then every fortnight, in the end every month.
DAYS_TO_NEXT_VISIT = (7, 7, 10, 14, 14, 18, 21, 21, 28)
VISIT_STATUS: dict[Literal["attended", "cancelled", "did_not_attend"], float] = {
    "attended": 0.86, "cancelled": 0.09, "did_not_attend": 0.05,
}  # fmt: skip
# Week of each follow-up form, and how many send it back; a third of the late ones stay out.
FORM_ANSWERED = {6: 0.80, 12: 0.70, 26: 0.64}
# Calls: earliest and latest day, and how many are reached.
CALLS = ((110, 165, 0.30), (250, 380, 0.22))
CHECK_CALL_AFTER_DAYS, CHECK_CALLED = 14, 0.40
MISSES_A_LAST_VISIT = 0.6
ONLY_SEEN_ONCE = 0.02

Record = Literal["reports", "shortcut", "nobody_asked"]
RECORDS: dict[Record, float] = {"reports": 0.95, "shortcut": 0.035, "nobody_asked": 0.015}


@dataclass(frozen=True)
class Visit:
    """An appointment, in days since the first visit."""

    day: int
    status: Literal["attended", "cancelled", "did_not_attend"]


@dataclass(frozen=True)
class Contacts:
    """All contacts of a course, in days since the first visit.

    `forms` are (week, day answered). `record` says how the clinic keeps the running question: as reports, as
    dates in the episode, or not at all. `saw_whole_plan` is true if the last visit of the plan lies within
    observation; `stop_known` is false where a stop was never told.
    """

    planned_visits: int
    saw_whole_plan: bool
    visits: tuple[Visit, ...]
    forms: tuple[tuple[int, int], ...]
    calls: tuple[int, ...]
    record: Record
    stop_known: bool

    @property
    def attended(self) -> tuple[int, ...]:
        """Days of the visits that took place."""
        return tuple(visit.day for visit in self.visits if visit.status == "attended")

    @property
    def last_day(self) -> int:
        """Day of the last contact."""
        return max([0, *self.attended, *(day for _, day in self.forms), *self.calls])


def contacts_of(person: Person, course: Course) -> Contacts:
    """When the clinic hears of this person."""
    rng = person.stream("contacts")
    record = pick(rng, RECORDS)
    until = _last_day_in_reach(person, course, rng)
    told = _told_of_stop(person, course, until, rng)
    if course.stop_day is not None:
        until = min(until, course.stop_day)
    planned, visits = _visits(person, until)
    forms, calls = _forms(person, until), _calls(person, until)
    heard = [
        0,
        *(visit.day for visit in visits if visit.status == "attended"),
        *(day for _, day in forms),
        *calls,
    ]
    more = told if course.stop_day is not None else _check_call(person, course, sorted(heard), until)
    return Contacts(
        planned_visits=planned,
        saw_whole_plan=len(visits) == planned and visits[-1].day <= until,
        visits=visits,
        forms=forms,
        calls=tuple(sorted({*calls, *more})),
        record=record,
        stop_known=bool(told),
    )


def _last_day_in_reach(person: Person, course: Course, rng: Random) -> int:
    """Last day on which the person answers, whatever has become of the knee."""
    if happens(rng, ONLY_SEEN_ONCE) or person.red_flag_open:
        return 0
    return person.watched_days if course.lost_day is None else min(course.lost_day, person.watched_days)


def _told_of_stop(person: Person, course: Course, until: int, rng: Random) -> tuple[int, ...]:
    """Day of the call that tells of a stop, if the person can still be reached."""
    if course.stop_day is None or course.stop_day > until:
        return ()
    day = _working(person, course.stop_day + rng.randint(1, 9))
    return (day,) if day <= person.watched_days else ()


def _visits(person: Person, until: int) -> tuple[int, tuple[Visit, ...]]:
    """The visits of the plan up to the end of observation, and often one more that a lost patient missed."""
    rng = person.stream("visits")
    planned = rng.randint(6, 10)
    visits, day = [Visit(0, "attended")], 0
    for gap in DAYS_TO_NEXT_VISIT[: planned - 1]:
        day = _working(person, day + gap + rng.randint(-2, 3))
        status = pick(rng, VISIT_STATUS)
        if day > person.watched_days:
            break
        if day > until:
            if happens(rng, MISSES_A_LAST_VISIT):
                visits.append(Visit(day, "did_not_attend"))
            break
        visits.append(Visit(day, status))
    return planned, tuple(visits)


def _forms(person: Person, until: int) -> tuple[tuple[int, int], ...]:
    """Forms that came back; some people answer most of them, some few."""
    rng = person.stream("forms")
    keen = rng.uniform(0.75, 1.2)
    answers = []
    for week, answered in FORM_ANSWERED.items():
        day = week * 7 + rng.randint(-2, 8)
        if happens(rng, answered * keen) and day <= until:
            answers.append((week, day))
    return tuple(answers)


def _calls(person: Person, until: int) -> tuple[int, ...]:
    rng = person.stream("calls")
    calls = []
    for earliest, latest, reached in CALLS:
        day = _working(person, rng.randint(earliest, latest))
        if happens(rng, reached) and day <= until:
            calls.append(day)
    return tuple(calls)


def _check_call(person: Person, course: Course, heard: list[int], until: int) -> tuple[int, ...]:
    """Whether the return held: asked after a fortnight, where a contact has told of the return by then."""
    rng = person.stream("check call")
    told = next((day for day in heard if course.is_back(day)), None)
    if told is None or course.return_day is None or not happens(rng, CHECK_CALLED):
        return ()
    day = _working(person, max(told + 2, course.return_day + CHECK_CALL_AFTER_DAYS) + rng.randint(0, 4))
    return (day,) if day <= until else ()


def _working(person: Person, day: int) -> int:
    """The day itself or the next on which the clinic is open."""
    return (next_working_day(person.date_of(day)) - person.first_visit).days
