"""Readers: each turns one kind of file into parts, and each part into a header and chunks of text cells.

A part is what can be one table: a CSV file, a sheet of a workbook, a member of a zip, the scores of a FHIR
bundle. Nothing here knows the contract, except FHIR, whose resources can only be read as its tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from etl.errors import FileStop

CHUNK_ROWS = 50_000
COUNTED_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file: `columns[i]` is the text of header column i, and row j begins on line `lines[j]`.

    `broken` lists rows that have no columns (line, rule, shape); they count as read. `filtered` rows were
    read and left out on purpose.
    """

    lines: list[int]
    columns: Sequence[Sequence[str]]
    broken: list[tuple[int, str, str]]
    filtered: int = 0


class TableReader(Protocol):
    """What the loader needs of a reader.

    `normalised` counts rows whose spelling was changed on the way in (by encoding, by kind of cell);
    `notes` are warnings (rule, column or count) of the file as a whole. Both fill up while reading.
    """

    @property
    def normalised(self) -> int:
        """See above."""
        ...

    @property
    def notes(self) -> list[tuple[str, str]]:
        """See above."""
        ...

    def header(self) -> list[str]:
        """Column names, as written."""
        ...

    def chunks(self) -> Iterator[Chunk]:
        """All rows below the header, in order."""
        ...


@dataclass(frozen=True)
class Format:
    """What a mapping may declare of a file. None and () mean: as the kind of file usually is.

    delimiter: one character. encodings: tried in order after a byte order mark and UTF-8, each strictly.
    decimal: the decimal sign of numbers (read by the mapping, not here). sheet: the sheet of a workbook.
    header_row: line of the header, counted from 1 as a spreadsheet does; rows above it are passed over.
    timezone: turns stamps with an offset from UTC into days, where a reader itself makes days of them (FHIR).
    wanted: columns with personal text that a mapping asks for by name; other such columns never leave a
    reader.
    """

    delimiter: str | None = None
    encodings: tuple[str, ...] = ()
    decimal: str = "."
    sheet: str | None = None
    header_row: int | None = None
    timezone: str | None = None
    wanted: frozenset[str] = frozenset()


PLAIN = Format()


@dataclass(frozen=True)
class Part:
    """What can be read as one table.

    name: what is shown ("clinic.xlsx, sheet scores"). table_name_guess: the table that it may be, by its
    name, in lower case. path: the file that holds it; for a member of a zip, the extracted file (a
    manifest.json of the same folder lies beside it). member: the member's path in the zip. sheet: the sheet's
    name. canonical: True if it reads as a table of the contract whatever the file's name (FHIR). beside:
    other files that decide what this one holds. stop: set where the file cannot be used at all; `open` then
    raises it.
    """

    name: str
    table_name_guess: str
    open: Callable[[], TableReader]
    path: Path
    member: str = ""
    sheet: str = ""
    canonical: bool = False
    beside: tuple[Path, ...] = ()
    stop: FileStop | None = field(default=None, compare=False)


DELIMITED = (".csv", ".tsv", ".tab", ".csv.gz", ".tsv.gz")
WORKBOOKS = (".xlsx", ".xlsm", ".ods", ".xls", ".xlsb")
PARQUET = (".parquet", ".pq")
JSON_LINES = (".ndjson", ".jsonl")
KNOWN_ENDINGS = (*DELIMITED, *WORKBOOKS, *PARQUET, *JSON_LINES, ".json", ".zip")
MANIFEST = "manifest.json"


def parts(path: Path, scratch: Path, format: Format | None = None) -> list[Part]:  # noqa: A002
    """The parts of a file, by its ending; [] if the ending is not known. A file of no use is a part too.

    scratch: a folder for files taken out of a zip; the caller removes it after the load.
    """
    return parts_of_files([path], scratch, format)


def parts_of_files(
    paths: Sequence[Path],
    scratch: Path,
    format: Format | None = None,  # noqa: A002
) -> list[Part]:
    """The parts of files of one folder. Lines of FHIR resources refer to each other across files."""
    declared = format or PLAIN
    lines = [path for path in paths if path.name.lower().endswith(JSON_LINES)]
    found: list[Part] = []
    for path in paths:
        try:
            found += _parts(path, scratch, declared) if path not in lines else []
        except FileStop as stop:
            found.append(stopped(path, stop))
        except OSError:
            found.append(stopped(path, FileStop("unreadable_file")))
    if lines:
        from etl.readers.fhir import fhir_parts

        found += fhir_parts(lines, declared)
    return found


def stopped(path: Path, stop: FileStop, name: str = "") -> Part:
    """A part that cannot be read: opening it says why."""

    def refuse() -> TableReader:
        raise stop

    return Part(name or path.name, stem(path), refuse, path, stop=stop)


def stem(path: Path) -> str:
    """The file's name without its ending, in lower case: the table that it may be."""
    name = path.name.lower()
    ending = max((ending for ending in KNOWN_ENDINGS if name.endswith(ending)), key=len, default="")
    return name.removesuffix(ending)


def _parts(path: Path, scratch: Path, declared: Format) -> list[Part]:
    """A reader's module is imported only when a file needs it."""
    name = path.name.lower()
    if name.endswith(DELIMITED):
        return [Part(path.name, stem(path), partial(_delimited, path, declared), path)]
    if name.endswith(WORKBOOKS):
        from etl.readers.workbook import workbook_parts

        return workbook_parts(path, declared)
    if name.endswith(PARQUET):
        from etl.readers.parquet import ParquetReader

        return [Part(path.name, stem(path), partial(ParquetReader, path), path)]
    if name.endswith(".zip"):
        from etl.readers.archive import extract

        return _parts_of_zip(path, extract(path, scratch), scratch, declared)
    if name.endswith(".json") and name != MANIFEST:
        from etl.readers.documents import document_parts

        return document_parts(path, declared)
    return []


def _delimited(path: Path, declared: Format) -> TableReader:
    from etl.readers.delimited import DelimitedReader

    return DelimitedReader(path, declared)


def _parts_of_zip(path: Path, members: Mapping[str, Path], scratch: Path, declared: Format) -> list[Part]:
    names = {member: name for name, member in members.items()}
    return [
        replace(
            part,
            name=f"{path.name}, {names[part.path].removesuffix(part.path.name)}{part.name}",
            member=names[part.path],
        )
        for part in parts_of_files(list(members.values()), scratch, declared)
    ]


def rows_about(path: Path) -> int | None:
    """About how many rows there are, where the file tells it at once: text by its lines, Parquet by its footer."""
    name = path.name.lower()
    if name.endswith(PARQUET):
        from pyarrow import ArrowException
        from pyarrow.parquet import read_metadata

        try:
            return int(read_metadata(path).num_rows)
        except (ArrowException, OSError):
            return None
    if not name.endswith((*DELIMITED, *JSON_LINES)) or name.endswith(".gz"):
        return None
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(partial(file.read, COUNTED_AT_ONCE), b""))


def open_reader(path: Path) -> TableReader:
    """The reader of a file with one part."""
    return parts(path, path.parent)[0].open()
