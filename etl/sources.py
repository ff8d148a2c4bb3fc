"""From the paths of a command to the files to read: which table each is, what a manifest says of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import file_digest
from pathlib import Path
from typing import Any

from etl.contract import CONTRACT_VERSION, TABLES
from etl.errors import UsageError
from etl.readers import KNOWN_ENDINGS

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Source:
    """One file of one table. `expected_rows` and `expected_sha256` come from the manifest, if there is one."""

    table: str
    path: Path
    sha256: str
    expected_rows: int | None = None
    expected_sha256: str | None = None


@dataclass(frozen=True)
class Sources:
    """All files of a command, in the order given; facts of the manifests beside them."""

    files: tuple[Source, ...]
    as_of: date | None
    sample: bool


def find_sources(paths: Sequence[Path]) -> Sources:
    """Files of the contract's tables among `paths` (files or folders), episodes first.

    Raises
    ------
    UsageError
        if a path is missing, a folder holds no known file, or a manifest cannot be read.
    """
    files: list[Source] = []
    manifests: list[dict[str, Any]] = []
    for path in paths:
        if not path.exists():
            raise UsageError(f"There is no file or folder {path.name!r}. Check the path.")
        found = _in_folder(path) if path.is_dir() else [_table_file(path)]
        manifest = _manifest((path if path.is_dir() else path.parent) / MANIFEST)
        files += [_source(table, file, manifest) for table, file in found]
        manifests.append(manifest)
    described = [manifest["as_of"] for manifest in manifests if "as_of" in manifest]
    samples = {bool(manifest.get("sample", False)) for manifest in manifests}
    if len(samples) > 1:
        raise UsageError("Sample data and real data cannot be loaded together. Load them into two stores.")
    order = list(TABLES)
    files.sort(key=lambda source: order.index(source.table))
    return Sources(tuple(files), max(described, default=None), samples == {True})


def _in_folder(folder: Path) -> list[tuple[str, Path]]:
    found = [
        (path.stem.lower(), path)
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in KNOWN_ENDINGS and path.stem.lower() in TABLES and path.is_file()
    ]
    if not found:
        names = ", ".join(f"{name}.csv" for name in TABLES)
        raise UsageError(f"The folder {folder.name!r} holds none of {names}. Name the files like that.")
    return found


def _table_file(path: Path) -> tuple[str, Path]:
    if path.suffix.lower() not in KNOWN_ENDINGS or path.stem.lower() not in TABLES:
        names = ", ".join(f"{name}.csv" for name in TABLES)
        raise UsageError(
            f"The name {path.name!r} does not say which table it is. Name the file one of {names}."
        )
    return path.stem.lower(), path


def _source(table: str, path: Path, manifest: dict[str, Any]) -> Source:
    entry: dict[str, Any] = next(
        (entry for entry in manifest.get("files", []) if entry.get("name") == path.name), {}
    )
    try:
        with path.open("rb") as file:
            sha256 = file_digest(file, "sha256").hexdigest()
    except OSError:
        raise UsageError(f"The file {path.name!r} cannot be read. Check its permissions.") from None
    return Source(table, path, sha256, entry.get("rows"), entry.get("sha256"))


def _manifest(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if "as_of" in manifest:
            manifest["as_of"] = date.fromisoformat(manifest["as_of"])
        if not all(_describes_a_file(entry) for entry in manifest.get("files", [])):
            raise ValueError
    except (OSError, ValueError, TypeError, AttributeError):
        raise UsageError(
            f"{MANIFEST} cannot be read. It is JSON like "
            '{"as_of": "2026-10-31", "files": [{"name": "episodes.csv", "rows": 900}]}.'
        ) from None
    if manifest.get("mode", "delta") != "delta":
        raise UsageError(f"{MANIFEST} asks for a mode other than delta; only delta is read. Remove the mode.")
    if manifest.get("schema_version", CONTRACT_VERSION) != CONTRACT_VERSION:
        raise UsageError(f"{MANIFEST} is not of version {CONTRACT_VERSION} of the import contract.")
    return manifest


def _describes_a_file(entry: Any) -> bool:
    rows, sha256 = entry.get("rows"), entry.get("sha256")
    return isinstance(rows, int | None) and isinstance(sha256, str | None)
