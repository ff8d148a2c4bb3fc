"""What dropped files are: our tables by name, by a mapping that fits their headers, or something to match by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from etl.contract import TABLES
from etl.errors import FileStop, LoadError, stop_words
from etl.identifiers import shown_file_name
from etl.lookups import find_headers
from etl.mapped_files import MappedFiles
from etl.mapping import ColumnRule, FileRule, columns_of, columns_searched
from etl.readers import MANIFEST, Part, parts_of_files
from etl.saved_mappings import Named


@dataclass(frozen=True)
class Fit:
    """A mapping that can read a file. tables: what the file gives; none if others look things up in it. whole: no
    column that it names is missing.
    """

    mapping: Named
    tables: tuple[str, ...]
    columns: int
    whole: bool


@dataclass(frozen=True)
class Item:
    """Something to load: a file, or one sheet of a workbook.

    tables: those of ours that it is in the canonical form. fits: mappings that can read it, the best first.
    stop: why nothing can be done with it. by_hand: whether its columns can be matched.
    """

    path: Path
    name: str
    sheet: str = ""
    tables: tuple[str, ...] = ()
    fits: tuple[Fit, ...] = ()
    stop: str = ""
    by_hand: bool = True


def recognise(paths: Sequence[Path], scratch: Path, mappings: Sequence[Named]) -> list[Item]:
    """What each file is. A manifest is no file of its own."""
    files = [path for path in paths if path.name != MANIFEST]
    found = parts_of_files(files, scratch)
    items: list[Item] = []
    for path in files:
        own = [part for part in found if part.path == path]
        beside = any(path in part.beside for part in found)
        if own:
            items += _of_file(path, own, scratch, mappings)
        elif not beside:
            items.append(_unknown_kind(path))
    return _without_idle(_told_apart(items))


def _told_apart(items: list[Item]) -> list[Item]:
    """Files whose names may hold a person's are called by their place, where there are several."""
    hidden = shown_file_name("-" * 9 + "@a.bc")
    return [
        replace(item, name=f"file no. {place}") if item.name == hidden and len(items) > 1 else item
        for place, item in enumerate(items, 1)
    ]


def _without_idle(items: list[Item]) -> list[Item]:
    """A file in which others look things up needs one that does."""
    at_work = {fit.mapping.sha256 for item in items for fit in item.fits if fit.tables}
    return [
        _said(replace(item, fits=tuple(f for f in item.fits if f.mapping.sha256 in at_work)))
        for item in items
    ]


def _said(item: Item) -> Item:
    """A file for which nothing is left to do says so."""
    idle = not (item.tables or item.fits or item.by_hand or item.stop)
    return replace(item, stop="No mapping that is known here can read it.") if idle else item


def _unknown_kind(path: Path) -> Item:
    says = "This kind of file cannot be read. Export the list as CSV or Excel (.xlsx)."
    return Item(path, shown_file_name(path.name), stop=says, by_hand=False)


def _of_file(path: Path, own: list[Part], scratch: Path, mappings: Sequence[Named]) -> Iterator[Item]:
    ready = [part for part in own if _is_ours(part)]
    if ready:
        tables = tuple(dict.fromkeys(part.table_name_guess for part in ready))
        by_hand = len(ready) == 1 and not ready[0].canonical
        sheet = ready[0].sheet if by_hand else ""
        # a reader of records takes people's names out of the name of its file
        name = ready[0].name.removesuffix(f", {tables[0]}") if ready[0].canonical else path.name
        yield Item(path, shown_file_name(name), sheet, tables=tables, by_hand=by_hand)
    fits = tuple(_fits(path, scratch, mappings)) if len(own) > len(ready) else ()
    for part in own:
        if part not in ready:
            yield _other(part, fits)


def _is_ours(part: Part) -> bool:
    """True for a part with the name and the required columns of one of our tables."""
    table = TABLES.get(part.table_name_guess)
    if table is None or part.stop is not None:
        return False
    if part.canonical:
        return True
    try:
        header = {name.casefold() for name in part.open().header()}
    except FileStop:
        return False
    return set(table.required) <= header and (
        not table.by_patient or bool({"episode_id", "patient_id"} & header)
    )


def _other(part: Part, fits: tuple[Fit, ...]) -> Item:
    name = shown_file_name(part.name)
    if part.stop is not None:
        return Item(part.path, name, part.sheet, stop=stop_words(name, part.stop), by_hand=False)
    by_hand = not part.path.name.lower().endswith(".json")
    return Item(part.path, name, part.sheet, fits=fits, by_hand=by_hand)


def _fits(path: Path, scratch: Path, mappings: Sequence[Named]) -> list[Fit]:
    """Mappings that can read a file: those that find all they name first, then by how much they use."""
    found = [fit for mapping in mappings if (fit := _fit(path, scratch, mapping)) is not None]
    kinds = ("given", "saved", "preset")
    return sorted(
        found, key=lambda fit: (not fit.tables, not fit.whole, kinds.index(fit.mapping.kind), -fit.columns)
    )


def _fit(path: Path, scratch: Path, mapping: Named) -> Fit | None:
    files = MappedFiles([(path, True)], scratch, mapping.mapping)
    tables, columns, whole, looked_into = [], 0, True, False
    for name, rule in mapping.mapping.files.items():
        try:
            parts = files.of(name)
            header = parts[0].open().header() if parts else []
        except (LoadError, FileStop, OSError):
            continue
        if parts and rule.table:
            used, lacking = _used(header, rule)
            tables.append(rule.table)
            columns, whole = columns + used, whole and not lacking
        looked_into = looked_into or bool(parts and not rule.table and _is_wanted(header, name, mapping))
    return Fit(mapping, tuple(tables), columns, whole) if tables or looked_into else None


def _is_wanted(header: Sequence[str], name: str, mapping: Named) -> bool:
    """Whether a file has the columns of one look into the entry that it fits."""
    rules = mapping.mapping.files.values()
    looks = [
        columns_searched(column.lookup)
        for rule in rules
        for _, _, column in columns_of(rule)
        if column.lookup and column.lookup.file == name
    ]
    looks += [
        (rule.link.code, pair.there)
        for rule in rules
        if rule.link and rule.link.file == name
        for pair in (rule.link.email, rule.link.phone)
        if pair
    ]
    return any(all(find_headers(header, names) for names in look) for look in looks)


def _used(header: Sequence[str], rule: FileRule) -> tuple[int, int]:
    """How many of the columns that an entry makes can be made of a header, and how many cannot."""
    made = [_has(header, column) for _, _, column in columns_of(rule) if column.from_]
    return sum(made), len(made) - sum(made)


def _has(header: Sequence[str], column: ColumnRule) -> bool:
    if column.parse == "checkboxes":
        return True
    return bool(find_headers(header, column.from_))
