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
        """The blocks, as far as they are plain. While one is worked on, the next is read and split in a thread:
        neither needs Python for long.
        """
        with ThreadPoolExecutor(max_workers=1) as ahead:
            coming = ahead.submit(self._next)
            while (block := coming.result()) is not None:
                coming = ahead.submit(self._next)
                size, columns = block
                self.offset += size
                lines = list(range(self.line, self.line + len(columns[0])))
                self.line += len(lines)
                yield Chunk(lines, columns, [])

    def _next(self) -> tuple[int, list[CodedColumn[str]]] | None:
        """Bytes and columns of the next block; None at the end, or where the rest is not plain."""
        read = self._file.read(BLOCK_BYTES)
        block, self._rest = _whole_lines(self._rest + read, last=not read)
        if not block:
            self.ended = not read
            return None
        columns = self._columns(block)
        return None if columns is None else (len(block), columns)

    def _columns(self, block: bytes) -> list[CodedColumn[str]] | None:
        """None if the block must be read strictly."""
        if b'"' in block or block.count(b"\r") != block.count(b"\r\n"):
            return None
        try:
            table = csv.read_csv(io.BytesIO(block), self._read, self._parse, self._convert)
            columns = [_coded(column.combine_chunks()) for column in table.columns]
        except (pa.ArrowInvalid, UnicodeError):  # another number of fields, or no UTF-8
            return None
        # Rows without any text are passed over, and there may be some where no column is always filled.
        return None if all("" in column.distinct for column in columns) else columns


def _whole_lines(text: bytes, *, last: bool) -> tuple[bytes, bytes]:
    end = len(text) if last else text.rfind(b"\n") + 1
    return text[:end], text[end:]


def _coded(column: pa.DictionaryArray) -> CodedColumn[str]:
    return CodedColumn(column.dictionary.to_pylist(), column.indices.to_numpy())
