"""What a REDCap export shows of its project: events, repeats and forms, and which lines hold which columns.

A line is of one event, and may be one repeat of an instrument. The names of both are the project's own words, as are
the names of its fields; nothing else of the file is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from etl.cells import NOT_TICKED, plain
from etl.identifiers import may_be_shown
from etl.suggest_cell_words import MISSING_NUMBERS
from etl.suggest_columns import Seen, formats_of
from etl.suggest_look import ROWS_LOOKED_AT, Look

EVENT, REPEAT, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
GROUP = "redcap_data_access_group"
LABELS = {"event name": EVENT, "repeat instrument": REPEAT, "repeat instance": INSTANCE}
NOT_COMPLETED = "[not completed]"
MISSING_WORDS = ("NI", "INV", "UNK", "NASK", "ASKU", "NAV", "NAVU", "MSK", "NP", "UNC")
"""Words that REDCap proposes for a missing value; each project chooses some of them."""
_UNIQUE_NAME = re.compile(r"[a-z0-9_]{1,64}")
_ARM = re.compile(r"_arm_\d+$")
_COMPLETE = "_complete"


class Kind(NamedTuple):
    """A kind of line: its event, and the instrument that it repeats."""

    event: str
    repeat: str


def is_redcap(columns: Sequence[Seen]) -> bool:
    """Whether a file is a REDCap export: by its event or repeat columns, else by a form's state of completion."""
    return any(_role(column.header) in (EVENT, REPEAT) for column in columns) or any(
        column.header.endswith(_COMPLETE) and bool(column.filled) and set(column.filled) <= {"0", "1", "2"}
        for column in columns
    )


def _role(header: str) -> str:
    return LABELS.get(plain(header), plain(header))


@dataclass(frozen=True)
class Project:
    """The fields of a project without words for nothing, and how many lines of each kind there are and hold them."""

    columns: Sequence[Seen]
    lines: Counter[Kind]
    filled: dict[int, Counter[Kind]]

    @property
    def record(self) -> Seen:
        """The column of records: always the first."""
        return self.columns[0]

    def of_redcap(self, role: str) -> Seen | None:
        """One of REDCap's own columns, if the export has it."""
        return next((column for column in self.columns if _role(column.header) == role), None)

    @cached_property
    def named(self) -> bool:
        """Whether events and instruments have their unique names, as in a raw export."""
        return all(
            not word or (_UNIQUE_NAME.fullmatch(word) and may_be_shown(word))
            for kind in self.lines
            for word in kind
        )

    @cached_property
    def fields(self) -> list[Seen]:
        """The columns that somebody filled in: without REDCap's own, columns to tick and personal ones."""
        return [
            column
            for column in self.columns
            if not column.header.startswith("redcap_")
            and _role(column.header) not in (EVENT, REPEAT, INSTANCE)
            and not column.header.endswith(_COMPLETE)
            and "___" not in column.header
            and not column.personal
        ]

    @cached_property
    def checkboxes(self) -> dict[str, list[Seen]]:
        """Columns to tick by the name of their field."""
        found: dict[str, list[Seen]] = {}
        for column in self.columns:
            if "___" in column.header and not column.personal:
                found.setdefault(column.header.partition("___")[0], []).append(column)
        return found

    def kinds(self, column: Seen) -> list[Kind]:
        """Kinds of lines that hold a column, in the order of the file."""
        return [kind for kind in self.lines if self.filled[column.place][kind]]

    def form(self, column: Seen) -> int:
        """The form of a column: the place of the state of completion that ends it."""
        ends = (other.place for other in self.columns if other.header.endswith(_COMPLETE))
        return next((place for place in ends if place >= column.place), len(self.columns))

    def day_of(self, column: Seen, kinds: Sequence[Kind]) -> Seen | None:
        """The column of days in the same lines: one that is always filled, of the same form, the nearest."""
        days = [
            other
            for other in self.fields
            if holds_days(other) and all(self.filled[other.place][kind] for kind in kinds)
        ]
        return min(
            days,
            key=lambda day: (
                not all(self.filled[day.place][kind] >= self.filled[column.place][kind] for kind in kinds),
                self.form(day) != self.form(column),
                abs(day.place - column.place),
            ),
            default=None,
        )

    def day_of_event(self, kind: Kind) -> Seen | None:
        """The first column of days that another line of the same event and record holds."""
        others = [other for other in self.lines if other.event == kind.event and other != kind]
        return next(
            (
                day
                for day in self.fields
                if holds_days(day) and any(self.filled[day.place][o] for o in others)
            ),
            None,
        )

    def in_every_arm(self, first: Kind) -> list[Kind]:
        """The kinds of lines that are the same event in another arm."""
        return [
            kind
            for kind in self.lines
            if kind.repeat == first.repeat and _ARM.sub("", kind.event) == _ARM.sub("", first.event)
        ]


def holds_days(column: Seen) -> bool:
    """Whether all that stands in a column is days."""
    return bool(column.filled) and all(formats_of(text) for text in column.filled)


def project_of(seen: Look) -> tuple[Project, tuple[str, ...]]:
    """The project, and the words for nothing that stand in its fields."""
    columns = [Seen(column.header, column.place, _without_nothing(column)) for column in seen.columns]
    words = {text for column in seen.columns for text in column.texts}
    nothing = tuple(word for word in (*MISSING_WORDS, NOT_COMPLETED) if word in words)
    project = Project(columns, Counter(), {column.place: Counter() for column in columns})
    event, repeat = project.of_redcap(EVENT), project.of_redcap(REPEAT)
    for chunk in seen.part.open().chunks():
        for row in range(len(chunk.lines)):
            kind = Kind(*(chunk.columns[one.place][row].strip() if one else "" for one in (event, repeat)))
            project.lines[kind] += 1
            for column in columns:
                text = chunk.columns[column.place][row].strip()
                if text in column.texts and not ("___" in column.header and text.casefold() in NOT_TICKED):
                    project.filled[column.place][kind] += 1
        if project.lines.total() >= ROWS_LOOKED_AT:
            break
    return project, nothing


def _without_nothing(column: Seen) -> Counter[str]:
    nothing = {*MISSING_WORDS, NOT_COMPLETED, "", *(code for code in MISSING_NUMBERS if code.startswith("-"))}
    return Counter({text: rows for text, rows in column.texts.items() if text not in nothing})
