"""A look into a file that is to be matched: how it is written, and what its columns hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path

from etl.errors import FileStop, LoadError, UsageError, stop_words
from etl.identifiers import may_be_shown, shown_file_name
from etl.readers import Format, Part, parts
from etl.suggest_columns import Seen, formats_of, quoted

ROWS_LOOKED_AT = 20_000
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


def look(path: Path, scratch: Path, *, sheet: str = "", header_row: int | None = None) -> Look:
    """A look into a file: the sheet asked for, else the part with most columns.

    Raises
    ------
    LoadError
        if it cannot be read.
    """
    declared, all_parts, readable = _readable(path, scratch, sheet, header_row)
    part, columns = max(((part, _columns(part)) for part in readable), key=lambda pair: len(pair[1]))
    if any(_begins_with_a_day(column) for column in columns):
        raise LoadError(
            f"{shown_file_name(path.name)}: the line of the column names looks like a row: a day stands there. "
            "Say in which line the names stand; if the file has none, add them above its first row."
        )
    return Look(path, declared, part, columns, several=len(all_parts) > 1)


def _readable(
    path: Path, scratch: Path, sheet: str, header_row: int | None
) -> tuple[Format, list[Part], list[Part]]:
    """The first way of reading the file in which it is a table, its parts, and those that can be read so.

    A legend beside the table is shorter than the lines above its column names, and is no reason to stop.
    """
    stop: FileStop | None = None
    for delimiter, encodings in product(DELIMITERS, ENCODINGS):
        declared = Format(delimiter=delimiter, encodings=encodings, header_row=header_row)
        found = [part for part in parts(path, scratch, declared) if not part.canonical]
        if not found:
            raise UsageError(f"The file {shown_file_name(path.name)!r} is of no kind that a mapping reads.")
        readable: list[Part] = []
        for part in found:
            if sheet and part.sheet != sheet:
                continue
            try:
                _open(part)
                readable.append(part)
            except FileStop as caught:
                stop = stop or caught
        if any(len(part.open().header()) > 1 for part in readable):
            return declared, found, readable
    raise LoadError(stop_words(shown_file_name(path.name), stop or FileStop("wrong_delimiter")))


def _begins_with_a_day(column: Seen) -> bool:
    """Whether days stand under a day: then it is a row, whose names of people would be shown as those of columns."""
    texts = column.filled
    return _holds_a_day(column.header) and 2 * sum(map(_holds_a_day, texts)) >= len(texts)


def _holds_a_day(text: str) -> bool:
    """A day by itself, or among cells that were not told apart."""
    return any(formats_of(cell) for cell in re.split(r"[;,\t|]", text))


def _open(part: Part) -> None:
    """Read as far as the first rows, where what stops a file shows."""
    for _ in part.open().header(), *part.open().chunks():
        break


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


def format_words(seen: Look) -> str:
    """How the file is written, as a line of a mapping, where it is not written as usual."""
    words, declared = [], seen.declared
    if declared.delimiter:
        words.append(f"delimiter = {quoted(declared.delimiter)}")
    if declared.encodings:
        words.append(f'encodings = ["{declared.encodings[0]}"]')
    if declared.header_row:
        words.append(f"header_row = {declared.header_row}")
    if declared.delimiter == ";" and any(
        re.fullmatch(r"-?\d+,\d+", text) for column in seen.columns for text in column.filled
    ):
        words.append('decimal = ","')
    if seen.part.sheet and seen.several:
        words.append(f"sheet = {quoted(seen.part.sheet)}")
    return f"format = {{ {', '.join(words)} }}" if words else ""


def name_pattern(part: Part) -> str:
    """The file's name with its numbers as `*`, for next month's export."""
    name = Path(part.member or part.path.name).name
    return re.sub(r"\d[\d_.-]*\d|\d", "*", name) if may_be_shown(name) else "*"
