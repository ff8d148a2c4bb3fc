"""Mappings that were saved from the Import page: one TOML file each, in one folder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from etl.errors import LoadError, UsageError
from etl.identifiers import may_be_shown
from etl.mapping import Mapping
from etl.mapping_file import parse_mapping, preset_names, preset_text

LONGEST_NAME = 60


@dataclass(frozen=True)
class Named:
    """A mapping with its name and text. kind: saved here, shipped as a preset, or given with the files."""

    kind: str
    name: str
    text: str
    mapping: Mapping
    sha256: str


def saved_mappings(folder: Path) -> tuple[list[Named], list[str]]:
    """The mappings of a folder, and what is wrong with those that cannot be used."""
    found, faults = [], []
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else []:
        try:
            found.append(named("saved", path.stem, path.read_bytes()))
        except (LoadError, OSError) as error:
            words = str(error) if isinstance(error, LoadError) else f"{path.name} cannot be read"
            faults.append(words)
    return found, faults


def presets() -> Iterator[Named]:
    """The mappings that come with the program, but the canonical form, which needs none."""
    for name in preset_names():
        if name != "canonical":
            yield named("preset", name, preset_text(name).encode())


def named(kind: str, name: str, content: bytes) -> Named:
    """A mapping from its text.

    Raises
    ------
    MappingError
        with every mistake of it.
    """
    mapping, sha256 = parse_mapping(content, name if kind == "saved" else f"{kind} {name}")
    return Named(kind, name, content.decode("utf-8-sig"), mapping, sha256)


def slug(name: str) -> str:
    """A name as a file's name.

    Raises
    ------
    UsageError
        if nothing is left of it, or if it may name a person.
    """
    if not may_be_shown(name):
        raise UsageError("Choose a name of one or two words: three words may be a person's name.")
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    bare = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:LONGEST_NAME]
    if not bare:
        raise UsageError("Give the match a name of letters or digits.")
    return bare


def slug_of_file(path: Path, otherwise: str) -> str:
    """A file's name without its numbers, if it may be shown; else another name."""
    stem = "".join(sign for sign in path.name.partition(".")[0] if not sign.isdigit())
    try:
        return slug(stem)
    except UsageError:
        return otherwise


def save_mapping(folder: Path, name: str, text: str) -> Path:
    """Save a mapping under a name, whole or not at all; one of that name is replaced.

    Raises
    ------
    UsageError
        if the folder cannot be written.
    """
    path = folder / f"{slug(name)}.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=folder, suffix=".part", delete=False) as file:
            file.write(text)
        Path(file.name).replace(path)
    except OSError:
        raise UsageError(
            "The match cannot be saved: its folder cannot be written. Download it and keep it instead."
        ) from None
    return path
