"""Parquet files, batch by batch: every typed value as the text that a person would write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import FileStop, refused_text
from etl.readers import CHUNK_ROWS, Chunk
from etl.readers.plain import decimal_text, moment_text, number_text

BUFFER = 1 << 20
_NOT_READ = (pa.ArrowException, OSError, UnicodeError, ValueError, OverflowError)
_FLOAT_DIGITS = {"halffloat": 3, "float": 7, "double": 15}


class ParquetReader:
    """Reads one Parquet file; see `TableReader`. Lines count as if the header were line 1.

    Days are ISO text, moments with a time zone carry their offset (UTC as Z); lists and structures are
    refused.

    Raises
    ------
    FileStop
        if the file is no Parquet file, or is damaged or encrypted.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.normalised = 0
        self.notes: list[tuple[str, str]] = []

    def header(self) -> list[str]:
        """Column names with surrounding blanks removed."""
        with self._open() as file:
            return [name.strip() for name in file.schema_arrow.names]

    def chunks(self) -> Iterator[Chunk]:
        """All rows in chunks of at most CHUNK_ROWS."""
        line = 2
        with self._open() as file:
            for batch in file.iter_batches(batch_size=CHUNK_ROWS, use_threads=False):
                rows = batch.num_rows
                if batch.num_columns and rows:
                    yield Chunk(
                        list(range(line, line + rows)), [_texts(column) for column in batch.columns], []
                    )
                line += rows

    @contextmanager
    def _open(self) -> Iterator[pq.ParquetFile]:
        try:
            with pq.ParquetFile(self._path, pre_buffer=False, buffer_size=BUFFER) as file:
                yield file
        except _NOT_READ:
            raise FileStop("not_parquet") from None


def _texts(column: pa.Array) -> tuple[str, ...]:
    """The column's values as text; each distinct value is turned once."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return tuple("" if value is None else value for value in column.to_pylist())
    if pa.types.is_nested(column.type) or pa.types.is_null(column.type):
        refused = refused_text("nested_value", "")
        return tuple("" if value is None else refused for value in column.to_pylist())
    column = _without_nanoseconds(column)
    turn = _turn(column.type)
    coded = column.dictionary_encode() if _can_be_coded(column.type) else None
    if coded is None:
        return tuple("" if value is None else turn(value) for value in column.to_pylist())
    words = [turn(value) for value in coded.dictionary.to_pylist()]
    return tuple("" if at is None else words[at] for at in coded.indices.to_pylist())


def _without_nanoseconds(column: pa.Array) -> pa.Array:
    """Python's moments end at the microsecond; pandas, which goes on, is not loaded for it."""
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return column.cast(pa.timestamp("us", kind.tz), safe=False)
    if pa.types.is_duration(kind) and kind.unit == "ns":
        return column.cast(pa.duration("us"), safe=False)
    if pa.types.is_time64(kind) and kind.unit == "ns":
        return column.cast(pa.time64("us"), safe=False)
    return column


def _can_be_coded(kind: pa.DataType) -> bool:
    return pa.types.is_primitive(kind) and not pa.types.is_float16(kind)


def _turn(kind: pa.DataType) -> Callable[[Any], str]:
    digits = _FLOAT_DIGITS.get(str(kind), 15)

    def turn(value: Any) -> str:
        match value:
            case bool():
                return "true" if value else "false"
            case float():
                return "" if value != value else number_text(value, digits)
            case Decimal():
                return decimal_text(value)
            case datetime() | date() | time() | timedelta():
                return moment_text(value)
            case bytes():
                return refused_text("nested_value", "")
            case _:
                return str(value)

    return turn
