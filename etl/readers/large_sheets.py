"""Large sheets of XLSX workbooks, a slice of rows at a time.

python-calamine holds a sheet whole, about two and a half times its XML. So the XML of a large sheet is cut between
rows, and each slice is given to it as a small workbook of its own with the same styles and shared texts: a cell
reads the same whatever the sheet's size, and memory stays flat.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from etl.errors import FileStop
from etl.readers.workbook_members import SheetMembers, sheet_members

BLOCK = 1 << 20
SLICE_BYTES = 8 << 20
LONGEST_ROW = 16 << 20
LARGE_SHEET = 48 << 20
MOST_SHARED = 96 << 20
_OPENING = re.compile(rb"<(?:\w+:)?sheetData\b[^>]*>")
_CLOSING = re.compile(rb"</(?:\w+:)?sheetData\s*>")
_LONGEST_CLOSING = 64
_FIRST_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_NUMBERED = re.compile(rb"\sr\s*=")
_END_OF_ROW = re.compile(rb"</(?:\w+:)?row\s*>")


def is_large(path: Path, sheet: str) -> bool:
    """Whether a sheet is too large to be held whole.

    Raises
    ------
    FileStop
        if it cannot be read in slices either.
    """
    with ZipFile(path) as book:
        if "content.xml" in book.namelist():
            if book.getinfo("content.xml").file_size > LARGE_SHEET:
                raise FileStop("large_sheet")
            return False
        try:
            members = sheet_members(book, sheet)
            size = book.getinfo(members.sheet).file_size
        except KeyError:  # of an unusual make: left to python-calamine
            return False
        if size <= LARGE_SHEET:
            return False
        if sum(book.getinfo(name).file_size for name in members.shared) > MOST_SHARED:
            raise FileStop("large_sheet")
        return True


class SlicedSheet:
    """One large sheet: `slices()` are workbooks with some of its rows each, in order, with the rows' own numbers."""

    def __init__(self, path: Path, sheet: str) -> None:
        self._path, self._sheet = path, sheet

    def slices(self) -> Iterator[IO[bytes]]:
        """Workbooks in memory, about SLICE_BYTES of XML each.

        Raises
        ------
        FileStop
            if rows do not say their number, or are larger than a slice can be.
        """
        with ZipFile(self._path) as book:
            members = sheet_members(book, self._sheet)
            with book.open(members.sheet) as content:
                head, rest = _until_rows(content)
                for rows in _row_slices(content, rest):
                    yield _workbook(book, members, head + rows + self._after_rows)

    @cached_property
    def _after_rows(self) -> bytes:
        """What follows the rows: merged areas are said there."""
        with ZipFile(self._path) as book, book.open(sheet_members(book, self._sheet).sheet) as content:
            tail = b""
            while block := content.read(BLOCK):
                tail = tail[-_LONGEST_CLOSING:] + block
                if found := _CLOSING.search(tail):
                    return tail[found.start() :] + content.read()
        raise FileStop("not_a_workbook")


def _until_rows(content: IO[bytes]) -> tuple[bytes, bytes]:
    """The XML up to its first row, and what was read beyond."""
    start = b""
    while block := content.read(BLOCK):
        start += block
        if found := _OPENING.search(start):
            return start[: found.end()], start[found.end() :]
    raise FileStop("not_a_workbook")


def _row_slices(content: IO[bytes], rest: bytes) -> Iterator[bytes]:
    """The rows' XML, cut between rows."""
    while True:
        read = content.read(SLICE_BYTES)
        rows = rest + read
        closing = _CLOSING.search(rows)
        end = closing.start() if closing else _end_of_last_row(rows)
        if end:
            _refuse_without_number(rows)
            yield rows[:end]
        if closing or not read:
            return
        rest = rows[end:]
        if len(rest) > LONGEST_ROW:
            raise FileStop("large_sheet")


def _end_of_last_row(rows: bytes) -> int:
    """Where the last complete row ends, 0 if there is none."""
    at = rows.rfind(b"row")
    while at >= 0:
        start = rows.rfind(b"</", 0, at)
        found = _END_OF_ROW.match(rows, start) if start >= 0 else None
        if found:
            return found.end()
        at = rows.rfind(b"row", 0, at)
    return 0


def _refuse_without_number(rows: bytes) -> None:
    first = _FIRST_ROW.search(rows)
    if first and not _NUMBERED.search(first.group()):
        raise FileStop("large_sheet")


def _workbook(book: ZipFile, members: SheetMembers, sheet: bytes) -> IO[bytes]:
    content = io.BytesIO()
    with ZipFile(content, "w") as slice_of_book:
        for name in members.shared:
            with book.open(name) as theirs, slice_of_book.open(name, "w") as ours:
                shutil.copyfileobj(theirs, ours, BLOCK)
        slice_of_book.writestr(members.sheet, sheet)
    content.seek(0)
    return content
