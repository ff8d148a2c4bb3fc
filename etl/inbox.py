"""A folder that a scheduler empties: what was loaded moves to `done`, what could not be to `failed` with a report."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

from etl.errors import UsageError
from etl.identifiers import shown_file_name

DONE, FAILED = "done", "failed"
UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload", ".download")
LOCK = ".return-to-run.lock"
REPORT = "report.json"


def waiting_files(folder: Path) -> dict[Path, str]:
    """Files to load with the hash of their content; hidden files and unfinished copies are passed over.

    Raises
    ------
    UsageError
        if there is no such folder.
    """
    if not folder.is_dir():
        raise UsageError(
            f"There is no folder {shown_file_name(folder.name)!r}. Make it, and put files to load into it."
        )
    found = (path for path in sorted(folder.iterdir()) if path.is_file())
    ready = [
        path for path in found if not path.name.startswith(".") and not path.name.lower().endswith(UNFINISHED)
    ]
    return {path: _hash(path) for path in ready}


def move_aside(folder: Path, files: dict[Path, str], where: str, name: str, report: str) -> Path:
    """Move the files to `folder/where/name`, with a report; a file that has changed since stays. Returns the place."""
    place = _new_folder(folder / where, name)
    for path, content in files.items():
        if path.exists() and _hash(path) == content:
            path.replace(place / path.name)
    (place / REPORT).write_text(report + "\n", encoding="utf-8")
    return place


def stamp() -> str:
    """The present moment as a part of a file name."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


def _new_folder(parent: Path, name: str) -> Path:
    for attempt in range(1, 1000):
        place = parent / (name if attempt == 1 else f"{name}-{attempt}")
        try:
            place.mkdir(parents=True)
        except FileExistsError:
            continue
        return place
    raise UsageError(
        f"There are too many folders like {name!r} in {shown_file_name(parent.name)!r}. Remove old ones."
    )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether no other program works on the inbox; it is held until the end. A killed program holds nothing."""
    with (folder / LOCK).open("a+b") as file:
        yield _lock(file.fileno())


def _lock(number: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
