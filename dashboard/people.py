"""The people behind a count, for a reader, and the line in the audit that says who looked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from dashboard.access import Reader
from dashboard.people_titles import title_of
from dashboard.question import ask
from dashboard.record_names import MEASURE_MISSING
from dashboard.wording import counted, long_date
from sql.cohort import Cohort, Scope
from sql.engine import reading, writing
from sql.queries.people import MOST_PEOPLE, Person, people, refuse_sharing
from sql.queries.people_lists import PeopleList
from sql.writes.audit import write_audit

LISTED = "people_listed"
STANDING_WORDS = {
    "returned": "back running",
    "stopped": "stopped",
    "discharged": "discharged, return not recorded",
    "lost": "discharged as lost",
    "no_contact": "nothing after the first visit",
    "open": "no discharge recorded",
    "cannot_count": "outside the curve",
}


@dataclass(frozen=True)
class Listed:
    """One person as shown: the short code, why they are here, what is missing ("" where the list is not about that)."""

    clinic: str
    code: str
    token: str
    therapist: str
    first_visit: str
    why: str
    missing: str


@dataclass(frozen=True)
class ListedPeople:
    """A list with its title. `total` may exceed the 200 that are shown at most.

    `standings` has the number of those shown by where they stand, the most frequent first: not one of the six
    classes, which also ask how long ago the last contact was.
    """

    title: str
    total: int
    people: tuple[Listed, ...]
    standings: tuple[tuple[str, int], ...] = ()

    @property
    def note(self) -> str:
        """How many there are, which are shown, and where they stand."""
        if self.total > MOST_PEOPLE:
            head = f"{self.total:,} people; the {MOST_PEOPLE} with the latest first visit are shown"
        else:
            head = counted(self.total)
        parts = [f"{people} {words}" for words, people in self.standings]
        if len(parts) == 1:
            return f"{head}: {self.standings[0][0]}."
        return f"{' · '.join([head, *parts])}."


def list_people(
    engine: Engine, reader: Reader, scope: Scope, cohort: Cohort, wanted: PeopleList, *, at: datetime
) -> ListedPeople:
    """The list, after it was written to the audit: without a line there, nobody is shown.

    `at` is the time of the look in UTC.

    Raises
    ------
    NotForSharing, NotAllowed
        if the reader does not hold the record, or may not ask the question.
    StoreError
        if the audit cannot be written.
    """
    refuse_sharing(scope)
    with reading(engine) as connection:
        asked = ask(connection, scope, cohort)
        found = people(
            connection,
            scope,
            cohort,
            wanted,
            as_of=asked.as_of,
            in_care_days=asked.in_care_days,
            several_clinics=asked.several_clinics,
        )
    shown = dict.fromkeys(asked.clinics, 0)
    for person in found.people:
        shown[person.clinic] += 1
    with writing(engine) as connection:
        for clinic, rows in shown.items():
            write_audit(
                connection, clinic, at=at, reader=reader.label, action=LISTED, subject=wanted.code, rows=rows
            )
    standings = Counter(STANDING_WORDS[person.standing] for person in found.people)
    return ListedPeople(
        title_of(wanted),
        found.total,
        tuple(_listed(person, wanted) for person in found.people),
        tuple(standings.most_common()),
    )


def _listed(person: Person, wanted: PeopleList) -> Listed:
    return Listed(
        person.clinic,
        person.short_code,
        person.token,
        person.therapist,
        long_date(person.first_visit),
        _why(person, wanted),
        _missing(person),
    )


def _why(person: Person, wanted: PeopleList) -> str:
    """Where the person stands, with the day that decides."""
    if wanted.kind == "rule" and wanted.name == "already_running" and person.return_day is not None:
        return f"return dated {-person.return_day} days before the first visit"
    words = STANDING_WORDS[person.standing]
    if person.standing == "returned" and person.return_day is not None:
        if person.return_day > person.last_day:
            return f"back running on day {person.return_day}, {_too_late(person)}"
        return f"back running on day {person.return_day}; last contact on day {person.last_day}"
    if person.standing == "stopped" and person.stop_day is not None:
        reason = (person.stopped_reason or "gave_up_running").replace("_", " ")
        late = f", {_too_late(person)}" if person.stop_day > person.last_day else ""
        return f"stopped on day {person.stop_day}: {reason}{late}"
    return f"{words}; last contact on day {person.last_day}"


def _too_late(person: Person) -> str:
    """Why the curve does not know what is known here."""
    return (
        f"which is later than the last contact (day {person.last_day}): not counted in the curve; correct the last "
        "contact"
    )


def _missing(person: Person) -> str:
    """What should be known by now and is not."""
    when: dict[str, list[str]] = {}
    for name, known in person.known.items():
        if known is False:
            what, day = MEASURE_MISSING[name]
            when.setdefault(what, []).append(day)
    gaps = [f"{what} ({', '.join(days)})" for what, days in when.items()]
    gaps += ["goal"] if person.goal == "unknown" else []
    gaps += ["symptom duration"] if person.symptom_duration == "unknown" else []
    return ", ".join(gaps) or "nothing"
