"""Finds in a file's header what an entry of a mapping names, and settles how each column of ours is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from etl.cells import ColumnShaper, Table, Tools, plain
from etl.contract import ColumnSpec, TableSpec
from etl.date_formats import DateReader, date_format
from etl.errors import REFUSAL_MARK, FileStop, listed
from etl.identifiers import denied_header
from etl.lookups import Directory, Positions, RowFilter, find_headers
from etl.mapping import ColumnRule, FileRule
from etl.readers import Chunk

LookupKey = tuple[int, str]
"""Number of the melt row (0 without melt), and our column."""


@dataclass(frozen=True)
class Surroundings:
    """What an entry needs beside its own file.

    typed: the file knows dates and numbers from text. named: headers that any entry of the mapping names, so
    that none of them is called unknown. lookups: None or absent where the file to look in was not given.
    only_fits: nothing is read, it is only asked whether the header has what the entry needs.
    """

    typed: bool = False
    timezone: str | None = None
    null_tokens: tuple[str, ...] = ()
    named: frozenset[str] = frozenset()
    lookups: Mapping[LookupKey, Table | None] = field(default_factory=dict)
    people: Directory | None = None
    pseudonym: Callable[[str], str] | None = None
    only_fits: bool = False


@dataclass
class Column:
    """A column of ours: the cells it is made of, and how. A constant is made of none."""

    name: str
    places: Positions = ()
    shaper: ColumnShaper | None = None
    const: str = ""
    is_line: bool = False
    dates: DateReader | None = None
    changed: int = 0
    formats: Counter[str] = field(default_factory=Counter)

    def texts(self, chunk: Chunk, rows: Sequence[int]) -> tuple[str, ...]:
        """Our text for the given rows of a chunk."""
        if self.is_line:
            return tuple(f"line-{chunk.lines[row]}" for row in rows)
        if self.shaper is None:
            return (self.const,) * len(rows)
        self.shaper.forget_if_large()
        columns = [chunk.columns[place] for place in self.places]
        if len(rows) < len(chunk.lines):
            columns = [tuple([column[row] for row in rows]) for column in columns]
        cells = list(zip(*columns, strict=True))
        shaped = self._shaped(self.shaper, cells, chunk, rows)
        if self.shaper.changed or self.dates is not None:
            self._count(Counter(cells), self.shaper)
        return shaped

    def _count(self, cells: Counter[tuple[str, ...]], shaper: ColumnShaper) -> None:
        """How many cells were changed, and by which way of writing dates."""
        used = self.dates.used if self.dates is not None else {}
        for cell, count in cells.items():
            self.changed += count if cell in shaper.changed else 0
            for text in cell if used else ():
                if (how := used.get(text.strip())) is not None:
                    self.formats[how] += count

    def _shaped(
        self, shaper: ColumnShaper, cells: list[tuple[str, ...]], chunk: Chunk, rows: Sequence[int]
    ) -> tuple[str, ...]:
        try:
            return tuple([shaper[cell] for cell in cells])
        except FileStop as stop:  # the cell it rose at is the first that is not known
            unknown = (row for cell, row in zip(cells, rows, strict=True) if cell not in shaper)
            stop.line, stop.column = chunk.lines[next(unknown)], self.name
            raise


@dataclass
class LinkedColumn(Column):
    """The patient, found by e-mail or phone. `ways`: places of each way to find them."""

    ways: tuple[Positions, ...] = ()
    people: Directory | None = None
    pseudonym: Callable[[str], str] | None = None

    def texts(self, chunk: Chunk, rows: Sequence[int]) -> tuple[str, ...]:
        """The patient's code for the given rows."""
        return tuple(self._code(chunk, row) for row in rows)

    def _code(self, chunk: Chunk, row: int) -> str:
        assert self.people is not None  # noqa: S101 - sources.py gives it with a link
        filled = ((chunk.columns[place][row] for place in places) for places in self.ways)
        code = self.people.code_of([next((cell for cell in cells if cell.strip()), "") for cells in filled])
        return code if code.startswith(REFUSAL_MARK) or self.pseudonym is None else self.pseudonym(code)


@dataclass
class Variant:
    """One row of ours per line: its columns, its own conditions, and the places that only it reads."""

    columns: list[Column]
    chosen: RowFilter
    own: Positions = ()


class Settling:
    """Settles the columns of one entry for one header.

    absent: headers that the mapping names and the file does not have. unlooked: columns left out because the
    file to look in was not given.
    """

    def __init__(
        self,
        rule: FileRule,
        table: TableSpec,
        header: Sequence[str],
        around: Surroundings,
        tokens: frozenset[str],
    ) -> None:
        self._rule, self._table, self._header, self._around, self._tokens = (
            rule,
            table,
            header,
            around,
            tokens,
        )
        self.absent: list[str] = []
        self.unlooked: list[str] = []

    def variants(self) -> list[Variant]:
        """What each line becomes.

        Raises
        ------
        FileStop
            if nothing can be read, because required columns are not there.
        """
        found, missing = [], []
        for number, columns, own in self._wanted():
            settled, lacking = self._columns(number, columns)
            missing += lacking
            if not lacking:
                filters = self._rule.melt[number].filters if self._rule.melt else ()
                chosen = RowFilter(filters, self._header, self._tokens)
                found.append(Variant(settled, chosen, _read_by(settled, _telling(own, columns))))
        if not found:
            raise FileStop("missing_column", column=listed(missing), detail="the mapping names it")
        return found

    def _wanted(self) -> Iterator[tuple[int, dict[str, ColumnRule], set[str]]]:
        for number, melt in enumerate(self._rule.melt):
            yield number, {**self._rule.columns, **melt.columns}, set(melt.columns)
        if not self._rule.melt:
            yield 0, self._rule.columns, set()

    def _columns(self, number: int, rules: dict[str, ColumnRule]) -> tuple[list[Column], list[str]]:
        """Columns that can be read, and the headers of required ones that are not there."""
        settled: list[Column] = []
        lacking: list[str] = []
        only_key = {"episode_id", "patient_id"} & rules.keys()
        for spec in self._table.columns:
            rule = rules.get(spec.name)
            if spec.name == "patient_id" and self._rule.link:
                settled.append(self._linked())
            elif rule is not None:
                column = self._column((number, spec.name), spec, rule)
                if column is not None:
                    settled.append(column)
                elif spec.required or only_key == {spec.name}:
                    lacking.append(self._lacking(rule))
        return settled, lacking

    def _column(self, key: LookupKey, spec: ColumnSpec, rule: ColumnRule) -> Column | None:
        if rule.const is not None:
            return Column(spec.name, const=rule.const)
        if rule.parse == "line_number":
            return Column(spec.name, is_line=True)
        places = _places(self._header, rule)
        same = _all_of(self._header, rule.lookup.same) if rule.lookup else ()
        if not places or same is None:
            self.absent += rule.from_ if not places else rule.lookup.same if rule.lookup else ()
            return None
        self._stop_at_identifiers(rule, places)
        if rule.lookup and self._around.lookups.get(key) is None and not self._around.only_fits:
            self.unlooked.append(spec.name)
            return None
        dates = self._dates(spec, rule)
        tools = Tools(
            null_tokens=self._tokens,
            missing=self._missing_codes(spec),
            decimal=self._rule.format.decimal,
            typed=self._around.typed,
            lookup=self._around.lookups.get(key) if rule.lookup else None,
            dates=dates,
            pseudonym=self._around.pseudonym if rule.pseudonymise else None,
        )
        shaper = ColumnShaper(spec, rule, [self._header[place] for place in places], tools)
        return Column(spec.name, (*places, *same), shaper, dates=dates)

    def _lacking(self, rule: ColumnRule) -> str:
        """The headers without which a column cannot be made."""
        same = rule.lookup.same if rule.lookup and _places(self._header, rule) else ()
        return " and ".join(same) or " or ".join(rule.from_)

    def _stop_at_identifiers(self, rule: ColumnRule, places: Positions) -> None:
        """A column of names cannot be read; it can be replaced by codes, or looked up in memory."""
        if rule.pseudonymise or rule.lookup:
            return
        for place in places:
            if word := denied_header(self._header[place]):
                raise FileStop("identifiers", column=f"no. {place + 1}", detail=f"its header says {word}")

    def _dates(self, spec: ColumnSpec, rule: ColumnRule) -> DateReader | None:
        """Spreadsheets know dates themselves: theirs are read besides the declared ways of writing one."""
        if spec.kind not in ("date", "partial_date") or not (rule.formats or self._around.typed):
            return None
        words = dict.fromkeys([*rule.formats, *(["iso"] if self._around.typed else [])])
        zone = self._rule.timezone or self._around.timezone
        return DateReader([date_format(word) for word in words], ZoneInfo(zone) if zone else None)

    def _missing_codes(self, spec: ColumnSpec) -> frozenset[str]:
        codes = self._rule.missing_codes
        if isinstance(codes, dict):
            return frozenset(codes.get(spec.name, ()))
        return frozenset() if spec.kind == "key" else frozenset(codes)

    def _linked(self) -> LinkedColumn:
        link = self._rule.link
        assert link is not None  # noqa: S101 - the caller looked
        pairs = [pair for pair in (link.email, link.phone) if pair]
        ways = tuple(find_headers(self._header, pair.here) for pair in pairs)
        if not any(ways):
            raise FileStop("missing_column", column=pairs[0].here[0], detail="link needs it")
        pseudonym = self._around.pseudonym if link.pseudonymise else None
        return LinkedColumn("patient_id", ways=ways, people=self._around.people, pseudonym=pseudonym)


def _telling(own: set[str], rules: Mapping[str, ColumnRule]) -> set[str]:
    """The columns of a melt row that tell whether a line has it: a code to search by is in every line."""
    return {name for name in own if rules[name].from_ and rules[name].lookup is None} or own


def _read_by(columns: Sequence[Column], names: set[str]) -> Positions:
    """The places that some of the columns read."""
    return tuple(sorted({place for column in columns if column.name in names for place in column.places}))


def _places(header: Sequence[str], rule: ColumnRule) -> Positions:
    """Where the cells of a column stand; all of them must be there if they are joined."""
    if rule.parse == "checkboxes":
        starts = tuple(plain(rule.from_[0]) + sign for sign in ("___", " (choice="))
        return tuple(place for place, name in enumerate(header) if plain(name).startswith(starts))
    places = find_headers(header, rule.from_)
    return () if rule.parse == "joined" and len(places) < len(rule.from_) else places


def _all_of(header: Sequence[str], names: Sequence[str]) -> Positions | None:
    """Where all of the headers stand, None if one is not there; one that stands there twice counts twice."""
    found = [find_headers(header, (name,)) for name in names]
    return tuple(places[0] for places in found) if all(found) else None
