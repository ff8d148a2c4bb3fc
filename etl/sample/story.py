"""One patient's story, from which the rows of every table are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from etl.sample.clinic import ClinicPlan
from etl.sample.contacts import Contacts, contacts_of
from etl.sample.course import Course, course_of
from etl.sample.people import Person

Cell = str | int | float | date | None
Row = dict[str, Cell]
"""One row of a file by column; a column that is not there is empty."""


@dataclass(frozen=True)
class Story:
    """Who somebody is, what happens to them, and when the clinic hears of it."""

    person: Person
    course: Course
    contacts: Contacts

    @property
    def whose(self) -> Row:
        """The columns that name the course of care."""
        return {"episode_id": self.person.episode_id}

    @property
    def whose_form(self) -> Row:
        """The columns that name who filled in a form: some forms know the patient only."""
        if self.person.stream("form").random() < FORMS_WITH_PATIENT_ONLY:
            return {"patient_id": self.person.patient_id}
        return self.whose


FORMS_WITH_PATIENT_ONLY = 0.25


def story_of(person: Person, plan: ClinicPlan) -> Story:
    """The story of one person."""
    course = course_of(person, plan)
    return Story(person, course, contacts_of(person, course))
