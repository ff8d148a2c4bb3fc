"""FHIR R4 as tables of the contract: episodes, scores and running reports of a bundle or of ndjson files.

Courses of care come from EpisodeOfCare and Condition, scores from Observation, and both scores and running
reports from the answers of a QuestionnaireResponse whose linkIds are ours: a column of `running`, or an
instrument with its context (`NPRS.worst_week`). A record that holds a whole life is mostly about other
things: what is of no knee course is left out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import islice
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

from etl.errors import FileStop
from etl.readers import CHUNK_ROWS, PLAIN, Chunk, Format, Part, stopped
from etl.readers.fhir_courses import UNKNOWN_THERAPIST, Course, Survey
from etl.readers.fhir_resources import resources_of
from etl.readers.fhir_scores import (
    REPORT_COLUMNS,
    SCORE_COLUMNS,
    Answers,
    Observed,
    course_times,
    is_of_a_course,
)
from etl.readers.json_stream import is_one_line

Row = tuple[int, list[str]] | None
_CLINICAL = {"Condition", "EpisodeOfCare", "Observation", "QuestionnaireResponse"}
FEWEST_NAMES = 2
_WORDS = re.compile(r"(?<![^\W_])(?![a-f]+(?![^\W\d_]))([^\W\d_]{2,})(?=\d*(?![^\W_]))")
_USUAL_WORDS = frozenset(
    (
        "all", "bundle", "care", "clinic", "condition", "conditions", "data", "encounter", "encounters",
        "episode", "episodes", "export", "fhir", "knee", "observation", "observations", "of", "page", "part",
        "patient", "patients", "questionnaire", "response", "responses",
    )
)  # fmt: skip
_EPISODE_COLUMNS = [column.name for column in fields(Course) if column.name not in {"path", "line"}]


@dataclass
class Records:
    """What some files hold together. The counts are by file."""

    survey: Survey
    courses: list[Course] = field(default_factory=list)
    clinical: dict[Path, int] = field(default_factory=dict)
    scores: dict[Path, int] = field(default_factory=dict)
    reports: dict[Path, int] = field(default_factory=dict)
    largest_visual: float = 0.0
    plain_visual: bool = False

    def see(self, path: Path) -> None:
        """Read a file once."""
        self.clinical[path] = self.scores[path] = self.reports[path] = 0
        for resource in resources_of(path):
            self.clinical[path] += resource.kind in _CLINICAL
            self.survey.see(path, resource)
            if resource.kind == "Observation":
                self._see_observation(path, Observed(resource, self.survey.zone))
            elif resource.kind == "QuestionnaireResponse":
                answers = Answers(resource, self.survey.zone)
                self.scores[path] += len(answers.scores())
                self.reports[path] += bool(answers.report())

    def _see_observation(self, path: Path, observed: Observed) -> None:
        self.scores[path] += bool(observed.loinc)
        if observed.is_plain_visual:
            self.plain_visual = True
            self.largest_visual = max(self.largest_visual, observed.size)


def fhir_parts(paths: Sequence[Path], declared: Format = PLAIN) -> list[Part]:
    """The tables that FHIR files hold, file by file; references between the files are followed.

    A file of ndjson with nothing for us is passed over if the others have something: bulk exports have one
    file for each kind of resource.
    """
    zone = ZoneInfo(declared.timezone) if declared.timezone else None
    records, found, good = Records(Survey(tuple(paths), zone)), [], []
    for path in paths:
        try:
            records.see(path)
            good.append(path)
        except FileStop as stop:
            found.append(stopped(path, stop, _shown(path)))
    records.survey.paths = tuple(good)
    if not any(records.clinical.values()):
        return [*found, *(stopped(path, FileStop("no_clinical_resources"), _shown(path)) for path in good)]
    records.courses = records.survey.courses()
    return [*found, *(part for path in good for part in _parts_of(path, records))]


def _parts_of(path: Path, records: Records) -> Iterator[Part]:
    """episodes if there is anything about conditions or nothing else; scores and running if there are any."""
    counted = path.suffix.lower() == ".json" and is_one_line(path)
    beside = tuple(other for other in records.survey.paths if other != path)
    conditions = records.survey.conditions.get(path, 0)
    other = records.scores[path] + records.reports[path]
    for table, columns, rows, count in (
        ("episodes", _EPISODE_COLUMNS, _episode_rows, conditions or (records.clinical[path] and not other)),
        ("scores", SCORE_COLUMNS, _score_rows, records.scores[path]),
        ("running", REPORT_COLUMNS, _report_rows, records.reports[path]),
    ):
        if count:
            notes = _notes(table, path, records, counted=counted)
            open_it = partial(FhirReader, columns, partial(rows, path, records), notes)
            yield Part(f"{_shown(path)}, {table}", table, open_it, path, canonical=True, beside=beside)


def _shown(path: Path) -> str:
    """The file's name, without words that may be a name: records of one patient are often named for them."""
    words = {word.casefold() for word in _WORDS.findall(path.stem)} - _USUAL_WORDS
    if len(words) < FEWEST_NAMES:
        return path.name
    left = _WORDS.sub("", path.stem).strip("_ .-") or f"{crc32(path.stem.encode()):08x}"
    return f"…{left}{path.suffix}"


def _notes(table: str, path: Path, records: Records, *, counted: bool) -> list[tuple[str, str]]:
    own = [course for course in records.courses if course.path == path]
    notes = [("records_counted", "")] if counted else []
    if table == "episodes" and any(course.therapist == UNKNOWN_THERAPIST for course in own):
        notes.append(("no_therapist", "therapist"))
    if table == "scores" and records.plain_visual:
        notes.append(("vas_scale", "instrument"))
    return notes


class FhirReader:
    """Reads one table of a FHIR file; see `TableReader`. A row that is None was left out."""

    def __init__(
        self,
        columns: Sequence[str],
        rows: Callable[[], Iterable[Row]],
        notes: Sequence[tuple[str, str]],
    ) -> None:
        self._columns, self._rows = list(columns), rows
        self.normalised = 0
        self.notes = list(notes)

    def header(self) -> list[str]:
        """Columns of the contract."""
        return self._columns

    def chunks(self) -> Iterator[Chunk]:
        """All rows in chunks of at most CHUNK_ROWS."""
        rows = iter(self._rows())
        while batch := list(islice(rows, CHUNK_ROWS)):
            kept = [row for row in batch if row]
            if len(kept) < len(batch) and ("other_records", "") not in self.notes:
                self.notes.append(("other_records", ""))
            columns: list[tuple[str, ...]] = [() for _ in self._columns]
            if kept:
                columns = list(zip(*(cells for _, cells in kept), strict=True))
            yield Chunk([line for line, _ in kept], columns, [], filtered=len(batch) - len(kept))


def _episode_rows(path: Path, records: Records) -> Iterator[Row]:
    for course in sorted(records.courses, key=lambda course: course.line):
        if course.path == path:
            yield course.line, [getattr(course, name) for name in _EPISODE_COLUMNS]
    yield from [None] * records.survey.left_out(path, records.courses)


def _score_rows(path: Path, records: Records) -> Iterator[Row]:
    times = course_times(records.courses)
    all_known = sum(records.survey.conditions.values()) > 0
    visual = "VAS100" if records.largest_visual > 10 else "VAS10"  # the end of the shorter scale
    for resource in resources_of(path):
        if resource.kind == "Observation":
            yield from _score_row(
                Observed(resource, records.survey.zone), visual, times if all_known else None
            )
        elif resource.kind == "QuestionnaireResponse":
            for cells in Answers(resource, records.survey.zone).scores():
                yield resource.line, cells


def _score_row(
    observed: Observed, visual: str, times: dict[str, list[tuple[str, str]]] | None
) -> Iterator[Row]:
    if observed.loinc:
        wanted = observed.is_meant and (
            times is None or is_of_a_course(observed.patient, observed.day, times)
        )
        yield (observed.line, observed.cells(visual)) if wanted else None


def _report_rows(path: Path, records: Records) -> Iterator[Row]:
    for resource in resources_of(path):
        if resource.kind == "QuestionnaireResponse":
            report = Answers(resource, records.survey.zone).report()
            if report:
                yield resource.line, report
