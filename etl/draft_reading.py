"""Reads the document of a mapping back as a draft, so that a match that was kept can be changed piece by piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etl.appointments import MAPPABLE
from etl.draft import REPEATED, FieldDraft, FileDraft, LinkDraft, LookupDraft, TableDraft, answered

OF_FIELD = frozenset({"from", "const", "formats", "map", "parse", "scale", "pseudonymise", "lookup"})
OF_ENTRY = frozenset(
    {
        "match",
        "table",
        "format",
        "columns",
        "melt",
        "link",
        "drop",
        "filters",
        "null_tokens",
        "without_course",
        "unknown_columns",
    }
)
OF_BESIDE = frozenset({"match", "format"})


def draft_of(document: Mapping[str, Any]) -> FileDraft | None:
    """The draft that a mapping's document says, None if it says more than a draft can."""
    entries: Mapping[str, Mapping[str, Any]] = document.get("files", {})
    with_table = [entry for entry in entries.values() if "table" in entry]
    beside = {name: entry for name, entry in entries.items() if "table" not in entry}
    if not with_table or not set(document) <= {"about", "timezone", "files"}:
        return None
    tables = [_table_of(entry) for entry in with_table]
    known = [table for table in tables if table is not None]
    if len(known) < len(tables) or any(not set(entry) <= OF_BESIDE for entry in beside.values()):
        return None
    first = with_table[0]
    return FileDraft(
        tuple(known),
        first.get("format", {}),
        tuple(_listed(first.get("drop", ()))),
        tuple(_listed(first.get("null_tokens", ()))),
        document.get("timezone", ""),
        document.get("about", ""),
        {name: entry.get("format", {}) for name, entry in beside.items()},
    )


def _table_of(entry: Mapping[str, Any]) -> TableDraft | None:
    if not set(entry) <= OF_ENTRY or entry.get("table") not in MAPPABLE:
        return None
    rows = [_fields_of(melt.get("columns", {})) for melt in entry.get("melt", [])]
    base = _fields_of(entry.get("columns", {}))
    link = _link_of(entry["link"]) if "link" in entry else None
    if base is None or not _are_repeated(entry, rows) or ("link" in entry and link is None):
        return None
    known = [row for row in rows if row is not None]
    fields = {**base, **(known[0] if known else {})}
    expected = {} if known else answered(entry["table"], fields)
    if entry.get("filters", expected.get("filters", [])) != expected.get("filters", []):
        return None
    further = tuple(
        {name: drafted for name, drafted in row.items() if drafted != known[0].get(name)} for row in known[1:]
    )
    return TableDraft(entry["table"], fields, entry.get("without_course") == "leave_out", link, further)


def _are_repeated(entry: Mapping[str, Any], rows: Sequence[Mapping[str, FieldDraft] | None]) -> bool:
    """Whether the rows of a melt are what a draft can say: repeated fields, and nothing else."""
    known = set(REPEATED.get(entry["table"], ()))
    if any(row is None or not set(row) <= known for row in rows):
        return False
    return all(
        melt == {"columns": melt.get("columns"), **answered(entry["table"], row or {})}
        for melt, row in zip(entry.get("melt", []), rows, strict=True)
    )


def _fields_of(columns: Mapping[str, Any]) -> dict[str, FieldDraft] | None:
    fields = {name: field_of(rule) for name, rule in columns.items()}
    found = {name: drafted for name, drafted in fields.items() if drafted is not None}
    return found if len(found) == len(fields) else None


def _link_of(rule: Mapping[str, Any]) -> LinkDraft | None:
    pairs = {way: _pair_of(rule[way]) for way in ("email", "phone") if way in rule}
    code = _listed(rule.get("code", ""))
    if len(code) != 1 or None in pairs.values():
        return None
    return LinkDraft(
        str(rule.get("file", "")),
        code[0],
        pairs.get("email"),
        pairs.get("phone"),
        bool(rule.get("pseudonymise", False)),
    )


def _pair_of(pair: Mapping[str, Any]) -> tuple[str, str] | None:
    here, there = _listed(pair.get("here", ())), _listed(pair.get("there", ()))
    return (here[0], there[0]) if len(here) == len(there) == 1 else None


def field_of(rule: Any) -> FieldDraft | None:
    """The field that a rule of a mapping says, None if it says more than a draft can."""
    keys: dict[str, Any] = {"from": rule} if isinstance(rule, str | list) else dict(rule)
    headers = _listed(keys.get("from", ""))
    lookup = _lookup_of(keys["lookup"]) if "lookup" in keys else None
    if not set(keys) <= OF_FIELD or len(headers) != 1 or keys.get("parse") == "line_number":
        return None
    if "lookup" in keys and lookup is None:
        return None
    return FieldDraft(
        headers[0],
        str(keys.get("const", "")),
        tuple(_listed(keys.get("formats", ()))),
        dict(keys.get("map", {})),
        keys.get("parse", ""),
        keys.get("scale", ""),
        bool(keys.get("pseudonymise", False)),
        lookup,
    )


def _lookup_of(rule: Mapping[str, Any]) -> LookupDraft | None:
    key, value = _listed(rule.get("key", ())), _listed(rule.get("value", ()))
    one = len(key) == len(value) == 1 and not rule.get("same")
    return LookupDraft(str(rule.get("file", "")), key[0], value[0]) if one else None


def _listed(value: Any) -> Sequence[str]:
    return [value] if isinstance(value, str) else list(value)
