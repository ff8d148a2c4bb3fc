"""Comma-separated text, strictly: UTF-8 (or UTF-16 with its mark), field counts, closed quotes."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from etl.errors import FileStop
from etl.readers import CHUNK_ROWS, Chunk

_OTHER_DELIMITERS = (";", "\t", "|")
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class DelimitedReader:
    """Reads one CSV file; see `TableReader`.

    Raises
    ------
    FileStop
        if the file is empty, a spreadsheet, not UTF-8, or has other delimiters or an unclosed quote.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._encoding = self._find_encoding()

    def header(self) -> list[str]:
        """Column names with surrounding blanks removed."""
        with self._open() as file:
            first_line = next((line for line in file if line.strip()), "")
        if "," not in first_line and any(delimiter in first_line for delimiter in _OTHER_DELIMITERS):
            raise FileStop("wrong_delimiter")
        for _, row in self._rows():
            return [name.strip() for name in row]
        raise FileStop("empty_file")

    def chunks(self) -> Iterator[Chunk]:
        """Rows below the header in chunks of CHUNK_ROWS; blank lines are passed over."""
        rows = self._rows()
        width = len(next(rows)[1])
        lines: list[int] = []
        cells: list[list[str]] = []
        broken: list[tuple[int, str, str]] = []
        for line, row in rows:
            if len(row) == width:
                lines.append(line)
                cells.append(row)
            else:
                broken.append((line, "field_count", f"{len(row)} fields, {width} expected"))
            if len(lines) + len(broken) == CHUNK_ROWS:
                yield _chunk(lines, cells, broken, width)
                lines, cells, broken = [], [], []
        if lines or broken:
            yield _chunk(lines, cells, broken, width)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, fields) of every row that is not blank."""
        line = 1
        with self._open() as file:
            reader = csv.reader(file, strict=True)
            try:
                for row in reader:
                    if row:
                        yield line, row
                    line = reader.line_num + 1
            except csv.Error:
                raise FileStop("unclosed_quote", line=line) from None

    @contextmanager
    def _open(self) -> Iterator[TextIO]:
        try:
            with self._path.open(encoding=self._encoding, newline="") as file:
                yield file
        except UnicodeDecodeError:
            line, byte = self._find_broken_byte()
            raise FileStop("broken_encoding", line=line, detail=f"byte {byte} of the line") from None

    def _find_encoding(self) -> str:
        with self._path.open("rb") as file:
            start = file.read(4)
        if start in _SPREADSHEETS:
            raise FileStop("spreadsheet")
        encoding = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), "utf-8")
        if encoding == "utf-8" and b"\0" in start:
            raise FileStop("broken_encoding", detail="it may be UTF-16 without its mark")
        return encoding

    def _find_broken_byte(self) -> tuple[int, int]:
        """Line and byte within it where the bytes stop being text."""
        if self._encoding == "utf-16":
            return self._find_broken_unit()
        with self._path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                try:
                    raw.decode("utf-8")
                except UnicodeDecodeError as error:
                    return number, error.start + 1
        return 1, 1

    def _find_broken_unit(self) -> tuple[int, int]:
        content = self._path.read_bytes()
        try:
            content.decode("utf-16")
        except UnicodeDecodeError as error:
            *before, line = content[: error.start].decode("utf-16", errors="ignore").split("\n")
            return len(before) + 1, len(line.encode("utf-16-le")) + 1
        return 1, 1


def _chunk(lines: list[int], cells: list[list[str]], broken: list[tuple[int, str, str]], width: int) -> Chunk:
    columns: list[tuple[str, ...]] = list(zip(*cells, strict=True)) if cells else [()] * width
    return Chunk(lines, columns, broken)
