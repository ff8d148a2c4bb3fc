"""Rows of `scores`: pain and function at the start, at visits and by form."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from etl.sample.chance import clamp, happens, pick
from etl.sample.story import Cell, Row, Story
from sql.reference import instruments

SCORED_AT_FIRST_VISIT, SCORED_AT_A_VISIT = 0.93, 0.45
FORM_BEFORE_FIRST_VISIT = 0.4
NOTED_BY_CLINICIAN = 0.06
LEFT_BLANK = 0.012
HALF_POINTS = 0.03
PAIN_NOISE = 0.8
RUNNING_HURTS_MORE = 1.0
PAIN_RUNNING_ONCE_BACK = 0.3
ASKED_ABOUT_RUNNING = 0.7
# What else provokes the pain, and how much more it hurts then.
PROVOKED_BY = {"pfps": ("stairs", 0.8), "itbs": ("downhill", 1.2), "pfps_itbs": ("stairs", 0.8)}
ASKED_WHAT_PROVOKES = 0.3

# Function falls with pain: value without pain, loss per point of pain, spread. At a pain of 5.5 this gives
# about 71 on the AKPS, 51 on the KOOS-PF and 16 of 36 on the UWRI.
FUNCTION = {
    "AKPS": (96.0, 4.6, 5.0),
    "KOOS-PF": (95.0, 8.0, 8.0),
    "LEFS": (78.0, 4.2, 5.0),
    "UWRI": (35.0, 3.4, 3.0),
}
FUNCTION_SCALE = {
    "pfps": {"AKPS": 0.62, "KOOS-PF": 0.28, "": 0.10},
    "pfps_itbs": {"AKPS": 0.8, "": 0.2},
    "itbs": {"LEFS": 0.3, "": 0.7},
    "other_knee": {"LEFS": 0.5, "": 0.5},
}
SCORED_ON_UWRI = 0.35


def score_rows(story: Story) -> Iterator[Row]:
    """All scores of one course."""
    rng = story.person.stream("scores")
    if happens(rng, SCORED_AT_FIRST_VISIT):
        before = rng.randint(1, 8) if happens(rng, FORM_BEFORE_FIRST_VISIT) else 0
        yield from _form(story, "w00", -before, rng)
    for day in story.contacts.attended:
        if day and happens(rng, SCORED_AT_A_VISIT):
            reporter = "clinician" if happens(rng, NOTED_BY_CLINICIAN) else "patient"
            yield {
                **story.whose,
                "scored_on": story.person.date_of(day),
                "instrument": "NPRS",
                "context": "usual_week",
                "value": _whole(_pain(story, day, "usual_week", rng)),
                "reporter": reporter,
            }
    for week, day in story.contacts.forms:
        yield from _form(story, f"w{week:02}", day, rng)


def _form(story: Story, name: str, day: int, rng: Random) -> Iterator[Row]:
    """One form: pain in the usual week and on the run, what provokes it, and the function scales."""
    questions: list[tuple[str, str, Cell]] = [
        ("NPRS", context, _answer(_pain(story, day, context, rng), rng)) for context in _contexts(story, rng)
    ]
    questions += [(scale, "", _function(story, day, scale, rng)) for scale in _scales(story)]
    for instrument, context, value in questions:
        code = "-".join(filter(None, (story.person.episode_id, name, instrument, context)))
        yield {
            **story.whose_form,
            "scored_on": story.person.date_of(day),
            "instrument": instrument,
            "context": context,
            "value": None if happens(rng, LEFT_BLANK) else value,
            "reporter": "patient",
            "score_id": code,
        }


def _contexts(story: Story, rng: Random) -> list[str]:
    asked = ["usual_week"]
    if happens(rng, ASKED_ABOUT_RUNNING):
        asked.append("running")
    if story.person.condition in PROVOKED_BY and happens(rng, ASKED_WHAT_PROVOKES):
        asked.append(PROVOKED_BY[story.person.condition][0])
    return asked


def _scales(story: Story) -> list[str]:
    """The function scales that this patient is given, the same ones each time."""
    rng = story.person.stream("scales")
    scales = [pick(rng, FUNCTION_SCALE[story.person.condition])]
    if story.person.goal == "running" and happens(rng, SCORED_ON_UWRI):
        scales.append("UWRI")
    return [scale for scale in scales if scale]


def _pain(story: Story, day: int, context: str, rng: Random) -> float:
    course, noise = story.course, rng.gauss(0, PAIN_NOISE)
    if context == "running" and course.is_back(day):
        return max(0.0, PAIN_RUNNING_ONCE_BACK + noise / 2)
    return clamp(course.pain_on(day) + _extra_pain(story, day, context) + noise, 0, 10)


def _extra_pain(story: Story, day: int, context: str) -> float:
    """How much more it hurts then than in a usual week, as long as it is not over."""
    if context == "usual_week" or story.course.is_back(day):
        return 0.0
    return RUNNING_HURTS_MORE if context == "running" else PROVOKED_BY[story.person.condition][1]


def _function(story: Story, day: int, scale: str, rng: Random) -> int:
    best, per_point, spread = FUNCTION[scale]
    value = best - per_point * story.course.pain_on(day) + rng.gauss(0, spread)
    return round(clamp(value, 0, instruments()[scale].high))


def _answer(pain: float, rng: Random) -> float:
    """Whole points as a rule; some people insist on a half."""
    return round(pain * 2) / 2 if happens(rng, HALF_POINTS) else _whole(pain)


def _whole(pain: float) -> int:
    return round(pain)
