"""Drafts a mapping for a file from its headers and the shapes of its values.

No value of the file stands in the draft, but words of our own lists that were found in it. What cannot be
told is said in a comment. The draft loads as it is, or its first lines say what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice, product
from pathlib import Path

from etl.appointments import MAPPABLE
from etl.cells import plain
from etl.contract import ColumnSpec, TableSpec
from etl.errors import FileStop, LoadError, UsageError, stop_words
from etl.identifiers import may_be_shown, shown_file_name
from etl.parse import KEY_PATTERN
from etl.readers import Format, Part, parts
from etl.reshape import shown_name
from etl.suggest_columns import Draft, Seen, column_lines, formats_of, quoted
from etl.suggest_scales import as_scored, instrument_line, measures_pain
from etl.suggest_words import HEADERS

ROWS_LOOKED_AT = 20_000
TEXTS_JUDGED = 500
NEAR_ENOUGH = 0.8
DELIMITERS = (None, ";", "\t", "|")
ENCODINGS: tuple[tuple[str, ...], ...] = ((), ("cp1252",))


@dataclass(frozen=True)
class Look:
    """What was seen of a file: how it is written, the part that a mapping would read, and its columns.

    several: the file has other parts too, so that the sheet must be named.
    """

    path: Path
    declared: Format
    part: Part
    columns: Sequence[Seen]
    several: bool = False


def suggest_mapping(path: Path, scratch: Path, table_name: str | None = None) -> str:
    """A draft for one file; `table_name` None takes the table that fits its headers best.

    Raises
    ------
    UsageError
        if there is no such file, or no table fits.
    LoadError
        if it cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"There is no file {shown_file_name(path.name)!r}. Check the path.")
    seen = look(path, scratch)
    return draft_text(seen, table_name or best_table(seen.columns).name)


def look(path: Path, scratch: Path, *, sheet: str = "", header_row: int | None = None) -> Look:
    """A look into a file: the sheet asked for, else the part with most columns.

    Raises
    ------
    LoadError
        if it cannot be read.
    """
    declared, all_parts = _readable(path, scratch, header_row)
    wanted = [part for part in all_parts if part.sheet == sheet] if sheet else all_parts
    part, columns = max(((part, _columns(part)) for part in wanted), key=lambda pair: len(pair[1]))
    return Look(path, declared, part, columns, several=len(all_parts) > 1)


def draft_text(seen: Look, table_name: str) -> str:
    """The draft for what was seen, as a table of ours."""
    draft = _entry(MAPPABLE[table_name], seen)
    return "\n".join([*_head(seen.path, draft), *draft.lines]) + "\n"


def _readable(path: Path, scratch: Path, header_row: int | None) -> tuple[Format, list[Part]]:
    """The first way of reading the file in which it is a table, and its parts read so."""
    stop: FileStop | None = None
    for delimiter, encodings in product(DELIMITERS, ENCODINGS):
        declared = Format(delimiter=delimiter, encodings=encodings, header_row=header_row)
        found = [part for part in parts(path, scratch, declared) if not part.canonical]
        try:
            if not found:
                raise UsageError(
                    f"The file {shown_file_name(path.name)!r} is of no kind that a mapping reads."
                )
            for part in found:
                for _ in part.open().header(), *part.open().chunks():
                    break
            if any(len(part.open().header()) > 1 for part in found):
                return declared, found
        except FileStop as caught:
            stop = stop or caught
    raise LoadError(stop_words(shown_file_name(path.name), stop or FileStop("wrong_delimiter")))


def _columns(part: Part) -> list[Seen]:
    reader = part.open()
    columns = [Seen(name, place) for place, name in enumerate(reader.header())]
    rows = 0
    for chunk in reader.chunks():
        for column in columns:
            cells = islice(chunk.columns[column.place], ROWS_LOOKED_AT - rows)
            column.texts.update(text.strip() for text in cells)
        rows += len(chunk.lines)
        if rows >= ROWS_LOOKED_AT:
            break
    return columns


def best_table(columns: Sequence[Seen]) -> TableSpec:
    """The table that uses most columns of the file, less the required ones that it would lack."""
    fits: dict[str, tuple[int, int]] = {}
    for table in MAPPABLE.values():
        found = matched_columns(table, columns)
        lacking = [name for name in needed_columns(table) if name not in found and name != "instrument"]
        fits[table.name] = (len({column.place for column in found.values()}) - len(lacking), -len(lacking))
    best = max(fits, key=lambda name: (fits[name], name == "appointments"))
    if fits[best][0] <= -len(needed_columns(MAPPABLE[best])) + 1 and not matched_columns(
        MAPPABLE[best], columns
    ):
        raise UsageError("No header looks like a column of ours. Say with --table what a row of the file is.")
    return MAPPABLE[best]


def needed_columns(table: TableSpec) -> list[str]:
    """Names of the columns without which a row of another system is of no use."""
    return [
        *table.required,
        *(["patient_id"] if table.by_patient and "patient_id" not in table.required else []),
    ]


def matched_columns(table: TableSpec, columns: Sequence[Seen]) -> dict[str, Seen]:
    """Our columns with the header that looks most like each; the best match first, a header once.

    Where a record is one course of one person, one header is both codes.
    """
    pairs = []
    for order, spec in enumerate(table.columns):
        if table.by_patient and spec.name == "episode_id":
            continue
        for column in columns:
            likeness = 0.0 if column.personal else _likeness(spec, column)
            if likeness >= NEAR_ENOUGH:
                pairs.append((-likeness, order, column.place, spec.name, column))
    found: dict[str, Seen] = {}
    used: set[int] = set()
    for *_, name, column in sorted(pairs, key=lambda pair: pair[:3]):
        both_codes = name in ("episode_id", "patient_id") and table.name == "episodes"
        if name not in found and (column.place not in used or both_codes):
            found[name] = column
            used.add(column.place)
    return found


def _likeness(spec: ColumnSpec, column: Seen) -> float:
    """How much a header looks like one of the names of our column, from 0 to 1."""
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", plain(column.header))
    header = " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())
    names = (spec.name.replace("_", " "), *HEADERS.get(spec.name, ()))
    best = max(
        (1.0 if header == name else SequenceMatcher(None, header, name).ratio() - 0.05) - 0.005 * place
        for place, name in enumerate(names)
    )
    return best if best >= NEAR_ENOUGH and _could_be(spec, column) else 0.0


def _could_be(spec: ColumnSpec, column: Seen) -> bool:
    """Whether most of the values are of the column's kind."""
    texts = column.filled[:TEXTS_JUDGED]
    match spec.kind:
        case "date" | "partial_date":
            good = sum(bool(formats_of(text)) or text.isdigit() for text in texts)
        case "number" | "integer":
            good = sum(bool(re.match(r"\D{0,2}\d", text)) and len(text) <= 40 for text in texts)
        case "key":
            people = spec.name in ("therapist", "site")
            good = sum(people or bool(KEY_PATTERN.fullmatch(text)) for text in texts)
        case _:
            return True
    return 2 * good >= len(texts)


# --- the draft


def _head(path: Path, draft: Draft) -> Iterator[str]:
    yield f"# Draft for {shown_file_name(path.name)}, made from its headers and the shapes of its values."
    yield "# Confirm every line against your own export, then: return-to-run load FILE --mapping THIS --check"
    if draft.missing:
        yield "#"
        yield "# MISSING, the draft does not load yet:"
        yield from (f"# - {line}" for line in draft.missing)
    yield ""
    if draft.needs_timezone:
        yield 'timezone = "Europe/London" # your own'
        yield ""


def _entry(table: TableSpec, seen: Look) -> Draft:
    draft, columns = Draft(), seen.columns
    written = _format_words(seen.declared, columns, seen.part, several=seen.several)
    matched = matched_columns(table, columns)
    used = {column.place for column in matched.values()}
    left = [column for column in columns if column.place not in used and column.header.strip()]
    draft.lines += [
        f"[files.{table.name}]",
        f"match = {quoted(_pattern(seen.part))}",
        f'table = "{table.name}"',
    ]
    draft.lines += [written] if written else []
    draft.lines += [*_dropped(left), "", f"[files.{table.name}.columns]"]
    for spec in table.columns:
        if spec.name in matched:
            draft.lines += column_lines(as_scored(spec, matched), matched[spec.name], draft)
        elif spec.name == "instrument":
            draft.lines.append(instrument_line(matched.get("value")))
        elif spec.name == "context" and measures_pain(matched):
            draft.lines.append('context = { const = "usual_week" } # what was asked about: is it?')
        elif spec.name in needed_columns(table):
            draft.lines += _lacking(spec, draft)
    return draft


def _format_words(declared: Format, columns: Sequence[Seen], part: Part, *, several: bool) -> str:
    """How the file is written, where it is not written as usual."""
    words = []
    if declared.delimiter:
        words.append(f"delimiter = {quoted(declared.delimiter)}")
    if declared.encodings:
        words.append(f'encodings = ["{declared.encodings[0]}"]')
    if declared.header_row:
        words.append(f"header_row = {declared.header_row}")
    if declared.delimiter == ";" and any(
        re.fullmatch(r"-?\d+,\d+", text) for column in columns for text in column.filled
    ):
        words.append('decimal = ","')
    if part.sheet and several:
        words.append(f"sheet = {quoted(part.sheet)}")
    return f"format = {{ {', '.join(words)} }}" if words else ""


def _pattern(part: Part) -> str:
    """The file's name with its numbers as `*`, for next month's export."""
    name = Path(part.member or part.path.name).name
    return re.sub(r"\d[\d_.-]*\d|\d", "*", name) if may_be_shown(name) else "*"


def _dropped(left: Sequence[Seen]) -> list[str]:
    """Columns with personal data are dropped by name; the others are listed, for a look."""
    personal = [column.header for column in left if column.personal]
    others = [shown_name(column.header, column.place) for column in left if not column.personal]
    lines = [f"drop = [{', '.join(map(quoted, personal))}] # they identify people"] if personal else []
    return [*lines, *([f"# not used: {', '.join(others)}"] if others else [])]


def _lacking(spec: ColumnSpec, draft: Draft) -> list[str]:
    """A required column that no header looks like."""
    words = f"; one of {', '.join(spec.codes)}" if spec.codes else ""
    draft.missing.append(f"{spec.name}: {spec.meaning}{words}")
    return [f'# {spec.name} = "…" # MISSING: {spec.meaning}{words}']
