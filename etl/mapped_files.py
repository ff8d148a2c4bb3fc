"""Which of the given files an entry of a mapping is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from etl.appointments import MAPPABLE
from etl.cells import matches
from etl.errors import RULES, FileStop, LoadError, UsageError, stop_words
from etl.identifiers import shown_file_name
from etl.mapped_columns import Surroundings
from etl.mapping import FileRule, Mapping, columns_of, headers_of, looked_up
from etl.readers import Format, Part, TableReader, parts
from etl.reshape import MappedReader

Given = Sequence[tuple[Path, bool]]
"""Files, and whether they were named one by one."""
MOST_EXPLAINED = 4
HOW_TO_CHANGE = (
    "\nWrite the names that stand in your export into the mapping. A preset is saved with: "
    "return-to-run preset NAME > my.toml. Or have one drafted: return-to-run suggest FILE > my.toml"
)
MOST_IN_A_TITLE = 1
DECLARE = {"wrong_delimiter": '; declare the sign: format = { delimiter = ";" }'}
_ONLY_FITS = Surroundings(only_fits=True)


@dataclass
class MappedFiles:
    """The given files, taken apart once per way of reading them."""

    given: Given
    scratch: Path
    mapping: Mapping
    _parts: dict[tuple[Path, Format], list[Part]] = field(default_factory=dict)
    _found: dict[str, list[Part]] = field(default_factory=dict)
    _used: set[Path] = field(default_factory=set)

    def of(self, name: str) -> list[Part]:
        """The parts that an entry is for.

        An entry that names its files gets those. One that does not (`*`, or a kind of record) gets the parts
        that have its columns.

        Raises
        ------
        UsageError
            if several sheets of one workbook fit.
        """
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> list[Part]:
        rule = self.mapping.files[name]
        declared = _format(rule, self._wanted(name))
        found: list[Part] = []
        for file, _ in self.given:
            candidates = [part for part in self._of_file(file, declared) if _is_meant(file, part, rule)]
            if len(candidates) > 1 or "*" in rule.match or not _is_named(file, candidates, rule):
                candidates = [part for part in candidates if not why_not(part, rule)]
            _refuse_several_sheets(candidates, name)
            found += candidates
            if candidates:
                self._used.add(file)
        return found

    def refuse_others(self) -> None:
        """A file that was named, or that cannot be read, must not go missing without a word.

        Raises
        ------
        LoadError
            if one cannot be read.
        UsageError
            if no entry is for a named one, or for any.
        """
        for part in (part for found in self._parts.values() for part in found):
            if part.stop is not None and part.path not in self._used:
                raise LoadError(
                    f"{stop_words(shown_file_name(part.name), part.stop)} Or take it out of the folder."
                )
        for file, named in self.given:
            if named and file not in self._used:
                reasons = self._reasons(file)
                remedy = "" if reasons == self.names() else HOW_TO_CHANGE
                raise UsageError(
                    f"No entry of the mapping is for {shown_file_name(file.name)!r}. {reasons}{remedy}"
                )
        if not self._used:
            raise UsageError(f"None of the files is one that the mapping is for. {self._reasons_of_all()}")

    def unused(self) -> list[str]:
        """Names of the files that no entry is for."""
        return [shown_file_name(file.name) for file, _ in self.given if file not in self._used]

    def why_none(self, name: str) -> str:
        """What the files that an entry is meant for lack, in words after its name; empty if it is meant for none."""
        rule = self.mapping.files[name]
        declared = _format(rule, self._wanted(name))
        reasons = [
            reason
            for file, _ in self.given
            for part in self._of_file(file, declared)
            if _is_meant(file, part, rule) and (reason := why_not(part, rule))
        ]
        return f": {'; '.join(dict.fromkeys(reasons[:MOST_EXPLAINED]))}" if reasons else ""

    def names(self) -> str:
        """Which files the entries are for, in words."""
        words = [f"{name}: {', '.join(rule.match)}" for name, rule in self.mapping.files.items()]
        return (
            f"Its entries are for files named {'; '.join(words)} (* is anything), with the columns they name."
        )

    def _reasons_of_all(self) -> str:
        """Why no entry took any of the files, if they are few; else for which names the entries are."""
        if len(self.given) > MOST_EXPLAINED:
            return self.names()
        reasons = [
            f"\n{shown_file_name(file.name, number)} - {self._reasons(file)}"
            for number, (file, _) in enumerate(self.given, start=1)
        ]
        return "".join([*reasons, HOW_TO_CHANGE])

    def _reasons(self, file: Path) -> str:
        """Why no entry took a file: what each lacks in it, else for which names they are."""
        reasons = [
            f"{name}: {reason}"
            for name, rule in self.mapping.files.items()
            for part in self._of_file(file, _format(rule, self._wanted(name)))
            if rule.table and _is_meant(file, part, rule) and (reason := why_not(part, rule))
        ]
        return f"{'; '.join(dict.fromkeys(reasons))}." if reasons else self.names()

    def _of_file(self, file: Path, declared: Format) -> list[Part]:
        key = (file, declared)
        if key not in self._parts:
            self._parts[key] = parts(file, self.scratch, declared)
        return self._parts[key]

    def _wanted(self, name: str) -> frozenset[str]:
        """Every header that is asked of the entry's files, by itself or by those that look into it."""
        wanted = set(headers_of(self.mapping.files[name]))
        for rule in self.mapping.files.values():
            if name in looks_into(rule):
                wanted.update(looked_up(rule))
        return frozenset(wanted)


def looks_into(rule: FileRule) -> set[str]:
    """Entries that an entry looks into."""
    found = {column.lookup.file for _, _, column in columns_of(rule) if column.lookup}
    return found | ({rule.link.file} if rule.link else set())


def why_not(part: Part, rule: FileRule) -> str:
    """Why a part cannot be read as an entry says, in words; empty if it can."""
    try:
        reader = part.open()
        if rule.table is not None:
            MappedReader(reader, rule, MAPPABLE[rule.table], _ONLY_FITS).header()
    except FileStop as stop:
        if stop.rule == "missing_column":
            return f"there is no column {stop.column}{_above(reader)}"
        detail = f" ({stop.detail})" if stop.detail else ""
        return f"{RULES[stop.rule].says}{detail}{DECLARE.get(stop.rule, '')}"
    return ""


def _above(reader: TableReader) -> str:
    """A hint where the first line has next to no names: lines may stand above those."""
    if sum(1 for name in reader.header() if name) > MOST_IN_A_TITLE:
        return ""
    return "; if lines stand above the names of the columns, declare format = { header_row = 3 } or the like"


def _format(rule: FileRule, wanted: frozenset[str]) -> Format:
    declared = rule.format
    return Format(
        delimiter=declared.delimiter,
        encodings=declared.encodings,
        decimal=declared.decimal,
        sheet=declared.sheet,
        header_row=declared.header_row,
        wanted=wanted,
    )


def _is_meant(file: Path, part: Part, rule: FileRule) -> bool:
    """True if the entry's patterns fit the file, or the part's kind."""
    return _is_named(file, [part], rule) or matches(part.table_name_guess, rule.match)


def _is_named(file: Path, candidates: Sequence[Part], rule: FileRule) -> bool:
    """True if the entry's patterns fit the name of the file, or of the member of a zip: it must fit then."""
    names = [
        name
        for part in candidates
        for name in ((Path(part.member).name, part.member) if part.member else (file.name,))
    ]
    return any(matches(name, rule.match) for name in names)


def _refuse_several_sheets(candidates: Sequence[Part], name: str) -> None:
    sheets = max(Counter(part.path for part in candidates if part.sheet).values(), default=0)
    if sheets > 1:
        raise UsageError(
            f"{sheets} sheets of one workbook fit the mapping's {name}. Name the right one: "
            f'files.{name}.format.sheet = "…".'
        )
