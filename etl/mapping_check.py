"""Mistakes of a mapping that only the contract shows: unknown columns, words and formats; missing columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from etl.appointments import MAPPABLE
from etl.contract import ColumnSpec, TableSpec
from etl.date_formats import date_format
from etl.errors import FileStop, Refusal
from etl.identifiers import may_be_shown
from etl.mapping import ColumnRule, FileRule, Mapping, perhaps
from etl.parse import ColumnReader

Mistake = tuple[str, str]
"""Path of a key, and what is wrong with it."""

ANY_DAY = "9999-12-31"
PARSES: dict[str, tuple[str, ...]] = {
    "key": ("text", "joined", "first_filled", "line_number"),
    "code": ("text", "first_ticked", "first_filled", "age_band"),
    "codes": ("text", "checkboxes", "comma_list", "semicolon_list"),
    "date": ("date", "first_filled"),
    "partial_date": ("date", "first_filled"),
    "number": ("number", "first_number", "first_filled"),
    "integer": ("number", "first_number", "first_filled"),
}
"""Words of `parse` by kind of column; the first is what an absent `parse` means."""


def mistakes(mapping: Mapping) -> list[Mistake]:
    """Everything that is wrong, by path."""
    found: list[Mistake] = []
    if not mapping.files:
        found.append(("files", "give at least one entry, like [files.scores]"))
    for name, rule in mapping.files.items():
        found += _of_entry(f"files.{name}", rule, mapping)
    if mapping.files and not any(rule.table for rule in mapping.files.values()):
        found.append(("files", f"no entry names a table; allowed: {', '.join(MAPPABLE)}"))
    return found


def _of_entry(path: str, rule: FileRule, mapping: Mapping) -> Iterator[Mistake]:
    if rule.table is None:
        for key in ("columns", "melt", "link"):
            if getattr(rule, key):
                yield f"{path}.{key}", f"needs a table; add table, allowed: {', '.join(MAPPABLE)}"
        return
    if rule.table not in MAPPABLE:
        yield f"{path}.table", f"allowed: {', '.join(MAPPABLE)}{perhaps(rule.table, tuple(MAPPABLE))}"
        return
    table = MAPPABLE[rule.table]
    columns = [(f"{path}.columns", rule.columns)]
    columns += [(f"{path}.melt[{n}].columns", melt.columns) for n, melt in enumerate(rule.melt, 1)]
    for place, rules in columns:
        for name, column in rules.items():
            yield from _of_column(f"{place}.{name}", name, column, table, rule, mapping)
    yield from _missing_columns(path, rule, table)
    yield from _of_link(path, rule, table, mapping)
    if isinstance(rule.missing_codes, dict):
        for name in rule.missing_codes:
            yield from _known_column(f"{path}.missing_codes.{name}", name, table)


def _known_column(path: str, name: str, table: TableSpec) -> Iterator[Mistake]:
    known = [spec.name for spec in table.columns]
    if name not in known:
        yield path, f"{table.name} has no such column{perhaps(name, known)}; allowed: {', '.join(known)}"


def _of_column(
    path: str, name: str, column: ColumnRule, table: TableSpec, rule: FileRule, mapping: Mapping
) -> Iterator[Mistake]:
    unknown = list(_known_column(path, name, table))
    yield from unknown
    if unknown:
        return
    spec = table.column(name)
    yield from _of_words(path, column, spec)
    yield from _of_parse(path, column, spec)
    yield from _of_dates(path, column, spec, rule.timezone or mapping.timezone)
    if column.plus_days and spec.kind != "date":
        yield f"{path}.plus_days", f"{spec.name} is no day"
    if column.scale and spec.kind not in ("number", "integer"):
        yield f"{path}.scale", f"{spec.name} is no number"
    if column.pseudonymise and spec.kind != "key":
        yield f"{path}.pseudonymise", f"{spec.name} is no code; only codes are pseudonymised"
    if column.lookup and column.lookup.file not in mapping.files:
        yield f"{path}.lookup.file", f"there is no such entry; allowed: {', '.join(mapping.files)}"


def _of_words(path: str, column: ColumnRule, spec: ColumnSpec) -> Iterator[Mistake]:
    """Our side of `const` and `map` must be what the contract allows."""
    if column.const is not None and (says := _refused(spec, column.const)):
        yield f"{path}.const", says
    if column.parse == "age_band":
        return
    for theirs, ours in column.map.items():
        if ours and not column.scale and (says := _refused(spec, ours)):
            shown = theirs if may_be_shown(theirs) else "…"  # words of a map are values of cells
            yield f'{path}.map."{shown}"', says


def _refused(spec: ColumnSpec, text: str) -> str:
    """Why the contract would refuse a text, in words; empty if it would take it."""
    try:
        value = ColumnReader(spec, as_of=ANY_DAY)[text]
    except FileStop:
        return "a date is written 2026-10-31"
    if not isinstance(value, Refusal):
        return ""
    if spec.codes:
        return f"allowed: {', '.join(spec.codes)}{perhaps(text, spec.codes)}"
    if value.rule == "range":
        return f"a number from {spec.low:g} to {spec.high:g}"
    kinds = {
        "key": "a code of up to 64 letters, digits and _ . : -",
        "number": "a number",
        "integer": "a whole number",
    }
    return f"{kinds.get(spec.kind, 'a date, written 2026-10-31')} is needed"


def _of_parse(path: str, column: ColumnRule, spec: ColumnSpec) -> Iterator[Mistake]:
    allowed = PARSES[spec.kind]
    if spec.name != "age_band":
        allowed = tuple(word for word in allowed if word != "age_band")
    if column.parse is not None and column.parse not in allowed:
        yield f"{path}.parse", f"for {spec.name} allowed: {', '.join(allowed)}"
    if column.parse == "checkboxes" and len(column.from_) != 1:
        yield f"{path}.from", "for checkboxes give one name, the part before ___"
    if column.parse == "first_ticked" and (says := _of_ticks(column)):
        yield f"{path}.map", says


def _of_ticks(column: ColumnRule) -> str:
    missing = [name for name in column.from_ if name not in column.map]
    if missing:
        return f"for first_ticked every header needs its word; {missing[0]!r} has none"
    others = [name for name in column.map if name not in (*column.from_, "*")]
    return f"for first_ticked headers of `from` or * are allowed, not {others[0]!r}" if others else ""


def _of_dates(path: str, column: ColumnRule, spec: ColumnSpec, timezone: str | None) -> Iterator[Mistake]:
    if column.formats and spec.kind not in ("date", "partial_date"):
        yield f"{path}.formats", f"{spec.name} is no date"
        return
    for n, text in enumerate(column.formats, 1):
        try:
            declared = date_format(text)
        except ValueError as error:
            yield f"{path}.formats[{n}]", str(error)
            continue
        if declared.precision != "day" and spec.kind == "date":
            yield (
                f"{path}.formats[{n}]",
                f"{spec.name} needs the day; only onset_date may be a month or a year",
            )
        if declared.has_offset and timezone is None:
            sign = "%z" if "%z" in text else "%Z"
            yield f"{path}.formats[{n}]", f"{sign} needs a time zone; add timezone, like Europe/London"


def _missing_columns(path: str, rule: FileRule, table: TableSpec) -> Iterator[Mistake]:
    variants = [
        (f"{path}.melt[{n}].columns", {**rule.columns, **melt.columns}) for n, melt in enumerate(rule.melt, 1)
    ]
    for place, columns in variants or [(f"{path}.columns", rule.columns)]:
        given = {*columns, *(["patient_id"] if rule.link else [])}
        missing = [name for name in table.required if name not in given]
        if table.by_patient and not given & {"episode_id", "patient_id"}:
            missing.insert(0, "episode_id or patient_id")
        if missing:
            yield place, f"{', '.join(missing)} of {table.name} must be given"


def _of_link(path: str, rule: FileRule, table: TableSpec, mapping: Mapping) -> Iterator[Mistake]:
    if rule.link is None:
        return
    if rule.link.file not in mapping.files:
        yield f"{path}.link.file", f"there is no such entry; allowed: {', '.join(mapping.files)}"
    if not any(spec.name == "patient_id" for spec in table.columns):
        yield f"{path}.link", f"{table.name} has no patient_id"
    if "patient_id" in rule.columns:
        yield f"{path}.columns.patient_id", "comes from link; remove it"


def has_glob(word: str) -> bool:
    """True for a word with `*` or `?` in it."""
    return bool(re.search(r"[*?]", word))
