"""Zip files: known members are taken out to a folder, unless the zip is built to do harm."""

from __future__ import annotations

import re
import shutil
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import IO
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

from etl.errors import FileStop
from etl.readers import KNOWN_ENDINGS

MOST_MEMBERS = 10_000
MOST_BYTES = 16 << 30
MOST_TIMES = 250
"""A CSV file packs to a tenth, a very dull one to a hundredth; a bomb packs to a thousandth."""
SMALL = 256 << 20
BLOCK = 1 << 20
_ENCRYPTED = 0x1
_DRIVE = re.compile(r"[A-Za-z]:")


def extract(path: Path, scratch: Path) -> dict[str, Path]:
    """Take members with known endings out to a new folder in `scratch`: their names in the zip, and files.

    Raises
    ------
    FileStop
        if the zip is damaged, has a password, unpacks to too much, or holds another zip or an unsafe path.
    """
    with _as_file_stop(), ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        _check(path, members, scratch)
        target = Path(mkdtemp(dir=scratch, prefix="zip-"))
        return {
            member.filename: _take_out(archive, member, target)
            for member in sorted(members, key=lambda member: member.filename)
            if _is_known(member)
        }


def _check(path: Path, members: list[ZipInfo], scratch: Path) -> None:
    names = [member.filename for member in members]
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise FileStop("locked_file")
    if any(map(_leads_out, members)) or len({name.casefold() for name in names}) < len(names):
        raise FileStop("unsafe_zip")
    size = sum(member.file_size for member in members if _is_known(member))
    dense = size > SMALL and size > MOST_TIMES * path.stat().st_size
    if len(members) > MOST_MEMBERS or size > MOST_BYTES or dense or size > shutil.disk_usage(scratch).free:
        raise FileStop("huge_zip")
    if any(name.lower().endswith(".zip") for name in names if not _is_litter(name)):
        raise FileStop("zip_in_zip")


def _leads_out(member: ZipInfo) -> bool:
    name = member.orig_filename.replace("\\", "/")
    link = stat.S_ISLNK(member.external_attr >> 16)
    return link or "\0" in name or name.startswith("/") or bool(_DRIVE.match(name)) or ".." in name.split("/")


def _is_known(member: ZipInfo) -> bool:
    return member.filename.lower().endswith(KNOWN_ENDINGS) and not _is_litter(member.filename)


def _is_litter(name: str) -> bool:
    """What macOS puts into every zip."""
    path = PurePosixPath(name)
    return path.parts[0] == "__MACOSX" or path.name.startswith("._")


def _take_out(archive: ZipFile, member: ZipInfo, target: Path) -> Path:
    file = target / member.filename
    file.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as packed, file.open("xb") as plain:
        _copy(packed, plain, member.file_size)
    return file


def _copy(packed: IO[bytes], plain: IO[bytes], size: int) -> None:
    """Copy as many bytes as the zip says the member has; more of them is a lie."""
    while block := packed.read(BLOCK):
        size -= len(block)
        if size < 0:
            raise FileStop("huge_zip")
        plain.write(block)


@contextmanager
def _as_file_stop() -> Iterator[None]:
    try:
        yield
    except (BadZipFile, LargeZipFile, EOFError, zlib.error, NotImplementedError, UnicodeError, ValueError):
        raise FileStop("not_a_zip") from None
    except RuntimeError:
        raise FileStop("locked_file") from None
