"""Condition, EpisodeOfCare and Encounter resources: what of them makes a course of care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

from etl.readers.fhir_codes import at, condition_of, each, side_of, word
from etl.readers.fhir_resources import Resource, day_of, id_in, subject_of

Json = Any


@dataclass(frozen=True)
class Diagnosis:
    """A Condition of a knee. `visit` is its Encounter's id; `recorded` the day it was written down."""

    path: Path
    line: int
    id: str
    ids: frozenset[str]
    patient: str
    condition: str
    side: str
    onset: str
    recorded: str
    visit: str
    therapist: str


@dataclass(frozen=True)
class Care:
    """An EpisodeOfCare, of whatever it may be."""

    path: Path
    line: int
    id: str
    patient: str
    diagnoses: frozenset[str]
    first_visit: str
    end: str
    therapist: str


def diagnosis_of(path: Path, resource: Resource, zone: tzinfo | None) -> Diagnosis:
    """A Condition of a knee, as a diagnosis."""
    body = resource.body
    onset = body.get("onsetDateTime") or at(body, "onsetPeriod", "start")
    return Diagnosis(
        path,
        resource.line,
        resource.id,
        resource.ids,
        subject_of(body),
        condition_of(body.get("code")),
        side_of(body.get("code"), body.get("bodySite")),
        day_of(onset, zone),
        day_of(body.get("recordedDate"), zone),
        id_in(at(body, "encounter", "reference")),
        _practitioner(at(body, "asserter")) or _practitioner(at(body, "recorder")),
    )


def care_of(path: Path, resource: Resource, zone: tzinfo | None) -> Care:
    """An EpisodeOfCare."""
    body = resource.body
    ended = word(body.get("status")) == "finished"
    return Care(
        path,
        resource.line,
        resource.id,
        subject_of(body),
        frozenset(id_in(at(entry, "condition", "reference")) for entry in each(body.get("diagnosis"))) - {""},
        day_of(at(body, "period", "start"), zone),
        day_of(at(body, "period", "end"), zone) if ended else "",
        _practitioner(at(body, "careManager")),
    )


def therapist_of(encounter: Json) -> str:
    """The id of the first practitioner of an Encounter."""
    people = (_practitioner(at(entry, "individual")) for entry in each(at(encounter, "participant")))
    return next(filter(None, people), "")


def _practitioner(reference: Json) -> str:
    """The id of a Practitioner; a patient may assert a condition too, and is no therapist."""
    text = word(at(reference, "reference"))
    person = text.startswith("urn:") or "Practitioner" in text
    return (
        id_in(text) if person and at(reference, "type") in (None, "Practitioner", "PractitionerRole") else ""
    )
