"""A mapping while it is being made: for each field of ours a column of the file, or one value for all rows.

A draft can be changed piece by piece and turned into the document of a mapping; what it still lacks can be asked.
What is proposed for a file is in draft_suggested.py; a document becomes a draft again in draft_reading.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from etl.appointments import MAPPABLE
from etl.contract import ColumnSpec
from etl.mapping_text import mapping_text
from etl.suggest_match import needed_columns
from sql.reference import instruments

ANSWERED = {"running": "status"}
"""Fields without which a row of a form is no answer: such rows are left out and counted."""
REPEATED = {
    "scores": ("scored_on", "instrument", "context", "value"),
    "running": ("reported_on", "status"),
    "assessments": ("assessed_on", "measure", "side", "value"),
}
"""Fields that one line of a file may hold several times, the value that is repeated last."""

DEFAULT_CONTEXT = "usual_week"
"""What a pain score counts as asked about where nothing says it."""
CHECKBOXES = "checkboxes"
"""The word of `parse` for a field made of columns to tick; its header is their common name."""


@dataclass(frozen=True)
class LookupDraft:
    """A value taken from another file: name of its entry, its column to search in, its column to take."""

    file: str
    key: str
    value: str


@dataclass(frozen=True)
class FieldDraft:
    """Where the values of a field of ours come from: a header, or one value (`const`) for all rows."""

    header: str = ""
    const: str = ""
    formats: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    parse: str = ""
    scale: str = ""
    pseudonymise: bool = False
    lookup: LookupDraft | None = None

    @property
    def given(self) -> bool:
        """Whether it says where values come from."""
        return bool(self.header or self.const)

    def rule(self) -> dict[str, Any] | str:
        """As the mapping writes it."""
        if not self.header:
            return {"const": self.const}
        optional = {
            "parse": self.parse,
            "formats": list(self.formats),
            "map": dict(self.words),
            "lookup": vars(self.lookup) if self.lookup else {},
            "scale": self.scale,
            "pseudonymise": self.pseudonymise,
        }
        more = {name: value for name, value in optional.items() if value}
        return {"from": self.header, **more} if more else self.header


@dataclass(frozen=True)
class LinkDraft:
    """Patients found by e-mail or phone in the list of clients: name of its entry, its column with their codes."""

    file: str
    code: str
    email: tuple[str, str] | None = None
    phone: tuple[str, str] | None = None
    pseudonymise: bool = False

    def rule(self) -> dict[str, Any]:
        """As the mapping writes it. email, phone: headers in this file and in that one."""
        pairs = {way: pair for way, pair in (("email", self.email), ("phone", self.phone)) if pair}
        written = {way: {"here": here, "there": there} for way, (here, there) in pairs.items()}
        more = {"pseudonymise": True} if self.pseudonymise else {}
        return {"file": self.file, "code": self.code, **written, **more}


@dataclass(frozen=True)
class TableDraft:
    """What one row of the file is, with its fields by name.

    further: for each further value in the same line (`REPEATED`), those of its fields that differ from the first's.
    """

    table: str
    fields: Mapping[str, FieldDraft] = field(default_factory=dict)
    leaves_out_strangers: bool = False
    link: LinkDraft | None = None
    further: tuple[Mapping[str, FieldDraft], ...] = ()

    def missing(self) -> list[ColumnSpec]:
        """Fields that must be given and are not."""
        spec = MAPPABLE[self.table]
        given = {name for name, drafted in self.fields.items() if drafted.given}
        given |= {"patient_id"} if self.link else set()
        needed = needed_columns(spec)
        if "episode_id" in given and spec.by_patient and self.table != "appointments":
            needed = [name for name in needed if name != "patient_id"]
        return [spec.column(name) for name in needed if name not in given]

    def rules(self) -> dict[str, Any]:
        """Its columns, and the rows of one line where there are several."""
        if not self.further:
            return {"columns": _rules(self.fields)}
        repeated, rows = REPEATED[self.table], self._rows()
        columns = _rules({name: drafted for name, drafted in self.fields.items() if name not in repeated})
        return {
            "columns": columns,
            "melt": [{"columns": _rules(row), **answered(self.table, row)} for row in rows],
        }

    def _rows(self) -> list[dict[str, FieldDraft]]:
        """The repeated fields of each value in a line."""
        first = {name: drafted for name, drafted in self.fields.items() if name in REPEATED[self.table]}
        return [first, *({**first, **more} for more in self.further)]

    def same_values(self) -> list[tuple[str, ...]]:
        """Headers whose values nothing tells apart: where two of them differ in a line, neither can be loaded."""
        if not self.further:
            return []
        *_, value = REPEATED[self.table]
        told_apart_by = MAPPABLE[self.table].key
        alike: defaultdict[str, list[str]] = defaultdict(list)
        for row in self._rows():
            rules = _rules({"context": FieldDraft(const=DEFAULT_CONTEXT), **row})
            alike[repr(sorted((name, rules[name]) for name in rules if name in told_apart_by))].append(
                row[value].header
            )
        return [tuple(headers) for headers in alike.values() if len(headers) > 1]

    def all_fields(self) -> Iterable[tuple[str, FieldDraft]]:
        """Every field with its name, those of further values too."""
        return [
            *self.fields.items(),
            *((name, drafted) for more in self.further for name, drafted in more.items()),
        ]


def answered(table: str, fields: Mapping[str, FieldDraft]) -> dict[str, Any]:
    """The condition that a row of a form is an answer, where one needs it."""
    header = fields.get(ANSWERED.get(table, ""), FieldDraft()).header
    return {"filters": [{"column": header, "filled": True}]} if header else {}


def _rules(fields: Mapping[str, FieldDraft]) -> dict[str, Any]:
    """The fields as the mapping writes them. A scale of function has no context."""
    scale = instruments().get(fields["instrument"].const) if "instrument" in fields else None
    without = {"context"} if scale and not scale.measures_pain else set()
    return {name: drafted.rule() for name, drafted in fields.items() if drafted.given and name not in without}


@dataclass(frozen=True)
class FileDraft:
    """How one file is written, and the tables that it gives.

    drop: headers that identify people. beside: how the other files are written that it looks into, by the names of
    their entries.
    """

    tables: tuple[TableDraft, ...]
    format: Mapping[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    null_tokens: tuple[str, ...] = ()
    timezone: str = ""
    about: str = ""
    beside: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every table has what it must have."""
        return bool(self.tables) and not any(table.missing() for table in self.tables)

    def document(self) -> dict[str, Any]:
        """The document of the mapping."""
        document: dict[str, Any] = {"about": self.about} if self.about else {}
        if self.timezone:
            document["timezone"] = self.timezone
        names = _names([table.table for table in self.tables])
        entries = {name: self._entry(table) for name, table in zip(names, self.tables, strict=True)}
        for name, how in self.beside.items():
            entries[name] = {"match": "*", **({"format": dict(how)} if how else {})}
        document["files"] = entries
        return document

    def text(self) -> str:
        """The mapping file. It fits by headers, so its files may have any name."""
        return mapping_text(
            self.document(),
            ("Made on the Import page. The same with the command line: load FILE --mapping THIS",),
        )

    def _entry(self, table: TableDraft) -> dict[str, Any]:
        entry: dict[str, Any] = {"match": "*", "table": table.table}
        optional = {
            "format": dict(self.format),
            "drop": list(self.drop),
            "null_tokens": list(self.null_tokens),
            "link": table.link.rule() if table.link else {},
        }
        entry.update({name: value for name, value in optional.items() if value})
        if not table.further:
            entry.update(answered(table.table, table.fields))
        if table.leaves_out_strangers:
            entry["without_course"] = "leave_out"
        return {**entry, **table.rules()}


def _names(tables: list[str]) -> list[str]:
    """A name per table; the second table of a kind is numbered."""
    return [
        table if tables[:place].count(table) == 0 else f"{table}_{tables[:place].count(table) + 1}"
        for place, table in enumerate(tables)
    ]
