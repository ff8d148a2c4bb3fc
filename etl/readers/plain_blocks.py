"""The usual CSV file, by the block: UTF-8, no quotes, as many fields in every line as in the header.

Such a block means the same to every reader, so it may be split by the fastest. The first block that is anything
else ends the reading here; `DelimitedReader` goes on from there, line by line and strictly.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import IO

import pyarrow as pa
from pyarrow import csv

from etl.readers import Chunk
from etl.readers.coded import CodedColumn

BLOCK_BYTES = 1 << 20


class PlainBlocks:
    """Chunks of a file that stands at the first byte below the header.

    width: fields of the header. `offset` is the byte and `line` the line on which the rest begins, `ended` true if
    there is none.
    """

    def __init__(self, file: IO[bytes], delimiter: str, width: int, line: int) -> None:
        self._file, self._width, self._rest = file, width, b""
        names = [str(place) for place in range(width)]
        self._read = csv.ReadOptions(column_names=names, use_threads=True, block_size=2 * BLOCK_BYTES)
        self._parse = csv.ParseOptions(
            delimiter=delimiter, quote_char=False, escape_char=False, ignore_empty_lines=False
        )
        text = pa.dictionary(pa.int32(), pa.string())
        self._convert = csv.ConvertOptions(
            column_types=dict.fromkeys(names, text), strings_can_be_null=False, check_utf8=True
        )
        self.offset, self.line, self.ended = file.tell(), line, False

    def chunks(self) -> Iterator[Chunk]:
        """The blocks, as far as they are plain.

        While one is worked on, the next is read and split in a thread, which needs Python only for a moment. Its
        cells become texts here, so that those of two blocks are held at most.
        """
        with ThreadPoolExecutor(max_workers=1) as ahead:
            coming = ahead.submit(self._next)
            while (block := coming.result()) is not None:
                size, columns = len(block[0]), _coded_columns(block[1])
                if columns is None:
                    return
                coming = ahead.submit(self._next)
                self.offset += size
                lines = list(range(self.line, self.line + len(columns[0])))
                self.line += len(lines)
                yield Chunk(lines, columns, [])

    def _next(self) -> tuple[bytes, pa.Table] | None:
        """The next block and its columns; None at the end, or where the rest is not plain."""
        read = self._file.read(BLOCK_BYTES)
        block, self._rest = _whole_lines(self._rest + read, last=not read)
        if not block:
            self.ended = not read
            return None
        table = self._split(block)
        return None if table is None else (block, table)

    def _split(self, block: bytes) -> pa.Table | None:
        """None if the block must be read strictly."""
        if b'"' in block or block.count(b"\r") != block.count(b"\r\n"):
            return None
        try:
            return csv.read_csv(io.BytesIO(block), self._read, self._parse, self._convert)
        except (pa.ArrowInvalid, UnicodeError):  # another number of fields, or no UTF-8
            return None


def _coded_columns(table: pa.Table) -> list[CodedColumn[str]] | None:
    """None if some rows may be without any text: those are passed over, but where a column is always filled."""
    try:
        columns = [_coded(column.combine_chunks()) for column in table.columns]
    except (pa.ArrowInvalid, UnicodeError):
        return None
    return None if all("" in column.distinct for column in columns) else columns


def _whole_lines(text: bytes, *, last: bool) -> tuple[bytes, bytes]:
    end = len(text) if last else text.rfind(b"\n") + 1
    return text[:end], text[end:]


def _coded(column: pa.DictionaryArray) -> CodedColumn[str]:
    return CodedColumn(column.dictionary.to_pylist(), column.indices.to_numpy())
