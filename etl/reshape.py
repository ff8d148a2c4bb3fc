"""A reader that reads another one through a mapping: out come columns of the contract, as text.

Headers are found as the mapping names them; rows are filtered and counted; a line may give several rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from etl.cells import matches, plain
from etl.contract import TableSpec
from etl.errors import FileStop, listed, refused_text
from etl.file_watch import UnmappedColumns
from etl.identifiers import BIRTH, sure_kind
from etl.lookups import RowFilter
from etl.mapped_columns import Settling, Surroundings, Variant
from etl.mapping import FileRule, headers_of
from etl.readers import Chunk, TableReader

LAST_YEAR = 2100
_STRANGER = refused_text("no_patient", "")
LONGEST_NAME_SHOWN = 60


class MappedReader:
    """Reads `inner` as an entry of a mapping says; see `TableReader`.

    A line that gives no row counts as filtered; one that gives several counts as several rows read.

    Raises
    ------
    FileStop
        if a column that the contract requires cannot be found, or a header stands there twice.
    """

    def __init__(
        self, inner: TableReader, rule: FileRule, table: TableSpec, around: Surroundings | None = None
    ) -> None:
        self._inner, self._rule, self._table = inner, rule, table
        self._around = around or Surroundings()
        self._tokens = frozenset(plain(word) for word in (*rule.null_tokens, *self._around.null_tokens))
        self._variants: list[Variant] = []
        self._of_header: list[tuple[str, str]] = []
        self._watch: UnmappedColumns | None = None

    @property
    def normalised(self) -> int:
        """Cells whose spelling was changed on the way in."""
        changed = sum(column.changed for variant in self._variants for column in variant.columns)
        return self._inner.normalised + changed

    @property
    def notes(self) -> list[tuple[str, str]]:
        """(rule, column) of what is worth knowing of the whole file."""
        return [*self._inner.notes, *self._of_header, *self._of_unknown(), *self._mixed_dates()]

    def header(self) -> list[str]:
        """Columns of the contract that the file gives, in contract order."""
        written = self._inner.header()
        self._refuse_repeated(written)
        self._chosen = RowFilter(self._rule.filters, written, self._tokens)
        settling = Settling(self._rule, self._table, written, self._around, self._tokens)
        self._variants = settling.variants()
        self._of_header = list(self._note(settling))
        self._watch = self._watch_unknown(written)
        given = {column.name for variant in self._variants for column in variant.columns}
        self._names = [spec.name for spec in self._table.columns if spec.name in given]
        return self._names

    def chunks(self) -> Iterator[Chunk]:
        """Rows of the contract; one chunk per row of the melt."""
        for chunk in self._inner.chunks():
            if self._watch is not None:
                self._watch.see(chunk)
            kept = self._chosen.keeps(chunk)
            rows = [self._rows(chunk, variant, kept) for variant in self._variants]
            left_out = len(chunk.lines) - len(set().union(*rows))
            broken, filtered = chunk.broken, chunk.filtered + left_out
            for variant, own in zip(self._variants, rows, strict=True):
                columns = {column.name: column.texts(chunk, own) for column in variant.columns}
                nothing = ("",) * len(own)
                shaped = [columns.get(name, nothing) for name in self._names]
                lines = [chunk.lines[row] for row in own]
                yield self._without_strangers(Chunk(lines, shaped, broken, filtered))
                broken, filtered = [], 0

    def _without_strangers(self, chunk: Chunk) -> Chunk:
        """Without the rows of people that `link` does not find, where others' rows are to be left out."""
        if self._rule.link is None or self._rule.without_course != "leave_out":
            return chunk
        people = chunk.columns[self._names.index("patient_id")]
        kept = [row for row, person in enumerate(people) if person != _STRANGER]
        return Chunk(
            [chunk.lines[row] for row in kept],
            [[column[row] for row in kept] for column in chunk.columns],
            chunk.broken,
            chunk.filtered + len(people) - len(kept),
        )

    def _rows(self, chunk: Chunk, variant: Variant, kept: Sequence[int]) -> list[int]:
        """Rows of a variant; a row of the melt that has nothing of its own is none."""
        if not self._rule.melt:
            return list(kept)
        chosen = set(variant.chosen.keeps(chunk))
        return [
            row for row in kept if row in chosen and (not variant.own or self._has_own(chunk, variant, row))
        ]

    def _has_own(self, chunk: Chunk, variant: Variant, row: int) -> bool:
        cells = (chunk.columns[place][row].strip() for place in variant.own)
        return any(cell and plain(cell) not in self._tokens for cell in cells)

    def _refuse_repeated(self, header: Sequence[str]) -> None:
        """A header that stands there twice stops the file, unless the mapping drops it."""
        counts = Counter(plain(name) for name in header if name.strip())
        for place, name in enumerate(header):
            if counts[plain(name)] > 1 and not matches(name, self._rule.drop):
                raise FileStop("duplicate_header", column=shown_name(name, place))

    def _note(self, settling: Settling) -> Iterator[tuple[str, str]]:
        if settling.absent:
            yield "column_not_found", listed(settling.absent)
        if settling.unlooked:
            yield "file_not_found", listed(settling.unlooked)

    def _unknown_places(self, header: Sequence[str]) -> list[int]:
        """Where columns stand that no entry of the mapping names."""
        named = {plain(name) for name in (*self._around.named, *headers_of(self._rule))}
        used = {place for variant in self._variants for column in variant.columns for place in column.places}
        return [
            place
            for place, name in enumerate(header)
            if name.strip()
            and place not in used
            and plain(name) not in named
            and not matches(name, self._rule.drop)
        ]

    def _watch_unknown(self, header: Sequence[str]) -> UnmappedColumns | None:
        """A watch on the columns that are left out, if the mapping wants to hear of them.

        Raises
        ------
        FileStop
            if it wants to stop at them.
        """
        places = self._unknown_places(header)
        self._unknown = {place: shown_name(header[place], place) for place in places}
        if not places or self._rule.unknown_columns == "drop":
            return None
        if self._rule.unknown_columns == "stop":
            raise FileStop("undeclared_column", column=listed(list(self._unknown.values())))
        return UnmappedColumns(header, places, LAST_YEAR)

    def _of_unknown(self) -> Iterator[tuple[str, str]]:
        if self._watch is None:
            return
        personal = {place for place, kind in self._watch.holding().items() if kind != BIRTH}
        for rule, places in (
            ("unknown_column", self._unknown.keys() - personal),
            ("identifier_column", personal),
        ):
            if places:
                yield rule, listed([self._unknown[place] for place in sorted(places)])

    def _mixed_dates(self) -> Iterator[tuple[str, str]]:
        counts: dict[str, Counter[str]] = {}
        for column in (column for variant in self._variants for column in variant.columns):
            counts.setdefault(column.name, Counter()).update(column.formats)
        for name, formats in counts.items():
            if len(formats) > 1:
                yield "mixed_dates", f"{name} ({', '.join(f'{how} {n}×' for how, n in formats.items())})"


def shown_name(header: str, place: int) -> str:
    """A header as it may be shown, in a line that holds headers: by its place if it may name a person."""
    if len(header) <= LONGEST_NAME_SHOWN and header.isprintable() and not sure_kind(header, words=False):
        return header
    return f"no. {place + 1}"
