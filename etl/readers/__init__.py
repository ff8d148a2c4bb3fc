"""Readers: each turns one kind of file into a header and chunks of text cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

CHUNK_ROWS = 50_000


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file: `columns[i]` is the text of header column i, and row j begins on line `lines[j]`.

    `broken` lists rows that have no columns (line, rule, shape); they count as read.
    """

    lines: list[int]
    columns: list[tuple[str, ...]]
    broken: list[tuple[int, str, str]]


class TableReader(Protocol):
    """What the loader needs of a reader."""

    def header(self) -> list[str]:
        """Column names, as written."""
        ...

    def chunks(self) -> Iterator[Chunk]:
        """All rows below the header, in order."""
        ...


def open_reader(path: Path) -> TableReader:
    """The reader for a file, by its ending."""
    from etl.readers.delimited import DelimitedReader  # a reader loads only when used

    return DelimitedReader(path)


KNOWN_ENDINGS = (".csv",)
