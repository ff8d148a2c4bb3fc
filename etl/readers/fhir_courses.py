"""Courses of care of a knee, from the Condition, EpisodeOfCare and Encounter resources of some files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta, tzinfo
from pathlib import Path

from etl.readers.fhir_codes import at, both_of, condition_of
from etl.readers.fhir_diagnoses import Care, Diagnosis, care_of, diagnosis_of, therapist_of
from etl.readers.fhir_resources import Resource, day_of, is_meant, resources_of

NEW_COURSE_DAYS = 90
"""As in appointment lists: a diagnosis made again within so many days belongs to the same course."""
UNKNOWN_THERAPIST = "not_recorded"


@dataclass(frozen=True)
class Course:
    """One row of the episodes."""

    path: Path
    line: int
    episode_id: str
    patient_id: str
    condition: str
    side: str
    onset_date: str
    first_visit_date: str
    therapist: str
    discharge_date: str = ""


@dataclass
class Survey:
    """What files hold of courses. `conditions` counts Conditions and EpisodeOfCares of all complaints."""

    paths: tuple[Path, ...]
    zone: tzinfo | None
    diagnoses: list[Diagnosis] = field(default_factory=list)
    cares: list[Care] = field(default_factory=list)
    visits: dict[str, tuple[str, str]] = field(default_factory=dict)
    conditions: dict[Path, int] = field(default_factory=lambda: defaultdict(int))

    def see(self, path: Path, resource: Resource) -> None:
        """Take a resource into account."""
        if resource.kind == "Condition":
            self.conditions[path] += 1
            if is_meant(resource.body) and condition_of(resource.body.get("code")):
                self.diagnoses.append(diagnosis_of(path, resource, self.zone))
        elif resource.kind == "EpisodeOfCare":
            self.conditions[path] += 1
            if is_meant(resource.body):
                self.cares.append(care_of(path, resource, self.zone))

    def courses(self) -> list[Course]:
        """All courses, in the order of their lines."""
        self._look_up_visits()
        dated = [self._with_visit(diagnosis) for diagnosis in self.diagnoses]
        of_care = list(_matched(self.cares, dated))
        used = {diagnosis for _, group in of_care for diagnosis in group}
        rest = [diagnosis for diagnosis in dated if diagnosis not in used]
        found = [_course_of_care(care, group) for care, group in of_care]
        return [*found, *map(_course_of_diagnoses, _grouped(rest))]

    def left_out(self, path: Path, courses: Iterable[Course]) -> int:
        """Conditions and EpisodeOfCares of a file that are of no knee, or are not meant."""
        return (
            self.conditions[path]
            - sum(1 for d in self.diagnoses if d.path == path)
            - self._cares_in(path, courses)
        )

    def _cares_in(self, path: Path, courses: Iterable[Course]) -> int:
        ids = {course.episode_id for course in courses if course.path == path}
        return sum(1 for care in self.cares if care.path == path and care.id in ids)

    def _look_up_visits(self) -> None:
        """A second reading, for those Encounters only that a knee was diagnosed in."""
        wanted = {d.visit for d in self.diagnoses} - {""}
        for path in self.paths if wanted else ():
            for resource in resources_of(path):
                if resource.kind == "Encounter" and resource.ids & wanted:
                    seen = (
                        day_of(at(resource.body, "period", "start"), self.zone),
                        therapist_of(resource.body),
                    )
                    self.visits.update(dict.fromkeys(resource.ids, seen))

    def _with_visit(self, diagnosis: Diagnosis) -> Diagnosis:
        day, therapist = self.visits.get(diagnosis.visit, ("", ""))
        return replace(
            diagnosis,
            recorded=day or diagnosis.recorded,
            therapist=therapist or diagnosis.therapist,
        )


def _matched(cares: list[Care], diagnoses: list[Diagnosis]) -> Iterator[tuple[Care, list[Diagnosis]]]:
    """EpisodeOfCares with the diagnoses that they name; one that names none has those made in its time."""
    by_id: dict[str, list[Diagnosis]] = defaultdict(list)
    by_patient: dict[str, list[Diagnosis]] = defaultdict(list)
    for diagnosis in diagnoses:
        by_patient[diagnosis.patient].append(diagnosis)
        for name in diagnosis.ids:
            by_id[name].append(diagnosis)
    for care in cares:
        named = [diagnosis for name in sorted(care.diagnoses) for diagnosis in by_id[name]]
        in_time = [diagnosis for diagnosis in by_patient[care.patient] if _in_time(diagnosis, care)]
        group = list(dict.fromkeys(named if care.diagnoses else in_time))
        if group:
            yield care, group


def _in_time(diagnosis: Diagnosis, care: Care) -> bool:
    began = bool(care.patient and care.first_visit)
    return began and care.first_visit <= diagnosis.recorded <= (care.end or "9999")


def _grouped(diagnoses: list[Diagnosis]) -> Iterator[list[Diagnosis]]:
    """Diagnoses of one person with no more than NEW_COURSE_DAYS between one and the next."""
    group: list[Diagnosis] = []
    for diagnosis in sorted(diagnoses, key=lambda d: (d.patient, d.recorded, d.line)):
        if group and not _goes_on(group[-1], diagnosis):
            yield group
            group = []
        group.append(diagnosis)
    if group:
        yield group


def _goes_on(last: Diagnosis, diagnosis: Diagnosis) -> bool:
    if not last.patient or last.patient != diagnosis.patient:
        return False
    try:
        gap = date.fromisoformat(diagnosis.recorded) - date.fromisoformat(last.recorded)
    except ValueError:
        return False
    return gap <= timedelta(days=NEW_COURSE_DAYS)


def _course_of_diagnoses(group: list[Diagnosis]) -> Course:
    first = group[0]
    return Course(
        first.path,
        first.line,
        first.id,
        first.patient,
        _condition(group),
        both_of(d.side for d in group),
        min(filter(None, (d.onset for d in group)), default=""),
        first.recorded,
        next(filter(None, (d.therapist for d in group)), UNKNOWN_THERAPIST),
    )


def _course_of_care(care: Care, group: list[Diagnosis]) -> Course:
    course = _course_of_diagnoses(group)
    return replace(
        course,
        path=care.path,
        line=care.line,
        episode_id=care.id,
        patient_id=care.patient or course.patient_id,
        first_visit_date=care.first_visit or course.first_visit_date,
        therapist=care.therapist or course.therapist,
        discharge_date=care.end,
    )


def _condition(group: list[Diagnosis]) -> str:
    """What is most to the point; runner's knee with iliotibial band syndrome has a word of its own."""
    found = {diagnosis.condition for diagnosis in group}
    if {"pfps", "itbs"} <= found:
        return "pfps_itbs"
    return next(name for name in ("pfps", "itbs", "other_knee") if name in found)
