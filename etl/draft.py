"""A mapping while it is being made: for each field of ours a column of the file, or one value for all rows.

A draft can be changed piece by piece and turned into the document of a mapping; what it still lacks can be asked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.appointments import MAPPABLE
from etl.cells import plain
from etl.contract import ColumnSpec
from etl.errors import UsageError
from etl.mapping_text import mapping_text
from etl.suggest import Look, best_table, draft_text, matched_columns, needed_columns
from etl.suggest_columns import Draft, Seen, column_lines

ALIKE = frozenset({"from", "const", "formats", "map", "parse", "scale", "pseudonymise"})
USUAL = {
    "running": {"source": "patient_form"},
    "scores": {"instrument": "NPRS", "context": "usual_week", "reporter": "patient"},
}
CONTEXT_WORDS = {
    "now": "current",
    "current": "current",
    "worst": "worst_week",
    "running": "running",
    "jetzt": "current",
}
OF_ENTRY = frozenset(
    {
        "match",
        "table",
        "format",
        "columns",
        "drop",
        "filters",
        "null_tokens",
        "without_course",
        "unknown_columns",
    }
)
ANSWERED = {"running": "status"}
"""Fields without which a row of a form is no answer: such rows are left out and counted."""


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
            "scale": self.scale,
            "pseudonymise": self.pseudonymise,
        }
        more = {name: value for name, value in optional.items() if value}
        return {"from": self.header, **more} if more else self.header


@dataclass(frozen=True)
class TableDraft:
    """What one row of the file is, with its fields by name."""

    table: str
    fields: Mapping[str, FieldDraft] = field(default_factory=dict)
    leaves_out_strangers: bool = False

    def missing(self) -> list[ColumnSpec]:
        """Fields that must be given and are not."""
        spec = MAPPABLE[self.table]
        given = {name for name, drafted in self.fields.items() if drafted.given}
        needed = needed_columns(spec)
        if "episode_id" in given and spec.by_patient and self.table != "appointments":
            needed = [name for name in needed if name != "patient_id"]
        return [spec.column(name) for name in needed if name not in given]


@dataclass(frozen=True)
class FileDraft:
    """How one file is written, and the tables that it gives. drop: headers that identify people."""

    tables: tuple[TableDraft, ...]
    format: Mapping[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    null_tokens: tuple[str, ...] = ()
    timezone: str = ""
    about: str = ""

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
        document["files"] = {name: self._entry(table) for name, table in zip(names, self.tables, strict=True)}
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
        }
        entry.update({name: value for name, value in optional.items() if value})
        answer = table.fields.get(ANSWERED.get(table.table, ""), FieldDraft())
        if answer.header:
            entry["filters"] = [{"column": answer.header, "filled": True}]
        if table.leaves_out_strangers:
            entry["without_course"] = "leave_out"
        entry["columns"] = {name: drafted.rule() for name, drafted in table.fields.items() if drafted.given}
        return entry


def draft_of(document: Mapping[str, Any]) -> FileDraft | None:
    """The draft that a mapping's document says, None if it says more than a draft can."""
    entries = list(document.get("files", {}).values())
    if not entries or not set(document) <= {"about", "timezone", "files"}:
        return None
    tables = [_table_of(entry) for entry in entries]
    known = [table for table in tables if table is not None]
    if len(known) < len(tables):
        return None
    first = entries[0]
    return FileDraft(
        tuple(known),
        first.get("format", {}),
        tuple(_listed(first.get("drop", ()))),
        tuple(_listed(first.get("null_tokens", ()))),
        document.get("timezone", ""),
        document.get("about", ""),
    )


def _table_of(entry: Mapping[str, Any]) -> TableDraft | None:
    if not set(entry) <= OF_ENTRY or entry.get("table") not in MAPPABLE:
        return None
    fields = {name: field_of(rule) for name, rule in entry.get("columns", {}).items()}
    found = {name: drafted for name, drafted in fields.items() if drafted is not None}
    answer = found.get(ANSWERED.get(entry["table"], ""), FieldDraft()).header
    expected = [{"column": answer, "filled": True}] if answer else []
    if len(found) < len(fields) or entry.get("filters", expected) != expected:
        return None
    return TableDraft(entry["table"], found, entry.get("without_course") == "leave_out")


def field_of(rule: Any) -> FieldDraft | None:
    """The field that a rule of a mapping says, None if it says more than a draft can."""
    keys: dict[str, Any] = {"from": rule} if isinstance(rule, str | list) else dict(rule)
    headers = _listed(keys.get("from", ""))
    if not set(keys) <= ALIKE or len(headers) != 1 or keys.get("parse") == "line_number":
        return None
    return FieldDraft(
        headers[0],
        str(keys.get("const", "")),
        tuple(_listed(keys.get("formats", ()))),
        dict(keys.get("map", {})),
        keys.get("parse", ""),
        keys.get("scale", ""),
        bool(keys.get("pseudonymise", False)),
    )


def suggested_field(spec: ColumnSpec, column: Seen) -> FieldDraft:
    """How a column of the file would become a field of ours."""
    lines = column_lines(spec, column, Draft())
    document = tomllib.loads("\n".join(line for line in lines if not line.startswith("#")))
    return field_of(document.get(spec.name, column.header)) or FieldDraft(column.header)


def suggested_table(table: str, columns: Sequence[Seen]) -> TableDraft:
    """The fields that headers look like, and the usual values of those that exports seldom hold."""
    spec = MAPPABLE[table]
    found = matched_columns(spec, columns)
    fields = {
        column.name: suggested_field(column, found[column.name])
        for column in spec.columns
        if column.name in found
    }
    usual = {
        name: FieldDraft(const=const) for name, const in USUAL.get(table, {}).items() if name not in fields
    }
    if table == "scores" and "value" in fields and "context" in usual:
        usual["context"] = FieldDraft(const=_context(fields["value"].header))
    return TableDraft(table, {**fields, **usual})


def _context(header: str) -> str:
    """What a pain score was asked about, as its header says."""
    told = plain(header)
    return next((context for word, context in CONTEXT_WORDS.items() if word in told.split()), "usual_week")


def likely_tables(columns: Sequence[Seen]) -> list[str]:
    """What a row of the file may be: the best table; of a form's answers, both of the tables that they give."""
    try:
        best = best_table(columns).name
    except UsageError:
        return []
    if best == "visits" and "episode_id" not in matched_columns(MAPPABLE["episodes"], columns):
        return ["appointments"]  # of patients, not of known courses: a booking system's list
    both = [name for name in USUAL if not suggested_table(name, columns).missing()]
    return both if best in USUAL and len(both) > 1 else [best]


def suggested_format(seen: Look) -> dict[str, Any]:
    """How the file is written, as the mapping says it."""
    (entry,) = tomllib.loads(draft_text(seen, "appointments"))["files"].values()
    return dict(entry.get("format", {}))


def _listed(value: Any) -> Sequence[str]:
    return [value] if isinstance(value, str) else list(value)


def _names(tables: Sequence[str]) -> list[str]:
    """A name per table; the second table of a kind is numbered."""
    return [
        table if tables[:place].count(table) == 0 else f"{table}_{tables[:place].count(table) + 1}"
        for place, table in enumerate(tables)
    ]
