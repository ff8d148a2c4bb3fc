"""From a file's text to rows that may be staged: parse every cell, apply the rules, keep all problems."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from difflib import get_close_matches
from operator import itemgetter
from typing import Any, TypeVar

from etl.contract import ColumnSpec, TableSpec
from etl.errors import FileStop, Problem, Refusal, shape_of
from etl.file_watch import FileWatch, UnmappedColumns, as_columns
from etl.identifiers import may_be_shown, shown_header
from etl.parse import ColumnReader, Parsed, Stored
from etl.readers import Chunk, TableReader
from etl.readers.coded import each_distinct, how_often, side_by_side
from etl.rules import TEN, FileChecks, broken_rows
from sql.reference import instruments

StagedRow = tuple[Stored, ...]
T = TypeVar("T")

_LIKE_DATA = re.compile(r"[\d.:/ -]*\d[\d.:/ -]*")
_LIKE_HEADER = re.compile(r"[A-Za-z][A-Za-z _-]{0,39}")


@dataclass
class CheckedChunk:
    """Rows ready for the stage, by column, with their lines; the rest of the chunk by what became of it."""

    lines: Sequence[int]
    columns: Sequence[Sequence[Stored]]
    problems: list[Problem]
    read: int
    rejected: int
    filtered: int
    refused_keys: list[StagedRow | None] = field(default_factory=list)
    """Values of the key columns of each refused row, None where they cannot be read."""


@dataclass
class TableCheck:
    """Checks one file of a table, chunk by chunk.

    `stored_names` are the columns of every staged row; `warnings` and `normalised` fill up on the way. whole: False
    where only some lines of the file are read; what only a whole column shows was judged before then. repairs_dates:
    scores that a spreadsheet took for dates are turned back.

    Raises
    ------
    FileStop
        from construction on, if the whole file cannot be used.
    """

    table: TableSpec
    file_name: str
    reader: TableReader
    as_of: str
    whole: bool = True
    repairs_dates: bool = False
    warnings: list[Problem] = field(default_factory=list)
    normalised: int = 0

    def __post_init__(self) -> None:
        """Read the header and settle which columns there are."""
        header = self.reader.header()
        self._positions = self._locate(header)
        self._readers = {
            name: ColumnReader(self.table.column(name), as_of=self.as_of) for name in self._positions
        }
        self._file_checks = FileChecks(self.table)
        self._watch = FileWatch(self.table, self._positions, self.as_of, whole=self.whole)
        for name, reader in self._readers.items():
            reader.watch = self._watch.watches[name]
            reader.repairs_dates = self.repairs_dates
        self._repaired: Counter[str] = Counter()

    @property
    def present(self) -> tuple[str, ...]:
        """Contract columns that the file has, in contract order."""
        return tuple(spec.name for spec in self.table.columns if spec.name in self._positions)

    @property
    def stored_names(self) -> tuple[str, ...]:
        """Columns of the store that every staged row fills, in that order."""
        return tuple(
            stored for name in self.staged_columns for stored in self.table.column(name).stored_names
        )

    def chunks(self) -> Iterator[CheckedChunk]:
        """All rows of the file, checked."""
        for chunk in self.reader.chunks():
            self._unmapped.see(chunk)
            yield self._check(chunk)
        yield self._judged()
        self._tell_of_identifiers()
        for name, count in self._repaired.items():
            self.warnings.append(Problem(self.file_name, 1, f"{name} ({count}×)", "repaired_dates"))
        self.warnings += [Problem(self.file_name, 1, column, rule) for rule, column in self.reader.notes]
        if self.whole:
            self._file_checks.finish()

    def _locate(self, header: list[str]) -> dict[str, int]:
        known = {spec.name: spec for spec in self.table.columns}
        positions: dict[str, int] = {}
        seen: set[str] = set()
        for position, name in enumerate(header):
            wanted = name.casefold()
            if wanted and wanted in seen:
                raise FileStop("duplicate_header", column=shown_header(name, position))
            seen.add(wanted)
            if wanted in known:
                positions[wanted] = position
        unmapped = [place for place in range(len(header)) if place not in positions.values()]
        self._unmapped = UnmappedColumns(header, unmapped, last_year=int(self.as_of[:4]))
        self._told_at = {place: number for number, place in enumerate(unmapped, start=len(self.warnings))}
        self.warnings += map(self._left_out, unmapped)
        self._require(known, positions, header)
        return positions

    def _left_out(self, place: int) -> Problem:
        rule = "identifier_column" if place in self._unmapped.holding() else "unknown_column"
        return Problem(self.file_name, 1, self._unmapped.shown(place), rule)

    def _tell_of_identifiers(self) -> None:
        """A column that nothing was known of turned out to hold identifiers."""
        for place in self._unmapped.holding():
            self.warnings[self._told_at[place]] = self._left_out(place)

    def _require(self, known: dict[str, ColumnSpec], positions: dict[str, int], header: list[str]) -> None:
        missing = [name for name in self.table.required if name not in positions]
        if self.table.by_patient and not {"episode_id", "patient_id"} & set(positions):
            missing.insert(0, "episode_id")
        if missing:
            raise FileStop(
                "missing_column", column=", ".join(missing), detail=_hint(missing[0], known.keys(), header)
            )

    def _check(self, chunk: Chunk) -> CheckedChunk:
        size = len(chunk.lines)
        texts = {name: chunk.columns[self._positions[name]] for name in self.present}
        columns = {name: self._parse(name, texts[name], chunk) for name in texts}
        self._watch.see(chunk, texts)
        if self.table.name == "scores":
            columns["context"] = self._contexts(columns, size)
        self._file_checks.see(texts, columns, size)
        problems = [Problem(self.file_name, line, "", rule, shape) for line, rule, shape in chunk.broken]
        broken = set(self._unreadable(columns, chunk, problems))
        broken.update(self._out_of_another_scale(texts, columns, chunk, problems))
        filtered = self._filtered(columns) - broken
        left_out = broken | filtered
        whole = not left_out
        keep = range(size) if whole else [index for index in range(size) if index not in left_out]
        lines: Sequence[int] = chunk.lines if whole else [chunk.lines[index] for index in keep]
        refused_keys: list[StagedRow | None] = [None] * len(chunk.broken)
        refused_keys += [self._key_of(columns, index) for index in broken]
        if not whole:
            columns = {name: _cells(values, keep) for name, values in columns.items()}
        by_rule: dict[int, Problem] = {}
        for index, column, rule in broken_rows(self.table, columns, len(lines)):
            by_rule[index] = Problem(self.file_name, lines[index], column, rule)
            problems.append(by_rule[index])
        stored = self._stored(columns)
        if by_rule:
            refused_keys += [self._key_of(columns, index) for index in by_rule]
            keep = [index for index in range(len(lines)) if index not in by_rule]
            stored = [_cells(values, keep) for values in stored]
            lines = [lines[index] for index in keep]
        lines, stored = self._watch.hold(lines, stored, self.stored_names)
        return CheckedChunk(
            lines,
            stored,
            problems,
            read=size + len(chunk.broken) + chunk.filtered,
            rejected=len(chunk.broken) + len(broken) + len(by_rule),
            filtered=len(filtered) + chunk.filtered,
            refused_keys=refused_keys,
        )

    def _judged(self) -> CheckedChunk:
        """Rows that waited until their column was judged."""
        waited = self._watch.finish(self.stored_names)
        problems = [
            Problem(self.file_name, line, column, "identifier", shape)
            for line, _, column, shape in waited.refused
        ]
        places = [self.stored_names.index(name) for name in self._key_names]
        keys = [tuple(row[place] for place in places) for _, row, _, _ in waited.refused]
        readable = [key if self._has_episode(key) else None for key in keys]
        return CheckedChunk(
            waited.lines,
            as_columns(waited.rows, len(self.stored_names)),
            problems,
            read=0,
            rejected=len(problems),
            filtered=0,
            refused_keys=readable,
        )

    @property
    def _key_names(self) -> list[str]:
        """Key columns that staged rows have."""
        return [name for name in self.table.key if name in self.staged_columns]

    def _key_of(self, columns: dict[str, Sequence[Parsed]], index: int) -> StagedRow | None:
        """The key of a refused row; None if it cannot be read or names the patient instead of the episode."""
        key = tuple(columns[name][index] for name in self._key_names)
        if any(isinstance(value, Refusal) for value in key) or not self._has_episode(key):
            return None
        return key  # type: ignore[return-value]

    def _has_episode(self, key: Sequence[Parsed]) -> bool:
        names = self._key_names
        return "episode_id" in names and bool(key[names.index("episode_id")])

    def _parse(self, name: str, texts: Sequence[str], chunk: Chunk) -> Sequence[Parsed]:
        reader = self._readers[name]
        try:
            values = reader.column(texts)
        except FileStop as stop:
            stop.line = chunk.lines[texts.index(reader.stopped_at or "")]
            raise
        if reader.normalised:
            self.normalised += sum(1 for text in texts if text in reader.normalised)
        if reader.repaired:
            self._repaired[name] += sum(1 for text in texts if text in reader.repaired)
        return values

    def _contexts(self, columns: dict[str, Sequence[Parsed]], size: int) -> Sequence[Parsed]:
        """Pain scores without a context are read as the usual week; said once per file."""
        pain = {code for code, scale in instruments().items() if scale.measures_pain}

        def without(question: tuple[Parsed, Parsed]) -> bool:
            context, instrument = question
            return context == "" and instrument in pain

        questions = side_by_side(columns.get("context", [""] * size), columns["instrument"])
        if not any(map(without, how_often(questions))):
            return columns["context"] if "context" in columns else [""] * size
        if not any(warning.rule == "default_context" for warning in self.warnings):
            self.warnings.append(Problem(self.file_name, 1, "context", "default_context"))
        return each_distinct(lambda question: "usual_week" if without(question) else question[0], questions)

    def _unreadable(
        self, columns: dict[str, Sequence[Parsed]], chunk: Chunk, problems: list[Problem]
    ) -> Iterator[int]:
        for name, values in columns.items():
            if name in self._readers and self._readers[name].refused:
                for index, value in enumerate(values):
                    if isinstance(value, Refusal):
                        problems.append(
                            Problem(self.file_name, chunk.lines[index], name, value.rule, value.shape)
                        )
                        yield index

    def _out_of_another_scale(
        self,
        texts: dict[str, Sequence[str]],
        columns: dict[str, Sequence[Parsed]],
        chunk: Chunk,
        problems: list[Problem],
    ) -> Iterator[int]:
        """Scores like 7/10 of an instrument that does not end at 10: not 7, and not 70 either."""
        if self.table.name != "scores" or not self._readers["value"].out_of_ten:
            return
        others = {code for code, scale in instruments().items() if scale.high != TEN}
        for index, text in enumerate(texts["value"]):
            if text in self._readers["value"].out_of_ten and columns["instrument"][index] in others:
                line = chunk.lines[index]
                problems.append(Problem(self.file_name, line, "value", "score_out_of", shape_of(text)))
                yield index

    def _filtered(self, columns: dict[str, Sequence[Parsed]]) -> set[int]:
        names = [spec.name for spec in self.table.columns if spec.filters_row and spec.name in columns]
        return {index for name in names for index, value in enumerate(columns[name]) if value is None}

    def _stored(self, columns: dict[str, Sequence[Parsed]]) -> Sequence[Sequence[Stored]]:
        """Columns of the store; no cell is a Refusal any more."""
        stored: list[Sequence[Any]] = []
        for name in self.staged_columns:
            values: Sequence[Any] = columns[name]
            if self.table.column(name).kind == "partial_date":
                stored += [each_distinct(itemgetter(end), values) for end in (0, 1)]
            else:
                stored.append(values)
        return stored

    @property
    def staged_columns(self) -> tuple[str, ...]:
        """Contract columns of every staged row: those present, and the context that scores always get."""
        return tuple(
            spec.name
            for spec in self.table.columns
            if spec.name in self._positions or (self.table.name == "scores" and spec.name == "context")
        )


def _cells(values: Sequence[T], rows: Sequence[int]) -> list[T]:
    """The column in these rows only."""
    every = list(values)  # coded columns are slow to be asked cell by cell
    return [every[row] for row in rows]


def _hint(missing: str, known: Set[str], header: Sequence[str]) -> str:
    """What may be meant by a missing column. A line with dates or numbers is no header: no word of it is shown."""
    if any(_LIKE_DATA.fullmatch(name) for name in header):
        return "the first line does not look like a header"
    others = {name.casefold(): name for name in header if _LIKE_HEADER.fullmatch(name) and may_be_shown(name)}
    if near := get_close_matches(missing, sorted(others.keys() - known), n=2, cutoff=0.6):
        return f"perhaps {' or '.join(others[name] for name in near)}"
    return "" if others.keys() & known else "the first line must be the header"
