"""Scores and running reports in FHIR: one Observation, or the answers of one QuestionnaireResponse."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta, tzinfo
from typing import Any

from etl.readers.fhir_codes import (
    ANSWERS,
    LOINC_VISUAL,
    at,
    each,
    loinc_of,
    number,
    score_of,
    visual_scale,
    word,
)
from etl.readers.fhir_courses import Course
from etl.readers.fhir_resources import Resource, day_of, is_meant, subject_of
from sql.reference import instruments

Json = Any
SCORE_COLUMNS = ("patient_id", "scored_on", "instrument", "context", "value", "reporter", "score_id")
_ASKED = (
    "status", "since", "longest_run_min", "longest_pain_free_km", "weekly_km",
    "pain_while_running", "load_change", "home_exercise",
)  # fmt: skip
REPORT_COLUMNS = ("patient_id", "reported_on", *_ASKED, "source")
_DONE = ("completed", "amended")

# Where the contract attaches a patient's row to a course: from 28 days before to 24 months after its first
# visit.
DAYS_BEFORE = 28
YEARS_AFTER = 2


class Observed:
    """An Observation that may be a pain score. Those of LOINC are of a point in time: pain now."""

    def __init__(self, resource: Resource, zone: tzinfo | None) -> None:
        self._body = resource.body
        self.line, self._id = resource.line, resource.id
        self.loinc = loinc_of(resource.body)
        self.patient = subject_of(resource.body)
        self.is_meant = is_meant(resource.body)
        self.day = day_of(_when(resource.body), zone)

    @property
    def is_plain_visual(self) -> bool:
        """True for a visual analogue score that does not say whether in cm or in mm."""
        return self.loinc == LOINC_VISUAL and self.is_meant and not visual_scale(self._body)

    @property
    def size(self) -> float:
        """The score as a number; 0 if it is none."""
        try:
            return float(score_of(self._body))
        except ValueError:
            return 0.0

    def cells(self, visual: str) -> list[str]:
        """A row of SCORE_COLUMNS; `visual` is the scale of visual analogue scores without a unit."""
        scale = (visual_scale(self._body) or visual) if self.loinc == LOINC_VISUAL else "NPRS"
        return [self.patient, self.day, scale, "current", score_of(self._body), "patient", self._id]


def _when(body: Json) -> Json:
    return (
        body.get("effectiveDateTime") or at(body, "effectivePeriod", "start") or body.get("effectiveInstant")
    )


class Answers:
    """A QuestionnaireResponse that is done; answers to linkIds that are not ours are never looked at."""

    def __init__(self, resource: Resource, zone: tzinfo | None) -> None:
        body = resource.body
        done = word(body.get("status")) in _DONE
        self._id = resource.id
        self._patient, self._day = subject_of(body), day_of(body.get("authored"), zone)
        self._clinician = "Practitioner" in word(at(body, "source", "reference"))
        self._answers = dict(_answers(body)) if done else {}

    def report(self) -> list[str]:
        """A row of REPORT_COLUMNS; [] if nothing of it was asked."""
        if not self._answers.keys() & set(_ASKED):
            return []
        asked = [self._answers.get(name, "") for name in _ASKED]
        return [self._patient, self._day, *asked, "clinician" if self._clinician else "patient_form"]

    def scores(self) -> list[list[str]]:
        """Rows of SCORE_COLUMNS, one for each instrument that was asked."""
        reporter = "clinician" if self._clinician else "patient"
        return [
            [self._patient, self._day, instrument, context, text, reporter, f"{self._id}:{link}"]
            for link, text in self._answers.items()
            for instrument, _, context in (link.partition("."),)
            if instrument in instruments()
        ]


def _answers(item: Json) -> Iterator[tuple[str, str]]:
    """(linkId, first answer) of all items, however deep they lie."""
    for inner in each(at(item, "item")):
        answers = list(each(inner.get("answer")))
        if answers:
            yield word(inner.get("linkId")), _answer(answers[0])
        yield from _answers(inner)
        for answer in answers:
            yield from _answers(answer)


def _answer(answer: dict[str, Json]) -> str:
    coding = at(answer, "valueCoding")
    if coding is not None:
        code = word(at(coding, "code"))
        return ANSWERS.get(code, code)
    for kind in ("valueInteger", "valueDecimal", "valueDate", "valueString"):
        if answer.get(kind) is not None:
            return number(answer[kind])
    return number(at(answer, "valueQuantity", "value"))


def course_times(courses: Iterable[Course]) -> dict[str, list[tuple[str, str]]]:
    """First and last day, by patient, on which a score may belong to one of their courses."""
    times: dict[str, list[tuple[str, str]]] = {}
    for course in courses:
        try:
            first = date.fromisoformat(course.first_visit_date)
        except ValueError:
            continue
        last_year = first.year + YEARS_AFTER
        last = date(last_year, first.month, min(first.day, monthrange(last_year, first.month)[1]))
        begin = first - timedelta(days=DAYS_BEFORE)
        times.setdefault(course.patient_id, []).append((begin.isoformat(), last.isoformat()))
    return times


def is_of_a_course(patient: str, day: str, times: dict[str, list[tuple[str, str]]]) -> bool:
    """Whether a score falls into a course; one without a patient is kept, to be refused by name."""
    return not patient or any(first <= day <= last for first, last in times.get(patient, ()))
