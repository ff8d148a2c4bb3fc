"""Workbooks, XLSX and ODS: one part per sheet, every cell as the text that a person would write.

Numbers come without a float's tail (7.0 is 7), days as ISO text whatever the workbook's first year is, truth
values as TRUE and FALSE. What a cell cannot say stays a refusal: errors, formulas without a saved result,
merged cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
from etl.readers.plain import FIRST_ROUNDED, moment_text, number_text
from etl.readers.workbook_faults import find_faults

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
    taken = _taken(book, sheets, declared)
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


def _taken(book: CalamineWorkbook, sheets: Sequence[SheetMetadata], declared: Format) -> list[str]:
    if declared.sheet is not None:
        if declared.sheet not in [sheet.name for sheet in sheets]:
            raise FileStop("no_such_sheet")
        return [declared.sheet]
    shown = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    taken = [name for name in shown if len(sheets) == 1 or _sheet(book, name).end is not None]
    if not taken:
        raise FileStop("empty_file", detail="some sheets are hidden" if len(sheets) > len(shown) else "")
    return taken


class SheetReader:
    """Reads one sheet; see `TableReader`. Lines are the sheet's row numbers. Empty rows are passed over."""

    def __init__(self, path: Path, sheet: str, declared: Format = PLAIN, *, hidden: bool = False) -> None:
        self._sheet = _sheet(_open(path), sheet)
        self._above = (declared.header_row or 1) - 1
        self._first_column = (self._sheet.start or (0, 0))[1] + 1
        with _as_file_stop():
            self._faults = find_faults(path, sheet, self._sheet.merged_cell_ranges or [])
        self.normalised = 0
        self.notes: list[tuple[str, str]] = [("hidden_sheets", "")] if hidden else []

    def header(self) -> list[str]:
        """Column names with surrounding blanks removed; empty ones at the end only if cells stand below."""
        for _, row in self._rows():
            return [cell_text(cell).strip() for cell in row]
        raise FileStop("empty_file")

    def chunks(self) -> Iterator[Chunk]:
        """Rows below the header in chunks of CHUNK_ROWS."""
        rows = self._rows()
        next(rows)
        while batch := list(islice(rows, CHUNK_ROWS)):
            lines = [line for line, _ in batch]
            columns = [list(map(cell_text, cells)) for cells in zip(*(row for _, row in batch), strict=True)]
            self._mark_faults(columns, lines)
            yield Chunk(lines, [tuple(column) for column in columns], [])

    def _mark_faults(self, columns: list[list[str]], lines: Sequence[int]) -> None:
        first = self._first_column
        faults = self._faults.within(lines, first, first + len(columns) - 1)
        at = {line: index for index, line in enumerate(lines)} if faults else {}
        for (line, column), rule in faults.items():
            if line in at:
                columns[column - first][at[line]] = refused_text(rule, "")

    def _rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """(row number, cells) of every row that holds anything, the header first."""
        with _as_file_stop():
            for line, row in enumerate(self._sheet.iter_rows(), start=1):
                if line > self._above and (any(cell != "" for cell in row) or line in self._faults.rows):
                    yield line, row


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
