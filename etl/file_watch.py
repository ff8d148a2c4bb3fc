"""Watches the columns of a file for identifiers while it is read; beside FileChecks, within TableCheck."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from etl.column_watch import ColumnWatch, Use
from etl.contract import ColumnSpec, TableSpec
from etl.errors import FileStop, shape_of
from etl.identifiers import denied_header, shown_header
from etl.parse import Stored
from etl.readers import Chunk

Row = tuple[Stored, ...]


@dataclass
class Waiting:
    """Rows that waited for the judgement of their column: those let through, and (line, row, column, shape) refused."""

    lines: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    refused: list[tuple[int, Row, str, str]] = field(default_factory=list)


class FileWatch:
    """One `ColumnWatch` per contract column of a file; rows with a doubtful code wait until it is judged.

    whole: False where only some lines of a file are read: a column cannot be judged then, only rows.
    """

    MOST_WAITING = 20_000

    def __init__(self, table: TableSpec, names: Iterable[str], as_of: str, *, whole: bool = True) -> None:
        self._whole = whole
        self.watches = {
            name: ColumnWatch(_use(table.column(name)), last_year=int(as_of[:4])) for name in names
        }
        self._waiting: list[tuple[int, Row]] = []

    def see(self, chunk: Chunk, texts: Mapping[str, Sequence[str]]) -> None:
        """Judge what the columns' readers met in a chunk.

        Raises
        ------
        FileStop
            if a column holds identifiers.
        """
        for name, watch in self.watches.items():
            for text, kind in watch.sure.items():
                _stop_at(text, kind, name, texts[name], chunk)
            watch.sure.clear()
            if self._whole:
                _of_column(name, watch.settle)

    def hold(
        self, lines: Sequence[int], columns: Sequence[Sequence[Stored]], names: Sequence[str]
    ) -> tuple[Sequence[int], Sequence[Sequence[Stored]]]:
        """Rows that need not wait, by column; `names` are those of the columns."""
        doubtful = [(names.index(name), watch.held) for name, watch in self.watches.items() if watch.held]
        if not doubtful and not self._waiting:
            return lines, columns
        all_rows = [*self._waiting, *zip(lines, zip(*columns, strict=True), strict=True)]
        waits = [any(row[place] in held for place, held in doubtful) for _, row in all_rows]
        self._waiting = [pair for pair, wait in zip(all_rows, waits, strict=True) if wait]
        if len(self._waiting) > self.MOST_WAITING:
            raise FileStop("identifiers", column=names[doubtful[0][0]])
        free = [pair for pair, wait in zip(all_rows, waits, strict=True) if not wait]
        return [line for line, _ in free], as_columns([row for _, row in free], len(names))

    def finish(self, names: Sequence[str]) -> Waiting:
        """The judgement at the end of the file.

        Raises
        ------
        FileStop
            if a column holds identifiers.
        """
        if self._whole:
            for name, watch in self.watches.items():
                _of_column(name, watch.finish)
        done = Waiting()
        doubtful = [
            (names.index(name), name, watch.held) for name, watch in self.watches.items() if watch.held
        ]
        for line, row in self._waiting:
            bad = next(((name, row[place]) for place, name, held in doubtful if row[place] in held), None)
            if bad:
                done.refused.append((line, row, bad[0], shape_of(str(bad[1]))))
            else:
                done.lines.append(line)
                done.rows.append(row)
        return done


def as_columns(rows: Sequence[Row], width: int) -> Sequence[Sequence[Stored]]:
    """The columns of rows, of which there may be none."""
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _use(column: ColumnSpec) -> Use:
    if column.kind != "key":
        return "value"
    return "person" if column.name in ("episode_id", "patient_id", "therapist") else "label"


def _of_column(name: str, judge: Callable[[], None]) -> None:
    """A stop from a column's judgement learns the column's name."""
    try:
        judge()
    except FileStop as stop:
        stop.column = name
        raise


def _stop_at(text: str, kind: str, column: str, texts: Sequence[str], chunk: Chunk) -> None:
    """Stop at the first row with that text; a row with nothing else in it is a footer, which is only refused."""
    for index, found in enumerate(texts):
        if found.strip() == text and sum(1 for cells in chunk.columns if cells[index].strip()) > 1:
            raise FileStop("identifiers", line=chunk.lines[index], column=column, detail=kind)


class UnmappedColumns:
    """Columns that nothing is read from: which of them hold identifiers. Only told, they are left out anyway."""

    MOST_TESTED = 5_000

    def __init__(self, header: Sequence[str], places: Iterable[int], last_year: int) -> None:
        self.header = header
        self._words = {place: denied_header(header[place]) for place in places}
        self._watches = {
            place: ColumnWatch("unmapped", last_year) for place, word in self._words.items() if not word
        }
        self._seen: dict[int, set[str]] = {place: set() for place in self._watches}
        self._found: dict[int, str] = {}

    def see(self, chunk: Chunk) -> None:
        """Test texts that were not seen before, up to a limit."""
        for place, watch in self._watches.items():
            seen = self._seen[place]
            if place in self._found or len(seen) >= self.MOST_TESTED:
                continue
            new = {text.strip() for text in chunk.columns[place]} - seen - {""}
            for text in list(new)[: self.MOST_TESTED]:
                watch.see(text, stored=False)
            seen |= new
            if watch.sure:
                self._found[place] = next(iter(watch.sure.values()))

    def holding(self) -> dict[int, str]:
        """Place and kind of the columns that hold identifiers, by their header or by what was seen."""
        judged = {place: watch.verdict()[1] for place, watch in self._watches.items() if watch.verdict()[0]}
        named = {place: word for place, word in self._words.items() if word}
        return {**judged, **self._found, **named}

    def shown(self, place: int) -> str:
        """A column as it may be shown: its name, or its place with what it holds."""
        name = shown_header(self.header[place], place)
        kind = self.holding().get(place)
        return f"{name} ({kind})" if kind else name
