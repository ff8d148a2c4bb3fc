"""Text with delimiters, strictly: UTF-8 (or what is declared), field counts, closed quotes."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from etl.errors import FileStop
from etl.readers import CHUNK_ROWS, PLAIN, Chunk, Format
from etl.readers.text import find_encoding, open_text, readable

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_ENDINGS = {".tsv": "\t", ".tab": "\t"}
_BREAK = re.compile(r"\r\n|\r|\n")
_EXCEL_HINT = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


class Place(NamedTuple):
    """Where rows begin: the line, and the byte unless they follow the header."""

    line: int
    byte: int = 0


class DelimitedReader:
    """Reads one CSV or TSV file; see `TableReader`.

    The first line may be Excel's `sep=;`. Rows without any text are passed over. `normalised` counts the file
    once if it had a byte order mark, and each row with letters beyond ASCII if it was not UTF-8.

    Raises
    ------
    FileStop
        if the file is empty, a workbook or web page, not in a declared encoding, or has other delimiters or
        an unclosed quote.
    """

    def __init__(self, path: Path, declared: Format = PLAIN) -> None:
        self._path = path
        self._encoding = find_encoding(path, declared.encodings)
        self._hint = self._excel_hint()
        usual = _ENDINGS.get(Path(path.name.lower().removesuffix(".gz")).suffix, ",")
        self._delimiter = declared.delimiter or self._hint or usual
        self._above = max((declared.header_row or 1) - 1, 1 if self._hint else 0)
        self.normalised = int(self._encoding in ("utf-8-sig", "utf-16"))
        self.notes: list[tuple[str, str]] = []

    def header(self) -> list[str]:
        """Column names with surrounding blanks removed."""
        self._look_at_first_line()
        with self._rows() as rows:
            return [name.strip() for name in _first(rows)]

    def chunks(self) -> Iterator[Chunk]:
        """Rows below the header in chunks of about CHUNK_ROWS."""
        with self._rows() as rows:
            width = len(_first(rows))
            begins = Place(line=self._above + rows.line_num + 1)
        rest: Place | None = begins
        if self._encoding in ("utf-8", "utf-8-sig") and self._delimiter.isascii():
            rest = yield from self._plain_blocks(width, begins)
        if rest is not None:
            yield from self._strictly(width, rest)

    def _plain_blocks(self, width: int, begins: Place) -> Generator[Chunk, None, Place | None]:
        """The blocks that need no strict reading; returns where the rest begins, None at the end of the file."""
        from etl.readers.plain_blocks import PlainBlocks

        with readable(self._path) as file:
            header = [file.readline() for _ in range(begins.line - 1)]
            if any(b'"' in line or b"\r" in line.removesuffix(b"\r\n") for line in header):
                return begins
            blocks = PlainBlocks(file, self._delimiter, width, begins.line)
            yield from blocks.chunks()
        return None if blocks.ended else Place(blocks.line, blocks.offset)

    def _strictly(self, width: int, begins: Place) -> Iterator[Chunk]:
        foreign = not self._encoding.startswith("utf-")
        with self._rows(begins.byte) as rows:
            if not begins.byte:
                _first(rows)
            line, before = begins.line, begins.line - rows.line_num
            while batch := list(islice(rows, CHUNK_ROWS)):
                following = before + rows.line_num
                if foreign:
                    self.normalised += sum(not "".join(row).isascii() for row in batch)
                yield _chunk(batch, _lines(batch, line, following), width)
                line = following

    @contextmanager
    def _rows(self, byte: int = 0) -> Iterator[CsvReader]:
        """Rows from the header on, or from a byte below it; `line_num` counts from there."""
        try:
            with self._open(byte) as file:
                deque(islice(file, 0 if byte else self._above), maxlen=0)
                yield csv.reader(file, delimiter=self._delimiter, strict=True)
        except csv.Error:
            raise self._broken_quote() from None

    @contextmanager
    def _open(self, byte: int = 0) -> Iterator[TextIO]:
        with open_text(self._path, self._encoding, byte) as file:
            yield file

    def _excel_hint(self) -> str | None:
        with self._open() as file:
            hint = _EXCEL_HINT.fullmatch(file.readline(10))
        return hint[1] if hint else None

    def _look_at_first_line(self) -> None:
        """A header without the expected delimiter, but with another one, is one single column."""
        with self._open() as file:
            lines = islice(file, self._above, None)
            first = next((line for line in lines if line.strip()), "")
        if self._delimiter not in first:
            for other, words in _DELIMITERS.items():
                if other in first:
                    raise FileStop("wrong_delimiter", line=self._above + 1, detail=f"{words} were found")

    def _broken_quote(self) -> FileStop:
        """Where the row begins that cannot be read; another delimiter behind its quotes says more."""
        line = self._above + 1
        with self._open() as file:
            rows = csv.reader(islice(file, self._above, None), delimiter=self._delimiter, strict=True)
            with suppress(csv.Error):
                for _ in rows:
                    line = self._above + rows.line_num + 1
        with self._open() as file:
            text = next(islice(file, line - 1, None), "")
        other = next((sign for sign in _DELIMITERS if f'"{sign}"' in text and sign != self._delimiter), None)
        if other and f'"{self._delimiter}' not in text:
            return FileStop("wrong_delimiter", line=line, detail=f"{_DELIMITERS[other]} were found")
        return FileStop("unclosed_quote", line=line)


def _first(rows: CsvReader) -> list[str]:
    """The next row that holds anything."""
    for row in rows:
        if any(row):
            return row
    raise FileStop("empty_file")


def _lines(batch: list[list[str]], first: int, following: int) -> list[int]:
    """The line on which each row begins: a row takes one, and one more for every line break in its cells."""
    if following - first == len(batch):
        return list(range(first, following))
    breaks = (len(_BREAK.findall(",".join(row))) for row in batch)
    return list(accumulate((1 + count for count in breaks), initial=first))[:-1]


def _chunk(batch: list[list[str]], lines: list[int], width: int) -> Chunk:
    broken: list[tuple[int, str, str]] = []
    if set(map(len, batch)) != {width} or not all(map(any, batch)):
        full = [(line, row) for line, row in zip(lines, batch, strict=True) if any(row)]
        broken = [
            (line, "field_count", f"{len(row)} fields, {width} expected")
            for line, row in full
            if len(row) != width
        ]
        good = [(line, row) for line, row in full if len(row) == width]
        lines, batch = [line for line, _ in good], [row for _, row in good]
    columns: list[Sequence[str]] = list(zip(*batch, strict=True)) if batch else [()] * width
    return Chunk(lines, columns, broken)
