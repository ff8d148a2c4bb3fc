"""Offering the refused rows of a load again: the same files are read, and only the lines refused then count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, Row, select

from etl.errors import UsageError
from etl.readers import Chunk, TableReader
from etl.sources import Situation, Source, Sources
from sql.schema import load_file, load_run, reject


class LinesReader:
    """Reads only some lines of another reader; see `TableReader`."""

    def __init__(self, inner: TableReader, lines: frozenset[int]) -> None:
        self._inner, self._lines = inner, lines

    @property
    def normalised(self) -> int:
        """As the other reader counts them."""
        return self._inner.normalised

    @property
    def notes(self) -> list[tuple[str, str]]:
        """As the other reader has them."""
        return self._inner.notes

    def header(self) -> list[str]:
        """The header of the file."""
        return self._inner.header()

    def chunks(self) -> Iterator[Chunk]:
        """The rows that begin on one of the lines."""
        for chunk in self._inner.chunks():
            kept = [index for index, line in enumerate(chunk.lines) if line in self._lines]
            broken = [row for row in chunk.broken if row[0] in self._lines]
            columns = [tuple(cells[index] for index in kept) for cells in chunk.columns]
            if kept or broken:
                yield Chunk([chunk.lines[index] for index in kept], columns, broken)


@dataclass(frozen=True)
class Refused:
    """The rows of a load that were refused and not offered again since: lines by file, and the load's as-of day."""

    clinic: str
    load_number: int
    as_of: date
    files: tuple[tuple[Row[int, str, str, str, str], frozenset[int]], ...]


def refused_rows(connection: Connection, clinic: str, load_number: int) -> Refused:
    """What a replay of a load offers.

    Raises
    ------
    UsageError
        if there is no such load, it does not stand, or nothing of it is open.
    """
    run = (load_run.c.clinic == clinic) & (load_run.c.load_number == load_number)
    found = connection.execute(select(load_run.c.status, load_run.c.as_of).where(run)).first()
    if found is None:
        raise UsageError(f"Clinic {clinic!r} has no load {load_number}. See: return-to-run loads")
    if found.status != "loaded":
        raise UsageError(
            f"Nothing of load {load_number} is in the store ({found.status}): load its files again."
        )
    lines: dict[int, set[int]] = {}
    still_open = (
        select(reject.c.file_number, reject.c.line)
        .where(reject.c.clinic == clinic, reject.c.load_number == load_number, reject.c.replayed_in.is_(None))
        .distinct()
    )
    for row in connection.execute(still_open):
        lines.setdefault(row.file_number, set()).add(row.line)
    if not lines:
        raise UsageError(f"Load {load_number} has no refused rows that are still open.")
    file = load_file.c
    files = connection.execute(
        select(file.file_number, file.table_name, file.file_name, file.sha256, file.mapping_sha256)
        .where(file.clinic == clinic, file.load_number == load_number, file.file_number.in_(lines))
        .order_by(file.file_number)
    ).all()
    return Refused(
        clinic, load_number, found.as_of, tuple((row, frozenset(lines[row.file_number])) for row in files)
    )


def replay_sources(refused: Refused, sources: Sources) -> Sources:
    """The files of the load among `sources`, with only the refused lines.

    Raises
    ------
    UsageError
        if one of them is not there with the content it had.
    """
    files = []
    for row, lines in refused.files:
        alike = [source for source in sources.files if (source.table, source.sha256) == (row[1], row[3])]
        same = [source for source in alike if source.name == row[2]] or alike
        if not same:
            raise UsageError(_not_there(refused, row))
        files.append(_only(same[0], lines))
    as_of = max(refused.as_of, sources.as_of or refused.as_of)
    return replace(sources, files=tuple(files), as_of=as_of, mode="delta", notes=())


def _not_there(refused: Refused, row: Row[int, str, str, str, str]) -> str:
    mapped = " Read it with the same --mapping or --preset." if row[4] else ""
    return (
        f"{row[2]} of load {refused.load_number} is not there with the same content. Name the folder or file that "
        f"was loaded; a corrected file is loaded as usual, not replayed.{mapped}"
    )


def _only(source: Source, lines: frozenset[int]) -> Source:
    def read(situation: Situation) -> TableReader:
        return LinesReader(source.open(situation), lines)

    return replace(source, open=read, expected_rows=None, expected_sha256=None)
