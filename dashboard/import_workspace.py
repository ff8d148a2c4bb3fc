"""Where dropped files lie while they are looked at: a folder of their own, which only this user can read.

It is removed when the files were loaded or taken out, when the session ends, and when the program ends.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePath
from tempfile import mkdtemp
from typing import Protocol
from weakref import finalize

from etl.errors import FileStop, LoadError
from etl.manifest import read_manifests
from etl.readers import KNOWN_ENDINGS
from etl.recognise import Item, recognise
from etl.saved_mappings import Named, named
from etl.suggest_look import Look, look

BLOCK = 1 << 20
LONGEST_NAME = 120
LAST_HEADER_ROW = 12
FEWEST_COLUMNS = 2


class Dropped(Protocol):
    """A file as the browser sent it."""

    @property
    def name(self) -> str:
        """Its name there."""
        ...

    def seek(self, offset: int, /) -> int:
        """Go to a place in it."""
        ...

    def read(self, size: int = ..., /) -> bytes:
        """Some of its bytes."""
        ...


@dataclass
class Workspace:
    """The dropped files of one session. faults: mappings among them that cannot be used, and why."""

    folder: Path = field(default_factory=lambda: Path(mkdtemp(prefix="return-to-run-import-")))
    paths: list[Path] = field(default_factory=list)
    given: list[Named] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    size: int = 0
    _items: tuple[tuple[str, ...], list[Item]] | None = None
    _looks: dict[tuple[Path, str, int], Look | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """See to it that nothing stays."""
        self._remove = finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.scratch = self.folder / "scratch"
        self.scratch.mkdir()

    def close(self) -> None:
        """Remove everything."""
        self._remove()

    def take_in(self, files: Sequence[Dropped]) -> None:
        """Write the files down; zips are taken apart, and mapping files read."""
        for file in files:
            path = self._place(PurePath(file.name.replace("\\", "/")).name)
            file.seek(0)
            with path.open("wb") as target:
                shutil.copyfileobj(file, target, BLOCK)
            self.size += path.stat().st_size
            self._items = None
            if path.suffix.lower() == ".toml":
                self._read_mapping(path)
            else:
                self.paths += _taken_apart(path, self.scratch)

    def items(self, mappings: Sequence[Named]) -> list[Item]:
        """What the files are, worked out once for the same mappings."""
        known = [*self.given, *mappings]
        mark = tuple(mapping.sha256 for mapping in known)
        if self._items is None or self._items[0] != mark:
            self._items = (mark, recognise(self.paths, self.scratch, known))
        return self._items[1]

    def manifest_day(self) -> date | None:
        """The day that a dropped manifest says the data describe."""
        try:
            manifests = read_manifests({path.parent for path in self.paths})
        except LoadError:
            return None  # the check says what is wrong with it
        return max((found.as_of for found in manifests.values() if found.as_of), default=None)

    def look(self, item: Item, header_row: int = 1) -> Look | str:
        """A look into a file that is matched by hand, taken once; or why it cannot be read."""
        key = (item.path, item.sheet, header_row)
        if key not in self._looks:
            try:
                row = header_row if header_row > 1 else None
                self._looks[key] = look(item.path, self.scratch, sheet=item.sheet, header_row=row)
            except LoadError as error:
                self._looks[key] = str(error)
        return self._looks[key]

    def header_row(self, item: Item) -> int:
        """The line of the column names: the first from which a table begins, 1 if none does."""
        good = (row for row in range(1, LAST_HEADER_ROW + 1) if _is_table(self.look(item, row)))
        row = next(good, 1)
        while 1 < row <= LAST_HEADER_ROW and _names(self.look(item, row + 1)) == _names(self.look(item, row)):
            row += 1  # an empty line: the names stand further down
        return row

    def _place(self, name: str) -> Path:
        """A path that is not taken. Files of one drop lie together, as a manifest expects."""
        ending = next((end for end in KNOWN_ENDINGS if name.lower().endswith(end)), "")
        if len(name) > LONGEST_NAME:
            name = name[: LONGEST_NAME - len(ending)] + ending
        folder, number = self.folder / "files", 1
        while (folder / name).exists():
            number += 1
            folder = self.folder / f"files-{number}"
        folder.mkdir(exist_ok=True)
        return folder / name

    def _read_mapping(self, path: Path) -> None:
        try:
            self.given.append(named("given", path.stem, path.read_bytes()))
        except LoadError as error:
            self.faults.append(str(error))


def _names(seen: Look | str) -> list[str]:
    return [] if isinstance(seen, str) else [column.header for column in seen.columns]


def _is_table(seen: Look | str) -> bool:
    """Whether a file was read as a table: several columns, and a name over most of them."""
    if isinstance(seen, str) or len(seen.columns) < FEWEST_COLUMNS:
        return False
    named = [column.header for column in seen.columns if column.header.strip()]
    return len(named) == len(set(named)) and len(named) * 5 >= len(seen.columns) * 4


def _taken_apart(path: Path, scratch: Path) -> list[Path]:
    """The members of a zip; any other file is its own. A zip that is of no use says so when it is read."""
    if path.suffix.lower() != ".zip":
        return [path]
    from etl.readers.archive import extract

    try:
        return list(extract(path, scratch).values()) or [path]
    except FileStop:
        return [path]
