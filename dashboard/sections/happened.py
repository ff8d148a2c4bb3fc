"""What happened in the clinics and belongs on every chart over time: annotations, and changes of definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from dashboard.question import Asked
from sql.queries.decisions import annotations_of
from sql.settings import setting_history, setting_value

NOTED = "Noted by the clinic; its own words are not in figures to share"
DEFINITION_CHANGED = "What counts as a return to running changed"


@dataclass(frozen=True)
class Happened:
    """Days with what happened on them, in order of time; of several clinics with the clinic before it."""

    events: tuple[tuple[date, str], ...]


def happened_section(connection: Connection, asked: Asked) -> Happened:
    """Everything that the clinics asked about wrote down; its words only for readers within the clinic."""
    events = [
        (note.day, _of_clinic(asked, note.clinic, NOTED if asked.leaves_the_clinic else note.text))
        for note in annotations_of(connection, asked.clinics)
    ]
    for clinic in asked.clinics:
        changes = definition_changes(connection, clinic, asked.facts.first_start)
        events += [(day, _of_clinic(asked, clinic, DEFINITION_CHANGED)) for day in changes]
    return Happened(tuple(sorted(events)))


def definition_changes(connection: Connection, clinic: str, start: date | None) -> Iterator[date]:
    """Days on which the definition became another one, after the first visit of the data."""
    before = setting_value(connection, clinic, "definition", on=start)
    for change in setting_history(connection, clinic, "definition"):
        if (start is None or change.valid_from > start) and change.value != before:
            yield change.valid_from
            before = change.value


def _of_clinic(asked: Asked, clinic: str, text: str) -> str:
    return f"{clinic}: {text}" if asked.several_clinics else text
