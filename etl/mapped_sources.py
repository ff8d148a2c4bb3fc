"""From a mapping and the given files to the sources of a load: what is read through which entry, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path

from etl.appointments import APPOINTMENTS, MAPPABLE
from etl.cells import Table
from etl.derive_episodes import Appointments, AppointmentVisits, DerivedEpisodes
from etl.errors import FileStop, LoadError, UsageError, listed, stop_words
from etl.identifiers import shown_file_name
from etl.lookups import Directory, directory, find_headers, lookup_table
from etl.manifest import read_manifests
from etl.mapped_columns import LookupKey, Surroundings
from etl.mapped_files import Given, MappedFiles, looks_into
from etl.mapping import FileRule, LookupRule, Mapping, columns_of, columns_searched
from etl.pseudonym import HOW_TO_GIVE_A_KEY
from etl.readers import Part, TableReader
from etl.reshape import MappedReader
from etl.sources import Situation, Source, hash_of, refuse_unreadable

TYPED_ENDINGS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".parquet", ".pq")


def mapped_sources(
    given: Given, scratch: Path, mapping: Mapping, content: str, pseudonym: Callable[[str], str] | None
) -> tuple[list[Source], tuple[str, ...]]:
    """The sources of a load through a mapping, and what is worth saying of the others.

    Raises
    ------
    UsageError
        if a file fits no entry, or what it looks into was not given.
    LoadError
        if a file cannot be read.
    """
    for file, _ in given:
        refuse_unreadable(file)
    if pseudonym is None and _asks_for_pseudonyms(mapping):
        raise UsageError(f"The mapping replaces ids by codes, which needs a key. {HOW_TO_GIVE_A_KEY}")
    files = MappedFiles(given, scratch, mapping)
    entries = [
        _Entry(name, rule, files, mapping, content, pseudonym)
        for name, rule in mapping.files.items()
        if rule.table
    ]
    found = [source for entry in entries for source in entry.sources()]
    files.refuse_others()
    if not found:
        raise UsageError(f"None of the files is one that the mapping makes a table of. {files.names()}")
    return _with_tables_named(found), tuple(_notes(files, entries))


def _with_tables_named(found: list[Source]) -> list[Source]:
    """A file that gives several tables is told apart by them."""
    names = Counter(source.name for source in found)
    return [
        replace(source, name=f"{source.name} ({source.table})") if names[source.name] > 1 else source
        for source in found
    ]


def _notes(files: MappedFiles, entries: Sequence[_Entry]) -> Iterator[str]:
    silent = [entry.name for entry in entries if not entry.parts]
    for name in silent:
        yield f"No given file fits the mapping's {name}{files.why_none(name)}."
    if over := files.unused():
        yield f"Passed over, as no entry of the mapping is for them: {listed(over)}."


def _asks_for_pseudonyms(mapping: Mapping) -> bool:
    links = any(rule.link and rule.link.pseudonymise for rule in mapping.files.values())
    return links or any(
        column.pseudonymise for rule in mapping.files.values() for _, _, column in columns_of(rule)
    )


@dataclass
class _Entry:
    """One entry of the mapping with its files."""

    name: str
    rule: FileRule
    files: MappedFiles
    mapping: Mapping
    content: str
    pseudonym: Callable[[str], str] | None
    _appointments_seen: Appointments | None = None

    @cached_property
    def parts(self) -> list[Part]:
        """Its files."""
        return self.files.of(self.name)

    def sources(self) -> Iterator[Source]:
        """One source per file; an appointment list gives its episodes besides."""
        if not self.parts:
            return
        self._refuse_blind_lookups()
        if self.rule.table == APPOINTMENTS.name:
            yield from self._appointments()
            return
        for part in self.parts:
            yield self._source(str(self.rule.table), part, partial(self._open, part))

    def _open(self, part: Part, _situation: Situation) -> TableReader:
        return self._reader(part)

    def _source(self, table: str, part: Part, opener: Callable[[Situation], TableReader]) -> Source:
        return Source(
            table,
            part.path,
            part.name,
            hash_of(part),
            opener,
            mapping_sha256=self.fingerprint,
            leaves_out=("no_course",) if self.rule.without_course == "leave_out" else (),
            counts_lines=not self.rule.melt,
        )

    def _appointments(self) -> Iterator[Source]:
        first, several = self.parts[0], len(self.parts) > 1
        label = f"{len(self.parts)} files (episodes)" if several else f"{first.name} (episodes)"
        together = sha256("".join(hash_of(part) for part in self.parts).encode()).hexdigest()
        episodes = self._source("episodes", first, lambda situation: DerivedEpisodes(self._seen(situation)))
        yield replace(episodes, name=label, sha256=together, derived=True, counts_lines=False)
        for number, part in enumerate(self.parts):
            yield self._source("visits", part, partial(self._visits, number, part))

    def _visits(self, number: int, part: Part, situation: Situation) -> TableReader:
        return AppointmentVisits(self._reader(part), number, self._seen(situation), situation.as_of)

    def _seen(self, situation: Situation) -> Appointments:
        """The appointments of all files, read when first asked for."""
        if self._appointments_seen is None:
            openers = [partial(self._reader, part) for part in self.parts]
            self._appointments_seen = Appointments(
                openers, situation.connection, situation.clinic, situation.as_of
            )
        return self._appointments_seen

    def _reader(self, part: Part) -> MappedReader:
        zone = read_manifests([part.path.parent])[part.path.parent].timezone
        around = Surroundings(
            typed=part.path.name.lower().endswith(TYPED_ENDINGS),
            timezone=self.mapping.timezone or zone,
            null_tokens=self.mapping.null_tokens,
            named=self.mapping.headers,
            lookups=self.lookups,
            people=self.people,
            pseudonym=self.pseudonym,
        )
        return MappedReader(part.open(), self.rule, MAPPABLE[str(self.rule.table)], around)

    @cached_property
    def fingerprint(self) -> str:
        """Of the mapping and the files that this entry looks into: another one makes it another load."""
        looked_into = [part for name in sorted(looks_into(self.rule)) for part in self.files.of(name)]
        return sha256("".join([self.content, *(hash_of(part) for part in looked_into)]).encode()).hexdigest()

    @cached_property
    def lookups(self) -> dict[LookupKey, Table | None]:
        """The tables that columns look into, each file read once."""
        tables: dict[LookupRule, Table | None] = {}
        found: dict[LookupKey, Table | None] = {}
        for number, name, column in columns_of(self.rule):
            if column.lookup is not None:
                if column.lookup not in tables:
                    tables[column.lookup] = self._table(column.lookup)
                found[number, name] = tables[column.lookup]
        return found

    def _table(self, lookup: LookupRule) -> Table | None:
        rule = self.mapping.files[lookup.file]
        table: dict[str, str | None] = {}
        parts = self._that_have(lookup.file, columns_searched(lookup))
        for part in parts:
            with _named_stop(part):
                found = lookup_table(part.open(), rule, lookup, self.mapping.null_tokens)
            for key, value in found.items():
                table[key] = value if table.get(key, value) == value else None
        return table if parts else None

    @cached_property
    def people(self) -> Directory | None:
        """The patients by e-mail and phone, if the entry links."""
        link = self.rule.link
        if link is None:
            return None
        ways = [(way, pair.there) for way, pair in (("email", link.email), ("phone", link.phone)) if pair]
        clients = self._that_have(link.file, (link.code,))
        return directory([part.open for part in clients], self.mapping.files[link.file], ways, link.code)

    def _that_have(self, name: str, columns: Sequence[Sequence[str]]) -> list[Part]:
        """The files of another entry that have the columns to look into."""
        found = []
        for part in self.files.of(name):
            with _named_stop(part):
                header = part.open().header()
            if all(find_headers(header, names) for names in columns):
                found.append(part)
        return found

    def _refuse_blind_lookups(self) -> None:
        """A code that cannot be looked up makes every row useless: say so before the load."""
        table = MAPPABLE[str(self.rule.table)]
        needed = {*table.required, "patient_id", "episode_id"}
        blind = [
            column.lookup.file
            for _, name, column in columns_of(self.rule)
            if column.lookup
            and name in needed
            and not self._that_have(column.lookup.file, columns_searched(column.lookup))
        ]
        link = self.rule.link
        if link and not any(
            self._that_have(link.file, (link.code, pair.there)) for pair in (link.email, link.phone) if pair
        ):
            blind.append(link.file)
        if blind:
            raise UsageError(
                f"The mapping's {self.name} looks into files.{blind[0]}, and none of the given files is one. "
                f"Give that export too. {self.files.names()}"
            )


@contextmanager
def _named_stop(part: Part) -> Iterator[None]:
    """A file that is only looked into is named by its own name if it cannot be read."""
    try:
        yield
    except FileStop as stop:
        raise LoadError(stop_words(shown_file_name(part.name), stop)) from None
