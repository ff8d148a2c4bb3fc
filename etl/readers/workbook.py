"""Workbooks, XLSX and ODS: one part per sheet, every cell as the text that a person would write.

Numbers come without a float's tail (7.0 is 7), days as ISO text whatever the workbook's first year is, truth
values as TRUE and FALSE. What a cell cannot say stays a refusal: errors, formulas without a saved result,
merged cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from etl.errors import FileStop, refused_text
from etl.readers import CHUNK_ROWS, PLAIN, Chunk, Format, Part, stem
from etl.readers.large_sheets import SlicedSheet, is_large
from etl.readers.plain import FIRST_ROUNDED, moment_text, number_text
from etl.readers.workbook_faults import Faults, find_faults

Cell = int | float | str | bool | time | date | datetime | timedelta
MOST_UNPACKED = 2 << 30
_UNNAMED = re.compile(r"[^\W\d_]+ ?\d+")  # Sheet1, Tabelle1: the file's name says more
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")


def workbook_parts(path: Path, declared: Format = PLAIN) -> list[Part]:
    """One part per sheet that is shown and holds anything; if a sheet is declared, only that, hidden or not.

    Raises
    ------
    FileStop
        if the workbook is protected, of another kind than its name says, or empty.
    """
    _look_inside(path)
    book = _open(path)
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    taken = _taken(path, book, sheets, declared)
    hidden = declared.sheet is None and any(sheet.visible != SheetVisibleEnum.Visible for sheet in sheets)
    return [
        Part(
            f"{path.name}, sheet {name}",
            stem(path) if len(taken) == 1 and _UNNAMED.fullmatch(name) else name.strip().lower(),
            partial(SheetReader, path, name, declared, hidden=hidden),
            path,
            sheet=name,
        )
        for name in taken
    ]


def _taken(
    path: Path, book: CalamineWorkbook, sheets: Sequence[SheetMetadata], declared: Format
) -> list[str]:
    if declared.sheet is not None:
        if declared.sheet not in [sheet.name for sheet in sheets]:
            raise FileStop("no_such_sheet")
        return [declared.sheet]
    shown = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    taken = [name for name in shown if len(sheets) == 1 or _holds_cells(path, book, name)]
    if not taken:
        raise FileStop("empty_file", detail="some sheets are hidden" if len(sheets) > len(shown) else "")
    return taken


def _holds_cells(path: Path, book: CalamineWorkbook, sheet: str) -> bool:
    with _as_file_stop():
        return is_large(path, sheet) or book.get_sheet_by_name(sheet).end is not None


@dataclass(frozen=True)
class _Piece:
    """Rows of a sheet that are held together: all of a usual sheet, some of a large one.

    rows: number of the sheet's row and its cells, from column `first_column` (counted from 1) on.
    """

    rows: Callable[[], Iterable[tuple[int, list[Cell]]]]
    first_column: int
    faults: Faults


class SheetReader:
    """Reads one sheet; see `TableReader`. Lines are the sheet's row numbers. Empty rows are passed over."""

    def __init__(self, path: Path, sheet: str, declared: Format = PLAIN, *, hidden: bool = False) -> None:
        self._path, self._name = path, sheet
        self._above = (declared.header_row or 1) - 1
        with _as_file_stop():
            self._large = is_large(path, sheet)
        self._whole = None if self._large else self._read_whole()
        self.normalised = 0
        self.notes: list[tuple[str, str]] = [("hidden_sheets", "")] if hidden else []

    def header(self) -> list[str]:
        """Column names with surrounding blanks removed; empty ones at the end only if cells stand below."""
        for piece in self._pieces():
            for _, row in self._filled(piece):
                return [cell_text(cell).strip() for cell in row]
        raise FileStop("empty_file")

    def chunks(self) -> Iterator[Chunk]:
        """Rows below the header in chunks of CHUNK_ROWS."""
        first = width = 0
        for piece in self._pieces():
            rows = iter(self._filled(piece))
            if not width and (header := next(rows, None)):
                first, width = piece.first_column, len(header[1])
            while batch := list(islice(rows, CHUNK_ROWS)):
                yield _chunk(batch, piece, first, width)
            del piece, rows  # or they would be held while the next slice is read

    def _filled(self, piece: _Piece) -> Iterator[tuple[int, list[Cell]]]:
        """(row number, cells) of every row that holds anything, from the header on."""
        with _as_file_stop():
            for line, row in piece.rows():
                if line > self._above and (any(cell != "" for cell in row) or line in piece.faults.rows):
                    yield line, row

    def _pieces(self) -> Iterator[_Piece]:
        if self._whole is not None:
            yield self._whole
            return
        with _as_file_stop():
            yield from map(self._of_slice, SlicedSheet(self._path, self._name).slices())

    def _of_slice(self, workbook: IO[bytes]) -> _Piece:
        sheet = CalamineWorkbook.from_filelike(workbook).get_sheet_by_name(self._name)
        faults = find_faults(workbook, self._name, sheet.merged_cell_ranges or [])
        row, column = sheet.start or (0, 0)
        return _Piece(_numbered(partial(sheet.to_python, skip_empty_area=True), row + 1), column + 1, faults)

    def _read_whole(self) -> _Piece:
        sheet = _sheet(_open(self._path), self._name)
        with _as_file_stop():
            faults = find_faults(self._path, self._name, sheet.merged_cell_ranges or [])
        return _Piece(_numbered(sheet.iter_rows, 1), (sheet.start or (0, 0))[1] + 1, faults)


def _numbered(
    cells: Callable[[], Iterable[list[Cell]]], first_row: int
) -> Callable[[], Iterable[tuple[int, list[Cell]]]]:
    return lambda: enumerate(cells(), start=first_row)


def _chunk(batch: list[tuple[int, list[Cell]]], piece: _Piece, first: int, width: int) -> Chunk:
    """Rows as columns of text, beginning at column `first` as the header does.

    In a later piece of a large sheet, cells may stand outside the columns that the first piece had.
    """
    lines = [line for line, _ in batch]
    texts = [list(map(cell_text, cells)) for cells in zip(*(row for _, row in batch), strict=True)]
    there = dict(enumerate(texts, start=piece.first_column - first))
    columns = [there.pop(at) if at in there else [""] * len(lines) for at in range(width)]
    _mark_faults(columns, lines, piece.faults, first)
    stray = {at for at in range(len(lines)) if any(column[at] for column in there.values())}
    if not stray:
        return Chunk(lines, [tuple(column) for column in columns], [])
    broken = [(lines[at], "field_count", f"more than {width} fields") for at in sorted(stray)]
    kept = [at for at in range(len(lines)) if at not in stray]
    return Chunk([lines[at] for at in kept], [tuple(column[at] for at in kept) for column in columns], broken)


def _mark_faults(columns: list[list[str]], lines: Sequence[int], faults: Faults, first: int) -> None:
    found = faults.within(lines, first, first + len(columns) - 1)
    at = {line: index for index, line in enumerate(lines)} if found else {}
    for (line, column), rule in found.items():
        if line in at:
            columns[column - first][at[line]] = refused_text(rule, "")


def _whole_text(number: int) -> str:
    return number_text(number) if abs(number) >= FIRST_ROUNDED else str(number)


_TEXT_OF: dict[type[Cell], Callable[..., str]] = {
    str: str,
    float: number_text,
    bool: lambda truth: "TRUE" if truth else "FALSE",
    int: _whole_text,
    date: moment_text,
    datetime: moment_text,
    time: moment_text,
    timedelta: moment_text,
}


def cell_text(cell: Cell) -> str:
    """What a person would write for the cell's value."""
    return _TEXT_OF[type(cell)](cell)


def _look_inside(path: Path) -> None:
    """Say what is wrong with a file that is no workbook, in words that help."""
    with path.open("rb") as file:
        start = file.read(200)
        if start.startswith(_OLE):
            protected = _holds(file, _LOCKED)
            raise FileStop("locked_file" if protected else "old_workbook")
    if not start:
        raise FileStop("empty_file")
    if not start.startswith(_ZIP):
        raise FileStop("not_a_workbook", detail=_likeness(start))
    with _as_file_stop(), ZipFile(path) as book:
        if sum(member.file_size for member in book.infolist()) > MOST_UNPACKED:
            raise FileStop("huge_zip")
        names = set(book.namelist())
        if "META-INF/manifest.xml" in names and b"encryption-data" in book.read("META-INF/manifest.xml"):
            raise FileStop("locked_file")
        if not names & {"xl/workbook.xml", "content.xml"}:
            raise FileStop("old_workbook" if "xl/workbook.bin" in names else "not_a_workbook")


def _likeness(start: bytes) -> str:
    if start.lstrip().lower().startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        return "it is a web page"
    return "it looks like text; try the ending .csv" if b"\0" not in start else ""


def _holds(file: IO[bytes], wanted: bytes) -> bool:
    tail = b""
    while block := file.read(1 << 20):
        if wanted in tail + block:
            return True
        tail = block[-len(wanted) :]
    return False


def _open(path: Path) -> CalamineWorkbook:
    with _as_file_stop():
        return CalamineWorkbook.from_path(path)


def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    with _as_file_stop():
        return book.get_sheet_by_name(name)


@contextmanager
def _as_file_stop() -> Iterator[None]:
    """Whatever the library finds wrong in a damaged file, its panics included, stops the file."""
    try:
        yield
    except (FileStop, GeneratorExit, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except PasswordError:
        raise FileStop("locked_file") from None
    except BaseException:
        raise FileStop("not_a_workbook") from None
