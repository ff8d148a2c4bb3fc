"""Rows of `running`: what was answered each time somebody was asked."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from etl.sample.chance import clamp, happens, pick
from etl.sample.story import Row, Story

ASKED_AT_FIRST_VISIT, ASKED_AT_A_VISIT = 0.6, 0.7
SAYS_SINCE = 0.84
# Before a return: how many run on in spite of the pain, at first and after some weeks of care.
RUNS_WITH_PAIN_AT_FIRST, RUNS_WITH_PAIN_LATER, LATER_DAY = 0.35, 0.60, 28
# A form asks for everything, a therapist notes some of it, a call is short.
DETAIL = {"patient_form": 0.9, "clinician": 0.55, "phone": 0.35}
MINUTES_PER_KM = 6.0
LONG_RUN_OF_A_WEEK = 0.35
SHORTEST_RUN_THAT_COUNTS_KM = 3.5
HOME_EXERCISE = {"none": 0.12, "some": 0.33, "most": 0.38, "all": 0.17}


def running_rows(story: Story) -> Iterator[Row]:
    """All answers of one course, in the order of their days."""
    if story.contacts.record != "reports":
        return
    rng = story.person.stream("running")
    told_back = False
    for day, source in _asked(story, rng):
        status = _status(story, day, rng, told_back=told_back)
        told_back = told_back or status in ("running_without_pain", "back_to_usual")
        since = _since(story, status, day)
        yield {
            **(story.whose_form if source == "patient_form" else story.whose),
            "reported_on": story.person.date_of(day),
            "status": status,
            "since": story.person.date_of(since) if since is not None and happens(rng, SAYS_SINCE) else None,
            "source": source,
            **_detail(story, status, source, rng),
        }


def _asked(story: Story, rng: Random) -> list[tuple[int, str]]:
    """Day and source of every answer; the last visit always asks."""
    contacts = story.contacts
    visits = [
        day
        for day in contacts.attended
        if day == max(contacts.attended) or happens(rng, ASKED_AT_A_VISIT if day else ASKED_AT_FIRST_VISIT)
    ]
    runs_already = story.course.return_day is not None and story.course.return_day < 0
    if runs_already and 0 not in visits:
        visits.insert(0, 0)
    asked = [(day, "clinician") for day in visits]
    asked += [(day, "patient_form") for _, day in contacts.forms]
    asked += [(day, "phone") for day in contacts.calls]
    return sorted(asked)


def _status(story: Story, day: int, rng: Random, *, told_back: bool) -> str:
    course = story.course
    if course.stop_day is not None and day >= course.stop_day:
        return "given_up" if course.stop_reason == "gave_up_running" else "not_running"
    if course.is_back(day):
        usual = told_back and course.usual_day is not None and course.usual_day <= day
        return "back_to_usual" if usual else "running_without_pain"
    if course.in_relapse(day):
        return "running_with_pain"
    runs = RUNS_WITH_PAIN_LATER if day >= LATER_DAY else RUNS_WITH_PAIN_AT_FIRST
    return "running_with_pain" if happens(rng, runs) else "not_running"


def _since(story: Story, status: str, day: int) -> int | None:
    """Day on which the status began, where that is something a person can say."""
    course = story.course
    if status == "given_up":
        return course.stop_day
    if status == "back_to_usual" and course.usual_day is not None:
        return max(course.usual_day, course.back_since(day) or 0)
    if status == "running_without_pain":
        return course.back_since(day)
    return course.relapse_on(day)


def _detail(story: Story, status: str, source: str, rng: Random) -> Row:
    """Distance, minutes, pain and home programme, as far as they were asked; they agree with the status."""
    before_km = story.person.weekly_km
    without_pain = status in ("running_without_pain", "back_to_usual")
    share = {
        "not_running": 0.0,
        "given_up": 0.0,
        "running_with_pain": rng.uniform(0.15, 0.6),
        "running_without_pain": rng.uniform(0.35, 0.85),
        "back_to_usual": rng.uniform(0.85, 1.15),
    }[status]
    weekly_km = round(before_km * share)
    longest_km = max(weekly_km * LONG_RUN_OF_A_WEEK, SHORTEST_RUN_THAT_COUNTS_KM if without_pain else 0)
    free_km = longest_km if without_pain else longest_km * rng.uniform(0.2, 0.7)
    pain = round(clamp(rng.gauss(story.person.base_pain * 0.7, 1.2), 1, 10))
    answers: Row = {
        "longest_run_min": round(longest_km * MINUTES_PER_KM),
        "longest_pain_free_km": round(free_km, 1),
        "weekly_km": max(weekly_km, round(longest_km)),
        "pain_while_running": 0 if without_pain else pain if share else None,
        "load_change": _load_change(status, rng),
        "home_exercise": pick(rng, HOME_EXERCISE),
    }
    return {name: answer if happens(rng, DETAIL[source]) else None for name, answer in answers.items()}


def _load_change(status: str, rng: Random) -> str:
    if status in ("not_running", "given_up"):
        return "stopped"
    return "unchanged" if status == "back_to_usual" or happens(rng, 0.2) else "reduced"
