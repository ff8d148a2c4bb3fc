"""What happened in the clinics and belongs on every chart over time: annotations, and changes of definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from string import ascii_uppercase
from typing import NamedTuple

from sqlalchemy import Connection

from dashboard.question import Asked
from sql.queries.decisions import annotations_of
from sql.settings import setting_history, setting_value

NOTED = "Noted by the clinic; its own words are not in figures to share"
DEFINITION_CHANGED = "What counts as a return to running changed"


class Event(NamedTuple):
    """Something that happened. `number` is its mark wherever it stands, whatever part of the time is drawn.

    What the clinic wrote down is numbered by its day, as in reports and the JSON; a changed definition has a letter.
    """

    day: date
    text: str
    number: str


@dataclass(frozen=True)
class Happened:
    """What happened, in order of time; of several clinics with the clinic before it."""

    events: tuple[Event, ...]


def happened_section(connection: Connection, asked: Asked) -> Happened:
    """Everything that the clinics asked about wrote down; its words only for readers within the clinic."""
    notes = annotations_of(connection, asked.clinics)
    events = [
        Event(
            note.day,
            _of_clinic(asked, note.clinic, NOTED if asked.leaves_the_clinic else note.text),
            str(number),
        )
        for number, note in enumerate(notes, 1)
    ]
    changes = sorted(
        (day, _of_clinic(asked, clinic, DEFINITION_CHANGED))
        for clinic in asked.clinics
        for day in definition_changes(connection, clinic, asked.facts.first_start)
    )
    events += [Event(day, text, letter_of(place)) for place, (day, text) in enumerate(changes)]
    return Happened(tuple(sorted(events, key=lambda event: event.day)))


def letter_of(place: int) -> str:
    """A, B … Z, AA, AB …"""
    before, letter = divmod(place, len(ascii_uppercase))
    return (letter_of(before - 1) if before else "") + ascii_uppercase[letter]


def definition_changes(connection: Connection, clinic: str, start: date | None) -> Iterator[date]:
    """Days on which the definition became another one, after the first visit of the data."""
    before = setting_value(connection, clinic, "definition", on=start)
    for change in setting_history(connection, clinic, "definition"):
        if (start is None or change.valid_from > start) and change.value != before:
            yield change.valid_from
            before = change.value


def _of_clinic(asked: Asked, clinic: str, text: str) -> str:
    return f"{clinic}: {text}" if asked.several_clinics else text
