"""From the paths of a command to the files to read: which table each is, and what a manifest says of it."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, NoReturn

from sqlalchemy import Connection

from etl.contract import TABLES
from etl.errors import LoadError, UsageError, listed, stop_words
from etl.identifiers import shown_file_name
from etl.manifest import Manifest, read_manifests
from etl.readers import KNOWN_ENDINGS, MANIFEST, Part, TableReader, parts_of_files

if TYPE_CHECKING:
    from etl.mapping import Mapping


NAME_OR_MATCH = (
    "Name the files like that. Or, for exports of another system, say how to read them with --preset or --mapping; "
    "a mapping is drafted by: return-to-run suggest FILE > my.toml"
)
HOLDS_NOTHING_OF_OURS = frozenset({"empty_file", "unknown_json", "no_clinical_resources", "bundle_type"})


@dataclass(frozen=True)
class Situation:
    """What a load knows and files do not. Reading appointments needs the courses that are in the store."""

    connection: Connection
    clinic: str
    as_of: date


@dataclass(frozen=True)
class Source:
    """One file of one table. `expected_rows` and `expected_sha256` come from the manifest, if any.

    name: what is shown. path: the file that holds it. mapping_sha256: of the mapping that it is read through
    and of the files that this one looks into; empty without a mapping. leaves_out: rules whose rows are left
    out and not refused, because the mapping says so. derived: its rows are made of many lines. counts_lines:
    False where a line may give several rows.
    """

    table: str
    path: Path
    name: str
    sha256: str
    open: Callable[[Situation], TableReader]
    expected_rows: int | None = None
    expected_sha256: str | None = None
    mapping_sha256: str = ""
    leaves_out: tuple[str, ...] = ()
    derived: bool = False
    counts_lines: bool = True


@dataclass(frozen=True)
class Sources:
    """All files of a command, in the order given, episodes first; facts of the manifests beside them."""

    files: tuple[Source, ...]
    as_of: date | None
    sample: bool
    notes: tuple[str, ...] = ()
    mode: str = "delta"


def find_sources(
    paths: Sequence[Path],
    scratch: Path | None = None,
    *,
    mapping: tuple[Mapping, str] | None = None,
    pseudonym: Callable[[str], str] | None = None,
) -> Sources:
    """Files of the contract's tables among `paths` (files or folders), episodes first.

    scratch: a folder for what is taken out of zips; without one, a folder that lives as long as the program.
    mapping: how the files are read, with the hash of its text; without one, they are in the canonical form.
    pseudonym: turns an id into its code, for mappings that ask for it.

    Raises
    ------
    UsageError
        if a path is missing, a folder holds no known file, or a manifest cannot be read.
    """
    given = list_files(paths)
    scratch = scratch or _lasting_folder()
    if mapping is None:
        found, others = _all_canonical(given, scratch)
        notes = _passed_over(others)
        if not found:
            _refuse_stopped(others)
            place = (
                f"The folder {shown_file_name(paths[0].resolve().name)!r}"
                if len(paths) == 1
                else "Each of the folders"
            )
            raise UsageError(f"{place} holds none of {canonical_names()}. {NAME_OR_MATCH}")
    else:
        from etl.mapped_sources import mapped_sources  # pydantic loads only when used

        one_by_one = [(file, named) for files, named in given for file in files]
        found, notes = mapped_sources(one_by_one, scratch, *mapping, pseudonym)
    return _with_manifests(found, notes)


def canonical_sources(files: Sequence[Path], scratch: Path) -> Sources:
    """Sources of files that are known to be in the canonical form; lines of FHIR resources are read together."""
    found, others = _all_canonical([(list(files), False)], scratch)
    return _with_manifests(found, _passed_over(others))


def together(found: Sequence[Sources]) -> Sources:
    """Files that are read in different ways as one load.

    Raises
    ------
    UsageError
        if sample and real data, or a snapshot and a delta, would be one load.
    """
    if len({sources.sample for sources in found}) > 1:
        raise UsageError("Sample data and real data cannot be loaded together. Load them into two stores.")
    if len({sources.mode for sources in found}) > 1:
        raise UsageError("A snapshot and a delta cannot be loaded together. Load them one after the other.")
    order = list(TABLES)
    files = sorted(
        (file for sources in found for file in sources.files), key=lambda file: order.index(file.table)
    )
    days = [sources.as_of for sources in found if sources.as_of]
    notes = tuple(note for sources in found for note in sources.notes)
    return Sources(tuple(files), max(days, default=None), found[0].sample, notes, found[0].mode)


def list_files(paths: Iterable[Path]) -> list[tuple[list[Path], bool]]:
    """Files that lie together, and whether they were named one by one.

    A folder gives those with a known ending, by name.
    """
    given: list[tuple[list[Path], bool]] = []
    for path in paths:
        if not path.exists():
            raise UsageError(f"There is no file or folder {shown_file_name(path.name)!r}. Check the path.")
        if path.is_dir():
            inside = sorted(file for file in path.iterdir() if file.is_file())
            given.append(([file for file in inside if file.name.lower().endswith(KNOWN_ENDINGS)], False))
        else:
            given.append(([path], True))
    return [([file for file in files if file.name != MANIFEST], named) for files, named in given]


def canonical_names() -> str:
    """The names of canonical files, for messages."""
    return ", ".join(f"{name}.csv" for name in TABLES)


def refuse_unreadable(path: Path) -> None:
    """Say so early if a file cannot be opened.

    Raises
    ------
    UsageError
        if it cannot.
    """
    try:
        path.open("rb").close()
    except OSError:
        name = shown_file_name(path.name)
        raise UsageError(f"The file {name!r} cannot be read. Check its permissions.") from None


def content_hash(path: Path) -> str:
    """The sha256 of a file's bytes."""
    refuse_unreadable(path)
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def hash_of(part: Part) -> str:
    """The sha256 of what a part is read from."""
    if not part.beside:
        return content_hash(part.path)
    return sha256("".join(content_hash(path) for path in (part.path, *part.beside)).encode()).hexdigest()


def _all_canonical(
    given: Sequence[tuple[list[Path], bool]], scratch: Path
) -> tuple[list[Source], list[Part]]:
    """Sources of the parts that are canonical tables, and the other parts."""
    found: list[Source] = []
    others: list[Part] = []
    for files, named in given:
        ours, theirs = _canonical(files, scratch, named=named)
        found += ours
        others += theirs
    return found, others


def _passed_over(parts: Sequence[Part]) -> tuple[str, ...]:
    names = [shown_file_name(part.name) for part in parts]
    return (f"Passed over, as their names are none of our tables: {listed(names)}.",) if names else ()


def _canonical(files: Sequence[Path], scratch: Path, *, named: bool) -> tuple[list[Source], list[Part]]:
    """Sources of the parts of some files that are canonical tables, and the other parts."""
    for file in files:
        refuse_unreadable(file)
    all_parts = parts_of_files(files, scratch)
    found = [part for part in all_parts if part.table_name_guess in TABLES]
    if not found and named:
        _refuse(files[0], all_parts)
    others = [part for part in all_parts if part not in found]
    for part in others:
        _refuse_unusable(part)
    return [_source(part) for part in found], others


def _refuse_unusable(part: Part) -> None:
    """A zip or workbook of another name may hold tables: that it cannot be opened is not passed over."""
    if part.stop is not None and part.stop.rule not in HOLDS_NOTHING_OF_OURS:
        _refuse_stopped([part])


def _refuse_stopped(parts: Sequence[Part]) -> None:
    for part in parts:
        if part.stop is not None:
            words = stop_words(shown_file_name(part.name), part.stop)
            raise LoadError(f"{words} Or take it out of the folder.")


def _refuse(file: Path, all_parts: Sequence[Part]) -> NoReturn:
    """Say why nothing of a file can be loaded."""
    name = shown_file_name(file.name)
    stop = next((part.stop for part in all_parts if part.stop), None)
    if stop is not None:
        raise LoadError(stop_words(name, stop))
    raise UsageError(
        f"The name {name!r} does not say which table it is. Name the file one of {canonical_names()}, "
        "or say how to read it with --mapping or --preset. A mapping is drafted by: "
        "return-to-run suggest FILE > my.toml"
    )


def _source(part: Part) -> Source:
    return Source(part.table_name_guess, part.path, part.name, hash_of(part), lambda _situation: part.open())


def _with_manifests(found: Sequence[Source], notes: tuple[str, ...]) -> Sources:
    manifests = read_manifests(source.path.parent for source in found)
    order = list(TABLES)
    files = sorted(
        (_as_expected(source, manifests[source.path.parent]) for source in found),
        key=lambda source: order.index(source.table),
    )
    described = [manifest.as_of for manifest in manifests.values() if manifest.as_of]
    sample = any(manifest.sample for manifest in manifests.values())
    mode = next((manifest.mode for manifest in manifests.values()), "delta")
    if mode == "snapshot" and any(source.derived for source in found):
        raise UsageError(
            "Courses derived from appointments are no snapshot. Take the mode out of manifest.json."
        )
    return Sources(tuple(files), max(described, default=None), sample, notes, mode)


def _as_expected(source: Source, manifest: Manifest) -> Source:
    expected = manifest.expects(source.path.name)
    rows = expected.rows if source.counts_lines else None
    return replace(source, expected_rows=rows, expected_sha256=expected.sha256)


def _lasting_folder() -> Path:
    folder = Path(mkdtemp(prefix="return-to-run-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
