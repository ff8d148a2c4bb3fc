"""Cells of a workbook that look empty to python-calamine, and are not.

An error like #N/A, a formula whose result was not saved, and the rest of merged cells all come out as
nothing. A score that reads #N/A would count as not asked; so the sheet's XML is searched for them, if it
holds any at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile

from etl.readers.workbook_members import sheet_members

BLOCK = 1 << 20
MOST_REPEATED = 10_000
Area = tuple[tuple[int, int], tuple[int, int]]
_SUSPECT = (b'"e"', b"<f", b":f")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass
class Faults:
    """Rules that cells break, by (row, column) from 1; merged areas are kept as areas, counted from 0."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: Sequence[Area] = ()

    def __post_init__(self) -> None:
        self.rows = {row for row, _ in self.cells}

    def within(self, rows: Sequence[int], first: int, last: int) -> dict[tuple[int, int], str]:
        """Those of some consecutive rows, between two columns."""
        low, high = rows[0], rows[-1]
        found = {
            (row, column): rule
            for (row, column), rule in self.cells.items()
            if low <= row <= high and first <= column <= last
        }
        for (top, left), (bottom, right) in self.merged:
            for row in range(max(top + 1, low), min(bottom + 1, high) + 1):
                for column in range(max(left + 1, first), min(right + 1, last) + 1):
                    if (row, column) != (top + 1, left + 1):
                        found[row, column] = "merged_cell"
        return found


def find_faults(path: Path | IO[bytes], sheet: str, merged: Sequence[Area]) -> Faults:
    """Faulty cells of a sheet. What cannot be searched is left to the reader of values to refuse."""
    try:
        with ZipFile(path) as book:
            if "content.xml" in book.namelist():
                with book.open("content.xml") as content:
                    return Faults(_OpenDocument(sheet).read(content), merged)
            return Faults(_of_sheet(book, sheet), merged)
    except (BadZipFile, ExpatError, KeyError, OSError, ValueError):
        return Faults({}, merged)


def _of_sheet(book: ZipFile, sheet: str) -> dict[tuple[int, int], str]:
    member = sheet_members(book, sheet).sheet
    with book.open(member) as content:
        if not _is_suspect(content):
            return {}
    with book.open(member) as content:
        return _Sheet().read(content)


def _is_suspect(content: IO[bytes]) -> bool:
    tail = b""
    while block := content.read(BLOCK):
        if any(sign in tail + block for sign in _SUSPECT):
            return True
        tail = block[-2:]
    return False


class _Sheet:
    """The cells of an XLSX sheet: <c r="B2" t="e"><f>…</f><v>…</v></c>."""

    def __init__(self) -> None:
        self.faults: dict[tuple[int, int], str] = {}
        self._row = self._column = 0
        self._kind = ""
        self._formula = self._value = self._in_value = False

    def read(self, content: IO[bytes]) -> dict[tuple[int, int], str]:
        parser = ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.ParseFile(content)
        return self.faults

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.split(":")[-1]:
            case "row":
                self._row = int(attributes.get("r", self._row + 1))
                self._column = 0
            case "c":
                place = _REFERENCE.fullmatch(attributes.get("r", ""))
                self._column = _column_number(place[1]) if place else self._column + 1
                self._kind = attributes.get("t", "n")
                self._formula = self._value = False
            case "f":
                self._formula = True
            case "v":
                self._in_value = True

    def _text(self, _text: str) -> None:
        self._value = self._value or self._in_value

    def _end(self, tag: str) -> None:
        match tag.split(":")[-1]:
            case "v":
                self._in_value = False
            case "c" if self._kind == "e":
                self.faults[self._row, self._column] = "excel_error"
            case "c" if self._formula and not self._value and self._kind != "str":
                self.faults[self._row, self._column] = "formula_without_value"


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


class _OpenDocument:
    """The cells of one table of an ODS file; rows and cells carry how often they are repeated."""

    def __init__(self, sheet: str) -> None:
        self.faults: dict[tuple[int, int], str] = {}
        self._sheet, self._here = sheet, False
        self._row = self._column = 0
        self._next_row = 1

    def read(self, content: IO[bytes]) -> dict[tuple[int, int], str]:
        parser = ParserCreate()
        parser.StartElementHandler = self._start
        parser.ParseFile(content)
        return self.faults

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag:
            case "table:table":
                self._here, self._next_row = attributes.get("table:name") == self._sheet, 1
            case "table:table-row":
                self._row, self._column = self._next_row, 0
                self._next_row += int(attributes.get("table:number-rows-repeated", 1))
            case "table:table-cell" | "table:covered-table-cell" if self._here:
                count = int(attributes.get("table:number-columns-repeated", 1))
                if rule := _opendocument_fault(tag, attributes):
                    for column in range(min(count, MOST_REPEATED)):
                        self.faults[self._row, self._column + column + 1] = rule
                self._column += count


def _opendocument_fault(tag: str, attributes: dict[str, str]) -> str:
    if tag == "table:covered-table-cell":
        return "merged_cell"
    if attributes.get("calcext:value-type") == "error":
        return "excel_error"
    if "table:formula" in attributes and "office:value-type" not in attributes:
        return "formula_without_value"
    return ""
