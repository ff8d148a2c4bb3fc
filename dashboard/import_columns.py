"""What the Import page calls a column of ours in a report of a load: the field in words, and the file's own header."""

from __future__ import annotations

from dashboard.field_names import field_label
from etl.appointments import APPOINTMENTS
from etl.errors import listed
from etl.mapping import FileRule, Mapping, columns_of
from etl.reshape import shown_name
from etl.sources import Source


def column_words(source: Source, mapping: Mapping) -> dict[tuple[str, str], str]:
    """The words for the columns of a file that is read through a mapping."""
    headers: dict[tuple[str, str], list[str]] = {}
    for rule in mapping.files.values():
        if _gives(rule, source.table):
            for _, name, column in columns_of(rule):
                headers.setdefault((str(rule.table), name), []).extend(column.from_)
    return {
        (source.name, name): _words(field_label(table, name), found)
        for (table, name), found in headers.items()
    }


def _gives(rule: FileRule, table: str) -> bool:
    return rule.table == table or (rule.table == APPOINTMENTS.name and table in ("episodes", "visits"))


def _words(label: str, headers: list[str]) -> str:
    """The label, and the headers that may be shown."""
    shown = [f"“{header}”" for header in headers if shown_name(header, 0) == header]
    return f"{label}, from {listed(shown)}" if shown else label
