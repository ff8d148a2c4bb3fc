"""Courses of care from a booking system's appointments: one after each gap of 90 days without a visit.

A course is one of the store if it holds that one's first visit or another of its visits; it then keeps its
code. So overlapping exports give no course twice, and an earlier visit that turns up later moves the first
visit and nothing else. Only courses that were derived are ever changed here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from etl.appointments import APPOINTMENTS, OF_EPISODE
from etl.errors import REFUSAL_MARK, FileStop, Refusal
from etl.merge import EARLIEST_BEFORE_FIRST_VISIT_DAYS
from etl.parse import ColumnReader, Parsed
from etl.readers import Chunk, TableReader
from sql.schema import episode, visit

GAP_DAYS = 90
PATIENTS_AT_ONCE = 500
_RANK = {"attended": 0, "did_not_attend": 1, "cancelled": 2}

Opener = Callable[[], TableReader]


class Key(NamedTuple):
    """What tells visits apart."""

    patient: str
    day: str
    therapist: str


@dataclass
class Course:
    """A course of care: its code, its first visit, and whether the code is new or was derived before."""

    episode_id: str
    first_visit: str
    derived: bool
    known_first_visit: str | None = None


@dataclass
class _Patient:
    """Attended days of one person: of the files (with their rows) and of the store; the store's courses."""

    rows: dict[str, tuple[int, int, tuple[str, ...]]] = field(default_factory=dict)
    missed: set[str] = field(default_factory=set)
    anchors: list[tuple[str, str]] = field(default_factory=list)
    stored: dict[str, str] = field(default_factory=dict)
    courses: list[Course] = field(default_factory=list)


class Appointments:
    """The appointments of a load's files, read once to see the courses.

    Holds one entry per visit in memory: a clinic's own list, not a nation's.
    """

    def __init__(self, files: Sequence[Opener], connection: Connection, clinic: str, as_of: date) -> None:
        self._as_of = as_of.isoformat()
        self._people: defaultdict[str, _Patient] = defaultdict(_Patient)
        self._best: dict[Key, tuple[int, int, int]] = {}
        self.columns: list[str] = []
        for number, opener in enumerate(files):
            self._read(number, opener())
        self._add_known(connection, clinic)
        for code, person in self._people.items():
            person.courses = list(_courses(code, person))

    def course_at(self, patient: str, day: str) -> Course | None:
        """The course of an appointment: the latest that begins not later than 28 days after it."""
        courses = self._people[patient].courses if patient in self._people else []
        last = date.fromisoformat(day).toordinal() + EARLIEST_BEFORE_FIRST_VISIT_DAYS
        place = bisect_right([date.fromisoformat(course.first_visit).toordinal() for course in courses], last)
        return courses[place - 1] if place else None

    def is_best(self, key: Key, file: int, line: int) -> bool:
        """True for the row that stands for all appointments of one patient, day and therapist."""
        return self._best.get(key, (0, file, line))[1:] == (file, line)

    def derived(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """(line, cells) of every episode that the files begin or correct; cells as in `episode_names`."""
        for patient, person in self._people.items():
            for number, course in enumerate(person.courses):
                end = person.courses[number + 1].first_visit if number + 1 < len(person.courses) else "9999"
                days = sorted(day for day in person.rows if course.first_visit <= day < end)
                if days and course.derived and days[0] == course.first_visit:
                    yield self._episode(patient, course, [person.rows[day] for day in days])

    def episode_names(self) -> list[str]:
        """Columns of the derived episodes."""
        given = [name for name in ("therapist", "site", *OF_EPISODE) if name in self.columns]
        return ["episode_id", "patient_id", "first_visit_date", *given]

    def _episode(
        self, patient: str, course: Course, rows: list[tuple[int, int, tuple[str, ...]]]
    ) -> tuple[int, tuple[str, ...]]:
        first = dict(zip(self.columns, rows[0][2], strict=True))
        cells = {
            "episode_id": course.episode_id,
            "patient_id": patient,
            "first_visit_date": course.first_visit,
        }
        for place, name in enumerate(self.columns):
            if name in OF_EPISODE:
                cells[name] = _first_told(name, (row[2][place] for row in rows))
        return rows[0][1], tuple(cells.get(name, first.get(name, "")) for name in self.episode_names())

    def _read(self, file: int, reader: TableReader) -> None:
        names = reader.header()
        if not self.columns:
            self.columns = [name for name in names if name in ("therapist", "site", *OF_EPISODE)]
        cells = Cells(names, self._as_of)
        for chunk in reader.chunks():
            for row, key, status in cells.readable(chunk):
                rank = (_RANK[status], file, chunk.lines[row])
                if rank < self._best.get(key, (9, 0, 0)):
                    self._best[key] = rank
                person = self._people[key.patient]
                if status != "attended":
                    person.missed.add(key.day)
                elif key.day not in person.rows:
                    told = tuple(
                        chunk.columns[names.index(name)][row] if name in names else ""
                        for name in self.columns
                    )
                    person.rows[key.day] = (file, chunk.lines[row], told)

    def _add_known(self, connection: Connection, clinic: str) -> None:
        for codes in _batches(list(self._people)):
            courses = select(episode.c.patient_id, episode.c.episode_id, episode.c.first_visit_date).where(
                episode.c.clinic == clinic, episode.c.patient_id.in_(codes)
            )
            for patient, code, first in connection.execute(courses):
                self._people[patient].anchors.append((first.isoformat(), code))
            visits = (
                select(episode.c.patient_id, visit.c.visit_date, visit.c.episode_id)
                .join(
                    visit, (visit.c.clinic == episode.c.clinic) & (visit.c.episode_id == episode.c.episode_id)
                )
                .where(
                    episode.c.clinic == clinic, episode.c.patient_id.in_(codes), visit.c.status == "attended"
                )
            )
            for patient, day, code in connection.execute(visits):
                self._people[patient].stored[day.isoformat()] = code


def _courses(patient: str, person: _Patient) -> Iterator[Course]:
    """The courses of one person, in order."""
    person.anchors.sort()
    undone = person.missed - person.rows.keys()
    days = {
        *person.rows,
        *(day for day in person.stored if day not in undone),
        *(first for first, _ in person.anchors),
    }
    for block in _blocks(sorted(days)):
        anchors = [anchor for anchor in person.anchors if block[0] <= anchor[0] <= block[-1]]
        if anchors:
            for place, (first, code) in enumerate(anchors):
                begins = block[0] if place == 0 else first
                yield Course(code, begins, code.startswith(f"{patient}:"), first)
            continue
        known = next((person.stored[day] for day in block if day in person.stored), None)
        if known is None:
            yield Course(f"{patient}:{block[0]}", block[0], derived=True)
        else:
            yield Course(known, block[0], derived=False)


def _batches(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    return (codes[start : start + PATIENTS_AT_ONCE] for start in range(0, len(codes), PATIENTS_AT_ONCE))


def _blocks(days: Sequence[str]) -> Iterator[list[str]]:
    """Days without a gap of 90 between them."""
    block: list[str] = []
    for day in days:
        if block and (date.fromisoformat(day) - date.fromisoformat(block[-1])).days >= GAP_DAYS:
            yield block
            block = []
        block.append(day)
    if block:
        yield block


def _first_told(name: str, texts: Iterable[str]) -> str:
    """What the first row says that says something; any condition says more than `other`."""
    filled = [text for text in texts if text.strip()]
    told = [text for text in filled if not text.startswith(REFUSAL_MARK)] or filled
    if name == "condition":
        told = [text for text in told if text != "other"] or told
    return told[0] if told else ""


class Cells:
    """Keys and status of the rows of an appointment list, read as the contract reads them."""

    def __init__(self, names: Sequence[str], as_of: str) -> None:
        self._names = list(names)
        self._as_of = as_of
        self._readers = {
            name: ColumnReader(APPOINTMENTS.column(name), as_of="9999-12-31")
            for name in ("patient_id", "visit_date", "status", "therapist")
            if name in names
        }

    def readable(self, chunk: Chunk) -> Iterator[tuple[int, Key, str]]:
        """Rows whose key and status can be read and that are not still to come."""
        for row in range(len(chunk.lines)):
            found = self.of_row(chunk, row)
            if found is not None and found[0].day <= self._as_of:
                yield row, *found

    def of_row(self, chunk: Chunk, row: int) -> tuple[Key, str] | None:
        """Key and status of a row; None if the contract will refuse it."""
        parsed: dict[str, Parsed] = {}
        for name, reader in self._readers.items():
            try:
                parsed[name] = reader[chunk.columns[self._names.index(name)][row]]
            except FileStop as stop:
                stop.line = chunk.lines[row]
                raise
            if isinstance(parsed[name], Refusal):
                return None
        key = Key(str(parsed["patient_id"]), str(parsed["visit_date"]), str(parsed.get("therapist") or ""))
        return key, str(parsed.get("status", "attended"))


@dataclass
class DerivedEpisodes:
    """The derived episodes as a file; see `TableReader`. Their line is that of the visit they begin with."""

    appointments: Appointments
    normalised: int = 0
    notes: list[tuple[str, str]] = field(default_factory=list)

    def header(self) -> list[str]:
        """Columns of the episodes."""
        return self.appointments.episode_names()

    def chunks(self) -> Iterator[Chunk]:
        """All episodes at once: they are in memory already."""
        rows = sorted(self.appointments.derived())
        if rows:
            columns = list(zip(*(cells for _, cells in rows), strict=True))
            yield Chunk([line for line, _ in rows], columns, [])


class AppointmentVisits:
    """The visits of one appointment file, with their course; see `TableReader`.

    Left out are bookings still to come, people who never came, and all but one of several appointments of one
    patient, day and therapist.
    """

    COLUMNS = ("patient_id", "visit_date", "status", "therapist", "treatments")

    def __init__(self, inner: TableReader, number: int, appointments: Appointments, as_of: date) -> None:
        self._inner, self._number, self._appointments = inner, number, appointments
        self._as_of = as_of.isoformat()

    @property
    def normalised(self) -> int:
        """As the file's own reader counts."""
        return self._inner.normalised

    @property
    def notes(self) -> list[tuple[str, str]]:
        """As the file's own reader notes."""
        return self._inner.notes

    def header(self) -> list[str]:
        """Columns of the visits."""
        self._names = self._inner.header()
        self._given = [name for name in self.COLUMNS if name in self._names]
        self._cells = Cells(self._names, self._as_of)
        return ["episode_id", *self._given]

    def chunks(self) -> Iterator[Chunk]:
        """The visits, in the order of the file."""
        for chunk in self._inner.chunks():
            courses = [self._course(chunk, row) for row in range(len(chunk.lines))]
            rows = [row for row, course in enumerate(courses) if course is not None]
            columns = [
                tuple(chunk.columns[self._names.index(name)][row] for row in rows) for name in self._given
            ]
            codes = tuple(courses[row] or "" for row in rows)
            left_out = chunk.filtered + len(chunk.lines) - len(rows)
            yield Chunk([chunk.lines[row] for row in rows], [codes, *columns], chunk.broken, left_out)

    def _course(self, chunk: Chunk, row: int) -> str | None:
        """Code of the course; "" for a row that the contract will refuse; None for one that is left out."""
        found = self._cells.of_row(chunk, row)
        if found is None:
            return ""
        key, _ = found
        if key.day > self._as_of or not self._appointments.is_best(key, self._number, chunk.lines[row]):
            return None
        course = self._appointments.course_at(key.patient, key.day)
        return course.episode_id if course else None
