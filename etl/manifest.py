"""`manifest.json` beside the files: the day they describe, and what they must contain. All is optional."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from etl.contract import CONTRACT_VERSION
from etl.errors import UsageError
from etl.readers import MANIFEST

MODES = ("delta", "snapshot")


@dataclass(frozen=True)
class Expected:
    """What a manifest says of one file."""

    rows: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Manifest:
    """One folder's manifest."""

    as_of: date | None = None
    sample: bool = False
    timezone: str | None = None
    mode: str = "delta"
    files: Mapping[str, Expected] = field(default_factory=dict)

    def expects(self, name: str) -> Expected:
        """What is said of a file; nothing, if it is not named."""
        return self.files.get(name, Expected())


def read_manifests(folders: Iterable[Path]) -> dict[Path, Manifest]:
    """The manifests of some folders.

    Raises
    ------
    UsageError
        if one cannot be read, or sample and real data lie side by side.
    """
    manifests = {folder: _read(folder / MANIFEST) for folder in dict.fromkeys(folders)}
    if len({manifest.sample for manifest in manifests.values()}) > 1:
        raise UsageError("Sample data and real data cannot be loaded together. Load them into two stores.")
    if len({manifest.mode for manifest in manifests.values()}) > 1:
        raise UsageError("A snapshot and a delta cannot be loaded together. Load them one after the other.")
    return manifests


def _read(path: Path) -> Manifest:
    if not path.exists():
        return Manifest()
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest(
            as_of=date.fromisoformat(content["as_of"]) if "as_of" in content else None,
            sample=bool(content.get("sample", False)),
            timezone=content.get("timezone"),
            mode=content.get("mode", "delta"),
            files=dict(_entry(entry) for entry in content.get("files", [])),
        )
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        raise UsageError(
            f"{MANIFEST} cannot be read. It is JSON like "
            '{"as_of": "2026-10-31", "files": [{"name": "episodes.csv", "rows": 900}]}.'
        ) from None
    if manifest.mode not in MODES:
        raise UsageError(f"{MANIFEST} asks for a mode that is not known; there are {' and '.join(MODES)}.")
    if content.get("schema_version", CONTRACT_VERSION) != CONTRACT_VERSION:
        raise UsageError(f"{MANIFEST} is not of version {CONTRACT_VERSION} of the import contract.")
    return manifest


def _entry(entry: Any) -> tuple[str, Expected]:
    rows, sha256 = entry.get("rows"), entry.get("sha256")
    if not isinstance(rows, int | None) or not isinstance(sha256, str | None):
        raise TypeError
    return str(entry.get("name")), Expected(rows, sha256)
